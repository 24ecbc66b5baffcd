"""What keeps the stores small and quick: closed days are compacted, the dead removed."""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, select

from etl.config import House
from etl.errors import StorageError
from etl.model import ObjectFile
from etl.state import commits, facts, objects, write
from etl.storage import clear_staging
from etl.stores import ledger
from etl.stores.absorption import upsert
from etl.stores.compaction import merged
from etl.stores.ledger import COMPACTED
from etl.stores.opening import open_stores
from etl.tables.schema import TABLES

log = logging.getLogger(__name__)


def compact(house: House, until: date | None = None) -> list[str]:
    """Makes one object a table of each day up to `until` that has several; returns the days that changed.

    Without `until` those are the days that ended `compact_after_days` ago. A day is one commit, and its folders are
    exchanged as wholes. A day that others change meanwhile is left for the next time.
    """
    engine = open_stores(house)
    last = until or datetime.now(UTC).date() - timedelta(days=house.settings.compact_after_days)
    with engine.connect() as connection:
        days = _scattered_days(connection, last.isoformat())
    return [day for day in days if _compact_day(house, engine, day)]


def vacuum(house: House, grace_days: float | None = None) -> int:
    """Removes objects that have been dead, or unknown to the ledger, for so many days; returns how many.

    Without `grace_days` the setting `vacuum_after_days` holds. Tables as of a commit before that can be read no more,
    which is noted before the first file goes.
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
    log.info("vacuumed", extra={"objects": removed, "horizon": seq})
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
        file = data / path
        try:
            kept = connection.scalar(select(objects.c.path).where(objects.c.path == path, is_kept).limit(1))
            if kept is None and file.stat().st_mtime < oldest:
                file.unlink()
                removed += 1
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StorageError(f"cannot remove {str(file)!r}: {error.strerror}") from error
    return removed


def _unknown(connection: Connection, data: Path) -> list[str]:
    """The objects on disk that the ledger does not know: written by processes that died before their commit."""
    found = (str(path.relative_to(data)) for path in sorted((data / "objects").glob("*/*/*.parquet")))
    known = set(connection.scalars(select(objects.c.path)))
    return [path for path in found if path not in known]
