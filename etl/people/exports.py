"""What other registries say of persons: exports of Wikidata and OpenSanctions, a record an entity.

Read are entities of Wikidata as JSON, one a line, as its dumps have them; a CSV of its query service with the columns
`item` and `itemLabel`, and QUERY_COLUMNS where wanted; of OpenSanctions `entities.ftm.json` and `targets.simple.csv`.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from etl.errors import DataError

HUMAN = "Q5"  # https://www.wikidata.org/wiki/Q5
INSTANCE_OF, BORN = "P31", "P569"  # https://www.wikidata.org/wiki/Property:P31, P569
# Columns of a query's answer beside item and itemLabel, and the language of the names in each; "|" separates names.
QUERY_COLUMNS = {
    "itemLabel": "en",
    "itemAltLabel": "en",
    "ar": "ar",
    "arAltLabel": "ar",
    "fa": "fa",
    "faAltLabel": "fa",
    "itemDescription": None,
    "born": None,
    "country": None,
}
LANGUAGES = ("en", "fr", "de", "es", "tr", "ar", "fa")  # of Wikidata's labels, the first names the person
QID = re.compile(r"Q[1-9]\d*")


@dataclass(frozen=True, slots=True)
class Record:
    """What an export says of one entity: its names in order, each with its language ("" where none is said)."""

    source_id: str
    wikidata: str | None
    names: tuple[tuple[str, str], ...]
    role: str = ""
    country: str | None = None
    born: int | None = None
    is_person: bool = True


def read_records(lines: Iterable[str]) -> Iterator[Record]:
    """The records of an export, whose form its first line tells. Raises DataError naming the line that is odd."""
    rest = iter(lines)
    first = next((line for line in rest if line.strip() not in {"", "["}), "").lstrip("\ufeff")
    if first.lstrip().startswith("{"):
        yield from _json_records(chain([first], rest))
        return
    header = next(csv.reader([first]), [])
    if {"item", "itemLabel"} <= set(header):
        yield from _csv_records(rest, header, _of_query)
    elif {"id", "schema", "name", "aliases"} <= set(header):
        yield from _csv_records(rest, header, _of_targets)
    else:
        raise DataError(f"{first[:80]!r} begins no export known, neither of Wikidata nor of OpenSanctions")


def _json_records(lines: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        text = line.strip().rstrip(",")
        if text in {"", "]"}:
            continue
        try:
            entity = json.loads(text)
            yield _of_opensanctions(entity) if "schema" in entity else _of_wikidata(entity)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise DataError(f"record {number} is no entity of Wikidata or OpenSanctions: {error!r}") from error


def _csv_records(
    lines: Iterable[str], header: list[str], read: Callable[[Mapping[str, str]], Record]
) -> Iterator[Record]:
    rows = csv.reader(lines, strict=True)
    try:
        for row in rows:
            if row:
                yield read(dict(zip(header, row, strict=True)))
    except (csv.Error, ValueError) as error:
        raise DataError(f"line {rows.line_num + 1}: {error}") from error


def _of_wikidata(entity: Mapping[str, Any]) -> Record:
    labels, aliases = entity.get("labels") or {}, entity.get("aliases") or {}
    claims = entity.get("claims") or {}
    names = [
        (named["value"], language)
        for language in LANGUAGES
        for named in (*([labels[language]] if language in labels else []), *aliases.get(language, []))
    ]
    kinds = {value.get("id") for value in _values(claims, INSTANCE_OF)}
    born = next((value["time"] for value in _values(claims, BORN)), "")
    description = (entity.get("descriptions") or {}).get("en", {}).get("value", "")
    return Record(entity["id"], entity["id"], tuple(names), description, None, _year(born), HUMAN in kinds)


def _values(claims: Mapping[str, Any], prop: str) -> Iterator[Mapping[str, Any]]:
    """The values of a property's statements, those of "unknown" and "no value" left out."""
    for claim in claims.get(prop, []):
        value = claim["mainsnak"].get("datavalue")
        if value is not None:
            yield value["value"]


def _of_query(row: Mapping[str, str]) -> Record:
    qid = row["item"].rsplit("/", 1)[-1]
    if not QID.fullmatch(qid):
        raise ValueError(f"item {row['item']!r} is no item of Wikidata")
    names = tuple(
        (name.strip(), language)
        for column, language in QUERY_COLUMNS.items()
        if language is not None
        for name in row.get(column, "").split("|")
        if name.strip() and name.strip() != qid  # the label of an item that has none is its id
    )
    country = _country([row.get("country", "")])
    return Record(qid, qid, names, row.get("itemDescription", ""), country, _year(row.get("born", "")))


def _of_opensanctions(entity: Mapping[str, Any]) -> Record:
    facts: Mapping[str, list[str]] = entity.get("properties") or {}
    names = [entity.get("caption", ""), *facts.get("name", []), *facts.get("alias", [])]
    qid = next((fact for fact in (entity["id"], *facts.get("wikidataId", [])) if QID.fullmatch(fact)), None)
    return Record(
        entity["id"],
        qid,
        tuple((name, "") for name in dict.fromkeys(filter(None, names))),
        next(iter(facts.get("position", [])), ""),
        _country([*facts.get("nationality", []), *facts.get("citizenship", []), *facts.get("country", [])]),
        _year(next(iter(facts.get("birthDate", [])), "")),
        entity["schema"] == "Person",
    )


def _of_targets(row: Mapping[str, str]) -> Record:
    names = dict.fromkeys(filter(None, map(str.strip, (row["name"], *row["aliases"].split(";")))))
    qid = row["id"] if QID.fullmatch(row["id"]) else None
    countries, born = row.get("countries", "").split(";"), row.get("birth_date", "")
    spelled = tuple((name, "") for name in names)
    return Record(row["id"], qid, spelled, "", _country(countries), _year(born), row["schema"] == "Person")


def _year(printed: str) -> int | None:
    """The year that a date begins with ("+1957-03-11T00:00:00Z", "1957-03", "1957"); null where there is none."""
    found = re.match(r"\+?([12]\d{3})(?!\d)", printed)
    return int(found[1]) if found else None


def _country(codes: Iterable[str]) -> str | None:
    """The first code of two letters, in capitals; null where there is none."""
    return next((code.upper() for code in codes if re.fullmatch("[A-Za-z]{2}", code)), None)
