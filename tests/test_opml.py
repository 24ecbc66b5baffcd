"""Subscription lists are read from any reader and written for any reader."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from etl.declarations import load_source
from etl.errors import ConfigError
from etl.model import FeedAddress, Source
from etl.sources.opml import MOST_BYTES, Subscription, group_by_site, read_opml, write_opml
from etl.sources.source_files import Given, propose_id, write_source
from etl.sources.subscriptions import propose_sources

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIST = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="Ports"><outline text="North">
  <outline type="rss" text="Harbour  Gazette" xmlUrl="https://gazette.example/rss" htmlUrl="https://gazette.example/"/>
  <outline type="rss" title="Harbour Gazette" text="x" xmlUrl="https://gazette.example/sport" htmlUrl="https://gazette.example"/>
</outline></outline>
<outline text="Mole" xmlURL="http://mole.example/feed" category="/Sea/Tides"/>
<outline text="again" xmlUrl="http://mole.example/feed"/>
<outline text="no feed" htmlUrl="https://nothing.example"/>
<outline text="no address" xmlUrl="javascript:alert(1)"/>
<outline text="no address" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


def test_a_list_is_read() -> None:
    """Outlines at any depth are feeds, each address once, with title, front page and where the reader keeps them."""
    assert read_opml(LIST, "mine.opml") == (
        Subscription("https://gazette.example/rss", "Harbour Gazette", "https://gazette.example/", "Ports / North"),
        Subscription("https://gazette.example/sport", "Harbour Gazette", "https://gazette.example", "Ports / North"),
        Subscription("http://mole.example/feed", "Mole", None, "/Sea/Tides"),
    )


def test_feeds_of_one_site_belong_together() -> None:
    """One host and title make one site; another title on the same host makes another."""
    sites = group_by_site(read_opml(LIST.replace(b'"Mole" xmlURL="http://mole', b'"Mole" xmlUrl="http://gazette'), "x"))
    assert [(site.title, len(site.feeds)) for site in sites] == [("Harbour Gazette", 2), ("Mole", 1), ("again", 1)]
    assert sites[1].site == "http://gazette.example/"


HOSTILE = [
    (b"", "not readable as XML"),
    (b"<opml><body><outline xmlUrl='https://g.example/?a=1&b=2'/></body></opml>", "not readable as XML"),
    (b"<rss version='2.0'/>", "no OPML: its first element is <rss>"),
    (b"<html><opml/></html>", "no OPML"),
    (b"<opml>" + b"<outline>" * 100_000, "not readable as XML"),
    (b"<opml>" + b" " * MOST_BYTES + b"</opml>", "larger than 10 MB"),
    (b"\xff\xfe\x00", "not readable as XML"),
    (
        b'<!DOCTYPE o [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><opml><outline text="&b;"/></opml>',
        "declares entities",
    ),
    (b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml>&x;</opml>', "declares entities"),
]


@pytest.mark.parametrize(("document", "said"), HOSTILE)
def test_what_is_no_list_is_an_error(document: bytes, said: str) -> None:
    """Broken, foreign, too large, too deep and explosive documents are one clear error that names the document."""
    with pytest.raises(ConfigError, match=r"mine\.opml: ") as error:
        read_opml(document, "mine.opml")
    assert said in str(error.value)


def test_entities_in_another_encoding_do_not_explode() -> None:
    """An entity bomb in UTF-16, where its declaration is not seen as bytes, is stopped by the parser."""
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 50}">' for n in range(8))
    bomb = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE o [<!ENTITY e0 "x">{levels}]>'
    bomb += '<opml><outline text="&e8;"/></opml>'
    with pytest.raises(ConfigError, match="not readable as XML"):
        read_opml(bomb.encode("utf-16"), "mine.opml")


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"), min_size=1
)
SOURCES = st.builds(
    lambda title, section, zone, calendar, count: Source(
        "gazette_fa", title, "https://g.example/",
        tuple(FeedAddress(f"https://g.example/{n}?a=1&b=2", section) for n in range(count)), "fa", "IR", zone, calendar,
    ),
    WORDS, st.none() | WORDS, st.sampled_from(["Asia/Tehran", "UTC"]), st.sampled_from(["jalali", "hijri"]),
    st.integers(1, 3),
)  # fmt: skip


@given(SOURCES)
def test_what_is_written_is_read_again(source: Source) -> None:
    """A source that is exported and imported elsewhere has the same title, site, feeds, sections, language and zone."""
    document = write_opml([source], NOW)
    (site,) = group_by_site(read_opml(document, "ours.opml"))
    (again,), skipped = propose_sources({}, [site], Given(), "ours.opml", NOW)
    assert skipped == []
    assert [(feed.url, feed.section) for feed in again.feeds] == [(feed.url, feed.section) for feed in source.feeds]
    for name in ("source_id", "title", "site", "language", "country", "timezone", "calendar"):
        assert getattr(again, name) == getattr(source, name), name


def test_what_is_written_is_opml_for_others() -> None:
    """A feed reader that knows OPML 2.0 alone finds type, text, xmlUrl and htmlUrl of every feed, in one folder."""
    feeds = (FeedAddress("https://g.example/1", "Sport"), FeedAddress("https://g.example/2"))
    root = etree.fromstring(
        write_opml([Source("g_en", "G & <M>\x00", "https://g.example/", feeds, "en", "GB", None)], NOW)
    )
    assert root.get("version") == "2.0"
    assert root.findtext("head/dateCreated") == "Sun, 22 Nov 2026 12:00:00 GMT"
    (folder,) = root.findall("body/outline")
    assert [(o.get("type"), o.get("text"), o.get("xmlUrl"), o.get("htmlUrl")) for o in folder] == [
        ("rss", "G & <M>", feed.url, "https://g.example/") for feed in feeds
    ]


def test_what_a_list_does_not_say_is_not_made_up() -> None:
    """Sites without language, country or zone are left out and say what is wanted; options and domains fill in."""
    gazette, mole = group_by_site(read_opml(LIST, "mine.opml"))
    sources, skipped = propose_sources({}, [gazette, mole], Given(), "mine.opml", NOW)
    assert sources == []
    assert skipped[0].why.startswith("give --language and --country and --timezone")
    given_all = Given(language="en", country="GB", timezone="Europe/London")
    sources, _ = propose_sources({}, [gazette, mole], given_all, "mine.opml", NOW)
    assert [(source.source_id, source.feeds[0].found_at) for source in sources] == [
        ("gazette_en", "mine.opml, folder 'Ports / North'"),
        ("mole_en", "mine.opml, folder '/Sea/Tides'"),
    ]
    iranian = group_by_site([Subscription("https://shakhe.ir/rss", "Shakhe", language="fa")])
    ((source,), _) = propose_sources({}, iranian, Given(), "x", NOW)
    assert (source.country, source.timezone) == ("IR", "Asia/Tehran")


def test_what_is_configured_is_not_taken_twice() -> None:
    """Feeds that a source has already are left out, and an id that is taken gets a number."""
    sites = group_by_site(read_opml(LIST, "mine.opml"))
    given_all = Given(language="en", country="GB", timezone="Europe/London")
    (first, second), _ = propose_sources({}, sites, given_all, "x", NOW)
    again, skipped = propose_sources({first.source_id: first, second.source_id: second}, sites, given_all, "x", NOW)
    assert again == []
    assert all(site.is_known for site in skipped)
    other = group_by_site([Subscription("https://gazette.example/new", "Other")])
    ((numbered,), _) = propose_sources({first.source_id: first}, other, given_all, "x", NOW)
    assert numbered.source_id == "gazette_en_2"


@given(st.text(min_size=1).filter(lambda title: title.strip()), st.text())
def test_any_title_and_remark_make_a_file_that_loads(
    tmp_path_factory: pytest.TempPathFactory, title: str, remark: str
) -> None:
    """Whatever stands in a title or a remark, the file is TOML that gives the source, its title in one line."""
    folder = tmp_path_factory.mktemp("sources")
    feeds = (FeedAddress("https://g.example/1", None, remark),)
    source = Source("g_en", title, "https://g.example/", feeds, "en", "GB", "Europe/London")
    loaded = load_source(write_source(folder, source, [remark]))
    assert loaded.title == " ".join(loaded.title.split())
    assert [char for char in title if char.isalnum()] == [char for char in loaded.title if char.isalnum()]
    assert loaded.feeds[0].url == feeds[0].url


def test_no_file_is_written_over(tmp_path: Path) -> None:
    """A file that is there stays as it is, whoever asks."""
    feeds = (FeedAddress("https://g.example/1"),)
    source = Source("g_en", "G", "https://g.example/", feeds, "en", "GB", "Europe/London")
    written = write_source(tmp_path, source)
    written.write_text("mine")
    with pytest.raises(ConfigError, match="there already"):
        write_source(tmp_path, source)
    assert written.read_text() == "mine"
    for bad in ("../g", "G", "a" * 65, ""):
        with pytest.raises(ConfigError, match="is no source id"):
            write_source(tmp_path, Source(bad, "G", "https://g.example/", feeds, "en", "GB", "Europe/London"))


@pytest.mark.parametrize(
    ("site", "language", "source_id"),
    [
        ("https://www.gazette.example/", "en-GB", "gazette_en"),
        ("https://english.gazette.co.uk/x", "en", "gazette_en"),
        ("https://co.uk", "en", "co_en"),
        ("http://127.0.0.1:80/", "und", "127_0_0_1_und"),
        ("http://[::1]/", "fa", "1_fa"),
        ("http://localhost/", "fa", "localhost_fa"),
        ("https://xn--mgb.example/", "ar", "xn_mgb_ar"),
    ],
)
def test_ids(site: str, language: str, source_id: str) -> None:
    """An id is the name in the domain and the language, as those that are shipped."""
    assert propose_id(site, language) == source_id
