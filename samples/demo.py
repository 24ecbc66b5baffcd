"""The main job, shown: the real DAG `dateline_ingest`, twice, its day checked, and an analyst's answer.

`python -m samples.demo` polls the sample newsroom; with `--config FOLDER` it polls the sources of that folder, once.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from etl import pipeline
from etl.commands.runs import print_report
from etl.config import House, open_house
from etl.errors import DatelineError
from etl.pipeline import RunReport
from samples.airflow_home import ROOT, environment, prepare
from samples.configuration import write_config
from samples.server import NewsroomServer

SAMPLE = ROOT / "data" / "sample"
SHOWN_ROWS = 8
console = Console(soft_wrap=True, highlight=False)


def main() -> None:
    """Runs the job and prints what it did; exit status 1 where a run fails, with the place of its log."""
    parser = argparse.ArgumentParser(
        prog="make run", description="Run dateline_ingest under Airflow, without a server."
    )
    parser.add_argument("--config", type=Path, help="poll the sources of this folder instead of the sample newsroom")
    options = parser.parse_args()
    try:
        if options.config:
            run_live(options.config.resolve())
        else:
            run_sample()
    except DatelineError as error:
        sys.exit(f"dateline: {error}")


def run_sample() -> None:
    """Two polls of the newsroom, between which it brings out its second edition."""
    shutil.rmtree(SAMPLE, ignore_errors=True)
    with NewsroomServer() as newsroom:
        write_config(SAMPLE / "config", newsroom.base_urls)
        console.print("The sample newsroom is on the air: six invented publishers on 127.0.0.1.")
        house = open_house(SAMPLE / "data", SAMPLE / "config")
        with _DagRuns(house, SAMPLE / "airflow") as runs:
            for edition, what in ((1, "for the first time"), (2, "again: five new articles, two edited ones")):
                newsroom.edition = edition
                console.print(f"\nRunning the DAG dateline_ingest {what} ...")
                report = runs.ingest(force=True)
            runs.check(report)
    _show_tables(house)


def run_live(config: Path) -> None:
    """One poll of the configured sources that are due."""
    house = open_house(ROOT / "data", config)
    due = pipeline.plan(house)  # a mistake in the configuration is told here, in one line
    console.print(f"{sum(len(batch.sources) for batch in due)} of {len(house.sources)} sources are due.")
    with _DagRuns(house, ROOT / "data" / "airflow") as runs:
        console.print("\nRunning the DAG dateline_ingest ...")
        runs.check(runs.ingest(force=False))
    _show_tables(house)


class _DagRuns:
    """A process that runs DAGs whenever it is told to."""

    def __init__(self, house: House, home: Path) -> None:
        self._house, self._home, self._log = house, home, home / "dag_runs.log"

    def __enter__(self) -> "_DagRuns":
        console.print("Setting up Airflow on its embedded defaults (SQLite, no server) ...")
        env = environment(self._home, self._house.data, self._house.config)
        prepare(self._home, env)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "samples.dag_runs"],
                cwd=ROOT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def ingest(self, force: bool) -> RunReport:
        """Polls once and prints the report."""
        report = pipeline.report(self._house, self._run("dateline_ingest", {"force": force}))
        print_report(report)
        return report

    def check(self, report: RunReport) -> None:
        """Checks the days that have news, as the scheduler does after each run, and says where their pages are."""
        for day in report.news:
            console.print(f"\nRunning the DAG dateline_quality for {day} ...")
            self._run("dateline_quality", {"day": day})
            console.print(f"The day's page: {self._house.data / 'reports' / day}.html")

    def _run(self, dag_id: str, params: dict[str, object]) -> str:
        """Runs a DAG once and gives the run's id."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{dag_id} {json.dumps(params)}\n")
        stdin.flush()
        run_id, _, state = stdout.readline().strip().partition(" ")
        if state != "success":
            sys.exit(f"the run {run_id!r} ended as {state or 'nothing'!r}: see {self._log}")
        return run_id


def _show_tables(house: House) -> None:
    """Where the tables are, and one answer read back from them as an analyst would."""
    tables = house.data / "tables"
    console.print("\nThe tables (hive partitions by seen_date, the UTC day of the capture):")
    for folder in sorted(tables.iterdir()) if tables.is_dir() else ():
        rows = len(pd.read_parquet(folder, dtype_backend="pyarrow", columns=[]))
        console.print(f"  {rows:>5} rows  {folder}")
    if not (tables / "mentions").is_dir():
        console.print("No article yet, so no question to ask.")
        return
    console.print("\nWho is named by more than one source, and in which spellings?")
    answer = Table("sources", "mentions", "person_id", "spellings")
    for person_id, row in who_is_named(tables).head(SHOWN_ROWS).iterrows():
        answer.add_row(str(row["sources"]), str(row["mentions"]), str(person_id), row["spellings"])
    console.print(answer)


def who_is_named(tables: Path) -> pd.DataFrame:
    """Persons named by more than one source, the most widely named first: sources, mentions and spellings of each."""
    mentions = pd.read_parquet(tables / "mentions", dtype_backend="pyarrow")
    named = mentions[mentions["antecedent_mention_id"].isna()].groupby("person_id")
    people = pd.DataFrame(
        {
            "sources": named["source_id"].nunique(),
            "mentions": named.size(),
            "spellings": named["surface"].agg(lambda surfaces: " | ".join(sorted(set(surfaces)))),
        }
    )
    return people[people["sources"] > 1].sort_values(["sources", "mentions"], ascending=False)


if __name__ == "__main__":
    main()
