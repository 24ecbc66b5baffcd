"""A record of an archive from elsewhere is the page of an article, or it is told why it is none."""

import re
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from etl.addresses import normal_url
from etl.feeds.entries import identify
from etl.model import FeedEntry, Identity
from etl.warc.archives import Fault, Record, is_digest_of, record_date
from etl.warc.records import DAMAGE, read_records

STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b")
CONTENT_TYPE = re.compile(rb"^content-type[ \t]*:[ \t]*([^;\r\n]*)", re.IGNORECASE | re.MULTILINE)
HTML_TYPES = {"text/html", "application/xhtml+xml"}
# How HTML begins where no type is declared (WHATWG, MIME Sniffing, section 7.1), behind a chunk's length if need be.
HTML_BEGINS = re.compile(
    rb"(?:[0-9a-f]+\r\n)?(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)*"
    rb"<(?:!doctype html|html|head|title|body|script|meta)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
SNIFFED = 1_445  # bytes looked at, as the same standard has it in section 5.3
COMPRESSION = 6  # of pages that were not compressed one by one
FUTURE = timedelta(days=1)  # that a crawler's clock may be ahead


class Page(NamedTuple):
    """An article's page in an archive: whose it is, when it was captured, and its record as one gzip member."""

    identity: Identity
    source_id: str
    url: str
    seen_at: datetime
    status: int
    capture_id: str
    payload_digest: str | None
    member: bytes


def judge(record: Record, origin: Callable[[str], str | None], now: datetime) -> Page | Fault | str:
    """The page that a record holds, what is damaged in it, or the name of what else it is.

    `origin` tells the source of an address.
    """
    fields = record.fields
    kind, seen_at = fields.get("warc-type"), record_date(fields)
    if kind == "arc":
        return "other_kinds"
    if kind is None or seen_at is None or seen_at > now + FUTURE:
        return Fault(record.offset, f"its type is {kind!r}, its date {fields.get('warc-date')!r}")
    target = fields.get("warc-target-uri", "").removeprefix("<").removesuffix(">")  # WARC 1.0 has it in brackets
    if kind != "response" or (target and not re.match("https?:", target, re.IGNORECASE)):
        return "other_kinds"
    if normal_url(target) is None:
        return Fault(record.offset, f"its address {target!r} is none")
    if "warc-truncated" in fields or "warc-segment-number" in fields:
        return "truncated"
    return _not_a_page(record) or _page(record, origin, (target, seen_at))


def _not_a_page(record: Record) -> Fault | str | None:
    """Why a response is not taken for a page; null where it may be one."""
    if record.size and not record.block:
        return "too_large"
    status = STATUS.match(record.block)
    if status is None:
        return Fault(record.offset, "it holds no HTTP answer")
    if not status[1].startswith(b"2"):
        return "not_ok"
    return None if _is_html(record.block) else "not_html"


def _page(record: Record, origin: Callable[[str], str | None], of: tuple[str, datetime]) -> Page | Fault | str:
    """The page of a source that a response holds; `of` is its address and instant."""
    url, seen_at = of
    source_id = origin(normal_url(url) or "")
    if source_id is None:
        return "no_source"
    problem = _problem(record)
    if problem:
        return Fault(record.offset, problem)
    fields = record.fields
    (identity,) = identify([FeedEntry(link=url)], source_id)
    status = STATUS.match(record.block)
    assert identity is not None
    assert status is not None
    # A record must have an id; where one has none, the same record gets the same id again.
    made = f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{seen_at.isoformat()} {url}')}>"
    return Page(
        identity=identity,
        source_id=source_id,
        url=url,
        seen_at=seen_at,
        status=int(status[1]),
        capture_id=fields.get("warc-record-id") or made,
        payload_digest=fields.get("warc-payload-digest"),
        member=record.member or _packed(record),
    )


def _is_html(block: bytes) -> bool:
    """Whether an answer is HTML by its declared type, or where none is declared by its first bytes."""
    head, _, body = block.partition(b"\r\n\r\n")
    declared = CONTENT_TYPE.search(head)
    kind = declared[1].strip().lower().decode("latin-1") if declared else ""
    return kind in HTML_TYPES or (not kind and bool(HTML_BEGINS.match(body[:SNIFFED])))


def _problem(record: Record) -> str | None:
    """What speaks against a record: its reader, or a digest. Null where it can be read as `raw/` is read.

    A payload's digest is one with or without transfer coding, and counts only where nothing else shows that the bytes
    are whole: many a crawler's is one of something else.
    """
    block_digest, digest = record.fields.get("warc-block-digest"), record.fields.get("warc-payload-digest")
    if block_digest and not is_digest_of(block_digest, record.block):
        return f"its bytes are not those of {block_digest}"
    try:
        ((read, payload, _),) = read_records(record.head + record.block)
    except DAMAGE as error:
        return f"{type(error).__name__}: {error}"
    if read.http_headers is None:
        return "its HTTP headers cannot be read"
    is_sure = block_digest or record.member
    body = record.block.partition(b"\r\n\r\n")[2]
    if digest and not is_sure and not (is_digest_of(digest, body) or is_digest_of(digest, payload)):
        return f"its payload is not that of {digest}"
    return None


def _packed(record: Record) -> bytes:
    """A record as a gzip member; equal records give equal bytes."""
    packer = zlib.compressobj(COMPRESSION, wbits=16 + zlib.MAX_WBITS)
    return b"".join((packer.compress(record.head), packer.compress(record.block + b"\r\n\r\n"), packer.flush()))
