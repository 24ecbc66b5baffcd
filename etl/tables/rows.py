"""Captures and what was read from them as rows of the tables: the columns are declared in `tables`, filled here."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from etl.addresses import host_of
from etl.model import Article, ArticleNote, Capture, Mention, Reject, Source
from etl.tables.schema import REASONS
from etl.tables.sketches import sketch_fields
from etl.tables.takedowns import Takedown
from etl.tables.versions import version_id
from etl.warc.records import Damage
from etl.web.bodies import header, retry_after_seconds
from etl.web.reservations import Reservations, reserved_by, resolve_reservations

CONTEXT = 32  # code points of prefix and suffix
SAMPLE = 200  # code points of a value in quarantine
UNKNOWN = "unknown"  # the source and run of a WARC in which no capture can be read
BODY_BLANKED: Mapping[str, object] = {
    "body_text": "",
    "lede": None,
    "paragraph_offsets": [],
    "word_count": 0,
    **dict.fromkeys(("attribution", "attributed_to", "sign_off")),
    "desk_codes": [],
    "body_completeness": "unknown",
    **sketch_fields(""),
}
HEAD_COLUMNS = (
    *("byline_raw", "section_slug", "dateline", "dateline_place", "dateline_place_id", "dateline_country"),
    *("dateline_date_raw", "dateline_place_name", "dateline_place_stance", "dateline_lat", "dateline_lon"),
)
ALL_BLANKED: Mapping[str, object] = {"headline": "", "authors": [], "keywords": [], **dict.fromkeys(HEAD_COLUMNS)}
Row = dict[str, object]


def article_row(capture: Capture, note: ArticleNote, article: Article) -> Row:
    """The row of `articles` that a read capture gives."""
    reserved = resolve_reservations(capture.exchange.response_headers, note.terms, article.metas)
    return {
        **article.fields,
        "article_id": note.article_id,
        "version_id": version_id(note.article_id, article.fields),
        "identity_rule": note.identity_rule,
        "section": article.fields["section"] or note.section,
        **sketch_fields(str(article.fields["body_text"])),
        "tdm_reservation": reserved.tdm,
        "tdm_stated_in": reserved.stated_in,
        "tdm_policy": reserved.policy,
        "ai_opt_outs": list(reserved.ai_opt_outs),
        "pub_status": "usable",
        "takedown_reason": None,
        "seen_at": datetime.fromisoformat(capture.place.seen_at),
        "capture_id": capture.place.capture_id,
        "feed_capture_id": note.feed_capture_id,
        "warc": capture.place.warc,
        "run_id": capture.run_id,
    }


def tombstone(row: Row, takedown: Takedown) -> Row:
    """What is kept of a row of `articles` or `revisions` that was taken down: which article it was, when and why.

    Its version_id is made from the capture, so that nobody can try texts against it. A revision keeps the kind and the
    size of its edit, and loses the places in a text that is gone.
    """
    return {
        **_without_text(row, "taken down"),
        **(ALL_BLANKED if takedown.scope == "all" else {}),
        "version_id": tombstone_id(row),
        "pub_status": "taken_down",
        "takedown_reason": takedown.reason,
    }


def is_reserved(row: Row) -> bool:
    """Whether the publisher of a row of `articles` or `revisions` reserves its text."""
    names = ("tdm_reservation", "tdm_stated_in", "tdm_policy", "ai_opt_outs")
    return bool(reserved_by(Reservations(*(row[name] for name in names))))  # type: ignore[arg-type]


def withhold(row: Row) -> Row:
    """A row of `articles` or `revisions` without the text that its publisher reserves; its version_id stays."""
    return _without_text(row, "withheld: the publisher reserves it") | {"pub_status": "withheld"}


def _without_text(row: Row, why: str) -> Row:
    places: Row = {"changed_paragraphs": []} if "changed_paragraphs" in row else {}
    return {**row, **BODY_BLANKED, **places, "body_completeness_reason": why}


def tombstone_id(row: Row) -> str:
    """The version_id of a row that was taken down."""
    return _id("v", row["article_id"], row["capture_id"], "taken_down")


def unspoken(reject: Reject) -> Reject:
    """A Reject of an article that was taken down: the reason, without a word of the page."""
    return Reject(reject.stage, reject.reason_code, REASONS[reject.reason_code], reject.field)


def source_row(source: Source, ruleset: str) -> Row:
    """The row of `sources` of a configured source."""
    config = json.dumps(asdict(source), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    copied = ("source_id", "title", "publisher_type", "site", "language", "country", "timezone", "calendar", "agency")
    return {
        **{name: getattr(source, name) for name in copied},
        "feeds": [feed.url for feed in source.feeds],
        "interval_minutes": source.interval_minutes,
        "config_sha256": hashlib.sha256(config.encode()).hexdigest(),
        "ruleset": ruleset,
    }


def mention_rows(mentions: tuple[Mention, ...], row: Row) -> Iterator[Row]:
    """The rows of `mentions` of an article, whose own row is given, in order of the text."""
    body = str(row["body_text"])
    ids = {mention.start: _id("m", row["version_id"], row["capture_id"], mention.start) for mention in mentions}
    shared = {name: row[name] for name in ("article_id", "version_id", "capture_id", "source_id", "seen_at", "ruleset")}
    for mention in mentions:
        yield shared | {
            "mention_id": ids[mention.start],
            "entity_type": "person",
            "start": mention.start,
            "end": mention.end,
            "surface": mention.surface,
            "prefix": body[max(0, mention.start - CONTEXT) : mention.start],
            "suffix": body[mention.end : mention.end + CONTEXT],
            "honorific": mention.honorific,
            "honorific_class": mention.honorific_class,
            "role_text": mention.role_text,
            "name_given": mention.name_given,
            "name_family": mention.name_family,
            "name_other": mention.name_other,
            "name_key": mention.name_key,
            "person_id": mention.person_id,
            "status": mention.status,
            "score": mention.score,
            "candidates": list(mention.candidates),
            "override_id": mention.override_id,
            "why": mention.why,
            "antecedent_mention_id": None if mention.antecedent_start is None else ids[mention.antecedent_start],
        }


def fetch_row(capture: Capture) -> Row:
    """The row of `fetch_log` of one attempt."""
    exchange, feed = capture.exchange, capture.feed
    items = (
        (feed.total, feed.fetched, feed.known, feed.repeated, len(feed.rejected), feed.undated) if feed else (None,) * 6
    )
    names = ("items_total", "items_new", "items_known", "items_repeated", "items_rejected", "items_undated")
    return dict(zip(names, items, strict=True)) | {
        "fetch_id": _id("f", capture.place.warc, capture.place.offset, capture.place.capture_id),
        "run_id": capture.run_id,
        "source_id": capture.source_id,
        "kind": capture.kind,
        "url": exchange.url,
        "final_url": exchange.final_url,
        "host": host_of(exchange.url),
        "requested_at": exchange.requested_at,
        "elapsed_ms": exchange.elapsed_ms,
        "http_status": exchange.status,
        "outcome": exchange.outcome,
        "error_detail": exchange.error_detail,
        "bytes": len(exchange.body) if exchange.body_bytes is None else exchange.body_bytes,
        "content_type": header(exchange, "Content-Type"),
        "etag": header(exchange, "ETag"),
        "last_modified": header(exchange, "Last-Modified"),
        "capture_id": capture.place.capture_id,
        "warc": capture.place.warc,
        "user_agent": exchange.user_agent,
        "robots_override": capture.article.robots_override if capture.article else None,
        "redirects": [f"{status} {url}" for status, url in exchange.redirects],
        "retry_after_seconds": retry_after_seconds(exchange),
        "repeats_capture_id": exchange.repeats.capture_id if exchange.repeats else None,
    }


def quarantine_row(ruleset: str, capture: Capture, reject: Reject, item: str) -> tuple[str, Row]:
    """(day, row) of one rejected item of a capture."""
    note = capture.article
    return capture.place.seen_at[:10], {
        "quarantine_id": _id("q", capture.place.capture_id, item),
        "run_id": capture.run_id,
        "source_id": capture.source_id,
        "stage": reject.stage,
        "reason_code": reject.reason_code,
        "reason_text": _writable(reject.reason_text),
        "field": reject.field,
        "value_sample": _writable(reject.value_sample)[:SAMPLE] if reject.value_sample else None,
        "url": capture.exchange.url if note else None,
        "article_id": note.article_id if note else None,
        "capture_id": capture.place.capture_id,
        "warc": capture.place.warc,
        "seen_at": datetime.fromisoformat(capture.place.seen_at),
        "ruleset": ruleset,
    }


def damage_row(ruleset: str, damage: Damage, last: Capture | None) -> tuple[str, Row]:
    """(day, row) of the place where a WARC cannot be read on."""
    day = last.place.seen_at[:10] if last else damage.warc.split("/")[0]
    seen_at = last.place.seen_at if last else f"{day}T00:00:00+00:00"
    return day, {
        "quarantine_id": _id("q", damage.warc, damage.offset),
        "run_id": last.run_id if last else UNKNOWN,
        "source_id": last.source_id if last else UNKNOWN,
        "stage": "parse",
        "reason_code": "damaged_record",
        "reason_text": f"{damage.warc}: nothing can be read behind offset {damage.offset}: {damage.detail}",
        "field": None,
        "value_sample": None,
        "url": None,
        "article_id": None,
        "capture_id": f"{damage.warc}@{damage.offset}",
        "warc": damage.warc,
        "seen_at": datetime.fromisoformat(seen_at),
        "ruleset": ruleset,
    }


def _writable(text: str) -> str:
    """A text as a file can hold it: half a surrogate pair by its number."""
    return text.encode("utf-8", "backslashreplace").decode()


def _id(prefix: str, *parts: object) -> str:
    return f"{prefix}_{hashlib.blake2b(chr(31).join(map(str, parts)).encode(), digest_size=12).hexdigest()}"
