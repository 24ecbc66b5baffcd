"""A fresh interpreter that serves this process over a connection.

It is no fork, so that it may be started from any thread and from processes that may have no children, as Airflow's
are. It ends with this process, whose end of the connection closes; of that its own code takes care.
"""

import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from pathlib import Path


def start(serve: Callable[[int], None]) -> "tuple[subprocess.Popen[bytes], Connection]":
    """A process that calls a function of a module with a file descriptor, its end of a connection; and our end of it.

    Modules are looked for where this process looks for them. Raises OSError where there is no process to be had.
    """
    ours, theirs = Pipe()
    paths = [*sys.path, str(Path(__file__).resolve().parents[1])]
    name = serve.__name__
    code = f"import sys; sys.path[:] = {paths!r}; from {serve.__module__} import {name}; {name}({theirs.fileno()})"
    try:
        process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-c", code],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours
