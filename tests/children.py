"""Processes of their own for tests that kill them, race them or start them under other conditions.

They are forked from one warm server process, which has read a page already, so that each begins in milliseconds.
What they do stands here too, for a child imports the module in which its work stands.
"""

import locale
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from etl import pipeline
from etl.config import House
from etl.errors import StorageError
from etl.verbs.transformation import transform_warc

PRELOADED = ["tests.warm"]  # found where tests are run from the root of the repository; else children start slower
TOLD = 7  # exit code of a child that was told clearly what is wrong
KILL_POINTS: dict[str, Any] = {"fsync": os, "link": os, "replace": Path, "unlink": Path}
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(PRELOADED)


def start(work: Callable[..., object], *arguments: Any) -> ForkServerProcess:
    """A running child that does `work`."""
    child = _context.Process(target=work, args=arguments, daemon=True)
    child.start()
    return child


def finish(*children: ForkServerProcess, seconds: float = 60) -> list[int | None]:
    """Exit codes of children that have ended; null where one was still running after so many seconds."""
    for child in children:
        child.join(seconds)
    return [child.exitcode for child in children]


def run(house: House, run_id: str) -> None:
    """All of it once."""
    pipeline.run(house, run_id, force=True)


def run_and_die(house: House, run_id: str, point: str, number: int) -> None:
    """A run that is killed just before (odd) or just after (even) one of its calls of a function."""
    die_at(KILL_POINTS[point], point, number)
    run(house, run_id)


def die_at(owner: Any, point: str, number: int) -> None:
    """From now on this process is killed just before (odd) or just after (even) a call of a function of `owner`."""
    original: Callable[..., Any] = getattr(owner, point)
    calls = iter(range(1, 1 << 30))

    def call(*arguments: Any, **options: Any) -> Any:
        is_last = next(calls) == (number + 1) // 2
        if is_last and number % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **options)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, point, call)


def run_with_little_space(house: House, limit: int) -> None:
    """A run in which no file may grow beyond `limit` bytes; exits with TOLD where a StorageError says so."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        run(house, "run-1")
    except StorageError as error:
        os._exit(TOLD if "File too large" in str(error) or "disk" in str(error) else 1)


def run_as_nobody(house: House) -> None:
    """A run without rights; exits with TOLD where a StorageError says that the state cannot be written."""
    os.setuid(65_534)
    try:
        run(house, "run-2")
    except StorageError as error:
        os._exit(TOLD if "readonly" in str(error) or "unable to open" in str(error) else 1)


def transform(house: House, names: Sequence[str], zone: str, umask: int) -> None:
    """WARCs in the order given, under another zone, locale, umask and working folder."""
    os.environ |= {"TZ": zone, "LANG": "C", "LC_ALL": "C"}
    time.tzset()
    locale.setlocale(locale.LC_ALL, "C")
    os.umask(umask)
    os.chdir("/")
    for warc in names:
        transform_warc(house, warc)
