"""The schema that was released, and what would break for whoever reads by it.

A released table or column keeps its name, its type, whether it may be null, and the values of its enumeration; new
ones may come. `docs/schema/<version>.json` holds each released schema; only `release` writes one.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl.errors import ConfigError
from etl.tables.schema import SCHEMA_VERSION, TABLES, Column, Table

RELEASES = Path(__file__).parents[2] / "docs" / "schema"
Schema = Mapping[str, Mapping[str, Mapping[str, Any]]]


def released_form(tables: Mapping[str, Table] = TABLES) -> Schema:
    """Tables as they are released: table, column, then type, nullable and enumeration; that of free values is empty."""
    return {table.name: {column.name: _form(column) for column in table.columns} for table in tables.values()}


def breaks(released: Schema, current: Schema) -> list[str]:
    """What a reader of the released schema would miss or misread in the current one, a sentence each."""
    found: list[str] = []
    for table, columns in released.items():
        if table not in current:
            found.append(f"table {table!r} is gone")
            continue
        for name, column in columns.items():
            found += _column_breaks(f"column {f'{table}.{name}'!r}", column, current[table].get(name))
    return found


def newest_release(folder: Path = RELEASES) -> Path:
    """The file of the highest released version. Raises ConfigError where there is none."""
    files = [path for path in folder.glob("*.json") if path.stem.isdecimal()]
    if not files:
        raise ConfigError(
            f"no released schema in {str(folder)!r}: write one with `python -m etl.tables.dictionary --release`"
        )
    return max(files, key=lambda path: int(path.stem))


def release(folder: Path = RELEASES, tables: Mapping[str, Table] = TABLES, version: str = SCHEMA_VERSION) -> Path:
    """Writes the current schema as released and returns its file.

    Raises ConfigError where it would break a release of this version or a later one: that takes a new SCHEMA_VERSION.
    """
    folder.mkdir(parents=True, exist_ok=True)
    current = released_form(tables)
    for path in folder.glob("*.json"):
        found = breaks(json.loads(path.read_text("utf-8")), current) if int(path.stem) >= int(version) else []
        if found:
            raise ConfigError(f"schema {version!r} cannot be released over {path.name!r}: {'; '.join(found)}")
    target = folder / f"{version}.json"
    target.write_text(json.dumps(current, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return target


def _form(column: Column) -> dict[str, Any]:
    return {"type": str(column.type), "nullable": column.nullable, "enum": list(column.enum)}


def _column_breaks(place: str, released: Mapping[str, Any], current: Mapping[str, Any] | None) -> list[str]:
    if current is None:
        return [f"{place} is gone"]
    found = []
    if released["type"] != current["type"]:
        found.append(f"{place} was {released['type']!r} and is {current['type']!r}")
    if released["nullable"] != current["nullable"]:
        words = ("required", "nullable")
        found.append(f"{place} was {words[released['nullable']]} and is {words[current['nullable']]}")
    gone = [value for value in released["enum"] if value not in current["enum"]]
    if gone:
        found.append(f"{place} has lost the values {gone}")
    return found
