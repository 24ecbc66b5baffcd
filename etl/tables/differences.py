"""What would change for a reader if some objects took the place of others: rows, columns, sources, examples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import duckdb

from etl.model import ObjectFile
from etl.storage import present
from etl.tables.relations import quoted
from etl.tables.schema import TABLES

IGNORED = {"ruleset"}  # it differs after every change of the rules and says nothing of the values
EXAMPLES = 3  # of each column
SHOWN = 80  # code points of a value in an example, from shortly before the first that differs
LEAD = 20
COMPARED_AT_ONCE = 8  # columns whose hashes are held in memory together
MEMORY = "96MB"  # DuckDB's; beyond it the session spills to `staging/`


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
    """How the rows of objects of one table differ; objects that stand on both sides are compared too.

    Rows are paired by key and compared by 64-bit hashes, so that no text is held in memory but that of examples.
    """
    columns = [column.name for column in TABLES[table].columns if column.name not in {*TABLES[table].key, *IGNORED}]
    with duckdb.connect() as session:
        session.execute(f"SET memory_limit = '{MEMORY}'; SET threads = 2; SET TimeZone = 'UTC'")
        session.execute(f"SET temp_directory = {quoted(str(data / 'staging' / 'duckdb'))}")
        for side, files in (("before", before), ("after", after)):
            _take_in(session, data, table, (side, files))
        session.execute(f"CREATE TABLE paired AS {_paired(table, ['digest'])}")
        removed, added, changed, rows_before, rows_after = _one(
            session,
            "SELECT count(*) FILTER (was AND NOT is_now), count(*) FILTER (is_now AND NOT was), "
            "count(*) FILTER (was AND is_now AND changed_digest), count(*) FILTER (was), count(*) FILTER (is_now) "
            "FROM paired",
        )
        by_source = _by_source(session, table)
        session.execute("DROP TABLE paired")
        found = _changed_columns(session, table, columns) if changed else {}
        examples = [example for name in found for example in _examples(session, table, name)]
    counts = {name: count for name, count in found.items() if count}
    return Difference(table, rows_before, rows_after, added, removed, changed, counts, by_source, tuple(examples))


def _take_in(
    session: duckdb.DuckDBPyConnection, data: Path, table: str, side: tuple[str, Sequence[ObjectFile]]
) -> None:
    """A view of a side's rows, and a table of their keys, source and digest."""
    name, files = side
    columns = [column.name for column in TABLES[table].columns if column.name not in IGNORED]
    if files:
        paths = ", ".join(quoted(str(present(data, file.path))) for file in files)
        rows = f"SELECT * FROM read_parquet([{paths}], hive_partitioning = false)"
    else:
        session.register(f"{name}_none", TABLES[table].schema().empty_table())
        rows = f"SELECT * FROM {name}_none"
    session.execute(f"CREATE VIEW {name}_rows AS {rows}")
    owner = ['"source_id"'] if "source_id" in columns and "source_id" not in TABLES[table].key else []
    chosen = ", ".join([*_quoted_names(TABLES[table].key), *owner])
    digest = f"hash({', '.join(_quoted_names(columns))}) AS digest"
    session.execute(f"CREATE TABLE {name}_side AS SELECT {chosen}, {digest} FROM {name}_rows")


def _paired(table: str, hashed: Sequence[str], relation: str = "side") -> str:
    """Keys of both sides side by side: whether each is there, and which of some hashes differ."""
    key = TABLES[table].key
    keys = [f'coalesce(b."{name}", a."{name}") AS "{name}"' for name in key]
    owner = (
        []
        if "source_id" in key or "source_id" not in TABLES[table].schema().names or relation != "side"
        else ["coalesce(b.source_id, a.source_id) AS source_id"]
    )
    differ = [f'b."{name}" IS DISTINCT FROM a."{name}" AS "changed_{name}"' for name in hashed]
    there = [f'b."{key[0]}" IS NOT NULL AS was, a."{key[0]}" IS NOT NULL AS is_now']
    joined = " AND ".join(f'b."{name}" = a."{name}"' for name in key)
    kind = "FULL" if relation == "side" else "INNER"
    chosen = ", ".join((*keys, *owner, *differ, *there))
    return f"SELECT {chosen} FROM before_{relation} b {kind} JOIN after_{relation} a ON {joined}"


def _by_source(session: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    if "source_id" not in TABLES[table].schema().names:
        return {}
    query = "SELECT source_id, count(*) FROM paired WHERE was <> is_now OR changed_digest GROUP BY 1 ORDER BY 1"
    return dict(session.execute(query).fetchall())


def _changed_columns(session: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> dict[str, int]:
    """The columns that differ in any paired row, with how many rows; a few columns' hashes at a time."""
    found: dict[str, int] = {}
    keys = ", ".join(_quoted_names(TABLES[table].key))
    for start in range(0, len(columns), COMPARED_AT_ONCE):
        some = columns[start : start + COMPARED_AT_ONCE]
        hashes = ", ".join(f'hash("{name}") AS "{name}"' for name in some)
        for side in ("before", "after"):
            session.execute(f"CREATE OR REPLACE VIEW {side}_hashed AS SELECT {keys}, {hashes} FROM {side}_rows")
        counts = ", ".join(f'count(*) FILTER ("changed_{name}")' for name in some)
        counted = _one(session, f"SELECT {counts} FROM ({_paired(table, some, 'hashed')})")
        found |= {name: count for name, count in zip(some, counted, strict=True) if count}
    return found


def _examples(session: duckdb.DuckDBPyConnection, table: str, column: str) -> list[Example]:
    """The first changed values of a column in order of key: their keys by hashes first, then the values alone."""
    key = TABLES[table].key
    keys = ", ".join(_quoted_names(key))
    for side in ("before", "after"):
        hashed = f'SELECT {keys}, hash("{column}") AS "{column}" FROM {side}_rows'
        session.execute(f"CREATE OR REPLACE VIEW {side}_hashed AS {hashed}")
    paired = _paired(table, [column], "hashed")
    query = f'SELECT {keys} FROM ({paired}) WHERE "changed_{column}" ORDER BY {keys} LIMIT {EXAMPLES}'
    is_it = " AND ".join(f'"{name}" = ?' for name in key)
    examples = []
    for values in session.execute(query).fetchall():
        texts = [
            _one(session, f'SELECT CAST("{column}" AS VARCHAR) FROM {side}_rows WHERE {is_it}', values)[0]
            for side in ("before", "after")
        ]
        examples.append(Example(" ".join(map(str, values)), column, *_cut(*texts)))
    return examples


def _one(session: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> tuple[Any, ...]:
    row = session.execute(query, list(values)).fetchone()
    assert row is not None
    return tuple(row)


def _quoted_names(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _cut(before: str | None, after: str | None) -> tuple[str, str]:
    """Both values from shortly before the place where they part; `null` for a value that is not there."""
    if before is None or after is None:
        return tuple("null" if value is None else repr(value[:SHOWN]) for value in (before, after))  # type: ignore[return-value]
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = max(0, same - LEAD)
    return repr(before[start : start + SHOWN]), repr(after[start : start + SHOWN])
