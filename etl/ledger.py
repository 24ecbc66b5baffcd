"""The commit: which objects are live, which units are done, and the table folders that show them.

A unit is what is published as a whole: a WARC, or a day's findings. One transaction makes a unit's objects live in
all tables and partitions together and retires those they replace; the folders follow and are repaired from it.
"""

import ctypes
import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from etl.errors import StorageError
from etl.model import ObjectFile
from etl.state import commits, objects, pending_links, units, write
from etl.storage import sync_folder

RENAME_EXCHANGE = 2  # linux/fs.h
AT_FDCWD = -100
Partition = tuple[str, str]


def commit(engine: Engine, data: Path, run_id: str, published: Mapping[str, Sequence[ObjectFile]]) -> set[Partition]:
    """Makes units live and shows them; returns the (table, seen_date) pairs that changed.

    A unit that is live with the same objects already changes nothing. After a crash at any moment the next commit,
    or `show`, finishes what was committed. Raises StorageError.
    """
    touched: set[Partition] = set()
    with write(engine) as connection:
        seq = _next_seq(connection, run_id)
        for unit, files in published.items():
            touched |= _replace(connection, unit, files, seq)
            connection.execute(delete(units).where(units.c.unit == unit))
            connection.execute(insert(units).values(unit=unit, run_id=run_id, published=True))
        for table, day in touched:
            _mark(connection, table, day)
    show(engine, data)
    return touched


def show(engine: Engine, data: Path) -> None:
    """Makes the table folders hold exactly the live objects, wherever a commit has not been shown yet.

    The write lock is held, so that two writers never show one partition at once.
    """
    with write(engine) as connection:
        waiting = connection.execute(select(pending_links.c.table_name, pending_links.c.seen_date)).all()
        for table, day in sorted(tuple(row) for row in waiting):
            _show_partition(connection, data, table, day)
            done = (pending_links.c.table_name == table, pending_links.c.seen_date == day)
            connection.execute(delete(pending_links).where(*done))


def unpublished(connection: Connection, warcs: Iterable[str]) -> list[str]:
    """Those of the named WARCs that no commit has published yet, in order."""
    wanted = sorted(warcs)
    done = set(connection.scalars(select(units.c.unit)))
    return [warc for warc in wanted if warc not in done]


def live_objects(
    connection: Connection, table: str, days: Sequence[str] | None = None, as_of: int | None = None
) -> list[ObjectFile]:
    """The live objects of a table, on some days or all, now or as of a commit; in order of path."""
    query = select(objects).where(objects.c.table_name == table)
    if as_of is None:
        query = query.where(objects.c.died.is_(None))
    else:
        query = query.where(objects.c.born <= as_of, (objects.c.died.is_(None)) | (objects.c.died > as_of))
    if days is not None:
        query = query.where(objects.c.seen_date.in_(days))
    return [_file(row) for row in connection.execute(query.order_by(objects.c.path))]


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


def _next_seq(connection: Connection, run_id: str) -> int:
    seq = (connection.scalar(select(func.max(commits.c.seq))) or 0) + 1
    connection.execute(insert(commits).values(seq=seq, run_id=run_id, committed_at=datetime.now(UTC).isoformat()))
    return seq


def _replace(connection: Connection, unit: str, files: Sequence[ObjectFile], seq: int) -> set[Partition]:
    """Retires the unit's objects that are not among `files` and gives birth to those that are not live."""
    rows = connection.execute(select(objects).where(objects.c.unit == unit, objects.c.died.is_(None)))
    live = {row.path: row for row in rows}
    wanted = {file.path: file for file in files}
    for path in live.keys() - wanted.keys():
        connection.execute(update(objects).where(objects.c.path == path, objects.c.died.is_(None)).values(died=seq))
    for path in wanted.keys() - live.keys():
        file = wanted[path]
        connection.execute(
            insert(objects).values(
                path=path, born=seq, table_name=file.table, seen_date=file.seen_date, unit=unit,
                rows=file.rows, bytes=file.bytes, sha256=file.sha256,
            )
        )  # fmt: skip
    changed = {(live[path].table_name, live[path].seen_date) for path in live.keys() - wanted.keys()}
    return changed | {(wanted[path].table, wanted[path].seen_date) for path in wanted.keys() - live.keys()}


def _mark(connection: Connection, table: str, day: str) -> None:
    same = (pending_links.c.table_name == table, pending_links.c.seen_date == day)
    connection.execute(delete(pending_links).where(*same))
    connection.execute(insert(pending_links).values(table_name=table, seen_date=day, since=time.time()))


def _show_partition(connection: Connection, data: Path, table: str, day: str) -> None:
    folder = data / "tables" / table / f"seen_date={day}"
    wanted = {Path(file.path).name: data / file.path for file in live_objects(connection, table, [day])}
    try:
        shown = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        if shown <= wanted.keys():
            folder.mkdir(parents=True, exist_ok=True)
            for name in sorted(wanted.keys() - shown):
                os.link(wanted[name], folder / name)
            sync_folder(folder)
        else:
            _exchange(data, folder, wanted)
        sync_folder(folder.parent)
    except OSError as error:
        raise StorageError(f"cannot show {str(folder)!r}: {error.strerror or error}") from error


def _exchange(data: Path, folder: Path, wanted: Mapping[str, Path]) -> None:
    """Puts a folder that holds exactly `wanted` in the place of another in one step; an empty one disappears."""
    fresh = data / "staging" / f"{folder.parent.name}.{folder.name}.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, path in sorted(wanted.items()):
        os.link(path, fresh / name)
    sync_folder(fresh)
    if wanted:
        _rename_exchange(fresh, folder)
    else:
        fresh.rmdir()
        folder.rename(fresh)
    shutil.rmtree(fresh)


def _rename_exchange(one: Path, other: Path) -> None:
    """renameat2(2) with RENAME_EXCHANGE; where the system lacks it, two renames with a moment between them."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        if call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
            return
    aside = one.with_name(one.name + ".old")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


def _file(row: object) -> ObjectFile:
    return ObjectFile(row.table_name, row.seen_date, row.path, row.unit, row.rows, row.bytes, row.sha256)  # type: ignore[attr-defined]
