"""The commit: which objects are live, which units are done, and what the table folders have to show.

A unit is what is published as a whole: a WARC, a day's findings or sources, or a closed day that was compacted. One
transaction makes objects live in all tables and partitions together and retires those they replace; the folders
follow and are repaired from it. Commits are counted, and their order is the count's, never a clock's.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from etl import homes
from etl.errors import ConflictError, DataError, StorageError
from etl.model import ObjectFile
from etl.state import (
    batched,
    commits,
    facts,
    objects,
    pending_links,
    prepared_warcs,
    units,
    waiting_warcs,
    warc_links,
    warcs,
    write,
)
from etl.storage import is_kept
from etl.stores.columns import require_columns
from etl.stores.folders import is_shown, show_partitions
from etl.stores.manifests import days_of, month_of, tell
from etl.stores.months import is_month, months_of

WARC_SUFFIX = ".warc.gz"
MIGRATION = "migrate"  # the run that may commit other columns than those that stand
COMPACTED = "day-"  # a unit of this name and a day holds all rows that its WARCs have on that day
Partition = tuple[str, str]


def commit(
    engine: Engine,
    data: Path,
    run_id: str,
    published: Mapping[str, Sequence[ObjectFile]],
    compacted: Collection[str] | None = None,
) -> set[Partition]:
    """Makes units live and shows them; returns the (table, seen_date) pairs that changed.

    A unit that is live with the same objects already changes nothing, nor does one whose rows a compacted day holds.
    Who reads compacted days again says which, with `compacted`, and publishes their units with it: ConflictError
    where others are compacted by now. After a crash at any moment the next commit, or `show`, finishes what was
    committed. Raises DataError where older objects have other columns, StorageError where a store fails.
    """
    with write(engine) as connection:
        if run_id != MIGRATION:
            require_columns(connection, {file.table for files in published.values() for file in files})
        wanted = _outside_compacted(connection, published, compacted)
        live = [file for unit in wanted for file in unit_objects(connection, unit)]
        touched = replace(connection, data, run_id, (live, [file for files in wanted.values() for file in files]))
        for unit in published:
            if not _is_known(connection, unit):
                connection.execute(insert(units).values(unit=unit, run_id=run_id))
            connection.execute(delete(waiting_warcs).where(waiting_warcs.c.warc == unit))
            connection.execute(delete(prepared_warcs).where(prepared_warcs.c.warc == unit))
        for files in wanted.values():
            other = [file for file in files if (file.table, file.seen_date) not in touched]
            touched |= {(file.table, file.seen_date) for file in other if not is_shown(data, file)}
        mark(connection, touched)
    show(engine, data)
    return touched


def replace(
    connection: Connection, data: Path, run_id: str, change: tuple[Sequence[ObjectFile], Sequence[ObjectFile]]
) -> set[Partition]:
    """Retires objects and gives birth to others, as one commit where there are any; returns their partitions.

    `change` is (live before, live after); what stands in both stays. The months of days that change are retired, too.
    Raises StorageError where a new object is gone from the disk: vacuum and a writer may have crossed, and the writer
    does it again.
    """
    before, after = ({file.path: file for file in files} for files in change)
    dead = [before[path] for path in sorted(before.keys() - after.keys())]
    fresh = [after[path] for path in sorted(after.keys() - before.keys())]
    if dead or fresh:
        seq, latest = _last_commit(connection)
        now = max(datetime.now(UTC).isoformat(), latest)  # a clock set back does not turn the order of commits
        connection.execute(insert(commits).values(seq=seq + 1, run_id=run_id, committed_at=now))
    for path in (*(file.path for file in dead), *months_of(connection, (*dead, *fresh))):
        is_it = (objects.c.path == path, objects.c.died.is_(None))
        connection.execute(update(objects).where(*is_it).values(died=seq + 1))
    for file in fresh:
        if not is_kept(data, file.path):
            raise StorageError(f"object {file.path!r} is gone before it was committed; run again")
        columns = asdict(file)
        connection.execute(insert(objects).values(born=seq + 1, table_name=columns.pop("table"), **columns))
    return {(file.table, file.seen_date) for file in (*dead, *fresh) if not is_month(file)}


def show(engine: Engine, data: Path) -> None:
    """Makes the table folders hold exactly the live objects, wherever a commit has not been shown yet.

    The write lock is held, so that two writers never show one partition at once.
    """
    with engine.connect() as connection:
        if connection.scalar(select(func.count()).select_from(pending_links)) == 0:
            return
    with write(engine) as connection:
        waiting = connection.execute(select(pending_links.c.table_name, pending_links.c.seen_date)).all()
        live = {(table, day): live_objects(connection, table, (day, day)) for table, day in sorted(map(tuple, waiting))}
        wanted = [(*key, {Path(file.path).name: data / file.path for file in files}) for key, files in live.items()]
        show_partitions(data, wanted)
        _tell(connection, data, {month_of(day) for _, day in live})
        connection.execute(delete(pending_links))


def _tell(connection: Connection, data: Path, months: Iterable[str]) -> None:
    """Lets readers of a bucket know what is live in some months."""
    bucket = homes.behind(data)
    if bucket is not None:
        spans = {month: days_of(month) for month in sorted(months)}
        live = {month: _live_in(connection, span) for month, span in spans.items()}
        tell(bucket, _last_commit(connection)[0], live)


def _live_in(connection: Connection, span: tuple[str, str]) -> list[ObjectFile]:
    query = select(objects).where(objects.c.died.is_(None), objects.c.seen_date.between(*span))
    return [to_file(row) for row in connection.execute(query.order_by(objects.c.path))]


def mark(connection: Connection, partitions: Iterable[Partition]) -> None:
    """Notes partitions that the next `show` has to look at."""
    for table, day in partitions:
        same = (pending_links.c.table_name == table, pending_links.c.seen_date == day)
        connection.execute(delete(pending_links).where(*same))
        connection.execute(insert(pending_links).values(table_name=table, seen_date=day, since=time.time()))


def unpublished(connection: Connection) -> list[str]:
    """The WARCs that no commit has published yet, in order."""
    return sorted(connection.scalars(select(waiting_warcs.c.warc)))


def live_objects(
    connection: Connection,
    table: str,
    days: tuple[str, str] | None = None,
    of_units: Sequence[str] | None = None,
    as_of: int | None = None,
) -> list[ObjectFile]:
    """The live objects of a table, now or as of a commit, in order of path; of the units, of the first to last day."""
    query = select(objects).where(objects.c.table_name == table)
    if as_of is None:
        query = query.where(objects.c.died.is_(None))
    else:
        query = query.where(objects.c.born <= as_of, (objects.c.died.is_(None)) | (objects.c.died > as_of))
    if days is not None:
        query = query.where(objects.c.seen_date.between(*days))
    if of_units is not None:
        query = query.where(objects.c.unit.in_(of_units))
    return [to_file(row) for row in connection.execute(query.order_by(objects.c.path))]


def commit_at(connection: Connection, as_of: int | datetime) -> int:
    """The number of the last commit at or before a number or an instant.

    Raises DataError where nothing was committed then, or where objects of that time have been vacuumed.
    """
    query = select(func.max(commits.c.seq))
    if isinstance(as_of, datetime):
        query = query.where(commits.c.committed_at <= as_of.astimezone(UTC).isoformat())
    else:
        query = query.where(commits.c.seq <= as_of)
    seq: int | None = connection.scalar(query)
    if seq is None:
        raise DataError(f"nothing was committed as of {str(as_of)!r}")
    if seq < (oldest := horizon(connection)):
        raise DataError(f"tables as of {str(as_of)!r} (commit {seq}) are vacuumed; the oldest kept is commit {oldest}")
    return seq


def horizon(connection: Connection) -> int:
    """The oldest commit whose objects are all kept; 0 before the first vacuum."""
    return int(connection.scalar(select(facts.c.value).where(facts.c.name == "horizon")) or 0)


def warcs_to_rebuild(connection: Connection, wanted: Collection[str]) -> tuple[list[str], list[str]]:
    """(WARCs, compacted days) that have to be read again with some WARCs; both in order.

    What a capture is (an article, a revision, unchanged) depends on how the capture before it reads, so a chain of
    captures is read again as a whole; and a compacted day is made again from all that was captured on it.
    """
    chain, days, more = set[str](), set[str](), set(wanted)
    while more:
        chain |= more
        rows = [row for some in batched(sorted(more)) for row in connection.execute(_captured(some))]
        later = (select(warc_links.c.later).where(warc_links.c.earlier.in_(some)) for some in batched(sorted(more)))
        more = {warc for query in later for warc in connection.scalars(query)}
        spans = {(row.first_day, row.last_day) for row in rows}
        folded = {day for first, last in spans for day in compacted_days(connection, first, last)} - days
        days |= folded
        more = more.union(*(warcs_of_days(connection, day, day) for day in folded)) - chain
    return sorted(chain), sorted(days)


def warcs_of_days(connection: Connection, first: str, last: str) -> list[str]:
    """The WARCs with captures on the days `first` to `last`, in order."""
    query = select(warcs.c.warc).where(warcs.c.first_day <= last, warcs.c.last_day >= first)
    return sorted(connection.scalars(query))


def compacted_days(connection: Connection, first: str, last: str) -> list[str]:
    """The days from `first` to `last` whose objects have been compacted, in order."""
    span = objects.c.unit.between(f"{COMPACTED}{first}", f"{COMPACTED}{last}")
    query = select(objects.c.seen_date).distinct().where(span, objects.c.died.is_(None))
    return sorted(connection.scalars(query))


def compacted_units(connection: Connection, units_: Iterable[str]) -> list[str]:
    """The compacted days that hold rows of WARCs, as names of units, in order."""
    wanted = list(units_)
    spans = {(row.first_day, row.last_day) for some in batched(wanted) for row in connection.execute(_captured(some))}
    days = {day for first, last in spans for day in compacted_days(connection, first, last)}
    return [f"{COMPACTED}{day}" for day in sorted(days)]


def unit_objects(connection: Connection, unit: str) -> list[ObjectFile]:
    """A unit's live objects, in all tables, in order of path."""
    query = select(objects).where(objects.c.unit == unit, objects.c.died.is_(None))
    return [to_file(row) for row in connection.execute(query.order_by(objects.c.path))]


def units_of(connection: Connection, run_id: str) -> list[str]:
    """The units that a run was the first to publish, in order."""
    return sorted(connection.scalars(select(units.c.unit).where(units.c.run_id == run_id)))


def live_days(connection: Connection, table: str) -> list[str]:
    """The partitions of a table that hold live objects, in order."""
    query = select(objects.c.seen_date).distinct().where(objects.c.table_name == table, objects.c.died.is_(None))
    return sorted(connection.scalars(query))


def to_file(row: Any) -> ObjectFile:
    """A row of the state's table `objects` as the noun that travels."""
    return ObjectFile(row.table_name, row.seen_date, row.path, row.unit, row.rows, row.bytes, row.sha256)


def _outside_compacted(
    connection: Connection, published: Mapping[str, Sequence[ObjectFile]], compacted: Collection[str] | None
) -> dict[str, list[ObjectFile]]:
    """What of the units does not lie on compacted days already; a unit that was never published is on none."""
    days = {file.seen_date for files in published.values() for file in files}
    folded = set(compacted_days(connection, min(days), max(days))) & days if days else set()
    if compacted is not None and folded != days & set(compacted):
        raise ConflictError(f"the days {sorted(folded ^ (days & set(compacted)))} were compacted meanwhile; run again")
    known = {unit for unit in published if folded and unit.endswith(WARC_SUFFIX) and _is_known(connection, unit)}
    return {
        unit: [file for file in files if unit not in known or file.seen_date not in folded]
        for unit, files in published.items()
    }


def _is_known(connection: Connection, unit: str) -> bool:
    return connection.scalar(select(units.c.unit).where(units.c.unit == unit)) is not None


def _captured(some: Sequence[str]) -> Any:
    return select(warcs.c.first_day, warcs.c.last_day).where(warcs.c.warc.in_(some))


def _last_commit(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(commits).order_by(commits.c.seq.desc()).limit(1)).first()
    return (row.seq, row.committed_at) if row else (0, "")
