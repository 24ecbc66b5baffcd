"""How the frontier learns what a finished WARC holds: the last step of a fetch, and the way back from `raw/`.

WARCs may come in any order, and twice: what is known of a feed or a page only ever moves forward in time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from etl.addresses import host_of
from etl.model import Capture
from etl.state import LOOKUP_BATCH, aliases, batched, feeds, host_files, hosts, waiting_warcs, warc_links, warcs
from etl.stores.adoption import Values, adopt, insert_into, payload_of
from etl.stores.schedule import news_rate
from etl.web.bodies import header, retry_after_seconds
from etl.web.reservations import tdmrep_answer
from etl.web.robots import robots_answer

ANSWERED = {"ok", "not_modified", "same_bytes"}
MOVED_FOR_GOOD = {301, 308}  # RFC 9110, sections 15.4.2 and 15.4.9
REJECTED = "rejected"  # what the alias of an unusable entry stands for
# Outcomes that may be better soon.
PASSING = {"soft_error", "temporary_error", "tls_error", "challenged", "host_busy", "robots_unavailable"}
RETRY_AFTER = timedelta(minutes=15)  # doubled with each look: seven looks reach over 32 hours
RETRY_LOOKS = 7


def absorb(connection: Connection, warc: str, captures: Iterable[Capture], revisit_hours: Sequence[float]) -> None:
    """Makes the frontier know what a finished WARC holds; absorbing it again changes nothing.

    Bodies are needed for robots.txt and tdmrep.json only. Feed validators move forward here and nowhere else: when the
    bytes are safe.
    """
    if connection.scalar(select(func.count()).where(warcs.c.warc == warc)):
        return
    days, count, run_id, earlier = set(), 0, "", set()
    pages: list[Capture] = []
    for capture in captures:
        count, run_id = count + 1, capture.run_id
        days.add(capture.place.seen_at[:10])
        if capture.article and capture.article.previous:
            earlier.add(capture.article.previous.warc)
        wish = _wish(capture)
        if wish is not None or len(pages) >= LOOKUP_BATCH:  # the pages before it knew nothing of the wish
            _absorb_pages(connection, pages, revisit_hours)
            pages.clear()
        if wish is not None:
            _absorb_wish(connection, *wish)
        if capture.kind in _ABSORBERS:
            _ABSORBERS[capture.kind](connection, capture)
        elif capture.article:
            is_light = not capture.exchange.body
            pages.append(capture if is_light else replace(capture, exchange=replace(capture.exchange, body=b"")))
    _absorb_pages(connection, pages, revisit_hours)
    fallback = warc.split("/", maxsplit=1)[0]
    first, last = min(days, default=fallback), max(days, default=fallback)
    connection.execute(warcs.insert().values(warc=warc, run_id=run_id, first_day=first, last_day=last, captures=count))
    connection.execute(waiting_warcs.insert().values(warc=warc))
    for other in earlier - {warc}:
        connection.execute(warc_links.insert().values(earlier=other, later=warc))


def upsert(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Writes a row, whether its key is there or not."""
    insert = insert_into(connection, table).values(**key, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=values))


def _wish(capture: Capture) -> tuple[str, str] | None:
    """The host that asks to be left alone, and until when; null where none does, and in what an archive holds."""
    seconds = retry_after_seconds(capture.exchange)
    if seconds is None or capture.kind == "archive" or (capture.article and capture.article.archive):
        return None
    until = capture.exchange.requested_at + timedelta(seconds=seconds)
    return host_of(capture.exchange.final_url), until.astimezone(UTC).isoformat()


def _absorb_wish(connection: Connection, host: str, not_before: str) -> None:
    before = connection.scalar(select(hosts.c.not_before).where(hosts.c.host == host))
    if before is None or before < not_before:
        upsert(connection, hosts, {"host": host}, {"not_before": not_before})


def _absorb_feed(connection: Connection, capture: Capture) -> None:
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
        is_moved = exchange.redirects and all(status in MOVED_FOR_GOOD for status, _ in exchange.redirects)
        values["moved_to"] = exchange.final_url if is_moved else None
        if not capture.feed or not capture.feed.waiting:  # else it must come whole again: not all it told was fetched
            values["etag"] = _clean(header(exchange, "ETag"))
            values["last_modified"] = _clean(header(exchange, "Last-Modified"))
            values |= {"payload": payload_of(capture)} if exchange.outcome == "ok" else {}
    if exchange.outcome == "ok":
        values["wish_minutes"] = capture.feed.wish_minutes if capture.feed else None
    upsert(connection, feeds, {"url": exchange.url}, values)


def _news_an_hour(capture: Capture, before: Row[Any] | None) -> float | None:
    """The feed's rate after this answer; null after the first, which lists what was there already."""
    if before is None or before.answered_at is None:
        return None
    since = capture.exchange.requested_at - datetime.fromisoformat(before.answered_at)
    return news_rate(before.news_an_hour, capture.feed.fetched if capture.feed else 0, since.total_seconds() / 3600)


def _absorb_file(connection: Connection, capture: Capture) -> None:
    read = robots_answer if capture.kind == "robots" else tdmrep_answer
    status, text = read(capture.exchange)
    values = {"status": status, "document": text, "fetched_at": capture.place.seen_at}
    upsert(connection, host_files, {"url": capture.exchange.url}, values)


def _absorb_pages(connection: Connection, pages: Sequence[Capture], revisit_hours: Sequence[float]) -> None:
    failed = {host_of(page.exchange.final_url) for page in pages if page.exchange.outcome in PASSING}
    wished = dict(_wishes(connection, sorted(failed)))

    def next_look(capture: Capture, before: Values | None) -> str | None:
        if capture.article and capture.article.archive:  # only what we fetched ourselves is followed
            return before["next_look_at"] if before else None
        return _next_look(capture, before, wished.get(host_of(capture.exchange.final_url)), revisit_hours)

    adopt(connection, pages, next_look)


def _wishes(connection: Connection, asked: Sequence[str]) -> Iterator[tuple[str, datetime]]:
    """Until when each of these hosts asked to be left alone; nothing of one that did not."""
    for some in batched(asked):
        for row in connection.execute(select(hosts).where(hosts.c.host.in_(some))):
            yield row.host, datetime.fromisoformat(row.not_before)


def _next_look(
    capture: Capture, before: Values | None, not_before: datetime | None, revisit_hours: Sequence[float]
) -> str | None:
    """When to look again: soon, then ever later, at a page that has not come yet, or not since its entry changed.

    Else as the settings say.

    `not_before` is the instant until which its host asked to be left alone; null where it did not.
    """
    assert capture.article is not None
    seen_at = datetime.fromisoformat(capture.place.seen_at)
    failed = 0 if before is None else before["looks"]
    if before and before["capture"]:
        is_awaited = before["misses"] is not None or capture.article.look == "changed_entry"
        failed = (before["misses"] or 0) if is_awaited else RETRY_LOOKS
    later = [
        datetime.fromisoformat(capture.article.first_seen_at) + timedelta(hours=hours)
        for hours in sorted(revisit_hours)
    ]
    look = next((look for look in later if look > seen_at), None)
    if capture.exchange.outcome in PASSING and failed < RETRY_LOOKS:
        look = max(seen_at + RETRY_AFTER * 2**failed, not_before or seen_at)
    has_page = capture.exchange.outcome != "feed_only"
    return look.astimezone(UTC).isoformat() if look and has_page else None


def _clean(value: str | None) -> str | None:
    """A validator that can be sent back; null for one that no header may hold."""
    return value if value is not None and value.isprintable() else None


_ABSORBERS: dict[str, Callable[[Connection, Capture], None]] = {
    "feed": _absorb_feed,
    "robots": _absorb_file,
    "tdmrep": _absorb_file,
}
