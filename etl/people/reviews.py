"""Names for a person to decide: those that nobody or several could be, by frequency; and which decisions were used.

The rows of a review are lines of `config/overrides/persons.csv` in which the verdict is still to be filled in.
"""

import re
from collections.abc import Iterable, Mapping

import duckdb

from etl.people.overrides import COLUMNS, SHOWN_COLUMNS, Override, Overrides
from etl.people.registry import Registry

OPEN = ("ambiguous", "proposed", "unresolved")  # statuses that a person may settle
SENTENCE_END = re.compile(r"(?<=[.!?؟۔])\s+|\n+")
SENTENCE_MOST = 300  # code points of a sentence that is shown
REVIEW_COLUMNS = (*COLUMNS, *SHOWN_COLUMNS)
OPEN_NAMES = f"""
WITH open_names AS (
    SELECT surface, status, candidates, start, article_id, capture_id, seen_at
    FROM mentions WHERE status IN {OPEN!r}
), counted AS (
    SELECT surface, count(*) AS mentions, count(DISTINCT article_id) AS articles,
        min_by(capture_id, (seen_at, start)) AS capture_id, min_by(start, (seen_at, start)) AS start,
        mode(status) AS status, flatten(list(DISTINCT candidates)) AS candidates
    FROM open_names GROUP BY surface
)
SELECT c.surface, c.mentions, c.articles, c.status, c.candidates, c.start, a.body_text, a.url
FROM counted AS c
LEFT JOIN (SELECT capture_id, body_text, url FROM articles UNION ALL SELECT capture_id, body_text, url FROM revisions)
    AS a USING (capture_id)
ORDER BY c.mentions DESC, c.articles DESC, c.surface
LIMIT ?"""


def open_names(connection: duckdb.DuckDBPyConnection, registry: Registry, most: int) -> list[dict[str, str]]:
    """The names that are open, the most frequent first, at most so many: rows of REVIEW_COLUMNS, all values as text.

    `sentence` is the first one that has the name; `candidates` are ids, each with the registry's name of the person.
    """
    rows = connection.execute(OPEN_NAMES, [most]).fetchall()
    return [review_row(registry, *row) for row in rows]


def unused(connection: duckdb.DuckDBPyConnection, overrides: Overrides) -> list[Override]:
    """The decisions that no row of `mentions` has used, in order of their lines."""
    found = connection.execute("SELECT DISTINCT override_id FROM mentions WHERE override_id IS NOT NULL").fetchall()
    used = {row[0] for row in found}
    return [one for one in overrides if one.override_id not in used]


def unknown_persons(overrides: Iterable[Override], registry: Registry, merged: Mapping[str, str]) -> list[Override]:
    """The decisions that name a person of no registry by an id that looks like one of a registry."""
    return [
        one
        for one in overrides
        if one.person_id
        and not re.fullmatch("p_[0-9a-f]{16}", one.person_id)
        and merged.get(one.person_id, one.person_id) not in registry.persons
    ]


def review_row(  # noqa: PLR0913  (the columns of one query)
    registry: Registry,
    surface: str,
    mentions: int,
    articles: int,
    status: str,
    candidates: list[str],
    start: int,
    body: str | None,
    url: str | None,
) -> dict[str, str]:
    """A line of a review: a row of REVIEW_COLUMNS, all values as text, the columns of a decision still empty."""
    named = [registry.persons.get(person_id) for person_id in dict.fromkeys(candidates)]
    told = [f"{person.person_id} ({person.name})" for person in named if person]
    row = dict.fromkeys(REVIEW_COLUMNS, "")
    shown = {
        "surface": surface,
        "mentions": str(mentions),
        "articles": str(articles),
        "status": status,
        "candidates": "; ".join(told),
        "sentence": _sentence(body or "", start),
        "url": url or "",
    }
    return row | shown


def _sentence(body: str, start: int) -> str:
    """The sentence of a body in which a name stands, on one line, cut where it is long."""
    begin = max((end.end() for end in SENTENCE_END.finditer(body, 0, start)), default=0)
    after = SENTENCE_END.search(body, start)
    return " ".join(body[begin : after.start() if after else len(body)].split())[:SENTENCE_MOST]
