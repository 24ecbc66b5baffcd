"""Sites of a subscription list become sources, as far as the list, the options and the sites' domains tell enough."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from etl.model import Calendar, FeedAddress, Source
from etl.sources.mastheads import language_tag
from etl.sources.opml import SubscribedSite, Subscription
from etl.sources.source_files import Given, free_id, propose_id
from etl.sources.whereabouts import guess_country, guess_zone


@dataclass(frozen=True, slots=True)
class Skipped:
    """A site of a list of which no source was made, and why; `is_known` where it is configured already."""

    title: str
    site: str
    why: str
    is_known: bool = False


def propose_sources(
    known: Mapping[str, Source], sites: Iterable[SubscribedSite], given: Given, name: str, now: datetime
) -> tuple[list[Source], list[Skipped]]:
    """The sources that a list's sites make beside those that are known, and the sites left out.

    `name` is what `found_at` calls the list. Feeds that are configured already are left out.
    """
    taken, feeds = set(known), {feed.url for source in known.values() for feed in source.feeds}
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for site in sites:
        fresh = replace(site, feeds=tuple(feed for feed in site.feeds if feed.url not in feeds))
        made = _source(fresh, given, name, now) if fresh.feeds else Skipped(*_of(site), "configured already", True)
        if isinstance(made, Skipped):
            skipped.append(made)
            continue
        sources.append(replace(made, source_id=free_id(made.source_id, taken)))
        taken.add(sources[-1].source_id)
        feeds.update(feed.url for feed in made.feeds)
    return sources, skipped


def _source(site: SubscribedSite, given: Given, name: str, now: datetime) -> Source | Skipped:
    """The source that a site makes; what the list says goes before the options, these before the domain."""
    first = site.feeds[0]
    language = language_tag(first.language) or given.language
    country = first.country or given.country or guess_country(site.site, None).value
    zone = first.timezone or given.timezone or guess_zone(country, (), now).value
    said = {"language": language, "country": country, "timezone": zone}
    missing = [f"--{key}" for key, value in said.items() if value is None]
    if missing or language is None or country is None:
        wanted = " and ".join(missing)
        return Skipped(*_of(site), f"give {wanted}, or find it out by `dateline source add {site.site}`")
    calendar: Calendar = next((own for own in get_args(Calendar) if own == first.calendar), "gregorian")
    return Source(
        source_id=first.source_id or propose_id(site.site, language),
        title=site.title,
        site=site.site,
        feeds=tuple(FeedAddress(feed.url, feed.section, _found_at(feed, name)) for feed in site.feeds),
        language=language,
        country=country,
        timezone=zone,
        calendar=calendar,
    )


def _found_at(feed: Subscription, name: str) -> str:
    return name + (f", folder {feed.folder!r}" if feed.folder else "")


def _of(site: SubscribedSite) -> tuple[str, str]:
    return site.title, site.site
