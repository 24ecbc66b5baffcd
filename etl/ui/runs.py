"""The pages of runs: the latest ones, and of one run what it did, by source, with the feeds that failed and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from etl.collecting.collection import COLLECTED
from etl.config import House
from etl.model import ObjectFile
from etl.state import batched, batches, commits, units
from etl.stores import ledger
from etl.stores.absorption import ANSWERED
from etl.stores.ledger import WARC_SUFFIX
from etl.tables.schema import REASONS
from etl.ui.asking import Asked
from etl.ui.rendering import render
from etl.ui.sessions import rows, session_over, state_of

SHOWN_RUNS = 30
SHOWN_WARCS = 33 * SHOWN_RUNS  # a run has 32 batches at most, and a large one a second WARC now and then
AFTER_DIGITS = ":"  # units that are WARCs begin with their day, all others with a letter
INGEST = "dateline_ingest"
SUMS = ("seen", "new", "revisions", "unchanged", "quarantined")
BY_RUN = """
SELECT warc, count(DISTINCT source_id) AS sources, sum(feeds_failed) AS failed, sum(feeds_ok) AS answered,
    sum(seen) AS seen, sum(new) AS new, sum(revisions) AS revisions, sum(unchanged) AS unchanged,
    sum(quarantined) AS quarantined
FROM runs WHERE list_contains($warcs, warc) GROUP BY warc"""
BY_SOURCE = """
SELECT source_id, sum(seen) AS seen, sum(new) AS new, sum(revisions) AS revisions, sum(unchanged) AS unchanged,
    sum(quarantined) AS quarantined, sum(feeds_ok) AS answered, sum(feeds_failed) AS failed
FROM runs WHERE list_contains($warcs, warc) GROUP BY source_id"""
BY_DAY = """
SELECT seen_date AS day, sum(new) AS new, sum(revisions) AS revisions, sum(quarantined) AS quarantined
FROM runs WHERE list_contains($warcs, warc) GROUP BY day ORDER BY day"""
ATTEMPTS = """
SELECT source_id, count(*) AS requests, min(requested_at) AS first, max(requested_at + to_milliseconds(elapsed_ms))
    AS last, sum(elapsed_ms) / 60000 AS waiting_minutes, sum(bytes) AS bytes
FROM fetch_log WHERE list_contains($warcs, warc) GROUP BY source_id"""
FAILED = """
SELECT * FROM (
    SELECT source_id, url, outcome, http_status, error_detail, count(*) OVER (PARTITION BY source_id, url) AS tries
    FROM fetch_log WHERE list_contains($warcs, warc) AND kind = 'feed'
    QUALIFY row_number() OVER (PARTITION BY source_id, url ORDER BY requested_at DESC, fetch_id) = 1
) WHERE NOT list_contains($answered, outcome) ORDER BY source_id, url"""
REJECTED = """
SELECT source_id, reason_code, count(*) AS items FROM quarantine
WHERE list_contains($warcs, warc) GROUP BY ALL ORDER BY items DESC, source_id, reason_code"""


def show_runs(asked: Asked) -> str:
    """The page of the latest runs that collected something."""
    with state_of(asked.house).connect() as connection:
        query = select(units).where(units.c.unit < AFTER_DIGITS).order_by(units.c.unit.desc()).limit(SHOWN_WARCS)
        warcs = {row.unit: row.run_id for row in connection.execute(query) if row.unit.endswith(WARC_SUFFIX)}
        run_ids = list(dict.fromkeys(warcs.values()))[:SHOWN_RUNS]
        chosen = [warc for warc, run_id in warcs.items() if run_id in set(run_ids)]
        files = _files(connection, "runs", chosen)
        done = _published(connection, run_ids)
    with session_over(asked.house, {"runs": files}) as opened:
        found = rows(opened, BY_RUN, {"warcs": chosen})
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in found:
        for name in (*SUMS, "sources", "failed", "answered"):
            sums[warcs[row["warc"]]][name] += row[name]
    lines = [
        {"run_id": run_id, "published_at": done.get(run_id), **sums[run_id]} for run_id in run_ids if run_id in sums
    ]
    return render("runs.html", page="runs", now=asked.now, runs=lines)


def show_run(asked: Asked) -> str:
    """The page of one run: the one that is named, by `run`, of the DAG `dag`."""
    run_id, dag_id = asked.words("run"), asked.words("dag") or INGEST
    with state_of(asked.house).connect() as connection:
        fetched = connection.scalars(select(batches.c.fetched).where(batches.c.run_id == run_id)).all()
        warcs = [unit for unit in ledger.units_of(connection, run_id) if unit.endswith(WARC_SUFFIX)]
        files = {name: _files(connection, name, warcs) for name in ("runs", "fetch_log", "quarantine")}
        done = _published(connection, [run_id])
    collected = [COLLECTED.validate_json(row) for row in fetched]
    facts = _facts(asked.house, files, warcs)
    return render(
        "run.html",
        page="runs",
        now=asked.now,
        run_id=run_id,
        dag_id=dag_id,
        is_ingest=dag_id == INGEST,
        batches=collected,
        feeds=sum(batch.feeds for batch in collected),
        unanswered=[(url, why) for batch in collected for url, why in batch.failed.items()],
        published_at=done.get(run_id),
        words=REASONS,
        titles={name: one.title for name, one in asked.house.sources.items()},
        sums={name: sum(row[name] for row in facts["sources"]) for name in SUMS},
        first=min((row["first"] for row in facts["sources"] if row["first"]), default=None),
        last=max((row["last"] for row in facts["sources"] if row["last"]), default=None),
        **facts,
    )


def _facts(house: House, files: Mapping[str, Sequence[ObjectFile]], warcs: Sequence[str]) -> dict[str, Any]:
    """What some WARCs gave: by source, by day, the feeds that failed, what went to quarantine; of none empty lists."""
    values = {"warcs": list(warcs)}
    with session_over(house, files) as opened:
        asked = {row["source_id"]: row for row in rows(opened, ATTEMPTS, values)}
        sources = rows(opened, BY_SOURCE, values)
        days = rows(opened, BY_DAY, values)
        failed = rows(opened, FAILED, values | {"answered": sorted(ANSWERED)})
        rejected = rows(opened, REJECTED, values)
    none = {"requests": 0, "first": None, "last": None, "waiting_minutes": 0.0, "bytes": 0}
    told = [{**none, **asked.get(row["source_id"], {}), **row} for row in sources]
    told.sort(key=lambda row: (-row["failed"], -row["new"] - row["revisions"], row["source_id"]))
    return {"sources": told, "days": days, "failed": failed, "rejected": rejected}


def _files(connection: Connection, table: str, warcs: Sequence[str]) -> list[ObjectFile]:
    """The live objects of a table that hold the rows of some WARCs, and perhaps of others of the same days."""
    of_units = [*warcs, *ledger.compacted_units(connection, warcs)]
    return [file for some in batched(of_units) for file in ledger.live_objects(connection, table, of_units=some)]


def _published(connection: Connection, run_ids: Sequence[str]) -> dict[str, datetime]:
    """When each run committed last; those that never did are left out."""
    query = select(commits.c.run_id, func.max(commits.c.committed_at).label("at")).group_by(commits.c.run_id)
    found = connection.execute(query.where(commits.c.run_id.in_(run_ids)))
    return {row.run_id: datetime.fromisoformat(row.at).astimezone(UTC) for row in found}
