"""Feeds to tables: plan, then fetch and transform by batch, then publish all at once, then say how it went.

The work is done by `etl.pipeline`, imported inside the tasks because reading this file must stay light.
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, dag, get_current_context, task, task_group
from dateline_assets import ARTICLES, DEFAULTS, HTTP_POOL, TAGS, WRITE_POOL, setting
from dateline_counters import send_run
from dateline_notices import RUNBOOK, deadlines

DOC = f"""
### What it does
Polls the news sources that are due and publishes what is new. Each square of `collect` is one source, or a few that
share a host, by name.

### What red means, and what to do
- **plan**: the configuration is wrong; nothing was fetched. The last line of its log names file, key and value:
  [config_error]({RUNBOOK}/config_error.md).
- **collect.fetch** of one source: every feed of that source failed; the others went on. What may pass was tried once
  more before: [source_failing]({RUNBOOK}/source_failing.md).
- **collect.transform**, **publish**: a store could not be read or written, and nothing was published; what was fetched
  is safe in `raw/`, and the next run publishes it: [publish_failed]({RUNBOOK}/publish_failed.md).
- **feed_report**: nothing was planned, or more feeds failed than `failed_feeds_share_max` allows, which is mostly our
  own network: [all_feeds_failing]({RUNBOOK}/all_feeds_failing.md).
- A log that just stops: the process was killed: [worker_killed]({RUNBOOK}/worker_killed.md).
- A missed deadline on the home page: the run is not over after `ingest_deadline_minutes`:
  [ingest_late]({RUNBOOK}/ingest_late.md).

Clearing a task or a whole run is always safe: a batch that was fetched is not fetched again, unless no feed of it
answered, and publishing twice changes nothing.
"""


@task(execution_timeout=timedelta(minutes=10))
def plan() -> list[dict[str, Any]]:
    """The batches to collect, at most 32; empty when no source is due."""
    from etl import pipeline
    from etl.config import open_house

    params = get_current_context()["params"]
    batches = pipeline.plan(open_house(), params["sources"], params["force"])
    return [{"name": batch.name, "sources": list(batch.sources), "is_forced": batch.is_forced} for batch in batches]


# Nobody is told of each try of each source: what lasts is told by `dateline_watch`, what is many by `feed_report`.
@task(
    pool=HTTP_POOL,
    map_index_template="{{ batch_name }}",
    execution_timeout=timedelta(hours=1),
    on_failure_callback=[],
)
def fetch(batch: dict[str, Any]) -> list[str]:
    """The WARC files of a batch; red when every feed of it failed, after all was written down."""
    context: Any = get_current_context()
    context["batch_name"] = batch["name"]
    from etl import pipeline
    from etl.collecting.collection import Batch
    from etl.collecting.tries import require_answer
    from etl.config import open_house

    house = open_house()
    collected = pipeline.fetch(house, context["run_id"], Batch(**batch | {"sources": tuple(batch["sources"])}))
    require_answer(house, pipeline.open_stores(house), collected)
    return list(collected.warcs)


@task(map_index_template="{{ batch_name }}", trigger_rule=TriggerRule.ALL_DONE, execution_timeout=timedelta(hours=1))
def transform(batch: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects made of a batch's WARC files: paths and counts, no rows."""
    context: Any = get_current_context()
    context["batch_name"] = batch["name"]
    from dataclasses import asdict

    from etl import pipeline
    from etl.collecting.collection import Batch
    from etl.config import open_house

    transformed = pipeline.transform(
        open_house(), context["run_id"], Batch(**batch | {"sources": tuple(batch["sources"])})
    )
    return [asdict(unit) for unit in transformed]


@task_group
def collect(batch: dict[str, Any]) -> Any:
    """One batch: a failure here stops no other batch."""
    transformed = transform(batch)
    fetch(batch) >> transformed
    return transformed


@task(pool=WRITE_POOL, trigger_rule=TriggerRule.ALL_DONE, execution_timeout=timedelta(hours=1))
def publish(read: Any) -> dict[str, int]:
    """Rows that became visible, by day; whatever earlier runs left behind is published too."""
    from pydantic import TypeAdapter

    from etl import pipeline
    from etl.config import open_house
    from etl.verbs.transformation import Transformed

    # None where no batch came through; with a single batch Airflow gives its list and not a list of lists
    units = [unit for batch in read or [] for unit in (batch if isinstance(batch, list) else [batch])]
    transformed = TypeAdapter(list[Transformed]).validate_python(units)
    report = pipeline.publish(open_house(), get_current_context()["run_id"], transformed)
    return dict(report.news)


@task(outlets=[ARTICLES], retries=0)
def announce(news: Any) -> None:
    """Tells the checks which days have new articles; skipped when none has."""
    from airflow.sdk.exceptions import AirflowSkipException

    if not news:
        raise AirflowSkipException("no new article and no revision")
    event = get_current_context()["outlet_events"][ARTICLES]
    event.extra.update({"rows": news})
    event.add_partitions(sorted(news))


@task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
def feed_report(batches: Any) -> None:
    """Prints the run's report; red when the plan failed or too many feeds did."""
    from airflow.sdk.exceptions import AirflowFailException

    from etl import pipeline
    from etl.commands.runs import print_report
    from etl.config import open_house

    if batches is None:
        raise AirflowFailException("nothing was planned: see the log of `plan`")
    house = open_house()
    report = pipeline.report(house, get_current_context()["run_id"])
    print_report(report)
    send_run(house, report.run_id)
    limit = house.settings.failed_feeds_share_max
    if report.failed_share > limit:
        raise AirflowFailException(f"{report.failed_share:.0%} of the feeds failed, more than {limit:.0%}")


@dag(
    dag_id="dateline_ingest",
    schedule=os.environ.get("DATELINE_INGEST_SCHEDULE", "*/15 * * * *"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    deadline=deadlines(setting("ingest_deadline_minutes", 30.0)),
    default_args=DEFAULTS,
    params={
        "sources": Param(
            [],
            type="array",
            items={"type": "string"},
            description="Ids of the only sources to poll, one a line; none means all that are due.",
        ),
        "force": Param(False, type="boolean", description="Poll sources before their interval has passed, too."),
    },
    doc_md=DOC,
    tags=TAGS,
)
def dateline_ingest() -> None:
    """Plan, then each batch on its own, then one publication for all."""
    planned = plan()
    published = publish(collect.expand(batch=planned))
    announce(published)
    published >> feed_report(planned)


dateline_ingest()
