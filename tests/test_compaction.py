"""Merging objects: what comes out depends on the rows alone."""

import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import StorageError
from etl.model import ObjectFile
from etl.stores import compaction
from etl.stores.compaction import merged
from etl.tables.parquet import PORTION_ROWS, ROW_GROUP_ROWS, read_objects, write_object
from etl.tables.schema import QUARANTINE, RUNS, to_arrow

DAY = "2026-11-20"
UNIT = f"day-{DAY}"
COUNTS = ("feeds_ok", "feeds_failed", "entries", "seen", "new", "revisions", "unchanged", "quarantined")
Row = dict[str, object]


def _row(number: int) -> Row:
    names = {"run_id": f"run-{number % 7}", "source_id": f"source-{number % 5}", "warc": f"{number:05}"}
    return {**names, **dict.fromkeys(COUNTS, number)}


def _written(data: Path, rows: list[Row], unit: str) -> ObjectFile:
    return write_object(data, to_arrow(RUNS, rows), "runs", DAY, unit)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=900), st.integers(1, 40))
def test_any_split_gives_the_same_bytes(owners: list[int], fan_in: int) -> None:
    """However rows are spread over objects, and however many are merged at once, the same bytes come out."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(compaction, "FAN_IN", max(2, fan_in))
        data = Path(folder)
        parts = [[_row(n) for n, owner in enumerate(owners) if owner == part] for part in range(10)]
        files = [_written(data, rows, f"{part}") for part, rows in enumerate(parts)]
        made = merged(data, files, UNIT)
        whole = _written(data, [_row(n) for n in range(len(owners))], UNIT)
        assert made == whole
        assert made.rows == len(owners)
        assert not list((data / "staging").iterdir())


def test_rows_cross_portions_in_order(tmp_path: Path) -> None:
    """More rows than are held at once come out in order, in row groups of the same size."""
    count = PORTION_ROWS + 300
    files = [_written(tmp_path, [_row(n) for n in range(start, count, 3)], f"{start}") for start in range(3)]
    made = merged(tmp_path, files, UNIT)
    metadata = pq.ParquetFile(tmp_path / made.path).metadata
    sizes = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
    assert sizes == [*[ROW_GROUP_ROWS] * (count // ROW_GROUP_ROWS), count % ROW_GROUP_ROWS]
    rows = read_objects(tmp_path, "runs", [made.path])
    assert rows.num_rows == count
    assert rows.equals(rows.sort_by([(name, "ascending") for name in RUNS.order]))
    assert made == _written(tmp_path, [_row(n) for n in range(count)], UNIT)


def test_no_rows_are_an_object_too(tmp_path: Path) -> None:
    """Objects without rows are merged into one without rows, with all columns."""
    empty = write_object(tmp_path, to_arrow(QUARANTINE, []), "quarantine", DAY, "a")
    made = merged(tmp_path, [empty], UNIT)
    assert made.rows == 0
    assert pq.read_schema(tmp_path / made.path).names == QUARANTINE.schema().names


def test_broken_object_is_told(tmp_path: Path) -> None:
    """An object that cannot be read stops the merge by name and leaves nothing staged."""
    good, bad = _written(tmp_path, [_row(1)], "a"), _written(tmp_path, [_row(2)], "b")
    (tmp_path / bad.path).write_bytes(b"PAR1")
    with pytest.raises(StorageError, match="to compact"):
        merged(tmp_path, [good, bad], UNIT)
    assert not list((tmp_path / "staging").iterdir())
