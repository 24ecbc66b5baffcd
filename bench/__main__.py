"""`make bench`: speed and memory as ratios, each against something measured in the same run on the same machine."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console

from bench.labelled import Labelled
from bench.large import LARGE, QUICK_LARGE, measure_large
from bench.material import write_pages
from bench.page_scores import PAGE_SETS
from bench.ratios import Figures, Ratio, RunTask, ratio_table
from etl.config import open_house

ROOT = Path(__file__).parent.parent
NEWSROOM_ARTICLES = 50  # generated articles on the air, besides those of the newsroom's own publishers


@dataclass(frozen=True, slots=True)
class Sizes:
    """Articles in the smaller and the larger history, how often each measurement is made, labelled pages of a set."""

    small: int
    large: int
    repeats: int
    pages: int = 0


ALONE = "trafilatura alone, fast, with metadata"
FULL = Sizes(small=1_000, large=10_000, repeats=3, pages=120)
QUICK = Sizes(small=50, large=100, repeats=1, pages=20)


def measure(folder: Path, sizes: Sizes, console: Console, run_task: RunTask) -> list[Ratio]:
    """All ratios, each task run by `run_task`; the houses that they are measured on are made in a folder."""
    small, large = folder / "small", folder / "large"
    console.print(f"==> Writing {sizes.small:,} and {sizes.large:,} generated articles to WARC")
    run_task("prepare", small, sizes.small)
    run_task("prepare", large, sizes.large)
    console.print("==> Transforming, and trafilatura alone on the same pages")
    speed = run_task("transform_speed", small, sizes.repeats)
    console.print("==> Memory of transforming")
    memory = [run_task("transform_memory", place, 0)["megabytes"][0] for place in (large, small)]
    console.print("==> Publishing, and pyarrow alone with the same rows")
    publish = run_task("publish_speed", large, sizes.repeats)
    console.print("==> Runs with nothing new")
    unchanged = _unchanged(folder, sizes, run_task)
    pages, rows = speed["pages"][0], publish["rows"][0]
    limit = "pyarrow.parquet.write_table alone"
    return [
        _rate("transform", "articles per CPU s", (pages, speed["transform"]), ALONE, speed["trafilatura"]),
        _rate("rows to Arrow", "rows per CPU s", (rows, publish["convert"]), "from_pylist alone", publish["pylist"]),
        _rate("publish", "rows per CPU s", (rows, publish["publish"]), limit, publish["write"]),
        _rate("publish", "rows per wall s", (rows, publish["publish_wall"]), limit, publish["write_wall"]),
        Ratio(f"transform, {sizes.large:,} articles", "peak MB", memory[0], f"{sizes.small:,} articles", memory[1]),
        Ratio(
            f"run, nothing new, {sizes.large:,} known", "CPU s", unchanged[1], f"{sizes.small:,} known", unchanged[0]
        ),
    ]


def measure_pages(folder: Path, pages: Sequence[tuple[str, str]], repeats: int, run_task: RunTask) -> Ratio:
    """Transforming these pages, each an address and its HTML, against trafilatura alone."""
    write_pages(folder, pages)
    speed = run_task("transform_speed", folder, repeats)
    count = (speed["pages"][0], speed["transform"])
    return _rate("transform, labelled pages", "articles per CPU s", count, ALONE, speed["trafilatura"])


def in_child(task: str, folder: Path, number: int) -> Figures:
    """The figures of one task of `bench.child`. Raises CalledProcessError; what went wrong is on stderr."""
    command = [sys.executable, "-m", "bench.child", task, str(folder), str(number)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def main(arguments: list[str] | None = None) -> int:
    """Prints the table and how long it all took; 1 when a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure speed and memory.")
    parser.add_argument("--quick", action="store_true", help="few articles: shows that it works, not how fast")
    parser.add_argument("--pages", type=Path, help="labelled data: its pages are transformed too")
    parser.add_argument("--large", action="store_true", help="long histories and busy days too: takes long")
    options = parser.parse_args(arguments)
    sizes = QUICK if options.quick else FULL
    large = QUICK_LARGE if options.quick else LARGE
    console = Console()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
        try:
            ratios = measure(Path(folder), sizes, console, in_child)
            if options.pages:
                labelled = Labelled(options.pages, open_house(config=ROOT / "config"), sizes.pages)
                rows = [row for name in PAGE_SETS for row in labelled.rows(name)]
                pages = [(row["url"], row["html"]) for row in rows]
                ratios.append(measure_pages(Path(folder) / "pages", pages, sizes.repeats, in_child))
            if options.large:
                ratios += measure_large(Path(folder), large, console, in_child)
        except subprocess.CalledProcessError as error:
            print(f"A measurement failed, see above: {' '.join(error.cmd[2:])}", file=sys.stderr)
            return 1
    console.print(ratio_table(ratios))
    console.print(f"Medians of {sizes.repeats}, A and B in turn, each in a process of its own; peak memory is of one.")
    console.print(f"Measured in {time.monotonic() - began:.0f} s.")
    return 0


def _rate(measured: str, unit: str, ours: tuple[float, list[float]], against: str, theirs: list[float]) -> Ratio:
    count, seconds = ours
    return Ratio(measured, unit, count / median(seconds), against, count / median(theirs))


def _unchanged(folder: Path, sizes: Sizes, run_task: RunTask) -> tuple[float, float]:
    """CPU seconds of a run with nothing new, with the smaller and the larger history."""
    places = (folder / "small", folder / "large")
    seconds: dict[Path, list[float]] = {place: [] for place in places}
    with _newsroom(folder / "newsroom"):
        for number in range(sizes.repeats):
            for place in places:
                seconds[place] += run_task("run_unchanged", place, number)["seconds"]
    return median(seconds[places[0]]), median(seconds[places[1]])


@contextmanager
def _newsroom(config: Path) -> Iterator[None]:
    """The sample newsroom on the air in a process of its own, so that its CPU time is not ours."""
    options = ("--port", "0", "--articles", str(NEWSROOM_ARTICLES), "--config-out", str(config))
    command = [sys.executable, "-m", "samples.server", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            if not server.stdout.readline():
                raise RuntimeError("the sample newsroom did not start")
            yield
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
