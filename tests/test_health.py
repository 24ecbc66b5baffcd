"""Feed health tells how each source is, from what the stores hold, at a cost that history does not change."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from newsdays import invented_days
from stores import rows

from bench.health import (
    NOW,
    check,
    day_row,
    empty_house,
    invented_source,
    know_feed,
    publish,
    run_row,
    warc_name,
    write_crowd,
)
from etl import pipeline
from etl.collecting.collection import COLLECTED, Collected
from etl.config import House, Settings
from etl.errors import StorageError
from etl.model import FeedAddress
from etl.state import batches, feeds, hosts, objects, open_state, write
from etl.stores import ledger
from etl.tables.parquet import write_object
from etl.tables.schema import TABLES, to_arrow
from etl.verbs.health import ALARMS, STATES, DayHealth, HealthState, SourceHealth, source_health
from etl.verbs.silence import habit, missed_hours, usual_gap_minutes
from samples.publishers import FAILING_SOURCE_ID
from samples.server import NewsroomServer

TODAY = NOW.date()
BUSY = [0] * 6 + [2] * 16 + [0] * 2  # articles by hour: news by day, none at night
NONE = [0] * 24
QUAY = invented_source("quay")


def _quay(house: House, now: datetime = NOW, days: int = 14) -> SourceHealth:
    """The health of the source `quay`."""
    (found,) = [one for one in source_health(house, now, days) if one.source_id == "quay"]
    return found


def _weeks(house: House, last: date, weeks: int = 4) -> None:
    """Lets the days before `last` be busy ones, and checks them."""
    days = [last - timedelta(days=back) for back in range(weeks * 7, 0, -1)]
    check(house, {day: [day_row("quay", day, BUSY)] for day in days})


def _failing(times: int) -> dict[str, object]:
    return {"failures": times, "last_outcome": "temporary_error", "last_status": None}


@pytest.mark.parametrize(
    ("state", "asked", "known", "quiet_days"),
    [
        ("ok", timedelta(minutes=5), {}, 0),
        ("ok", timedelta(minutes=5), _failing(2), 0),
        ("failing", timedelta(minutes=5), _failing(3), 0),
        ("failing", timedelta(days=3), _failing(9), 5),
        ("late", timedelta(hours=3), {}, 0),
        ("late", timedelta(hours=3), _failing(1), 0),
        ("silent", timedelta(minutes=5), {}, 2),
        ("silent", timedelta(hours=3), {}, 2),
        ("retired", timedelta(days=2), {"failures": 2, "last_outcome": "hard_error", "last_status": 410}, 9),
    ],
)
def test_state_is_the_worst_that_holds(
    tmp_path: Path, state: HealthState, asked: timedelta, known: dict[str, object], quiet_days: int
) -> None:
    """Failures in a row make a source failing, silence beyond its habit silent, and a poll that never comes late."""
    house = empty_house(tmp_path, [QUAY])
    _weeks(house, TODAY - timedelta(days=quiet_days))
    know_feed(house, QUAY, NOW - asked, **known)
    assert _quay(house).state == state


def test_every_source_is_told_worst_first(tmp_path: Path) -> None:
    """Sources never asked are there, and those configured no more; the worst stand first, those of a state by id."""
    ids = ("anchor", "bollard", "capstan", "davit", "quay")
    sources = {name: invented_source(name) for name in ids}
    house = empty_house(tmp_path, [sources[name] for name in ids if name != "davit"])
    _weeks(house, TODAY)
    know_feed(house, sources["anchor"], NOW - timedelta(hours=9))
    know_feed(house, sources["capstan"], NOW, **_failing(4))
    know_feed(house, sources["davit"], NOW - timedelta(days=700))
    know_feed(house, QUAY, NOW)
    found = [(one.source_id, one.state) for one in source_health(house, NOW)]
    assert found == [
        ("capstan", "failing"),
        ("anchor", "late"),
        ("quay", "ok"),
        ("bollard", "never"),
        ("davit", "retired"),
    ]
    assert STATES[:3] == ALARMS


def test_one_dead_feed_of_several_is_told(tmp_path: Path) -> None:
    """A source with one dead feed is failing by it, whatever the others do, and retired once all of them are gone."""
    gone = {"failures": 5, "last_outcome": "hard_error", "last_status": 410}
    second = FeedAddress("https://quay.example/sport.xml")
    both = replace(QUAY, feeds=(*QUAY.feeds, second))
    house = empty_house(tmp_path, [both])
    know_feed(house, both, NOW, **gone)
    know_feed(house, both, NOW, url=second.url)
    found = _quay(house)
    assert (found.state, found.failures_in_row, found.last_success) == ("failing", 5, NOW)
    assert (found.error_class, found.error_detail) == ("hard_error", "HTTP status 410")
    with write(open_state(house.state_url)) as connection:
        connection.execute(feeds.update().values(**gone))
    assert _quay(house).state == "retired"


def test_next_poll_is_that_of_the_schedule(tmp_path: Path) -> None:
    """The next poll is when a run would ask, by the feed's pause, and not before its host wants to be asked."""
    house = empty_house(tmp_path, [QUAY])
    know_feed(house, QUAY, NOW)
    assert _quay(house).next_poll_at == NOW + timedelta(minutes=27)
    later = NOW + timedelta(hours=5)
    with write(open_state(house.state_url)) as connection:
        connection.execute(hosts.insert().values(host="quay.example", not_before=later.isoformat()))
    assert _quay(house).next_poll_at == later
    assert _quay(house, NOW + timedelta(hours=4)).state == "ok"


def test_source_only_of_the_tables_is_retired(tmp_path: Path) -> None:
    """A source of which only rows are left is told with them, and the source of damaged files is none."""
    house = empty_house(tmp_path, [])
    check(house, {TODAY: [day_row("quay", TODAY, BUSY), day_row("unknown", TODAY, NONE, quarantined=1)]})
    (found,) = source_health(house, NOW)
    assert (found.source_id, found.state, found.days[-1].articles) == ("quay", "retired", 32)


@pytest.mark.parametrize(
    ("setting", "value", "state"),
    [
        ("failing_after", 2, "failing"),
        ("silent_missed_hours", 50, "ok"),
        ("silent_min_hours", 70, "ok"),
        ("late_after_minutes", 1, "late"),
    ],
)
def test_limits_are_settings(tmp_path: Path, setting: str, value: float, state: HealthState) -> None:
    """Each limit is what the settings say."""
    house = empty_house(tmp_path, [QUAY])
    house = replace(house, settings=replace(house.settings, **{setting: value}))  # type: ignore[arg-type]
    _weeks(house, TODAY - timedelta(days=0 if setting in {"failing_after", "late_after_minutes"} else 2))
    know_feed(house, QUAY, NOW - timedelta(minutes=30), **(_failing(2) if setting == "failing_after" else {}))
    now = NOW + timedelta(minutes=5)
    assert _quay(house, now).state == state
    default = {"failing_after": "ok", "late_after_minutes": "ok"}.get(setting, "silent")
    assert _quay(replace(house, settings=Settings()), now).state == default


def test_silence_ends_with_the_last_answer(tmp_path: Path) -> None:
    """A source of which nobody has asked since its last article is not silent, however long ago that is."""
    house = empty_house(tmp_path, [QUAY])
    _weeks(house, TODAY - timedelta(days=5))
    know_feed(house, QUAY, datetime(2026, 11, 14, 22, 0, tzinfo=UTC))
    assert _quay(house).state == "late"


def test_source_of_which_no_news_is_expected_is_never_silent(tmp_path: Path) -> None:
    """`volume_share_min = 0` in a source's file, which turns the checks of its volume off, turns silence off, too."""
    resting = replace(QUAY, expect=replace(QUAY.expect, volume_share_min=0.0))
    house = empty_house(tmp_path, [resting])
    _weeks(house, TODAY - timedelta(days=20), weeks=1)
    know_feed(house, QUAY, NOW)
    assert _quay(house).state == "ok"
    assert _quay(replace(house, sources={"quay": QUAY})).state == "silent"


def test_source_that_never_had_an_article_becomes_silent(tmp_path: Path) -> None:
    """A feed that answers for two weeks without any article is silent, and on its first days it is not."""
    house = empty_house(tmp_path, [QUAY])
    know_feed(house, QUAY, NOW)
    days = [TODAY - timedelta(days=back) for back in range(15)]
    check(house, {day: [day_row("quay", day, NONE)] for day in days[:-1]})
    assert (_quay(house).state, _quay(house).last_new) == ("ok", None)
    check(house, {days[-1]: [day_row("quay", days[-1], NONE)]})
    assert _quay(house).state == "silent"


def test_last_article_is_found_before_the_days_shown(tmp_path: Path) -> None:
    """The last article is sought some months back, though the days that are shown have none."""
    house = empty_house(tmp_path, [QUAY])
    _weeks(house, TODAY - timedelta(days=40))
    know_feed(house, QUAY, NOW)
    found = _quay(house)
    assert found.last_new == datetime(2026, 10, 10, 21, 20, tzinfo=UTC)
    assert found.silence_minutes == (NOW - found.last_new) / timedelta(minutes=1)
    assert (found.state, sum(day.articles for day in found.days)) == ("silent", 0)


RUNS = [NOW - timedelta(hours=back) for back in (9, 6, 3, 1)]
WARCS = [warc_name(at, f"run-{number}.quay") for number, at in enumerate(RUNS)]
POLLS = [run_row(f"run-{number}", "quay", warc, new=number, revisions=1) for number, warc in enumerate(WARCS)]
POLLS[2] |= {"feeds_ok": 0, "feeds_failed": 1, "quarantined": 2}
WHOLE = DayHealth(str(TODAY), 4, 1, 6, 4, 2)


def _checked(polls: Sequence[dict[str, object]]) -> dict[str, object]:
    """A row of `source_days` as the check makes it of some polls."""
    names = ("feeds_ok", "feeds_failed", "revisions", "quarantined")
    counts = {name: sum(int(str(poll[name])) for poll in polls) for name in names}
    hours = Counter({RUNS[POLLS.index(poll)].hour: int(str(poll["new"])) for poll in polls})
    return day_row("quay", TODAY, [hours[hour] for hour in range(24)], **counts)


def _publish(house: House, first: int, last: int) -> None:
    for number in range(first, last):
        publish(house, TODAY, f"run-{number}", {WARCS[number]: [POLLS[number]]})


def _unchecked(house: House) -> None:
    _publish(house, 0, 4)


def _checked_between(house: House) -> None:
    _publish(house, 0, 2)
    check(house, {TODAY: [_checked(POLLS[:2])]})
    _publish(house, 2, 4)


def _checked_last(house: House) -> None:
    _publish(house, 0, 4)
    check(house, {TODAY: [_checked(POLLS)]})


def _compact(house: House) -> None:
    """Makes one object of the day's, as `compact` commits it."""
    pipeline.compact(house, TODAY)


def _compacted_after_an_old_check(house: House) -> None:
    _checked_between(house)
    _compact(house)


def _compacted_and_vacuumed(house: House) -> None:
    _compacted_after_an_old_check(house)
    pipeline.vacuum(house, 0)


def _compacted_then_checked(house: House) -> None:
    _checked_last(house)
    _compact(house)
    check(house, {TODAY: [_checked(POLLS)]})


def _late_after_compaction(house: House) -> None:
    _publish(house, 0, 3)
    _compact(house)
    check(house, {TODAY: [_checked(POLLS[:3])]})
    _publish(house, 3, 4)


def _rebuilt(house: House) -> None:
    """A rebuild that a crash kept from checking: one WARC reads otherwise than when the day was checked."""
    wrong = [{**poll, "new": 7} if number == 1 else poll for number, poll in enumerate(POLLS)]
    for number, poll in enumerate(wrong):
        publish(house, TODAY, f"run-{number}", {WARCS[number]: [poll]})
    check(house, {TODAY: [_checked(POLLS)]})
    rebuilt = to_arrow(TABLES["runs"], [POLLS[1]])
    files = [write_object(house.data, rebuilt, "runs", str(TODAY), WARCS[1])]
    ledger.commit(open_state(house.state_url), house.data, "rebuild", {WARCS[1]: files})


@pytest.mark.parametrize(
    "make",
    [
        _unchecked,
        _checked_between,
        _checked_last,
        _compacted_after_an_old_check,
        _compacted_and_vacuumed,
        _compacted_then_checked,
        _late_after_compaction,
        _rebuilt,
    ],
)
def test_days_are_counted_once(tmp_path: Path, make: Callable[[House], None]) -> None:
    """A day's counts are those of its runs, whenever it was checked, compacted or rebuilt; other days are zeros."""
    house = empty_house(tmp_path, [QUAY])
    make(house)
    found = _quay(house, days=3)
    empty = [DayHealth(str(TODAY - timedelta(days=back)), 0, 0, 0, 0, 0) for back in (2, 1)]
    assert found.days == (*empty, WHOLE)
    assert found.quarantined_share == pytest.approx(2 / 12)
    assert found.last_new is not None
    assert found.last_new.replace(minute=0) == RUNS[3].replace(minute=0)


def test_habit_is_learnt_from_four_weeks(tmp_path: Path) -> None:
    """The rhythm is that of four weeks, however few days are shown, and unknown before a week is over."""
    house = empty_house(tmp_path, [QUAY])
    _weeks(house, TODAY - timedelta(days=21), weeks=1)
    assert _quay(house, days=1).usual_gap_minutes == 24 * 60 / sum(BUSY)
    assert _quay(house, NOW + timedelta(days=1), days=1).usual_gap_minutes is None


@pytest.mark.parametrize(
    ("asked", "run_id"),
    [
        (RUNS[0] - timedelta(minutes=1), "run-0"),
        (RUNS[2] - timedelta(minutes=1), "run-2"),
        (RUNS[2], "run-2"),
        (RUNS[3] + timedelta(minutes=1), None),
        (NOW - timedelta(days=9), None),
    ],
)
def test_last_run_is_the_one_that_asked(tmp_path: Path, asked: datetime, run_id: str | None) -> None:
    """The last run of a source is that of the first WARC begun after it was asked; long ago it is not sought."""
    other = invented_source("anchor")
    house = empty_house(tmp_path, [QUAY, other])
    _publish(house, 0, 4)
    know_feed(house, QUAY, asked)
    know_feed(house, other, RUNS[0] - timedelta(hours=1))
    assert _quay(house).last_run_id == run_id


def test_error_is_in_the_words_of_its_run(tmp_path: Path) -> None:
    """The error of a failing feed is what its run noted of it, though another run stands between; else the status."""
    house = empty_house(tmp_path, [QUAY])
    _publish(house, 0, 4)
    know_feed(house, QUAY, RUNS[1] - timedelta(minutes=1), **_failing(3))
    assert _quay(house).error_detail == "temporary_error"
    noted = {"run-1": {}, "run-2": {QUAY.feeds[0].url: "timed out after 20 s"}, "run-3": {QUAY.feeds[0].url: "later"}}
    with write(open_state(house.state_url)) as connection:
        for run_id, failed in noted.items():
            fetched = COLLECTED.dump_json(Collected("quay", (), 1, 0, failed)).decode()
            connection.execute(batches.insert().values(run_id=run_id, batch="quay", fetched=fetched))
    assert _quay(house).error_detail == "timed out after 20 s"
    assert _quay(house, NOW + timedelta(days=9)).error_detail == "temporary_error"


def test_shares_are_of_all_articles(tmp_path: Path) -> None:
    """Shares of days weigh by their articles, a day without any counts nothing, and open names are added up."""
    house = empty_house(tmp_path, [QUAY])
    for back, (articles, undated, names) in enumerate([(30, 0.5, 4), (10, 0.1, 3), (0, None, 0)]):
        day = TODAY - timedelta(days=back)
        row = day_row("quay", day, [articles] + [0] * 23, undated_share=undated, open_names=names)
        check(house, {day: [row]})
    found = _quay(house)
    assert found.undated_share == pytest.approx((30 * 0.5 + 10 * 0.1) / 40)
    assert found.without_dateline_share == pytest.approx(0.5)
    assert found.unresolved_names == 7


def test_health_is_what_the_tables_say(house: House, newsroom: NewsroomServer) -> None:
    """Over two polls of the newsroom, on both kinds of state, each number is the one counted by hand in the rows."""
    for edition in (1, 2):
        newsroom.edition = edition
        pipeline.run(house, f"run-{edition}", force=True)
    found = {one.source_id: one for one in source_health(house, datetime.now(UTC), 2)}
    assert found.keys() == house.sources.keys()
    tables = {name: rows(house, name) for name in ("articles", "revisions", "quarantine", "mentions", "fetch_log")}
    for source_id, one in found.items():
        own = {name: [row for row in table if row["source_id"] == source_id] for name, table in tables.items()}
        polls = [row for row in own["fetch_log"] if row["kind"] == "feed"]
        answered = [row for row in polls if row["outcome"] in {"ok", "same_bytes", "not_modified"}]
        counts = [sum(getattr(day, field.name) for day in one.days) for field in fields(DayHealth)[1:]]
        sizes = [len(own[name]) for name in ("articles", "revisions", "quarantine")]
        assert counts == [len(polls), len(polls) - len(answered), *sizes]
        assert one.last_new == max((row["seen_at"] for row in own["articles"]), default=None)
        assert one.last_success == max((row["requested_at"] for row in answered), default=None)
        open_ = {row["surface"] for row in own["mentions"] if row["status"] in {"ambiguous", "proposed", "unresolved"}}
        assert one.unresolved_names == (len(open_) if sum(sizes) else None)
        assert one.last_run_id == "run-2"
    failing = found[FAILING_SOURCE_ID]
    assert (failing.failures_in_row, failing.error_class) == (2, "soft_error")
    assert (failing.error_detail, failing.last_success) == ("HTTP status 500", None)


def test_nothing_but_the_last_days_is_read(tmp_path: Path) -> None:
    """Health reads neither what is older than its days nor what a check has seen: without those files it is equal."""
    house = write_crowd(tmp_path, sources=4, days=40, runs_a_day=8)
    before = source_health(house, NOW)
    first = str(TODAY - timedelta(days=28))
    with open_state(house.state_url).connect() as connection:
        stored = connection.execute(objects.select()).all()
    checks = {row.seen_date: row.born for row in stored if row.table_name == "source_days"}
    unread = [
        row.path
        for row in stored
        if row.seen_date < first or (row.table_name == "runs" and row.born < checks[row.seen_date])
    ]
    assert len(unread) > 50
    for path in unread:
        (house.data / path).unlink()
    assert source_health(house, NOW) == before
    assert {one.state for one in before} == {"ok"}


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """Where nothing was ever fetched that is said, and no state comes to be by looking."""
    house = empty_house(tmp_path, [QUAY])
    missing = replace(house, state_url=f"sqlite:///{tmp_path / 'elsewhere' / 'state.sqlite'}")
    with pytest.raises(StorageError, match="nothing was ever fetched here"):
        source_health(missing, NOW)
    assert not (tmp_path / "elsewhere").exists()


def test_nights_and_weekends_are_no_silence() -> None:
    """A source that rests at night and at weekends misses no hour then, and each of its busy hours on a working day."""
    days = tuple(date(2026, 10, 26) + timedelta(days=number) for number in range(28))
    hourly = np.array([NONE if day.weekday() in {4, 5} else BUSY for day in days])
    shares = habit(hourly, np.ones(28, bool), days)
    assert shares is not None
    assert missed_hours(shares, weekday=3, hour=22, hours=2 + 48 + 6) == 0
    assert missed_hours(shares, weekday=6, hour=6, hours=16) == 16
    assert missed_hours(shares, weekday=6, hour=22, hours=24) == 16
    assert usual_gap_minutes(hourly, np.ones(28, bool)) == 24 * 60 / 32
    week = np.arange(28) < 6
    assert (habit(hourly, week, days), usual_gap_minutes(hourly, week)) == (None, None)


def test_chance_is_no_silence_and_death_is() -> None:
    """Of 60 invented sources over four weeks none is called silent by chance; one that ends is found, most in a day."""
    limit, needed = Settings().silent_missed_hours, []
    for number in range(60):
        facts = [fact for fact, _ in invented_days(number, 56)]
        hourly = np.array([fact["articles_by_hour"] for fact in facts], dtype=np.int64)
        days = tuple(fact["day"] for fact in facts)
        busy = np.flatnonzero(hourly.reshape(-1))
        for last, after in pairwise(busy.tolist()):
            if after >= 28 * 24 and after - last > 6:
                shares = _habit_before(hourly, days, after // 24)
                assert missed_hours(shares, days[(last + 1) // 24].weekday(), (last + 1) % 24, after - last) < limit
        shares = _habit_before(hourly, days, 50)
        found = (hours for hours in range(6, 24 * 14) if missed_hours(shares, days[50].weekday(), 0, hours) >= limit)
        needed.append(next(found, 24 * 14))
    assert np.median(needed) <= 24
    assert max(needed) <= 24 * 14


def _habit_before(hourly: npt.NDArray[np.int64], days: tuple[date, ...], last: int) -> npt.NDArray[np.float64]:
    """The habit of the four weeks before a day."""
    shares = habit(hourly[last - 28 : last], np.ones(28, bool), days[last - 28 : last])
    assert shares is not None
    return shares
