"""The page of all sources: how each one is, to be filtered and sorted, the worst first."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from etl.ui.asking import Asked
from etl.ui.rendering import render
from etl.verbs.health import STATES, SourceHealth, source_health

DAYS = 14
SHOWN_SOURCES = 100
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
MEANINGS = {
    "failing": "its feeds do not answer",
    "silent": "they answer, and bring nothing new for longer than usual",
    "late": "it was to be asked by now",
    "ok": "as usual",
    "never": "not asked yet",
    "retired": "configured no more, or gone",
}
Key = Callable[[SourceHealth], Any]


def _times_usual(one: SourceHealth) -> float:
    """How many times its usual gap a source has been silent; 0 where either is not known."""
    if one.silence_minutes is None or not one.usual_gap_minutes:
        return 0.0
    return one.silence_minutes / one.usual_gap_minutes


# What the table may be sorted by: its heading, the value, and whether the largest stands first.
COLUMNS: dict[str, tuple[str, Key, bool]] = {
    "state": ("State", lambda one: STATES.index(one.state), False),
    "source": ("Source", lambda one: one.title.casefold(), False),
    "success": ("Last success", lambda one: one.last_success or LONG_AGO, False),
    "new": ("Last article", lambda one: one.last_new or LONG_AGO, False),
    "silence": ("Silence, in usual gaps", _times_usual, True),
    "errors": ("Errors", lambda one: one.failures_in_row, True),
    "fetches": ("Fetches a day", lambda one: sum(day.fetches for day in one.days), True),
    "articles": ("Articles a day", lambda one: sum(day.articles for day in one.days), True),
    "undated": ("No date", lambda one: one.undated_share or 0.0, True),
    "dateline": ("No dateline", lambda one: one.without_dateline_share or 0.0, True),
    "quarantined": ("Quarantined", lambda one: one.quarantined_share or 0.0, True),
    "names": ("Open names", lambda one: one.unresolved_names or 0, True),
}


def show_health(asked: Asked) -> str:
    """The page of the sources that are asked for, in the order that is asked for, a hundred at a time."""
    found = source_health(asked.house, asked.now, DAYS)
    typed, state = asked.words("q"), asked.one_of("state", STATES)
    sort = asked.one_of("sort", COLUMNS, "state")
    is_turned = asked.one_of("turn", ("1",)) == "1"
    chosen = in_order(matching(found, typed, state), sort, is_turned)
    pages_ = max(-(-len(chosen) // SHOWN_SOURCES), 1)
    number = asked.number("page", 1, pages_)
    return render(
        "health.html",
        page="health",
        now=asked.now,
        typed=typed,
        state=state,
        sort=sort,
        is_turned=is_turned,
        columns={name: (title, is_down != is_turned) for name, (title, _, is_down) in COLUMNS.items()},
        state_options=[(name, name) for name in STATES],
        sort_options=[(name, title) for name, (title, _, _) in COLUMNS.items()],
        counts=Counter(one.state for one in found),
        states=STATES,
        meanings=MEANINGS,
        total=len(found),
        found=len(chosen),
        number=number,
        numbers=pages_,
        days=[date.fromisoformat(day.day) for day in found[0].days] if found else [],
        sources=chosen[(number - 1) * SHOWN_SOURCES : number * SHOWN_SOURCES],
        all_days=_all_days(found),
    )


def matching(found: Sequence[SourceHealth], typed: str, state: str) -> list[SourceHealth]:
    """The sources of a state whose title, id or site has the words that were typed; empty words match all."""
    words_ = typed.casefold().split()
    return [
        one
        for one in found
        if state in ("", one.state)
        and all(word in f"{one.title}\n{one.source_id}\n{one.site}".casefold() for word in words_)
    ]


def in_order(found: Sequence[SourceHealth], sort: str, is_turned: bool) -> list[SourceHealth]:
    """The sources by a column, what needs looking at first; of equal ones the order as it was."""
    _, key, is_down = COLUMNS[sort]
    return sorted(found, key=key, reverse=is_down != is_turned)


def _all_days(found: Sequence[SourceHealth]) -> dict[str, list[int]]:
    """What all sources did together on each day."""
    columns = zip(*(one.days for one in found), strict=True) if found else ()
    told = [
        [sum(getattr(day, name) for day in days) for name in ("fetches", "failed_fetches", "articles", "quarantined")]
        for days in columns
    ]
    fetches, failed, articles, quarantined = map(list, zip(*told, strict=True)) if told else ([], [], [], [])
    return {"fetches": fetches, "failed": failed, "articles": articles, "quarantined": quarantined}
