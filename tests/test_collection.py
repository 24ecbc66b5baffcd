"""A batch is collected politely, once, and durable before anything is known of it."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from servers import Answering, Handler, Site, give, house_of, rss, story
from sqlalchemy import select
from stores import assert_sums_balance, captures_of, let_time_pass, rows, warcs_of

from etl import pipeline
from etl.collecting.collection import Batch, collect
from etl.config import House
from etl.errors import RetriableFetchError, StorageError
from etl.state import feeds, open_state, read_days
from etl.stores import opening
from etl.warc.raw import stored_warcs

PIER = Batch("pier", ("pier",))


def _site(pages: int) -> Site:
    """A site, not yet on the air, whose feed lists so many articles."""
    site = Site({f"/{n}": give(story(f"Story {n}")) for n in range(pages)})
    site.pages["/rss"] = rss(*(f"{site.url}/{n}" for n in range(pages)))
    return site


def _house(folder: Path, site: Site, settings: str = "") -> House:
    return house_of(folder, {"pier": f"{site.url}/rss"}, settings)


def test_finished_batch_asks_nothing(tmp_path: Path) -> None:
    """A fetch that is tried again after it has finished gives the same answer and sends nothing."""
    with _site(3) as site:
        house = _house(tmp_path, site)
        engine = pipeline.open_stores(house)
        first = collect(house, engine, "run-1", PIER)
        asked = list(site.requests)
        assert collect(house, engine, "run-1", PIER) == first
        assert site.requests == asked
    assert (first.feeds, first.pages, len(first.warcs), first.failed) == (1, 3, 1, {})


def test_long_batch_is_several_warcs(tmp_path: Path) -> None:
    """A batch of more captures than a WARC holds is several, in order, and the feed's record is in the last."""
    with _site(7) as site:
        house = _house(tmp_path, site, "max_pages_per_warc = 4\n")
        collected = pipeline.fetch(house, "run-1", PIER)
        pipeline.run(house, "run-1")
    assert len(collected.warcs) == 3
    assert list(collected.warcs) == sorted(collected.warcs) == warcs_of(house)
    kinds = [capture.kind for capture in captures_of(house)]
    assert (kinds.count("article"), kinds[0], kinds[-1]) == (7, "robots", "feed")
    assert len(rows(house, "articles")) == 7
    assert_sums_balance(house)


@pytest.mark.parametrize(
    "run_id", ["../../escape", "/etc/passwd", "x" * 250, "manual__2026-11-20T00:00:00+00:00", "خبر", ""]
)
def test_run_id_cannot_leave_the_folder(tmp_path: Path, run_id: str) -> None:
    """Whatever a run is called, its WARC lies in `raw/` under a name that any file system takes."""
    with _site(1) as site:
        house = _house(tmp_path, site)
        pipeline.run(house, run_id)
    assert len(warcs_of(house)) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"config", "data"}
    assert {row["run_id"] for row in rows(house, "articles")} == {run_id}


def test_page_is_asked_once_robots_allow(tmp_path: Path) -> None:
    """A page that robots.txt forbids is not asked, nor one that is reached by a redirect to another host's."""
    with _site(2) as site, Site({"/robots.txt": give(b"User-agent: *\nDisallow: /secret")}) as other:
        site.pages["/robots.txt"] = give(b"User-agent: *\nDisallow: /1")
        site.pages["/0"] = give(b"", status=302, Location=f"{other.url}/secret")
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        assert "/1" not in site.requests
        assert other.requests == ["/robots.txt"]
    reasons = {row["url"]: row["reason_code"] for row in rows(house, "quarantine")}
    assert reasons == {f"{site.url}/0": "robots_denied", f"{site.url}/1": "robots_denied"}
    assert sum(row["kind"] == "robots" for row in rows(house, "fetch_log")) == 2
    assert_sums_balance(house)


def test_robots_are_asked_once_a_day(tmp_path: Path) -> None:
    """robots.txt is asked once for many pages and not again by the next run; one that failed is asked again."""
    with _site(3) as site:
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        site.pages |= {"/new": give(story("New")), "/rss": rss(f"{site.url}/new", etag='"2"')}
        pipeline.run(house, "run-2", force=True)
        assert site.requests.count("/robots.txt") == 1
        assert "/new" in site.requests


def test_page_refused_by_broken_robots_comes_later(tmp_path: Path) -> None:
    """A page that waits for a broken robots.txt is fetched by a run after it is mended, and is then an article."""
    with _site(1) as site:
        house = _house(tmp_path, site)
        site.pages["/robots.txt"] = give(b"", status=500)
        assert pipeline.run(house, "run-1").counts["quarantined"] == 1
        site.pages["/robots.txt"] = give(b"", status=404)
        let_time_pass(house, timedelta(minutes=16))
        assert pipeline.run(house, "run-2").counts["new"] == 1
    assert_sums_balance(house)


def test_young_page_is_looked_at_again(tmp_path: Path) -> None:
    """A page is asked again after an hour though its feed says nothing new; its edit is a revision."""
    with _site(1) as site:
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        site.pages["/0"] = give(story("Story 0, corrected"))
        let_time_pass(house, timedelta(minutes=61))
        site.pages["/rss"] = give(b"", status=304)
        assert pipeline.run(house, "run-2").counts["revisions"] == 1
    assert_sums_balance(house)


def test_lost_lease_brings_in_nothing(tmp_path: Path) -> None:
    """A try whose pages were taken over while it slept writes no WARC, and the article stands once."""
    with _site(2) as site:
        house = _house(tmp_path, site)
        engine = pipeline.open_stores(house)
        reached, go_on = threading.Event(), threading.Event()

        def sleep(handler: Handler) -> None:
            reached.set()
            go_on.wait(10)
            give(story("Story 0"))(handler)

        site.pages["/0"] = sleep
        failures: list[BaseException] = []

        def first_try() -> None:
            try:
                collect(house, engine, "run-1", PIER)
            except RetriableFetchError as error:
                failures.append(error)

        sleeper = threading.Thread(target=first_try)
        sleeper.start()
        assert reached.wait(5)
        site.pages["/0"] = give(story("Story 0"))
        collect(house, engine, "run-1", PIER)
        go_on.set()
        sleeper.join()
        assert len(failures) == 1
        pipeline.run(house, "run-1")
    assert len(warcs_of(house)) == 1
    assert len(rows(house, "articles")) == 2
    assert_sums_balance(house)


def test_failed_store_stops_the_threads(tmp_path: Path) -> None:
    """When the WARC cannot be written the batch ends at once, however many answers wait, and leaves nothing behind."""
    pages = 200
    with _site(pages) as site:
        house = _house(tmp_path, site)
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "staging").write_text("a file where a folder should be")
        with pytest.raises(StorageError, match="staging"):
            pipeline.fetch(house, "run-1", PIER)
        assert len(site.requests) < pages
        (tmp_path / "data" / "staging").unlink()
        pipeline.run(house, "run-1")
    assert len(rows(house, "articles")) == pages
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")]


def test_only_changed_days_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day folder that has not changed since it was read is not listed again; one that has is."""
    listed: list[str] = []

    def note(data: Path, day: str) -> list[str]:
        listed.append(day)
        return stored_warcs(data, day)

    monkeypatch.setattr("etl.stores.opening.stored_warcs", note)
    monkeypatch.setattr(opening, "QUIET_NS", 0)
    house = house_of(tmp_path, {})
    for day in ("2026-11-19", "2026-11-20"):
        (house.data / "raw" / day).mkdir(parents=True)
    engine = pipeline.open_stores(house)
    assert listed == ["2026-11-19", "2026-11-20"]
    (house.data / "raw" / "2026-11-20" / "a.warc.gz").write_bytes(b"no warc")
    assert opening.absorb_stored(house, engine) == ["2026-11-20/a.warc.gz"]
    assert listed[2:] == ["2026-11-20"]
    with engine.connect() as connection:
        assert len(connection.execute(select(read_days)).all()) == 2


@pytest.mark.parametrize(
    "document",
    [
        b'<rss version="2.0"><channel><item><title>a &#xD800; b</title><link>http://x/1</link></item></channel></rss>',
        b"\xff\xfe" + b"<rss" * 99,
        b'<?xml version="1.0" encoding="no-such"?><rss version="2.0"><channel><item/></channel></rss>',
        b'<!DOCTYPE r [<!ENTITY a "aaaaaa"><!ENTITY b "&a;&a;">]><rss version="2.0"><channel>&b;</channel></rss>',
        b'<rss version="2.0"><channel>' + b"<item>" * 3_000 + b"</channel></rss>",
    ],
    ids=["surrogate", "noise", "encoding", "entities", "deep"],
)
def test_hostile_feed_costs_itself_alone(tmp_path: Path, document: bytes) -> None:
    """A feed that its reader stumbles over fails by name or gives what it can; the others are collected."""
    with _site(1) as site, Site({"/rss": give(document, kind="application/rss+xml")}) as hostile:
        house = house_of(tmp_path, {"pier": f"{site.url}/rss", "quay": f"{hostile.url}/rss"})
        collected = pipeline.fetch(house, "run-1", Batch("both", ("pier", "quay")))
        report = pipeline.run(house, "run-2", force=True)
    assert f"{site.url}/rss" not in collected.failed
    assert report.by_source["pier"]["new"] == 1
    assert_sums_balance(house)


def test_host_is_asked_one_page_at_a_time(tmp_path: Path) -> None:
    """The pages of one host are never asked side by side, those of two hosts are."""
    open_now: dict[str, int] = {}
    most: dict[str, int] = {}

    def count(host: str, answering: Answering) -> Answering:
        def answer(handler: Handler) -> None:
            open_now[host] = open_now.get(host, 0) + 1
            most[host] = max(most.get(host, 0), open_now[host])
            time.sleep(0.05)
            answering(handler)
            open_now[host] -= 1

        return answer

    with _site(4) as site, _site(4) as other:
        for host, name in ((site, "site"), (other, "other")):
            host.pages |= {f"/{n}": count(name, host.pages[f"/{n}"]) for n in range(4)}
        house = house_of(tmp_path, {"pier": f"{site.url}/rss", "quay": f"{other.url}/rss"}, "")
        pipeline.fetch(house, "run-1", Batch("both", ("pier", "quay")))
    assert most == {"site": 1, "other": 1}


def test_same_bytes_say_nothing_new(tmp_path: Path) -> None:
    """A feed that answers with the bytes of last time is not read again; its record refers to the one that has them."""
    with _site(1) as site:
        site.pages["/rss"] = rss(f"{site.url}/0", etag="")
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        let_time_pass(house, timedelta(minutes=2))
        counts = pipeline.run(house, "run-2").counts
    log = {row["run_id"]: row for row in rows(house, "fetch_log") if row["kind"] == "feed"}
    assert log["run-2"]["outcome"] == "same_bytes"
    assert log["run-2"]["repeats_capture_id"] == log["run-1"]["capture_id"]
    assert log["run-2"]["bytes"] == log["run-1"]["bytes"] > 0
    assert (counts["feeds_ok"], counts["feeds_failed"], counts["seen"]) == (1, 0, 0)
    assert_sums_balance(house)


def test_a_page_of_the_same_bytes_is_unchanged(tmp_path: Path) -> None:
    """A page that is looked at again and has not changed by a byte is counted as unchanged, and stored once."""
    with _site(1) as site:
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        let_time_pass(house, timedelta(minutes=61))
        counts = pipeline.run(house, "run-2").counts
        let_time_pass(house, timedelta(hours=6))
        site.pages["/0"] = give(story("Story 0, corrected"))
        edited = pipeline.run(house, "run-3").counts
    assert (counts["unchanged"], counts["revisions"]) == (1, 0)
    assert edited["revisions"] == 1
    bodies = [capture.exchange.body for capture in captures_of(house) if capture.kind == "article"]
    assert [bool(body) for body in bodies] == [True, False, True]
    assert_sums_balance(house)


@pytest.mark.parametrize(
    ("statuses", "is_moved"), [((301,), True), ((308, 301), True), ((302,), False), ((301, 307), False)]
)
def test_a_feed_that_moved_for_good_is_remembered(tmp_path: Path, statuses: tuple[int, ...], is_moved: bool) -> None:
    """Where every redirect on the way is permanent the state knows the new address; `fetch_log` shows each step."""
    with _site(1) as site:
        site.pages["/new"] = site.pages["/rss"]
        steps = ["/rss", *(f"/step{n}" for n in range(1, len(statuses))), "/new"]
        for status, here, there in zip(statuses, steps, steps[1:], strict=False):
            site.pages[here] = give(b"", status=status, Location=there)
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        with open_state(house.state_url).connect() as connection:
            moved_to = connection.scalar(select(feeds.c.moved_to))
    assert moved_to == (f"{site.url}/new" if is_moved else None)
    (log,) = (row for row in rows(house, "fetch_log") if row["kind"] == "feed")
    assert log["redirects"] == [f"{status} {site.url}{step}" for status, step in zip(statuses, steps, strict=False)]


def test_a_failing_feed_is_asked_ever_more_rarely_and_comes_back(tmp_path: Path) -> None:
    """After three failures in a row a feed rests for longer than its interval, and one answer makes all well again."""
    with _site(1) as site:
        house = house_of(tmp_path, {"quay": f"{site.url}/broken"})
        for run in range(3):
            pipeline.run(house, f"run-{run}", force=True)
        let_time_pass(house, timedelta(minutes=2))
        assert pipeline.plan(house) == []
        site.pages["/broken"] = rss(f"{site.url}/0")
        let_time_pass(house, timedelta(minutes=5))
        assert pipeline.run(house, "run-3").counts["new"] == 1
        let_time_pass(house, timedelta(minutes=2))
        assert [batch.sources for batch in pipeline.plan(house)] == [("quay",)]


def test_a_page_is_looked_at_when_its_feed_is_not_due(tmp_path: Path) -> None:
    """A page is due by its own hours: it is asked though its feed, which has had no news, rests for longer."""
    with _site(1) as site:
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        pipeline.run(house, "run-2", force=True)
        site.pages["/0"] = give(story("Story 0, corrected"))
        let_time_pass(house, timedelta(minutes=61))
        asked = site.requests.count("/rss")
        assert pipeline.run(house, "run-3").counts["revisions"] == 1
        assert site.requests.count("/rss") == asked
    assert_sums_balance(house)
