"""One capture of a page becomes an item: its row and its mentions, or the reason why there are none."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from etl.errors import ArticleError
from etl.feeds.fulltexts import lacks_page, stand_in
from etl.model import Article, ArticleNote, Capture, CapturePlace, FeedEntry, Mention, Reject, SiteTerms
from etl.reading.articles import Reading, read_article
from etl.tables.rowchecks import Breach, row_check
from etl.tables.rows import Row, article_row, mention_rows
from etl.tables.schema import FLAGS, TABLES
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
    "feed_only": "no_full_text",
}
TEXTLESS = {"no_article", "empty_page", "not_html", "page_bad_type"}  # of a page that came and holds no story
WALLED = {"teaser", "blocked"}
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

    `read` is asked only where there is a page to be read, or a text of the feed's own.
    """
    article = (_refusal(capture) if note.entry.content is None else None) or read(capture)
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

    A capture in between, of a login page say, is passed over: a story that comes back is not new. So is a page that
    shows less than the feed's text before it. A Reject ends it where a capture is damaged, since nobody can say then
    whether this one is new.
    """
    walled: list[Item | Reject] = []
    for item in _captured_items(data, note, read):
        if isinstance(item, Item) and item.row["body_source"] == "feed":
            walled.clear()
        if isinstance(item, Item) and item.row["body_source"] == "page" and item.row["body_completeness"] in WALLED:
            walled.append(item)
            continue
        yield from walled
        walled.clear()
        yield item
    yield from walled


def _captured_items(data: Path, note: ArticleNote, read: Read) -> Iterator[Item | Reject]:
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


def rests_on_feed(reject: Reject, earlier: Iterator[Item | Reject]) -> bool:
    """Whether a story whose page failed had none before either, and stands by its feed's own text as it did."""
    if reject.reason_code == "reserved" or (reject.stage != "fetch" and reject.reason_code not in TEXTLESS):
        return False
    before = next(earlier, None)
    return isinstance(before, Item) and before.row["body_source"] == "feed"


def says_less(item: Item, before: Item) -> bool:
    """Whether a page shows the opening alone of a story that stands by its feed's whole text."""
    sources = before.row["body_source"], item.row["body_source"]
    return sources == ("feed", "page") and item.row["body_completeness"] in WALLED


def article_of(capture: Capture, reading: Reading) -> Article | Reject:
    """The article in the page that a capture holds, or why there is none. Never raises.

    It is made of the feed's own text where that is all there is: the page cannot be had, holds no story or its opening
    alone. There is none either where the publisher reserves it and the source says that such articles are passed over.
    """
    page = _refusal(capture) or _page_article(capture, reading)
    if capture.article is None or capture.article.entry.content is None or not _falls_short(capture, page):
        return page
    text = _text_article(capture, capture.article.entry, reading)
    is_more = isinstance(text, Article) and (isinstance(page, Reject) or _words(text) > _words(page))
    return text if is_more else page


def _words(article: Article) -> int:
    return int(str(article.fields["word_count"]))


def _falls_short(capture: Capture, page: Article | Reject) -> bool:
    """Whether a page, if it came, holds no whole story."""
    if isinstance(page, Article):
        return page.fields["body_completeness"] in WALLED
    return lacks_page(capture.exchange) or (capture.exchange.outcome == "ok" and page.reason_code in TEXTLESS)


def _text_article(capture: Capture, entry: FeedEntry, reading: Reading) -> Article | Reject:
    """The article in the text that a feed's entry carries, read as a page's is; its headline is the entry's."""
    document = stand_in(entry.content or "", entry.headline)
    url, seen_at = capture.exchange.final_url, datetime.fromisoformat(capture.place.seen_at)
    story = capture.article.article_id if capture.article else None
    article = read_article(document, "utf-8", url, seen_at, entry, reading, story)
    if isinstance(article, Reject):
        return article
    flags = article.fields["flags"]
    known = {"headline_from_feed", *(flags if isinstance(flags, list) else ())}
    fields = {"body_source": "feed", "flags": [flag for flag in FLAGS if flag in known]}
    told = replace(article, fields={**article.fields, **fields}, why={**article.why, "headline": "feed"})
    return _passed_over(capture, told, reading) or told


def _page_article(capture: Capture, reading: Reading) -> Article | Reject:
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
    return article if isinstance(article, Reject) else _passed_over(capture, article, reading) or article


def _passed_over(capture: Capture, article: Article, reading: Reading) -> Reject | None:
    """The Reject of an article that its publisher reserves and its source passes over; null where it does not."""
    if reading.source.tdm_policy != "skip-article":
        return None
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
