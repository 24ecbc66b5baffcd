"""The books of one WARC: its rows by table and day, and what became of each item."""

from collections import Counter

import pyarrow as pa

from etl.tables.rows import Row
from etl.tables.schema import TABLES, to_arrow

CHUNK_ROWS = 500  # rows held as Python objects before they become Arrow
COUNTS = ("feeds_ok", "feeds_failed", "entries", "seen", "new", "revisions", "unchanged", "quarantined")


class Books:
    """Rows on their way to Arrow, by table and day, and what became of each item, by day, run and source.

    Few rows are held as Python objects at a time.
    """

    def __init__(self, warc: str) -> None:
        self._warc = warc
        self._rows: dict[tuple[str, str], list[Row]] = {}
        self._tables: dict[tuple[str, str], list[pa.Table]] = {}
        self._counts: dict[tuple[str, str, str], Counter[str]] = {}

    def count(self, owner: tuple[str, str, str], **counts: int) -> None:
        """Adds to the counts of (day, run, source)."""
        self._counts.setdefault(owner, Counter()).update(counts)

    def add(self, table: str, day: str, row: Row) -> None:
        """Adds a row to a table's day."""
        rows = self._rows.setdefault((table, day), [])
        rows.append(row)
        if len(rows) >= CHUNK_ROWS:
            self._flush(table, day)

    def tables(self) -> dict[tuple[str, str], pa.Table]:
        """All rows by (table, day), in the table's declared order; the counts are the rows of `runs`."""
        for (day, run_id, source_id), tally in self._counts.items():
            sums = {name: tally[name] for name in COUNTS}
            self.add("runs", day, {"run_id": run_id, "source_id": source_id, "warc": self._warc, **sums})
        for table, day in list(self._rows):
            self._flush(table, day)
        return {
            key: pa.concat_tables(parts).sort_by([(name, "ascending") for name in TABLES[key[0]].order])
            for key, parts in self._tables.items()
        }

    def by_source(self) -> dict[str, dict[str, int]]:
        """The counts of each source, over all days."""
        sums: dict[str, Counter[str]] = {}
        for (_, _, source_id), tally in self._counts.items():
            sums.setdefault(source_id, Counter()).update(tally)
        return {source_id: {name: tally[name] for name in COUNTS} for source_id, tally in sums.items()}

    def _flush(self, table: str, day: str) -> None:
        rows = self._rows.pop((table, day))
        self._tables.setdefault((table, day), []).append(to_arrow(TABLES[table], rows))
