"""Which columns the live objects of each table have: all the same, or readers would miss some in silence."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from etl.errors import DataError
from etl.state import schemas
from etl.tables.schema import TABLES


def require_columns(connection: Connection, tables: Iterable[str]) -> None:
    """Passes where the live objects of tables have the columns declared today; a table's first objects settle it.

    Raises DataError: readers would miss columns in silence where files of one table differ.
    """
    for table in sorted(tables):
        fingerprint = TABLES[table].fingerprint()
        stands = connection.scalar(select(schemas.c.fingerprint).where(schemas.c.table_name == table))
        if stands is None:
            connection.execute(insert(schemas).values(table_name=table, fingerprint=fingerprint))
        elif stands != fingerprint:
            raise _other_columns(table)


def refuse_outdated(connection: Connection) -> None:
    """Passes where the live objects of all tables have the columns declared today, else raises DataError."""
    for table in outdated(connection):
        raise _other_columns(table)


def outdated(connection: Connection) -> list[str]:
    """The tables whose live objects have other columns than those declared today."""
    stand = connection.execute(select(schemas)).all()
    return sorted(row.table_name for row in stand if TABLES[row.table_name].fingerprint() != row.fingerprint)


def settle_columns(connection: Connection, tables: Iterable[str]) -> None:
    """Notes that the live objects of tables have the columns declared today."""
    for table in tables:
        connection.execute(delete(schemas).where(schemas.c.table_name == table))
        connection.execute(insert(schemas).values(table_name=table, fingerprint=TABLES[table].fingerprint()))


def _other_columns(table: str) -> DataError:
    return DataError(f"table {table!r} holds objects with other columns than today's: run `dateline migrate`")
