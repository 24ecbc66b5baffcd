"""`python -m bench.archive`: an archive of generated articles from WARC to tables by an engine, and questions to them.

It prints what each step cost per core, what a worker held, and what 100 million and a billion such pages would take.
In a folder that is named the archive stays, and what was ended in the middle goes on there with what is left.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bench.archive_kills import kill_and_go_on
from bench.archive_questions import QUESTIONS
from bench.clock import seconds
from bench.material import house_in, write_history
from bench.trees import Tree
from etl import pipeline
from etl.config import House
from etl.state import prepared_warcs
from etl.stores import ledger, snapshots
from etl.stores.opening import open_stores
from etl.verbs.engines import ENGINES, choose_engine
from etl.verbs.preparation import Means, prepare

PAGES = 1_000  # of a WARC
WARCS_A_DAY = 10
READER, WORKER, SPARK_WORKER = "reader_child", "etl.verbs.worker", "pyspark.daemon"
LARGE = (100_000_000, 1_000_000_000)


@dataclass
class Measured:
    """What the steps of one archive cost; steps are (articles, CPU seconds, wall seconds), sizes megabytes."""

    articles: int
    steps: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)
    questions: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def step(self, name: str, action: Callable[[], object], share: float = 1.0) -> None:
        """Does one step for a share of all articles, and notes what it and all its processes cost."""
        with Tree() as tree:
            action()
        self.steps[name] = (share * self.articles, tree.cpu_seconds, tree.wall_seconds)
        self.peaks[f"{name}: the command"] = tree.peak_megabytes("bench.archive")
        for role, mark in (("worker", WORKER), ("worker", SPARK_WORKER), ("its reading process", READER)):
            if peak := tree.peak_megabytes(mark):
                self.peaks[f"{name}: {role}"] = peak


def measure(house: House, articles: int, means: Means) -> Measured:
    """From the WARCs of a house to answers; the steps in order."""
    found = Measured(articles)
    state = open_stores(house)
    with state.connect() as connection:
        waiting = ledger.unpublished(connection)
        made = connection.scalar(select(func.count()).select_from(prepared_warcs)) or 0
    if waiting:
        found.step("transform", lambda: prepare(house, state, waiting, means), 1 - made / len(waiting))
        found.step("publish", lambda: pipeline.publish(house, "archive", ()))
    found.step("compact", lambda: pipeline.compact(house))
    for store in ("raw", "objects", "tables", "state.sqlite"):
        paths = [house.data / store, *(house.data / store).rglob("*")]
        found.sizes[store] = sum(path.stat().st_size for path in paths if path.is_file()) / 1_000_000
    with snapshots.connect(house.data) as connection:
        for asked, query in QUESTIONS.items():
            found.questions[asked] = seconds(lambda query=query: snapshots.query(connection, query))[1]  # type: ignore[misc]
        found.faults += _faults(connection, articles)
    return found


def _faults(connection: duckdb.DuckDBPyConnection, articles: int) -> Iterator[str]:
    """Every article was to be in its table, and none in quarantine."""
    published = snapshots.query(connection, "SELECT count(*) AS articles FROM articles")["articles"][0].as_py()
    if published != articles:
        yield f"{published:,} of {articles:,} articles are in the table"
    for row in snapshots.query(connection, "SELECT * FROM quarantine LIMIT 20").to_pylist():
        yield f"in quarantine: {row}"


def show(found: Measured, console: Console) -> None:
    """Prints what was measured."""
    table = Table(title=f"{found.articles:,} generated articles")
    for name in ("step", "articles", "CPU s", "wall s", "articles per CPU s", "articles per wall s"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for name, (articles, cpu, wall) in found.steps.items():
        rates = (f"{articles / cpu:,.0f}", f"{articles / wall:,.0f}")
        table.add_row(name, f"{articles:,.0f}", f"{cpu:,.1f}", f"{wall:,.1f}", *rates)
    console.print(table)
    for name, megabytes in found.peaks.items():
        console.print(f"peak MB, {name}: {megabytes:,.0f}")
    for name, megabytes in found.sizes.items():
        console.print(f"MB, {name}: {megabytes:,.1f}, {megabytes * 1e6 / found.articles:,.0f} bytes an article")
    for name, wall in found.questions.items():
        console.print(f"{wall:8.3f} s  {name}")
    spent = sum(cpu / articles for articles, cpu, _ in found.steps.values() if articles)
    stored = (found.sizes["raw"] + found.sizes["tables"]) / found.articles
    for pages in LARGE:
        hours, terabytes = spent * pages / 3_600, stored * pages / 1_000_000
        console.print(f"{pages:,} such pages: {hours:,.0f} core-hours, {terabytes:,.2f} TB of WARC and tables")


def main(arguments: list[str] | None = None) -> int:
    """Prints what was measured; 1 where an article is missing or a kill left a trace."""
    parser = argparse.ArgumentParser(prog="python -m bench.archive", description="Measure an archive's way to tables.")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--engine", choices=ENGINES, default="local")
    parser.add_argument("--workers", type=int, help="of the local engine")
    parser.add_argument("--master", help="of Spark")
    parser.add_argument("--kills", type=int, default=0, help="rebuild so often, and kill some process each time")
    parser.add_argument("--folder", type=Path, help="where the archive is made and stays; a temporary one without it")
    options = parser.parse_args(arguments)
    console = Console(soft_wrap=True)
    with archive_in(options.folder, options.articles, console) as house:
        engine = choose_engine(options.engine, options.workers, options.master)
        found = measure(house, options.articles, Means(engine, _teller(console)))
        show(found, console)
        faults = kill_and_go_on(house, options.engine, options.kills, console) if options.kills else []
    for fault in (*found.faults, *faults):
        console.print(fault, style="red", markup=False)
    return 1 if found.faults or faults else 0


@contextmanager
def archive_in(folder: Path | None, articles: int, console: Console) -> Iterator[House]:
    """An archive of so many articles in a folder, where it stays; without a folder it goes after use."""
    if folder is not None:
        yield written(folder, articles, console)
        return
    with tempfile.TemporaryDirectory(prefix="dateline-archive-") as name:
        yield written(Path(name), articles, console)


def written(folder: Path, articles: int, console: Console) -> House:
    """The archive of so many articles in a folder, written if it is not there; what is there in part is begun anew."""
    archive, begun = folder / f"archive-{articles}", folder / "begun"
    if not archive.exists():
        console.print(f"==> Writing {articles:,} generated articles to WARC")
        shutil.rmtree(begun, ignore_errors=True)
        write_history(begun, articles, min(PAGES, max(1, articles // WARCS_A_DAY)), WARCS_A_DAY)
        begun.rename(archive)
    return house_in(archive)


def _teller(console: Console) -> Callable[[int, int], None]:
    began = time.monotonic()

    def tell(done: int, of_all: int) -> None:
        if done % max(1, of_all // 10) == 0:
            console.print(f"    {done} of {of_all} WARC files after {time.monotonic() - began:,.0f} s")

    return tell


if __name__ == "__main__":
    sys.exit(main())
