"""How the frontier writes down what it learns of articles: many at once, in a few statements."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from etl.feeds.entries import entry_digest
from etl.feeds.fulltexts import lacks_page
from etl.model import ArticleNote, Capture, CapturePlace, FeedEntry, Payload
from etl.state import aliases, batched, known_articles

CAME = {"ok", "same_bytes", "feed_only"}
ENTRY = TypeAdapter(FeedEntry)
PAYLOAD = TypeAdapter(Payload)
PLACE = TypeAdapter(CapturePlace)
Values = dict[str, Any]
NextLook = Callable[[Capture, Values | None], str | None]


def adopt(connection: Connection, captures: Sequence[Capture], next_look: NextLook) -> None:
    """Makes the frontier know captures of articles, in their order; what is known of one only moves forward in time.

    `next_look` tells when to look at an article again after a capture, given the row as it was before, null where the
    article was not known.
    """
    noted = [(capture, capture.article) for capture in captures if capture.article]
    known: dict[str, Values] = {}
    for some in batched(sorted({note.article_id for _, note in noted})):
        rows = connection.execute(select(known_articles).where(known_articles.c.article_id.in_(some)))
        known |= {row.article_id: row._asdict() for row in rows}
    for capture, note in noted:
        known[note.article_id] = _moved(known.get(note.article_id), capture, note, next_look)
    know(connection, list(known.values()))
    know_keys(connection, (note for _, note in noted))


def know(connection: Connection, rows: Sequence[Values]) -> None:
    """Writes rows of known articles, whether an article is there or not; all name the same columns.

    The other columns of an article that is there stay as they are.
    """
    if rows:
        insert = insert_into(connection, known_articles)
        told = {name: insert.excluded[name] for name in rows[0] if name != "article_id"}
        connection.execute(insert.on_conflict_do_update(index_elements=["article_id"], set_=told), rows)


def know_keys(connection: Connection, notes: Iterable[ArticleNote]) -> None:
    """Writes down the keys to which articles answer; one of two stories stays with the story that had it first."""
    keys = [{"alias": alias, "article_id": note.article_id} for note in notes for alias in note.aliases]
    if keys:
        connection.execute(insert_into(connection, aliases).on_conflict_do_nothing(), keys)


def described(source_id: str, url: str, note: ArticleNote) -> Values:
    """The columns of a known article that its note tells."""
    return {
        "source_id": source_id,
        "identity_rule": note.identity_rule,
        "url": url,
        "entry": ENTRY.dump_json(note.entry).decode(),
        "entry_digest": entry_digest(note.entry),
        "feed_url": note.feed_url,
        "section": note.section,
        "first_seen_at": note.first_seen_at,
    }


def payload_of(capture: Capture) -> str | None:
    """What later answers are compared with; null where no digest is known."""
    exchange, place = capture.exchange, capture.place
    if exchange.payload_digest is None:
        return None
    payload = Payload(exchange.payload_digest, place.capture_id, exchange.final_url, place.seen_at)
    return PAYLOAD.dump_json(payload).decode()


def insert_into(connection: Connection, table: Table) -> Any:
    """An insert that may say what happens where the key is there."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _moved(before: Values | None, capture: Capture, note: ArticleNote, next_look: NextLook) -> Values:
    """The row of a known article after a capture; `before` is null where it was not known."""
    place = capture.place
    row: Values = dict(before) if before else dict.fromkeys(known_articles.c.keys()) | {"looks": 0}
    latest = json.loads(row["capture"])["seen_at"] if row["capture"] else ""
    has_text = note.entry.content is not None and lacks_page(capture.exchange)
    if (capture.exchange.outcome == "ok" or has_text) and latest <= place.seen_at:
        row |= {"capture": PLACE.dump_json(place).decode(), "payload": payload_of(capture)}
    if row["looked_at"] is None or row["looked_at"] <= place.seen_at:
        # A feed's text is kept until there is a capture to read: the feed may list it no more when the page fails.
        is_kept = note.entry.content is None or not row["capture"]
        told = note if is_kept else replace(note, entry=replace(note.entry, content=None))
        row |= described(capture.source_id, capture.exchange.url, told)
        row |= {"article_id": note.article_id, "looked_at": place.seen_at, "lease_holder": None, "lease_until": None}
        row["next_look_at"] = next_look(capture, before)
        row["misses"] = _misses(before, capture, note)
    return row | {"looks": row["looks"] + 1}


def _misses(before: Values | None, capture: Capture, note: ArticleNote) -> int | None:
    """How often a changed entry's page has failed to come by now; null where it came, or the entry has not changed."""
    earlier = before["misses"] if before else None
    if capture.exchange.outcome in CAME or (earlier is None and note.look != "changed_entry"):
        return None
    return (earlier or 0) + 1
