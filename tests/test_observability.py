"""Events keep their fields wherever they are written, and every figure that is sent is right and explained."""

import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from conftest import TwicePolled
from stores import copied, rows

from etl import pipeline
from etl.config import open_house
from etl.verbs.counters import METRICS, STEP, house_gauges, run_counters
from etl.verbs.events import show_events
from samples.airflow_home import BIN, ROOT, environment
from samples.configuration import write_config
from samples.publishers import FAILING_SOURCE_ID
from samples.server import NewsroomServer

PAGE = (ROOT / "docs" / "observability.md").read_text("utf-8")
PREFIX = "airflow."


@pytest.fixture(autouse=True)
def own_loggers() -> Iterator[None]:
    """The loggers as they were, after a test that lets them write elsewhere."""
    root, own = logging.getLogger(), logging.getLogger("etl")
    before = root.handlers[:], root.level, own.handlers[:], own.level, own.propagate
    own.handlers[:], own.propagate = [], True  # a task that ran in this process hands events on to Airflow alone
    yield
    root.handlers[:], root.level = before[:2]
    own.handlers[:], own.propagate = before[2], before[4]
    own.setLevel(before[3])


def test_events_are_json_lines() -> None:
    """As JSON each event is one object a line, whatever it says, with its fields and its error beside its words."""
    written = StringIO()
    show_events("json", written)
    log = logging.getLogger("etl.quay")
    log.info("feed failed", extra={"run_id": "run-1", "source_id": "quay", "error_detail": "two\nlines «نص»"})
    try:
        raise ValueError("no boat")
    except ValueError:
        log.exception("lost %d", 2)
    logging.getLogger("elsewhere").info("chatter")
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    told = {"level": "info", "logger": "etl.quay", "event": "feed failed", "run_id": "run-1", "source_id": "quay"}
    assert told.items() <= first.items()
    assert first["error_detail"] == "two\nlines «نص»"
    assert datetime.fromisoformat(first["timestamp"]).tzinfo is not None
    assert (second["event"], second["exception"].splitlines()[-1]) == ("lost 2", "ValueError: no boat")


def test_text_is_for_warnings() -> None:
    """As text only warnings are written, each with its fields."""
    written = StringIO()
    show_events("text", written)
    log = logging.getLogger("etl.quay")
    log.info("collected", extra={"run_id": "run-1"})
    log.warning("disk is filling", extra={"free": 5})
    assert written.getvalue() == "warning: disk is filling free=5\n"


@pytest.mark.parametrize("by", ["option", "environment"])
def test_command_tells_its_events(tmp_path: Path, newsroom: NewsroomServer, by: str) -> None:
    """With the option or the variable the command's events are on standard error: the failed feed by run and source."""
    write_config(tmp_path / "config", newsroom.base_urls)
    options = ["--log-format", "json"] if by == "option" else []
    command = [sys.executable, "-m", "etl", "--data", "data", "--config", "config", *options, "run"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)} | ({} if options else {"DATELINE_LOG_FORMAT": "json"})
    only = ["--source", FAILING_SOURCE_ID, "--source", "harbour_gazette"]
    done = subprocess.run([*command, *only], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in done.stderr.splitlines()]
    (failed,) = [event for event in events if event["event"] == "feed failed"]
    assert (failed["source_id"], failed["outcome"], failed["status"]) == (FAILING_SOURCE_ID, "soft_error", 500)
    assert Counter(event["event"] for event in events)["collected"] == 2
    runs = {event["run_id"] for event in events if event["event"] in {"feed failed", "collected", "published"}}
    assert len(runs) == 1
    assert runs.pop() in done.stdout
    findings = [event["source_id"] for event in events if event["event"] == "finding"]
    assert findings == [FAILING_SOURCE_ID]


def test_counters_are_those_of_the_run(polled: TwicePolled) -> None:
    """A run's figures are what its rows say, and what it had none of is a zero or left out."""
    for report in polled.reports:
        found = {measure.name: measure.value for measure in run_counters(polled.house, report.run_id)}
        assert {name: found[f"dateline.items.{name}"] for name in ("new", "revisions", "quarantined")} == {
            name: report.counts[name] for name in ("new", "revisions", "quarantined")
        }
        attempts = [row["outcome"] for row in rows(polled.house, "fetch_log") if row["run_id"] == report.run_id]
        outcomes = {name.rpartition(".")[2]: n for name, n in found.items() if name.startswith("dateline.fetches.")}
        assert outcomes == Counter(attempts)
        assert (found["dateline.feeds.asked"], found["dateline.feeds.failed"]) == (6, 1)


def test_run_is_counted_after_its_day_is_compacted(tmp_path: Path, polled: TwicePolled) -> None:
    """Of a day that was made one file, a run's figures are still its own."""
    house = copied(polled.house, tmp_path)
    before = run_counters(house, "run-2")
    assert pipeline.compact(house, datetime.now(UTC).date())
    assert run_counters(house, "run-2") == before


def test_gauges_are_what_stands(polled: TwicePolled) -> None:
    """The gauges count every source once, in its state, and the stores as they are."""
    found = {measure.name: measure.value for measure in house_gauges(polled.house, datetime.now(UTC))}
    assert sum(n for name, n in found.items() if name.startswith("dateline.sources.")) == len(polled.house.sources)
    assert found["dateline.stores.free_bytes"] > 0
    assert found["dateline.stores.waiting_warcs"] == 0


def test_every_metric_is_explained(polled: TwicePolled) -> None:
    """The page names every metric with its kind and no other, and all that is sent is one of them."""
    documented: dict[str, str] = {}
    for name, kind, words in re.findall(r"^\| `(dateline\.[a-z_.]+)` \| (\w+) \| (.+) \|$", PAGE, re.MULTILINE):
        stem, is_one_of, _ = name.partition("....")
        values = re.findall(r"`(\w+)`", words) if is_one_of else [""]
        documented |= {f"{stem}.{value}".removesuffix("."): kind for value in values}
    steps = {name: kind for name, kind in documented.items() if name.startswith(f"{STEP}.")}
    assert steps
    assert set(steps.values()) == {"timer"}
    assert {name: kind for name, kind in documented.items() if name not in steps} == METRICS
    sent = [*run_counters(polled.house, "run-1"), *house_gauges(polled.house, datetime.now(UTC))]
    assert {measure.name for measure in sent} <= METRICS.keys()
    assert {measure.kind for measure in sent} == {"count", "gauge"}


@pytest.fixture
def statsd() -> Iterator[tuple[int, list[str]]]:
    """A StatsD server on loopback: its port, and the lines that it was sent."""
    lines: list[str] = []
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))

        def listen() -> None:
            while (packet := server.recv(65_535)) != b"end":
                lines.extend(packet.decode().splitlines())

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], lines
        finally:
            server.sendto(b"end", server.getsockname())
            thread.join()


@pytest.mark.airflow
def test_tasks_send_figures_and_fields(tmp_path: Path, newsroom: NewsroomServer, statsd: tuple[int, list[str]]) -> None:
    """A run under Airflow, even a red one, sends figures and its steps' times to StatsD; its log has our fields."""
    write_config(tmp_path / "config", newsroom.base_urls)
    port, lines = statsd
    env = environment(tmp_path / "airflow", tmp_path / "data", tmp_path / "config")
    env |= {"AIRFLOW__METRICS__STATSD_ON": "True", "AIRFLOW__METRICS__STATSD_PORT": str(port), "NO_COLOR": "1"}
    env["DATELINE_RETRY_SECONDS"] = "0"
    params = json.dumps({"force": True, "sources": [FAILING_SOURCE_ID, "harbour_gazette"]})
    subprocess.run([BIN / "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-m", "samples.dag_runs"],
        cwd=ROOT, env=env, input=f"dateline_ingest {params}\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    run_id, _, state = done.stdout.strip().rpartition(" ")
    assert state == "failed"  # of two feeds one fails, which is more than may
    sent = {line.rpartition(":")[0].removeprefix(PREFIX): line.rpartition(":")[2] for line in lines}
    house = open_house(tmp_path / "data", tmp_path / "config")
    expected = {measure.name: f"{measure.value}|c" for measure in run_counters(house, run_id)}
    assert {name: value for name, value in sent.items() if name in METRICS} == expected
    steps = {name.rpartition(".")[2] for name in sent if name.startswith(f"{STEP}.")}
    assert {"plan", "fetch", "transform", "publish", "announce"} <= steps
    told = [line for line in done.stderr.splitlines() if "feed failed" in line and "etl.collecting" in line]
    fields = (f"run_id={run_id}", f"source_id={FAILING_SOURCE_ID}", "outcome=soft_error", "status=500")
    assert told
    assert [line for line in told if any(field not in line for field in fields)] == []


@pytest.mark.airflow
def test_nothing_is_counted_where_metrics_are_off(tmp_path: Path) -> None:
    """Without Airflow's metrics a run's figures are not even read: a house that has none of them does no harm."""
    env = environment(tmp_path / "airflow", tmp_path / "data", tmp_path / "config") | {"PYTHONPATH": str(ROOT)}
    script = "from dateline_counters import send_gauges, send_run\nsend_run(None, 'run-1')\nsend_gauges(None)\n"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT / "dags", env=env, check=True)
