"""The tables at an address elsewhere: on a real S3 server on loopback, and in another folder."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import TwicePolled
from moto.server import ThreadedMotoServer
from pyarrow import fs
from stores import copied, rows

from etl import pipeline
from etl.config import House
from etl.errors import ConfigError, StorageError
from etl.tables.schema import TABLES
from etl.verbs import mirror as mirrors

FOREVER = date(2100, 1, 1)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The URL of a bucket on a server, with its keys in the environment."""
    keys = {"AWS_ACCESS_KEY_ID": "desk", "AWS_SECRET_ACCESS_KEY": "desk", "AWS_EC2_METADATA_DISABLED": "true"}
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in keys.items():
            patch.setenv(name, value)
        server.start()
        host, port = server.get_host_and_port()
        fs.S3FileSystem(endpoint_override=f"{host}:{port}", scheme="http", allow_bucket_creation=True).create_dir(
            "news"
        )
        yield f"s3://news/%s?endpoint_override={host}:{port}&scheme=http&region=us-east-1"
        server.stop()


@pytest.fixture(params=["s3", "folder"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where to mirror to, empty."""
    return request.getfixturevalue("bucket") % tmp_path.name if request.param == "s3" else f"file://{tmp_path / 'copy'}"


@pytest.fixture
def house(polled: TwicePolled, tmp_path: Path) -> House:
    """A house of its own that has polled both editions."""
    return copied(polled.house, tmp_path / "house")


def _seen(url: str, table: str) -> list[dict[str, object]]:
    """The rows of a table as a reader of the mirror finds them, in order of its key."""
    place, root = fs.FileSystem.from_uri(url)
    infos = place.get_file_info(fs.FileSelector(f"{root}/tables/{table}", recursive=True))
    found: list[dict[str, object]] = []
    for info in infos:
        if info.type == fs.FileType.File:
            found += pq.read_table(info.path, filesystem=place, partitioning=None).to_pylist()
    return sorted(found, key=lambda row: [str(row[name]) for name in TABLES[table].key])


def _shows(url: str, house: House) -> bool:
    return all(_seen(url, name) == rows(house, name) for name in TABLES)


def test_mirror_follows_every_commit(house: House, url: str) -> None:
    """After a first mirror, after compaction and after nothing at all the mirror shows what the tables show."""
    first = pipeline.mirror(house, url)
    assert first.removed == 0
    assert _shows(url, house)
    assert pipeline.mirror(house, url) == mirrors.Mirrored(0, 0, first.commit)
    pipeline.compact(house, FOREVER)
    second = pipeline.mirror(house, url)
    assert 0 < second.added < second.removed
    assert _shows(url, house)
    place, root = fs.FileSystem.from_uri(url)
    assert place.get_file_info(f"{root}/docs/views.sql").size == (house.data / "docs" / "views.sql").stat().st_size


def test_vacuum_between_makes_the_mirror_compare_all(house: House, url: str) -> None:
    """Where the dead are forgotten before a mirror has removed them, it is compared as a whole and loses them still."""
    pipeline.mirror(house, url)
    pipeline.compact(house, FOREVER)
    for path in (house.data / "objects").rglob("*.parquet"):
        os.utime(path, (1, 1))
    pipeline.vacuum(house, 0)
    assert pipeline.mirror(house, url).removed > 0
    assert _shows(url, house)


def test_killed_mirror_is_run_again(house: House, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror that dies between adding and removing shows every row, some twice; run again it is right."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    pipeline.mirror(house, url)
    pipeline.compact(house, FOREVER)
    with monkeypatch.context() as killed:
        killed.setattr(mirrors, "_remove", die)
        with pytest.raises(KeyboardInterrupt):
            pipeline.mirror(house, url)
    seen = _seen(url, "articles")
    assert {row["article_id"] for row in seen} == {row["article_id"] for row in rows(house, "articles")}
    assert len(seen) == 2 * len(rows(house, "articles"))
    pipeline.mirror(house, url)
    assert _shows(url, house)


def test_wrong_place_is_told(house: House, tmp_path: Path) -> None:
    """A URL that is none, and a place that cannot be written, are named in the error."""
    with pytest.raises(ConfigError, match="no-such-thing"):
        pipeline.mirror(house, "no-such-thing:place")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot write the mirror"):
        pipeline.mirror(house, f"file://{tmp_path / 'file' / 'copy'}")
