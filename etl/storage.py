"""Files that survive a power cut: what every store needs of the file system."""

import hashlib
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

ABANDONED_SECONDS = 86_400  # nothing is staged for a day unless its process has died


def sync_folder(folder: Path) -> None:
    """Makes the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def clear_staging(data: Path) -> None:
    """Removes what killed processes left in `staging/` more than a day ago."""
    for path in (data / "staging").glob("*"):
        with suppress(OSError):  # another process may be quicker
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
