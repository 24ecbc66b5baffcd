"""Every alarm that Dateline raises: its name, what it says, and where what to do about it is written.

Nothing heavy is imported, since Airflow's DAG processor and triggerer read this too.
"""

import logging
from collections.abc import Mapping
from typing import NamedTuple

ALARMS = {
    "ingest_late": "sources are due, and the run that should ask them is late or does not come",
    "all_feeds_failing": "more feeds failed than may, or all: mostly our own network",
    "source_failing": "every feed of a source failed",
    "source_silent": "a source that answers has had no news for longer than it usually has none",
    "publish_failed": "a store could not be read or written, and nothing was published",
    "quality_red": "rows of a day contradict each other",
    "rebuild_refused": "a rebuild would change more rows than it may, and changed nothing",
    "quarantine_growing": "more of what was seen goes to quarantine than may",
    "worker_killed": "the process that did the work was killed, or nothing was heard of it",
    "config_error": "a file of the configuration is wrong",
    "maintenance_failed": "a step of maintenance could not be done",
    "disk_filling": "the disk of the stores is nearly full",
}
PAGES = "docs/runbook"
log = logging.getLogger(__name__)


class Alarm(NamedTuple):
    """One thing a person should look at: a name of ALARMS, what it is about (a source's id or ""), and it in words."""

    name: str
    subject: str
    told: str


def page_of(name: str, pages: str = PAGES) -> str:
    """Where it is written what an alarm means and what to do; `pages` is the folder or address of all such pages."""
    return f"{pages}/{name}.md"


def alarm_of(dag_id: str, task_id: str, error: object) -> str | None:
    """The alarm that a failed task raises; null where another task of its run has told it already.

    `error` is what failed the task, an exception or words; where nothing is known of it, the process was killed.
    """
    kind, words = type(error).__name__, str(error or "")
    if kind == "ConfigError":
        return "config_error"
    if error is None or "heartbeat" in words.lower() or "SIGKILL" in words or kind == "LostProcess":
        return "worker_killed"
    if dag_id == "dateline_ingest" and task_id == "feed_report":
        return None if words.startswith("nothing was planned") else "all_feeds_failing"
    if kind == "DataError" and dag_id == "dateline_rebuild":
        return "rebuild_refused"
    by_task = {"collect.fetch": "source_failing", "check": "quality_red"}
    return by_task.get(task_id) or ("maintenance_failed" if dag_id == "dateline_maintenance" else "publish_failed")


async def note_late(context: Mapping[str, Mapping[str, object]] | None = None) -> None:
    """Notes in the triggerer's log that a run is over its deadline."""
    run = (context or {}).get("dag_run", {})
    log.warning("ALARM ingest_late: run %s is not over; see %s", run.get("dag_run_id"), page_of("ingest_late"))
