"""The state in PostgreSQL keeps the laws that it keeps in SQLite, and says when the server is not there.

The other tests that ask for `state_url`, `engine`, `connection` or `house` run on both databases too.
"""

import random
import signal
import time
from pathlib import Path

import children
import pytest
from sqlalchemy import func, select
from stores import assert_folders_clean, assert_sums_balance, bytes_of, outcome, rows

from etl import pipeline
from etl.config import House
from etl.errors import StorageError
from etl.state import commits, open_state, write
from samples.newsroom import expected

KILLED = -9
ON_SERVER = pytest.mark.parametrize("state_url", ["postgresql"], indirect=True)


def hold_the_lock(state_url: str, sign: Path) -> None:
    """Takes the write lock, writes a row, says so, and never ends by itself."""
    with write(open_state(state_url)) as connection:
        connection.execute(commits.insert().values(seq=1, run_id="dead", committed_at="never"))
        sign.touch()
        signal.pause()


def test_lock_of_the_dead_is_free(state_url: str, tmp_path: Path) -> None:
    """A writer that is killed with the lock in its hands leaves no lock and no row."""
    engine = open_state(state_url)
    child = children.start(hold_the_lock, state_url, tmp_path / "sign")
    while not (tmp_path / "sign").exists():
        assert child.is_alive()
        time.sleep(0.01)
    child.kill()
    assert children.finish(child) == [KILLED]
    with write(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(commits)) == 0


@ON_SERVER
def test_state_is_made_again_from_raw(house: House) -> None:
    """A state in PostgreSQL is made again from `raw/`, and tables and objects keep their bytes."""
    pipeline.run(house, "run-1", force=True)
    before = {name: bytes_of(house.data / name) for name in ("raw", "objects", "tables")}
    pipeline.rebuild_state(house)
    assert {name: bytes_of(house.data / name) for name in before} == before
    assert len(rows(house, "articles")) == sum(counts["articles"] for counts in expected(1).values())
    assert_folders_clean(house)
    assert_sums_balance(house)


@ON_SERVER
def test_killed_run_is_finished_by_the_next(house: House) -> None:
    """Killed at four random moments, a run over PostgreSQL ends with every story once."""
    moments = random.Random(20261122)
    for _ in range(4):
        child = children.start(children.run, house, "run-1")
        child.join(moments.uniform(0.05, 0.5))
        child.kill()
        children.finish(child)
    pipeline.run(house, "run-1", force=True)
    assert len(outcome(house)["articles"]) == sum(counts["articles"] for counts in expected(1).values())
    assert_folders_clean(house)
    assert_sums_balance(house)


def test_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A state on a server that does not answer is a storage error that names the server and no password."""
    with pytest.raises(StorageError, match="cannot use the state database postgresql") as told:
        open_state(f"postgresql+psycopg2://dateline:sesame@/postgres?host={tmp_path}")
    assert str(tmp_path) in str(told.value)
    assert "sesame" not in str(told.value)
