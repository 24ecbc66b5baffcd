"""`python -m bench.archive`: an archive of generated articles from WARC to tables by an engine, and questions to them.

It prints what each step cost per core, what a worker held, and what 100 million and a billion such pages would take.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.archive_kills import kill_and_go_on
from bench.archive_questions import QUESTIONS
from bench.clock import seconds
from bench.material import write_history
from bench.trees import Tree
from etl import pipeline
from etl.config import House
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
    """What the steps of one archive cost; seconds are (CPU, wall), sizes megabytes."""

    articles: int
    steps: dict[str, tuple[float, float]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)
    questions: dict[str, float] = field(default_factory=dict)

    def step(self, name: str, action: Callable[[], object]) -> None:
        """Does one step and notes what it and all its processes cost."""
        with Tree() as tree:
            action()
        self.steps[name] = (tree.cpu_seconds, tree.wall_seconds)
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
    found.step("transform", lambda: prepare(house, state, waiting, means))
    found.step("publish", lambda: _publish(house, waiting, means))
    found.step("compact", lambda: pipeline.compact(house))
    for store in ("raw", "objects", "tables", "state.sqlite"):
        paths = [house.data / store, *(house.data / store).rglob("*")]
        found.sizes[store] = sum(path.stat().st_size for path in paths if path.is_file()) / 1_000_000
    with snapshots.connect(house.data) as connection:
        for asked, query in QUESTIONS.items():
            found.questions[asked] = seconds(lambda query=query: snapshots.query(connection, query))[1]  # type: ignore[misc]
    return found


def _publish(house: House, waiting: list[str], means: Means) -> None:
    made = prepare(house, open_stores(house), waiting, means)
    report = pipeline.publish(house, "archive", made)
    if report.counts["quarantined"] or not report.counts["new"]:
        raise RuntimeError(f"every article was to be new, and not {dict(report.counts)}")


def show(found: Measured, console: Console) -> None:
    """Prints what was measured."""
    table = Table(title=f"{found.articles:,} generated articles")
    for name in ("step", "CPU s", "wall s", "articles per CPU s", "articles per wall s"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for name, (cpu, wall) in found.steps.items():
        rates = (f"{found.articles / cpu:,.0f}", f"{found.articles / wall:,.0f}")
        table.add_row(name, f"{cpu:,.1f}", f"{wall:,.1f}", *rates)
    console.print(table)
    for name, megabytes in found.peaks.items():
        console.print(f"peak MB, {name}: {megabytes:,.0f}")
    for name, megabytes in found.sizes.items():
        console.print(f"MB, {name}: {megabytes:,.1f}, {megabytes * 1e6 / found.articles:,.0f} bytes an article")
    for name, wall in found.questions.items():
        console.print(f"{wall:8.3f} s  {name}")
    spent = sum(cpu for cpu, _ in found.steps.values()) / found.articles
    stored = (found.sizes["raw"] + found.sizes["tables"]) / found.articles
    for pages in LARGE:
        hours, terabytes = spent * pages / 3_600, stored * pages / 1_000_000
        console.print(f"{pages:,} such pages: {hours:,.0f} core-hours, {terabytes:,.2f} TB of WARC and tables")


def main(arguments: list[str] | None = None) -> int:
    """Prints what was measured; 1 where a kill left a trace."""
    parser = argparse.ArgumentParser(prog="python -m bench.archive", description="Measure an archive's way to tables.")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--engine", choices=ENGINES, default="local")
    parser.add_argument("--workers", type=int, help="of the local engine")
    parser.add_argument("--master", help="of Spark")
    parser.add_argument("--kills", type=int, default=0, help="rebuild so often, and kill some process each time")
    parser.add_argument("--folder", type=Path, help="where the archive is made; a temporary folder without it")
    options = parser.parse_args(arguments)
    console = Console(soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="dateline-archive-", dir=options.folder) as folder:
        console.print(f"==> Writing {options.articles:,} generated articles to WARC")
        pages = min(PAGES, max(1, options.articles // WARCS_A_DAY))
        house = write_history(Path(folder), options.articles, pages, WARCS_A_DAY)
        engine = choose_engine(options.engine, options.workers, options.master)
        show(measure(house, options.articles, Means(engine, _teller(console))), console)
        faults = kill_and_go_on(house, options.engine, options.kills, console) if options.kills else []
    for fault in faults:
        console.print(fault, style="red", markup=False)
    return 1 if faults else 0


def _teller(console: Console) -> Callable[[int, int], None]:
    def tell(done: int, of_all: int) -> None:
        if done % max(1, of_all // 10) == 0:
            console.print(f"    {done} of {of_all} WARC files")

    return tell


if __name__ == "__main__":
    sys.exit(main())
