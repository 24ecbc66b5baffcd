"""A second copy of the table folders at an address that readers elsewhere can reach: S3, or any folder.

Such stores have neither hard links nor an exchange of folders, so the order of steps stands in for them: what is new
is written first, each file whole and under a name of its own, and what is dead goes last. A reader never misses a row
and never finds half a file; in the moment between, in which a day is compacted or rebuilt, it may find a row twice.
"""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import fs
from sqlalchemy import Connection, func, select

from etl.config import House
from etl.errors import ConfigError, StorageError
from etl.model import ObjectFile
from etl.state import commits, facts, objects, write
from etl.storage import present
from etl.stores import ledger
from etl.stores.absorption import upsert
from etl.stores.folders import shown_path
from etl.stores.opening import open_stores
from etl.tables.schema import TABLES

log = logging.getLogger(__name__)
DOCUMENTS = ("docs/tables.md", "docs/tables.html", "docs/views.sql", "datapackage.json", "croissant.json")


@dataclass(frozen=True, slots=True)
class Mirrored:
    """How many files a mirror gained and lost, and the commit that it shows now."""

    added: int
    removed: int
    commit: int


def mirror(house: House, url: str) -> Mirrored:
    """Makes the folder at a URL (`s3://bucket/prefix`, `file:///folder`) show the live objects, as `tables/` does.

    Only what was committed since the last time is looked at, unless vacuum has forgotten some of it: then the whole
    mirror is compared. Credentials come from the environment or the machine. Killed at any moment, it is run again.
    Raises ConfigError for a URL that cannot be used, StorageError where it cannot be written.
    """
    engine = open_stores(house)
    name = f"mirror {hashlib.sha256(url.encode()).hexdigest()[:16]}"
    try:
        place, root = fs.FileSystem.from_uri(url)
        with engine.connect() as connection:
            last = int(connection.scalar(select(func.max(commits.c.seq))) or 0)
            seen = int(connection.scalar(select(facts.c.value).where(facts.c.name == name)) or 0)
            is_whole = seen == 0 or seen < ledger.horizon(connection)
            added, dead = _all(connection, place, root) if is_whole else _since(connection, seen)
        for file in added:
            _put(place, root, shown_path(file), present(house.data, file.path))
        for path in dead:
            _remove(place, f"{root}/{path}")
        for document in DOCUMENTS:
            if (house.data / document).exists():
                _put(place, root, document, house.data / document)
    except pa.ArrowInvalid as error:
        raise ConfigError(f"{url!r} is no place that a mirror can be written to: {error}") from error
    except OSError as error:
        raise StorageError(f"cannot write the mirror {url!r}: {error}") from error
    with write(engine) as connection:
        upsert(connection, facts, {"name": name}, {"value": str(last)})
    log.info("mirrored", extra={"added": len(added), "removed": len(dead), "commit": last})
    return Mirrored(len(added), len(dead), last)


def _since(connection: Connection, seen: int) -> tuple[list[ObjectFile], list[str]]:
    """What was born, and what has died, after a commit and is not live again."""
    live, is_day = objects.c.died.is_(None), objects.c.table_name.in_(TABLES)
    born = connection.execute(select(objects).where(objects.c.born > seen, live, is_day).order_by(objects.c.path))
    died = connection.execute(select(objects).where(objects.c.died > seen, is_day).order_by(objects.c.path)).all()
    paths = {row.path: shown_path(ledger.to_file(row)) for row in died}
    again = {path for path in paths if connection.scalar(select(objects.c.path).where(objects.c.path == path, live))}
    return [ledger.to_file(row) for row in born], [shown for path, shown in paths.items() if path not in again]


def _all(connection: Connection, place: fs.FileSystem, root: str) -> tuple[list[ObjectFile], list[str]]:
    """What the mirror misses, and what it shows though it is not live."""
    live = {shown_path(file): file for name in TABLES for file in ledger.live_objects(connection, name)}
    listing = place.get_file_info(fs.FileSelector(f"{root}/tables", recursive=True, allow_not_found=True))
    sizes = {info.path.removeprefix(f"{root}/"): info.size for info in listing if info.type == fs.FileType.File}
    missing = [file for shown, file in live.items() if sizes.get(shown) != file.bytes]
    return missing, sorted(path for path in sizes if path not in live)


def _put(place: fs.FileSystem, root: str, path: str, source: Path) -> None:
    """Writes a file whole: on S3 nobody sees it before it is closed; elsewhere it is renamed into place."""
    target = f"{root}/{path}" if isinstance(place, fs.S3FileSystem) else f"{root}/staging/{source.name}"
    place.create_dir(target.rpartition("/")[0])
    with place.open_output_stream(target) as stream:
        stream.write(source.read_bytes())
    if target != f"{root}/{path}":
        place.create_dir(f"{root}/{path}".rpartition("/")[0])
        place.move(target, f"{root}/{path}")


def _remove(place: fs.FileSystem, path: str) -> None:
    try:
        place.delete_file(path)
    except FileNotFoundError:  # a mirror that was killed here removed it already
        return
