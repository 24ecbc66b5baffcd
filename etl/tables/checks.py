"""Expectations over a day: keys, counts that add up, and each source against its file and its own four weeks.

An error means that the tables contradict themselves, a warning that a source is not as it was. Findings are told,
never mended: this room changes no row. `docs/quality.md` says what each rule means and what to do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import log
from statistics import median
from typing import Any

import pandas as pd

from etl.model import Finding, Source
from etl.tables.facts import FILLED, article_traits, daily_facts, empty_runs
from etl.tables.rhythm import DAYS_MIN, rhythm_of, surprise
from etl.tables.schema import TABLES

KEYED = ("articles", "revisions", "mentions", "fetch_log", "quarantine", "runs")
HISTORY_DAYS = 28  # four of each weekday
ROWS_MIN = 5  # rows of a day; shares of fewer say nothing
MENTIONS_MIN = 20  # the names of an article stand or fall together, so it takes more of them
FAR = 4.0  # spreads from the usual count: 1 day in 30,000 by chance, on each side, were days independent
SILENT_FAR = 3.0  # for no article at all, which is a fault more often than chance
SILENT_USUAL_MIN = 5.0  # articles of a usual day; of fewer, an empty day is nothing special
FILLED_MIN = 0.6  # a column that is filled more often than not belongs to the source's layout
FILLED_SURE = 0.9  # and one that is nearly always filled can be missed within the day
SILENT_MAX = 0.2  # what may be left of it, from pages that are laid out otherwise
SILENT_RUN = 10  # articles in a row without it, at the end of the day
SURPRISE_MIN = log(10_000)  # at most 1 in 10,000 by chance
Fact = Mapping[str, Any]  # a row of `source_days`
Breach = tuple[str, float, float, str]  # rule, value, limit, words
Measure = tuple[str, float, float | None, Callable[[float, float], bool]]


def check_day(
    day: str, frames: Mapping[str, pd.DataFrame], sources: Mapping[str, Source], history: pd.DataFrame
) -> list[Finding]:
    """What is out of order on one day; empty when nothing is.

    `frames` holds every table's rows of that day, `history` the rows of `source_days` of the HISTORY_DAYS before it.
    A source without a usual day yet (less than a week of history) is held to its file alone.
    """
    findings = [*_keys(day, frames), *_sums(day, frames), *_orphans(day, frames)]
    runs = empty_runs(article_traits(frames["articles"], sources))
    past: dict[str, list[Fact]] = {}
    for fact in _records(history):
        past.setdefault(fact["source_id"], []).append(fact)
    for fact in _records(daily_facts(day, frames, sources)):
        source = sources.get(fact["source_id"])
        if source is not None:
            ended = {name: int(runs[name].get(source.source_id, 0)) for name in FILLED}
            findings += check_source(source, fact, past.get(source.source_id, []), ended)
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


def _records(frame: pd.DataFrame) -> Iterator[Fact]:
    for row in frame.to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def check_source(
    source: Source, fact: Fact, history: Sequence[Fact], empty_runs: Mapping[str, int]
) -> Iterator[Finding]:
    """What one source's day, as a row of `source_days`, has out of order against its file and its own history.

    `empty_runs` says, by column, how many of the day's last articles have no value there.
    """
    breaches = [*_unanswered(fact), *_expectations(source, fact), *_volume(source, fact, history)]
    seasoned = [past for past in history if past["articles"] >= ROWS_MIN]
    if fact["articles"] >= ROWS_MIN and len(seasoned) >= DAYS_MIN:
        breaches += _silent_fields(source, fact, seasoned, empty_runs)
        breaches += _new_languages(source, fact, history)
    for rule, value, limit, words in breaches:
        message = f"{source.title}: {rule}: {words}"
        yield Finding(str(fact["day"]), source.source_id, rule, "warning", value, limit, message)


def _unanswered(fact: Fact) -> Iterator[Breach]:
    """The polls of a source of which none was answered."""
    if fact["feeds_failed"] and not fact["feeds_ok"]:
        failed = float(fact["feeds_failed"])
        yield "feeds_all_failed", failed, 0.0, f"all {failed:g} polls of its feeds failed, see fetch_log"


def _expectations(source: Source, fact: Fact) -> Iterator[Breach]:
    """The day against the limits of the source's file."""
    expect = source.expect
    measures: list[Measure] = []
    if pd.notna(fact["entries_max"]):
        measures += [
            ("entries_min", fact["entries_max"], expect.entries_min, float.__lt__),
            ("entries_max", fact["entries_max"], expect.entries_max, float.__gt__),
        ]
    if fact["articles"] >= ROWS_MIN:
        measures += [
            ("undated_share_max", fact["undated_share"], expect.undated_share_max, float.__gt__),
            ("dateline_share_min", fact["dateline_filled"], expect.dateline_share_min, float.__lt__),
            ("words_median_min", fact["words_median"], expect.words_median_min, float.__lt__),
            ("short_share_max", fact["short_share"], expect.short_share_max, float.__gt__),
            ("duplicate_share_max", fact["duplicate_share"], expect.duplicate_share_max, float.__gt__),
        ]
    if fact["mentions"] >= MENTIONS_MIN:
        measures.append(("unresolved_share_max", fact["unresolved_share"], expect.unresolved_share_max, float.__gt__))
    if fact["articles"] + fact["revisions"] + fact["quarantined"] >= ROWS_MIN:
        share = fact["quarantined_share"]
        measures.append(("quarantined_share_max", share, expect.quarantined_share_max, float.__gt__))
    for rule, value, limit, broken in measures:
        if limit is not None and broken(float(value), float(limit)):
            yield rule, float(value), float(limit), f"{value:.3g} on the day, the limit is {limit:g}"


def _volume(source: Source, fact: Fact, history: Sequence[Fact]) -> Iterator[Breach]:
    """Articles against the usual day, both up to the hour that the day has reached."""
    reached = [past for past in history if past["hours"] >= fact["hours"]]
    if not reached:
        return
    usually = median(past["hours"] for past in history)  # runs may always end before the day does
    hours = 24 if fact["hours"] >= usually else fact["hours"]
    counts = [(past["day"], int(sum(past["articles_by_hour"][:hours]))) for past in reached]
    rhythm = rhythm_of(counts, fact["day"])
    if rhythm is None:
        return
    count = sum(fact["articles_by_hour"][:hours])
    lowest = source.expect.volume_share_min * rhythm.usual
    highest = source.expect.volume_share_max * rhythm.usual
    until = "" if hours == 24 else f" by {hours:02}:00 UTC"
    words = f"{count} articles{until}, a usual day like this has {rhythm.usual:g}"
    distance = rhythm.distance(count)
    if count == 0 and lowest > 0 and rhythm.usual >= SILENT_USUAL_MIN and distance < -SILENT_FAR:
        yield "source_silent", 0.0, lowest, words
    elif count < lowest and distance < -FAR:
        yield "volume_low", float(count), lowest, words
    elif count > highest and distance > FAR:
        yield "volume_high", float(count), highest, words


def _silent_fields(
    source: Source, fact: Fact, history: Sequence[Fact], empty_runs: Mapping[str, int]
) -> Iterator[Breach]:
    """Columns that the source's pages used to fill and fill no more: over the day, or since some hour of it."""
    for name in sorted(set(FILLED) - set(source.expect.unsteady_fields)):
        usual, share = median(past[f"{name}_filled"] for past in history), fact[f"{name}_filled"]
        run = empty_runs[name]
        over_the_day = share < SILENT_MAX and surprise(share, usual, fact["articles"]) > SURPRISE_MIN
        since_then = usual >= FILLED_SURE and run >= SILENT_RUN
        if usual >= FILLED_MIN and (over_the_day or since_then):
            words = f"is filled in {share:.0%} of the day's articles, usually in {usual:.0%}"
            words += f"; the last {run} have none" if run else ""
            yield f"field_silent_{name}", share, SILENT_MAX, words


def _new_languages(source: Source, fact: Fact, history: Sequence[Fact]) -> Iterator[Breach]:
    """Languages that the source had on none of its days, where together they are more than a few articles."""
    known = {language for past in history for language in past["languages"]}
    new = {
        language: int(count)
        for language, count in zip(fact["languages"], fact["language_counts"], strict=True)
        if language not in known
    }
    share = sum(new.values()) / fact["articles"]
    if share > source.expect.language_new_share_max:
        words = f"{', '.join(new)}: in {share:.0%} of the day's articles, never in the weeks before"
        yield "language_new", share, source.expect.language_new_share_max, words
