"""Records of other registries become persons of ours; what is left out is counted, with the reason."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from etl.people.exports import Record
from etl.people.registry import ARABIC_ONLY, PERSIAN_ONLY, Person, Registry, has_parts, normal_form, script_fault

COLUMNS_BY_LANGUAGE = {"ar": "names_arabic", "fa": "names_persian"}


class Intake(NamedTuple):
    """The persons taken, in order of id, and how many records or names were left out, by reason."""

    persons: tuple[Person, ...]
    skipped: Mapping[str, int]


def take_in(records: Iterable[Record], registry: Registry) -> Intake:
    """The persons of an export whom a registry does not hold yet.

    A person of the registry that has no Wikidata id is known by name: who shares a full name with one is left out.
    """
    taken: dict[str, Person] = {}
    skipped: Counter[str] = Counter()
    known = {person.wikidata for person in registry.persons.values() if person.wikidata}
    for record in records:
        person = _person(record, skipped)
        if person is None:
            continue
        if person.person_id in taken:
            skipped["given again: names joined"] += 1
            taken[person.person_id] = _joined(taken[person.person_id], person)
        elif person.person_id in registry.persons or person.wikidata in known:
            skipped["in the registry, by id"] += 1
        elif any(normal_form(form) in registry.by_form for form in person.forms):
            skipped["in the registry, by name"] += 1
        else:
            taken[person.person_id] = person
    return Intake(tuple(taken[person_id] for person_id in sorted(taken)), dict(sorted(skipped.items())))


def _person(record: Record, skipped: Counter[str]) -> Person | None:
    """The person of a record; null, and counted, where it is none or has no full name in Latin letters."""
    if not record.is_person:
        skipped["no person"] += 1
        return None
    names: dict[str, list[str]] = {"names_latin": [], "names_arabic": [], "names_persian": []}
    for name, language in record.names:
        column, clean = _placed(unicodedata.normalize("NFC", " ".join(name.replace(";", " ").split())), language)
        if column is None:
            skipped[f"name left out: {clean}"] += 1
        elif normal_form(clean) not in map(normal_form, names[column]):
            names[column].append(clean)
    if not names["names_latin"]:
        skipped["no full name in Latin letters"] += 1
        return None
    source_id = record.wikidata or record.source_id
    return Person(
        person_id=_person_id(source_id),
        wikidata=record.wikidata,
        name=names["names_latin"][0],
        names_latin=tuple(names["names_latin"][1:]),
        names_arabic=tuple(names["names_arabic"]),
        names_persian=tuple(names["names_persian"]),
        short_names=(),
        role=unicodedata.normalize("NFC", " ".join(record.role.split())),
        country=record.country,
        born=record.born,
        no_merge=(),
    )


def _placed(name: str, language: str) -> tuple[str | None, str]:
    """(column, name as that column writes it); a null column where the name is of no use, and then the reason."""
    arabic = any("\u0621" <= char <= "\u06d3" for char in name)
    if not arabic:
        column = "names_latin"
    elif language in COLUMNS_BY_LANGUAGE:
        column = COLUMNS_BY_LANGUAGE[language]
    else:
        column = "names_persian" if PERSIAN_ONLY.intersection(name) else "names_arabic"
    if column == "names_persian" and ARABIC_ONLY.intersection(name):
        name = name.translate(str.maketrans("يىكةأإ", "ییکهاا"))  # Persian typed on an Arabic keyboard
    if script_fault(name, column) or not normal_form(name):
        return None, "letters of another script"
    return (column, name) if has_parts(name) else (None, "one word")


def _person_id(source_id: str) -> str:
    """An id made of the source's own, so that importing again gives it again: p_q76, p_nk_4v7..."""
    return "p_" + re.sub(r"[^a-z0-9]+", "_", source_id.lower()).strip("_")


def _joined(first: Person, again: Person) -> Person:
    """One person of two lines: query services give a line for each combination of values."""
    latin = dict.fromkeys((*first.names_latin, again.name, *again.names_latin))
    return replace(
        first,
        names_latin=tuple(name for name in latin if name != first.name),
        names_arabic=tuple(dict.fromkeys((*first.names_arabic, *again.names_arabic))),
        names_persian=tuple(dict.fromkeys((*first.names_persian, *again.names_persian))),
    )
