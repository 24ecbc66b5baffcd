"""Commands that look into it: what is read from a page, a dateline, a date or a name, and why."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import get_args
from zoneinfo import available_timezones

import click

from etl.commands.explanation import (
    explain_capture,
    explain_date,
    explain_dateline,
    explain_line,
    explain_name,
    explain_page,
    explain_pair,
    explain_pair_line,
    line_of,
    to_json,
)
from etl.config import House
from etl.model import Calendar


@click.group()
def explain() -> None:
    """Show what is read from something, and why, as JSON."""


@explain.command()
@click.argument("file", metavar="FILE|URL")
@click.option("--url", default="", help="Address of the page: finds its source and resolves its links.")
@click.option("--source", "source_id", metavar="ID", help="Read the page as one of this source.")
@click.option(
    "--lines", is_flag=True, help='FILE holds JSON lines {"id", "url", "html"}; one JSON object a line comes out.'
)
@click.pass_obj
def page(house: Callable[[], House], file: str, url: str, source_id: str | None, lines: bool) -> None:
    """Read one page from FILE (- for standard input), or the newest capture in raw/ of the page at URL."""
    opened, now = house(), datetime.now(UTC)
    if re.match("https?://", file):
        click.echo(to_json(explain_capture(opened, file), indent=2))
        return
    if source_id is not None and source_id not in opened.sources:
        raise click.BadParameter(f"there is no source {source_id!r}", param_hint="--source")
    try:
        with click.open_file(file, "rb") as stream:
            if not lines:
                click.echo(to_json(explain_page(opened, stream.read(), url, source_id, now), indent=2))
                return
            for line in stream:
                click.echo(to_json(explain_line(opened, line.decode("utf-8", "replace"), now)))
    except OSError as error:
        raise click.BadParameter(f"{file!r}: {error.strerror}", param_hint="FILE") from error


@explain.command("dateline")
@click.argument("text", required=False)
@click.option("--source", "source_id", metavar="ID", help="Read the text as one of this source.")
@click.option("--lines", is_flag=True, help="Read texts from standard input, a JSON string or plain text a line.")
@click.pass_obj
def dateline_of(house: Callable[[], House], text: str | None, source_id: str | None, lines: bool) -> None:
    """Read the head and the tail of TEXT."""
    opened = house()
    if source_id is not None and source_id not in opened.sources:
        raise click.BadParameter(f"there is no source {source_id!r}", param_hint="--source")
    for given in _texts(text, lines):
        click.echo(to_json(explain_dateline(opened, given, source_id), indent=None if lines else 2))


@explain.command("date")
@click.argument("text", required=False)
@click.option("--zone", metavar="IANA", help="Zone of prints that state none, such as Asia/Tehran.")
@click.option("--calendar", type=click.Choice(get_args(Calendar)), default="gregorian", help="The source's own.")
@click.option("--lines", is_flag=True, help="Read dates from standard input, a JSON string or plain text a line.")
def date_of(text: str | None, zone: str | None, calendar: Calendar, lines: bool) -> None:
    """Read the date that TEXT prints."""
    if zone is not None and zone not in available_timezones():
        raise click.BadParameter(f"there is no zone {zone!r}", param_hint="--zone")
    for given in _texts(text, lines):
        click.echo(to_json(explain_date(given, zone, calendar), indent=None if lines else 2))


@explain.command("name")
@click.argument("name", required=False)
@click.option("--lines", is_flag=True, help="Read names from standard input, a JSON string or plain text a line.")
@click.pass_obj
def name_of(house: Callable[[], House], name: str | None, lines: bool) -> None:
    """Tell who NAME is."""
    opened = house()
    for given in _texts(name, lines):
        click.echo(to_json(explain_name(opened, given), indent=None if lines else 2))


@explain.command()
@click.argument("one", required=False)
@click.argument("other", required=False)
@click.option("--lines", is_flag=True, help="Read pairs from standard input, two names and a tab between them a line.")
@click.pass_obj
def pair(house: Callable[[], House], one: str | None, other: str | None, lines: bool) -> None:
    """Tell whether ONE and OTHER are spellings of one name."""
    if (one is None) != (other is None) or lines == (one is not None):
        raise click.UsageError("give either ONE and OTHER or --lines")
    opened = house()
    if one is not None and other is not None:
        click.echo(to_json(explain_pair(opened, one, other), indent=2))
        return
    for line in _texts(None, lines):
        click.echo(to_json(explain_pair_line(opened, line)))


def _texts(text: str | None, lines: bool) -> Iterator[str]:
    """The text that was given, or with `lines` each line of standard input."""
    if lines == (text is not None):
        raise click.UsageError("give either TEXT or --lines")
    if text is not None:
        yield text
        return
    for line in sys.stdin.buffer:
        yield line_of(line.decode("utf-8", "replace").rstrip("\r\n"))
