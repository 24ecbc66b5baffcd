"""Law 5, by strace: kill -9 at the system calls by which a step changes a disk.

`python -m bench.faults kills` goes through every one of them.
"""

from pathlib import Path

import pytest
from faults import need

from bench.faults.kills import STEPS, kill_everywhere, telling_calls
from bench.faults.tracing import missing


@pytest.mark.parametrize("name", STEPS)
def test_law_5_killed_at_system_calls(tmp_path: Path, name: str) -> None:
    """Killed at a call, a step shows no reader a torn row or a twin, and done again ends as if undisturbed."""
    reason = missing()
    if reason is not None:
        need(reason)
    kills = kill_everywhere(STEPS[name], tmp_path, telling_calls)
    assert len(kills) >= 10, "a step makes more calls than that"
    assert [kill for kill in kills if kill.faults or not kill.was_killed] == []
