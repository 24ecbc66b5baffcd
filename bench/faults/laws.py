"""What must hold of a house after a fault: what an analyst's folder may show, and all that lies anywhere."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.config import House
from etl.state import meta, open_state
from etl.storage import ABANDONED_SECONDS, clear_staging
from etl.tables.schema import TABLES

CLOCKED = {"committed_at", "since"}  # columns of the state that hold the time of day
KEYED_OVER_ALL_DAYS = {"articles", "revisions", "mentions", "quarantine"}  # others have a row for each of a run's days


def folder_faults(house: House) -> list[str]:
    """What a reader of the plain table folders would meet at this moment that is not so: torn files and twins."""
    faults = []
    for name, table in TABLES.items():
        keys: list[tuple[Any, ...]] = []
        for path in sorted((house.data / "tables" / name).glob("*/*")):
            try:
                rows = pq.read_table(path, columns=list(table.key), partitioning=None, page_checksum_verification=True)
            except (OSError, pa.ArrowInvalid) as error:
                faults.append(f"{path.relative_to(house.data)} cannot be read: {error}")
                continue
            values = zip(*(rows[column].to_pylist() for column in table.key), strict=True)
            keys += values if name in KEYED_OVER_ALL_DAYS else ((path.parent.name, *value) for value in values)
        twins = len(keys) - len(set(keys))
        if twins:
            faults.append(f"{twins} rows of {name} stand twice")
    return faults


def all_of(house: House) -> dict[str, Any]:
    """Every file and folder of a house with its bytes' digest, and every row of its state; clocks left out.

    What killed processes left in `staging/` is cleared as it is after a day; what stays there is among the files.
    """
    _age(house.data / "staging")
    clear_staging(house.data)
    found: dict[str, Any] = {}
    for path in sorted(house.data.rglob("*")):
        if not path.name.startswith("state.sqlite"):
            place = str(path.relative_to(house.data))
            found[place] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
    with open_state(house.state_url).connect() as connection:
        for table in meta.sorted_tables:
            if table.name == "read_days":  # which day folders were quiet when they were last looked at
                continue
            columns = [column for column in table.columns if column.name not in CLOCKED]
            rows = connection.execute(table.select().with_only_columns(*columns))
            found[f"state: {table.name}"] = sorted(str(tuple(row)) for row in rows)
    return found


def difference(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """What two houses do not share, one line a file or table; empty where they are equal."""
    names = sorted(found.keys() | wanted.keys())
    return [f"{name}: {_short(found, name)}, not {_short(wanted, name)}" for name in names
            if found.get(name) != wanted.get(name)]  # fmt: skip


def _short(known: dict[str, Any], name: str) -> str:
    return str(known[name])[:200] if name in known else "nothing"


def _age(staging: Path) -> None:
    for path in staging.glob("*"):
        long_ago = path.stat().st_mtime - ABANDONED_SECONDS - 1
        os.utime(path, (long_ago, long_ago))
