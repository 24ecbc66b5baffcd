"""What the pages read: the live files of some tables and days, in a DuckDB session of their own. Nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Engine, func, select
from sqlalchemy.engine import make_url

from etl.config import House
from etl.errors import StorageError
from etl.model import ObjectFile
from etl.state import objects, open_state
from etl.storage import present
from etl.stores import ledger
from etl.tables.relations import create_table_view
from etl.ui.asking import SPANS

THREADS = 2  # a page must not take a whole server
Row = Mapping[str, Any]


def is_untouched(house: House) -> bool:
    """Whether nothing was ever collected: there is no state yet, and opening it would make it."""
    url = make_url(house.state_url)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def state_of(house: House) -> Engine:
    """The house's state, to be read. Raises StorageError."""
    if is_untouched(house):
        raise StorageError(f"there is no state database below {str(house.data)!r} yet")
    return open_state(house.state_url)


def live_files(
    house: House, tables: Sequence[str], days: tuple[date, date], most: int | None = None
) -> dict[str, list[ObjectFile]]:
    """The live objects of each table on the days from the first to the last, the newest first; at most so many each."""
    span = days[0].isoformat(), days[1].isoformat()
    with state_of(house).connect() as connection:
        found = {name: ledger.live_objects(connection, name, span) for name in tables}
    return {
        name: sorted(files, key=lambda file: (file.seen_date, file.unit), reverse=True)[:most]
        for name, files in found.items()
    }


def span_within(house: House, table: str, today: date, most: int) -> int:
    """The longest of SPANS, in days up to today, on which a table has at most so many live files; else the shortest.

    Opening a file costs more than reading it, and the days that are not compacted yet have thousands where many
    sources are polled.
    """
    first = today - timedelta(days=SPANS[-1] - 1)
    is_live = (objects.c.table_name == table, objects.c.died.is_(None), objects.c.seen_date >= first.isoformat())
    query = select(objects.c.seen_date, func.count().label("files")).where(*is_live).group_by(objects.c.seen_date)
    with state_of(house).connect() as connection:
        by_day = {row.seen_date: row.files for row in connection.execute(query)}
    for span in reversed(SPANS):
        days = [(today - timedelta(days=back)).isoformat() for back in range(span)]
        if sum(by_day.get(day, 0) for day in days) <= most:
            return span
    return SPANS[0]


@contextmanager
def session(
    house: House, tables: Sequence[str], days: tuple[date, date], most: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session with a view for each of some tables, over the live files of some days."""
    with session_over(house, live_files(house, tables, days, most)) as opened:
        yield opened


@contextmanager
def session_over(house: House, files: Mapping[str, Sequence[ObjectFile]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session with a view for each table over exactly these objects. Raises StorageError where one is unreadable."""
    with duckdb.connect(config={"threads": THREADS}) as opened:
        try:
            for name, objects in files.items():
                create_table_view(opened, name, [present(house.data, file.path) for file in objects])
            yield opened
        except duckdb.Error as error:
            raise StorageError(f"the tables cannot be read: {error}") from error


def rows(session: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a query with named values gives, a dict a row."""
    found: list[dict[str, Any]] = session.sql(sql, params=dict(values)).to_arrow_table().to_pylist()
    return found
