"""Who a printed name is by decision of a person: `config/overrides/persons.csv`, a line a decision, read strictly.

A decision concerns one article, one source or everything, and the narrowest one holds. It is applied whenever an
article is read, so it survives every rebuild. Lines that contradict each other decide nothing and are told.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from etl.addresses import normal_url
from etl.errors import ConfigError

COLUMNS = ("surface", "verdict", "person_id", "article", "source_id", "author", "reason", "date")
# What `dateline persons review` writes beside these for whoever decides; it decides nothing.
SHOWN_COLUMNS = ("mentions", "articles", "status", "candidates", "sentence", "url")
VERDICTS = ("is", "is_not")
PERSON_ID = re.compile(r"p_[0-9a-z_]+")


@dataclass(frozen=True, slots=True)
class Override:
    """One decision: a surface is, or is not, the person; `person_id` null with "is not" says it is no person at all.

    `article` is an article_id or an address in normal form, null for all; so is `source_id`.
    """

    override_id: str
    surface: str
    is_person: bool
    person_id: str | None
    article: str | None
    source_id: str | None
    author: str
    reason: str
    date: date
    line: int

    @property
    def scope(self) -> int:
        """How narrow the decision is: 2 for one article, 1 for one source, 0 for everything."""
        return 2 if self.article else 1 if self.source_id else 0

    @property
    def told(self) -> str:
        """Who decided and why, in words."""
        return f"decided by {self.author} on {self.date}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Overrides:
    """The decisions that hold, by surface, and those that contradict each other, in groups."""

    by_surface: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    conflicts: tuple[tuple[Override, ...], ...] = ()

    def __iter__(self) -> Iterator[Override]:
        """The decisions that hold, in order of their lines."""
        return iter(sorted((one for group in self.by_surface.values() for one in group), key=lambda one: one.line))


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one surface in one article: who it is, if anything was said, and who it is not."""

    chosen: Override | None = None
    denied: Mapping[str, Override] = field(default_factory=dict)


def load_overrides(path: Path) -> Overrides:
    """The decisions in a file; none where there is no file. A line without a verdict is not decided yet.

    Raises ConfigError naming file, line and value.
    """
    if not path.exists():
        return Overrides()
    overrides: list[Override] = []
    try:
        lines = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as CSV in UTF-8: {error}") from error
    try:
        _require_columns(lines.fieldnames or [])
        for cells in lines:
            if None in cells or None in cells.values():
                raise ValueError(f"the line of {cells['surface']!r} has not as many cells as the header")
            if cells["verdict"].strip():
                overrides.append(_override({name: cells[name].strip() for name in COLUMNS}, lines.line_num))
    except (csv.Error, ValueError) as error:
        raise ConfigError(f"{path}: line {max(1, lines.reader.line_num)}: {error}") from error
    return _weighed(overrides)


def decide(overrides: Overrides, surface: str, articles: Collection[str | None], source_id: str) -> Decision:
    """What was decided of a surface, as printed, in an article that goes by `articles` (its id and addresses).

    Of the decisions who it is, the one for the article goes before the one for the source, and that before the one
    for everything; where two lines say the opposite of one person, the narrower one holds.
    """
    concerned = [
        one
        for one in overrides.by_surface.get(_plain(surface), ())
        if (one.article is None or one.article in articles) and one.source_id in {None, source_id}
    ]
    denials = sorted((one for one in concerned if not one.is_person), key=lambda one: one.scope)
    standing = (
        one
        for one in sorted(concerned, key=lambda one: -one.scope)
        if one.is_person and not any(_opposes(denial, one) and denial.scope >= one.scope for denial in denials)
    )
    chosen = next(standing, None)
    denied = {one.person_id or "": one for one in denials if not (chosen and _opposes(one, chosen))}
    return Decision(chosen, denied)


def _require_columns(header: Collection[str]) -> None:
    """Passes when a header has all columns of a decision and none that is unknown. Raises ValueError."""
    unknown = sorted(set(header) - {*COLUMNS, *SHOWN_COLUMNS})
    missing = [name for name in COLUMNS if name not in header]
    if unknown or missing:
        raise ValueError(f"the header lacks the columns {missing} and has the unknown ones {unknown}")


def _override(cells: Mapping[str, str], line: int) -> Override:
    """The decision in one line. Raises ValueError saying what is odd."""
    surface, person_id = _plain(cells["surface"]), cells["person_id"] or None
    if not surface:
        raise ValueError("the surface is empty")
    if cells["verdict"] not in VERDICTS:
        raise ValueError(f"verdict {cells['verdict']!r} is none of {', '.join(VERDICTS)}")
    if cells["verdict"] == "is" and person_id is None:
        raise ValueError(f"{surface!r} is who? the person_id is empty")
    if person_id and not PERSON_ID.fullmatch(person_id):
        raise ValueError(f"person_id {person_id!r} is no person's id")
    article = cells["article"]
    known_as = article if re.fullmatch("a_[0-9a-f]+", article) else normal_url(article) if article else None
    if article and known_as is None:
        raise ValueError(f"article {article!r} is neither an article_id nor an http(s) address")
    for name in ("author", "reason"):
        if not cells[name]:
            raise ValueError(f"the decision on {surface!r} has no {name}")
    try:
        decided = date.fromisoformat(cells["date"])
    except ValueError as error:
        raise ValueError(f"date {cells['date']!r} is no day as YYYY-MM-DD") from error
    parts = (surface, cells["verdict"], person_id, known_as, cells["source_id"] or None)
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=6).hexdigest()
    return Override(
        override_id=f"o_{digest}",
        surface=surface,
        is_person=cells["verdict"] == "is",
        person_id=person_id,
        article=known_as,
        source_id=cells["source_id"] or None,
        author=cells["author"],
        reason=cells["reason"],
        date=decided,
        line=line,
    )


def _weighed(overrides: Iterable[Override]) -> Overrides:
    """The decisions apart from those that contradict each other: in one scope, one surface is one person or none.

    A line that stands twice counts once, as its first.
    """
    once = {one.override_id: one for one in sorted(overrides, key=lambda one: -one.line)}
    scopes: dict[tuple[str, str | None, str | None], list[Override]] = {}
    for one in sorted(once.values(), key=lambda one: one.line):
        scopes.setdefault((one.surface, one.article, one.source_id), []).append(one)
    conflicts: list[tuple[Override, ...]] = []
    by_surface: dict[str, tuple[Override, ...]] = {}
    for (surface, _, _), group in scopes.items():
        said = [one for one in group if one.is_person]
        denied = {one.person_id for one in group if not one.is_person}
        if len(said) > 1 or (said and denied & {None, said[0].person_id}):
            conflicts.append(tuple(group))
        else:
            by_surface[surface] = (*by_surface.get(surface, ()), *group)
    return Overrides(by_surface, tuple(conflicts))


def _opposes(denial: Override, said: Override) -> bool:
    return denial.person_id in {None, said.person_id}


def _plain(surface: str) -> str:
    """A surface as it is looked up: NFC, single spaces."""
    return " ".join(unicodedata.normalize("NFC", surface).split())
