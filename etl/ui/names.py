"""The page of names that nobody or several could be, with the lines that would decide them.

It shows what `dateline persons review` writes, of the last days: `open_names` there, quick where files are many.
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date
from typing import Any

from etl.config import House
from etl.model import ObjectFile
from etl.people.overrides import COLUMNS
from etl.people.reviews import review_row
from etl.storage import present
from etl.ui.asking import SPANS, Asked
from etl.ui.rendering import render
from etl.ui.sessions import live_files, rows, session_over, span_within

DEFAULT_DAYS = 30
SHOWN_NAMES = 50
MOST_NAMES = 500
MOST_FILES = 3_000  # of mentions, that are read unasked; 1 s of CPU
STATUSES = {
    "proposed": "Likely one of these, until somebody decides",
    "ambiguous": "Several persons of the registry fit",
    "unresolved": "Too little of a name to tell",
}
REASON = "decided by the sentence shown for review"
SHOWN = ("surface", "mentions", "articles", "status", "candidates", "start")
READ = """
CREATE TEMP TABLE open_names AS
SELECT surface, count(*) AS mentions, count(DISTINCT article_id) AS articles, mode(status) AS status,
    flatten(list(DISTINCT candidates)) AS candidates, min_by(capture_id, (seen_at, start)) AS capture_id,
    min_by(start, (seen_at, start)) AS start, min_by(filename, (seen_at, start)) AS filename
FROM mentions WHERE status IN ('ambiguous', 'proposed', 'unresolved') GROUP BY surface"""
COUNTS = "SELECT status, count(*) AS names FROM open_names GROUP BY status"
NAMES = """
SELECT * FROM open_names WHERE $status = '' OR status = $status
ORDER BY mentions DESC, articles DESC, surface LIMIT $most"""
TEXTS = """
SELECT capture_id, body_text, url FROM articles WHERE list_contains($captures, capture_id)
UNION ALL SELECT capture_id, body_text, url FROM revisions WHERE list_contains($captures, capture_id)"""


def show_names(asked: Asked) -> str:
    """The page for the days and the status that are asked for; else for as many days as are quickly read."""
    today = asked.now.astimezone(UTC).date()
    first, last = asked.days(min(DEFAULT_DAYS, span_within(asked.house, "mentions", today, MOST_FILES)))
    status = asked.one_of("status", STATUSES)
    most = asked.number("most", SHOWN_NAMES, MOST_NAMES)
    names, counts = _open_names(asked.house, (first, last), status, most)
    return render(
        "names.html",
        page="names",
        now=asked.now,
        status=status,
        statuses=STATUSES,
        counts=counts,
        span=(last - first).days + 1,
        spans_options=[(days, f"{days} days" if days > 1 else "today") for days in SPANS],
        status_options=[(name, name) for name in STATUSES],
        most_options=[(number, number) for number in (SHOWN_NAMES, 100, 200, MOST_NAMES)],
        names=[_name(row, asked) for row in names],
        found=counts[status] if status else sum(counts.values()),
        most=most,
        header=_line(COLUMNS),
    )


def _open_names(
    house: House, days: tuple[date, date], status: str, most: int
) -> tuple[list[dict[str, str]], dict[str, int]]:
    """(the most frequent open names of some days, as lines of a review; how many there are, by status).

    The texts are read from the files that hold them alone: those made of the same captures as the mentions shown.
    """
    files = live_files(house, ("mentions", "articles", "revisions"), days)
    if not files["mentions"]:
        return [], dict.fromkeys(STATUSES, 0)
    unit_of = {str(present(house.data, file.path)): file.unit for file in files["mentions"]}
    with session_over(house, {}) as opened:
        opened.execute("SET TimeZone = 'UTC'")
        opened.read_parquet(list(unit_of), filename=True, hive_partitioning=False).create_view("mentions")
        opened.execute(READ)
        counts = {row["status"]: row["names"] for row in rows(opened, COUNTS, {})}
        found = rows(opened, NAMES, {"status": status, "most": most})
    units = {unit_of[row["filename"]] for row in found}
    texts = _texts(house, files, units, [row["capture_id"] for row in found])
    registry = house.rules.people.registry
    lines = [
        review_row(registry, *(row[name] for name in SHOWN), *texts.get(row["capture_id"], (None, None)))
        for row in found
    ]
    return lines, {name: counts.get(name, 0) for name in STATUSES}


def _texts(
    house: House, files: Mapping[str, Sequence[ObjectFile]], units: Collection[str], captures: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """(text, address) of the article or revision of each capture that stands in one of some units."""
    held = {name: [file for file in files[name] if file.unit in units] for name in ("articles", "revisions")}
    with session_over(house, held) as opened:
        found = rows(opened, TEXTS, {"captures": captures})
    return {row["capture_id"]: (row["body_text"], row["url"]) for row in found}


def _name(row: Mapping[str, str], asked: Asked) -> dict[str, Any]:
    """A name as the page shows it: its sentence parted around it, and for each candidate the line that says so."""
    before, _, after = row["sentence"].partition(row["surface"])
    persons = asked.house.rules.people.registry.persons
    ids = [told.partition(" ")[0] for told in row["candidates"].split("; ") if told]
    decided = {"surface": row["surface"], "author": asked.user or "you", "date": asked.now.date().isoformat()}
    lines = [
        {
            "person": persons[person_id],
            "text": _line(_cells({**decided, "verdict": "is", "person_id": person_id, "reason": REASON})),
        }
        for person_id in ids
    ]
    denial = _line(_cells({**decided, "verdict": "is_not", "reason": REASON}))
    return {
        **row,
        "mentions": int(row["mentions"]),
        "articles": int(row["articles"]),
        "before": before if after or before != row["sentence"] else row["sentence"],
        "in_sentence": row["surface"] in row["sentence"],
        "after": after,
        "lines": lines,
        "denial": denial,
    }


def _cells(decision: Mapping[str, str]) -> list[str]:
    return [decision.get(name, "") for name in COLUMNS]


def _line(cells: Sequence[str]) -> str:
    """A line of CSV without its end."""
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()
