"""Feeds of every dialect become entries, in the feed's own words."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.hostile_feeds import CASES, read_case
from etl.errors import FatalFetchError
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
