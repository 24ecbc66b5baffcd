"""The command that brings in archives from elsewhere."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from etl import pipeline
from etl.collecting.importing import OUTCOMES, Imported
from etl.commands.engines import engine_options
from etl.config import House
from etl.pipeline import RunReport
from etl.verbs.engines import EngineName, choose_engine

console = Console(soft_wrap=True)
ENDS = ("new", "revisions", "unchanged", "quarantined")


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", "source_id", metavar="ID", help="Whose the pages are that no source claims; else left out.")
@engine_options
@click.pass_obj
def import_(
    house: Callable[[], House],
    files: tuple[Path, ...],
    source_id: str | None,
    engine: EngineName,
    workers: int | None,
    master: str | None,
) -> None:
    """Copy the articles' pages of WARC FILES from elsewhere into raw/, and publish them.

    A page belongs to the source under whose address it lies. Records that are damaged cost themselves alone, and what
    was imported before is not imported again: after a crash, give the same command again.
    """
    opened, chosen = house(), choose_engine(engine, workers, master)
    if source_id is not None and source_id not in opened.sources:
        raise click.BadParameter(f"there is no source {source_id!r}", param_hint="--source")
    run_id = f"import-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bars: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what, total=total)
            progress.update(bars[what], completed=done, total=total)

        imported, report = pipeline.import_archives(opened, run_id, files, source_id, tell, chosen)
    print_imported(imported, report)


def print_imported(imported: Sequence[Imported], report: RunReport) -> None:
    """Prints where each record of the archives went, and what became of the pages."""
    table = Table("records", "", *(one.archive for one in imported), title=f"run {report.run_id}", title_justify="left")
    for column in table.columns[2:]:
        column.justify = "right"
    for name, words in OUTCOMES.items():
        table.add_row(name, words, *(f"{one.outcomes[name]:,}" for one in imported))
    table.add_section()
    table.add_row("all", "", *(f"{one.records:,}" for one in imported), style="bold")
    console.print(table)
    missing = sum(one.records - sum(one.outcomes.values()) for one in imported)
    console.print("the sums balance" if not missing else f"THE SUMS DO NOT BALANCE: {missing} records ended nowhere")
    ends = " + ".join(f"{name} {report.counts[name]}" for name in ENDS)
    console.print(f"published: seen {report.counts['seen']} = {ends}")
