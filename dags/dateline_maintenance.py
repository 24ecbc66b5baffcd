"""Keeps stores and Airflow small and quick, once a week: each step by itself, and none changes a row."""

import os
from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task
from dateline_assets import DEFAULTS, TAGS, WRITE_POOL
from dateline_notices import RUNBOOK

DOC = f"""
### What it does
- **compact**: one file a table of each day that is over.
- **vacuum**: removes objects that no table shows and no reader can ask for any more (`vacuum_after_days`).
- **archive**: moves days of `raw/` to `raw_archive` where `raw_keep_days` says so; by default they stay for ever.
- **airflow_history**: `airflow db clean` of what is older than `airflow_keep_days`.
- **airflow_logs**: the same for the files of task logs.

### What red means, and what to do
That step could not be done; the others were, and nothing is lost. Mend what the last line of its log names, then clear
the task: [maintenance_failed]({RUNBOOK}/maintenance_failed.md).
"""


@task(pool=WRITE_POOL, execution_timeout=timedelta(hours=6))
def compact() -> list[str]:
    """The days that have one file a table now."""
    from etl import pipeline
    from etl.config import open_house

    days = pipeline.compact(open_house())
    print(f"{len(days)} days compacted" + (f", {days[0]} to {days[-1]}" if days else ""))
    return days


@task(pool=WRITE_POOL, execution_timeout=timedelta(hours=6))
def vacuum() -> int:
    """How many objects were removed."""
    from etl import pipeline
    from etl.config import open_house

    removed = pipeline.vacuum(open_house())
    print(f"{removed} dead objects removed")
    return removed


@task(pool=WRITE_POOL, execution_timeout=timedelta(hours=12))
def archive() -> list[str]:
    """The days of raw/ that lie in the archive now; skipped where the settings keep them for ever."""
    from airflow.sdk.exceptions import AirflowSkipException

    from etl.config import open_house
    from etl.verbs import retention

    house = open_house()
    if not house.settings.raw_keep_days:
        raise AirflowSkipException("raw_keep_days is 0: raw/ is kept where it is, for ever")
    moved = retention.archive(house)
    size = sum(day.bytes for day in moved) / 1e6
    print(f"{len(moved)} days of raw/ moved to {house.settings.raw_archive}, {size:.1f} MB")
    return [day.day for day in moved]


@task(execution_timeout=timedelta(hours=2))
def airflow_history() -> None:
    """Lets Airflow forget runs, tasks, events and log entries of long ago."""
    from airflow.sdk.exceptions import AirflowSkipException

    from etl.config import open_house
    from etl.verbs.history import clean_airflow

    days = open_house().settings.airflow_keep_days
    if not days:
        raise AirflowSkipException("airflow_keep_days is 0: Airflow forgets nothing")
    said = clean_airflow(datetime.now(UTC) - timedelta(days=days), os.environ)
    if said is None:
        raise AirflowSkipException("no task knows Airflow's database here: docs/operations.md says how one may")
    print(said)


@task(execution_timeout=timedelta(hours=2))
def airflow_logs() -> int:
    """How many files of task logs were removed."""
    from pathlib import Path

    from airflow.sdk.configuration import conf
    from airflow.sdk.exceptions import AirflowSkipException

    from etl.config import open_house
    from etl.verbs.history import remove_logs

    days = open_house().settings.airflow_keep_days
    if not days:
        raise AirflowSkipException("airflow_keep_days is 0: logs are kept for ever")
    folder = Path(conf.get("logging", "base_log_folder"))
    removed = remove_logs(folder, datetime.now(UTC) - timedelta(days=days))
    print(f"{removed} log files older than {days:g} days removed from {folder}")
    return removed


@dag(
    dag_id="dateline_maintenance",
    schedule=os.environ.get("DATELINE_MAINTENANCE_SCHEDULE", "30 4 * * 0"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    doc_md=DOC,
    tags=TAGS,
)
def dateline_maintenance() -> None:
    """Five steps that do not wait for each other, but for the one pool of all writers."""
    compact()
    vacuum()
    archive()
    airflow_history()
    airflow_logs()


dateline_maintenance()
