"""Many small papers on several hosts of loopback, each request answered after a wait: the sample newsroom at scale.

Of each paper's entries the first page is gone, the second entry cannot be followed, the third is closed to robots; all
others are articles.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from samples.configuration import SETTINGS, source_file
from samples.feeds import feed_parts
from samples.generated import generated_article
from samples.pages import article_page
from samples.publishers import BULK
from samples.server import ROBOTS
from samples.story import Publisher, Story, StoryKind

ODD: tuple[StoryKind, ...] = ("gone", "broken", "private")
ARTICLE: StoryKind = "article"


@dataclass(frozen=True, slots=True)
class Size:
    """Hosts, papers of each host, entries of each paper; `wait_seconds` is how long each answer takes."""

    hosts: int
    papers: int
    entries: int
    wait_seconds: float

    @property
    def articles(self) -> int:
        """How many articles all papers have together."""
        return self.hosts * self.papers * (self.entries - len(ODD))

    @property
    def quarantined(self) -> int:
        """How many entries no article can be made of."""
        return self.hosts * self.papers * len(ODD)


class Crowd:
    """The papers on the air. `asked` counts the requests by address."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._hosts = [_Host(self, number) for number in range(size.hosts)]

    def papers(self) -> Iterator[tuple[Publisher, str]]:
        """Every paper with the address of its host."""
        for host in self._hosts:
            for paper in host.papers:
                yield paper, host.url

    def write_config(self, folder: Path) -> None:
        """Settings, and one source file for each paper."""
        (folder / "sources").mkdir(parents=True, exist_ok=True)
        (folder / "settings.toml").write_text(SETTINGS, "utf-8")
        for paper, url in self.papers():
            text = source_file(paper, url, [url + paper.feed_path])
            (folder / "sources" / f"{paper.source_id}.toml").write_text(text, "utf-8")

    def articles(self) -> set[str]:
        """The address of every page that holds an article."""
        return {
            url + story.path for paper, url in self.papers() for story in self.stories(paper) if story.kind == "article"
        }

    def stories(self, paper: Publisher) -> list[Story]:
        """What a paper lists, the same each time."""
        first = [paper.source_id for paper, _ in self.papers()].index(paper.source_id) * self.size.entries
        kinds = (*ODD, *[ARTICLE] * (self.size.entries - len(ODD)))
        return [
            replace(
                generated_article(first + number),
                source_id=paper.source_id,
                kind=kind,
                entry_link="" if kind == "broken" else None,
            )
            for number, kind in enumerate(kinds)
        ]

    def note(self, url: str) -> None:
        """Counts a request."""
        with self._lock:
            self.asked[url] += 1

    @contextmanager
    def on_air(self) -> Iterator["Crowd"]:
        """Answers until the end of the block."""
        threads = [threading.Thread(target=host.serve_forever, args=(0.05,), daemon=True) for host in self._hosts]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            for host, thread in zip(self._hosts, threads, strict=True):
                host.shutdown()
                thread.join()
                host.server_close()


class _Host(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, crowd: Crowd, number: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.crowd = crowd
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.papers = [
            replace(BULK, source_id=f"paper_{number:02d}_{paper:02d}", title=f"Paper {number}.{paper}")
            for paper in range(crowd.size.papers)
        ]
        self.documents = {"/robots.txt": (200, "text/plain; charset=utf-8", ROBOTS)}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a client that is gone in the middle: that is what a killed worker looks like from here."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def document(self, path: str) -> tuple[int, str, str]:
        """Status, type and text of an address; made when it is first asked for."""
        if not self.documents.keys() - {"/robots.txt"}:
            self.documents |= dict(self._documents())
        return self.documents.get(path, (404, "text/html; charset=utf-8", "<p>Nothing is here.</p>"))

    def _documents(self) -> Iterator[tuple[str, tuple[int, str, str]]]:
        for paper in self.papers:
            stories = self.crowd.stories(paper)
            feed = "".join(feed_parts(paper, stories, self.url))
            yield paper.feed_path, (200, "application/rss+xml; charset=utf-8", feed)
            for story in stories:
                if story.kind in ("article", "private"):
                    yield story.path, (200, "text/html; charset=utf-8", article_page(BULK, story, (), self.url))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one write
    server: _Host

    def do_GET(self) -> None:
        self.server.crowd.note(self.server.url + self.path)
        status, kind, text = self.server.document(self.path)
        time.sleep(self.server.crowd.size.wait_seconds)
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr: `Crowd.asked` counts the requests."""
