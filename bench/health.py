"""What it costs to know how a thousand sources are: a house of invented days, asked as Feed health asks.

`python -m bench.health [FOLDER]` writes the house and measures; the tests write small ones of the same kind.
"""

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa
from rich.console import Console
from sqlalchemy import insert

from bench.clock import seconds
from etl.config import House, open_house
from etl.model import FeedAddress, FilledColumn, Source
from etl.state import feeds, open_state, warcs, write
from etl.stores import ledger
from etl.tables.parquet import write_object
from etl.tables.schema import RUNS, SOURCE_DAYS
from etl.verbs.health import source_health

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
SOURCES, DAYS, RUNS_A_DAY, BATCHES = 1_000, 29, 96, 32
OPEN_DAYS = 3  # not compacted: today, and as `compact_after_days` has it
CPU_SECONDS = 1.0  # what 14 days of all sources may cost
Row = dict[str, Any]


def empty_house(folder: Path, sources: Iterable[Source], settings: str = "") -> House:
    """A house that has fetched nothing."""
    (folder / "config" / "sources").mkdir(parents=True)
    (folder / "config" / "settings.toml").write_text(settings, "utf-8")
    house = open_house(folder / "data", folder / "config")
    open_state(house.state_url)
    return replace(house, sources={source.source_id: source for source in sources})


def invented_source(source_id: str, **more: Any) -> Source:
    """A source with one feed, asked every half hour."""
    site = f"https://{source_id.replace('_', '-')}.example/"
    feed = FeedAddress(f"{site}feed.xml")
    return Source(source_id, more.pop("title", source_id.title()), site, (feed,), "en", "GB", "UTC", **more)


def run_row(run_id: str, source_id: str, warc: str, **counts: int) -> Row:
    """A row of `runs`: one poll that was answered and brought nothing, but for what is told."""
    none = dict.fromkeys(("feeds_failed", "entries", "seen", "new", "revisions", "unchanged", "quarantined"), 0)
    return {"run_id": run_id, "source_id": source_id, "warc": warc, "feeds_ok": 1, **none, **counts}


def day_row(source_id: str, day: date, hourly: Sequence[int], **more: Any) -> Row:
    """A row of `source_days`: articles by hour, 48 polls that were answered, and what else is told."""
    articles = sum(hourly)
    last = max((hour for hour, count in enumerate(hourly) if count), default=None)
    filled = {f"{name}_filled": 0.5 if articles else None for name in get_args(FilledColumn)}
    lists = dict.fromkeys(("quarantine_reasons", "quarantine_counts", "languages", "language_counts"), ())
    shares = dict.fromkeys(("words_median", "short_share", "duplicate_share", "unresolved_share", "quarantined_share"))
    counts = {"hours": 24, "feeds_ok": 48, "feeds_failed": 0, "entries_max": 30, "seen": 1_440, "unchanged": 1_440}
    none = dict.fromkeys(("revisions", "quarantined", "mentions", "open_names"), 0)
    who = {"day": day, "source_id": source_id, "articles": articles, "articles_by_hour": list(hourly)}
    told = {
        "undated_share": 0.0 if articles else None,
        "last_article_at": None if last is None else datetime.combine(day, time(last, 20), UTC),
    }
    return {**who, **counts, **none, **lists, **shares, **filled, **told, **more}


def publish(house: House, day: date, run_id: str, units: Mapping[str, Sequence[Row]]) -> None:
    """Commits a day's rows of `runs`, by the WARC or the compacted day that they are of."""
    files = {
        unit: [write_object(house.data, pa.Table.from_pylist(list(rows), RUNS.schema()), "runs", str(day), unit)]
        for unit, rows in units.items()
    }
    engine = open_state(house.state_url)
    ledger.commit(engine, house.data, run_id, files)
    with write(engine) as connection:
        for unit in units:
            if unit.endswith(ledger.WARC_SUFFIX):
                known = {"run_id": run_id, "first_day": str(day), "last_day": str(day), "captures": 1}
                connection.execute(insert(warcs).values(warc=unit, **known))


def check(house: House, days: Mapping[date, Sequence[Row]]) -> None:
    """Commits rows of `source_days`, by day, as the checks of the days do."""
    units = {}
    for day, rows in days.items():
        unit, table = f"findings-{day}", pa.Table.from_pylist(list(rows), SOURCE_DAYS.schema())
        units[unit] = [write_object(house.data, table, "source_days", str(day), unit)]
    ledger.commit(open_state(house.state_url), house.data, "check", units)


def know_feed(house: House, source: Source, polled_at: datetime, **more: Any) -> None:
    """Lets the state know the first feed of a source, as one that answered."""
    known = {"failures": 0, "last_outcome": "ok", "last_status": 200, "answered_at": polled_at.isoformat()}
    row = {"url": source.feeds[0].url, "source_id": source.source_id, "polled_at": polled_at.isoformat()}
    with write(open_state(house.state_url)) as connection:
        connection.execute(insert(feeds).values(**{**row, **known, **more}))


def warc_name(begun: datetime, name: str) -> str:
    """The name of a WARC begun at an instant."""
    return f"{begun:%Y-%m-%d}/{begun:%Y%m%dT%H%M%S%f}-{name}.warc.gz"


def write_crowd(folder: Path, sources: int, days: int, runs_a_day: int) -> House:
    """A house of so many sources and days up to NOW, each source polled by half of the runs; the last days open.

    All days are checked before their last two runs; those that are not open are compacted after that.
    """
    house = empty_house(folder, [invented_source(f"source_{number:04}") for number in range(sources)])
    chance, ids = np.random.default_rng(1), list(house.sources)
    for back in range(days - 1, -1, -1):
        day = NOW.date() - timedelta(days=back)
        hourly = chance.poisson(1.0, (sources, 24))
        rows = [day_row(source_id, day, counts.tolist()) for source_id, counts in zip(ids, hourly, strict=True)]
        if back >= OPEN_DAYS:
            check(house, {day: rows})
            told = [run_row(f"run-{n}", name, f"{day}/{n}", new=1) for n in range(runs_a_day // 2) for name in ids]
            publish(house, day, f"compact-{day}", {f"{ledger.COMPACTED}{day}": told})
            continue
        begun = [
            datetime.combine(day, time(), UTC) + number * timedelta(days=1) / runs_a_day for number in range(runs_a_day)
        ]
        begun = [at for at in begun if at <= NOW]
        for number, at in enumerate(begun):
            if number == len(begun) - 2:
                check(house, {day: rows})
            publish(house, day, f"run-{at:%d-%H%M}", _batches(f"run-{at:%d-%H%M}", at, ids, number % 2))
    for source in house.sources.values():
        know_feed(house, source, NOW - timedelta(minutes=12), news_an_hour=1.0)
    return house


def _batches(run_id: str, begun: datetime, ids: Sequence[str], half: int) -> dict[str, list[Row]]:
    """A run's rows of one half of the sources, by the WARC of each of its batches."""
    size = -(-len(ids) // BATCHES)
    units: dict[str, list[Row]] = {}
    for number in range(BATCHES):
        warc = warc_name(begun + timedelta(milliseconds=number), f"{run_id}.{number}")
        polled = ids[number * size : (number + 1) * size][half::2]
        units[warc] = [run_row(run_id, source_id, warc, new=1) for source_id in polled]
    return {warc: rows for warc, rows in units.items() if rows}


def main() -> int:
    """Prints what Feed health costs; exit status 1 above CPU_SECONDS."""
    console = Console(soft_wrap=True)
    with tempfile.TemporaryDirectory() as folder:
        house = write_crowd(Path(sys.argv[1] if len(sys.argv) > 1 else folder), SOURCES, DAYS, RUNS_A_DAY)
        costs = [seconds(lambda: source_health(house, NOW)) for _ in range(4)][1:]  # the first one warms up
        cpu, wall = (min(cost[place] for cost in costs) for place in (0, 1))
        console.print(f"{SOURCES} sources, 14 days: {cpu:.2f} CPU s, {wall:.2f} s; at most {CPU_SECONDS} CPU s")
        return int(cpu > CPU_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
