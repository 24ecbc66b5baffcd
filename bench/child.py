"""One measurement in a process of its own: `python -m bench.child TASK FOLDER NUMBER`; it prints its figures as JSON.

Seconds are CPU seconds of this process, all its threads together, unless a name says `wall`.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import trafilatura

from bench import busy, history, year
from bench.clock import peak_megabytes, seconds
from bench.material import house_in, warcs_of, write_history
from bench.ratios import Figures
from etl import pipeline
from etl.config import House
from etl.model import Capture
from etl.state import open_state
from etl.stores import ledger
from etl.tables.parquet import ROW_GROUP_ROWS, read_objects, write_object
from etl.tables.schema import ARTICLES, to_arrow
from etl.verbs.transformation import transform_warc
from etl.warc.raw import read_warc

UNCHANGED_RUNS = 5  # in one process; one alone is too short to be told from the machine's other work
WARM_UP_PAGES = 20  # read before anything is measured: first calls build regular expressions, gazetteer and models


def prepare(folder: Path, articles: int) -> Figures:
    """A history of so many articles in a new house; no figures."""
    write_history(folder, articles)
    return {}


def transform_speed(folder: Path, repeats: int) -> Figures:
    """CPU seconds of transforming a house's WARCs, and of trafilatura alone on the same pages, in turn."""
    house = house_in(folder)
    warcs = warcs_of(house)
    captures = (capture for warc in warcs for capture in read_warc(house.data, warc))
    pages = [capture.exchange.body for capture in captures if isinstance(capture, Capture)]

    def transform() -> None:
        for warc in warcs:
            transform_warc(house, warc)

    def extract(count: int | None = None) -> None:
        for page in pages[:count]:
            trafilatura.extract(page, fast=True, with_metadata=True)

    extract(WARM_UP_PAGES)
    transform()
    figures: Figures = {"transform": [], "trafilatura": [], "pages": [float(len(pages))]}
    for _ in range(repeats):
        figures["transform"].append(seconds(transform)[0])
        figures["trafilatura"].append(seconds(extract)[0])
    return figures


def transform_memory(folder: Path, _: int) -> Figures:
    """Peak resident megabytes of a process that transforms all WARCs of a house; they are published afterwards."""
    house = house_in(folder)
    transformed = [transform_warc(house, warc) for warc in warcs_of(house)]
    peak = peak_megabytes()
    pipeline.publish(house, "history", transformed)
    return {"megabytes": [peak]}


def publish_speed(folder: Path, repeats: int) -> Figures:
    """CPU and wall seconds of publishing the articles of a house as one object and of only writing them, in turn.

    And those of making Arrow of the rows, with and without the contract's checks and order.
    """
    house = house_in(folder)
    paths = [str(path.relative_to(house.data)) for path in (house.data / "objects" / "articles").rglob("*.parquet")]
    rows = read_objects(house.data, "articles", paths).to_pylist()
    arrow = to_arrow(ARTICLES, rows)
    names = ("publish", "write", "convert", "pylist")
    figures: Figures = {f"{name}{kind}": [] for name in names for kind in ("", "_wall")}
    figures["rows"] = [float(len(rows))]
    for number in range(repeats + 1):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            actions = {
                "publish": _publisher(Path(place), arrow),
                "write": _writer(Path(place), arrow),
                "convert": lambda: to_arrow(ARTICLES, rows),
                "pylist": lambda: pa.Table.from_pylist(rows, schema=ARTICLES.schema()),
            }
            spent = {name: seconds(action) for name, action in actions.items()}
        for name, (cpu, wall) in spent.items() if number else ():  # the first round warms up
            figures[name].append(cpu)
            figures[f"{name}_wall"].append(wall)
    return figures


def run_unchanged(folder: Path, number: int) -> Figures:
    """CPU seconds of runs that find nothing new on the newsroom on the air, after one that collects all there is."""
    house = house_in(folder, folder.parent / "newsroom")
    pipeline.run(house, f"before-{number}", force=True)
    runs = (f"unchanged-{number}-{run}" for run in range(UNCHANGED_RUNS))
    return {"seconds": [seconds(partial(_run_unchanged, house, run_id))[0] for run_id in runs]}


TASKS: dict[str, Callable[[Path, int], Figures]] = {
    task.__name__: task
    for task in (
        *(prepare, transform_speed, transform_memory, publish_speed, run_unchanged),
        *(history.make_history, history.merge, history.follow),
        *(year.write_year, year.read_year),
        *(busy.publish_day, busy.compact_day, busy.compare_day, busy.check_day),
        *(busy.prepare_pages, busy.rebuild_pages),
    )
}


def _publisher(data: Path, arrow: pa.Table) -> Callable[[], object]:
    engine = open_state(f"sqlite:///{data / 'state.sqlite'}")

    def publish() -> None:
        file = write_object(data, arrow, "articles", "2026-01-05", "bench.warc.gz")
        ledger.commit(engine, data, "bench", {"bench.warc.gz": [file]})

    return publish


def _writer(folder: Path, arrow: pa.Table) -> Callable[[], object]:
    """Writes with the options of `etl.tables.parquet`, and does nothing else."""

    def write() -> None:
        pq.write_table(
            arrow,
            folder / "limit.parquet",
            compression="zstd",
            compression_level=3,
            row_group_size=ROW_GROUP_ROWS,
            write_page_checksum=True,
        )

    return write


def _run_unchanged(house: House, run_id: str) -> None:
    """A run; raises RuntimeError where it found anything new, or no feed answered."""
    counts = pipeline.run(house, run_id, force=True).counts
    if counts["new"] or counts["revisions"] or not counts["feeds_ok"]:
        raise RuntimeError(f"the run was to find feeds and nothing new, and found {dict(counts)}")


if __name__ == "__main__":
    task, where, count = sys.argv[1:]
    print(json.dumps(TASKS[task](Path(where), int(count))))
