"""Rebuilds killed at random moments: one process dies, the rebuild is run again where it ended, the bytes are compared.

What is killed is drawn: a pool's parent or worker, Spark's driver or executor, or a process that reads pages.
"""

import hashlib
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil
from rich.console import Console

from etl.config import House

ROOT = Path(__file__).parent.parent
PARENT = "-m etl"
MASTER = "local-cluster[2,1,1024]"  # two executors of one core, as processes of their own
VICTIMS = {
    "local": {"parent": PARENT, "worker": "etl.verbs.worker", "reading process": "reader_child"},
    "spark": {"driver": PARENT, "executor": "CoarseGrainedExecutorBackend", "reading process": "reader_child"},
}
OPTIONS = {"local": ("--workers", "2"), "spark": ("--engine", "spark", "--master", MASTER)}
SEED = 8


def kill_and_go_on(house: House, engine: str, kills: int, console: Console) -> list[str]:
    """What differs after rebuilds that were killed: nothing, if all is well."""
    random, faults = Random(SEED), list[str]()
    began = time.monotonic()
    _rebuild(house, engine).wait()
    lasting = time.monotonic() - began
    expected, tally = _digests(house), dict.fromkeys(VICTIMS[engine], 0)
    while sum(tally.values()) < kills:
        role = random.choice(list(VICTIMS[engine]))
        began, running = time.monotonic(), _rebuild(house, engine)
        if not _kill(running, VICTIMS[engine][role], random.uniform(0, lasting), random):
            lasting = time.monotonic() - began  # the machine has become faster: all was over by then
            continue
        tally[role] += 1
        while running.wait():
            running = _rebuild(house, engine)
        is_same, number = _digests(house) == expected, sum(tally.values())
        faults += [] if is_same else [f"kill {number} ({role}): the tables are not what they were"]
        console.print(f"    kill {number} of {kills}: {role}: {'the same bytes' if is_same else 'OTHER BYTES'}")
    console.print(f"killed {tally}, {len(faults)} with a trace")
    return faults


def _rebuild(house: House, engine: str) -> "subprocess.Popen[bytes]":
    days = sorted(path.name for path in (house.data / "raw").iterdir())
    places = ("--data", str(house.data), "--config", str(house.config))
    words = ("rebuild", "--from", days[0], "--to", days[-1], *OPTIONS[engine])
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [sys.executable, "-m", "etl", *places, *words]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill(running: "subprocess.Popen[bytes]", mark: str, after: float, random: Random) -> bool:
    """Whether there was such a process to be killed at a moment or behind it."""
    time.sleep(after)
    while running.poll() is None:
        with suppress(psutil.Error):
            parent = psutil.Process(running.pid)
            found = [one for one in (parent, *parent.children(recursive=True)) if mark in " ".join(one.cmdline())]
            if found:
                random.choice(found).kill()
                return True
        time.sleep(0.01)
    return False


def _digests(house: House) -> dict[str, str]:
    """SHA-256 of every file that analysts see."""
    paths = (path for path in (house.data / "tables").rglob("*.parquet"))
    return {str(path.relative_to(house.data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
