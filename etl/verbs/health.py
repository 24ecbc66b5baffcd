"""How each source is, worst first: what Feed health, `dateline status` and the counters tell.

It reads our own tables and state, never Airflow's database. `docs/observability.md` says what each state means.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from sqlalchemy.engine import make_url

from etl.config import House, Settings
from etl.errors import StorageError
from etl.model import Source
from etl.state import open_state
from etl.tables.checks import HISTORY_DAYS
from etl.tables.rows import UNKNOWN
from etl.verbs.activity import ARTICLES, QUARANTINED, REVISIONS, Activity, last_articles, read_activity
from etl.verbs.feedstates import FeedStates, feed_states, reasons, run_ids
from etl.verbs.silence import habit, missed_hours, usual_gap_minutes

HealthState = Literal["failing", "silent", "late", "ok", "never", "retired"]  # worst first
STATES: tuple[HealthState, ...] = get_args(HealthState)
ALARMS: tuple[HealthState, ...] = ("failing", "silent", "late")  # what a person should look at
SOUGHT_DAYS = 92  # how far back the last article of a source is looked for


@dataclass(frozen=True, slots=True)
class DayHealth:
    """One UTC day of a source: how often its feeds were asked and failed to answer, and rows of tables."""

    day: str
    fetches: int
    failed_fetches: int
    articles: int
    revisions: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How one source is. Instants are aware UTC, shares 0 to 1 of the days shown; null where nothing is known.

    `usual_gap_minutes` is the time from one article to the next on a usual day, nights included, `silence_minutes` that
    since `last_new`. `failures_in_row` are those of the feed that failed most often; `error_class` and `error_detail`
    say why it did the last time. `last_run_id` is the run that asked the source last. `unresolved_names` are those that
    a person may settle, counted anew each day. `days` are the last UTC days, oldest first.
    """

    source_id: str
    title: str
    site: str
    state: HealthState
    last_success: datetime | None
    last_new: datetime | None
    usual_gap_minutes: float | None
    silence_minutes: float | None
    failures_in_row: int
    error_class: str | None
    error_detail: str | None
    last_run_id: str | None
    undated_share: float | None
    without_dateline_share: float | None
    quarantined_share: float | None
    unresolved_names: int | None
    next_poll_at: datetime | None
    days: tuple[DayHealth, ...]


class Quiet(NamedTuple):
    """The hours up to a source's last answer without an article, and in how many of them it usually has news.

    The latter is null where its habit is not known, or the silence is too short to matter.
    """

    hours: float
    missed_hours: float | None


class _Asked(NamedTuple):
    """Of which house health is asked, at what instant, and over how many days."""

    house: House
    now: datetime
    days: int


class _Known(NamedTuple):
    """What is known of a source besides its activity: its feeds, its last article, the last run, the last error."""

    feeds: FeedStates
    last_new: datetime | None
    run_id: str | None
    error: str | None


def source_health(house: House, now: datetime, days: int = 14) -> list[SourceHealth]:
    """Every source that is configured, and every other that was asked before or has rows on the days; worst first.

    Those of one state are in order of id. Raises StorageError where a store cannot be read.
    """
    _require_state(house)
    now = now.astimezone(UTC)
    read = tuple(now.date() - timedelta(days=back) for back in range(max(days - 1, HISTORY_DAYS), -1, -1))
    with open_state(house.state_url).connect() as connection:
        states = feed_states(connection, house.sources, now)
        activity = read_activity(house.data, connection, read, days, {*house.sources, *states})
        runs, why = run_ids(connection, states, now), reasons(connection, states, now)
        latest = activity.latest
        if not latest.keys() >= states.keys():
            first, last = read[-1] - timedelta(days=SOUGHT_DAYS), read[0] - timedelta(days=1)
            latest = last_articles(house.data, connection, first, last) | latest
    asked, told = _Asked(house, now, days), []
    for place, source_id in enumerate(activity.source_ids):
        if source_id != UNKNOWN:
            known = _Known(
                states.get(source_id, FeedStates()), latest.get(source_id), runs.get(source_id), why.get(source_id)
            )
            told.append(_health(asked, activity, place, known))
    return sorted(told, key=lambda one: (STATES.index(one.state), one.source_id))


def _health(asked: _Asked, activity: Activity, place: int, known: _Known) -> SourceHealth:
    source_id, now, feeds, last_new = activity.source_ids[place], asked.now, known.feeds, known.last_new
    source, settings = asked.house.sources.get(source_id), asked.house.settings
    quiet = quiet_of(activity, place, last_new, feeds, settings.silent_min_hours)
    return SourceHealth(
        source_id=source_id,
        title=source.title if source else source_id,
        site=source.site if source else "",
        state=_state(settings, source, feeds, quiet, now),
        last_success=feeds.answered_at,
        last_new=last_new,
        usual_gap_minutes=usual_gap_minutes(activity.hourly[place], activity.heard(place)),
        silence_minutes=(now - last_new).total_seconds() / 60 if last_new else None,
        failures_in_row=feeds.failures,
        error_class=feeds.worst.last_outcome if feeds.worst is not None else None,
        error_detail=known.error or feeds.failure,
        last_run_id=known.run_id,
        **_shares(activity, place, asked.days),
        next_poll_at=feeds.next_poll_at,
        days=_days(activity, place, asked.days),
    )


def _state(
    settings: Settings, source: Source | None, feeds: FeedStates, quiet: Quiet | None, now: datetime
) -> HealthState:
    """The worst state that holds for a source."""
    if source is None or feeds.are_gone:
        return "retired"
    if feeds.polled_at is None:
        return "never"
    if feeds.failures >= settings.failing_after:
        return "failing"
    if quiet is not None and source.expect.volume_share_min > 0 and is_silent(settings, quiet):
        return "silent"
    late = timedelta(minutes=settings.late_after_minutes)
    return "late" if feeds.next_poll_at is not None and feeds.next_poll_at + late < now else "ok"


def is_silent(settings: Settings, quiet: Quiet) -> bool:
    """Whether a silence is longer than is usual for its source."""
    if quiet.hours >= settings.silent_days * 24:
        return True
    return quiet.missed_hours is not None and quiet.missed_hours >= settings.silent_missed_hours


def quiet_of(
    activity: Activity, place: int, last_new: datetime | None, feeds: FeedStates, least_hours: float
) -> Quiet | None:
    """The silence of a source up to its last answer, since nobody knows of it while nothing answers.

    Null for one that never answered. Of one that never had an article it begins with the first day it answered. Below
    `least_hours` the habit is not asked.
    """
    if feeds.answered_at is None:
        return None
    heard = activity.heard(place)
    first = activity.days[int(np.argmax(heard))] if heard.any() else feeds.answered_at.date()
    since = last_new or datetime.combine(first, time(), UTC)
    hours = max(0.0, (feeds.answered_at - since).total_seconds() / 3600)
    shares = habit(activity.hourly[place], heard, activity.days) if hours >= least_hours else None
    if last_new is None or shares is None:
        return Quiet(hours, None)
    after = last_new + timedelta(hours=1)  # the hour of the last article is none of the silence
    return Quiet(hours, missed_hours(shares, after.weekday(), after.hour, int(hours)))


def _shares(activity: Activity, place: int, days: int) -> dict[str, Any]:
    """What is missing in the articles of a source over the last days."""
    found: dict[str, float | None] = {}
    for name, (shares, weights) in activity.shares.items():
        weight = weights[place, -days:]
        found[name] = float((shares[place, -days:] * weight).sum() / weight.sum()) if weight.any() else None
    counts = activity.counts[place, -days:].sum(axis=0)
    ended = int(counts[ARTICLES] + counts[REVISIONS] + counts[QUARANTINED])
    filled = found["dateline_filled"]
    return {
        "undated_share": found["undated_share"],
        "without_dateline_share": None if filled is None else 1 - filled,
        "quarantined_share": int(counts[QUARANTINED]) / ended if ended else None,
        "unresolved_names": int(activity.open_names[place, -days:].sum()) if ended else None,
    }


def _days(activity: Activity, place: int, days: int) -> tuple[DayHealth, ...]:
    rows = zip(activity.days[-days:], activity.counts[place, -days:].tolist(), strict=True)
    return tuple(DayHealth(day.isoformat(), *counts) for day, counts in rows)


def _require_state(house: House) -> None:
    """Passes where there is a state database to read: looking at a house makes none."""
    url = make_url(house.state_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise StorageError(f"there is no state database {url.database!r}: nothing was ever fetched here")
