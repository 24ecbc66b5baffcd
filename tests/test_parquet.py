"""Objects are written once, by their content, and a damaged one is an error and not a value."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stores import bytes_of

from etl.errors import StorageError
from etl.tables.parquet import ROW_GROUP_ROWS, read_objects, write_object
from etl.tables.schema import RUNS, to_arrow

DAY = "2026-11-20"
COUNTS = ("feeds_ok", "feeds_failed", "entries", "seen", "new", "revisions", "unchanged", "quarantined")


def _runs(count: int) -> pa.Table:
    numbers = random.Random(7)
    return to_arrow(
        RUNS,
        [
            {"run_id": f"run-{n}", "source_id": "pier", "warc": "w", **{name: numbers.randrange(99) for name in COUNTS}}
            for n in range(count)
        ],
    )


def test_same_rows_give_the_same_file(tmp_path: Path) -> None:
    """Rows written twice are one object of one name and the same bytes; other rows are another object."""
    first = write_object(tmp_path, _runs(10), "runs", DAY, f"{DAY}/run.warc.gz")
    kept = (tmp_path / first.path).stat().st_ino
    assert write_object(tmp_path, _runs(10), "runs", DAY, f"{DAY}/run.warc.gz") == first
    assert (tmp_path / first.path).stat().st_ino == kept, "a whole object is not written again"
    other = write_object(tmp_path, _runs(11), "runs", DAY, f"{DAY}/run.warc.gz")
    assert other.path != first.path
    assert (first.rows, other.rows) == (10, 11)
    assert bytes_of(tmp_path) == {first.path: first.sha256, other.path: other.sha256}


def test_rows_come_back(tmp_path: Path) -> None:
    """What is read from objects is what was written, in order of path, in row groups of the declared size."""
    rows = _runs(ROW_GROUP_ROWS + 1)
    files = [write_object(tmp_path, part, "runs", DAY, unit) for unit, part in (("b", rows.slice(0, 5)), ("a", rows))]
    found = read_objects(tmp_path, "runs", [file.path for file in files])
    assert found.num_rows == rows.num_rows + 5
    assert found.slice(0, rows.num_rows).equals(rows)
    assert pq.ParquetFile(tmp_path / files[1].path).metadata.num_row_groups == 2
    assert read_objects(tmp_path, "runs", []).schema == RUNS.schema()


def test_flipped_byte_is_an_error(tmp_path: Path) -> None:
    """A byte changed in the pages of an object is a storage error with the table's name, and never another value."""
    file = write_object(tmp_path, _runs(300), "runs", DAY, "unit")
    path = tmp_path / file.path
    whole, rows = path.read_bytes(), read_objects(tmp_path, "runs", [file.path])
    last = pq.ParquetFile(path).metadata.row_group(1).column(10)
    told = 0
    for position in random.Random(7).sample(range(4, last.data_page_offset + last.total_compressed_size), 100):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x04]) + whole[position + 1 :])
        try:
            assert read_objects(tmp_path, "runs", [file.path]).equals(rows), "a page header's note may change, no value"
        except StorageError as error:
            told += "runs" in str(error)
    assert told > 70
    path.unlink()
    with pytest.raises(StorageError, match="runs"):
        read_objects(tmp_path, "runs", [file.path])


def test_names_lead_nowhere_else(tmp_path: Path) -> None:
    """A unit whose name holds path separators or dots stays inside the table's folder."""
    for unit in ("../../../out", "a/../../b", "/etc/passwd", "2026-11-20T00:00:00+00:00"):
        file = write_object(tmp_path, _runs(1), "runs", DAY, unit)
        assert (tmp_path / file.path).resolve().parent == tmp_path / "objects" / "runs" / f"seen_date={DAY}"


def test_containers_that_share_process_ids_share_no_staged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is being written has the machine's name in its own: elsewhere a process may have the same id."""
    staged = []
    monkeypatch.setattr("etl.tables.parquet.secure", lambda *given: staged.append(given[-1].name))
    for machine in ("worker-1", "worker-2"):
        monkeypatch.setattr("platform.node", lambda machine=machine: machine)
        write_object(tmp_path / machine, _runs(1), "runs", DAY, f"{DAY}/run.warc.gz")
    assert len(set(staged)) == 2
