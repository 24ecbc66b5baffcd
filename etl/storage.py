"""Files that survive a power cut: what every store needs of the file system, and of a bucket where one is the home.

With a bucket, a file is in it before anything is known of the file; what lies in the working folder is a copy.
"""

import errno
import hashlib
import os
import platform
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path

from etl import buckets, homes
from etl.errors import StorageError

LINKLESS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
STORES = {"raw", "objects", "staging"}  # folders of the data folder that files are given from
ABANDONED_SECONDS = 86_400  # nothing is staged for a day unless its process has died


def process_mark() -> str:
    """What tells this process from all others that share the stores: containers on one volume may share process ids."""
    return f"{platform.node()}.{os.getpid()}"


def sync_path(path: Path) -> None:
    """Makes the bytes of a file, or the entries of a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
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
    part = staging / f"{target.parent.name}.{target.name}.{process_mark()}.copy"
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


def secure(data: Path, path: str, file: Path) -> None:
    """Puts a finished file into the bucket behind a data folder, under a path; without a bucket nothing is to be done.

    Paths below `objects/` name their content, so that one which is there stays; one below `raw/` is written for the
    owner of the bucket alone, and raises FileExistsError where it is taken. Raises StorageError and ConfigError.
    """
    is_raw = path.startswith("raw/")
    bucket = homes.owned(data) if is_raw else homes.behind(data)
    if bucket is None:
        return
    found = buckets.stored(bucket, path) if path.startswith(("raw/", "objects/")) else None
    if found is not None and is_raw:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
    if found is None or found.bytes != file.stat().st_size:
        buckets.put(bucket, path, file)


def present(data: Path, path: str) -> Path:
    """The file of a path below the data folder, fetched from the bucket where the working folder has it not.

    A file that is in neither raises FileNotFoundError when it is opened.
    """
    file = data / path
    if file.exists() or (bucket := homes.behind(data)) is None:
        return file
    part = data / "staging" / f"{file.name}.{process_mark()}.{threading.get_ident()}.fetched"
    try:
        for folder in (file.parent, part.parent):
            folder.mkdir(parents=True, exist_ok=True)
        buckets.fetch(bucket, path, part)
        part.replace(file)
    except FileNotFoundError:
        return file
    except OSError as error:
        raise StorageError(f"cannot write {str(file)!r}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return file


def is_stored(data: Path, path: str) -> bool:
    """Whether a path is there: in the bucket, where there is one, else in the data folder."""
    bucket = homes.behind(data)
    return (data / path).exists() if bucket is None else buckets.stored(bucket, path) is not None


def is_kept(data: Path, path: str) -> bool:
    """Whether an object is stored; one that a bucket has lost to a vacuum is put there again by who still has it."""
    if (data / path).exists():
        secure(data, path, data / path)
        return True
    return is_stored(data, path)


def written_at(data: Path, path: str) -> float:
    """When a stored file was written or last taken up, in seconds since 1970. Raises FileNotFoundError."""
    bucket = homes.behind(data)
    if bucket is None:
        return (data / path).stat().st_mtime
    if (found := buckets.stored(bucket, path)) is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return found.written_at


def stored_paths(data: Path, folder: str) -> list[str]:
    """Every file below a folder of the data folder, as paths there, in order."""
    bucket = homes.behind(data)
    if bucket is not None:
        return list(buckets.listed(bucket, folder))
    return sorted(str(path.relative_to(data)) for path in (data / folder).rglob("*") if path.is_file())


def discard(data: Path, path: str) -> None:
    """Removes a file, and the bucket's first."""
    bucket = homes.behind(data)
    if bucket is not None:
        buckets.remove(bucket, path)
    (data / path).unlink(missing_ok=bucket is not None)


def discard_copy(data: Path, path: str) -> None:
    """Removes the working folder's copy of what lies in the bucket, so that the bucket's bytes are read."""
    if homes.behind(data) is not None:
        (data / path).unlink(missing_ok=True)


def stored_digest(data: Path, path: str) -> tuple[int, str]:
    """(bytes, SHA-256 in hexadecimal) of what is stored under a path. Raises FileNotFoundError."""
    bucket = homes.behind(data)
    if bucket is not None:
        return buckets.digest(bucket, path)
    return (data / path).stat().st_size, file_sha256(data / path)


def trim(data: Path, oldest: float) -> int:
    """Removes copies of what lies in the bucket that came before an instant; returns how many. Without one, none."""
    removed = 0
    for store in ("raw", "objects") if homes.behind(data) is not None else ():
        for path in (data / store).rglob("*"):
            with suppress(FileNotFoundError):  # another process may be quicker
                if path.is_file() and path.stat().st_mtime < oldest:
                    path.unlink()
                    removed += 1
    return removed


def write_text(data: Path, path: str, words: str) -> None:
    """Writes a text file of the data folder, whole or not at all. Raises StorageError."""
    target = data / path
    part = data / "staging" / f"{target.name}.{process_mark()}.part"
    try:
        for folder in (target.parent, part.parent):
            folder.mkdir(parents=True, exist_ok=True)
        part.write_text(words, "utf-8")
        secure(data, path, part)
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
