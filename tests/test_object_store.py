"""A bucket as the home of all stores, on a real S3 server on loopback: the laws of the design hold there, too."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pyarrow.dataset as ds
import pytest
from buckets import BUCKET, BucketServer, Refuse, keys, put_all, shown
from conftest import TwicePolled
from keyed import KEYS
from stores import copied, make_house, outcome, rows

import etl
from bench.faults.material import FIRST_SEEN, Look, add_warc, new_house
from etl import buckets, homes, pipeline
from etl.config import House, open_house
from etl.errors import ConfigError, DataError, StorageError
from etl.state import open_state
from etl.storage import discard, stored_paths
from etl.stores import ledger, snapshots
from etl.tables.schema import TABLES
from samples.server import NewsroomServer
from samples.waiting import until

FOREVER = date(2100, 1, 1)
DENIED = ("403 Forbidden", "AccessDenied")
BUSY = ("503 Service Unavailable", "SlowDown")


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    """The server, with its keys in the environment."""
    with pytest.MonkeyPatch.context() as patch, BucketServer() as running:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield running


@pytest.fixture
def home(server: BucketServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty home; the working folder is in the test's own, no state is set."""
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("DATELINE_STATE", raising=False)
    yield server.url(tmp_path.name)
    server.obey()


@pytest.fixture
def house(home: str, server: BucketServer, polled: TwicePolled, tmp_path: Path) -> House:
    """A house in a bucket that was given the WARCs of another and was made again from them."""
    put_all(server.place(), polled.house.data / "raw", f"{BUCKET}/{tmp_path.name}/raw")
    house = open_house(home, polled.house.config)
    pipeline.rebuild_state(house)
    return house


def _objects(house: House) -> dict[str, str]:
    """The SHA-256 of every live object by its path."""
    with open_state(house.state_url).connect() as connection:
        return {file.path: file.sha256 for name in TABLES for file in ledger.live_objects(connection, name)}


def test_whole_job_gives_the_same_tables(home: str, polled: TwicePolled, tmp_path: Path) -> None:
    """Run on the newsroom, a home in a bucket ends as one on disk does, and no file of it is wrong."""
    with NewsroomServer() as newsroom:
        local = make_house(tmp_path, newsroom.base_urls)
        house = open_house(home, local.config)
        reports = [pipeline.run(house, "run-1", force=True)]
        newsroom.edition = 2
        reports.append(pipeline.run(house, "run-2", force=True))
    assert [report.counts for report in reports] == [report.counts for report in polled.reports]
    assert pipeline.verify(house, raw=True) == []
    assert outcome(replace(house, data=_downloaded(house, tmp_path / "down"))) == outcome(polled.house)
    assert not (house.data / "tables").exists()


def _downloaded(house: House, folder: Path) -> Path:
    """The bucket's table folders as files on disk."""
    bucket = homes.behind(house.data)
    assert bucket is not None
    for path in keys(house, "tables"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        buckets.fetch(bucket, path, folder / path)
    return folder


def test_rebuilt_home_is_the_same_row_for_row(
    house: House, server: BucketServer, polled: TwicePolled, tmp_path: Path
) -> None:
    """Made again from the same WARCs, a bucket and a folder on disk hold the same bytes and show the same rows."""
    local = copied(polled.house, tmp_path / "local")
    pipeline.rebuild_state(local)
    assert _objects(house) == _objects(local)
    for name in TABLES:
        assert shown(house, name) == rows(local, name), name
    bucket = homes.behind(house.data)
    assert bucket is not None
    days = [row["seen_date"] for row in etl.read("articles", columns=["seen_date"], data=house.data).to_dict("records")]
    folder = ds.dataset(f"{bucket.root}/tables/articles", filesystem=bucket.place, partitioning=snapshots.HIVE)
    assert sorted(map(str, folder.to_table(["seen_date"])["seen_date"].to_pylist())) == sorted(map(str, days))
    place = {"aws_endpoint_url": server.address, "aws_region": "us-east-1", "aws_allow_http": "true"}
    scanned = pl.scan_parquet(
        f"s3://{bucket.root}/tables/articles/**/*.parquet", hive_partitioning=True, storage_options=place
    )
    assert sorted(scanned.select("seen_date").collect()["seen_date"].to_list()) == sorted(days)


def test_lost_working_folder_loses_nothing(house: House, home: str) -> None:
    """Without working folder and state the home is not touched by mistake, and made again it is what it was."""
    before, in_raw = _objects(house), keys(house, "raw")
    shutil.rmtree(house.data)
    fresh = open_house(home, house.config)
    with pytest.raises(ConfigError, match="state rebuild"):
        pipeline.open_stores(fresh)
    pipeline.rebuild_state(fresh)
    assert _objects(fresh) == before
    assert keys(fresh, "raw") == in_raw
    assert pipeline.verify(fresh, raw=True) == []


def test_readers_need_no_state_and_no_files(house: House, home: str, server: BucketServer) -> None:
    """With a bucket that he may only read a reader has the same rows as with the state, and fetches no file whole."""
    options = {"where": "language = 'en'", "columns": ["article_id", "headline", "seen_date"]}
    by_state = etl.read("articles", data=home, **options)
    with snapshots.connect(home) as connection:
        latest = snapshots.query(connection, "SELECT count(*) AS n FROM articles_latest").to_pylist()
    shutil.rmtree(house.data)
    server.refuse = lambda method, _: None if method in {"GET", "HEAD"} else DENIED
    alone = etl.read("articles", data=home, **options)
    assert len(alone) > 0
    assert alone.sort_values("article_id", ignore_index=True).equals(
        by_state.sort_values("article_id", ignore_index=True)
    )
    day = by_state["seen_date"][0]
    assert len(etl.read("articles", since=day, until=day, data=home)) > 0
    with snapshots.connect(home) as connection:
        assert snapshots.query(connection, "SELECT count(*) AS n FROM articles_latest").to_pylist() == latest
    assert not (house.data / "objects").exists()
    with pytest.raises(DataError, match="DATELINE_STATE"):
        etl.read("articles", data=home, as_of=1)


def test_months_are_read_from_the_bucket(house: House, home: str) -> None:
    """Months compacted in the bucket are read in the place of their days, with the state and without."""
    pipeline.compact(house, FOREVER)
    texts = etl.read("articles", data=home).sort_values("article_id", ignore_index=True)
    assert pipeline.compact_months(house, FOREVER)
    assert pipeline.verify(house) == []
    bucket = homes.behind(house.data)
    assert bucket is not None
    for path in keys(house, "objects/articles"):
        if "seen_date=" in path:
            buckets.remove(bucket, path)
    assert etl.read("articles", data=home).sort_values("article_id", ignore_index=True).equals(texts)
    shutil.rmtree(house.data)
    assert etl.read("articles", data=home).sort_values("article_id", ignore_index=True).equals(texts)


def test_months_and_days_are_read_together(server: BucketServer, tmp_path: Path) -> None:
    """A question over a compacted month and a day of the next has the rows of both, in the bucket and on disk."""
    found = []
    for name in ("bucket", "disk"):
        if name == "bucket":
            homes.attach(tmp_path / name / "data", server.url(tmp_path.name))
            pipeline.open_stores(new_house(tmp_path / name))
        house = new_house(tmp_path / name)
        for number, days in enumerate((0, 3, 31)):
            add_warc(house, f"warc-{days}", "run", [Look(number, FIRST_SEEN + timedelta(days=days))])
            pipeline.publish(house, "run", [])
        assert pipeline.compact_months(house, date(2026, 2, 10)) == ["2026-01"]
        for path in [path for path in stored_paths(house.data, "objects/articles") if "seen_date=2026-01" in path]:
            discard(house.data, path)
        read = etl.read("articles", columns=["article_id", "seen_date"], data=house.data)
        found.append(sorted((row["article_id"], str(row["seen_date"])) for row in read.to_dict("records")))
        with snapshots.connect(house.data, by_month=True) as connection:
            assert snapshots.query(connection, "SELECT count(*) AS n FROM articles").to_pylist() == [{"n": 3}]
    assert found[0] == found[1]
    assert sorted(day for _, day in found[0]) == ["2026-01-05", "2026-01-08", "2026-02-05"]


def test_closed_day_is_compacted_and_vacuumed(house: House) -> None:
    """Compacted, the folders show one object a table and day and the same rows; the dead go with vacuum, copies too."""
    before = {name: shown(house, name) for name in TABLES}
    days = pipeline.compact(house, FOREVER)
    assert days
    assert {name: shown(house, name) for name in TABLES} == before
    assert pipeline.verify(house) == []
    dead = len(keys(house, "objects")) - len(_objects(house))
    assert dead > 0
    assert pipeline.vacuum(house, grace_days=-1) == dead
    assert set(keys(house, "objects")) == set(_objects(house))
    assert not [path for path in (house.data / "raw").rglob("*") if path.is_file()]
    assert pipeline.verify(house, raw=True) == []


def test_changed_and_missing_objects_are_named(house: House) -> None:
    """An object of the bucket with other bytes, one that is gone, and a stranger in a table folder are named."""
    bucket = homes.behind(house.data)
    assert bucket is not None
    articles, runs = keys(house, "objects/articles")[0], keys(house, "objects/runs")[0]
    size = len((house.data / articles).read_bytes())
    buckets.write_text(bucket, articles, "PAR1")
    buckets.remove(bucket, runs)
    buckets.write_text(bucket, "tables/articles/seen_date=2026-01-01/stranger.parquet", "PAR1")
    assert {problem.path: problem.what for problem in pipeline.verify(house)} == {
        articles: f"has 4 bytes, {size} were written",
        runs: "is missing",
        "tables/articles/seen_date=2026-01-01/stranger.parquet": "is shown and not live",
    }


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("s3://desk:hunter2@news/x", "credentials come from the environment"),
        ("s3://news/x?access_key=desk", "access_key"),
        ("s3://news/x?secret_key=hunter2&region=eu-west-1", "secret_key"),
        ("gs://news/x", "neither a data folder nor"),
        ("s3://", "neither a data folder nor"),
        ("https://desk:hunter2@news.example/x", "neither a data folder nor"),
    ],
)
def test_address_that_cannot_be_a_home_is_refused(where: str, told: str, tmp_path: Path) -> None:
    """An address with credentials or of another kind is a mistake of configuration, told without what is secret."""
    with pytest.raises(ConfigError, match=told) as refused:
        open_house(where, tmp_path)
    assert "hunter2" not in str(refused.value)


def test_working_folder_serves_one_home(home: str, server: BucketServer, tmp_path: Path, polled: TwicePolled) -> None:
    """A folder that works for another bucket, and one that holds stores itself, are not taken as a working folder."""
    open_house(home, polled.house.config)
    assert open_house(f"{home.partition('?')[0]}/?{home.partition('?')[2]}", polled.house.config).data.name == "cache"
    with pytest.raises(ConfigError, match="DATELINE_CACHE"):
        open_house(server.url("another"), polled.house.config)
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache" / "raw").mkdir(parents=True)
    with pytest.raises(ConfigError, match="stores of its own"):
        open_house(home, polled.house.config)


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (lambda *_: DENIED, "ACCESS_DENIED"),
        (lambda method, _: DENIED if method == "PUT" else None, "ACCESS_DENIED"),
        (lambda method, _: ("403 Forbidden", "SignatureDoesNotMatch") if method == "PUT" else None, "SIGNATURE"),
    ],
    ids=["no credentials", "read-only", "wrong secret"],
)
def test_refusals_are_mistakes_of_configuration(
    home: str, server: BucketServer, polled: TwicePolled, refused: Refuse, told: str
) -> None:
    """Credentials that are wrong or may not write are told as such by the first command, and nothing is stored."""
    house = open_house(home, polled.house.config)
    server.refuse = refused
    with pytest.raises(ConfigError, match=told):
        pipeline.open_stores(house)
    server.obey()
    assert keys(house, "") == []


def test_bucket_that_is_not_there_is_told(home: str, server: BucketServer, polled: TwicePolled) -> None:
    """A bucket that nobody has made is a mistake of configuration, not an empty home."""
    house = open_house(server.url("x", bucket="olds"), polled.house.config)
    with pytest.raises(ConfigError, match="no bucket 'olds'"):
        pipeline.open_stores(house)


def test_server_out_of_reach_is_told(home: str, polled: TwicePolled) -> None:
    """A server that does not answer is a store that cannot be read: nothing is to be mended, it is tried again."""
    house = open_house("s3://news/x?endpoint_override=127.0.0.1:1&scheme=http", polled.house.config)
    with pytest.raises(StorageError, match="NETWORK_CONNECTION"):
        pipeline.open_stores(house)


@pytest.mark.parametrize("times", [1, 100])
def test_put_that_fails_is_tried_again(home: str, server: BucketServer, tmp_path: Path, times: int) -> None:
    """A WARC that the store did not take at once is put again; one that it never takes fails, and nothing is lost."""
    with NewsroomServer() as newsroom:
        local = make_house(tmp_path, newsroom.base_urls, sources=["levant_press"])
        house = open_house(home, local.config)
        pipeline.open_stores(house)
        left = [BUSY] * times
        server.refuse = lambda method, path: left.pop() if method == "PUT" and "/raw/" in path and left else None
        if times > 1:
            with pytest.raises(StorageError, match="SLOW_DOWN"):
                pipeline.run(house, "run-1", force=True)
            assert keys(house, "raw") == []
            server.obey()
        report = pipeline.run(house, "run-1", force=True)
    assert report.counts["new"] > 0
    assert report.counts["seen"] == report.counts["new"] + report.counts["quarantined"]
    assert len(keys(house, "raw")) == 1


@pytest.mark.parametrize("is_late", [False, True], ids=["lost", "late"])
def test_answer_that_does_not_come_doubles_nothing(
    home: str, server: BucketServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_late: bool
) -> None:
    """Where the store takes a WARC and nobody hears of it, the next run finds it, and asks for no page twice."""
    monkeypatch.setattr(buckets, "REQUEST_SECONDS", 1)
    is_over, answered = threading.Event(), list[str]()

    def lose(method: str, path: str) -> bool:
        if not (is_warc := method == "PUT" and "/raw/" in path):
            return False
        answered.append(path)
        return is_warc

    def wait(method: str, path: str) -> None:
        if method == "PUT" and "/raw/" in path:
            is_over.wait()

    with NewsroomServer() as newsroom:
        local = make_house(tmp_path, newsroom.base_urls, sources=["levant_press"])
        house = open_house(home, local.config)
        pipeline.open_stores(house)
        server.lose = lose
        if is_late:
            server.refuse = wait
        with pytest.raises(StorageError):
            pipeline.run(house, "run-1", force=True)
        is_over.set()
        until("the store still works on it", lambda: answered and len(server.ended) == len(server.requests))
        server.obey()
        assert len(keys(house, "raw")) == 1
        report = pipeline.run(house, "run-2", force=True)
        pages = [path for _, path, status in newsroom.requests if path.endswith(".html") and status == 200]
    assert len(pages) == len(set(pages))
    ids = [row["article_id"] for row in shown(house, "articles")]
    assert ids
    assert report.counts["new"] == len(ids) == len(set(ids))


def test_listing_that_breaks_off_is_no_listing(house: House, server: BucketServer) -> None:
    """Where the second page of a listing fails, nobody takes the first for all of it."""
    server.page_keys = 5
    assert len(keys(house, "objects")) > 5
    server.refuse = lambda _, path: BUSY if "continuation-token" in path else None
    with pytest.raises(StorageError, match="cannot list"):
        pipeline.vacuum(house, grace_days=-1)
    server.obey()
    assert pipeline.verify(house) == []
