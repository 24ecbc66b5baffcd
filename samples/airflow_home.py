"""An Airflow of one's own in a folder: its environment, its database and its pools."""

import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import requests

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
POOLS = {"dateline_http": 8, "dateline_write": 1}
FIRST_PORT, FIRST_LOG_PORT = 8080, 8793  # as Airflow has them
PORTS = 100  # how many ports from the first on are tried
STOP_SECONDS = 20
CLAIMS: list[IO[str]] = []  # ports that this process has taken


def environment(home: Path, data: Path, config: Path) -> dict[str, str]:
    """The environment of every process of an Airflow in `home` that works on a house: SQLite, loopback, no examples."""
    port = _free_port(FIRST_PORT)
    return {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "DATELINE_DATA": str(data),
        "DATELINE_CONFIG": str(config),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",  # LocalExecutor forks as many workers at its start
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,analyst:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__API__HOST": "127.0.0.1",  # Airflow listens on all interfaces by default
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        # Two Airflows on one machine, a demonstration beside the tests, must not share these either.
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(_free_port(FIRST_LOG_PORT)),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(_free_port(FIRST_LOG_PORT + PORTS)),
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",  # 5 s by default, which a busy laptop exceeds
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "DATELINE_RETRY_SECONDS": os.environ.get("DATELINE_RETRY_SECONDS", "5"),  # 30 by default: nobody is far away
    }


def prepare(home: Path, env: dict[str, str]) -> dict[str, str]:
    """Makes the database and the pools; returns the logins, each with a password that was made here once."""
    home.mkdir(parents=True, exist_ok=True)
    passwords = home / "passwords.json"
    if not passwords.exists():
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps({user: secrets.token_urlsafe(9) for user in ("admin", "analyst")}))
    pools = home / "pools.json"
    described = {
        name: {"slots": slots, "description": "Dateline", "include_deferred": False} for name, slots in POOLS.items()
    }
    pools.write_text(json.dumps(described))
    with (home / "setup.log").open("w") as log:
        for command in (["db", "migrate"], ["pools", "import", str(pools)]):
            done = subprocess.run(
                [BIN / "airflow", *command], env=env, stdout=log, stderr=subprocess.STDOUT, check=False
            )
            if done.returncode:
                sys.exit(f"airflow {' '.join(command)} failed: see {log.name}")
    logins: dict[str, str] = json.loads(passwords.read_text())
    return logins


@contextmanager
def standalone(home: Path, env: dict[str, str]) -> Iterator[str]:
    """Scheduler, DAG processor, triggerer and API server in one group of processes; gives the address of the UI.

    Waits for nothing: see `wait_until_up`. At the end the whole group is stopped, since `airflow standalone` on its
    own leaves its parts running when it is ended by anything but Ctrl-C.
    """
    with (home / "standalone.log").open("w") as log:
        process = subprocess.Popen(
            [BIN / "airflow", "standalone"], env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield env["AIRFLOW__API__BASE_URL"]
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                break


def wait_until_up(url: str, seconds: float) -> bool:
    """Whether the API server, the scheduler and the DAG processor were all well within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            health = requests.get(f"{url}/api/v2/monitor/health", timeout=5).json()
            if all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor")):
                return True
        except (requests.RequestException, ValueError, KeyError):
            pass
        time.sleep(1)
    return False


def _free_port(first: int) -> int:
    """The first port from `first` on that nothing on loopback listens on, or is about to: Airflow takes its time.

    It is kept for this process by a lock on a file of the machine, until the process ends.
    """
    for port in range(first, first + PORTS):
        claim = (Path(tempfile.gettempdir()) / f"dateline-port-{port}").open("w")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            claim.close()
            continue
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                CLAIMS.append(claim)
                return port
        claim.close()
    raise RuntimeError(f"no free port from {first} on")
