"""The DAGs as Airflow reads and runs them, without a server."""

import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from etl import pipeline
from etl.config import House
from etl.stores import ledger
from etl.tables.parquet import read_objects, write_object
from etl.verbs.watching import WATCHED
from samples.airflow_home import POOLS, ROOT
from samples.newsroom import expected
from samples.server import NewsroomServer

from .mailbox import Mailbox, words

pytestmark = pytest.mark.airflow
DAG_IDS = {
    *("dateline_ingest", "dateline_quality", "dateline_rebuild"),
    *("dateline_replay", "dateline_watch", "dateline_maintenance"),
}
HEAVY = ("pandas", "pyarrow", "requests", "sqlalchemy", "trafilatura")
LIGHT = ["etl", "etl.errors", "etl.verbs", "etl.verbs.alarms"]  # of our own, read with a DAG file


def states(dag_id: str, run_id: str) -> dict[tuple[str, str], str]:
    """State of each task instance of a run by (task id, rendered map index)."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.scalars(select(TaskInstance).where(TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id))
        return {(row.task_id, row.rendered_map_index or ""): str(row.state) for row in rows}


def tries(dag_id: str, run_id: str, task_id: str) -> int:
    """How often a task of a run was begun."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    where = (TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id, TaskInstance.task_id == task_id)
    with create_session() as session:
        return int(session.scalars(select(TaskInstance.try_number).where(*where)).one())


def asset_events(run_id: str) -> list[tuple[str | None, Mapping[str, Any]]]:
    """(partition key, extra) of each asset event that a run emitted."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.scalars(select(AssetEvent).where(AssetEvent.source_run_id == run_id))
        return [(row.partition_key, row.extra) for row in rows]


def _day(house: House) -> str:
    """The last day on which anything was captured."""
    return max(path.name for path in (house.data / "tables" / "runs").iterdir()).removeprefix("seen_date=")


def test_dags_load(airflow_bag: Any) -> None:
    """Exactly the six DAGs load, without an import error."""
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
    assert all(task.retry_policy for task in dag.tasks)


def test_parsing_stays_light() -> None:
    """Reading a DAG file imports neither pandas nor pyarrow, and of etl no more than what has none of them."""
    script = (
        "import sys, airflow.sdk\n"
        "before = set(sys.modules)\n"
        "import dateline_ingest, dateline_quality, dateline_rebuild, dateline_replay\n"
        "import dateline_watch, dateline_maintenance\n"
        "new = set(sys.modules) - before\n"
        f"print(sorted(name for name in new if name in {HEAVY!r} or name.split('.')[0] == 'etl'))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT / "dags", capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == str(LIGHT)


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
    pipeline.run(newsroom_house, "before", force=True)
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
    pipeline.run(newsroom_house, "before", force=True)
    asked = len(newsroom.requests)
    run = dag.test(run_conf={"force": False})  # given, because dag.test() keeps the params of the test before
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


def test_quality_checks_a_day(airflow_bag: Any, polled_house: House) -> None:
    """The quality DAG writes the day's findings as a table, and is red where a key stands twice."""
    day = _day(polled_house)
    dag = airflow_bag.dags["dateline_quality"]
    assert dag.test(run_conf={"day": day}).state == "success"
    findings = pd.read_parquet(polled_house.data / "tables" / "findings", dtype_backend="pyarrow")
    assert set(findings["severity"]) <= {"warning"}


def test_quality_without_a_day_is_red(airflow_bag: Any, polled_house: House) -> None:
    """A quality run that was told no day fails and says so."""
    assert airflow_bag.dags["dateline_quality"].test(run_conf={"day": None}).state == "failed"


def test_rebuild_of_a_day_changes_nothing(airflow_bag: Any, polled_house: House) -> None:
    """Rebuilding a day under the same rules leaves every file as it is and announces nothing."""
    day = _day(polled_house)
    pipeline.check(polled_house, day)
    tables = polled_house.data / "tables"
    before = {path: path.read_bytes() for path in tables.rglob("*.parquet")}
    run = airflow_bag.dags["dateline_rebuild"].test(run_conf={"first": day, "last": day})
    assert run.state == "success"
    assert states("dateline_rebuild", run.run_id)["announce", ""] == "skipped"
    assert {path: path.read_bytes() for path in tables.rglob("*.parquet")} == before


def test_replay_reads_quarantine_again(airflow_bag: Any, polled_house: House) -> None:
    """The replay DAG reads what went to quarantine again; under the same rules nothing changes and nobody is told."""
    run = airflow_bag.dags["dateline_replay"].test(run_conf={"reasons": ["page_gone"], "sources": []})
    assert run.state == "success"
    assert states("dateline_replay", run.run_id) == {("replay", ""): "success", ("announce", ""): "skipped"}


@pytest.mark.parametrize(("reasons", "sources"), [([], ["nobody"]), (["bad_luck"], [])])
def test_replay_of_what_there_is_not_is_red(
    airflow_bag: Any, polled_house: House, reasons: list[str], sources: list[str]
) -> None:
    """A source that is not configured and a reason that does not exist are refused before anything is read."""
    run = airflow_bag.dags["dateline_replay"].test(run_conf={"reasons": reasons, "sources": sources})
    assert run.state == "failed"


def test_watch_shows_each_alarm_by_name(airflow_bag: Any, polled_house: House) -> None:
    """Every alarm that is looked for has a square of its name; in a house where all is well all are green."""
    run = airflow_bag.dags["dateline_watch"].test()
    state = states("dateline_watch", run.run_id)
    assert {name for task, name in state if task == "alarm"} == set(WATCHED)
    assert {name for (task, name), value in state.items() if value != "success"} <= {"disk_filling"}


def test_watch_is_red_and_tells_once(airflow_bag: Any, polled_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with less room than is asked for turns its square red at each look, and is told at the first."""
    (polled_house.config / "settings.toml").open("a").write("disk_free_share_min = 1.0\n")
    with Mailbox() as mailbox:
        for name, value in mailbox.environment.items():
            monkeypatch.setenv(name, value)
        for _ in range(2):
            run = airflow_bag.dags["dateline_watch"].test()
            assert states("dateline_watch", run.run_id)["alarm", "disk_filling"] == "failed"
    (message,) = mailbox.messages
    assert message["Subject"] == "Dateline: disk_filling"
    assert "docs/runbook/disk_filling.md" in words(message)


def test_failed_task_is_told(airflow_bag: Any, polled_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that fails sends a message: the alarm, what is wrong in words, where it is written what to do."""
    (polled_house.config / "settings.toml").write_text("contakt = '{{ 6 * 7 }}'\n")
    with Mailbox() as mailbox:
        for name, value in mailbox.environment.items():
            monkeypatch.setenv(name, value)
        airflow_bag.dags["dateline_ingest"].test(run_conf={"force": False})
    told = [words(message) for message in mailbox.messages if message["Subject"] == "Dateline: config_error"]
    assert told
    assert all("contakt" in each and "{{ 6 * 7 }}" in each and "config_error.md" in each for each in told)


def test_maintenance_does_its_steps(airflow_bag: Any, polled_house: House) -> None:
    """Every step is green but the one that no setting asks for: raw/ stays."""
    before = {path: path.read_bytes() for path in (polled_house.data / "raw").rglob("*.gz")}
    run = airflow_bag.dags["dateline_maintenance"].test()
    assert run.state == "success"
    state = states("dateline_maintenance", run.run_id)
    assert {task for (task, _), value in state.items() if value == "skipped"} == {"archive"}
    assert {path: path.read_bytes() for path in (polled_house.data / "raw").rglob("*.gz")} == before


def test_store_that_cannot_be_written_is_red(airflow_bag: Any, newsroom: NewsroomServer, newsroom_house: House) -> None:
    """Where objects cannot be written nothing is published; the next run publishes what this one had fetched."""
    newsroom_house.data.mkdir()
    (newsroom_house.data / "objects").write_text("no folder")
    dag, chosen = airflow_bag.dags["dateline_ingest"], ["levant_press"]
    run = dag.test(run_conf={"force": True, "sources": chosen})
    state = states("dateline_ingest", run.run_id)
    assert (run.state, state["collect.fetch", "levant_press"], state["publish", ""]) == ("failed", "success", "failed")
    (newsroom_house.data / "objects").unlink()
    asked = len(newsroom.requests)
    assert dag.test(run_conf={"force": False, "sources": chosen}).state == "success"
    assert len(newsroom.requests) == asked
    articles = pd.read_parquet(newsroom_house.data / "tables" / "articles", dtype_backend="pyarrow")
    assert len(articles) == expected(1)["levant_press"]["articles"]


def test_contradicting_rows_are_red(airflow_bag: Any, polled_house: House) -> None:
    """A day whose articles stand twice turns its check red."""
    day = _day(polled_house)
    engine = pipeline.open_stores(polled_house)
    with engine.connect() as connection:
        file = ledger.live_objects(connection, "articles", (day, day))[0]
    rows = read_objects(polled_house.data, "articles", [file.path])
    twice = write_object(polled_house.data, rows, "articles", day, "twice")
    ledger.commit(engine, polled_house.data, "twice", {"twice": [twice]})
    assert airflow_bag.dags["dateline_quality"].test(run_conf={"day": day}).state == "failed"


def test_rebuild_that_changes_too_much_is_refused(airflow_bag: Any, polled_house: House) -> None:
    """A rebuild over its limit fails at its first try and changes nothing; when it is accepted it goes through."""
    settings, source = polled_house.config / "settings.toml", polled_house.config / "sources" / "levant_press.toml"
    settings.write_text(settings.read_text() + "rebuild_max_changed_share = 0.0\n")
    source.write_text(re.sub('title = ".*"', 'title = "Levant Post"', source.read_text(), count=1))
    day, dag = _day(polled_house), airflow_bag.dags["dateline_rebuild"]
    tables = polled_house.data / "tables"
    before = {path: path.read_bytes() for path in tables.rglob("*.parquet")}
    run = dag.test(run_conf={"first": day, "last": day, "accept": False})
    assert run.state == "failed"
    assert tries("dateline_rebuild", run.run_id, "rebuild") == 1
    assert {path: path.read_bytes() for path in tables.rglob("*.parquet")} == before
    assert dag.test(run_conf={"first": day, "last": day, "accept": True}).state == "success"


def test_step_of_maintenance_that_fails_stops_no_other(airflow_bag: Any, polled_house: House) -> None:
    """An archive that cannot be made turns its step red, and the run; the other steps are done."""
    settings = polled_house.config / "settings.toml"
    settings.write_text(settings.read_text() + 'raw_keep_days = 1.0\nraw_archive = "/proc/nowhere"\n')
    run = airflow_bag.dags["dateline_maintenance"].test()
    state = {task: value for (task, _), value in states("dateline_maintenance", run.run_id).items()}
    assert run.state == "failed"
    assert state.pop("archive") == "failed"
    assert set(state.values()) == {"success"}


def test_shared_modules_are_no_dag_files() -> None:
    """Airflow takes no shared module for a DAG file: what is not ignored defines a DAG of its name."""
    ignored = set((ROOT / "dags" / ".airflowignore").read_text().splitlines())
    files = {path.name for path in (ROOT / "dags").glob("*.py")}
    assert files - ignored == {f"{dag_id}.py" for dag_id in DAG_IDS}
