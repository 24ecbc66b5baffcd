"""Many objects of a day or month become one: rows merged in the table's order, a few row groups in memory at a time.

What comes out depends on the rows alone, not on the objects that they lay in.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.errors import StorageError
from etl.model import ObjectFile
from etl.storage import present, process_mark
from etl.tables.parquet import (
    PORTION_ROWS,
    ROW_GROUP_ROWS,
    SEEN_DATE,
    month_schema,
    stream_rows,
    write_month,
    write_stream,
)
from etl.tables.schema import TABLES

FAN_IN = 24  # files open at once: their row groups are what memory holds; 100,000 articles of a day stay under 500 MB


def merged(data: Path, files: Sequence[ObjectFile], unit: str) -> ObjectFile:
    """One object with the rows of objects of one table and day, each sorted in the table's order already.

    Raises StorageError.
    """
    first = files[0]
    staged: list[Path] = []
    paths = [present(data, file.path) for file in sorted(files, key=lambda file: file.path)]
    try:
        while len(paths) > FAN_IN:
            groups = [paths[start : start + FAN_IN] for start in range(0, len(paths), FAN_IN)]
            paths = [_stage(data, group, first.table, len(staged) + number) for number, group in enumerate(groups)]
            staged += paths
        return write_stream(data, _merge(paths, first.table), first.table, first.seen_date, unit)
    finally:
        for path in staged:
            path.unlink(missing_ok=True)
        pa.default_memory_pool().release_unused()


def merged_month(data: Path, files: Sequence[ObjectFile], unit: str) -> ObjectFile:
    """One object with the rows of the days of one table and month, one object a day, and each row's `seen_date`.

    Rows that are equal in the table's order stand by day, so that those of a day are those of its object, in order.
    Raises StorageError.
    """
    days = sorted(files, key=lambda file: file.seen_date)
    first = days[0]
    paths, dates = [present(data, file.path) for file in days], [date.fromisoformat(file.seen_date) for file in days]
    try:
        return write_month(data, _merge(paths, first.table, dates), first.table, first.seen_date[:7], unit)
    finally:
        pa.default_memory_pool().release_unused()


def _stage(data: Path, paths: Sequence[Path], table: str, number: int) -> Path:
    """An intermediate file with the rows of some; it need not be durable."""
    staged = data / "staging" / f"{table}.{number}.{process_mark()}.merging.parquet"
    try:
        staged.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(staged, TABLES[table].schema(), write_page_checksum=True) as writer:
            for portion in _merge(paths, table):
                writer.write_table(portion, row_group_size=ROW_GROUP_ROWS)
    except OSError as error:
        raise StorageError(f"cannot write {str(staged)!r}: {error.strerror or error}") from error
    return staged


def _merge(paths: Sequence[Path], table: str, dates: Sequence[date] = ()) -> Iterator[pa.Table]:
    """The rows of sorted files in one order, PORTION_ROWS at a time, each with the date of its file if there are dates.

    The order is settled by the key columns alone; the rows then follow, each file read once from front to end.
    """
    turns = _turns(paths, table)
    schema = month_schema(table) if dates else TABLES[table].schema()
    readers = [_Rows(path, schema, dates[number] if dates else None) for number, path in enumerate(paths)]
    try:
        for start in range(0, max(len(turns), 1), PORTION_ROWS):
            turn = turns[start : start + PORTION_ROWS]
            order = np.argsort(turn, kind="stable")
            taken = [readers[int(number)].take(int(count)) for number, count in zip(*_counted(turn), strict=True)]
            place = np.empty(len(order), np.int64)
            place[order] = np.arange(len(order))
            yield (pa.concat_tables(taken) if taken else schema.empty_table()).take(place)
    finally:
        for reader in readers:
            reader.close()


def _turns(paths: Sequence[Path], table: str) -> npt.NDArray[np.int32]:
    """For each row of the merged order, the number of the file that it comes from.

    A column's values give way to their ranks before the next one is read: a day has a million mentions.
    """
    try:
        counts = [pq.read_metadata(path).num_rows for path in paths]
        ranks = [_ranks(paths, name) for name in TABLES[table].order]
    except (OSError, pa.ArrowInvalid) as error:
        raise StorageError(f"cannot read the keys of {table!r} to compact: {error}") from error
    pa.default_memory_pool().release_unused()
    numbers = np.repeat(np.arange(len(paths), dtype=np.int32), counts)
    turns: npt.NDArray[np.int32] = numbers[np.lexsort([numbers, *reversed(ranks)])]
    return turns


def _ranks(paths: Sequence[Path], name: str) -> npt.NDArray[np.uint32]:
    """For each row of the files, how many different values of a column come before its own; nulls come last."""
    parts = [pq.read_table(path, columns=[name], partitioning=None).column(0) for path in paths]
    values = pa.chunked_array([chunk for part in parts for chunk in part.chunks], parts[0].type)
    ranks: npt.NDArray[np.uint32] = pc.rank(values, tiebreaker="dense").to_numpy().astype(np.uint32)
    return ranks


def _counted(turn: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The files that a portion draws from, in order, and how many rows from each."""
    return np.unique(turn, return_counts=True)


class _Rows:
    """The rows of a file from front to end, a row group in memory at a time."""

    def __init__(self, path: Path, schema: pa.Schema, day: date | None) -> None:
        self._groups = stream_rows(path)
        self._day = day
        self._rest = schema.empty_table()
        self._schema = schema

    def take(self, count: int) -> pa.Table:
        """The next so many rows."""
        while len(self._rest) < count:
            rows = next(self._groups)
            if self._day is not None:
                rows = rows.append_column(SEEN_DATE, pa.repeat(pa.scalar(self._day, SEEN_DATE.type), len(rows)))
            self._rest = pa.concat_tables([self._rest, rows.cast(self._schema)])
        taken, self._rest = self._rest.slice(0, count), self._rest.slice(count)
        return taken

    def close(self) -> None:
        """Closes the file."""
        self._groups.close()
