"""Expectations over a day: keys, counts that add up, and what each source's file says it normally gives.

Findings are told, never mended: this room changes no row.
"""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from etl.model import Finding, Source
from etl.tables import TABLES

KEYED = ("articles", "revisions", "mentions", "fetch_log", "quarantine", "runs")
SOURCE_WARNINGS_FROM = 5  # articles of a day; shares of fewer say nothing


def check_day(day: str, frames: Mapping[str, pd.DataFrame], sources: Mapping[str, Source]) -> list[Finding]:
    """What is out of order on one day; empty when nothing is. `frames` holds every table's rows of that day."""
    findings = [*_keys(day, frames), *_sums(day, frames), *_orphans(day, frames)]
    for source_id in sorted(frames["runs"]["source_id"].unique()):
        if source_id in sources:
            findings += _expectations(day, frames, sources[source_id])
    return findings


def _keys(day: str, frames: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    for name in KEYED:
        twice = int(frames[name].duplicated(list(TABLES[name].key)).sum())
        if twice:
            message = f"{twice} rows of {name} repeat the key {', '.join(TABLES[name].key)}"
            yield Finding(day, None, f"unique_{name}", "error", twice, 0, message)


def _sums(day: str, frames: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Every item seen ended in one place, and each table has as many rows as the runs say."""
    runs = frames["runs"]
    counted = {name: int(runs[name].sum()) for name in ("seen", "new", "revisions", "unchanged", "quarantined")}
    ended = counted["new"] + counted["revisions"] + counted["unchanged"] + counted["quarantined"]
    if counted["seen"] != ended:
        message = f"{counted['seen']} items were seen and {ended} ended somewhere"
        yield Finding(day, None, "sums_balance", "error", ended, counted["seen"], message)
    for column, table in (("new", "articles"), ("revisions", "revisions"), ("quarantined", "quarantine")):
        rows = frames[table]
        present = int(rows["warc"].isin(runs["warc"]).sum())
        if present != counted[column]:
            message = f"the runs count {counted[column]} {column}, table {table} has {present} rows of them"
            yield Finding(day, None, f"rows_{table}", "error", present, counted[column], message)


def _orphans(day: str, frames: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    captures = pd.concat([frames["articles"]["capture_id"], frames["revisions"]["capture_id"]])
    lost = int((~frames["mentions"]["capture_id"].isin(captures)).sum())
    if lost:
        yield Finding(
            day, None, "orphan_mentions", "error", lost, 0, f"{lost} mentions belong to no article of the day"
        )


def _expectations(day: str, frames: Mapping[str, pd.DataFrame], source: Source) -> Iterator[Finding]:
    feeds = frames["fetch_log"].query("kind == 'feed' and source_id == @source.source_id and items_total.notna()")
    articles = frames["articles"].query("source_id == @source.source_id")
    expect = source.expect
    entries = float(feeds["items_total"].max()) if len(feeds) else 0.0
    measures: list[tuple[str, float, float | None, Callable[[float, float], bool]]] = []
    if len(feeds):
        measures += [
            ("entries_min", entries, expect.entries_min, float.__lt__),
            ("entries_max", entries, expect.entries_max, float.__gt__),
        ]
    if len(articles) >= SOURCE_WARNINGS_FROM:
        undated = float((articles["published_source"] == "none").mean())
        with_dateline = float(articles["dateline"].notna().mean())
        words = float(articles["word_count"].median())
        measures += [
            ("undated_share_max", undated, expect.undated_share_max, float.__gt__),
            ("dateline_share_min", with_dateline, expect.dateline_share_min, float.__lt__),
            ("words_median_min", words, expect.words_median_min, float.__lt__),
        ]
    for rule, value, limit, broken in measures:
        if limit is not None and broken(value, float(limit)):
            message = f"{source.title}: {rule} is {limit:g}, the day has {value:.3g}"
            yield Finding(day, source.source_id, rule, "warning", value, float(limit), message)
