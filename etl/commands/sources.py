"""Commands over sources: found, looked at, taken from and given to feed readers, polled without a trace."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import count
from typing import Any, get_args

import click
from rich.console import Console
from rich.markup import escape

from etl.addresses import host_of, normal_url
from etl.commands.bars import bar
from etl.commands.subscriptions import COUNTRY, LANGUAGE, TIMEZONE, export_opml, import_opml
from etl.config import House, require_contact
from etl.errors import ConfigError, DataError, FatalFetchError
from etl.model import Calendar, FeedAddress, Source
from etl.sources.discovery import find_feeds
from etl.sources.headlinevotes import PATHS, captured_headlines, headline_votes
from etl.sources.inspection import Draft, draft_source, inspect_source
from etl.sources.previews import busy_hosts, preview
from etl.sources.report_cards import ReportCard
from etl.sources.source_files import Given, source_toml, write_source
from etl.sources.source_tables import print_card, print_outlook
from etl.sources.visits import Visit, begin_visit
from etl.web.reach import read_networks

console = Console(soft_wrap=True)
aside = Console(stderr=True)  # for what tells that something goes on
OpenHouse = Callable[[], House]


def _networks(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        read_networks(values)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return values


@click.group()
def source() -> None:
    """One source after the other: add, check, import, export."""


@source.command()
@click.argument("source_id", metavar="ID")
@click.option("--pages", default=50, show_default=True, help="Captured pages to look at, the newest first.")
@click.pass_obj
def headlines(house: OpenHouse, source_id: str, pages: int) -> None:
    """Tell where source ID prints its headlines, by what its captured pages agree on.

    The place most often equal to another one is the one to trust; a line for the source's file names it.
    """
    opened = house()
    if source_id not in opened.sources:
        raise click.BadParameter(f"there is no source {source_id!r}", param_hint="ID")
    votes = headline_votes(captured_headlines(opened, source_id, pages))
    for vote in votes:
        console.print(f"{vote.place}: on {vote.pages} pages, equal to another place on {vote.agreed}", markup=False)
    best = next((vote.place for vote in votes if vote.place in PATHS), None)
    if best is None:
        raise DataError(f"source {source_id!r}: no captured page prints a headline")
    console.print(f"[[layouts]]\nheadline = {json.dumps(PATHS[best])}", markup=False)


@source.command()
@click.argument("url")
@click.option("--id", "source_id", metavar="ID", help="Its id, and so the name of its file [domain and language].")
@click.option("--title", help="The publisher as its readers know it [as site or feed say].")
@LANGUAGE
@COUNTRY
@TIMEZONE
@click.option("--calendar", type=click.Choice(get_args(Calendar)), help="Calendar of the dates on its pages.")
@click.option(
    "--allow-network", "networks", multiple=True, callback=_networks, metavar="NET",
    help="A network outside the public internet in which its hosts may be, such as 10.1.0.0/16.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the report card and the file, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The report card as JSON.")
@click.pass_obj
def add(house: OpenHouse, /, url: str, dry_run: bool, as_json: bool, **given: Any) -> None:
    """Find the feeds of the site at URL and write config/sources/ID.toml. URL may be a feed, too.

    What is not evident (language, country, time zone) is asked for, not guessed.
    """
    opened, now = house(), datetime.now(UTC)
    address = normal_url(url if "://" in url else f"https://{url}")
    if address is None:
        raise click.BadParameter(f"{url!r} is no http(s) address", param_hint="URL")
    told = Given(**given)
    _require_contact(opened, address)
    with _going_on("looking for feeds") as tell:
        visit = begin_visit(opened.settings, read_networks(told.networks), busy_hosts(opened, now), tell)
        site = find_feeds(visit, address)
        if not site.feeds:
            tried = "".join(f"\n  {asked}: {why}" for asked, why in site.in_vain)
            raise FatalFetchError(f"{address}: no feed was found; asked were{tried or ' none'}")
        draft = draft_source(opened, visit, site, told, now)
    _print_cards([draft.card], as_json)
    _require_known(draft)
    remarks = _remarks(draft, address, now)
    if dry_run:
        if not as_json:
            console.print(f"\n{draft.source.source_id}.toml would be:\n", style="bold", markup=False)
            console.print(source_toml(draft.source, remarks), markup=False, highlight=False)
        return
    written = write_source(opened.config / "sources", draft.source, remarks)
    aside.print(f"written: {written}", markup=False, highlight=False, soft_wrap=True)


@source.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "is_all", is_flag=True, help="Every configured source.")
@click.option("--json", "as_json", is_flag=True, help="The report cards as JSON.")
@click.pass_obj
def check(house: OpenHouse, ids: tuple[str, ...], is_all: bool, as_json: bool) -> None:
    """Ask the feeds of sources and read one page of each. Exit status 1 where one gives nothing as configured."""
    if bool(ids) == is_all:
        raise click.UsageError("give either IDs or --all")
    opened, now = house(), datetime.now(UTC)
    chosen = [_source(opened, source_id) for source_id in ids] or list(opened.sources.values())
    require_contact(opened, chosen)
    busy = busy_hosts(opened, now)

    def look_at(group: Sequence[Source]) -> list[ReportCard]:
        visit = begin_visit(opened.settings, busy=busy)
        cards = []
        for one in group:
            cards.append(_inspect(opened, visit, one, now))
            tell(next(done), len(chosen))
        return cards

    done = count(1)
    with bar(aside, "sources") as tell, ThreadPoolExecutor(opened.settings.concurrent_hosts) as pool:
        tell(0, len(chosen))
        cards = [card for group in pool.map(look_at, _by_host(chosen)) for card in group]
    _print_cards(sorted(cards, key=lambda card: (not card.is_broken, not card.problems, card.source_id)), as_json)
    broken = sum(card.is_broken for card in cards)
    aside.print(f"{len(cards)} sources looked at, {broken} give nothing as configured", highlight=False)
    if broken:
        sys.exit(1)


@click.command()
@click.argument("source_id", metavar="SOURCE")
@click.option("--dry-run", is_flag=True, help="Required; `dateline run --source SOURCE --force` polls and publishes.")
@click.option("--json", "as_json", is_flag=True, help="The outlook as JSON.")
@click.pass_obj
def poll(house: OpenHouse, source_id: str, dry_run: bool, as_json: bool) -> None:
    """Ask the feeds of SOURCE now and show what a run would do with each entry; nothing is written."""
    opened, now = house(), datetime.now(UTC)
    one = _source(opened, source_id)
    if not dry_run:
        raise click.UsageError(f"give --dry-run; `dateline run --source {source_id} --force` polls and publishes")
    require_contact(opened, [one])
    with _going_on("asking") as tell:
        visit = begin_visit(opened.settings, read_networks(one.allowed_networks), busy_hosts(opened, now), tell)
        outlook = preview(opened, visit, one, now)
    if as_json:
        click.echo(_to_json(asdict(outlook)))
    else:
        print_outlook(console, outlook)
    if all(feed.fault is not None for feed in outlook.feeds):
        sys.exit(1)


def _inspect(house: House, visit: Visit, one: Source, now: datetime) -> ReportCard:
    visit.allowed = read_networks(one.allowed_networks)
    return inspect_source(house, visit, one, now)


def _require_contact(house: House, url: str) -> None:
    """Passes where an address may be asked: publishers must be able to reach the operator. Raises ConfigError."""
    require_contact(house, [Source("new", "", url, (FeedAddress(url),), "und", "ZZ", None)])


def _require_known(draft: Draft) -> None:
    """Passes where all is known that a source file must say. Raises ConfigError."""
    if draft.missing:
        wanted = "; ".join(f"give --{name} ({why})" for name, why in draft.missing)
        raise ConfigError(f"{draft.source.source_id}: nothing is written, since not all is known: {wanted}")


def _remarks(draft: Draft, url: str, now: datetime) -> list[str]:
    traits = draft.card.traits
    guesses = {name: getattr(traits, name) for name in ("language", "country", "timezone", "calendar")}
    said = [f"  {name}: {guess.value or 'not known'}: {guess.why}" for name, guess in guesses.items()]
    return [f"Added from {url} on {now:%Y-%m-%d}; a person should look at what was concluded, and from what:", *said]


def _source(house: House, source_id: str) -> Source:
    if source_id not in house.sources:
        raise click.BadParameter(f"there is no source {source_id!r} in {house.config / 'sources'}")
    return house.sources[source_id]


def _by_host(sources: Sequence[Source]) -> list[list[Source]]:
    """Sources in groups: no host of a feed is in two of them, so that each is asked by one thread."""
    groups: list[tuple[set[str], list[Source]]] = []
    for one in sources:
        hosts, members = {host_of(feed.url) for feed in one.feeds} | {host_of(one.site)}, [one]
        for group in [group for group in groups if group[0] & hosts]:
            groups.remove(group)
            hosts, members = hosts | group[0], [*group[1], *members]
        groups.append((hosts, members))
    return [members for _, members in groups]


def _print_cards(cards: Sequence[ReportCard], as_json: bool) -> None:
    if as_json:
        click.echo(_to_json([asdict(card) for card in cards]))
        return
    for card in cards:
        print_card(console, card)


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_iso)


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@contextmanager
def _going_on(what: str) -> Iterator[Callable[[str], None]]:
    """What is told each address that is asked, and shows it in a terminal while it is waited for."""
    with aside.status(what) as status:
        yield lambda url: status.update(escape(f"{what}: {url}"))


source.add_command(import_opml)
source.add_command(export_opml)
SOURCE_COMMANDS = (source, poll)
