"""The alarms that stand: each is caused, and told when it begins and once a day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import TwicePolled
from sqlalchemy import update
from stores import copied

from etl.config import House
from etl.state import feeds, open_state, write
from etl.verbs.alarms import ALARMS
from etl.verbs.watching import WATCHED, news, standing

NOW = datetime.now(UTC)


@pytest.fixture
def house(polled: TwicePolled, tmp_path: Path) -> House:
    """A house that has polled both editions and does not care about the disk of this machine."""
    house = copied(polled.house, tmp_path)
    return replace(house, settings=replace(house.settings, disk_free_share_min=0.0, quarantine_share_max=1.0))


def _names(house: House, now: datetime = NOW) -> dict[str, set[str]]:
    """The alarms that stand, each with what it is about."""
    found: dict[str, set[str]] = {}
    for alarm in standing(house, now):
        found.setdefault(alarm.name, set()).add(alarm.subject)
    return found


def _set(house: House, source_ids: set[str], values: Mapping[str, object]) -> None:
    """Lets the state know something else of the feeds of some sources, or of all where none is named."""
    chosen = feeds.c.source_id.in_(source_ids or set(house.sources))
    with write(open_state(house.state_url)) as connection:
        connection.execute(update(feeds).where(chosen).values(**values))


def _failing() -> dict[str, object]:
    return {"failures": 20, "last_outcome": "temporary_error", "last_status": None}


def test_nothing_stands_where_all_is_well(house: House) -> None:
    """A house whose sources have just answered raises nothing about them."""
    _set(house, set(), {"failures": 0, "last_outcome": "ok", "polled_at": NOW.isoformat()})
    assert _names(house) == {}


def test_source_that_fails_is_named(house: House) -> None:
    """A source whose feed failed many times in a row is told by name; the others are not."""
    _set(house, set(), {"failures": 0, "last_outcome": "ok", "polled_at": NOW.isoformat()})
    _set(house, {"al_manhal"}, _failing())
    assert _names(house) == {"source_failing": {"al_manhal"}}


def test_all_that_fail_are_one_alarm(house: House) -> None:
    """When every source fails that is one alarm about ourselves, and not one for each."""
    _set(house, set(), {"polled_at": NOW.isoformat(), **_failing()})
    assert _names(house) == {"all_feeds_failing": {""}}


def test_source_without_news_is_named(house: House) -> None:
    """A source that has answered for weeks and had no article since is silent."""
    later = NOW + timedelta(days=30)
    _set(house, set(), {"failures": 0, "last_outcome": "ok", "polled_at": later.isoformat()})
    _set(house, {"levant_press"}, {"answered_at": later.isoformat()})
    assert _names(house, later) == {"source_silent": {"levant_press"}}


def test_sources_nobody_asks_are_one_alarm(house: House) -> None:
    """Sources that are due since a day, while no run comes, are one alarm about the run."""
    _set(house, set(), {"failures": 0, "last_outcome": "ok", "polled_at": NOW.isoformat()})
    assert _names(house, NOW + timedelta(days=1)) == {"ingest_late": {""}}


@pytest.mark.parametrize(("limit", "stands"), [(0.001, True), (0.999, False)])
def test_quarantine_is_measured_over_all_sources(house: House, limit: float, stands: bool) -> None:
    """More in quarantine than the setting allows is an alarm, less is none."""
    strict = replace(house, settings=replace(house.settings, quarantine_share_max=limit))
    assert ("quarantine_growing" in _names(strict)) is stands


def test_full_disk_is_told(house: House) -> None:
    """A disk with less room than is asked for is an alarm that says how much is left."""
    wary = replace(house, settings=replace(house.settings, disk_free_share_min=1.0))
    (alarm,) = (alarm for alarm in standing(wary, NOW) if alarm.name == "disk_filling")
    assert "GB" in alarm.told


def test_alarm_is_news_once_a_day(house: House) -> None:
    """An alarm is told when it begins, again after a day, and again when it comes back; never in between."""
    _set(house, set(), {"polled_at": NOW.isoformat(), **_failing()})
    alarms = standing(house, NOW)
    assert news(house, alarms, NOW) == alarms
    assert news(house, alarms, NOW + timedelta(hours=23)) == []
    assert news(house, alarms, NOW + timedelta(hours=25)) == alarms
    assert news(house, [], NOW + timedelta(hours=26)) == []
    assert news(house, alarms, NOW + timedelta(hours=27)) == alarms


def test_every_watched_alarm_has_a_name() -> None:
    """What is looked for is among the alarms that there are."""
    assert set(WATCHED) <= ALARMS.keys()
