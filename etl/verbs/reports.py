"""What is told of runs, days and tables: sums, findings, the page of a day, the documents that explain the tables."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version

import pandas as pd
import pyarrow as pa
from sqlalchemy import Engine, select

from etl.collecting.collection import COLLECTED
from etl.config import House
from etl.model import Finding, ObjectFile
from etl.state import batches, facts, schemas, write
from etl.storage import write_text
from etl.stores import ledger
from etl.stores.absorption import upsert
from etl.stores.folders import shown_path
from etl.stores.opening import open_stores
from etl.tables.census import people_rows
from etl.tables.checks import HISTORY_DAYS, check_day
from etl.tables.dictionary import documents
from etl.tables.facts import READ, daily_facts
from etl.tables.parquet import read_objects, write_object
from etl.tables.quality import report_html
from etl.tables.schema import FINDINGS, SOURCE_DAYS, TABLES, check_contract, to_arrow
from etl.verbs.books import COUNTS

log = logging.getLogger(__name__)


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


def report(house: House, run_id: str) -> RunReport:
    """What a run published, read back from the ledger and the table `runs`; empty sums for a run that is unknown."""
    engine = open_stores(house)
    with engine.connect() as connection:
        units = ledger.units_of(connection, run_id)
        files = ledger.live_objects(connection, "runs", of_units=[*units, *ledger.compacted_units(connection, units)])
        rows = connection.scalars(select(batches.c.fetched).where(batches.c.run_id == run_id))
        collected = [COLLECTED.validate_json(row) for row in rows]
    days = [frame(house, [file], "runs").assign(day=file.seen_date) for file in files]
    found = pd.concat(days) if days else frame(house, [], "runs").assign(day="")
    found = found[found["warc"].isin(units)]
    sums = found.groupby("source_id")[list(COUNTS)].sum()
    news = found.assign(news=found["new"] + found["revisions"]).groupby("day")["news"].sum()
    return RunReport(
        run_id=run_id,
        sources=len(sums),
        feeds=sum(batch.feeds for batch in collected),
        feeds_failed={url: why for batch in collected for url, why in batch.failed.items()},
        counts={name: int(sums[name].sum()) for name in COUNTS},
        by_source={str(source): {name: int(row[name]) for name in COUNTS} for source, row in sums.iterrows()},
        news={str(day): int(count) for day, count in sorted(news.items()) if count},
    )


def check(house: House, day: str) -> list[Finding]:
    """What is out of order on a day.

    Written as that day's rows of `findings` as well, with what the day was like as rows of `source_days`, who was named
    as rows of `persons` and `person_names`, and as the page `reports/<day>.html`.
    """
    engine = open_stores(house)
    date_ = date.fromisoformat(day)
    before = (date_ - timedelta(days=HISTORY_DAYS)).isoformat(), (date_ - timedelta(days=1)).isoformat()
    with engine.connect() as connection:
        live = {name: ledger.live_objects(connection, name, (day, day)) for name in READ}
        frames = {name: frame(house, files, name, {*READ[name], *TABLES[name].key}) for name, files in live.items()}
        history = frame(house, ledger.live_objects(connection, "source_days", before), "source_days")
    daily = daily_facts(day, frames, house.sources)
    findings = check_day(day, frames, house.sources, history)
    told: list[dict[str, object]] = [{name: getattr(f, name) for name in FINDINGS.schema().names} for f in findings]
    fact_rows = pa.Table.from_pandas(daily, schema=SOURCE_DAYS.schema(), preserve_index=False)
    check_contract(SOURCE_DAYS, fact_rows)
    people = people_rows(house.data, day, live["mentions"], house.rules.people.registry, house.rules.people.merged)
    rows = {"findings": to_arrow(FINDINGS, told), "source_days": fact_rows}
    rows |= {name: to_arrow(TABLES[name], found) for name, found in people.items()}
    unit = f"findings-{day}"
    files = [write_object(house.data, part, name, day, unit) for name, part in rows.items()]
    ledger.commit(engine, house.data, f"check-{day}", {unit: files})
    _log_findings(day, findings)
    write_text(house.data, f"reports/{day}.html", report_html(day, daily, history, findings, house.sources))
    return findings


def _log_findings(day: str, findings: Sequence[Finding]) -> None:
    for found in findings:
        told = {"source_id": found.source_id, "rule": found.rule, "severity": found.severity, "value": found.value}
        log.info("finding", extra={"day": day, **told})
    log.info("checked", extra={"day": day, "findings": len(findings)})


def describe(house: House) -> list[str]:
    """Writes what explains the tables into the data folder: dictionary, data package, Croissant, views.

    Returns the paths of the files below it.
    """
    with open_stores(house).connect() as connection:
        shown = {name: [shown_path(file) for file in ledger.live_objects(connection, name)] for name in TABLES}
    written = documents(shown)
    for name, words in written.items():
        write_text(house.data, name, words)
    return sorted(written)


def describe_anew(house: House, engine: Engine) -> None:
    """Writes the documents where the tables are others than those described, or have other columns."""
    with engine.connect() as connection:
        rows = connection.execute(select(schemas).order_by(schemas.c.table_name)).all()
        described = connection.scalar(select(facts.c.value).where(facts.c.name == "described"))
    stamp = " ".join([version("dateline"), *(f"{row.table_name}={row.fingerprint}" for row in rows)])
    if described != stamp:
        describe(house)
        with write(engine) as connection:
            upsert(connection, facts, {"name": "described"}, {"value": stamp})


def check_days(house: House, days: Iterable[str]) -> None:
    """Checks those of the days on which anything was captured, in order."""
    with open_stores(house).connect() as connection:
        captured = ledger.live_days(connection, "runs")
    for day in sorted(set(captured).intersection(days)):
        check(house, day)


def frame(
    house: House, files: Sequence[ObjectFile], table: str, columns: Collection[str] | None = None
) -> pd.DataFrame:
    """The rows of a table's objects as a DataFrame with Arrow types; of some columns, in the declared order, or all."""
    wanted = [name for name in TABLES[table].schema().names if columns is None or name in columns]
    rows = read_objects(house.data, table, [file.path for file in files], wanted)
    return rows.to_pandas(types_mapper=pd.ArrowDtype)
