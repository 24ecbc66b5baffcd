"""`python -m bench.archive_engines`: the engines side by side over the same WARCs, by wall time.

What two busy loops gain over one on this machine is measured before each: no engine can gain more.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import SparkSession
from rich.console import Console
from rich.table import Table

from bench.archive import archive_in
from bench.archive_kills import MASTER
from bench.material import house_in
from bench.trees import Tree
from etl.config import House
from etl.stores import ledger
from etl.stores.opening import open_stores
from etl.verbs.engines import Engine, choose_engine, one_by_one
from etl.verbs.preparation import Means, prepare
from etl.verbs.transformation import READER

BUSY = "total = 0\nfor number in range(30_000_000): total += number * number % 7"


class Figures(NamedTuple):
    """What an engine took for so many WARCs, in seconds."""

    warcs: int
    wall: float
    cpu: float


def one_core(house: House) -> Figures:
    """The engine without a pool, with its reading process, on one core."""
    cores = os.sched_getaffinity(0)
    READER.close()  # the next one is started on that core
    os.sched_setaffinity(0, {min(cores)})
    try:
        return _cost(house, one_by_one)
    finally:
        READER.close()
        os.sched_setaffinity(0, cores)


def pool_of_two(house: House) -> Figures:
    """The pool, with two workers; their start is counted."""
    return _cost(house, choose_engine("local", 2))


def spark(house: House) -> Figures:
    """Spark with two workers of one core; the start of its session is not counted, that of its executors' Python is."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = SparkSession.Builder().master(MASTER).config("spark.ui.showConsoleProgress", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.parallelize(range(2), 2).count()  # executors have come
    try:
        return _cost(house, choose_engine("spark"))
    finally:
        session.stop()


ENGINES: dict[str, Callable[[House], Figures]] = {
    "one-core": one_core,
    "pool": pool_of_two,
    "spark": spark,
}


def measure(archive: House, engine: str) -> Figures:
    """What an engine takes to transform an archive, in a house of its own beside it that is thrown away."""
    with _copied(archive, archive.data.parent.with_name("house")) as house:
        return ENGINES[engine](house)


def gain_of_two() -> float:
    """How much more two processes do than one at the same time, when all they do is count."""
    alone, together = (_busy(processes) for processes in (1, 2))
    return 2 * alone / together


def main(arguments: list[str] | None = None) -> int:
    """Prints a line for each engine and round."""
    parser = argparse.ArgumentParser(prog="python -m bench.archive_engines", description="Compare the engines.")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one; may be given again")
    parser.add_argument("--folder", type=Path, help="where the archive is made and stays; a temporary one without it")
    options = parser.parse_args(arguments)
    console = Console()
    table = Table(title=f"{options.articles:,} generated articles, transformed")
    for name in ("engine", "wall s", "CPU s", "articles per wall s", "two loops against one, just before"):
        table.add_column(name, justify="left" if name == "engine" else "right")
    with archive_in(options.folder, options.articles, console) as archive:
        for engine in (engine for _ in range(options.rounds) for engine in options.engine or ENGINES):
            gain = gain_of_two()
            _, wall, cpu = measure(archive, engine)
            table.add_row(engine, f"{wall:,.1f}", f"{cpu:,.1f}", f"{options.articles / wall:,.0f}", f"{gain:.2f}")
    console.print(table)
    return 0


@contextmanager
def _copied(archive: House, folder: Path) -> Iterator[House]:
    """A house with the WARCs of another one and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)  # of one that was killed
    shutil.copytree(archive.data / "raw", folder / "data" / "raw", copy_function=os.link)
    try:
        yield house_in(folder, archive.config)
    finally:
        shutil.rmtree(folder)


def _cost(house: House, engine: Engine) -> Figures:
    state = open_stores(house)
    with state.connect() as connection:
        waiting = ledger.unpublished(connection)
    with Tree() as tree:
        made = prepare(house, state, waiting, Means(engine))
    return Figures(len(made), tree.wall_seconds, tree.cpu_seconds)


def _busy(processes: int) -> float:
    began = time.perf_counter()
    for process in [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(processes)]:
        process.wait()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
