"""Subscription lists of feed readers: OPML 1.0, 1.1 and 2.0 in, 2.0 out (http://opml.org/spec2.opml).

What OPML has no word for (country, time zone, calendar, the source's id) is written in a namespace of our own, which
feed readers pass over, and read again from there.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple

from lxml import etree

from etl.addresses import host_of, normal_url
from etl.errors import ConfigError
from etl.model import Source

MOST_BYTES = 10_000_000  # a list of a thousand feeds has 0.3 MB
OWN = "{urn:x-dateline:source}"
OWN_KEYS = ("id", "country", "timezone", "calendar")
ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


class Subscription(NamedTuple):
    """One feed of a list; null where the list says nothing.

    `folder` is where its reader keeps it, which is no section of the publisher; `section` stands in our own lists only.
    """

    url: str
    title: str | None = None
    site: str | None = None
    folder: str | None = None
    section: str | None = None
    language: str | None = None
    source_id: str | None = None
    country: str | None = None
    timezone: str | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class SubscribedSite:
    """The feeds of one host and title, in the order of the list."""

    title: str
    site: str
    feeds: tuple[Subscription, ...]


def read_opml(document: bytes, name: str) -> tuple[Subscription, ...]:
    """The feeds of a list, each address once, in document order; `name` is what an error calls the document.

    Raises ConfigError where the document is too large, no well-formed XML, nested too deeply, no OPML, or declares
    entities. What is subscribed but no http(s) address is left out.
    """
    if len(document) > MOST_BYTES:
        raise ConfigError(f"{name}: larger than {MOST_BYTES // 1_000_000} MB, which no list of feeds is")
    if ENTITY.search(document):
        raise ConfigError(f"{name}: it declares entities of its own, which no list of feeds needs; it is not read")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ConfigError(f"{name}: not readable as XML: {error}") from error
    if str(root.tag).lower() != "opml":
        raise ConfigError(f"{name}: no OPML: its first element is <{root.tag}>")
    found = (_subscription(outline) for outline in root.iter("outline"))
    return tuple({found.url: found for found in reversed([*filter(None, found)])}.values())[::-1]


def group_by_site(subscriptions: Iterable[Subscription]) -> tuple[SubscribedSite, ...]:
    """The sites of a list: what has one id of our own, else one host and one title, belongs together."""
    groups: dict[tuple[str, ...], list[Subscription]] = {}
    for found in subscriptions:
        host = host_of(found.site or found.url).removeprefix("www.")
        key = ("id", found.source_id) if found.source_id else ("host", host, (found.title or host).casefold())
        groups.setdefault(key, []).append(found)
    return tuple(_site(tuple(feeds)) for feeds in groups.values())


def write_opml(sources: Sequence[Source], now: datetime) -> bytes:
    """All feeds of some sources as OPML 2.0: an outline a source, in it one for each feed."""
    root = etree.Element("opml", version="2.0", nsmap={"dateline": OWN[1:-1]})
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = "Sources of Dateline"
    etree.SubElement(head, "dateCreated").text = format_datetime(now.astimezone(UTC), usegmt=True)
    for source in sources:
        folder = etree.SubElement(body, "outline", text=_legal(source.title))
        for feed in source.feeds:
            title = _legal(source.title)
            said = {"type": "rss", "text": title, "title": title, "xmlUrl": feed.url, "htmlUrl": source.site}
            said |= {"language": source.language}
            if feed.section:
                said["category"] = _legal(feed.section)
            own = (source.source_id, source.country, source.timezone, source.calendar)
            said |= {f"{OWN}{key}": value for key, value in zip(OWN_KEYS, own, strict=True) if value}
            etree.SubElement(folder, "outline", said)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _subscription(outline: "etree._Element") -> Subscription | None:
    said = {str(name).lower(): " ".join(str(value).split()) for name, value in outline.attrib.items()}
    url = said.get("xmlurl", "")
    if normal_url(url) is None:
        return None
    site = said.get("htmlurl", "")
    is_own = f"{OWN}id" in said
    folders = reversed([folder.get("text") or folder.get("title") or "" for folder in outline.iterancestors("outline")])
    kept_in = " / ".join(filter(None, (" ".join(name.split()) for name in folders)))
    return Subscription(
        url,
        said.get("title") or said.get("text") or None,
        site if normal_url(site) else None,
        None if is_own else kept_in or said.get("category") or None,
        said.get("category") if is_own else None,
        said.get("language") or None,
        *(said.get(f"{OWN}{key}") or None for key in OWN_KEYS),
    )


def _site(feeds: tuple[Subscription, ...]) -> SubscribedSite:
    first = feeds[0]
    site = next((found.site for found in feeds if found.site), None)
    return SubscribedSite(first.title or host_of(first.url), site or _front(first.url), feeds)


def _front(url: str) -> str:
    """The front page of the host of a feed."""
    return f"{url.partition('://')[0]}://{host_of(url)}/"


def _legal(text: str) -> str:
    return ILLEGAL.sub("", text)
