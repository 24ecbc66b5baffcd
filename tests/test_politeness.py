"""A host is asked no more often than it wishes: Retry-After, Crawl-delay, and what waits is not lost."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers import Handler, Site, give, house_of, rss, story
from stores import assert_sums_balance, let_time_pass, rows

from etl import pipeline
from etl.model import Exchange
from etl.web.bodies import retry_after_seconds
from etl.web.robots import pause_seconds

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WISHES = [
    ("120", 120.0),
    ("0", 0.0),
    ("9999999999999999999999", 604_800.0),
    ("Sun, 22 Nov 2026 12:30:00 GMT", 1800.0),
    ("Sunday, 22-Nov-26 12:30:00 GMT", 1800.0),
    ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
    ("Sun, 22 Nov 2026 12:30:00 -0000", 1800.0),
    ("Thu, 22 Nov 2029 12:00:00 GMT", 604_800.0),
    ("-5", None),
    ("soon", None),
    ("1.5", None),
    ("²", None),
    ("", None),
]


@pytest.mark.parametrize(("printed", "seconds"), WISHES)
def test_retry_after_is_seconds_or_a_date(printed: str, seconds: float | None) -> None:
    """Seconds and HTTP dates are understood, at most a week; anything else says nothing."""
    busy = Exchange("u", "u", NOW, 0, "soft_error", "d", 503, response_headers=(("retry-after", printed),))
    assert retry_after_seconds(busy) == seconds


def test_only_a_busy_host_asks_to_wait() -> None:
    """Retry-After of another status than 429 and 503 is no wish to be left alone."""
    moved = Exchange("u", "u", NOW, 0, "ok", "d", 301, response_headers=(("Retry-After", "120"),))
    assert retry_after_seconds(moved) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 7", 7.0),
        ("User-agent: Dateline\nCrawl-delay: 2.5\nUser-agent: *\nCrawl-delay: 99", 2.5),
        ("User-agent: other\nCrawl-delay: 7", 0.0),
        ("User-agent: *\nCrawl-delay: never", 0.0),
        ("", 0.0),
    ],
)
def test_crawl_delay(text: str, seconds: float) -> None:
    """Crawl-delay of the group that is ours counts, and nonsense does not."""
    assert pause_seconds((200, text), 0.0, 1e9) == seconds
    assert pause_seconds((200, text), 2.0, 2.5) == min(max(seconds, 2.0), 2.5)


def test_crawl_delay_is_kept(tmp_path: Path) -> None:
    """Two pages of a host come as far apart as its robots.txt asks."""
    came: list[float] = []

    def note(handler: Handler) -> None:
        came.append(time.monotonic())
        give(story("Story"))(handler)

    with Site({"/0": note, "/1": note, "/robots.txt": give(b"User-agent: *\nCrawl-delay: 0.5")}) as site:
        site.pages["/rss"] = rss(f"{site.url}/0", f"{site.url}/1")
        pipeline.run(house_of(tmp_path, {"pier": f"{site.url}/rss"}), "run-1")
    assert len(came) == 2
    assert came[1] - came[0] >= 0.5


def test_a_busy_host_is_left_alone_and_nothing_is_lost(tmp_path: Path) -> None:
    """After a 429 the host's other pages and its feed wait as long as it asks, are told, and come then."""
    with Site() as site:
        site.pages |= {f"/{n}": give(story(f"Story {n}")) for n in range(3)}
        site.pages["/0"] = give(b"", status=429, Retry_After="7200")
        site.pages["/rss"] = rss(*(f"{site.url}/{n}" for n in range(3)))
        house = house_of(tmp_path, {"pier": f"{site.url}/rss"})
        assert pipeline.run(house, "run-1").counts["quarantined"] == 3
        assert site.requests == ["/rss", "/robots.txt", "/.well-known/tdmrep.json", "/0"]
        let_time_pass(house, timedelta(minutes=61))
        report = pipeline.run(house, "run-2")
        assert (report.sources, len(site.requests)) == (0, 4)
        site.pages["/0"] = give(story("Story 0"))
        let_time_pass(house, timedelta(minutes=61))
        assert pipeline.run(house, "run-3").counts["new"] == 3
    told = {row["url"]: row["reason_code"] for row in rows(house, "quarantine")}
    assert sorted(told.values()) == ["host_busy", "host_busy", "page_unavailable"]
    assert_sums_balance(house)


def test_a_short_wait_is_waited(tmp_path: Path) -> None:
    """A host that asks for a second gets it, and its other pages come in the same run."""
    with Site() as site:
        site.pages |= {"/0": give(b"", status=503, Retry_After="1"), "/1": give(story("Story 1"))}
        site.pages["/rss"] = rss(f"{site.url}/0", f"{site.url}/1")
        started = time.monotonic()
        counts = pipeline.run(house_of(tmp_path, {"pier": f"{site.url}/rss"}), "run-1").counts
    assert (counts["new"], counts["quarantined"]) == (1, 1)
    assert time.monotonic() - started >= 1


def test_a_busy_feed_is_left_alone(tmp_path: Path) -> None:
    """A feed that answers 503 with a wish is not asked before that time, though its interval is over."""
    with Site({"/rss": give(b"", status=503, Retry_After="7200")}) as site:
        house = house_of(tmp_path, {"pier": f"{site.url}/rss"})
        pipeline.run(house, "run-1")
        let_time_pass(house, timedelta(minutes=61))
        pipeline.run(house, "run-2", force=True)
        assert site.requests == ["/rss"]
        let_time_pass(house, timedelta(minutes=61))
        pipeline.run(house, "run-3")
        assert site.requests == ["/rss", "/rss"]
