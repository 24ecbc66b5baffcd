"""One exchange read from WARC records, as `exchanges` writes them.

It is up to three records: request, response and metadata; the metadata record ends it and holds the note as JSON,
which says why the exchange was made and what came of it.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple

from pydantic import TypeAdapter
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from etl.model import ArticleNote, Capture, CaptureKind, CapturePlace, Exchange, FeedNote, FetchOutcome, Payload

BLOCK = 65_536
GZIP = 16 + zlib.MAX_WBITS  # what zlib calls the gzip format
DAMAGE = (ArchiveLoadFailed, zlib.error, EOFError, ValueError)
Reason = FeedNote | ArticleNote | None


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
    redirects: tuple[tuple[int, str], ...] = ()
    repeats: Payload | None = None
    body_bytes: int | None = None
    feed: FeedNote | None = None
    article: ArticleNote | None = None


NOTE = TypeAdapter(Note)


class _Answered(NamedTuple):
    """An answer's record, its payload without transfer coding, and what its digests say against it."""

    record: ArcWarcRecord
    payload: bytes
    problem: str | None


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a WARC behind which nothing can be read."""

    warc: str
    offset: int
    detail: str


def read_captures(stream: BinaryIO, warc: str) -> Iterator[Capture | Damage]:
    """The captures from where the stream stands, one at a time; a Damage last where it cannot be read on."""
    begun: int | None = None  # where the exchange begins whose note has not come yet
    offset, answer = stream.tell(), None
    try:
        for member, length in _members(stream):
            for record, payload, problem in read_records(member):
                begun = offset if begun is None and record.rec_type != "warcinfo" else begun
                if record.rec_type in {"response", "revisit"}:
                    answer = _Answered(record, payload, problem)
                elif record.rec_type == "metadata":
                    note = NOTE.validate_json(payload)
                    _require_whole(note, answer, problem)
                    own_id = str(record.rec_headers.get_header("WARC-Record-ID"))
                    assert begun is not None
                    yield _capture(note, own_id, answer, (warc, begun))
                    begun, answer = None, None
            offset += length
    except DAMAGE as error:
        yield Damage(warc, offset if begun is None else begun, f"{type(error).__name__}: {error}")
    else:
        if begun is not None:
            yield Damage(warc, begun, "an exchange without its note at the end of the file")


def read_records(member: bytes) -> Iterator[tuple[ArcWarcRecord, bytes, str | None]]:
    """(record, payload without transfer coding, what its digests say against it) of each record in some bytes.

    Raises one of DAMAGE.
    """
    for record in ArchiveIterator(io.BytesIO(member), check_digests=True):
        payload = record.raw_stream.read()
        headers = record.http_headers if record.rec_type == "response" else None
        if headers and (headers.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
            payload = ChunkedDataReader(io.BytesIO(payload)).read()  # what is not chunked stays as it is
        yield record, payload, "; ".join(record.digest_checker.problems) or None


def _require_whole(note: Note, answer: _Answered | None, problem: str | None) -> None:
    """Passes unless a digest speaks against a note or its answer; a copied answer's were weighed when it was copied."""
    is_copy = note.article is not None and note.article.archive is not None
    told = problem or (answer.problem if answer and not is_copy else None)
    if told:
        raise ValueError(told)


def _members(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """(bytes, length in the file) of each gzip member, which is one record.

    Raises EOFError where the last one is cut short; warcio alone would take it for a short one.
    """
    rest = b""
    while rest or (rest := stream.read(BLOCK)):
        unzip, parts, length = zlib.decompressobj(GZIP), [], 0
        while not unzip.eof:
            if not rest and not (rest := stream.read(BLOCK)):
                raise EOFError("the file is cut short")
            parts.append(unzip.decompress(rest))
            length += len(rest)
            rest = b""
        rest = unzip.unused_data
        yield b"".join(parts), length - len(rest)


def _capture(note: Note, own_id: str, answer: _Answered | None, lies: tuple[str, int]) -> Capture:
    headers = tuple((str(key), str(value)) for key, value in answer.record.http_headers.headers) if answer else ()
    is_kept = answer is not None and note.outcome in {"ok", "same_bytes"}
    exchange = Exchange(
        note.url, note.final_url, note.requested_at, note.elapsed_ms, note.outcome, note.user_agent, note.status,
        response_headers=headers, body=answer.payload if answer else b"", truncated=note.truncated,
        error_detail=note.error_detail, redirects=note.redirects, repeats=note.repeats, body_bytes=note.body_bytes,
        payload_digest=answer.record.rec_headers.get_header("WARC-Payload-Digest") if answer and is_kept else None,
    )  # fmt: skip
    place = CapturePlace(*lies, note.response_id or own_id, note.requested_at.isoformat())
    return Capture(place, note.kind, note.source_id, note.run_id, exchange, note.feed, note.article)
