"""Small versions of `python -m bench.faults`: power cut, full disk, flipped bits, late clock, killed writers."""

from pathlib import Path

import pytest

from bench.faults import disks
from bench.faults.clock import set_back
from bench.faults.flips import flip_bits
from bench.faults.power import cut_power, write_runs, write_runs_unsynced
from bench.faults.readers import FAULTS, read_while_killed
from bench.faults.space import fill, lock

NO_DISK = disks.missing()
NEEDS_DISK = pytest.mark.skipif(NO_DISK is not None, reason=NO_DISK or "")


@NEEDS_DISK
def test_power_cuts_lose_no_acknowledged_run(tmp_path: Path) -> None:
    """Runs that were told to be published are there after a power cut; without fsync they are not."""
    assert cut_power(tmp_path / "with", write_runs, 3) == []
    assert len(cut_power(tmp_path / "without", write_runs_unsynced, 3)) >= 2


@NEEDS_DISK
def test_full_disk_is_told_and_harms_nothing(tmp_path: Path) -> None:
    """A run on a disk that is full says so, tears no table, and ends well in the same process once there is room."""
    found = fill("publish", tmp_path, grain=64)
    assert found.faults == []
    assert found.tries >= 3


@NEEDS_DISK
@pytest.mark.parametrize("step", ["publish", "compact", "vacuum"])
def test_read_only_folder_is_told_and_harms_nothing(tmp_path: Path, step: str) -> None:
    """A step on a folder that nobody can write says so, and ends well once it can be written."""
    assert lock(step, tmp_path).faults == []


def test_flipped_bits_are_named(tmp_path: Path) -> None:
    """One bit turned anywhere in a live object is named by verify, and no reader takes it for a value."""
    assert flip_bits(tmp_path, 10) == ([], [])


def test_clock_set_back_doubles_nothing(tmp_path: Path) -> None:
    """A run whose clock is a day late loses no story and no edit, and none stands twice after the next."""
    assert list(set_back(tmp_path, 2)) == []


def test_readers_meet_no_fault_of_killed_writers(tmp_path: Path) -> None:
    """While a writer is killed again and again, readers of folder and snapshot miss nothing and see no row twice."""
    for counts in read_while_killed(tmp_path, 8, False, ("pandas", "duckdb")).values():
        assert counts["reads"] >= 2
        assert [counts[fault] for fault in FAULTS] == [0] * len(FAULTS), counts["told"]
