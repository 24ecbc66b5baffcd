"""What a merge costs with much history behind it: a state as years of runs leave it, and the merges measured on it.

The state's rows are made inside SQLite, in order of key, with values shorter than real ones; its table folders hold
nothing, for a merge touches today's alone.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from bench.clock import seconds
from bench.drawn import Patterns, draw_warc, read_patterns
from bench.ratios import Figures
from etl.model import Capture, CapturePlace, Exchange, FeedEntry
from etl.state import open_state, write
from etl.stores import frontier, ledger
from etl.stores.absorption import absorb
from etl.stores.columns import settle_columns
from etl.stores.frontier import Lease, Listing, PageJob
from etl.stores.ledger import WARC_SUFFIX
from etl.tables.parquet import write_object
from etl.tables.schema import TABLES

HISTORIES = ("short", "long")
ARTICLES_A_DAY = 2_740
WARCS_A_DAY = 96  # a run every quarter of an hour
NEW, REVISED = 1_000, 50
TODAY = datetime(2026, 11, 20, 6, tzinfo=UTC)  # behind all history
LATER = TODAY + timedelta(days=7)
REVISIT_HOURS = (1.0, 6.0, 24.0, 168.0)
SITE = "http://127.0.0.1:9"
KEY_SPACE = 2**48  # keys stand evenly over all that a digest can be, so that new ones fall between them anywhere
FIRST_SEEN = "2026-01-05T06:00:00+00:00"
FEED = f"{SITE}/feed.xml"
COUNT = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)
INSERT INTO temp.counted SELECT n FROM numbers"""
KNOW = """
INSERT INTO known_articles
SELECT printf('a_%012x%012x', 2 * n * :step, 2 * n), 'source-' || (n % 200), 'guid', :feed || '/' || n, '{}',
    printf('%024x', n), :feed, NULL, :seen, 5, :seen, CASE WHEN n % 260 = 0 THEN :soon END,
    json_object('seen_at', :seen), NULL, NULL, NULL, NULL
FROM temp.counted WHERE n < :articles"""
KNOW_KEYS = """
INSERT INTO aliases
SELECT printf('%012x%012x', n * :step, n), printf('a_%012x%012x', n / 2 * 2 * :step, n / 2 * 2) FROM temp.counted"""
RUN = "INSERT INTO commits SELECT :before + n, :day || '-' || n, :at FROM temp.counted WHERE n < :count"
PUBLISH = "INSERT INTO units SELECT :day || '/' || n || '.warc.gz', :day || '-' || n FROM temp.counted WHERE n < :count"
KEEP = """
INSERT INTO warcs
SELECT :day || '/' || n || '.warc.gz', :day || '-' || n, :day, :day, 30 FROM temp.counted WHERE n < :count"""


def make_history(folder: Path, articles: int) -> Figures:
    """A state in a new data folder that knows so many articles and the compacted days on which they came."""
    folder.mkdir(parents=True)
    engine = _opened(folder)
    with write(engine) as connection:
        settle_columns(connection, TABLES)
    with sqlite3.connect(folder / "state.sqlite") as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
        _know(connection, articles)
        _publish(connection, -(-articles // ARTICLES_A_DAY))
    return {}


def merge(folder: Path, repeats: int) -> Figures:
    """CPU seconds of merging the rows of one WARC into the short and the long history, in turn."""
    rng = np.random.default_rng(1)
    patterns = read_patterns(folder / "small", rng)
    engines = {name: _opened(folder / name) for name in HISTORIES}
    figures: Figures = {name: [] for name in HISTORIES}
    for number in range(repeats + 1):
        for name, engine in engines.items():
            spent = _merge_once(folder / name, engine, patterns, rng)
            if number:  # the first round warms up
                figures[name].append(spent)
    return figures


def follow(folder: Path, repeats: int) -> Figures:
    """CPU seconds of deciding, leasing and absorbing new and changed entries with either history, in turn."""
    engines = {name: _opened(folder / name) for name in HISTORIES}
    figures: Figures = {name: [] for name in HISTORIES}
    for number in range(repeats + 2):
        for name, engine in engines.items():
            spent = _follow_once(engine, number)
            if number > 1:  # the first rounds warm up, and leave entries that can change
                figures[name].append(spent)
    return figures


def _merge_once(data: Path, engine: Engine, patterns: Patterns, rng: np.random.Generator) -> float:
    day = TODAY.date().isoformat()
    rows = draw_warc(patterns, day, (NEW, REVISED), rng)
    run_id = rng.bytes(8).hex()
    unit = f"{day}/{run_id}{WARC_SUFFIX}"

    def publish() -> None:
        files = [write_object(data, arrow, table, day, unit) for table, arrow in sorted(rows.items())]
        ledger.commit(engine, data, run_id, {unit: files})

    return seconds(publish)[0]


def _follow_once(engine: Engine, number: int) -> float:
    """What a run does with a feed document: entries of the last round changed, and new ones."""
    seen_at = TODAY + timedelta(minutes=15 * number)
    changed = [_entry(number - 1, place, "changed") for place in range(REVISED if number else 0)]
    entries = changed + [_entry(number, place, "new") for place in range(NEW)]
    lease = Lease(f"run-{number}", seen_at.isoformat(), (seen_at + timedelta(hours=1)).isoformat())
    listing = Listing("bulk", f"{SITE}/feed.xml", None, "<urn:uuid:0>")
    jobs: list[PageJob] = []

    def decide() -> None:
        with write(engine) as connection:
            jobs.extend(frontier.decide(connection, listing, entries, lease)[1])

    def settle() -> None:
        with write(engine) as connection:
            frontier.require(connection, [job.note.article_id for job in jobs], lease)
            absorb(connection, f"bench/{number}{WARC_SUFFIX}", captures, REVISIT_HOURS)

    decided = seconds(decide)[0]
    if len(jobs) != len(entries):
        raise RuntimeError(f"{len(entries)} entries were to be fetched, and {len(jobs)} are")
    captures = [_capture(job, place, seen_at, lease.run_id) for place, job in enumerate(jobs)]
    return decided + seconds(settle)[0]


def _entry(number: int, place: int, state: str) -> FeedEntry:
    url = f"{SITE}/round-{number}/{place}"
    return FeedEntry(guid=url, link=url, headline=f"Entry {place}, {state}", summary="What the entry is about.")


def _capture(job: PageJob, place: int, seen_at: datetime, run_id: str) -> Capture:
    exchange = Exchange(job.url, job.url, seen_at, 1, "ok", "Dateline bench", 200, "OK")
    where = CapturePlace(f"bench/{run_id}{WARC_SUFFIX}", place, f"<urn:uuid:{place}>", seen_at.isoformat())
    return Capture(where, "article", job.source_id, run_id, exchange, None, job.note)


def _opened(data: Path) -> Engine:
    return open_state(f"sqlite:///{data / 'state.sqlite'}")


def _know(connection: sqlite3.Connection, articles: int) -> None:
    """Articles with two keys each; one in 260 is young enough to be looked at again."""
    step = KEY_SPACE // (2 * articles)
    connection.execute("CREATE TEMP TABLE counted (n INTEGER PRIMARY KEY)")
    connection.execute(COUNT, {"count": max(2 * articles, WARCS_A_DAY)})
    given = {"articles": articles, "step": step, "feed": FEED, "seen": FIRST_SEEN, "soon": LATER.isoformat()}
    connection.execute(KNOW, given)
    connection.execute(KNOW_KEYS, {"step": step})


def _publish(connection: sqlite3.Connection, days: int) -> None:
    """Days of runs, each with its commits and WARCs, and one object of each table for every day."""
    for number in range(days):
        day = (TODAY.date() - timedelta(days=days - number)).isoformat()
        before = number * WARCS_A_DAY + 1
        given = {"day": day, "before": before, "at": f"{day}T06:00:00+00:00", "count": WARCS_A_DAY}
        for statement in (RUN, PUBLISH, KEEP):
            connection.execute(statement, given)
        born = before + WARCS_A_DAY - 1
        connection.executemany(
            "INSERT INTO objects VALUES (?, ?, NULL, ?, ?, ?, 2740, 6000000, ?)",
            (
                (
                    f"objects/{table}/seen_date={day}/day-{day}-{number:016x}.parquet",
                    born,
                    table,
                    day,
                    f"day-{day}",
                    "0" * 64,
                )
                for table in sorted(TABLES)
            ),
        )
