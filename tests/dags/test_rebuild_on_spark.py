"""The rebuild DAG where a Spark is configured: the same days, submitted there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from samples.airflow_home import ROOT

pytestmark = pytest.mark.airflow
SCRIPT = """
import json
from types import SimpleNamespace
import dateline_rebuild
dag = dateline_rebuild.dateline_rebuild()
rebuild = dag.get_task("rebuild")
told = {task.task_id: [type(task).__name__, sorted(task.downstream_task_ids)] for task in dag.tasks}
submitted = {}
if hasattr(rebuild, "application_args"):
    params = {"first": None, "last": None, "accept": False}
    runs = {
        "nightly": {"params": params, "dag_run": SimpleNamespace(partition_key="2026-11-20"), "run_id": "n"},
        "range": {
            "params": {"first": "2026-11-01", "last": "2026-11-03", "accept": True},
            "dag_run": SimpleNamespace(partition_key=None),
            "run_id": "r",
        },
    }
    for name, context in runs.items():
        submitted[name] = rebuild.render_template(rebuild.application_args, context)
    submitted["application"] = rebuild.application
print(json.dumps([told, submitted]))
"""


def _parsed(connection: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    environment = {name: value for name, value in os.environ.items() if name != "DATELINE_SPARK_CONNECTION"}
    environment |= {"DATELINE_SPARK_CONNECTION": connection} if connection else {}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT / "dags", env=environment, capture_output=True, text=True, check=True)
    told, submitted = json.loads(done.stdout.strip().splitlines()[-1])
    return told, submitted


@pytest.mark.usefixtures("airflow_bag")
def test_the_rebuild_reads_here_or_on_spark() -> None:
    """Without a connection the task reads; with one it submits the days of a run, or those of its params, to Spark."""
    told, submitted = _parsed(None)
    assert told == {"rebuild": ["_PythonDecoratedOperator", ["announce"]], "announce": told["announce"]}
    assert submitted == {}
    told, submitted = _parsed("spark_default")
    assert told["rebuild"] == ["SparkSubmitOperator", ["outcome"]]
    assert told["outcome"] == ["_PythonDecoratedOperator", ["announce"]]
    night = ["--from", "2026-11-20", "--to", "2026-11-20", "--limit", "--order", "n"]
    assert submitted["nightly"] == night
    assert submitted["range"] == ["--from", "2026-11-01", "--to", "2026-11-03", "--accept", "--order", "r"]
    assert Path(submitted["application"]).is_file()
