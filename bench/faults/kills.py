"""kill -9 at every system call by which a step changes a disk: the next run must end as if nothing had happened."""

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

from bench.faults.laws import all_of, difference, folder_faults
from bench.faults.material import FIRST_SEEN, copied, published_house
from bench.faults.tables import Outcome, judged
from bench.faults.tracing import Call, changing_calls, killed_at
from etl import pipeline
from etl.config import House, open_house
from etl.model import ObjectFile
from etl.state import open_state, write
from etl.stores import ledger
from etl.stores.columns import settle_columns
from etl.tables.parquet import read_objects, write_object
from etl.tables.schema import TABLES

NAMING = ("link", "mkdir", "rename", "rmdir", "symlink", "unlink")
DAY = FIRST_SEEN.date()


@dataclass(frozen=True, slots=True)
class Step:
    """A house made ready in a folder, and what is then done to it; both functions of a module."""

    prepare: Callable[[Path], House]
    act: Callable[[House], object]


@dataclass(frozen=True, slots=True)
class Killed:
    """What became of one kill: nothing in `faults` where the laws held, `was_killed` false where none came."""

    call: Call
    was_killed: bool
    faults: list[str]


def publish(house: House) -> None:
    """Absorbs, transforms and commits the WARC that waits."""
    pipeline.publish(house, "run-2", [])


def both_published(folder: Path) -> House:
    """Both WARCs published, so that most tables have two objects on the day."""
    house = published_house(folder)
    publish(house)
    return house


def compact(house: House) -> None:
    """Makes one object a table of the day."""
    pipeline.compact(house, DAY)


def prepare_months(folder: Path) -> House:
    """A compacted day in a month that has ended."""
    house = both_published(folder)
    compact(house)
    return house


def compact_months(house: House) -> None:
    """Makes one object a table of the month."""
    pipeline.compact_months(house)


def prepare_rebuild(folder: Path) -> House:
    """Both WARCs published; then the rules change."""
    house = both_published(folder)
    (house.config / "titles.toml").write_text("civil = ['Mr']\n")
    return open_house(house.data, house.config)


def rebuild(house: House) -> None:
    """Reads the day again by the rules of today."""
    pipeline.rebuild(house, DAY, DAY, accept=True)


def prepare_migrate(folder: Path) -> House:
    """Both WARCs published by a version whose tables lacked two columns: one that may be null, one that may not."""
    house = both_published(folder)
    for name, column in (("articles", "section_slug"), ("mentions", "surface")):
        drop_column(house, name, column)
    return house


def drop_column(house: House, name: str, column: str) -> None:
    """Writes a table's live objects again as a version of it would have that did not know a column."""
    narrower = tuple(each for each in TABLES[name].columns if each.name != column)
    if len(narrower) == len(TABLES[name].columns):
        raise ValueError(f"table {name!r} has no column {column!r}")
    with patch.dict(TABLES, {name: replace(TABLES[name], columns=narrower)}):
        _rewrite(house, open_state(house.state_url), name)


def _rewrite(house: House, engine: Engine, name: str) -> None:
    """Writes a table's live objects again with the columns that are declared at this moment."""
    with write(engine) as connection:
        live = ledger.live_objects(connection, name)
        made = [_rewritten(house, file) for file in live]
        ledger.mark(connection, ledger.replace(connection, house.data, ledger.MIGRATION, (live, made)))
        settle_columns(connection, [name])
    ledger.show(engine, house.data)


def _rewritten(house: House, file: ObjectFile) -> ObjectFile:
    rows = read_objects(house.data, file.table, [file.path])
    return write_object(house.data, rows, file.table, file.seen_date, file.unit)


def migrate(house: House) -> None:
    """Gives the old objects the columns of today."""
    pipeline.migrate(house)


def prepare_vacuum(folder: Path) -> House:
    """A compacted day, whose former objects are dead, and an object of a process that died before its commit."""
    house = both_published(folder)
    compact(house)
    place = house.data / "objects" / "runs" / f"seen_date={DAY}"
    (place / "lost-0123456789abcdef.parquet").write_bytes(b"PAR1")
    return house


def vacuum(house: House) -> None:
    """Removes what is dead or unknown, without days of grace."""
    pipeline.vacuum(house, grace_days=0)


STEPS = {
    "publish": Step(published_house, publish),
    "compact": Step(both_published, compact),
    "months": Step(prepare_months, compact_months),
    "rebuild": Step(prepare_rebuild, rebuild),
    "migrate": Step(prepare_migrate, migrate),
    "vacuum": Step(prepare_vacuum, vacuum),
}


def every_call(folder: Path) -> list[Outcome]:
    """Every step killed at every call that changes a disk, two children at a time."""
    outcomes = []
    for name, step in STEPS.items():
        kills = kill_everywhere(step, folder / name, processes=2)
        faults = [f"{kill.call}: {fault}" for kill in kills for fault in _told(kill)[:1]]
        outcomes.append(judged(f"{name}, killed at each call", len(kills), faults))
    return outcomes


def _told(kill: Killed) -> list[str]:
    return kill.faults if kill.was_killed else ["no kill came", *kill.faults]


def kill_everywhere(
    step: Step, folder: Path, choose: Callable[[list[Call]], list[Call]] = list, processes: int = 1
) -> list[Killed]:
    """Kills a step at every call that changes a disk, or at those chosen, and tells what each kill left."""
    house = step.prepare(folder / "ready")
    undisturbed = copied(house, folder / "undisturbed")
    calls = choose(changing_calls(step.act, undisturbed))
    one = partial(_kill, step, house, all_of(undisturbed), folder)
    if processes == 1:
        return [one(call) for call in calls]
    with ProcessPoolExecutor(processes, get_context("forkserver")) as pool:
        return list(pool.map(one, calls))


def telling_calls(calls: list[Call]) -> list[Call]:
    """At most fifteen calls: mostly those by which names appear and disappear, evenly from the first to the last.

    The others write into files that nobody reads yet, or are SQLite's own.
    """
    named = [call for call in calls if call.name.startswith(NAMING) and "state.sqlite" not in call.arguments]
    others = [call for call in calls if call not in named]
    return [*_evenly(named, 10), *_evenly(others, 5)]


def _evenly(calls: list[Call], most: int) -> list[Call]:
    return calls[:: -(-len(calls) // most)] if calls else []


def _kill(step: Step, house: House, wanted: dict[str, Any], folder: Path, call: Call) -> Killed:
    """One kill in a copy of a house, the look of a reader, the same step again, and the comparison."""
    place = Path(tempfile.mkdtemp(dir=folder))
    trial = copied(house, place)
    was_killed = killed_at(call, step.act, trial)
    faults = [f"at once: {fault}" for fault in folder_faults(trial)]
    step.act(trial)
    faults += folder_faults(trial) + difference(all_of(trial), wanted)
    shutil.rmtree(place)
    return Killed(call, was_killed, faults)
