"""The alarms that stand now, as our own tables and state and the disk tell them, and which of them are news."""

import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from etl.config import House
from etl.errors import StorageError
from etl.state import facts, open_state, write
from etl.stores.absorption import upsert
from etl.verbs.alarms import Alarm
from etl.verbs.health import SourceHealth, source_health

WATCHED = (
    *("ingest_late", "all_feeds_failing", "source_failing", "source_silent"),
    *("quarantine_growing", "disk_filling"),
)
DAYS = 2  # today has only begun
ROWS_MIN = 20  # of fewer nobody can tell a share
REMIND = timedelta(hours=24)  # what still stands is told again


def standing(house: House, now: datetime) -> list[Alarm]:
    """Everything that a person should look at now, by alarm and source. Raises StorageError."""
    health = source_health(house, now, DAYS)
    return [*_sources(health), *_quarantine(house, health), *_disk(house)]


def news(house: House, alarms: Sequence[Alarm], now: datetime) -> list[Alarm]:
    """Those of the standing alarms that did not stand the last time, or were told a day ago; remembers them all.

    What is remembered is lost with the state, and everything that stands is then told once more.
    """
    with write(open_state(house.state_url)) as connection:
        stored = connection.scalar(select(facts.c.value).where(facts.c.name == "alarms"))
        told: dict[str, str] = json.loads(stored) if stored else {}
        fresh = [alarm for alarm in alarms if _is_due(told.get(_key(alarm)), now)]
        kept = {_key(alarm): told[_key(alarm)] for alarm in alarms if alarm not in fresh}
        kept |= {_key(alarm): now.isoformat() for alarm in fresh}
        upsert(connection, facts, {"name": "alarms"}, {"value": json.dumps(kept, ensure_ascii=False)})
    return fresh


def _sources(health: Sequence[SourceHealth]) -> Iterator[Alarm]:
    asked = [one for one in health if one.state not in {"never", "retired"}]
    failing = [one for one in asked if one.state == "failing"]
    if len(failing) == len(asked) > 1:
        why = f"{failing[0].source_id}: {failing[0].error_detail}"
        yield Alarm("all_feeds_failing", "", f"all {len(asked)} sources fail, among them {why}")
    else:
        for one in failing:
            told = f"{one.source_id} has failed {one.failures_in_row} times in a row: {one.error_detail}"
            yield Alarm("source_failing", one.source_id, told)
    for one in (one for one in asked if one.state == "silent"):
        since = f"since {one.last_new:%Y-%m-%d %H:%M} UTC" if one.last_new else "since it was first asked"
        yield Alarm("source_silent", one.source_id, f"{one.source_id} answers and has had no news {since}")
    late = [one for one in asked if one.state == "late"]
    if late:
        told = f"{len(late)} sources are due and not asked, {late[0].source_id} since {late[0].next_poll_at:%H:%M} UTC"
        yield Alarm("ingest_late", "", told)


def _quarantine(house: House, health: Sequence[SourceHealth]) -> Iterator[Alarm]:
    quarantined = sum(day.quarantined for one in health for day in one.days)
    ended = quarantined + sum(day.articles + day.revisions for one in health for day in one.days)
    limit = house.settings.quarantine_share_max
    if ended >= ROWS_MIN and quarantined / ended > limit:
        worst = max(health, key=lambda one: sum(day.quarantined for day in one.days))
        told = f"{quarantined} of {ended} pages of two days went to quarantine, more than {limit:.0%}"
        yield Alarm("quarantine_growing", "", f"{told}; most of them of {worst.source_id}")


def _disk(house: House) -> Iterator[Alarm]:
    try:
        usage = shutil.disk_usage(house.data)
    except OSError as error:
        raise StorageError(f"cannot read {str(house.data)!r}: {error.strerror}") from error
    share, limit = usage.free / usage.total, house.settings.disk_free_share_min
    if share < limit:
        told = f"{usage.free / 1e9:.1f} GB ({share:.0%}) of the disk of {str(house.data)!r} are free"
        yield Alarm("disk_filling", "", f"{told}, less than {limit:.0%}")


def _key(alarm: Alarm) -> str:
    return f"{alarm.name} {alarm.subject}".strip()


def _is_due(told_at: str | None, now: datetime) -> bool:
    return told_at is None or now - datetime.fromisoformat(told_at) >= REMIND
