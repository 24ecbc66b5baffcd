"""What reading costs at a million articles: a year of compacted days, asked as an analyst asks and strictly.

The questions: how many articles a day has, and what one average source wrote in the year, texts and all.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds

import etl
from bench.clock import seconds
from bench.drawn import draw_articles, read_patterns
from bench.ratios import Figures
from etl.model import ObjectFile
from etl.state import open_state
from etl.stores import ledger
from etl.stores.ledger import COMPACTED
from etl.tables.parquet import write_object

DAYS = 365
FIRST_DAY = date(2025, 11, 20)
ASKED_DAY = FIRST_DAY + timedelta(days=200)
ASKED_SOURCE = "source-034"  # it has the average share, one article of 200
COLUMNS = ["seen_date", "headline", "body_text"]
HIVE = ds.partitioning(pa.schema([("seen_date", pa.date32())]), flavor="hive")
Question = tuple[str, Callable[[], int]]
WANTED = f"source_id = '{ASKED_SOURCE}'"


def write_year(folder: Path, articles: int) -> Figures:
    """A data folder with a year of articles, one object a day, live and shown; no figures."""
    rng = np.random.default_rng(2)
    patterns = read_patterns(folder / "small", rng)
    data = folder / "year"
    units: dict[str, list[ObjectFile]] = {}
    for number in range(DAYS):
        day = (FIRST_DAY + timedelta(days=number)).isoformat()
        unit = f"{COMPACTED}{day}"
        units[unit] = [write_object(data, draw_articles(patterns, day, articles // DAYS, rng), "articles", day, unit)]
    ledger.commit(open_state(f"sqlite:///{data / 'state.sqlite'}"), data, "bench", units)
    return {}


def read_year(folder: Path, repeats: int) -> Figures:
    """CPU seconds of each question by each reader, in turn, and the rows that all of them found."""
    figures: Figures = defaultdict(list)
    for number in range(repeats + 1):
        found: dict[str, set[int]] = {"day": set(), "source": set()}
        for name, ask in (*_counts(folder / "year"), *_texts(folder / "year")):
            answers: list[int] = []
            spent = seconds(partial(_answer, ask, answers))[0]
            found[name.split()[0]].update(answers)
            if number:  # the first round warms up
                figures[name].append(spent)
        if any(len(rows) != 1 or not min(rows) for rows in found.values()):
            raise RuntimeError(f"the readers were to find the same rows, and found {found}")
        figures |= {f"{name} rows": [float(rows.pop())] for name, rows in found.items()}
    return figures


def _answer(ask: Callable[[], int], answers: list[int]) -> None:
    answers.append(ask())


def _counts(data: Path) -> list[Question]:
    """How many articles a day has, of the whole folder; DuckDB in a session that is open and has read nothing."""
    folder = data / "tables" / "articles"
    session = duckdb.connect()
    is_asked = ds.field("seen_date") == ASKED_DAY
    options = {"since": ASKED_DAY, "until": ASKED_DAY, "columns": ["article_id"]}
    return [
        ("day DuckDB", lambda: _first(session, f"SELECT count(*) {_folder(folder)} WHERE seen_date = '{ASKED_DAY}'")),
        ("day pyarrow", lambda: ds.dataset(folder, partitioning=HIVE).count_rows(filter=is_asked)),
        (
            "day Polars",
            lambda: len(_polars(folder).filter(pl.col("seen_date") == ASKED_DAY).select("seen_date").collect()),
        ),
        ("day etl.read", lambda: len(etl.read("articles", data=data, **options))),
    ]


def _texts(data: Path) -> list[Question]:
    """What one source wrote in the year, texts and all; DuckDB as above."""
    folder = data / "tables" / "articles"
    session = duckdb.connect()
    sql = f"SELECT {', '.join(COLUMNS)} {_folder(folder)} WHERE {WANTED}"
    is_asked = ds.field("source_id") == ASKED_SOURCE
    filtered = pl.col("source_id") == ASKED_SOURCE
    return [
        ("source DuckDB", lambda: len(session.sql(sql).to_arrow_table())),
        ("source pyarrow", lambda: len(ds.dataset(folder, partitioning=HIVE).to_table(COLUMNS, filter=is_asked))),
        ("source Polars", lambda: len(_polars(folder).filter(filtered).select(COLUMNS).collect())),
        ("source etl.read", lambda: len(etl.read("articles", where=WANTED, columns=COLUMNS, data=data))),
    ]


def _folder(folder: Path) -> str:
    return f"FROM read_parquet('{folder}/*/*.parquet', hive_partitioning = true)"


def _first(session: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = session.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _polars(folder: Path) -> pl.LazyFrame:
    return pl.scan_parquet(f"{folder}/**/*.parquet", hive_partitioning=True)
