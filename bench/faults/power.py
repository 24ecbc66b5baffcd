"""The power cut: a writer is stopped, and what its disk has got by then is mounted somewhere else.

What the file system holds in memory alone is lost; the journal is replayed. The control is the same writer without
fsync(2): it must lose runs, or the test proves nothing.
"""

import itertools
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pyarrow.parquet as pq
from sqlalchemy.exc import SQLAlchemyError

from bench.faults.disks import make_disk, missing, mounted
from bench.faults.laws import folder_faults
from bench.faults.material import FIRST_SEEN, Look, add_warc, new_house
from bench.faults.processes import end, send, start
from bench.faults.tables import Outcome
from etl import pipeline, state
from etl.config import House
from etl.errors import DatelineError
from samples.generated import generated_article

CUTS = 50
DISK_MEGABYTES = 200
SHORTEST_SECONDS, LONGEST_SECONDS = 0.05, 0.6  # between two cuts
MEMORY = Path("/dev/shm")  # noqa: S108  (a disk in memory is copied in no time)


def power_cut(_: Path) -> list[Outcome]:
    """Fifty cuts with fsync, of which none may lose an acknowledged run, and fifty without, of which most must."""
    reason = missing()
    if reason is not None:
        raise SystemExit(reason)
    with tempfile.TemporaryDirectory(prefix="dateline-power-", dir=MEMORY if MEMORY.is_dir() else None) as name:
        faults = cut_power(Path(name) / "with", write_runs, CUTS)
        losses = cut_power(Path(name) / "without", write_runs_unsynced, CUTS)
    return [
        Outcome("with fsync: all acknowledged runs are there", CUTS, CUTS - len(faults), faults, bool(faults)),
        Outcome("control without fsync: runs are lost", CUTS, len(losses), losses[:1], len(losses) < CUTS / 2),
    ]


def cut_power(folder: Path, work: Callable[[House, Path], None], cuts: int) -> list[str]:
    """Cuts the power so often while a writer works on a disk; one line for each cut that lost or broke something."""
    moments = random.Random(20261122)
    faults = []
    folder.mkdir(parents=True)
    image, acknowledged = folder / "disk", folder / "acknowledged"
    make_disk(image, DISK_MEGABYTES)
    acknowledged.touch()
    with mounted(image, folder / "mounted") as place:
        house = new_house(place)
        child = start(work, house, acknowledged)
        try:
            while not acknowledged.stat().st_size:
                time.sleep(0.01)
            for _ in range(cuts):
                time.sleep(moments.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))
                send(child, signal.SIGSTOP)
                subprocess.run(["cp", "--sparse=always", str(image), str(folder / "copy")], check=True)
                runs = acknowledged.stat().st_size
                send(child, signal.SIGCONT)
                faults += _recovered(house, folder, runs)[:1]
        finally:
            end(child)
    return faults


def write_runs(house: House, acknowledged: Path) -> None:
    """Runs of one article each, without end; a byte for each that was published."""
    with acknowledged.open("ab", buffering=0) as stream:
        for number in itertools.count():
            add_warc(house, f"{number:05d}", f"run-{number}", [Look(number, FIRST_SEEN + timedelta(seconds=number))])
            pipeline.publish(house, f"run-{number}", [])
            stream.write(b".")


def write_runs_unsynced(house: House, acknowledged: Path) -> None:
    """The same, where nothing is made durable: neither files nor folders nor the state."""
    prepare = state._prepare_sqlite

    def prepare_unsynced(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with patch.object(os, "fsync"), patch.object(state, "_prepare_sqlite", prepare_unsynced):
        write_runs(house, acknowledged)


def _recovered(house: House, folder: Path, runs: int) -> list[str]:
    """What is not as it must be once the copy of the disk is mounted and the next run has been there."""
    try:
        with mounted(folder / "copy", folder / "recovered") as place:
            data = place / house.data.relative_to(folder / "mounted")
            saved = replace(house, data=data, state_url=f"sqlite:///{data / 'state.sqlite'}")
            pipeline.publish(saved, "recovery", [])
            broken = [f"after {runs} runs: {problem.path} {problem.what}" for problem in pipeline.verify(saved)]
            return broken or folder_faults(saved) or _lost(saved, runs)
    except (DatelineError, SQLAlchemyError, RuntimeError) as error:
        return [f"after {runs} runs: {error}"]


def _lost(house: House, runs: int) -> list[str]:
    paths = (house.data / "tables" / "articles").glob("*/*.parquet")
    urls = [url for path in paths for url in pq.read_table(path, columns=["url"], partitioning=None)["url"].to_pylist()]
    found = {str(url).rpartition("/")[2] for url in urls}
    lost = [number for number in range(runs) if generated_article(number).path.rpartition("/")[2] not in found]
    return [f"{len(lost)} of {runs} acknowledged runs are lost, the first is {lost[0]}"] if lost else []
