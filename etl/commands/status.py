"""`dateline status`: how each source is, what is wrong and what to do next, and the stores at a glance."""

import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from etl.commands.advice import NAMED, advise, lasting, told
from etl.config import House
from etl.verbs.glance import Glance, glance
from etl.verbs.health import ALARMS, STATES, SourceHealth, source_health

STYLES = {"failing": "bold red", "silent": "red", "late": "yellow", "ok": "green", "never": "dim", "retired": "dim"}
SHOWN_SOURCES = 60  # of more than so many only those that need a person are listed
BARS = "▁▂▃▄▅▆▇█"
WITH_USUAL, WITH_SHARES, WITH_TITLES = 72, 108, 132  # columns of a terminal
STEERING = {"Cc", "Cf", "Zl", "Zp"}  # what could steer a terminal, or turn the order of what stands beside it


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 92), help="UTC days to look at.")
@click.option("--only", "states", multiple=True, type=click.Choice(STATES), help="Only sources in this state.")
@click.option("--json", "as_json", is_flag=True, help="Everything that is known, as JSON.")
@click.option("--check", is_flag=True, help="Exit status 1 when one of them is failing, silent or late.")
@click.pass_obj
def status(
    house: Callable[[], House],
    sources: tuple[str, ...],
    days: int,
    states: tuple[str, ...],
    as_json: bool,
    check: bool,
) -> None:
    """Show how each SOURCE is (all without one), what is wrong and what to do, and the stores at a glance."""
    opened, now = house(), datetime.now(UTC)
    found = source_health(opened, now, days)
    unknown = sorted(set(sources) - {one.source_id for one in found})
    if unknown:
        raise click.BadParameter(f"there is no source {unknown[0]!r}", param_hint="SOURCE")
    chosen = [one for one in found if one.source_id in (sources or {one.source_id}) and one.state in (states or STATES)]
    stores = glance(opened, now, days)
    if as_json:
        told_of = {"as_of": now, "stores": asdict(stores), "sources": [asdict(one) for one in chosen]}
        click.echo(json.dumps(told_of, default=datetime.isoformat, ensure_ascii=False, indent=2))
    else:
        console = Console(soft_wrap=True)
        print_sources(console, chosen, now)
        print_stores(console, stores, sum(one.days[-1].quarantined for one in found), now)
    if check and any(one.state in ALARMS for one in chosen):
        sys.exit(1)


def print_sources(console: Console, sources: Sequence[SourceHealth], now: datetime) -> None:
    """Prints the sources, the worst first, then what is wrong with which and what to do."""
    is_long = len(sources) > SHOWN_SOURCES
    shown = [one for one in sources if one.state in ALARMS] if is_long else sources
    if shown:
        console.print(_table(console.width, shown[:SHOWN_SOURCES]))
    hidden = len(sources) - len(shown[:SHOWN_SOURCES])
    counts = Counter(one.state for one in sources)
    sums = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    console.print(f"{len(sources)} sources: {sums or 'none'}" + (f"; {hidden} not listed" if hidden else ""))
    shaky = [one for one in sources if one.failures_in_row and one.state not in {*ALARMS, "retired"}]
    if shaky:
        lately = ", ".join(f"{one.source_id} {one.failures_in_row} times ({one.error_detail})" for one in shaky[:NAMED])
        more = f" and {len(shaky) - NAMED} more" if len(shaky) > NAMED else ""
        _say(console, f"failed lately, and asked again by themselves: {lately}{more}")
    for state, wrong, remedy, page in advise(sources, now):
        _say(console, f"{state}:", STYLES[state])
        for line in wrong:
            _say(console, f"  {line}")
        _say(console, f"  -> {remedy} ({page})")


def sparkline(counts: Sequence[int]) -> str:
    """A bar for each count, the highest for the largest; a point for none."""
    most = max(counts, default=0)
    return "".join(BARS[count * (len(BARS) - 1) // most] if count else "·" for count in counts)


def _table(width: int, sources: Sequence[SourceHealth]) -> Table:
    """The sources a line each; what is missing in them, and their titles, where there is room."""
    has_usual, has_shares, has_titles = (width >= least for least in (WITH_USUAL, WITH_SHARES, WITH_TITLES))
    table = Table("state", Column("source", overflow="fold"), "last article", box=None, padding=(0, 2, 0, 0))
    if has_usual:
        table.add_column("usually")
    table.add_column("articles a day", no_wrap=True)
    table.add_column("sum", justify="right")
    for name in ("no date", "no dateline", "quarantine") if has_shares else ():
        table.add_column(name, justify="right")
    if has_titles:  # they may run from right to left, and stand last, where nothing behind them can change its place
        table.add_column("title", overflow="ellipsis", no_wrap=True)
    for one in sources:
        articles = [day.articles for day in one.days]
        cells = [Text(one.state, style=STYLES[one.state]), Text(one.source_id)]
        cells.append(Text(f"{lasting(one.silence_minutes)} ago" if one.last_new else "none"))
        if has_usual:
            cells.append(Text(f"every {lasting(one.usual_gap_minutes)}" if one.usual_gap_minutes else "-"))
        cells += [Text(sparkline(articles)), Text(f"{sum(articles):,}")]
        if has_shares:
            shares = (one.undated_share, one.without_dateline_share, one.quarantined_share)
            cells += [Text("-" if share is None else f"{share:.0%}") for share in shares]
        table.add_row(*cells, *([Text(plain(one.title))] if has_titles else []))
    return table


def print_stores(console: Console, stores: Glance, quarantined: int, now: datetime) -> None:
    """Prints the stores at a glance, and how many items went to quarantine today."""
    if stores.last_run_at is not None and stores.last_commit_at is not None:
        ago = f"{lasting((now - stores.last_run_at).total_seconds() / 60)} ago"
        _say(console, f"last run       {stores.last_run_id}, {ago} ({told(stores.last_run_at)})")
        _say(console, f"last commit    {stores.last_commit}, {told(stores.last_commit_at)}")
    _say(console, f"quarantine     {quarantined:,} items today")
    waiting = f"; {stores.waiting_warcs} WARC files wait to be published" if stores.waiting_warcs else ""
    _say(console, f"open days      {len(stores.open_days)} not compacted{waiting}")
    sizes = f"raw {_size(stores.raw_bytes)} since {stores.raw_since}, objects {_size(stores.object_bytes)}"
    _say(console, f"disk           {sizes}, {_size(stores.free_bytes)} free")


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(plain(text), style=style, markup=False, highlight=False)


def plain(text: str) -> str:
    """A text without the characters by which somebody else's words could steer a terminal."""
    return "".join("\ufffd" if unicodedata.category(char) in STEERING and char != "\u200c" else char for char in text)


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1_000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1_000
    return f"{size:,.1f} TB"
