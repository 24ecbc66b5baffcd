"""WARC in and out: every exchange as it happened, with a note that says why it was made.

A file is written beside `raw/`, made durable, then renamed into place and never changed. One exchange is up to
three records: request, response and metadata; the metadata record ends it and holds the note as JSON.
"""

import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import HTTPError
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.errors import ArticleError, StorageError
from etl.model import ArticleNote, Capture, CaptureKind, CapturePlace, Exchange, FeedNote, FetchOutcome
from etl.storage import sync_folder

MAX_DECODED_BYTES = 64_000_000  # of one body, whatever its encoding claims; the largest page of 1,429 has 4.1 MB
DAMAGE = (ArchiveLoadFailed, zlib.error, EOFError, ValueError, OSError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class Note:
    """What the metadata record holds. `response_id` is null when no answer came."""

    kind: CaptureKind
    source_id: str
    run_id: str
    url: str
    final_url: str
    requested_at: datetime
    elapsed_ms: int
    outcome: FetchOutcome
    user_agent: str
    response_id: str | None
    status: int | None = None
    truncated: str | None = None
    error_detail: str | None = None
    feed: FeedNote | None = None
    article: ArticleNote | None = None


NOTE = TypeAdapter(Note)


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a WARC behind which nothing can be read."""

    warc: str
    offset: int
    detail: str


class RawFile:
    """One WARC being written. Nobody sees it before `settle`; leaving the block without it leaves nothing."""

    def __init__(self, data: Path, warc: str):
        self.warc = warc
        self.captures = 0
        self._path = data / "raw" / warc
        self._part = data / "staging" / f"{warc.replace('/', '_')}.{os.getpid()}.part"
        self._settled = False

    def __enter__(self) -> "RawFile":
        try:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._part.open("wb")
        except OSError as error:
            raise StorageError(f"cannot write {str(self._part)!r}: {error.strerror}") from error
        self._writer = WARCWriter(self._stream, gzip=True, warc_version="WARC/1.1")
        self._writer.write_record(self._writer.create_warcinfo_record(self.warc, {"software": "dateline"}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        if not self._settled:
            self._part.unlink(missing_ok=True)

    def append(
        self, kind: CaptureKind, owner: tuple[str, str], exchange: Exchange, note: FeedNote | ArticleNote | None = None
    ) -> CapturePlace:
        """Writes one exchange and says where it lies; `owner` is (source id, run id). Raises StorageError."""
        offset = self._stream.tell()
        try:
            capture_id = self._append(kind, owner, exchange, note)
        except OSError as error:
            raise StorageError(f"cannot write {str(self._part)!r}: {error.strerror}") from error
        self.captures += 1
        return CapturePlace(self.warc, offset, capture_id, exchange.requested_at.isoformat())

    def settle(self) -> None:
        """Makes the file durable and puts it into `raw/`. Raises StorageError; an existing file is never replaced."""
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.link(self._part, self._path)
            self._part.unlink()
            sync_folder(self._path.parent)
            sync_folder(self._path.parent.parent)
        except OSError as error:
            raise StorageError(f"cannot put {str(self._path)!r} in place: {error.strerror}") from error
        self._settled = True

    def _append(
        self, kind: CaptureKind, owner: tuple[str, str], exchange: Exchange, note: FeedNote | ArticleNote | None
    ) -> str:
        date = exchange.requested_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        headers = {"WARC-Date": date} | ({"WARC-Record-ID": exchange.capture_id} if exchange.capture_id else {})
        response_id = None
        if exchange.status is not None:
            if exchange.truncated:
                headers["WARC-Truncated"] = exchange.truncated
            answer = StatusAndHeaders(
                f"{exchange.status} {exchange.reason}", _stored(exchange.response_headers), protocol="HTTP/1.1"
            )
            response = self._writer.create_warc_record(
                exchange.final_url,
                "response",
                io.BytesIO(exchange.body),
                http_headers=answer,
                warc_headers_dict=headers,
            )
            response_id = str(response.rec_headers.get_header("WARC-Record-ID"))
            target = urlsplit(exchange.final_url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
            asked = StatusAndHeaders(f"GET {target} HTTP/1.1", list(exchange.request_headers), is_http_request=True)
            request = self._writer.create_warc_record(
                exchange.url, "request", http_headers=asked,
                warc_headers_dict={"WARC-Date": date, "WARC-Concurrent-To": response_id},
            )  # fmt: skip
            self._writer.write_record(request)
            self._writer.write_record(response)
        written = _note(kind, owner, exchange, note, response_id)
        links = {"WARC-Date": date} | ({"WARC-Refers-To": response_id} if response_id else {})
        metadata = self._writer.create_warc_record(
            exchange.url, "metadata", io.BytesIO(NOTE.dump_json(written)),
            warc_content_type="application/json", warc_headers_dict=links,
        )  # fmt: skip
        self._writer.write_record(metadata)
        return response_id or str(metadata.rec_headers.get_header("WARC-Record-ID"))


def read_warc(data: Path, warc: str) -> Iterator[Capture | Damage]:
    """The captures of a WARC in the order they were made, one at a time; a Damage last where the file is cut short."""
    path = data / "raw" / warc
    try:
        stream = path.open("rb")
    except OSError as error:
        raise StorageError(f"cannot read {str(path)!r}: {error.strerror}") from error
    with stream:
        yield from _captures(stream, warc)


def read_capture(data: Path, place: CapturePlace) -> Capture:
    """The capture at a place. Raises StorageError where it is not there."""
    path = data / "raw" / place.warc
    try:
        with path.open("rb") as stream:
            stream.seek(place.offset)
            found = next(_captures(stream, place.warc, place.offset), None)
    except OSError as error:
        raise StorageError(f"cannot read {str(path)!r}: {error.strerror}") from error
    if not isinstance(found, Capture) or found.place.capture_id != place.capture_id:
        raise StorageError(f"capture {place.capture_id!r} is not at offset {place.offset} of {place.warc!r}")
    return found


def decoded_body(exchange: Exchange) -> bytes:
    """The body without its content encoding (gzip, deflate). Raises ArticleError where it is broken or too large."""
    headers = HTTPHeaderDict(exchange.response_headers)
    if not headers.get("content-encoding"):
        return exchange.body
    response = HTTPResponse(io.BytesIO(exchange.body), headers=headers, preload_content=False, decode_content=True)
    parts, size = [], 0
    try:
        while chunk := response.read(65_536):
            parts.append(chunk)
            size += len(chunk)
            if size > MAX_DECODED_BYTES:
                raise ArticleError("page_too_large", f"more than {MAX_DECODED_BYTES} bytes when decoded")
    except HTTPError as error:
        raise ArticleError("not_html", f"the content encoding is broken: {error}") from error
    return b"".join(parts)


def header(exchange: Exchange, name: str) -> str | None:
    """A response header by name in any case, the first where it stands several times; null where it does not."""
    return next((value for key, value in exchange.response_headers if key.lower() == name.lower()), None)


def stored_warcs(data: Path) -> list[str]:
    """Every WARC in `raw/`, as paths below it, in order of name."""
    root = data / "raw"
    return sorted(str(path.relative_to(root)) for path in root.glob("*/*.warc.gz"))


def _captures(stream: Any, warc: str, start: int = 0) -> Iterator[Capture | Damage]:
    records = ArchiveIterator(stream)
    offset, first, answer = start, start, None
    try:
        for record in records:
            payload = record.raw_stream.read()
            offset = int(records.get_record_offset())
            if record.rec_type == "request":
                first = offset
            elif record.rec_type == "response":
                answer = (record.http_headers, payload)
            elif record.rec_type == "metadata":
                note = NOTE.validate_json(payload)
                own_id = str(record.rec_headers.get_header("WARC-Record-ID"))
                yield _capture(note, own_id, answer, CapturePlace(warc, first if answer else offset, "", ""))
                answer = None
    except DAMAGE as error:
        yield Damage(warc, offset, f"{type(error).__name__}: {error}")
    else:
        if answer is not None:
            yield Damage(warc, offset, "a response without its note at the end of the file")


def _capture(note: Note, own_id: str, answer: tuple[StatusAndHeaders, bytes] | None, place: CapturePlace) -> Capture:
    headers = tuple((str(key), str(value)) for key, value in answer[0].headers) if answer else ()
    exchange = Exchange(
        note.url, note.final_url, note.requested_at, note.elapsed_ms, note.outcome, note.user_agent, note.status,
        response_headers=headers, body=answer[1] if answer else b"", truncated=note.truncated, error_detail=note.error_detail,
    )  # fmt: skip
    where = CapturePlace(place.warc, place.offset, note.response_id or own_id, note.requested_at.isoformat())
    return Capture(where, note.kind, note.source_id, note.run_id, exchange, note.feed, note.article)


def _note(
    kind: CaptureKind,
    owner: tuple[str, str],
    exchange: Exchange,
    note: FeedNote | ArticleNote | None,
    response_id: str | None,
) -> Note:
    return Note(
        kind, *owner, exchange.url, exchange.final_url, exchange.requested_at, exchange.elapsed_ms, exchange.outcome,
        exchange.user_agent, response_id, exchange.status, exchange.truncated, exchange.error_detail,
        feed=note if isinstance(note, FeedNote) else None, article=note if isinstance(note, ArticleNote) else None,
    )  # fmt: skip


def _stored(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Response headers as stored: the body has no transfer coding any more, so its header is set aside by name."""
    return [(f"X-Archive-Orig-{k}" if k.lower() == "transfer-encoding" else k, v) for k, v in headers]
