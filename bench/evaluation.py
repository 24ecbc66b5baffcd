"""`make eval`: how right the reading is, measured on labelled data with the functions that the pipeline calls.

Development data only: what is tuned on it looks better here than on pages that nobody has looked at.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.dateline_scores import score_datelines
from bench.labelled import Labelled, Score
from bench.mention_scores import score_mentions
from bench.name_scores import score_names
from bench.page_scores import score_pages
from etl.config import open_house

ROOT = Path(__file__).parent.parent
DATA = Path("../shared/data")  # from the root of the project
PARTS: dict[str, Callable[[Labelled], Iterator[Score]]] = {
    "datelines": score_datelines,
    "pages": score_pages,
    "names": score_names,
    "mentions": score_mentions,
}


def evaluate(labelled: Labelled, parts: list[str]) -> list[Score]:
    """The scores of the named parts, in order."""
    return [score for part in parts for score in PARTS[part](labelled)]


def score_table(scores: list[Score], rules: str) -> Table:
    """The scores as one table, a rule between data sets; `rules` names the code and rules that read."""
    caption = f"{datetime.now(UTC):%Y-%m-%d}; dateline {version('dateline')}, rules {rules}; development data"
    table = Table(title="Accuracy", caption=caption)
    table.add_column("data")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("cases", justify="right")
    table.add_column("failures", justify="right")
    for number, score in enumerate(scores):
        begins = number == 0 or scores[number - 1].dataset != score.dataset
        if begins and number:
            table.add_section()
        failed = str(len(score.failures)) if score.failures else ""
        table.add_row(score.dataset if begins else "", score.measure, f"{score.value:.4f}", str(score.cases), failed)
    return table


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; 0 also where there is no data to measure with."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.evaluation", description="Measure accuracy on labelled data."
    )
    parser.add_argument("--data", type=Path, default=ROOT / DATA, help=f"labelled data, {DATA} if not given")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be given several times")
    parser.add_argument("--sample", type=int, help="cases of each set, at even distances; all if not given")
    parser.add_argument("--failures", type=int, default=0, help="failures to print for each measure")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"There is no labelled data at {os.path.relpath(options.data)!r}: nothing to measure.")
        return 0
    labelled = Labelled(options.data, open_house(config=ROOT / "config"), options.sample)
    scores = evaluate(labelled, options.only or list(PARTS))
    console = Console()
    console.print(score_table(scores, labelled.house.rules.digest[:12]))
    for score in scores:
        for failure in score.failures[: options.failures]:
            console.print(Text(f"{score.dataset}, {score.measure}: {failure}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
