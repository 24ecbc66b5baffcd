"""Old days of raw/ on another disk: everything that reads raw/ finds them, and nothing is ever deleted."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import TwicePolled
from stores import bytes_of, copied, rows

from etl import homes, pipeline
from etl.config import House, load_settings
from etl.errors import ConfigError, StorageError
from etl.tables.schema import TABLES
from etl.verbs.retention import archive

LATER = datetime.now(UTC).date() + timedelta(days=40)


@pytest.fixture
def house(polled: TwicePolled, tmp_path: Path) -> House:
    """A house that has polled both editions and moves what is older than thirty days."""
    settings = replace(polled.house.settings, raw_keep_days=30.0, raw_archive=str(tmp_path / "cold"))
    return replace(copied(polled.house, tmp_path), settings=settings)


def _cold(house: House) -> Path:
    return Path(house.settings.raw_archive)


def test_nothing_moves_by_default(polled: TwicePolled, tmp_path: Path) -> None:
    """Without a policy raw/ stays where it is, however old."""
    house = copied(polled.house, tmp_path)
    assert archive(house, LATER) == []
    assert all(path.is_dir() and not path.is_symlink() for path in (house.data / "raw").iterdir())


def test_old_days_move_and_stay_readable(house: House) -> None:
    """A day that is old enough lies in the archive, bytes unchanged; rebuilding and verifying find it as before."""
    before, tables = bytes_of(house.data / "raw"), {name: rows(house, name) for name in TABLES}
    moved = archive(house, LATER)
    assert [day.day for day in moved] == sorted(path.name for path in _cold(house).iterdir())
    assert sum(day.files for day in moved) == len(before)
    assert bytes_of(_cold(house)) == before
    assert all(path.is_symlink() for path in (house.data / "raw").iterdir())
    assert pipeline.verify(house, raw=True) == []
    pipeline.rebuild_state(house)
    assert {name: rows(house, name) for name in TABLES} == tables
    assert archive(house, LATER) == []


def test_young_days_stay(house: House) -> None:
    """A day that is not old enough is not moved, nor is today's, whatever the policy says."""
    assert archive(house) == []
    eager = replace(house, settings=replace(house.settings, raw_keep_days=0.001))
    assert archive(eager) == []


def test_unpublished_day_stays(house: House, polled: TwicePolled) -> None:
    """A day with a WARC that is not published yet is left alone."""
    day = next((house.data / "raw").iterdir())
    (warc, *_) = sorted(day.iterdir())
    (day / f"9{warc.name}").write_bytes(warc.read_bytes())
    os.utime(day, (0, 0))
    assert archive(house, LATER) == []


def test_archive_that_is_away_is_told(house: House) -> None:
    """Where the archive is out of reach the state is not made again without it, and verify says where the day went."""
    archive(house, LATER)
    _cold(house).rename(_cold(house).with_name("unplugged"))
    with pytest.raises(StorageError, match="was moved to"):
        pipeline.rebuild_state(house)
    assert rows(house, "articles")
    assert {problem.what.split("'")[0] for problem in pipeline.verify(house)} == {"was moved to "}


def test_other_bytes_in_the_archive_stop_it(house: House) -> None:
    """A folder of the archive that holds something else is not taken for the copy; raw/ stays as it is."""
    before = bytes_of(house.data / "raw")
    for day in (house.data / "raw").iterdir():
        (_cold(house) / day.name).mkdir(parents=True)
    with pytest.raises(StorageError, match="does not hold what"):
        archive(house, LATER)
    assert bytes_of(house.data / "raw") == before


@pytest.mark.parametrize("deed", ["copytree", "rename", "symlink_to", "rmtree"])
@pytest.mark.parametrize("can_exchange", [True, False])
def test_broken_move_is_finished_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch, deed: str, can_exchange: bool
) -> None:
    """Broken off at any of its steps, with or without an exchange of folders, moving again ends the same."""
    before = bytes_of(house.data / "raw")
    if not can_exchange:
        monkeypatch.setattr("etl.verbs.retention.rename_exchange", lambda *_: False)
    with monkeypatch.context() as broken:
        target = "etl.verbs.retention.shutil" if deed in {"copytree", "rmtree"} else "pathlib.Path"
        broken.setattr(f"{target}.{deed}", _fail)
        with pytest.raises(StorageError):
            archive(house, LATER)
    archive(house, LATER)
    assert bytes_of(_cold(house)) == before
    assert all(path.is_symlink() and path.exists() for path in (house.data / "raw").iterdir())


def _fail(*_: object, **__: object) -> None:
    raise OSError(5, "broken off")


def test_policy_without_an_archive_is_refused(tmp_path: Path) -> None:
    """Days can only be moved somewhere: a policy that names no folder is a mistake, since raw/ is never deleted."""
    path = tmp_path / "settings.toml"
    path.write_text("raw_keep_days = 30\n")
    with pytest.raises(ConfigError, match="raw_archive"):
        load_settings(path)


def test_archive_inside_raw_is_refused(house: House) -> None:
    """An archive inside raw/ would become one of its days."""
    inside = replace(house.settings, raw_archive=str(house.data / "raw" / "old"))
    with pytest.raises(ConfigError, match="lies in raw/ itself"):
        archive(replace(house, settings=inside), LATER)


def test_a_bucket_keeps_its_old_days(house: House, tmp_path: Path) -> None:
    """Where raw/ lies in a bucket its copies in the working folder are not moved; the message says who moves them."""
    homes.attach(tmp_path / "working", "s3://quay/house?region=us-east-1")
    with pytest.raises(ConfigError, match="lifecycle rules"):
        archive(replace(house, data=tmp_path / "working"), LATER)
