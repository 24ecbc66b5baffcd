"""Pages are read in a process of their own: whatever a page does to it, it costs that page and no other.

The parent watches what a page takes of CPU time and memory and ends the process where it is too much. This room knows
nothing of what is read.
"""

import atexit
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from weakref import WeakSet

import psutil

from etl import interpreters
from etl.errors import ReaderError
from etl.model import Reject
from etl.reading.reader_child import Limits, Make, Read, Usage, serve, too_costly

WATCH_SECONDS = 0.05  # between two looks at a page that is being read; the slowest of 1,115 pages took 0.4 s
TRIES = 2  # of a page on which the process dies: it may have been killed from outside, for another's sake
PAGE_LIMITS = Limits()
STALLED_SECONDS = 120.0  # without any CPU time: it waits for what never comes; an overloaded machine gives some


@dataclass(slots=True)
class _Child:
    process: "subprocess.Popen[bytes]"
    connection: Connection
    watched: psutil.Process
    read_by: tuple[Make, object]
    begun: Usage
    before: Usage


class _DiedError(Exception):
    """The process ended without an answer."""


class _TooCostlyError(Exception):
    """A page took more than a page may."""


class ReaderProcess:
    """One reading process, started when it is first needed and anew when it has died; of many threads one at a time."""

    def __init__(self, limits: Limits = PAGE_LIMITS) -> None:
        self._limits = limits
        self._child: _Child | None = None
        self._lock = threading.Lock()
        _all.add(self)

    def bind(self, make: Make, told: object) -> Read:
        """What `make(told)` gives, carried out in the process: a page in, what was read or a Reject out.

        `make` is a function of a module, and what it is told and what it reads can be pickled. The function made is
        kept there as long as it is asked for with the same objects. It raises ReaderError where there is no process
        to be had; what the made function raises ends the process.
        """
        return lambda page: self._read(page, (make, told))

    def process_id(self) -> int | None:
        """The process, if one is running."""
        return self._child.process.pid if self._child else None

    def close(self) -> None:
        """Ends the process; the next page starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.connection.close()
            child.process.kill()
            child.process.wait()

    def forget(self) -> None:
        """Lets go of a process that belongs to the parent of this one: here is a fork."""
        child, self._child = self._child, None
        self._lock = threading.Lock()
        if child is not None:
            child.connection.close()
            child.process.returncode = 0  # not ours to wait for

    def _read(self, page: object, read_by: tuple[Make, object]) -> Any:
        with self._lock:
            for _ in range(TRIES):
                try:
                    child = self._ready(read_by)
                    answer, after = _ask(child, page, self._limits)
                except _DiedError:
                    self.close()
                except _TooCostlyError:
                    self.close()
                    return too_costly(self._limits)
                except BaseException:  # an interrupt, say: the answer that comes later is nobody's
                    self.close()
                    raise
                else:
                    child.before = after
                    if after.resident - child.begun.resident > self._limits.megabytes * 1_000_000:
                        self.close()  # what libraries keep, page after page
                    return answer
            told = f"the process that reads pages died on it {TRIES} times without an answer"
            return Reject("extract", "reader_died", told)

    def _ready(self, read_by: tuple[Make, object]) -> _Child:
        """The process, ready to read by this function."""
        child = self._child or _start(self._limits, read_by)
        self._child = child
        if child.read_by[0] is not read_by[0] or child.read_by[1] is not read_by[1]:
            child.read_by = read_by
            child.before = _prepare(child)
        return child


def _start(limits: Limits, read_by: tuple[Make, object]) -> _Child:
    try:
        process, connection = interpreters.start(serve)
        connection.send(limits)
        none = Usage(0.0, 0, 0)
        child = _Child(process, connection, psutil.Process(process.pid), read_by, none, none)
    except (OSError, psutil.Error) as error:
        raise ReaderError(f"the process that reads pages cannot be started: {error}") from error
    child.begun = child.before = _prepare(child)
    return child


def _prepare(child: _Child) -> Usage:
    """Has the process make its reading function. Raises ReaderError where it cannot."""
    try:
        child.connection.send((False, child.read_by))
        _, usage = _answer(child, None)
    except (OSError, _DiedError) as error:
        child.process.kill()
        status = child.process.wait()
        raise ReaderError(
            f"the process that reads pages ended with {status} before it read any: what it wrote to stderr says why"
        ) from error
    return usage


def _ask(child: _Child, page: object, limits: Limits) -> tuple[Any, Usage]:
    try:
        child.connection.send((True, page))
    except OSError as error:
        raise _DiedError from error
    answer, after = _answer(child, limits)
    if _is_too_costly(child.before, after, limits):
        raise _TooCostlyError
    return answer, after


def _answer(child: _Child, limits: Limits | None) -> tuple[Any, Usage]:
    """The next answer; null limits are none. Raises _DiedError, _TooCostlyError."""
    last, moved = -1.0, time.monotonic()
    while not child.connection.poll(WATCH_SECONDS):
        try:
            times, resident = child.watched.cpu_times(), child.watched.memory_info().rss
        except psutil.Error as error:
            raise _DiedError from error
        now = Usage(times.user + times.system, resident, resident)
        if limits is not None and _is_too_costly(child.before, now, limits):
            raise _TooCostlyError
        if now.cpu_seconds != last:
            last, moved = now.cpu_seconds, time.monotonic()
        if child.process.poll() is not None or time.monotonic() - moved > STALLED_SECONDS:
            raise _DiedError
    try:
        answer, usage = child.connection.recv()
    except (EOFError, OSError) as error:
        if child.process.wait() == -signal.SIGPROF:
            raise _TooCostlyError from error
        raise _DiedError from error
    return answer, usage


def _is_too_costly(before: Usage, now: Usage, limits: Limits) -> bool:
    """Whether a page took too much since `before`; a peak counts where it is a new one."""
    most = max(now.resident, now.peak if now.peak > before.peak else 0)
    is_large = most - before.resident > limits.megabytes * 1_000_000
    return is_large or now.cpu_seconds - before.cpu_seconds > limits.cpu_seconds


def _forget_all() -> None:
    for reader in list(_all):
        reader.forget()


def _close_all() -> None:
    for reader in list(_all):
        reader.close()


_all: "WeakSet[ReaderProcess]" = WeakSet()
os.register_at_fork(after_in_child=_forget_all)
atexit.register(_close_all)
