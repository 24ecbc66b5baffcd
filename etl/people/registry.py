"""Known persons: `config/persons.csv` and files of the same form in `config/persons/`, read strictly.

It holds facts, a line a person, and decides nothing: who a printed name is, is told in `recognition`.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from etl.errors import ConfigError
from etl.people.names import folded

COLUMNS = (
    *("person_id", "wikidata", "name", "names_latin", "names_arabic", "names_persian", "short_names"),
    *("role", "country", "born", "no_merge"),
)
PERSON_ID = re.compile(r"p_[a-z0-9_]*[a-z0-9]")
OWN_ID = re.compile(r"p_[0-9a-f]{16}")  # the form of ids that are made from a name's key
ARTICLES = {"al", "el", "ul", "ol"}
ARABIC_ONLY, PERSIAN_ONLY = frozenset("يكىةأإ"), frozenset("یکپچژگ")
KUNYAS = ("abu", "abou", "أبو", "ابو")  # "Abu Obaida" is a name though it is one part


@dataclass(frozen=True, slots=True)
class Person:
    """One known person. `forms` are full names, as is `name`; `short_names` mean the person when they stand alone.

    `no_merge` are the ids of others whose names are near; `role` and `country` (ISO 3166-1 alpha-2) tell whom it is.
    """

    person_id: str
    wikidata: str | None
    name: str
    names_latin: tuple[str, ...]
    names_arabic: tuple[str, ...]
    names_persian: tuple[str, ...]
    short_names: tuple[str, ...]
    role: str
    country: str | None
    born: int | None
    no_merge: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """All full names in all scripts, the canonical one first."""
        return (self.name, *self.names_latin, *self.names_arabic, *self.names_persian)


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """The known persons by id, in order of id, and who bears a form: several where persons share a name."""

    persons: Mapping[str, Person] = field(default_factory=dict)
    by_form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_short_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def registry_files(path: Path, folder: Path | None = None) -> tuple[Path, ...]:
    """The files that make up a registry: `persons.csv` if there is one, then those of a folder, `persons` beside it."""
    return tuple(file for file in (path, *sorted((folder or path.with_suffix("")).glob("*.csv"))) if file.exists())


def load_registry(path: Path, folder: Path | None = None) -> Registry:
    """The registry of `persons.csv` and of a folder, `persons` beside it by default; a missing file holds nobody.

    Raises ConfigError naming file, line and value.
    """
    return read_registry(registry_files(path, folder))


def read_registry(files: Iterable[Path]) -> Registry:
    """The registry of files that are there. Raises ConfigError naming file, line and value."""
    lines = [(person, where) for file in files for person, where in read_persons(file)]
    _require_distinct(lines)
    return make_registry(person for person, _ in lines)


def make_registry(persons: Iterable[Person]) -> Registry:
    """A registry of persons, whatever their order."""
    by_id = {person.person_id: person for person in sorted(persons, key=lambda person: person.person_id)}
    by_form: dict[str, tuple[str, ...]] = {}
    by_short_name: dict[str, tuple[str, ...]] = {}
    for person in by_id.values():
        for index, names in ((by_form, person.forms), (by_short_name, person.short_names)):
            for form in dict.fromkeys(map(normal_form, names)):
                index[form] = (*index.get(form, ()), person.person_id)
    return Registry(by_id, by_form, by_short_name)


def read_persons(path: Path) -> Iterator[tuple[Person, str]]:
    """The persons of one file, each with the file and line where it stands. Raises ConfigError."""
    try:
        lines = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as CSV in UTF-8: {error}") from error
    try:
        header = next(lines, [])
        if tuple(header) != COLUMNS:
            raise ValueError(f"the header {','.join(header)!r} is not {','.join(COLUMNS)!r}")
        for cells in lines:
            if len(cells) != len(COLUMNS):
                raise ValueError(f"{','.join(cells)!r} has {len(cells)} cells, not {len(COLUMNS)}")
            yield _person(dict(zip(COLUMNS, cells, strict=True))), f"{path}: line {lines.line_num}"
    except (csv.Error, ValueError) as error:
        raise ConfigError(f"{path}: line {max(1, lines.line_num)}: {error}") from error


def normal_form(name: str) -> str:
    """A name without what only writing has: case, accents, points, hyphens, spaces, articles inside it.

    "Na'im Qassem" and "NAIM QASSEM" have one, "Naim Kassem" has another. "Qassem, Naim" has that of "Naim Qassem".
    """
    if name.count(",") == 1:
        name = " ".join(reversed(name.split(",")))
    words = [word for word in map(folded, re.split(r"[\s\-–.·]+", name)) if word]
    return "".join(word for at, word in enumerate(words) if not at or word not in ARTICLES)


def as_cells(person: Person) -> list[str]:
    """The cells of a person's line, in the order of COLUMNS."""
    lists = (person.names_latin, person.names_arabic, person.names_persian, person.short_names)
    born = str(person.born) if person.born is not None else ""
    return [
        *(person.person_id, person.wikidata or "", person.name, *map(";".join, lists)),
        *(person.role, person.country or "", born, ";".join(person.no_merge)),
    ]


def script_fault(text: str, column: str) -> str | None:
    """What is odd about the letters of a name in a column; null where nothing is."""
    arabic = [char for char in text if "ARABIC" in unicodedata.name(char, "")]
    latin = [char for char in text if "LATIN" in unicodedata.name(char, "")]
    if column in {"names_arabic", "names_persian"}:
        foreign = (PERSIAN_ONLY if column == "names_arabic" else ARABIC_ONLY).intersection(text)
        if latin or not arabic or foreign:
            return f"{text!r} is not written as in {column.removeprefix('names_').capitalize()}"
    elif column in {"name", "names_latin"} and (arabic or not latin):
        return f"{text!r} is not in Latin letters"
    return None


def _person(cells: dict[str, str]) -> Person:
    """One line's person. Raises ValueError saying what is odd."""
    odd = next(
        (cell for cell in cells.values() if cell != cell.strip() or cell != unicodedata.normalize("NFC", cell)), ""
    )
    if odd:
        raise ValueError(f"{odd!r} has spaces around it or letters in pieces (not NFC)")
    for column, pattern, what in (
        ("person_id", PERSON_ID, "no id as p_naim_qassem"),
        ("wikidata", re.compile(r"(Q[1-9]\d*)?"), "no Wikidata id as Q42"),
        ("country", re.compile(r"([A-Z]{2})?"), "no ISO 3166-1 alpha-2 code"),
        ("born", re.compile(r"([12]\d{3})?"), "no year"),
    ):
        if not pattern.fullmatch(cells[column]):
            raise ValueError(f"{column} {cells[column]!r} is {what}")
    person_id = cells["person_id"]
    if OWN_ID.fullmatch(person_id):
        raise ValueError(f"person_id {person_id!r} looks like an id made from a name's key")
    names = {column: _names(cells, column) for column in ("names_latin", "names_arabic", "names_persian")}
    no_merge = tuple(filter(None, cells["no_merge"].split(";")))
    if list(no_merge) != sorted(set(no_merge) - {person_id}):
        raise ValueError(f"no_merge {cells['no_merge']!r} is not a sorted list of other ids")
    return Person(
        person_id=person_id,
        wikidata=cells["wikidata"] or None,
        name=_names(cells, "name")[0],
        **names,
        short_names=_names(cells, "short_names"),
        role=cells["role"],
        country=cells["country"] or None,
        born=int(cells["born"]) if cells["born"] else None,
        no_merge=no_merge,
    )


def _names(cells: dict[str, str], column: str) -> tuple[str, ...]:
    """The names in a cell. Raises ValueError for letters of another script, and for a full name of one word."""
    names = tuple(cells[column].split(";")) if cells[column] else ()
    if column == "name" and len(names) != 1:
        raise ValueError(f"name {cells[column]!r} is not one name")
    for name in names:
        fault = script_fault(name, column)
        if fault or not name.strip() or not normal_form(name):
            raise ValueError(f"{column}: {fault or f'{name!r} is no name'}")
        if column != "short_names" and not has_parts(name):
            raise ValueError(f"{column}: {name!r} is one word: it belongs in short_names")
    if len(set(names)) < len(names):
        raise ValueError(f"{column}: {cells[column]!r} has a name twice")
    return names


def has_parts(name: str) -> bool:
    """Whether a name has two words or is a kunya: one word alone names too many."""
    return len(re.split(r"[\s\-\u200c.]+", name)) > 1 or name.casefold().startswith(KUNYAS)


def _require_distinct(lines: list[tuple[Person, str]]) -> None:
    """Passes when ids and Wikidata ids are each one person's, and neighbours name each other. Raises ConfigError."""
    seen: dict[str, str] = {}
    for person, where in lines:
        for key in filter(None, (person.person_id, person.wikidata)):
            if key in seen:
                raise ConfigError(f"{where}: {key!r} stands already in {seen[key]}")
            seen[key] = where
    by_id = {person.person_id: person for person, _ in lines}
    for person, where in lines:
        for other in person.no_merge:
            if other not in by_id:
                raise ConfigError(f"{where}: no_merge {other!r} is no person of the registry")
            if person.person_id not in by_id[other].no_merge:
                raise ConfigError(f"{where}: no_merge {other!r} does not name {person.person_id!r} in turn")
