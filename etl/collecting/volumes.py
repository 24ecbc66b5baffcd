"""The WARCs of one batch: a new one begins when the last holds enough; each is absorbed once it is durable."""

import hashlib
import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine

from etl.collecting.answers import Answer
from etl.config import House
from etl.model import ArticleNote, Capture, CapturePlace, FeedNote
from etl.state import write
from etl.stores import frontier
from etl.stores.absorption import absorb
from etl.stores.frontier import Lease
from etl.warc.raw import RawFile

SLUG_LENGTH = 80  # of a file name's 255 bytes


class Volumes:
    """Takes answers and writes them; what was not settled when the block is left leaves nothing."""

    def __init__(self, house: House, engine: Engine, lease: Lease, batch: str):
        self._house, self._engine, self._lease = house, engine, lease
        self._name = f"{_slug(lease.run_id)}.{_slug(batch)}"
        self._open = ExitStack()
        self._raw: RawFile | None = None
        self._written: list[Capture] = []
        self._settled: list[str] = []

    def __enter__(self) -> "Volumes":
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def append(self, answer: Answer) -> None:
        """Writes one answer. Raises StorageError, and RetriableFetchError where the lease of its page is lost."""
        if self._raw is None:
            now = datetime.now(UTC)
            warc = f"{now:%Y-%m-%d}/{now:%Y%m%dT%H%M%S%f}-{self._name}.warc.gz"
            self._raw = self._open.enter_context(RawFile(self._house.data, warc))
        place = self._raw.append(answer.kind, (answer.source_id, self._lease.run_id), answer.exchange, answer.reason)
        self._written.append(_without_body(answer, place, self._lease.run_id))
        if self._raw.captures >= self._house.settings.max_pages_per_warc:
            self.settle()

    def settle(self) -> tuple[str, ...]:
        """Puts the open WARC in place and lets the frontier know; returns all WARCs of the batch so far.

        Both happen under the write lock, so that a WARC is in `raw/` only if its pages were leased to this try.
        """
        if self._raw is not None:
            with write(self._engine) as connection:
                pages = [capture.article.article_id for capture in self._written if capture.article]
                frontier.require(connection, pages, self._lease)
                self._raw.settle()
                absorb(connection, self._raw.warc, self._written, self._house.settings.revisit_hours)
            self._open.close()
            self._settled.append(self._raw.warc)
            self._raw, self._written = None, []
        return tuple(self._settled)


def _without_body(answer: Answer, place: CapturePlace, run_id: str) -> Capture:
    """What the frontier needs of an answer: everything but the body, unless a host's file is in it."""
    exchange = answer.exchange if answer.kind in {"robots", "tdmrep"} else replace(answer.exchange, body=b"")
    feed = answer.reason if isinstance(answer.reason, FeedNote) else None
    article = answer.reason if isinstance(answer.reason, ArticleNote) else None
    return Capture(place, answer.kind, answer.source_id, run_id, exchange, feed, article)


def _slug(name: str) -> str:
    """A run id or batch name as part of a file name: other characters become '-', a long one ends in its digest."""
    slug = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
    if len(slug) <= SLUG_LENGTH:
        return slug
    return f"{slug[: SLUG_LENGTH - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
