"""Two to eight writers at once, on units of their own and on units they share: nothing may be lost or stand twice."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from bench.faults.processes import start
from bench.faults.tables import Outcome
from etl.model import ObjectFile
from etl.state import open_state
from etl.stores import ledger
from etl.tables.parquet import write_object
from etl.tables.schema import RUNS, to_arrow
from etl.verbs.books import COUNTS

SHARED_UNITS = 5
DAYS = 10  # a partition each, so that none grows long
FIRST_DAY = date(2026, 1, 5)


def thousand_runs(folder: Path) -> list[Outcome]:
    """Two, four and eight writers, 1,000 runs in all, on SQLite."""
    outcomes = []
    for writers, runs in ((2, 300), (4, 300), (8, 400)):
        data = folder / f"{writers}"
        faults = race(f"sqlite:///{data / 'state.sqlite'}", data, writers, runs)
        outcomes.append(Outcome(f"{writers} writers", runs, runs if not faults else 0, faults, bool(faults)))
    return outcomes


def race(state_url: str, data: Path, writers: int, runs: int) -> list[str]:
    """Lets writers make so many runs in all, each of a unit of its own and a shared one; returns what is wrong."""
    open_state(state_url)
    shares = [range(number, runs, writers) for number in range(writers)]
    children = [start(write_share, state_url, data, number, share) for number, share in enumerate(shares)]
    for child in children:
        child.join()
    faults = [f"a writer ended with {child.exitcode}" for child in children if child.exitcode != 0]
    return faults + list(_faults(state_url, data, runs))


def write_share(state_url: str, data: Path, writer: int, runs: range) -> None:
    """One writer's runs, one commit each."""
    engine = open_state(state_url)
    for number in runs:
        own, shared = f"own-{number}", f"shared-{number % SHARED_UNITS}"
        units = {unit: [_object(data, unit, number)] for unit in (own, shared)}
        ledger.commit(engine, data, f"writer-{writer}-run-{number}", units)


def _object(data: Path, unit: str, number: int) -> ObjectFile:
    row: dict[str, object] = {"run_id": f"{number}", "source_id": "pier", "warc": unit, **dict.fromkeys(COUNTS, number)}
    day = FIRST_DAY + timedelta(days=number % DAYS)
    return write_object(data, to_arrow(RUNS, [row]), "runs", day.isoformat(), unit)


def _faults(state_url: str, data: Path, runs: int) -> Iterator[str]:
    """What the ledger and the folder do not hold as the writers left it."""
    engine = open_state(state_url)
    ledger.show(engine, data)
    with engine.connect() as connection:
        live = Counter(file.unit for file in ledger.live_objects(connection, "runs"))
    wanted = Counter(f"own-{number}" for number in range(runs))
    wanted.update(f"shared-{number}" for number in range(min(runs, SHARED_UNITS)))
    shown = Counter(
        str(unit)
        for path in (data / "tables" / "runs").glob("*/*.parquet")
        for unit in pq.read_table(path, columns=["warc"], partitioning=None)["warc"].to_pylist()
    )
    for name, found in (("the ledger", live), ("the folder", shown)):
        if found != wanted:
            yield f"{name}: {(wanted - found).total()} lost, {(found - wanted).total()} twice"
