"""Airflow past one machine, for real and without containers: `make cluster`.

PostgreSQL, Redis, the four parts of Airflow and two Celery workers, as docker-compose.yml describes them, ingest many
papers: once with one worker, once with two, and once more while one of the two is killed in the middle. Then the three
are compared, with each other and with what the papers served. Everything is stopped at the end; logs and tables stay.
"""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from etl.state import open_state
from etl.tables.schema import TABLES
from samples.compose import ROOT
from samples.crowd import Crowd, Size
from samples.rest import Api
from samples.stack import Stack, install_missing, started
from samples.waiting import until

FOLDER = ROOT / "data" / "cluster"
SIZE = Size(hosts=8, papers=4, entries=12, wait_seconds=1.0)
KILL_AT_SHARE = 0.3  # of the articles that the papers have
SLOTS = 2  # tasks that a worker runs at the same time
CHOSEN = {
    "AIRFLOW_EXECUTOR": "CeleryExecutor",
    "AIRFLOW_PARALLELISM": str(2 * SLOTS),
    "WORKER_CONCURRENCY": str(SLOTS),
    # Less than an operator would set, so that nobody waits long to see a task come back.
    "TASK_SILENT_SECONDS": "30",
    "TASK_QUEUED_SECONDS": "300",
    # Only what is triggered runs, and what follows from it.
    "AIRFLOW_DAGS_PAUSED": "true",
    "DATELINE_INGEST_SCHEDULE": "0 0 29 2 *",  # no such day between the DAG's start_date and 2028
}
# What names a capture, a run or a moment, or is made of such a name: it may differ where all else is equal.
OF_THE_CAPTURE = {
    *("capture_id", "feed_capture_id", "warc", "run_id", "seen_at", "day", "hours", "articles_by_hour"),
    "last_article_at",
    *("mention_id", "antecedent_mention_id", "quarantine_id"),
}
COMPARED = ("articles", "mentions", "quarantine", "persons", "person_names", "source_days", "sources")
console = Console(soft_wrap=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What runs: the services, their interface, and the papers that they poll."""

    stack: Stack
    api: Api
    crowd: Crowd


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest: the folder of its data, its state, its wall time, how often each task was tried, pages asked for."""

    name: str
    data: Path
    state: str
    seconds: float
    tries: Mapping[str, int]
    asked: int

    @property
    def tried_again(self) -> list[str]:
        """The tasks that were tried more than once."""
        return sorted(task for task, tries in self.tries.items() if tries > 1)


def main() -> None:
    """Shows it; exit status 1 where something was lost or doubled."""
    parser = argparse.ArgumentParser(prog="make cluster", description="Ingest with Celery workers and kill one.")
    parser.add_argument("--stay", action="store_true", help="leave everything running at the end, until Ctrl-C")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        install_missing()
        with running(FOLDER, SIZE, CHOSEN) as cluster:
            faults = show(cluster)
            if options.stay:
                stay(cluster)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except (RuntimeError, TimeoutError, CalledProcessError) as error:
        sys.exit(f"{error}\nAll is stopped; the logs are in {FOLDER}")
    sys.exit(f"\nNot as it should be: {'; '.join(faults)}" if faults else 0)


@contextmanager
def running(folder: Path, size: Size, chosen: Mapping[str, str]) -> Iterator[Cluster]:
    """The papers on the air and everything but the workers, with the DAGs known; all is stopped at the end."""
    with Crowd(size).on_air() as crowd:
        crowd.write_config(folder / "config")
        console.print("Starting PostgreSQL, Redis, api-server, scheduler, dag-processor and triggerer ...")
        begun = time.monotonic()
        with started(folder, folder / "config", chosen) as stack:
            api = Api(stack.url, "admin", stack.variables["AIRFLOW_ADMIN_PASSWORD"])
            api.switch_on({"dateline_ingest", "dateline_quality"})
            console.print(f"All are well after {time.monotonic() - begun:.0f} s; logs and environment in {folder}")
            yield Cluster(stack, api, crowd)
            console.print("Stopping ...")


def show(cluster: Cluster) -> list[str]:
    """Three runs and what comes of comparing them; a line for each fault, none where all is well."""
    two = ("worker-1", "worker-2")
    runs = [
        ingest(cluster, "one worker", two[:1]),
        ingest(cluster, "two workers", two),
        ingest(cluster, "one of two killed", two, kill="worker-1"),
    ]
    faults = [f"{run.name}: the run is {run.state}" for run in runs if run.state != "success"]
    for run in runs:
        faults += [f"{run.name}: {fault}" for fault in account(run.data, cluster.crowd)]
        faults += [f"{run.name}: other rows of {table}" for table in differences(runs[1].data, run.data)]
    if not runs[2].tried_again:
        faults.append("the worker that was killed had no task")
    _tell(runs, cluster.crowd.size)
    return faults


def stay(cluster: Cluster) -> None:
    """Leaves the cluster with one worker to whoever wants to look at it, until it is interrupted."""
    cluster.stack.start("worker", "worker-1")
    console.print(f"\n{cluster.stack.url}, login admin, password {cluster.stack.variables['AIRFLOW_ADMIN_PASSWORD']}")
    console.print("Ctrl-C stops everything.")
    signal.pause()


def ingest(cluster: Cluster, name: str, workers: tuple[str, ...], kill: str | None = None) -> Run:
    """Ingests everything from an empty state with so many workers, of which one may be killed when it has tasks.

    Its data are in a folder of its own afterwards, and the state is empty again.
    """
    stack, api, crowd = cluster.stack, cluster.api, cluster.crowd
    crowd.asked.clear()
    for worker in workers:
        stack.start("worker", worker)
    for worker in workers:
        stack.await_health("worker", worker)
    console.print(f"\n{name}: triggering dateline_ingest ...")
    idle = {worker: len(stack.processes(worker)) for worker in workers}
    run_id = api.trigger("dateline_ingest", force=True)
    if kill:
        _await_work(cluster, kill, idle[kill])
        console.print(f"  killing {kill} and its {len(stack.processes(kill))} processes")
        stack.kill(kill)
    run = api.finished("dateline_ingest", run_id)
    api.await_quiet()
    asked = crowd.asked.total()
    tries = {
        f"{task} {label}".strip(): one["try_number"]
        for (task, label), one in api.tasks("dateline_ingest", run_id).items()
    }
    for worker in workers:
        if worker != kill:
            stack.stop(worker)
    data = stack.folder / name.replace(" ", "-")
    (stack.folder / "data").rename(data)
    open_state(stack.services["worker"].environment["DATELINE_STATE"], renew=True)
    console.print(f"  {run['state']} after {_seconds(run):.0f} s, {asked} requests")
    return Run(name, data, str(run["state"]), _seconds(run), tries, asked)


def account(data: Path, crowd: Crowd) -> list[str]:
    """What is lost or doubled, against what was served: every entry is one row of articles or of quarantine."""
    faults = []
    tables = {name: _rows(data, name) for name in TABLES}
    urls, served = [row["url"] for row in tables["articles"]], crowd.articles()
    if sorted(urls) != sorted(served):
        faults.append(f"{len(served - set(urls))} articles lost, {len(urls) - len(set(urls))} doubled")
    if len(tables["quarantine"]) != crowd.size.quarantined:
        faults.append(f"{len(tables['quarantine'])} entries in quarantine instead of {crowd.size.quarantined}")
    for name, rows in tables.items():
        keys = {tuple(str(row[key]) for key in TABLES[name].key) for row in rows}
        if len(keys) != len(rows):
            faults.append(f"{len(rows) - len(keys)} keys of {name} stand twice")
    for row in tables["runs"]:
        if row["seen"] != row["new"] + row["revisions"] + row["unchanged"] + row["quarantined"]:
            faults.append(f"the sums of {row['source_id']} do not balance")
    for column, table in (("new", "articles"), ("revisions", "revisions"), ("quarantined", "quarantine")):
        if sum(row[column] for row in tables["runs"]) != len(tables[table]):
            faults.append(f"runs tell another number of {table} than there are")
    return faults


def differences(one: Path, other: Path) -> list[str]:
    """Tables whose rows differ between two folders of data in more than what names the capture."""
    return [name for name in COMPARED if _content(one, name) != _content(other, name)]


def _content(data: Path, table: str) -> list[str]:
    """The rows of a table without what names their capture, in an order of their own."""
    return sorted(
        repr({name: value for name, value in row.items() if name not in OF_THE_CAPTURE}) for row in _rows(data, table)
    )


def _rows(data: Path, table: str) -> list[dict[str, Any]]:
    files = sorted((data / "tables" / table).glob("*/*.parquet"))
    return [row for path in files for row in pq.read_table(path, partitioning=None).to_pylist()]


def _await_work(cluster: Cluster, worker: str, idle: int) -> None:
    """Returns when a share of the pages was asked for and the worker has tasks in hand."""
    share, stack = KILL_AT_SHARE * cluster.crowd.size.articles, cluster.stack

    def is_at_work() -> bool:
        return cluster.crowd.asked.total() >= share and len(stack.processes(worker)) > idle

    try:
        until(f"{worker} has nothing to do", is_at_work, pause_seconds=0.2)
    except TimeoutError as error:
        raise TimeoutError(f"{error}; its last words: {stack.last_words(worker)}") from error


def _seconds(run: Mapping[str, Any]) -> float:
    begun, ended = (datetime.fromisoformat(run[name]) for name in ("start_date", "end_date"))
    return (ended - begun).total_seconds()


def _tell(runs: list[Run], size: Size) -> None:
    told = Table("run", "wall time", "requests", "articles", "quarantined", "tasks tried again")
    for run in runs:
        counts = (str(len(_rows(run.data, name))) for name in ("articles", "quarantine"))
        told.add_row(run.name, f"{run.seconds:.0f} s", str(run.asked), *counts, str(len(run.tried_again)))
    console.print(told)
    console.print(f"Tried again after the kill: {'; '.join(runs[2].tried_again) or 'nothing'}.")
    console.print(
        f"{size.hosts} hosts with {size.papers} papers each, {size.wait_seconds:g} s for every answer, {SLOTS} tasks "
        f"at a time on each worker: two workers take {runs[1].seconds / runs[0].seconds:.2f} of one worker's time."
    )


if __name__ == "__main__":
    main()
