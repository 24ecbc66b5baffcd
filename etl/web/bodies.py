"""What an answer's bytes are: a header by its name, the body without its content encoding."""

import base64
import hashlib
import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime

from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from etl.errors import ArticleError
from etl.model import Exchange

MAX_DECODED_BYTES = 24_000_000  # of one body, whatever its encoding claims; the largest page of 1,429 has 4.1 MB
BLOCK = 65_536
BUSY = {429, 503}  # RFC 6585, section 4; RFC 9110, section 15.6.4
PATIENCE_SECONDS = 10.0  # that a busy host is waited for; one that asks for more is left alone
WISH_MAX_SECONDS = 7 * 86_400.0
ENCODINGS = {"gzip", "x-gzip", "deflate", "br", "zstd"}  # what is asked for, and its other name
NO_ENCODINGS = {"", "identity", "none", "binary", "8bit", "utf-8", "utf8"}  # seen where nothing is encoded


def header(exchange: Exchange, name: str) -> str | None:
    """A response header by name in any case, the first where it stands several times; null where it does not."""
    return next((value for key, value in exchange.response_headers if key.lower() == name.lower()), None)


def payload_digest(body: bytes) -> str:
    """The digest of a body as WARC writes it: SHA-1 in Base32 (WARC 1.1, section 5.8)."""
    return f"sha1:{base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()}"


def retry_after_seconds(exchange: Exchange) -> float | None:
    """How long a host that is too busy (429, 503) asks to be left alone; null where it does not.

    By Retry-After as a number or a date (RFC 9110, section 10.2.3), counted from the request, at most a week; 0 for a
    date that is over. A value that is neither says nothing.
    """
    if exchange.status not in BUSY:
        return None
    printed = (header(exchange, "Retry-After") or "").strip()
    if printed.isascii() and printed.isdigit():
        return min(float(printed), WISH_MAX_SECONDS) if len(printed) < 10 else WISH_MAX_SECONDS
    try:
        until = parsedate_to_datetime(printed)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)  # "-0000" is UTC of which no more is said
    return min(max(0.0, (until - exchange.requested_at).total_seconds()), WISH_MAX_SECONDS)


def decoded_body(exchange: Exchange) -> bytes:
    """The body without its content encoding: gzip, deflate, br, zstd, nested too.

    Raises ArticleError where the encoding is unknown (not_html), broken (not_html), or the body too large
    (page_too_large).
    """
    return b"".join(_decoded(exchange))


def decoded_head(exchange: Exchange, size: int = MAX_DECODED_BYTES) -> bytes:
    """What can be decoded of a body, at least `size` bytes: all of one that is neither broken nor larger."""
    head = bytearray()
    with suppress(ArticleError):
        for block in _decoded(exchange):
            head += block
            if len(head) >= size:
                break
    return bytes(head)


def weigh_body(exchange: Exchange) -> ArticleError | None:
    """Why `decoded_body` would fail; null where it would not. Decodes block by block and keeps nothing."""
    try:
        for _ in _decoded(exchange):
            pass
    except ArticleError as error:
        return error
    return None


def _decoded(exchange: Exchange) -> Iterator[bytes]:
    named = (part.strip() for part in (header(exchange, "Content-Encoding") or "").lower().split(","))
    encodings = [name for name in named if name not in NO_ENCODINGS]
    encoding = ", ".join(encodings)
    if not encodings:
        yield exchange.body
        return
    if not ENCODINGS.issuperset(encodings):
        raise ArticleError("not_html", f"the content encoding {encoding!r} was not asked for and cannot be read")
    stream, size = io.BytesIO(exchange.body), 0
    try:
        response = HTTPResponse(stream, headers={"content-encoding": encoding}, preload_content=False)
        while block := response.read(BLOCK, decode_content=True):
            size += len(block)
            if size > MAX_DECODED_BYTES:
                raise ArticleError("page_too_large", f"more than {MAX_DECODED_BYTES} bytes when decoded")
            yield block
    except HTTPError as error:
        raise ArticleError("not_html", f"the content encoding is broken: {error}") from error
