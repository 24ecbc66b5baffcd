"""History read again: what today's rules, takedowns and columns make of WARCs that were published before.

New objects are written first, compared with the live ones, and committed only when the difference may be wanted.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine

from etl.config import House
from etl.errors import DataError, StorageError
from etl.model import ObjectFile
from etl.state import write
from etl.storage import present
from etl.stores import ledger
from etl.stores.columns import outdated, refuse_outdated, settle_columns
from etl.stores.compaction import merged
from etl.stores.ledger import COMPACTED
from etl.stores.opening import open_stores
from etl.tables.differences import Difference, difference
from etl.tables.parquet import read_objects, stream_rows, write_stream
from etl.tables.schema import TABLES, check_contract
from etl.tables.takedowns import find_takedown
from etl.verbs.preparation import ALONE, Means, prepare
from etl.verbs.transformation import configured_units

READ_TABLES = ("articles", "revisions", "mentions")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild made of its WARCs: objects with the same bytes as before, and objects that differ.

    `days` are those that changed, or would change where it was not committed, `read_days` those that were read again;
    `differences` hold what a reader would notice, a table each, without tables in which nothing differs.
    """

    warcs: int
    identical: int
    different: int
    days: tuple[str, ...]
    read_days: tuple[str, ...]
    differences: tuple[Difference, ...]
    committed: bool

    @property
    def changed_share(self) -> float:
        """The largest share of rows of a table that is added, removed or changed; 0 where there were no rows.

        Of the tables that are read from pages: what went where (quarantine, runs) follows from them.
        """
        read = [found for found in self.differences if found.table in READ_TABLES]
        shares = [found.touched / found.rows_before for found in read if found.rows_before]
        return max(shares, default=0.0)


def quarantined_warcs(house: House, engine: Engine, reasons: Collection[str], sources: Collection[str]) -> list[str]:
    """The WARCs of quarantine rows with one of the reasons, of one of the sources; empty means any."""
    with engine.connect() as connection:
        files = ledger.live_objects(connection, "quarantine")
    rows = read_objects(house.data, "quarantine", [file.path for file in files]).select(
        ["warc", "reason_code", "source_id"]
    )
    return sorted(
        {
            row["warc"]
            for row in rows.to_pylist()
            if (not reasons or row["reason_code"] in reasons) and (not sources or row["source_id"] in sources)
        }
    )


def warcs_of_articles(house: House, engine: Engine) -> list[str]:
    """The WARCs of the articles and revisions that are to be taken down and still have their text."""
    found: set[str] = set()
    columns = ["article_id", "url", "canonical_url", "pub_status", "warc"]
    with engine.connect() as connection:
        files = [file for name in ("articles", "revisions") for file in ledger.live_objects(connection, name)]
    for file in files:
        for row in pq.read_table(present(house.data, file.path), columns=columns, partitioning=None).to_pylist():
            urls = (row["url"], row["canonical_url"])
            if row["pub_status"] != "taken_down" and find_takedown(house.takedowns, row["article_id"], urls):
                found.add(row["warc"])
    return sorted(found)


def read_again(  # noqa: PLR0913 - what is read, by what means, and how much of it may be published
    house: House,
    engine: Engine,
    wanted: Collection[str],
    limit: float | None = None,
    dry: bool = False,
    means: Means = ALONE,
) -> Rebuilt:
    """Transforms WARCs again, with all that depends on them, and publishes what differs.

    `limit` is the largest share of a table's rows (0 to 1) that may differ: above it DataError, and nothing is
    published; null allows everything. `dry` publishes nothing. What was not published stays made, so that the next
    rebuild by the same rules only has to publish it. ConflictError where others were quicker.
    """
    with engine.connect() as connection:
        refuse_outdated(connection)  # before the work, not behind it
    made = _transformed(house, engine, wanted, means)
    rebuilt = _compared(house, made)
    if dry:
        return rebuilt
    if limit is not None and rebuilt.changed_share > limit:
        raise DataError(
            f"the rebuild would change {rebuilt.changed_share:.0%} of the rows of a table, more than {limit:.0%} "
            "(rebuild_max_changed_share): look at it with --dry-run, then --accept it"
        )
    units = {**made.units, **configured_units(house, rebuilt.read_days)}
    touched = ledger.commit(engine, house.data, "rebuild", units, compacted=made.days)
    return replace(rebuilt, days=tuple(sorted({day for _, day in touched})), committed=True)


def migrate(house: House) -> tuple[int, int]:
    """Brings objects that were written with other columns to today's; (objects rewritten, WARCs read again).

    A column that may be null is null in rewritten rows until their day is rebuilt; objects that cannot be had without
    reading are made from `raw/` again. The columns count as today's at the very end, so a migration that was killed
    is run again.
    """
    engine = open_stores(house)
    with engine.connect() as connection:
        old = outdated(connection)
        files = [file for name in old for file in ledger.live_objects(connection, name)]
    cast = [(file, _cast(house, file)) for file in files]
    ready = [(file, new) for file, new in cast if new is not None]
    with write(engine) as connection:
        change = ([file for file, _ in ready], [new for _, new in ready])
        ledger.mark(connection, ledger.replace(connection, house.data, ledger.MIGRATION, change))
    ledger.show(engine, house.data)
    wanted = _warcs_of(engine, {file.unit for file, new in cast if new is None})
    if wanted:
        made = _transformed(house, engine, wanted)
        ledger.commit(engine, house.data, ledger.MIGRATION, made.units, compacted=made.days)
    with write(engine) as connection:
        _require_gone(connection, [file for file, new in cast if new is None])
        settle_columns(connection, old)
    log.info("migrated", extra={"tables": old, "objects": len(ready), "warcs": len(wanted)})
    return len(ready), len(wanted)


@dataclass(frozen=True, slots=True)
class _Made:
    """New objects by unit, the WARCs and compacted days they come of, and the live objects whose place they take."""

    warcs: Sequence[str]
    days: Sequence[str]
    live: Sequence[ObjectFile]
    units: Mapping[str, Sequence[ObjectFile]]


def _transformed(house: House, engine: Engine, wanted: Collection[str], means: Means = ALONE) -> _Made:
    with engine.connect() as connection:
        warcs, days = ledger.warcs_to_rebuild(connection, wanted)
        names = (*warcs, *(f"{COMPACTED}{day}" for day in days))
        live = [file for unit in names for file in ledger.unit_objects(connection, unit)]
    units: dict[str, list[ObjectFile]] = {f"{COMPACTED}{day}": [] for day in days}
    folded: dict[tuple[str, str], list[ObjectFile]] = defaultdict(list)
    for made in prepare(house, engine, warcs, means):
        units[made.warc] = []
        for file in made.objects:
            (folded[file.seen_date, file.table] if file.seen_date in days else units[made.warc]).append(file)
    for (day, _), files in sorted(folded.items()):
        units[f"{COMPACTED}{day}"].append(merged(house.data, files, f"{COMPACTED}{day}"))
    return _Made(warcs, days, live, units)


def _compared(house: House, made: _Made) -> Rebuilt:
    """What would change, told by the objects that do not stand on both sides."""
    before = {file.path: file for file in made.live}
    after = {file.path: file for files in made.units.values() for file in files}
    gone = [before[path] for path in sorted(before.keys() - after.keys())]
    new = [after[path] for path in sorted(after.keys() - before.keys())]
    kept = Counter[str]()
    for path in before.keys() & after.keys():
        kept[before[path].table] += before[path].rows
    found = []
    for name in TABLES:
        sides = [[file for file in files if file.table == name] for files in (gone, new)]
        if any(sides):
            told = difference(house.data, name, *sides)
            whole = replace(told, rows_before=told.rows_before + kept[name], rows_after=told.rows_after + kept[name])
            found += [whole] if whole.touched else []
    days = tuple(sorted({file.seen_date for file in (*gone, *new)}))
    read_days = tuple(sorted({file.seen_date for file in after.values()}))
    return Rebuilt(len(made.warcs), len(after) - len(new), len(new), days, read_days, tuple(found), committed=False)


def _cast(house: House, file: ObjectFile) -> ObjectFile | None:
    """The object with today's columns, new ones empty; null where they cannot be had without reading again."""
    table = TABLES[file.table]
    schema = table.schema()

    def portions() -> Iterator[pa.Table]:
        for rows in stream_rows(present(house.data, file.path)):
            known = [rows[name] if name in rows.column_names else pa.nulls(len(rows)) for name in schema.names]
            portion = pa.table(known, names=schema.names)
            check_contract(table, portion)
            yield portion.cast(schema)

    try:
        return write_stream(house.data, portions(), file.table, file.seen_date, file.unit)
    except (StorageError, DataError, pa.ArrowException):
        return None


def _require_gone(connection: Connection, old: Sequence[ObjectFile]) -> None:
    """Passes where none of these objects is live any more. Raises DataError."""
    for file in old:
        if file.path in {live.path for live in ledger.unit_objects(connection, file.unit)}:
            raise DataError(
                f"object {file.path!r} can neither be brought to today's columns nor made again: what it was read from "
                "is not in raw/"
            )


def _warcs_of(engine: Engine, units: Collection[str]) -> list[str]:
    """The WARCs that units come of: themselves, or those of a compacted day."""
    with engine.connect() as connection:
        days = [unit.removeprefix(COMPACTED) for unit in units if unit.startswith(COMPACTED)]
        found = {warc for day in days for warc in ledger.warcs_of_days(connection, day, day)}
    return sorted(found.union(unit for unit in units if unit.endswith(ledger.WARC_SUFFIX)))
