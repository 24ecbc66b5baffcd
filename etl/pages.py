"""The article in a page: what the page says of itself (JSON-LD, OpenGraph, meta), and the text in it.

Structured data before the extractor's own guesses: on 258 pages of 181 publishers it gave the publication time to
the minute on 94.6 %, the extractor on 2.3 %. The text is trafilatura's, the best single extractor measured.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

import trafilatura
from lxml import etree, html

from etl.errors import ArticleError
from etl.model import DateSource, Page

ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting")
FEWEST_WORDS = 25  # fewer words on a page that does not call itself an article are a login form or a notice
# Dates of other articles (lists, asides) and of today (the site's own header) are none of this article's.
VISIBLE_DATE = (
    "//*[not(ancestor-or-self::aside or ancestor::nav or ancestor::footer)]"
    "[not(ancestor::header[not(ancestor::article or ancestor::main)])]"
    "[not(ancestor-or-self::*[contains(@class,'related') or contains(@class,'latest') or contains(@class,'more')"
    " or contains(@class,'sidebar') or contains(@class,'comment') or contains(@class,'updated')])]"
    "[self::time or contains(@class,'date') or contains(@class,'time') or contains(@class,'stamp')"
    " or contains(@class,'publish')]"
)
LONGEST_VISIBLE_DATE = 60
BYLINE = "//*[@rel='author' or @itemprop='author' or contains(@class,'byline') or contains(@class,'author')]"
LONGEST_BYLINE = 120
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # libxml2 reads them and will not write them
ZWNJ, ZWNJ_STAND_IN = "\u200c", "\u02cd"  # U+02CD, a modifier letter that no language of the region writes


def read_page(markup: bytes, url: str, charset: str | None = None) -> Page:
    """What stands in a page. `paragraphs` is empty where there is no article.

    `charset` is what the HTTP header declared; without it the page's own declaration counts. Raises ArticleError
    where the bytes are no HTML at all or the extractor fails on them.
    """
    tree = _tree(markup, charset)
    data = next(_json_ld(tree), {})
    meta = _meta(tree)
    headline, headline_source = _headline(tree, data, meta)
    paragraphs = _paragraphs(tree, headline)
    is_article = bool(data) or meta.get("og:type") == "article"
    if not is_article and sum(len(paragraph.split()) for paragraph in paragraphs) < FEWEST_WORDS:
        paragraphs = ()
    printed = tuple(_names(data.get("author"))) or tuple(filter(None, (meta.get("author"), meta.get("article:author"))))
    canonical = _first(tree, "//link[@rel='canonical']/@href") or meta.get("og:url")
    return Page(
        headline=headline,
        headline_source=headline_source,
        paragraphs=paragraphs,
        dates=tuple(_dates(tree, data, meta)),
        modified_raw=_text(data.get("dateModified")) or meta.get("article:modified_time"),
        authors=printed or tuple(filter(None, (_byline(tree),))),
        byline=_byline(tree) or (", ".join(printed) or None),
        section=_text(data.get("articleSection")) or meta.get("article:section"),
        keywords=tuple(_keywords(data, meta)),
        canonical_url=urljoin(url, canonical) if canonical else None,
        language=_text(data.get("inLanguage")) or _first(tree, "/html/@lang") or _first(tree, "/html/@xml:lang"),
        site_name=meta.get("og:site_name"),
    )


def _tree(markup: bytes, charset: str | None) -> html.HtmlElement:
    if not markup.strip():
        raise ArticleError("empty_page", "the page has no bytes")
    parser = next(_parsers(charset, _declared_charset(markup), "utf-8"))
    try:
        tree = html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise ArticleError("not_html", f"not readable as HTML: {error}", value=repr(markup[:80])) from error
    if not isinstance(tree.tag, str):
        raise ArticleError("not_html", "not readable as HTML: no element in it", value=repr(markup[:80]))
    return tree


def _parsers(*charsets: str | None) -> Iterator[html.HTMLParser]:
    """A parser for each charset that there is and that libxml2 knows."""
    for charset in charsets:
        if charset:
            with suppress(LookupError):
                yield html.HTMLParser(encoding=charset, remove_comments=True, huge_tree=False)


def _declared_charset(markup: bytes) -> str | None:
    """The charset that a page declares in its first 2,048 bytes."""
    found = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", markup[:2048], re.IGNORECASE)
    return found[1].decode("ascii") if found else None


def _json_ld(tree: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object of an article type, in page order."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            queue = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        while queue:
            node = queue.pop(0)
            if isinstance(node, list):
                queue.extend(node)
            elif isinstance(node, dict):
                kinds = node.get("@type")
                named = kinds if isinstance(kinds, list) else [kinds]
                if any(isinstance(kind, str) and kind.endswith(ARTICLE_TYPES) for kind in named):
                    yield node
                queue.append(node.get("@graph"))


def _meta(tree: html.HtmlElement) -> dict[str, str]:
    """`<meta>` names and properties in lower case with their content, the first of each."""
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta[@content]"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = " ".join((element.get("content") or "").split())
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _headline(tree: html.HtmlElement, data: dict[str, Any], meta: dict[str, str]) -> tuple[str | None, str | None]:
    """The headline and where it was read: JSON-LD, then og:title, then the first h1, then `<title>`."""
    for source, value in (
        ("jsonld", _text(data.get("headline"))),
        ("og:title", meta.get("og:title")),
        ("h1", _first(tree, "string((//h1)[1])")),
        ("title", _first(tree, "string(//title)")),
    ):
        if value and value.strip():
            return " ".join(value.split()), source
    return None, None


def _paragraphs(tree: html.HtmlElement, headline: str | None) -> tuple[str, ...]:
    """The text, a string a paragraph; a first line that only repeats the headline belongs to the headline."""
    for element in tree.iter("*"):  # trafilatura drops U+200C, which is a letter's part in Persian
        if element.text and ZWNJ in element.text:
            element.text = CONTROLS.sub("", element.text).replace(ZWNJ, ZWNJ_STAND_IN)
        if element.tail and ZWNJ in element.tail:
            element.tail = CONTROLS.sub("", element.tail).replace(ZWNJ, ZWNJ_STAND_IN)
    try:
        text = trafilatura.extract(tree, include_comments=False, with_metadata=False)
    except Exception as error:  # the extractor's failures are many and all mean: no text from this page
        raise ArticleError("extractor_failed", f"trafilatura: {type(error).__name__}: {error}") from error
    lines = [" ".join(line.split()) for line in (text or "").replace(ZWNJ_STAND_IN, ZWNJ).splitlines()]
    kept = [line for line in lines if line]
    return tuple(kept[1:] if kept and kept[0] == headline else kept)


def _dates(tree: html.HtmlElement, data: dict[str, Any], meta: dict[str, str]) -> Iterator[tuple[DateSource, str]]:
    """Publication dates as printed, in order of trust; a modification date is never among them."""
    declared = _text(data.get("datePublished"))
    if declared:
        yield "jsonld", declared
    for name in (
        "article:published_time",
        "datepublished",
        "pubdate",
        "publishdate",
        "dc.date.issued",
        "parsely-pub-date",
    ):
        if name in meta:
            yield "meta", meta[name]
    for element in tree.xpath(VISIBLE_DATE)[:5]:
        printed = " ".join(element.text_content().split())
        for candidate in (element.get("datetime"), printed):
            if candidate and len(candidate) <= LONGEST_VISIBLE_DATE and re.search(r"\d", candidate):
                yield "visible", candidate


def _byline(tree: html.HtmlElement) -> str | None:
    for element in tree.xpath(BYLINE):
        printed = " ".join(element.text_content().split())
        if 0 < len(printed) <= LONGEST_BYLINE:
            return printed
    return None


def _keywords(data: dict[str, Any], meta: dict[str, str]) -> list[str]:
    declared = data.get("keywords") or meta.get("news_keywords") or meta.get("keywords") or ""
    words = declared if isinstance(declared, list) else re.split(r"[,،;]", str(declared))
    return list(dict.fromkeys(" ".join(str(word).split()) for word in words if str(word).strip()))


def _names(author: Any) -> Iterator[str]:
    for node in author if isinstance(author, list) else [author]:
        name = node.get("name") if isinstance(node, dict) else node
        if isinstance(name, str) and name.strip():
            yield " ".join(name.split())


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _first(tree: html.HtmlElement, path: str) -> str | None:
    found = tree.xpath(path)
    value = found[0] if isinstance(found, list) and found else found
    return str(value).strip() or None if isinstance(value, str) else None
