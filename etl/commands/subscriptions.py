"""Commands that take sources from feed readers, and give them to them, as OPML."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

import click
from rich.console import Console

from etl.config import House
from etl.errors import ConfigError
from etl.sources.opml import MOST_BYTES, group_by_site, read_opml, write_opml
from etl.sources.source_files import Given, write_source
from etl.sources.subscriptions import Skipped, propose_sources

console = Console(soft_wrap=True)
OpenHouse = Callable[[], House]


def _zone(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and value not in available_timezones():
        raise click.BadParameter(f"there is no zone {value!r}; zones are named as Asia/Tehran")
    return value


def _country(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch("[A-Z]{2}", value):
        raise click.BadParameter(f"{value!r} is no ISO 3166-1 alpha-2 code, such as IR")
    return value


COUNTRY = click.option("--country", callback=_country, metavar="CC", help="Country of its seat, ISO 3166-1 alpha-2.")
TIMEZONE = click.option("--timezone", callback=_zone, metavar="IANA", help="Zone of the times it prints.")
LANGUAGE = click.option("--language", metavar="TAG", help="BCP 47 tag of what it publishes, such as fa.")


@click.command("import-opml")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@LANGUAGE
@COUNTRY
@TIMEZONE
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.pass_obj
def import_opml(
    house: OpenHouse, file: Path, language: str | None, country: str | None, timezone: str | None, dry_run: bool
) -> None:
    """Write a source file for each site in FILE, a feed reader's subscription list. Nobody is asked for anything.

    The options hold for every site of which the list does not say otherwise. Exit status 1 where one is left out.
    """
    opened, now = house(), datetime.now(UTC)
    with file.open("rb") as read:
        sites = group_by_site(read_opml(read.read(MOST_BYTES + 1), str(file)))
    sources, skipped = propose_sources(
        opened.sources, sites, Given(None, None, language, country, timezone), file.name, now
    )
    for one in sources:
        target = opened.config / "sources" / f"{one.source_id}.toml"
        if not dry_run:
            write_source(target.parent, one, [f"Taken from the subscription list {file.name!r} on {now:%Y-%m-%d}."])
        does = "would write" if dry_run else "written:"
        console.print(f"{does} {target}: {one.title}, {len(one.feeds)} feeds", markup=False, highlight=False)
    _print_skipped(skipped)
    console.print(f"{len(sources)} sources of {len(sites)} sites in {file.name}", markup=False, highlight=False)
    if any(not site.is_known for site in skipped):
        sys.exit(1)


@click.command("export-opml")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_obj
def export_opml(house: OpenHouse, file: Path | None) -> None:
    """Write all configured feeds as a subscription list for feed readers, to FILE or to standard output."""
    opened = house()
    document = write_opml(list(opened.sources.values()), datetime.now(UTC))
    if file is None:
        click.echo(document, nl=False)
        return
    try:
        file.write_bytes(document)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or error}") from error
    console.print(f"{len(opened.sources)} sources in {file}", markup=False, highlight=False)


def _print_skipped(skipped: Sequence[Skipped]) -> None:
    for site in skipped:
        console.print(f"left out: {site.title} ({site.site}): {site.why}", style="yellow", markup=False)
