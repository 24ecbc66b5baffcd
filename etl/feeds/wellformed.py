"""Feeds that keep to the letter of RSS 2.0 or Atom 1.0, read in one pass on a C parser.

What is read here is what feedparser reads, at several times its speed; a document with anything in it for which that
is not certain is left to feedparser. `tests/test_wellformed.py` holds the two side by side.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from lxml import etree

from etl.feeds.printed import Found, IntricateError, Printed

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
MEDIA = ("{http://search.yahoo.com/mrss/}", "{http://search.yahoo.com/mrss}")
# Elements that say nothing of the fields an entry has here.
SILENT_NAMESPACES = (
    "{http://purl.org/rss/1.0/modules/slash/}",
    "{http://purl.org/rss/1.0/modules/syndication/}",
    "{http://purl.org/syndication/thread/1.0}",
    "{http://wellformedweb.org/CommentAPI/}",
    "{http://rssnamespace.org/feedburner/ext/1.0}",
    "{http://www.w3.org/2003/01/geo/wgs84_pos#}",
)
SILENT = {
    *("comments", "enclosure", "source", f"{ATOM}rights"),
    *(f"{DC}{name}" for name in ("format", "identifier", "language", "publisher", "rights", "type")),
    *(f"{media}{name}" for media in MEDIA for name in ("content", "credit", "group", "rating", "thumbnail")),
}
NESTED_TITLES = {f"{media}{name}": f"{name}" for media in MEDIA for name in ("title", "description")}
RSS_FIELDS = {
    **{"guid": "guid", "link": "link", "title": "title", "pubDate": "published", "description": "description"},
    **{f"{DC}date": "updated", f"{CONTENT}encoded": "content"},
}
ATOM_FIELDS = {
    **{f"{ATOM}id": "guid", f"{ATOM}title": "title", f"{ATOM}summary": "description", f"{ATOM}content": "content"},
    **{f"{ATOM}published": "published", f"{ATOM}updated": "updated"},
}
BYLINES = {"author", f"{DC}creator"}
SUBJECTS = {"category", f"{DC}subject"}
PERSON = {f"{ATOM}{name}" for name in ("name", "email", "uri")}
NONE: frozenset[str] = frozenset()
PERMALINK, DOMAIN, TYPE = frozenset({"isPermaLink"}), frozenset({"domain"}), frozenset({"type"})
CATEGORY = frozenset({"term", "scheme", "label"})
LINK = frozenset({"href", "rel", "type", "title", "hreflang", "length"})
HTML_TYPES = {"text", "html", "text/plain", "text/html"}
PLAIN = {"text", "text/plain"}
DECLARED = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.:-]+)[\"']")
INTRICATE = re.compile(rb"<!DOCTYPE|<!ENTITY|[\s:]base\s*=", re.IGNORECASE)
CONTROLS = re.compile("[\x80-\x9f]")  # of Windows-1252 most often, which feedparser mends
SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+\-.]{0,30}://)/+")
PARAMETER = re.compile(r"&([A-Za-z0-9_]+);")


def read_wellformed(document: bytes, charset: str | None) -> tuple[Printed, ...] | None:
    """The entries of a feed document in document order; null where it is none that can be read here.

    `charset` is the one that the answer declared, null where it declared none.
    """
    declared = DECLARED.match(document.removeprefix(b"\xef\xbb\xbf").lstrip())
    charsets = {charset or "utf-8", declared[1].decode() if declared else "utf-8"}
    if {name.lower() for name in charsets} != {"utf-8"} or INTRICATE.search(document):
        return None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        root = etree.fromstring(document.removeprefix(b"\xef\xbb\xbf").lstrip(), parser)
        return tuple(_entries(root))
    except (etree.XMLSyntaxError, IntricateError):
        return None


def _entries(root: etree._Element) -> Iterator[Printed]:
    read: Callable[[etree._Element], Printed]
    if root.tag == "rss" and len(root) == 1 and root[0].tag == "channel":
        parent, name, read = root[0], "item", _rss_item
    elif root.tag == f"{ATOM}feed":
        parent, name, read = root, f"{ATOM}entry", _atom_entry
    else:
        raise IntricateError
    found = parent.findall(name)
    if len(found) != sum(1 for _ in root.iter("{*}item", "{*}entry")):
        raise IntricateError
    for element in found:
        if element.attrib:
            raise IntricateError
        yield read(element)


def _rss_item(item: etree._Element) -> Printed:
    found = Found()
    guid_is_link = False
    for child in item:
        tag = child.tag
        if tag in RSS_FIELDS:
            found.put(RSS_FIELDS[tag], _text(child, PERMALINK if tag == "guid" else NONE))
            guid_is_link = guid_is_link or (tag == "guid" and child.get("isPermaLink", "true") == "true")
        elif tag in BYLINES:
            found.authors.append(_text(child))
        elif tag in SUBJECTS:
            _put_category(child, found)
        else:
            _pass_over(child, found)
    fields = found.fields
    if "link" in fields:
        fields["link"] = PARAMETER.sub(r"&\1", SLASHES.sub(r"\1", fields["link"]).replace("&amp;", "&"))
    if guid_is_link:
        fields["guid"] = SLASHES.sub(r"\1", fields["guid"])
        fields.setdefault("link", fields["guid"])
    return found.printed()


def _atom_entry(entry: etree._Element) -> Printed:
    found, is_plain = Found(), False
    for child in entry:
        tag = child.tag
        if tag in ATOM_FIELDS:
            kind = child.get("type", "text").lower()
            if kind not in HTML_TYPES:
                raise IntricateError
            is_plain = is_plain or (tag == f"{ATOM}content" and kind in PLAIN)
            found.put(ATOM_FIELDS[tag], _text(child, TYPE))
        elif tag == f"{ATOM}link":
            _put_atom_link(child, found)
        elif tag == f"{ATOM}author":
            found.authors.append(_name(child))
        elif tag == f"{ATOM}category" and child.get("term") and not _text(child, CATEGORY):
            found.put_term(str(child.attrib["term"]), child.get("scheme"), child.get("label"))
        else:
            _pass_over(child, found)
    fields = found.fields
    if is_plain and "description" in fields:
        raise IntricateError
    if "guid" in fields:
        fields["guid"] = SLASHES.sub(r"\1", fields["guid"])
        fields.setdefault("link", fields["guid"])
    return found.printed()


def _put_category(category: etree._Element, found: Found) -> None:
    """Takes a category of RSS; those that name a domain are not told apart from each other."""
    term = _text(category, DOMAIN)
    if category.get("domain"):
        if not term:
            raise IntricateError
        found.terms.append((term, str(category.get("domain")), None))
    elif term:
        found.put_term(term)


def _put_atom_link(link: etree._Element, found: Found) -> None:
    """Takes an alternate address of type HTML, the last where there are several."""
    if _text(link, LINK):
        raise IntricateError
    if "href" not in link.attrib:
        raise IntricateError
    is_self = link.get("rel", "alternate").lower() == "self"
    kind = link.get("type", "application/atom+xml" if is_self else "text/html").lower()
    if link.get("rel", "alternate").lower() == "alternate" and kind in {
        "text/html",
        "html",
        "application/xhtml+xml",
        "xhtml",
    }:
        found.fields["link"] = SLASHES.sub(r"\1", str(link.attrib["href"]))


def _name(author: etree._Element) -> str:
    """The name of an Atom author, who has one."""
    if author.attrib or (author.text or "").strip() or any(child.tag not in PERSON for child in author):
        raise IntricateError
    names = [_text(child) for child in author if child.tag == f"{ATOM}name"]
    if len(names) != 1 or not names[0]:
        raise IntricateError
    return names[0]


def _pass_over(element: etree._Element, found: Found) -> None:
    """Nothing, where neither the element nor anything within it says a word of the fields; else raises."""
    for inner in element.iter():
        tag = inner.tag
        if not isinstance(tag, str):
            raise IntricateError
        if tag in NESTED_TITLES:
            if len(inner) or not _is_told(NESTED_TITLES[tag], found.fields, inner is not element):
                raise IntricateError
            if "<" in (inner.text or "") or inner.get("type", "text") in HTML_TYPES - {"text"}:
                raise IntricateError  # such a description is a text like the story's to feedparser
        elif tag not in SILENT and not tag.startswith(SILENT_NAMESPACES):
            raise IntricateError


def _is_told(name: str, fields: Mapping[str, str], is_within: bool) -> bool:
    """Whether a picture's title or description comes too late to be taken for the entry's own."""
    if name == "title":
        return bool(fields.get("title"))
    return "description" in fields and (is_within or "content" not in fields)


def _text(element: etree._Element, attributes: frozenset[str] = NONE) -> str:
    """The text of an element that has nothing else; text that was encoded in UTF-8 twice is mended, as feedparser does.

    Raises where it has elements or other attributes.
    """
    if len(element) or not attributes.issuperset(element.attrib):
        raise IntricateError
    value = (element.text or "").strip()
    if not value.isascii():
        if CONTROLS.search(value):
            raise IntricateError
        with suppress(UnicodeError):
            return value.encode("latin-1").decode()
    return value
