"""The machine's clock set back by a day for one run: order is the ledger's count, and no story is lost or twice.

The clock is set back for one process alone, where `etl` looks at it: `datetime.now` and `time.time`.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import pyarrow.parquet as pq
from sqlalchemy import select

from bench.faults.laws import folder_faults
from bench.faults.processes import start
from bench.faults.tables import Outcome, judged
from etl import pipeline
from etl.config import House, open_house
from etl.state import commits, open_state
from samples.configuration import write_config
from samples.newsroom import expected
from samples.server import NewsroomServer

BACK = timedelta(days=1)


class _Yesterday(datetime):
    """A datetime whose clock is a day late; there is no other way to hand one process another clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """The time a day ago."""
        return super().now(tz) - BACK


def clock_back(folder: Path) -> list[Outcome]:
    """Three runs, of which the first, the second or the third finds the clock a day late."""
    return [
        judged(f"run {late} of 3 a day back", 1, list(set_back(folder / f"{late}", late))[:1]) for late in (1, 2, 3)
    ]


def set_back(folder: Path, late: int) -> Iterator[str]:
    """What is wrong after three runs over two editions of the newsroom, of which one has a late clock."""
    with NewsroomServer() as newsroom:
        write_config(folder / "config", newsroom.base_urls)
        house = open_house(folder / "data", folder / "config")
        house = replace(house, settings=replace(house.settings, revisit_hours=()))  # a look a day later is no fault
        for number in (1, 2, 3):
            newsroom.edition = min(number, 2)
            work: Callable[[House, str], None] = _run_yesterday if number == late else _run
            child = start(work, house, f"run-{number}")
            child.join()
            if child.exitcode != 0:
                yield f"run {number} ended with {child.exitcode}"
    yield from folder_faults(house)
    yield from (f"{problem.path} {problem.what}" for problem in pipeline.verify(house))
    runs = _rows(house, "runs")
    for table, column in (("articles", "new"), ("revisions", "revisions"), ("quarantine", "quarantined")):
        found, told = len(_rows(house, table)), sum(row[column] for row in runs)
        if found != told:
            yield f"{found} rows of {table}, and the runs tell of {told}"
        wanted = sum(counts[table] for counts in expected(2).values()) if table != "quarantine" else told
        if found != wanted:
            yield f"{found} rows of {table}, not {wanted}"
    with open_state(house.state_url).connect() as connection:
        times = list(connection.scalars(select(commits.c.committed_at).order_by(commits.c.seq)))
    yield from (f"a commit of {after} follows one of {before}" for before, after in pairwise(times) if after < before)


def _rows(house: House, table: str) -> list[dict[str, Any]]:
    paths = (house.data / "tables" / table).glob("*/*.parquet")
    return [row for path in paths for row in pq.read_table(path, partitioning=None).to_pylist()]


def _run(house: House, run_id: str) -> None:
    pipeline.run(house, run_id, force=True)


def _run_yesterday(house: House, run_id: str) -> None:
    now = time.time
    with ExitStack() as patches:
        for name, module in list(sys.modules.items()):
            if name.startswith("etl.") and getattr(module, "datetime", None) is datetime:
                patches.enter_context(patch.object(module, "datetime", _Yesterday))
        patches.enter_context(patch.object(time, "time", lambda: now() - BACK.total_seconds()))
        _run(house, run_id)
