"""One request, its redirects and its answer: with `sessions` the only room that knows requests.

An exchange is recorded whatever comes of it. Nothing is retried here and nothing raises for what a server does.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import requests
from urllib3.exceptions import HTTPError, ProtocolError

from etl.model import Exchange, FetchOutcome, Payload
from etl.web.bodies import payload_digest, weigh_body
from etl.web.challenges import challenged
from etl.web.deadlines import GRACE_SECONDS, shut_after
from etl.web.reach import Network, RefusedAddressError
from etl.web.sessions import Client

CHUNK = 65_536
MAX_REDIRECTS = 5
HARD = {400, 401, 402, 403, 405, 406, 410, 411, 414, 451}  # a person must look; 404 comes back to life (Media Cloud)
HOPELESS = (
    requests.TooManyRedirects,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    RefusedAddressError,
    UnicodeError,  # a host that can be no name
)
FAILURES = (requests.RequestException, HTTPError, OSError, ValueError)
UNREADABLE: Mapping[str, FetchOutcome] = {"page_too_large": "too_large", "not_html": "temporary_error"}
TOO_LARGE_KEPT = 65_536  # bytes kept of a body beyond the cap, enough to see what it was
Gate = Callable[[str], tuple[FetchOutcome, str | None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost: seconds to connect and per read, seconds in all, bytes on the wire.

    `allowed` are the networks, besides the public internet, in which a host may be, `kept_bytes` what is kept of a body
    that is too large.
    """

    timeout_seconds: float
    deadline_seconds: float
    max_bytes: int
    allowed: tuple[Network, ...] = ()
    kept_bytes: int = TOO_LARGE_KEPT


@dataclass(slots=True)
class _Answer:
    """What has come of a request so far."""

    response: requests.Response | None = None
    outcome: FetchOutcome = "temporary_error"
    detail: str | None = None
    body: bytes = b""
    truncated: str | None = None
    size: int = 0
    redirects: list[tuple[int, str]] = field(default_factory=list)


def fetch(
    client: Client, url: str, limits: Limits, headers: Mapping[str, str] | None = None, gate: Gate | None = None
) -> Exchange:
    """The exchange that one GET gives; the body is the bytes on the wire.

    At most five redirects are followed, each address of another host only where `gate` says "ok". Never raises for
    what the other side does: a time-out, a broken body, a refused connection are outcomes.
    """
    requested_at = datetime.now(UTC)
    started = time.monotonic()
    answer = _Answer()
    try:
        client.prepare(started + limits.deadline_seconds, limits.allowed)
        with shut_after(client.connections, limits.deadline_seconds + GRACE_SECONDS) as watch:
            _follow(client, url, limits, (headers or {}, gate, started), answer)
        if watch.is_shut:  # http.client takes headers that break off for whole ones
            answer.outcome, answer.truncated = "temporary_error", "time"
    except FAILURES as error:
        answer.outcome, answer.detail = _failure(error)
    elapsed = time.monotonic() - started
    if answer.outcome == "temporary_error" and elapsed > limits.deadline_seconds:
        answer.detail = f"not at its end after {limits.deadline_seconds:g} s"
    return _recorded(client, url, (requested_at, int(elapsed * 1000)), answer)


def not_asked(client: Client, url: str, outcome: FetchOutcome, detail: str | None) -> Exchange:
    """The exchange of a request that was not made, with the reason."""
    return Exchange(url, url, datetime.now(UTC), 0, outcome, client.user_agent, error_detail=detail)


def compared(exchange: Exchange, earlier: Payload | None) -> Exchange:
    """An exchange as it is where its payload is that of an earlier capture: then its outcome is "same_bytes"."""
    if earlier is None or exchange.payload_digest != earlier.digest:
        return exchange
    return replace(exchange, outcome="same_bytes", repeats=earlier)


def _follow(
    client: Client,
    url: str,
    limits: Limits,
    asked: tuple[Mapping[str, str], Gate | None, float],
    answer: _Answer,
) -> None:
    """Asks and follows redirects, whose own bodies are not read; fills `answer`."""
    headers, gate, started = asked
    session, timeout = client.session, (limits.timeout_seconds, limits.timeout_seconds)
    for _ in range(MAX_REDIRECTS + 1):
        request = client.request(url, headers)
        response = _send(client, request, timeout)
        with closing(response):
            answer.response = response
            if "Set-Cookie" in response.headers:
                requests.cookies.extract_cookies_to_jar(session.cookies, request, response.raw)  # type: ignore[no-untyped-call]
            target = session.get_redirect_target(response)
            if target is None:
                _read(response, limits, started, answer)
                if answer.truncated is None:
                    answer.outcome, answer.detail = _judge(response, bool(headers))
                return
        answer.redirects.append((response.status_code, url))
        url = requests.compat.urljoin(url, target)
        answer.outcome, answer.detail = gate(url) if gate else ("ok", None)
        if answer.outcome != "ok":
            return
        answer.outcome = "temporary_error"
        if time.monotonic() - started > limits.deadline_seconds:
            return
    raise requests.TooManyRedirects(f"more than {MAX_REDIRECTS} redirects")


def _recorded(client: Client, url: str, times: tuple[datetime, int], answer: _Answer) -> Exchange:
    """The exchange of what has come of a request; `times` are its instant and how many milliseconds it took."""
    response, outcome = answer.response, answer.outcome
    if response is None:
        return Exchange(url, url, *times, outcome, client.user_agent, error_detail=answer.detail)
    exchange = Exchange(
        url,
        response.url,
        *times,
        outcome,
        client.user_agent,
        status=response.status_code,
        reason=response.reason or "",
        request_headers=tuple((str(name), _text(value)) for name, value in response.request.headers.items()),
        response_headers=tuple(response.raw.headers.items()),
        body=answer.body,
        truncated=answer.truncated,
        error_detail=answer.detail,
        redirects=tuple(answer.redirects),
        body_bytes=answer.size if answer.size > len(answer.body) else None,
        payload_digest=payload_digest(answer.body) if outcome == "ok" else None,
    )
    fault = weigh_body(exchange) if outcome == "ok" else None
    if fault is None:
        return challenged(exchange)
    unreadable, told = UNREADABLE[fault.reason_code], fault.reason_text[:300]
    return replace(exchange, outcome=unreadable, error_detail=told, payload_digest=None)


def _send(client: Client, request: requests.PreparedRequest, timeout: tuple[float, float]) -> requests.Response:
    """The answer to one request, its body unread; asked again, once, where a connection kept open was closed meanwhile.

    A server may close one at any time, and the request may cross with that: RFC 9112, section 9.5.
    """
    adapter = client.session.get_adapter(str(request.url))  # not Session.send: it reads a redirect's body to its end
    was_open = any(connection.sock is not None for connection in client.connections)
    try:
        return adapter.send(request, stream=True, timeout=timeout)
    except requests.ConnectionError as error:
        if not was_open or not isinstance(error.args[0], ProtocolError):
            raise
    return adapter.send(request, stream=True, timeout=timeout)


def _read(response: requests.Response, limits: Limits, started: float, answer: _Answer) -> None:
    """Fills in the body and, where it was cut short, why ("length", "time" or "disconnect", as in WARC-Truncated).

    `read1` hands over what has come, so that a dripping body meets the deadline; iter_content waits for a full block.
    """
    parts: list[bytes] = []
    try:
        while chunk := response.raw.read1(CHUNK, decode_content=False):
            parts.append(chunk)
            answer.size += len(chunk)
            if answer.size > limits.max_bytes:
                answer.truncated, answer.outcome = "length", "too_large"
                answer.detail = f"the body is larger than {limits.max_bytes} bytes"
                break
            if time.monotonic() - started > limits.deadline_seconds:
                answer.truncated = "time"
                break
    except FAILURES as error:
        answer.truncated = "time" if isinstance(error, TimeoutError) else "disconnect"
        answer.detail = f"{type(error).__name__}: {error}"[:300]
    body = b"".join(parts)
    answer.body = body[: limits.kept_bytes] if answer.truncated == "length" else body


def _judge(response: requests.Response, is_conditional: bool) -> tuple[FetchOutcome, str | None]:
    status = response.status_code
    if status == 304 and is_conditional:
        return "not_modified", None
    if 200 <= status < 300:
        return "ok", None
    return ("hard_error" if status in HARD else "soft_error"), f"HTTP status {status}"


def _failure(error: Exception) -> tuple[FetchOutcome, str]:
    """What an exception of the layers below is for the operator; faults of TLS are told as such."""
    if isinstance(error, requests.exceptions.SSLError):
        return "tls_error", f"TLS: {error}"[:300]
    return "hard_error" if isinstance(error, HOPELESS) else "temporary_error", f"{type(error).__name__}: {error}"[:300]


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
