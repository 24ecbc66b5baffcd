"""What a measurement costs: seconds of CPU and of the clock on the wall, and the most memory of a process."""

import resource
import sys
import time
from collections.abc import Callable


def seconds(action: Callable[[], object]) -> tuple[float, float]:
    """(CPU, wall) seconds of an action; CPU is that of all threads of this process together."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.process_time() - cpu, time.perf_counter() - wall


def peak_megabytes() -> float:
    """The most memory that this process has had resident; getrusage(2) counts in KiB on Linux, in bytes on macOS."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1_000_000
