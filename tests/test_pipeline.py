"""The whole way over the sample newsroom: what two polls must find, and that doing anything again changes nothing."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import TwicePolled
from sqlalchemy import insert
from stores import (
    arrow,
    assert_folders_clean,
    assert_sums_balance,
    bytes_of,
    captures_of,
    copied,
    make_house,
    rows,
    warcs_of,
)

from etl import pipeline
from etl.config import House, open_house
from etl.errors import DataError, StorageError
from etl.state import open_state, waiting_warcs, write
from etl.tables.schema import TABLES
from samples.newsroom import expected
from samples.publishers import FAILING_SOURCE_ID, PUBLISHERS
from samples.server import NewsroomServer

ANSWERING = [source_id for source_id in PUBLISHERS if source_id != FAILING_SOURCE_ID]


@pytest.mark.parametrize("source_id", PUBLISHERS)
def test_two_polls_find_what_the_newsroom_printed(polled: TwicePolled, source_id: str) -> None:
    """After both editions each source has exactly the articles, revisions and quarantined items that it published."""
    wanted = expected(2)[source_id]
    found = {
        table: [row for row in rows(polled.house, table) if row["source_id"] == source_id]
        for table in ("articles", "revisions", "quarantine")
    }
    assert len(found["articles"]) == wanted["articles"]
    assert len(found["revisions"]) == wanted["revisions"]
    assert len(found["quarantine"]) == wanted["quarantined"]
    undated = sum(row["published_source"] == "none" for row in found["articles"])
    assert undated == wanted["undated"]


def test_reports_say_what_each_poll_found(polled: TwicePolled) -> None:
    """Edition 1 gives 63 articles and 5 quarantined, edition 2 five more and 2 revisions; one feed fails by name."""
    first, second = (report.counts for report in polled.reports)
    assert (first["new"], first["revisions"], first["quarantined"], first["unchanged"]) == (63, 0, 5, 0)
    assert (second["new"], second["revisions"], second["quarantined"], second["unchanged"]) == (5, 2, 0, 66)
    for report in polled.reports:
        assert [url.split("/")[3] for url in report.feeds_failed] == [FAILING_SOURCE_ID]
        assert (report.sources, report.feeds, report.counts["feeds_ok"]) == (6, 6, 5)
        for counts in (report.counts, *report.by_source.values()):
            ended = counts["new"] + counts["revisions"] + counts["unchanged"] + counts["quarantined"]
            assert counts["seen"] == ended
        assert sum(counts["new"] for counts in report.by_source.values()) == report.counts["new"]
        assert sum(report.news.values()) == report.counts["new"] + report.counts["revisions"]


def test_sums_balance_and_folders_are_clean(polled: TwicePolled) -> None:
    """Table rows add up with the runs, and table folders hold the ledger's live Parquet files and nothing else."""
    assert_sums_balance(polled.house)
    assert_folders_clean(polled.house)
    for table in (polled.house.data / "tables").iterdir():
        for day in table.iterdir():
            assert day.name.startswith("seen_date=")
            assert {path.suffix for path in day.iterdir()} == {".parquet"}
    assert list((polled.house.data / "staging").iterdir()) == []


def test_revision_says_what_changed(polled: TwicePolled) -> None:
    """A revision points back at the version before, names the fields that changed and bounds the time of the edit."""
    articles = {row["article_id"]: row for row in rows(polled.house, "articles")}
    for revision in rows(polled.house, "revisions"):
        before = articles[revision["article_id"]]
        assert revision["prev_version_id"] == before["version_id"] != revision["version_id"]
        assert revision["changed_fields"]
        assert revision["window_start"] == before["seen_at"] < revision["seen_at"] == revision["window_end"]


def test_every_row_leads_to_its_bytes(polled: TwicePolled) -> None:
    """Each article, revision and fetch names a capture that lies in the WARC it names."""
    lying = {(capture.place.warc, capture.place.capture_id) for capture in captures_of(polled.house)}
    for table in ("articles", "revisions", "fetch_log", "quarantine"):
        assert {(row["warc"], row["capture_id"]) for row in rows(polled.house, table)} <= lying


def test_third_poll_is_answered_by_304(house: House, newsroom: NewsroomServer) -> None:
    """A feed that has not changed answers 304, gives no entries and costs no page; the report stays balanced."""
    pipeline.run(house, "run-1", force=True)
    asked = len(newsroom.requests)
    report = pipeline.run(house, "run-2", force=True)
    assert sorted(status for _, _, status in newsroom.requests[asked:]) == [304] * 5 + [500]
    log = [row for row in rows(house, "fetch_log") if row["run_id"] == "run-2"]
    assert sorted(row["outcome"] for row in log) == ["not_modified"] * 5 + ["soft_error"]
    assert {row["items_total"] for row in log} == {None}
    assert (report.counts["seen"], report.counts["entries"], report.counts["feeds_ok"]) == (0, 0, 5)
    assert_sums_balance(house)


def test_same_run_again_changes_nothing(house: House, newsroom: NewsroomServer) -> None:
    """A run that is started again under its id asks nobody who answered, and leaves every store byte for byte."""
    answering = [source_id for source_id in house.sources if source_id != FAILING_SOURCE_ID]
    batches = pipeline.plan(house, answering, force=True)
    first = pipeline.run(house, "run-1", answering, force=True)
    asked, before = len(newsroom.requests), {name: bytes_of(house.data / name) for name in ("raw", "objects", "tables")}
    newsroom.edition = 2
    assert pipeline.run(house, "run-1", answering, force=True) == first
    for batch in batches:
        pipeline.fetch(house, "run-1", batch)
    assert len(newsroom.requests) == asked
    assert {name: bytes_of(house.data / name) for name in before} == before


def test_publishing_twice_changes_nothing(house: House) -> None:
    """Publishing a run's objects again writes no file, no row and no commit."""
    batch = pipeline.plan(house, force=True)[0]
    pipeline.fetch(house, "run-1", batch)
    made = pipeline.transform(house, "run-1", batch)
    first = pipeline.publish(house, "run-1", made)
    before = bytes_of(house.data / "tables")
    with open_state(house.state_url).connect() as connection:
        commits = connection.exec_driver_sql("SELECT * FROM commits").all()
    assert pipeline.publish(house, "run-1", made) == first
    assert bytes_of(house.data / "tables") == before
    with open_state(house.state_url).connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM commits").all() == commits


def test_next_run_publishes_what_one_left_behind(house: House) -> None:
    """A batch that was fetched by a run that never published is published by the next run, without asking again."""
    batch = pipeline.plan(house, force=True)[0]
    pipeline.fetch(house, "run-1", batch)
    report = pipeline.run(house, "run-2", [FAILING_SOURCE_ID], force=True)
    assert report.counts["new"] == sum(expected(1)[source_id]["articles"] for source_id in batch.sources)
    assert_sums_balance(house)


def test_rebuild_gives_the_same_bytes(polled: TwicePolled, tmp_path: Path) -> None:
    """A rebuild of every day writes no object that was not there and leaves the tables as they were."""
    house = copied(polled.house, tmp_path)
    before = {name: bytes_of(house.data / name) for name in ("objects", "tables", "raw")}
    today = datetime.now(UTC).date()
    rebuilt = pipeline.rebuild(house, today - timedelta(days=1), today)
    assert (rebuilt.warcs, rebuilt.different, rebuilt.days) == (len(warcs_of(house)), 0, ())
    assert {name: bytes_of(house.data / name) for name in before} == before


def test_rebuild_mends_a_damaged_object(polled: TwicePolled, tmp_path: Path) -> None:
    """A rebuild puts back an object that was damaged or lost, and the table shows it again."""
    house = copied(polled.house, tmp_path)
    before = bytes_of(house.data / "tables")
    damaged, lost = sorted((house.data / "tables" / "articles").glob("*/*.parquet"))[:2]
    for path in (damaged, next((house.data / "objects" / "articles").glob(f"*/{damaged.name}"))):
        path.unlink()
        path.write_bytes(b"PAR1")
    lost.unlink()
    today = datetime.now(UTC).date()
    pipeline.rebuild(house, today - timedelta(days=1), today)
    assert bytes_of(house.data / "tables") == before


def test_new_rules_replace_a_day_and_nothing_else(polled: TwicePolled, tmp_path: Path) -> None:
    """After a change of the rules a rebuild shows other objects in the same partitions, and as many articles."""
    house = copied(polled.house, tmp_path)
    (house.config / "titles.toml").write_text("civil = ['Mr']")
    changed = open_house(house.data, house.config)
    today = datetime.now(UTC).date()
    before, articles = bytes_of(house.data / "tables"), rows(house, "articles")
    with pytest.raises(DataError, match="rebuild_max_changed_share"):
        pipeline.rebuild(changed, today - timedelta(days=1), today)
    dry = pipeline.rebuild(changed, today - timedelta(days=1), today, dry=True)
    assert bytes_of(house.data / "tables") == before
    rebuilt = pipeline.rebuild(changed, today - timedelta(days=1), today, accept=True)
    assert replace(dry, committed=True) == rebuilt
    assert rebuilt.different > 0
    assert not bytes_of(house.data / "tables").items() >= {
        item for item in before.items() if item[0].startswith("articles/")
    }
    assert [row["article_id"] for row in rows(changed, "articles")] == [row["article_id"] for row in articles]
    assert_folders_clean(changed)
    assert_sums_balance(changed)


def test_interval_decides_what_is_due(house: House) -> None:
    """A source that was just polled is planned again only when it is forced, or when its interval has passed."""
    assert len(pipeline.plan(house)) == len(PUBLISHERS)
    pipeline.run(house, "run-1")
    due = pipeline.plan(house)
    assert [batch.sources for batch in due] == []
    assert len(pipeline.plan(house, force=True)) == len(PUBLISHERS)


def test_sources_of_one_host_share_a_batch(tmp_path: Path) -> None:
    """Sources whose addresses share a host are collected by one worker, the others side by side."""
    urls = dict.fromkeys(PUBLISHERS, "http://127.0.0.1:9001") | {"levant_press": "http://127.0.0.1:9002"}
    batches = pipeline.plan(make_house(tmp_path, urls), force=True)
    assert sorted(len(batch.sources) for batch in batches) == [1, 5]


def test_unknown_warc_is_taken_up(polled: TwicePolled, tmp_path: Path) -> None:
    """A WARC that a crash left in `raw/` unknown to the state is learnt and published by the next run."""
    house = copied(polled.house, tmp_path)
    articles = len(rows(house, "articles"))
    (house.data / "state.sqlite").unlink()
    shutil.rmtree(house.data / "tables")
    report = pipeline.publish(house, "after", [])
    assert report.counts["new"] == articles == len(rows(house, "articles"))


def test_waiting_warc_that_is_gone_is_told(polled: TwicePolled, tmp_path: Path) -> None:
    """A WARC that the state waits for and nobody can find stops the publishing with its name."""
    house = copied(polled.house, tmp_path)
    with write(open_state(house.state_url)) as connection:
        connection.execute(insert(waiting_warcs).values(warc="2026-01-01/gone.warc.gz"))
    with pytest.raises(StorageError, match=r"gone\.warc\.gz"):
        pipeline.publish(house, "after", [])


def test_every_column_is_filled(polled: TwicePolled) -> None:
    """The newsroom fills every column of every table somewhere, but those of what has no cause in it.

    It takes nothing down and decides nothing by hand, its people are invented, and its servers answer at once.
    """
    empty = set()
    for name in TABLES:
        columns = arrow(polled.house, name)
        empty |= {
            (name, column)
            for column in columns.column_names
            if not any(value not in (None, []) for value in columns[column].to_pylist())
        }
    shared = set(TABLES["articles"].schema().names)  # revisions have the columns of articles, and few rows
    assert {(name, column) for name, column in empty if name != "revisions" or column not in shared} == {
        ("articles", "takedown_reason"),
        ("mentions", "override_id"),
        ("persons", "wikidata"),
        ("fetch_log", "redirects"),
        ("fetch_log", "retry_after_seconds"),
        ("fetch_log", "repeats_capture_id"),
        ("fetch_log", "robots_override"),
    }
