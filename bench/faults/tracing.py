"""strace(1) around a child: which system calls of a step change a disk, and death at any one of them.

The child stops itself before the step, strace takes hold of it, and it goes on. The signal comes as the call is
entered, so that the call is not made.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.faults.processes import send, start

CHANGING = (
    "write pwrite64 writev pwritev rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir "
    "mkdirat rmdir fsync fdatasync ftruncate truncate fallocate copy_file_range sendfile"
).split()
KILLED = -signal.SIGKILL
_SET = ",".join(f"?{name}" for name in CHANGING)  # ? passes over those that a machine does not have
WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Call:
    """The so-many-th call of one name that a step makes, counted from 1, and what it is made on."""

    name: str
    number: int
    arguments: str


def missing() -> str | None:
    """Why no child can be traced here; null where one can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    done = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"strace cannot trace here: {done.stderr.strip()}"


def changing_calls(work: Callable[..., object], *arguments: Any) -> list[Call]:
    """The calls that change a disk, in order, of work that nobody disturbs; those that fail change nothing.

    Raises RuntimeError where the work fails.
    """
    with tempfile.NamedTemporaryFile("r") as log:
        status = _traced(["-y", "-o", log.name, "-e", f"trace={_SET}"], work, arguments)
        if status != 0:
            raise RuntimeError(f"the undisturbed step ended with {status}")
        made: Counter[tuple[str, str]] = Counter()
        calls = []
        for thread, name, given, result in re.findall(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)", log.read(), re.MULTILINE):
            made[thread, name] += 1
            if not result.startswith("-"):
                calls.append(Call(name, made[thread, name], given))
        return calls


def killed_at(call: Call, work: Callable[..., object], *arguments: Any) -> bool:
    """Does work in a child that is killed as it makes a call; false where it came to its end before."""
    rule = f"inject={call.name}:signal=SIGKILL:when={call.number}"
    return _traced(["-o", os.devnull, "-e", f"trace={call.name}", "-e", rule], work, arguments) == KILLED


def _traced(options: list[str], work: Callable[..., object], arguments: Sequence[Any]) -> int | None:
    """Exit code of a child that strace holds from the first moment of its work on."""
    child = start(_stopped, work, arguments)
    status = Path(f"/proc/{child.pid}/status")
    _wait(lambda: "State:\tT" in status.read_text())
    with subprocess.Popen(["strace", "-f", "-qq", *options, "-p", str(child.pid)], stderr=subprocess.DEVNULL) as tracer:
        _wait(lambda: "TracerPid:\t0" not in status.read_text() or tracer.poll() is not None)
        send(child, signal.SIGCONT)
        child.join(WAIT_SECONDS)
        if child.exitcode is None:
            child.kill()
            child.join()
    return child.exitcode


def _stopped(work: Callable[..., object], arguments: Sequence[Any]) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
    work(*arguments)
    os._exit(0)  # nothing more is written


def _wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError("strace or the child it was to trace did not start")
        time.sleep(0.001)
