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
from etl.storage import discard_copy, is_stored, stored_digest, stored_paths
from etl.stores import ledger
from etl.stores.folders import shown_path
from etl.stores.opening import open_stores
from etl.tables.parquet import is_month_path
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
    live = {
        shown_path(kept[row.path]): kept[row.path] for row in rows if row.died is None and not is_month_path(row.path)
    }
    return [*_objects(house.data, kept), *_folders(house.data, live, span), *_archive(house.data, stored, raw)]


def _objects(data: Path, kept: Mapping[str, ObjectFile]) -> Iterator[Problem]:
    for path, file in kept.items():
        if problem := _fault(data, path, file):
            yield Problem(path, problem)


def _folders(data: Path, live: Mapping[str, ObjectFile], span: tuple[str, str]) -> Iterator[Problem]:
    """What table folders miss, show wrongly, or hold though nobody knows it; a link to a faulty object counts once."""
    shown = stored_paths(data, "tables")
    there = set(shown)
    for path, file in live.items():
        if path not in there:
            yield Problem(path, "is live and not shown")
        elif not _is_link(data / path, data / file.path) and (problem := _fault(data, path, file)):
            yield Problem(path, problem)
    for path in shown:
        day = Path(path).parent.name.removeprefix("seen_date=")
        if path not in live and span[0] <= day <= span[1]:
            yield Problem(path, "is shown and not live")


def _archive(data: Path, stored: list[str], raw: bool) -> Iterator[Problem]:
    for warc in stored:
        path = f"raw/{warc}"
        if not is_stored(data, path):
            day = (data / path).parent
            why = f"was moved to {str(day.readlink())!r}, which is not there now" if day.is_symlink() else "is missing"
            yield Problem(path, f"{why}: its rows cannot be made again")
        elif raw:
            discard_copy(data, path)
            yield from (Problem(path, item.detail) for item in read_warc(data, warc) if isinstance(item, Damage))


def _is_link(shown: Path, named: Path) -> bool:
    return shown.exists() and named.exists() and shown.samefile(named)


def _fault(data: Path, path: str, file: ObjectFile) -> str | None:
    """What is wrong with a file's bytes; null when they are those that were written."""
    try:
        size, sha256 = stored_digest(data, path)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        raise StorageError(f"cannot read {str(data / path)!r}: {error.strerror}") from error
    if size != file.bytes:
        return f"has {size} bytes, {file.bytes} were written"
    return None if sha256 == file.sha256 else "has other bytes than were written"
