"""The real thing once: scheduler, DAG processor, triggerer and API server, on the sample newsroom."""

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import requests

from samples.airflow_home import environment, prepare, standalone, wait_until_up
from samples.configuration import write_config
from samples.newsroom import expected
from samples.server import NewsroomServer

pytestmark = pytest.mark.airflow
START_SECONDS = 180
RUN_SECONDS = 180
TRIES = 10


class Api:
    """Airflow's REST interface for one user."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url
        answer = requests.post(f"{url}/auth/token", json={"username": user, "password": password}, timeout=30)
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, path: str) -> Any:
        """The JSON that an address below /api/v2 answers."""
        return self._ask("GET", path).json()

    def post(self, path: str, document: dict[str, Any]) -> requests.Response:
        """The answer to a document."""
        return self._ask("POST", path, document)

    def _ask(self, method: str, path: str, document: dict[str, Any] | None = None) -> requests.Response:
        """An answer; asked again after a bare 500, which Airflow 3.3.2 gives while SQLite is busy."""
        for _ in range(TRIES):
            answer = requests.request(
                method, f"{self._url}/api/v2/{path}", json=document, headers=self._headers, timeout=30
            )
            if answer.status_code != 500:
                return answer
            time.sleep(1)
        raise AssertionError(f"{method} {path} answered 500 {TRIES} times: {answer.text}")

    def finished(self, dag_id: str, run_id: str | None = None) -> dict[str, Any]:
        """The newest run of a DAG, or the one named, once it is over; fails when that takes too long."""
        until = time.monotonic() + RUN_SECONDS
        while time.monotonic() < until:
            runs = self.get(f"dags/{dag_id}/dagRuns?order_by=-run_after")["dag_runs"]
            chosen: list[dict[str, Any]] = [run for run in runs if run_id in (None, run["dag_run_id"])]
            if chosen and chosen[0]["state"] in ("success", "failed"):
                return chosen[0]
            time.sleep(1)
        raise AssertionError(f"{dag_id} {run_id or ''} was not over within {RUN_SECONDS} s")


def test_schedule_to_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A triggered ingest ends green, its failed source red; its event starts the check of that day; rows are there."""
    monkeypatch.setenv("DATELINE_INGEST_SCHEDULE", "0 0 29 2 *")  # no such day between start_date and 2028
    env = environment(tmp_path / "airflow", tmp_path / "data", tmp_path / "config")
    with NewsroomServer() as newsroom:
        write_config(tmp_path / "config", newsroom.base_urls)
        logins = prepare(tmp_path / "airflow", env)
        with standalone(tmp_path / "airflow", env) as url:
            assert wait_until_up(url, START_SECONDS), (tmp_path / "airflow" / "standalone.log").read_text()[-3000:]
            api = Api(url, "admin", logins["admin"])
            assert requests.get(f"{url}/api/v2/dags", timeout=30).status_code == 401
            _wait_for_dags(api)
            refused = api.post("dags/dateline_ingest/dagRuns", {"logical_date": None, "conf": {"force": "banana"}})
            assert refused.status_code in (400, 422), refused.text
            started = api.post("dags/dateline_ingest/dagRuns", {"logical_date": None, "conf": {"force": True}})
            run = api.finished("dateline_ingest", started.json()["dag_run_id"])
            _check_ingest(api, run)
            (event,) = api.get("assets/events")["asset_events"]
            day = event["partition_key"]
            checked = api.finished("dateline_quality")
            assert (checked["state"], checked["partition_key"]) == ("success", day)
            assert api.get("dagWarnings")["dag_warnings"] == []
    articles = pd.read_parquet(tmp_path / "data" / "tables" / "articles", dtype_backend="pyarrow")
    assert articles["source_id"].value_counts().to_dict() == {
        source: counts["articles"] for source, counts in expected(1).items() if counts["articles"]
    }
    assert (tmp_path / "data" / "tables" / "findings" / f"seen_date={day}").is_dir()


def _wait_for_dags(api: Api) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if len(api.get("dags")["dags"]) == 3:
            return
        time.sleep(1)
    raise AssertionError(f"the DAGs did not appear: {api.get('importErrors')}")


def _check_ingest(api: Api, run: dict[str, Any]) -> None:
    tasks = api.get(f"dags/dateline_ingest/dagRuns/{run['dag_run_id']}/taskInstances?limit=100")["task_instances"]
    state = {(task["task_id"], task["rendered_map_index"]): task["state"] for task in tasks}
    assert run["state"] == "success"
    assert {key for key, value in state.items() if value == "failed"} == {("collect.fetch", "meridian_news")}
    assert state["publish", None] == state["announce", None] == state["feed_report", None] == "success"
