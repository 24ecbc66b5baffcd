"""Where a site may have its feeds, by what its pages, headers and robots.txt say: addresses to ask, none proven yet.

It knows no network: bytes and headers come in, candidates with their evidence go out.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import html

from etl.addresses import host_of, normal_url

# https://www.rssboard.org/rss-autodiscovery, RFC 4287 (section 7.1) and JSON Feed 1.1 ("Discovery"); then what older
# sites write there.
FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
OLD_FEED_TYPES = {"application/rdf+xml", "text/xml", "application/xml", "text/rss+xml", "application/rss"}
# The usual places of WordPress, Ghost, Hugo, Jekyll, Drupal, Blogger and of news sitemaps.
WELL_KNOWN = (
    "/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/rss/index.xml", "/feed.json",
    "/news-sitemap.xml", "/sitemap-news.xml", "/news_sitemap.xml",
)  # fmt: skip
FEED_PATH = re.compile(
    r"(^|/)(rss|feed|atom)s?(/|\.(xml|rdf|json|php|aspx))?$|\.(rss|rdf|atom)$|/(rss|feeds?|atom)/[^/]+(\.xml|\.rdf)?$"
    r"|(^|/)(rss|feed|atom|index)[\w.-]*\.xml$",
    re.IGNORECASE,
)
FEED_QUERY = re.compile(r"(^|&)(feed|format|type|alt|output)=(rss2?|atom|rdf)(&|$)", re.IGNORECASE)
ELSEWHERE = {"feeds.feedburner.com", "feeds2.feedburner.com"}  # where many publishers had their feeds kept
COMMENTS = re.compile(r"comment", re.IGNORECASE)  # WordPress offers a feed of its readers' comments on each page
LINK_VALUE = re.compile(r"<([^<>]*)>((?:\s*+;\s*+[\w*-]++\s*+(?:=\s*+(?:\"[^\"]*\"|[^\s\";,]++))?)*+)")  # RFC 8288, 3
PARAMETER = re.compile(r";\s*([\w*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]+))")
SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
SITEMAP_LOC = re.compile(rb"<sitemap>\s*<loc>\s*([^<\s]+)", re.IGNORECASE)
LONGEST_ADDRESS = 2_000
MOST_ANCHORS = 20_000  # of one page that are looked at; front pages have some hundreds
MOST_LISTED = 500  # feeds of one page


class Candidate(NamedTuple):
    """An address that may be a feed, and in words where it was found."""

    url: str
    evidence: str


def page_feeds(tree: html.HtmlElement, url: str) -> tuple[Candidate, ...]:
    """The feeds that a page offers, then the links on it that look like feeds, each address once.

    Feeds of comments are left out.
    """
    base = urljoin(url, next((element.get("href", "") for element in tree.iterfind(".//base[@href]")), ""))
    return _unique(base, chain(*(islice(found, MOST_LISTED) for found in (_offered(tree), _looking_alike(tree, base)))))


def header_feeds(headers: Iterable[tuple[str, str]], url: str) -> tuple[Candidate, ...]:
    """The feeds that an answer's Link headers offer (RFC 8288)."""
    found = []
    for target, parameters in (pair for name, value in headers if name.lower() == "link" for pair in _links(value)):
        if "alternate" in parameters.get("rel", "").lower().split() and _is_feed_type(parameters.get("type", "")):
            found.append((target, f"Link header, type {parameters['type']}"))
    return _unique(url, found)


def robots_sitemaps(robots: str, url: str) -> tuple[Candidate, ...]:
    """The sitemaps that a robots.txt names, those first whose address says news."""
    named = SITEMAP_LINE.findall(robots.removeprefix("\ufeff"))
    return _unique(url, [(address, "Sitemap line of robots.txt") for address in sorted(named, key=_says_no_news)])


def listed_sitemaps(document: bytes, url: str) -> tuple[Candidate, ...]:
    """The sitemaps in a list of sitemaps whose address says news; empty where it is no such list."""
    listed = [loc.decode("utf-8", "replace").replace("&amp;", "&") for loc in SITEMAP_LOC.findall(document)]
    return _unique(url, [(loc, f"news sitemap listed in {url}") for loc in listed if not _says_no_news(loc)])


def usual_feeds(url: str) -> tuple[Candidate, ...]:
    """The places on the host of an address where feeds usually are."""
    return _unique(url, [(path, "a usual place for feeds") for path in WELL_KNOWN])


def _offered(tree: html.HtmlElement) -> Iterator[tuple[str, str]]:
    for link in tree.iterfind(".//link[@href]"):
        is_alternate = {"alternate", "feed"} & set((link.get("rel") or "").lower().split())
        kind, title = link.get("type") or "", " ".join((link.get("title") or "").split())
        if is_alternate and _is_feed_type(kind) and not COMMENTS.search(title):
            yield link.get("href"), f"<link rel=alternate>, type {kind.strip()}" + (f", {title!r}" if title else "")


def _looking_alike(tree: html.HtmlElement, base: str) -> Iterator[tuple[str, str]]:
    """Links of the site itself whose address looks like a feed's."""
    for anchor in islice(tree.iterfind(".//a[@href]"), MOST_ANCHORS):
        try:
            address = urljoin(base, anchor.get("href").strip())
            parts = urlsplit(address)
        except ValueError:
            continue
        if (FEED_PATH.search(parts.path) or FEED_QUERY.search(parts.query)) and _is_own(address, base):
            text = " ".join(anchor.text_content().split())[:60]
            yield address, "a link on the page" + (f", {text!r}" if text else "")


def _is_own(address: str, base: str) -> bool:
    own, other = (host_of(given).removeprefix("www.") for given in (base, address))
    return other == own or other.endswith(f".{own}") or own.endswith(f".{other}") or other in ELSEWHERE


def _is_feed_type(kind: str) -> bool:
    return kind.partition(";")[0].strip().lower() in FEED_TYPES | OLD_FEED_TYPES


def _says_no_news(address: str) -> bool:
    return re.search(r"news|google|latest|recent", urlsplit(address).path, re.IGNORECASE) is None


def _links(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    for target, printed in LINK_VALUE.findall(value):
        yield target, {name.lower(): quoted or bare for name, quoted, bare in PARAMETER.findall(printed)}


def _unique(base: str, found: Iterable[tuple[str, str]]) -> tuple[Candidate, ...]:
    """Candidates with absolute addresses, the first evidence of each; what is no http(s) address is left out."""
    unique: dict[str, Candidate] = {}
    for target, evidence in found:
        try:
            address = urljoin(base, target.strip())
            key = normal_url(address)
        except ValueError:
            continue
        if key is not None and len(address) <= LONGEST_ADDRESS and not COMMENTS.search(urlsplit(address).path):
            unique.setdefault(key, Candidate(address.partition("#")[0], evidence))
    return tuple(unique.values())
