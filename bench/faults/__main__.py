"""`python -m bench.faults COMMAND`: one fault tried many times, one table, exit code 1 where a law was broken."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from bench.faults import clock, collecting, flips, kills, power, readers, space, writers
from bench.faults.tables import Outcome, outcome_table

COMMANDS: dict[str, Callable[[Path], list[Outcome]]] = {
    "bit-flips": flips.bit_flips,
    "clock-back": clock.clock_back,
    "collecting": collecting.kill_collecting,
    "collecting-postgres": collecting.kill_collecting_on_postgres,
    "disk-full": space.disk_full,
    "kills": kills.every_call,
    "power-cut": power.power_cut,
    "read-only": space.read_only_folder,
    "readers": readers.kill_while_reading,
    "writers": writers.thousand_runs,
}


def main(arguments: list[str] | None = None) -> int:
    """Prints what was tried and what became of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description="Try faults on small houses.")
    parser.add_argument("command", choices=sorted(COMMANDS))
    command = parser.parse_args(arguments).command
    console = Console()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dateline-faults-") as folder:
        outcomes = COMMANDS[command](Path(folder))
    console.print(outcome_table(command, outcomes))
    for outcome in outcomes:
        for fault in outcome.faults[:5]:
            console.print(f"{outcome.what}: {fault}", style="red", markup=False)
    console.print(f"Tried in {time.monotonic() - began:.0f} s.")
    return 1 if any(outcome.is_broken for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
