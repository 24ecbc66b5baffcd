"""A closed month as one object a table, beside the objects of its days: for readers who ask over many days.

A table folder has a day as its key, and every reader of a folder takes the day from there; so the folders go on to
show days, and the months are for those who read by the ledger's list of files. They hold nothing of their own: what
changes a day of a month retires the month's object in the same commit, and the next compaction makes it again.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence

import pyarrow as pa
from sqlalchemy import Connection, select

from etl.model import ObjectFile
from etl.state import objects
from etl.tables.schema import TABLES

SUFFIX = " by month"
TIMES = {"seen_date"} | {
    column.name
    for table in TABLES.values()
    for column in table.columns
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)
}
CONDITIONS = re.compile(r"\bwhere\b(.*?)(?=\bgroup\s+by\b|\border\s+by\b|\blimit\b|$)", re.IGNORECASE | re.DOTALL)


def month_name(table: str) -> str:
    """What the ledger calls the objects of a table's months."""
    return f"{table}{SUFFIX}"


def is_month(file: ObjectFile) -> bool:
    """Whether an object holds a month rather than a day."""
    return file.table.endswith(SUFFIX)


def months_of(connection: Connection, files: Iterable[ObjectFile]) -> list[str]:
    """The live objects of months in which these objects of days lie, as paths in order."""
    found: set[str] = set()
    for table, month in {(file.table, file.seen_date[:7]) for file in files if not is_month(file)}:
        same = (objects.c.table_name == month_name(table), objects.c.seen_date == f"{month}-01")
        found.update(connection.scalars(select(objects.c.path).where(*same, objects.c.died.is_(None))))
    return sorted(found)


def by_months(days: Sequence[ObjectFile], months: Sequence[ObjectFile], span: tuple[str, str]) -> list[ObjectFile]:
    """The fewest objects that hold the rows of days from the first to the last: months that lie in it whole, and days.

    Both are of one table and one commit.
    """
    whole = {file.seen_date[:7]: file for file in months if span[0] <= file.seen_date and _last(file) <= span[1]}
    return [*(file for file in days if file.seen_date[:7] not in whole), *whole.values()]


def suits_months(condition: str | None) -> bool:
    """Whether rows are asked for by something else than time; months are sorted by the table's order, not by day.

    On a year of 200,020 articles, one source's texts cost a sixth by months, one day's texts five times as much.
    """
    return not TIMES.intersection(re.findall(r"\w+", (condition or "").lower()))


def query_suits_months(query: str) -> bool:
    """Whether none of a query's conditions is about time."""
    return suits_months(" ".join(CONDITIONS.findall(query)))


def _last(month: ObjectFile) -> str:
    year, number = int(month.seen_date[:4]), int(month.seen_date[5:7])
    return f"{month.seen_date[:7]}-{monthrange(year, number)[1]:02}"
