"""Many hosts on loopback, each with feeds and the pages that they list, in one process: `python -m bench.feedsite`.

It says its ports as one line of JSON when it is ready. Half of the feeds know conditional requests, half give the same
bytes again. GET /edition/N lets every feed of a `--news` share have an entry more than before.
"""

import argparse
import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache

from samples.generated import generated_article
from samples.pages import article_page
from samples.publishers import BULK

HEAD_SIZE = 65_536


@dataclass(slots=True)
class Site:
    """What is on the air: so many hosts and feeds, entries that each lists, and how many feeds have news."""

    hosts: int
    feeds: int
    entries: int
    news: int
    edition: int = 0
    ports: list[int] = field(default_factory=list)


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m bench.feedsite", description="Many feeds on loopback.")
    for name in ("hosts", "feeds", "entries", "news"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asyncio.run(_serve(Site(**vars(parser.parse_args()))))


def feed_address(site_ports: list[int], feed: int) -> str:
    """Where a feed lies; feeds go round the hosts."""
    return f"http://127.0.0.1:{site_ports[feed % len(site_ports)]}/feed/{feed}"


async def _serve(site: Site) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                tag = next((line[15:] for line in head.split("\r\n") if line.lower().startswith("if-none-match:")), "")
                writer.write(_answer(site, head.split(" ", 2)[1], tag.strip()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    servers = [await asyncio.start_server(talk, "127.0.0.1", 0, limit=HEAD_SIZE) for _ in range(site.hosts)]
    site.ports = [server.sockets[0].getsockname()[1] for server in servers]
    for number in range(site.feeds * site.entries):
        _page(number)
    print(json.dumps(site.ports), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _answer(site: Site, path: str, tag: str) -> bytes:
    kind, _, name = path[1:].partition("/")
    if kind == "edition":
        site.edition = int(name)
        return _whole("200 OK", b"", "text/plain")
    if kind == "story":
        return _whole("200 OK", _page(int(name)), "text/html; charset=utf-8")
    if kind != "feed":
        return _whole("404 Not Found", b"", "text/plain")
    feed = int(name)
    document = _document(site, feed)
    if feed % 2:
        return _whole("200 OK", document, "application/rss+xml")
    own = f'"{hashlib.sha256(document).hexdigest()[:16]}"'
    status, body = ("304 Not Modified", b"") if tag == own else ("200 OK", document)
    return _whole(status, body, "application/rss+xml", f"ETag: {own}\r\n")


def _whole(status: str, body: bytes, kind: str, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def _document(site: Site, feed: int) -> bytes:
    first = feed * site.entries
    numbers = list(range(first, first + site.entries))
    if feed < site.news:
        behind = site.feeds * site.entries
        numbers += [behind + edition * site.feeds + feed for edition in range(site.edition)]
    base = f"http://127.0.0.1:{site.ports[feed % site.hosts]}"
    items = "".join(
        f"<item><title>Story {number}</title><link>{base}/story/{number}</link><guid>{base}/story/{number}</guid>"
        f"<description>What the town hall said of item {number}.</description></item>"
        for number in reversed(numbers)
    )
    return f'<rss version="2.0"><channel><title>Feed {feed}</title>{items}</channel></rss>'.encode()


@cache
def _page(number: int) -> bytes:
    return article_page(BULK, generated_article(number), (), "http://127.0.0.1").encode()


if __name__ == "__main__":
    main()
