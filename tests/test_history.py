"""What Airflow remembers of long ago goes; what is younger, and what is no log, stays."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.errors import StorageError
from etl.verbs.history import clean_airflow, remove_logs

NOW = datetime.now(UTC)
OLD = time.time() - 40 * 86_400


def _file(path: Path, age: float | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    if age is not None:
        os.utime(path, (age, age))
    return path


def test_old_logs_go_and_young_ones_stay(tmp_path: Path) -> None:
    """A log that nobody has written for so long is removed; a young one stays, and so does what is no log."""
    old = _file(tmp_path / "dag_id=a" / "run_id=1" / "attempt=1.log", OLD)
    kept = [_file(tmp_path / "dag_id=a" / "run_id=2" / "attempt=1.log"), _file(tmp_path / "airflow.db", OLD)]
    assert remove_logs(tmp_path, NOW - timedelta(days=30)) == 1
    assert not old.exists()
    assert all(path.exists() for path in kept)


def test_folders_that_stand_empty_for_long_go(tmp_path: Path) -> None:
    """An old empty folder is removed; one that was just made for a log to come is not."""
    for name, age in (("old", OLD), ("new", time.time())):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (age, age))
    remove_logs(tmp_path, NOW - timedelta(days=30))
    assert {path.name for path in tmp_path.iterdir()} == {"new"}


def test_database_that_is_not_granted_is_left_alone(tmp_path: Path) -> None:
    """Where tasks were given no database and there is no SQLite file, nothing is run."""
    assert clean_airflow(NOW, {"AIRFLOW_HOME": str(tmp_path)}) is None


@pytest.mark.airflow
def test_command_that_fails_is_an_error(tmp_path: Path) -> None:
    """A database that cannot be cleaned is told with Airflow's own words."""
    nowhere = f"sqlite:///{tmp_path / 'nowhere' / 'airflow.db'}"
    granted = {"DATELINE_AIRFLOW_DATABASE": nowhere, "AIRFLOW_HOME": str(tmp_path)}
    with pytest.raises(StorageError, match="airflow db clean ended with"):
        clean_airflow(NOW, {**os.environ, **granted})
