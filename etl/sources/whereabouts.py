"""Where a publisher sits and by which clock it prints, as far as there is evidence: nothing is guessed without."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from etl.reading.dates import read_date
from etl.reading.regions import country_records

# Country domains that anybody may have and that tell no country: Google Search Central, "Managing multi-regional and
# multilingual sites", "Generic country code top-level domains".
ANYBODYS_DOMAINS = frozenset("ad ai as bz cc cd co dj fm io la me ms nu sc sr su tv tk ws".split())
EXPLICIT_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\s*(?:\([^)]*\))?$")
LONGEST_DATE = 100  # code points; of more no date is made
YEAR_STEPS = 24  # moments of a year at which two zones are compared: no summer time is shorter than half a month


@dataclass(frozen=True, slots=True)
class Guess:
    """A value and the evidence for it, in words; the value is null where the evidence names none."""

    value: str | None
    why: str


class Offset(NamedTuple):
    """What a printed date says of its clock: the instant and how far it was ahead of UTC."""

    instant: datetime
    ahead: timedelta


def guess_country(url: str, stated: str | None) -> Guess:
    """The country of a publisher: what it states itself, else that of its domain; null where neither tells."""
    if stated is not None:
        return Guess(stated, "the publisher's own address in the page's JSON-LD")
    domain = (urlsplit(url).hostname or "").rpartition(".")[2]
    country = None if domain in ANYBODYS_DOMAINS else _country_domains().get(domain)
    if country is None or _is_number(url):
        return Guess(None, f"the domain of {url} is no country's own and the publisher states no country")
    return Guess(country, f"the domain .{domain}")


def guess_zone(country: str | None, offsets: Sequence[Offset], now: datetime) -> Guess:
    """The time zone of a publisher: the only one of its country, or of the world, that fits all offsets seen.

    Zones of a country whose clocks agreed all through the year before `now` are one, by the name that the time zone
    database lists first. Offsets of 0 tell nothing: feeds give times in UTC wherever they are made.
    """
    told = [offset for offset in offsets if offset.ahead]
    shown = ", ".join(sorted({_shown(offset.ahead) for offset in told}))
    if country is None and not told:
        return Guess(None, "no country is known, and no date in the feeds has an offset other than 0")
    zones = country_zones(country) if country else [zone for zones in _all_zones().values() for zone in zones]
    fitting = [zone for zone in zones if not contradictions(zone, told)]
    distinct = list({_year(zone, now): zone for zone in reversed(fitting)}.values()) if country else fitting
    where = f"of {country}" if country else "in the world"
    offsets_said = f" that fits the offsets in the feeds' dates ({shown})" if told else ""
    if len(distinct) == 1:
        return Guess(distinct[0], f"the only zone {where}{offsets_said}")
    return Guess(None, f"no single zone {where}{offsets_said}, but {len(distinct)}")


def contradictions(zone: str, offsets: Iterable[Offset]) -> tuple[Offset, ...]:
    """The offsets, other than 0, that a clock in a zone did not have at their instants."""
    clock = ZoneInfo(zone)
    return tuple(seen for seen in offsets if seen.ahead and seen.instant.astimezone(clock).utcoffset() != seen.ahead)


def printed_offset(printed: str) -> Offset | None:
    """The instant of a printed date and the offset in it; null where it states none in figures."""
    found = EXPLICIT_OFFSET.search(printed.strip()) if len(printed) <= LONGEST_DATE else None
    instant = read_date(printed, None).instant if found else None
    if found is None or instant is None:
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return Offset(instant, -ahead if found[1] == "-" else ahead)


def country_zones(country: str) -> tuple[str, ...]:
    """The time zones of a country in the order of the time zone database's zone.tab; empty for none."""
    return _all_zones().get(country, ())


def _year(zone: str, now: datetime) -> tuple[timedelta | None, ...]:
    clock, begun = ZoneInfo(zone), now.astimezone(UTC)
    steps = (begun - timedelta(days=step * 365 / YEAR_STEPS) for step in range(YEAR_STEPS))
    return tuple(moment.astimezone(clock).utcoffset() for moment in steps)


def _shown(ahead: timedelta) -> str:
    minutes = round(abs(ahead).total_seconds() / 60)
    return f"{'-' if ahead < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _is_number(url: str) -> bool:
    try:
        return bool(ip_address(urlsplit(url).hostname or ""))
    except ValueError:
        return False


@cache
def _all_zones() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones[country] = (*zones.get(country, ()), zone)
    return zones


@cache
def _country_domains() -> dict[str, str]:
    """Countries by their domain without the point; Britain has uk."""
    return {record["tld"].removeprefix("."): code for code, record in country_records().items() if record["tld"]}
