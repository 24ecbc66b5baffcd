"""Feeds that mean harm: what reading each costs in CPU seconds and memory, and how many entries it gives.

`python -m bench.hostile_feeds` measures each in a process of its own; the tests read the small ones of them.
"""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from bench.clock import peak_megabytes, seconds
from etl.errors import FatalFetchError
from etl.feeds.hostilefeeds import read_any_feed

CPU_SECONDS, MEGABYTES = 5.0, 256.0  # what one feed may cost
ITEM = b"<item><title>Story</title><link>https://quay.example/1</link></item>"
HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Quay</title>'
TAIL = b"</channel></rss>"
MB = 1_000_000


def _rss(*parts: bytes) -> bytes:
    return HEAD + b"".join(parts) + TAIL


def _items(number: int, filling: bytes = b"") -> bytes:
    """So many items with addresses of their own."""
    return b"".join(
        b"<item><title>Story</title><link>https://quay.example/%d</link><description>%s</description></item>"
        % (n, filling)
        for n in range(number)
    )


def _item(name: bytes, value: bytes) -> bytes:
    """A usual item, and one with such an element."""
    return _rss(ITEM, b"<item><%s>%s</%s></item>" % (name, value, name))


def _encoded(declared: str, used: str) -> bytes:
    return (HEAD + ITEM + TAIL).decode().replace('"1.0"', f'"1.0" encoding="{declared}"').encode(used)


TEXT = (
    b"<item><title>Story</title><link>https://quay.example/1</link><c:encoded "
    b'xmlns:c="http://purl.org/rss/1.0/modules/content/">%d</c:encoded></item>'
)
CATEGORIES = b"".join(b"<category>c%d</category>" % n for n in range(100_000))
ABSURD = (b"9" * 100_000, b"-1", b"Sun, 99 Foo 99999 99:99:99 +9999", b"0000-00-00T00:00:00Z")
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss><channel><item><title>&j;</title><link>https://quay.example/1</link></item></channel></rss>"
)
OUTSIDE = (
    b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<rss><channel><item><title>&x;</title><link>https://quay.example/1</link></item></channel></rss>"
)
# By name: how the document is made, and the fewest entries that reading it gives; null where it is no feed.
CASES: dict[str, tuple[Callable[[], bytes], int | None]] = {
    "entity bomb": (lambda: BOMB, 1),
    "quadratic entity": (
        lambda: b'<!DOCTYPE rss [<!ENTITY a "%s">]>' % (b"x" * 100_000) + _item(b"title", b"&a;" * 1000),
        1,
    ),
    "external entity": (lambda: OUTSIDE, 1),
    "nested 100,000 deep": (lambda: _rss(ITEM, b"<a>" * 100_000), 1),
    "items nested 100,000 deep": (lambda: HEAD + b"<item>" * 100_000, 1),
    "flood of <!--": (lambda: _rss(ITEM, b"<!--" * 500_000), 1),
    "flood of &": (lambda: _rss(ITEM, b"&" * 5 * MB), 1),
    "flood of <": (lambda: _rss(ITEM, b"<" * 5 * MB), 1),
    "flood of <![CDATA[": (lambda: _rss(ITEM, b"<![CDATA[" * 500_000), 1),
    "flood of attributes": (lambda: _rss(ITEM, b"<a " + b"".join(b'x%d="" ' % n for n in range(200_000)) + b"/>"), 1),
    "flood of namespaces": (lambda: _rss(ITEM, b"".join(b'<a xmlns:n%d="u%d"/>' % (n, n) for n in range(100_000))), 1),
    "a title of 20 MB": (lambda: _item(b"title", b"x" * 20 * MB), 1),
    "a title of 20 MB in markup": (lambda: _item(b"title", b"&lt;b&gt;" * 2 * MB), 1),
    "100,000 items": (lambda: _rss(_items(100_000)), 100_000),
    "100,000 items, broken": (lambda: _rss(_items(100_000), b"&"), 1_000),
    "100 MB": (lambda: _rss(_items(21_000, b"w" * 4_700)), 21_000),
    "100 MB, broken": (lambda: _rss(b"&", _items(21_000, b"w" * 4_700)), 1_000),
    "bad UTF-8": (lambda: _rss(ITEM, b"<item><title>\xff\xfe\xc3</title></item>"), 1),
    "cut short": (lambda: HEAD + ITEM + b"<item><title>Sto", 1),
    "UTF-16": (lambda: _encoded("utf-16", "utf-16"), 1),
    "UTF-16 that says UTF-8": (lambda: _encoded("utf-8", "utf-16"), 1),
    "UTF-32": (lambda: _encoded("utf-32", "utf-32"), 1),
    "UTF-7": (lambda: _encoded("utf-7", "ascii"), 1),
    "a charset that does not exist": (lambda: _encoded("klingon", "ascii"), 1),
    "absurd dates": (lambda: _rss(*(b"<item><pubDate>%s</pubDate></item>" % date for date in ABSURD)), 4),
    "a guid of 5 MB": (lambda: _item(b"guid", b"g" * 5 * MB), 1),
    "a link of 5 MB": (lambda: _item(b"link", b"https://quay.example/" + b"/" * 5 * MB), 1),
    "100,000 categories": (lambda: _rss(b"<item>", CATEGORIES, b"</item>"), 1),
    "100,000 categories, broken": (
        lambda: _rss(b"&<item>", CATEGORIES, b"</item>"),
        1,
    ),
    "spaces": (lambda: b" " * 10 * MB, None),
    "NULs": (lambda: bytes(10 * MB), None),
    "JSON nested": (lambda: b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 5 * MB, None),
    "a packed bomb": (lambda: gzip.compress(bytes(300 * MB)), None),
    "a bomb packed twice": (lambda: gzip.compress(gzip.compress(bytes(300 * MB))), None),
    "a bomb behind an item": (lambda: gzip.compress(HEAD + ITEM + b" " * 300 * MB), 1),
    "a list of 100,000 sitemaps": (lambda: b"<sitemapindex>" + b"<sitemap><loc>/s</loc>" * 100_000, None),
    "10,000 whole texts": (lambda: _rss(*(TEXT % n for n in range(10_000))), 10_000),
    "a whole text of 10 MB": (lambda: _rss(ITEM, TEXT.replace(b"%d", b"w " * 5 * MB)), 2),
    "flood of tags in a text": (lambda: _rss(ITEM, TEXT.replace(b"%d", b"&lt;a" * MB)), 2),
    "flood of dots in texts": (lambda: _rss(*(TEXT.replace(b"%d", b"." * 5_000) for _ in range(2_000))), 2_000),
    "flood of references, broken": (lambda: _rss(ITEM, b"&", b"&#%s;" % (b"9" * 50) * 100_000), 1),
    "UTF-16 without a mark": (lambda: _encoded("utf-16", "utf-16-be"), 1),
    "a page": (lambda: b"<html><body>" + b"<p>Log in</p>" * 100_000, None),
}  # fmt: skip


def read_case(name: str) -> int | None:
    """How many entries reading a case gives; null where it is no feed."""
    try:
        return len(read_any_feed(CASES[name][0](), None, "https://quay.example/rss")[0])
    except FatalFetchError:
        return None


def _measure(name: str) -> None:
    document = CASES[name][0]()
    before = peak_megabytes()
    found: list[int | None] = []

    def read() -> None:
        try:
            found.append(len(read_any_feed(document, None, "https://quay.example/rss")[0]))
        except FatalFetchError:
            found.append(None)

    cpu, _ = seconds(read)
    print(json.dumps([cpu, peak_megabytes() - before, found[0]]))


def main() -> int:
    """Prints the cost of each case; exit status 1 where one costs too much or gives too few entries."""
    table = Table("feed", "CPU s", "MB above", "entries", title=f"at most {CPU_SECONDS:g} s and {MEGABYTES:g} MB each")
    failed = False
    for name, (_, fewest) in CASES.items():
        run = subprocess.run(
            [sys.executable, "-m", "bench.hostile_feeds", name], capture_output=True, text=True, check=True
        )
        cpu, megabytes, entries = json.loads(run.stdout)
        good = cpu <= CPU_SECONDS and megabytes <= MEGABYTES and (entries is None) == (fewest is None)
        good = good and (entries or 0) >= (fewest or 0)
        failed = failed or not good
        style = "" if good else "bold red"
        table.add_row(
            name, f"{cpu:.2f}", f"{megabytes:.0f}", "none" if entries is None else f"{entries:,}", style=style
        )
    Console().print(table)
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _measure(sys.argv[1])
    else:
        sys.exit(main())
