"""Whether a page may be asked for, and what its host reserves of it: robots.txt and tdmrep.json, each asked once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from etl.addresses import robots_url
from etl.config import Settings
from etl.model import ArticleNote, CaptureKind, Exchange, FetchOutcome, SiteTerms, Source
from etl.web.reservations import reserved_by, site_reservations, site_terms, tdmrep_answer, tdmrep_url
from etl.web.robots import HostFile, ask_robots, pause_seconds, robots_verdict

CRAWL_DELAY_MAX = 60.0  # seconds; a robots.txt that asks for hours would starve the hosts behind it
NOT_ASKED = {"feed_only", "host_busy", "reserved", "robots_denied", "robots_unavailable"}


@dataclass(frozen=True, slots=True)
class Gate:
    """What decides on one page and the addresses that it leads to.

    `files` are the hosts' files by address; what is not there is asked for, and stands there and in `asked` then.
    """

    ask: Callable[[str], Exchange]
    source: Source
    settings: Settings
    files: dict[str, HostFile]
    asked: list[tuple[CaptureKind, Exchange]] = field(default_factory=list)


def verdict(gate: Gate, url: str) -> tuple[FetchOutcome, str | None]:
    """Whether a page may be asked for, "ok" or why not, and the reason in words.

    A source's reason to set robots.txt aside counts here; its policy on reserved pages counts where a host's files
    reserve the page already.
    """
    outcome, detail = ask_robots(gate.files, lambda address: _asked(gate, "robots", address), url)
    if outcome != "ok" and gate.source.robots_override is None:
        return outcome, detail
    found = reserved_by(site_reservations(_terms(gate, url)))
    if gate.source.tdm_policy == "skip-article" and found:
        return "reserved", f"reserved by {found}"
    return "ok", None


def pause(gate: Gate, url: str) -> None:
    """Waits as long as a host wants between two requests, and no less than the settings say."""
    time.sleep(pause_seconds(gate.files[robots_url(url)], gate.settings.host_delay_seconds, CRAWL_DELAY_MAX))


def noted(gate: Gate, note: ArticleNote, exchange: Exchange) -> ArticleNote:
    """A page's note with what its host's files reserve of the address that answered, and why robots.txt was set aside.

    Nobody is asked here: what is not known by now, of a host that is left alone say, states nothing.
    """
    addresses = dict.fromkeys((exchange.url, *(url for _, url in exchange.redirects), exchange.final_url))
    is_asked = exchange.status is not None or exchange.outcome not in NOT_ASKED
    against = [url for url in addresses if is_asked and _known_verdict(gate, url) != "ok"]
    override = gate.source.robots_override if against else None
    return replace(note, terms=_known_terms(gate, exchange.final_url), robots_override=override)


def _asked(gate: Gate, kind: CaptureKind, address: str) -> Exchange:
    """The answer of a host's file, which will be recorded."""
    exchange = gate.ask(address)
    gate.asked.append((kind, exchange))
    return exchange


def _terms(gate: Gate, url: str) -> SiteTerms:
    """What the host's files reserve of a page; a tdmrep.json that robots.txt forbids is not asked for."""
    address = tdmrep_url(url)
    may_ask = gate.source.robots_override is not None or _known_verdict(gate, address) == "ok"
    if address not in gate.files and gate.settings.ask_tdmrep and may_ask:
        pause(gate, url)
        gate.files[address] = tdmrep_answer(_asked(gate, "tdmrep", address))
    return _known_terms(gate, url)


def _known_verdict(gate: Gate, url: str) -> FetchOutcome:
    known = gate.files.get(robots_url(url))
    return "ok" if known is None else robots_verdict(known, url)


def _known_terms(gate: Gate, url: str) -> SiteTerms:
    nothing: HostFile = (None, "")
    _, tdmrep = gate.files.get(tdmrep_url(url), nothing)
    _, robots = gate.files.get(robots_url(url), nothing)
    return site_terms(tdmrep, robots, url)
