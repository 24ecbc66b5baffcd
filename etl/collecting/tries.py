"""Whether a batch is worth another try within its run, and after how long."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from etl.addresses import host_of
from etl.collecting.collection import Collected
from etl.config import House
from etl.errors import FatalFetchError, RetriableFetchError
from etl.state import batched, feeds
from etl.stores import polls

TRIES = 2  # of a feed within a run; each failure doubles the pause before its next poll
BUSY = 429  # RFC 6585, section 4; what is 500 and above is the server's own trouble: RFC 9110, section 15.6


def require_answer(house: House, engine: Engine, collected: Collected) -> None:
    """Passes unless feeds were asked and none answered.

    Raises RetriableFetchError where one of them may answer soon: it was out of reach or overloaded, and was not before
    this run; with what it asked to wait, if anything. Raises FatalFetchError where trying again would not help: feeds
    are gone, refused or no feeds, fail since earlier runs, or ask for a longer wait than `retry_wait_minutes_max`.
    """
    if not collected.has_failed:
        return
    told = "; ".join(f"{url}: {why}" for url, why in collected.failed.items())
    now = datetime.now(UTC)
    with engine.connect() as connection:
        hopeful = [row.url for row in _rows(connection, list(collected.failed)) if _may_answer(row)]
        busy = polls.busy_hosts(connection, now.isoformat())
    if not hopeful:
        raise FatalFetchError(f"{told}; not tried again in this run")
    until = min(busy.get(host_of(url), now.isoformat()) for url in hopeful)
    wait = (datetime.fromisoformat(until) - now).total_seconds()
    if wait > house.settings.retry_wait_minutes_max * 60:
        raise FatalFetchError(f"{told}; asks to be left alone until {until}, a later run asks again")
    raise RetriableFetchError(told, wait if wait > 0 else None)


def _rows(connection: Connection, urls: Sequence[str]) -> list[Any]:
    return [row for some in batched(urls) for row in connection.execute(select(feeds).where(feeds.c.url.in_(some)))]


def _may_answer(row: Any) -> bool:
    is_overloaded: bool = row.last_outcome == "soft_error" and (row.last_status == BUSY or row.last_status >= 500)
    is_new: bool = row.failures < TRIES
    return is_new and (row.last_outcome == "temporary_error" or is_overloaded)
