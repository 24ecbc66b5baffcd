"""What a site and its feeds say of themselves: name, language, country, front page."""

import json
import re
from contextlib import suppress
from typing import Any, NamedTuple

from lxml import etree, html

from etl.reading.jsonld import line_of, read_nodes
from etl.reading.limits import require_light_markup
from etl.reading.regions import country_records, find_regions

HEAD = 65_536  # bytes of a document in which its channel tells of itself
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
DECLARED = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]+))*")


class Masthead(NamedTuple):
    """A publisher by its own word; null where it says nothing.

    `language` is a BCP 47 tag, `country` ISO 3166-1 alpha-2, `site` the address of the front page.
    """

    title: str | None = None
    language: str | None = None
    country: str | None = None
    site: str | None = None


def front_page(markup: bytes, charset: str | None) -> html.HtmlElement | None:
    """The tree of a page; null where it is no HTML. `charset` is what the HTTP header declared.

    Raises ArticleError where the page is too large to be read.
    """
    require_light_markup(markup)
    declared = DECLARED.search(markup[:2048])
    for encoding in (charset, declared[1].decode("ascii") if declared else None, "utf-8"):
        with suppress(LookupError, etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
            if encoding:
                parser = html.HTMLParser(encoding=encoding, remove_comments=True)
                return html.document_fromstring(markup, parser=parser)
    return None


def site_masthead(tree: html.HtmlElement) -> Masthead:
    """What a front page says of its publisher. The country is that of the publisher's address in JSON-LD alone."""
    countries = {found for node in read_nodes(tree) if (found := _address_country(node))}
    return Masthead(
        title=_line(_said(tree, "og:site_name")) or _line(tree.findtext(".//head/title")),
        language=language_tag(tree.get("lang") or _said(tree, "og:locale")),
        country=countries.pop() if len(countries) == 1 else None,
    )


def feed_masthead(document: bytes) -> Masthead:
    """What a feed's channel says of itself, before its first entry; nothing where it cannot be read."""
    if document.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_masthead(document)
    head = re.split(rb"<(?:\w+:)?(?:item|entry|url)[\s>]", document[:HEAD].strip(), maxsplit=1)[0]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(head, parser)
    except (etree.XMLSyntaxError, ValueError):
        return Masthead()
    if root is None:
        return Masthead()
    channel = next((child for child in root if _name(child) == "channel"), root)
    said: dict[str, str] = {}
    for child in channel:
        printed = child.get("href") if child.get("rel", "alternate") == "alternate" else None
        if value := printed or _line(child.text):
            said.setdefault(_name(child), value)
    language = said.get("language") or root.get(XML_LANGUAGE)
    link = said.get("link", "")
    return Masthead(said.get("title"), language_tag(language), None, link if link.startswith("http") else None)


def language_tag(printed: str | None) -> str | None:
    """A language as a BCP 47 tag, whatever its case and hyphen; null for what is none ("fa_IR" is "fa-IR")."""
    found = TAG.fullmatch((printed or "").strip())
    if found is None:
        return None
    first, *others = re.split("[-_]", found[0])
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in others)])


def _json_masthead(document: bytes) -> Masthead:
    try:
        feed = json.loads(document)
    except (ValueError, RecursionError):
        return Masthead()
    said = {key: line_of(feed.get(key)) for key in ("title", "language", "home_page_url")}
    link = said["home_page_url"] or ""
    return Masthead(said["title"], language_tag(said["language"]), None, link if link.startswith("http") else None)


def _address_country(node: dict[str, Any]) -> str | None:
    """The country in an organisation's postal address: a code or a name that the gazetteer knows."""
    publisher = node.get("publisher")
    address = (publisher if isinstance(publisher, dict) else node).get("address")
    country = address.get("addressCountry") if isinstance(address, dict) else None
    printed = line_of(country.get("name") if isinstance(country, dict) else country)
    if printed is None:
        return None
    if printed.upper() in country_records():
        return printed.upper()
    return next((code for code, state in find_regions(printed) if state is None), None)


def _said(tree: html.HtmlElement, named: str) -> str | None:
    """The content of the first `<meta>` with this property."""
    return next((meta.get("content") for meta in tree.iterfind(f".//meta[@property='{named}']")), None)


def _name(element: "etree._Element") -> str:
    return str(element.tag).rpartition("}")[2]


def _line(printed: str | None) -> str | None:
    return " ".join((printed or "").split()) or None
