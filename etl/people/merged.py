"""Ids of former days: what stands today for an id that a person had before the registry knew them, or knew them twice.

An id in a table never changes; what it went into is told beside it.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from etl.errors import ConfigError
from etl.people.names import name_key
from etl.people.recognition import own_id
from etl.people.registry import OWN_ID, PERSON_ID, Registry

COLUMNS = ("old_id", "merged_into", "date", "reason")


def merged_ids(registry: Registry, by_hand: Mapping[str, str]) -> dict[str, str]:
    """The id that stands today for each id of former days: computed from the registry's names, and decided by hand."""
    both = {**former_ids(registry), **by_hand}
    return {old: current_id(old, both) for old in sorted(both)}


def former_ids(registry: Registry) -> dict[str, str]:
    """The ids that registered persons' names had before they were registered, each with the person's id now.

    An id that the names of two persons share stands for neither. Computed: no list of old ids has to be kept.
    """
    bearers: dict[str, set[str]] = {}
    for person in registry.persons.values():
        for form in person.forms:
            old = own_id(name_key(form))
            if old is not None:
                bearers.setdefault(old, set()).add(person.person_id)
    return {old: min(persons) for old, persons in sorted(bearers.items()) if len(persons) == 1}


def current_id(person_id: str, merged: Mapping[str, str]) -> str:
    """The id that stands today for an id of any day."""
    while person_id in merged:
        person_id = merged[person_id]
    return person_id


def load_merged(path: Path, registry: Registry) -> dict[str, str]:
    """What was decided by hand: ids of persons that turned out to be another, a line each; none without a file.

    Raises ConfigError naming file, line and value: for an id that is still in the registry, one that goes nowhere, and
    a chain that comes back to where it began.
    """
    if not path.exists():
        return {}
    try:
        lines = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as CSV in UTF-8: {error}") from error
    merged: dict[str, str] = {}
    try:
        header = next(lines, [])
        if tuple(header) != COLUMNS:
            raise ValueError(f"the header {','.join(header)!r} is not {','.join(COLUMNS)!r}")
        for cells in lines:
            old, into = _merger(cells, registry)
            if old in merged:
                raise ValueError(f"old_id {old!r} stands twice")
            merged[old] = into
    except (csv.Error, ValueError) as error:
        raise ConfigError(f"{path}: line {max(1, lines.line_num)}: {error}") from error
    _require_ends(path, merged, registry)
    return merged


def _merger(cells: list[str], registry: Registry) -> tuple[str, str]:
    """(old id, id it went into) of one line. Raises ValueError saying what is odd."""
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{','.join(cells)!r} has {len(cells)} cells, not {len(COLUMNS)}")
    old, into, day, reason = cells
    for what, person_id in (("old_id", old), ("merged_into", into)):
        if not PERSON_ID.fullmatch(person_id):
            raise ValueError(f"{what} {person_id!r} is no id as p_naim_qassem")
    if old in registry.persons:
        raise ValueError(f"old_id {old!r} is a person of the registry still")
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise ValueError(f"date {day!r} is no day as YYYY-MM-DD") from error
    if not reason.strip():
        raise ValueError(f"the merger of {old!r} has no reason")
    return old, into


def _require_ends(path: Path, merged: Mapping[str, str], registry: Registry) -> None:
    """Passes when every chain of mergers ends at a person, or at an id made from a name. Raises ConfigError."""
    for old in merged:
        seen, at = {old}, merged[old]
        while at in merged and at not in seen:
            seen.add(at)
            at = merged[at]
        if at in seen:
            raise ConfigError(f"{path}: old_id {old!r} goes into itself")
        if at not in registry.persons and not OWN_ID.fullmatch(at):
            raise ConfigError(f"{path}: old_id {old!r} goes into {at!r}, which is no person of the registry")
