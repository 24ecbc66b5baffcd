"""Airflow as a person with a login sees it, by its REST interface."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests

WAIT_SECONDS = 900  # a busy machine is ten times as slow as a quiet one
TRIES = 10
Found = TypeVar("Found")


def until(what: str, look: Callable[[], Found | None]) -> Found:
    """What a look finds, once it finds something; fails with `what` when that takes too long."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"waited {WAIT_SECONDS} s: {what}")


class Api:
    """Airflow's REST interface for one user."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url
        login = {"username": user, "password": password}

        def token() -> str | None:
            answer = requests.post(f"{url}/auth/token", json=login, timeout=60)
            return str(answer.json()["access_token"]) if answer.ok else None

        self._headers = {"Authorization": f"Bearer {until('no login', token)}"}

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
                method, f"{self._url}/api/v2/{path}", json=document, headers=self._headers, timeout=60
            )
            if answer.status_code != 500:
                return answer
            time.sleep(1)
        raise AssertionError(f"{method} {path} answered 500 {TRIES} times: {answer.text}")

    def trigger(self, dag_id: str, **conf: object) -> str:
        """The id of a run that was just started with these params."""
        started = self.post(f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})
        assert started.ok, started.text
        return str(started.json()["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The runs of a DAG, the newest first."""
        found: list[dict[str, Any]] = self.get(f"dags/{dag_id}/dagRuns?order_by=-run_after&limit=100")["dag_runs"]
        return found

    def finished(self, dag_id: str, run_id: str | None = None) -> dict[str, Any]:
        """The newest run of a DAG, or the one named, once it is over."""

        def over() -> dict[str, Any] | None:
            chosen = [run for run in self.runs(dag_id) if run_id in (None, run["dag_run_id"])]
            return chosen[0] if chosen and chosen[0]["state"] in ("success", "failed") else None

        return until(f"{dag_id} {run_id or ''} is not over", over)

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
        answer = self.post(f"dags/{dag_id}/clearTaskInstances", {**wanted, "include_downstream": True})
        assert answer.ok, answer.text
