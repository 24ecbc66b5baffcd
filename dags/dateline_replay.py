"""Reads again what went to quarantine, by today's rules, offline: by hand, or from the Quarantine page."""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task
from dateline_assets import ARTICLES, DEFAULTS, TAGS, WRITE_POOL
from dateline_notices import RUNBOOK

DOC = f"""
### What it does
Takes every capture that ended in quarantine, for the chosen reasons and of the chosen sources, and transforms it again.
What today's rules can read becomes rows; the rest stays in quarantine. It asks no server and never runs by itself.

### What red means, and what to do
**replay**: a reason or a source does not exist, or a store could not be read or written; nothing was replaced. The last
line of the log says which. Mend it and clear the task: it is safe to run as often as you like:
[publish_failed]({RUNBOOK}/publish_failed.md).
"""


@task(pool=WRITE_POOL, execution_timeout=timedelta(hours=12))
def replay() -> list[str]:
    """The days that changed."""
    from airflow.sdk.exceptions import AirflowFailException

    from etl import pipeline
    from etl.commands.stored import print_rebuilt
    from etl.config import open_house
    from etl.tables.schema import REASONS

    params: Any = get_current_context()["params"]
    house = open_house()
    for name, known in (("source", house.sources.keys()), ("reason", REASONS.keys())):
        unknown = sorted(set(params[f"{name}s"]) - known)
        if unknown:
            raise AirflowFailException(f"there is no {name} {unknown[0]!r}: choose of {', '.join(known)}")
    rebuilt = pipeline.replay(house, params["reasons"], params["sources"])
    print_rebuilt(rebuilt)
    return list(rebuilt.days)


@task(outlets=[ARTICLES], retries=0)
def announce(days: Any) -> None:
    """Tells the checks which days changed; skipped when none did."""
    from airflow.sdk.exceptions import AirflowSkipException

    if not days:
        raise AirflowSkipException("everything stays as it was")
    get_current_context()["outlet_events"][ARTICLES].add_partitions(days)


@dag(
    dag_id="dateline_replay",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params={
        "reasons": Param(
            [],
            type="array",
            items={"type": "string", "pattern": "^[a-z_]+$"},
            description="Only what went to quarantine for one of these reasons (column reason_code), one a line; none "
            "means any.",
        ),
        "sources": Param(
            [],
            type="array",
            items={"type": "string"},
            description="Ids of the only sources to read again, one a line; none means all.",
        ),
    },
    doc_md=DOC,
    tags=TAGS,
)
def dateline_replay() -> None:
    """The DAG: replay, then tell the checks which days changed."""
    announce(replay())


dateline_replay()
