"""Where days of `raw/` lie when they are old: moved to another disk if the settings say so, and never deleted.

A link takes the place of the day's folder, so that every reader of `raw/` finds it as before.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from etl import homes
from etl.config import House
from etl.errors import ConfigError, StorageError
from etl.storage import file_sha256, sync_path
from etl.stores import ledger
from etl.stores.folders import rename_exchange
from etl.stores.opening import open_stores

DAYS = "[0-9]*-*-*"  # not what is only half copied
log = logging.getLogger(__name__)


class MovedDay(NamedTuple):
    """A day of `raw/` that lies in the archive now: its files and their bytes."""

    day: str
    files: int
    bytes: int


def archive(house: House, today: date | None = None) -> list[MovedDay]:
    """Moves the days of `raw/` that are older than `raw_keep_days` to `raw_archive`; empty where the setting is 0.

    A day with WARCs that are not published yet stays. A day is copied, made durable and compared byte for byte before
    a link takes its place, so a kill at any moment loses nothing and the next call goes on. Raises StorageError and
    ConfigError.
    """
    if not house.settings.raw_keep_days:
        return []
    if homes.behind(house.data) is not None:
        raise ConfigError(
            "key 'raw_keep_days': the home of raw/ is a bucket; let its own lifecycle rules move old days"
        )
    engine = open_stores(house)
    raw, target = house.data / "raw", Path(house.settings.raw_archive)
    # a batch may settle its WARC after midnight: what is not two days old is never touched
    if target.resolve().is_relative_to(raw.resolve()):
        raise ConfigError(f"key 'raw_archive': {str(target)!r} lies in raw/ itself")
    age = timedelta(days=max(house.settings.raw_keep_days, 2))
    last = ((today or datetime.now(UTC).date()) - age).isoformat()
    try:
        target.mkdir(parents=True, exist_ok=True)
        _link_moved(raw, target)
        with engine.connect() as connection:
            waiting = {warc.split("/", maxsplit=1)[0] for warc in ledger.unpublished(connection)}
        days = [path.name for path in sorted(raw.glob(DAYS)) if path.is_dir() and not path.is_symlink()]
        return [_moved(house.data, target, day) for day in days if day < last and day not in waiting]
    except OSError as error:
        raise StorageError(f"cannot move days of raw/ to {str(target)!r}: {error.strerror or error}") from error


def _link_moved(raw: Path, target: Path) -> None:
    """Links the days that a kill left in the archive alone, between two renames."""
    for path in sorted(target.glob(DAYS)):
        if not os.path.lexists(raw / path.name):
            (raw / path.name).symlink_to(path)


def _moved(data: Path, target: Path, day: str) -> MovedDay:
    folder, kept = data / "raw" / day, target / day
    if not kept.exists():
        part = target / f".{day}.part"  # of one process: the pool, or the operator, runs one maintenance at a time
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(folder, part)
        for path in _files(part):
            sync_path(path)
        sync_path(part)
        part.rename(kept)
        sync_path(target)
    files = {path.name: path for path in _files(kept)}
    if any(path.name not in files or file_sha256(path) != file_sha256(files[path.name]) for path in _files(folder)):
        raise StorageError(f"{str(kept)!r} is there and does not hold what {str(folder)!r} holds: nothing was moved")
    size = sum(path.stat().st_size for path in files.values())
    _take_place(data / "staging", folder, kept)
    log.info("archived", extra={"day": day, "files": len(files), "bytes": size})
    return MovedDay(day, len(files), size)


def _take_place(staging: Path, folder: Path, kept: Path) -> None:
    """Puts a link to the copy where the folder was, in one step where the system can, and removes the folder."""
    staging.mkdir(exist_ok=True)
    aside = staging / f"raw.{folder.name}"
    aside.unlink(missing_ok=True)
    aside.symlink_to(kept)
    if not rename_exchange(aside, folder):  # a kill between these two is mended by `_link_moved`
        link, aside = aside, aside.with_name(f"{aside.name}.old")
        folder.rename(aside)
        link.rename(folder)
    sync_path(folder.parent)
    shutil.rmtree(aside)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
