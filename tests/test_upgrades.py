"""A release with other columns over the data of the one before, from its first refusal to the next tables."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from stores import arrow, assert_folders_clean, assert_sums_balance, bytes_of, make_house, rows

from etl import pipeline
from etl.errors import DataError
from etl.tables.rows import fetch_row
from etl.tables.schema import FETCH_LOG, TABLES, Column
from samples.newsroom import expected
from samples.server import NewsroomServer

FOREVER = date(2100, 1, 1)


@pytest.mark.parametrize("is_compacted", [False, True])
def test_minor_release_loses_nothing(
    tmp_path: Path, newsroom: NewsroomServer, monkeypatch: pytest.MonkeyPatch, is_compacted: bool
) -> None:
    """The new release goes on fetching, publishes nothing until the tables are migrated, and then all it fetched."""
    house = make_house(tmp_path, newsroom.base_urls)
    pipeline.run(house, "old", force=True)
    if is_compacted:
        pipeline.compact(house, FOREVER)
    filled = [name for name in TABLES if (house.data / "tables" / name).exists()]
    before, raw = {name: arrow(house, name) for name in filled}, bytes_of(house.data / "raw")
    wider = replace(FETCH_LOG, columns=(*FETCH_LOG.columns, Column("via", pa.string(), "The proxy that was used.")))
    monkeypatch.setitem(TABLES, "fetch_log", wider)
    monkeypatch.setattr("etl.verbs.transformation.fetch_row", lambda capture: fetch_row(capture) | {"via": None})
    newsroom.edition = 2
    shown = bytes_of(house.data / "tables")
    with pytest.raises(DataError, match="dateline migrate"):
        pipeline.run(house, "refused", force=True)
    assert bytes_of(house.data / "tables") == shown
    rewritten, read_again = pipeline.migrate(house)
    assert (rewritten > 0, read_again) == (True, 0)
    assert raw.items() <= bytes_of(house.data / "raw").items()
    for name, table in before.items():
        assert arrow(house, name).select(table.column_names).equals(table), name
    published = pipeline.publish(house, "next", [])
    assert published.counts["new"] == sum(now["articles"] for now in expected(2).values()) - len(before["articles"])
    assert len(rows(house, "revisions")) == sum(now["revisions"] for now in expected(2).values())
    assert pipeline.verify(house, raw=True) == []
    assert_sums_balance(house)
    assert_folders_clean(house)
