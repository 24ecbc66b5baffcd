"""An object that nobody can make again until a test lets go: whoever transforms its WARC is caught in the middle."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

PATIENCE_SECONDS = 900.0  # only for what never comes: a busy machine takes minutes to start Spark
LOOK_SECONDS = 0.02
T = TypeVar("T")


class HeldObject:
    """A named pipe in an object's place: who makes the object compares it, and waits for bytes that never come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._aside = path.rename(path.with_suffix(".aside"))
        self._writers: list[int] = []
        os.mkfifo(path)

    def reader(self) -> psutil.Process:
        """The process that makes the object again, once there is one; it is held from now on."""
        self._writers.append(until(lambda: _opened(self.path), f"nobody wants to read {self.path}"))
        return until(self._found, f"nobody reads {self.path}")

    def let_go(self) -> None:
        """Puts the object back in its place. Whoever is held still goes on with what it takes for a damaged one."""
        self._aside.replace(self.path)
        for writer in self._writers:
            os.close(writer)

    def _found(self) -> psutil.Process | None:
        for process in psutil.process_iter():
            try:
                links = [str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
            except OSError:
                continue
            if str(self.path) in links and process.pid != os.getpid():
                return process
        return None


def until(look: Callable[[], T | None], what: str) -> T:
    """The first thing that a look finds. Raises TimeoutError where that takes minutes."""
    last = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < last:
        found = look()
        if found is not None:
            return found
        time.sleep(LOOK_SECONDS)
    raise TimeoutError(what)


def _opened(path: Path) -> int | None:
    """The pipe, opened for writing where somebody wants to read it."""
    try:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
