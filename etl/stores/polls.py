"""What is known of feeds and of the hosts that have them: how to ask, and when."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from etl.addresses import host_of, robots_url
from etl.model import FeedAddress, Payload, Source
from etl.state import batched, feeds, host_files, hosts
from etl.stores.adoption import PAYLOAD
from etl.stores.schedule import Rhythm, poll_minutes
from etl.web.reservations import tdmrep_url

FILE_LIFETIME = timedelta(hours=24)  # RFC 9309, section 2.4; tdmrep.json names none of its own
EARLY_SHARE = 0.1  # of its interval; else a poll some seconds after the last one would wait for the next schedule


def validators(connection: Connection, url: str) -> dict[str, str]:
    """The conditional request headers of a feed; empty where it was never fetched or gives no validators."""
    row = connection.execute(select(feeds.c.etag, feeds.c.last_modified).where(feeds.c.url == url)).first()
    named = (("If-None-Match", row.etag), ("If-Modified-Since", row.last_modified)) if row else ()
    return {name: value for name, value in named if value}


def latest_payload(connection: Connection, url: str) -> Payload | None:
    """The payload of a feed's last whole answer; null where none is known."""
    found = connection.scalar(select(feeds.c.payload).where(feeds.c.url == url))
    return PAYLOAD.validate_json(found) if found else None


def due_feeds(connection: Connection, source: Source, now: datetime) -> list[FeedAddress]:
    """The feeds of a source that are to be asked by now, in the file's order; none of a host that asked to be left."""
    busy = busy_hosts(connection, now.isoformat())
    urls = [feed.url for feed in source.feeds]
    known = {row.url: row for row in connection.execute(select(feeds).where(feeds.c.url.in_(urls)))}
    return [
        feed for feed in source.feeds if host_of(feed.url) not in busy and _has_come(known.get(feed.url), source, now)
    ]


def _has_come(row: Any, source: Source, now: datetime) -> bool:
    """Whether the time to ask a feed has come; `row` is what is known of it, null for one that was never asked."""
    return row is None or next_poll_at(row, source) <= now


def next_poll_at(row: Any, source: Source) -> datetime:
    """From when on a feed is to be asked again, by what is known of it."""
    rhythm = Rhythm(row.news_an_hour, row.wish_minutes, row.failures, row.last_outcome, row.last_status)
    minutes = poll_minutes(row.url, rhythm, source.interval_minutes, source.interval_max_minutes)
    return datetime.fromisoformat(row.polled_at) + timedelta(minutes=minutes * (1 - EARLY_SHARE))


def busy_hosts(connection: Connection, now: str) -> dict[str, str]:
    """The hosts that asked to be left alone beyond `now`, each with the instant until which."""
    rows = connection.execute(select(hosts).where(hosts.c.not_before > now))
    return {row.host: row.not_before for row in rows}


def known_host_files(connection: Connection, urls: Iterable[str], now: datetime) -> dict[str, tuple[int | None, str]]:
    """(status, text) of robots.txt and tdmrep.json of each host, by their address, where they answered within a day."""
    wanted = sorted({address for url in urls for address in (robots_url(url), tdmrep_url(url))})
    since = (now - FILE_LIFETIME).isoformat()
    found: dict[str, tuple[int | None, str]] = {}
    for some in batched(wanted):
        query = select(host_files).where(host_files.c.url.in_(some))
        rows = connection.execute(query.where(host_files.c.fetched_at > since, host_files.c.status.is_not(None)))
        found |= {row.url: (row.status, row.document) for row in rows}
    return found
