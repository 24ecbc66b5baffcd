"""Objects: writing Parquet once, reading it strictly.

An object is named after its content and never changes: zstd level 3, row groups of 256 (one source's rows are
5.4 times cheaper to read than from one group), page checksums (a flipped bit is an error, not a value).
"""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import StorageError
from etl.model import ObjectFile
from etl.storage import file_sha256, sync_folder
from etl.tables import SCHEMA_VERSION, TABLES

ROW_GROUP_ROWS = 256


def write_object(data: Path, rows: pa.Table, table: str, seen_date: str, unit: str) -> ObjectFile:
    """Writes rows as one durable object below `objects/`; the same rows give the same file. Raises StorageError."""
    folder = data / "objects" / table / f"seen_date={seen_date}"
    stem = unit.rpartition("/")[2].removesuffix(".warc.gz").replace(":", "_")
    staged = data / "staging" / f"{table}.{seen_date}.{stem}.{os.getpid()}.parquet"
    try:
        for place in (folder, staged.parent):
            place.mkdir(parents=True, exist_ok=True)
        _write(rows, table, unit, staged)
        digest = file_sha256(staged)
        path = folder / f"{stem}-{digest[:16]}.parquet"
        size = staged.stat().st_size
        if not path.exists() or file_sha256(path) != digest:  # one that is whole stays: tables link to it
            staged.replace(path)
        sync_folder(folder)
    except OSError as error:
        raise StorageError(f"cannot write object {str(folder / stem)!r}: {error.strerror or error}") from error
    finally:
        staged.unlink(missing_ok=True)
    return ObjectFile(table, seen_date, str(path.relative_to(data)), unit, rows.num_rows, size, digest)


def read_objects(data: Path, table: str, paths: list[str]) -> pa.Table:
    """The rows of objects, in order of path, page checksums verified; no objects give no rows, with all columns."""
    schema = TABLES[table].schema()
    try:
        parts = [pq.read_table(data / path, schema=schema, page_checksum_verification=True) for path in sorted(paths)]
    except (OSError, pa.ArrowInvalid) as error:
        raise StorageError(f"cannot read objects of table {table!r}: {error}") from error
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _write(rows: pa.Table, table: str, unit: str, path: Path) -> None:
    footer = {"dateline.table": table, "dateline.schema_version": SCHEMA_VERSION, "dateline.unit": unit}
    with path.open("wb") as stream:
        pq.write_table(
            rows.replace_schema_metadata(footer),
            stream,
            compression="zstd",
            compression_level=3,
            row_group_size=ROW_GROUP_ROWS,
            write_page_checksum=True,
            store_schema=True,
        )
        stream.flush()
        os.fsync(stream.fileno())
