"""What the README shows is run here."""

import re
from pathlib import Path
from typing import Any

import pytest

from etl import pipeline
from etl.config import open_house
from samples.airflow_home import ROOT
from samples.configuration import write_config
from samples.newsroom import expected
from samples.server import NewsroomServer

README = (ROOT / "README.md").read_text("utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `data/sample/data` holds what two polls of the sample newsroom give."""
    folder = tmp_path_factory.mktemp("readme")
    with NewsroomServer() as newsroom:
        write_config(folder / "config", newsroom.base_urls)
        house = open_house(folder / "data" / "sample" / "data", folder / "config")
        for edition in (1, 2):
            newsroom.edition = edition
            pipeline.run(house, f"readme-{edition}", force=True)
    return folder


def answer_of(snippet: str) -> list[tuple[Any, ...]]:
    """The rows of the variable `answer` that a snippet leaves behind."""
    names: dict[str, Any] = {}
    exec(compile(snippet, "README.md", "exec"), names)  # noqa: S102  (our own README)
    answer = names["answer"]
    if hasattr(answer, "itertuples"):
        return [tuple(row) for row in answer.itertuples(index=False)]
    return list(answer.fetchall() if hasattr(answer, "fetchall") else answer.rows())


def test_recipes_agree(
    sample_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The README's question gets the same rows from pandas, DuckDB and Polars."""
    monkeypatch.chdir(sample_folder)
    answers = [answer_of(snippet) for snippet in SNIPPETS]
    assert len(answers) == 3
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) >= 5


def test_links_lead_somewhere() -> None:
    """Every relative link of the README names a file or folder of the project."""
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", README) if not target.startswith("http")]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_count_of_sources_is_true() -> None:
    """The README counts the shipped sources right."""
    shipped = len(list((ROOT / "config" / "sources").glob("*.toml")))
    assert f"{shipped} sources are shipped" in README


def test_captured_run_matches_the_newsroom() -> None:
    """The captured output in the README shows the counts that the newsroom's second edition gives."""
    first, second = expected(1), expected(2)
    seen = sum(source["feed_entries"] for source in second.values())
    new, revisions, quarantined = (
        sum(second[source][name] - first[source][name] for source in second)
        for name in ("articles", "revisions", "quarantined")
    )
    unchanged = seen - new - revisions - quarantined
    sums = f"seen {seen} = new {new} + revisions {revisions} + unchanged {unchanged} + quarantined {quarantined}"
    assert f"{sums}: the sums balance." in README.split("<!-- captured: make run -->")[1]


def test_architecture_names_every_room() -> None:
    """The page on the architecture names every module of the package."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = {path.stem for path in (ROOT / "etl").rglob("*.py")} - {"__init__"}
    assert {room for room in rooms if f"`{room}`" not in page} == set()
