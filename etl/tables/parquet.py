"""Objects: writing Parquet once, reading it strictly.

An object is named after its content and never changes: zstd level 3, row groups of 256 (one source's rows are
5.4 times cheaper to read than from one group), page checksums (a flipped bit is an error, not a value).
"""

import hashlib
import os
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import StorageError
from etl.model import ObjectFile
from etl.storage import file_sha256, present, process_mark, secure, sync_path
from etl.tables.schema import SCHEMA_VERSION, TABLES

ROW_GROUP_ROWS = 256
PORTION_ROWS = 4 * ROW_GROUP_ROWS  # rows held in memory while an object is written from a stream
# A month's rows of one source lie together, so that groups may be larger; those of 256 rows took 1.1 times the CPU for
# a source's texts of a year, 3.2 times for its headlines, and 1.09 times the bytes.
MONTH_GROUP_ROWS = PORTION_ROWS
SEEN_DATE = pa.field("seen_date", pa.date32(), nullable=False)


class _Layout(NamedTuple):
    """How rows lie in objects: in which folder, with which columns, and in row groups of which size."""

    folder: str
    schema: pa.Schema
    group_rows: int


class _Digesting:
    """A file that is written and digested in one pass; no byte is read again."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        """Writes and digests."""
        self.sha256.update(data)
        written: int = self._stream.write(data)
        self.size += written
        return written

    def tell(self) -> int:
        """Bytes written so far."""
        return self.size

    def flush(self) -> None:
        """Hands on what is buffered."""
        self._stream.flush()

    def close(self) -> None:
        """Ends the writer's use; the stream stays open, for it has to be made durable."""
        self.closed = True


def write_object(data: Path, rows: pa.Table, table: str, seen_date: str, unit: str) -> ObjectFile:
    """Writes rows as one durable object below `objects/`; the same rows give the same file. Raises StorageError."""
    portions = (rows.slice(start, PORTION_ROWS) for start in range(0, max(len(rows), 1), PORTION_ROWS))
    return write_stream(data, portions, table, seen_date, unit)


def write_stream(data: Path, portions: Iterable[pa.Table], table: str, seen_date: str, unit: str) -> ObjectFile:
    """Writes portions of whole row groups (the last one may be shorter) as one durable object below `objects/`.

    The same rows give the same file, however they are chunked. Raises StorageError.
    """
    layout = _Layout(f"{table}/seen_date={seen_date}", TABLES[table].schema(), ROW_GROUP_ROWS)
    written, count = _store(data, portions, layout, table, unit)
    return ObjectFile(table, seen_date, written.path, unit, count, written.bytes, written.sha256)


def write_month(data: Path, portions: Iterable[pa.Table], table: str, month: str, unit: str) -> ObjectFile:
    """Writes portions of a month's rows, `seen_date` their last column, as one durable object below `objects/`.

    Raises StorageError.
    """
    layout = _Layout(f"{table}/seen_month={month}", month_schema(table), MONTH_GROUP_ROWS)
    written, count = _store(data, portions, layout, table, unit)
    return ObjectFile(table, f"{month}-01", written.path, unit, count, written.bytes, written.sha256)


def month_schema(table: str) -> pa.Schema:
    """The columns of a table's months: a day is no folder there, so that it stands in the rows."""
    return TABLES[table].schema().append(SEEN_DATE)


def is_month_path(path: Path | str) -> bool:
    """Whether a path is that of a month's object."""
    return Path(path).parent.name.startswith("seen_month=")


class _Written(NamedTuple):
    path: str
    bytes: int
    sha256: str


def _store(data: Path, portions: Iterable[pa.Table], layout: _Layout, table: str, unit: str) -> tuple[_Written, int]:
    """Writes an object and puts it in place; what was written, and how many rows."""
    footer = {"dateline.table": table, "dateline.schema_version": SCHEMA_VERSION, "dateline.unit": unit}
    folder = data / "objects" / layout.folder
    stem = unit.rpartition("/")[2].removesuffix(".warc.gz").replace(":", "_")
    staged = data / "staging" / f"{layout.folder.replace('/', '.')}.{stem}.{process_mark()}.parquet"
    try:
        for place in (folder, staged.parent):
            place.mkdir(parents=True, exist_ok=True)
        with staged.open("wb") as stream:
            count, digesting = _write(stream, portions, layout, footer)
            stream.flush()
            os.fsync(stream.fileno())
        digest = digesting.sha256.hexdigest()
        path = folder / f"{stem}-{digest[:16]}.parquet"
        secure(data, str(path.relative_to(data)), staged)
        _settle(staged, path, digest)
        sync_path(folder)
    except OSError as error:
        raise StorageError(f"cannot write object {str(folder / stem)!r}: {error.strerror or error}") from error
    finally:
        staged.unlink(missing_ok=True)
    return _Written(str(path.relative_to(data)), digesting.size, digest), count


def read_objects(data: Path, table: str, paths: list[str], columns: list[str] | None = None) -> pa.Table:
    """The rows of objects, in order of path, page checksums verified; no objects give no rows, with all columns.

    Only the named columns, where some are named. Raises StorageError.
    """
    schema = TABLES[table].schema()
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns])
    # One thread and no read-ahead: for small files that is quicker and takes 60 MB less.
    options: dict[str, Any] = {"page_checksum_verification": True, "use_threads": False, "pre_buffer": False}
    try:
        parts = [pq.read_table(present(data, path), schema=schema, **options) for path in sorted(paths)]
    except (OSError, pa.ArrowInvalid) as error:
        raise StorageError(f"cannot read objects of table {table!r}: {error}") from error
    pa.default_memory_pool().release_unused()
    return pa.concat_tables(parts) if parts else schema.empty_table()


def stream_rows(path: Path) -> Generator[pa.Table, None, None]:
    """The rows of an object in order, a row group at a time, page checksums verified. Raises StorageError."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                yield file.read_row_group(number, use_threads=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise StorageError(f"cannot read object {str(path)!r}: {error}") from error


def _settle(staged: Path, path: Path, digest: str) -> None:
    """Puts a staged object under its name; one that is whole stays, as tables link to it, and counts as new again."""
    if path.exists() and file_sha256(path) == digest:
        try:
            os.utime(path)  # vacuum leaves alone what is young
            return
        except FileNotFoundError:  # vacuum was quicker
            pass
    staged.replace(path)


def _write(
    stream: Any, portions: Iterable[pa.Table], layout: _Layout, footer: dict[str, str]
) -> tuple[int, _Digesting]:
    digesting, count = _Digesting(stream), 0
    schema = layout.schema.with_metadata(footer)
    with pq.ParquetWriter(
        pa.PythonFile(digesting, mode="w"),  # type: ignore[arg-type]  # it asks for write, flush, tell and closed
        schema,
        compression="zstd",
        compression_level=3,
        write_page_checksum=True,
        store_schema=True,
    ) as writer:
        for rows in portions:
            # Pages are cut where chunks end, so chunks must not depend on how the rows came.
            writer.write_table(rows.replace_schema_metadata(footer).combine_chunks(), row_group_size=layout.group_rows)
            count += len(rows)
    return count, digesting
