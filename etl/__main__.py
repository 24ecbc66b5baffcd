"""The `dateline` command: the same verbs by hand."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import available_timezones

import click
from rich.console import Console
from rich.table import Column, Table

from etl import pipeline
from etl.commands.bars import bar
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
from etl.commands.importing import import_
from etl.commands.people import persons
from etl.commands.sources import SOURCE_COMMANDS
from etl.commands.status import status
from etl.commands.stored import COMMANDS
from etl.config import House, open_house
from etl.errors import DatelineError
from etl.model import Calendar, Finding
from etl.pipeline import RunReport
from etl.verbs.events import LogFormat, show_events
from etl.verbs.preparation import Means

console = Console(soft_wrap=True)
REPORTED = ("entries", "seen", "new", "revisions", "unchanged", "quarantined")
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dateline", prog_name="dateline")
@click.option(
    "--data", metavar="WHERE", help="Folder of the stores, or s3://bucket/prefix [DATELINE_DATA, else ./data]."
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="Folder of the configuration [DATELINE_CONFIG, else ./config]."
)
@click.option(
    "--log-format",
    type=click.Choice(get_args(LogFormat)),
    default="text",
    envvar="DATELINE_LOG_FORMAT",
    help="On standard error: warnings as text, or all events as JSON lines [DATELINE_LOG_FORMAT, else text].",
)
@click.pass_context
def cli(context: click.Context, data: str | None, config: Path | None, log_format: LogFormat) -> None:
    """News feeds to Parquet tables an analyst can trust."""
    show_events(log_format)
    context.obj = lambda: open_house(data, config)
    context.meta["data"] = data


for command in (*COMMANDS, import_, persons, *SOURCE_COMMANDS, status):
    cli.add_command(command)


@cli.command()
@click.option("--source", "sources", multiple=True, metavar="ID", help="Only this source; may be given several times.")
@click.option("--force", is_flag=True, help="Poll sources before their interval has passed, too.")
@click.pass_obj
def run(house: Callable[[], House], sources: tuple[str, ...], force: bool) -> None:
    """Poll the sources that are due, once, and publish what is new."""
    run_id = f"manual-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    report = pipeline.run(house(), run_id, sources, force)
    print_report(report)


@cli.command()
@click.pass_obj
def sources(house: Callable[[], House]) -> None:
    """Validate the configuration and list the sources."""
    opened = house()
    table = Table(Column("id", no_wrap=True), "title", "publisher", "language", "zone", "calendar", "minutes", box=None)
    for source in opened.sources.values():
        facts = (source.publisher_type, f"{source.language}-{source.country}", source.timezone, source.calendar)
        table.add_row(source.source_id, source.title, *facts, str(source.interval_minutes))
    console.print(table)
    console.print(f"{len(opened.sources)} sources in {opened.config / 'sources'}")


@cli.command()
@click.argument("day", type=DAY)
@click.pass_obj
def check(house: Callable[[], House], day: datetime) -> None:
    """Check one DAY (YYYY-MM-DD): keys, sums, expectations. Exit status 1 on an error."""
    findings = pipeline.check(house(), day.date().isoformat())
    print_findings(findings)
    if any(finding.severity == "error" for finding in findings):
        sys.exit(1)


@cli.group()
def state() -> None:
    """The small database beside the stores."""


@state.command("rebuild")
@click.pass_obj
def state_rebuild(house: Callable[[], House]) -> None:
    """Make the frontier, the ledger and the tables again from raw/ alone."""
    with bar(console, "WARC files") as tell:
        made = pipeline.rebuild_state(house(), Means(tell=tell))
    console.print(f"State and tables made again from {made} WARC files")


cli.add_command(state, "frontier")  # the frontier is a part of it, made again with the rest


@cli.group()
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


def print_report(report: RunReport) -> None:
    """Prints a run's report: a line a source, the sums, the feeds that failed."""
    table = Table("source", *REPORTED, title=f"run {report.run_id}", title_justify="left")
    for name in table.columns[1:]:
        name.justify = "right"
    for source_id, counts in report.by_source.items():
        table.add_row(source_id, *(str(counts[name]) for name in REPORTED))
    table.add_section()
    table.add_row("all", *(str(report.counts[name]) for name in REPORTED), style="bold")
    console.print(table)
    counts, outcomes = report.counts, REPORTED[2:]
    ended = sum(counts[name] for name in outcomes)
    balance = "the sums balance" if ended == counts["seen"] else f"THE SUMS DO NOT BALANCE: {ended} ended somewhere"
    console.print(f"{report.sources} sources, {report.feeds} feeds, {len(report.feeds_failed)} failed.", end=" ")
    console.print(f"seen {counts['seen']} = {' + '.join(f'{name} {counts[name]}' for name in outcomes)}: {balance}.")
    for url, why in report.feeds_failed.items():
        console.print(f"feed failed: {url}: {why}", style="red", markup=False)


def print_findings(findings: list[Finding]) -> None:
    """Prints what a check found, a line each."""
    for finding in findings:
        style = "red" if finding.severity == "error" else "yellow"
        console.print(f"{finding.severity} {finding.rule}: {finding.message}", style=style, markup=False)
    console.print(f"{len(findings)} findings" if findings else "nothing out of order")


def main() -> None:
    """Runs the command; an error that an operator can act on is one line on standard error, exit status 1."""
    try:
        cli(standalone_mode=False)
    except DatelineError as error:
        click.echo(f"dateline: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        sys.exit(130)


if __name__ == "__main__":
    main()
