"""The stores of a house, opened: what a crash left unfinished is finished first."""

import time
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from etl.config import House
from etl.model import Capture
from etl.state import batched, open_state, read_days, warcs, write
from etl.stores import ledger
from etl.stores.absorption import absorb, upsert
from etl.stores.folders import shown_partitions
from etl.warc.raw import read_warc, stored_days, stored_warcs

QUIET_NS = 2_000_000_000  # a folder changed later than this may change again within one tick of its clock


def open_stores(house: House) -> Engine:
    """The state of a house, made where it is missing, with what a crash left unfinished finished."""
    engine = open_state(house.state_url)
    ledger.show(engine, house.data)
    absorb_stored(house, engine)
    return engine


def renew_stores(house: House) -> tuple[Engine, list[str]]:
    """An emptied state that has learnt `raw/` anew, and the WARCs there.

    The table folders are cleared by the next `show`, so that what is published then is all that readers find.
    """
    engine = open_state(house.state_url, renew=True)
    with write(engine) as connection:
        ledger.mark(connection, shown_partitions(house.data))
    return engine, absorb_stored(house, engine)


def absorb_stored(house: House, engine: Engine) -> list[str]:
    """Lets the frontier learn WARCs that lie in `raw/` unknown to it, after a crash or a lost state; returns them.

    Only the days whose folder has changed since it was last read are looked at.
    """
    found: list[str] = []
    with engine.connect() as connection:
        read = {row.day: row.changed_ns for row in connection.execute(select(read_days))}
    for day, changed_ns in stored_days(house.data).items():
        if read.get(day) == changed_ns:
            continue
        is_quiet = time.time_ns() - changed_ns > QUIET_NS
        listed = stored_warcs(house.data, day)
        with engine.connect() as connection:
            new = _unabsorbed(connection, listed)
        for warc in new:
            captures = (capture for capture in read_warc(house.data, warc) if isinstance(capture, Capture))
            with write(engine) as connection:
                absorb(connection, warc, captures, house.settings.revisit_hours)
        if is_quiet:
            with write(engine) as connection:
                upsert(connection, read_days, {"day": day}, {"changed_ns": changed_ns})
        found += new
    return found


def _unabsorbed(connection: Connection, listed: Sequence[str]) -> list[str]:
    """Those of the listed WARCs that the state does not know, in their order."""
    known: set[str] = set()
    for some in batched(listed):
        known.update(connection.scalars(select(warcs.c.warc).where(warcs.c.warc.in_(some))))
    return [warc for warc in listed if warc not in known]
