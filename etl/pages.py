"""The article in a page: what the page says of itself (JSON-LD, OpenGraph, meta), and the text in it.

Structured data before the extractor's own guesses: on 258 pages of 181 publishers it gave the publication time to
the minute on 94.6 %, the extractor on 2.3 %. The text is trafilatura's, the best single extractor measured;
what else was tried is told in docs/accuracy.md.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

import trafilatura
from lxml import etree, html

from etl.clutter import take_off_clutter
from etl.completeness import read_declared
from etl.dates import read_date
from etl.errors import ArticleError
from etl.headlines import CONTROLS, read_headline, shown_heading
from etl.heads import visible_dates
from etl.jsonld import in_one_line, is_article, line_of, read_nodes
from etl.languages import count_words
from etl.model import DateSource, Page
from etl.signatures import declared_authors, read_signatures

# Where the strict text is shorter than so many code points, and the lenient one so many times as long, the strict one
# lost the body: seen on one page of 125, while the other lenient texts of that length held lists of links.
SHORT_TEXT, MANY_TIMES = 1000, 3
MOST_PARAGRAPHS = (
    3000  # of more, jusText, which trafilatura asks unless told to be fast, makes minutes: 50,000 took 137 s
)
FEWEST_WORDS = 25  # fewer words on a page that does not call itself an article are a login form or a notice
DATE_NAMES = (
    "article:published_time", "datepublished", "pubdate", "publishdate", "publish-date", "publish_date",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date",
    "parsely-pub-date", "sailthru.date", "og:published_time", "og:article:published_time", "publication_date", "date",
)  # fmt: skip
ZWNJ, ZWNJ_STAND_IN = "\u200c", "\u02cd"  # U+02CD, a modifier letter that no language of the region writes
UNWRITTEN = re.compile(f"{CONTROLS.pattern}|{ZWNJ}")  # libxml2 reads controls and does not write them: no text at all


def read_page(markup: bytes, url: str, charset: str | None = None) -> Page:
    """What stands in a page. `paragraphs` is empty where there is no article.

    `charset` is what the HTTP header declared; without it the page's own declaration counts. Raises ArticleError
    where the bytes are no HTML at all or the extractor fails on them.
    """
    tree = _tree(markup, charset)
    nodes = list(read_nodes(tree))
    data = next(filter(is_article, nodes), {})
    meta = _meta(tree)
    site_names = _site_names(data, meta, url)
    headline, headline_source = read_headline(_titles(tree, data, meta, url), site_names)
    declares_article = bool(data) or meta.get("og:type") == "article"
    paragraphs = _paragraphs(tree, headline, declares_article=declares_article)
    if not declares_article and sum(map(count_words, paragraphs)) < FEWEST_WORDS:
        paragraphs = ()
    authors, byline = read_signatures(tree, headline, list(declared_authors(data, nodes, meta)), site_names)
    canonical = _first(tree, "//link[@rel='canonical']/@href") or meta.get("og:url")
    return Page(
        headline=headline,
        headline_source=headline_source,
        paragraphs=paragraphs,
        dates=tuple(_dates(tree, data, meta, headline)),
        modified_raw=line_of(data.get("dateModified")) or meta.get("article:modified_time"),
        authors=authors,
        byline=byline,
        section=line_of(data.get("articleSection")) or meta.get("article:section"),
        keywords=tuple(_keywords(data, meta)),
        canonical_url=urljoin(url, canonical) if canonical else None,
        language=line_of(data.get("inLanguage")) or _first(tree, "/html/@lang") or _first(tree, "/html/@xml:lang"),
        site_name=meta.get("og:site_name"),
        declared=read_declared(data),
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


def _meta(tree: html.HtmlElement) -> dict[str, str]:
    """`<meta>` names and properties in lower case with their content, the first of each."""
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta[@content]"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = " ".join((element.get("content") or "").split())
        if name and content:
            found.setdefault(re.sub(r":(time|name)$", r"_\1", name.lower()), content)  # "article:published:time"
    return found


def _titles(
    tree: html.HtmlElement, data: dict[str, Any], meta: dict[str, str], url: str
) -> list[tuple[str, str | None]]:
    """Where a headline stands, in order of trust: JSON-LD, og:title, the heading over the article, `<title>`."""
    title = _first(tree, "string(//title)") or ""
    declared = [("jsonld", line_of(data.get("headline"))), ("og:title", meta.get("og:title"))]
    return [*declared, ("h1", shown_heading(tree, title, url)), ("title", title)]


def _paragraphs(tree: html.HtmlElement, headline: str | None, *, declares_article: bool) -> tuple[str, ...]:
    """The text, a string a paragraph; a first line that only repeats the headline belongs to the headline.

    Of a page that declares an article the extractor leaves out what is doubtful and asks no other extractor for more,
    unless hardly anything is left.
    """
    if UNWRITTEN.search("".join(tree.itertext())):
        _stand_in(tree)
    lines = _lines(tree, is_strict=declares_article)
    if declares_article and _size(lines) < SHORT_TEXT:
        lenient = _lines(tree, is_strict=False)
        lines = lenient if _size(lenient) >= MANY_TIMES * _size(lines) else lines
    paragraphs, _ = take_off_clutter(lines)
    return paragraphs[1:] if paragraphs and paragraphs[0] == headline else paragraphs


def _stand_in(tree: html.HtmlElement) -> None:
    """Takes controls out of a tree and puts a letter in for U+200C, which trafilatura drops and Persian needs."""
    for element in tree.iter("*"):
        if element.text and UNWRITTEN.search(element.text):
            element.text = CONTROLS.sub("", element.text).replace(ZWNJ, ZWNJ_STAND_IN)
        if element.tail and UNWRITTEN.search(element.tail):
            element.tail = CONTROLS.sub("", element.tail).replace(ZWNJ, ZWNJ_STAND_IN)


def _lines(tree: html.HtmlElement, *, is_strict: bool) -> list[str]:
    is_long = sum(1 for _ in islice(tree.iter("p"), MOST_PARAGRAPHS + 1)) > MOST_PARAGRAPHS
    try:
        text = trafilatura.extract(
            tree, include_comments=False, with_metadata=False, favor_precision=is_strict, fast=is_strict or is_long
        )
    except Exception as error:  # the extractor's failures are many and all mean: no text from this page
        raise ArticleError("extractor_failed", f"trafilatura: {type(error).__name__}: {error}") from error
    lines = (" ".join(line.split()) for line in (text or "").replace(ZWNJ_STAND_IN, ZWNJ).splitlines())
    return list(filter(None, lines))


def _size(lines: list[str]) -> int:
    return sum(map(len, lines))


def _dates(
    tree: html.HtmlElement, data: dict[str, Any], meta: dict[str, str], headline: str | None
) -> Iterator[tuple[DateSource, str]]:
    """Publication dates as printed, in order of trust; a modification date is never among them.

    Visible ones are looked for only where no declared one is an instant by itself.
    """
    declared: list[tuple[DateSource, str]] = [("meta", meta[name]) for name in DATE_NAMES if name in meta]
    published = line_of(data.get("datePublished"))
    if published:
        declared.insert(0, ("jsonld", published))
    yield from declared
    if all(read_date(printed, None).instant is None for _, printed in declared):
        yield from (("visible", printed) for printed in visible_dates(tree, headline))


def _keywords(data: dict[str, Any], meta: dict[str, str]) -> list[str]:
    declared = data.get("keywords") or meta.get("news_keywords") or meta.get("keywords") or ""
    words = declared if isinstance(declared, list) else re.split(r"[,،;]", str(declared))
    return list(dict.fromkeys(in_one_line(str(word)) for word in words if str(word).strip()))


def _site_names(data: dict[str, Any], meta: dict[str, str], url: str) -> tuple[str, ...]:
    """What the site is called: by itself, by its publisher and by its host; empty where one of them does not say."""
    publisher = data.get("publisher")
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    named = line_of(publisher.get("name")) if isinstance(publisher, dict) else None
    return (
        meta.get("og:site_name") or "",
        named or "",
        meta.get("application-name") or "",
        host,
        *host.split(".")[:-1],
    )


def _first(tree: html.HtmlElement, path: str) -> str | None:
    found = tree.xpath(path)
    value = found[0] if isinstance(found, list) and found else found
    return str(value).strip() or None if isinstance(value, str) else None
