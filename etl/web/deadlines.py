"""Requests end at their deadline, whatever trickles in: one thread looks at all that run and shuts their sockets.

A thread for each request would cost more than asking does.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from urllib3.connection import HTTPConnection

WATCH_SECONDS = 0.1  # between two looks at the requests that run
GRACE_SECONDS = 0.5  # after the deadline a body ends by itself, with what has come of it; then its socket is shut


@dataclass(slots=True, eq=False)
class Watch:
    """A request that may run until an instant of `time.monotonic`, and whether its sockets were shut then."""

    connections: Sequence[HTTPConnection]
    until: float
    is_shut: bool = False


@dataclass(slots=True)
class _Watched:
    """The requests that run, and the thread that looks at them; null while none does."""

    requests: list[Watch] = field(default_factory=list)
    thread: threading.Thread | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def shut_after(connections: Sequence[HTTPConnection], seconds: float) -> Iterator[Watch]:
    """Shuts the sockets when the time is over, since time-outs count single reads: headers may drip for ever.

    What it gives says whether that has happened.
    """
    watch = Watch(connections, time.monotonic() + seconds)
    with _watched.lock:
        _watched.requests.append(watch)
        if _watched.thread is None:
            _watched.thread = threading.Thread(target=_keep_watch, daemon=True)
            _watched.thread.start()
    try:
        yield watch
    finally:
        with _watched.lock:
            _watched.requests.remove(watch)


def _keep_watch() -> None:
    while True:
        time.sleep(WATCH_SECONDS)
        with _watched.lock:
            if not _watched.requests:
                _watched.thread = None
                return
            for watch in _watched.requests:
                if watch.until < time.monotonic():
                    _shut(watch)


def _shut(watch: Watch) -> None:
    for connection in list(watch.connections):
        if connection.sock is not None:
            watch.is_shut = True
            with suppress(OSError):
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _forget() -> None:
    """Here is a fork: the requests and the thread are its parent's."""
    _watched.requests, _watched.thread, _watched.lock = [], None, threading.Lock()


_watched = _Watched()
os.register_at_fork(after_in_child=_forget)
