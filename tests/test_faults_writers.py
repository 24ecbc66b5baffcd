"""Several processes write at once, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from bench.faults.writers import race


@pytest.mark.parametrize(("writers", "runs"), [(2, 10), (4, 12)])
def test_writers_lose_nothing_and_write_nothing_twice(state_url: str, tmp_path: Path, writers: int, runs: int) -> None:
    """Of units that only one writer publishes and of units that all publish, each is live once and shown once."""
    assert race(state_url, tmp_path, writers, runs) == []
