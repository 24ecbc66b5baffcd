"""What Airflow itself costs for one ingest run of a thousand feeds: `python -m bench.airflow_cost`.

A real scheduler runs the real DAG, with its 32 batches, over an `etl` in which every verb does nothing. What is left is
scheduling, processes, the DAG file read by each, messages and the API server: CPU seconds of all of them, children
included, from the trigger to the end of the run.
"""

import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from samples.airflow_home import ROOT, environment, prepare, standalone, wait_until_up
from samples.rest import Api

FEEDS, BATCHES = 1_000, 32
INGEST = "dateline_ingest"
NEVER = "0 0 29 2 *"  # no such day before 2028
WAIT_SECONDS = 1_500
IDLE_SECONDS = 30
LOOK_SECONDS = 0.1
TICKS = os.sysconf("SC_CLK_TCK")
REAL = ("errors.py", "verbs/__init__.py", "verbs/alarms.py")  # read with the DAG files, and light
STUB = {
    "__init__.py": "",
    "collecting/__init__.py": "",
    "collecting/collection.py": "from types import SimpleNamespace as Batch\n",
    "collecting/tries.py": "def require_answer(*_): ...\n",
    "verbs/transformation.py": "from dataclasses import dataclass\n@dataclass\nclass Transformed: ...\n",
    "commands/__init__.py": "",
    "commands/runs.py": "def print_report(report): print(report)\n",
    "config.py": "from types import SimpleNamespace as N\n"
    "def open_house(): return N(settings=N(failed_feeds_share_max=1.0))\n",
    "pipeline.py": "from types import SimpleNamespace as N\n"
    f"NAMES = [f'source_{{n:04}} and {FEEDS // BATCHES} more' for n in range(0, {FEEDS}, {-(-FEEDS // BATCHES)})]\n"
    "def plan(*_): return [N(name=name, sources=(name,), is_forced=False) for name in NAMES]\n"
    "def fetch(*_): return N(warcs=())\n"
    "def open_stores(*_): ...\n"
    "def transform(*_): return []\n"
    "def publish(*_): return N(news={})\n"
    "def report(*_): return N(run_id='', failed_share=0.0)\n",
}


def main() -> None:
    """Starts Airflow in a folder of its own, measures it at rest and over one run, and prints one table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = environment(folder / "airflow", folder / "data", folder / "config")
        env |= {f"DATELINE_{dag}_SCHEDULE": NEVER for dag in ("INGEST", "WATCH", "MAINTENANCE")}
        env["PYTHONPATH"] = str(_stub(folder / "code").parent)
        logins = prepare(folder / "airflow", env)
        with standalone(folder / "airflow", env) as url:
            if not wait_until_up(url, WAIT_SECONDS):
                sys.exit("Airflow did not come up")
            _measure(url, logins["admin"])


def _stub(folder: Path) -> Path:
    """An `etl` of which each verb does nothing, in a folder; the folder of the package."""
    package = folder / "etl"
    for path in REAL:
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "etl" / path, package / path)
    for path, code in STUB.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(code)
    return package


def _measure(url: str, password: str) -> None:
    api = Api(url, "admin", password)
    api.switch_on({INGEST})
    time.sleep(IDLE_SECONDS)  # what starting leaves behind
    ticks: dict[int, int] = {}
    threading.Thread(target=_watch, args=(ticks,), daemon=True).start()
    time.sleep(2 * LOOK_SECONDS)
    before, began = sum(list(ticks.values())), time.monotonic()
    time.sleep(IDLE_SECONDS)
    idle = (sum(list(ticks.values())) - before) / TICKS / (time.monotonic() - began)
    before, began = sum(list(ticks.values())), time.monotonic()
    state = api.finished(INGEST, run_id := api.trigger(INGEST))["state"]
    took, spent = time.monotonic() - began, (sum(list(ticks.values())) - before) / TICKS
    tasks = api.get(f"dags/{INGEST}/dagRuns/{run_id}/taskInstances?limit=1")["total_entries"]
    print(f"{FEEDS} feeds in {BATCHES} batches: run {state}, {tasks} task instances, {took:.0f} s")
    print(f"CPU seconds from trigger to end: {spent:.1f}, of which at rest it would have used {idle * took:.1f}")
    print(f"a task instance: {(spent - idle * took) / tasks:.2f} CPU s; at rest {idle:.3f} cores")


def _watch(ticks: dict[int, int]) -> None:
    """Notes the CPU time of every process of this Airflow, by its id, for as long as this process lives.

    They are those in sessions that children of this process lead, since Airflow writes titles over their environment.
    They are looked at ten times a second; what one uses after the last look is lost.
    """
    while True:
        found: dict[int, list[str]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                found[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
            except OSError:  # it is over
                continue
        leaders = {str(pid) for pid, stat in found.items() if stat[1] == str(os.getpid())}
        for pid, stat in found.items():
            if stat[3] in leaders:
                ticks[pid] = max(ticks.get(pid, 0), int(stat[11]) + int(stat[12]))
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
