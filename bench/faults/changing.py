"""A site on loopback that changes while it is asked: entries come, change and go, pages are edited, answers fail.

It changes with every few requests and not with time, so that a slow machine sees as much of it as a fast one.
"""

import hashlib
import random
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self

ASKED_A_CHANGE = 14  # requests
NEW, LISTED = 2, 24  # entries that a change brings, and that the feed lists at most
FAILING_SHARE = 0.1
FAILURES_MAX = 2  # in a row of one address: it is the collector that is tried, not its patience
FEEDS = {"/feed.xml": 1, "/harbour.xml": 3}  # the second lists every third entry of the first
SENTENCE = "The harbour office counted the boats that had come in and wrote their names on the board beside the gate."


class Telling(NamedTuple):
    """A state of an entry and of its page: how often either has been told; the entry with it grows, or it alone."""

    entry: int
    page: int


FIRST = Telling(1, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A listed entry as it stands; `owed` is what stood when the entry was last told otherwise."""

    number: int
    now: Telling
    owed: Telling


class ChangingSite:
    """The site as a context manager. `given` maps numbers to what the feeds told of them, by who asked (User-Agent).

    `listed` are all entries that there ever were. While `is_quiet` nothing changes and nothing fails.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._requests = 0
        self._failures: dict[str, int] = {}
        self._entries: dict[int, Entry] = {}
        self._gone: dict[int, Entry] = {}
        self.is_quiet = False
        self.given: dict[str, dict[int, Telling]] = defaultdict(dict)
        self.listed: set[int] = set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        for _ in range(5):
            self._change()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, path: str, etag: str | None, asking: str) -> tuple[int, bytes, str | None]:
        """(status, body, ETag) of a request; status 0 stands for an answer that breaks off."""
        with self._lock:
            self._requests += 1
            if not self.is_quiet and self._requests % ASKED_A_CHANGE == 0:
                self._change()
            if path in FEEDS:
                return self._fault(path) or self._feed(path, etag, asking)
            name = path.removeprefix("/story/")
            entry = self._gone.get(int(name)) or self._entries.get(int(name)) if name.isdecimal() else None
            if entry is None:
                return 404, b"", None
            return self._fault(path) or (200, _page(entry), None)

    def _change(self) -> None:
        first = len(self._entries) + len(self._gone) + 1
        self._entries |= {number: Entry(number, FIRST, FIRST) for number in range(first, first + NEW)}
        self.listed |= self._entries.keys()
        for grown in ((1, 1), (1, 0), (0, 1)):
            entry = self._entries[self._chance.choice(list(self._entries))]
            now = Telling(entry.now.entry + grown[0], entry.now.page + grown[1])
            self._entries[entry.number] = replace(entry, now=now, owed=now if grown[0] else entry.owed)
        for number in list(self._entries)[: max(0, len(self._entries) - LISTED)]:
            self._gone[number] = self._entries.pop(number)

    def _fault(self, path: str) -> tuple[int, bytes, None] | None:
        is_patient = self._failures.get(path, 0) >= FAILURES_MAX
        if self.is_quiet or is_patient or self._chance.random() > FAILING_SHARE:
            self._failures[path] = 0
            return None
        self._failures[path] = self._failures.get(path, 0) + 1
        return self._chance.choice(((500, b"", None), (0, b"<html>", None)))

    def _feed(self, path: str, etag: str | None, asking: str) -> tuple[int, bytes, str]:
        entries = [entry for entry in self._entries.values() if entry.number % FEEDS[path] == 0]
        document = _rss(entries, self.url)
        tag = f'"{hashlib.sha256(document).hexdigest()[:16]}"'
        self.given[asking] |= {entry.number: entry.owed for entry in entries}
        return (304, b"", tag) if etag == tag else (200, document, tag)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        """Answers once and closes."""
        status, body, etag = self.server.site.answer(
            self.path, self.headers["If-None-Match"], self.headers["User-Agent"]
        )
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):  # the client was killed
            self.send_response(status or 200)
            self.send_header("Content-Type", "application/rss+xml" if self.path in FEEDS else "text/html")
            self.send_header("Content-Length", str(len(body) + (0 if status else 100)))
            if etag:
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    site: ChangingSite


def _rss(entries: list[Entry], base: str) -> bytes:
    items = "".join(
        f"<item><title>Boats of day {entry.number}, told {entry.now.entry} times</title>"
        f"<link>{base}/story/{entry.number}</link><guid>{base}/story/{entry.number}</guid></item>"
        for entry in reversed(entries)
    )
    return f'<rss version="2.0"><channel><title>Harbour</title>{items}</channel></rss>'.encode()


def _page(entry: Entry) -> bytes:
    headline = f"Boats of day {entry.number}"
    told = "".join(f"<p>Paragraph {n} of edition {entry.now.page}. {SENTENCE}</p>" for n in range(5))
    page = f"<html lang='en'><head><title>{headline}</title></head><body><article><h1>{headline}</h1>{told}"
    return f"{page}</article></body></html>".encode()
