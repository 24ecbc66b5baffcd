"""Alarms and their pages: every one that the code can raise has a page, and every page is reached from a DAG."""

import asyncio
import logging
import re
from pathlib import Path

import pytest

from etl.errors import ConfigError, DataError, FatalFetchError, StorageError
from etl.verbs.alarms import ALARMS, alarm_of, note_late, page_of

ROOT = Path(__file__).parents[1]
DAG_FILES = sorted((ROOT / "dags").glob("dateline_*.py"))
LINK = re.compile(r"\[(\w+)\]\(\{RUNBOOK\}/(\w+)\.md\)")
PARTS = ("**What it means.**", "**Where to look", "**What to do", "**How it was tried.**")


def test_every_alarm_has_a_page_and_every_page_an_alarm() -> None:
    """The runbook holds a page for each alarm and no other."""
    assert {path.stem for path in (ROOT / "docs" / "runbook").glob("*.md")} == set(ALARMS)


@pytest.mark.parametrize("name", ALARMS)
def test_page_says_what_to_do(name: str) -> None:
    """A page says what its alarm means, where to look, what to do, and how it was caused; its links lead somewhere."""
    page = (ROOT / page_of(name)).read_text("utf-8")
    assert page.startswith(f"# {name}: ")
    assert all(part in page for part in PARTS)
    for target in re.findall(r"\]\((?!http)([^)]+)\)", page):
        assert (ROOT / "docs" / "runbook" / target).exists(), target
    for path in re.findall(r"(?:tests|docs)/[\w/]+\.(?:py|md)", page):
        assert (ROOT / path).exists(), path


def test_every_page_is_linked_from_a_dag() -> None:
    """What the DAGs link to is exactly the pages, each under its own name."""
    links = [link for path in DAG_FILES for link in LINK.findall(path.read_text("utf-8"))]
    assert all(text == target for text, target in links)
    assert {target for _, target in links} == set(ALARMS)


@pytest.mark.parametrize(
    ("dag_id", "task_id", "error", "alarm"),
    [
        ("dateline_ingest", "plan", ConfigError("contact"), "config_error"),
        ("dateline_quality", "check", ConfigError("contact"), "config_error"),
        ("dateline_ingest", "publish", StorageError("disk full"), "publish_failed"),
        ("dateline_ingest", "collect.transform", StorageError("disk full"), "publish_failed"),
        ("dateline_ingest", "collect.fetch", FatalFetchError("410"), "source_failing"),
        ("dateline_ingest", "feed_report", RuntimeError("80% of the feeds failed"), "all_feeds_failing"),
        ("dateline_ingest", "feed_report", RuntimeError("nothing was planned: see `plan`"), None),
        ("dateline_quality", "check", RuntimeError("key twice"), "quality_red"),
        ("dateline_rebuild", "rebuild", DataError("would change 40%"), "rebuild_refused"),
        ("dateline_rebuild", "rebuild", StorageError("disk full"), "publish_failed"),
        ("dateline_replay", "replay", StorageError("disk full"), "publish_failed"),
        ("dateline_maintenance", "archive", StorageError("not mounted"), "maintenance_failed"),
        ("dateline_maintenance", "compact", None, "worker_killed"),
        ("dateline_ingest", "publish", "Task heartbeat timeout", "worker_killed"),
        ("dateline_watch", "look", StorageError("no state"), "publish_failed"),
    ],
)
def test_failed_task_is_an_alarm(dag_id: str, task_id: str, error: object, alarm: str | None) -> None:
    """What failed and why gives the alarm; what another task of the run tells already gives none."""
    assert alarm_of(dag_id, task_id, error) == alarm
    assert alarm is None or alarm in ALARMS


def test_late_run_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    """The triggerer's log names the run that is late, and the page, even where nobody else is told."""
    with caplog.at_level(logging.WARNING):
        asyncio.run(note_late(context={"dag_run": {"dag_run_id": "scheduled__1"}}))
    assert "ingest_late" in caplog.text
    assert "scheduled__1" in caplog.text
    assert page_of("ingest_late") in caplog.text
