"""Law 5 where the home is a bucket: kill -9 at the requests that change it, and two who write to it at once."""

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from buckets import BUCKET, BucketServer, keys, shown
from keyed import KEYS, keyed
from stores import make_house

from bench import postgres
from bench.faults import kills
from bench.faults.laws import all_of, difference
from bench.faults.material import new_house, published_house
from bench.faults.processes import send, start
from etl import buckets, homes, pipeline
from etl.config import House, open_house
from etl.errors import ConfigError
from etl.stores import manifests
from samples.server import NewsroomServer

ALWAYS = date.min.isoformat(), date.max.isoformat()
TRIALS = 3  # of each step, on each side of a request
STEPS: dict[str, tuple[Callable[[Path], House], Callable[[House], object]]] = {
    "publish": (published_house, kills.publish),
    "compact": (kills.both_published, kills.compact),
    "months": (kills.prepare_months, kills.compact_months),
    "rebuild": (kills.prepare_rebuild, kills.rebuild),
    "vacuum": (kills.prepare_vacuum, kills.vacuum),
}


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    """The server, with its keys in the environment."""
    with pytest.MonkeyPatch.context() as patch, BucketServer() as running:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield running


def _ready(server: BucketServer, folder: Path, prepare: Callable[[Path], House]) -> House:
    """A house that is ready for a step, its home in the bucket."""
    homes.attach(folder / "data", server.url(f"{folder.parent.name}/{folder.name}"))
    pipeline.open_stores(new_house(folder))
    return prepare(folder)


def _copied(server: BucketServer, house: House, folder: Path) -> House:
    """The same house with a working folder and a home of its own."""
    bucket = homes.behind(house.data)
    assert bucket is not None
    root = f"{BUCKET}/{folder.parent.name}/{folder.name}"
    for path in keys(house, ""):
        bucket.place.copy_file(f"{bucket.root}/{path}", f"{root}/{path}")
    shutil.copytree(house.data, folder / "data")
    marker = folder / "data" / homes.MARKER
    told = json.loads(marker.read_text()) | {"url": server.url(root.partition("/")[2])}
    marker.write_text(json.dumps(told))
    return replace(house, data=folder / "data", state_url=f"sqlite:///{folder / 'data' / 'state.sqlite'}")


def _all(house: House) -> dict[str, Any]:
    """Every object of a house's bucket with its digest, and every row of its state; what is named no more left out."""
    bucket = homes.behind(house.data)
    assert bucket is not None
    manifests.forget(house.data, float("inf"))
    found = {path: buckets.digest(bucket, path) for path in keys(house, "")}
    return found | {name: rows for name, rows in all_of(house).items() if name.startswith("state:")}


def _articles(house: House) -> list[str]:
    """The ids of the articles that a reader finds who has the bucket alone."""
    bucket = homes.behind(house.data)
    assert bucket is not None
    files = manifests.told(bucket, ["articles"], ALWAYS)["articles"]
    read = [pq.read_table(f"{bucket.root}/{file.path}", filesystem=bucket.place, partitioning=None) for file in files]
    return sorted(str(article) for rows in read for article in rows["article_id"].to_pylist())


def _changes(server: BucketServer, act: Callable[[House], object], house: House) -> int:
    """How many requests of an undisturbed step change the bucket."""
    before = len(server.requests)
    child = start(keyed, act, house)
    child.join()
    assert child.exitcode == 0
    return sum(method not in {"GET", "HEAD"} for method, _ in server.requests[before:])


def _kill(server: BucketServer, act: Callable[[House], object], house: House, number: int, is_served: bool) -> None:
    """Does a step in a child that is killed at a changing request, before or after it is served."""
    seen: list[str] = []
    children: list[Any] = []

    def strike(method: str, path: str) -> bool:
        if method in {"GET", "HEAD"}:
            return False
        seen.append(path)
        if len(seen) == number:
            send(children[0], signal.SIGKILL)
        return len(seen) >= number

    if is_served:
        server.lose = strike
    else:
        server.refuse = lambda method, path: ("503 Service Unavailable", "SlowDown") if strike(method, path) else None
    children.append(start(keyed, act, house))
    children[0].join()
    server.obey()
    assert children[0].exitcode == -signal.SIGKILL


@pytest.mark.parametrize("name", STEPS)
def test_law_5_killed_at_requests(server: BucketServer, tmp_path: Path, name: str) -> None:
    """Killed at a request, a step leaves a strict reader what he had or what he shall have, and is done again."""
    prepare, act = STEPS[name]
    house = _ready(server, tmp_path / "ready", prepare)
    undisturbed = _copied(server, house, tmp_path / "undisturbed")
    changes = _changes(server, act, undisturbed)
    wanted, allowed = _all(undisturbed), (_articles(house), _articles(undisturbed))
    for number in range(1, changes + 1, max(1, -(-changes // TRIALS))):
        for is_served in (False, True):
            trial = _copied(server, house, tmp_path / f"{number}-{is_served}")
            _kill(server, act, trial, number, is_served)
            assert _articles(trial) in allowed, (number, is_served)
            act(trial)
            assert difference(_all(trial), wanted) == [], (number, is_served)


def test_two_who_share_the_state_write_at_once(server: BucketServer, tmp_path: Path, postgresql: str) -> None:
    """Two machines with one state and one bucket collect at once: every article stands once, no file is wrong."""
    state_url, url = postgres.new_state(postgresql), server.url(tmp_path.name)
    with NewsroomServer() as newsroom:
        config = make_house(tmp_path, newsroom.base_urls).config
        sides = []
        for name in ("one", "two"):
            homes.attach(tmp_path / name, url)
            sides.append(replace(open_house(tmp_path / name, config), state_url=state_url))
        ids = sorted(sides[0].sources)

        def work(number: int) -> None:
            pipeline.run(sides[number], f"run-{number}", ids[number::2], force=True)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, (0, 1)))
        report = pipeline.run(sides[0], "run-2", force=True)
    articles = [row["article_id"] for row in shown(sides[1], "articles")]
    assert report.counts["new"] == 0
    assert len(articles) == len(set(articles)) > 20
    assert {row["source_id"] for row in shown(sides[1], "articles")} > {ids[0]}
    assert pipeline.verify(sides[1], raw=True) == []


def test_two_who_do_not_share_the_state_are_kept_apart(server: BucketServer, tmp_path: Path) -> None:
    """A second state is refused, and one whose bucket was taken over puts no WARC into it and shows nothing there."""
    first = _ready(server, tmp_path / "first", published_house)
    homes.attach(tmp_path / "second", server.url(f"{tmp_path.name}/first"))
    second = open_house(tmp_path / "second", first.config)
    with pytest.raises(ConfigError, match="another state database"):
        pipeline.open_stores(second)
    pipeline.rebuild_state(second)
    before = keys(second, "")
    with pytest.raises(ConfigError, match="another state database"):
        published_house(tmp_path / "first")
    with pytest.raises(ConfigError, match="another state database"):
        kills.publish(first)
    assert keys(second, "") == before
