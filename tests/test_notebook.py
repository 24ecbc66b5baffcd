"""The notebook answers its ten questions from the tables of a house that has run."""

import ast
import json
from typing import Any

import pytest
from conftest import TwicePolled

from samples.airflow_home import ROOT

NOTEBOOK: dict[str, Any] = json.loads((ROOT / "notebooks" / "monitoring_desk.ipynb").read_text("utf-8"))
CELLS = NOTEBOOK["cells"]


def shown(source: str, names: dict[str, Any]) -> Any:
    """Runs a cell in a namespace and gives what it shows: the value of its last line."""
    tree = ast.parse(source)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), source
    exec(compile(tree, "cell", "exec"), names)  # noqa: S102  (our own notebook)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307


@pytest.fixture(scope="module")
def answers(polled: TwicePolled) -> list[Any]:
    """What the cells of code show, run in order in one namespace."""
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATELINE_DATA", str(polled.house.data))
        return [shown("".join(cell["source"]), names) for cell in CELLS if cell["cell_type"] == "code"]


def test_every_question_has_an_answer(answers: list[Any]) -> None:
    """The newsroom has something to say to each of the ten questions."""
    assert [len(answer) > 0 for answer in answers] == [True] * 11


def test_answers_are_those_of_the_newsroom(answers: list[Any]) -> None:
    """What the newsroom is known to hold is what the cells show."""
    _, state, persons, edits, figures, copies, datelines, quarantine, feeds, undated, epithets = answers
    assert set(state["source_id"]) == {"levant_press"}
    assert persons["sources"].max() == 5
    assert sorted(edits["source_id"]) == ["harbour_gazette", "levant_press"]
    assert all(figures["came"].str.len() + figures["gone"].str.len() > 0)
    assert set(copies[["source_id", "copy_source_id"]].iloc[0]) == {"caspian_wire", "levant_press"}
    assert copies["origin"].isna().all()
    assert datelines.loc["SY", "levant_press"] >= 5
    assert {"page_gone", "robots_denied", "entry_unusable"} <= set(quarantine["reason_code"])
    assert feeds.iloc[0]["source_id"] == "meridian_news"
    assert "HTTP status 500" in feeds.iloc[0]["last_outcome"]
    assert set(undated["source_id"]) == {"caspian_wire", "levant_press"}
    assert "Haj" in {title for titles in epithets["printed"] for title in titles}


def test_notebook_is_as_it_is_kept() -> None:
    """The notebook is in format 4.5, has ten questions, small cells and no outputs."""
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    texts = ["".join(cell["source"]) for cell in CELLS]
    questions = [text for text in texts if text.startswith("## ")]
    assert [text.split(".")[0] for text in questions] == [f"## {number}" for number in range(1, 11)]
    assert max(len(text.splitlines()) for text in texts) <= 22
    assert not [cell for cell in CELLS if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"])]
    assert len({cell["id"] for cell in CELLS}) == len(CELLS)
