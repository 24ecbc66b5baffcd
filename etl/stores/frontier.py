"""What is known, what is due, what to look at again.

Everything here can be made again from `raw/`: see `absorption`. A page is leased before it is asked for, so that
two runs at once never fetch one entry twice.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Connection, func, select, update

from etl.addresses import host_of, normal_url
from etl.errors import RetriableFetchError
from etl.feeds.entries import entry_digest, identify, rejected_alias
from etl.model import ArticleNote, FeedEntry, FeedNote, Identity, Payload, RejectedEntry, Source
from etl.state import aliases, batched, known_articles
from etl.stores.adoption import ENTRY, PAYLOAD, PLACE, described, know, know_keys
from etl.stores.lookups import due_pages, known_by_alias
from etl.stores.polls import due_feeds

SAMPLE_LENGTH = 200
Look = Literal["first", "again", "changed_entry"]


@dataclass(frozen=True, slots=True)
class PageJob:
    """One page to fetch, with what will be noted about it.

    `earlier` is the payload that the page had at the last look, where the same bytes would say nothing new.
    """

    source_id: str
    url: str
    note: ArticleNote
    earlier: Payload | None = None

    @property
    def host(self) -> str:
        """The host that is asked."""
        return host_of(self.url)

    @property
    def has_page(self) -> bool:
        """Whether there is an address to ask; one that has none goes by its feed's."""
        return self.url != self.note.feed_url


@dataclass(frozen=True, slots=True)
class Listing:
    """A feed document as it was fetched for a source: the feed's address and section, and its capture id."""

    source_id: str
    url: str
    section: str | None
    capture_id: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """One try of a run that takes pages, and until when they are its own (ISO 8601, UTC).

    `taken` holds article ids and aliases of what this try has met; it grows. A second try of the same run takes over
    what the first one held; `require` tells the first one so, should it live.
    """

    run_id: str
    now: str
    until: str
    taken: set[str] = field(default_factory=set)
    holder: str = field(default_factory=lambda: uuid4().hex)

    @property
    def stamp(self) -> str:
        """What stands in the state for this try."""
        return f"{self.run_id} {self.holder}"


def is_due(connection: Connection, source: Source, now: datetime) -> bool:
    """Whether any feed of a source is to be asked by now, or a page of it is due for another look."""
    due = due_feeds(connection, source, now)
    return bool(due) or bool(due_pages(connection, source.source_id, now.isoformat(), limit=1))


def decide(
    connection: Connection, listing: Listing, entries: Sequence[FeedEntry], lease: Lease
) -> tuple[FeedNote, list[PageJob]]:
    """What becomes of each entry of one feed document, and the pages to fetch, leased.

    An entry is fetched when it is new or when the publisher has changed it since.
    """
    identities = identify(entries, listing.source_id)
    known = known_by_alias(connection, identities)
    unusable = [entry for entry, identity in zip(entries, identities, strict=True) if identity is None]
    rejected, counts = _refuse(connection, unusable, listing, lease)
    jobs: list[PageJob] = []
    later: list[PageJob] = []
    for entry, identity in zip(entries, identities, strict=True):
        if identity is None:
            continue
        row = next((known[alias] for alias in identity.aliases if alias in known), None)
        keys = {row.article_id if row else identity.article_id, *identity.aliases}
        if lease.taken & keys:
            counts["repeated"] += 1
            continue
        is_changed = row is None or _is_changed(row, entry, listing)
        is_wanted = row is None or _is_wanted(row, is_changed, lease)
        if is_wanted or is_changed:
            (jobs if is_wanted else later).append(_job(identity, entry, listing, row, lease))
            lease.taken.update(keys)
        if not is_wanted:
            counts["known"] += 1
            counts["waiting"] += is_changed or _is_leased(row, lease)
    _take(connection, jobs, lease)
    _postpone(connection, later, known, lease)
    undated = sum(1 for entry in entries if not entry.published_raw and not entry.updated_raw)
    return FeedNote(len(entries), len(jobs), undated=undated, rejected=tuple(rejected), **counts), jobs


def take_due(connection: Connection, source_id: str, lease: Lease) -> list[PageJob]:
    """The pages of a source that are to be looked at again by now, leased."""
    jobs = []
    for row in due_pages(connection, source_id, lease.now):
        if row.article_id not in lease.taken and not _is_leased(row, lease):
            lease.taken.add(row.article_id)
            entry, listing = ENTRY.validate_json(row.entry), Listing(source_id, row.feed_url, row.section, None)
            identity = Identity(row.article_id, row.identity_rule, row.url, _keys(row, entry))
            jobs.append(_job(identity, entry, listing, row, lease))
    _take(connection, jobs, lease)
    return jobs


def require(connection: Connection, article_ids: Sequence[str], lease: Lease) -> None:
    """Passes while the pages are still leased to this try, else raises RetriableFetchError.

    A try that slept beyond its lease, or whose run was started again, must not bring in pages a second time.
    """
    for some in batched(article_ids):
        query = select(func.count()).where(known_articles.c.article_id.in_(some))
        held = connection.scalar(query.where(known_articles.c.lease_holder == lease.stamp)) or 0
        if held < len(some):
            raise RetriableFetchError(
                f"run {lease.run_id!r}: {len(some) - held} of {len(some)} pages are no longer leased to this try; "
                "what it fetched is not kept, another try has them"
            )


def _refuse(
    connection: Connection, entries: Sequence[FeedEntry], listing: Listing, lease: Lease
) -> tuple[list[RejectedEntry], Counter[str]]:
    """Entries that cannot be followed: those that are told for the first time, and how many of the others there are."""
    keys = [rejected_alias(entry, listing.source_id) for entry in entries]
    told: set[str] = set()
    for some in batched(keys):
        told.update(connection.scalars(select(aliases.c.alias).where(aliases.c.alias.in_(some))))
    rejected: list[RejectedEntry] = []
    counts = Counter(known=0, repeated=0, waiting=0)
    for entry, alias in zip(entries, keys, strict=True):
        if alias in lease.taken or alias in told:
            counts["repeated" if alias in lease.taken else "known"] += 1
        else:
            rejected.append(_reject(entry, alias, listing.url))
        lease.taken.add(alias)
    return rejected, counts


def _take(connection: Connection, jobs: Sequence[PageJob], lease: Lease) -> None:
    """Leases the pages; a page that was never captured stays due, so that a run that dies loses none."""
    values: dict[str, Any] = {"lease_holder": lease.stamp, "lease_until": lease.until}
    first = [job for job in jobs if job.note.look == "first"]
    own = values | {"next_look_at": lease.now}
    know(connection, [{"article_id": job.note.article_id, **described(job.source_id, job.url, job.note), **own}
                      for job in first])  # fmt: skip
    for some in batched([job.note.article_id for job in jobs if job.note.look != "first"]):
        connection.execute(update(known_articles).where(known_articles.c.article_id.in_(some)).values(**values))
    know_keys(connection, (job.note for job in jobs))


def _postpone(connection: Connection, jobs: Sequence[PageJob], known: Mapping[str, Any], lease: Lease) -> None:
    """Makes changed entries due that cannot be fetched now: as soon as the lease is over, or the clock is there."""
    seen = {row.article_id: row.looked_at or "" for row in known.values()}
    rows = [
        {"article_id": job.note.article_id, **described(job.source_id, job.url, job.note), "misses": 0}
        | {"next_look_at": max(lease.now, seen[job.note.article_id])}
        for job in jobs
    ]
    know(connection, rows)


def _keys(row: Any, entry: FeedEntry) -> tuple[str, ...]:
    """The keys that a known entry answers to: raw/ may not have them yet, where its first look died with its run.

    A guid that named no story when it was first seen is none of them.
    """
    (identity,) = identify([entry], row.source_id)
    found = identity.aliases if identity else ()
    return found if row.identity_rule == "guid" else found[-1:]


def _is_wanted(row: Any, is_changed: bool, lease: Lease) -> bool:
    """Whether a known entry is fetched now: changed by its publisher, or taken by a run that died before it came.

    Not while the clock stands before the last look at it, where a capture could not follow that one.
    """
    if _is_leased(row, lease) or (row.looked_at or "") > lease.now:
        return False
    return is_changed or (row.capture is None and row.looks == 0)


def _is_changed(row: Any, entry: FeedEntry, listing: Listing) -> bool:
    """Whether the publisher changed an entry, by its words or by giving it the page that it had not.

    Another feed that tells the story in other words changes nothing.
    """
    has_come = row.url == row.feed_url and entry.link is not None and normal_url(entry.link) is not None
    return bool(row.feed_url == listing.url and (has_come or row.entry_digest != entry_digest(entry)))


def _is_leased(row: Any, lease: Lease) -> bool:
    """Whether another run has the page; an earlier try of the same run is over or about to learn so."""
    if row.lease_holder is None or row.lease_until <= lease.now:
        return False
    return bool(row.lease_holder.rpartition(" ")[0] != lease.run_id)


def _job(identity: Identity, entry: FeedEntry, listing: Listing, row: Any, lease: Lease) -> PageJob:
    look: Look = "first" if row is None or row.looks == 0 else "changed_entry" if listing.capture_id else "again"
    note = ArticleNote(
        article_id=row.article_id if row else identity.article_id,
        identity_rule=row.identity_rule if row else identity.rule,
        aliases=identity.aliases,
        entry=entry,
        feed_url=listing.url,
        section=listing.section,
        feed_capture_id=listing.capture_id,
        look=look,
        first_seen_at=row.first_seen_at if row else lease.now,
        previous=PLACE.validate_json(row.capture) if row and row.capture else None,
    )
    is_same = look == "again" and row.misses is None
    earlier = PAYLOAD.validate_json(row.payload) if is_same and row.payload else None
    return PageJob(listing.source_id, identity.url or listing.url, note, earlier)


def _reject(entry: FeedEntry, alias: str, feed_url: str) -> RejectedEntry:
    why = f"the address {entry.link!r} is no http(s) address" if entry.link else "the entry has no address"
    why += ", and no name or day to be known by" if entry.content else ""
    entry = replace(entry, content=None)
    sample = json.dumps(asdict(entry), ensure_ascii=False)[:SAMPLE_LENGTH]
    return RejectedEntry(alias, "entry_unusable", f"feed {feed_url!r}: {why}", sample)
