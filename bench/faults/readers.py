"""Readers in a loop while a writer is killed again and again: no error, no twin, nothing missing, nothing torn.

A plain reader opens the table's folder, a strict one the list of files that a snapshot gives. Where days are
compacted, a plain reader may list a folder and find it exchanged: its errors are counted there and break no law.
"""

import itertools
import json
import random
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.faults.kills import DAY
from bench.faults.material import FIRST_SEEN, Look, add_warc, new_house
from bench.faults.processes import end, start
from bench.faults.tables import Outcome, judged
from etl import pipeline
from etl.config import House
from etl.stores.snapshots import snapshot

KILLS = 500
LONGEST_WAIT_SECONDS = 0.3  # from a writer's first run to its death: a run takes about 0.1
COMPACTED_EVERY = 4  # runs
COLUMNS = ("url", "article_id", "word_count", "body_text")
KINDS = ("plain", "strict")
DUCKDB_QUERY = "SELECT url, article_id, word_count, body_text FROM read_parquet(?, hive_partitioning = false)"
FAULTS = ("errors", "duplicates", "missing", "torn")
Row = Sequence[Any]
Read = Callable[[Path | list[Path]], Iterable[Row]]


def kill_while_reading(folder: Path) -> list[Outcome]:
    """Half of the kills while only runs are made, half while the day is compacted too."""
    outcomes = []
    for name, is_compacting in (("runs", False), ("runs and compactions", True)):
        found = read_while_killed(folder / name, KILLS // 2, is_compacting, tuple(READERS))
        runs = len((folder / name / "acknowledged").read_text().split())
        outcomes.append(judged(f"{name}: published while {KILLS // 2} writers were killed", runs, []))
        for reader, counts in found.items():
            allowed = {"errors"} if is_compacting and reader.endswith("plain") else set()
            faults = [f"{counts[fault]} {fault}: {counts['told']}" for fault in FAULTS if counts[fault]]
            bad = sum(counts[fault] for fault in FAULTS)
            is_broken = any(counts[fault] for fault in FAULTS if fault not in allowed) or not counts["reads"]
            outcomes.append(Outcome(f"{name}: {reader}", counts["reads"], counts["reads"] - bad, faults, is_broken))
    return outcomes


def read_while_killed(
    folder: Path, kills: int, is_compacting: bool, readers: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What each reader counted while a writer was killed so often."""
    moments = random.Random(20261122)
    house = new_house(folder)
    acknowledged, stop = folder / "acknowledged", folder / "stop"
    acknowledged.touch()
    write(house, acknowledged, -1, False, 1)
    children = [start(read_on, house.data, name, folder) for name in readers]
    while not all((folder / f"{name}.ready").exists() for name in readers):
        time.sleep(0.01)
    for number in range(kills):
        before = acknowledged.stat().st_size
        writer = start(write, house, acknowledged, number, is_compacting)
        while acknowledged.stat().st_size == before and writer.is_alive():
            time.sleep(0.001)
        time.sleep(moments.uniform(0, LONGEST_WAIT_SECONDS))
        end(writer)
    stop.touch()
    for child in children:
        child.join()
    return {
        f"{name}, {kind}": counts
        for name in readers
        for kind, counts in json.loads((folder / f"{name}.counts").read_text()).items()
    }


def write(house: House, acknowledged: Path, life: int, is_compacting: bool, runs: int | None = None) -> None:
    """Runs of one article each; the number of each that was published is written down."""
    with acknowledged.open("ab", buffering=0) as stream:
        for turn in itertools.islice(itertools.count(), runs):
            number = (life + 1) * 100 + turn
            look = Look(number, FIRST_SEEN + timedelta(seconds=number))
            add_warc(house, f"{number:06d}", f"run-{number}", [look])
            pipeline.publish(house, f"run-{number}", [])
            stream.write(f"{number}\n".encode())
            if is_compacting and number % COMPACTED_EVERY == 0:
                pipeline.compact(house, DAY + timedelta(days=1))


def read_on(data: Path, name: str, folder: Path) -> None:
    """Reads the folder and the snapshot in turn until told to stop, and once more then; writes down what it counted."""
    read = READERS[name]()
    counts: dict[str, dict[str, Any]] = {kind: dict.fromkeys(("reads", *FAULTS), 0) | {"told": ""} for kind in KINDS}
    is_last = False
    while not is_last:
        is_last = (folder / "stop").exists()
        for kind in KINDS:
            _read_once(data, read, kind == "strict", folder / "acknowledged", counts[kind])
        (folder / f"{name}.ready").touch()
    (folder / f"{name}.counts").write_text(json.dumps(counts))


def _read_once(data: Path, read: Read, is_strict: bool, acknowledged: Path, counts: dict[str, Any]) -> None:
    awaited = {int(line) for line in acknowledged.read_text().splitlines()}
    counts["reads"] += 1
    try:
        rows = list(read(snapshot(data)["articles"] if is_strict else data / "tables" / "articles"))
    except Exception as error:  # noqa: BLE001  (whatever a library raises is what is counted here)
        counts["errors"] += 1
        counts["told"] = counts["told"] or f"{type(error).__name__}: {error}"[:300]
        return
    numbers = [int(row[0].rpartition("/")[2].removesuffix(".html")) for row in rows]
    counts["duplicates"] += len(numbers) != len({row[1] for row in rows})
    counts["missing"] += not awaited <= set(numbers)
    counts["torn"] += any(row[2] != len(row[3].split()) for row in rows)


def _pandas() -> Read:
    import pandas as pd

    def read(place: Path | list[Path]) -> Iterable[Row]:
        paths: Any = place  # pandas' stubs do not know that it takes a list
        frame = pd.read_parquet(paths, columns=list(COLUMNS), dtype_backend="pyarrow", partitioning=None)
        return list(frame.itertuples(index=False))

    return read


def _duckdb() -> Read:
    import duckdb

    def read(place: Path | list[Path]) -> Iterable[Row]:
        paths = [f"{place}/*/*.parquet"] if isinstance(place, Path) else [str(path) for path in place]
        return duckdb.connect().execute(DUCKDB_QUERY, [paths]).fetchall()

    return read


def _polars() -> Read:
    import polars as pl

    def read(place: Path | list[Path]) -> Iterable[Row]:
        paths = f"{place}/*/*.parquet" if isinstance(place, Path) else [str(path) for path in place]
        return pl.scan_parquet(paths, hive_partitioning=False).select(COLUMNS).collect().rows()

    return read


def _spark() -> Read:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("OFF")

    def read(place: Path | list[Path]) -> Iterable[Row]:
        paths = [str(path) for path in place] if isinstance(place, list) else [str(place)]
        return session.read.parquet(*paths).select(*COLUMNS).collect()

    return read


READERS: dict[str, Callable[[], Read]] = {"pandas": _pandas, "duckdb": _duckdb, "polars": _polars, "spark": _spark}
