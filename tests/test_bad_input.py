"""What the world sends and what the disk does: each bad thing has its outcome, and costs nothing but itself."""

import contextlib
import os
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import children
import pytest
from servers import Answering, Handler, Site, give, house_of, rss, story
from stores import (
    assert_folders_clean,
    assert_sums_balance,
    bytes_of,
    captures_of,
    make_house,
    outcome,
    rows,
    warcs_of,
)

from etl import pipeline
from etl.config import House, open_house
from etl.errors import StorageError
from samples.newsroom import expected
from samples.server import NewsroomServer


def _hang(handler: Handler) -> None:
    handler.server.site.closing.wait(5)


def _pour(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000000\r\n\r\n")
    for _ in range(1_000):
        handler.wfile.write(b"z" * 100_000)


def _drip(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n")
    while not handler.server.site.closing.wait(0.05):
        handler.wfile.write(b"x")


def _close_early(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<rss>")


BAD: dict[str, tuple[Answering, str, str]] = {
    # what the server does: outcome of a feed there, reason of a page there
    "hangs": (_hang, "temporary_error", "page_unavailable"),
    "drips": (_drip, "temporary_error", "page_unavailable"),
    "closes early": (_close_early, "temporary_error", "page_unavailable"),
    "answers 500": (give(b"", status=500), "soft_error", "page_unavailable"),
    "answers 404": (give(b"", status=404), "soft_error", "page_gone"),
    "answers 403": (give(b"", status=403), "hard_error", "page_refused"),
    "answers 304": (give(b"", status=304), "soft_error", "page_unavailable"),
    "moves in circles": (give(b"", status=302, Location="/bad"), "hard_error", "page_refused"),
    "is empty": (give(b""), "bad_type", "empty_page"),
    "sends 100 MB": (_pour, "too_large", "page_too_large"),
    "sends no feed": (give(b"<html><body><p>Hello</p></body></html>"), "bad_type", "no_article"),
    "sends a picture": (give(b"\x89PNG\r\n\x1a\n" + b"\0" * 99, kind="image/png"), "bad_type", "page_bad_type"),
}


@contextlib.contextmanager
def _good_site() -> Iterator[Site]:
    with Site({"/1": give(story("A good story"))}) as site:
        site.pages["/rss"] = rss(f"{site.url}/1")
        yield site


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, pipeline.RunReport]]:
    """A run over a good source and, for each bad thing, one source whose feed is bad and one whose page is."""
    with contextlib.ExitStack() as stack:
        good = stack.enter_context(_good_site())
        feeds = {"good": f"{good.url}/rss"}
        for number, (answering, _, _) in enumerate(BAD.values()):
            site = stack.enter_context(Site({"/bad": answering}))
            site.pages["/rss"] = rss(f"{site.url}/bad")
            feeds |= {f"feed_{number}": f"{site.url}/bad", f"page_{number}": f"{site.url}/rss"}
        settings = "max_feed_bytes = 2000000\nmax_page_bytes = 2000000\nmax_batches = 1\nconcurrent_hosts = 32\n"
        house = house_of(tmp_path_factory.mktemp("bad"), feeds, settings)
        (batch,) = pipeline.plan(house)
        tracemalloc.start()
        pipeline.fetch(house, "run-1", batch)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20_000_000, f"two answers of 100 MB and a cap of 2 MB took {peak} bytes"
        yield house, pipeline.publish(house, "run-1", pipeline.transform(house, "run-1", batch))


@pytest.mark.parametrize("what", BAD)
def test_bad_feed_has_its_outcome(visited: tuple[House, pipeline.RunReport], what: str) -> None:
    """A feed address that does this has its outcome in fetch_log, and the report names the feed as failed."""
    house, report = visited
    source_id = f"feed_{list(BAD).index(what)}"
    (row,) = [row for row in rows(house, "fetch_log") if row["source_id"] == source_id and row["kind"] == "feed"]
    assert (row["outcome"], bool(row["error_detail"])) == (BAD[what][1], True)
    assert report.feeds_failed[row["url"]]
    assert report.by_source[source_id]["feeds_failed"] == 1


@pytest.mark.parametrize("what", BAD)
def test_bad_page_has_its_reason(visited: tuple[House, pipeline.RunReport], what: str) -> None:
    """A page that does this is one quarantined row with its reason in words; its feed is fine."""
    house, report = visited
    source_id = f"page_{list(BAD).index(what)}"
    (row,) = [row for row in rows(house, "quarantine") if row["source_id"] == source_id]
    assert (row["reason_code"], bool(row["reason_text"])) == (BAD[what][2], True)
    counts = report.by_source[source_id]
    assert (counts["feeds_ok"], counts["seen"], counts["quarantined"]) == (1, 1, 1)


def test_good_source_is_unharmed(visited: tuple[House, pipeline.RunReport]) -> None:
    """Among all of them, in one batch, the good source has its article and the sums balance."""
    house, report = visited
    assert report.by_source["good"]["new"] == 1
    assert report.counts["new"] == 1
    assert_sums_balance(house)
    assert_folders_clean(house)


def test_time_is_bounded(visited: tuple[House, pipeline.RunReport]) -> None:
    """No attempt took longer than the deadline of 1.5 seconds and a little."""
    assert max(row["elapsed_ms"] for row in rows(visited[0], "fetch_log")) < 3_000


def test_large_answer_is_not_kept(visited: tuple[House, pipeline.RunReport]) -> None:
    """Of an answer beyond the cap 64 kB lie in `raw/`, marked as cut."""
    large = [c.exchange for c in captures_of(visited[0]) if c.exchange.outcome == "too_large"]
    assert [(exchange.truncated, len(exchange.body)) for exchange in large] == [("length", 65_536)] * 2


def test_broken_robots_leave_the_page_alone(tmp_path: Path) -> None:
    """A host whose robots.txt answers 500 has its page quarantined unasked; other hosts are not concerned."""
    with _good_site() as good, _good_site() as shy:
        shy.pages["/robots.txt"] = give(b"", status=500)
        house = house_of(tmp_path, {"good": f"{good.url}/rss", "shy": f"{shy.url}/rss"})
        report = pipeline.run(house, "run-1")
        assert "/1" not in shy.requests
    assert report.counts["new"] == 1
    (row,) = rows(house, "quarantine")
    assert (row["source_id"], row["reason_code"]) == ("shy", "robots_unavailable")
    assert {row["outcome"] for row in rows(house, "fetch_log") if row["source_id"] == "shy"} == {
        "ok", "soft_error", "robots_unavailable",
    }  # fmt: skip
    assert_sums_balance(house)


def test_warc_cut_short_costs_its_end(tmp_path: Path) -> None:
    """A WARC cut short is published up to the cut, with one quarantined row `damaged_record`, and later runs go on."""
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path, newsroom.base_urls, sources=["al_manhal"])
        (batch,) = pipeline.plan(house, force=True)
        (warc,) = pipeline.fetch(house, "run-1", batch).warcs
        captures = captures_of(house)
        path = house.data / "raw" / warc
        path.write_bytes(path.read_bytes()[: captures[8].place.offset + 500])
        report = pipeline.run(house, "run-1", force=True)
        assert (report.counts["new"], report.counts["quarantined"]) == (6, 1)
        (row,) = rows(house, "quarantine")
        assert (row["reason_code"], row["warc"]) == ("damaged_record", warc)
        newsroom.edition = 2
        assert pipeline.run(house, "run-2", force=True).counts["new"] == 1
    assert_sums_balance(house)


@pytest.mark.parametrize("limit", [0, 8_192, 70_000])
def test_file_that_cannot_grow_is_told(tmp_path: Path, limit: int) -> None:
    """Where a write fails for want of space there is one clear error and nothing half-written; a rerun heals it."""
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path, newsroom.base_urls, sources=["levant_press"])
        assert children.finish(children.start(children.run_with_little_space, house, limit)) == [children.TOLD]
        assert warcs_of(house) == []
        assert bytes_of(house.data / "tables") == {}
        pipeline.run(house, "run-1", force=True)
    assert len(rows(house, "articles")) == expected(1)["levant_press"]["articles"]
    assert_sums_balance(house)
    assert_folders_clean(house)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB; skipped where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_full_disk_is_told_and_healed(tmp_path: Path, small_disk: Path) -> None:
    """A disk that is full is one clear error in the same process, which succeeds once there is room."""
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path, newsroom.base_urls)
        house = open_house(small_disk / "data", house.config)
        with pytest.raises(StorageError, match=r"No space left|disk is full|disk I/O"):
            pipeline.run(house, "run-1")
        for path in (house.data / "tables").rglob("*.parquet"):
            assert path.stat().st_size > 0
        subprocess.run(["mount", "-o", "remount,size=30m", small_disk], check=True)
        pipeline.run(house, "run-1", force=True)
    assert len(rows(house, "articles")) == 63
    assert_sums_balance(house)
    assert_folders_clean(house)


def test_read_only_folder_is_told(tmp_path: Path) -> None:
    """A data folder that may not be written is one clear error, and everything in it stays as it was."""
    if os.getuid() != 0:
        pytest.skip("only root can put its rights away")
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path, newsroom.base_urls, sources=["al_manhal"])
        pipeline.run(house, "run-1")
        before = bytes_of(house.data)
        for folder in (tmp_path, *tmp_path.parents):
            if not folder.stat().st_mode & 0o077:
                folder.chmod(0o755)
        assert children.finish(children.start(children.run_as_nobody, house)) == [children.TOLD]
        assert bytes_of(house.data) == before
        pipeline.run(house, "run-2", force=True)
    assert_sums_balance(house)


def test_data_under_a_file_is_told(tmp_path: Path) -> None:
    """A data folder that cannot be made, since its parent is a file, is one clear error and nobody is asked."""
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path, newsroom.base_urls)
        (tmp_path / "file").touch()
        with pytest.raises(StorageError, match="Not a directory"):
            pipeline.run(open_house(tmp_path / "file" / "data", house.config), "run-1")
        assert newsroom.requests == []


def test_two_runs_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    """Two processes over one newsroom and one data folder bring in every article once, and both end well."""
    with NewsroomServer() as newsroom:
        alone = make_house(tmp_path / "alone", newsroom.base_urls)
        pipeline.run(alone, "run-1")
        together = make_house(tmp_path / "together", newsroom.base_urls)
        racing = [children.start(children.run, together, f"run-{n}") for n in range(3)]
        assert children.finish(*racing) == [0, 0, 0]
        assert len(warcs_of(together)) >= 6
    wanted, found = outcome(alone), outcome(together)
    assert found["articles"] == wanted["articles"]
    assert (found["revisions"], found["mentions"]) == ([], wanted["mentions"])
    assert set(found["quarantine"]) == set(wanted["quarantine"])
    assert_sums_balance(together)
    assert_folders_clean(together)
