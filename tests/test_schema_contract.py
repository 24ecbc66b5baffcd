"""What was released stays: tables and columns keep their names, types, nullability and values."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from etl.errors import ConfigError
from etl.tables.contract import RELEASES, breaks, newest_release, release, released_form
from etl.tables.schema import SCHEMA_VERSION, TABLES, Column, Table

STAGE = "column 'quarantine.stage'"


def with_columns(name: str, *columns: Column) -> dict[str, Table]:
    """The declared tables, one of them with other columns."""
    return {**TABLES, name: replace(TABLES[name], columns=columns)}


def altered(column_name: str, **changes: object) -> dict[str, Table]:
    """The declared tables, one column of `quarantine` altered."""
    columns = TABLES["quarantine"].columns
    changed = (replace(column, **changes) if column.name == column_name else column for column in columns)  # type: ignore[arg-type]
    return with_columns("quarantine", *changed)


def test_tables_keep_what_was_released() -> None:
    """Nothing that the newest released schema holds is gone or other now."""
    released = json.loads(newest_release().read_text("utf-8"))
    assert released
    assert breaks(released, released_form()) == [], "give the change a new column, or SCHEMA_VERSION a new number"


def test_newest_release_is_of_this_version() -> None:
    """The version in every Parquet footer is the one that was released last."""
    assert newest_release().stem == SCHEMA_VERSION


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({name: table for name, table in TABLES.items() if name != "runs"}, "table 'runs' is gone"),
        (with_columns("quarantine", *TABLES["quarantine"].columns[1:]), "column 'quarantine.quarantine_id' is gone"),
        (altered("stage", type=pa.int32()), f"{STAGE} was 'string' and is 'int32'"),
        (altered("stage", nullable=True), f"{STAGE} was required and is nullable"),
        (altered("url", nullable=False), "column 'quarantine.url' was nullable and is required"),
        (altered("stage", enum=TABLES["quarantine"].columns[3].enum[1:]), f"{STAGE} has lost the values ['parse']"),
    ],
    ids=["table", "column", "type", "nullable", "required", "value"],
)
def test_break_is_named(tables: Mapping[str, Table], told: str) -> None:
    """Each kind of break is found, alone, and told by table, column and what changed."""
    assert breaks(released_form(), released_form(tables)) == [told]


@pytest.mark.parametrize(
    "tables",
    [
        {**TABLES, "more": replace(TABLES["runs"], name="more")},
        with_columns("quarantine", Column("more", pa.string(), "More."), *TABLES["quarantine"].columns),
        altered("stage", enum=("sleep", *TABLES["quarantine"].columns[3].enum)),
        altered("stage", description="Another description.", term="x", unit="y"),
    ],
    ids=["table", "column", "value", "words"],
)
def test_addition_breaks_nothing(tables: Mapping[str, Table]) -> None:
    """A new table, column or value, another order and other words are no break."""
    assert breaks(released_form(), released_form(tables)) == []


def test_newest_is_the_highest_number(tmp_path: Path) -> None:
    """Version 10 is newer than version 9, and without any release there is an error that says what to do."""
    with pytest.raises(ConfigError, match="--release"):
        newest_release(tmp_path)
    for version in ("9", "10", "1"):
        (tmp_path / f"{version}.json").write_text("{}")
    (tmp_path / "notes.json").write_text("[]")
    assert newest_release(tmp_path).stem == "10"


def test_release_breaks_no_release(tmp_path: Path) -> None:
    """A release may add to its version; a break is refused until the version is a new one."""
    first = release(tmp_path, altered("stage", enum=()), "1")
    assert release(tmp_path, TABLES, "1") == first
    assert json.loads(first.read_text("utf-8")) == released_form()
    before = first.read_bytes()
    without = {name: table for name, table in TABLES.items() if name != "runs"}
    with pytest.raises(ConfigError, match="table 'runs' is gone"):
        release(tmp_path, without, "1")
    assert first.read_bytes() == before
    assert release(tmp_path, without, "2").name == "2.json"


def test_releases_lie_in_the_documentation() -> None:
    """Nothing but released schemas, named by their numbers, lies in their folder."""
    assert {path.stem.isdecimal() and path.suffix == ".json" for path in RELEASES.iterdir()} == {True}
