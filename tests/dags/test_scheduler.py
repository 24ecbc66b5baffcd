"""The real thing: scheduler, DAG processor, triggerer and API server, started once, through good days and bad ones.

The tests share one house, and each leaves it in order: what was ever listed stands in the tables once.
"""

import os
import re
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

import pytest
import requests
from collector import Collected, collecting
from foreign import Foreign, archive
from foreign import story as foreign_story
from servers import Answering, Handler, Site, give, house_of, rss, story
from stores import assert_folders_clean, assert_sums_balance, rows

from etl import pipeline
from etl.config import House, open_house
from etl.verbs.counters import run_counters
from samples.airflow_home import BIN, environment, prepare, standalone, wait_until_up
from samples.rest import Api
from samples.waiting import PATIENCE_SECONDS, until

from .mailbox import Mailbox, words

pytestmark = pytest.mark.airflow
SOURCES = ("harbour", "market")
OBSERVABILITY = Path(__file__).parents[2] / "docs" / "observability.md"
PREFIX = "airflow."
NEVER = "0 0 29 2 *"  # no such day between start_date and 2028
BACKFILL_DAYS = 30
INGEST = "dateline_ingest"
SETTINGS = """
contact = "desk@localhost"
host_delay_seconds = 0.0
timeout_seconds = 600.0
deadline_seconds = 900.0
failed_feeds_share_max = 0.5
ingest_deadline_minutes = 0.02
"""


@dataclass
class Desk:
    """A house, its sources' sites, the Airflow that works on it, and the mailbox in which its alarms end."""

    house: House
    sites: dict[str, Site]
    mailbox: Mailbox
    collected: Collected
    env: dict[str, str]
    url: str
    api: Api
    listed: dict[str, list[str]] = field(default_factory=lambda: {source_id: [] for source_id in SOURCES})

    def list_news(self, source_id: str, articles: int = 1) -> None:
        """Puts more articles on a source's site and into its feed."""
        site, links = self.sites[source_id], self.listed[source_id]
        for number in range(len(links), len(links) + articles):
            site.pages[f"/{number}"] = give(story(f"The {source_id} counts its boats, part {number}"))
            links.append(f"{site.url}/{number}")
        site.pages["/feed"] = rss(*links, etag=f'"{len(links)}"')

    def ingest(self, **params: object) -> str:
        """The id of a run of the ingest, once it is over."""
        run_id = self.api.trigger(INGEST, **{"force": True, **params})
        self.api.finished(INGEST, run_id)
        return run_id

    def check(self) -> None:
        """What was ever listed is a row once, sums balance, and the folders show what is live."""
        urls = [row["url"] for row in rows(self.house, "articles")]
        ours = sorted(url for url in urls if "127.0.0.1" in url)
        assert ours == sorted(link for links in self.listed.values() for link in links)
        assert_sums_balance(self.house)
        assert_folders_clean(self.house)

    def mails(self, alarm: str) -> list[Message]:
        """The messages about an alarm."""
        return [message for message in self.mailbox.messages if message["Subject"] == f"Dateline: {alarm}"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk, with three articles on one site, nothing on the other, and nothing done yet."""
    folder = tmp_path_factory.mktemp("desk")
    sites = {source_id: Site() for source_id in SOURCES}
    with sites["harbour"], sites["market"], Mailbox() as mailbox, collecting() as collected:
        feeds = {source_id: f"{site.url}/feed" for source_id, site in sites.items()}
        house_of(folder, feeds)
        (folder / "config" / "settings.toml").write_text(SETTINGS)
        house = open_house(folder / "data", folder / "config")
        env = environment(folder / "airflow", house.data, house.config) | mailbox.environment
        env |= {f"DATELINE_{name}_SCHEDULE": NEVER for name in ("INGEST", "WATCH", "MAINTENANCE")}
        env["DATELINE_RETRY_SECONDS"] = "1"
        env |= dict(re.findall(r"^(\w*OTEL_\w+)=(.+)$", OBSERVABILITY.read_text("utf-8"), re.MULTILINE))
        env["OTEL_EXPORTER_OTLP_ENDPOINT"] = collected.url
        logins = prepare(folder / "airflow", env)
        with standalone(folder / "airflow", env) as url:
            assert wait_until_up(url, PATIENCE_SECONDS), (folder / "airflow" / "standalone.log").read_text()[-3000:]
            api = Api(url, "admin", logins["admin"])
            desk = Desk(house, sites, mailbox, collected, env, url, api)
            desk.list_news("harbour", 3)
            until("the DAGs do not appear", lambda: len(api.get("dags")["dags"]) == 6)
            yield desk


def test_schedule_to_tables(desk: Desk) -> None:
    """An ingest with one failed source ends green, that source red by name; its event starts the check of the day."""
    assert requests.get(f"{desk.url}/api/v2/dags", timeout=60).status_code == 401
    with pytest.raises(RuntimeError, match=r"answered (400|422): "):
        desk.api.trigger(INGEST, force="banana")
    run_id = desk.ingest()
    state = desk.api.states(INGEST, run_id)
    assert {key for key, value in state.items() if value == "failed"} == {("collect.fetch", "market")}
    assert {name for task, name in state if task == "collect.transform"} == set(SOURCES)
    assert desk.api.tasks(INGEST, run_id)["collect.fetch", "market"]["try_number"] == 1  # 404: gone fails at once
    checked = desk.api.finished("dateline_quality")
    assert (checked["state"], checked["partition_key"]) == ("success", f"{datetime.now(UTC):%Y-%m-%d}")
    assert (desk.house.data / "tables" / "findings" / f"seen_date={checked['partition_key']}").is_dir()
    assert desk.api.get("dagWarnings")["dag_warnings"] == []
    desk.check()


def test_figures_reach_a_collector(desk: Desk) -> None:
    """By the variables of OpenTelemetry that the page names, tasks send a run's counts, and the hourly look gauges."""
    desk.list_news("harbour", 2)
    before = Counter(desk.collected.counts)
    run_id = desk.ingest()
    measured = {measure.name: measure.value for measure in run_counters(desk.house, run_id)}
    assert (measured["dateline.items.new"], measured["dateline.feeds.failed"]) == (2, 1)

    def is_sent() -> bool:
        since = {name: desk.collected.counts[PREFIX + name] - before[PREFIX + name] for name in measured}
        return since == measured

    until("the run's figures are not sent", is_sent)
    desk.api.finished("dateline_watch", desk.api.trigger("dateline_watch"))
    until("no gauges are sent", lambda: f"{PREFIX}dateline.stores.free_bytes" in desk.collected.gauges)
    states = [value for name, value in desk.collected.gauges.items() if name.startswith(f"{PREFIX}dateline.sources.")]
    assert sum(states) == len(SOURCES)


def test_missed_deadline_is_told(desk: Desk) -> None:
    """A run that is not over in time is told by the triggerer, while it still runs."""
    until("no message about a late run", lambda: desk.mails("ingest_late"))
    assert "docs/runbook/ingest_late.md" in words(desk.mails("ingest_late")[0])


def test_manual_run_for_one_source(desk: Desk) -> None:
    """A run for one source asks that one, and no other."""
    desk.list_news("market", 2)
    asked = len(desk.sites["harbour"].requests)
    run_id = desk.ingest(sources=["market"])
    assert {name for task, name in desk.api.states(INGEST, run_id) if task == "collect.fetch"} == {"market"}
    assert len(desk.sites["harbour"].requests) == asked
    desk.check()


def test_all_feeds_failing(desk: Desk) -> None:
    """When nobody answers, the run is red and tells it, what may pass is tried again, and nothing is lost."""
    feeds = {source_id: site.pages["/feed"] for source_id, site in desk.sites.items()}
    for source_id, site in desk.sites.items():
        site.pages["/feed"] = give(b"", status=503 if source_id == "market" else 410)
    run_id = desk.ingest()
    tasks = desk.api.tasks(INGEST, run_id)
    assert tasks["feed_report", ""]["state"] == "failed"
    assert {tasks["collect.fetch", name]["state"] for name in SOURCES} == {"failed"}
    tries = {name: tasks["collect.fetch", name]["try_number"] for name in SOURCES}
    assert tries == {"harbour": 1, "market": 2}
    until("no message", lambda: desk.mails("all_feeds_failing"))
    for source_id, feed in feeds.items():
        desk.sites[source_id].pages["/feed"] = feed
    desk.check()


def test_no_source_configured(desk: Desk) -> None:
    """Without a source the plan fails at once, with one try, and the run with it."""
    sources = desk.house.config / "sources"
    sources.rename(sources.with_name("aside"))
    run_id = desk.ingest()
    sources.with_name("aside").rename(sources)
    plan = desk.api.tasks(INGEST, run_id)["plan", ""]
    assert (plan["state"], plan["try_number"]) == ("failed", 1)
    assert desk.api.finished(INGEST, run_id)["state"] == "failed"
    until("no message", lambda: desk.mails("config_error"))
    desk.check()


def test_killed_batch_is_tried_again(desk: Desk) -> None:
    """A batch whose process is killed in the middle of a page comes with the next try, and each article once."""
    held, go_on = threading.Event(), threading.Event()
    desk.list_news("harbour", 2)
    site, path = desk.sites["harbour"], f"/{len(desk.listed['harbour']) - 1}"
    site.pages[path] = _holding(site.pages[path], held, go_on)
    run_id = desk.api.trigger(INGEST, force=True, sources=["harbour"])
    until("the page is not asked for", held.is_set)
    # its label comes when it is over
    (pid,) = (task["pid"] for (name, _), task in desk.api.tasks(INGEST, run_id).items() if name == "collect.fetch")
    os.kill(pid, signal.SIGKILL)
    until("nobody takes the process away", lambda: not Path(f"/proc/{pid}").exists())
    go_on.set()
    assert desk.api.finished(INGEST, run_id)["state"] == "success"
    assert desk.api.tasks(INGEST, run_id)["collect.fetch", "harbour"]["try_number"] == 2
    desk.check()


def _holding(answering: Answering, held: threading.Event, go_on: threading.Event) -> Answering:
    def answer(handler: Handler) -> None:
        held.set()
        go_on.wait(PATIENCE_SECONDS)
        answering(handler)

    return answer


def test_cleared_tasks_change_nothing(desk: Desk) -> None:
    """Tasks that had finished, done once more, ask no server and leave tables and counts as they were."""
    desk.list_news("market", 2)
    run_id = desk.ingest()
    counts = pipeline.report(desk.house, run_id).counts
    assert counts["new"] == 2
    asked = {source_id: len(site.requests) for source_id, site in desk.sites.items()}
    tables = rows(desk.house, "articles"), rows(desk.house, "fetch_log")
    for task_ids in (["publish"], ["plan"]):
        desk.api.clear(INGEST, run_id, task_ids)
        until("cleared tasks are not taken up", lambda: desk.api.runs(INGEST)[0]["state"] != "queued")
        assert desk.api.finished(INGEST, run_id)["state"] == "success"
    assert pipeline.report(desk.house, run_id).counts == counts
    assert (rows(desk.house, "articles"), rows(desk.house, "fetch_log")) == tables
    assert {source_id: len(site.requests) for source_id, site in desk.sites.items()} == asked
    desk.check()


def test_overlapping_runs(desk: Desk) -> None:
    """Two ingests, a replay and a rebuild started at once leave what one after the other leaves."""
    for source_id in SOURCES:
        desk.list_news(source_id)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    started = [
        (INGEST, desk.api.trigger(INGEST, force=True)),
        ("dateline_rebuild", desk.api.trigger("dateline_rebuild", first=today)),
        (INGEST, desk.api.trigger(INGEST, force=True)),
        ("dateline_replay", desk.api.trigger("dateline_replay")),
    ]
    assert [desk.api.finished(*run)["state"] for run in started] == ["success"] * len(started)
    desk.check()


def test_backfill_beside_the_schedule(desk: Desk) -> None:
    """A backfill of thirty days rebuilds each of them once while an ingest publishes; every row is as it was."""
    # A range ends at midnight, before the tick of its last day. Airflow leaves to the schedule the day that its last
    # tick was for: yesterday, and before three o'clock the day before. So the range ends before both.
    first = datetime.now(UTC).date() - timedelta(days=BACKFILL_DAYS + 2)
    days = [first + timedelta(days=number) for number in range(BACKFILL_DAYS)]
    paths = [desk.house.data.parent / f"{day}.warc.gz" for day in days]
    for day, path in zip(days, paths, strict=True):
        page = foreign_story(f"Mole repaired on {day}")
        path.write_bytes(archive([Foreign(f"https://mole.example/{day}", page, f"{day}T00:00:00Z")]))
    pipeline.import_archives(desk.house, "import", paths, "market")
    old = [row for row in rows(desk.house, "articles") if "mole.example" in row["url"]]
    assert len(old) == BACKFILL_DAYS
    command = ["backfill", "create", "--dag-id", "dateline_rebuild", "--max-active-runs", "2"]
    span = [
        "--from-date",
        f"{first}",
        "--to-date",
        f"{days[-1] + timedelta(days=1)}",
        "--dag-run-conf",
        '{"accept": true}',
    ]
    subprocess.run([BIN / "airflow", *command, *span], env=desk.env, check=True, capture_output=True)
    desk.list_news("market", 2)
    desk.ingest()

    def rebuilt() -> dict[str, str]:
        runs = [run for run in desk.api.runs("dateline_rebuild") if run["run_type"] == "backfill"]
        return {run["partition_key"]: run["state"] for run in runs}

    def is_over() -> bool:
        runs = rebuilt()
        return len(runs) == BACKFILL_DAYS and set(runs.values()) <= {"success", "failed"}

    until("the backfill is not over", is_over)
    assert rebuilt() == {f"{day}": "success" for day in days}
    assert [row for row in rows(desk.house, "articles") if "mole.example" in row["url"]] == old
    desk.check()


def test_watch_and_maintenance(desk: Desk) -> None:
    """The hourly look and the weekly steps are green where all is well; Airflow's history goes by its own command."""
    (desk.house.config / "settings.toml").open("a").write("disk_free_share_min = 0.0\nairflow_keep_days = 30.0\n")
    watched, kept = desk.api.trigger("dateline_watch"), desk.api.trigger("dateline_maintenance")
    assert desk.api.finished("dateline_watch", watched)["state"] == "success"
    assert desk.api.finished("dateline_maintenance", kept)["state"] == "success"
    steps = desk.api.states("dateline_maintenance", kept)
    assert {task for (task, _), state in steps.items() if state == "skipped"} == {"archive"}
    log = desk.api.get(f"dags/dateline_maintenance/dagRuns/{kept}/taskInstances/airflow_history/logs/1")
    assert "Airflow has forgotten" in str(log)
    desk.check()
