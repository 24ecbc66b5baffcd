"""The pictures of docs/, of a real Airflow on the sample newsroom: `python -m samples.screenshots`.

The newsroom is polled by the real DAG, once for each of its editions; then an API server shows what came of it, and a
headless Chromium looks at it.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import requests
from playwright.sync_api import Page, sync_playwright

from samples.airflow_home import BIN, ROOT, environment, prepare
from samples.configuration import write_config
from samples.server import NewsroomServer

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1360, "height": 850}
EDITIONS = 3
START_SECONDS = 300
WAIT_MS = 120_000
SETTLE_MS = 1_500  # until Airflow's own lists and charts are drawn
PICTURES = {  # name, path below the server, title of our frame if there is one
    "feed-health": ("plugin/dateline/dateline/health", "Feed health"),
    "run-report": ("dags/dateline_ingest/runs/{run}/plugin/dateline_run", "Run report"),
    "quarantine": ("plugin/dateline/dateline/quarantine", "Feed health"),
    "names": ("plugin/dateline/dateline/names", "Feed health"),
    "ingest-grid": ("dags/dateline_ingest/runs/{run}", None),
}


def main() -> None:
    """Writes docs/images/*.png anew; exit status 1 where a run fails or Chromium is not there."""
    if not Path(CHROMIUM).exists():
        sys.exit(f"Chromium is not installed at {CHROMIUM}")
    with tempfile.TemporaryDirectory() as scratch, NewsroomServer() as newsroom:
        home = Path(scratch) / "airflow"
        env = environment(home, Path(scratch) / "data", Path(scratch) / "config")
        write_config(Path(scratch) / "config", newsroom.base_urls)
        logins = prepare(home, env)
        run_id = _poll(newsroom, env)
        subprocess.run([BIN / "airflow", "dags", "reserialize"], env=env, check=True, capture_output=True)
        with api_server(home, env) as url:
            _take_pictures(url, logins["admin"], run_id)


@contextmanager
def api_server(home: Path, env: dict[str, str]) -> Iterator[str]:
    """The address of an API server in a group of processes of its own, up when it is given and gone afterwards."""
    log, url = home / "api-server.log", env["AIRFLOW__API__BASE_URL"]
    with log.open("w") as stream:
        command = [str(BIN / "airflow"), "api-server", "--workers", "1"]
        process = subprocess.Popen(command, env=env, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(url):
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError(f"the API server did not come up: {log.read_text()[-3000:]}")
            time.sleep(0.5)
        yield url
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, number)
                process.wait(20)


def log_in(page: Page, url: str, user: str, password: str) -> None:
    """Logs in through Airflow's own form and waits for its menu."""
    page.goto(url)
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector("a[href$='/plugin/dateline']")


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/api/v2/version", timeout=5).ok
    except requests.RequestException:
        return False


def _poll(newsroom: NewsroomServer, env: dict[str, str]) -> str:
    """Runs the DAG for each edition, and checks the day; the id of the first run, which has most to tell."""
    process = subprocess.Popen(
        [sys.executable, "-m", "samples.dag_runs"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        ended = []
        for number in range(1, EDITIONS + 2):
            newsroom.edition = min(number, EDITIONS)
            day = datetime.now(UTC).date().isoformat()
            dag = ("dateline_ingest", {"force": True}) if number <= EDITIONS else ("dateline_quality", {"day": day})
            process.stdin.write(f"{dag[0]} {json.dumps(dag[1])}\n")
            process.stdin.flush()
            ended.append(process.stdout.readline().split())
        process.stdin.close()
    if any(line[1:] != ["success"] for line in ended):
        sys.exit(f"the runs ended as {ended}")
    return ended[0][0]


def _take_pictures(url: str, password: str, run_id: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.set_default_timeout(WAIT_MS)
        log_in(page, url, "admin", password)
        for name, (path, frame) in PICTURES.items():
            page.goto(f"{url}/{path.format(run=run_id)}")
            if frame is not None:
                page.frame_locator(f"iframe[title='{frame}']").locator("footer").wait_for(state="attached")
            else:
                page.get_by_text("feed_report").first.wait_for()
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=IMAGES / f"{name}.png")
            print(IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
