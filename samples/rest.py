"""Airflow's REST interface, as samples, benchmarks and tests ask it."""

import time
from typing import Any

import requests

from samples.waiting import until

TRIES = 10
OVER = ("success", "failed")


class Api:
    """Airflow's REST interface for one user; each question raises RuntimeError where its answer is a refusal."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = f"{url}/api/v2"
        login = {"username": user, "password": password}

        def token() -> str | None:
            answer = requests.post(f"{url}/auth/token", json=login, timeout=60)
            return str(answer.json()["access_token"]) if answer.ok else None

        self._headers = {"Authorization": f"Bearer {until(f'{user} cannot log in', token)}"}

    def get(self, path: str) -> Any:
        """The JSON that an address below /api/v2 answers."""
        return self.send("GET", path)

    def send(self, method: str, path: str, document: dict[str, Any] | None = None) -> Any:
        """The JSON of an answer. Asked again where the server is too busy: Airflow 3.3.2 says so by a bare 500."""
        for _ in range(TRIES):
            try:
                answer = requests.request(
                    method, f"{self._url}/{path}", json=document, headers=self._headers, timeout=60
                )
            except requests.ConnectionError:
                time.sleep(1)
                continue
            if answer.status_code < 500:
                if not answer.ok:
                    raise RuntimeError(f"{method} {path} was answered {answer.status_code}: {answer.text[:500]}")
                return answer.json()
            time.sleep(1)
        raise RuntimeError(f"{method} {path} was not answered {TRIES} times")

    def switch_on(self, wanted: set[str]) -> None:
        """Unpauses DAGs, once all of them are known. Raises TimeoutError where they do not appear."""
        until(
            f"the DAGs {sorted(wanted)} do not appear",
            lambda: wanted <= {dag["dag_id"] for dag in self.get("dags")["dags"]},
        )
        for dag_id in sorted(wanted):
            self.send("PATCH", f"dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, **conf: object) -> str:
        """The id of a run that was just started with these params."""
        return str(self.send("POST", f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The runs of a DAG, the newest first."""
        found: list[dict[str, Any]] = self.get(f"dags/{dag_id}/dagRuns?order_by=-run_after&limit=100")["dag_runs"]
        return found

    def finished(self, dag_id: str, run_id: str | None = None) -> dict[str, Any]:
        """The newest run of a DAG, or the one named, once it is over. Raises TimeoutError where that takes too long."""

        def over() -> dict[str, Any] | None:
            chosen = [run for run in self.runs(dag_id) if run_id in (None, run["dag_run_id"])]
            return chosen[0] if chosen and chosen[0]["state"] in OVER else None

        return until(f"{dag_id} {run_id or ''} is not over", over)

    def await_quiet(self) -> None:
        """Returns when every day that has news was checked. Raises TimeoutError where that takes too long."""

        def is_quiet() -> bool:
            checked, events = self.runs("dateline_quality"), self.get("assets/events?limit=100")["asset_events"]
            return len(checked) >= len(events) and all(run["state"] in OVER for run in checked)

        until("the checks are not over", is_quiet)

    def tasks(self, dag_id: str, run_id: str) -> dict[tuple[str, str], dict[str, Any]]:
        """The task instances of a run by (task id, label), the label empty where it has none."""
        found = self.get(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100")["task_instances"]
        return {(task["task_id"], task["rendered_map_index"] or ""): task for task in found}

    def states(self, dag_id: str, run_id: str) -> dict[tuple[str, str], str]:
        """The state of each task instance of a run by (task id, label)."""
        return {key: task["state"] for key, task in self.tasks(dag_id, run_id).items()}

    def clear(self, dag_id: str, run_id: str, task_ids: list[str]) -> None:
        """Lets tasks of a run that is over, and what follows them, be done once more."""
        wanted = {"dry_run": False, "dag_run_id": run_id, "task_ids": task_ids, "only_failed": False}
        self.send("POST", f"dags/{dag_id}/clearTaskInstances", {**wanted, "include_downstream": True})
