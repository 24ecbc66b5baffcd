"""Dateline's table of contents: plan, fetch, transform, publish, check, rebuild.

Each verb takes a house and plain values and gives plain values, so that Airflow, the command line and a test call
the same thing. State is a cache of `raw/`: whatever a crash left behind is picked up by the next verb.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy import Engine, select

from etl import frontier, ledger
from etl.addresses import host_of
from etl.checks import check_day
from etl.collection import COLLECTED, Batch, Collected, absorb_stored, collect
from etl.config import House, require_contact
from etl.errors import ConfigError
from etl.model import Finding, ObjectFile, Source
from etl.parquet import read_objects, write_object
from etl.state import batches, open_state, write
from etl.tables import FINDINGS, TABLES, to_arrow
from etl.transformation import COUNTS, Transformed, transform_warc

log = logging.getLogger(__name__)
ARTICLE_TABLES = ("articles", "revisions")


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did. For the counts, and for each source's, seen = new + revisions + unchanged + quarantined.

    `feeds_failed` maps the address of each feed that failed to the reason; `news` gives the rows of articles and
    revisions by day, for the days that have any.
    """

    run_id: str
    sources: int
    feeds: int
    feeds_failed: Mapping[str, str]
    counts: Mapping[str, int]
    by_source: Mapping[str, Mapping[str, int]]
    news: Mapping[str, int]

    @property
    def failed_share(self) -> float:
        """Share of the feeds that failed, 0 to 1; 0 where none was asked."""
        return len(self.feeds_failed) / self.feeds if self.feeds else 0.0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild made of its WARCs: objects with the same bytes as before, and objects that differ."""

    warcs: int
    identical: int
    different: int
    days: tuple[str, ...]


def open_stores(house: House) -> Engine:
    """The state of a house, made where it is missing, with what a crash left unfinished finished."""
    engine = open_state(house.state_url)
    ledger.show(engine, house.data)
    absorb_stored(house, engine)
    return engine


def plan(house: House, source_ids: Sequence[str] = (), force: bool = False) -> list[Batch]:
    """The sources that are due, cut into batches by host; empty when none is due.

    `source_ids` narrows the choice, `force` takes sources before their interval has passed. Sources that share a
    host share a batch, so that politeness to a host needs one worker only. Raises ConfigError.
    """
    chosen = [_source(house, source_id) for source_id in source_ids] or list(house.sources.values())
    if not chosen:
        raise ConfigError(f"{house.config / 'sources'}: no source is configured")
    require_contact(house, chosen)
    with open_stores(house).connect() as connection:
        now = datetime.now(UTC)
        due = [source for source in chosen if force or frontier.is_due(connection, source, now)]
    groups = _by_host(due)
    if len(groups) > house.settings.max_batches:
        bins: list[list[str]] = [[] for _ in range(house.settings.max_batches)]
        for group in sorted(groups, key=len, reverse=True):
            min(bins, key=len).extend(group)
        groups = [sorted(group) for group in bins]
    return [Batch(_batch_name(group), tuple(group)) for group in groups]


def fetch(house: House, run_id: str, batch: Batch) -> Collected:
    """Collects a batch into `raw/`; idempotent by run and batch. See `collection.collect`."""
    return collect(house, open_stores(house), run_id, batch)


def transform(house: House, run_id: str, batch: Batch) -> list[Transformed]:
    """The objects of the WARCs that a run fetched for a batch; empty when that fetch never finished."""
    with open_stores(house).connect() as connection:
        done = connection.scalar(
            select(batches.c.fetched).where(batches.c.run_id == run_id, batches.c.batch == batch.name)
        )
    return [transform_warc(house, warc) for warc in COLLECTED.validate_json(done).warcs] if done else []


def publish(house: House, run_id: str, transformed: Iterable[Transformed]) -> RunReport:
    """Makes a run's objects live in all tables at once, with those that earlier runs left behind; idempotent."""
    engine = open_stores(house)
    ready = {unit.warc: unit for unit in transformed}
    with engine.connect() as connection:
        waiting = ledger.unpublished(connection)
    leftovers = [transform_warc(house, warc) for warc in waiting if warc not in ready]
    units = {**{unit.warc: unit for unit in leftovers}, **ready}
    ledger.commit(engine, house.data, run_id, {warc: unit.objects for warc, unit in units.items()})
    published = report(house, run_id)
    log.info("published", extra={"run_id": run_id, **published.counts})
    return published


def report(house: House, run_id: str) -> RunReport:
    """What a run published, read back from the ledger and the table `runs`; empty sums for a run that is unknown."""
    engine = open_stores(house)
    with engine.connect() as connection:
        units = ledger.units_of(connection, run_id)
        objects = {name: ledger.live_objects(connection, name, of_units=units) for name in ("runs", *ARTICLE_TABLES)}
        rows = connection.scalars(select(batches.c.fetched).where(batches.c.run_id == run_id))
        collected = [COLLECTED.validate_json(row) for row in rows]
    sums = frame(house, objects["runs"], "runs").groupby("source_id")[list(COUNTS)].sum()
    news: Counter[str] = Counter()
    for file in (*objects["articles"], *objects["revisions"]):
        news[file.seen_date] += file.rows
    return RunReport(
        run_id=run_id,
        sources=len(sums),
        feeds=sum(batch.feeds for batch in collected),
        feeds_failed={url: why for batch in collected for url, why in batch.failed.items()},
        counts={name: int(sums[name].sum()) for name in COUNTS},
        by_source={str(source): {name: int(row[name]) for name in COUNTS} for source, row in sums.iterrows()},
        news=dict(sorted(news.items())),
    )


def run(house: House, run_id: str, source_ids: Sequence[str] = (), force: bool = False) -> RunReport:
    """All of it once, in one process: what `dateline_ingest` does under Airflow."""
    transformed: list[Transformed] = []
    for batch in plan(house, source_ids, force):
        fetch(house, run_id, batch)
        transformed += transform(house, run_id, batch)
    published = publish(house, run_id, transformed)
    for day in published.news:
        check(house, day)
    return published


def check(house: House, day: str) -> list[Finding]:
    """What is out of order on a day, also written as that day's rows of `findings`."""
    engine = open_stores(house)
    with engine.connect() as connection:
        frames = {
            name: frame(house, ledger.live_objects(connection, name, [day]), name)
            for name in TABLES
            if name != "findings"
        }
    findings = check_day(day, frames, house.sources)
    columns = FINDINGS.schema().names
    rows: list[dict[str, object]] = [{name: getattr(finding, name) for name in columns} for finding in findings]
    written = write_object(house.data, to_arrow(FINDINGS, rows), "findings", day, f"findings-{day}")
    ledger.commit(engine, house.data, f"check-{day}", {f"findings-{day}": [written]})
    return findings


def rebuild(house: House, first: date, last: date) -> Rebuilt:
    """Transforms every WARC with captures from `first` to `last` again and publishes what differs; offline.

    Later WARCs that hold the next look at the same pages are read again too. See `ledger.warcs_to_rebuild`.
    """
    engine = open_stores(house)
    with engine.connect() as connection:
        wanted = ledger.warcs_to_rebuild(connection, first.isoformat(), last.isoformat())
        live = {path for warc in wanted for path in ledger.live_paths(connection, warc)}
    made = [transform_warc(house, warc) for warc in wanted]
    files = [file for unit in made for file in unit.objects]
    touched = ledger.commit(engine, house.data, "rebuild", {unit.warc: unit.objects for unit in made})
    days = tuple(sorted({day for _, day in touched}))
    _check_news(house, engine, days)
    identical = sum(1 for file in files if file.path in live)
    return Rebuilt(len(wanted), identical, len(files) - identical, days)


def rebuild_state(house: House) -> int:
    """Makes frontier and ledger again from `raw/` alone and republishes; returns how many WARCs there are."""
    engine = open_state(house.state_url)
    with write(engine) as connection:
        frontier.forget(connection)
        ledger.forget(connection)
    known = absorb_stored(house, engine)
    publish(house, "state-rebuild", [])
    with engine.connect() as connection:
        days = ledger.live_days(connection, "runs")
    _check_news(house, engine, days)
    return len(known)


def _check_news(house: House, engine: Engine, days: Iterable[str]) -> None:
    """Checks those of the days that have articles or revisions, as a run does."""
    with engine.connect() as connection:
        news = {day for name in ARTICLE_TABLES for day in ledger.live_days(connection, name)}
    for day in sorted(news.intersection(days)):
        check(house, day)


def frame(house: House, files: Sequence[ObjectFile], table: str) -> pd.DataFrame:
    """The rows of a table's objects as a DataFrame with Arrow types."""
    rows = read_objects(house.data, table, [file.path for file in files])
    return rows.to_pandas(types_mapper=pd.ArrowDtype)


def _by_host(sources: Sequence[Source]) -> list[list[str]]:
    """Source ids in groups that share no host; each group in order of id."""
    groups: dict[str, set[str]] = {}
    for source in sources:
        hosts = {host_of(url) for url in (source.site, *(feed.url for feed in source.feeds))}
        merged = {source.source_id}.union(*(groups.get(host, set()) for host in hosts))
        for member in hosts | {host for host, group in groups.items() if group & merged}:
            groups[member] = merged
    unique = {min(group): group for group in groups.values()}
    return [sorted(unique[key]) for key in sorted(unique)]


def _batch_name(source_ids: Sequence[str]) -> str:
    return source_ids[0] if len(source_ids) == 1 else f"{source_ids[0]} and {len(source_ids) - 1} more"


def _source(house: House, source_id: str) -> Source:
    if source_id not in house.sources:
        raise ConfigError(f"{house.config / 'sources'}: there is no source {source_id!r}")
    return house.sources[source_id]
