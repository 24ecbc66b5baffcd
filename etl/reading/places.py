"""Places by name: the GeoNames cities of 5,000 people and more, and the aliases of `places.toml`.

Villages of 500 people and more are looked at only for a dateline that is sure without them: their names are too
often common words to tell one by.

Of 7,442 datelines cut from Reuters-21578, 0.985 are found with a GeoNames id (0.970 without villages) and 0.999 with a
country; the others are misspelt.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from etl.model import Place, PlaceStance
from etl.reading.gazetteers import City, cities_called, city_of, villages_called
from etl.reading.regions import capitals, country_records, find_regions, fold_place
from etl.rulesets import PlaceAlias

# Of namesakes, one in the source's own country or in a neighbouring one is meant if at least this share of that country
# lives there: Tripoli for a Syrian source is the one in Lebanon (3 %), London for a Canadian one not Ontario's (1 %).
NOTABLE_SHARE = 0.02
LARGE_CITY = 50_000  # people; each of the Emirates' capitals but one has as many
MAIN_NAME = 5  # a main name outweighs an alternate one of a place this much larger: St Petersburg is not in Florida
CAPITAL = 10  # and a capital a larger namesake: Islamabad is not Chittagong, which once was called so too
OCCUPIED = re.compile(r"^\s*occupied\s+|\s+(?:المحتلة|المحتل|اشغالی)\s*$", re.IGNORECASE)
ZWNJ = "\u200c"


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
    known = [found for found in cities_called(city) if not regions or _is_in(found, regions)]
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
    known = [found for found in villages_called(fold_place(city_name)) if not regions or _is_in(found, regions)]
    known = [found for found in known if found.country == near] or known
    if known and (len({found.country for found in known}) == 1):
        return _place(name, max(known, key=lambda found: (found.population, found.city_id)))
    countries = [country for country, _ in find_regions(name)]
    return place or (Place(name, None, near if near in countries else countries[0]) if countries else None)


def _place(name: str, city: City) -> Place:
    return Place(name, f"geonames:{city.city_id}", city.country, city.name, city.latitude, city.longitude, "standard")


def _place_of_alias(name: str, alias: PlaceAlias) -> Place:
    stance: PlaceStance = "alternative" if alias.instead_of else "standard"
    known = city_of(alias.geonames) if alias.geonames is not None else None
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
