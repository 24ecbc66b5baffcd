"""What every fault hands back, and the one table that shows it."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line: what was tried how often, how often the law held, and every fault in words.

    `is_broken` is set by whoever knows the law: a control that fails as it must is not broken.
    """

    what: str
    tries: int
    good: int
    faults: Sequence[str] = ()
    is_broken: bool = False


def judged(what: str, tries: int, faults: Sequence[str]) -> Outcome:
    """The outcome of a law that allows no fault; each fault is of another try."""
    return Outcome(what, tries, tries - len(faults), faults, bool(faults))


def outcome_table(command: str, outcomes: Sequence[Outcome]) -> Table:
    """The outcomes as one table, with the machine below it."""
    where = f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} CPUs"
    table = Table(title=command, caption=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {where}")
    table.add_column("what")
    for name in ("tries", "good", "law"):
        table.add_column(name, justify="right")
    for outcome in outcomes:
        law = "BROKEN" if outcome.is_broken else "held"
        table.add_row(outcome.what, f"{outcome.tries:,}", f"{outcome.good:,}", law)
    return table
