"""Airflow with its UI on the sample newsroom, on a schedule: `make airflow`."""

import os
import signal
import sys
import time

from rich.console import Console

from samples.airflow_home import ROOT, environment, prepare, standalone, wait_until_up
from samples.configuration import write_config
from samples.rest import Api
from samples.server import NewsroomServer

HOUSE = ROOT / "data" / "airflow-demo"
EDITION_SECONDS = 120  # the newsroom brings out something new as often as it is polled
START_SECONDS = 300
console = Console(soft_wrap=True, highlight=False)


def main() -> None:
    """Serves the newsroom and runs Airflow until Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts background commands with Ctrl-C ignored
        signal.signal(number, signal.default_int_handler)
    os.environ.setdefault("DATELINE_INGEST_SCHEDULE", "*/2 * * * *")
    env = environment(HOUSE / "airflow", HOUSE / "data", HOUSE / "config")
    with NewsroomServer(port=8123) as newsroom:
        write_config(HOUSE / "config", newsroom.base_urls)
        console.print("Setting up Airflow (SQLite, LocalExecutor) ...")
        logins = prepare(HOUSE / "airflow", env)
        with standalone(HOUSE / "airflow", env) as url:
            console.print(f"Starting; the log is {HOUSE / 'airflow' / 'standalone.log'} ...")
            if not wait_until_up(url, START_SECONDS):
                sys.exit(f"Airflow did not come up within {START_SECONDS} s: see the log")
            console.print(f"\nAirflow is up: {url}")
            for user, password in logins.items():
                console.print(f"  login {user}, password {password}")
            console.print(
                f"dateline_ingest runs on {env['DATELINE_INGEST_SCHEDULE']}; tables grow in {HOUSE / 'data' / 'tables'}"
            )
            console.print("Ctrl-C stops everything.")
            try:
                _run_once(Api(url, "admin", logins["admin"]))
                _serve_editions(newsroom)
            except KeyboardInterrupt:
                console.print("Stopping ...")
    console.print("Stopped.")


def _run_once(api: Api) -> None:
    """Starts a run as soon as the DAG is known, rather than wait for the clock, and says how it ends."""
    api.switch_on({"dateline_ingest"})
    run_id = api.trigger("dateline_ingest", force=True)
    console.print(f"The first run has begun: {run_id}")
    console.print(f"It has ended: {api.finished('dateline_ingest', run_id)['state']}")


def _serve_editions(newsroom: NewsroomServer) -> None:
    while True:
        time.sleep(EDITION_SECONDS)
        newsroom.edition += 1


if __name__ == "__main__":
    main()
