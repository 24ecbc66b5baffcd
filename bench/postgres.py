"""A PostgreSQL server of our own for tests and faults, in a folder that is thrown away; its door is a socket there."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from samples.postgres_server import owner

START_SECONDS = 60
SHORT_FOLDER = "/tmp"  # noqa: S108  (the server's files lie in a folder of its own there, which is its user's alone)
# What a crash of the machine would lose is of no interest here.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB", "listen_addresses=")


@contextmanager
def running(bin_folder: Path) -> Iterator[str]:
    """The URL of a running server's database."""
    with tempfile.TemporaryDirectory(prefix="dateline-pg-", dir=_short_folder()) as name:
        folder = Path(name)
        if (user := owner()) is not None:
            os.chown(folder, user, user)
        cluster = str(folder / "cluster")
        _as_nobody([str(bin_folder / "initdb"), "-N", "-A", "trust", "-U", "dateline", "-E", "UTF8", "-D", cluster])
        command = [str(bin_folder / "postgres"), "-D", cluster, "-k", name]
        server = _start([*command, *(part for setting in QUICK for part in ("-c", setting))], folder / "log")
        try:
            url = f"postgresql+psycopg2://dateline@/postgres?host={name}"
            _await(server, url, folder / "log")
            yield url
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()


def new_state(server: str) -> str:
    """The URL of an empty state on a running server: a schema, which is made in a tenth of a database's time."""
    schema = f"t{uuid4().hex}"
    with create_engine(server, poolclass=NullPool).begin() as connection:
        connection.execute(CreateSchema(schema))
    return f"{server}&options=-csearch_path%3D{schema}"


def _as_nobody(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, user=owner(), cwd="/")


def _start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as stream:
        return subprocess.Popen(command, stdout=stream, stderr=stream, user=owner(), cwd="/")


def _short_folder() -> str | None:
    """Where a socket's whole path stays below the 104 bytes that macOS allows, and where nobody may go."""
    return SHORT_FOLDER if Path(SHORT_FOLDER).is_dir() else None


def _await(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    engine = create_engine(url, poolclass=NullPool)
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            engine.connect().close()
        except OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")
