"""What the page on reading shows is run here, on tables that a run has made."""

import csv
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import TwicePolled
from stores import rows

from samples.airflow_home import ROOT

PAGE = (ROOT / "docs" / "reading.md").read_text("utf-8")
SECTIONS = {section.partition("\n")[0].lower(): section for section in PAGE.split("\n## ")[1:]}
RECIPES = {
    title: snippets[0]
    for title, section in SECTIONS.items()
    if (snippets := re.findall(r"```python\n(.*?)```", section, re.DOTALL))
}
TOOLS = ("pandas", "pyarrow", "duckdb", "polars", "spark", "which read is strict")
COLUMNS = ("seen_date", "published_at", "keywords")
# How each tool tells the type of a column of what its recipe calls `articles`.
TYPES: dict[str, Callable[[Any, str], str]] = {
    "pandas": lambda articles, name: str(articles.dtypes[name]),
    "pyarrow": lambda articles, name: str(articles.schema.field(name).type),
    "duckdb": lambda articles, name: str(articles.types[articles.columns.index(name)]),
    "polars": lambda articles, name: str(articles.collect_schema()[name]),
    "spark": lambda articles, name: dict(articles.dtypes)[name],
}


@pytest.fixture(scope="module", autouse=True)
def _stopped_spark() -> Iterator[None]:
    """Stops the Spark session that a recipe has begun."""
    yield
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


@pytest.fixture
def beside_data(polled: TwicePolled, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which `data` is the data folder of a house that has run; it is the current one."""
    monkeypatch.delenv("DATELINE_DATA", raising=False)
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    monkeypatch.chdir(polled.house.data.parent)
    return polled.house.data.parent


@pytest.fixture
def tool(request: pytest.FixtureRequest) -> str:
    """The tool of this name, with what it needs."""
    if request.param == "spark":
        request.getfixturevalue("spark_here")
    return str(request.param)


def run(tool: str) -> dict[str, Any]:
    """The names that a tool's recipe leaves behind."""
    names: dict[str, Any] = {}
    exec(compile(RECIPES[tool], f"docs/reading.md ({tool})", "exec"), names)  # noqa: S102  (our own page)
    return names


def answer_of(answer: Any) -> list[tuple[Any, ...]]:
    """The rows of an answer as plain values, whichever tool gave it."""
    if isinstance(answer, pd.DataFrame):
        return [tuple(row) for row in answer.itertuples(index=False)]
    if hasattr(answer, "to_pylist"):
        return [tuple(row.values()) for row in answer.to_pylist()]
    for name in ("fetchall", "rows", "collect"):
        if hasattr(answer, name):
            return [tuple(row) for row in getattr(answer, name)()]
    raise AssertionError(f"nobody knows how to read the rows of {type(answer)}")


def test_page_has_a_recipe_for_each_tool() -> None:
    """The page has one recipe for each tool, and one in R that says that it was not run."""
    assert tuple(RECIPES) == TOOLS
    assert "Not run by the tests" in SECTIONS["r"].split("```r")[0]


@pytest.mark.parametrize("tool", TOOLS, indirect=True)
def test_recipe_gives_what_the_tables_hold(beside_data: Path, polled: TwicePolled, tool: str) -> None:
    """Each tool gives the same rows, types of values and counts as the files read one by one."""
    expected = []
    articles = rows(polled.house, "articles")
    for source_id in sorted({row["source_id"] for row in articles}):
        mine = [row for row in articles if row["source_id"] == source_id]
        dated = [row for row in mine if row["published_at"] and f"{row['published_at']:%Y-%m-%d}" == "2026-11-20"]
        words, tags = sum(row["word_count"] for row in mine), sum(len(row["keywords"]) for row in mine)
        expected.append((source_id, len(mine), words, len(dated), tags))
    assert sum(row[3] for row in expected) >= 5
    assert answer_of(run(tool)["answer"]) == expected


@pytest.mark.parametrize("tool", TYPES, indirect=True)
def test_types_are_as_the_page_says(beside_data: Path, tool: str) -> None:
    """The page's table of types is what each tool shows."""
    told = {
        cells[0].split(" as ")[0].lower(): cells[1:]
        for cells in re.findall(r"^\| (\w[\w ]*) \| `(.+)` \| `(.+)` \| `(.+)` \|$", PAGE, re.M)
    }
    articles = run(tool)["articles"]
    assert told[tool] == tuple(TYPES[tool](articles, name) for name in COLUMNS)


def test_trap_of_pandas_is_as_the_page_says(beside_data: Path) -> None:
    """Read by default, pandas has the key as a category of strings and lists as objects, as the page warns."""
    frame = pd.read_parquet("data/tables/articles")
    (told,) = re.findall(r"^\| pandas by default \| `(.+)` \| `(.+)` \| `(.+)` \|$", PAGE, re.M)
    assert told == tuple(str(frame.dtypes[name]) for name in COLUMNS)
    assert isinstance(frame["seen_date"].iloc[0], str)


def test_commands_read_the_same(beside_data: Path, polled: TwicePolled) -> None:
    """The page's two commands give the rows that the files hold."""
    commands = re.findall(r"^dateline (.+)$", PAGE, re.M)
    read, counted = (
        subprocess.run(
            [sys.executable, "-m", "etl", *shlex.split(line)], capture_output=True, text=True, check=True
        ).stdout
        for line in commands
    )
    articles = rows(polled.house, "articles")
    english = [row for row in articles if row["language"] == "en" and f"{row['seen_at']:%Y-%m-%d}" >= "2026-11-20"]
    assert sorted(row["article_id"] for row in csv.DictReader(StringIO(read))) == [row["article_id"] for row in english]
    for source_id, count in Counter(row["source_id"] for row in articles).items():
        assert re.search(rf"\b{source_id}\b\D+\b{count}\b", counted)


def test_links_lead_somewhere() -> None:
    """Every relative link of the page names a file of the project."""
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", PAGE) if not target.startswith("http")]
    assert targets
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
