"""The stores of a house, opened: what a crash left unfinished is finished first."""

import time
import uuid
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from etl import homes
from etl.config import House
from etl.model import Capture
from etl.state import batched, facts, open_state, read_days, warcs, write
from etl.stores import ledger
from etl.stores.absorption import absorb, upsert
from etl.stores.folders import shown_partitions
from etl.warc.raw import read_warc, require_days, stored_days, stored_warcs

QUIET_NS = 2_000_000_000  # a folder changed later than this may change again within one tick of its clock


def open_stores(house: House) -> Engine:
    """The state of a house, made where it is missing, with what a crash left unfinished finished.

    Raises ConfigError where the bucket that is the stores' home belongs to another state.
    """
    engine = open_state(house.state_url)
    _take_home(house, engine)
    ledger.show(engine, house.data)
    absorb_stored(house, engine)
    return engine


def renew_stores(house: House) -> tuple[Engine, list[str]]:
    """An emptied state that has learnt `raw/` anew, and the WARCs there.

    Raises StorageError, emptying nothing, where a day of `raw/` is out of reach. The table folders are
    cleared by the next `show`, so that what is published then is all that readers find.
    """
    require_days(house.data)
    engine = open_state(house.state_url, renew=True)
    _take_home(house, engine, is_forced=True)
    with write(engine) as connection:
        ledger.mark(connection, shown_partitions(house.data))
    return engine, absorb_stored(house, engine)


def _take_home(house: House, engine: Engine, is_forced: bool = False) -> None:
    """Makes the state the owner of the bucket that is the stores' home, by a name drawn by chance."""
    if homes.behind(house.data) is None:
        return
    query = select(facts.c.value).where(facts.c.name == "state")
    with engine.connect() as connection:
        name = connection.scalar(query)
    if name is None:
        with write(engine) as connection:
            name = connection.scalar(query) or str(uuid.uuid4())  # another process may have been quicker
            upsert(connection, facts, {"name": "state"}, {"value": name})
    homes.take(house.data, str(name), is_forced)


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
