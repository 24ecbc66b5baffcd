"""Strict reading: one consistent state of all tables, by the ledger's list of files.

Whoever reads the table folders finds whole files without duplicates, but may see a run's partitions appear one after
the other, and miss a file in the moment in which a day is exchanged. A snapshot sees all of a commit or nothing, also
of one that lies back, until vacuum takes its objects away. Of a bucket only those parts of files are read that a
query asks for, and who has no access to the state takes the list of files that lies there.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from sqlalchemy.engine import make_url

from etl import homes
from etl.config import open_data
from etl.errors import DataError, StorageError
from etl.model import ObjectFile
from etl.state import open_state
from etl.stores import ledger, manifests
from etl.stores.months import by_months, month_name, suits_months
from etl.tables.parquet import is_month_path
from etl.tables.relations import Files, create_table_view, create_views, quoted
from etl.tables.schema import TABLES
from etl.tables.views import SEEN_DATE

FORMATS = {"csv": "FORMAT csv, HEADER", "json": "FORMAT json", "parquet": "FORMAT parquet, COMPRESSION zstd"}
Moment = int | datetime | str
Day = date | str
Days = tuple[Day | None, Day | None]
ANY_DAY: Days = (None, None)
HIVE = ds.partitioning(pa.schema([(SEEN_DATE.name, SEEN_DATE.type)]), flavor="hive")


def read(  # noqa: PLR0913  (options by name, as pandas' own readers have them)
    table: str,
    *,
    since: Day | None = None,
    until: Day | None = None,
    where: str | None = None,
    columns: Sequence[str] | None = None,
    as_of: Moment | None = None,
    data: Path | str | None = None,
) -> pd.DataFrame:
    """Rows of a table or view as a DataFrame of Arrow types, with `seen_date` as a date; a strict snapshot.

    `since` and `until` are UTC days of capture, both included; `where` is a condition in SQL; `as_of` a commit's
    number or an instant (ISO 8601; UTC where no zone is given) for the tables as they were then. `data` is the data
    folder or s3://bucket/prefix, else `DATELINE_DATA`, else `./data`. Raises DataError for a table, column or condition
    that is not there, and for a time that is not kept, StorageError where a store cannot be read.
    """
    with connect_to(table, data, (since, until), as_of, suits_months(where)) as connection:
        rows = query(connection, select(connection, table, where, columns, (since, until)))
    return rows.to_pandas(types_mapper=pd.ArrowDtype)


def snapshot(
    data: Path | str | None = None,
    days: Days = ANY_DAY,
    as_of: Moment | None = None,
    tables: Collection[str] = tuple(TABLES),
) -> dict[str, list[Path]]:
    """The live files of tables, of the days from the first to the last of `days`, as one commit left them.

    They are paths in the data folder; where the home is a bucket, the files need not be there.
    """
    root, live = _live(data, days, as_of, tables, by_month=False)
    return {name: [root / file.path for file in files] for name, files in live.items()}


def _live(
    data: Path | str | None, days: Days, as_of: Moment | None, tables: Collection[str], by_month: bool
) -> tuple[Path, dict[str, list[ObjectFile]]]:
    """(data folder, the objects in which tables have their rows of some days); those of months where `by_month`."""
    root, state_url = open_data(data)
    span = _day(days[0] or date.min), _day(days[1] or date.max)
    names = [*tables, *(month_name(table) for table in tables if by_month)]
    live = _listed(root, state_url, span, as_of, names)
    return root, {name: by_months(live[name], live.get(month_name(name), ()), span) for name in tables}


def _listed(
    root: Path, state_url: str, span: tuple[str, str], as_of: Moment | None, names: Collection[str]
) -> dict[str, list[ObjectFile]]:
    """The live objects by name of table: by the state, or by a bucket's own list where the state is elsewhere."""
    url = make_url(state_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        bucket = homes.behind(root)
        if bucket is None:
            raise StorageError(f"there is no state database {url.database!r}: is {str(root)!r} the data folder?")
        if as_of is not None:
            raise DataError(f"what {bucket.url} held as of {str(as_of)!r} only its state knows: set DATELINE_STATE")
        return manifests.told(bucket, names, span)
    with open_state(state_url).connect() as connection:
        seq = None if as_of is None else ledger.commit_at(connection, _moment(as_of))
        return {name: ledger.live_objects(connection, name, span, as_of=seq) for name in names}


def _files(root: Path, files: Sequence[ObjectFile]) -> Files:
    """Where a query finds the rows of objects: in files on disk, or in a bucket by the parts that it asks for."""
    bucket = homes.behind(root)
    if bucket is None or not files:
        return [root / file.path for file in files]
    paths = [f"{bucket.root}/{file.path}" for file in files]
    months = [path for path in paths if is_month_path(path)]
    days = [path for path in paths if not is_month_path(path)]
    place: dict[str, Any] = {"filesystem": bucket.place, "format": "parquet"}
    try:
        parts: list[Any] = [ds.dataset(days, partitioning=HIVE, **place)] if days else []
        parts += [ds.dataset(months, schema=parts[0].schema if parts else None, **place)] if months else []
        found: ds.Dataset = parts[0] if len(parts) == 1 else ds.dataset(parts)
        return found
    except (OSError, pa.ArrowException) as error:
        raise StorageError(f"cannot read the tables in {bucket.url}: {error}") from error


def connect(
    data: Path | str | None = None, as_of: Moment | None = None, by_month: bool = False
) -> duckdb.DuckDBPyConnection:
    """A DuckDB session with a view for every table and the views over them, all of one snapshot. Instants are UTC.

    The rows are the same `by_month`, where cold months are compacted: for questions about other things than time.
    Raises DataError where the tables had other columns then than the views ask for; `read` gives them one by one.
    """
    root, live = _live(data, ANY_DAY, as_of, tuple(TABLES), by_month)
    connection = duckdb.connect()
    try:
        create_views(connection, {name: _files(root, files) for name, files in live.items()})
    except duckdb.Error as error:
        raise DataError(
            f"the tables as of {str(as_of)!r} have other columns than the views of today: {error}"
        ) from error
    return connection


def connect_to(
    table: str,
    data: Path | str | None = None,
    days: Days = ANY_DAY,
    as_of: Moment | None = None,
    by_month: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A session for one table's rows of some days, or for a view, which needs all tables of all days."""
    if table not in TABLES:
        return connect(data, as_of, by_month)
    root, live = _live(data, days, as_of, (table,), by_month)
    connection = duckdb.connect()
    try:
        create_table_view(connection, table, _files(root, live[table]))
    except duckdb.Error as error:
        raise StorageError(f"cannot read the files of table {table!r}: {error}") from error
    return connection


def select(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    where: str | None = None,
    columns: Collection[str] | None = None,
    days: Days = ANY_DAY,
) -> str:
    """The query for some rows and columns of a table or view. Raises DataError for a name that is not there."""
    names = [str(row[0]) for row in _run(connection, "SHOW TABLES").fetchall()]
    if table not in names:
        raise DataError(f"there is no table {table!r}: there are {', '.join(names)}")
    known = [str(row[0]) for row in _run(connection, f'DESCRIBE "{table}"').fetchall()]
    for name in (*(columns or ()), *(() if days == ANY_DAY else (SEEN_DATE.name,))):
        if name not in known:
            raise DataError(f"table {table!r} has no column {name!r}: it has {', '.join(known)}")
    chosen = ", ".join(f'"{name}"' for name in columns or known)
    limits = zip((">=", "<="), days, strict=True)
    conditions = [f"{SEEN_DATE.name} {sign} DATE '{_day(day)}'" for sign, day in limits if day is not None]
    conditions += [f"({where})"] if where else []
    return f'SELECT {chosen} FROM "{table}"' + (f" WHERE {' AND '.join(conditions)}" if conditions else "")


def query(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """What a query gives, declared columns in their declared types; no columns for a statement that gives no rows.

    Raises DataError with DuckDB's message.
    """
    try:
        relation = connection.sql(sql)
        if relation is None:  # a statement that gives no rows
            return pa.table({})
        rows: pa.Table = relation.to_arrow_table()
    except duckdb.Error as error:
        raise DataError(f"cannot run {sql!r}: {error}") from error
    declared = {field.name: field.type for table in TABLES.values() for field in table.schema()}
    declared[SEEN_DATE.name] = SEEN_DATE.type
    fields = [
        field.with_type(declared[field.name]) if _is_same(field.type, declared.get(field.name)) else field
        for field in rows.schema
    ]
    typed: pa.Table = rows.cast(pa.schema(fields))
    return typed


def export(connection: duckdb.DuckDBPyConnection, sql: str, path: Path, form: str) -> None:
    """Writes what a query gives to a file as csv, json (a line a row) or parquet. Raises DataError."""
    _run(connection, f"COPY ({sql}) TO {quoted(str(path))} ({FORMATS[form]})")


def _run(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    try:
        return connection.execute(sql)
    except duckdb.Error as error:
        raise DataError(f"cannot run {sql!r}: {error}") from error


def _is_same(given: pa.DataType, declared: pa.DataType | None) -> bool:
    """Whether a column of a query is one that is declared, but for what DuckDB calls its types."""
    if declared is None:
        return False
    nested = pa.types.is_list(given) and pa.types.is_list(declared)
    return given == declared or nested or (pa.types.is_timestamp(given) and pa.types.is_timestamp(declared))


def _day(day: Day) -> str:
    try:
        return (date.fromisoformat(day) if isinstance(day, str) else day).isoformat()
    except ValueError as error:
        raise DataError(f"{day!r} is no day as YYYY-MM-DD") from error


def _moment(as_of: Moment) -> int | datetime:
    if isinstance(as_of, str) and as_of.isdigit():
        return int(as_of)
    try:
        moment = datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError as error:
        raise DataError(f"{as_of!r} is neither a commit nor an instant as YYYY-MM-DDTHH:MM:SSZ") from error
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment
