"""What an answer's bytes are: a header by its name, the body without its content encoding."""

import io

from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from etl.errors import ArticleError
from etl.model import Exchange

MAX_DECODED_BYTES = 64_000_000  # of one body, whatever its encoding claims; the largest page of 1,429 has 4.1 MB
BLOCK = 65_536
ENCODINGS = {"gzip", "x-gzip", "deflate", "identity"}  # what we ask for; more would depend on what is installed


def header(exchange: Exchange, name: str) -> str | None:
    """A response header by name in any case, the first where it stands several times; null where it does not."""
    return next((value for key, value in exchange.response_headers if key.lower() == name.lower()), None)


def decoded_body(exchange: Exchange) -> bytes:
    """The body without its content encoding (gzip, deflate). Raises ArticleError where it is broken or too large."""
    encoding = (header(exchange, "Content-Encoding") or "").strip().lower()
    if not encoding:
        return exchange.body
    if not ENCODINGS.issuperset(part.strip() for part in encoding.split(",")):
        raise ArticleError("not_html", f"the content encoding {encoding!r} was not asked for and cannot be read")
    stream = io.BytesIO(exchange.body)
    response = HTTPResponse(stream, headers={"content-encoding": encoding}, preload_content=False)
    parts, size = [], 0
    try:
        while chunk := response.read(BLOCK, decode_content=True):
            parts.append(chunk)
            size += len(chunk)
            if size > MAX_DECODED_BYTES:
                raise ArticleError("page_too_large", f"more than {MAX_DECODED_BYTES} bytes when decoded")
    except HTTPError as error:
        raise ArticleError("not_html", f"the content encoding is broken: {error}") from error
    return b"".join(parts)
