"""Archives as others make them, for tests that read or import them."""

import gzip
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HTML = (("Content-Type", "text/html; charset=utf-8"), ("Server", "quay/2"))
STORY = (
    "<html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>PORT AMSEL (HG) - {1} The harbour board met on "
    "Monday and agreed to rebuild the northern mole, which a storm had broken in two places in the spring, before "
    "the herring boats come home.</p><p>Work is to begin in June, the board said.</p></article></body></html>"
)


@dataclass(frozen=True)
class Foreign:
    """One record of an archive; `fields` are further fields of its head."""

    url: str
    body: bytes = b""
    date: str = "2024-03-01T10:00:00Z"
    kind: str = "response"
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = HTML
    fields: Mapping[str, str] = field(default_factory=dict)


def story(headline: str, sentence: str = "It is decided.") -> bytes:
    """A page with an article."""
    return STORY.format(headline, sentence).encode()


def archive(records: Iterable[Foreign], form: str = "members", version: str = "WARC/1.0") -> bytes:
    """An archive by warcio: a gzip member a record ("members"), one of all ("whole"), or none ("plain")."""
    return b"".join(records_of(records, form, version)) if form != "whole" else gzip.compress(archive(records, "plain"))


def records_of(records: Iterable[Foreign], form: str = "members", version: str = "WARC/1.0") -> list[bytes]:
    """The bytes of each record of an archive."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=form == "members", warc_version=version)
    parts = []
    for record in records:
        http = None
        if record.kind in {"response", "request", "revisit"}:
            is_request = record.kind == "request"
            line, protocol = ("GET / HTTP/1.1", "") if is_request else (record.status, "HTTP/1.1")
            http = StatusAndHeaders(line, list(record.headers), protocol=protocol, is_http_request=is_request)
        made = writer.create_warc_record(
            record.url,
            record.kind,
            io.BytesIO(record.body),
            http_headers=http,
            warc_headers_dict={"WARC-Date": record.date, **record.fields},
        )
        out.seek(0)
        out.truncate()
        writer.write_record(made)
        parts.append(out.getvalue())
    return parts


def by_hand(fields: Mapping[str, str], block: bytes, version: str = "WARC/1.0", end: bytes = b"\r\n\r\n") -> bytes:
    """One record without compression, with these fields and no others."""
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{version}\r\n{head}\r\n".encode() + block + end
