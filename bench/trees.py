"""What a whole tree of processes costs, those that end meanwhile included: looked at four times a second."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psutil

LOOK_SECONDS = 0.25  # what a process does between the last look and its end is not seen
Process = tuple[int, float]  # id and time of its start


class Tree:
    """CPU seconds and peak memory of this process and all below it, from the beginning of a block to its end."""

    def __init__(self) -> None:
        self._cpu: dict[Process, float] = {}
        self._before: dict[Process, float] = {}
        self._peaks: dict[Process, float] = {}
        self._names: dict[Process, str] = {}
        self._ended = threading.Event()

    def __enter__(self) -> "Tree":
        self._began = time.perf_counter()
        self._look()
        self._before = dict(self._cpu)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._look()
        self.wall_seconds = time.perf_counter() - self._began

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all processes together, within the block."""
        return sum(self._cpu.values()) - sum(self._before.values())

    def peak_megabytes(self, name: str) -> float:
        """The most memory that one process had resident whose command line has this in it; 0 where there was none."""
        return max((peak for process, peak in self._peaks.items() if name in self._names[process]), default=0.0)

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        this = psutil.Process()
        for process in (this, *this.children(recursive=True)):
            with suppress(psutil.Error, OSError, KeyError):
                known = (process.pid, process.create_time())
                self._names[known] = " ".join(process.cmdline())
                times = process.cpu_times()
                self._cpu[known] = times.user + times.system
                lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
                peak = dict(line.split(":", 1) for line in lines)["VmHWM"]
                self._peaks[known] = int(peak.split()[0]) * 1024 / 1_000_000
