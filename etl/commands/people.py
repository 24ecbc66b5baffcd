"""Commands over the registry of known persons."""

import csv
import gzip
import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console

from etl.config import House
from etl.errors import ConfigError
from etl.people.exports import read_records
from etl.people.intake import Intake, take_in
from etl.people.registry import COLUMNS, as_cells, make_registry, read_persons, read_registry
from etl.people.reviews import REVIEW_COLUMNS, open_names, unknown_persons, unused
from etl.stores.snapshots import connect

console = Console(soft_wrap=True)
FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@click.group()
def persons() -> None:
    """The registry of known persons."""


@persons.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", help="Name of the new file, without .csv [that of FILE].")
@click.pass_obj
def import_persons(house: Callable[[], House], file: Path, name: str | None) -> None:
    """Take persons from FILE into config/persons/: an export of Wikidata or OpenSanctions, .gz or not.

    Persons that the registry holds already are left out. Importing under the same name again replaces that file.
    """
    name = name or re.sub(r"[^a-z0-9]+", "_", file.name.lower().split(".")[0]).strip("_")
    if not FILE_NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r} is no name for a file", param_hint="--name")
    opened = house()
    target = opened.config / "persons" / f"{name}.csv"
    replaced = {person.person_id for person, _ in read_persons(target)} if target.exists() else set()
    kept = (person for person in opened.rules.people.registry.persons.values() if person.person_id not in replaced)
    intake = take_in(read_records(_lines(file)), make_registry(kept))
    _write(target, intake)
    print_intake(intake, target)


@persons.command("review")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write [standard output].")
@click.option("--most", default=500, show_default=True, help="Names at most.")
@click.pass_obj
def review(house: Callable[[], House], out: Path | None, most: int) -> None:
    """Write the names that nobody or several could be, the most frequent first, as CSV to be filled in.

    Fill in verdict (is, is_not), person_id, author, reason and date, and append the lines to
    config/overrides/persons.csv; an article or a source narrows a line to it. Lines without a verdict decide nothing.
    """
    opened = house()
    with connect(opened.data) as connection:
        rows = open_names(connection, opened.rules.people.registry, most)
    written = io.StringIO()
    table = csv.DictWriter(written, REVIEW_COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    if out is None:
        click.echo(written.getvalue(), nl=False)
    else:
        out.write_text(written.getvalue(), encoding="utf-8")
        console.print(f"{len(rows)} names in {out}", markup=False)


@persons.command("overrides")
@click.pass_obj
def overrides(house: Callable[[], House]) -> None:
    """Tell which decisions of config/overrides/persons.csv contradict each other, were not used, or name nobody known.

    Exit status 1 where there is any of these.
    """
    opened = house()
    people = opened.rules.people
    with connect(opened.data) as connection:
        idle = unused(connection, people.overrides)
    for group in people.overrides.conflicts:
        lines = ", ".join(str(one.line) for one in group)
        console.print(f"lines {lines}: contradict each other on {group[0].surface!r}: none holds", markup=False)
    strangers = unknown_persons(people.overrides, people.registry, people.merged)
    for one in strangers:
        console.print(f"line {one.line}: {one.person_id!r} is no person of the registry", markup=False)
    for one in idle:
        console.print(f"line {one.line}: {one.surface!r} was not met in any article", markup=False)
    console.print(f"{len(tuple(people.overrides))} decisions hold, {len(idle)} of them not used")
    if idle or strangers or people.overrides.conflicts:
        sys.exit(1)


def print_intake(intake: Intake, target: Path) -> None:
    """Prints how many persons were taken and what was left out, by reason."""
    for reason, count in intake.skipped.items():
        console.print(f"{count} {reason}", markup=False)
    console.print(f"{len(intake.persons)} persons in {target}", markup=False)


def _lines(file: Path) -> Iterator[str]:
    """The lines of a text file, unpacked where its name says that it is packed. Raises ConfigError."""
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as opened:
            yield from io.TextIOWrapper(opened, encoding="utf-8", newline="")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not readable as text in UTF-8: {error}") from error


def _write(target: Path, intake: Intake) -> None:
    """Writes the persons beside the file, reads them as the registry does, and then puts them in its place."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerows([COLUMNS, *map(as_cells, intake.persons)])
    target.parent.mkdir(exist_ok=True)
    beside = target.with_suffix(".new")
    beside.write_text(written.getvalue(), encoding="utf-8")
    read_registry([beside])
    beside.replace(target)
