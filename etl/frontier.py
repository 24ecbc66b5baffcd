"""What is known, what is due, what to look at again.

Everything here can be made again from `raw/`: `absorb` is both the last step of a fetch and the way back. A page
is leased to one run before it is asked for, so that two runs at once never fetch one entry twice.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from etl.addresses import host_of, robots_url
from etl.feeds import entry_digest, identify, rejected_alias
from etl.model import ArticleNote, Capture, CapturePlace, FeedEntry, FeedNote, Identity, RejectedEntry, Source
from etl.raw import header
from etl.state import aliases, feeds, known_articles, robots, warcs

ROBOTS_LIFETIME = timedelta(hours=24)  # RFC 9309, section 2.4
SAMPLE_LENGTH = 200
REJECTED = "rejected"  # what the alias of an unusable entry stands for
LOOKUP_BATCH = 500  # parameters of one statement; SQLite takes 32,766, PostgreSQL 65,535
PLACE = TypeAdapter(CapturePlace | None)
ENTRY = TypeAdapter(FeedEntry)
Look = Literal["first", "again", "changed_entry"]


@dataclass(frozen=True, slots=True)
class PageJob:
    """One page to fetch, with what will be noted about it."""

    source_id: str
    url: str
    note: ArticleNote

    @property
    def host(self) -> str:
        """The host that is asked."""
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who takes pages and until when they are its own (ISO 8601, UTC)."""

    run_id: str
    now: str
    until: str


def validators(connection: Connection, url: str) -> dict[str, str]:
    """The conditional request headers of a feed; empty where it was never fetched or gives no validators."""
    row = connection.execute(select(feeds.c.etag, feeds.c.last_modified).where(feeds.c.url == url)).first()
    named = (("If-None-Match", row.etag), ("If-Modified-Since", row.last_modified)) if row else ()
    return {name: value for name, value in named if value}


def is_due(connection: Connection, source: Source, now: datetime) -> bool:
    """Whether a source's interval has passed for any of its feeds, or a page of it is due for another look."""
    since = (now - timedelta(minutes=source.interval_minutes)).isoformat()
    urls = [feed.url for feed in source.feeds]
    fresh = connection.scalar(select(func.count()).where(feeds.c.url.in_(urls), feeds.c.polled_at > since))
    return (fresh or 0) < len(urls) or bool(due_pages(connection, source.source_id, now.isoformat(), limit=1))


def decide(
    connection: Connection,
    source: Source,
    feed: tuple[str, str | None, str],
    entries: Sequence[FeedEntry],
    lease: Lease,
    taken: set[str],
) -> tuple[FeedNote, list[PageJob]]:
    """What becomes of each entry of one feed document, and the pages to fetch, leased.

    `feed` is (address, section, capture id). `taken` holds the article ids that this batch has met; it grows. An
    entry is fetched when it is new or when the publisher has changed it since.
    """
    url, section, capture_id = feed
    identities = identify(entries, source.source_id)
    known = _known(connection, identities)
    counts = {"known": 0, "repeated": 0}
    jobs: list[PageJob] = []
    rejected: list[RejectedEntry] = []
    for entry, identity in zip(entries, identities, strict=True):
        if identity is None:
            alias = rejected_alias(entry, source.source_id)
            if connection.scalar(select(func.count()).where(aliases.c.alias == alias)):
                counts["known"] += 1
            else:
                rejected.append(_reject(entry, alias, url))
            continue
        row = next((known[alias] for alias in identity.aliases if alias in known), None)
        article_id = row.article_id if row else identity.article_id
        if article_id in taken:
            counts["repeated"] += 1
        elif row and not _is_wanted(row, entry, lease):
            counts["known"] += 1
        else:
            taken.add(article_id)
            jobs.append(_job(source.source_id, identity, entry, (url, section, capture_id), row, lease))
    _lease(connection, jobs, lease)
    undated = sum(1 for entry in entries if not entry.published_raw and not entry.updated_raw)
    return FeedNote(len(entries), len(jobs), counts["known"], counts["repeated"], undated, tuple(rejected)), jobs


def take_due(connection: Connection, source_id: str, lease: Lease, taken: set[str]) -> list[PageJob]:
    """The pages of a source that are to be looked at again by now, leased."""
    jobs = []
    for row in due_pages(connection, source_id, lease.now):
        if row.article_id not in taken and not _is_leased(row, lease):
            taken.add(row.article_id)
            entry = ENTRY.validate_json(row.entry)
            identity = Identity(row.article_id, row.identity_rule, row.url, ())
            jobs.append(_job(source_id, identity, entry, (row.feed_url, row.section, None), row, lease))
    _lease(connection, jobs, lease)
    return jobs


def due_pages(connection: Connection, source_id: str, now: str, limit: int | None = None) -> Sequence[Any]:
    """Rows of known articles of a source whose next look is at or before `now`, the longest due first."""
    query = select(known_articles).where(known_articles.c.source_id == source_id, known_articles.c.next_look_at <= now)
    return connection.execute(query.order_by(known_articles.c.next_look_at).limit(limit)).all()


def robots_documents(connection: Connection, urls: Iterable[str], now: datetime) -> dict[str, tuple[int | None, str]]:
    """(status, text) of the robots.txt of each host, by its address, where one was fetched within a day."""
    wanted = sorted({robots_url(url) for url in urls})
    since = (now - ROBOTS_LIFETIME).isoformat()
    rows = connection.execute(select(robots).where(robots.c.url.in_(wanted), robots.c.fetched_at > since))
    return {row.url: (row.status, row.document) for row in rows}


def absorb(connection: Connection, warc: str, captures: Iterable[Capture], revisit_hours: Sequence[float]) -> None:
    """Makes the frontier know what a finished WARC holds; absorbing it again changes nothing.

    Bodies are needed for robots.txt only. Feed validators move forward here and nowhere else: when the bytes are safe.
    """
    if connection.scalar(select(func.count()).where(warcs.c.warc == warc)):
        return
    days, count, run_id = set(), 0, ""
    for capture in captures:
        count, run_id = count + 1, capture.run_id
        days.add(capture.place.seen_at[:10])
        _ABSORBERS[capture.kind](connection, capture, revisit_hours)
    fallback = warc.split("/", maxsplit=1)[0]
    first, last = min(days, default=fallback), max(days, default=fallback)
    connection.execute(warcs.insert().values(warc=warc, run_id=run_id, first_day=first, last_day=last, captures=count))


def forget(connection: Connection) -> None:
    """Empties the frontier, so that it can be made again from `raw/`."""
    for table in (feeds, known_articles, aliases, robots, warcs):
        connection.execute(delete(table))


def _absorb_feed(connection: Connection, capture: Capture, _revisit_hours: Sequence[float]) -> None:
    exchange = capture.exchange
    values: dict[str, Any] = {"last_outcome": exchange.outcome, "polled_at": capture.place.seen_at, "failures": 0}
    if exchange.outcome == "ok":
        values |= {"etag": header(exchange, "ETag"), "last_modified": header(exchange, "Last-Modified")}
    elif exchange.outcome != "not_modified":
        failures = connection.scalar(select(feeds.c.failures).where(feeds.c.url == exchange.url))
        values["failures"] = (failures or 0) + 1
    for rejected in capture.feed.rejected if capture.feed else ():
        _upsert(connection, aliases, {"alias": rejected.alias}, {"article_id": REJECTED})
    _upsert(connection, feeds, {"url": exchange.url}, values | {"source_id": capture.source_id})


def _absorb_robots(connection: Connection, capture: Capture, _revisit_hours: Sequence[float]) -> None:
    text = capture.exchange.body.decode("utf-8", errors="replace") if capture.exchange.outcome == "ok" else ""
    values = {"status": capture.exchange.status, "document": text, "fetched_at": capture.place.seen_at}
    _upsert(connection, robots, {"url": capture.exchange.url}, values)


def _absorb_article(connection: Connection, capture: Capture, revisit_hours: Sequence[float]) -> None:
    note = capture.article
    if note is None:
        return
    seen_at = datetime.fromisoformat(capture.place.seen_at)
    looks = [datetime.fromisoformat(note.first_seen_at) + timedelta(hours=hours) for hours in revisit_hours]
    next_look = next((look.astimezone(UTC).isoformat() for look in looks if look > seen_at), None)
    values: dict[str, Any] = {"next_look_at": next_look, "lease_run": None, "lease_until": None}
    if capture.exchange.outcome == "ok":
        values["capture"] = json.dumps(asdict(capture.place))
    _know(connection, capture.source_id, capture.exchange.url, note, values)
    query = update(known_articles).where(known_articles.c.article_id == note.article_id)
    connection.execute(query.values(looks=known_articles.c.looks + 1))


_ABSORBERS: dict[str, Callable[[Connection, Capture, Sequence[float]], None]] = {
    "feed": _absorb_feed,
    "robots": _absorb_robots,
    "article": _absorb_article,
}


def _know(connection: Connection, source_id: str, url: str, note: ArticleNote, values: dict[str, Any]) -> None:
    described = {
        "source_id": source_id,
        "identity_rule": note.identity_rule,
        "url": url,
        "entry": json.dumps(asdict(note.entry), ensure_ascii=False),
        "entry_digest": entry_digest(note.entry),
        "feed_url": note.feed_url,
        "section": note.section,
        "first_seen_at": note.first_seen_at,
    }
    _upsert(connection, known_articles, {"article_id": note.article_id}, described | values)
    for alias in note.aliases:
        _upsert(connection, aliases, {"alias": alias}, {"article_id": note.article_id})


def _lease(connection: Connection, jobs: Iterable[PageJob], lease: Lease) -> None:
    """Takes the pages; a page that was never captured stays due, so that a run that dies loses none."""
    for job in jobs:
        values: dict[str, Any] = {"lease_run": lease.run_id, "lease_until": lease.until}
        if job.note.look == "first":
            _know(connection, job.source_id, job.url, job.note, values | {"next_look_at": lease.now})
        else:
            query = update(known_articles).where(known_articles.c.article_id == job.note.article_id)
            connection.execute(query.values(**values))


def _known(connection: Connection, identities: Iterable[Identity | None]) -> dict[str, Any]:
    """Known articles by each alias that they answer to."""
    wanted = [alias for identity in identities if identity for alias in identity.aliases]
    found: dict[str, Any] = {}
    for start in range(0, len(wanted), LOOKUP_BATCH):
        query = select(aliases.c.alias, known_articles).join(
            known_articles, known_articles.c.article_id == aliases.c.article_id
        )
        for row in connection.execute(query.where(aliases.c.alias.in_(wanted[start : start + LOOKUP_BATCH]))):
            found[row.alias] = row
    return found


def _is_wanted(row: Any, entry: FeedEntry, lease: Lease) -> bool:
    """Whether a known entry is fetched now: changed by its publisher, or taken by a run that died before it came."""
    if _is_leased(row, lease):
        return False
    never_captured = row.capture is None and row.looks == 0
    return never_captured or bool(row.entry_digest != entry_digest(entry))


def _is_leased(row: Any, lease: Lease) -> bool:
    return row.lease_run is not None and row.lease_run != lease.run_id and row.lease_until > lease.now


def _job(
    source_id: str,
    identity: Identity,
    entry: FeedEntry,
    feed: tuple[str, str | None, str | None],
    row: Any,
    lease: Lease,
) -> PageJob:
    look: Look = "first" if row is None or row.looks == 0 else "changed_entry" if feed[2] else "again"
    note = ArticleNote(
        article_id=row.article_id if row else identity.article_id,
        identity_rule=row.identity_rule if row else identity.rule,
        aliases=identity.aliases,
        entry=entry,
        feed_url=feed[0],
        section=feed[1],
        feed_capture_id=feed[2],
        look=look,
        first_seen_at=row.first_seen_at if row else lease.now,
        previous=PLACE.validate_json(row.capture) if row and row.capture else None,
    )
    return PageJob(source_id, identity.url, note)


def _reject(entry: FeedEntry, alias: str, feed_url: str) -> RejectedEntry:
    why = f"the address {entry.link!r} is no http(s) address" if entry.link else "the entry has no address"
    return RejectedEntry(alias, "entry_unusable", f"feed {feed_url!r}: {why}", repr(entry)[:SAMPLE_LENGTH])


def _upsert(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table).values(**key, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=values))
