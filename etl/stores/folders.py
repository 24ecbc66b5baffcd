"""The table folders that analysts read: each partition holds exactly the objects that the ledger says are live.

A bucket can neither link nor exchange folders, so the order of steps stands in for that: what is new is copied in
first, each object whole and under a name of its own, and what is dead goes last.
"""

import ctypes
import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from etl import buckets, homes
from etl.buckets import Bucket
from etl.errors import StorageError
from etl.model import ObjectFile
from etl.storage import give, is_given, process_mark, sync_path

RENAME_EXCHANGE = 2  # linux/fs.h
AT_FDCWD = -100
AT_ONCE = 16  # partitions of a bucket: each is a handful of requests that mostly wait
Shown = tuple[str, str, Mapping[str, Path]]  # table, day, and the objects to be shown by their names


def partition_folder(data: Path, table: str, day: str) -> Path:
    """Where a table's partition of a day lies."""
    return data / "tables" / table / f"seen_date={day}"


def shown_path(file: ObjectFile) -> str:
    """Where a live object is shown, as a path below the data folder."""
    return str(partition_folder(Path(), file.table, file.seen_date) / Path(file.path).name)


def shown_partitions(data: Path) -> list[tuple[str, str]]:
    """(table, day) of every partition folder that is there, in order."""
    if (bucket := homes.behind(data)) is not None:
        folders = sorted({Path(path).parent for path in buckets.listed(bucket, "tables")})
    else:
        folders = sorted((data / "tables").glob("*/seen_date=*"))
    return [(folder.parent.name, folder.name.removeprefix("seen_date=")) for folder in folders]


def is_shown(data: Path, file: ObjectFile) -> bool:
    """Whether a table folder shows an object."""
    bucket = homes.behind(data)
    if bucket is None:
        return is_given(data / file.path, data / shown_path(file))
    return buckets.stored(bucket, shown_path(file)) is not None


def show_partitions(data: Path, partitions: Sequence[Shown]) -> None:
    """Makes partitions hold exactly the objects that they are to show. Raises StorageError and ConfigError."""
    bucket = homes.owned(data)
    if bucket is None:
        for partition in partitions:
            show_partition(data, *partition)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda partition: _show_in_bucket(bucket, data, partition), partitions))


def _show_in_bucket(bucket: Bucket, data: Path, partition: Shown) -> None:
    table, day, wanted = partition
    folder = str(partition_folder(Path(), table, day))
    shown = {Path(path).name for path in buckets.listed(bucket, folder)}
    for name in sorted(wanted.keys() - shown):
        buckets.copy(bucket, str(wanted[name].relative_to(data)), f"{folder}/{name}")
    for name in sorted(shown - wanted.keys()):
        buckets.remove(bucket, f"{folder}/{name}")
    if shown and not wanted:
        buckets.remove_folder(bucket, folder)


def show_partition(data: Path, table: str, day: str, wanted: Mapping[str, Path]) -> None:
    """Makes a partition hold exactly the `wanted` files (name to object), whatever it held; an empty one disappears.

    Files are only added where nothing else has to go; else the whole folder is exchanged in one step, so that a
    reader finds the old or the new partition. Raises StorageError.
    """
    folder = partition_folder(data, table, day)
    try:
        shown = set(folder.iterdir()) if folder.is_dir() else set()
        right = {path.name for path in shown if path.name in wanted and is_given(wanted[path.name], path)}
        if len(right) < len(shown) or not wanted:
            _exchange(data, folder, wanted)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            for name in sorted(wanted.keys() - right):
                give(wanted[name], folder / name)
            sync_path(folder)
        if folder.parent.is_dir():
            sync_path(folder.parent)
    except OSError as error:
        raise StorageError(f"cannot show {str(folder)!r}: {error.strerror or error}") from error


def _exchange(data: Path, folder: Path, wanted: Mapping[str, Path]) -> None:
    if not folder.is_dir():
        return
    fresh = data / "staging" / f"{folder.parent.name}.{folder.name}.{process_mark()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, path in sorted(wanted.items()):
        give(path, fresh / name)
    sync_path(fresh)
    if not wanted:
        fresh.rmdir()
        folder.rename(fresh)
    elif not rename_exchange(fresh, folder):
        # Where the system cannot exchange, readers miss the folder for a moment; the next show mends a crash here.
        aside = fresh.with_name(f"{fresh.name}.old")
        folder.rename(aside)
        fresh.rename(folder)
        fresh = aside
    shutil.rmtree(fresh)


def rename_exchange(one: Path, other: Path) -> bool:
    """Whether two names were exchanged, in one step by renameat2(2); false where the system or its disk lacks that."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}:
        return False
    raise OSError(code, os.strerror(code), str(other))
