"""The process that reads pages, seen from inside: it reads what comes, says what that took, and ends with its parent.

This room knows nothing of what is read; `reader_process` is the other end.
"""

import logging
import os
import re
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from etl.model import Reject

# More than a page may take, for its timer. A limit of the process (RLIMIT_CPU) would not do: Linux counts that by
# ticks, which on a busy machine came to 1.3 s more than the 30 CPU s that a process took, and more with every page.
KERNEL_SECONDS = 2.0
SPACE = 4  # times the memory limit that the address space may grow by: far more is reserved than is ever touched
Read = Callable[[Any], Any]
Make = Callable[[Any], Read]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may take: CPU seconds, and memory beyond what the process holds before it."""

    cpu_seconds: float = 5.0
    megabytes: int = 512


class Usage(NamedTuple):
    """CPU seconds since a process began, bytes that are resident now, and the most that ever were."""

    cpu_seconds: float
    resident: int
    peak: int


def too_costly(limits: Limits) -> Reject:
    """What becomes of a page that takes too much: in the same words for time and memory.

    Which of them a page meets first depends on the machine.
    """
    told = f"reading it takes more than {limits.cpu_seconds:g} CPU seconds or {limits.megabytes} MB"
    return Reject("extract", "page_too_costly", told)


def serve(handle: int) -> None:
    """Reads what comes by a connection, given as its file descriptor, after a page's limits; until the parent is gone.

    The kernel ends a page that the parent does not: one that takes two seconds more, when the parent is dead as well.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and lets go
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # the timer's, which ends the process
    logging.disable()  # what libraries say of a page is no line in a run's log
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = Connection(handle)
    read: Read = str
    with suppress(EOFError, ConnectionError):
        limits: Limits = connection.recv()
        while True:
            is_page, sent = connection.recv()
            if is_page:
                signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds + KERNEL_SECONDS)
                answer = _read_page(read, sent, limits)
                signal.setitimer(signal.ITIMER_PROF, 0)
            else:
                make, told = sent
                read, answer = make(told), None
                _limit_space(limits)
            sent = None  # what is held while the next one comes counts against it
            connection.send((answer, _usage()))
    os._exit(0)


def _read_page(read: Read, page: object, limits: Limits) -> Any:
    try:
        return read(page)
    except MemoryError:
        return too_costly(limits)


def _limit_space(limits: Limits) -> None:
    """Bounds the address space, where the system can: what grows too fast to be seen ends in a MemoryError."""
    size = psutil.Process().memory_info().vms + SPACE * limits.megabytes * 1_000_000
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _usage() -> Usage:
    """What this process has taken so far; on Linux exactly, elsewhere its peak counts the interpreter's parent in."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        known = dict(re.findall(r"^(VmHWM|VmRSS):\s*(\d+) kB", status, re.MULTILINE))
        return Usage(time.process_time(), int(known["VmRSS"]) * 1024, int(known["VmHWM"]) * 1024)
    except (OSError, KeyError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes
        return Usage(time.process_time(), psutil.Process().memory_info().rss, peak)
