"""Where WARCs are transformed: here, one after the other; in a pool of processes; or on Spark.

An engine only spreads the work. Each gives the same objects, byte for byte, since a WARC's objects depend on nothing
but the WARC and the rules. The ledger is the caller's: what an engine has made is not published yet.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, get_args

import psutil

from etl.config import House
from etl.errors import ConfigError
from etl.verbs.pool import WORKER_MEGABYTES, transform_in_pool
from etl.verbs.transformation import Transformed, transform_warc

Engine = Callable[[House, Sequence[str]], Iterator[Sequence[Transformed]]]
EngineName = Literal["local", "spark"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)


def one_by_one(house: House, warcs: Sequence[str]) -> Iterator[Sequence[Transformed]]:
    """The engine that transforms in this process, in the order given."""
    for warc in warcs:
        yield (transform_warc(house, warc),)


def choose_engine(name: EngineName = "local", workers: int | None = None, master: str | None = None) -> Engine:
    """The engine of a name; `workers` are those of the pool (null: one a core, as memory allows), `master` Spark's URL.

    Raises ConfigError where Spark is not installed, or an engine is told what only the other one knows.
    """
    if name == "local":
        if master is not None:
            raise ConfigError("a Spark master is given, and the engine is not spark: add --engine spark")
        return lambda house, warcs: _pooled(house, warcs, workers or default_workers())
    if workers is not None:
        raise ConfigError("Spark's master says how many workers there are: leave --workers out")
    try:
        from etl.verbs.spark import transform_on_spark
    except ImportError as error:
        raise ConfigError(f"the engine spark needs pyspark: install dateline[spark] ({error})") from error
    return lambda house, warcs: transform_on_spark(house, warcs, master)


def default_workers() -> int:
    """One worker for each core that this process may use, as long as each finds its memory free; at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    room = int(psutil.virtual_memory().available // (WORKER_MEGABYTES * 1_000_000))
    return max(1, min(cores, room))


def _pooled(house: House, warcs: Sequence[str], workers: int) -> Iterator[Sequence[Transformed]]:
    """A pool where there is more than one worker's work: to start one takes seconds."""
    if workers == 1 or len(warcs) < 2:
        return one_by_one(house, warcs)
    return transform_in_pool(house, warcs, workers)
