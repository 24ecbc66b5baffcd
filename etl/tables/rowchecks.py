"""What a row must hold, value by value: a row that breaks the contract is told before it can cost its siblings.

It asks more than Arrow, which takes a time without a zone for UTC and fails on half a surrogate pair as a whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from etl.errors import DataError
from etl.tables.schema import INSTANT, Column, Table

YEARS = range(2, 9999)  # in any zone the instant is then one that Python can hold
Rule = Callable[[object], str | None]  # the rule that a value breaks, in words; null where it breaks none


@dataclass(frozen=True, slots=True)
class Breach:
    """The first value of a row that is not what its column is declared to hold, and the rule it breaks."""

    column: str
    value: object
    rule: str


def row_check(table: Table) -> Callable[[Mapping[str, object]], Breach | None]:
    """What tells the first breach of the contract in a row, null where there is none; to be made once per table.

    The check raises DataError where the columns themselves are not the declared ones: that is no value's fault.
    """
    rules = [(column.name, column.nullable, _rule(column)) for column in table.columns]
    declared = {column.name for column in table.columns}

    def check(row: Mapping[str, object]) -> Breach | None:
        if row.keys() != declared:
            raise DataError(f"table {table.name!r}: columns {sorted(row.keys() ^ declared)} are not as declared")
        for name, nullable, rule in rules:
            value = row[name]
            if value is None:
                if not nullable:
                    return Breach(name, None, "must not be null")
            elif (broken := rule(value)) is not None:
                return Breach(name, value, broken)
        return None

    return check


def _rule(column: Column) -> Rule:
    """The rule of a column for values that are there."""
    if isinstance(column.type, pa.ListType):
        return _list_rule(_value_rule(column.type.value_type, column.enum))
    return _value_rule(column.type, column.enum)


def _list_rule(rule: Rule) -> Rule:
    def check(value: object) -> str | None:
        if not isinstance(value, list | tuple):
            return "must be a list"
        for element in value:
            broken = "must not be null" if element is None else rule(element)
            if broken is not None:
                return f"each element {broken}"
        return None

    return check


def _value_rule(kind: pa.DataType, enum: tuple[str, ...]) -> Rule:
    if enum:
        return _enum_rule(frozenset(enum))
    if pa.types.is_signed_integer(kind):
        return _integer_rule(kind.bit_width)
    return {pa.string(): _text, pa.float64(): _number, pa.date32(): _day, INSTANT: _instant}[kind]


def _enum_rule(values: frozenset[str]) -> Rule:
    told = f"must be one of {', '.join(sorted(values))}"

    def check(value: object) -> str | None:
        return None if isinstance(value, str) and value in values else told

    return check


def _integer_rule(bits: int) -> Rule:
    least, most = -(1 << bits - 1), (1 << bits - 1) - 1
    told = f"must be an integer of {bits} bits"

    def check(value: object) -> str | None:
        return (
            None
            if isinstance(value, int) and value is not True and value is not False and least <= value <= most
            else told
        )

    return check


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be text"
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "must be text that UTF-8 can hold, without half of a surrogate pair"
    return None


def _number(value: object) -> str | None:
    return None if isinstance(value, int | float) and not isinstance(value, bool) else "must be a number"


def _day(value: object) -> str | None:
    return None if isinstance(value, date) and not isinstance(value, datetime) else "must be a day"


def _instant(value: object) -> str | None:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        return "must be an instant with its zone"
    return None if value.year in YEARS else f"must be in the years {YEARS[0]} to {YEARS[-1]}"
