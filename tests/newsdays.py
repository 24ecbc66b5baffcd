"""Days of invented sources as rows of `source_days`: news comes by chance, by the weekday and in bursts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from etl.model import Source
from etl.tables.facts import FILLED

FIRST_DAY = date(2026, 9, 1)
WEEKENDS = ((5, 6), (4, 5), (4,), ())  # as in London, Cairo and Tehran, and of a house that never rests
Fact = dict[str, Any]
Runs = Mapping[str, int]


def invented_source(source_id: str, title: str = "", **more: Any) -> Source:
    """A source with nothing in its file but what it must have, and `more`."""
    site = f"https://{source_id.replace('_', '-')}.example/"
    return Source(source_id, title or source_id.title(), site, (), "en", "GB", "UTC", **more)


def fact_of(source_id: str, day: date, filled: Mapping[str, list[bool]], hours: list[int], **more: Any) -> Fact:
    """A row of `source_days`: articles by hour, and which of them have a value in each column of FILLED."""
    articles = sum(hours)
    shares = {f"{name}_filled": sum(filled[name]) / articles if articles else float("nan") for name in FILLED}
    whole = {"hours": 24, "feeds_ok": 48, "feeds_failed": 0, "entries_max": 30.0, "seen": 1440 + articles}
    none = {"unchanged": 1440, "revisions": 0, "quarantined": 0, "quarantined_share": 0.0, "unresolved_share": 0.1}
    lists = {"quarantine_reasons": [], "quarantine_counts": [], "languages": ["en"], "language_counts": [articles]}
    last = max((hour for hour, count in enumerate(hours) if count), default=None)
    people = {"open_names": 0, "last_article_at": None if last is None else datetime.combine(day, time(last), UTC)}
    texts = {"words_median": 350.0, "undated_share": 0.0, "short_share": 0.02, "duplicate_share": 0.0}
    row = {"day": day, "source_id": source_id, "articles": articles, "articles_by_hour": hours, "mentions": articles}
    return {**row, **whole, **none, **lists, **people, **texts, **shares, **more}


def empty_run(filled: list[bool]) -> int:
    """How many at the end have no value."""
    return len(filled) - max((place + 1 for place, full in enumerate(filled) if full), default=0)


def invented_days(number: int, days: int, least: float = 0.5) -> Iterator[tuple[Fact, dict[str, list[bool]]]]:
    """The days of source `number`, the same each time: its row and which articles fill which column.

    Usual days have from `least` to 600 articles, the median source 20; each day's rate scatters by 5 to 30 % besides
    Poisson's chance, quiet weekdays have 35 to 90 % of it, and one day in fifty is a burst of 1.5 to 3 times.
    """
    chance = np.random.default_rng(number)
    usual = float(np.clip(chance.lognormal(3.0, 1.2), least, 600))
    quiet, scatter = chance.uniform(0.35, 0.9), chance.uniform(0.05, 0.3)
    habit = {name: float(chance.choice([0, 0.5, 0.7, 0.9, 0.98, 1])) for name in FILLED} | {"published_at": 0.98}
    for day in (FIRST_DAY + timedelta(days=count) for count in range(days)):
        rate = usual * (quiet if day.weekday() in WEEKENDS[number % 4] else 1) * chance.lognormal(0, scatter)
        rate *= chance.uniform(1.5, 3) if chance.random() < 0.02 else 1
        hours = chance.multinomial(chance.poisson(rate), [1 / 24] * 24).tolist()
        filled = {name: (chance.random(sum(hours)) < share).tolist() for name, share in habit.items()}
        yield fact_of(f"source_{number:04}", day, filled, hours), filled
