"""Cold months as one object a table: the rows of their days, for readers who ask over many days."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import TwicePolled
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import assert_folders_clean, bytes_of, copied, rows

import etl
from bench.faults import kills
from etl import pipeline
from etl.config import House, open_house
from etl.errors import DataError, StorageError
from etl.model import ObjectFile
from etl.state import open_state
from etl.stores import ledger, snapshots
from etl.stores.compaction import merged_month
from etl.stores.months import SUFFIX, by_months, month_name, query_suits_months, suits_months
from etl.tables.parquet import MONTH_GROUP_ROWS, write_object
from etl.tables.schema import RUNS, TABLES, to_arrow
from etl.tables.views import VIEWS

FOREVER = date(2100, 1, 1)
COUNTS = ("feeds_ok", "feeds_failed", "entries", "seen", "new", "revisions", "unchanged", "quarantined")


@pytest.fixture
def house(polled: TwicePolled, tmp_path: Path) -> House:
    """A house of its own that has polled both editions, its days compacted."""
    house = copied(polled.house, tmp_path / "house")
    pipeline.compact(house, FOREVER)
    return house


def _months(house: House) -> dict[str, ObjectFile]:
    """The live object of each table's month; of the last one, should there be several."""
    with open_state(house.state_url).connect() as connection:
        live = [file for name in TABLES for file in ledger.live_objects(connection, month_name(name))]
    return {file.table.removesuffix(SUFFIX): file for file in live}


def _texts(house: House, as_of: int | None = None) -> list[str]:
    """What a reader finds who does not ask about time, in order."""
    read = etl.read("articles", columns=["article_id", "body_text", "seen_date"], data=house.data, as_of=as_of)
    return sorted(str(row) for row in read.to_dict("records"))


def _runs(data: Path, day: str, numbers: list[int]) -> ObjectFile:
    drawn = [{"run_id": f"run-{n % 7}", "source_id": f"source-{n % 5}", "warc": f"{n:05}"} for n in numbers]
    rows = to_arrow(RUNS, [{**names, **dict.fromkeys(COUNTS, n)} for names, n in zip(drawn, numbers, strict=True)])
    return write_object(data, rows, "runs", day, f"day-{day}")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 99_999), unique=True, max_size=700), min_size=1, max_size=28), st.randoms())
def test_month_is_the_rows_of_its_days(days: list[list[int]], chance: "object") -> None:
    """A month's object holds each day's rows in the day's order, all in the table's order, in groups of one size."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        files = [_runs(data, f"2026-02-{number:02}", sorted(day)) for number, day in enumerate(days, start=1)]
        made = merged_month(data, files, "month-2026-02")
        assert merged_month(data, files[::-1], "month-2026-02") == made
        month = pq.read_table(data / made.path, partitioning=None)
        for file in files:
            of_day = month.filter(pc.equal(month["seen_date"], pa.scalar(date.fromisoformat(file.seen_date))))
            assert of_day.drop(["seen_date"]).equals(pq.read_table(data / file.path, partitioning=None))
        assert made.rows == month.num_rows == sum(len(day) for day in days)
        keys = list(zip(*(month[name].to_pylist() for name in RUNS.order), strict=True))
        assert keys == sorted(keys)
        metadata = pq.read_metadata(data / made.path)
        sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
        assert all(size == MONTH_GROUP_ROWS for size in sizes[:-1])
        assert not list((data / "staging").iterdir())


def _file(table: str, day: str) -> ObjectFile:
    return ObjectFile(table, day, f"{table} {day}", "unit", 1, 1, "")


@pytest.mark.parametrize(
    ("span", "wanted"),
    [
        (("0001-01-01", "9999-12-31"), ["2026-03-01", "m 2026-01-01", "m 2026-02-01"]),
        (("2026-01-02", "2026-02-28"), ["2026-01-05", "2026-01-31", "m 2026-02-01"]),
        (("2026-01-01", "2026-02-27"), ["2026-02-02", "m 2026-01-01"]),
        (("2026-01-05", "2026-01-05"), ["2026-01-05"]),
    ],
)
def test_month_stands_for_its_days_where_all_are_asked_for(span: tuple[str, str], wanted: list[str]) -> None:
    """A month is read in the place of its days if all of it lies in what is asked for, else its days are."""
    every = ["2026-01-05", "2026-01-31", "2026-02-02", "2026-02-28", "2026-03-01"]
    days = [_file("", day) for day in every if span[0] <= day <= span[1]]
    months = [_file("m", f"2026-{number}-01") for number in ("01", "02")]
    chosen = by_months(days, [month for month in months if span[0] <= month.seen_date <= span[1]], span)
    assert sorted(file.path.strip() for file in chosen) == wanted


@pytest.mark.parametrize(
    ("condition", "is_suited"),
    [
        (None, True),
        ("source_id = 'levant_press'", True),
        ("SEEN_DATE = DATE '2026-01-05'", False),
        ("source_id = 'x' AND published_at > now()", False),
        ("headline LIKE '%published%'", True),
    ],
)
def test_questions_about_time_are_answered_by_days(condition: str | None, is_suited: bool) -> None:
    """A condition that names a column of time is left to the objects of days; what is selected or sorted by is not."""
    assert suits_months(condition) is is_suited
    where = f"WHERE {condition}" if condition else ""
    query = ("SELECT seen_date, published_at FROM articles", where, "ORDER BY seen_at")
    assert query_suits_months(" ".join(query)) is is_suited


def test_readers_are_none_the_wiser(house: House) -> None:
    """With months compacted, folders, strict reads and every view give the same rows, and all is as it was written."""
    folders, before = bytes_of(house.data / "tables"), {name: etl.read(name, data=house.data) for name in TABLES}
    views = {name: _counted(house, name) for name in VIEWS}
    months = pipeline.compact_months(house, FOREVER)
    assert months == sorted({file.seen_date[:7] for file in _months(house).values()})
    assert set(_months(house)) == {name for name in TABLES if len(before[name])} | {"findings"}
    assert bytes_of(house.data / "tables") == folders
    for name, table in TABLES.items():
        key = ["seen_date", *table.key]
        after = etl.read(name, data=house.data)
        assert list(after.dtypes) == list(before[name].dtypes), name
        assert after.sort_values(key, ignore_index=True).equals(before[name].sort_values(key, ignore_index=True)), name
    assert {name: _counted(house, name) for name in VIEWS} == views
    assert pipeline.verify(house) == []
    assert pipeline.compact_months(house, FOREVER) == []


def _counted(house: House, view: str) -> object:
    hashed = "SELECT count(*) AS n, bit_xor(hash(v::VARCHAR)) AS h"
    with snapshots.connect(house.data, by_month=True) as connection:
        return snapshots.query(connection, f'{hashed} FROM "{view}" v').to_pylist()


def test_reads_are_of_the_months(house: House) -> None:
    """Once there are months, a question that is not about time needs no object of a day; one about time does."""
    pipeline.compact_months(house, FOREVER)
    texts = _texts(house)
    with open_state(house.state_url).connect() as connection:
        days = ledger.live_objects(connection, "articles")
    for file in days:
        (house.data / file.path).rename(house.data / f"{file.path}.away")
    assert _texts(house) == texts
    with pytest.raises(StorageError, match="cannot read"):
        etl.read("articles", where="seen_date > DATE '2026-01-01'", data=house.data)


def _rebuild(house: House) -> None:
    (house.config / "titles.toml").write_text("civil = ['Mr']\n")
    changed = open_house(house.data, house.config)
    day = date.fromisoformat(rows(changed, "source_days")[0]["day"].isoformat())
    pipeline.rebuild(changed, day, day, accept=True)


def _take_down(house: House) -> None:
    article = rows(house, "articles")[0]["article_id"]
    (house.config / "takedowns.csv").write_text(f"what,scope,since,reason\n{article},all,2026-11-22,asked\n")
    pipeline.take_down(open_house(house.data, house.config))


def _check_again(house: House) -> None:
    with open_state(house.state_url).connect() as connection:
        (day, *_) = ledger.live_days(connection, "articles")
    narrow = replace(house, sources=dict(list(house.sources.items())[:1]))
    pipeline.check(narrow, day)


@pytest.mark.parametrize(
    ("change", "tables"),
    [(_rebuild, {"mentions"}), (_take_down, {"articles", "mentions"}), (_check_again, {"findings"})],
)
def test_changed_day_retires_its_months(house: House, change: Callable[[House], None], tables: set[str]) -> None:
    """What changes a day of a month retires the month's objects of its tables; compacted again, all is right."""
    pipeline.compact_months(house, FOREVER)
    before = set(_months(house))
    change(house)
    assert tables <= before - set(_months(house))
    assert pipeline.verify(house) == []
    by_day = {name: len(rows(house, name)) for name in TABLES}
    assert {name: len(etl.read(name, data=house.data)) for name in TABLES} == by_day
    pipeline.compact(house, FOREVER)
    assert pipeline.compact_months(house, FOREVER)
    assert set(_months(house)) == before
    assert {name: len(etl.read(name, data=house.data)) for name in TABLES} == by_day
    assert_folders_clean(house)


def test_takedown_leaves_no_month_with_the_text(house: House) -> None:
    """After a takedown no object of a day or month holds the text, however it is read."""
    pipeline.compact_months(house, FOREVER)
    taken = rows(house, "articles")[0]
    _take_down(house)
    for path in (house.data / "objects" / "articles").rglob("*.parquet"):
        assert taken["body_text"] not in pq.read_table(path, partitioning=None)["body_text"].to_pylist()
    assert taken["body_text"] not in str(_texts(house))


def test_months_are_read_as_of_a_commit(house: House) -> None:
    """As of a commit before a change the month of then is read, and after vacuum no more."""
    with open_state(house.state_url).connect() as connection:
        before_months = ledger.commit_at(connection, 10**9)
    pipeline.compact_months(house, FOREVER)
    with open_state(house.state_url).connect() as connection:
        by_months_then = ledger.commit_at(connection, 10**9)
    texts = _texts(house)
    _rebuild(house)
    assert _texts(house, before_months) == _texts(house, by_months_then) == texts
    retired = set((house.data / "objects").glob("*/seen_month=*/*.parquet"))
    pipeline.vacuum(house, grace_days=-1)
    kept = set((house.data / "objects").glob("*/seen_month=*/*.parquet"))
    assert kept < retired
    assert {str(path.relative_to(house.data)) for path in kept} == {file.path for file in _months(house).values()}
    with pytest.raises(DataError, match="vacuumed"):
        _texts(house, by_months_then)


def test_months_wait_for_their_days(tmp_path: Path) -> None:
    """A month is made when it has ended, its days are compacted and have today's columns; the setting asks for it."""
    house = kills.both_published(tmp_path / "two")
    assert pipeline.compact_months(house, date(2026, 1, 30)) == []
    assert pipeline.compact_months(house, date(2026, 1, 31)) == []  # the day is not compacted yet
    pipeline.compact(house)
    assert _months(house) == {}
    cold = replace(house, settings=replace(house.settings, compact_months_after_days=30))
    pipeline.compact(cold)
    assert {file.unit for file in _months(house).values()} == {"month-2026-01"}
    old = kills.prepare_migrate(tmp_path / "old")
    pipeline.compact(replace(old, settings=replace(old.settings, compact_after_days=100_000)))
    with pytest.raises(DataError, match="dateline migrate"):
        pipeline.compact_months(old)


def test_migrated_days_retire_their_months(tmp_path: Path) -> None:
    """Objects that are brought to other columns take their months with them."""
    house = kills.both_published(tmp_path)
    kills.compact(house)
    pipeline.compact_months(house)
    assert "articles" in _months(house)
    kills.drop_column(house, "articles", "section_slug")
    assert "articles" not in _months(house)
    pipeline.migrate(house)
    pipeline.compact_months(house)
    assert list(etl.read("articles", data=house.data).columns) == [*TABLES["articles"].schema().names, "seen_date"]
