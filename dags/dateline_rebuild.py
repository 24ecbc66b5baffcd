"""Reads a day again from `raw/` by today's rules, offline: nightly for yesterday, or any range by backfill."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow.sdk import CronPartitionTimetable, Param, dag, get_current_context, task
from dateline_assets import ARTICLES, DEFAULTS, TAGS, WRITE_POOL

DOC = """
### What it does
Transforms every capture of one day (UTC) again and replaces what differs; where nothing differs nothing changes.
It asks no server. For a range: `airflow backfill create --dag-id dateline_rebuild --from-date ... --to-date ...`,
or trigger it with the params `first` and `last`.

### What red means, and what to do
**More rows would change than `rebuild_max_changed_share` allows**: nothing was replaced. Look at what would change with
`dateline rebuild --dry-run`, then trigger the days again with `accept`, or take the change of rules back.
**A store could not be read or written**: nothing was replaced. The log names what. Free space or mend the file, then
clear the task: it is safe to run as often as you like.
"""


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

    @task(pool=WRITE_POOL, execution_timeout=timedelta(hours=12))
    def rebuild() -> dict[str, Any]:
        """The days that changed, and how many objects did."""
        from airflow.sdk.exceptions import AirflowFailException

        from etl import pipeline
        from etl.config import open_house
        from etl.errors import DataError

        context = get_current_context()
        key = context["dag_run"].partition_key
        first, last = context["params"]["first"] or key, context["params"]["last"] or context["params"]["first"] or key
        if not first or not last:
            raise AirflowFailException("no day given: trigger with a partition key or the params `first` and `last`")
        days = date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
        try:
            rebuilt = pipeline.rebuild(open_house(), *days, accept=context["params"]["accept"])
        except DataError as error:  # trying again would find the same
            raise AirflowFailException(str(error)) from error
        for found in rebuilt.differences:
            print(f"{found.table}: {found.added} rows added, {found.removed} removed, {found.changed} changed")
        print(f"{first} to {last}: {rebuilt.identical} objects byte-identical, {rebuilt.different} different")
        return {"days": list(rebuilt.days), "different": rebuilt.different}

    @task(outlets=[ARTICLES], retries=0)
    def announce(rebuilt: Any) -> None:
        """Tells the checks which days changed; skipped when none did."""
        from airflow.sdk.exceptions import AirflowSkipException

        if not rebuilt["days"]:
            raise AirflowSkipException("every object is byte-identical")
        get_current_context()["outlet_events"][ARTICLES].add_partitions(rebuilt["days"])

    announce(rebuild())


dateline_rebuild()
