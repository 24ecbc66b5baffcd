"""Processes of their own for what is killed, raced or starved; forked from a warm server, they begin at once."""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from typing import Any

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.warm"])  # the same as tests/children.py: a process has one fork server


def start(work: Callable[..., object], *arguments: Any) -> ForkServerProcess:
    """A running child that does `work`."""
    child = _context.Process(target=work, args=arguments, daemon=True)
    child.start()
    return child


def send(child: ForkServerProcess, number: int) -> None:
    """Sends a signal to a child."""
    assert child.pid is not None
    os.kill(child.pid, number)


def end(child: ForkServerProcess) -> None:
    """Kills a child where it still runs, and waits for its end."""
    child.kill()
    child.join()
