"""One capture becomes one article or one reject, read in the order a reader would."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl.config import open_house
from etl.model import Article, FeedAddress, FeedEntry, Page, Reject, Source
from etl.reading.articles import Reading, paragraph_offsets, read_article, split_head
from etl.reading.publication import choose_date
from etl.verbs.transformation import reading_of

ROOT = Path(__file__).parent.parent
URL = "https://example.org/content/1"
SEEN_AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
SOURCE = Source(
    source_id="iranpress_en",
    title="Iran Press",
    site="https://example.org/",
    feeds=(FeedAddress(f"{URL}/feed"),),
    language="en",
    country="IR",
    timezone="Asia/Tehran",
    section="World",
    agency="IP",
)
READING: Reading = reading_of(open_house(ROOT / "data", ROOT / "config"), SOURCE)
STORY = (
    "The council met on Monday to hear what the harbour master had to say about the storm of last week.",
    "He said that fourteen boats had been lost, and that the ferries would sail again before the weekend.",
)


def _page(head: str = "", paragraphs: tuple[str, ...] = STORY) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head>{head}</head><body><article>{body}</article></body></html>".encode()


@pytest.mark.parametrize(
    ("paragraphs", "dateline", "slug", "left"),
    [
        (("Tehran (IP)- A.", "Iran Press/Asia: B."), "Tehran (IP)- ", "Iran Press/Asia: ", ("A.", "B.")),
        (("Iran Press/Asia: A.", "B."), None, "Iran Press/Asia: ", ("A.", "B.")),
        (("Tehran (IP)-", "A.", "B."), "Tehran (IP)-\n", None, ("A.", "B.")),
        (("دمشق-سانا", "قال المدير.", "ب"), "دمشق-سانا\n", None, ("قال المدير.", "ب")),
        (("Iran Press – A.", "B."), "Iran Press – ", None, ("A.", "B.")),
        (("A.", "B.", "Iran Press/Asia: C."), None, None, ("A.", "B.", "Iran Press/Asia: C.")),
        # a second look would cut more, so this is no head that we know
        (("Iran Press/Asia: Tehran (IP)- A.", "B."), None, None, ("Iran Press/Asia: Tehran (IP)- A.", "B.")),
    ],
)
def test_the_head_of_a_body(
    paragraphs: tuple[str, ...], dateline: str | None, slug: str | None, left: tuple[str, ...]
) -> None:
    """Dateline and slug are taken off where they stand, a dateline in a line of its own with its line."""
    body = split_head(paragraphs, READING)
    assert (body.dateline.text if body.dateline else None) == dateline
    assert (body.slug.text if body.slug else None) == slug
    assert body.paragraphs == left


@pytest.mark.parametrize(
    ("in_page", "in_feed", "source", "day"),
    [
        ((("jsonld", "2026-11-20T10:00:00Z"), ("meta", "2026-11-19T10:00:00Z")), "2026-11-18T10:00:00Z", "jsonld", 20),
        ((("meta", "2026-11-19T10:00:00Z"), ("visible", "2026-11-17T10:00Z")), "2026-11-18T10:00:00Z", "meta", 19),
        ((("visible", "2026-11-17T10:00Z"),), "2026-11-18T10:00:00Z", "feed", 18),
        ((("visible", "2026-11-17T10:00Z"),), None, "visible", 17),
        ((("jsonld", "2026-11-20"),), "2026-11-18T10:00:00Z", "feed", 18),
        ((("jsonld", "2026-11-20"),), None, "jsonld", 20),
        ((("jsonld", "soon"),), "today", "none", None),
        ((), None, "none", None),
    ],
)
def test_the_most_trusted_date_that_says_most(
    in_page: tuple[tuple[str, str], ...], in_feed: str | None, source: str, day: int | None
) -> None:
    """An instant comes before a mere day, and then JSON-LD before meta before feed before what is visible."""
    page = Page("H", "h1", STORY, dates=in_page)  # type: ignore[arg-type]
    entry = FeedEntry(published_raw=in_feed, updated_raw="2026-11-22T10:00:00Z")
    found, moment = choose_date(page, entry, SOURCE)
    assert found == source
    assert (moment.day.day if moment.day else None) == day


def test_feed_and_source_fill_in() -> None:
    """Headline, byline, keywords and section come from feed and source where the page is silent, and flags say so."""
    entry = FeedEntry(guid="g", headline="Fourteen boats lost", byline="By Nino Beridze", categories=("storm",))
    article = read_article(_page(), None, URL, SEEN_AT, entry, READING)
    assert isinstance(article, Article)
    fields = article.fields
    assert (fields["headline"], fields["byline_raw"], fields["authors"]) == (
        "Fourteen boats lost",
        "By Nino Beridze",
        ["Nino Beridze"],
    )
    assert (fields["keywords"], fields["section"], fields["guid"]) == (["storm"], "World", "g")
    assert fields["flags"] == ["date_missing", "headline_from_feed"]
    assert (fields["lede"], fields["paragraph_offsets"]) == (STORY[0], paragraph_offsets(STORY))
    assert fields["word_count"] == sum(len(paragraph.split()) for paragraph in STORY)
    assert article.why["published_at"] == "no date in page or feed"


def test_a_date_ahead_is_flagged() -> None:
    """A publication time more than a day after the page was seen is kept and flagged."""
    head = '<title>News</title><meta property="article:published_time" content="2026-11-25T10:00:00">'
    article = read_article(_page(head), None, URL, SEEN_AT, FeedEntry(), READING)
    assert isinstance(article, Article)
    assert article.fields["flags"] == ["date_future", "zone_assumed"]


@pytest.mark.parametrize(
    ("markup", "reason"),
    [(b"", "empty_page"), (b"<html><body><p>Log in</p></body></html>", "no_article"), (_page(), "no_headline")],
)
def test_what_gives_no_article(markup: bytes, reason: str) -> None:
    """A page without bytes, text or headline is a reject with its reason."""
    found = read_article(markup, None, URL, SEEN_AT, FeedEntry(), READING)
    assert isinstance(found, Reject)
    assert (found.stage, found.reason_code) == ("extract", reason)


def test_a_person_in_the_byline_signs_where_the_data_name_none() -> None:
    """Where JSON-LD names the site as its author, the authors are the people of the byline beside the headline."""
    data = '{"@type": "NewsArticle", "headline": "Storm", "author": {"@type": "Person", "name": "Harbour Echo"}}'
    head = f'<script type="application/ld+json">{data}</script><meta property="og:site_name" content="Harbour Echo">'
    before = '</head><body><h1>Storm</h1><p class="byline">By <a>Nino Beridze</a></p>'
    article = read_article(_page(head + before), None, URL, SEEN_AT, FeedEntry(), READING)
    assert isinstance(article, Article)
    assert article.fields["authors"] == ["Nino Beridze"]


def test_half_an_emoji_costs_nothing() -> None:
    """Half a surrogate pair in JSON-LD, which no text can hold, is marked and the article is read."""
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Boats \\ud83d back", '
        '"author": {"name": "Ana \\ud83d Lima"}, "keywords": ["sea \\udc00"]}</script>'
    )
    article = read_article(_page(head), None, URL, SEEN_AT, FeedEntry(), READING)
    assert isinstance(article, Article)
    assert article.fields["headline"] == "Boats \ufffd back"
    assert article.fields["keywords"] == ["sea \ufffd"]


def test_a_defect_of_ours_costs_one_article() -> None:
    """A crash inside reading becomes a reject that names the error and where it arose, without paths of the machine."""

    def find_nothing(name: str) -> None:
        raise RuntimeError(f"no gazetteer for {name[:0]!r}")

    reading = replace(READING, find_place=find_nothing)
    page = _page("<title>Council meets</title>", ("Tehran (IP)- The council met on Monday.", *STORY))
    reject = read_article(page, None, URL, SEEN_AT, FeedEntry(), reading)
    assert isinstance(reject, Reject)
    assert reject.reason_code == "reader_failed"
    assert "RuntimeError at" in reject.reason_text
    assert "test_articles.find_nothing" in reject.reason_text
    assert str(ROOT) not in reject.reason_text


def test_text_that_no_file_can_hold_is_a_reject() -> None:
    """Half a surrogate pair that comes by any other way costs its article and not the table."""
    entry = FeedEntry(headline="Boats \ud83d back")
    reject = read_article(_page(), None, URL, SEEN_AT, entry, READING)
    assert isinstance(reject, Reject)
    assert (reject.reason_code, "UnicodeEncodeError" in reject.reason_text) == ("reader_failed", True)
    assert reject.reason_text.encode()


@pytest.mark.parametrize(
    ("url", "raw"),
    [
        ("https://example.org/news/2026/11/21/boats", "2026/11/21"),
        ("https://example.org/2026-11-21/boats", "2026-11-21"),
        ("https://example.org/fa/news/1405/08/30/185975/boats", "1405/08/30"),
        ("https://example.org/20261121/boats", "20261121"),
        ("https://example.org/a?day=/2026/11/21/", None),
        ("https://example.org/history/1812/11/21/", None),
        ("https://example.org/2026/13/45/boats", None),
        ("https://example.org/content/20261121777", None),
        ("https://[", None),
    ],
)
def test_the_address_is_the_last_resort(url: str, raw: str | None) -> None:
    """A day in the path counts where nobody else gives one, as a day; what is no day of the web's age does not."""
    source, moment = choose_date(Page("H", "h1", STORY), FeedEntry(), SOURCE, url)
    expected = ("url", raw, "day") if raw else ("none", "", "none")
    assert (source, moment.raw, moment.precision) == expected
    assert moment.instant is None
    page = Page("H", "h1", STORY, dates=(("visible", "20 November 2026"),))
    assert choose_date(page, FeedEntry(), SOURCE, url)[0] == "visible"


def test_a_date_before_the_web_is_flagged_and_the_last_to_be_taken() -> None:
    """1 January 1970 is taken where there is no other date, and flagged; else the other one is taken."""
    head = '<title>News</title><meta property="article:published_time" content="1970-01-01T00:00:00Z">'
    article = read_article(_page(head), None, URL, SEEN_AT, FeedEntry(), READING)
    assert isinstance(article, Article)
    assert (article.fields["published_source"], article.fields["flags"]) == ("meta", ["date_before_web"])
    article = read_article(_page(head), None, URL, SEEN_AT, FeedEntry(published_raw="2026-11-20"), READING)
    assert isinstance(article, Article)
    assert (article.fields["published_source"], article.fields["flags"]) == ("feed", [])


def test_a_day_ahead_is_flagged() -> None:
    """A day without a clock time that is more than one day after the capture is flagged as ahead."""
    for day, flags in (("2026-11-23", []), ("2026-11-24", ["date_future"])):
        article = read_article(_page("<title>News</title>"), None, URL, SEEN_AT, FeedEntry(published_raw=day), READING)
        assert isinstance(article, Article)
        assert article.fields["flags"] == flags
