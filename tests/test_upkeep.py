"""Compaction, vacuum, verification and reading as of a commit: the rows stay, whatever is done to the files."""

import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import TwicePolled
from sqlalchemy import update
from stores import assert_folders_clean, assert_sums_balance, bytes_of, copied, rows, warcs_of

import etl
from etl import pipeline
from etl.config import House, open_house
from etl.errors import ConflictError, DataError, StorageError
from etl.state import commits, open_state, write
from etl.stores import ledger, snapshots
from etl.tables.parquet import ROW_GROUP_ROWS
from etl.tables.schema import TABLES
from etl.verbs.rebuilding import read_again

FOREVER = date(2100, 1, 1)
OF_WARCS = ("articles", "revisions", "mentions", "fetch_log", "quarantine", "runs")


@pytest.fixture
def house(polled: TwicePolled, tmp_path: Path) -> House:
    """A house of its own that has polled both editions."""
    return copied(polled.house, tmp_path)


def _files(house: House, table: str) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in (house.data / "tables" / table).glob("*/*.parquet"):
        found.setdefault(path.parent.name, []).append(path)
    return found


def _all_rows(house: House) -> dict[str, list[dict[str, object]]]:
    return {name: rows(house, name) for name in TABLES}


def _today(house: House) -> date:
    return date.fromisoformat(max(_files(house, "runs")).removeprefix("seen_date="))


def test_compacted_day_has_one_file_a_table_and_the_same_rows(house: House) -> None:
    """After compaction each table's day is one sorted file, the rows are the same, and a second time does nothing."""
    before = _all_rows(house)
    assert any(len(paths) > 1 for paths in _files(house, "articles").values())
    days = pipeline.compact(house, FOREVER)
    assert _all_rows(house) == before
    for name in OF_WARCS:
        for paths in _files(house, name).values():
            assert len(paths) == 1
            arrow = pq.read_table(paths[0], partitioning=None)
            assert arrow.equals(arrow.sort_by([(column, "ascending") for column in TABLES[name].order]))
            sizes = {
                pq.ParquetFile(paths[0]).metadata.row_group(n).num_rows for n in range(len(arrow) // ROW_GROUP_ROWS)
            }
            assert sizes <= {ROW_GROUP_ROWS}
    assert_folders_clean(house)
    assert_sums_balance(house)
    assert days
    assert pipeline.compact(house, FOREVER) == []


def test_young_days_are_left_alone(house: House) -> None:
    """Without a day given only days that ended some days ago are compacted; the newsroom's are of now."""
    assert pipeline.compact(house) == []


def test_compacted_day_equals_the_rebuilt_day(house: House) -> None:
    """Reading a compacted day again under the same rules gives the same bytes, whatever WARCs it was made of."""
    pipeline.compact(house, FOREVER)
    before = bytes_of(house.data / "tables")
    rebuilt = pipeline.rebuild(house, _today(house), _today(house))
    assert (rebuilt.different, rebuilt.differences) == (0, ())
    assert rebuilt.warcs == len(warcs_of(house))
    assert bytes_of(house.data / "tables") == before


def test_new_rules_reach_compacted_days(house: House) -> None:
    """A rebuild of a compacted day under other rules replaces its one file, and no row is there twice."""
    pipeline.compact(house, FOREVER)
    before = rows(house, "mentions")
    (house.config / "titles.toml").write_text("civil = ['Mr']")
    changed = open_house(house.data, house.config)
    rebuilt = pipeline.rebuild(changed, _today(house), _today(house), accept=True)
    assert {found.table for found in rebuilt.differences} >= {"mentions"}
    assert rows(changed, "mentions") != before
    assert all(len(paths) == 1 for name in OF_WARCS for paths in _files(changed, name).values())
    assert_folders_clean(changed)
    assert_sums_balance(changed)


def test_late_warc_joins_a_compacted_day(polled: TwicePolled, tmp_path: Path) -> None:
    """A WARC that is published after its day was compacted stands beside it, and the next compaction takes it in."""
    house = copied(polled.house, tmp_path)
    late = warcs_of(house)[-1]
    hidden = tmp_path / "late.warc.gz"
    (house.data / "raw" / late).rename(hidden)
    pipeline.rebuild_state(house)
    pipeline.compact(house, FOREVER)
    hidden.rename(house.data / "raw" / late)
    pipeline.publish(house, "late", [])
    assert _all_rows(house)["articles"] == rows(polled.house, "articles")
    assert any(len(paths) == 2 for paths in _files(house, "runs").values())
    assert pipeline.compact(house, FOREVER)
    assert all(len(paths) == 1 for paths in _files(house, "runs").values())
    assert rows(house, "runs") == rows(polled.house, "runs")


def test_publishing_again_after_compaction_adds_nothing(house: House, polled: TwicePolled) -> None:
    """A task that is tried again after its day was compacted publishes no row twice, and its report is the same."""
    transformed = [
        made for batch in pipeline.plan(house, force=True) for made in pipeline.transform(house, "run-1", batch)
    ]
    assert transformed
    pipeline.compact(house, FOREVER)
    before = bytes_of(house.data / "tables")
    report = pipeline.publish(house, "run-1", transformed)
    assert bytes_of(house.data / "tables") == before
    assert (report.counts, report.by_source, report.news) == (
        polled.reports[0].counts,
        polled.reports[0].by_source,
        polled.reports[0].news,
    )


def test_rebuild_that_others_overtook_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild whose day is compacted between its reading and its commit changes nothing and says so."""
    engine = pipeline.open_stores(house)
    original = ledger.commit

    def overtaken(*arguments: object, **options: object) -> object:
        monkeypatch.setattr(ledger, "commit", original)
        pipeline.compact(house, FOREVER)
        return original(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "commit", overtaken)
    with pytest.raises(ConflictError, match="compacted meanwhile"):
        read_again(house, engine, warcs_of(house))
    assert_sums_balance(house)
    assert_folders_clean(house)


def test_vacuum_removes_the_dead_after_their_grace(house: House) -> None:
    """Dead objects stay until their days of grace are over; then they and abandoned ones go, and no live one."""
    before = _all_rows(house)
    pipeline.compact(house, FOREVER)
    orphan = house.data / "objects" / "runs" / "seen_date=2026-01-01" / "orphan-0.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"PAR1")
    assert pipeline.vacuum(house) == 0
    for path in (house.data / "objects").rglob("*.parquet"):
        os.utime(path, (1, 1))
    removed = pipeline.vacuum(house, 0)
    left = {str(path.relative_to(house.data)) for path in (house.data / "objects").rglob("*.parquet")}
    with open_state(house.state_url).connect() as connection:
        live = {file.path for name in TABLES for file in ledger.live_objects(connection, name)}
    assert removed > 1
    assert left == live
    assert _all_rows(house) == before
    assert pipeline.verify(house) == []


def test_vacuum_spares_what_a_writer_takes_up(house: House) -> None:
    """A dead object that a writer has just written again is young, and is left for its commit."""
    pipeline.compact(house, FOREVER)
    dead = [
        path for path in (house.data / "objects").rglob("*.parquet") if not path.name.startswith(("day-", "f", "s"))
    ]
    for path in dead:
        os.utime(path, (1, 1))
    soon = time.time() + 60
    os.utime(dead[0], (soon, soon))
    pipeline.vacuum(house, 0)
    assert [path for path in dead if path.exists()] == [dead[0]]


def test_tables_as_of_a_commit(house: House) -> None:
    """Each commit can be read back as it was, by number or by instant, until vacuum; then it is refused by name."""
    first = etl.read("runs", as_of=1, data=house.data)
    assert set(first["run_id"]) == {"run-1"}
    now = etl.read("runs", data=house.data)
    assert set(now["run_id"]) == {"run-1", "run-2"}
    moment = datetime.now(UTC)
    pipeline.compact(house, FOREVER)
    pipeline.vacuum(house, 365)
    past = etl.read("runs", as_of=moment, data=house.data)
    assert len(past) == len(now)
    pipeline.vacuum(house, 0)
    with pytest.raises(DataError, match="are vacuumed; the oldest kept is commit"):
        etl.read("runs", as_of=1, data=house.data)
    with pytest.raises(DataError, match="nothing was committed as of"):
        etl.read("runs", as_of=datetime(2020, 1, 1, tzinfo=UTC), data=house.data)


def test_strict_read_narrows_by_day_condition_and_column(house: House) -> None:
    """Days, a condition and columns narrow what is read; types are the declared ones and `seen_date` is a date."""
    whole = etl.read("articles", data=house.data)
    today = _today(house)
    assert len(whole) == len(rows(house, "articles"))
    assert whole["seen_date"].dtype == "date32[day][pyarrow]"
    assert {name: str(whole[name].dtype) for name in ("headline", "seen_at", "word_count")} == {
        "headline": "string[pyarrow]",
        "seen_at": "timestamp[us, tz=UTC][pyarrow]",
        "word_count": "int32[pyarrow]",
    }
    persian = etl.read("articles", where="language = 'fa'", columns=["article_id", "language"], data=house.data)
    assert list(persian.columns) == ["article_id", "language"]
    assert set(persian["language"]) == {"fa"}
    assert len(etl.read("articles", since=today, until=today.isoformat(), data=house.data)) == len(whole)
    assert len(etl.read("articles", until=today - timedelta(days=3), data=house.data)) == 0
    latest = etl.read("articles_latest", data=house.data)
    assert len(latest) == len(whole)
    of_today = etl.read("articles_latest", since=today, data=house.data)
    assert set(of_today["version_id"]) == set(latest[latest["seen_date"] >= today]["version_id"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"table": "articels"}, "there is no table 'articels'"),
        ({"table": "articles", "columns": ["head line"]}, "has no column 'head line'"),
        ({"table": "articles", "where": "languag = 'fa'"}, "languag"),
        ({"table": "articles", "as_of": "yesterday"}, "'yesterday' is neither a commit nor an instant"),
        ({"table": "articles", "since": "20.11.2026"}, "is no day"),
        ({"table": "copies", "since": "2026-11-20"}, "has no column 'seen_date'"),
    ],
)
def test_wrong_question_is_told(house: House, options: dict[str, object], message: str) -> None:
    """A table, column, condition, day or time that is not there is named in the error."""
    with pytest.raises(DataError, match=message):
        etl.read(**options, data=house.data)  # type: ignore[arg-type]


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """Reading a folder without a state is an error and leaves no database behind."""
    with pytest.raises(StorageError, match="there is no state database"):
        snapshots.read("articles", data=tmp_path)
    assert list(tmp_path.iterdir()) == []


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(("fault", "message"), [(_flip, "other bytes"), (_cut, "bytes, "), (Path.unlink, "is missing")])
def test_verify_names_what_is_broken(house: House, fault: Callable[[Path], None], message: str) -> None:
    """A flipped bit, a cut or a missing object is found by name; a rebuild makes it whole again."""
    assert pipeline.verify(house, raw=True) == []
    broken = sorted((house.data / "objects" / "articles").rglob("*.parquet"))[0]
    fault(broken)
    problems = pipeline.verify(house)
    assert [problem.path for problem in problems] == [str(broken.relative_to(house.data))]
    assert message in problems[0].what
    pipeline.rebuild(house, _today(house) - timedelta(days=1), _today(house))
    assert pipeline.verify(house) == []


def test_verify_looks_into_folders_and_raw(house: House) -> None:
    """A stray file, a lost link, a lost WARC and a cut one are found."""
    link = sorted((house.data / "tables" / "runs").rglob("*.parquet"))[0]
    stray = link.with_name("stray.parquet")
    stray.write_bytes(link.read_bytes())
    link.unlink()
    lost, cut = warcs_of(house)[:2]
    (house.data / "raw" / lost).unlink()
    whole = (house.data / "raw" / cut).read_bytes()
    (house.data / "raw" / cut).write_bytes(whole[:-20])
    found = {problem.path: problem.what for problem in pipeline.verify(house, raw=True)}
    assert found.pop(str(link.relative_to(house.data))) == "is live and not shown"
    assert found.pop(str(stray.relative_to(house.data))) == "is shown and not live"
    assert "is missing" in found.pop(f"raw/{lost}")
    assert list(found) == [f"raw/{cut}"]


def test_folders_work_without_hard_links(polled: TwicePolled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system has no hard links the tables hold whole copies, through publish, compaction and rebuild."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    house = copied(polled.house, tmp_path)
    monkeypatch.setattr("os.link", refuse)
    pipeline.rebuild_state(house)
    assert _all_rows(house)["articles"] == rows(polled.house, "articles")
    pipeline.compact(house, FOREVER)
    assert_folders_clean(house)
    assert all(path.stat().st_nlink == 1 for path in (house.data / "tables").rglob("*.parquet"))
    assert pipeline.verify(house) == []


def test_commits_keep_their_order_when_the_clock_goes_back(house: House) -> None:
    """A commit that is made while the clock stands in the past does not come before those that were there."""
    engine = pipeline.open_stores(house)
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with write(engine) as connection:
        connection.execute(update(commits).values(committed_at=future))
    pipeline.compact(house, FOREVER)
    with engine.connect() as connection:
        times = [row.committed_at for row in connection.execute(commits.select().order_by(commits.c.seq))]
    assert times == sorted(times)
    assert set(times) == {future}


def test_old_state_is_told_and_made_again(house: House, polled: TwicePolled) -> None:
    """A state of another version is refused with the command that makes it again, which gives the same tables."""
    with write(open_state(house.state_url)) as connection:
        connection.exec_driver_sql("UPDATE facts SET value = '1' WHERE name = 'version'")
    with pytest.raises(StorageError, match="dateline state rebuild"):
        pipeline.open_stores(house)
    pipeline.rebuild_state(house)
    assert rows(house, "articles") == rows(polled.house, "articles")
    assert_folders_clean(house)
