"""The DAGs as Airflow reads and runs them, without a server."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl import pipeline
from etl.config import House
from samples.airflow_home import POOLS, ROOT
from samples.newsroom import expected
from samples.server import NewsroomServer

pytestmark = pytest.mark.airflow
DAG_IDS = {"dateline_ingest", "dateline_quality", "dateline_rebuild"}
HEAVY = ("pandas", "pyarrow", "requests", "sqlalchemy", "trafilatura", "etl")


def states(dag_id: str, run_id: str) -> dict[tuple[str, str], str]:
    """State of each task instance of a run by (task id, rendered map index)."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.scalars(select(TaskInstance).where(TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id))
        return {(row.task_id, row.rendered_map_index or ""): str(row.state) for row in rows}


def asset_events(run_id: str) -> list[tuple[str | None, Mapping[str, Any]]]:
    """(partition key, extra) of each asset event that a run emitted."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.scalars(select(AssetEvent).where(AssetEvent.source_run_id == run_id))
        return [(row.partition_key, row.extra) for row in rows]


def test_dags_load(airflow_bag: Any) -> None:
    """Exactly the three DAGs of the design load, without an import error."""
    assert airflow_bag.import_errors == {}
    assert set(airflow_bag.dags) == DAG_IDS


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_dag_tells_the_person_on_call(airflow_bag: Any, dag_id: str) -> None:
    """Every DAG says what red means and what to do, has tags and an owner, and its pools are made by the set-up."""
    dag = airflow_bag.dags[dag_id]
    assert "What red means" in dag.doc_md
    assert dag.tags == {"dateline"}
    assert dag.owner == "dateline"
    assert dag.catchup is False
    assert {task.pool for task in dag.tasks} <= {*POOLS, "default_pool"}
    assert all(task.execution_timeout for task in dag.tasks if task.task_id not in {"announce", "feed_report"})


def test_parsing_stays_light() -> None:
    """Reading a DAG file imports neither pandas nor pyarrow nor anything of etl beyond what Airflow has in already."""
    script = (
        "import sys, airflow.sdk, dateline_assets\n"
        "before = set(sys.modules)\n"
        "import dateline_ingest, dateline_quality, dateline_rebuild\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        f"print(sorted(new & set({HEAVY!r})))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT / "dags", capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_ingest_publishes_and_shows_the_failed_feed(
    airflow_bag: Any, newsroom: NewsroomServer, newsroom_house: House
) -> None:
    """A run publishes every good feed, marks the failed one red by name, and announces the touched day."""
    dag = airflow_bag.dags["dateline_ingest"]
    run = dag.test(run_conf={"force": True})
    state = states("dateline_ingest", run.run_id)
    assert run.state == "success"
    assert {key for key, value in state.items() if value == "failed"} == {("collect.fetch", "meridian_news")}
    assert {name for task, name in state if task == "collect.transform"} == set(expected(1))
    report = pipeline.report(newsroom_house, run.run_id)
    articles = sum(source["articles"] for source in expected(1).values())
    assert report.counts["new"] == articles
    ((day, rows),) = report.news.items()
    assert rows == articles
    assert asset_events(run.run_id) == [(day, {"rows": {day: articles}})]


def test_second_run_is_incremental(airflow_bag: Any, newsroom: NewsroomServer, newsroom_house: House) -> None:
    """The next run publishes the new articles and the edits, and nothing of what is known."""
    dag = airflow_bag.dags["dateline_ingest"]
    dag.test(run_conf={"force": True})
    newsroom.edition = 2
    run = dag.test(run_conf={"force": True})
    counts = pipeline.report(newsroom_house, run.run_id).counts
    grown = {
        name: sum(expected(2)[source][name] - expected(1)[source][name] for source in expected(1))
        for name in ("articles", "revisions", "quarantined")
    }
    assert (counts["new"], counts["revisions"], counts["quarantined"]) == tuple(grown.values())
    assert counts["seen"] == sum(counts[name] for name in ("new", "revisions", "unchanged", "quarantined"))


def test_nothing_due_asks_nothing(airflow_bag: Any, newsroom: NewsroomServer, newsroom_house: House) -> None:
    """A run within every source's interval is green, asks no server and announces nothing."""
    dag = airflow_bag.dags["dateline_ingest"]
    dag.test(run_conf={"force": True})
    asked = len(newsroom.requests)
    run = dag.test(run_conf={"force": False})  # given, because dag.test() keeps the params of the run before
    assert run.state == "success"
    assert len(newsroom.requests) == asked
    assert states("dateline_ingest", run.run_id)["announce", ""] == "skipped"
    assert asset_events(run.run_id) == []


def test_one_source_by_hand(airflow_bag: Any, newsroom: NewsroomServer, newsroom_house: House) -> None:
    """A run with the param `sources` polls those alone."""
    run = airflow_bag.dags["dateline_ingest"].test(run_conf={"force": True, "sources": ["levant_press"]})
    assert run.state == "success"
    assert set(pipeline.report(newsroom_house, run.run_id).by_source) == {"levant_press"}


def test_wrong_configuration_is_red(airflow_bag: Any, newsroom_house: House) -> None:
    """A mistake in a source file fails the plan at once and the run with it."""
    path = newsroom_house.config / "sources" / "levant_press.toml"
    path.write_text(path.read_text() + "\n[expect2]\nfoo = 1\n")
    run = airflow_bag.dags["dateline_ingest"].test(run_conf={"force": False})
    assert run.state == "failed"
    assert states("dateline_ingest", run.run_id)["plan", ""] == "failed"


def test_quality_checks_a_day(airflow_bag: Any, newsroom_house: House) -> None:
    """The quality DAG writes the day's findings as a table, and is red where a key stands twice."""
    ingest = airflow_bag.dags["dateline_ingest"].test(run_conf={"force": True})
    (day,) = pipeline.report(newsroom_house, ingest.run_id).news
    dag = airflow_bag.dags["dateline_quality"]
    assert dag.test(run_conf={"day": day}).state == "success"
    findings = pd.read_parquet(newsroom_house.data / "tables" / "findings", dtype_backend="pyarrow")
    assert set(findings["severity"]) <= {"warning"}


def test_quality_without_a_day_is_red(airflow_bag: Any, newsroom_house: House) -> None:
    """A quality run that was told no day fails and says so."""
    assert airflow_bag.dags["dateline_quality"].test(run_conf={"day": None}).state == "failed"


def test_rebuild_of_a_day_changes_nothing(airflow_bag: Any, newsroom_house: House) -> None:
    """Rebuilding a day under the same rules leaves every file as it is and announces nothing."""
    ingest = airflow_bag.dags["dateline_ingest"].test(run_conf={"force": True})
    (day,) = pipeline.report(newsroom_house, ingest.run_id).news
    pipeline.check(newsroom_house, day)
    tables = newsroom_house.data / "tables"
    before = {path: path.read_bytes() for path in tables.rglob("*.parquet")}
    run = airflow_bag.dags["dateline_rebuild"].test(run_conf={"first": day, "last": day})
    assert run.state == "success"
    assert states("dateline_rebuild", run.run_id)["announce", ""] == "skipped"
    assert {path: path.read_bytes() for path in tables.rglob("*.parquet")} == before


def test_assets_module_is_no_dag_file() -> None:
    """Airflow does not take the shared module for a DAG file."""
    assert "dateline_assets.py" in (ROOT / "dags" / ".airflowignore").read_text().splitlines()
    assert Path(ROOT / "dags" / "dateline_assets.py").exists()
