"""JSON Feed and news sitemaps become entries like those of RSS and Atom."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import FatalFetchError
from etl.feeds.entries import read_feed
from etl.feeds.fulltexts import text_digest
from etl.feeds.listings import read_json_feed, read_sitemap
from etl.model import FeedEntry

URL = "https://quay.example/feed.json"


def _json(*items: dict[str, Any], version: str = "https://jsonfeed.org/version/1.1") -> bytes:
    return json.dumps({"version": version, "title": "Quay", "items": list(items)}).encode()


def test_json_feed() -> None:
    """An item of JSON Feed 1.1 gives id, address, title, dates as printed, summary, authors and tags."""
    item = {
        "id": "quay-1",
        "url": "/1",
        "title": "Storm & boats",
        "content_html": "<p>A storm came.</p>",
        "summary": "A storm.",
        "date_published": "2026-11-22T10:00:00+03:30",
        "date_modified": "2026-11-22T11:00:00+03:30",
        "authors": [{"name": "Mira Salt"}, {"url": "https://quay.example/t"}, {"name": "Tomas Reef"}],
        "tags": ["Levant", "Storm"],
    }
    (entry,) = read_feed(_json(item), "application/feed+json", URL)
    assert entry == FeedEntry(
        "quay-1", "https://quay.example/1", "Storm & boats", "2026-11-22T10:00:00+03:30", "2026-11-22T11:00:00+03:30",
        "A storm.", "Mira Salt, Tomas Reef", ("Levant", "Storm"),
        "<p>A storm came.</p>", text_digest("<p>A storm came.</p>"),
    )  # fmt: skip


def test_json_feed_1_0_and_what_is_loose() -> None:
    """Version 1.0 has one author, an id may be a number, a summary is the content where there is none."""
    loose = {
        "id": 7,
        "external_url": "https://pier.example/7",
        "author": {"name": "Mira Salt"},
        "content_text": "A storm.",
    }
    (entry,) = read_feed(_json(loose, version="https://jsonfeed.org/version/1"), None, URL)
    assert entry == FeedEntry(
        "7", "https://pier.example/7", None, None, None, "A storm.", "Mira Salt", (),
        "<p>A storm.</p>", text_digest("<p>A storm.</p>"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "item",
    [{"id": None}, {"url": 3, "title": []}, {"authors": "Mira", "tags": [1, None]}, {"authors": [None, {"name": 1}]}],
)
def test_members_of_other_types_are_missing(item: dict[str, Any]) -> None:
    """What has another type than the specification says is missing, and spoils no other item."""
    wrong, right = read_feed(_json(item, {"id": "2", "url": "https://quay.example/2"}), None, URL)
    assert wrong == FeedEntry()
    assert right.link == "https://quay.example/2"


SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<!-- made every ten minutes -->
<url><loc> https://quay.example/1?a=1&amp;b=2 </loc><lastmod>2026-11-22T11:00:00Z</lastmod>
<news:news><news:publication><news:name>Quay</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-22T10:00:00Z</news:publication_date><news:title>Storm &amp; boats</news:title>
<news:keywords>Levant, Storm</news:keywords></news:news></url>
<url><loc>https://quay.example/2</loc></url>
</urlset>"""


def test_news_sitemap() -> None:
    """A news sitemap gives address, title, the news's own date as published, lastmod as updated, and keywords."""
    first, second = read_feed(SITEMAP, "application/xml", URL)
    assert first == FeedEntry(
        None, "https://quay.example/1?a=1&b=2", "Storm & boats", "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z",
        None, None, ("Levant", "Storm"),
    )  # fmt: skip
    assert second == FeedEntry(link="https://quay.example/2")


def test_a_sitemap_cut_short_gives_what_came() -> None:
    """The addresses before the place where a sitemap breaks off are entries."""
    (entry,) = read_feed(SITEMAP[: SITEMAP.index(b"<url><loc>https://quay.example/2")], None, URL)
    assert entry.headline == "Storm & boats"


def test_a_list_of_sitemaps_is_told() -> None:
    """A sitemap index lists no stories, and the operator reads what it is."""
    index = SITEMAP.replace(b"urlset", b"sitemapindex")
    with pytest.raises(FatalFetchError, match="a list of sitemaps"):
        read_feed(index, None, URL)


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"version": 1}', b'{"version": "https://example.org/"}', b"{" * 100_000, b"<urlset/>", b"<"],
)
def test_what_is_no_listing(document: bytes) -> None:
    """Other JSON and other XML is neither a JSON Feed nor a sitemap, however deep it is nested."""
    assert read_json_feed(document) is None
    assert read_sitemap(document) is None


@given(st.binary(max_size=80))
def test_no_bytes_raise(noise: bytes) -> None:
    """Whatever stands in the place of the items, nothing is raised."""
    read_json_feed(b'{"version": "https://jsonfeed.org/version/1", "items": ' + noise)
    read_sitemap(SITEMAP[:200] + noise)


def test_numbers_as_they_are_printed() -> None:
    """An id that is a number is its print, of whatever length; what is no number spoils no other item."""
    items = b'{"id":%s,"url":"/1"},{"id":1.50,"url":"/2"},{"id":NaN,"url":"/3"},{"id":true,"url":"/4"}' % (b"9" * 5_000)
    document = b'{"version":"https://jsonfeed.org/version/1.1","items":[%s]}' % items
    found = read_feed(document, None, URL)
    assert [entry.guid for entry in found] == ["9" * 5_000, "1.50", None, None]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_in_other_encodings(encoding: str) -> None:
    """A JSON Feed is read in every encoding that JSON may have."""
    document = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/1", "title": "سفينة"}]}'
    (entry,) = read_feed(document.encode(encoding), None, URL)
    assert entry.headline == "سفينة"


@pytest.mark.parametrize("document", [b"[1]", b"{}", b'{"version":1}', b'{"version":["x"]}', b'"version"', b"null"])
def test_json_that_is_no_feed(document: bytes) -> None:
    """JSON of another kind is no feed, and is told as none."""
    with pytest.raises(FatalFetchError, match="neither RSS"):
        read_feed(document, "application/json", URL)


SITEMAPS = {
    "another prefix": (
        '<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><s:url><s:loc>https://quay.example/1</s:loc>'
        "<n:news><n:title>Storm</n:title></n:news></s:url></s:urlset>"
    ),
    "https in its name": (
        '<urlset xmlns="https://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:n="https://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://quay.example/1</loc>'
        "<n:news><n:title>Storm</n:title></n:news></url></urlset>"
    ),
    "pictures beside": (
        '<urlset xmlns="http://www.google.com/schemas/sitemap/0.84" '
        'xmlns:i="http://www.google.com/schemas/sitemap-image/1.1" '
        'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        "<i:image><i:loc>https://quay.example/p.jpg</i:loc><i:title>Boats</i:title></i:image>"
        "<loc>https://quay.example/1</loc><n:news><n:title>Storm</n:title></n:news></url></urlset>"
    ),
}


@pytest.mark.parametrize("document", SITEMAPS.values(), ids=SITEMAPS.keys())
def test_names_of_sitemaps(document: str) -> None:
    """A news sitemap is read under every prefix and name of its protocol; a picture's address and title are not its."""
    (entry,) = read_feed(document.encode(), None, URL)
    assert (entry.link, entry.headline) == ("https://quay.example/1", "Storm")
