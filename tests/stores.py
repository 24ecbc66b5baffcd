"""What tests ask of a house's stores: rows as an analyst reads them, and the bytes that lie there."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select, update

from etl.config import House, open_house
from etl.model import Capture
from etl.state import feeds, hosts, known_articles, open_state, write
from etl.stores import ledger
from etl.tables.schema import TABLES
from etl.warc.raw import read_warc
from samples.configuration import write_config


def make_house(folder: Path, base_urls: Mapping[str, str], settings: str = "", sources: Iterable[str] = ()) -> House:
    """A house in a folder over a newsroom's addresses, with more settings, of some of its sources or all."""
    write_config(folder / "config", base_urls)
    for path in (folder / "config" / "sources").glob("*.toml"):
        if sources and path.stem not in sources:
            path.unlink()
    with (folder / "config" / "settings.toml").open("a") as stream:
        stream.write(settings)
    return open_house(folder / "data", folder / "config")


def let_time_pass(house: House, time: timedelta) -> None:
    """Moves everything that the state knows to be due, asked or awaited by so much into the past."""
    with write(open_state(house.state_url)) as connection:
        for row in connection.execute(select(known_articles)).all():
            look = (datetime.fromisoformat(row.next_look_at) - time).isoformat() if row.next_look_at else None
            one = known_articles.c.article_id == row.article_id
            connection.execute(update(known_articles).where(one).values(next_look_at=look))
        for host in connection.execute(select(hosts)).all():
            until = (datetime.fromisoformat(host.not_before) - time).isoformat()
            connection.execute(update(hosts).where(hosts.c.host == host.host).values(not_before=until))
        connection.execute(update(feeds).values(polled_at=(datetime.now(UTC) - time).isoformat()))


def copied(house: House, folder: Path) -> House:
    """The same house with the same rules in another folder, its tables linked to its own objects as they were."""
    shutil.copytree(house.config, folder / "config")
    shutil.copytree(house.data, folder / "data", ignore=shutil.ignore_patterns("tables"))
    for link in (house.data / "tables").glob("*/*/*.parquet"):
        target = folder / "data" / link.relative_to(house.data)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(folder / "data" / "objects" / link.relative_to(house.data / "tables"))
    state_url = f"sqlite:///{folder / 'data' / 'state.sqlite'}"
    return replace(house, data=folder / "data", config=folder / "config", state_url=state_url)


def rows(house: House, table: str) -> list[dict[str, Any]]:
    """The rows of a table in the folder that analysts read, in order of its key."""
    found: list[dict[str, Any]] = []
    for path in sorted((house.data / "tables" / table).glob("*/*.parquet")):
        found += pq.read_table(path, partitioning=None).to_pylist()
    return sorted(found, key=lambda row: [str(row[name]) for name in TABLES[table].key])


def warcs_of(house: House) -> list[str]:
    """Every WARC of a house, as paths below `raw/`."""
    return sorted(f"{path.parent.name}/{path.name}" for path in (house.data / "raw").glob("*/*.warc.gz"))


def captures_of(house: House) -> list[Capture]:
    """Every capture that can be read in a house, in order of WARC and place."""
    found = [capture for warc in warcs_of(house) for capture in read_warc(house.data, warc)]
    return [capture for capture in found if isinstance(capture, Capture)]


def bytes_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its path there."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def outcome(house: House) -> dict[str, Any]:
    """What a house knows, free of times and ids of single captures: two runs over one newsroom are equal in it."""
    quarantine = Counter(
        (row["source_id"], row["stage"], row["reason_code"], row["article_id"]) for row in rows(house, "quarantine")
    )
    return {
        "articles": sorted((row["article_id"], row["version_id"]) for row in rows(house, "articles")),
        "revisions": sorted((row["article_id"], row["version_id"]) for row in rows(house, "revisions")),
        "mentions": len(rows(house, "mentions")),
        "quarantine": quarantine,
    }


def assert_sums_balance(house: House) -> None:
    """Every item that the runs saw stands in one place, and the tables hold as many rows as the runs say."""
    runs = rows(house, "runs")
    for run in runs:
        assert run["seen"] == run["new"] + run["revisions"] + run["unchanged"] + run["quarantined"], run
    for column, table in (("new", "articles"), ("revisions", "revisions"), ("quarantined", "quarantine")):
        assert sum(run[column] for run in runs) == len(rows(house, table)), table
    ids = [row["article_id"] for row in rows(house, "articles")]
    assert len(ids) == len(set(ids)), "an article stands twice"


def assert_folders_clean(house: House) -> None:
    """Table folders hold exactly the ledger's live objects and nothing else."""
    with open_state(house.state_url).connect() as connection:
        live = {
            f"{file.table}/seen_date={file.seen_date}/{Path(file.path).name}": file.sha256
            for name in TABLES
            for file in ledger.live_objects(connection, name)
        }
    assert bytes_of(house.data / "tables") == live


def arrow(house: House, table: str) -> pa.Table:
    """A table as the folder shows it, read file by file with page checksums verified."""
    paths = sorted((house.data / "tables" / table).glob("*/*.parquet"))
    parts = [pq.read_table(path, partitioning=None, page_checksum_verification=True) for path in paths]
    return pa.concat_tables(parts)
