"""Long work shows how far it is on a terminal, and says nothing anywhere else."""

import io

import pytest
from rich.console import Console

from etl.commands.bars import bar


@pytest.mark.parametrize("is_terminal", [True, False])
def test_bar_is_for_terminals(is_terminal: bool) -> None:
    """On a terminal the bar names the work and counts it; where none is, not one character is printed."""
    printed = io.StringIO()
    console = Console(file=printed, force_terminal=is_terminal, width=80, legacy_windows=False)
    with bar(console, "WARC files") as tell:
        tell(1, 3)
        tell(3, 3)
    assert ("WARC files" in printed.getvalue()) is is_terminal
    assert ("3/3" in printed.getvalue()) is is_terminal
    assert bool(printed.getvalue()) is is_terminal
