"""What was taken down by decision: `config/takedowns.csv`, a line a decision, read strictly.

It says which text must not be in the tables, whatever the rules of reading are: it is no part of the ruleset. What
was captured stays in `raw/`.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from etl.addresses import normal_url
from etl.errors import ConfigError

Scope = Literal["body", "all"]
COLUMNS = ["what", "scope", "since", "reason"]


@dataclass(frozen=True, slots=True)
class Takedown:
    """One decision: `body` takes the text away, `all` headline, byline, dateline, slug and keywords too.

    `since` is the day of the decision; it holds for captures made before and behind it.
    """

    scope: Scope
    since: date
    reason: str


Takedowns = Mapping[str, Takedown]  # by article_id or by address in normal form


def load_takedowns(path: Path) -> dict[str, Takedown]:
    """The decisions in a file; none where there is no file. Raises ConfigError naming file, line and value."""
    if not path.exists():
        return {}
    takedowns: dict[str, Takedown] = {}
    try:
        lines = csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as CSV in UTF-8: {error}") from error
    try:
        header = next(lines, [])
        if header != COLUMNS:
            raise ValueError(f"the header {','.join(header)!r} is not {','.join(COLUMNS)!r}")
        for cells in lines:
            what, takedown = _takedown(cells)
            if what in takedowns:
                raise ValueError(f"{cells[0]!r} stands twice")
            takedowns[what] = takedown
    except (csv.Error, ValueError) as error:
        raise ConfigError(f"{path}: line {max(1, lines.line_num)}: {error}") from error
    return takedowns


def find_takedown(takedowns: Takedowns, article_id: str, urls: Iterable[str | None]) -> Takedown | None:
    """The decision that concerns an article, by its id, else by one of its addresses; null where there is none."""
    if not takedowns:
        return None
    keys = (article_id, *(normal_url(url) for url in urls if url))
    return next((takedowns[key] for key in keys if key and key in takedowns), None)


def _takedown(cells: list[str]) -> tuple[str, Takedown]:
    """(what, takedown) of one line. Raises ValueError saying what is odd."""
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{','.join(cells)!r} has {len(cells)} cells, not {len(COLUMNS)}")
    what, scope, since, reason = cells
    key = what if re.fullmatch("a_[0-9a-f]+", what) else normal_url(what)
    if key is None or what != what.strip():
        raise ValueError(f"{what!r} is neither an article_id nor an http(s) address")
    if scope not in get_args(Scope):
        raise ValueError(f"scope {scope!r} is none of {', '.join(get_args(Scope))}")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", since):
        raise ValueError(f"since {since!r} is no day as YYYY-MM-DD")
    if not reason.strip():
        raise ValueError(f"the takedown of {what!r} has no reason")
    return key, Takedown(cast(Scope, scope), _day(since), reason.strip())


def _day(since: str) -> date:
    try:
        return date.fromisoformat(since)
    except ValueError as error:
        raise ValueError(f"since {since!r} is no day: {error}") from error
