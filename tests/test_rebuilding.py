"""History done over: differences told before they are made, new columns, replayed quarantine, takedowns."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import TwicePolled
from deeds import defective
from servers import Site, give, house_of, rss, story
from stores import arrow, assert_folders_clean, assert_sums_balance, bytes_of, copied, rows

import etl
from etl import pipeline
from etl.config import House, open_house
from etl.errors import DataError
from etl.model import ObjectFile
from etl.state import open_state
from etl.stores import ledger, snapshots
from etl.tables.differences import difference
from etl.tables.parquet import write_object
from etl.tables.schema import FETCH_LOG, RUNS, TABLES, Column, to_arrow

DAY = "2026-11-20"
COUNTS = ("feeds_ok", "feeds_failed", "entries", "seen", "new", "revisions", "unchanged", "quarantined")


@pytest.fixture
def house(polled: TwicePolled, tmp_path: Path) -> House:
    """A house of its own that has polled both editions."""
    return copied(polled.house, tmp_path)


def _span(house: House) -> tuple[date, date]:
    with open_state(house.state_url).connect() as connection:
        days = [date.fromisoformat(day) for day in ledger.live_days(connection, "runs")]
    return min(days), max(days)


def test_difference_counts_rows_columns_and_sources(tmp_path: Path) -> None:
    """Added, removed and changed rows are told apart, and what changed by column and source, with examples."""

    def written(unit: str, *lines: tuple[str, str, int]) -> list[ObjectFile]:
        made = [
            {"run_id": run, "source_id": source, "warc": "w", **dict.fromkeys(COUNTS, n)} for run, source, n in lines
        ]
        return [write_object(tmp_path, to_arrow(RUNS, made), "runs", DAY, unit)]

    before = written("a", ("r1", "pier", 1), ("r1", "quay", 1), ("r2", "pier", 5))
    after = written("b", ("r1", "pier", 1), ("r1", "quay", 2), ("r3", "pier", 5))
    found = difference(tmp_path, "runs", before, after)
    assert (found.rows_before, found.rows_after, found.added, found.removed, found.changed) == (3, 3, 1, 1, 1)
    assert found.touched == 3
    assert set(found.columns) == set(COUNTS)
    assert found.by_source == {"pier": 2, "quay": 1}
    example = next(example for example in found.examples if example.column == "seen")
    assert (example.key, example.before, example.after) == ("r1 quay w", "'1'", "'2'")
    nothing = difference(tmp_path, "runs", [], [])
    assert (nothing.touched, nothing.rows_before) == (0, 0)


def test_long_texts_are_cut_to_where_they_differ(house: House) -> None:
    """An example of a changed body shows the place of the change, not the whole text."""
    with open_state(house.state_url).connect() as connection:
        live = ledger.live_objects(connection, "articles")
    row = rows(house, "articles")[0]
    text = str(row["body_text"])
    changed = row | {"body_text": text[:200] + "ZZZ" + text[200:], "ruleset": "another"}
    made = [
        write_object(house.data, to_arrow(TABLES["articles"], [version]), "articles", DAY, unit)
        for unit, version in (("a", row), ("b", changed))
    ]
    found = difference(house.data, "articles", made[:1], made[1:])
    assert dict(found.columns) == {"body_text": 1}
    assert "ZZZ" in found.examples[0].after
    assert len(found.examples[0].after) < 120
    assert live


def test_dry_rebuild_changes_nothing(house: House) -> None:
    """A dry rebuild under other rules tells what would change, per column and source, and publishes nothing."""
    before = bytes_of(house.data / "tables")
    (house.config / "titles.toml").write_text("civil = ['Mr']")
    changed = open_house(house.data, house.config)
    told = pipeline.rebuild(changed, *_span(house), dry=True)
    assert bytes_of(house.data / "tables") == before
    assert not told.committed
    mentions = next(found for found in told.differences if found.table == "mentions")
    assert mentions.touched > 0
    assert sum(mentions.by_source.values()) == mentions.touched


def test_new_column_is_migrated(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a column was added nothing is published until `migrate`; then every file of the table has it, null."""
    before = arrow(house, "fetch_log")
    wider = replace(FETCH_LOG, columns=(*FETCH_LOG.columns, Column("via", pa.string(), "The proxy that was used.")))
    monkeypatch.setitem(TABLES, "fetch_log", wider)
    with open_state(house.state_url).connect() as connection:
        files = ledger.live_objects(connection, "fetch_log")
    with pytest.raises(DataError, match="dateline migrate"):
        ledger.commit(open_state(house.state_url), house.data, "late", {"another": files[:1]})
    with pytest.raises(DataError, match="dateline migrate"):
        pipeline.rebuild(house, *_span(house))
    rewritten, read_again = pipeline.migrate(house)
    assert (rewritten, read_again) == (len(files), 0)
    with pytest.raises(DataError, match="have other columns than the views"):
        snapshots.connect(house.data, as_of=1)
    after = arrow(house, "fetch_log")
    assert after.column_names == [*before.column_names, "via"]
    assert after.select(before.column_names).equals(before)
    assert after["via"].null_count == len(after)
    assert_folders_clean(house)
    assert pipeline.migrate(house) == (0, 0)


def test_migration_reads_again_what_cannot_be_rewritten(
    house: House, polled: TwicePolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object that cannot be read any more is made from raw/ again when the columns change, compacted or not."""
    pipeline.compact(house, date(2100, 1, 1))
    narrower = replace(RUNS, columns=tuple(replace(column, nullable=True) for column in RUNS.columns))
    monkeypatch.setitem(TABLES, "runs", narrower)
    broken = next((house.data / "objects" / "runs").rglob("day-*.parquet"))
    broken.write_bytes(broken.read_bytes()[:-10])
    _, read_again = pipeline.migrate(house)
    assert read_again > 0
    assert rows(house, "runs") == rows(polled.house, "runs")
    assert_sums_balance(house)
    assert [problem.path for problem in pipeline.verify(house)] == [str(broken.relative_to(house.data))]
    assert pipeline.migrate(house) == (0, 0)


def test_required_column_is_read_from_raw(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new column that may not be null is never made up: its rows are read again, by code that has to fill it."""
    via = Column("via", pa.string(), "The proxy that was used.", nullable=False)
    monkeypatch.setitem(TABLES, "fetch_log", replace(FETCH_LOG, columns=(*FETCH_LOG.columns, via)))
    with pytest.raises(DataError, match=r"columns \['via'\] are not as declared"):
        pipeline.migrate(house)
    assert "via" not in arrow(house, "fetch_log").column_names


def test_migration_without_the_raw_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object that cannot be rewritten, and whose WARC nobody knows, stays live and is named; nothing is settled."""
    engine = open_state(house.state_url)
    orphan = {"run_id": "r", "source_id": "pier", "warc": "w", **dict.fromkeys(COUNTS, 1)}
    file = write_object(house.data, to_arrow(RUNS, [dict(orphan)]), "runs", DAY, f"day-{DAY}")
    ledger.commit(engine, house.data, "run", {file.unit: [file]})
    wider = replace(RUNS, columns=tuple(replace(column, nullable=True) for column in RUNS.columns))
    monkeypatch.setitem(TABLES, "runs", wider)
    (house.data / file.path).write_bytes(b"PAR1")
    for _ in range(2):
        with pytest.raises(DataError, match="can neither be brought"):
            pipeline.migrate(house)


def test_replay_brings_back_what_rules_can_read_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a defect sent to quarantine becomes an article when it is replayed after the mending; the rest stays."""
    with Site({"/1": give(story("One")), "/2": give(b"<html><body></body></html>")}) as site:
        site.pages["/rss"] = rss(f"{site.url}/1", f"{site.url}/2")
        house = house_of(tmp_path, {"pier": f"{site.url}/rss"})
        with monkeypatch.context() as broken:
            broken.setattr("etl.verbs.transformation.page_reader", defective)
            pipeline.run(house, "run-1")
    assert [row["reason_code"] for row in rows(house, "quarantine")] == ["reader_failed"] * 2
    assert pipeline.replay(house, {"page_gone"}).warcs == 0
    assert pipeline.replay(house, (), {"quay"}).warcs == 0
    replayed = pipeline.replay(house, {"reader_failed"}, {"pier"})
    told = {found.table: (found.added, found.removed) for found in replayed.differences}
    assert (told["articles"], told["quarantine"][0] - told["quarantine"][1]) == ((1, 0), -1)
    assert [row["headline"] for row in rows(house, "articles")] == ["One"]
    assert [row["reason_code"] for row in rows(house, "quarantine")] == ["no_article"]
    assert_sums_balance(house)
    assert pipeline.replay(house).differences == ()


def test_takedown_blanks_the_text_everywhere(house: House) -> None:
    """A taken-down article keeps its row without text, in tables and objects, and no rebuild brings the text back."""
    victim = next(
        row
        for row in rows(house, "articles")
        if row["article_id"] in {r["article_id"] for r in rows(house, "revisions")}
    )
    words = str(victim["body_text"])[:60]
    line = f"{victim['article_id']},all,2026-11-22,an order of a court\n"
    (house.config / "takedowns.csv").write_text(f"what,scope,since,reason\n{line}")
    decided = open_house(house.data, house.config)
    pipeline.compact(house, date(2100, 1, 1))
    pipeline.vacuum(house, 0)
    pipeline.rebuild(house, *_span(house))  # leaves what it read of each WARC behind, in objects that nobody knows
    pipeline.take_down(decided)

    def blanked() -> None:
        of_victim = [
            r
            for name in ("articles", "revisions")
            for r in rows(decided, name)
            if r["article_id"] == victim["article_id"]
        ]
        assert len(of_victim) >= 2
        assert {(row["body_text"], row["headline"], row["pub_status"]) for row in of_victim} == {("", "", "taken_down")}
        assert not [row for row in rows(decided, "mentions") if row["article_id"] == victim["article_id"]]
        assert_folders_clean(decided)

    blanked()
    for path in (house.data / "objects" / "articles").rglob("*.parquet"):
        assert words not in str(pq.read_table(path, columns=["body_text"], partitioning=None)["body_text"].to_pylist())
    with pytest.raises(DataError, match="are vacuumed"):
        etl.read("articles", as_of=1, data=house.data)
    first, last = _span(decided)
    pipeline.rebuild(decided, first - timedelta(days=1), last)
    blanked()
    pipeline.rebuild_state(decided)
    blanked()
    assert_sums_balance(decided)
