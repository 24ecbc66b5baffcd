"""The ledger is the one commit point, and the table folders follow it whatever happened to them."""

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from stores import bytes_of

from etl.errors import StorageError
from etl.model import ObjectFile
from etl.state import open_state, pending_links, waiting_warcs, warc_links, warcs, write
from etl.storage import ABANDONED_SECONDS, clear_staging
from etl.stores import folders, ledger
from etl.stores.folders import shown_partitions
from etl.tables.parquet import write_object
from etl.tables.schema import RUNS, to_arrow

DAY = "2026-11-20"
COUNTS = ("feeds_ok", "feeds_failed", "entries", "seen", "new", "revisions", "unchanged", "quarantined")


@pytest.fixture
def engine(state_url: str) -> Engine:
    """A state beside an empty data folder."""
    return open_state(state_url)


def _object(data: Path, unit: str, value: int = 1, day: str = DAY) -> ObjectFile:
    row: dict[str, object] = {"run_id": unit, "source_id": "pier", "warc": unit, **dict.fromkeys(COUNTS, value)}
    return write_object(data, to_arrow(RUNS, [row]), "runs", day, unit)


def _shown(data: Path) -> dict[str, str]:
    return {Path(path).name: digest for path, digest in bytes_of(data / "tables").items()}


def _live(engine: Engine, **where: int) -> list[str]:
    with engine.connect() as connection:
        return [file.unit for file in ledger.live_objects(connection, "runs", **where)]  # type: ignore[arg-type]


def test_unit_is_replaced_as_a_whole(engine: Engine, tmp_path: Path) -> None:
    """A unit's new objects take the place of its old ones; other units stay; the past can still be read."""
    a, b, new = _object(tmp_path, "a"), _object(tmp_path, "b"), _object(tmp_path, "a", 2)
    assert ledger.commit(engine, tmp_path, "run-1", {"a": [a], "b": [b]}) == {("runs", DAY)}
    assert ledger.commit(engine, tmp_path, "run-2", {"a": [new]}) == {("runs", DAY)}
    assert sorted(_shown(tmp_path).values()) == sorted([b.sha256, new.sha256])
    assert ledger.commit(engine, tmp_path, "run-3", {"a": [a]}) == {("runs", DAY)}
    assert sorted(_shown(tmp_path).values()) == sorted([a.sha256, b.sha256])
    with engine.connect() as connection:
        past = [[f.sha256 for f in ledger.live_objects(connection, "runs", as_of=seq)] for seq in (1, 2, 3)]
    assert [sorted(files) for files in past] == [
        sorted([a.sha256, b.sha256]), sorted([b.sha256, new.sha256]), sorted([a.sha256, b.sha256]),
    ]  # fmt: skip


def test_unit_without_objects_leaves_no_folder(engine: Engine, tmp_path: Path) -> None:
    """A unit that gives nothing any more takes its partition's folder with it, and the ledger knows no such day."""
    ledger.commit(engine, tmp_path, "run-1", {"a": [_object(tmp_path, "a")]})
    ledger.commit(engine, tmp_path, "run-2", {"a": []})
    assert list((tmp_path / "tables" / "runs").iterdir()) == []
    with engine.connect() as connection:
        assert ledger.live_days(connection, "runs") == []


def test_commit_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    """Committing what is live returns no partition and touches no file."""
    file = _object(tmp_path, "a")
    ledger.commit(engine, tmp_path, "run-1", {"a": [file]})
    shown = tmp_path / "tables" / "runs" / f"seen_date={DAY}"
    before = shown.stat().st_mtime_ns, [path.stat().st_ino for path in shown.iterdir()]
    assert ledger.commit(engine, tmp_path, "run-1", {"a": [file]}) == set()
    assert (shown.stat().st_mtime_ns, [path.stat().st_ino for path in shown.iterdir()]) == before


@pytest.mark.parametrize("is_supported", [True, False])
def test_folder_is_mended(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_supported: bool) -> None:
    """Strange files go and lost ones come back in one exchange, also where the system refuses to exchange."""
    if not is_supported:
        monkeypatch.setattr(folders, "RENAME_EXCHANGE", 1 << 20)  # a flag that no kernel knows: EINVAL
    files = [_object(tmp_path, "a"), _object(tmp_path, "b")]
    ledger.commit(engine, tmp_path, "run-1", {"a": files[:1], "b": files[1:]})
    folder = tmp_path / "tables" / "runs" / f"seen_date={DAY}"
    (folder / Path(files[0].path).name).unlink()
    (folder / Path(files[0].path).name).write_bytes(b"a copy that is not ours")
    (folder / "_SUCCESS").touch()
    with write(engine) as connection:
        connection.execute(insert(pending_links).values(table_name="runs", seen_date=DAY, since=time.time()))
    ledger.show(engine, tmp_path)
    assert sorted(_shown(tmp_path).values()) == sorted(file.sha256 for file in files)
    assert list((tmp_path / "staging").iterdir()) == []


def test_missing_object_is_told_and_nothing_is_lost(engine: Engine, tmp_path: Path) -> None:
    """An object that is gone before its commit is a storage error; nothing is committed, and it can be done again."""
    file = _object(tmp_path, "a")
    (tmp_path / file.path).unlink()
    with pytest.raises(StorageError, match="is gone before it was committed"):
        ledger.commit(engine, tmp_path, "run-1", {"a": [file]})
    assert _live(engine) == []
    again = _object(tmp_path, "a")
    assert again == file
    ledger.commit(engine, tmp_path, "run-1", {"a": [file]})
    assert _shown(tmp_path) == {Path(file.path).name: file.sha256}


def test_first_publisher_is_remembered(engine: Engine, tmp_path: Path) -> None:
    """A unit belongs to the run that published it first, and leaves the list of WARCs that wait."""
    with write(engine) as connection:
        connection.execute(insert(waiting_warcs).values([{"warc": "b"}, {"warc": "a"}]))
    with engine.connect() as connection:
        assert ledger.unpublished(connection) == ["a", "b"]
    ledger.commit(engine, tmp_path, "run-1", {"a": [_object(tmp_path, "a")]})
    ledger.commit(engine, tmp_path, "run-2", {"a": [_object(tmp_path, "a", 2)]})
    with engine.connect() as connection:
        assert ledger.unpublished(connection) == ["b"]
        assert (ledger.units_of(connection, "run-1"), ledger.units_of(connection, "run-2")) == (["a"], [])


def test_days_and_units_narrow_the_choice(engine: Engine, tmp_path: Path) -> None:
    """Live objects can be asked for by day and by unit."""
    other = "2026-11-21"
    ledger.commit(engine, tmp_path, "r", {"a": [_object(tmp_path, "a")], "b": [_object(tmp_path, "b", day=other)]})
    with engine.connect() as connection:
        assert [file.unit for file in ledger.live_objects(connection, "runs", (other, other))] == ["b"]
        assert [file.unit for file in ledger.live_objects(connection, "runs", of_units=["a"])] == ["a"]
        assert ledger.live_objects(connection, "runs", of_units=[]) == []
        assert ledger.live_days(connection, "runs") == [DAY, other]


def test_forgetting_clears_the_folders(engine: Engine, state_url: str, tmp_path: Path) -> None:
    """A forgotten ledger shows nothing at the next look."""
    ledger.commit(engine, tmp_path, "run-1", {"a": [_object(tmp_path, "a")]})
    engine = open_state(state_url, renew=True)
    with write(engine) as connection:
        ledger.mark(connection, shown_partitions(tmp_path))
    ledger.show(engine, tmp_path)
    assert _live(engine) == []
    assert bytes_of(tmp_path / "tables") == {}


def test_broken_state_is_told(tmp_path: Path) -> None:
    """A state that is no database, or in a folder that cannot be made, is a storage error."""
    (tmp_path / "state.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError, match="not a database"):
        open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    with pytest.raises(StorageError, match="Not a directory"):
        open_state(f"sqlite:///{tmp_path / 'state.sqlite' / 'deeper' / 'state.sqlite'}")


def test_staging_of_the_dead_is_cleared(tmp_path: Path) -> None:
    """What was staged more than a day ago goes, file or folder; what is younger stays."""
    old_file, old_folder, young = (tmp_path / "staging" / name for name in ("a.part", "b", "c.part"))
    old_folder.mkdir(parents=True)
    for path in (old_file, young, old_folder / "x.parquet"):
        path.touch()
    long_ago = time.time() - ABANDONED_SECONDS - 60
    for path in (old_file, old_folder):
        os.utime(path, (long_ago, long_ago))
    clear_staging(tmp_path)
    assert list((tmp_path / "staging").iterdir()) == [young]


def test_rebuild_follows_the_chain_of_captures(engine: Engine) -> None:
    """A rebuild of one day takes in the later WARCs that look at its pages again, and those that follow them."""
    named = ((1, "a"), (2, "b"), (2, "other"), (3, "c"))
    rows = [(f"2026-11-0{day}/{name}.warc.gz", f"2026-11-0{day}") for day, name in named]
    with write(engine) as connection:
        for warc, day in rows:
            values = {"warc": warc, "run_id": "r", "first_day": day, "last_day": day, "captures": 1}
            connection.execute(warcs.insert().values(**values))
        for earlier, later in ((0, 1), (1, 3), (3, 1)):
            connection.execute(warc_links.insert().values(earlier=rows[earlier][0], later=rows[later][0]))
    with engine.connect() as connection:
        of_day = [ledger.warcs_of_days(connection, f"2026-11-0{day}", f"2026-11-0{day}") for day in (1, 4)]
        assert ledger.warcs_to_rebuild(connection, of_day[0]) == ([rows[0][0], rows[1][0], rows[3][0]], [])
        assert ledger.warcs_to_rebuild(connection, of_day[1]) == ([], [])
