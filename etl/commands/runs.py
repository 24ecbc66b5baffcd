"""Commands of every day: polling once, listing the sources, checking a day; and how a run and findings are printed."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Column, Table

from etl import pipeline
from etl.config import House
from etl.model import Finding
from etl.pipeline import RunReport

console = Console(soft_wrap=True)
REPORTED = ("entries", "seen", "new", "revisions", "unchanged", "quarantined")
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--source", "sources", multiple=True, metavar="ID", help="Only this source; may be given several times.")
@click.option("--force", is_flag=True, help="Poll sources before their interval has passed, too.")
@click.pass_obj
def run(house: Callable[[], House], sources: tuple[str, ...], force: bool) -> None:
    """Poll the sources that are due, once, and publish what is new."""
    run_id = f"manual-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    report = pipeline.run(house(), run_id, sources, force)
    print_report(report)


@click.command()
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


@click.command()
@click.argument("day", type=DAY)
@click.pass_obj
def check(house: Callable[[], House], day: datetime) -> None:
    """Check one DAY (YYYY-MM-DD): keys, sums, expectations. Exit status 1 on an error."""
    findings = pipeline.check(house(), day.date().isoformat())
    print_findings(findings)
    if any(finding.severity == "error" for finding in findings):
        sys.exit(1)


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
