"""The measure of collecting measures: on a few feeds, every line has two figures, and the news are found."""

from pathlib import Path

import pytest
from rich.console import Console

from bench.collecting import QUICK, TASKS, measure
from bench.ratios import Figures


def test_collecting_is_measured(tmp_path: Path) -> None:
    """Every line has figures above zero; a run that finds other than the news that there are is an error."""

    def run_here(task: str, folder: Path, number: int) -> Figures:
        return TASKS[task](folder, number)

    ratios = measure(tmp_path / "house", QUICK, Console(quiet=True), run_here)
    assert len(ratios) == 16
    assert all(ratio.value > 0 and ratio.other > 0 for ratio in ratios)

    def run_blind(task: str, folder: Path, number: int) -> Figures:
        return run_here(task, folder, number) | {"pages": [0.0]}

    with pytest.raises(RuntimeError, match="1 pages were new"):
        measure(tmp_path / "blind", QUICK, Console(quiet=True), run_blind)
