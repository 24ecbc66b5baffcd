"""The checks find what is wrong with a day, and nothing where nothing is."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
from conftest import TwicePolled
from stores import arrow, rows

from etl import ledger, pipeline
from etl.checks import check_day
from etl.model import Expectations
from etl.state import open_state
from etl.tables import TABLES, to_arrow

Frames = Mapping[str, pd.DataFrame]
DAY = "2026-11-20"


@pytest.fixture
def frames(polled: TwicePolled) -> dict[str, pd.DataFrame]:
    """The rows of the newsroom's two polls as one day."""
    names = [name for name in TABLES if name != "findings"]
    return {name: arrow(polled.house, name).to_pandas(types_mapper=pd.ArrowDtype) for name in names}


def _rules(frames: Frames, polled: TwicePolled, **expect: float) -> set[tuple[str, str]]:
    sources = {
        source_id: replace(source, expect=Expectations(**expect))  # type: ignore[arg-type]
        for source_id, source in polled.house.sources.items()
    }
    return {(finding.rule, finding.severity) for finding in check_day(DAY, frames, sources)}


def test_good_day_has_no_findings(frames: Frames, polled: TwicePolled) -> None:
    """The newsroom's day is in order, also by the expectations of its own source files."""
    assert check_day(DAY, frames, polled.house.sources) == []


@pytest.mark.parametrize("name", ["articles", "revisions", "mentions", "fetch_log", "quarantine", "runs"])
def test_repeated_key_is_found(frames: dict[str, pd.DataFrame], polled: TwicePolled, name: str) -> None:
    """A row that stands twice in any table is an error by the name of the table."""
    frames[name] = pd.concat([frames[name], frames[name].head(1)])
    assert (f"unique_{name}", "error") in _rules(frames, polled)


@pytest.mark.parametrize("name", ["articles", "revisions", "quarantine"])
def test_lost_row_is_found(frames: dict[str, pd.DataFrame], polled: TwicePolled, name: str) -> None:
    """A row fewer than the runs counted is an error, and so is an item that ended nowhere."""
    frames[name] = frames[name].iloc[1:]
    assert (f"rows_{name}", "error") in _rules(frames, polled)


def test_sums_that_are_off_are_found(frames: dict[str, pd.DataFrame], polled: TwicePolled) -> None:
    """A run that saw more than it accounts for is an error."""
    frames["runs"] = frames["runs"].assign(seen=frames["runs"]["seen"] + 1)
    assert _rules(frames, polled) == {("sums_balance", "error")}


def test_mention_of_no_article_is_found(frames: dict[str, pd.DataFrame], polled: TwicePolled) -> None:
    """A mention whose article is not there is an error."""
    frames["mentions"] = frames["mentions"].assign(capture_id="<urn:none>")
    assert ("orphan_mentions", "error") in _rules(frames, polled)


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        ("entries_min", 50),
        ("entries_max", 3),
        ("undated_share_max", -0.1),
        ("dateline_share_min", 1.1),
        ("words_median_min", 5_000),
    ],
)
def test_expectation_not_met_is_a_warning(frames: Frames, polled: TwicePolled, rule: str, limit: float) -> None:
    """Each expectation of a source file that the day does not meet is a warning by its name."""
    assert _rules(frames, polled, **{rule: limit}) == {(rule, "warning")}


def test_day_of_nothing_has_no_findings(frames: dict[str, pd.DataFrame], polled: TwicePolled) -> None:
    """A day without any row is in order."""
    assert _rules({name: frame.iloc[:0] for name, frame in frames.items()}, polled, entries_min=1) == set()


def test_findings_are_a_table_that_reads(polled: TwicePolled) -> None:
    """A day in order has a findings object of no rows, which reads with all columns."""
    with open_state(polled.house.state_url).connect() as connection:
        files = ledger.live_objects(connection, "findings")
    assert files
    frame = pipeline.frame(polled.house, files, "findings")
    assert (len(frame), list(frame.columns)) == (0, TABLES["findings"].schema().names)
    assert rows(polled.house, "findings") == []


def test_finding_of_the_whole_day_is_a_row() -> None:
    """A finding that concerns no source has a null there and passes the contract."""
    row = {"source_id": None, "rule": "r", "severity": "error", "value": 1.0, "limit": 0.0, "message": "m"}
    assert isinstance(to_arrow(TABLES["findings"], [dict(row)]), pa.Table)
