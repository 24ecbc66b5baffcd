"""Archives from elsewhere are copied into `raw/`: their articles' pages, each with a note of ours behind it.

Nothing is leased: what is known is looked up, and what was copied made known, in one transaction with the write lock,
so that no capture comes in twice, whoever else is at work and whenever this process dies.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine

from etl.collecting.incoming import Page, judge
from etl.collecting.origins import make_origin
from etl.config import House
from etl.errors import StorageError
from etl.model import ArticleNote, Capture, CapturePlace, Exchange, FeedEntry
from etl.state import write
from etl.stores.absorption import absorb
from etl.stores.adoption import ENTRY, PLACE
from etl.stores.lookups import known_by_alias
from etl.tables.rows import UNKNOWN
from etl.warc.archives import Fault, read_archive
from etl.warc.raw import RawFile, read_capture
from etl.warc.records import Note

OUTCOMES: Mapping[str, str] = {
    "articles": "pages copied",
    "imported": "pages that are in raw/ already",
    "older": "captures older than the latest one known of their page",
    "leased": "pages that another run is fetching; import again",
    "no_source": "pages of no configured source",
    "not_html": "answers that are no HTML",
    "not_ok": "answers with a status other than 2xx",
    "truncated": "answers that their crawler cut short",
    "too_large": "answers larger than max_page_bytes",
    "other_kinds": "requests, revisits, metadata and other records that hold no page",
    "damaged": "damaged places",
}
HEADS = 65_536  # bytes of HTTP headers that a page may have beside its body
MAX_HELD = 32_000_000  # bytes of compressed pages that wait to be written
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """Which run imports, and whose the pages are that no source claims; null where they stay out."""

    run_id: str
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an archive held: the number of records, damaged places among them, and of each outcome; they add up."""

    archive: str
    records: int
    outcomes: Mapping[str, int]

    def told(self) -> str:
        """The sums in words: "7 records = articles 4 + damaged 3"."""
        parts = (f"{name} {count:,}" for name, count in self.outcomes.items() if count)
        return f"{self.records:,} records = {' + '.join(parts) or '0'}"


def import_archive(house: House, engine: Engine, path: Path, order: Order, tell: Tell) -> Imported:
    """Copies the articles' pages of an archive that are not in `raw/` yet; what else it holds is counted.

    `tell` learns (name, bytes read, bytes in all). Raises StorageError where a store fails or the file is not readable.
    """
    intake = _Intake(house, engine, order, path.name)
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            for found, place in read_archive(stream, house.settings.max_page_bytes + HEADS):
                intake.take(found if isinstance(found, Fault) else judge(found, intake.origin, intake.now))
                tell(path.name, place, size)
    except OSError as error:
        raise StorageError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
    return intake.finish()


class _Intake:
    """What has been taken of one archive; it is written when enough is held."""

    def __init__(self, house: House, engine: Engine, order: Order, archive: str) -> None:
        self._house, self._engine, self._order, self._archive = house, engine, order, archive
        self.origin = make_origin(house.sources.values(), order.source_id)
        self.now = datetime.now(UTC)
        self._counts: Counter[str] = Counter()
        self._records = self._held = 0
        self._pages: list[Page] = []
        self._faults: list[Fault] = []

    def take(self, judged: Page | Fault | str) -> None:
        """Takes a page, a fault or the name of another outcome."""
        self._records += 1
        if isinstance(judged, str):
            self._counts[judged] += 1
            return
        if isinstance(judged, Fault):
            self._faults.append(judged)
        else:
            self._pages.append(judged)
            self._held += len(judged.member)
        is_full = len(self._pages) + len(self._faults) >= self._house.settings.max_pages_per_warc
        if is_full or self._held >= MAX_HELD:
            self._settle(is_last=False)

    def finish(self) -> Imported:
        """Writes what is left, and the sums behind it."""
        return self._settle(is_last=True)

    def _settle(self, is_last: bool) -> Imported:
        """Writes a WARC with what is held, and lets the frontier know, both or neither."""
        now = datetime.now(UTC)
        slug = re.sub(r"[^A-Za-z0-9_-]+", "-", self._order.run_id)[:80]
        warc = f"{now:%Y-%m-%d}/{now:%Y%m%dT%H%M%S%f}-{slug}.import.warc.gz"
        counts = self._counts.copy()
        with write(self._engine) as connection, RawFile(self._house.data, warc) as raw:
            known = known_by_alias(connection, [page.identity for page in self._pages])
            copies = _Copies(self._house.data, known, self._archive, now.isoformat())
            for page in sorted(self._pages, key=lambda page: page.seen_at):
                outcome = copies.outcome(page)
                counts[outcome] += 1
                if outcome == "articles":
                    copies.add(page, raw, self._order.run_id)
            counts["damaged"] += len(self._faults)
            told = Imported(self._archive, self._records, {name: counts[name] for name in OUTCOMES})
            attempts = [("bad_type", f"byte {fault.offset}: {fault.detail}") for fault in self._faults]
            attempts += [("ok", told.told())] if is_last else []
            written = [self._tell(raw, now, outcome, detail) for outcome, detail in attempts]
            if raw.captures:
                raw.settle()
                absorb(connection, warc, (*copies.captures, *written), self._house.settings.revisit_hours)
        self._counts, self._held = counts, 0
        self._pages, self._faults = [], []
        return told

    def _tell(self, raw: RawFile, now: datetime, outcome: Any, detail: str) -> Capture:
        """Writes down what came of the archive or of a place in it: a row of `fetch_log`."""
        url = f"file:{quote(self._archive)}"
        exchange = Exchange(url, url, now, 0, outcome, "", error_detail=detail)
        owner = (self._order.source_id or UNKNOWN, self._order.run_id)
        return Capture(raw.append("archive", owner, exchange), "archive", *owner, exchange)


class _Copies:
    """The pages of one WARC, each compared with what is known of it."""

    def __init__(self, data: Path, known: Mapping[str, Any], archive: str, now: str) -> None:
        self._data, self._known, self._archive, self._now = data, known, archive, now
        self.captures: list[Capture] = []
        self._copied: dict[str, Capture] = {}  # the latest of each article

    def outcome(self, page: Page) -> str:
        """What becomes of a page; pages come in order of time."""
        row = self._row(page)
        if row is not None and row.lease_holder is not None and row.lease_until > self._now:
            return "leased"
        latest = self._latest(page)
        if latest is None or page.seen_at > (seen_at := datetime.fromisoformat(latest.seen_at)):
            return "articles"
        is_known = page.seen_at == seen_at or self._is_in_chain(latest, page.seen_at)
        return "imported" if is_known else "older"

    def add(self, page: Page, raw: RawFile, run_id: str) -> None:
        """Copies a page and its note."""
        note = self._note(page)
        url = page.identity.url or page.url
        whole = Note(
            "article", page.source_id, run_id, url, page.url, page.seen_at, 0, "ok", "", page.capture_id, page.status,
            article=note,
        )  # fmt: skip
        place = raw.copy(page.member, whole)
        exchange = Exchange(url, page.url, page.seen_at, 0, "ok", "", page.status, payload_digest=page.payload_digest)
        capture = Capture(place, "article", page.source_id, run_id, exchange, article=note)
        self.captures.append(capture)
        self._copied[note.article_id] = capture

    def _row(self, page: Page) -> Any:
        return next((self._known[alias] for alias in page.identity.aliases if alias in self._known), None)

    def _article_id(self, page: Page) -> str:
        row = self._row(page)
        return row.article_id if row else page.identity.article_id

    def _latest(self, page: Page) -> CapturePlace | None:
        """The latest capture that is known of a page's article, of this WARC's or before."""
        copied, row = self._copied.get(self._article_id(page)), self._row(page)
        if copied:
            return copied.place
        return PLACE.validate_json(row.capture) if row and row.capture else None

    def _note(self, page: Page) -> ArticleNote:
        row, identity, article_id = self._row(page), page.identity, self._article_id(page)
        copied = self._copied.get(article_id)
        first = row.first_seen_at if row else page.seen_at.isoformat()
        return ArticleNote(
            article_id=article_id,
            identity_rule=row.identity_rule if row else identity.rule,
            aliases=identity.aliases,
            entry=ENTRY.validate_json(row.entry) if row else FeedEntry(link=identity.url),
            feed_url=row.feed_url if row else "",
            section=row.section if row else None,
            feed_capture_id=None,
            look="again" if copied or (row and row.looks) else "first",
            first_seen_at=copied.article.first_seen_at if copied and copied.article else first,
            previous=self._latest(page),
            archive=self._archive,
        )

    def _is_in_chain(self, place: CapturePlace | None, seen_at: datetime) -> bool:
        """Whether one of a capture and those before it was made at an instant."""
        while place is not None and (found_at := datetime.fromisoformat(place.seen_at)) >= seen_at:
            if found_at == seen_at:
                return True
            capture = read_capture(self._data, place)
            place = capture.article.previous if isinstance(capture, Capture) and capture.article else None
        return False
