"""Whatever a server does is an outcome, told in time and within bounds; robots.txt is honoured."""

import gzip
import subprocess
import sys
import threading
import tracemalloc
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
import requests
from backports import zstd
from servers import Answering, Handler, Site, give

from etl.errors import ArticleError
from etl.model import Exchange, FetchOutcome
from etl.web.bodies import decoded_body, header
from etl.web.http import Limits, fetch
from etl.web.reach import read_networks
from etl.web.robots import robots_answer, robots_verdict
from etl.web.sessions import open_client

LOOPBACK = read_networks(["127.0.0.1"])
LIMITS = Limits(timeout_seconds=0.2, deadline_seconds=0.4, max_bytes=200_000, allowed=LOOPBACK)
CLIENT = open_client("desk@localhost")


def _hang(handler: Handler) -> None:
    handler.server.site.closing.wait(5)


def _drip(head: bytes, tail: bytes = b"") -> Answering:
    """Sends `head` and then a byte every 50 ms, which no read time-out notices."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(head)
        while not handler.server.site.closing.wait(0.05):
            handler.wfile.write(tail or b"x")

    return answer


def _raw(answer: bytes) -> Answering:
    def send(handler: Handler) -> None:
        handler.wfile.write(answer)

    return send


def _move(target: str, status: int = 302) -> Answering:
    return give(b"moved", status=status, Location=target)


def _fetch(site: Site, path: str = "/", **more: str) -> Exchange:
    return fetch(CLIENT, site.url + path, LIMITS, more)


def test_answer_is_kept_as_it_came() -> None:
    """Body bytes, headers and status are those on the wire, the content encoding not undone."""
    packed = gzip.compress("news ünd more".encode())
    with Site({"/": give(packed, Content_Encoding="gzip", ETag='"7"')}) as site:
        exchange = _fetch(site)
    assert (exchange.outcome, exchange.status, exchange.body) == ("ok", 200, packed)
    assert header(exchange, "etag") == '"7"'
    assert header(exchange, "X-None") is None
    assert decoded_body(exchange).decode() == "news ünd more"
    assert dict(exchange.request_headers)["User-Agent"].startswith("Dateline/")
    assert "desk@localhost" in exchange.user_agent


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "ok"),
        (204, "ok"),
        (304, "soft_error"),
        (400, "hard_error"),
        (401, "hard_error"),
        (404, "soft_error"),
        (410, "hard_error"),
        (429, "soft_error"),
        (500, "soft_error"),
        (503, "soft_error"),
        (999, "soft_error"),
        (300, "soft_error"),
    ],
)
def test_status_becomes_an_outcome(status: int, outcome: FetchOutcome) -> None:
    """A status is sorted by what an operator must do; a 304 that nobody asked for is an error."""
    with Site({"/": give(b"", status=status)}) as site:
        assert _fetch(site).outcome == outcome


def test_conditional_request_may_be_answered_by_304() -> None:
    """A 304 to a request with validators says that nothing has changed."""
    with Site({"/": give(b"", status=304)}) as site:
        assert _fetch(site, **{"If-None-Match": '"1"'}).outcome == "not_modified"


@pytest.mark.parametrize(
    ("answering", "truncated", "status"),
    [
        (_hang, None, None),
        (_drip(b""), None, None),
        (_drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "time", 200),
        (_drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"y"), "time", 200),
        (_drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"), "time", 200),
        (_drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), "time", 200),
        (_drip(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"), None, None),
    ],
    ids=["silence", "drip-status", "drip-headers", "drip-one-header", "drip-body", "drip-chunks", "drip-continue"],
)
def test_slow_server_meets_the_deadline(answering: Answering, truncated: str | None, status: int | None) -> None:
    """A server that is silent or drips for ever, wherever in its answer, is left at the deadline."""
    with Site({"/": answering}) as site:
        exchange = _fetch(site)  # it drips until the site closes, so that coming back is the proof
    assert (exchange.outcome, exchange.truncated, exchange.status) == ("temporary_error", truncated, status)
    assert exchange.error_detail


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"short"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort", b"short"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b""),
    ],
    ids=["early-close", "no-last-chunk", "no-chunk-size"],
)
def test_broken_body_keeps_what_came(answer: bytes, body: bytes) -> None:
    """A body that ends before its end is a temporary error, and the bytes that came are kept and marked."""
    with Site({"/": _raw(answer)}) as site:
        exchange = _fetch(site)
    assert (exchange.outcome, exchange.truncated, exchange.body) == ("temporary_error", "disconnect", body)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Huge: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 2_000 + b"\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[broken\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n",
    ],
    ids=["nothing", "no-http", "no-status", "huge-header", "many-headers", "bad-location", "bytes-location"],
)
def test_nonsense_is_an_outcome(answer: bytes) -> None:
    """What is no HTTP, or more of it than anyone sends, raises nothing."""
    with Site({"/": _raw(answer)}) as site:
        assert _fetch(site).outcome in {"temporary_error", "hard_error", "soft_error"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://..invalid/", "http://[::1", "gopher://localhost/"])
def test_address_without_a_server_is_an_outcome(url: str) -> None:
    """An address that nobody answers, or that cannot be asked, raises nothing and has no status."""
    exchange = fetch(CLIENT, url, LIMITS)
    assert exchange.outcome in {"temporary_error", "hard_error"}
    assert exchange.status is None


def test_connection_closed_in_reserve_costs_nothing() -> None:
    """A server that closes a kept connection just as the next request comes is asked again, once, on a new one."""

    def answer_once(handler: Handler) -> None:
        if handler.connection in answered:
            return
        answered.append(handler.connection)
        give(b"news")(handler)
        handler.close_connection = False

    def never_answer(handler: Handler) -> None:
        """Closes without a word, on whichever connection."""

    answered: list[object] = []
    with Site({"/1": answer_once, "/2": answer_once, "/3": answer_once, "/4": never_answer}) as site:
        exchanges = [_fetch(site, path) for path in ("/1", "/2", "/3", "/4")]
    assert [exchange.outcome for exchange in exchanges] == ["ok", "ok", "ok", "temporary_error"]
    assert site.requests == ["/1", "/2", "/2", "/3", "/3", "/4", "/4"]


def test_large_body_is_cut() -> None:
    """Of 100 MB a little more than the cap is read, 64 kB are kept, and memory does not follow the body."""

    def pour(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(1_000):
            handler.wfile.write(b"z" * 100_000)

    with Site({"/": pour}) as site:
        tracemalloc.start()
        exchange = _fetch(site)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (exchange.outcome, exchange.truncated, len(exchange.body)) == ("too_large", "length", 65_536)
    assert peak < 4 * LIMITS.max_bytes


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/a b?q=ü#part",
        "http://user:p%40ss@localhost:81/",
        "HTTP://LOCALHOST",
        "http://bücher.example/ä?x=1&x=2",
        "http://localhost/%7euser/../%zz",
    ],
)
@pytest.mark.parametrize("headers", [{}, {"If-None-Match": '"1"', "accept": "text/html"}])
@pytest.mark.parametrize("cookies", [{}, {"consent": "1", "reader": "7"}])
def test_request_is_what_requests_would_send(url: str, headers: dict[str, str], cookies: dict[str, str]) -> None:
    """A request that is copied and filled in has the address, headers and cookies that requests itself would give."""
    client = open_client("desk@localhost")
    client.session.cookies.update(cookies)
    wanted = client.session.prepare_request(requests.Request("GET", url, headers=headers))
    for _ in range(2):
        request = client.request(url, headers)
        assert (request.method, request.url, request.body) == (wanted.method, wanted.url, wanted.body)
        assert dict(request.headers.lower_items()) == dict(wanted.headers.lower_items())


def test_cookies_of_a_redirect_are_sent_on() -> None:
    """A site that sets a cookie and sends the reader back gets it with the next request, and only then."""

    def answer(handler: Handler) -> None:
        given.append(handler.headers["Cookie"])
        (give(b"news") if handler.headers["Cookie"] else _move_with_cookie)(handler)

    given: list[str | None] = []
    _move_with_cookie = give(b"", status=302, Location="/", Set_Cookie="seen=1")
    with Site({"/": answer}) as site:
        exchange = fetch(open_client("desk@localhost"), f"{site.url}/", LIMITS)
    assert exchange.body == b"news"
    assert given == [None, "seen=1"]


def test_each_of_many_requests_meets_its_own_deadline() -> None:
    """Of requests that run at once those whose time is over are shut, and only those."""
    patient = Limits(timeout_seconds=30, deadline_seconds=60, max_bytes=200_000, allowed=LOOPBACK)
    told = threading.Event()

    def answer_late(handler: Handler) -> None:
        told.wait(30)
        give(b"news")(handler)

    pages = {"/drip": _drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"y"), "/late": answer_late}
    with Site(pages) as site, ThreadPoolExecutor(3) as pool:
        late = pool.submit(fetch, open_client("desk@localhost"), f"{site.url}/late", patient)
        dripped = [pool.submit(fetch, open_client("desk@localhost"), f"{site.url}/drip", LIMITS) for _ in range(2)]
        assert [one.result().truncated for one in dripped] == ["time", "time"]
        told.set()
        assert late.result().body == b"news"


def test_deadlines_hold_in_a_fork() -> None:
    """A process forked while a request runs shuts its own requests, and not those of its parent."""
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("child shut, parent open\n", "")


FORKED = """
import os, socket, types
from etl.web.deadlines import shut_after
ours, far = socket.socketpair()
theirs, farther = socket.socketpair()
with shut_after([types.SimpleNamespace(sock=ours)], 3600):
    if os.fork() == 0:
        with shut_after([types.SimpleNamespace(sock=theirs)], 0) as watch:
            assert farther.recv(1) == b"" and watch.is_shut
        os._exit(0)
    _, status = os.wait()
    ours.send(b"x")
    print("child shut, parent open" if status == 0 and far.recv(1) == b"x" else status)
"""


def test_redirects_are_followed_up_to_five() -> None:
    """The last of five redirects is reached and named; a loop and a sixth are given up; their bodies are not read."""
    pages: dict[str, Answering] = {f"/{n}": _move(f"/{n + 1}") for n in range(5)}
    pages |= {"/5": give(b"here"), "/long": _move("/0"), "/loop": _move("/loop"), "/file": _move("file:///etc/hosts")}
    pages["/slow"] = _drip(b"HTTP/1.1 302 Found\r\nLocation: /5\r\nContent-Length: 99999\r\n\r\n")
    with Site(pages) as site:
        there, long, loop, file, slow = (_fetch(site, path) for path in ("/0", "/long", "/loop", "/file", "/slow"))
    assert (there.outcome, there.body, there.final_url) == ("ok", b"here", f"{site.url}/5")
    assert slow.body == b"here"
    assert (long.outcome, loop.outcome, file.outcome) == ("hard_error", "hard_error", "hard_error")
    assert len([path for path in site.requests if path == "/loop"]) == 6


def test_gate_is_asked_before_each_redirect() -> None:
    """A redirect to an address that the gate refuses is not followed, and the outcome says why."""
    asked: list[str] = []

    def gate(url: str) -> tuple[FetchOutcome, str | None]:
        asked.append(url)
        return "robots_denied", "forbidden"

    with Site({"/": _move("/secret")}) as site:
        exchange = fetch(CLIENT, f"{site.url}/", LIMITS, gate=gate)
        assert site.requests == ["/"]
    assert asked == [f"{site.url}/secret"]
    assert (exchange.outcome, exchange.error_detail, exchange.status) == ("robots_denied", "forbidden", 302)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("br", brotli.compress),
        ("zstd", zstd.compress),
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
        ("utf-8", bytes),
    ],
)
def test_encodings_asked_for_are_undone(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    """Bodies in the encodings that are asked for come out as they were."""
    with Site({"/": give(pack(b"news" * 99), Content_Encoding=encoding)}) as site:
        assert decoded_body(_fetch(site)) == b"news" * 99


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", b"no gzip at all", "not_html"),
        ("br", b"whatever", "not_html"),
        ("zstd", b"whatever", "not_html"),
        ("dcb", b"whatever", "not_html"),
        ("gzip", gzip.compress(b"\0" * 70_000_000), "page_too_large"),
    ],
    ids=["broken", "broken brotli", "broken zstd", "unknown", "bomb"],
)
def test_encoding_that_cannot_be_read_has_a_reason(encoding: str, body: bytes, reason: str) -> None:
    """A broken or unknown encoding and a decompression bomb are one rejected page each."""
    with Site({"/": give(body, Content_Encoding=encoding)}) as site, pytest.raises(ArticleError) as rejected:
        decoded_body(_fetch(site))
    assert rejected.value.reason_code == reason


RULES = b"User-agent: *\nDisallow: /private/\nUser-agent: Dateline\nDisallow: /ours/\n"


@pytest.mark.parametrize(
    ("answering", "path", "verdict"),
    [
        (give(RULES), "/ours/1", "robots_denied"),
        (give(RULES), "/private/1", "ok"),
        (give(gzip.compress(RULES), Content_Encoding="gzip"), "/ours/1", "robots_denied"),
        (give(b"\xff\xfe\x00garbage"), "/1", "ok"),
        (give(b"", status=404), "/1", "ok"),
        (give(b"", status=410), "/1", "ok"),
        (give(b"", status=401), "/1", "robots_unavailable"),
        (give(b"", status=403), "/1", "robots_unavailable"),
        (give(b"", status=429), "/1", "robots_unavailable"),
        (give(b"", status=304), "/1", "robots_unavailable"),
        (give(b"", status=500), "/1", "robots_unavailable"),
        (give(b"broken", Content_Encoding="gzip"), "/1", "robots_unavailable"),
        (give(b"#" * 300_000), "/1", "robots_unavailable"),
        (_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser-agent: *\n"), "/1", "robots_unavailable"),
        (_move("/robots.txt"), "/1", "robots_unavailable"),
        (_hang, "/1", "robots_unavailable"),
    ],
)
def test_robots_fail_closed(answering: Answering, path: str, verdict: FetchOutcome) -> None:
    """A page is allowed only by a whole answer: rules that allow it, or a plain statement that there are none."""
    with Site({"/robots.txt": answering}) as site:
        answer = robots_answer(_fetch(site, "/robots.txt"))
        assert robots_verdict(answer, site.url + path) == verdict
