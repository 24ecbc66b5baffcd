"""The seed article of the project, in a page of its agency's style, comes out as an analyst needs it.

The article's own words are read from beside the project where they are; the same shape comes from the sample newsroom.
"""

from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest

from etl.config import open_house
from etl.model import Article, FeedAddress, FeedEntry, Source
from etl.reading.articles import read_article
from etl.verbs.transformation import reading_of
from samples.newsroom import written_stories
from samples.pages import article_page
from samples.publishers import PUBLISHERS

ROOT = Path(__file__).parent.parent
SEED = ROOT.parent / "shared" / "seed" / "iran_press_article.txt"
SEEN_AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{headline}</title></head><body>
<header class="site"><a href="/">Home of the agency</a><span class="clock"></span>
<nav><ul><li><a href="/live">Live</a></li><li><a href="/middle-east">Middle East</a></li></ul></nav></header>
<div class="container"><div class="news-path"><a href="/middle-east">Middle East</a></div>
<article><h1 class="news-title">{headline}</h1><div class="share"><a href="#">Print</a> <a href="#">Send</a></div>
<div class="news-text">{body}</div></article></div>
<footer><p>All rights reserved.</p></footer></body></html>"""


def _read(markup: str, source: Source) -> Article:
    reading = reading_of(open_house(ROOT / "data", ROOT / "config"), source)
    article = read_article(markup.encode(), None, f"{source.site}content/22317", SEEN_AT, FeedEntry(), reading)
    assert isinstance(article, Article)
    for mention in article.mentions:
        assert str(article.fields["body_text"])[mention.start : mention.end] == mention.surface
    return article


def _source(source_id: str, title: str, country: str, agency: str | None = None) -> Source:
    site = "https://example.org/"
    return Source(source_id, title, site, (FeedAddress(f"{site}feed"),), "en", country, "Asia/Tehran", agency=agency)


@pytest.mark.skipif(
    not SEED.exists(), reason="the seed article is not kept with the project: ../shared/seed is missing"
)
def test_the_seed_article() -> None:
    """Dateline, agency, slug and section are split off and read, no date is invented, and two people are found."""
    paragraphs = [part for part in SEED.read_text("utf-8").split("\n\n") if part.strip()]
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    headline = "Commander's part in the victory recalled"
    article = _read(PAGE.format(headline=headline, body=body), _source("iranpress_en", "Iran Press", "IR", "IP"))
    fields = article.fields
    assert (fields["dateline"], fields["dateline_place"], fields["dateline_country"]) == (
        "Tehran (IP)-",
        "Tehran",
        "IR",
    )
    assert (fields["agency"], fields["agency_sign"]) == ("Iran Press", "IP")
    assert (fields["section_slug"], fields["section"]) == ("Iran Press/Middle East:", "Middle East")
    text = str(fields["body_text"])
    assert text.startswith("Deputy secretary-general of Hezbollah")
    assert "\nIn an interview with Al-Ahd News Network today, Sheikh Naeem Qasim" in text
    assert "2011" in text
    assert "2017" in text
    _assert_undated(article)
    commander, speaker = _two_people(article, "Qassem Soleimani", "Naeem Qasim")
    for honorific in ("Lt. Gen.", "Haj", "Martyr", "General"):
        pointing = [mention for mention in article.mentions if mention.honorific == honorific]
        assert pointing, honorific
        assert {(mention.surface, mention.person_id) for mention in pointing} == {("Soleimani", commander)}
    assert {mention.person_id for mention in article.mentions} == {commander, speaker}


def test_the_same_shape_from_the_newsroom() -> None:
    """The newsroom's own story of that shape gives the same columns: two-part dateline, slug, no date, two people."""
    publisher = PUBLISHERS["levant_press"]
    slug = "deputy-secretary-general-recalls-rostami"
    story = next(story for story in written_stories("levant_press", 1) if story.slug == slug)
    markup = article_page(publisher, story, written_stories("levant_press", 1)[:8], "https://example.org")
    article = _read(markup, _source("levant_press", publisher.title, publisher.country, publisher.agency))
    fields = article.fields
    assert (fields["dateline"], fields["dateline_place"], fields["dateline_country"]) == (
        "Tartus (LP)-",
        "Tartus",
        "SY",
    )
    assert (fields["agency"], fields["section_slug"]) == ("Levant Press", "Levant Press/Middle East:")
    assert fields["section"] == "Middle East"
    text = str(fields["body_text"])
    assert text.startswith("Deputy secretary-general of the League of Coastal Volunteers")
    assert "2011" in text
    _assert_undated(article)
    commander, speaker = _two_people(article, "Qassem Rostami", "Munir Qasem")
    assert {mention.person_id for mention in article.mentions} == {commander, speaker}


def _assert_undated(article: Article) -> None:
    assert (article.fields["published_at"], article.fields["published_local_date"]) == (None, None)
    assert (article.fields["published_source"], article.fields["published_raw"]) == ("none", None)
    assert "date_missing" in list(article.fields["flags"])  # type: ignore[call-overload]


def _two_people(article: Article, *names: str) -> tuple[str | None, ...]:
    ids = tuple(next(mention.person_id for mention in article.mentions if mention.surface == name) for name in names)
    assert None not in ids
    assert len(set(ids)) == len(names)
    return ids
