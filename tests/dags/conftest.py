"""An Airflow of the tests' own: a fresh home and database, made before anything of Airflow is imported."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import TwicePolled
from stores import copied

from etl.config import House, open_house
from samples.airflow_home import environment
from samples.configuration import write_config
from samples.server import NewsroomServer


@pytest.fixture(scope="session")
def airflow_bag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The DAGs of this project, loaded by Airflow with a database of its own."""
    home = tmp_path_factory.mktemp("airflow")
    before = dict(os.environ)
    assert "airflow" not in sys.modules, "Airflow must not be imported before its home is set"
    env = environment(home, home / "data", home / "config")
    os.environ.update({name: value for name, value in env.items() if not name.startswith("DATELINE_")})
    subprocess.run([Path(sys.executable).parent / "airflow", "db", "migrate"], check=True, capture_output=True)
    from airflow.dag_processing.dagbag import DagBag
    from airflow.settings import DAGS_FOLDER

    sys.path.append(DAGS_FOLDER)
    bag = DagBag(DAGS_FOLDER)
    for dag in bag.dags.values():
        dag.deadline = None  # as in samples.dag_runs
        for task in dag.tasks:
            task.retry_delay = timedelta(0)  # dag.test() waits for retries in real time
    yield bag
    sys.path.remove(DAGS_FOLDER)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def newsroom() -> Iterator[NewsroomServer]:
    """The sample newsroom on the air, in its first edition."""
    with NewsroomServer() as server:
        yield server


@pytest.fixture
def newsroom_house(tmp_path: Path, newsroom: NewsroomServer, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house that polls the newsroom, set in the environment as for Airflow's own processes."""
    write_config(tmp_path / "config", newsroom.base_urls)
    monkeypatch.setenv("DATELINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DATELINE_CONFIG", str(tmp_path / "config"))
    return open_house()


@pytest.fixture
def polled_house(tmp_path: Path, polled: TwicePolled, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house that has polled both editions of a newsroom which is off the air, set in the environment."""
    house = copied(polled.house, tmp_path)
    monkeypatch.setenv("DATELINE_DATA", str(house.data))
    monkeypatch.setenv("DATELINE_CONFIG", str(house.config))
    return house
