"""The nouns that travel between the rooms: frozen, typed, without logic.

Everything here is plain data. A room takes these in and gives these out; no
room may hand on a library's own object (a feedparser dict, a requests response).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

PublisherType = Literal["state", "party", "private", "wire", "ngo", "unknown"]
Calendar = Literal["gregorian", "jalali", "hijri"]
CaptureKind = Literal["feed", "article", "robots", "tdmrep", "archive"]
FetchOutcome = Literal[
    "ok",
    "not_modified",
    "same_bytes",
    "hard_error",
    "soft_error",
    "temporary_error",
    "tls_error",
    "challenged",
    "host_busy",
    "robots_denied",
    "robots_unavailable",
    "reserved",
    "feed_only",
    "too_large",
    "bad_type",
]
DateSource = Literal["jsonld", "meta", "feed", "visible", "url", "none"]
Precision = Literal["second", "minute", "day", "none"]
ZoneSource = Literal["explicit", "zone_name", "source_config", "none"]
MentionStatus = Literal[
    "override", "exact_variant", "variant", "in_article", "context", "proposed", "key", "ambiguous", "unresolved"
]
PlaceStance = Literal["standard", "alternative"]
Access = Literal["free", "metered", "paid", "unknown"]
BodySource = Literal["page", "feed"]
TdmReservation = Literal["reserved", "not_reserved", "not_stated"]
TdmPlace = Literal["tdmrep.json", "header", "meta"]
TdmSwitch = Literal["record", "skip-body", "skip-article"]  # what is done with a page whose publisher reserves it
# The columns of articles whose share of values is kept by source and day, so that one that falls silent is seen.
Completeness = Literal["full", "partial", "teaser", "blocked", "unknown"]
FilledColumn = Literal[
    "published_at",
    "dateline",
    "dateline_place_id",
    "section",
    "byline_raw",
    "authors",
    "lede",
    "language",
    "canonical_url",
    "keywords",
    "guid",
]


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """One feed of a source. `section` is the section its entries belong to, if the feed is a section's own."""

    url: str
    section: str | None = None
    found_at: str | None = None


@dataclass(frozen=True, slots=True)
class SiteLayout:
    """How a site builds its pages, as XPath: the story, what in it is none of it, the headline; null where it is usual.

    `until` is the last day on which pages were built so, as YYYY-MM-DD; null where they still are.
    """

    story: str | None = None
    remove: tuple[str, ...] = ()
    headline: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a source normally gives; `checks` compares each day with it. `docs/quality.md` has each default's reason.

    Shares are 0 to 1 of the day's articles; those of `volume` are times the source's own usual day. Null means that
    nothing is expected. `unsteady_fields` are columns that may be empty for a day without being told.
    """

    entries_min: int | None = None
    entries_max: int | None = None
    volume_share_min: float = 0.5
    volume_share_max: float = 3.0
    undated_share_max: float | None = None
    dateline_share_min: float | None = None
    words_median_min: int | None = None
    short_words: int = 40
    short_share_max: float = 0.5
    duplicate_share_max: float = 0.25
    unresolved_share_max: float = 0.5
    language_new_share_max: float = 0.2
    quarantined_share_max: float = 0.5
    unsteady_fields: tuple[FilledColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One publisher in one language, as `config/sources/<id>.toml` declares it.

    `timezone` is null only for a page of no configured source: a printed time without a zone is then no instant.
    `allowed_networks` are those outside the public internet in which its hosts may be ("127.0.0.1", "10.1.0.0/16").
    `tdm_policy` says what is done with pages that their publisher reserves. `robots_override` is the reason for which
    its pages are asked for against robots.txt; null where robots.txt is honoured. The pages of one that is `feed_only`
    are never asked for: its feeds carry the whole texts.
    """

    source_id: str
    title: str
    site: str
    feeds: tuple[FeedAddress, ...]
    language: str
    country: str
    timezone: str | None
    calendar: Calendar = "gregorian"
    publisher_type: PublisherType = "unknown"
    section: str | None = None
    agency: str | None = None
    interval_minutes: int = 30
    interval_max_minutes: int = 240
    allowed_networks: tuple[str, ...] = ()
    tdm_policy: TdmSwitch = "record"
    robots_override: str | None = None
    feed_only: bool = False
    layouts: tuple[SiteLayout, ...] = ()
    expect: Expectations = field(default_factory=Expectations)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One item of a feed, in the feed's own words; null where the feed is silent.

    `content` is the whole text as HTML, where the feed carries it; `content_digest` tells its words from others and
    stays where the text itself is not kept.
    """

    guid: str | None = None
    link: str | None = None
    headline: str | None = None
    published_raw: str | None = None
    updated_raw: str | None = None
    summary: str | None = None
    byline: str | None = None
    categories: tuple[str, ...] = ()
    content: str | None = None
    content_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Which story an entry is: `rule` says by what (guid, url or title_day), `aliases` are all keys it answers to.

    `url` is null where the entry has no page.
    """

    article_id: str
    rule: str
    url: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Payload:
    """A capture's payload, by its digest as WARC writes it: the capture's id, the address that gave it, and when.

    `seen_at` is ISO 8601.
    """

    digest: str
    capture_id: str
    url: str
    seen_at: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP attempt as it happened. `body` holds the bytes on the wire, content encoding included.

    `status` is null when no answer came; `elapsed_ms` counts from the request to the last byte read; `capture_id` is
    set where the WARC record's id had to be known before it was written. `redirects` are the answers on the way that
    pointed on, each with its status and the address that gave it. Where the payload repeats that of an earlier capture
    (outcome "same_bytes"), `repeats` names it, and read from a WARC the body is empty. `body_bytes` is what came, where
    the body is not kept whole. `payload_digest` is set where a whole answer came.
    """

    url: str
    final_url: str
    requested_at: datetime
    elapsed_ms: int
    outcome: FetchOutcome
    user_agent: str
    status: int | None = None
    reason: str = ""
    request_headers: tuple[tuple[str, str], ...] = ()
    response_headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: str | None = None
    error_detail: str | None = None
    capture_id: str | None = None
    redirects: tuple[tuple[int, str], ...] = ()
    repeats: Payload | None = None
    body_bytes: int | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class CapturePlace:
    """Where a capture lies in `raw/`: the WARC's name, the offset of its first record, its id and instant."""

    warc: str
    offset: int
    capture_id: str
    seen_at: str


@dataclass(frozen=True, slots=True)
class RejectedEntry:
    """A feed entry that cannot be followed, with the reason and a sample of it (at most 200 code points).

    `alias` is the key by which it is known when the feed lists it again.
    """

    alias: str
    reason_code: str
    reason_text: str
    sample: str


@dataclass(frozen=True, slots=True)
class FeedNote:
    """What was decided about the entries of one feed document; the counts add up to `total`.

    `wish_minutes` is how often the publisher wants it to be asked; null where nothing is said. `waiting` are those of
    the known that could not be fetched yet: another run has them, or they were seen at a later time of the clock.
    """

    total: int = 0
    fetched: int = 0
    known: int = 0
    repeated: int = 0
    undated: int = 0
    rejected: tuple[RejectedEntry, ...] = ()
    wish_minutes: float | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class SiteTerms:
    """What a host's files reserved of one page when it was asked for: tdmrep.json the first two, robots.txt the last.

    `reservation` is 1 or 0 as in the TDM Reservation Protocol; null where the file says nothing of the page.
    """

    reservation: Literal[0, 1] | None = None
    policy: str | None = None
    ai_opt_outs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleNote:
    """Why a page was fetched and what was known of it at that moment.

    `robots_override` is the source's reason where the page was asked for against robots.txt; else null. `archive`
    names the archive that the capture was copied from; null where we fetched it.
    """

    article_id: str
    identity_rule: str
    aliases: tuple[str, ...]
    entry: FeedEntry
    feed_url: str
    section: str | None
    feed_capture_id: str | None
    look: Literal["first", "again", "changed_entry"]
    first_seen_at: str
    previous: CapturePlace | None = None
    terms: SiteTerms = SiteTerms()
    robots_override: str | None = None
    archive: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One attempt as it lies in `raw/`: the exchange, its place and the note written with it."""

    place: CapturePlace
    kind: CaptureKind
    source_id: str
    run_id: str
    exchange: Exchange
    feed: FeedNote | None = None
    article: ArticleNote | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer: `name` as printed, GeoNames id, ISO 3166-1 alpha-2 country.

    `usual_name` is the gazetteer's own name; latitude and longitude are degrees in WGS 84. `stance` tells a name that
    takes a side ("Occupied Jerusalem") from the usual one in any spelling; null where the place is not known.
    `is_home_city` marks a large city of the source's own country.
    """

    name: str
    place_id: str | None
    country: str | None
    usual_name: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    stance: PlaceStance | None = None
    is_home_city: bool = False


@dataclass(frozen=True, slots=True)
class Dateline:
    """What stands before the first sentence. `text` is the exact prefix, trailing space included.

    `region` is the state or country printed beside the place, `byline` the reporter.
    """

    text: str
    place: Place | None = None
    agency: str | None = None
    agency_sign: str | None = None
    date_raw: str | None = None
    region: str | None = None
    byline: str | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The clause before a story that says who reports it. `text` is the exact prefix, trailing space included.

    `text` is empty where the words are part of the sentence. `outlet` is what the story rests on: the last one named.
    """

    text: str
    agency: str | None = None
    place: Place | None = None
    outlet: str | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class TailMark:
    """An end mark or a desk's code behind the last sentence, as printed, without the white space around it."""

    text: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class Tail:
    """The marks behind the last sentence; `start` is the code point at which they, with their white space, begin."""

    start: int
    marks: tuple[TailMark, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionSlug:
    """The agency's section line at the head of a paragraph. `text` is the exact prefix, trailing space included."""

    text: str
    section: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as printed (`raw`) and as understood.

    `instant` is aware UTC and null unless clock time and zone are both known or configured; `day` is the
    calendar day in the zone of the print. Null in both means that the print was not understood.
    """

    raw: str
    instant: datetime | None = None
    day: date | None = None
    calendar: Calendar = "gregorian"
    precision: Precision = "none"
    zone_source: ZoneSource = "none"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a page says of its article's wholeness; null where it says nothing."""

    is_free: bool | None = None
    words: int | None = None


@dataclass(frozen=True, slots=True)
class PageTerms:
    """What a page says of the use of its article, as stated; `metas` are its meta elements that reserve something.

    Each of `metas` is (name in lower case, content).
    """

    usage_terms: str | None = None
    access: Access = "unknown"
    metas: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself and the text in it, before any agency furniture is read.

    `dates` holds (source, raw) pairs in order of trust. `paragraphs` is empty where no article was found.
    """

    headline: str | None
    headline_source: str | None
    paragraphs: tuple[str, ...]
    dates: tuple[tuple[DateSource, str], ...] = ()
    modified_raw: str | None = None
    authors: tuple[str, ...] = ()
    byline: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    canonical_url: str | None = None
    language: str | None = None
    site_name: str | None = None
    declared: Declared = Declared()
    clutter_lines: int = 0
    terms: PageTerms = PageTerms()


@dataclass(frozen=True, slots=True)
class Mention:
    """One person's name in `body_text`: `start` and `end` in code points, end exclusive."""

    start: int
    end: int
    surface: str
    honorific: str | None
    honorific_class: str | None
    role_text: str | None
    name_given: str | None
    name_family: str | None
    name_other: str | None
    name_key: str
    person_id: str | None
    status: MentionStatus
    why: str
    antecedent_start: int | None = None
    score: float | None = None
    candidates: tuple[str, ...] = ()
    override_id: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One capture read: `fields` are the columns of `tables.ARTICLES`, `mentions` the people in the body.

    `metas` are the page's meta elements that reserve something: see `PageTerms`.
    """

    fields: Mapping[str, object]
    mentions: tuple[Mention, ...]
    why: Mapping[str, str]
    metas: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """One capture that gave no article, with the reason an operator reads."""

    stage: str
    reason_code: str
    reason_text: str
    field: str | None = None
    value_sample: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """One immutable Parquet file: its path below the data root, and what it holds."""

    table: str
    seen_date: str
    path: str
    unit: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found out of order on one day of one source (null: the day as a whole)."""

    seen_date: str
    source_id: str | None
    rule: str
    severity: Literal["error", "warning"]
    value: float
    limit: float
    message: str
