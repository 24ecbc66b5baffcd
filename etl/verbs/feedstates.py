"""How the feeds of each source stand: asked when, answered when, failing since how many times, and with what words."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from etl.addresses import host_of
from etl.collecting.collection import COLLECTED
from etl.model import Source
from etl.state import batches, feeds, warcs
from etl.stores.polls import busy_hosts, next_poll_at
from etl.stores.schedule import GONE

NEXT_WARCS = 64  # WARCs begun after a poll, among which is that of its batch: of 32 batches, and of a run beside it
REMEMBERED = timedelta(days=8)  # a feed that is gone is asked once a week; what is older would be sought in all history


class FeedStates(NamedTuple):
    """The feeds of one source. Of several the one that failed most often in a row is `worst`; null where none fails.

    `polled_at` is the last time that any was asked, `answered_at` that any answered, `next_poll_at` when the first of
    them is due; each null where it never was. `are_gone` tells that every configured feed answers 410.
    """

    polled_at: datetime | None = None
    answered_at: datetime | None = None
    next_poll_at: datetime | None = None
    worst: Any = None
    are_gone: bool = False

    @property
    def failures(self) -> int:
        """How often in a row the worst feed failed."""
        return int(self.worst.failures) if self.worst is not None else 0

    @property
    def failure(self) -> str | None:
        """What the state itself knows of the worst feed's last failure, in words."""
        if self.worst is None:
            return None
        return f"HTTP status {self.worst.last_status}" if self.worst.last_status else str(self.worst.last_outcome)


def feed_states(connection: Connection, sources: Mapping[str, Source], now: datetime) -> dict[str, FeedStates]:
    """The feeds of every source that was ever asked, by its id; of a configured one only the feeds of its file."""
    known: dict[str, list[Any]] = defaultdict(list)
    columns = [column for column in feeds.c if column.name != "payload"]
    for row in connection.execute(select(*columns)):
        known[row.source_id].append(row)
    busy = {host: datetime.fromisoformat(until) for host, until in busy_hosts(connection, now.isoformat()).items()}
    return {source_id: _states(rows, sources.get(source_id), busy) for source_id, rows in known.items()}


def run_ids(connection: Connection, states: Mapping[str, FeedStates], now: datetime) -> dict[str, str]:
    """The run that asked each source last, by the first WARC begun after it was; none where that is long ago."""
    asked = {source_id: state.polled_at for source_id, state in states.items() if state.polled_at}
    times = {source_id: at for source_id, at in asked.items() if at > now - REMEMBERED}
    begun = _begun(connection, times.values())
    stamps = [_stamp_of(row.warc) for row in begun]
    places = {source_id: bisect_left(stamps, _stamp(at)) for source_id, at in times.items()}
    return {source_id: begun[place].run_id for source_id, place in places.items() if place < len(begun)}


def reasons(connection: Connection, states: Mapping[str, FeedStates], now: datetime) -> dict[str, str]:
    """Why the worst feed of each failing source failed last, in words; none where that is long ago or forgotten."""
    failing = {source_id: state.worst for source_id, state in states.items() if state.worst is not None}
    times = {source_id: datetime.fromisoformat(row.polled_at) for source_id, row in failing.items()}
    times = {source_id: at for source_id, at in times.items() if at > now - REMEMBERED}
    begun = _begun(connection, times.values())
    stamps = [_stamp_of(row.warc) for row in begun]
    failed: dict[str, dict[str, str]] = {}
    found: dict[str, str] = {}
    for source_id, at in times.items():
        place, url = bisect_left(stamps, _stamp(at)), failing[source_id].url
        for run_id in dict.fromkeys(row.run_id for row in begun[place : place + NEXT_WARCS]):
            if run_id not in failed:
                failed[run_id] = _failed_of(connection, run_id)
            if url in failed[run_id]:
                found[source_id] = failed[run_id][url]
                break
    return found


def _states(rows: Sequence[Any], source: Source | None, busy: Mapping[str, datetime]) -> FeedStates:
    urls = {feed.url for feed in source.feeds} if source else {row.url for row in rows}
    asked = [row for row in rows if row.url in urls and row.polled_at]
    if not asked:
        return FeedStates()
    failing = [row for row in asked if row.failures]
    due = [max(at, busy.get(host_of(url), at)) for url, at in _due(asked, source)]
    return FeedStates(
        max(datetime.fromisoformat(row.polled_at) for row in asked),
        max((datetime.fromisoformat(row.answered_at) for row in asked if row.answered_at), default=None),
        min(due, default=None),
        max(failing, key=lambda row: (row.failures, row.url), default=None),
        len(asked) == len(urls) and all(row.last_status == GONE and row.failures for row in asked),
    )


def _due(asked: Sequence[Any], source: Source | None) -> Iterator[tuple[str, datetime]]:
    """From when on each feed is to be asked again; nobody asks those of a source that is configured no more."""
    if source is not None:
        yield from ((row.url, next_poll_at(row, source)) for row in asked)


def _begun(connection: Connection, times: Iterable[datetime]) -> Sequence[Any]:
    """The WARCs begun since the earliest of some times, in order, each with its run."""
    since = min(times, default=None)
    if since is None:
        return []
    at = since.astimezone(UTC)
    query = select(warcs.c.warc, warcs.c.run_id).where(warcs.c.warc >= f"{at:%Y-%m-%d}/{_stamp(at)}")
    return connection.execute(query.order_by(warcs.c.warc)).all()


def _failed_of(connection: Connection, run_id: str) -> dict[str, str]:
    """The feeds that failed in a run, each with the reason; empty where the state has forgotten the run."""
    fetched = connection.scalars(select(batches.c.fetched).where(batches.c.run_id == run_id))
    return {url: why for row in fetched for url, why in COLLECTED.validate_json(row).failed.items()}


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}"


def _stamp_of(warc: str) -> str:
    """When a WARC was begun, as its name says."""
    return warc.rpartition("/")[2].partition("-")[0]
