"""The checks find what is wrong with a day, and nothing where nothing is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import Field, fields, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, median

import pandas as pd
import pyarrow as pa
import pytest
from conftest import TwicePolled
from stores import arrow, rows

from etl import pipeline
from etl.declarations import load_source
from etl.errors import ConfigError
from etl.model import Expectations, Finding
from etl.state import open_state
from etl.stores import ledger
from etl.tables.checks import check_day
from etl.tables.facts import article_traits, daily_facts, empty_runs
from etl.tables.schema import TABLES, check_contract, to_arrow
from samples.publishers import FAILING_SOURCE_ID

Frames = Mapping[str, pd.DataFrame]
DAY = "2026-11-20"
QUALITY_PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
NO_HISTORY = pd.DataFrame(columns=["source_id"])


@pytest.fixture
def frames(polled: TwicePolled) -> dict[str, pd.DataFrame]:
    """The rows of the newsroom's two polls as one day."""
    names = [name for name in TABLES if name not in {"findings", "source_days"}]
    return {name: arrow(polled.house, name).to_pandas(types_mapper=pd.ArrowDtype) for name in names}


def _rules(frames: Frames, polled: TwicePolled, **expect: float) -> set[tuple[str, str]]:
    sources = {
        source_id: replace(source, expect=Expectations(**expect))  # type: ignore[arg-type]
        for source_id, source in polled.house.sources.items()
    }
    return {(finding.rule, finding.severity) for finding in _besides(check_day(DAY, frames, sources, NO_HISTORY))}


def _besides(findings: list[Finding]) -> list[Finding]:
    """Findings but for that on the newsroom's one publisher whose feed always fails."""
    return [finding for finding in findings if finding.rule != "feeds_all_failed"]


def test_good_day_has_no_findings(frames: Frames, polled: TwicePolled) -> None:
    """The newsroom's day is in order by its own source files, but for the publisher whose feed always fails."""
    (found,) = check_day(DAY, frames, polled.house.sources, NO_HISTORY)
    assert (found.source_id, found.rule, found.value) == (FAILING_SOURCE_ID, "feeds_all_failed", 2.0)


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
        ("short_share_max", -0.1),
        ("duplicate_share_max", -0.1),
        ("unresolved_share_max", -0.1),
        ("quarantined_share_max", -0.1),
    ],
)
def test_expectation_not_met_is_a_warning(frames: Frames, polled: TwicePolled, rule: str, limit: float) -> None:
    """Each expectation of a source file that the day does not meet is a warning by its name."""
    assert _rules(frames, polled, **{rule: limit}) == {(rule, "warning")}


def test_day_of_nothing_has_no_findings(frames: dict[str, pd.DataFrame], polled: TwicePolled) -> None:
    """A day without any row is in order."""
    assert _rules({name: frame.iloc[:0] for name, frame in frames.items()}, polled, entries_min=1) == set()


def _facts(frames: Frames, polled: TwicePolled) -> pd.DataFrame:
    return daily_facts(DAY, frames, polled.house.sources).set_index("source_id")


def test_facts_are_those_of_the_day(frames: Frames, polled: TwicePolled) -> None:
    """Each source that was asked has one row: its sums are the runs', its shares those counted by hand in the rows."""
    facts = _facts(frames, polled)
    assert list(facts.index) == sorted(polled.house.sources)
    for source_id, fact in facts.iterrows():
        articles = [row for row in rows(polled.house, "articles") if row["source_id"] == source_id]
        rejects = Counter(
            row["reason_code"] for row in rows(polled.house, "quarantine") if row["source_id"] == source_id
        )
        ended = fact["articles"] + fact["revisions"] + fact["unchanged"] + fact["quarantined"]
        assert (fact["articles"], fact["seen"]) == (len(articles), ended)
        assert dict(zip(fact["quarantine_reasons"], fact["quarantine_counts"], strict=True)) == rejects
        assert sum(fact["articles_by_hour"]) == sum(fact["language_counts"]) == len(articles)
        if articles:
            assert fact["dateline_filled"] == pytest.approx(fmean(row["dateline"] is not None for row in articles))
            assert fact["authors_filled"] == pytest.approx(fmean(bool(row["authors"]) for row in articles))
            assert fact["undated_share"] == pytest.approx(fmean(row["published_source"] == "none" for row in articles))
            assert fact["words_median"] == median(row["word_count"] for row in articles)
            assert fact["languages"] == [polled.house.sources[str(source_id)].language]
        else:
            assert pd.isna(fact["dateline_filled"])


def test_facts_are_rows_of_their_table(frames: Frames, polled: TwicePolled) -> None:
    """The facts are as `source_days` declares them, a share of nothing being null, and can be read back as history."""
    table = TABLES["source_days"]
    facts = daily_facts(DAY, frames, polled.house.sources)
    written = pa.Table.from_pandas(facts, schema=table.schema(), preserve_index=False)
    check_contract(table, written)
    assert set(facts.columns) == set(table.schema().names)
    silent = next(row for row in written.to_pylist() if not row["articles"])
    assert (silent["undated_share"], silent["words_median"], silent["languages"]) == (None, None, [])
    history = written.to_pandas(types_mapper=pd.ArrowDtype)
    assert _besides(check_day(DAY, frames, polled.house.sources, history)) == []


def test_equal_texts_of_a_source_are_duplicates(frames: dict[str, pd.DataFrame], polled: TwicePolled) -> None:
    """A source whose pages all give one text, as behind a consent page, has all but the first as duplicates."""
    frames["articles"] = frames["articles"].assign(text_digest="one")
    facts = _facts(frames, polled)
    articles = int(facts["articles"].loc["levant_press"])
    assert facts["duplicate_share"].loc["levant_press"] == pytest.approx((articles - 1) / articles)
    assert _rules(frames, polled) == {("duplicate_share_max", "warning")}


def test_what_was_taken_down_counts_in_no_share(frames: dict[str, pd.DataFrame], polled: TwicePolled) -> None:
    """An article without text because of a takedown is an article, and makes its source neither short nor silent."""
    before = _facts(frames, polled).loc["levant_press"]
    articles = frames["articles"]
    is_first = articles["article_id"] == articles[articles["source_id"] == "levant_press"]["article_id"].iloc[0]
    frames["articles"] = articles.assign(
        pub_status=articles["pub_status"].mask(is_first, "taken_down"),
        word_count=articles["word_count"].mask(is_first, 0),
        lede=articles["lede"].mask(is_first, None),
    )
    after = _facts(frames, polled).loc["levant_press"]
    assert after["articles"] == before["articles"]
    assert (after["short_share"], after["lede_filled"]) == (before["short_share"], before["lede_filled"]) == (0, 1)


def test_short_is_what_the_source_says(frames: Frames, polled: TwicePolled) -> None:
    """A house of news flashes says how few words are few; by another measure all its articles are short."""
    assert _rules(frames, polled, short_words=1) == set()
    assert _rules(frames, polled, short_words=100_000) == {("short_share_max", "warning")}


def test_layout_that_loses_dates_is_found_with_its_column(frames: dict[str, pd.DataFrame], polled: TwicePolled) -> None:
    """A source that had dates for four weeks and has none on the day has the column among its findings."""
    facts = daily_facts(DAY, frames, polled.house.sources)
    past = [facts.assign(day=date.fromisoformat(DAY) - timedelta(days=ago)) for ago in range(1, 29)]
    assert _besides(check_day(DAY, frames, polled.house.sources, pd.concat(past))) == []
    frames["articles"] = frames["articles"].assign(published_at=None)
    found = _besides(check_day(DAY, frames, polled.house.sources, pd.concat(past)))
    dated = facts[facts["published_at_filled"] >= 0.6]["source_id"]
    assert {(finding.source_id, finding.rule) for finding in found} == {
        (source_id, "field_silent_published_at") for source_id in dated
    }
    assert len(dated) >= 4


def test_last_articles_without_a_value_are_counted(frames: Frames, polled: TwicePolled) -> None:
    """Only what is empty at the end of the day, in order of capture, counts as a run of empty fields."""
    articles = frames["articles"].query("source_id == 'levant_press'").sort_values(["seen_at", "article_id"])
    lede = ["x" if place == 4 else None for place in range(len(articles))]
    runs = empty_runs(article_traits(articles.assign(lede=pd.Series(lede, articles.index), guid=None), {}))
    last = [int(runs[name].loc["levant_press"]) for name in ("lede", "guid", "language")]
    assert last == [len(articles) - 5, len(articles), 0]


@pytest.mark.parametrize(
    "wrong",
    [
        "volume_share_max = -1.0",
        "short_share_max = 1.5",
        "short_words = -1",
        "unsteady_fields = ['headline']",
        "colour = 1",
    ],
)
def test_expectation_out_of_range_is_named(tmp_path: Path, wrong: str) -> None:
    """An expectation that is unknown, out of range or of an unknown column is refused with its key."""
    (tmp_path / "sources").mkdir()
    path = tmp_path / "sources" / "quay.toml"
    head = (
        'title = "Quay"\nsite = "https://quay.example/"\nlanguage = "en"\ncountry = "GB"\ntimezone = "Europe/London"\n'
    )
    path.write_text(f'{head}[[feeds]]\nurl = "https://quay.example/rss.xml"\n[expect]\n{wrong}\n', "utf-8")
    with pytest.raises(ConfigError, match=f"expect.{wrong.split(maxsplit=1)[0]}"):
        load_source(path)


@pytest.mark.parametrize("key", fields(Expectations), ids=lambda key: key.name)
def test_default_of_an_expectation_is_documented(key: Field[object]) -> None:
    """The page about quality has each key of `[expect]` with the default that it really has."""
    lines = [line.split("|") for line in QUALITY_PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    row = next(cells for cells in lines if f"`{key.name}`" in cells[1])
    default = "none" if key.default is None else "`[]`" if key.default == () else str(key.default)
    assert row[2].strip() == default


def test_findings_are_a_table_that_reads(polled: TwicePolled) -> None:
    """What a check found can be read back with all columns, from objects and from the table's folder."""
    with open_state(polled.house.state_url).connect() as connection:
        files = ledger.live_objects(connection, "findings")
    assert files
    frame = pipeline.frame(polled.house, files, "findings")
    assert (len(frame), list(frame.columns)) == (1, TABLES["findings"].schema().names)
    assert {row["rule"] for row in rows(polled.house, "findings")} == {"feeds_all_failed"}


def test_finding_of_the_whole_day_is_a_row() -> None:
    """A finding that concerns no source has a null there and passes the contract."""
    row = {"source_id": None, "rule": "r", "severity": "error", "value": 1.0, "limit": 0.0, "message": "m"}
    assert isinstance(to_arrow(TABLES["findings"], [dict(row)]), pa.Table)
