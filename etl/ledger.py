"""The commit: which objects are live, which units are done, and the table folders that show them.

A unit is what is published as a whole: a WARC, or a day's findings. One transaction makes a unit's objects live in
all tables and partitions together and retires those they replace; the folders follow and are repaired from it.
"""

import ctypes
import errno
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from etl.errors import StorageError
from etl.model import ObjectFile
from etl.state import commits, objects, pending_links, units, waiting_warcs, warc_links, warcs, write
from etl.storage import sync_folder

RENAME_EXCHANGE = 2  # linux/fs.h
AT_FDCWD = -100
Partition = tuple[str, str]


def commit(engine: Engine, data: Path, run_id: str, published: Mapping[str, Sequence[ObjectFile]]) -> set[Partition]:
    """Makes units live and shows them; returns the (table, seen_date) pairs that changed.

    A unit that is live with the same objects already changes nothing. After a crash at any moment the next commit,
    or `show`, finishes what was committed. Raises StorageError.
    """
    with write(engine) as connection:
        touched = _replace(connection, run_id, published)
        for unit in published:
            if connection.scalar(select(units.c.run_id).where(units.c.unit == unit)) is None:
                connection.execute(insert(units).values(unit=unit, run_id=run_id))
            connection.execute(delete(waiting_warcs).where(waiting_warcs.c.warc == unit))
        touched |= {
            (file.table, file.seen_date) for files in published.values() for file in files if _is_lost(data, file)
        }
        for table, day in touched:
            _mark(connection, table, day)
    show(engine, data)
    return touched


def show(engine: Engine, data: Path) -> None:
    """Makes the table folders hold exactly the live objects, wherever a commit has not been shown yet.

    The write lock is held, so that two writers never show one partition at once.
    """
    with engine.connect() as connection:
        if connection.scalar(select(func.count()).select_from(pending_links)) == 0:
            return
    with write(engine) as connection:
        waiting = connection.execute(select(pending_links.c.table_name, pending_links.c.seen_date)).all()
        for table, day in sorted(tuple(row) for row in waiting):
            _show_partition(connection, data, table, day)
            done = (pending_links.c.table_name == table, pending_links.c.seen_date == day)
            connection.execute(delete(pending_links).where(*done))


def unpublished(connection: Connection) -> list[str]:
    """The WARCs that no commit has published yet, in order."""
    return sorted(connection.scalars(select(waiting_warcs.c.warc)))


def live_objects(
    connection: Connection,
    table: str,
    days: Sequence[str] | None = None,
    of_units: Sequence[str] | None = None,
    as_of: int | None = None,
) -> list[ObjectFile]:
    """The live objects of a table, of some days or units or all, now or as of a commit; in order of path."""
    query = select(objects).where(objects.c.table_name == table)
    if as_of is None:
        query = query.where(objects.c.died.is_(None))
    else:
        query = query.where(objects.c.born <= as_of, (objects.c.died.is_(None)) | (objects.c.died > as_of))
    if days is not None:
        query = query.where(objects.c.seen_date.in_(days))
    if of_units is not None:
        query = query.where(objects.c.unit.in_(of_units))
    return [_file(row) for row in connection.execute(query.order_by(objects.c.path))]


def warcs_to_rebuild(connection: Connection, first: str, last: str) -> list[str]:
    """The WARCs with captures on the days `first` to `last`, and every later one whose rows depend on them, in order.

    What a capture is (an article, a revision, unchanged) depends on how the capture before it reads, so a chain of
    captures is read again as a whole from the first day on; the looks at a page reach over a week.
    """
    in_range = select(warcs.c.warc).where(warcs.c.first_day <= last, warcs.c.last_day >= first)
    chain = in_range.cte("chain", recursive=True)
    later = select(warc_links.c.later).join(chain, warc_links.c.earlier == chain.c.warc)
    return sorted(connection.scalars(select(chain.union(later).c.warc)))


def live_paths(connection: Connection, unit: str) -> set[str]:
    """The paths of a unit's live objects, in all tables."""
    return set(connection.scalars(select(objects.c.path).where(objects.c.unit == unit, objects.c.died.is_(None))))


def units_of(connection: Connection, run_id: str) -> list[str]:
    """The units that a run was the first to publish, in order."""
    return sorted(connection.scalars(select(units.c.unit).where(units.c.run_id == run_id)))


def live_days(connection: Connection, table: str) -> list[str]:
    """The partitions of a table that hold live objects, in order."""
    query = select(objects.c.seen_date).distinct().where(objects.c.table_name == table, objects.c.died.is_(None))
    return sorted(connection.scalars(query))


def forget(connection: Connection) -> None:
    """Empties the ledger; every partition it knew is marked, so that its folder is cleared by the next `show`."""
    known = connection.execute(select(objects.c.table_name, objects.c.seen_date).distinct()).all()
    for table in (objects, units, commits):
        connection.execute(delete(table))
    for table_name, day in known:
        _mark(connection, table_name, day)


def _replace(connection: Connection, run_id: str, published: Mapping[str, Sequence[ObjectFile]]) -> set[Partition]:
    """Retires the units' objects that are not published any more and gives birth to those that are not live yet.

    A commit is written down when there are any.
    """
    dead: list[ObjectFile] = []
    fresh: list[ObjectFile] = []
    for unit, files in published.items():
        rows = connection.execute(select(objects).where(objects.c.unit == unit, objects.c.died.is_(None)))
        live = {row.path: _file(row) for row in rows}
        wanted = {file.path: file for file in files}
        dead += [live[path] for path in live.keys() - wanted.keys()]
        fresh += [wanted[path] for path in wanted.keys() - live.keys()]
    if dead or fresh:
        seq = (connection.scalar(select(func.max(commits.c.seq))) or 0) + 1
        connection.execute(insert(commits).values(seq=seq, run_id=run_id, committed_at=datetime.now(UTC).isoformat()))
    for file in dead:
        is_it = (objects.c.path == file.path, objects.c.died.is_(None))
        connection.execute(update(objects).where(*is_it).values(died=seq))
    for file in fresh:
        columns = asdict(file)
        connection.execute(insert(objects).values(born=seq, table_name=columns.pop("table"), **columns))
    return {(file.table, file.seen_date) for file in (*dead, *fresh)}


def _is_lost(data: Path, file: ObjectFile) -> bool:
    """Whether a live object is not what the table folder shows under its name."""
    shown, file_path = _shown(data, file.table, file.seen_date) / Path(file.path).name, data / file.path
    return not shown.exists() or not file_path.exists() or not shown.samefile(file_path)


def _shown(data: Path, table: str, day: str) -> Path:
    return data / "tables" / table / f"seen_date={day}"


def _mark(connection: Connection, table: str, day: str) -> None:
    same = (pending_links.c.table_name == table, pending_links.c.seen_date == day)
    connection.execute(delete(pending_links).where(*same))
    connection.execute(insert(pending_links).values(table_name=table, seen_date=day, since=time.time()))


def _show_partition(connection: Connection, data: Path, table: str, day: str) -> None:
    folder = _shown(data, table, day)
    wanted = {Path(file.path).name: data / file.path for file in live_objects(connection, table, [day])}
    try:
        shown = set(folder.iterdir()) if folder.is_dir() else set()
        right = {path.name for path in shown if path.name in wanted and path.samefile(wanted[path.name])}
        if len(right) < len(shown) or not wanted:
            _exchange(data, folder, wanted)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            for name in sorted(wanted.keys() - right):
                os.link(wanted[name], folder / name)
            sync_folder(folder)
        if folder.parent.is_dir():
            sync_folder(folder.parent)
    except OSError as error:
        raise StorageError(f"cannot show {str(folder)!r}: {error.strerror or error}") from error


def _exchange(data: Path, folder: Path, wanted: Mapping[str, Path]) -> None:
    """Puts a folder that holds exactly `wanted` in the place of another in one step; an empty one disappears."""
    if not folder.is_dir():
        return
    fresh = data / "staging" / f"{folder.parent.name}.{folder.name}.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, path in sorted(wanted.items()):
        os.link(path, fresh / name)
    sync_folder(fresh)
    if not wanted:
        fresh.rmdir()
        folder.rename(fresh)
    elif not _rename_exchange(fresh, folder):
        # Where the system cannot exchange, readers miss the folder for a moment; `show` mends it after a crash here.
        aside = fresh.with_name(f"{fresh.name}.old")
        folder.rename(aside)
        fresh.rename(folder)
        fresh = aside
    shutil.rmtree(fresh)


def _rename_exchange(one: Path, other: Path) -> bool:
    """renameat2(2) with RENAME_EXCHANGE; false where the system or the file system lacks it."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _file(row: object) -> ObjectFile:
    return ObjectFile(row.table_name, row.seen_date, row.path, row.unit, row.rows, row.bytes, row.sha256)  # type: ignore[attr-defined]
