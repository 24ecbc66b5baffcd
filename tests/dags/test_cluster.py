"""Airflow past one machine: PostgreSQL, Redis and two Celery workers as compose describes them, one of them killed."""

from pathlib import Path

import pytest
from faults import need

from etl import pipeline
from etl.config import open_house
from samples.cluster import CHOSEN, account, differences, ingest, running
from samples.crowd import Size
from samples.stack import missing

pytestmark = pytest.mark.airflow
SIZE = Size(hosts=3, papers=1, entries=14, wait_seconds=0.8)


def test_nothing_is_lost_with_a_worker(tmp_path: Path) -> None:
    """A worker killed in the middle loses and doubles nothing, and the tables are those of a run in one process."""
    told = missing()
    if told:
        need(told)
    with running(tmp_path, SIZE, CHOSEN) as cluster:
        doors = cluster.stack.doors()
        run = ingest(cluster, "killed", ("worker-1", "worker-2"), kill="worker-1")
        house = open_house(tmp_path / "undisturbed", tmp_path / "config")
        pipeline.run(house, "run-1", force=True)
    assert doors == {"127.0.0.1"}, "nobody else reaches what runs here"
    assert run.state == "success"
    assert run.tried_again, "the worker that was killed had no task"
    assert account(run.data, cluster.crowd) == []
    assert differences(house.data, run.data) == []
