"""A site on loopback that answers as a test tells it to, byte by byte where that is needed."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from etl.config import House, open_house

Answering = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Hands each GET to the function that stands for its path; an unknown path answers 404."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        """Answers once and closes."""
        self.server.site.requests.append(self.path)
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):  # the client has had enough
            self.server.site.pages.get(self.path, give(b"", status=404))(self)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # of the usual 5 a busy machine loses connections, which then come a second late
    site: "Site"


class Site:
    """A server of one host as a context manager; `pages` maps paths to what answers, `requests` the paths asked."""

    def __init__(self, pages: Mapping[str, Answering] | None = None) -> None:
        self.pages = dict(pages or {})
        self.requests: list[str] = []
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.site = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def give(body: bytes, status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str) -> Answering:
    """An answer with a body; `headers` are named with _ for -."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def rss(*links: str, etag: str = '"1"') -> Answering:
    """A feed that lists these addresses."""
    items = "".join(f"<item><title>Story {n}</title><link>{link}</link></item>" for n, link in enumerate(links))
    return give(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), kind="application/rss+xml", ETag=etag)


SENTENCE = "The council met on the quay and counted the boats that had come in."


def story(headline: str, sentence: str = SENTENCE) -> bytes:
    """A page with an article of five paragraphs."""
    paragraphs = "".join(f"<p>Paragraph {n} of the story. {sentence} Nobody spoke for long.</p>" for n in range(5))
    page = f"<html lang='en'><head><title>{headline}</title></head><body><article><h1>{headline}</h1>{paragraphs}"
    return f"{page}</article></body></html>".encode()


def house_of(folder: Path, feeds: Mapping[str, str], settings: str = "") -> House:
    """A house in a folder whose sources have one feed each, with time-outs of two seconds."""
    sources = folder / "config" / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    default = 'contact = "desk@localhost"\nhost_delay_seconds = 0.0\ntimeout_seconds = 2.0\ndeadline_seconds = 2.5\n'
    (folder / "config" / "settings.toml").write_text(default + settings)
    for source_id, url in feeds.items():
        (sources / f"{source_id}.toml").write_text(
            f'title = "{source_id}"\nsite = "{url}"\nlanguage = "en"\ncountry = "GB"\ntimezone = "Europe/London"\n'
            f'interval_minutes = 1\nallowed_networks = ["127.0.0.1"]\n\n[[feeds]]\nurl = "{url}"\n'
        )
    return open_house(folder / "data", folder / "config")
