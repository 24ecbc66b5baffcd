"""A source's own rhythm: quiet on days like the others, awake on the day that something breaks."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from math import log
from statistics import median

import pytest
from newsdays import FIRST_DAY, Fact, empty_run, fact_of, invented_days, invented_source

from etl.model import Expectations
from etl.tables.checks import HISTORY_DAYS, check_source
from etl.tables.facts import FILLED
from etl.tables.rhythm import DAYS_MIN, rhythm_of, surprise

Filled = dict[str, list[bool]]
SOURCE = invented_source("quay")
MONDAY = date(2026, 9, 28)


def _found(fact: Fact, history: list[Fact], filled: Filled) -> set[str]:
    runs = {name: empty_run(filled[name]) for name in FILLED}
    return {finding.rule for finding in check_source(SOURCE, fact, history, runs)}


def test_quiet_days_make_few_findings() -> None:
    """200 sources in 32 days without a fault, bursts included, make less than 6 findings in 1,000 source-days."""
    rules: Counter[str] = Counter()
    judged = 0
    for number in range(200):
        history: list[Fact] = []
        for fact, filled in invented_days(number, 60):
            if len(history) >= HISTORY_DAYS:
                rules.update(_found(fact, history[-HISTORY_DAYS:], filled))
                judged += 1
            history.append(fact)
    assert judged == 200 * 32
    assert rules.total() < 0.006 * judged, rules
    assert sum(count for rule, count in rules.items() if not rule.startswith(("volume", "source"))) <= 1, rules


def _dead(fact: Fact, filled: Filled) -> tuple[Fact, Filled]:
    return fact_of("quay", fact["day"], {name: [] for name in FILLED}, [0] * 24), {name: [] for name in FILLED}


def _fourfold(fact: Fact, filled: Filled) -> tuple[Fact, Filled]:
    more = {name: values * 4 for name, values in filled.items()}
    return fact_of("quay", fact["day"], more, [count * 4 for count in fact["articles_by_hour"]]), more


def _undated(fact: Fact, filled: Filled) -> tuple[Fact, Filled]:
    none = {**filled, "published_at": [False] * fact["articles"]}
    return fact_of("quay", fact["day"], none, fact["articles_by_hour"]), none


def _undated_from_noon(fact: Fact, filled: Filled) -> tuple[Fact, Filled]:
    dates = [full and place < fact["articles"] / 2 for place, full in enumerate(filled["published_at"])]
    none = {**filled, "published_at": dates}
    return fact_of("quay", fact["day"], none, fact["articles_by_hour"]), none


def _french(fact: Fact, filled: Filled) -> tuple[Fact, Filled]:
    half = fact["articles"] // 2
    counts = [fact["articles"] - half, half]
    more = {"languages": ["en", "fr"], "language_counts": counts}
    return fact_of("quay", fact["day"], filled, fact["articles_by_hour"], **more), filled


@pytest.mark.parametrize(
    ("fault", "rule", "from_articles", "share"),
    [
        (_dead, "source_silent", 10, 0.98),
        (_fourfold, "volume_high", 10, 0.93),  # missed where the day itself would have been a poor one
        (_undated, "field_silent_published_at", 5, 1.0),
        (_undated_from_noon, "field_silent_published_at", 20, 1.0),
        (_french, "language_new", 5, 1.0),
    ],
)
def test_planted_fault_is_found_the_same_day(
    fault: Callable[[Fact, Filled], tuple[Fact, Filled]], rule: str, from_articles: int, share: float
) -> None:
    """What breaks is told on the day that it breaks, for sources of so many articles on that and the usual day."""
    planted = found = 0
    for number in range(200):
        days = list(invented_days(number, HISTORY_DAYS + 1))
        history = [fact for fact, _ in days[:-1]]
        usual = median(fact["articles"] for fact in history)
        if min(usual, days[-1][0]["articles"]) >= from_articles:
            planted += 1
            fact, filled = fault(*days[-1])
            found += rule in _found(fact, history, filled)
    assert planted > 80
    assert found >= share * planted


def test_day_in_progress_is_held_to_the_same_hours() -> None:
    """At six a source that has a quarter of its usual day is in order, and one that has nothing is silent."""
    filled = {name: [True] * 48 for name in FILLED}
    history = [fact_of("quay", MONDAY - timedelta(days=ago), filled, [2] * 24) for ago in range(1, 15)]
    morning = {**fact_of("quay", MONDAY, filled, [2] * 6 + [0] * 18), "hours": 6}
    assert _found(morning, history, filled) == set()
    none = {**fact_of("quay", MONDAY, {name: [] for name in FILLED}, [0] * 24), "hours": 6}
    assert _found(none, history, {name: [] for name in FILLED}) == {"source_silent"}


def test_one_run_a_day_is_a_whole_day() -> None:
    """A house that always runs at six in the morning has its volume judged all the same."""
    filled = {name: [True] * 40 for name in FILLED}
    hours = [0] * 6 + [40] + [0] * 17
    history = [{**fact_of("quay", MONDAY - timedelta(days=ago), filled, hours), "hours": 6} for ago in range(1, 15)]
    assert _found({**history[0], "day": MONDAY}, history, filled) == set()
    few = {name: [True] * 5 for name in FILLED}
    low = {**fact_of("quay", MONDAY, few, [0] * 6 + [5] + [0] * 17), "hours": 6}
    assert _found(low, history, few) == {"volume_low"}


@pytest.mark.parametrize(("limits", "articles"), [({"volume_share_min": 0.0}, 0), ({"volume_share_max": 1000.0}, 400)])
def test_volume_is_as_wide_as_the_source_says(limits: dict[str, float], articles: int) -> None:
    """A source whose file expects any volume has no finding of it, where others have one."""
    filled = {name: [True] * 48 for name in FILLED}
    history = [fact_of("quay", MONDAY - timedelta(days=ago), filled, [2] * 24) for ago in range(1, 15)]
    many = {name: [True] * articles for name in FILLED}
    fact = fact_of("quay", MONDAY, many, [articles] + [0] * 23)
    loose = invented_source("quay", expect=Expectations(**limits))  # type: ignore[arg-type]
    runs = dict.fromkeys(FILLED, 0)
    assert len(list(check_source(SOURCE, fact, history, runs))) == 1
    assert list(check_source(loose, fact, history, runs)) == []


def test_unsteady_field_may_fall_silent() -> None:
    """A column that the source's file names as unsteady is not missed; another one is."""
    filled = {name: [True] * 48 for name in FILLED}
    history = [fact_of("quay", MONDAY - timedelta(days=ago), filled, [2] * 24) for ago in range(1, 15)]
    gone = {**filled, "keywords": [False] * 48, "guid": [False] * 48}
    source = invented_source("quay", expect=Expectations(unsteady_fields=("keywords",)))
    runs = {name: empty_run(gone[name]) for name in FILLED}
    found = list(check_source(source, fact_of("quay", MONDAY, gone, [2] * 24), history, runs))
    assert [(finding.rule, finding.value, finding.limit) for finding in found] == [("field_silent_guid", 0.0, 0.2)]
    assert found[0].message.endswith("usually in 100%; the last 48 have none")


def test_rhythm_needs_a_week() -> None:
    """Six days are no rhythm, seven are."""
    week = [(MONDAY - timedelta(days=ago), 10) for ago in range(1, DAYS_MIN + 1)]
    assert rhythm_of(week[1:], MONDAY) is None
    rhythm = rhythm_of(week, MONDAY)
    assert rhythm is not None
    assert (rhythm.usual, rhythm.days) == (10, 7)


def test_silence_before_the_day_is_no_rhythm() -> None:
    """A feed that died two weeks ago is still measured by what it gave before; one quiet day among others counts."""
    days = [(MONDAY - timedelta(days=ago), 0 if ago < 15 else 30) for ago in range(1, 29)]
    rhythm = rhythm_of(days, MONDAY)
    assert rhythm is not None
    assert (rhythm.usual, rhythm.days) == (30, 14)


@pytest.mark.parametrize("rest", [(5, 6), (4, 5), (4,)])
def test_days_of_rest_are_compared_with_each_other(rest: tuple[int, ...]) -> None:
    """Whatever the weekend, a working day is held to working days and a day of rest to days of rest."""
    days = [MONDAY - timedelta(days=ago) for ago in range(1, 29)]
    counts = [(day, 12 if day.weekday() in rest else 100) for day in days]
    usual = {day.weekday(): rhythm.usual for day in days[:7] if (rhythm := rhythm_of(counts, day)) is not None}
    assert usual == {weekday: 12 if weekday in rest else 100 for weekday in range(7)}


def test_distance_grows_with_the_square_root() -> None:
    """A loss of half is far for a source of 400 and near for a source of 8, and a rough rhythm makes both nearer."""
    large, small = (rhythm_of([(FIRST_DAY + timedelta(days=n), size) for n in range(28)], MONDAY) for size in (400, 8))
    rough = rhythm_of([(FIRST_DAY + timedelta(days=n), (310, 400, 520)[n % 3]) for n in range(28)], MONDAY)
    assert large is not None
    assert small is not None
    assert rough is not None
    assert large.distance(200) < -10
    assert -2 < small.distance(4) < 0
    assert rough.usual == 400
    assert -2 < rough.distance(200) < 0 < rough.distance(500)


def test_surprise_bounds_the_chance() -> None:
    """None of five where 19 of 20 are usual is a chance of 0.05 to the fifth; as many as usual is no surprise."""
    assert surprise(0, 0.95, 5) == pytest.approx(-5 * log(0.05))
    assert surprise(0.5, 0.5, 100) == surprise(0.9, 0.5, 100) == 0
    assert surprise(0.1, 0.9, 10) > surprise(0.2, 0.9, 10) > 0
    assert surprise(0, 1, 5) == pytest.approx(-5 * log(0.01))
