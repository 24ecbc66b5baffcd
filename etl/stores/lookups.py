"""What the frontier knows of articles, looked up: what is due, where a page lies, which story answers to a key."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from etl.addresses import normal_url
from etl.model import CapturePlace, Identity
from etl.state import aliases, batched, known_articles
from etl.stores.adoption import PLACE


def due_pages(connection: Connection, source_id: str, now: str, limit: int | None = None) -> Sequence[Any]:
    """Rows of known articles of a source whose next look is at or before `now`, the longest due first."""
    query = select(known_articles).where(known_articles.c.source_id == source_id, known_articles.c.next_look_at <= now)
    return connection.execute(query.order_by(known_articles.c.next_look_at).limit(limit)).all()


def latest_capture(connection: Connection, url: str) -> CapturePlace | None:
    """Where the newest capture of a page lies that gave an answer; null for a page that no feed listed."""
    query = select(known_articles.c.capture).where(known_articles.c.url.in_({url, normal_url(url) or url}))
    found = connection.scalars(query.where(known_articles.c.capture.is_not(None))).all()
    places = [PLACE.validate_json(place) for place in found]
    return max(places, key=lambda place: place.seen_at, default=None)


def known_by_alias(connection: Connection, identities: Iterable[Identity | None]) -> dict[str, Any]:
    """Known articles by each alias that they answer to."""
    wanted = [alias for identity in identities if identity for alias in identity.aliases]
    found: dict[str, Any] = {}
    query = select(aliases.c.alias, known_articles).join(
        known_articles, known_articles.c.article_id == aliases.c.article_id
    )
    for some in batched(wanted):
        found |= {row.alias: row for row in connection.execute(query.where(aliases.c.alias.in_(some)))}
    return found
