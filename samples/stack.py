"""The services of docker-compose.yml as processes of this machine, all on loopback, their logs in one folder.

What compose says is what runs: the same commands, the same environment, the same health checks. Only hosts, ports and
folders are others, and PostgreSQL is made here as its image would make it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from samples import postgres_server
from samples.compose import ROOT, Service, new_env, read_env, read_services

BIN = Path(sys.executable).parent
START_SECONDS = 600
STOP_SECONDS = 60
PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")
DOORS = ("postgres", "redis", "api", "health", "nobody")
Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Stack:
    """Services that were read, what they are given besides, and the processes that run, by name."""

    folder: Path
    services: Mapping[str, Service]
    ports: Mapping[str, int]
    variables: Mapping[str, str]
    running: dict[str, Process] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the UI is."""
        return f"http://127.0.0.1:{self.ports['api']}"

    def log(self, name: str) -> Path:
        """What a process says."""
        return self.folder / f"{name}.log"

    def environment(self, service: str, name: str = "") -> dict[str, str]:
        """All that a process of a service is given; `name` is its own where the service has several."""
        own = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "DATELINE", "PG"))}
        path = os.pathsep.join((str(BIN), str(postgres_server.programs(system_first=True)), os.environ.get("PATH", "")))
        return {
            **own,
            **self.services[service].environment,
            "PATH": path,
            "HOSTNAME": name or service,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.ports["postgres"]),
            "AIRFLOW_HOME": str(self.folder / "airflow"),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.ports["api"]),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports["health"]),
            # Where the logs of running tasks are asked for in vain; at the usual port another Airflow may answer.
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.ports["nobody"]),
        }

    def start(self, service: str, name: str = "") -> None:
        """Starts a service, or one more of it by a name of its own; waits for nothing."""
        environment = self.environment(service, name)
        with self.log(name or service).open("ab") as log:
            self.running[name or service] = subprocess.Popen(
                self.services[service].command,
                env=environment,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    def run(self, service: str) -> None:
        """Runs a service that ends. Raises RuntimeError where it fails."""
        self.start(service)
        if self.running.pop(service).wait(START_SECONDS):
            raise RuntimeError(f"{service} failed: {self.last_words(service)}")

    def await_health(self, service: str, name: str = "") -> None:
        """Returns when the service's own health check passes. Raises RuntimeError where it does not in time."""
        environment, name = self.environment(service, name), name or service
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.running[name].poll() is None:
            asked = subprocess.run(self.services[service].health, env=environment, capture_output=True, check=False)
            if not asked.returncode:
                return
            time.sleep(1)
        raise RuntimeError(f"{name} did not come up: {self.last_words(name)}")

    def processes(self, name: str) -> list[int]:
        """The process ids of a service, those of its children included."""
        return _session(self.running[name].pid)

    def doors(self) -> set[str]:
        """The addresses, without ports, at which any process of any service can be reached."""
        found = set[str]()
        for pid in [pid for name in self.running for pid in self.processes(name)]:
            with suppress(psutil.NoSuchProcess):
                doors = psutil.Process(pid).net_connections("inet")
                found |= {door.laddr.ip for door in doors if door.status == psutil.CONN_LISTEN}
        return found

    def stop(self, name: str, seconds: float = STOP_SECONDS) -> None:
        """Ends a service as `docker stop` does: told once, and killed where it is not over in time."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        _kill(process)

    def kill(self, name: str) -> None:
        """Kills all of a service in an instant, as when its machine dies."""
        _kill(self.running.pop(name))

    def last_words(self, name: str) -> str:
        """The end of what a process said."""
        return self.log(name).read_text("utf-8", "replace")[-3000:]


def missing() -> list[str]:
    """The names of Debian's packages that bring the servers which are not here; empty where all are."""
    found = {"postgresql": postgres_server.programs(system_first=True), "redis-server": shutil.which("redis-server")}
    return [name for name, program in found.items() if not program]


def install_missing() -> None:
    """Has the servers that are not here installed, which root can on Debian and Ubuntu.

    Raises RuntimeError with what has to be installed by hand, CalledProcessError where installing fails.
    """
    apt = shutil.which("apt-get") if os.getuid() == 0 else None
    if apt and missing():
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing()]):
            subprocess.run([apt, *words], env=quiet, check=True)
        postgres_server.programs.cache_clear()
    if missing():
        raise RuntimeError(f"the cluster needs servers that are not here: apt-get install {' '.join(missing())}")


@contextmanager
def started(folder: Path, config: Path, chosen: Mapping[str, str]) -> Iterator[Stack]:
    """All services but the workers, healthy; at the end, whatever it is, every process is stopped.

    `folder` takes logs, the environment file and Dateline's data; `chosen` are variables of the environment file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "airflow").mkdir(exist_ok=True)
    (folder / "redis").mkdir(exist_ok=True)
    env_file = folder / "env"
    env_file.touch(mode=0o600)
    env_file.write_text(new_env(chosen))
    variables, ports = read_env(env_file.read_text()), dict(zip(DOORS, _free_ports(len(DOORS)), strict=True))
    stack = Stack(folder, read_services(variables, _places(folder, config, ports)), ports, variables)
    with tempfile.TemporaryDirectory(prefix="dateline-pg-") as home:
        try:
            _start_all(stack, Path(home))
            yield stack
        finally:
            with _undisturbed():
                for name in reversed(list(stack.running)):
                    stack.stop(name)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Whoever presses Ctrl-C again meanwhile waits: what was started is stopped to the last process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free_ports(number: int) -> list[int]:
    """Ports of loopback that nothing listens on."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _places(folder: Path, config: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """What the containers' hosts and folders are here."""
    return {
        "postgres:5432": f"127.0.0.1:{ports['postgres']}",
        "redis:6379": f"127.0.0.1:{ports['redis']}",
        "redis-cli": f"redis-cli -p {ports['redis']}",
        "dir /data": f"dir {folder / 'redis'}\nbind 127.0.0.1\nport {ports['redis']}",
        "api-server:8080": f"127.0.0.1:{ports['api']}",
        "127.0.0.1:8974": f"127.0.0.1:{ports['health']}",
        "/opt/databases.sql": str(ROOT / "deploy" / "databases.sql"),
        "/opt/airflow": str(folder / "airflow"),
        "/opt/dateline/dags": str(ROOT / "dags"),
        "/opt/dateline/config": str(config),
        "/opt/dateline/data": str(folder / "data"),
    }


def _start_all(stack: Stack, home: Path) -> None:
    """In the order in which compose starts them."""
    password = stack.services["postgres"].environment["POSTGRES_PASSWORD"]
    stack.running["postgres"] = postgres_server.start(home, stack.ports["postgres"], password, stack.log("postgres"))
    stack.await_health("postgres")
    if stack.variables.get("AIRFLOW_EXECUTOR") == "CeleryExecutor":
        stack.start("redis")
        stack.await_health("redis")
    stack.run("databases")
    stack.run("init")
    stack.start(PARTS[0])
    stack.await_health(PARTS[0])
    for part in PARTS[1:]:
        stack.start(part)
    for part in PARTS[1:]:
        stack.await_health(part)


def _kill(process: Process) -> None:
    """Ends whatever is left of a service at once."""
    for pid in _session(process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _session(leader: int) -> list[int]:
    """The processes of a session: children stay in it, whatever process groups they make."""
    found = []
    for pid in psutil.pids():
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                found.append(pid)
    return found
