"""What keeps the stores small and quick: closed days are compacted, the dead removed."""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, select

from etl.config import House
from etl.errors import StorageError
from etl.model import ObjectFile
from etl.state import commits, facts, objects, write
from etl.storage import clear_staging, discard, stored_paths, trim, written_at
from etl.stores import ledger, manifests
from etl.stores.absorption import upsert
from etl.stores.columns import refuse_outdated
from etl.stores.compaction import merged, merged_month
from etl.stores.ledger import COMPACTED
from etl.stores.manifests import days_of
from etl.stores.months import month_name
from etl.stores.opening import open_stores
from etl.tables.schema import TABLES

log = logging.getLogger(__name__)
MONTH = "month-"  # a unit of this name and a month holds all rows of the month's days


def compact(house: House, until: date | None = None) -> list[str]:
    """Makes one object a table of each day up to `until` that has several; returns the days that changed.

    Without `until` those are the days that ended `compact_after_days` ago. A day is one commit, and its folders are
    exchanged as wholes. A day that others change meanwhile is left for the next time. Cold months follow where the
    settings ask for that.
    """
    engine = open_stores(house)
    last = until or datetime.now(UTC).date() - timedelta(days=house.settings.compact_after_days)
    with engine.connect() as connection:
        days = _scattered_days(connection, last.isoformat())
    changed = [day for day in days if _compact_day(house, engine, day)]
    if house.settings.compact_months_after_days and until is None:
        compact_months(house)
    return changed


def compact_months(house: House, until: date | None = None) -> list[str]:
    """Makes one object a table of each month that ended by `until` and has none; returns the months that have now.

    Without `until` those are the months that ended `compact_months_after_days` ago. A month with a day that is not
    compacted yet is left for later, as is one that others change meanwhile. Raises DataError where days have other
    columns than today's.
    """
    engine = open_stores(house)
    last = until or datetime.now(UTC).date() - timedelta(days=house.settings.compact_months_after_days)
    end = (last + timedelta(days=1)).replace(day=1).isoformat()  # the days before it are of months that have ended
    with engine.connect() as connection:
        refuse_outdated(connection)
        months = _monthless(connection, end)
    return [month for month in months if _compact_month(house, engine, month)]


def vacuum(house: House, grace_days: float | None = None) -> int:
    """Removes objects that have been dead, or unknown to the ledger, for so many days; returns how many.

    Without `grace_days` the setting `vacuum_after_days` holds. Tables as of a commit before that can be read no more,
    which is noted before the first file goes. Where the home is a bucket, copies of that age in the working folder go
    as well.
    """
    engine = open_stores(house)
    days = house.settings.vacuum_after_days if grace_days is None else grace_days
    oldest = time.time() - days * 86_400
    with write(engine) as connection:
        since = datetime.fromtimestamp(oldest, UTC).isoformat()
        seq = connection.scalar(select(func.max(commits.c.seq)).where(commits.c.committed_at <= since)) or 0
        _raise_horizon(connection, seq)
    with write(engine) as connection:
        dead = select(objects.c.path).where(objects.c.died <= ledger.horizon(connection))
        removed = _remove(connection, house.data, sorted(set(connection.scalars(dead))), oldest)
        connection.execute(delete(objects).where(objects.c.died <= ledger.horizon(connection)))
        removed += _remove(connection, house.data, _unknown(connection, house.data), oldest)
    clear_staging(house.data)
    manifests.forget(house.data, oldest)
    trimmed = trim(house.data, oldest)
    log.info("vacuumed", extra={"objects": removed, "horizon": seq, "copies": trimmed})
    return removed


def remove_dead(house: House, engine: Engine) -> None:
    """Removes all dead and all unknown objects at once; tables as of an earlier commit can be read no more.

    A writer whose object goes before its commit is told so, and does it again.
    """
    soon = time.time() + 86_400  # however young they are
    with write(engine) as connection:
        _raise_horizon(connection, connection.scalar(select(func.max(commits.c.seq))) or 0)
    with write(engine) as connection:
        dead = select(objects.c.path).where(objects.c.died.is_not(None)).distinct()
        _remove(connection, house.data, sorted(connection.scalars(dead)), soon)
        connection.execute(delete(objects).where(objects.c.died.is_not(None)))
        _remove(connection, house.data, _unknown(connection, house.data), soon)


def _scattered_days(connection: Connection, last: str) -> list[str]:
    """The days up to `last` with more than one live object of WARCs in some table, in order."""
    of_warcs = objects.c.unit.endswith(ledger.WARC_SUFFIX) | objects.c.unit.startswith(COMPACTED)
    query = select(objects.c.seen_date).where(objects.c.died.is_(None), objects.c.seen_date <= last, of_warcs)
    several = query.group_by(objects.c.seen_date, objects.c.table_name).having(func.count() > 1)
    return sorted(set(connection.scalars(several)))


def _compact_day(house: House, engine: Engine, day: str) -> bool:
    """Whether a day could be compacted as it stood."""
    with engine.connect() as connection:
        live = _of_warcs(connection, day)
    tables = sorted({file.table for file in live})
    made = [merged(house.data, [file for file in live if file.table == name], f"{COMPACTED}{day}") for name in tables]
    with write(engine) as connection:
        is_unchanged = {file.path for file in _of_warcs(connection, day)} == {file.path for file in live}
        if is_unchanged:
            ledger.mark(connection, ledger.replace(connection, house.data, f"compact-{day}", (live, made)))
    ledger.show(engine, house.data)
    log.info("compacted", extra={"day": day, "objects": len(live), "done": is_unchanged})
    return is_unchanged


def _monthless(connection: Connection, end: str) -> list[str]:
    """The months before a day with a table that has days there, each one object, and no object of the month."""
    query = select(objects.c.table_name, objects.c.seen_date, func.count()).where(objects.c.died.is_(None))
    found = connection.execute(
        query.where(objects.c.seen_date < end).group_by(objects.c.table_name, objects.c.seen_date)
    )
    counts = {(row[0], row[1]): row[2] for row in found}
    days = [(table, day) for table, day in counts if table in TABLES]
    scattered = {day[:7] for table, day in days if counts[table, day] > 1}
    bare = {day[:7] for table, day in days if (month_name(table), f"{day[:7]}-01") not in counts}
    return sorted(bare - scattered)


def _compact_month(house: House, engine: Engine, month: str) -> bool:
    """Whether a month could be compacted as it stood."""
    with engine.connect() as connection:
        live = _of_month(connection, month)
    made = []
    for name in sorted({file.table for file in live}):
        whole = merged_month(house.data, [file for file in live if file.table == name], f"{MONTH}{month}")
        made.append(replace(whole, table=month_name(name)))
    with write(engine) as connection:
        is_unchanged = _of_month(connection, month) == live
        if is_unchanged:
            known = [
                file
                for new in made
                for file in ledger.live_objects(connection, new.table, (new.seen_date, new.seen_date))
            ]
            ledger.replace(connection, house.data, f"compact-{month}", (known, made))
            ledger.mark(connection, {(live[0].table, live[0].seen_date)})  # so that a bucket's readers are told
    ledger.show(engine, house.data)
    log.info("compacted", extra={"month": month, "objects": len(live), "done": is_unchanged})
    return is_unchanged


def _of_month(connection: Connection, month: str) -> list[ObjectFile]:
    return [file for name in TABLES for file in ledger.live_objects(connection, name, days_of(month))]


def _of_warcs(connection: Connection, day: str) -> list[ObjectFile]:
    files = [file for name in TABLES for file in ledger.live_objects(connection, name, (day, day))]
    return [file for file in files if file.unit.endswith(ledger.WARC_SUFFIX) or file.unit.startswith(COMPACTED)]


def _raise_horizon(connection: Connection, seq: int) -> None:
    upsert(connection, facts, {"name": "horizon"}, {"value": str(max(seq, ledger.horizon(connection)))})


def _remove(connection: Connection, data: Path, paths: Sequence[str], oldest: float) -> int:
    """Removes files that no row keeps and that nobody has written since `oldest`; returns how many.

    The write lock is held, and a writer that takes up an old object makes it young again first.
    """
    removed = 0
    is_kept = objects.c.died.is_(None) | (objects.c.died > ledger.horizon(connection))
    for path in paths:
        try:
            kept = connection.scalar(select(objects.c.path).where(objects.c.path == path, is_kept).limit(1))
            if kept is None and written_at(data, path) < oldest:
                discard(data, path)
                removed += 1
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StorageError(f"cannot remove {str(data / path)!r}: {error.strerror}") from error
    return removed


def _unknown(connection: Connection, data: Path) -> list[str]:
    """The stored objects that the ledger does not know: written by processes that died before their commit."""
    known = set(connection.scalars(select(objects.c.path)))
    return [path for path in stored_paths(data, "objects") if path not in known]
