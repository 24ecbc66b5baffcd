"""Servers that mean harm: each case ends in time, in bounded memory, and with the outcome an operator needs."""

import gzip
import ipaddress
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from backports import zstd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from etl.model import Exchange
from etl.web.http import Limits, fetch
from etl.web.reach import is_public, look_up, open_socket, read_networks
from etl.web.sessions import open_client

LOOPBACK = read_networks(["127.0.0.1"])
LIMITS = Limits(timeout_seconds=1.0, deadline_seconds=1.5, max_bytes=2_000_000, allowed=LOOPBACK)
SLACK_SECONDS = 30  # that a busy machine may be late before a case counts as endless
MEMORY = 64 * 1024 * 1024
Talking = Callable[[socket.socket], None]


@contextmanager
def serving(talk: Talking, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[str]]]:
    """A server of bytes on loopback: its address, and the request lines that it got."""
    asked: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def answer(plain: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(plain, server_side=True) if context else plain as connection:
            asked.append(connection.recv(65_536).split(b"\r\n", 1)[0].decode())
            talk(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{listener.getsockname()[1]}/", asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def say(*parts: bytes) -> Talking:
    """Sends some bytes and hangs up."""

    def talk(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return talk


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Talking:
    """A whole answer; `length` may lie."""
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/html",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    return say("\r\n".join([*lines, *headers, "", ""]).encode(), body)


def endless(head: bytes, more: bytes) -> Talking:
    """Sends a head, and then the same bytes until the other side has had enough."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(more)

    return talk


def dripping(head: bytes, more: bytes) -> Talking:
    """Sends a head, and then a few bytes every twentieth of a second."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        while not threading.Event().wait(0.05):
            connection.sendall(more)

    return talk


def silent(connection: socket.socket) -> None:
    """Takes the request and says nothing."""
    connection.settimeout(SLACK_SECONDS)
    connection.recv(1)


def bomb(coding: str) -> bytes:
    """A gibibyte of zeros in a content coding; what is packed twice is given as "gzip, gzip"."""
    zeros = bytes(1 << 20)
    if coding == "br":
        packer = brotli.Compressor(quality=5)
        packed = b"".join(packer.process(zeros) for _ in range(1024)) + packer.finish()
    elif coding == "zstd":
        compressor = zstd.ZstdCompressor()
        packed = b"".join(compressor.compress(zeros) for _ in range(1024)) + compressor.flush()
    else:
        deflater = zlib.compressobj(9, zlib.DEFLATED, 31 if coding.startswith("gzip") else 15)
        packed = b"".join(deflater.compress(zeros) for _ in range(1024)) + deflater.flush()
    return gzip.compress(packed) if "," in coding else packed


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CASES: dict[str, tuple[Talking, str]] = {
    "six content encodings": (answer(b"x", "Content-Encoding: " + ", ".join(["gzip"] * 6)), "temporary_error"),
    "gzip that is none": (answer(b"plain", "Content-Encoding: gzip"), "temporary_error"),
    "gzip cut short": (answer(gzip.compress(b"news" * 999)[:-9], "Content-Encoding: gzip"), "ok"),
    "an encoding that was not asked for": (answer(b"x", "Content-Encoding: compress"), "temporary_error"),
    "a name that is no encoding": (answer(b"plain", "Content-Encoding: UTF-8"), "ok"),
    "endless body": (endless(OK + b"\r\n", bytes(65_536)), "too_large"),
    "endless chunks": (endless(CHUNKED, b"10000\r\n" + bytes(65_536) + b"\r\n"), "too_large"),
    "endless empty lines of chunks": (dripping(CHUNKED, b"1\r\nx\r\n"), "temporary_error"),
    "dripped body": (dripping(OK + b"Content-Length: 99999\r\n\r\n", b"x"), "temporary_error"),
    "dripped headers": (dripping(OK, b"X-A: b\r\n"), "temporary_error"),
    "dripped status line": (dripping(b"HTTP/1.1 200 ", b"O"), "temporary_error"),
    "dripped header of one line": (dripping(OK + b"X-A: ", b"x"), "temporary_error"),
    "silence": (silent, "temporary_error"),
    "hangs up at once": (say(), "temporary_error"),
    "5,000 headers": (say(OK, b"X-A: b\r\n" * 5_000, b"\r\nbody"), "temporary_error"),
    "100 MB in one header": (endless(OK + b"X-A: ", b"x" * 65_536), "temporary_error"),
    "endless headers": (endless(OK, b"X-A: b\r\n" * 999), "temporary_error"),
    "endless 100 Continue": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "temporary_error"),
    "endless status line": (endless(b"HTTP/1.1 200 ", b"O" * 65_536), "temporary_error"),
    "no HTTP at all": (say(b"SSH-2.0-OpenSSH_9.6\r\n"), "temporary_error"),
    "status that is no number": (say(b"HTTP/1.1 abc OK\r\n\r\n"), "temporary_error"),
    "status beyond all": (say(b"HTTP/1.1 99999 OK\r\n\r\n"), "temporary_error"),
    "body shorter than its length": (answer(b"short", length=999), "temporary_error"),
    "body longer than its length": (answer(b"longer", length=3), "ok"),
    "length that is no number": (say(OK + b"Content-Length: many\r\n\r\nbody"), "ok"),
    "negative length": (say(OK + b"Content-Length: -1\r\n\r\nbody"), "ok"),
    "two lengths": (say(OK + b"Content-Length: 4\r\nContent-Length: 9\r\n\r\nbody"), "temporary_error"),
    "chunk size that is no number": (say(CHUNKED + b"zz\r\nbody\r\n0\r\n\r\n"), "temporary_error"),
    "chunk size beyond all": (say(CHUNKED + b"f" * 40 + b"\r\nbody"), "temporary_error"),
    "endless chunk size": (endless(CHUNKED, b"0" * 65_536), "temporary_error"),
    "chunks without an end": (say(CHUNKED + b"4\r\nbody\r\n"), "temporary_error"),
    "NULs in headers": (say(OK + b"X-A: \0\0\r\n\r\nbody"), "ok"),
    "NULs in the body": (answer(bytes(999)), "ok"),
    "bytes beyond ASCII in headers": (say(OK + "X-A: Nachrichten für\r\n\r\nbody".encode()), "ok"),
    "headers without names": (say(OK + b": nothing\r\n\r\nbody"), "ok"),
    "a charset that does not exist": (say(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=x\r\n\r\nx"), "ok"),
    "a header folded over two lines": (say(OK + b"X-A: a\r\n b\r\n\r\nbody"), "ok"),
    "a proof asked for": (answer(b"Just a moment...", "cf-mitigated: challenge", status="403 Forbidden"), "challenged"),
    "not modified though nobody asked": (say(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "soft_error"),
    "teapot": (answer(b"", status="418 I'm a teapot"), "soft_error"),
    "forbidden": (answer(b"no", status="403 Forbidden"), "hard_error"),
}  # fmt: skip


def _ask(url: str, limits: Limits = LIMITS) -> Exchange:
    return fetch(open_client("desk@localhost"), url, limits)


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_server_is_an_outcome(name: str) -> None:
    """Each ends with its outcome, not long after its deadline, and holds at most 64 MiB on the way."""
    talk, outcome = CASES[name]
    _ends(talk, outcome)


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_too_large(coding: str) -> None:
    """A gibibyte behind at most a mebibyte is not unpacked, in any coding."""
    packed = bomb(coding)
    assert len(packed) <= 1 << 20
    _ends(answer(packed, f"Content-Encoding: {coding}"), "too_large")


def _ends(talk: Talking, outcome: str) -> None:
    with serving(talk) as (url, _):
        tracemalloc.start()
        exchange = _ask(url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert exchange.outcome == outcome, exchange.error_detail
    assert (exchange.error_detail is None) == (outcome == "ok")
    assert exchange.elapsed_ms < (LIMITS.deadline_seconds + SLACK_SECONDS) * 1000
    assert peak < MEMORY


def move(target: str) -> Talking:
    """A redirect."""
    return answer(b"", f"Location: {target}", status="302 Found")


NOTATIONS = [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/", "http://127.1:{port}/", "http://127.0.0.1.:{port}/", "//127.0.0.1:{port}/",
    "http://0.0.0.0:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/",
    "http://user:pass@127.0.0.1:{port}/", "http://127.0.0.2:{port}/", "http://LOCALHOST:{port}/",
    "http://①②⑦.0.0.1:{port}/", "http://[::1]:{port}/", "http://[::]:{port}/",
]  # fmt: skip


@pytest.mark.parametrize("notation", NOTATIONS)
def test_no_notation_of_an_address_opens_a_door(notation: str) -> None:
    """A canary on loopback is not asked, however a host spells its address in a redirect."""
    with serving(answer(b"secret")) as (canary, asked):
        target = notation.format(port=canary.rpartition(":")[2].strip("/"))
        # The first host may be asked: it is allowed by its own address, 127.0.0.9, which is none of the canary's.
        with serving_at("127.0.0.9", move(target)) as url:
            exchange = _ask(url, Limits(1.0, 1.5, 2_000_000, read_networks(["127.0.0.9"])))
    assert asked == []
    assert exchange.outcome in {"hard_error", "temporary_error"}
    assert exchange.body == b""


@contextmanager
def serving_at(host: str, talk: Talking) -> Iterator[str]:
    """A server that answers once, on another address of loopback."""
    with socket.create_server((host, 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    talk(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://{host}:{listener.getsockname()[1]}/"


def test_a_refused_address_is_told() -> None:
    """The operator reads which host is where, and which key of the source's file would allow it."""
    exchange = _ask("http://127.0.0.1:9/", Limits(1.0, 1.5, 99))
    assert exchange.outcome == "hard_error"
    assert exchange.error_detail is not None
    assert "'127.0.0.1' is at 127.0.0.1" in exchange.error_detail
    assert "allowed_networks" in exchange.error_detail


def test_what_was_allowed_for_one_source_is_closed_to_the_next() -> None:
    """A connection kept open for a source that may ask a network does not serve one that may not."""
    with serving(answer(b"inside", "Connection: keep-alive")) as (url, asked):
        client = open_client("desk@localhost")
        assert fetch(client, url, LIMITS).outcome == "ok"
        assert fetch(client, url, Limits(1.0, 1.5, 99)).outcome == "hard_error"
        assert len(asked) == 1


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "javascript:alert(1)", "http://", "//"]
)
def test_a_redirect_leaves_the_web_nowhere(target: str) -> None:
    """A redirect to what is no address of the web ends there."""
    with serving(move(target)) as (url, _):
        exchange = _ask(url)
    assert exchange.outcome in {"hard_error", "temporary_error"}
    assert exchange.error_detail


def test_a_circle_of_redirects_ends() -> None:
    """A page that points to itself is asked six times and no more."""
    with serving(move("/")) as (url, asked):
        assert _ask(url).outcome == "hard_error"
        assert len(asked) == 6


PUBLIC = ["93.184.215.14", "2606:2800:220:1::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e", "2002:5db8:d70e::1"]
NOT_PUBLIC = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "0.1.2.3", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fec0::1", "fc00::1",
    "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::1", "2002:c0a8:101::1", "2001:0:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    """Addresses of the public internet may be asked, in IPv6 dress too."""
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_nobodys_news(address: str) -> None:
    """No address of a special range may be asked, nor one that carries such an address within."""
    assert not is_public(ipaddress.ip_address(address))


def test_a_name_is_asked_where_it_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that points elsewhere the second time is looked up once, and only what was checked is connected to."""
    with serving(answer(b"secret")) as (canary, asked):
        port = int(canary.rpartition(":")[2].strip("/"))
        answers = iter([_found("127.0.0.9", port), _found("127.0.0.1", port)])
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: next(answers))
        with pytest.raises(OSError, match="refused"):
            open_socket("rebinding.example", port, _soon(), read_networks(["127.0.0.9"]))
        assert asked == []


def test_the_public_one_of_several_addresses_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a host with several addresses, those that may not be asked are passed over."""
    with serving(answer(b"news")) as (url, _):
        port = int(url.rpartition(":")[2].strip("/"))
        both = [*_found("127.0.0.9", port), *_found("127.0.0.1", port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        with open_socket("both.example", port, _soon(), LOOPBACK) as opened:
            assert opened.getpeername() == ("127.0.0.1", port)


def test_a_look_up_that_hangs_is_left_behind() -> None:
    """A resolver that never answers costs its time and no more."""
    with pytest.raises(TimeoutError, match=r"slow\.example"):
        look_up("slow.example", 80, 0.05, lambda *_, **__: threading.Event().wait(SLACK_SECONDS))  # type: ignore[arg-type]


def _found(address: str, port: int) -> list[tuple[object, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def _soon() -> float:
    return time.monotonic() + SLACK_SECONDS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., ssl.SSLContext]:
    """Makes TLS servers whose certificate is nobody's: for a host, from a day, to a day."""

    def make(host: str = "127.0.0.1", days: int = 1) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = datetime.now(UTC)
        signed = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=9))
            .not_valid_after(now + timedelta(days=days))
            .sign(key, hashes.SHA256())
        )
        path: Path = tmp_path_factory.mktemp("tls") / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    return make


@pytest.mark.parametrize("days", [1, -1], ids=["self-signed", "expired"])
def test_a_certificate_that_proves_nothing_is_told(certificate: Callable[..., ssl.SSLContext], days: int) -> None:
    """A server that cannot prove who it is gives no page, and the operator reads that TLS was at fault."""
    with serving(answer(b"news"), certificate(days=days)) as (url, asked):
        exchange = _ask(url)
    assert exchange.outcome == "tls_error"
    assert exchange.error_detail is not None
    assert exchange.error_detail.startswith("TLS: ")
    assert "certificate" in exchange.error_detail
    assert asked == []


def test_tls_that_is_none_is_told() -> None:
    """A server that speaks no TLS where it should is a fault of TLS, too."""
    with serving(say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as (url, _):
        exchange = _ask(url.replace("http://", "https://"))
    assert exchange.outcome == "tls_error"
    assert exchange.body == b""
