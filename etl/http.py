"""One polite session: the only room that knows requests.

An exchange is recorded whatever comes of it. Nothing is retried here and nothing raises for what a server does.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit

import requests
from protego import Protego
from urllib3.exceptions import HTTPError

from etl.model import Exchange, FetchOutcome

ACCEPT_ENCODING = "gzip, deflate"
CHUNK = 65_536
MAX_REDIRECTS = 5
HARD = {400, 401, 402, 403, 405, 406, 410, 411, 414, 451}  # a person must look; 404 comes back to life (Media Cloud)
TOO_LARGE_KEPT = 65_536  # bytes kept of a body beyond the cap, enough to see what it was


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost: seconds to connect and per read, seconds in all, bytes on the wire."""

    timeout_seconds: float
    deadline_seconds: float
    max_bytes: int


def open_session(contact: str) -> requests.Session:
    """A session that says who it is: product, version and how to reach the operator."""
    session = requests.Session()
    session.max_redirects = MAX_REDIRECTS
    session.trust_env = False
    session.headers.update({"User-Agent": user_agent(contact), "Accept-Encoding": ACCEPT_ENCODING})
    return session


def user_agent(contact: str) -> str:
    """What is sent as User-Agent."""
    return f"Dateline/{version('dateline')} (news archive; contact: {contact})"


def fetch(session: requests.Session, url: str, limits: Limits, headers: Mapping[str, str] | None = None) -> Exchange:
    """The exchange that one GET gives, redirects followed; the body is the bytes on the wire.

    Never raises for what the other side does: a time-out, a broken body, a refused connection are outcomes.
    """
    requested_at = datetime.now(UTC)
    started = time.monotonic()
    body, truncated, response = b"", None, None
    try:
        response = session.get(
            url, headers=dict(headers or {}), stream=True, timeout=(limits.timeout_seconds, limits.timeout_seconds)
        )
        body, truncated = _read(response, limits, started)
        outcome, detail = _judge(response.status_code, truncated, limits)
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        outcome, detail = "temporary_error", f"{type(error).__name__}: {error}"[:300]
        if isinstance(
            error, requests.TooManyRedirects | requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema
        ):
            outcome = "hard_error"
    finally:
        if response is not None:
            response.close()
    agent = str(session.headers["User-Agent"])
    elapsed_ms = int((time.monotonic() - started) * 1000)
    if response is None:
        return Exchange(url, url, requested_at, elapsed_ms, outcome, agent, error_detail=detail)
    return Exchange(
        url=url,
        final_url=response.url,
        requested_at=requested_at,
        elapsed_ms=elapsed_ms,
        outcome=outcome,
        user_agent=agent,
        status=response.status_code,
        reason=response.reason or "",
        request_headers=tuple(response.request.headers.items()),
        response_headers=tuple(response.raw.headers.items()),
        body=body,
        truncated=truncated,
        error_detail=detail,
    )


def _read(response: requests.Response, limits: Limits, started: float) -> tuple[bytes, str | None]:
    """The body, and why it was cut short ("length" or "time") if it was. Raises for a broken body.

    `read1` hands over what has come, so that a dripping body meets the deadline; iter_content waits for a full block.
    """
    parts: list[bytes] = []
    size = 0
    while chunk := response.raw.read1(CHUNK, decode_content=False):
        parts.append(chunk)
        size += len(chunk)
        if size > limits.max_bytes:
            return b"".join(parts)[:TOO_LARGE_KEPT], "length"
        if time.monotonic() - started > limits.deadline_seconds:
            return b"".join(parts), "time"
    return b"".join(parts), None


def _judge(status: int, truncated: str | None, limits: Limits) -> tuple[FetchOutcome, str | None]:
    if truncated == "length":
        return "too_large", f"the body is larger than {limits.max_bytes} bytes"
    if truncated == "time":
        return "temporary_error", f"not at its end after {limits.deadline_seconds} s"
    if status == 304:
        return "not_modified", None
    if 200 <= status < 300:
        return "ok", None
    return ("hard_error" if status in HARD else "soft_error"), f"HTTP status {status}"


def robots_verdict(status: int | None, text: str, url: str) -> FetchOutcome:
    """Whether a page may be fetched: "ok", "robots_denied" or, failing closed, "robots_unavailable".

    A host without robots.txt (404, 410 and other 4xx but 401 and 403) allows everything (RFC 9309, section 2.3.1.3).
    """
    if status is None or status >= 500 or status in {401, 403, 429}:
        return "robots_unavailable"
    if not 200 <= status < 300:
        return "ok"
    parts = urlsplit(url)
    allowed = Protego.parse(text).can_fetch(
        f"{parts.scheme}://{parts.netloc}{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", "Dateline"
    )
    return "ok" if allowed else "robots_denied"
