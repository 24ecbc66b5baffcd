"""What is wrong with sources in plain words, and what to do next; sources with one trouble are told together."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from etl.verbs.alarms import page_of
from etl.verbs.health import ALARMS, STATES, HealthState, SourceHealth

HOUR, DAY = 60, 1_440  # minutes
NAMED = 8  # sources named one by one
DETAIL = 100  # code points of an error that are shown
MEND = "see where it is now (`dateline source check {id}`) and mend config/sources/{id}.toml"
# By the outcome of the last attempt, as in fetch_log.
REMEDIES = {
    "hard_error": f"The feed is not there any more: {MEND}.",
    "bad_type": f"What answers is no feed: {MEND}.",
    "too_large": "The feed is larger than max_feed_bytes: raise that in config/settings.toml, or name a smaller feed.",
    "soft_error": f"The publisher's server fails. Wait a day; if it stays, {MEND}.",
    "temporary_error": f"Nothing answers. If many sources say so it is our own network; else wait a day, then {MEND}.",
    "tls_error": "Its certificate is not in order: tell the publisher. It is asked again by itself.",
    "challenged": "The host wants a proof that only a person can give: ask the publisher for access.",
    "host_busy": "The host asks to be left alone for a while, which is done. Raise interval_minutes if it stays.",
}
ELSE = "What came is told in fetch_log: `dateline read fetch_log --where \"source_id = '{id}'\"`."
OWN = "Nothing answers at all: that is mostly our own network. Mend it, and they are asked again by themselves."
SILENT = "It answers without news: look at its site. If there is news, {mend}; if it rests, nothing is to be done."
LATE = "No run has come for them: is the scheduler running, and dateline_ingest unpaused? By hand: `dateline run`."
PAGES = {"failing": "source_failing", "silent": "source_silent", "late": "ingest_late"}


class Advice(NamedTuple):
    """What is wrong with sources in one state, a line each, what to do about it, and the page that says more."""

    state: HealthState
    wrong: tuple[str, ...]
    remedy: str
    page: str


def advise(sources: Sequence[SourceHealth], now: datetime) -> Iterator[Advice]:
    """What a person should look at, the worst first; empty where all is well."""
    troubled = sorted((one for one in sources if one.state in ALARMS), key=_trouble)
    asked = sum(one.state not in {"never", "retired"} for one in sources)
    failing = [one for one in troubled if one.state == "failing"]
    for (place, _), group in groupby(troubled, key=_trouble):
        alike = list(group)
        wrong = [f"{one.source_id}: {_wrong(one, now)}" for one in alike[:NAMED]]
        if len(alike) > NAMED:
            wrong.append(f"and {len(alike) - NAMED} more")
        is_own = STATES[place] == "failing" and len(failing) == asked > 1
        remedy = OWN if is_own else _remedy(alike[0], len(alike))
        page = page_of("all_feeds_failing" if is_own else PAGES[STATES[place]])
        yield Advice(STATES[place], tuple(wrong), remedy, page)


def lasting(minutes: float | None) -> str:
    """A time as a person says it, in minutes, hours or days."""
    if minutes is None:
        return "-"
    if minutes < 2 * HOUR:
        return f"{minutes:.0f} min"
    return f"{minutes / HOUR:.0f} h" if minutes < 2 * DAY else f"{minutes / DAY:.0f} d"


def told(instant: datetime) -> str:
    """An instant to the minute, in UTC."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _trouble(one: SourceHealth) -> tuple[int, str]:
    """What sources have in common that need the same to be done."""
    return STATES.index(one.state), (one.error_class or "") if one.state == "failing" else ""


def _wrong(one: SourceHealth, now: datetime) -> str:
    if one.state == "failing":
        since = f"last answer {told(one.last_success)}" if one.last_success else "never answered"
        why = (one.error_detail or "")[:DETAIL]
        return f"failed {one.failures_in_row} times in a row, {since}: {why}"
    if one.state == "silent":
        usual = f", usually every {lasting(one.usual_gap_minutes)}" if one.usual_gap_minutes else ""
        return f"nothing new for {lasting(one.silence_minutes)}{usual}" if one.last_new else "never had an article"
    overdue = (now - one.next_poll_at).total_seconds() / 60 if one.next_poll_at else None
    return f"to be asked {lasting(overdue)} ago"


def _remedy(one: SourceHealth, alike: int) -> str:
    source_id = one.source_id if alike == 1 else "ID"
    if one.state == "late":
        return LATE
    remedy = SILENT.format(mend=MEND) if one.state == "silent" else REMEDIES.get(one.error_class or "", ELSE)
    return remedy.format(id=source_id)
