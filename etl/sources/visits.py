"""A visit to a few hosts: each asked no more often than it wishes, and its pages only where robots.txt allows it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from etl.addresses import host_of, robots_url
from etl.config import Settings
from etl.model import Exchange, FetchOutcome
from etl.web.bodies import PATIENCE_SECONDS, retry_after_seconds
from etl.web.http import Limits, fetch, not_asked
from etl.web.reach import Network
from etl.web.robots import HostFile, ask_robots, pause_seconds
from etl.web.sessions import Client, open_client

CRAWL_DELAY_MAX = 30.0  # seconds; a person waits for the answer


@dataclass(slots=True)
class Visit:
    """What a visit may cost and what it has learnt of its hosts; used by one thread.

    `allowed` are the networks outside the public internet that may be asked; `busy` the hosts that asked to be left
    alone, each with the instant until which; `tell` is told each address before it is asked.
    """

    settings: Settings
    allowed: tuple[Network, ...]
    client: Client
    busy: dict[str, str]
    tell: Callable[[str], None]
    robots: dict[str, HostFile] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    free_at: dict[str, float] = field(default_factory=dict)


def begin_visit(
    settings: Settings,
    allowed: tuple[Network, ...] = (),
    busy: Mapping[str, str] | None = None,
    tell: Callable[[str], None] = lambda _url: None,
) -> Visit:
    """A visit that has asked nobody yet."""
    return Visit(settings, allowed, open_client(settings.contact), dict(busy or {}), tell)


def ask(visit: Visit, url: str, *, is_gated: bool = False) -> Exchange:
    """The answer to one GET, made when its host may be asked again; no request at all where the host is busy.

    With `is_gated` redirects are followed to other addresses only where robots.txt there allows it.
    """
    host = host_of(url)
    if host in visit.busy:
        return not_asked(visit.client, url, "host_busy", f"the host asked to be left alone until {visit.busy[host]}")
    time.sleep(max(0.0, visit.free_at.get(host, 0.0) - time.monotonic()))
    visit.tell(url)
    settings = visit.settings
    limits = Limits(settings.timeout_seconds, settings.deadline_seconds, settings.max_feed_bytes, visit.allowed)
    exchange = fetch(visit.client, url, limits, gate=(lambda target: verdict(visit, target)) if is_gated else None)
    visit.free_at[host] = time.monotonic() + _pause(visit, url)
    seconds = retry_after_seconds(exchange) or 0.0
    visit.free_at[host] += seconds
    if seconds > PATIENCE_SECONDS:
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        visit.busy[host_of(exchange.final_url)] = until.isoformat(timespec="seconds")
    return exchange


def ask_if_allowed(visit: Visit, url: str) -> Exchange:
    """The answer to one GET where robots.txt allows it, else why it was not made."""
    outcome, detail = verdict(visit, url)
    return ask(visit, url, is_gated=True) if outcome == "ok" else not_asked(visit.client, url, outcome, detail)


def verdict(visit: Visit, url: str) -> tuple[FetchOutcome, str | None]:
    """Whether robots.txt lets an address be asked, and why not; the file is asked for once a visit."""

    def ask_file(address: str) -> Exchange:
        exchange = ask(visit, address)
        visit.details[address] = exchange.error_detail or exchange.outcome
        return exchange

    outcome, told = ask_robots(visit.robots, ask_file, url)
    return outcome, f"{told}: {visit.details[robots_url(url)]}" if outcome == "robots_unavailable" else told


def robots_text(visit: Visit, url: str) -> str:
    """The robots.txt of an address's host; empty where it has none or it could not be read."""
    verdict(visit, url)
    return visit.robots[robots_url(url)][1]


def _pause(visit: Visit, url: str) -> float:
    return pause_seconds(
        visit.robots.get(robots_url(url), (None, "")), visit.settings.host_delay_seconds, CRAWL_DELAY_MAX
    )
