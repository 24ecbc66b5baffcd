"""The laws of the design that the stores keep: 1, 4, 5, 8 and 9."""

import contextlib
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import children
import pytest
from conftest import TwicePolled
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import Site, give, house_of, rss, story
from sqlalchemy import event
from sqlalchemy.engine import Engine
from stores import assert_folders_clean, assert_sums_balance, bytes_of, copied, make_house, outcome, rows, warcs_of

from etl import pipeline
from etl.config import House
from etl.model import ArticleNote, Capture, CapturePlace, Exchange, FeedEntry
from etl.state import open_state
from etl.stores import frontier
from etl.stores.absorption import absorb
from etl.stores.frontier import Lease, Listing
from etl.warc.raw import RawFile
from samples.server import NewsroomServer

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
KILLED = -9

# Law 1: every entry seen ends in exactly one place.

_links = st.sampled_from([None, "", "mailto:desk@pier", *(f"http://pier/{n}" for n in range(6))])
_entries = st.builds(
    FeedEntry,
    guid=st.sampled_from([None, *(f"g{n}" for n in range(6))]),
    link=_links,
    headline=st.sampled_from(["One", "Two"]),
    published_raw=st.sampled_from([None, "Fri, 20 Nov 2026 09:00:00 GMT"]),
)
_polls = st.lists(st.tuples(st.lists(_entries, max_size=6), st.booleans()), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def empty_state(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A state to which nothing is ever committed."""
    return open_state(f"sqlite:///{tmp_path_factory.mktemp('empty') / 'state.sqlite'}")


@settings(max_examples=150, deadline=None)
@given(polls=_polls)
def test_law_1_every_entry_ends_in_one_place(empty_state: Engine, polls: list[tuple[list[FeedEntry], bool]]) -> None:
    """Over polls of new, known, changed, repeated and broken entries the counts add up; no story is two articles."""
    with empty_state.connect() as connection, contextlib.closing(connection.begin()):
        owners: dict[str, str] = {}
        for number, (entries, is_captured) in enumerate(polls):
            at = NOW + timedelta(minutes=number)
            lease = Lease(f"run-{number}", at.isoformat(), (at + timedelta(seconds=30)).isoformat())
            listing = Listing("pier", "http://pier/rss", None, f"<urn:{number}>")
            note, jobs = frontier.decide(connection, listing, entries, lease)
            assert note.total == len(entries)
            assert note.total == note.fetched + note.known + note.repeated + len(note.rejected)
            assert note.fetched == len(jobs) == len({job.note.article_id for job in jobs})
            again = Lease("other", lease.now, lease.until)
            others = frontier.decide(connection, listing, entries, again)[1]
            assert {job.note.article_id for job in others}.isdisjoint(job.note.article_id for job in jobs), (
                "leased by now"
            )
            for job in (*jobs, *others):
                known = {owners[alias] for alias in job.note.aliases if alias in owners}
                assert not known or job.note.article_id in known, "a story that answers to a known key is that story"
                owners = dict.fromkeys(job.note.aliases, job.note.article_id) | owners
            frontier.require(connection, [job.note.article_id for job in jobs], lease)
            if is_captured:
                pages = [_captured(job.url, at, "article", article=job.note) for job in jobs]
                absorb(connection, f"w{number}", [*pages, _captured(listing.url, at, "feed", feed=note)], (1, 6))


def _captured(url: str, at: datetime, kind: Any, **notes: Any) -> Capture:
    place = CapturePlace("2026-11-20/w", 0, f"<urn:{url}>", at.isoformat())
    return Capture(place, kind, "pier", "run", Exchange(url, url, at, 1, "ok", "D"), **notes)


# Law 4: transform is deterministic.


def test_law_4_transform_is_deterministic(polled: TwicePolled, tmp_path: Path) -> None:
    """The same WARCs give the same objects byte for byte: in any process, order, time zone, locale and umask."""
    objects = bytes_of(polled.house.data / "objects")
    wanted = {
        path: digest for path, digest in objects.items() if not Path(path).name.startswith(("findings", "sources"))
    }
    houses = []
    for number, zone in enumerate(("Asia/Tehran", "America/Caracas")):
        house = replace(polled.house, data=tmp_path / f"{number}" / "data")
        shutil.copytree(polled.house.data / "raw", house.data / "raw")
        order = warcs_of(house)[:: (1, -1)[number]]
        houses.append((house, children.start(children.transform, house, order, zone, (0o077, 0o002)[number])))
    for house, child in houses:
        assert children.finish(child) == [0]
        assert bytes_of(house.data / "objects") == wanted


def test_law_4_fresh_interpreter_agrees(polled: TwicePolled, tmp_path: Path) -> None:
    """A fresh interpreter with another hash seed gives the same objects."""
    data = tmp_path / "data"
    warc = warcs_of(polled.house)[1]
    shutil.copytree(polled.house.data / "raw", data / "raw")
    script = (
        "import sys; from pathlib import Path; from etl.config import open_house; "
        "from etl.verbs.transformation import transform_warc; "
        "transform_warc(open_house(Path(sys.argv[1]), Path(sys.argv[2])), sys.argv[3])"
    )
    command = [sys.executable, "-c", script, str(data), str(polled.house.config), warc]
    subprocess.run(command, env={"PYTHONHASHSEED": "42"}, check=True)
    made = bytes_of(data / "objects")
    assert made.items() <= bytes_of(polled.house.data / "objects").items()
    assert made


# Law 5: killing any process at any instruction and running again gives what an undisturbed run gives.

SOURCES = ("harbour_gazette",)  # it has an edit, a broken entry and a page that asks to log in


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What two polls of the chosen sources give when nothing happens."""
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path_factory.mktemp("undisturbed"), newsroom.base_urls, sources=SOURCES)
        for edition in (1, 2):
            newsroom.edition = edition
            pipeline.run(house, f"run-{edition}", force=True)
    return _comparable(house)


def _comparable(house: House) -> dict[str, Any]:
    """An outcome free of the port of the newsroom and of how often an item was met."""
    found = outcome(house)
    counts = Counter((source, stage, reason) for source, stage, reason, _ in found["quarantine"])
    headlines = Counter(row["headline"] for row in rows(house, "articles"))
    edits = Counter((row["headline"], *row["changed_fields"]) for row in rows(house, "revisions"))
    return {"articles": headlines, "revisions": edits, "quarantine": counts, "mentions": found["mentions"]}


def _finish_and_compare(house: House, newsroom: NewsroomServer, wanted: dict[str, Any]) -> None:
    """Runs again what was killed, then whatever is left, and compares with the undisturbed."""
    newsroom.edition = 2
    for run_id in ("run-1", "run-2"):
        pipeline.run(house, run_id, force=True)
    assert _comparable(house) == wanted
    assert_sums_balance(house)
    assert_folders_clean(house)
    assert not [
        finding for day in _days(house) for finding in pipeline.check(house, day) if finding.severity == "error"
    ]


def _days(house: House) -> list[str]:
    return sorted({path.name.removeprefix("seen_date=") for path in (house.data / "tables").glob("*/*")})


def test_law_5_killed_at_random_moments(undisturbed: dict[str, Any], tmp_path: Path) -> None:
    """Killed at 15 random moments of its first or second poll, a house ends as one that nobody disturbed."""
    moments = random.Random(20261120)
    killed = 0
    with NewsroomServer() as newsroom:
        for number in range(15):
            newsroom.edition = 1
            house = make_house(tmp_path / f"{number}", newsroom.base_urls, sources=SOURCES)
            if number % 2:
                children.run(house, "run-1")
                newsroom.edition = 2
            child = children.start(children.run, house, f"run-{1 + number % 2}")
            child.join(moments.uniform(0.02, 0.2 if number % 2 else 0.4))
            child.kill()
            killed += children.finish(child) == [KILLED]
            _resume(house, newsroom, number % 2, undisturbed)
    assert killed >= 10, "most children were killed before their end"


def _resume(house: House, newsroom: NewsroomServer, edition: int, wanted: dict[str, Any]) -> None:
    """The killed run once more in its own edition, then the second poll."""
    if not edition:
        children.run(house, "run-1")
    _finish_and_compare(house, newsroom, wanted)


STEPS = {"link": (1, 2, 4), "fsync": (1, 9, 14), "unlink": (1,), "replace": (2, 7)}


@pytest.mark.parametrize("point", STEPS)
def test_law_5_killed_at_each_step(undisturbed: dict[str, Any], tmp_path: Path, point: str) -> None:
    """Killed before or after a call that changes the disk, a house ends as one that nobody disturbed."""
    with NewsroomServer() as newsroom:
        for number in STEPS[point]:
            newsroom.edition = 1
            house = make_house(tmp_path / f"{number}", newsroom.base_urls, sources=SOURCES)
            assert children.finish(children.start(children.run_and_die, house, "run-1", point, number)) == [KILLED]
            _resume(house, newsroom, 0, undisturbed)


# Law 8: dropping state, objects and tables and rebuilding from raw gives the same tables.


def _drop(house: House, *stores: str) -> None:
    for store in stores:
        for path in house.data.glob(f"{store}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize(
    "dropped", [("state", "objects", "tables"), ("state",), ("objects", "tables"), ("tables",), ()]
)
def test_law_8_raw_alone_gives_the_same_tables(polled: TwicePolled, tmp_path: Path, dropped: tuple[str, ...]) -> None:
    """Whatever of state, objects and tables is dropped, a rebuild from `raw/` gives the same files and bytes."""
    house = copied(polled.house, tmp_path)
    before = {name: bytes_of(house.data / name) for name in ("tables", "raw")}
    _drop(house, *dropped)
    assert pipeline.rebuild_state(house) == len(warcs_of(house))
    assert {name: bytes_of(house.data / name) for name in before} == before
    assert pipeline.verify(house, raw=True) == []
    assert_folders_clean(house)


def test_law_8_rebuilt_frontier_knows_as_much(tmp_path: Path) -> None:
    """After the state was made again from `raw/` the next poll asks for the same pages as it would have before."""
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path, newsroom.base_urls, sources=("harbour_gazette", "meridian_news"))
        pipeline.run(house, "run-1", force=True)
        _drop(house, "state")
        pipeline.rebuild_state(house)
        asked = len(newsroom.requests)
        pipeline.run(house, "run-2", force=True)
        assert Counter(status for _, _, status in newsroom.requests[asked:]) == {304: 1, 500: 1}
        newsroom.edition = 2
        report = pipeline.run(house, "run-3", force=True)
    assert (report.counts["new"], report.counts["revisions"], report.counts["quarantined"]) == (1, 1, 0)
    assert_sums_balance(house)


# Law 9: a run's cost depends on what is new, not on what is old.


class _Cost:
    """SQL statements sent, hundreds of steps of SQLite's machine, files and bytes written."""

    def __init__(self) -> None:
        self.statements = 0
        self.steps = 0


@pytest.fixture
def cost() -> Iterator[_Cost]:
    """Counts while a test runs."""
    count = _Cost()

    def before(*_: Any) -> None:
        count.statements += 1

    def step() -> int:
        count.steps += 1
        return 0

    def connected(connection: sqlite3.Connection, _: Any) -> None:
        connection.set_progress_handler(step, 100)

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "connect", connected)
    yield count
    event.remove(Engine, "before_cursor_execute", before)
    event.remove(Engine, "connect", connected)


def _write_history(house: House, days: range) -> None:
    """WARCs of as many days before today, each with a feed and an article, learnt and published."""
    for day in days:
        at = datetime.now(UTC) - timedelta(days=day + 1)
        entry = FeedEntry(f"old-{day}", f"http://pier/old/{day}", f"Old {day}")
        note = ArticleNote(
            f"a_{day}", "guid", (f"{day:024d}",), entry, "http://pier/rss", None, None, "first", at.isoformat()
        )
        page = Exchange(entry.link or "", entry.link or "", at, 1, "ok", "D", status=200, body=story(f"Old {day}"))
        with RawFile(house.data, f"{at:%Y-%m-%d}/{day}.warc.gz") as raw:
            raw.append("article", ("pier", f"old-{day}"), page, note)
            raw.settle()
    pipeline.publish(house, f"history-{days.stop}", [])


def test_law_9_old_news_costs_nothing(tmp_path: Path, cost: _Cost, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with one new article costs as many statements, steps and files over 62 days of history as over two."""
    monkeypatch.setattr("etl.stores.opening.QUIET_NS", 0)
    costs = []
    for number, days in enumerate((2, 62)):
        with Site({"/new": give(story("New"))}) as site:
            site.pages["/rss"] = rss(f"{site.url}/new")
            house = house_of(tmp_path / f"{number}", {"pier": f"{site.url}/rss"}, "revisit_hours = []\n")
            _write_history(house, range(days))
            before = cost.statements, cost.steps, _files(house)
            assert pipeline.run(house, "run-1").counts["new"] == 1
            assert len(rows(house, "articles")) == days + 1
            after = cost.statements, cost.steps, _files(house)
            costs.append([late - early for early, late in zip(before, after, strict=True)])
    few, many = costs
    assert many[0] == few[0], "statements"
    assert many[1] - few[1] <= 60 / 2, "steps of the database: the list of days is looked through, 50 steps a day"
    assert many[2] == few[2], "files"


def _files(house: House) -> int:
    return sum(1 for path in house.data.rglob("*") if path.is_file())
