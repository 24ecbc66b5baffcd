"""The feeds of a site from its address: what is taken for a feed, what is asked, what is proven."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Answering, Handler, Site, give, rss

from etl.config import Settings
from etl.errors import FatalFetchError
from etl.sources.discovery import MOST_ASKED, find_feeds
from etl.sources.discovery import Site as Found
from etl.sources.feed_links import header_feeds, listed_sitemaps, page_feeds, robots_sitemaps, usual_feeds
from etl.sources.mastheads import Masthead, feed_masthead, front_page, language_tag, site_masthead
from etl.sources.visits import begin_visit
from etl.web.reach import read_networks

BASE = "https://gazette.example/news/"
SETTINGS = Settings(contact="desk@localhost", host_delay_seconds=0.0, timeout_seconds=2.0, deadline_seconds=2.5)
PAGES: list[tuple[str, list[str]]] = [
    ("<link rel=alternate type='application/rss+xml' href=/rss>", ["https://gazette.example/rss"]),
    ("<LINK REL='home ALTERNATE' TYPE='application/Atom+XML; charset=utf-8' HREF='a.atom'>", [f"{BASE}a.atom"]),
    ("<link rel=alternate type=application/feed+json href=feed.json>", [f"{BASE}feed.json"]),
    ("<base href='https://cdn.example/x/'><link rel=alternate type=text/xml href=f>", ["https://cdn.example/x/f"]),
    ("<link rel=alternate type=text/html hreflang=fa href=/fa>", []),
    ("<link rel=stylesheet type='application/rss+xml' href=/rss>", []),
    ("<link rel=alternate type='application/rss+xml' title='Comments Feed' href=/c>", []),
    ("<link rel=alternate type='application/rss+xml' href=/comments/feed/>", []),
    ("<link rel=alternate type='application/rss+xml' href='javascript:void(0)'>", []),
    ("<link rel=alternate type='application/rss+xml' href='http://[broken'>", []),
    ("<a href=/rss.xml>RSS</a><a href=/rss.xml#top>again</a>", ["https://gazette.example/rss.xml"]),
    ("<a href='/world/feed/'>World</a>", ["https://gazette.example/world/feed/"]),
    ("<a href='/rss/sport'>Sport</a>", ["https://gazette.example/rss/sport"]),
    ("<a href='/all?format=rss'>all</a>", ["https://gazette.example/all?format=rss"]),
    ("<a href='https://rss.gazette.example/feed'>ours</a>", ["https://rss.gazette.example/feed"]),
    ("<a href='https://feeds.feedburner.com/rss'>kept</a>", ["https://feeds.feedburner.com/rss"]),
    ("<a href='https://other.example/rss.xml'>theirs</a>", []),
    ("<a href=/feedback>Write to us</a><a href=/breastfeeding>Health</a><a href=/storm-atoms>x</a>", []),
    ("", []),
]


@pytest.mark.parametrize(("markup", "urls"), PAGES)
def test_candidates_of_a_page(markup: str, urls: list[str]) -> None:
    """Feeds that a page offers or links to on its own site are candidates once; comments and other links are not."""
    tree = front_page(f"<html><body>{markup}</body></html>".encode(), None)
    assert tree is not None
    assert [found.url for found in page_feeds(tree, BASE)] == urls


def test_candidates_of_headers() -> None:
    """Of the Link headers those with rel=alternate and a feed's type are candidates, several in one header too."""
    value = '</a>; rel="alternate"; type="application/rss+xml"; title="x, y", </b>; rel=next'
    value += ", <c>;REL=alternate;type=text/html"
    headers = [("link", value), ("LINK", "<https://g.example/atom> ; type=application/atom+xml ; rel=Alternate")]
    found = [candidate.url for candidate in header_feeds(headers, BASE)]
    assert found == ["https://gazette.example/a", "https://g.example/atom"]


def test_candidates_of_sitemaps() -> None:
    """Sitemap lines of robots.txt are candidates, news first; of a list of sitemaps only those that say news are."""
    robots = "\ufeffUser-agent: *\nDisallow:\nSITEMAP : /map.xml\nSitemap: https://g.example/news-map.xml # all"
    assert [found.url for found in robots_sitemaps(robots, BASE)] == [
        "https://g.example/news-map.xml",
        "https://gazette.example/map.xml",
    ]
    listed = b"<sitemapindex><sitemap><loc> https://g.example/a.xml</loc></sitemap><sitemap><loc>/n?a=1&amp;b=news"
    listed += b"</loc></sitemap><sitemap><loc>/latest.xml</loc></sitemap></sitemapindex>"
    assert [found.url for found in listed_sitemaps(listed, BASE)] == ["https://gazette.example/latest.xml"]


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_address_is_taken_or_left(href: str, base: str) -> None:
    """Whatever stands in a link, candidates are http(s) addresses and nothing is raised."""
    tree = front_page(b"<html><body><a>x</a><link rel=alternate type='application/rss+xml'></body></html>", None)
    assert tree is not None
    for element in tree.iter("a", "link"):
        element.set("href", "".join(char for char in href if char.isprintable()))
    for found in page_feeds(tree, f"https://g.example/{base.replace('#', '')}"):
        assert found.url.startswith(("http://", "https://"))


MASTHEADS: list[tuple[str, Masthead]] = [
    (
        "<rss><channel><image><title>logo</title></image><title>Quay &amp; Mole</title><link>https://q.example/</link>"
        "<language>fa-ir</language><item><title>no</title></item></channel></rss>",
        Masthead("Quay & Mole", "fa-IR", None, "https://q.example/"),
    ),
    (
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><title>Kai</title><link rel='self' href='https://s/'/>"
        "<link href='https://k.example/'/><entry><title>no</title></entry></feed>",
        Masthead("Kai", "de", None, "https://k.example/"),
    ),
    (
        '{"version": "https://jsonfeed.org/version/1.1", "title": "Mole", "language": "en_gb", "home_page_url": 5}',
        Masthead("Mole", "en-GB", None, None),
    ),
    ("<rss><channel><item><title>no</title></item></channel></rss>", Masthead()),
    ("{[", Masthead()),
    ("", Masthead()),
]


@pytest.mark.parametrize(("document", "expected"), MASTHEADS)
def test_what_a_feed_says_of_itself(document: str, expected: Masthead) -> None:
    """Title, language and front page are the channel's own, never an entry's or an image's."""
    assert feed_masthead(document.encode()) == expected


def test_what_a_page_says_of_its_publisher() -> None:
    """A front page gives name, language and the country of the publisher's address; two countries are none."""
    node = '{"@type": "NewsMediaOrganization", "address": {"addressCountry": {"name": "Portugal"}}}'
    other = '{"@type": "Organization", "address": {"addressCountry": "ES"}}'
    page = "<html lang=pt-pt><head><meta property=og:site_name content=' O  São'><title>São: tudo</title>%s</head>"
    script = "<script type='application/ld+json'>%s</script>"
    tree = front_page((page % (script % node)).encode(), None)
    assert tree is not None
    assert site_masthead(tree) == Masthead("O São", "pt-PT", "PT", None)
    tree = front_page((page % (script % node + script % other)).encode("latin-1"), "iso-8859-1")
    assert tree is not None
    assert site_masthead(tree) == Masthead("O São", "pt-PT", None, None)
    unnamed = front_page("<html><head><title> São: tudo </title>".encode(), None)
    assert unnamed is not None
    assert site_masthead(unnamed) == Masthead("São: tudo")


@pytest.mark.parametrize(
    ("printed", "tag"),
    [("EN", "en"), ("fa_IR", "fa-IR"), ("zh-Hans-cn", "zh-Hans-CN"), ("English", None), ("", None), (None, None)],
)
def test_language_tags(printed: str | None, tag: str | None) -> None:
    """A language is a tag in its usual case; what is no tag is none."""
    assert language_tag(printed) == tag


def search(site: Site, path: str = "/") -> Found:
    """What is found at a path of a site on loopback."""
    return find_feeds(begin_visit(SETTINGS, read_networks(["127.0.0.1"])), site.url + path)


def paths(found: Found, site: Site) -> list[str]:
    """The paths of the feeds that were found."""
    return [feed.url.removeprefix(site.url) for feed in found.feeds]


FRONT = b"<html lang=en><head><link rel=alternate type='application/rss+xml' href='/all.rss'></head>"
BARE = give(b"<p>Nothing offered here")
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
DATED = "<n:news><n:publication_date>2026-11-20T10:00:00Z</n:publication_date><n:title>Boats in</n:title></n:news>"
LISTED = give(b"<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>", kind="text/xml")


def sitemap(news: str) -> Answering:
    """A sitemap of one address, with what its news extension says."""
    return give(f"<urlset {XMLNS}><url><loc>https://g.example/1</loc>{news}</url></urlset>".encode(), kind="text/xml")


def with_map(**answers: Answering) -> dict[str, Answering]:
    """A site that offers nothing and names a sitemap in robots.txt; keys are paths with _ for the point."""
    pages = {f"/{name.replace('_', '.')}": answer for name, answer in answers.items()}
    return {"/": BARE, "/robots.txt": give(b"Sitemap: /m.xml", kind="text/plain"), **pages}


LINK = "</h>; rel=alternate; type=application/rss+xml"
HUB = {"/": give(b"<a href=/rss>x</a>"), "/rss": give(b"<a href=/a/feed>a</a>"), "/a/feed": rss("/1")}
TWICE = {"/": give(FRONT + b"<body><a href=/feed>x</a>"), "/all.rss": rss("/1"), "/feed": rss("/1")}
USUAL = {"/": give(FRONT), "/all.rss": rss("/1"), "/feed.xml": rss("/2")}
SITES: list[tuple[str, dict[str, Answering], list[str], str]] = [
    ("an offered feed", {"/": give(FRONT), "/all.rss": rss("/1")}, ["/all.rss"], ""),
    ("the address is a feed", {"/": rss("/1", "/2")}, ["/"], ""),
    ("a Link header", {"/": give(b"<p>x", Link=LINK), "/h": rss("/1")}, ["/h"], ""),
    ("an offer that is a page", {"/": give(FRONT), "/all.rss": BARE}, [], "it is a page"),
    ("an offer that is gone", {"/": give(FRONT)}, [], "HTTP status 404"),
    ("a page of feeds", HUB, ["/a/feed"], "it is a page"),
    ("one feed at two addresses", TWICE, ["/all.rss"], "the same entries as "),
    ("a usual place", {"/": BARE, "/feed.xml": rss("/1")}, ["/feed.xml"], "HTTP status 404"),
    ("usual places only without offers", USUAL, ["/all.rss"], ""),
    ("a news sitemap", with_map(m_xml=sitemap(DATED)), ["/m.xml"], ""),
    ("a sitemap without news", with_map(m_xml=sitemap("")), [], "addresses alone"),
    ("a sitemap in a list", with_map(m_xml=LISTED, news_xml=sitemap(DATED)), ["/news.xml"], "a list of sitemaps"),
]


@pytest.mark.parametrize(("pages", "feeds", "in_vain"), [case[1:] for case in SITES], ids=[case[0] for case in SITES])
def test_feeds_are_found_and_proven(pages: Mapping[str, Answering], feeds: list[str], in_vain: str) -> None:
    """What is found is what was read as a feed; what was asked in vain is told with the reason."""
    with Site(pages) as site:
        found = search(site)
        assert paths(found, site) == feeds
        told = " ".join(why for _, why in found.in_vain)
        assert in_vain in told
        assert bool(in_vain) == bool(told)


def test_only_what_robots_allows_is_asked() -> None:
    """A candidate that robots.txt forbids is not asked, and told as such; nor is an address that a person gives."""
    robots = give(b"User-agent: *\nDisallow: /all.rss\nDisallow: /private", kind="text/plain")
    with Site({"/": give(FRONT), "/all.rss": rss("/1"), "/robots.txt": robots, "/private": rss("/1")}) as site:
        found = search(site)
        assert found.feeds == ()
        assert "/all.rss" not in site.requests
        assert "forbids it" in dict(found.in_vain)[f"{site.url}/all.rss"]
        with pytest.raises(FatalFetchError, match="forbids it"):
            search(site, "/private")
        assert "/private" not in site.requests


def test_a_host_that_asks_to_be_left_alone_is() -> None:
    """After Retry-After no other address of that host is asked."""
    with Site({"/": give(FRONT), "/all.rss": give(b"", status=429, Retry_After="3600")}) as site:
        found = search(site)
        assert site.requests == ["/robots.txt", "/", "/all.rss"]
        assert sum("asked to be left alone" in why for _, why in found.in_vain) == len(usual_feeds(site.url))


def test_a_search_ends() -> None:
    """Of a page that offers very many feeds no more than a search's share is asked, and the rest is named."""
    links = "".join(f"<a href='/rss/{number}'>x</a>" for number in range(3 * MOST_ASKED))
    with Site({"/": give(links.encode())}) as site:
        found = search(site)
        assert len(site.requests) == MOST_ASKED + 2  # the page and robots.txt
        assert sum(why.startswith("not asked") for _, why in found.in_vain) >= 2 * MOST_ASKED


def test_a_feed_that_has_moved_for_good_is_known_to_have() -> None:
    """Redirects that are all permanent give the lasting address; one that is not gives none."""

    def moved(status: int, to: str) -> Answering:
        def answer(handler: Handler) -> None:
            handler.send_response(status)
            handler.send_header("Location", to)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        return answer

    for status, lasting in ((301, "/new"), (308, "/new"), (302, None)):
        with Site({"/": moved(status, "/new"), "/new": rss("/1")}) as site:
            (feed,) = search(site).feeds
            assert feed.moved_to == (site.url + lasting if lasting else None)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (give(b"", status=503), "HTTP status 503"),
        (give(b"%PDF-1.7", kind="application/pdf"), "neither RSS nor Atom"),
        (give(b""), "empty"),
        (give(b"<" * 500_000), "neither RSS nor Atom"),
    ],
)
def test_an_address_that_gives_nothing_is_an_error(answer: Answering, said: str, tmp_path: Path) -> None:
    """Where the address answers with neither a feed nor a page, one line says what it gave."""
    with Site({"/": answer}) as site, pytest.raises(FatalFetchError, match=said):
        search(site)
