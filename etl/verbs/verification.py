"""Whether every stored file is what the ledger says, byte for byte. Nothing is mended here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from etl.config import House
from etl.errors import StorageError
from etl.model import ObjectFile
from etl.state import objects, warcs
from etl.storage import file_sha256
from etl.stores import ledger
from etl.stores.folders import partition_folder, shown_partitions, shown_path
from etl.stores.opening import open_stores
from etl.warc.raw import read_warc
from etl.warc.records import Damage


@dataclass(frozen=True, slots=True)
class Problem:
    """One file that is not what it should be: its path below the data folder, and what is wrong."""

    path: str
    what: str


def verify(house: House, first: date | None = None, last: date | None = None, raw: bool = False) -> list[Problem]:
    """Every file of the days that is not what the ledger says, in order of kind and path; empty when all is well.

    The bytes of each object and of what the table folders show are digested, and the folders must show exactly the
    live objects. WARCs must be there; with `raw` each is read to its end as well.
    """
    span = (first or date.min).isoformat(), (last or date.max).isoformat()
    with open_stores(house).connect() as connection:
        query = select(objects).where(objects.c.seen_date.between(*span)).order_by(objects.c.path)
        rows = connection.execute(query).all()
        archived = select(warcs.c.warc).where(warcs.c.first_day <= span[1], warcs.c.last_day >= span[0])
        stored = sorted(connection.scalars(archived))
    kept = {row.path: ledger.to_file(row) for row in rows}
    live = {shown_path(ledger.to_file(row)): ledger.to_file(row) for row in rows if row.died is None}
    return [*_objects(house.data, kept), *_folders(house.data, live, span), *_archive(house.data, stored, raw)]


def _objects(data: Path, kept: Mapping[str, ObjectFile]) -> Iterator[Problem]:
    for path, file in kept.items():
        if problem := _fault(data / path, file):
            yield Problem(path, problem)


def _folders(data: Path, live: Mapping[str, ObjectFile], span: tuple[str, str]) -> Iterator[Problem]:
    """What table folders miss, show wrongly, or hold though nobody knows it; a link to a faulty object counts once."""
    for path, file in live.items():
        shown, named = data / path, data / file.path
        if not shown.exists():
            yield Problem(path, "is live and not shown")
        elif not (named.exists() and shown.samefile(named)) and (problem := _fault(shown, file)):
            yield Problem(path, problem)
    for table, day in shown_partitions(data):
        if span[0] <= day <= span[1]:
            for found in sorted(partition_folder(data, table, day).iterdir()):
                path = str(found.relative_to(data))
                if path not in live:
                    yield Problem(path, "is shown and not live")


def _archive(data: Path, stored: list[str], raw: bool) -> Iterator[Problem]:
    for warc in stored:
        path = f"raw/{warc}"
        if not (data / path).exists():
            yield Problem(path, "is missing: its rows cannot be made again")
        elif raw:
            yield from (Problem(path, item.detail) for item in read_warc(data, warc) if isinstance(item, Damage))


def _fault(path: Path, file: ObjectFile) -> str | None:
    """What is wrong with a file's bytes; null when they are those that were written."""
    try:
        size = path.stat().st_size
        if size != file.bytes:
            return f"has {size} bytes, {file.bytes} were written"
        return None if file_sha256(path) == file.sha256 else "has other bytes than were written"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        raise StorageError(f"cannot read {str(path)!r}: {error.strerror}") from error
