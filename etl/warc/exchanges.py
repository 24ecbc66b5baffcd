"""One exchange written as WARC records, each a gzip member of its own: `records` is the way back.

They are put together here and not by warcio, whose writer copies and digests each record several times over and takes
1.6 times as long, and knows no way to write some headers that servers send ("münchen; a=ü").
"""

import base64
import hashlib
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import urlsplit
from uuid import uuid4

from etl.model import ArticleNote, CaptureKind, Exchange, FeedNote
from etl.warc.records import NOTE, Note, Reason

GZIP = 16 + zlib.MAX_WBITS  # what zlib calls the gzip format
LEVEL = 6  # of 9: 9 makes pages no smaller by a thousandth
JOINED = 262_144  # bytes of a record up to which it is compressed at once
END = b"\r\n\r\n"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"  # WARC 1.1, section 6.7.2
Fields = tuple[tuple[str, str], ...]


def write_head(stream: BinaryIO, warc: str) -> None:
    """Writes the record with which a file begins: its name and what made it."""
    fields = (("WARC-Filename", warc), ("WARC-Date", _warc_date(datetime.now(UTC))))
    _write(stream, "warcinfo", "application/warc-fields", fields, b"software: dateline\r\n")


def write_exchange(
    stream: BinaryIO, kind: CaptureKind, owner: tuple[str, str], exchange: Exchange, reason: Reason = None
) -> str:
    """Writes the records of one exchange; returns the capture id: the id of the response, else of the note.

    `owner` is (source id, run id), `reason` why it was made.
    """
    date = _warc_date(exchange.requested_at)
    response_id = None if exchange.status is None else _write_answer(stream, exchange, date)
    note = Note(
        kind, *owner, exchange.url, exchange.final_url, exchange.requested_at, exchange.elapsed_ms, exchange.outcome,
        exchange.user_agent, response_id, exchange.status, exchange.truncated, exchange.error_detail,
        exchange.redirects, exchange.repeats, len(exchange.body) if exchange.repeats else exchange.body_bytes,
        feed=reason if isinstance(reason, FeedNote) else None,
        article=reason if isinstance(reason, ArticleNote) else None,
    )  # fmt: skip
    return _write_note(stream, note, date)


def write_note(stream: BinaryIO, note: Note) -> str:
    """Writes the record that ends an exchange; returns the capture id: the id of the response, else of this record."""
    return _write_note(stream, note, _warc_date(note.requested_at))


def _write_note(stream: BinaryIO, note: Note, date: str) -> str:
    fields: Fields = (("WARC-Target-URI", note.url), ("WARC-Date", date))
    if note.response_id:
        fields = (*fields, ("WARC-Refers-To", note.response_id))
    own_id = _write(stream, "metadata", "application/json", fields, NOTE.dump_json(note))
    return note.response_id or own_id


def _write_answer(stream: BinaryIO, exchange: Exchange, date: str) -> str:
    """Writes request and response; returns the response's id."""
    common = (("WARC-Target-URI", exchange.final_url), ("WARC-Date", date))
    response_id = exchange.capture_id or _new_id()
    target = urlsplit(exchange.final_url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
    asked = _head(f"GET {_ascii(target)} HTTP/1.1", exchange.request_headers)
    concurrent = (*common, ("WARC-Concurrent-To", response_id))
    _write(stream, "request", "application/http; msgtype=request", concurrent, asked)
    head = _head(f"HTTP/1.1 {exchange.status} {_ascii(exchange.reason)}", _stored(exchange.response_headers))
    fields: Fields = (("WARC-Record-ID", response_id), *common)
    if exchange.truncated:
        fields = (*fields, ("WARC-Truncated", exchange.truncated))
    if exchange.repeats:
        earlier = exchange.repeats
        fields = (
            *fields,
            ("WARC-Profile", IDENTICAL),
            ("WARC-Refers-To", earlier.capture_id),
            ("WARC-Refers-To-Target-URI", earlier.url),
            ("WARC-Refers-To-Date", _warc_date(datetime.fromisoformat(earlier.seen_at))),
            ("WARC-Payload-Digest", earlier.digest),
        )
        return _write(stream, "revisit", "application/http; msgtype=response", fields, head)
    fields = (*fields, ("WARC-Payload-Digest", exchange.payload_digest or _digest(exchange.body)))
    return _write(stream, "response", "application/http; msgtype=response", fields, head, exchange.body)


def _write(stream: BinaryIO, kind: str, content_type: str, fields: Fields, *block: bytes) -> str:
    """Writes one record; returns its id, which is a new one where the fields name none."""
    record_id = next((value for name, value in fields if name == "WARC-Record-ID"), None)
    if record_id is None:
        record_id = _new_id()
        fields = (("WARC-Record-ID", record_id), *fields)
    length = sum(map(len, block))
    told = (
        ("WARC-Type", kind),
        *fields,
        ("WARC-Block-Digest", _digest(*block)),
        ("Content-Type", content_type),
        ("Content-Length", str(length)),
    )
    head = "".join(("WARC/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in told), "\r\n")).encode()
    parts: tuple[bytes, ...] = (head, *block, END)
    if length < JOINED:
        parts = (b"".join(parts),)
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    for part in parts:
        stream.write(packer.compress(part))
    stream.write(packer.flush())
    return record_id


def _head(line: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The head of a message with headers as the bytes that they were: http.client reads them as Latin-1."""
    text = "".join((line, "\r\n", *(f"{name}: {value}\r\n" for name, value in headers), "\r\n"))
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def _stored(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Response headers as stored: the body has no transfer coding any more, so its header is set aside by name."""
    for name, value in headers:
        yield (f"X-Archive-Orig-{name}" if name.lower() == "transfer-encoding" else _ascii(name)), value


def _digest(*block: bytes) -> str:
    """The digest of some bytes as WARC writes it: SHA-1 in Base32 (WARC 1.1, section 5.8)."""
    digest = hashlib.sha1(usedforsecurity=False)
    for part in block:
        digest.update(part)
    return f"sha1:{base64.b32encode(digest.digest()).decode()}"


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _warc_date(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _ascii(text: str) -> str:
    """A reason ("404 Página no encontrada") or a name as what readers expect that know ASCII alone there."""
    return text.encode("ascii", "backslashreplace").decode()
