"""Feeds of every dialect become entries, in the feed's own words."""

import gzip
import json
import re
from contextlib import suppress
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.hostile_feeds import CASES, read_case
from etl.errors import FatalFetchError
from etl.feeds.documents import MOST_UNPACKED, plain_document
from etl.feeds.entries import entry_digest, identify, read_feed, rejected_alias
from etl.model import FeedEntry

URL = "https://example.org/feeds/all.xml"


def _rss(items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Example</title><link>https://example.org/</link>{items}</channel></rss>"
    ).encode()


def _atom(entries: str) -> bytes:
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Example</title><id>urn:x:feed</id>'
        f"<updated>2026-11-22T10:00:00Z</updated>{entries}</feed>"
    ).encode()


def test_rss_2() -> None:
    """An RSS 2.0 item gives guid, link, headline, printed date, summary without markup, byline and categories."""
    (entry,) = read_feed(
        _rss(
            "<item><title>Storm &amp; boats</title><link>https://example.org/1</link><guid>n-1</guid>"
            "<pubDate>Sun, 22 Nov 2026 10:00:00 IRST</pubDate><dc:creator>Nino Beridze</dc:creator>"
            "<category>Levant</category><category>Storm</category>"
            "<description>&lt;p&gt;A &lt;b&gt;storm&lt;/b&gt;.&lt;/p&gt;</description></item>"
        ),
        "application/rss+xml",
        URL,
    )
    assert entry == FeedEntry(
        "n-1", "https://example.org/1", "Storm & boats", "Sun, 22 Nov 2026 10:00:00 IRST", None, "A storm.",
        "Nino Beridze", ("Levant", "Storm"),
    )  # fmt: skip


def test_atom_keeps_published_and_updated_apart() -> None:
    """An Atom entry that was only updated has no publication date: `updated` never passes for `published`."""
    only_updated, both = read_feed(
        _atom(
            '<entry><id>urn:x:1</id><title>One</title><link href="/1"/><updated>2026-11-22T09:00:00Z</updated></entry>'
            '<entry><id>urn:x:2</id><title>Two</title><link href="2"/><author><name>Rima Haffar</name></author>'
            "<published>2026-11-21T09:00:00Z</published><updated>2026-11-22T09:00:00Z</updated></entry>"
        ),
        None,
        URL,
    )
    assert (only_updated.published_raw, only_updated.updated_raw) == (None, "2026-11-22T09:00:00Z")
    assert (both.published_raw, both.updated_raw) == ("2026-11-21T09:00:00Z", "2026-11-22T09:00:00Z")
    assert (only_updated.link, both.link) == ("https://example.org/1", "https://example.org/feeds/2")
    assert both.byline == "Rima Haffar"


def test_rdf() -> None:
    """An RSS 1.0 (RDF) document gives its items, their date from Dublin Core."""
    document = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.org/"><title>Example</title>'
        b'</channel><item rdf:about="https://example.org/1"><title>One</title><link>https://example.org/1</link>'
        b"<dc:date>2026-11-22T10:00:00+03:30</dc:date></item></rdf:RDF>"
    )
    (entry,) = read_feed(document, None, URL)
    assert (entry.link, entry.headline) == ("https://example.org/1", "One")
    assert "2026-11-22T10:00:00+03:30" in {entry.published_raw, entry.updated_raw}


def test_an_undated_entry_stays_undated() -> None:
    """An entry without a date has none, though the channel has one."""
    (entry,) = read_feed(
        _rss(
            "<pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate><item><title>One</title>"
            "<link>https://example.org/1</link></item>"
        ),
        None,
        URL,
    )
    assert (entry.published_raw, entry.updated_raw) == (None, None)


def test_identity_by_guid_and_by_address() -> None:
    """A guid names a story where it stands once in the document; a repeated one leaves it to the address."""
    own, shared, shared_too, bare, broken = read_feed(
        _rss(
            "<item><title>1</title><link>https://example.org/1?utm_source=rss</link>"
            '<guid isPermaLink="false">a</guid></item>'
            '<item><title>2</title><link>https://example.org/2</link><guid isPermaLink="false">x</guid></item>'
            '<item><title>3</title><link>https://example.org/3</link><guid isPermaLink="false">x</guid></item>'
            "<item><title>4</title><link>https://example.org/4</link></item>"
            "<item><title>5</title></item>"
        ),
        None,
        URL,
    )
    identities = identify([own, shared, shared_too, bare, broken], "example_en")
    assert [identity and identity.rule for identity in identities] == ["guid", "url", "url", "url", None]
    known = [identity for identity in identities if identity]
    assert len({identity.article_id for identity in known}) == 4
    assert (known[0].url, len(known[0].aliases)) == ("https://example.org/1", 2)
    assert identify([own], "other")[0] != known[0]


def test_a_broken_entry_spoils_no_other() -> None:
    """An entry with broken markup in it, even unclosed, leaves the entries around it as they are."""
    entries = read_feed(
        _rss(
            "<item><title>One</title><link>https://example.org/1</link></item>"
            "<item><title>Two <b>bold</title><link>https://example.org/2</link></item>"
            "<item><title>Three & more</title><link>https://example.org/3</link></item>"
        ),
        None,
        URL,
    )
    assert [entry.link for entry in entries] == [f"https://example.org/{n}" for n in (1, 2, 3)]
    assert entries[0].headline == "One"


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("/1", "https://example.org/1"),
        ("1", "https://example.org/feeds/1"),
        ("//other.example.org/1", "https://other.example.org/1"),
        ("https:/broken", "https:/broken"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_relative_links(link: str, absolute: str) -> None:
    """A relative link is read against the feed's address; one with a scheme of its own stays as it is."""
    (entry,) = read_feed(_rss(f"<item><title>One</title><link>{link}</link></item>"), None, URL)
    assert entry.link == absolute


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!DOCTYPE html><html><body><h1>Log in</h1></body></html>", "neither RSS nor Atom"),
        (b'{"error": 1}', "neither RSS nor Atom"),
        (b"\x00\xff\xfe\x01", "neither RSS nor Atom"),
    ],
)
def test_what_is_no_feed(document: bytes, found: str) -> None:
    """An empty answer, a web page or anything else that is no feed is told with the feed's address."""
    with pytest.raises(FatalFetchError, match=found) as told:
        read_feed(document, "text/xml", URL)
    assert URL in str(told.value)


def test_a_feed_may_be_empty() -> None:
    """A feed that lists nothing gives no entries, and no error."""
    assert read_feed(_rss(""), None, URL) == ()


def test_what_changes_an_entry() -> None:
    """The digest changes with headline, dates and summary; an entry without address keeps its key while unchanged."""
    entry = FeedEntry(guid="1", link="x", headline="One", published_raw="2026-11-22", summary="S")
    changed = FeedEntry(guid="1", link="x", headline="Two", published_raw="2026-11-22", summary="S")
    assert entry_digest(entry) == entry_digest(
        FeedEntry(guid="2", headline="One", published_raw="2026-11-22", summary="S")
    )
    assert entry_digest(entry) != entry_digest(changed)
    assert rejected_alias(entry, "a") == rejected_alias(entry, "a") != rejected_alias(changed, "a")


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=40))
def test_no_bytes_raise_anything_else(noise: bytes, tail: bytes) -> None:
    """Any bytes, alone or inside a feed, give entries or a FatalFetchError."""
    for document in (noise, _rss("<item><title>One</title></item>")[:-20] + noise, _atom("") + tail + noise):
        with suppress(FatalFetchError):
            assert isinstance(read_feed(document, None, URL), tuple)


SMALL = [name for name in CASES if "100 MB" not in name and "100,000 items" not in name]


@pytest.mark.parametrize("name", SMALL)
def test_hostile_feed(name: str) -> None:
    """Entity bombs, floods, depths and false charsets give the entries there are, or are told to be no feed."""
    fewest = CASES[name][1]
    found = read_case(name)
    assert (found is None) == (fewest is None)
    assert (found or 0) >= (fewest or 0)


def test_no_entity_is_fetched_or_unfolded() -> None:
    """An entity that names a file gives no word of it, and one that unfolds to a gigabyte stays short."""
    for name in ("external entity", "entity bomb"):
        (entry,) = read_feed(CASES[name][0](), None, URL)
        assert len(entry.headline or "") < 1_000
        assert "root" not in (entry.headline or "")


def test_fields_beyond_all_measure_are_cut() -> None:
    """A field of megabytes is kept to its beginning, a guid so long names nothing, and an address leads nowhere."""
    usual, odd = read_feed(CASES["a title of 20 MB"][0](), None, URL)
    assert (usual.headline, len(odd.headline or "")) == ("Story", 100_000)
    assert read_feed(CASES["a guid of 5 MB"][0](), None, URL)[1].guid is None
    assert identify(read_feed(CASES["a link of 5 MB"][0](), None, URL), "quay")[1] is None


ITEM = "<item><title>{}</title><link>https://example.org/1</link></item>"
TITLES = {
    "AT&amp;amp;T caf&amp;eacute; &amp;#8212; &amp;#x41;": "AT&T café — A",  # escaped twice
    "caf&eacute; &nbsp;&mdash; x": "café — x",
    "We &lt;3 boats": "We <3 boats",
    "a ]]&gt; b": "a ]]> b",
    "<![CDATA[a ]]]]><![CDATA[> b]]>": "a ]]> b",
    "R&amp;D": "R&D",
    "O\0n\x08e": "O�n�e",
    "a&#0;b": "a�b",
    "a&#xD800;b": "a�b",
    "a&#99999999999;b": "a�b",
    "a&#x110000;b": "a�b",
}


@pytest.mark.parametrize(("printed", "headline"), TITLES.items())
def test_letters_of_a_headline(printed: str, headline: str) -> None:
    """A headline has the letters that a reader sees; what is no letter is U+FFFD and costs no entry."""
    found = read_feed(_rss(ITEM.format(printed) + ITEM.format("Two")), None, URL)
    assert [entry.headline for entry in found] == [headline, "Two"]


ENCODED = _rss(ITEM.format("سفينة")).decode()
BARE = ENCODED.partition("?>")[2]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("document", [BARE, ENCODED, ENCODED.replace("utf-8", "utf-16")], ids=["none", "8", "16"])
def test_wide_encodings(encoding: str, document: str) -> None:
    """A feed in UTF-16 or UTF-32 is read with and without a mark, whatever its declaration says."""
    (entry,) = read_feed(document.encode(encoding), None, URL)
    assert entry.headline == "سفينة"


@pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii", "windows-1256"])
def test_mark_goes_before_a_declaration(declared: str) -> None:
    """A feed that begins with the mark of UTF-8 is in UTF-8, whatever it declares."""
    (entry,) = read_feed(b"\xef\xbb\xbf" + ENCODED.replace("utf-8", declared).encode(), None, URL)
    assert entry.headline == "سفينة"


def test_packed_feeds() -> None:
    """A feed or sitemap that is packed with gzip is unpacked, twice at most; a bomb is no feed and costs little."""
    document = _rss(ITEM.format("One"))
    for layers in range(3):
        packed = document
        for _ in range(layers):
            packed = gzip.compress(packed)
        (entry,) = read_feed(packed, "application/gzip", URL)
        assert entry.headline == "One"
    whole = gzip.compress(document * 2)
    assert plain_document(whole[:-20]).startswith(b"<?xml"), "of a damaged one the beginning"
    assert plain_document(gzip.compress(packed)).startswith(b"\x1f\x8b"), "what is packed deeper stays packed"
    bomb = gzip.compress(bytes(3 * MOST_UNPACKED))
    assert len(plain_document(bomb)) == MOST_UNPACKED


NO_FEEDS = {
    b"<!DOCTYPE html><html><head><title> Log\nin </title></head></html>": "a web page titled 'Log in'",
    b"<html><body>no head</body></html>": ": a web page, neither RSS nor Atom",
    b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">': "a list of sitemaps",
    b"%PDF-1.7": "neither RSS nor Atom nor JSON Feed",
    b" \n": "the answer is empty",
}


@pytest.mark.parametrize(("document", "told"), NO_FEEDS.items())
def test_what_was_found_instead_of_a_feed(document: bytes, told: str) -> None:
    """What is no feed is told by what it is: a login page by its title, a list of sitemaps by its name."""
    with pytest.raises(FatalFetchError, match=re.escape(told)):
        read_feed(document, "text/html", URL)


OLD = {
    "RSS 0.90": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>Q</title></channel>{}</rdf:RDF>',
    "RSS 0.91": '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
    '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>{}</channel></rss>',
    "RSS 0.92": '<rss version="0.92"><channel>{}</channel></rss>',
    "RSS in a namespace": '<rss version="2.0" xmlns="http://backend.userland.com/rss2"><channel>{}</channel></rss>',
    "RSS without a version": "<rss><channel>{}</channel></rss>",
    "RSS behind a warning": " Warning: include(x.php) on line 3 <rss><channel>{}</channel></rss>",
    "RSS before a counter": "<rss><channel>{}</channel></rss><script>count()</script>",
}


@pytest.mark.parametrize("document", OLD.values(), ids=OLD.keys())
def test_old_dialects(document: str) -> None:
    """Old dialects of RSS are read, and feeds with something before or behind them."""
    (entry,) = read_feed(document.format(ITEM.format("One")).encode(), None, URL)
    assert (entry.headline, entry.link) == ("One", "https://example.org/1")


def test_base_addresses() -> None:
    """Relative links of Atom count from the nearest xml:base; an enclosure is no page."""
    document = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/x/">'
        '<entry><id>1</id><title>1</title><link href="a/1"/></entry>'
        '<entry xml:base="deep/"><id>2</id><title>2</title><link href="2"/></entry>'
        '<entry><id>urn:3</id><title>3</title><link rel="enclosure" href="3.mp3"/></entry></feed>'
    )
    found = read_feed(document.encode(), None, URL)
    assert [entry.link for entry in found[:2]] == ["https://other.example/x/a/1", "https://other.example/x/deep/2"]
    assert identify(found, "s")[2] is None


STORIES = [
    FeedEntry(guid, link, headline, day)
    for guid, link, headline, day in (
        ("1", "https://example.org/1", "News in brief", "2026-11-21"),
        ("2", "https://example.org/2", "News in brief", "2026-11-22"),
        ("3", "https://example.org/3", "Boats", "2026-11-22"),
        ("3", "https://example.org/4", "More boats", "2026-11-22"),
        (None, "https://example.org/5", "Boats", "2026-11-22"),
    )
]


@given(st.permutations(STORIES))
def test_identity_does_not_depend_on_order(entries: list[FeedEntry]) -> None:
    """A feed that lists its stories in another order lists the same stories, equal headlines or not."""
    found = {(entry.link, one.article_id) for entry, one in zip(entries, identify(entries, "s"), strict=True) if one}
    usual = {(entry.link, one.article_id) for entry, one in zip(STORIES, identify(STORIES, "s"), strict=True) if one}
    assert found == usual
    assert len({article_id for _, article_id in found}) == len(STORIES)


def test_every_field_can_be_written() -> None:
    """Halves of surrogate pairs in whatever field become U+FFFD: every entry can be written as JSON in UTF-8."""
    odd = "a\ud800b\0"
    item = {
        "id": odd,
        "url": f"/{odd}",
        "title": odd,
        "summary": odd,
        "date_published": odd,
        "authors": [{"name": odd}],
    }
    item |= {"content_html": f"<p>{odd}</p>", "tags": [odd], "date_modified": odd, "authors": [{"name": odd}]}
    document = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}).encode()
    (entry,) = read_feed(document, None, URL)
    for value in (*astuple(entry)[:7], *entry.categories, entry.content):
        assert "\ud800" not in (value or "")
        assert json.dumps(value, ensure_ascii=False).encode()
    assert entry.byline == "a\ufffdb\ufffd"
