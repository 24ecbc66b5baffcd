"""Feeds become entries: the only room that knows which reader a document needs.

A feed that keeps to the letter is read by `wellformed`, JSON Feed and sitemaps by `listings`, all else by feedparser;
its sanitiser is off because entries are stored as text and pages are cleaned elsewhere (3.7 times as fast).
"""

import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import html

from etl.addresses import normal_url
from etl.errors import FatalFetchError
from etl.feeds.documents import plain_document, with_sane_references
from etl.feeds.fulltexts import full_text, text_digest
from etl.feeds.listings import read_json_feed, read_sitemap
from etl.feeds.printed import Printed
from etl.feeds.wellformed import read_wellformed
from etl.model import FeedEntry, Identity
from etl.reading.dates import read_date

Reader = Callable[[bytes], tuple[Printed, ...] | None]
TolerantReader = Callable[[bytes, str | None], tuple[Printed, ...] | None]
LONGEST_KEY = 8_192  # bytes that servers take as an address (RFC 9110, section 4.1, asks for 8,000)
LONGEST_FIELD = 100_000  # code points; the WARC has the rest
MOST_VALUES = 1_000  # authors or categories of one entry
HEAD = 2_000  # bytes in which a document says what it is
WHOLE_TEXT = re.compile(
    rb"<(?:[\w.-]+:)?(?:encoded|content|fullitem|body)[\s>]"
)  # elements that feedparser calls content
PAGE = re.compile(rb"<html[\s>](?:.*?<title[^<>]*>([^<]*))?", re.IGNORECASE | re.DOTALL)
UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
REFERENCE = re.compile("&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
MARKUP_TYPES = {"text/html", "application/xhtml+xml"}


def read_tolerantly(document: bytes, content_type: str | None) -> tuple[Printed, ...] | None:
    """The entries of a document of any dialect, with any fault, as feedparser reads them; null for no feed."""
    parsed = feedparser.parse(
        io.BytesIO(with_sane_references(document)),
        response_headers={"content-type": content_type or ""},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.entries and not parsed.get("version"):
        return None
    has_texts = WHOLE_TEXT.search(document) is not None
    is_atom = str(parsed.get("version")).startswith("atom")
    return tuple(_printed(entry, _content(entry, is_atom) if has_texts else None) for entry in parsed.entries)


def read_feed(
    document: bytes, content_type: str | None, url: str, tolerant: TolerantReader = read_tolerantly
) -> tuple[FeedEntry, ...]:
    """The entries of a feed document in document order; empty where the feed lists none.

    What no strict reader reads is left to `tolerant`, which may take seconds and hundreds of megabytes.

    Raises FatalFetchError, naming what was found instead, when the bytes are no feed.
    """
    document = plain_document(document)
    if not document.strip():
        raise FatalFetchError(f"feed {url!r}: the answer is empty")
    if b"<sitemapindex" in document[:HEAD]:
        raise FatalFetchError(f"feed {url!r}: a list of sitemaps, it begins with {document[:60]!r}")
    printed = read_wellformed(document, _charset(content_type))
    readers: tuple[Reader, ...] = (read_json_feed, read_sitemap, lambda found: tolerant(found, content_type))
    for read in readers:
        printed = read(document) if printed is None else printed
    if printed is None:
        page = PAGE.search(document[:HEAD])
        titled = " ".join((page[1] or b"").decode("utf-8", "replace").split()) if page else ""
        found = (f"a web page titled {titled!r}, " if titled else "a web page, ") if page else ""
        told = f"{found}neither RSS nor Atom nor JSON Feed, it begins with {document[:60]!r}"
        raise FatalFetchError(f"feed {url!r}: {told}")
    return tuple(_entry(entry, url) for entry in printed)


def identify(entries: Sequence[FeedEntry], source_id: str) -> list[Identity | None]:
    """Which story each entry of one document is; null for one without a usable address that carries no whole text.

    The guid names a story where it stands once in the document (some feeds give all entries one guid), else the
    address does, and where there is none, headline and day of publication do. An entry answers to guid and address, so
    that either one alone is recognised again.
    """
    guids = Counter(entry.guid for entry in entries if entry.guid)
    return [_identity(entry, source_id, guids) for entry in entries]


def entry_digest(entry: FeedEntry) -> str:
    """Changes when the publisher changes the entry: its headline, its dates, its summary or the words of its text."""
    said = [entry.headline, entry.published_raw, entry.updated_raw, entry.summary]
    seen = "\x1f".join(part or "" for part in (*said, *([entry.content_digest] if entry.content_digest else [])))
    return hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()


def rejected_alias(entry: FeedEntry, source_id: str) -> str:
    """The key of an entry without a usable address: equal as long as the feed lists it unchanged."""
    return _digest(f"{source_id}\nrejected\n{replace(entry, content=None)!r}")


def _identity(entry: FeedEntry, source_id: str, guids: Counter[str]) -> Identity | None:
    url = normal_url(entry.link) if entry.link and len(entry.link) <= LONGEST_KEY else None
    if url is None and entry.content is None:
        return None
    keys = [("url", url)] if url else []
    if entry.guid and guids[entry.guid] == 1:
        keys.insert(0, ("guid", entry.guid))
    day = None if keys else read_date(entry.published_raw or "", None).day
    if day and entry.headline:
        keys.append(("title_day", f"{entry.headline}\n{day.isoformat()}"))
    if not keys:
        return None
    aliases = tuple(_digest(f"{source_id}\n{rule}\n{value}") for rule, value in keys)
    return Identity(f"a_{aliases[0]}", keys[0][0], url, aliases)


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=12).hexdigest()


def _content(entry: Any, is_atom: bool) -> str | None:
    """The whole text of an entry. feedparser counts a second description, a picture's say, as content, too."""
    for found in entry.get("content", []):
        is_text = is_atom and found.get("type") == "text/plain" and found.get("value") == dict.get(entry, "summary")
        if not found.get("src") and (found.get("type") in MARKUP_TYPES or is_text):
            return str(found.get("value"))
    return None


def _printed(entry: Any, content: str | None) -> Printed:
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
        content=content,
    )


def _entry(printed: Printed, base: str) -> FeedEntry:
    content = full_text(printed.content, printed.summary if printed.summary != printed.content else None)
    return FeedEntry(
        guid=_plain(printed.guid) if len(printed.guid or "") <= LONGEST_KEY else None,
        link=_absolute(_plain(printed.link), base),
        headline=_words(_cut(printed.title)),
        published_raw=_plain(_cut(printed.published)),
        updated_raw=_plain(_cut(printed.updated)),
        summary=_words(_cut(printed.summary)),
        byline=_plain(_cut(", ".join(printed.authors[:MOST_VALUES])) or _cut(printed.author)),
        categories=tuple(filter(None, (_plain(_cut(term)) for term in printed.terms[:MOST_VALUES]))),
        content=content,
        content_digest=text_digest(content) if content else None,
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
    """Text with single spaces; control characters and halves of surrogate pairs become U+FFFD."""
    if not isinstance(value, str):
        return None
    text = " ".join(value.split())
    return (text if text.isprintable() else UNWRITABLE.sub("\ufffd", text)) or None


def _words(value: Any) -> str | None:
    """Text of a field that may hold markup."""
    plain = _plain(value)
    if plain is None or "<" not in plain:
        # Escaped twice: a reader prints the letter and not its name.
        return plain if plain is None or "&" not in plain else _plain(REFERENCE.sub(lambda r: unescape(r[0]), plain))
    try:
        return _plain(str(html.fromstring(f"<div>{plain}</div>").xpath("string()")))
    except (ValueError, html.etree.ParserError):
        return plain
