"""Tables and views as relations of DuckDB: a script over the folder that analysts read, or over a strict snapshot."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from etl.tables.parquet import is_month_path
from etl.tables.schema import INSTANT, TABLES, Column, Table
from etl.tables.views import SEEN_DATE, VIEWS

SQL_TYPES: Mapping[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    INSTANT: "TIMESTAMP WITH TIME ZONE",
}
Files = Sequence[Path | str] | ds.Dataset  # of a table: files on disk, or wherever a dataset finds them


def views_sql(live: Mapping[str, Sequence[str]]) -> str:
    """The views as a script to be run in the data folder; a table without live files is empty there, with its columns.

    A base view reads the folder, whatever lies in it when it is asked; `live` only tells which tables have files.
    """
    lines = ["-- Run in the data folder: duckdb -init docs/views.sql", "SET TimeZone = 'UTC';"]
    for table in TABLES.values():
        relation = _scan(f"'tables/{table.name}/*/*.parquet'") if live.get(table.name) else _empty(table)
        lines += _statements(table.name, table.description, (*table.columns, SEEN_DATE), relation)
    for view in VIEWS.values():
        lines += _statements(view.name, view.description, view.columns, view.select)
    return "\n".join(lines) + "\n"


def create_views(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Files]) -> None:
    """Makes the views over exactly these files, below folders named `seen_date=YYYY-MM-DD`: a strict snapshot.

    A table that has no files is empty. Sets the session's time zone to UTC, so that an instant's day is the UTC one.
    """
    connection.execute("SET TimeZone = 'UTC'")
    for table in TABLES.values():
        create_table_view(connection, table.name, files.get(table.name, ()))
        for statement in _comments(table.name, table.description, (*table.columns, SEEN_DATE)):
            connection.execute(statement)
    for view in VIEWS.values():
        for statement in _statements(view.name, view.description, view.columns, view.select):
            connection.execute(statement)


def create_table_view(connection: duckdb.DuckDBPyConnection, table: str, files: Files) -> None:
    """Makes the view of one table alone, without comments: ten times quicker, for one query."""
    connection.execute("SET TimeZone = 'UTC'")
    if isinstance(files, ds.Dataset):
        connection.from_arrow(files).create_view(table)
    else:
        connection.execute(f'CREATE OR REPLACE VIEW "{table}" AS {_over(TABLES[table], files)}')


def _over(table: Table, files: Sequence[Path | str]) -> str:
    """The rows of objects; those of a month have `seen_date` among their columns, those of a day in their path."""
    months = [path for path in files if is_month_path(path)]
    days = [path for path in files if not is_month_path(path)]
    parts = [_scan(_listed(days))] if days else []
    parts += [f"SELECT * FROM read_parquet({_listed(months)}, hive_partitioning = false)"] if months else []
    return " UNION ALL BY NAME ".join(parts) or _empty(table)


def _listed(paths: Sequence[Path | str]) -> str:
    return f"[{', '.join(quoted(str(path)) for path in paths)}]"


def sql_type(kind: pa.DataType) -> str:
    """DuckDB's name of a column's type."""
    return f"{sql_type(kind.value_type)}[]" if isinstance(kind, pa.ListType) else SQL_TYPES[kind]


def _scan(source: str) -> str:
    return f"SELECT * FROM read_parquet({source}, hive_partitioning = true, hive_types = {{'seen_date': DATE}})"


def _empty(table: Table) -> str:
    columns = (f'CAST(NULL AS {sql_type(column.type)}) AS "{column.name}"' for column in (*table.columns, SEEN_DATE))
    return f"SELECT {', '.join(columns)} WHERE false"


def _statements(name: str, description: str, columns: Sequence[Column], select: str) -> list[str]:
    return [f"CREATE OR REPLACE VIEW {name} AS\n{select};", *_comments(name, description, columns)]


def _comments(name: str, description: str, columns: Sequence[Column]) -> list[str]:
    comments = [f'COMMENT ON COLUMN {name}."{column.name}" IS {quoted(column.description)};' for column in columns]
    return [f"COMMENT ON VIEW {name} IS {quoted(description)};", *comments]


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
