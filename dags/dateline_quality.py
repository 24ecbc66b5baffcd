"""Checks each day that has news: keys, sums, expectations. Its findings are a table; it changes no data."""

from datetime import timedelta

from airflow.sdk import Param, PartitionedAssetTimetable, dag, get_current_context, task
from dateline_assets import ARTICLES, DEFAULTS, TAGS, WRITE_POOL
from dateline_notices import RUNBOOK

DOC = f"""
### What it does
Runs for every day (UTC day of capture) to which an ingest or a rebuild has added articles or revisions, and writes
what it finds to table `findings`. To check a day by hand, trigger it with that day as partition key or param.

### What red means, and what to do
The rows contradict each other: a key stands twice, or the sums do not balance. The log names rule, count and limit.
Analysts should not trust that day until it is mended. Run `dateline_rebuild` for the day; if it stays red, it is a
defect of Dateline: report it with the log. Warnings (a source gives less than its file expects) never turn it red.
The page of this alarm: [quality_red]({RUNBOOK}/quality_red.md).
"""


@dag(
    dag_id="dateline_quality",
    schedule=PartitionedAssetTimetable(assets=ARTICLES),
    catchup=False,
    max_active_runs=4,
    default_args={**DEFAULTS, "retries": 1},
    params={
        "day": Param(
            None, type=["null", "string"], format="date", description="The day to check when there is no partition key."
        )
    },
    doc_md=DOC,
    tags=TAGS,
)
def dateline_quality() -> None:
    """The DAG of one task."""

    @task(pool=WRITE_POOL, execution_timeout=timedelta(minutes=30))
    def check() -> dict[str, int]:
        """How many findings the day has, by severity; red when one of them is an error."""
        from airflow.sdk.exceptions import AirflowFailException

        from etl import pipeline
        from etl.commands.runs import print_findings
        from etl.config import open_house

        context = get_current_context()
        day = context["dag_run"].partition_key or context["params"]["day"]
        if not day:
            raise AirflowFailException("no day given: trigger with a partition key or the param `day` (YYYY-MM-DD)")
        findings = pipeline.check(open_house(), day)
        print(f"{day}: {len(findings)} findings")
        print_findings(findings)
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors:
            raise AirflowFailException(f"{day}: " + "; ".join(finding.message for finding in errors))
        return {"error": len(errors), "warning": len(findings) - len(errors)}

    check()


dateline_quality()
