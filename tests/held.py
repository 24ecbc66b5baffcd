"""An object that nobody can make again until a test lets go: whoever transforms its WARC is caught in the middle."""

import os
from pathlib import Path

import psutil

from samples.waiting import until

LOOK_SECONDS = 0.02


class HeldObject:
    """A named pipe in an object's place: who makes the object compares it, and waits for bytes that never come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._aside = path.rename(path.with_suffix(".aside"))
        self._writers: list[int] = []
        os.mkfifo(path)

    def reader(self) -> psutil.Process:
        """The process that makes the object again, once there is one; it is held from now on."""
        self._writers.append(until(f"nobody wants to read {self.path}", lambda: _opened(self.path), LOOK_SECONDS))
        return until(f"nobody reads {self.path}", self._found, LOOK_SECONDS)

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


def _opened(path: Path) -> int | None:
    """The pipe, opened for writing where somebody wants to read it."""
    try:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
