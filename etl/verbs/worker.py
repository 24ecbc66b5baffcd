"""A worker of the pool, seen from inside: it transforms the WARCs that it is told, and ends with its parent."""

import os
import queue
import signal
import threading
from multiprocessing.connection import Connection
from typing import NamedTuple

import psutil

from etl.config import House
from etl.errors import DatelineError
from etl.verbs.transformation import Transformed, transform_warc


class Answer(NamedTuple):
    """What a WARC became, and the megabytes that the worker and its reading process hold afterwards."""

    transformed: Transformed
    megabytes: float


def serve(handle: int) -> None:
    """Transforms what comes by a connection, given as its file descriptor: first the house, then WARC after WARC.

    It ends in the middle of one when the parent is gone: what it has written by then is in no ledger.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and ends this process
    connection = Connection(handle)
    house: House = connection.recv()
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, told), daemon=True).start()
    while True:
        warc = told.get()
        try:
            answer: Answer | DatelineError = Answer(transform_warc(house, warc), held_megabytes())
        except DatelineError as error:
            answer = error
        connection.send(answer)


def held_megabytes() -> float:
    """The memory that this process and its children have resident now."""
    this = psutil.Process()
    return float(sum(one.memory_info().rss for one in (this, *this.children(recursive=True)))) / 1_000_000


def _listen(connection: Connection, told: "queue.SimpleQueue[str]") -> None:
    """Hands on what the parent says, and ends the process when the parent is gone."""
    try:
        while True:
            told.put(connection.recv())
    except (EOFError, OSError):
        os._exit(1)
