"""What only much data shows: merging into long histories, reading a year, and the memory of a busy day.

A figure that an aim was set for stands beside that aim: below 1.00 it is met.
"""

from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from statistics import median

from rich.console import Console

from bench.ratios import AIM, Ratio, RunTask

MERGE_SECONDS = 0.2
DAY_SECONDS = 0.025
SOURCE_SECONDS = 1.0
MEGABYTES = 500.0
READERS = ("DuckDB", "pyarrow", "Polars", "etl.read")
DRAWN = {
    "publish_day": "publish",
    "compact_day": "compact",
    "compare_day": "compare with itself",
    "check_day": "check",
}


@dataclass(frozen=True, slots=True)
class LargeSizes:
    """Articles of both histories, of the year and of the busy day; pages of both rebuilt days; repeats."""

    short: int
    long: int
    year: int
    day: int
    pages: tuple[int, int]
    repeats: int


LARGE = LargeSizes(100_000, 5_000_000, 1_000_000, 100_000, (10_000, 30_000), 3)
QUICK_LARGE = LargeSizes(2_740, 5_480, 40_000, 960, (60, 120), 1)


def measure_large(folder: Path, sizes: LargeSizes, console: Console, run_task: RunTask) -> list[Ratio]:
    """All lines; the folder must have the house `small`, its WARCs transformed. What was measured is removed."""
    return [
        *_merges(folder, sizes, console, run_task),
        *_readings(folder, sizes, console, run_task),
        *_memory(folder, sizes, console, run_task),
    ]


def _merges(folder: Path, sizes: LargeSizes, console: Console, run_task: RunTask) -> list[Ratio]:
    console.print(f"==> Merging into histories of {sizes.short:,} and {sizes.long:,} articles")
    run_task("make_history", folder / "short", sizes.short)
    run_task("make_history", folder / "long", sizes.long)
    merged = {name: median(spent) for name, spent in run_task("merge", folder, sizes.repeats).items()}
    followed = {name: median(spent) for name, spent in run_task("follow", folder, sizes.repeats).items()}
    for name in ("short", "long"):
        rmtree(folder / name)
    behind, other = f"{sizes.long:,} behind", f"{sizes.short:,} behind"
    return [
        Ratio(f"merge 1,000 new, 50 revised, {behind}", "CPU s", merged["long"], AIM, MERGE_SECONDS),
        Ratio(f"merge 1,000 new, 50 revised, {behind}", "CPU s", merged["long"], other, merged["short"]),
        Ratio(f"frontier, the same articles, {behind}", "CPU s", followed["long"], other, followed["short"]),
    ]


def _readings(folder: Path, sizes: LargeSizes, console: Console, run_task: RunTask) -> list[Ratio]:
    console.print(f"==> Reading a year of {sizes.year:,} articles")
    run_task("write_year", folder, sizes.year)
    read = {name: median(figures) for name, figures in run_task("read_year", folder, sizes.repeats).items()}
    rmtree(folder / "year")
    counted = (
        Ratio(f"count a day of {sizes.year:,}, {reader}", "CPU s", read[f"day {reader}"], AIM, DAY_SECONDS)
        for reader in READERS
    )
    found = f"{read['source rows']:,.0f} of {sizes.year:,}"
    texts = (
        Ratio(f"a source's year of texts, {found}, {reader}", "CPU s", read[f"source {reader}"], AIM, SOURCE_SECONDS)
        for reader in READERS
    )
    return [*counted, *texts]


def _memory(folder: Path, sizes: LargeSizes, console: Console, run_task: RunTask) -> list[Ratio]:
    console.print(f"==> Memory of a day of {sizes.day:,} articles")
    drawn = {task: run_task(task, folder, sizes.day)["megabytes"][0] for task in DRAWN}
    rmtree(folder / "busy")
    lines = [
        Ratio(f"{name}, a day of {sizes.day:,}", "peak MB", drawn[task], AIM, MEGABYTES) for task, name in DRAWN.items()
    ]
    fewer, more = sizes.pages
    console.print(f"==> Memory of rebuilding days of {fewer:,} and {more:,} pages")
    rebuilt = [_rebuilt(folder / f"pages-{count}", count, run_task) for count in (fewer, more)]
    return [
        *lines,
        Ratio(f"rebuild, a day of {more:,}", "peak MB", rebuilt[1], f"a day of {fewer:,}", rebuilt[0]),
        Ratio(f"rebuild, a day of {more:,}", "peak MB", rebuilt[1], AIM, MEGABYTES),
    ]


def _rebuilt(folder: Path, pages: int, run_task: RunTask) -> float:
    run_task("prepare_pages", folder, pages)
    peak = run_task("rebuild_pages", folder, pages)["megabytes"][0]
    rmtree(folder)
    return peak
