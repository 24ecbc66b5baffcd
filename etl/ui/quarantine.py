"""The page of what gave no article: by reason, day and source, with samples, and the means to read it again."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from etl.tables.schema import REASONS
from etl.ui.asking import SPANS, Asked
from etl.ui.rendering import render
from etl.ui.sessions import rows, session, span_within

DEFAULT_DAYS = 14
MOST_FILES = 2_000  # that are read unasked; 0.8 s of CPU
SHOWN_SAMPLES = 50
SHOWN_SOURCES = 15
READ = """
CREATE TEMP TABLE found AS
SELECT quarantine_id, seen_at, seen_date, source_id, stage, reason_code, reason_text, field, value_sample, url, run_id
FROM quarantine"""
COUNTS = "SELECT reason_code, source_id, seen_date AS day, count(*) AS items FROM found GROUP BY ALL"
SAMPLES = """
SELECT * FROM found WHERE ($reason = '' OR reason_code = $reason) AND ($source = '' OR source_id = $source)
ORDER BY seen_at DESC, quarantine_id LIMIT $most"""


def show_quarantine(asked: Asked) -> str:
    """The page for the days, the reason and the source that are asked for."""
    reason, source = asked.one_of("reason", REASONS), asked.words("source")
    today = asked.now.astimezone(UTC).date()
    first, last = asked.days(min(DEFAULT_DAYS, span_within(asked.house, "quarantine", today, MOST_FILES)))
    with session(asked.house, ("quarantine",), (first, last)) as opened:
        opened.execute(READ)
        counts = rows(opened, COUNTS, {})
        samples = rows(opened, SAMPLES, {"reason": reason, "source": source, "most": SHOWN_SAMPLES})
    of_reason = [row for row in counts if reason in ("", row["reason_code"])]
    of_source = [row for row in counts if source in ("", row["source_id"])]
    chosen = [row for row in of_reason if source in ("", row["source_id"])]
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    by_day = _tally(chosen, "day")
    by_source = _tally(of_reason, "source_id")
    return render(
        "quarantine.html",
        page="quarantine",
        now=asked.now,
        reason=reason,
        source=source,
        day=first if asked.day("day") else None,
        span=len(days),
        spans_options=[(days, f"{days} days" if days > 1 else "today") for days in SPANS],
        reason_options=[(name, name) for name in REASONS],
        conf=json.dumps({"reasons": [reason] if reason else [], "sources": [source] if source else []}),
        total=sum(row["items"] for row in chosen),
        whole=sum(row["items"] for row in counts),
        reasons=_reasons(of_source),
        words=REASONS,
        by_source=by_source.most_common(SHOWN_SOURCES),
        more_sources=max(len(by_source) - SHOWN_SOURCES, 0),
        titles={name: one.title for name, one in asked.house.sources.items()},
        days=days,
        by_day=[by_day[one] for one in days],
        samples=samples,
        most=SHOWN_SAMPLES,
    )


def _tally(counts: list[dict[str, Any]], column: str) -> Counter[Any]:
    tally = Counter[Any]()
    for row in counts:
        tally[row[column]] += row["items"]
    return tally


def _reasons(counts: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """Each reason with its count, its share and the sources that have most of it, the most frequent first."""
    sources: dict[str, Counter[str]] = defaultdict(Counter)
    for row in counts:
        sources[row["reason_code"]][row["source_id"]] += row["items"]
    whole = sum(row["items"] for row in counts)
    found = [
        {
            "reason": reason,
            "items": tally.total(),
            "share": tally.total() / whole,
            "sources": len(tally),
            "leaders": tally.most_common(3),
        }
        for reason, tally in sources.items()
    ]
    return sorted(found, key=lambda one: (-one["items"], one["reason"]))
