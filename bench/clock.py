"""What a measurement costs: seconds of CPU and of the clock on the wall, and the most memory.

Children that live count with their parent: pages are read in one.
"""

import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil


def seconds(action: Callable[[], object]) -> tuple[float, float]:
    """(CPU, wall) seconds of an action; CPU is that of all threads of this process and its children together."""
    wall, cpu = time.perf_counter(), _cpu_seconds()
    action()
    return _cpu_seconds() - cpu, time.perf_counter() - wall


def peak_megabytes() -> float:
    """The most memory that this process has had resident, and each living child; getrusage(2) counts in KiB on Linux.

    Peaks are added, though they may lie apart in time. On macOS it counts in bytes, and of children as they are now.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return (own + sum(map(_peak_bytes, psutil.Process().children(recursive=True)))) / 1_000_000


def _cpu_seconds() -> float:
    """CPU seconds of this process and of its children, living and ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = 0.0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            living += times.user + times.system
    return time.process_time() + ended.ru_utime + ended.ru_stime + living


def _peak_bytes(child: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess, OSError):
        status = Path(f"/proc/{child.pid}/status")
        if status.exists():
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            return int(lines.get("VmHWM", "0 kB").split()[0]) * 1024  # one that has ended has no line
        return int(child.memory_info().rss)
    return 0
