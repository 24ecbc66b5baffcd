"""What would change for a reader if some objects took the place of others: rows, columns, sources, examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from etl.model import ObjectFile
from etl.tables import TABLES

IGNORED = {"ruleset"}  # it differs after every change of the rules and says nothing of the values
EXAMPLES = 3  # of each column
SHOWN = 80  # code points of a value in an example, from shortly before the first that differs
LEAD = 20


@dataclass(frozen=True, slots=True)
class Example:
    """One value that changes: the row's key, the column, and both values as text, cut to where they differ."""

    key: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two states of some rows of a table, compared by key. `columns` and `by_source` count changed rows.

    A row is changed where any column but `ruleset` differs.
    """

    table: str
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    columns: Mapping[str, int]
    by_source: Mapping[str, int]
    examples: tuple[Example, ...]

    @property
    def touched(self) -> int:
        """Rows added, removed or changed."""
        return self.added + self.removed + self.changed


def difference(data: Path, table: str, before: Sequence[ObjectFile], after: Sequence[ObjectFile]) -> Difference:
    """How the rows of objects of one table differ; objects that stand on both sides are compared too."""
    key = TABLES[table].key
    columns = [column.name for column in TABLES[table].columns if column.name not in {*key, *IGNORED}]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, files in (("before", before), ("after", after)):
            connection.register(f"{name}_rows", _rows(data, table, files))
        connection.execute(f"CREATE VIEW paired AS {_paired(table, columns)}")
        sums = connection.execute(
            "SELECT count(*) FILTER (was AND NOT is_now), count(*) FILTER (is_now AND NOT was), "
            "count(*) FILTER (was AND is_now AND is_changed), count(*) FILTER (was), count(*) FILTER (is_now) "
            "FROM paired"
        ).fetchone()
        assert sums is not None
        removed, added, changed, rows_before, rows_after = sums
        per_column = ", ".join(f'count(*) FILTER ("changed_{name}")' for name in columns)
        counted = connection.execute(f"SELECT {per_column} FROM paired WHERE was AND is_now").fetchone()
        assert counted is not None
        touched = {name: count for name, count in zip(columns, counted, strict=True) if count}
        by_source = _by_source(connection) if "source_id" in TABLES[table].schema().names else {}
        examples = tuple(example for name in touched for example in _examples(connection, key, name))
    return Difference(table, rows_before, rows_after, added, removed, changed, touched, by_source, examples)


def _rows(data: Path, table: str, files: Sequence[ObjectFile]) -> ds.Dataset | pa.Table:
    schema = TABLES[table].schema()
    paths = [str(data / file.path) for file in files]
    return ds.dataset(paths, schema=schema, format="parquet") if paths else schema.empty_table()


def _paired(table: str, columns: Sequence[str]) -> str:
    """Rows of both sides side by side: whether each is there, and which columns differ."""
    key = TABLES[table].key
    pairs = [f'(b."{name}" IS DISTINCT FROM a."{name}") AS "changed_{name}"' for name in columns]
    values = [f'b."{name}" AS "before_{name}", a."{name}" AS "after_{name}"' for name in columns]
    keys = [f'coalesce(b."{name}", a."{name}") AS "key_{name}"' for name in key]
    is_changed = " OR ".join(f'b."{name}" IS DISTINCT FROM a."{name}"' for name in columns) or "false"
    joined = " AND ".join(f'b."{name}" = a."{name}"' for name in key)
    there = f"b.{key[0]} IS NOT NULL AS was, a.{key[0]} IS NOT NULL AS is_now"
    chosen = ", ".join((*keys, *pairs, *values, f"({is_changed}) AS is_changed", there))
    return f"SELECT {chosen} FROM before_rows b FULL JOIN after_rows a ON {joined}"


def _by_source(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    name = "key_source_id" if "key_source_id" in _names(connection) else "coalesce(before_source_id, after_source_id)"
    touched = "was <> is_now OR is_changed"
    query = f"SELECT {name}, count(*) FROM paired WHERE {touched} GROUP BY 1 ORDER BY 1"
    return dict(connection.execute(query).fetchall())


def _names(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {str(row[0]) for row in connection.execute("SELECT column_name FROM (DESCRIBE paired)").fetchall()}


def _examples(connection: duckdb.DuckDBPyConnection, key: Sequence[str], column: str) -> list[Example]:
    keys = ", ".join(f'"key_{name}"' for name in key)
    rows = connection.execute(
        f'SELECT concat_ws(\' \', {keys}), CAST("before_{column}" AS VARCHAR), CAST("after_{column}" AS VARCHAR) '
        f'FROM paired WHERE was AND is_now AND "changed_{column}" ORDER BY 1 LIMIT {EXAMPLES}'
    ).fetchall()
    return [Example(str(row[0]), column, *_cut(row[1], row[2])) for row in rows]


def _cut(before: str | None, after: str | None) -> tuple[str, str]:
    """Both values from shortly before the place where they part; `null` for a value that is not there."""
    if before is None or after is None:
        return tuple("null" if value is None else repr(value[:SHOWN]) for value in (before, after))  # type: ignore[return-value]
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = max(0, same - LEAD)
    return repr(before[start : start + SHOWN]), repr(after[start : start + SHOWN])
