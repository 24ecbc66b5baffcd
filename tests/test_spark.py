"""WARCs transformed on Spark: the bytes of the local engine, whichever executor dies."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread

import psutil
import pytest
from buckets import BUCKET, BucketServer, keys, put_all
from held import HeldObject
from stores import bytes_of, copied, warcs_of

from bench.material import write_history
from etl import pipeline
from etl.config import House, open_data
from etl.errors import ReaderError
from etl.verbs.engines import choose_engine, one_by_one
from etl.verbs.preparation import Means
from etl.verbs.transformation import Transformed

pytestmark = pytest.mark.usefixtures("spark_here")
EXECUTOR = "CoarseGrainedExecutorBackend"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house of six published WARCs on three days."""
    made = write_history(tmp_path / "archive", 12, pages=2, warcs_a_day=2)
    pipeline.publish(made, "first", [])
    return made


def _made(house: House, master: str, warcs: Sequence[str] = ()) -> list[Transformed]:
    """What Spark makes of a house's WARCs, or of these, in order."""
    portions = choose_engine("spark", master=master)(house, warcs or warcs_of(house))
    return sorted((made for portion in portions for made in portion), key=lambda made: made.warc)


def _executor_of(process: psutil.Process) -> psutil.Process:
    return next(parent for parent in process.parents() if EXECUTOR in " ".join(parent.cmdline()))


def test_spark_rebuilds_the_same_bytes(house: House, tmp_path: Path) -> None:
    """A rebuild on Spark under other rules ends in the tables of a rebuild in this process, byte for byte."""
    renamed = {name: replace(source, title="Another Wire") for name, source in house.sources.items()}
    (tmp_path / "other").mkdir()
    ends = []
    for one, engine in (
        (copied(house, tmp_path / "other"), one_by_one),
        (house, choose_engine("spark", master="local[2,2]")),
    ):
        days = date(2026, 1, 5), date(2026, 1, 7)
        rebuilt = pipeline.rebuild(replace(one, sources=renamed), *days, accept=True, means=Means(engine))
        assert (rebuilt.warcs, rebuilt.committed) == (6, True)
        ends.append((rebuilt, bytes_of(one.data / "tables"), bytes_of(one.data / "objects")))
    assert ends[0] == ends[1]


def test_a_lost_executor_leaves_no_trace(house: House) -> None:
    """Executors killed in the middle of a WARC: it is made by others, and what lies there is what always lay there."""
    expected = [made for portion in one_by_one(house, warcs_of(house)) for made in portion]
    before = bytes_of(house.data / "objects")
    (path,) = (house.data / "objects" / "articles").glob("*/history.003-*.parquet")
    held, killed = HeldObject(path), list[int]()

    def kill() -> None:
        try:
            executor = _executor_of(held.reader())
            executor.kill()
            killed.append(executor.pid)
        finally:  # else Spark waits for ever
            held.let_go()

    killing = Thread(target=kill)
    killing.start()
    found = _made(house, "local-cluster[2,1,1024]")
    killing.join()
    assert len(killed) == 1
    assert found == expected
    assert bytes_of(house.data / "objects") == before


def test_executors_read_from_a_bucket_and_write_into_it(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Executors who are handed nothing but the bucket's address fetch WARCs there and put objects there."""
    expected = [made for portion in one_by_one(house, warcs_of(house)) for made in portion]
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    with BucketServer() as server:
        put_all(server.place(), house.data / "raw", f"{BUCKET}/home/raw")
        far = replace(house, data=open_data(server.url("home"))[0])
        assert _made(far, "local-cluster[2,1,1024]", warcs_of(house)) == expected
        assert keys(far, "objects") == sorted({file.path for made in expected for file in made.objects})


def test_spark_tells_what_went_wrong(house: House) -> None:
    """Where a WARC cannot be read on Spark either, one line says why."""
    warcs = warcs_of(house)
    (house.data / "raw" / warcs[2]).unlink()
    with pytest.raises(ReaderError, match=r"Spark gave up: .*cannot read"):
        _made(house, "local[2]", warcs)
