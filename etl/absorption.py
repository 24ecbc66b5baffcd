"""How the frontier learns what a finished WARC holds: the last step of a fetch, and the way back from `raw/`.

WARCs may come in any order, and twice: what is known of a feed or a page only ever moves forward in time.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from etl.addresses import host_of
from etl.bodies import header, retry_after_seconds
from etl.feeds import entry_digest
from etl.model import ArticleNote, Capture, Payload
from etl.robots import robots_answer
from etl.schedule import news_rate
from etl.state import aliases, feeds, hosts, known_articles, robots, waiting_warcs, warc_links, warcs

ANSWERED = {"ok", "not_modified", "same_bytes"}
MOVED_FOR_GOOD = {301, 308}  # RFC 9110, sections 15.4.2 and 15.4.9
REJECTED = "rejected"  # what the alias of an unusable entry stands for
# Outcomes that may be better soon.
PASSING = {"soft_error", "temporary_error", "tls_error", "challenged", "host_busy", "robots_unavailable"}
RETRY_AFTER = timedelta(minutes=15)  # doubled with each look: seven looks reach over 32 hours
RETRY_LOOKS = 7


def absorb(connection: Connection, warc: str, captures: Iterable[Capture], revisit_hours: Sequence[float]) -> None:
    """Makes the frontier know what a finished WARC holds; absorbing it again changes nothing.

    Bodies are needed for robots.txt only. Feed validators move forward here and nowhere else: when the bytes are safe.
    """
    if connection.scalar(select(func.count()).where(warcs.c.warc == warc)):
        return
    days, count, run_id, earlier = set(), 0, "", set()
    for capture in captures:
        count, run_id = count + 1, capture.run_id
        if capture.article and capture.article.previous:
            earlier.add(capture.article.previous.warc)
        days.add(capture.place.seen_at[:10])
        _absorb_wish(connection, capture)
        _ABSORBERS[capture.kind](connection, capture, revisit_hours)
    fallback = warc.split("/", maxsplit=1)[0]
    first, last = min(days, default=fallback), max(days, default=fallback)
    connection.execute(warcs.insert().values(warc=warc, run_id=run_id, first_day=first, last_day=last, captures=count))
    connection.execute(waiting_warcs.insert().values(warc=warc))
    for other in earlier - {warc}:
        connection.execute(warc_links.insert().values(earlier=other, later=warc))


def know(connection: Connection, source_id: str, url: str, note: ArticleNote, values: dict[str, Any]) -> None:
    """Writes down what a note says of an article, with further columns of it, and the keys it answers to."""
    described = {
        "source_id": source_id,
        "identity_rule": note.identity_rule,
        "url": url,
        "entry": json.dumps(asdict(note.entry)),
        "entry_digest": entry_digest(note.entry),
        "feed_url": note.feed_url,
        "section": note.section,
        "first_seen_at": note.first_seen_at,
    }
    upsert(connection, known_articles, {"article_id": note.article_id}, described | values)
    know_keys(connection, note)


def know_keys(connection: Connection, note: ArticleNote) -> None:
    """Writes down the keys to which an article answers."""
    for alias in note.aliases:
        add(connection, aliases, {"alias": alias, "article_id": note.article_id})


def add(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Writes a row unless its key is there: a key that two stories answer to stays with the one that had it first."""
    connection.execute(_insert(connection, table).values(**values).on_conflict_do_nothing())


def upsert(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Writes a row, whether its key is there or not."""
    insert = _insert(connection, table).values(**key, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=values))


def _insert(connection: Connection, table: Table) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _absorb_wish(connection: Connection, capture: Capture) -> None:
    """Remembers until when a host asks to be left alone."""
    seconds = retry_after_seconds(capture.exchange)
    if seconds is None:
        return
    until = capture.exchange.requested_at + timedelta(seconds=seconds)
    host, not_before = host_of(capture.exchange.final_url), until.astimezone(UTC).isoformat()
    before = connection.scalar(select(hosts.c.not_before).where(hosts.c.host == host))
    if before is None or before < not_before:
        upsert(connection, hosts, {"host": host}, {"not_before": not_before})


def _absorb_feed(connection: Connection, capture: Capture, _revisit_hours: Sequence[float]) -> None:
    exchange = capture.exchange
    for rejected in capture.feed.rejected if capture.feed else ():
        upsert(connection, aliases, {"alias": rejected.alias}, {"article_id": REJECTED})
    before = connection.execute(select(feeds).where(feeds.c.url == exchange.url)).first()
    if before is not None and before.polled_at > capture.place.seen_at:
        return
    values: dict[str, Any] = {
        "source_id": capture.source_id,
        "last_outcome": exchange.outcome,
        "last_status": exchange.status,
        "polled_at": capture.place.seen_at,
        "failures": 0,
    }
    if exchange.outcome not in ANSWERED:
        values["failures"] = (before.failures if before else 0) + 1
    else:
        values |= {"answered_at": capture.place.seen_at, "news_an_hour": _news_an_hour(capture, before)}
    if exchange.outcome in {"ok", "same_bytes"}:
        values |= {"etag": _clean(header(exchange, "ETag")), "last_modified": _clean(header(exchange, "Last-Modified"))}
        is_moved = exchange.redirects and all(status in MOVED_FOR_GOOD for status, _ in exchange.redirects)
        values["moved_to"] = exchange.final_url if is_moved else None
    if exchange.outcome == "ok":
        values |= {"payload": _payload(capture), "wish_minutes": capture.feed.wish_minutes if capture.feed else None}
    upsert(connection, feeds, {"url": exchange.url}, values)


def _news_an_hour(capture: Capture, before: Row[Any] | None) -> float | None:
    """The feed's rate after this answer; null after the first, which lists what was there already."""
    if before is None or before.answered_at is None:
        return None
    since = capture.exchange.requested_at - datetime.fromisoformat(before.answered_at)
    return news_rate(before.news_an_hour, capture.feed.fetched if capture.feed else 0, since.total_seconds() / 3600)


def _payload(capture: Capture) -> str | None:
    """What later answers are compared with; null where no digest is known."""
    exchange, place = capture.exchange, capture.place
    if exchange.payload_digest is None:
        return None
    payload = Payload(exchange.payload_digest, place.capture_id, exchange.final_url, place.seen_at)
    return json.dumps(asdict(payload))


def _not_before(connection: Connection, capture: Capture) -> datetime | None:
    wished = connection.scalar(select(hosts.c.not_before).where(hosts.c.host == host_of(capture.exchange.final_url)))
    return datetime.fromisoformat(wished) if wished else None


def _absorb_robots(connection: Connection, capture: Capture, _revisit_hours: Sequence[float]) -> None:
    status, text = robots_answer(capture.exchange)
    values = {"status": status, "document": text, "fetched_at": capture.place.seen_at}
    upsert(connection, robots, {"url": capture.exchange.url}, values)


def _absorb_article(connection: Connection, capture: Capture, revisit_hours: Sequence[float]) -> None:
    note, place = capture.article, capture.place
    if note is None:
        return
    before = connection.execute(select(known_articles).where(known_articles.c.article_id == note.article_id)).first()
    if before is None or before.looked_at is None or before.looked_at <= place.seen_at:
        next_look = _next_look(capture, before, _not_before(connection, capture), revisit_hours)
        values = {"looked_at": place.seen_at, "next_look_at": next_look, "lease_holder": None, "lease_until": None}
        know(connection, capture.source_id, capture.exchange.url, note, values)
    advance: dict[str, Any] = {"looks": known_articles.c.looks + 1}
    latest = json.loads(before.capture)["seen_at"] if before and before.capture else ""
    if capture.exchange.outcome == "ok" and latest <= place.seen_at:
        advance |= {"capture": json.dumps(asdict(place)), "payload": _payload(capture)}
    connection.execute(update(known_articles).where(known_articles.c.article_id == note.article_id).values(**advance))


def _next_look(
    capture: Capture, before: Row[Any] | None, not_before: datetime | None, revisit_hours: Sequence[float]
) -> str | None:
    """When to look again: soon, then ever later, at a page that has not come yet; else as the settings say.

    `not_before` is the instant until which its host asked to be left alone; null where it did not.
    """
    assert capture.article is not None
    seen_at = datetime.fromisoformat(capture.place.seen_at)
    looks, has_come = (before.looks, before.capture is not None) if before else (0, False)
    later = [
        datetime.fromisoformat(capture.article.first_seen_at) + timedelta(hours=hours)
        for hours in sorted(revisit_hours)
    ]
    look = next((look for look in later if look > seen_at), None)
    if capture.exchange.outcome in PASSING and not has_come and looks < RETRY_LOOKS:
        look = max(seen_at + RETRY_AFTER * 2**looks, not_before or seen_at)
    return look.astimezone(UTC).isoformat() if look else None


def _clean(value: str | None) -> str | None:
    """A validator that can be sent back; null for one that no header may hold."""
    return value if value is not None and value.isprintable() else None


_ABSORBERS: dict[str, Callable[[Connection, Capture, Sequence[float]], None]] = {
    "feed": _absorb_feed,
    "robots": _absorb_robots,
    "article": _absorb_article,
}
