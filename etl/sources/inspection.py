"""A source looked at on the spot: its feeds asked, one of its pages read, the rest concluded from what came."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlsplit

from etl.addresses import normal_url, robots_url
from etl.config import House
from etl.errors import ConfigError
from etl.model import (
    Article,
    ArticleNote,
    Calendar,
    Capture,
    CapturePlace,
    Exchange,
    FeedAddress,
    FeedEntry,
    Reject,
    Source,
)  # fmt: skip
from etl.reading.pages import read_page
from etl.sources.discovery import Site
from etl.sources.feed_answers import FeedAnswer, read_answer
from etl.sources.feed_links import Candidate
from etl.sources.problems import PageLook, entries_of, offsets_of
from etl.sources.report_cards import ReportCard, Traits, guess_calendar, guess_language, make_card
from etl.sources.source_files import Given, propose_id
from etl.sources.visits import Visit, ask, ask_if_allowed, robots_text, verdict
from etl.sources.whereabouts import Guess, guess_country, guess_zone
from etl.verbs.transformation import READER, page_reader
from etl.web.bodies import decoded_body
from etl.web.reservations import (
    Reservations,
    reserved_by,
    resolve_reservations,
    site_reservations,
    site_terms,
    tdmrep_answer,
    tdmrep_url,
)  # fmt: skip

MOST_LINKS = 100  # of entries that are held against robots.txt
MOST_HOSTS = 3  # whose robots.txt is asked for the sake of one report card
Told = tuple[Article | Reject, tuple[str, ...]]
GIVEN = "it was given"


@dataclass(frozen=True, slots=True)
class Draft:
    """A source as it could be configured, its report card, and what is missing: key and why it is not known.

    What is missing stands in the source as "und", "ZZ" and null.
    """

    source: Source
    card: ReportCard
    missing: tuple[tuple[str, str], ...]


def inspect_source(house: House, visit: Visit, source: Source, now: datetime) -> ReportCard:
    """The report card of a configured source: each feed asked as a run asks it, one page read."""
    answers = [
        read_answer(Candidate(feed.url, feed.found_at or "configured"), ask(visit, feed.url)) for feed in source.feeds
    ]
    look = look_at_pages(house, visit, source, entries_of(answers))
    _, declared, detected = guess_language(answers, None)
    language, country, zone, calendar = (
        Guess(value, "configured") for value in (source.language, source.country, source.timezone, source.calendar)
    )
    traits = Traits(language, declared, detected, country, zone, calendar)
    return make_card(source, answers, look, traits, now)


def draft_source(house: House, visit: Visit, site: Site, given: Given, now: datetime) -> Draft:
    """A source made of what was found at an address and what a person says of it.

    Raises ConfigError where every feed that was found belongs to a configured source.
    """
    feeds = _unowned(house, site)
    language, declared, detected = guess_language(feeds, site.masthead.language)
    language = _given(given.language) or language
    country = _given(given.country) or guess_country(site.url, site.masthead.country)
    offsets = offsets_of(entries_of(feeds))
    zone = _given(given.timezone) or guess_zone(country.value, offsets, now)
    source = Source(
        source_id=given.source_id or propose_id(site.url, language.value or "und"),
        title=given.title or site.masthead.title or urlsplit(site.url).hostname or site.url,
        site=site.url,
        feeds=tuple(
            FeedAddress(_lasting(feed), None, f"{feed.evidence}, from {site.url}, {now:%Y-%m-%d}") for feed in feeds
        ),
        language=language.value or "und",
        country=country.value or "ZZ",
        timezone=zone.value,
        allowed_networks=given.networks,
    )
    look = look_at_pages(house, visit, source, entries_of(feeds))
    calendar = _given(given.calendar) or guess_calendar(entries_of(feeds), look)
    own = next((known for known in get_args(Calendar) if known == calendar.value), source.calendar)
    source = replace(source, calendar=own)
    card = make_card(source, feeds, look, Traits(language, declared, detected, country, zone, calendar), now)
    found = (("language", language), ("country", country), ("timezone", zone))
    missing = tuple((name, guess.why) for name, guess in found if guess.value is None)
    return Draft(source, replace(card, in_vain=site.in_vain), missing)


def look_at_pages(house: House, visit: Visit, source: Source, entries: Sequence[FeedEntry]) -> PageLook:
    """What robots.txt says of the entries' pages, and the first page that may be asked for, read as a run would.

    Nothing, where the source's pages are never asked for.
    """
    if source.feed_only:
        return PageLook()
    linked = [(url, entry) for entry in entries if entry.link and (url := normal_url(entry.link))]
    hosts = list(dict.fromkeys(robots_url(url) for url, _ in linked))[:MOST_HOSTS]
    known = [(url, entry) for url, entry in linked if robots_url(url) in hosts][:MOST_LINKS]
    verdicts = {url: verdict(visit, url) for url, _ in known}
    counts = tuple(sorted(Counter(outcome for outcome, _ in verdicts.values()).items()))
    detail = next((told for outcome, told in verdicts.values() if outcome != "ok"), None)
    may = (pair for pair in known if verdicts[pair[0]][0] == "ok" or source.robots_override is not None)
    url, entry = next(may, (None, None))
    look = PageLook(counts, detail, url)
    return look if url is None or entry is None else _read_page(house, visit, source, look, entry)


def page_teller(house: House) -> Callable[[Capture], Told]:
    """What reads a page as a run does and tells, too, each date that the page prints or states."""
    read = page_reader(house)

    def tell(capture: Capture) -> Told:
        article = read(capture)
        return article, _printed_dates(capture.exchange) if isinstance(article, Article) else ()

    return tell


def _read_page(house: House, visit: Visit, source: Source, look: PageLook, entry: FeedEntry) -> PageLook:
    url = str(look.url)
    terms = site_terms(_tdmrep(visit, url), robots_text(visit, url), url)
    by_site = site_reservations(terms)
    if source.tdm_policy == "skip-article" and reserved_by(by_site):
        return replace(look, reservations=by_site, fault=f"it is reserved by {reserved_by(by_site)} and not asked for")
    exchange = ask(visit, url) if source.robots_override is not None else ask_if_allowed(visit, url)
    if exchange.outcome != "ok":
        told = exchange.error_detail or exchange.outcome
        return replace(look, reservations=resolve_reservations(exchange.response_headers, terms, ()), fault=told)
    answer = _read(_house_with(house, source), _capture(source, exchange, entry))
    read, printed = answer if isinstance(answer, tuple) else (answer, ())
    metas = read.metas if isinstance(read, Article) else ()
    found: Reservations = resolve_reservations(exchange.response_headers, terms, metas)
    fault = read.reason_text if isinstance(read, Reject) else None
    return replace(look, fault=fault, read=read, printed=printed, reservations=found)


def _read(house: House, capture: Capture) -> Told | Reject:
    """What reading a page gives, in the process that pages are read in; a Reject alone where that had to be ended."""
    answer: Told | Reject = READER.bind(page_teller, house)(capture)
    return answer


def _tdmrep(visit: Visit, url: str) -> str:
    """The tdmrep.json of a page's host; empty where it has none, may not be asked or the settings say not to."""
    if not visit.settings.ask_tdmrep:
        return ""
    return tdmrep_answer(ask_if_allowed(visit, tdmrep_url(url)))[1]


def _printed_dates(exchange: Exchange) -> tuple[str, ...]:
    return tuple(raw for _, raw in read_page(decoded_body(exchange), exchange.final_url).dates)


def _capture(source: Source, exchange: Exchange, entry: FeedEntry) -> Capture:
    """A capture as it would lie in raw/, which it never does."""
    seen_at = exchange.requested_at.isoformat()
    bare = replace(entry, content=None)  # the page itself is looked at here
    note = ArticleNote("a_looked_at", "url", (), bare, source.feeds[0].url, None, None, "first", seen_at)
    return Capture(CapturePlace("", 0, "", seen_at), "article", source.source_id, "inspection", exchange, None, note)


def _house_with(house: House, source: Source) -> House:
    """The house, where it knows a source as it is here; itself where it does already."""
    sources: Mapping[str, Any] = house.sources
    if sources.get(source.source_id) is source:
        return house
    return replace(house, sources={**house.sources, source.source_id: source})


def _unowned(house: House, site: Site) -> tuple[FeedAnswer, ...]:
    owners = {feed.url: source.source_id for source in house.sources.values() for feed in source.feeds}
    free = tuple(feed for feed in site.feeds if not {feed.url, _lasting(feed)} & owners.keys())
    if site.feeds and not free:
        feed = site.feeds[0]
        owner = owners.get(feed.url) or owners[_lasting(feed)]
        raise ConfigError(f"{feed.url} is a feed of the configured source {owner!r} already")
    return free


def _lasting(feed: FeedAnswer) -> str:
    """The address to configure: where a feed has moved for good."""
    return feed.moved_to or feed.url


def _given(value: str | None) -> Guess | None:
    return Guess(value, GIVEN) if value is not None else None
