"""Airflow's REST interface, as far as the samples ask it."""

import time
from typing import Any

import requests

WAIT_SECONDS = 1_200  # for a run, on a machine that is busy with other things too
TRIES = 10


class Api:
    """Airflow's REST interface for its administrator."""

    def __init__(self, url: str, password: str) -> None:
        login = {"username": "admin", "password": password}
        answer = requests.post(f"{url}/auth/token", json=login, timeout=60)
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        self._url = f"{url}/api/v2"

    def switch_on(self, wanted: set[str]) -> None:
        """Unpauses DAGs, once all of them are known. Raises RuntimeError where they do not appear."""
        until, known = time.monotonic() + WAIT_SECONDS, set[str]()
        while not wanted <= known:
            if time.monotonic() > until:
                raise RuntimeError(f"the DAGs did not appear: {self._ask('GET', 'importErrors')}")
            time.sleep(1)
            known = {dag["dag_id"] for dag in self._ask("GET", "dags")["dags"]}
        for dag_id in wanted:
            self._ask("PATCH", f"dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str) -> str:
        """Starts a run that polls every source; its id."""
        document = {"logical_date": None, "conf": {"force": True}}
        return str(self._ask("POST", f"dags/{dag_id}/dagRuns", document)["dag_run_id"])

    def finished(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """A run, once it is over. Raises RuntimeError where that takes too long."""
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            run: dict[str, Any] = self._ask("GET", f"dags/{dag_id}/dagRuns/{run_id}")
            if run["state"] in ("success", "failed"):
                return run
            time.sleep(1)
        raise RuntimeError(f"{dag_id} {run_id} was not over within {WAIT_SECONDS} s")

    def await_quiet(self) -> None:
        """Returns when every day that has news was checked."""
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            runs = self._ask("GET", "dags/dateline_quality/dagRuns?limit=100")["dag_runs"]
            events = self._ask("GET", "assets/events?limit=100")["asset_events"]
            if len(runs) >= len(events) and all(run["state"] in ("success", "failed") for run in runs):
                return
            time.sleep(1)
        raise RuntimeError(f"the checks were not over within {WAIT_SECONDS} s")

    def tries(self, dag_id: str, run_id: str) -> dict[str, int]:
        """How often each task of a run was tried."""
        tasks = self._ask("GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100")["task_instances"]
        return {f"{task['task_id']} {task['rendered_map_index'] or ''}".strip(): task["try_number"] for task in tasks}

    def _ask(self, method: str, path: str, document: dict[str, Any] | None = None) -> Any:
        """The JSON of an answer; asked again where the server was too busy."""
        for _ in range(TRIES):
            try:
                url = f"{self._url}/{path}"
                answer = requests.request(method, url, json=document, headers=self._headers, timeout=60)
            except requests.ConnectionError:
                continue
            if answer.status_code < 500:
                if not answer.ok:
                    raise RuntimeError(f"{method} {path} was answered {answer.status_code}: {answer.text[:500]}")
                return answer.json()
            time.sleep(1)
        raise RuntimeError(f"{method} {path} was not answered {TRIES} times")
