"""Looks once an hour at what no single run can see: sources that fail or fall silent, quarantine, the disk."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task
from dateline_assets import DEFAULTS, TAGS
from dateline_counters import send_gauges
from dateline_notices import RUNBOOK, tell

DOC = f"""
### What it does
Reads our own tables and state, and the disk, and shows a square for each alarm: red while it stands. Who is to be told
is told when an alarm begins, and once a day while it stands. It changes no data and asks no server.

### What red means, and what to do
- [source_failing]({RUNBOOK}/source_failing.md): a source failed several times in a row.
- [source_silent]({RUNBOOK}/source_silent.md): it answers, and has had no news for longer than is usual for it.
- [all_feeds_failing]({RUNBOOK}/all_feeds_failing.md): every source fails; mostly our own network.
- [ingest_late]({RUNBOOK}/ingest_late.md): sources are due and nobody asks them.
- [quarantine_growing]({RUNBOOK}/quarantine_growing.md): much of what was seen became no row.
- [disk_filling]({RUNBOOK}/disk_filling.md): less of the disk is free than `disk_free_share_min`.
- **look** itself: a store could not be read: [publish_failed]({RUNBOOK}/publish_failed.md).
"""


@task(execution_timeout=timedelta(minutes=15))
def look() -> list[dict[str, Any]]:
    """Each alarm that is looked for: its name, a line for each thing it is about, and the lines that are new."""
    from etl.config import open_house
    from etl.pipeline import open_stores
    from etl.verbs.watching import WATCHED, news, standing

    house, now = open_house(), datetime.now(UTC)
    open_stores(house)  # in a new house there are none before its first run
    send_gauges(house)
    alarms = standing(house, now)
    fresh = news(house, alarms, now)
    told = {name: [alarm.told for alarm in alarms if alarm.name == name] for name in WATCHED}
    new = {name: [alarm.told for alarm in fresh if alarm.name == name] for name in WATCHED}
    return [{"name": name, "told": told[name], "new": new[name]} for name in WATCHED]


@task(
    map_index_template="{{ alarm_name }}",
    retries=0,
    execution_timeout=timedelta(minutes=5),
    on_failure_callback=[],  # it tells by itself, and only what is new
)
def alarm(found: dict[str, Any]) -> None:
    """Red while an alarm stands."""
    context: Any = get_current_context()
    context["alarm_name"] = found["name"]
    from airflow.sdk.exceptions import AirflowFailException

    if found["new"]:
        tell(found["name"], "; ".join(found["new"]), context)
    if found["told"]:
        raise AirflowFailException("; ".join(found["told"]))


@dag(
    dag_id="dateline_watch",
    schedule=os.environ.get("DATELINE_WATCH_SCHEDULE", "20 * * * *"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    default_args=DEFAULTS,
    doc_md=DOC,
    tags=TAGS,
)
def dateline_watch() -> None:
    """One look, then a square for each alarm."""
    alarm.expand(found=look())


dateline_watch()
