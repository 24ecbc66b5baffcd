"""Reads a day again from `raw/` by today's rules, offline: nightly for yesterday, or any range by backfill."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import CronPartitionTimetable, Param, dag, get_current_context, task
from dateline_assets import ARTICLES, DEFAULTS, TAGS, WRITE_POOL
from dateline_notices import RUNBOOK

import etl

SPARK = os.environ.get("DATELINE_SPARK_CONNECTION")  # Airflow's connection to a Spark; null: pages are read here
DOC = f"""
### What it does
Transforms every capture of one day (UTC) again and replaces what differs; where nothing differs nothing changes.
It asks no server. For a range: `airflow backfill create --dag-id dateline_rebuild --from-date ... --to-date ...`,
or trigger it with the params `first` and `last`. Where `DATELINE_SPARK_CONNECTION` names a connection of Airflow, the
days are read on that Spark.

### What red means, and what to do
**More rows would change than `rebuild_max_changed_share` allows**: nothing was replaced. Look at what would change with
`dateline rebuild --dry-run`, then trigger the days again with `accept`, or take the change of rules back:
[rebuild_refused]({RUNBOOK}/rebuild_refused.md).
**A store could not be read or written**: nothing was replaced. The log names what. Free space or mend the file, then
clear the task: it is safe to run as often as you like: [publish_failed]({RUNBOOK}/publish_failed.md).
"""


@task(pool=WRITE_POOL, execution_timeout=timedelta(hours=12))
def rebuild() -> dict[str, Any]:
    """The days that changed, and how many objects did."""
    from airflow.sdk.exceptions import AirflowFailException

    from etl import pipeline
    from etl.config import open_house

    context = get_current_context()
    key = context["dag_run"].partition_key
    first, last = context["params"]["first"] or key, context["params"]["last"] or context["params"]["first"] or key
    if not first or not last:
        raise AirflowFailException("no day given: trigger with a partition key or the params `first` and `last`")
    days = date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
    rebuilt = pipeline.rebuild(open_house(), *days, accept=context["params"]["accept"])
    for found in rebuilt.differences:
        print(f"{found.table}: {found.added} rows added, {found.removed} removed, {found.changed} changed")
    print(f"{first} to {last}: {rebuilt.identical} objects byte-identical, {rebuilt.different} different")
    return {"days": list(rebuilt.days), "different": rebuilt.different}


@task
def outcome() -> dict[str, Any]:
    """What the rebuild on Spark has told: the same as `rebuild` gives."""
    from etl.commands.submission import outcome_of
    from etl.config import open_house

    return dict(outcome_of(open_house(), get_current_context()["run_id"]))


@task(outlets=[ARTICLES], retries=0)
def announce(rebuilt: Any) -> None:
    """Tells the checks which days changed; skipped when none did."""
    from airflow.sdk.exceptions import AirflowSkipException

    if not rebuilt["days"]:
        raise AirflowSkipException("every object is byte-identical")
    get_current_context()["outlet_events"][ARTICLES].add_partitions(rebuilt["days"])


@dag(
    dag_id="dateline_rebuild",
    schedule=CronPartitionTimetable("0 3 * * *", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=2,
    default_args=DEFAULTS,
    params={
        "first": Param(
            None,
            type=["null", "string"],
            format="date",
            description="First day of a range, instead of the partition key.",
        ),
        "last": Param(None, type=["null", "string"], format="date", description="Last day of the range, included."),
        "accept": Param(False, type="boolean", description="Publish however much changes."),
    },
    doc_md=DOC,
    tags=TAGS,
)
def dateline_rebuild() -> None:
    """The DAG: rebuild, then tell the checks which days changed."""
    if SPARK:
        submitted, told = _submitted(SPARK), outcome()
        submitted >> told
        announce(told)
    else:
        announce(rebuild())


def _submitted(connection_id: str) -> Any:
    """The same rebuild, submitted to the Spark of an Airflow connection."""
    from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

    first, last = "(params.first or dag_run.partition_key)", "(params.last or params.first or dag_run.partition_key)"
    days = ("--from", f"{{{{ {first}[:10] }}}}", "--to", f"{{{{ {last}[:10] }}}}")
    accepted = "{{ '--accept' if params.accept else '--limit' }}"
    return SparkSubmitOperator(
        task_id="rebuild",
        conn_id=connection_id,
        name="dateline_rebuild",
        application=str(Path(etl.__file__).parent / "commands" / "submission.py"),
        application_args=[*days, accepted, "--order", "{{ run_id }}"],
        pool=WRITE_POOL,
        execution_timeout=timedelta(hours=12),
    )


dateline_rebuild()
