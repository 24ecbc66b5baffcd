"""The tables are what they are declared to be, for every reader."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from conftest import TwicePolled
from stores import arrow, rows

from etl.config import open_house
from etl.errors import DataError
from etl.tables.rows import source_row
from etl.tables.schema import CHANGE_KINDS, FINDINGS, QUARANTINE, REASONS, REVISIONS, SOURCES, TABLES, Table, to_arrow

PUBLISHED = [name for name in TABLES if name != "findings"]
GOOD: dict[str, object] = {
    **dict.fromkeys(QUARANTINE.schema().names, None),
    **dict.fromkeys(("quarantine_id", "run_id", "source_id", "reason_text", "capture_id", "warc", "ruleset"), "x"),
    "stage": "fetch",
    "reason_code": "page_gone",
    "seen_at": datetime(2026, 11, 20, tzinfo=UTC),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_is_described(table: Table) -> None:
    """Each column has a name of its own and a description, and keys and order name columns that there are."""
    names = table.schema().names
    assert len(set(names)) == len(names)
    assert all(column.description.endswith(".") for column in table.columns)
    assert {*table.key, *table.order} <= set(names)
    assert not any(column.nullable for column in table.columns if column.name in table.key) or table is FINDINGS


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"run_id": None}, "'run_id' has 1 nulls"),
        ({"reason_code": "boredom"}, "boredom"),
        ({"stage": "sleep"}, "sleep"),
        ({"colour": "red"}, "colour"),
        ({"seen_at": "yesterday"}, "quarantine"),
        ({"url": 7}, "quarantine"),
    ],
    ids=["null", "reason", "stage", "column", "instant", "type"],
)
def test_row_against_the_contract_is_refused(change: dict[str, object], told: str) -> None:
    """A null where there may be none, an unknown value, an odd column and a wrong type publish nothing."""
    assert to_arrow(QUARANTINE, [GOOD]).num_rows == 1
    with pytest.raises(DataError, match=told):
        to_arrow(QUARANTINE, [GOOD, GOOD | change])


def test_missing_column_is_refused() -> None:
    """A row without one of the declared columns is refused and the column named."""
    with pytest.raises(DataError, match="warc"):
        to_arrow(QUARANTINE, [{name: value for name, value in GOOD.items() if name != "warc"}])


def test_unknown_flag_is_refused(polled: TwicePolled) -> None:
    """A value that a list column's enumeration does not hold is refused too."""
    row = rows(polled.house, "articles")[0]
    with pytest.raises(DataError, match="odd_flag"):
        to_arrow(TABLES["articles"], [row | {"flags": ["odd_flag"]}])


@pytest.mark.parametrize("name", TABLES)
def test_no_rows_have_all_columns(name: str) -> None:
    """A table of no rows has the declared schema."""
    empty = to_arrow(TABLES[name], [])
    assert (empty.num_rows, empty.schema) == (0, TABLES[name].schema())


@pytest.mark.parametrize("name", PUBLISHED)
def test_files_hold_the_declared_schema(polled: TwicePolled, name: str) -> None:
    """Files have the declared columns, types and descriptions, and rows in the declared order."""
    table = arrow(polled.house, name)
    declared = TABLES[name].schema()
    assert table.schema.equals(declared, check_metadata=False)
    assert [field.metadata for field in table.schema] == [field.metadata for field in declared]
    assert table.schema.metadata[b"dateline.table"] == name.encode()
    for path in sorted((polled.house.data / "tables" / name).glob("*/*.parquet")):
        stored = pa.parquet.read_table(path, partitioning=None)
        assert stored.equals(stored.sort_by([(column, "ascending") for column in TABLES[name].order]))


@pytest.mark.parametrize("name", TABLES)
def test_four_readers_agree(polled: TwicePolled, name: str) -> None:
    """pandas, pyarrow, DuckDB and Polars read as many rows and the same columns from the folder alone."""
    folder = polled.house.data / "tables" / name
    count, names = len(rows(polled.house, name)), [*TABLES[name].schema().names, "seen_date"]
    dataset = ds.dataset(folder, partitioning="hive").to_table()
    frame = pd.read_parquet(folder, dtype_backend="pyarrow")
    duck = duckdb.read_parquet(f"{folder}/*/*.parquet", hive_partitioning=True)
    polars = pl.scan_parquet(f"{folder}/**/*.parquet", hive_partitioning=True).collect()
    assert [dataset.num_rows, len(frame), len(duck.fetchall()), polars.height] == [count] * 4
    assert dataset.column_names == list(frame.columns) == duck.columns == polars.columns == names


def test_readers_agree_on_types(polled: TwicePolled) -> None:
    """Instants, days, lists and numbers keep their type and value in every reader."""
    folder = polled.house.data / "tables" / "articles"
    polars = pl.read_parquet(f"{folder}/**/*.parquet", hive_partitioning=True).sort("seen_at", "article_id")
    frame = pd.read_parquet(folder, dtype_backend="pyarrow").sort_values(["seen_at", "article_id"])
    duck = duckdb.read_parquet(f"{folder}/*/*.parquet").order("seen_at, article_id")
    columns = ["article_id", "headline", "word_count", "published_utc_date", "keywords", "paragraph_offsets"]
    wanted = [tuple(row) for row in polars.select(columns).iter_rows()]
    assert [tuple(row) for row in duck.select(*columns).fetchall()] == wanted
    listed = ({"keywords", "paragraph_offsets"}, columns)
    found = [tuple(list(v) if n in listed[0] else v for n, v in zip(columns, row, strict=True)) for row in
             frame[columns].astype(object).where(frame[columns].notna(), None).itertuples(index=False)]  # fmt: skip
    assert found == wanted
    assert polars.schema["seen_at"] == pl.Datetime("us", "UTC")
    assert str(frame.dtypes["seen_at"]) == "timestamp[us, tz=UTC][pyarrow]"
    assert str(duck.types[duck.columns.index("seen_at")]) == "TIMESTAMP WITH TIME ZONE"
    instants = [row[0].astimezone(UTC) for row in duck.select("seen_at").fetchall()]
    assert instants == polars["seen_at"].to_list()


def test_reasons_are_explained() -> None:
    """Every reason of quarantine and kind of edit has its explanation, and its column's description holds them all."""
    for table, name, explained in ((QUARANTINE, "reason_code", REASONS), (REVISIONS, "change_kinds", CHANGE_KINDS)):
        (column,) = (column for column in table.columns if column.name == name)
        assert column.enum == tuple(explained)
        assert all(f"{value} ({why})" in column.description for value, why in explained.items())


def test_sources_are_rows() -> None:
    """Every shipped source is a row of `sources`; its digest changes with any value of its file alone."""
    root = Path(__file__).parent.parent
    house = open_house(root / "data", root / "config")
    found = to_arrow(SOURCES, [source_row(source, house.ruleset(name)) for name, source in house.sources.items()])
    assert found.column("source_id").to_pylist() == list(house.sources)
    source = house.sources["sana_ar"]
    assert source_row(source, "x")["feeds"] == [feed.url for feed in source.feeds]
    digests = [source_row(other, "x")["config_sha256"] for other in (
        source, replace(source, section="x"), replace(source, interval_minutes=31),
        replace(source, expect=replace(source.expect, entries_min=6)),
        replace(source, feeds=(replace(source.feeds[0], found_at="x"),)),
    )]  # fmt: skip
    assert len(set(digests)) == len(digests)
    assert source_row(source, "y")["config_sha256"] == digests[0] == source_row(replace(source), "x")["config_sha256"]
