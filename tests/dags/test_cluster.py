"""Airflow past one machine: PostgreSQL, Redis and two Celery workers as compose describes them, one of them killed."""

import os
from pathlib import Path

import pytest
from faults import need

from etl import pipeline
from etl.config import open_house
from samples.cluster import CHOSEN, account, differences, ingest, running
from samples.crowd import Size
from samples.stack import install_missing, missing

pytestmark = pytest.mark.airflow
ROOT_ALONE = pytest.mark.skipif(os.getuid() != 0, reason="nobody else may install")
SIZE = Size(hosts=3, papers=1, entries=14, wait_seconds=0.8)


@pytest.mark.parametrize("is_root", [False, pytest.param(True, marks=ROOT_ALONE)])
def test_missing_server_is_installed_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_root: bool) -> None:
    """Root has what is missing installed by apt-get; anybody else is told what to install."""
    apt = tmp_path / "apt-get"
    apt.write_text(f"#!/bin/sh\nfor word; do /bin/ln -s /bin/true {tmp_path}/$word; done\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "redis-server" in missing()
    if is_root:
        install_missing()
        assert missing() == []
    else:
        monkeypatch.setattr("os.getuid", lambda: 1000)
        with pytest.raises(RuntimeError, match=r"apt-get install .*redis-server"):
            install_missing()
        assert not (tmp_path / "redis-server").exists()


def test_nothing_is_lost_with_a_worker(tmp_path: Path) -> None:
    """A worker killed in the middle loses and doubles nothing, and the tables are those of a run in one process."""
    if missing():
        need(f"the cluster needs {' and '.join(missing())}")
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
