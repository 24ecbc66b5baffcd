"""The sample newsroom serves what it says it serves."""

import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
import requests
from lxml import html

from samples.configuration import write_config
from samples.generated import BULK_PAGE_ENTRIES, bulk_feed_stories, generated_article
from samples.newsroom import RELEASED_IN_FEED, RELEASED_PER_EDITION, expected, feed_stories, story_at, written_stories
from samples.publishers import FAILING_SOURCE_ID, PUBLISHERS
from samples.server import NewsroomServer
from samples.story import Story

ANSWERING = [source_id for source_id in PUBLISHERS if source_id != FAILING_SOURCE_ID]
BULK_ARTICLES = 1_003


@pytest.fixture
def newsroom() -> Iterator[NewsroomServer]:
    """A newsroom at edition 1, with a little over one feed page of generated articles."""
    with NewsroomServer(articles=BULK_ARTICLES) as server:
        yield server


def _all_stories(edition: int) -> list[Story]:
    return [story for source_id in PUBLISHERS for story in written_stories(source_id, edition)]


def _get(server: NewsroomServer, path: str, **headers: str) -> requests.Response:
    return requests.get(server.base_url + path, headers=headers, timeout=5)


def _reader_text(page: bytes) -> str:
    return "".join(str(text) for text in html.fromstring(page.decode()).itertext())


def test_newsroom_has_sixty_articles_of_readable_length() -> None:
    """At least 66 hand-written articles stand in edition 2, each of 4 to 9 paragraphs and 60 words or more."""
    articles = [story for story in _all_stories(2) if story.kind == "article"]
    assert len(articles) >= 66
    for story in articles:
        assert 4 <= len(story.paragraphs) <= 9, story.slug
        assert sum(len(paragraph.split()) for paragraph in story.paragraphs) >= 60, story.slug


def test_slugs_and_paths_are_unique() -> None:
    """No two stories share an address or, within a publisher, a slug."""
    stories = _all_stories(2)
    assert len({story.path for story in stories}) == len(stories)
    assert len({(story.source_id, story.slug) for story in stories}) == len(stories)


def test_publication_times_are_fixed_and_zoned() -> None:
    """Every publication time lies in the days 18 to 22 November 2026 and carries its offset from UTC."""
    first, last = datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    for story in _all_stories(2):
        for moment in (story.published, story.modified):
            assert moment is None or first <= moment < last, story.slug


@pytest.mark.parametrize("source_id", ANSWERING)
@pytest.mark.parametrize("edition", [1, 2, 3, 9])
def test_feed_has_the_entries_expected(newsroom: NewsroomServer, source_id: str, edition: int) -> None:
    """A feed is well formed and holds as many entries as `expected` says for the edition."""
    newsroom.edition = edition
    feed = feedparser.parse(_get(newsroom, PUBLISHERS[source_id].feed_path).content)
    assert not feed.bozo
    assert len(feed.entries) == expected(edition)[source_id]["feed_entries"]


@pytest.mark.parametrize("source_id", ANSWERING)
def test_pages_show_their_paragraphs(newsroom: NewsroomServer, source_id: str) -> None:
    """Every article page parses with lxml and holds headline and paragraphs, in both editions."""
    for edition in (1, 2):
        newsroom.edition = edition
        for story in written_stories(source_id, edition):
            if story.kind in ("article", "private"):
                answer = _get(newsroom, story.path)
                text = _reader_text(answer.content)
                assert answer.status_code == 200
                assert all(part in text for part in (story.headline, *story.paragraphs)), story.slug


def test_expected_sums_balance() -> None:
    """Every story counts once, as an article or as quarantined, and the kinds of the latter add up."""
    for edition in (1, 2):
        for source_id, sums in expected(edition).items():
            assert sums["articles"] + sums["quarantined"] == len(written_stories(source_id, edition))
            assert sums["quarantined"] == sum(sums[kind] for kind in ("broken", "gone", "login", "private"))
    assert sum(sums["articles"] for sums in expected(2).values()) >= 66


def test_edition_two_brings_new_articles_and_edits(newsroom: NewsroomServer) -> None:
    """Edition 2 adds three to five articles and edits two; both feed and page of an edited one change."""
    before, after = expected(1), expected(2)
    assert 3 <= sum(after[source]["articles"] - before[source]["articles"] for source in PUBLISHERS) <= 5
    edited = [story for story in _all_stories(2) if story.modified is not None]
    assert {story.source_id for story in edited} == {"levant_press", "harbour_gazette"}
    first = {story.path: _get(newsroom, story.path).content for story in edited}
    feeds = {story.path: _get(newsroom, PUBLISHERS[story.source_id].feed_path).content for story in edited}
    newsroom.edition = 2
    for story in edited:
        assert story.modified is not None
        page = _get(newsroom, story.path).content
        assert page != first[story.path]
        assert f'"dateModified": "{story.modified.isoformat()}"' in page.decode()
        assert _get(newsroom, PUBLISHERS[story.source_id].feed_path).content != feeds[story.path]


def test_later_editions_release_generated_articles(newsroom: NewsroomServer) -> None:
    """From edition 3 on each edition has new articles that can be read, and the feed keeps only the newest."""
    grown = expected(9)["caspian_wire"]
    assert grown["articles"] == expected(2)["caspian_wire"]["articles"] + 7 * RELEASED_PER_EDITION
    assert grown["feed_entries"] == expected(2)["caspian_wire"]["feed_entries"] + RELEASED_IN_FEED
    path = next(story.path for story in feed_stories("caspian_wire", 3) if story.first_edition == 3)
    assert _get(newsroom, path).status_code == 404
    newsroom.edition = 3
    assert _get(newsroom, path).status_code == 200


@pytest.mark.parametrize("source_id", ANSWERING)
def test_feed_answers_304_to_its_own_validators(newsroom: NewsroomServer, source_id: str) -> None:
    """A feed that has not changed answers 304 to its ETag or its time; a changed one answers 200."""
    path = PUBLISHERS[source_id].feed_path
    first = _get(newsroom, path)
    etag = first.headers["ETag"]
    assert etag.startswith('"')
    again = _get(newsroom, path, **{"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert _get(newsroom, path, **{"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    newsroom.edition = 2
    assert _get(newsroom, path, **{"If-None-Match": etag}).status_code == 200


def test_feed_without_news_keeps_its_etag(newsroom: NewsroomServer) -> None:
    """A publisher with nothing new in an edition still answers 304."""
    newsroom.edition = 2
    etag = _get(newsroom, "/al_manhal/atom.xml").headers["ETag"]
    newsroom.edition = 3
    assert _get(newsroom, "/al_manhal/atom.xml", **{"If-None-Match": etag}).status_code == 304


def test_failing_feed_gone_page_and_robots(newsroom: NewsroomServer) -> None:
    """One feed answers 500, a page that is gone 404, and robots.txt denies /private/ only; the log has them all."""
    gone = next(story for story in _all_stories(1) if story.kind == "gone")
    private = next(story for story in _all_stories(1) if story.kind == "private")
    assert _get(newsroom, PUBLISHERS[FAILING_SOURCE_ID].feed_path).status_code == 500
    assert _get(newsroom, gone.path).status_code == 404
    assert "Disallow: /private/" in _get(newsroom, "/robots.txt").text
    assert private.path.startswith("/private/")
    assert newsroom.requests == [
        ("GET", PUBLISHERS[FAILING_SOURCE_ID].feed_path, 500),
        ("GET", gone.path, 404),
        ("GET", "/robots.txt", 200),
    ]


def test_head_sends_no_body(newsroom: NewsroomServer) -> None:
    """HEAD gives the headers of GET, and the connection stays usable."""
    with requests.Session() as session:
        url = newsroom.base_url + "/levant_press/rss.xml"
        head = session.head(url, timeout=5)
        got = session.get(url, timeout=5)
    assert head.content == b""
    assert int(head.headers["Content-Length"]) == len(got.content)


def test_undated_articles_give_no_date() -> None:
    """An undated article has no date in feed, address or page, and one of them has the seed's shape."""
    undated = [story for story in _all_stories(2) if story.kind == "article" and story.published is None]
    assert {story.source_id for story in undated} == {"levant_press", "caspian_wire"}
    assert all("2026" not in story.path for story in undated)
    seed = next(story for story in undated if story.source_id == "levant_press")
    assert seed.paragraphs[0].startswith("Tartus (LP)-Deputy")
    assert seed.paragraphs[1].startswith("Levant Press/Middle East: In an interview")
    text = " ".join(seed.paragraphs)
    assert {"2011", "2017"} <= set(text.replace(",", " ").split())
    assert text.count('"') % 2 == 1


def test_undated_pages_carry_no_time(newsroom: NewsroomServer) -> None:
    """The page of an undated article prints no stamp and no structured date."""
    for story in _all_stories(1):
        if story.kind == "article" and story.published is None:
            page = _get(newsroom, story.path).text
            assert not any(mark in page for mark in ("datePublished", "published_time", 'class="stamp"')), story.slug


def test_login_page_has_no_article(newsroom: NewsroomServer) -> None:
    """The page that asks to log in answers 200 and has a password field instead of an article."""
    login = next(story for story in _all_stories(1) if story.kind == "login")
    page = html.fromstring(_get(newsroom, login.path).content)
    assert page.xpath("//input[@type='password']")
    assert not page.xpath("//article | //p")


def test_broken_entries_cannot_be_followed(newsroom: NewsroomServer) -> None:
    """One RSS entry has neither link nor guid, and one Atom entry has a link that is no address."""
    wire = feedparser.parse(_get(newsroom, "/caspian_wire/rss.xml").content).entries
    assert [entry.title for entry in wire if "link" not in entry and "id" not in entry] == [
        "TEST please ignore - wire room"
    ]
    paper = feedparser.parse(_get(newsroom, "/harbour_gazette/atom.xml").content).entries
    assert sum("ht!tp" in entry.link for entry in paper) == 1


def test_jalali_dates_are_shown(newsroom: NewsroomServer) -> None:
    """One Persian entry has a Jalali date in the feed, and its page shows the same day in Persian words."""
    assert "<pubDate>1405/08/30 14:20</pubDate>" in _get(newsroom, "/khabar_shomal/rss.xml").text
    page = _get(newsroom, "/khabar_shomal/2026/11/qatar-rasht-astara.html").content.decode()
    assert "۳۰ آبان ۱۴۰۵ - ۱۴:۲۰" in page


def test_syndicated_story_differs_in_dateline_only() -> None:
    """Two agencies carry one story: under their datelines the paragraphs are almost the same."""
    levant = story_at("/levant_press/2026/11/ship-amal-towed-to-tartus.html", 1)
    caspian = story_at("/caspian_wire/2026/11/grain-ship-amal-towed.html", 1)
    assert levant is not None
    assert caspian is not None
    words = [set(" ".join(story.paragraphs).split()) for story in (levant, caspian)]
    assert len(words[0] & words[1]) / len(words[0] | words[1]) > 0.85
    assert levant.paragraphs[-1] == caspian.paragraphs[-1]
    assert levant.paragraphs[0] != caspian.paragraphs[0]


@pytest.mark.parametrize(
    ("spelling", "sources"),
    [
        ("Qassem Rostami", {"levant_press"}),
        ("Ghasem Rostami", {"caspian_wire"}),
        ("Qasem Rostami", {"levant_press", "harbour_gazette"}),
        ("قاسم رستمي", {"al_manhal"}),
        ("قاسم رستمی", {"khabar_shomal"}),
        ("Hamid Rostami", {"caspian_wire"}),
        ("حمید رستمی", {"khabar_shomal"}),
        ("Sheikh Munir Qasem", {"levant_press"}),
        ("Sheikh Mounir Kassem", {"caspian_wire"}),
        ("Sheikh Munir Qassim", {"harbour_gazette"}),
        ("منير قاسم", {"al_manhal"}),
        ("منیر قاسم", {"khabar_shomal"}),
        ("Yousef al-Sarraf", {"levant_press"}),
        ("Youssef Sarraf", {"caspian_wire"}),
        ("Yusuf Al-Sarraf", {"harbour_gazette"}),
        ("يوسف الصراف", {"al_manhal"}),
        ("یوسف الصراف", {"khabar_shomal"}),
        ("Yasin al-Sarraf", {"levant_press"}),
    ],
)
def test_persons_are_spelled_as_each_house_does(spelling: str, sources: set[str]) -> None:
    """The same person stands in several spellings and scripts, and namesakes stand beside them."""
    assert {story.source_id for story in _all_stories(2) if spelling in " ".join(story.paragraphs)} == sources


def test_paper_begins_with_a_town_that_is_no_dateline() -> None:
    """One article of the paper without datelines begins with a town and a dash that belong to its sentence."""
    story = story_at("/harbour_gazette/2026/11/plymouth-our-rival.html", 1)
    assert story is not None
    assert story.paragraphs[0].startswith("Plymouth - our rival")


def test_generated_articles_are_the_same_every_time() -> None:
    """A number gives one article, whatever was asked before, and different numbers give different ones."""
    first = [generated_article(n) for n in range(50)]
    assert [generated_article(n) for n in reversed(range(50))] == first[::-1]
    assert len({story.paragraphs for story in first}) == 50
    assert generated_article(7).paragraphs[0].startswith("BAGHDAD, Nov. 18 (Bulk Wire) -- ")
    assert all(380 <= sum(len(part.split()) for part in story.paragraphs) <= 480 for story in first)


def test_bulk_feed_is_paged(newsroom: NewsroomServer) -> None:
    """The generated articles stand 1,000 to a feed page; beyond the last page and article there is a 404."""
    pages = [feedparser.parse(_get(newsroom, f"/bulk/rss.xml?page={page}").content) for page in (1, 2)]
    assert [len(page.entries) for page in pages] == [BULK_PAGE_ENTRIES, 3]
    assert _get(newsroom, "/bulk/rss.xml?page=3").status_code == 404
    last = list(bulk_feed_stories(2, BULK_ARTICLES))[-1]
    assert last.paragraphs[-1] in _reader_text(_get(newsroom, last.path).content)
    assert _get(newsroom, replace(last, slug="001003").path).status_code == 404


def test_config_names_every_feed(newsroom: NewsroomServer, tmp_path: Path) -> None:
    """The written configuration is valid TOML with the server's addresses, and its feeds answer."""
    write_config(tmp_path, newsroom.base_urls, BULK_ARTICLES)
    settings = (tmp_path / "settings.toml").read_text("utf-8")
    assert settings == 'contact = "newsroom@localhost"\nhost_delay_seconds = 0.0\n'
    sources = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in (tmp_path / "sources").iterdir()}
    assert set(sources) == {*PUBLISHERS, "bulk"}
    assert len(sources["bulk"]["feeds"]) == 2
    for source_id in ANSWERING:
        assert sources[source_id]["interval_minutes"] == 1
        assert requests.get(sources[source_id]["feeds"][0]["url"], timeout=5).status_code == 200


def test_edition_is_safe_to_set_from_threads(newsroom: NewsroomServer) -> None:
    """Requests from many threads while the edition changes all answer, and each is logged once."""
    threads = [threading.Thread(target=_get, args=(newsroom, "/levant_press/rss.xml")) for _ in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        newsroom.edition = 1 + number % 2
    for thread in threads:
        thread.join()
    assert newsroom.requests == [("GET", "/levant_press/rss.xml", 200)] * 8


def test_command_advances_by_itself() -> None:
    """The command prints its address, answers there, and brings out edition 2 after the seconds asked for."""
    command = [sys.executable, "-m", "samples.server", "--port", "0", "--advance-seconds", "0.2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            base_url = process.stdout.readline().strip()
            path = next(story.path for story in _all_stories(2) if story.first_edition == 2)
            deadline = time.monotonic() + 5
            while (status := requests.get(base_url + path, timeout=5).status_code) == 404:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            assert status == 200
        finally:
            process.terminate()
