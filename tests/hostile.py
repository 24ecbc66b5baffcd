"""A house whose rows bite: script and markup wherever a publisher, a server or a reader of pages can write."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import update

from etl.config import House, open_house
from etl.state import feeds, open_state, write
from etl.stores import ledger
from etl.tables.parquet import write_object
from etl.tables.schema import TABLES, to_arrow

SCRIPT = "\"><script>window.bitten=1</script><img src=x onerror=window.bitten=2><b id=bitten>'&lt;{{7*7}}"
ADDRESS = 'javascript:window.bitten=3//"><svg onload=window.bitten=4>'
TAIL = "-hostile"
WORDS: Mapping[str, tuple[str, ...]] = {
    "articles": ("headline", "dateline", "published_raw", "body_text", "language"),
    "fetch_log": ("error_detail",),
    "quarantine": ("reason_text", "value_sample", "field"),
    "mentions": ("surface",),
}
ADDRESSES: Mapping[str, tuple[str, ...]] = {"articles": ("url",), "fetch_log": ("url",), "quarantine": ("url",)}


def let_bite(house: House, source_id: str) -> House:
    """The house with hostile rows of one source, published by a run of their own, and with a hostile title."""
    day, warc = _newest(house, "runs")
    made = []
    for name in (*WORDS, "runs"):
        row = next(row for row in _rows(house, name, day) if row["source_id"] == source_id)
        made.append(write_object(house.data, to_arrow(TABLES[name], [_bitten(name, row, warc)]), name, day, warc))
    ledger.commit(open_state(house.state_url), house.data, f"manual__{SCRIPT}", {warc: made})
    with write(open_state(house.state_url)) as connection:
        hurt = {"failures": 9, "last_outcome": SCRIPT[:32], "last_status": None, "moved_to": ADDRESS}
        connection.execute(update(feeds).where(feeds.c.source_id == source_id).values(hurt))
    path = house.config / "sources" / f"{source_id}.toml"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("title = ")]
    path.write_text("\n".join([f"title = '''{SCRIPT}'''", *lines]), "utf-8")
    return replace(open_house(house.data, house.config), state_url=house.state_url)


def _newest(house: House, table: str) -> tuple[str, str]:
    """The last day of a table, and the name of a WARC that stands behind all others of it."""
    with open_state(house.state_url).connect() as connection:
        last = ledger.live_objects(connection, table)[-1]
    return last.seen_date, f"{last.seen_date}/{last.seen_date.replace('-', '')}T235959000000000{TAIL}.warc.gz"


def _rows(house: House, table: str, day: str) -> list[dict[str, Any]]:
    with open_state(house.state_url).connect() as connection:
        files = ledger.live_objects(connection, table, (day, day))
    return [row for file in files for row in pq.read_table(house.data / file.path, partitioning=None).to_pylist()]


def _bitten(table: str, row: dict[str, Any], warc: str) -> dict[str, Any]:
    """A row with script in every text that is shown; its key is a new one."""
    bite = dict.fromkeys(WORDS.get(table, ()), SCRIPT) | dict.fromkeys(ADDRESSES.get(table, ()), ADDRESS)
    keys = {name: f"{row[name]}{TAIL}" for name in TABLES[table].key if name not in ("source_id", "warc", "run_id")}
    more: dict[str, Any] = {"run_id": f"manual__{SCRIPT}"} if "run_id" in row else {}
    if table == "fetch_log":
        more |= {"kind": "feed", "outcome": "soft_error"}
    elif table == "articles":
        more |= {"published_at": None, "capture_id": TAIL}
    elif table == "mentions":
        more |= {"status": "ambiguous", "capture_id": TAIL, "start": 0, "candidates": ["p_munir_qasem"]}
    return {**row, **keys, **bite, **more, **({"warc": warc} if "warc" in row else {})}
