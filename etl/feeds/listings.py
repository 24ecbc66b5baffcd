"""Lists of stories that are neither RSS nor Atom: JSON Feed 1.0 and 1.1, and news sitemaps."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from lxml import etree

from etl.feeds.printed import Printed

JSON_FEED = "https://jsonfeed.org/version/1"  # https://www.jsonfeed.org/version/1.1/, "Top-level"
# Of https://www.sitemaps.org/protocol.html; what else is seen there, and of Google's own, older protocol.
SITEMAPS = ("http://www.sitemaps.org/schemas/sitemap/0.9", "https://www.sitemaps.org/schemas/sitemap/0.9",
            "http://www.google.com/schemas/sitemap/0.84", "http://www.google.com/schemas/sitemap/0.9")  # fmt: skip
HEAD = 2_000  # bytes in which a sitemap says that it is one
NEWS = "{*}news/{*}"  # http://www.google.com/schemas/sitemap-news/0.9, under whatever name it is declared


class _Number(NamedTuple):
    """A number as it is printed."""

    printed: str


def read_json_feed(document: bytes) -> tuple[Printed, ...] | None:
    """The items of a JSON Feed in document order; null where the document is none.

    A member of another type than the specification has counts as missing.
    """
    if not document.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        # Numbers as they are printed: one of 5,000 digits is none to Python, and costs its item alone.
        feed = json.loads(document, parse_int=_Number, parse_float=_Number, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    if (
        not isinstance(feed, dict)
        or not isinstance(feed.get("version"), str)
        or not feed["version"].startswith(JSON_FEED)
    ):
        return None
    return tuple(_item(item) for item in _objects(feed.get("items")))


def read_sitemap(document: bytes) -> tuple[Printed, ...] | None:
    """The addresses of a sitemap in document order, with what its news extension says; null where it is none."""
    if b"urlset" not in document[:HEAD]:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, remove_comments=True)
    try:
        root = etree.fromstring(document.strip(), parser)
    except etree.XMLSyntaxError:
        return None
    if root is None or root.tag not in {f"{{{namespace}}}urlset" for namespace in SITEMAPS}:
        return None
    return tuple(_address(url) for url in root.iterfind("{*}url"))


def _item(item: Mapping[str, Any]) -> Printed:
    link = _text(item.get("url")) or _text(item.get("external_url"))
    authors = [*_objects(item.get("authors")), *_objects([item.get("author")])]
    names = dict.fromkeys(name for author in authors if (name := _text(author.get("name"))))
    number = item.get("id")
    content = _text(item.get("content_html")) or _text(item.get("content_text"))
    return Printed(
        guid=number.printed if isinstance(number, _Number) else _text(number),  # "coerced to a string", version 1.1
        link=link,
        title=_text(item.get("title")),
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        summary=_text(item.get("summary")) or content,
        authors=tuple(names),
        terms=tuple(tag for tag in item.get("tags") or () if isinstance(tag, str)),
        content=content,
    )


def _address(url: "etree._Element") -> Printed:
    keywords = url.findtext(f"{NEWS}keywords") or ""
    return Printed(
        link=url.findtext("{*}loc"),
        title=url.findtext(f"{NEWS}title"),
        published=url.findtext(f"{NEWS}publication_date"),
        updated=url.findtext("{*}lastmod"),
        terms=tuple(filter(None, (word.strip() for word in keywords.split(",")))),
    )


def _objects(values: Any) -> Iterable[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
