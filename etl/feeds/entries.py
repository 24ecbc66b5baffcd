"""Feeds become entries: the only room that knows which reader a document needs.

A feed that keeps to the letter is read by `wellformed`, JSON Feed and sitemaps by `listings`, all else by feedparser;
its sanitiser is off because entries are stored as text and pages are cleaned elsewhere (3.7 times as fast).
"""

import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import html

from etl.addresses import normal_url
from etl.errors import FatalFetchError
from etl.feeds.listings import read_json_feed, read_sitemap
from etl.feeds.wellformed import Printed, read_wellformed
from etl.model import FeedEntry, Identity

Reader = Callable[[bytes], tuple[Printed, ...] | None]
TolerantReader = Callable[[bytes, str | None], tuple[Printed, ...] | None]
LONGEST_KEY = 8_192  # bytes that servers take as an address (RFC 9110, section 4.1, asks for 8,000)
LONGEST_FIELD = 100_000  # code points; the WARC has the rest
MOST_VALUES = 1_000  # authors or categories of one entry
HEAD = 2_000  # bytes in which a document says what it is


def read_tolerantly(document: bytes, content_type: str | None) -> tuple[Printed, ...] | None:
    """The entries of a document of any dialect, with any fault, as feedparser reads them; null for no feed."""
    parsed = feedparser.parse(
        io.BytesIO(document),
        response_headers={"content-type": content_type or ""},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.entries and not parsed.get("version"):
        return None
    return tuple(_printed(entry) for entry in parsed.entries)


def read_feed(
    document: bytes, content_type: str | None, url: str, tolerant: TolerantReader = read_tolerantly
) -> tuple[FeedEntry, ...]:
    """The entries of a feed document in document order; empty where the feed lists none.

    What no strict reader reads is left to `tolerant`, which may take seconds and hundreds of megabytes.

    Raises FatalFetchError, naming what was found instead, when the bytes are no feed.
    """
    if not document.strip():
        raise FatalFetchError(f"feed {url!r}: the answer is empty")
    printed = read_wellformed(document, _charset(content_type))
    readers: tuple[Reader, ...] = (read_json_feed, read_sitemap, lambda found: tolerant(found, content_type))
    for read in readers:
        printed = read(document) if printed is None else printed
    if printed is None:
        found = "a list of sitemaps" if b"<sitemapindex" in document[:HEAD] else "neither RSS nor Atom nor JSON Feed"
        raise FatalFetchError(f"feed {url!r}: {found}, it begins with {document[:60]!r}")
    return tuple(_entry(entry, url) for entry in printed)


def identify(entries: Sequence[FeedEntry], source_id: str) -> list[Identity | None]:
    """Which story each entry of one document is; null for an entry without a usable address.

    The guid names a story where it stands once in the document (some feeds give all entries one guid), else the
    address does. An entry answers to both keys, so that either one alone is recognised again.
    """
    guids = Counter(entry.guid for entry in entries if entry.guid)
    return [_identity(entry, source_id, guids) for entry in entries]


def entry_digest(entry: FeedEntry) -> str:
    """Changes when the publisher changes the entry: its headline, its dates or its summary."""
    seen = "\x1f".join(part or "" for part in (entry.headline, entry.published_raw, entry.updated_raw, entry.summary))
    return hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()


def rejected_alias(entry: FeedEntry, source_id: str) -> str:
    """The key of an entry without a usable address: equal as long as the feed lists it unchanged."""
    return _digest(f"{source_id}\nrejected\n{entry!r}")


def _identity(entry: FeedEntry, source_id: str, guids: Counter[str]) -> Identity | None:
    url = normal_url(entry.link) if entry.link and len(entry.link) <= LONGEST_KEY else None
    if url is None:
        return None
    keys = [("url", url)]
    if entry.guid and guids[entry.guid] == 1:
        keys.insert(0, ("guid", entry.guid))
    aliases = tuple(_digest(f"{source_id}\n{rule}\n{value}") for rule, value in keys)
    return Identity(f"a_{aliases[0]}", keys[0][0], url, aliases)


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=12).hexdigest()


def _printed(entry: Any) -> Printed:
    # dict.get, because feedparser's own get answers `updated` when asked for `published` and the other way round
    authors = tuple(author["name"] for author in entry.get("authors", []) if author.get("name"))
    terms = tuple(tag["term"] for tag in entry.get("tags", []) if tag.get("term"))
    return Printed(
        guid=dict.get(entry, "id"),
        link=dict.get(entry, "link"),
        title=dict.get(entry, "title"),
        published=dict.get(entry, "published"),
        updated=dict.get(entry, "updated"),
        summary=dict.get(entry, "summary"),
        authors=authors,
        author=None if authors else dict.get(entry, "author"),
        terms=terms,
    )


def _entry(printed: Printed, base: str) -> FeedEntry:
    return FeedEntry(
        guid=_plain(printed.guid) if len(printed.guid or "") <= LONGEST_KEY else None,
        link=_absolute(_plain(printed.link), base),
        headline=_words(_cut(printed.title)),
        published_raw=_plain(_cut(printed.published)),
        updated_raw=_plain(_cut(printed.updated)),
        summary=_words(_cut(printed.summary)),
        byline=_cut(", ".join(printed.authors[:MOST_VALUES])) or _plain(_cut(printed.author)),
        categories=tuple(filter(None, (_plain(_cut(term)) for term in printed.terms[:MOST_VALUES]))),
    )


def _cut(value: str | None) -> str | None:
    """A field, or its beginning where it is longer than any that is meant to be read."""
    return value[:LONGEST_FIELD] if value else value


def _charset(content_type: str | None) -> str | None:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type or "", re.IGNORECASE)
    return found[1] if found else None


def _absolute(link: str | None, base: str) -> str | None:
    """A link against the feed's address; one that names a scheme of its own, even a broken one, stays as it is."""
    return link if link is None or re.match(r"[^/?#]*:", link) else urljoin(base, link)


def _plain(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _words(value: Any) -> str | None:
    """Text of a field that may hold markup."""
    plain = _plain(value)
    if plain is None or "<" not in plain:
        return plain
    try:
        return _plain(str(html.fromstring(f"<div>{plain}</div>").xpath("string()")))
    except (ValueError, html.etree.ParserError):
        return plain
