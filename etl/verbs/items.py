"""One capture of a page becomes an item: its row and its mentions, or the reason why there are none."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl.errors import ArticleError
from etl.model import Article, ArticleNote, Capture, CapturePlace, FeedEntry, Mention, Reject, SiteTerms
from etl.reading.articles import Reading, read_article
from etl.tables.rowchecks import Breach, row_check
from etl.tables.rows import Row, article_row, mention_rows
from etl.tables.schema import TABLES
from etl.warc.raw import read_capture
from etl.warc.records import Damage
from etl.web.bodies import decoded_body, header
from etl.web.reservations import reserved_by, resolve_reservations

FETCH_REASONS = {
    "hard_error": "page_refused",
    "soft_error": "page_unavailable",
    "temporary_error": "page_unavailable",
    "tls_error": "page_unavailable",
    "challenged": "page_challenged",
    "host_busy": "host_busy",
    "too_large": "page_too_large",
    "bad_type": "page_bad_type",
    "robots_denied": "robots_denied",
    "robots_unavailable": "robots_unavailable",
    "reserved": "reserved",
}
Read = Callable[[Capture], Article | Reject]
CHECKS = {name: row_check(TABLES[name]) for name in ("articles", "revisions", "mentions")}


@dataclass(frozen=True, slots=True)
class Item:
    """A capture that gave an article: its row of `articles`, its rows of `mentions`, and the mentions as read.

    `addresses` are those by which the page is known, null where it has none of a kind.
    """

    row: Row
    mentions: tuple[Row, ...]
    people: tuple[Mention, ...]
    addresses: tuple[str | None, ...]


def read_item(capture: Capture, note: ArticleNote, read: Read) -> Item | Reject:
    """The item that a capture gives, whether or not it keeps the contract, or why it gives none.

    `read` is asked only where there is a page to be read.
    """
    article = _refusal(capture) or read(capture)
    if isinstance(article, Reject):
        return article
    row = article_row(capture, note, article)
    canonical = row["canonical_url"] if isinstance(row["canonical_url"], str) else None
    addresses = (*addresses_of(capture), canonical)
    return Item(row, tuple(mention_rows(article.mentions, row)), article.mentions, addresses)


def breach_of(item: Item) -> Reject | None:
    """Why an item cannot stand in the tables: the first value of its rows that breaks the contract; null if none."""
    return broken("articles", item.row) or next(filter(None, (broken("mentions", row) for row in item.mentions)), None)


def broken(table: str, row: Row) -> Reject | None:
    """Why a row cannot stand in its table; null where it can."""
    breach: Breach | None = CHECKS[table](row)
    if breach is None:
        return None
    sample = breach.value if isinstance(breach.value, str) else repr(breach.value)
    told = f"column {breach.column!r} of {table} {breach.rule}, and is {breach.value!r:.200}"
    return Reject("validate", "contract_broken", told, breach.column, sample)


def earlier_items(data: Path, note: ArticleNote, read: Read) -> Iterator[Item | Reject]:
    """The captures before that gave an article, the latest first, read by the same rules.

    A capture in between, of a login page say, is passed over: a story that comes back is not new. A Reject ends it
    where a capture is damaged, since nobody can say then whether this one is new.
    """
    place: CapturePlace | None = note.previous
    while place is not None:
        capture = read_capture(data, place)
        if isinstance(capture, Damage) or capture.article is None:
            detail = capture.detail if isinstance(capture, Damage) else "it is no page"
            yield Reject("parse", "damaged_record", f"{place.warc}: the capture before cannot be read: {detail}")
            return
        item = read_item(capture, capture.article, read)
        if isinstance(item, Item) and breach_of(item) is None:
            yield item
        place = capture.article.previous


def first_alike(item: Item, earlier: Iterator[Item | Reject]) -> Item:
    """The first of the captures in a row that read like an item: the one whose row stands in the tables."""
    for other in earlier:
        if isinstance(other, Reject) or other.row["version_id"] != item.row["version_id"]:
            break
        item = other
    return item


def addresses_of(capture: Capture) -> tuple[str | None, ...]:
    """The addresses of a page: the one asked for, the one that answered, and the feed's."""
    return capture.exchange.url, capture.exchange.final_url, capture.article.entry.link if capture.article else None


def article_of(capture: Capture, reading: Reading) -> Article | Reject:
    """The article in the page that a capture holds, or why there is none. Never raises.

    There is none either where the publisher reserves it and the source says that such articles are passed over.
    """
    exchange, note = capture.exchange, capture.article
    entry, story = (note.entry, note.article_id) if note else (FeedEntry(), None)
    _, _, parameters = (header(exchange, "Content-Type") or "").partition(";")
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", parameters, re.IGNORECASE)
    try:
        markup = decoded_body(exchange)
    except ArticleError as error:
        return Reject("fetch", error.reason_code, f"{exchange.url}: {error.reason_text}", error.field, error.value)
    seen_at = datetime.fromisoformat(capture.place.seen_at)
    article = read_article(markup, charset[1] if charset else None, exchange.final_url, seen_at, entry, reading, story)
    if isinstance(article, Reject) or reading.source.tdm_policy != "skip-article":
        return article
    return _reserved(capture, article) or article


def _reserved(capture: Capture, article: Article) -> Reject | None:
    """The Reject of an article whose publisher reserves it; null where it is not reserved."""
    terms = capture.article.terms if capture.article else SiteTerms()
    told = reserved_by(resolve_reservations(capture.exchange.response_headers, terms, article.metas))
    return Reject("extract", "reserved", f"{capture.exchange.url}: reserved by {told}") if told else None


def _refusal(capture: Capture) -> Reject | None:
    """Why a capture holds no page to be read; null where it holds one."""
    exchange = capture.exchange
    if exchange.outcome != "ok":
        passing = FETCH_REASONS.get(exchange.outcome, "page_unavailable")
        reason = "page_gone" if exchange.status in {404, 410} else passing
        return Reject("fetch", reason, f"{exchange.url}: {exchange.error_detail or exchange.outcome}", "url")
    kind, _, _ = (header(exchange, "Content-Type") or "").partition(";")
    if kind.strip() and not re.search(r"html|xml", kind, re.IGNORECASE):
        return Reject("fetch", "page_bad_type", f"{exchange.url}: the answer is {kind.strip()!r}", "content_type")
    return None
