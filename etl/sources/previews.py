"""What a run would do with a source's feeds as they are now: asked and decided as a run does, and then undone."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from etl.config import House
from etl.errors import StorageError
from etl.feeds.entries import identify, rejected_alias
from etl.model import FeedNote, Source
from etl.sources.feed_answers import FeedAnswer, read_answer
from etl.sources.feed_links import Candidate
from etl.sources.visits import Visit, ask
from etl.state import open_state
from etl.stores import frontier, polls
from etl.stores.frontier import Lease, Listing, PageJob

Fate = Literal["new", "changed", "known", "rejected"]
LEASE = timedelta(minutes=1)  # of a decision that is undone at once
LOOKS: dict[str, Fate] = {"first": "new", "again": "changed", "changed_entry": "changed"}


@dataclass(frozen=True, slots=True)
class EntryOutlook:
    """What a run would do with one entry: fetch its page (new, changed), pass it over (known) or reject it, and why."""

    fate: Fate
    headline: str | None
    link: str | None
    date_raw: str | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class FeedOutlook:
    """One feed's entries in document order; `fault` where it gave none."""

    url: str
    entries: tuple[EntryOutlook, ...]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run of one source would do now; `due_pages` are known pages that it would look at again."""

    source_id: str
    feeds: tuple[FeedOutlook, ...]
    due_pages: int


@contextmanager
def undone(house: House) -> Iterator[Connection]:
    """The state of a house, in which whatever is changed is undone at the end; an empty one where there is none yet.

    Raises StorageError.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = house.state_url if _is_made(house.state_url) else f"sqlite:///{Path(folder) / 'state.sqlite'}"
        with open_state(url).connect() as connection, connection.begin() as transaction:
            try:
                yield connection
            finally:
                transaction.rollback()


def busy_hosts(house: House, now: datetime) -> dict[str, str]:
    """The hosts that asked to be left alone beyond `now`, each with the instant until which."""
    with undone(house) as connection:
        return polls.busy_hosts(connection, now.isoformat())


def preview(house: House, visit: Visit, source: Source, now: datetime) -> Outlook:
    """What a run of a source would do now. Feeds are asked without validators, so that each entry can be told.

    WARCs that a crash left in raw/ and that the next run takes in first are not counted.
    """
    answers = [read_answer(Candidate(feed.url, "configured"), ask(visit, feed.url)) for feed in source.feeds]
    lease = Lease("preview", now.isoformat(), (now + LEASE).isoformat())
    with undone(house) as connection:
        feeds = []
        for feed, answer in zip(source.feeds, answers, strict=True):
            listing = Listing(source.source_id, feed.url, feed.section, "preview")
            note, jobs = frontier.decide(connection, listing, answer.entries, lease)
            feeds.append(FeedOutlook(feed.url, tuple(_outlooks(source, answer, note, jobs)), answer.fault))
        due = len(frontier.take_due(connection, source.source_id, lease))
    return Outlook(source.source_id, tuple(feeds), due)


def _outlooks(source: Source, answer: FeedAnswer, note: FeedNote, jobs: Sequence[PageJob]) -> Iterator[EntryOutlook]:
    """What was decided of each entry; of entries that are one story the first has the decision, the rest are known."""
    wanted = {job.note.aliases: LOOKS[job.note.look] for job in jobs}
    rejected = {reject.alias: reject.reason_text for reject in note.rejected}
    for entry, identity in zip(answer.entries, identify(answer.entries, source.source_id), strict=True):
        told = entry.headline, entry.link, entry.published_raw or entry.updated_raw
        if identity is not None:
            yield EntryOutlook(wanted.pop(identity.aliases, "known"), *told)
            continue
        why = rejected.pop(rejected_alias(entry, source.source_id), None)
        yield EntryOutlook("rejected" if why else "known", *told, why)


def _is_made(url: str) -> bool:
    """Whether a state is there; asking makes none."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite" and not (where.database and Path(where.database).exists()):
        return False
    try:
        return inspect(create_engine(where, poolclass=NullPool)).has_table("facts")
    except OperationalError as error:
        raise StorageError(f"cannot use the state database {where!r}: {error.orig}") from error
