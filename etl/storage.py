"""Files that survive a power cut: what every store needs of the file system."""

import errno
import hashlib
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from etl.errors import StorageError

LINKLESS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
STORES = {"raw", "objects", "staging"}  # folders of the data folder that files are given from
ABANDONED_SECONDS = 86_400  # nothing is staged for a day unless its process has died


def sync_folder(folder: Path) -> None:
    """Makes the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def give(source: Path, target: Path) -> None:
    """Makes a finished file appear under a second name, at once and whole: by a hard link where there are such.

    Elsewhere (exFAT, some network shares) by a durable copy beside it that is renamed. A name that is taken raises
    FileExistsError.
    """
    try:
        os.link(source, target)
        return
    except OSError as error:
        if error.errno not in LINKLESS:
            raise
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    staging = next(folder for folder in source.parents if folder.name in STORES).with_name("staging")
    staging.mkdir(exist_ok=True)
    part = staging / f"{target.parent.name}.{target.name}.{os.getpid()}.copy"
    with source.open("rb") as read, part.open("wb") as written:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(written.fileno())
    stat = source.stat()
    os.utime(part, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    part.rename(target)


def is_given(source: Path, target: Path) -> bool:
    """Whether a second name shows a file: the same one, or where there are no hard links a copy of the same age."""
    if not (source.exists() and target.exists()):
        return False
    one, other = source.stat(), target.stat()
    is_copy = one.st_nlink == other.st_nlink == 1
    return source.samefile(target) or (is_copy and (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns))


def write_text(data: Path, path: str, words: str) -> None:
    """Writes a text file of the data folder, whole or not at all. Raises StorageError."""
    target = data / path
    part = data / "staging" / f"{target.name}.{os.getpid()}.part"
    try:
        for folder in (target.parent, part.parent):
            folder.mkdir(parents=True, exist_ok=True)
        part.write_text(words, "utf-8")
        part.replace(target)
    except OSError as error:
        raise StorageError(f"cannot write {str(target)!r}: {error.strerror or error}") from error


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
