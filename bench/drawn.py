"""Rows of tables in any number, drawn at random in Arrow: as wide as real ones, quickly made, and without sense.

Columns that no measurement depends on are taken from rows that were read of generated articles; ids, times, sources
and texts are drawn. The same generator gives the same rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bench.material import house_in
from etl.tables.parquet import read_objects
from etl.tables.schema import INSTANT, QUARANTINE, REVISIONS, TABLES, to_arrow

SOURCES = 200  # their articles as Zipf has it: the first has 17 % of them, the 34th its average share of 0.5 %
WORDS = 20_000  # different ones, as frequent as Zipf has it; zstd makes 0.39 of a text of them
PARAGRAPHS = 50_000
PARAGRAPH_WORDS = 60
PARAGRAPHS_AN_ARTICLE = 10  # 4 kB
MENTIONS_AN_ARTICLE = 10
SKETCH = 32
DAY_MICROSECONDS = 86_400_000_000
Rows = dict[str, pa.Table]
Values = Any  # an Arrow array, chunked or not: what compute functions give is not told apart by their stubs


@dataclass(frozen=True, slots=True)
class Patterns:
    """What rows are drawn from: rows of generated articles by table, and paragraphs of random words."""

    rows: Rows
    paragraphs: Values


def read_patterns(folder: Path, rng: np.random.Generator) -> Patterns:
    """The rows of the house in a folder, whose objects must have been written."""
    data = house_in(folder).data
    names = ("articles", "mentions", "fetch_log", "runs")
    paths = {name: (data / "objects" / name).rglob("*.parquet") for name in names}
    rows = {name: read_objects(data, name, [str(path.relative_to(data)) for path in paths[name]]) for name in names}
    return Patterns(rows, _paragraphs(rng))


def draw_articles(patterns: Patterns, day: str, count: int, rng: np.random.Generator) -> pa.Table:
    """So many rows of articles captured on a day, in the table's order."""
    rows = _some(patterns.rows["articles"], count, rng)
    numbers = rng.integers(PARAGRAPHS, size=count * PARAGRAPHS_AN_ARTICLE)
    paragraphs = patterns.paragraphs.take(numbers)
    ends = _ends(count, PARAGRAPHS_AN_ARTICLE)
    lengths = pc.utf8_length(paragraphs).to_numpy().reshape(count, PARAGRAPHS_AN_ARTICLE) + 1
    starts = np.cumsum(lengths, axis=1, dtype=np.int32) - lengths.astype(np.int32)
    sketches = rng.integers(2**31, size=(count, SKETCH), dtype=np.int32)
    sketches.sort(axis=1)
    addresses = _drawn_keys(rng, count, "http://127.0.0.1:9/bulk/2026/11/", ".html")
    seen_at = _instants(rng, day, count)
    fresh: dict[str, Values] = {
        "article_id": _drawn_keys(rng, count, "a_"),
        "version_id": _drawn_keys(rng, count, "v_"),
        "source_id": _sources(rng, count),
        **dict.fromkeys(("guid", "url", "canonical_url"), addresses),
        "lede": paragraphs.take(ends.slice(0, count)),
        "body_text": pc.binary_join(pa.ListArray.from_arrays(ends, paragraphs), "\n"),
        "paragraph_offsets": pa.ListArray.from_arrays(ends, pa.array(starts.ravel())),
        "text_digest": _drawn_keys(rng, count, "t_"),
        "text_sketch": pa.ListArray.from_arrays(_ends(count, SKETCH), pa.array(sketches.ravel())),
        "seen_at": seen_at,
        "published_at": pc.subtract(seen_at, pa.scalar(3_600_000_000, pa.duration("us"))),
        "capture_id": _drawn_keys(rng, count, "<urn:uuid:", ">"),
    }
    return _in_order("articles", _with(rows, fresh))


def draw_warc(patterns: Patterns, day: str, counts: tuple[int, int], rng: np.random.Generator) -> Rows:
    """The rows of one WARC, of every table that it fills: `counts` are those of articles and of revisions."""
    articles = draw_articles(patterns, day, counts[0], rng)
    revisions = _revised(draw_articles(patterns, day, counts[1], rng)) if counts[1] else None
    captured = [articles] if revisions is None else [articles, revisions.select(articles.column_names)]
    captures = pa.concat_tables(captured)
    rows = {
        "articles": articles,
        "mentions": _mentions(patterns.rows["mentions"], captures, rng),
        "fetch_log": _fetches(patterns.rows["fetch_log"], captures, rng),
        "quarantine": _quarantine(day),
        "runs": patterns.rows["runs"].slice(0, 1),
    }
    return rows if revisions is None else {**rows, "revisions": revisions}


def _paragraphs(rng: np.random.Generator) -> Values:
    letters = rng.integers(ord("a"), ord("z") + 1, size=(WORDS, 12)).astype(np.uint8)
    lengths = rng.integers(2, 12, size=WORDS)
    words = pa.array([bytes(row[:length]).decode() for row, length in zip(letters, lengths, strict=True)])
    chosen = words.take(_zipf(rng, WORDS, PARAGRAPHS * PARAGRAPH_WORDS))
    return pc.binary_join(pa.ListArray.from_arrays(_ends(PARAGRAPHS, PARAGRAPH_WORDS), chosen), " ")


def _mentions(pattern: pa.Table, captures: pa.Table, rng: np.random.Generator) -> pa.Table:
    owners = np.repeat(np.arange(len(captures)), MENTIONS_AN_ARTICLE)
    names = ("article_id", "version_id", "capture_id", "source_id", "seen_at")
    fresh: dict[str, Values] = {name: captures[name].take(owners) for name in names}
    fresh["mention_id"] = _drawn_keys(rng, len(owners), "m_")
    return _in_order("mentions", _with(_some(pattern, len(owners), rng), fresh))


def _fetches(pattern: pa.Table, captures: pa.Table, rng: np.random.Generator) -> pa.Table:
    fresh: dict[str, Values] = {name: captures[name] for name in ("source_id", "url", "capture_id")}
    fresh |= {"final_url": captures["url"], "requested_at": captures["seen_at"]}
    fresh["fetch_id"] = _drawn_keys(rng, len(captures), "f_")
    return _in_order("fetch_log", _with(_some(pattern, len(captures), rng), fresh))


def _quarantine(day: str) -> pa.Table:
    row: dict[str, object] = dict.fromkeys(QUARANTINE.schema().names, "bench")
    told = {
        "stage": "fetch",
        "reason_code": "page_gone",
        "seen_at": datetime.combine(date.fromisoformat(day), time(6), UTC),
    }
    return to_arrow(QUARANTINE, [row | told])


def _revised(articles: pa.Table) -> pa.Table:
    count = len(articles)
    more = {
        "prev_version_id": articles["version_id"],
        "changed_fields": [["body_text"]] * count,
        "change_kinds": [["wording"]] * count,
        "similarity": [0.9] * count,
        "chars_added": [120] * count,
        "chars_removed": [80] * count,
        "changed_paragraphs": [[0]] * count,
        "window_start": articles["published_at"],
        "window_end": articles["seen_at"],
    }
    columns: dict[str, Any] = {name: articles[name] for name in articles.column_names} | more
    return _in_order("revisions", pa.table(columns, schema=REVISIONS.schema()))


def _some(pattern: pa.Table, count: int, rng: np.random.Generator) -> pa.Table:
    return pattern.take(rng.integers(len(pattern), size=count))


def _with(rows: pa.Table, fresh: Mapping[str, Values]) -> pa.Table:
    for name, values in fresh.items():
        number = rows.schema.get_field_index(name)
        rows = rows.set_column(number, rows.schema.field(number), values)
    return rows


def _in_order(table: str, rows: pa.Table) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in TABLES[table].order])


def _drawn_keys(rng: np.random.Generator, count: int, before: str, behind: str = "") -> Values:
    digits = np.frombuffer(rng.bytes(12 * count).hex().encode(), dtype="S24")
    return pc.binary_join_element_wise(before, pa.array(digits).cast(pa.string()), behind, "")


def _ends(count: int, length: int) -> Values:
    """Where lists of one length begin, and behind them where the last one ends."""
    return pa.array(np.arange(count + 1, dtype=np.int32) * length)


def _instants(rng: np.random.Generator, day: str, count: int) -> Values:
    first = int(datetime.combine(date.fromisoformat(day), time(), UTC).timestamp()) * 1_000_000
    return pa.array(first + rng.integers(DAY_MICROSECONDS, size=count)).cast(INSTANT)


def _sources(rng: np.random.Generator, count: int) -> Values:
    names = pa.array([f"source-{number:03d}" for number in range(1, SOURCES + 1)])
    return names.take(_zipf(rng, SOURCES, count))


def _zipf(rng: np.random.Generator, kinds: int, count: int) -> npt.NDArray[np.int64]:
    """So many numbers below `kinds`, the n-th of them drawn with a likelihood of 1 to n."""
    weights = 1 / np.arange(1, kinds + 1)
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(count))
