"""What Airflow remembers of runs of long ago, removed by Airflow's own command and from its log folder."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from etl.errors import StorageError

GRANT = "DATELINE_AIRFLOW_DATABASE"
# Airflow hides its database from tasks by these, in their environment (airflow.sdk.execution_time.supervisor).
HIDDEN = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN", "_AIRFLOW_PROCESS_CONTEXT")
SAID_LINES = 5


def clean_airflow(before: datetime, environ: Mapping[str, str]) -> str | None:
    """What `airflow db clean` said when it removed what is older than an instant; null where no database is granted.

    The database is the one that DATELINE_AIRFLOW_DATABASE names, else the SQLite file in AIRFLOW_HOME. Raises
    StorageError where the command fails.
    """
    home = Path(environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
    if not environ.get(GRANT) and not (home / "airflow.db").exists():
        return None
    env = {name: value for name, value in environ.items() if name not in HIDDEN}
    if environ.get(GRANT):
        env[HIDDEN[0]] = environ[GRANT]
    command = [str(Path(sys.executable).with_name("airflow")), "db", "clean", "--yes", "--skip-archive"]
    command += ["--error-on-cleanup-failure", "--clean-before-timestamp", before.isoformat()]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603  (our own words)
    said = "\n".join((done.stdout + done.stderr).splitlines()[-SAID_LINES:])
    if done.returncode:
        raise StorageError(f"airflow db clean ended with {done.returncode}: {said}")
    return f"Airflow has forgotten what is older than {before:%Y-%m-%d}\n{said}"


def remove_logs(folder: Path, before: datetime) -> int:
    """Removes the log files below a folder that nobody has written since an instant; returns how many.

    Folders that are empty then go too. Raises StorageError.
    """
    removed = 0
    try:
        for parent, folders, files in os.walk(folder, topdown=False):
            for path in (Path(parent, name) for name in files if name.endswith(".log")):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
            for path in (Path(parent, name) for name in folders):
                if not path.is_symlink() and not any(path.iterdir()) and path.stat().st_mtime < before.timestamp():
                    path.rmdir()
    except OSError as error:
        raise StorageError(f"cannot remove logs below {str(folder)!r}: {error.strerror}") from error
    return removed
