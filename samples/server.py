"""The newsroom on the air: a real HTTP server on loopback, and the command that starts it.

For example: `python -m samples.server --port 8123 --advance-seconds 60 --config-out build/newsroom`.
"""

import argparse
import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from samples.configuration import write_config
from samples.feeds import feed_parts, newest
from samples.generated import BULK_PAGE_ENTRIES, bulk_feed_stories, generated_article
from samples.newsroom import feed_stories, story_at
from samples.pages import article_page, front_page, gone_page
from samples.publishers import BULK, FAILING_SOURCE_ID, PUBLISHERS
from samples.story import Story

ROBOTS = "User-agent: *\nAllow: /\nDisallow: /private/\n"
TDMREP = '[{"location": "/levant_press/", "tdm-reservation": 0}]\n'
_TYPES = {"rss": "application/rss+xml; charset=utf-8", "atom": "application/atom+xml; charset=utf-8"}
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. A body of unknown length is given in parts and sent in chunks."""

    status: int
    content_type: str
    body: bytes | Iterable[str]
    headers: dict[str, str] = field(default_factory=dict)


_HOST_FILES = {
    "/robots.txt": Answer(200, "text/plain; charset=utf-8", ROBOTS.encode()),
    "/.well-known/tdmrep.json": Answer(200, "application/json", TDMREP.encode()),
}


def _page(text: str, status: int = 200) -> Answer:
    return Answer(status, _HTML, text.encode())


def _feed(source_id: str, edition: int, base_url: str) -> Answer:
    if source_id == FAILING_SOURCE_ID:
        return Answer(500, "text/plain; charset=utf-8", b"Internal Server Error\n")
    publisher = PUBLISHERS[source_id]
    stories = feed_stories(source_id, edition)
    body = "".join(feed_parts(publisher, stories, base_url)).encode()
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
    changed = newest(stories)
    if changed is not None:
        headers["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
    return Answer(200, _TYPES[publisher.feed_format], body, headers)


def _bulk(path: str, query: str, articles: int, base_url: str) -> Answer:
    """A feed page of generated articles, or one of their pages; 404 beyond the last."""
    if path == BULK.feed_path:
        page = parse_qs(query).get("page", ["1"])[0]
        if page.isdecimal() and int(page) > 0 and (int(page) - 1) * BULK_PAGE_ENTRIES < articles:
            parts = feed_parts(BULK, bulk_feed_stories(int(page), articles), base_url)
            return Answer(200, _TYPES[BULK.feed_format], parts)
        return _page(gone_page(), 404)
    number = path.rsplit("/", 1)[-1].removesuffix(".html")
    story = generated_article(int(number)) if number.isdecimal() and int(number) < articles else None
    if story is None or story.path != path:
        return _page(gone_page(), 404)
    return _page(article_page(BULK, story, (), base_url))


def answer(target: str, edition: int, articles: int, base_url: str) -> Answer:
    """What the newsroom answers to a GET of `target` in an edition, with `articles` generated articles."""
    parts = urlsplit(target)
    path = parts.path
    if path in _HOST_FILES:
        return _HOST_FILES[path]
    if path.startswith("/bulk/"):
        return _bulk(path, parts.query, articles, base_url)
    for publisher in PUBLISHERS.values():
        if path == publisher.feed_path:
            return _feed(publisher.source_id, edition, base_url)
        if path == f"/{publisher.source_id}/":
            return _page(front_page(publisher, _linked(publisher.source_id, edition), base_url))
    story = story_at(path, edition)
    if story is None:
        return _page(gone_page(), 404)
    others = [other for other in _linked(story.source_id, edition) if other.slug != story.slug]
    return _page(article_page(PUBLISHERS[story.source_id], story, others, base_url))


def _linked(source_id: str, edition: int) -> list[Story]:
    return [story for story in feed_stories(source_id, edition) if story.kind == "article"]


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, keeps connections open, and logs each request in its server."""

    protocol_version = "HTTP/1.1"
    server_version = "Newsroom/1"
    # Headers and body leave in one write; unbuffered, each answer would wait for the client's delayed ACK.
    wbufsize = -1
    server: "_Server"

    def do_GET(self) -> None:
        newsroom = self.server.newsroom
        found = answer(self.path, newsroom.edition, newsroom.articles, self.server.base_url)
        if found.status == 200 and self._holds(found):
            found = Answer(304, found.content_type, b"", found.headers)
        newsroom.record(self.command, self.path, found.status)
        self._send(found)

    do_HEAD = do_GET

    def _holds(self, found: Answer) -> bool:
        """Whether the client has this very answer; If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2)."""
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
            return "ETag" in found.headers and bool(tags & {"*", found.headers["ETag"]})
        since = self.headers.get("If-Modified-Since")
        return since is not None and since == found.headers.get("Last-Modified")

    def _send(self, found: Answer) -> None:
        whole = found.body if isinstance(found.body, bytes) else None
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", found.content_type)
        if whole is None:
            self.send_header("Transfer-Encoding", "chunked")
        elif found.status != 304:
            self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        if self.command == "HEAD" or found.status == 304:
            return
        if isinstance(found.body, bytes):
            self.wfile.write(found.body)
            return
        for part in found.body:
            data = part.encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr: the requests stand in `NewsroomServer.requests`."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, newsroom: "NewsroomServer") -> None:
        self.newsroom = newsroom
        super().__init__(("127.0.0.1", port), _Handler)
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}"


class NewsroomServer:
    """The newsroom on ports of 127.0.0.1, one a publisher, as a context manager; port 0 takes free ones.

    `base_urls` holds each publisher's address: like real ones, they do not share a host. The edition stays as it is
    until it is set. `requests` holds (method, path, status), in order of arrival.
    """

    def __init__(self, port: int = 0, edition: int = 1, articles: int = 0) -> None:
        self.articles = articles
        self.requests: list[tuple[str, str, int]] = []
        self._edition = edition
        self._lock = threading.Lock()
        self._servers = {
            source_id: _Server(port and port + number, self)
            for number, source_id in enumerate((*PUBLISHERS, BULK.source_id))
        }
        self.base_urls = {source_id: server.base_url for source_id, server in self._servers.items()}
        self.base_url = next(iter(self.base_urls.values()))
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            for server in self._servers.values()
        ]

    @property
    def edition(self) -> int:
        """The edition now served, from 1."""
        with self._lock:
            return self._edition

    @edition.setter
    def edition(self, edition: int) -> None:
        with self._lock:
            self._edition = edition

    def record(self, method: str, path: str, status: int) -> None:
        """Adds one request to the log."""
        with self._lock:
            self.requests.append((method, path, status))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server, thread in zip(self._servers.values(), self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def main(arguments: list[str] | None = None) -> None:
    """Serves the newsroom until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m samples.server", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--advance-seconds", type=float, help="bring out the next edition after so many seconds")
    parser.add_argument("--articles", type=int, default=0, help="generated articles under /bulk/")
    parser.add_argument("--config-out", type=Path, help="write the newsroom's settings and sources there")
    options = parser.parse_args(arguments)
    with NewsroomServer(options.port, articles=options.articles) as newsroom:
        if options.config_out is not None:
            write_config(options.config_out, newsroom.base_urls, options.articles)
        print(newsroom.base_url, flush=True)
        stopped = threading.Event()
        try:
            while not stopped.wait(options.advance_seconds):
                newsroom.edition += 1
        except KeyboardInterrupt:
            print("The newsroom is closed.")


if __name__ == "__main__":
    main()
