"""What a page says of the use of its article: the licence, whether it is free to read, what its head reserves."""

from collections.abc import Mapping
from typing import Any

from lxml import html

from etl.model import Access, PageTerms
from etl.reading.completeness import read_declared
from etl.reading.jsonld import in_one_line, line_of
from etl.web.reservations import META_NAMES

LICENCE_METAS = ("dcterms.license", "dcterms.rights", "dc.rights", "dc.rights.license")
LICENCE_KEYS = ("usageInfo", "license")  # schema.org CreativeWork
LONGEST_TERMS = 500  # code points; more is a page of law, not a name or an address of one
MOST_METAS = 100
# `article:content_tier` as Facebook's Open Graph extension for publishers has it.
TIERS: Mapping[str, Access] = {"free": "free", "metered": "metered", "locked": "paid"}


def read_terms(tree: html.HtmlElement, article: dict[str, Any], meta: Mapping[str, str]) -> PageTerms:
    """The terms that a page states; null, unknown and empty where it states none.

    `article` is its JSON-LD article, `meta` its meta elements by name.
    """
    stated = (_named(article.get(key)) for key in LICENCE_KEYS)
    printed = (meta.get(name) for name in LICENCE_METAS)
    link = next(iter(tree.xpath("//link[@rel='license']/@href")), None)
    terms = next(filter(None, (*stated, *printed, in_one_line(str(link)) if link else None)), None)
    access = _access(meta, read_declared(article).is_free)
    return PageTerms(terms[:LONGEST_TERMS] if terms else None, access, tuple(_metas(tree)))


def _named(value: Any) -> str | None:
    """A text or address, or that of the object or list that stands for it."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((value[key] for key in ("url", "@id", "name") if isinstance(value.get(key), str)), None)
    return line_of(value)


def _access(meta: Mapping[str, str], is_free: bool | None) -> Access:
    tier = TIERS.get(meta.get("article:content_tier", "").strip().lower())
    if tier is not None or is_free is None:
        return tier or "unknown"
    return "free" if is_free else "paid"


def _metas(tree: html.HtmlElement) -> list[tuple[str, str]]:
    """Every meta element that may reserve something, in order; `robots` may stand several times."""
    found = ((element.get("name"), element.get("content")) for element in tree.iterfind(".//meta[@content]"))
    named = ((name.strip().lower(), in_one_line(content)) for name, content in found if name and content)
    return [(name, content) for name, content in named if name in META_NAMES][:MOST_METAS]
