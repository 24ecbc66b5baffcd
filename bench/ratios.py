"""A measurement as it is told: two figures of one unit beside each other, and the first divided by the second."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

LIBRARIES = ("dateline", "trafilatura", "lxml", "pyarrow", "duckdb", "polars", "sqlalchemy")
AIM = "the aim, at most"
Figures = dict[str, list[float]]
RunTask = Callable[[str, Path, int], Figures]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the table: two figures of one unit, and the first divided by the second."""

    measured: str
    unit: str
    value: float
    against: str
    other: float


def ratio_table(ratios: Sequence[Ratio]) -> Table:
    """The ratios as one table, with what they were measured on and when below it."""
    cpus = os.cpu_count()
    where = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cpus} CPUs"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    table = Table(title="Speed and memory", caption=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {where}\n{libraries}")
    table.add_column("measured")
    table.add_column("unit")
    table.add_column("value", justify="right")
    table.add_column("against")
    table.add_column("value", justify="right")
    table.add_column("ratio", justify="right")
    for line in ratios:
        figures = (_shown(line.value), _shown(line.other))
        table.add_row(line.measured, line.unit, figures[0], line.against, figures[1], f"{line.value / line.other:.2f}")
    return table


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"
