"""The page of one source: how it is, what it gave last, and how to get its rows."""

from datetime import date, timedelta
from typing import Any

from etl.config import House
from etl.ui.asking import Asked
from etl.ui.rendering import render
from etl.ui.sessions import rows, session
from etl.verbs.health import SourceHealth, source_health

DAYS = 28
SHOWN_ARTICLES = 50
SHOWN_ATTEMPTS = 20
MOST_FILES = {"articles": 800, "fetch_log": 600}  # 0.5 s of CPU; a busy day has 3,000 until it is compacted
ARTICLES = """
SELECT article_id, headline, dateline, url, published_at, published_raw, seen_at, language, word_count
FROM articles WHERE source_id = $source ORDER BY seen_at DESC, article_id LIMIT $most"""
ATTEMPTS = """
SELECT requested_at, kind, url, http_status, outcome, error_detail, elapsed_ms, items_total, items_new, run_id
FROM fetch_log WHERE source_id = $source AND kind = 'feed' ORDER BY requested_at DESC, fetch_id LIMIT $most"""


def show_source(asked: Asked) -> str:
    """The page of the source that is named by `id`."""
    source_id = asked.words("id")
    found = [one for one in source_health(asked.house, asked.now, DAYS) if one.source_id == source_id]
    health = found[0] if found else None
    articles: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    if health:
        articles = _newest(asked.house, "articles", health, _days_with(health, "articles", SHOWN_ARTICLES))
        attempts = _newest(asked.house, "fetch_log", health, _days_with(health, "fetches", SHOWN_ATTEMPTS))
    return render(
        "source.html",
        page="health",
        now=asked.now,
        source_id=source_id,
        health=health,
        days=[date.fromisoformat(day.day) for day in health.days] if health else [],
        source=asked.house.sources.get(source_id),
        articles=articles,
        attempts=attempts,
        since=asked.now.date() - timedelta(days=6),
    )


def _newest(house: House, table: str, health: SourceHealth, days: tuple[date, date] | None) -> list[dict[str, Any]]:
    """The newest rows of a source in a table, on some days; empty where there are none."""
    if days is None:
        return []
    sql, most = (ARTICLES, SHOWN_ARTICLES) if table == "articles" else (ATTEMPTS, SHOWN_ATTEMPTS)
    with session(house, (table,), days, MOST_FILES[table]) as opened:
        return rows(opened, sql, {"source": health.source_id, "most": most})


def _days_with(health: SourceHealth, counted: str, most: int) -> tuple[date, date] | None:
    """The fewest last days that hold so many rows, first and last, so that few files are read; null for none."""
    with_rows = [(date.fromisoformat(day.day), getattr(day, counted)) for day in health.days if getattr(day, counted)]
    if not with_rows:
        return None
    found, first = 0, with_rows[-1][0]
    for day, number in reversed(with_rows):
        found, first = found + number, day
        if found >= most:
            break
    return first, with_rows[-1][0]
