"""A pool of processes that transform WARCs, each with a process of its own that reads pages.

A worker that dies loses the WARC it was at, which is done once more; one that holds much memory makes room for a new
one. Workers end with this process.
"""

import subprocess
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import cast

from etl import interpreters
from etl.config import House
from etl.errors import DatelineError, ReaderError
from etl.verbs.transformation import Transformed
from etl.verbs.worker import Answer, serve

WORKER_MEGABYTES = 700  # that a worker and its reading process may hold between two WARCs before they are replaced
WORKER_WARCS = 256  # after which they are replaced in any case; a new one takes some 3 CPU seconds to be ready
TRIES = 2  # of a WARC on which a worker dies: it may have been killed from outside, for another's sake


@dataclass(slots=True)
class _Worker:
    process: "subprocess.Popen[bytes]"
    connection: Connection
    warc: str
    done: int = 0


def transform_in_pool(house: House, warcs: Sequence[str], workers: int) -> Iterator[Sequence[Transformed]]:
    """What WARCs become, as it is made; the largest are begun first, so that all workers end at about the same time.

    Raises what transforming raises, as soon as one worker does, and ReaderError at the end where WARCs are left on
    which workers died. However it is left, no worker goes on.
    """
    waiting = deque(sorted(warcs, key=lambda warc: (-_size(house, warc), warc)))
    deaths: Counter[str] = Counter()
    pool: dict[Connection, _Worker] = {}
    try:
        while waiting or pool:
            while waiting and len(pool) < workers:
                worker = _start(house, waiting.popleft())
                pool[worker.connection] = worker
            for connection in cast("list[Connection]", wait(list(pool))):
                worker = pool[connection]
                answer = _received(connection)
                if isinstance(answer, DatelineError):
                    raise answer
                if answer is None:
                    _close(pool.pop(connection))
                    deaths[worker.warc] += 1
                    waiting.extendleft([worker.warc] if deaths[worker.warc] < TRIES else [])
                    continue
                worker.done += 1
                is_spent = answer.megabytes > WORKER_MEGABYTES or worker.done >= WORKER_WARCS
                if is_spent or not waiting or not _hand(worker, waiting):
                    _close(pool.pop(connection))
                yield (answer.transformed,)
    finally:
        for worker in pool.values():
            _close(worker)
    lost = sorted(warc for warc, count in deaths.items() if count >= TRIES)
    if lost:
        told = f"{lost[0]!r} and {len(lost) - 1} more" if len(lost) > 1 else repr(lost[0])
        raise ReaderError(
            f"a process that transforms {told} died {TRIES} times: killed from outside, or for want of memory, else "
            "what it wrote to stderr says why"
        )


def _size(house: House, warc: str) -> int:
    path = house.data / "raw" / warc
    return path.stat().st_size if path.exists() else 0  # who opens it says that it is gone


def _received(connection: Connection) -> Answer | DatelineError | None:
    """What a worker says; null where it has died."""
    try:
        return cast("Answer | DatelineError", connection.recv())
    except (EOFError, OSError):
        return None


def _hand(worker: _Worker, waiting: deque[str]) -> bool:
    """Gives a worker the next WARC; false where it has died meanwhile, and the WARC still waits."""
    try:
        worker.connection.send(waiting[0])
    except OSError:
        return False
    worker.warc = waiting.popleft()
    return True


def _start(house: House, warc: str) -> _Worker:
    """A worker that is at its first WARC. Raises ReaderError where there is none to be had."""
    try:
        process, connection = interpreters.start(serve)
    except OSError as error:
        raise ReaderError(f"a process that transforms WARCs cannot be started: {error}") from error
    worker = _Worker(process, connection, warc)
    try:
        connection.send(house)
        connection.send(warc)
    except OSError:  # it has died: whoever listens to it next finds out
        pass
    return worker


def _close(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.kill()
    worker.process.wait()
