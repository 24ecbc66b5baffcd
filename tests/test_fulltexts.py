"""The whole text that a feed carries is kept where there is no page."""

import json
import shutil
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from servers import Answering, Site, give, house_of, rss, story
from stores import assert_sums_balance, bytes_of, let_time_pass, rows

from etl import pipeline
from etl.addresses import normal_url
from etl.config import House, open_house
from etl.feeds.entries import entry_digest, identify, read_feed
from etl.feeds.fulltexts import SUMMARY_WORDS, full_text
from etl.model import FeedEntry
from etl.state import known_articles, open_state

TEXT = "".join(
    f"<p>Wave {number} came over the mole before the ferry had left. {sentence} The harbour master wrote it down.</p>"
    for number, sentence in enumerate(["Nobody was hurt.", "Two cranes stood still.", "The bakers opened at five."])
)
HEADLINE = "Waves over the mole"
DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


def _feed(
    link: str | None, text: str | None = TEXT, headline: str = HEADLINE, more: str = "", etag: str = '"1"'
) -> Answering:
    """A feed with one entry, which carries a text where one is given."""
    fields = f"<guid isPermaLink='false'>wave-1</guid><title>{headline}</title><pubDate>{DATE}</pubDate>{more}"
    fields += "<dc:creator>Ana Duarte</dc:creator><category>Harbour</category>"
    fields += f"<link>{link}</link>" if link else ""
    fields += f"<content:encoded>{escape(text)}</content:encoded>" if text is not None else ""
    names = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    body = f'<rss version="2.0" {names}><channel><item>{fields}</item></channel></rss>'
    return give(body.encode(), kind="application/rss+xml", ETag=etag)


def _house(folder: Path, site: Site, more: str = "") -> House:
    """A house with one source; `more` are lines of its file."""
    feeds = {"pier": f"{site.url}/rss"}
    house_of(folder, feeds)
    path = folder / "config" / "sources" / "pier.toml"
    path.write_text(more + path.read_text())
    return open_house(folder / "data", folder / "config")


PAGELESS = {
    "robots.txt forbids it": {"/robots.txt": give(b"User-agent: *\nDisallow: /1")},
    "it is not there": {"/1": give(b"", status=404)},
    "it is gone": {"/1": give(b"", status=410)},
    "it must be paid for": {"/1": give(b"", status=402)},
    "it is refused": {"/1": give(b"", status=403)},
    "a guard stands before it": {"/1": give(b"<title>Just a moment...</title>", status=403, cf_mitigated="challenge")},
    "it is a picture": {"/1": give(b"GIF89a", kind="image/gif")},
    "it holds no story": {"/1": give(b"<html><title>Pier</title><div id=root></div><script>start()</script></html>")},
}


@pytest.mark.parametrize("pages", PAGELESS.values(), ids=PAGELESS.keys())
def test_text_is_kept_where_there_is_no_page(tmp_path: Path, pages: dict[str, Answering]) -> None:
    """Of an entry whose page cannot be had the article is the feed's text, with the entry's date, byline and tags."""
    with Site(pages) as site:
        site.pages["/rss"] = _feed(f"{site.url}/1")
        house = _house(tmp_path, site)
        counts = pipeline.run(house, "run-1").counts
    assert (counts["entries"], counts["new"], counts["quarantined"]) == (1, 1, 0)
    (row,) = rows(house, "articles")
    assert row["body_source"] == "feed"
    assert row["body_text"].startswith("Wave 0 came over the mole")
    assert len(row["paragraph_offsets"]) == 3
    assert (row["headline"], row["byline_raw"], row["authors"]) == (HEADLINE, "Ana Duarte", ["Ana Duarte"])
    assert (row["published_source"], row["published_raw"], row["keywords"]) == ("feed", DATE, ["Harbour"])
    assert (row["url"], row["identity_rule"], row["flags"]) == (f"{site.url}/1", "guid", ["headline_from_feed"])
    assert_sums_balance(house)


def test_entry_without_a_link(tmp_path: Path) -> None:
    """An entry that has no link at all is an article by its guid; nobody is asked for it, and no look follows."""
    with Site() as site:
        site.pages["/rss"] = _feed(None)
        house = _house(tmp_path, site)
        assert pipeline.run(house, "run-1").counts["new"] == 1
        assert set(site.requests) == {"/rss", "/robots.txt", "/.well-known/tdmrep.json"}
        let_time_pass(house, timedelta(days=8))
        site.pages["/rss"] = _feed(None, more=" ", etag='"2"')
        counts = pipeline.run(house, "run-2", force=True).counts
        assert (counts["seen"], counts["unchanged"]) == (1, 1)
    (row,) = rows(house, "articles")
    assert (row["body_source"], row["url"], row["guid"]) == ("feed", f"{site.url}/rss", "wave-1")
    (attempt,) = [row for row in rows(house, "fetch_log") if row["kind"] == "article"]
    assert (attempt["outcome"], attempt["error_detail"]) == ("feed_only", "the entry has no address")


def test_source_that_is_feed_only(tmp_path: Path) -> None:
    """No page of a source whose file says feed_only is ever asked for; an entry without a text is quarantined."""
    with Site({"/1": give(story("A page"))}) as site:
        site.pages["/rss"] = _feed(f"{site.url}/1")
        house = _house(tmp_path, site, "feed_only = true\n")
        assert house.sources["pier"].feed_only
        assert pipeline.run(house, "run-1").counts["new"] == 1
        site.pages["/rss"] = rss(f"{site.url}/1?bare", etag='"2"')
        assert pipeline.run(house, "run-2", force=True).counts["quarantined"] == 1
        let_time_pass(house, timedelta(days=8))
        pipeline.run(house, "run-3", force=True)
        assert not [path for path in site.requests if path.startswith("/1")]
    assert [row["reason_code"] for row in rows(house, "quarantine")] == ["no_full_text"]
    assert_sums_balance(house)


@pytest.mark.parametrize("more", [f"<description>{escape(TEXT)}</description>", "<description>Waves.</description>"])
def test_summary_is_no_text(tmp_path: Path, more: str) -> None:
    """A description, however long, is a synopsis by its format: without a page the entry is quarantined as before."""
    with Site({"/1": give(b"", status=404)}) as site:
        site.pages["/rss"] = _feed(f"{site.url}/1", None, more=more)
        house = _house(tmp_path, site)
        counts = pipeline.run(house, "run-1").counts
    assert (counts["new"], counts["quarantined"]) == (0, 1)
    assert [row["reason_code"] for row in rows(house, "quarantine")] == ["page_gone"]


def test_page_goes_before_the_text(tmp_path: Path) -> None:
    """A page that comes whole is the article, whatever the feed carries; so is one that is waited for."""
    with Site({"/1": give(b"", status=503)}) as site:
        site.pages["/rss"] = _feed(f"{site.url}/1")
        house = _house(tmp_path, site)
        assert pipeline.run(house, "run-1").counts["quarantined"] == 1
        site.pages["/1"] = give(story("A page"))
        let_time_pass(house, timedelta(minutes=16))
        assert pipeline.run(house, "run-2").counts["new"] == 1
    assert [row["body_source"] for row in rows(house, "articles")] == ["page"]
    assert_sums_balance(house)


def test_text_outlives_the_entry(tmp_path: Path) -> None:
    """The text of a page that is waited for stays though the feed lists it no more, for when the page is gone."""
    with Site({"/1": give(b"", status=503)}) as site:
        site.pages["/rss"] = _feed(f"{site.url}/1")
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        site.pages |= {"/1": give(b"", status=410), "/rss": rss(etag='"2"')}
        let_time_pass(house, timedelta(minutes=16))
        assert pipeline.run(house, "run-2", force=True).counts["new"] == 1
    assert [row["body_source"] for row in rows(house, "articles")] == ["feed"]
    with open_state(house.state_url).connect() as connection:
        (row,) = connection.execute(known_articles.select()).all()
    assert json.loads(row.entry)["content"] is None, "what has been captured is not held in the state too"


def test_walled_page_yields_to_the_text(tmp_path: Path) -> None:
    """Of a page that shows its opening alone the text is the feed's; later looks at the wall say nothing new."""
    wall = "<p>Wave 0 came over the mole before the ferry had left.</p><p>Subscribe to continue reading.</p>"
    page = f"<html><meta property='og:type' content='article'><body><article><h1>{HEADLINE}</h1>{wall}</article></html>"
    with Site({"/1": give(page.encode())}) as site:
        site.pages["/rss"] = _feed(f"{site.url}/1")
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        (row,) = rows(house, "articles")
        assert (row["body_source"], len(row["paragraph_offsets"])) == ("feed", 3)
        site.pages |= {"/1": give(page.replace("Wave 0", "Wave Zero").encode()), "/rss": give(b"", status=304)}
        let_time_pass(house, timedelta(minutes=61))
        assert pipeline.run(house, "run-2").counts["unchanged"] == 1
        site.pages["/rss"] = _feed(f"{site.url}/1", TEXT.replace("Two cranes", "Three cranes"), etag='"3"')
        assert pipeline.run(house, "run-3", force=True).counts["revisions"] == 1
    (later,) = rows(house, "revisions")
    assert (later["prev_version_id"], later["change_kinds"]) == (row["version_id"], ["number"])
    assert_sums_balance(house)


def test_changed_text_is_a_revision(tmp_path: Path) -> None:
    """When the words of the text change the new ones are a revision; a counter in its markup changes nothing."""
    counter = '<img src="https://count.example/?n={}">'
    with Site({"/1": give(b"", status=404)}) as site:
        house = _house(tmp_path, site)
        texts = [TEXT + counter.format(1), TEXT + counter.format(2), TEXT.replace("Two cranes", "Three cranes")]
        ends = []
        for number, text in enumerate(texts):
            site.pages["/rss"] = _feed(f"{site.url}/1", text, etag=f'"{number}"')
            ends.append(pipeline.run(house, f"run-{number}", force=True).counts)
    assert [(end["new"], end["revisions"], end["unchanged"]) for end in ends] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]
    (row,) = rows(house, "revisions")
    assert (row["body_source"], row["changed_fields"]) == ("feed", ["body_text"])
    assert row["change_kinds"] == ["number"]
    assert_sums_balance(house)


SAME = f"<html><head><meta property='og:type' content='article'></head><body><article><h1>{HEADLINE}</h1>"
SAME += f"<p class='byline'>By Ana Duarte</p>{TEXT}</article></body></html>"


@pytest.mark.parametrize(("page", "revisions"), [(SAME, 0), (story("Another headline").decode(), 1)])
def test_page_that_comes_later(tmp_path: Path, page: str, revisions: int) -> None:
    """A page that comes later belongs to the same article: equal text is no version, another one no edit we claim."""
    with Site({"/1": give(b"", status=404)}) as site:
        site.pages["/rss"] = _feed(f"{site.url}/1")
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        site.pages |= {"/1": give(page.replace("By Ana", "Ana").encode()), "/rss": give(b"", status=304)}
        let_time_pass(house, timedelta(minutes=61))
        assert pipeline.run(house, "run-2").counts["seen"] == 1
    found = rows(house, "revisions")
    assert [(row["body_source"], row["change_kinds"]) for row in found] == [("page", ["body_source"])] * revisions
    assert {row["article_id"] for row in found} <= {row["article_id"] for row in rows(house, "articles")}
    assert_sums_balance(house)


def test_link_that_comes_later(tmp_path: Path) -> None:
    """An entry that is given a page is asked for it, under the identity that it had without."""
    with Site({"/1": give(story("A page"))}) as site:
        site.pages["/rss"] = _feed(None)
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        site.pages["/rss"] = _feed(f"{site.url}/1", etag='"2"')
        assert pipeline.run(house, "run-2", force=True).counts["revisions"] == 1
        assert pipeline.run(house, "run-3", force=True).counts["seen"] == 0
    (first,), (later,) = rows(house, "articles"), rows(house, "revisions")
    assert (first["article_id"], later["url"]) == (later["article_id"], f"{site.url}/1")


def test_page_that_stays_away_is_unchanged(tmp_path: Path) -> None:
    """A later look at a page that still cannot be had says nothing new, and puts nothing into quarantine."""
    with Site({"/robots.txt": give(b"User-agent: *\nDisallow: /1")}) as site:
        site.pages["/rss"] = _feed(f"{site.url}/1")
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        site.pages["/rss"] = give(b"", status=304)
        let_time_pass(house, timedelta(minutes=61))
        counts = pipeline.run(house, "run-2").counts
    assert (counts["seen"], counts["unchanged"]) == (1, 1)
    assert not rows(house, "quarantine")
    assert_sums_balance(house)


def test_raw_alone_gives_the_same_rows(tmp_path: Path) -> None:
    """Texts of feeds, their revisions and pages that came later are all made again from `raw/`, byte for byte."""
    with Site({"/1": give(b"", status=404)}) as site:
        house = _house(tmp_path, site)
        for number, text in enumerate([TEXT, TEXT.replace("Two cranes", "Three cranes")]):
            site.pages["/rss"] = _feed(f"{site.url}/1", text, etag=f'"{number}"')
            pipeline.run(house, f"run-{number}", force=True)
        site.pages |= {"/1": give(story("A page")), "/rss": give(b"", status=304)}
        let_time_pass(house, timedelta(minutes=61))
        pipeline.run(house, "run-2")
        before = bytes_of(house.data / "tables")
        assert len(rows(house, "revisions")) == 2
        for name in ("objects", "tables"):
            shutil.rmtree(house.data / name)
        pipeline.rebuild_state(house)
        assert bytes_of(house.data / "tables") == before
        text = TEXT.replace("Two cranes", "Three cranes")
        site.pages["/rss"] = _feed(f"{site.url}/1", text, more=" ", etag='"4"')
        assert pipeline.run(house, "run-4", force=True).counts["unchanged"] == 1, "the state knows the text again"


WORDS = "word " * (SUMMARY_WORDS + 10)
RULES: list[tuple[str | None, str | None, bool]] = [
    (TEXT, None, True),
    (TEXT, "Waves came over the mole.", True),
    ("<p>One line.</p>", None, True),
    ("<p>One line.</p>", "One line. And more.", False),
    (f"<p>{WORDS}</p>", WORDS, True),
    (None, "Waves.", False),
    ("", None, False),
    ("<p> </p>", None, False),
    ("<p>The waves came over the […]</p>", None, False),
    ("<p>The waves came over the&#8230;</p>", None, False),
    ("<p>The waves came.</p><p><a href='/1'>Read more</a></p>", None, False),
    ("<p>The waves came.</p><a href='/1'>Continue reading →</a>", None, False),
    (f"{TEXT}<p>The post <a href='/1'>Waves</a> appeared first on <a href='/'>Pier</a>.</p>", None, True),
    ("<p>The waves […]</p><p>The post <a href='/1'>Waves</a> appeared first on <a href='/'>Pier</a>.</p>", None, False),
    ("x" * 500_001, None, False),
]


@pytest.mark.parametrize(("content", "summary", "is_whole"), RULES)
def test_what_counts_as_a_whole_text(content: str | None, summary: str | None, is_whole: bool) -> None:
    """The format's own element for the whole text counts, unless it breaks off or says no more than the summary."""
    assert (full_text(content, summary) is not None) is is_whole


def test_text_without_markup_keeps_its_lines() -> None:
    """A text without tags is HTML with a paragraph a line; an angle bracket in it stays one."""
    assert full_text("First line.\n\n2 < 3 and so on.\r\nThird.", None) == (
        "<p>First line.</p><p>2 &lt; 3 and so on.</p><p>Third.</p>"
    )


def _json(**item: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Pier", "items": [item]}).encode()


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:x:1</id><title>W</title>{}</entry></feed>'
DIALECTS = {
    "JSON, HTML": (_json(id="1", content_html=TEXT, summary="Waves."), TEXT),
    "JSON, text": (_json(id="1", content_text="A wave.\nA mole."), "<p>A wave.</p><p>A mole.</p>"),
    "Atom, HTML": (ATOM.format(f'<content type="html">{escape(TEXT)}</content>').encode(), TEXT),
    "Atom, XHTML": (
        ATOM.format(f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{TEXT}</div></content>').encode(),
        TEXT,
    ),
    "Atom, text": (ATOM.format("<content>A wave.\nA mole.</content>").encode(), "<p>A wave.</p><p>A mole.</p>"),
    "Atom, elsewhere": (ATOM.format('<content type="text/html" src="/1"/><summary>W.</summary>').encode(), None),
    "Atom, a picture": (ATOM.format('<content type="image/png">iVBORw0KGgo=</content>').encode(), None),
    "RSS, a picture's say": (
        b'<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><item><description>W.</description>'
        b'<media:description type="html">&lt;p&gt;A mole.&lt;/p&gt;</media:description></item></channel></rss>',
        None,
    ),
    "RSS, broken": (
        b'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item>'
        b"<title>A & B</title>"
        b"<content:encoded><![CDATA[<p>A mole.</p>]]></content:encoded></item></channel></rss>",
        "<p>A mole.</p>",
    ),
}


@pytest.mark.parametrize(("document", "content"), DIALECTS.values(), ids=DIALECTS.keys())
def test_where_each_dialect_carries_it(document: bytes, content: str | None) -> None:
    """Every dialect's element for the whole text is read, by whichever reader the document needs; no other is."""
    (entry,) = read_feed(document, None, "https://pier.example/rss")
    assert entry.content == content
    assert (entry.content_digest is None) is (content is None)


def _entry(**fields: Any) -> FeedEntry:
    return FeedEntry(**{"headline": HEADLINE, "published_raw": DATE, "content": TEXT, **fields})


def test_identity_without_an_address() -> None:
    """Without an address a guid names a story, else headline and day do; without a text neither does."""
    other_day = "Mon, 23 Nov 2026 10:00:00 GMT"
    entries = [
        _entry(guid="w-1"), _entry(guid="same"), _entry(guid="same"), _entry(published_raw=other_day), _entry(),
        _entry(headline=None), _entry(published_raw=None), _entry(content=None, guid="w-2"), _entry(link="mailto:desk"),
    ]  # fmt: skip
    found = identify(entries, "pier")
    assert [one and one.rule for one in found] == [
        "guid", "title_day", "title_day", "title_day", "title_day", None, None, None, "title_day",
    ]  # fmt: skip
    days = [one.article_id for one in found if one and one.rule == "title_day"]
    assert days[0] == days[1] == days[3] == days[4] != days[2]
    assert [one.url for one in found if one] == [None] * 6
    assert normal_url("mailto:desk") is None


def test_digest_of_an_entry_counts_its_words() -> None:
    """Other words in the text change the digest of an entry; the text itself need not be there."""
    bare = _entry(content=None, content_digest="1")
    assert entry_digest(bare) == entry_digest(_entry(content_digest="1"))
    assert entry_digest(bare) != entry_digest(_entry(content_digest="2"))
    assert entry_digest(_entry(content=None)) != entry_digest(bare)
