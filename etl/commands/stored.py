"""Commands over what is stored: reading it, keeping it, and doing it over."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import click
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from etl import pipeline
from etl.commands.engines import engine_options, shown
from etl.config import House
from etl.errors import DataError
from etl.stores import snapshots
from etl.stores.months import query_suits_months, suits_months
from etl.tables.differences import Difference
from etl.tables.schema import REASONS, TABLES
from etl.verbs.engines import EngineName, choose_engine
from etl.verbs.preparation import Means
from etl.verbs.rebuilding import Rebuilt

console = Console(soft_wrap=True)
DAY = click.DateTime(formats=["%Y-%m-%d"])
SHOWN_ROWS = 40
OpenHouse = Callable[[], House]


def _date(day: datetime | None) -> date | None:
    return day.date() if day is not None else None


@click.command()
@click.argument("table")
@click.option("--since", type=DAY, help="First day of capture (UTC).")
@click.option("--until", type=DAY, help="Last day of capture, included.")
@click.option("--where", metavar="SQL", help="Only rows for which this condition holds, e.g. \"language = 'fa'\".")
@click.option("--columns", metavar="A,B", help="Only these columns.")
@click.option("--as-of", metavar="WHEN", help="As it stood at an instant (ISO 8601) or a commit's number.")
@click.option("--format", "form", type=click.Choice(list(snapshots.FORMATS)), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; else standard output.")
@click.pass_context
def read(
    context: click.Context,
    table: str,
    since: datetime | None,
    until: datetime | None,
    where: str | None,
    columns: str | None,
    as_of: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Write rows of TABLE or of a view, from one consistent state of all tables."""
    if out is None and form == "parquet":
        raise click.BadParameter("parquet needs a file: give --out", param_hint="--format")
    chosen = [name.strip() for name in columns.split(",")] if columns else None
    days = _date(since), _date(until)
    with snapshots.connect_to(table, context.meta["data"], days, as_of, suits_months(where)) as connection:
        wanted = snapshots.select(connection, table, where, chosen, days)
        snapshots.export(connection, wanted, out or Path("/dev/stdout"), form)


@click.command()
@click.argument("query", required=False)
@click.option("--as-of", metavar="WHEN", help="As it stood at an instant (ISO 8601) or a commit's number.")
@click.pass_context
def sql(context: click.Context, query: str | None, as_of: str | None) -> None:
    """Run QUERY in DuckDB over all tables and views; without it, ask for one after the other."""
    by_month = query is not None and query_suits_months(query)
    with snapshots.connect(context.meta["data"], as_of, by_month) as connection:
        if query is not None:
            _show(snapshots.query(connection, query))
            return
        for typed in _typed_queries():
            try:
                _show(snapshots.query(connection, typed))
            except DataError as error:
                console.print(str(error), style="red", markup=False)


@click.command()
@click.option("--from", "first", type=DAY, help="First day.")
@click.option("--to", "last", type=DAY, help="Last day, included.")
@click.option("--raw", is_flag=True, help="Read every WARC to its end, too.")
@click.pass_obj
def verify(house: OpenHouse, first: datetime | None, last: datetime | None, raw: bool) -> None:
    """Compare every stored file with the ledger, byte for byte. Exit status 1 when one is not as it was written."""
    problems = pipeline.verify(house(), _date(first), _date(last), raw)
    for problem in problems:
        console.print(f"{problem.path} {problem.what}", style="red", markup=False)
    console.print(f"{len(problems)} files are not as they should be" if problems else "every file is as it was written")
    if problems:
        console.print("`dateline rebuild` makes objects again from raw/; for what lies in raw/ there is only a backup")
        sys.exit(1)


@click.command()
@click.option("--until", type=DAY, help="Last day, included [the day that ended compact_after_days ago].")
@click.option("--months", is_flag=True, help="And one file a table of each closed month, beside the days.")
@click.pass_obj
def compact(house: OpenHouse, until: datetime | None, months: bool) -> None:
    """Make one file a table of each closed day."""
    opened = house()
    days = pipeline.compact(opened, _date(until))
    console.print(f"{len(days)} days compacted" + (f", {days[0]} to {days[-1]}" if days else ""))
    if months:
        made = pipeline.compact_months(opened, _date(until))
        console.print(f"{len(made)} months compacted" + (f", {made[0]} to {made[-1]}" if made else ""))


@click.command()
@click.option("--grace-days", type=click.FloatRange(min=0), help="Keep what died less than so many days ago.")
@click.pass_obj
def vacuum(house: OpenHouse, grace_days: float | None) -> None:
    """Remove objects that no table shows any more."""
    console.print(f"{pipeline.vacuum(house(), grace_days)} objects removed")


@click.command()
@click.pass_obj
def migrate(house: OpenHouse) -> None:
    """Bring stored objects to the columns of this version."""
    rewritten, read_again = pipeline.migrate(house())
    console.print(f"{rewritten} objects rewritten, {read_again} WARC files read again")


@click.command()
@click.pass_obj
def describe(house: OpenHouse) -> None:
    """Write the data dictionary, data package, Croissant and views.sql into the data folder."""
    opened = house()
    for name in pipeline.describe(opened):
        console.print(str(opened.data / name))


@click.command()
@click.argument("url")
@click.pass_obj
def mirror(house: OpenHouse, url: str) -> None:
    """Bring a second copy of the tables at URL (s3://bucket/prefix, file:///folder) up to date."""
    mirrored = pipeline.mirror(house(), url)
    console.print(f"{mirrored.added} files added, {mirrored.removed} removed: as of commit {mirrored.commit}")


@click.command()
@click.option("--reason", "reasons", multiple=True, type=click.Choice(list(REASONS)), help="Only this reason.")
@click.option("--source", "sources", multiple=True, metavar="ID", help="Only rows of this source.")
@click.pass_obj
def replay(house: OpenHouse, reasons: tuple[str, ...], sources: tuple[str, ...]) -> None:
    """Read again what went to quarantine, by today's rules."""
    print_rebuilt(pipeline.replay(house(), reasons, sources))


@click.command()
@click.pass_obj
def takedown(house: OpenHouse) -> None:
    """Blank what config/takedowns.csv names, and remove the objects that held it."""
    print_rebuilt(pipeline.take_down(house()))


@click.command()
@click.option("--from", "first", type=DAY, required=True, help="First day, YYYY-MM-DD.")
@click.option("--to", "last", type=DAY, required=True, help="Last day, included.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--accept", is_flag=True, help="Publish however much changes.")
@engine_options
@click.pass_obj
def rebuild(
    house: OpenHouse,
    first: datetime,
    last: datetime,
    dry_run: bool,
    accept: bool,
    engine: EngineName,
    workers: int | None,
    master: str | None,
) -> None:
    """Read a range of days again from raw/ by today's rules, offline, and publish what differs.

    What was made when a rebuild is interrupted, killed or refused stays made: the same command goes on from there.
    """
    if first > last:
        raise click.BadParameter(f"{last:%Y-%m-%d} lies before {first:%Y-%m-%d}", param_hint="--to")
    opened, chosen = house(), choose_engine(engine, workers, master)
    with shown("WARC files") as tell:
        rebuilt = pipeline.rebuild(opened, first.date(), last.date(), dry_run, accept, Means(chosen, tell))
    print_rebuilt(rebuilt)


def print_rebuilt(rebuilt: Rebuilt) -> None:
    """Prints what a rebuild changed or would change: sums, and for each table columns, sources and examples."""
    for found in rebuilt.differences:
        console.print(f"{found.table}: {_told(found)}", markup=False)
        for kind, counts in (("column", found.columns), ("source", found.by_source)):
            for name, count in counts.items():
                console.print(f"  {kind} {name}: {count} rows", markup=False)
        for example in found.examples:
            console.print(f"  {example.key} {example.column}: {example.before} -> {example.after}", markup=False)
    console.print(
        f"{rebuilt.warcs} WARC files read again: {rebuilt.identical} objects byte-identical, {rebuilt.different} "
        f"different, {len(rebuilt.days)} days {'changed' if rebuilt.committed else 'would change'}"
    )


def _told(found: Difference) -> str:
    return (
        f"{found.rows_before} rows before, {found.rows_after} after; {found.added} added, {found.removed} removed, "
        f"{found.changed} changed"
    )


def _typed_queries() -> Iterator[str]:
    """Queries typed at a prompt, each ended by a semicolon; until end of file."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  (line editing where the system has it)
    click.echo(f"Tables: {', '.join(TABLES)}, and views. End a query with ; and the session with Ctrl-D.")
    lines: list[str] = []
    with contextlib.suppress(EOFError):
        while True:
            lines.append(input("...> " if lines else "sql> "))
            if lines[-1].rstrip().endswith(";"):
                yield "\n".join(lines).rstrip().removesuffix(";")
                lines.clear()


def _show(rows: pa.Table) -> None:
    table = Table(*(str(name) for name in rows.column_names))
    for row in rows.slice(0, SHOWN_ROWS).to_pylist():
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)
    console.print(f"{rows.num_rows} rows" + (f", the first {SHOWN_ROWS} shown" if rows.num_rows > SHOWN_ROWS else ""))


COMMANDS = (read, sql, verify, compact, vacuum, migrate, describe, mirror, replay, takedown, rebuild)
