"""WARCs transformed on Spark: one a task, in the Python processes of the executors.

A task writes immutable objects, named after their content, and gives back what it wrote, no rows: a task that is
tried again or that runs twice writes the same files, and one that is lost leaves files that no ledger lists. All
executors see the data folder under the same path, or the bucket behind it, and run this version of Dateline; rules and
sources come from the driver. This room alone knows Spark.
"""

import hashlib
import os
import pickle
import socket
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from typing import TYPE_CHECKING

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from etl import homes
from etl.config import House
from etl.errors import ConfigError, DataError, DatelineError, ReaderError
from etl.rulesets import reading_rooms
from etl.verbs.transformation import Transformed, transform_warc

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast

TASKS_A_CORE = 4  # of one job: what is made is written down when a job ends
JOBS = 2  # at a time: the second fills the cores that the last tasks of the first leave idle
MADE = "made"
Told = tuple[House, str | None]  # and the address of the bucket that the data folder works for; null without one
TRIED_AGAIN = "local[*,4]"  # all cores of this machine; a task may fail four times, as on a cluster


def transform_on_spark(
    house: House, warcs: Sequence[str], master: str | None = None
) -> Iterator[Sequence[Transformed]]:
    """What WARCs become, some at a time.

    `master` is Spark's URL; null is what spark-submit was told, and without it all cores of this machine. Raises
    DataError on a broken contract, ConfigError where an executor runs other code, ReaderError where Spark gives up.
    """
    session, is_ours = _session(master)
    context = session.sparkContext
    bucket = homes.behind(house.data)
    told = context.broadcast((house, bucket.url if bucket else None))
    size = TASKS_A_CORE * context.defaultParallelism
    portions = deque(warcs[start : start + size] for start in range(0, len(warcs), size))
    jobs: deque[Future[list[Transformed]]] = deque()
    threads = ThreadPoolExecutor(JOBS)
    try:
        while portions or jobs:
            while portions and len(jobs) < JOBS:
                jobs.append(threads.submit(_run, session, told, portions.popleft()))
            yield jobs.popleft().result()
    except (PySparkException, Py4JError) as error:
        raise ReaderError(f"Spark gave up: {_reason(error)}") from error
    finally:
        context.cancelAllJobs()
        threads.shutdown(cancel_futures=True)
        told.destroy()
        if is_ours:
            session.stop()


def _session(master: str | None) -> tuple[SparkSession, bool]:
    """The session, and whether it was made here and ends here."""
    active = SparkSession.getActiveSession()
    if active is not None:
        return active, False
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.Builder().appName("dateline").config("spark.ui.showConsoleProgress", "false")
    if master is not None or "PYSPARK_GATEWAY_PORT" not in os.environ:  # else spark-submit has started this process
        builder = builder.master(master or TRIED_AGAIN)
    try:
        session = builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise ReaderError(f"Spark does not start: {_reason(error)}") from error
    session.sparkContext.setLogLevel("ERROR")
    return session, True


def _run(session: SparkSession, told: "Broadcast[Told]", warcs: Sequence[str]) -> list[Transformed]:
    """One job: a partition and so a task for each WARC."""
    numbers = session.range(0, len(warcs), 1, len(warcs))
    make = partial(_transform, told, code_digest(), tuple(warcs))
    rows = numbers.mapInArrow(make, f"{MADE} binary").collect()
    found = [pickle.loads(row[MADE]) for row in rows]  # noqa: S301 - our own tasks wrote it
    for made in found:
        if isinstance(made, DatelineError):
            raise made
    return found


@cache
def code_digest() -> str:
    """Digest of the modules that read, as they lie on this machine."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in reading_rooms())).hexdigest()


def _transform(
    told: "Broadcast[Told]", code: str, warcs: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """In a task: what the WARCs of these numbers become. What trying again would not mend comes back as its error."""
    for batch in batches:
        for number in map(int, batch.column("id").to_numpy()):
            made = _made(told, code, warcs[number])
            yield pa.RecordBatch.from_pydict({MADE: pa.array([pickle.dumps(made)], pa.binary())})


def _made(told: "Broadcast[Told]", code: str, warc: str) -> Transformed | DatelineError:
    if code_digest() != code:
        return ConfigError(f"{socket.gethostname()!r} runs another Dateline than the driver: install the same one")
    house, url = told.value
    if url is not None:
        homes.attach(house.data, url)
    try:
        return transform_warc(house, warc)
    except DataError as error:
        return error


def _reason(error: Exception) -> str:
    """The last line of what Python said in a task, else the first of what Spark says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    ours = [line for line in lines if line.startswith("etl.errors.")]
    return (ours or lines or [type(error).__name__])[0]
