"""Every table and column, declared once: name, Arrow type, nullability, description, standard term.

From here come the schema that each file is cast to, the null and enumeration checks, the descriptions in the
Parquet footer and the data dictionary. A column that nothing fills has no place here.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import DataError
from etl.model import (
    Access,
    BodySource,
    Calendar,
    CaptureKind,
    Completeness,
    FetchOutcome,
    FilledColumn,
    MentionStatus,
    PlaceStance,
    PublisherType,
    TdmPlace,
    TdmReservation,
)

SCHEMA_VERSION = "1"
INSTANT = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.string())
REASONS = {
    "entry_unusable": "a feed entry without a usable address",
    "page_gone": "the page answers 404 or 410",
    "page_refused": "the page answers another 4xx status",
    "page_unavailable": "the page could not be fetched this time (5xx, time-out, broken answer)",
    "page_challenged": "a guard against robots answered in the publisher's place: it asks for a proof, which is not given, or refuses",
    "host_busy": "the host had asked to be left alone for a while (Retry-After), so the page comes later",
    "page_too_large": "the page is larger than the configured cap",
    "page_bad_type": "the address answers with something that is not HTML",
    "robots_denied": "robots.txt forbids the page",
    "robots_unavailable": "robots.txt could not be read, so the page was not fetched",
    "reserved": "the publisher reserves the page, and the source's tdm_policy is skip-article",
    "no_full_text": "the entry has no page that may be asked for (none at all, or feed_only), and no whole text of its own",
    "empty_page": "the page has no bytes",
    "not_html": "the bytes cannot be read as HTML",
    "no_article": "no article text was found in the page",
    "no_headline": "neither page nor feed gives a headline",
    "extractor_failed": "the text extractor failed on this page",
    "reader_failed": "a defect of Dateline's own: please report it with the capture",
    "page_too_costly": "the page is larger than what is read, or takes more time or memory than a page may",
    "reader_died": "the process that reads pages died on the page, and when it tried again",
    "damaged_record": "a record of the WARC cannot be read",
    "contract_broken": "a value of the row is not what its column is declared to hold",
}
FLAGS = {
    "date_missing": "no publication date in feed or page",
    "date_future": "the publication date is more than a day after the capture",
    "date_before_web": "the publication date is before 6 August 1991, when there was no web",
    "zone_assumed": "the printed time has no zone; the source's zone was taken",
    "headline_from_feed": "the page has no headline; the feed's was taken",
    "quote_unclosed": "an odd number of double quotation marks in the body",
}
CHANGE_KINDS = {
    "headline": "the headline differs",
    "dateline": "the dateline differs",
    "byline": "the byline differs",
    "number": "the figures of a paragraph or of the headline differ, in any digits; thousands separators do not count",
    "name": "other people are mentioned",
    "quote": "the words inside quotation marks differ",
    "wording": "words differ that are none of these",
    "spelling": "words are written otherwise: in case, accents, variants of a letter, or one or two letters",
    "punctuation": "only marks and white space of a paragraph or of the headline differ",
    "paragraph_added": "a paragraph is new",
    "paragraph_removed": "a paragraph is gone",
    "paragraph_moved": "a paragraph stands elsewhere",
    "body_source": "the text was read elsewhere than before (see body_source): the differences need not be an edit",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `term` is its name in schema.org, IPTC ninjs, Dublin Core, WARC or another named standard."""

    name: str
    type: pa.DataType
    description: str
    nullable: bool = True
    term: str | None = None
    unit: str | None = None
    enum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in order, the columns that identify a row, and the order of rows in a file.

    The key of a table `by_day` holds within a day, which lies in the path alone.
    """

    name: str
    description: str
    key: tuple[str, ...]
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    by_day: bool = False

    def schema(self) -> pa.Schema:
        """The Arrow schema, with descriptions and terms as field metadata."""
        fields = []
        for column in self.columns:
            notes = {"description": column.description, "term": column.term or "", "unit": column.unit or ""}
            fields.append(pa.field(column.name, column.type, column.nullable, {k: v for k, v in notes.items() if v}))
        return pa.schema(fields)

    def fingerprint(self) -> str:
        """Digest of what a reader depends on: names, types and nullability of the columns, in order."""
        declared = [(column.name, str(column.type), column.nullable) for column in self.columns]
        return hashlib.sha256(repr(declared).encode()).hexdigest()


def required(name: str, kind: pa.DataType, description: str, **more: object) -> Column:
    """A column that is never null."""
    return Column(name, kind, description, nullable=False, **more)  # type: ignore[arg-type]


ARTICLE_COLUMNS = (
    required("article_id", pa.string(), "The story across all its versions.", term="ninjs uri; dcterms:identifier"),
    required("version_id", pa.string(), "Digest of headline, dateline, byline, attribution, body and sign-off: equal text has an equal id; of an article taken down the capture's own.", term="ninjs version"),
    required("identity_rule", pa.string(), "What the article_id was made from.", enum=("guid", "url", "title_day")),
    required("source_id", pa.string(), "The source: the name of its file in config/sources.", term="schema:isPartOf"),
    required("source_name", pa.string(), "The publisher.", term="schema:publisher"),
    Column("agency", pa.string(), "Agency named by the dateline, the slug or the attribution lead.", term="schema:sourceOrganization; ninjs infoSources"),
    Column("agency_sign", pa.string(), "The agency's sign as printed in the dateline."),
    Column("guid", pa.string(), "The entry's identifier as in the feed.", term="ninjs altIds"),
    required("url", pa.string(), "The address that was asked for; of an entry that has no page, its feed's.", term="schema:url"),
    Column("canonical_url", pa.string(), "The address that the page declares as its own.", term="schema:mainEntityOfPage"),
    required("headline", pa.string(), "The headline.", term="schema:headline; ninjs headlines[main]"),
    Column("dateline", pa.string(), "The dateline exactly as printed, without the white space around it.", term="schema:dateline"),
    Column("dateline_place", pa.string(), "The place in the dateline, else in the attribution lead, as printed.", term="ninjs located; schema:locationCreated"),
    Column("dateline_place_id", pa.string(), "GeoNames id of that place.", term="schema:locationCreated"),
    Column("dateline_place_name", pa.string(), "The usual name of that place: GeoNames' own, else that of config/places.toml; the print is kept as it is.", term="schema:name"),
    Column("dateline_place_stance", pa.string(), "Whether the print is a usual name of the place, in any spelling or language, or an alternative that takes a side, as config/places.toml has it; null where the place is not known.", enum=get_args(PlaceStance)),
    Column("dateline_country", pa.string(), "Country of that place.", unit="ISO 3166-1 alpha-2"),
    Column("dateline_lat", pa.float64(), "Latitude of that place, the first where two are printed.", term="schema:latitude", unit="degrees WGS 84"),
    Column("dateline_lon", pa.float64(), "Longitude of that place.", term="schema:longitude", unit="degrees WGS 84"),
    Column("dateline_date_raw", pa.string(), "The date inside the dateline as printed.", term="schema:dateline"),
    Column("attribution", pa.string(), "The attribution lead exactly as printed; several, a line each. Null where none was taken off.", term="ninjs edNote (nearest)"),
    Column("attributed_to", pa.string(), "The outlet that the story rests on, by its lead, its first paragraphs or its source line; never the publisher itself.", term="schema:isBasedOn; dcterms:source"),
    Column("section_slug", pa.string(), "The agency's section line exactly as printed.", term="ninjs slugline"),
    Column("section", pa.string(), "The section: from the slug, else the page, else the feed.", term="schema:articleSection"),
    Column("byline_raw", pa.string(), "The byline exactly as printed.", term="ninjs by"),
    required("authors", STRINGS, "The people and news agencies that signed; empty when only desks or the publisher did.", term="schema:author"),
    Column("sign_off", pa.string(), "The end marks and the source line behind the text, exactly as printed; several, a line each.", term="ninjs edNote (nearest)"),
    required("desk_codes", STRINGS, "Codes of desks and editors behind the text, as printed; empty where there are none."),
    Column("lede", pa.string(), "The first paragraph without dateline, slug and attribution lead; kickers and captions before a dateline passed over.", term="schema:abstract"),
    required("body_text", pa.string(), "The text, a line a paragraph; dateline, slug, attribution lead and end marks taken off, nothing rewritten.", term="schema:articleBody"),
    required("paragraph_offsets", pa.list_(pa.int32()), "Where each paragraph of body_text begins.", unit="code points"),
    required("word_count", pa.int32(), "Words of body_text: what stands between white space; in scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) each letter is one.", term="schema:wordCount", unit="words"),
    Column("text_digest", pa.string(), "Exact hash of body_text in normal form (NFKC, case folded, letters and digits alone): copies of one text share it; null where the body has neither."),
    required("text_sketch", pa.list_(pa.int32()), "The 32 smallest hashes of the runs of five words in body_text, ascending, fewer in a short text: the share that two rows have in common estimates how alike their texts are."),
    required("body_source", pa.string(), "Where the text was read: on the page, or in the feed's entry, which carries the whole text while the page cannot be had, holds no story or its opening alone. What the feed does not tell is then null.", enum=get_args(BodySource), term="prov:hadPrimarySource"),
    required("clutter_lines", pa.int32(), "Lines of furniture that were taken off the text: share lines, calls to subscribe or read more, credits.", unit="lines"),
    required("body_completeness", pa.string(), "How much of the article body_text is.", enum=get_args(Completeness), term="schema:isAccessibleForFree (nearest)"),
    required("body_completeness_reason", pa.string(), "Why that is thought, in words."),
    Column("language", pa.string(), "Language of the text.", term="schema:inLanguage; dcterms:language", unit="BCP 47"),
    Column("script", pa.string(), "Script that most letters are in.", unit="ISO 15924"),
    Column("published_at", INSTANT, "First publication; null unless day, clock time and zone are all known.", term="schema:datePublished"),
    Column("published_raw", pa.string(), "The publication date as printed where it was read."),
    Column("published_calendar", pa.string(), "Calendar of the printed date.", enum=("gregorian", "jalali", "hijri")),
    required("published_precision", pa.string(), "How exact the printed date is.", enum=("second", "minute", "day", "none")),
    required("published_source", pa.string(), "Where the date was read.", enum=("jsonld", "meta", "feed", "visible", "url", "none")),
    required("published_tz_source", pa.string(), "How its time zone is known.", enum=("explicit", "zone_name", "source_config", "none")),
    Column("published_utc_date", pa.date32(), "Day of published_at in UTC."),
    Column("published_local_date", pa.date32(), "Day of publication in the zone of the print."),
    Column("modified_at", INSTANT, "Last modification as the publisher claims it.", term="schema:dateModified; ninjs versionCreated"),
    required("seen_at", INSTANT, "When this version was captured.", term="prov:generatedAtTime; WARC-Date"),
    Column("usage_terms", pa.string(), "The terms of use that the page states, as stated, a name or an address: its JSON-LD usageInfo or license, dcterms:license or rights, or its license link.", term="schema:usageInfo; schema:license; ninjs usageTerms; dcterms:rights", unit="500 code points at most"),
    required("access", pa.string(), "Who may read the page, as it declares it.", enum=get_args(Access), term="schema:isAccessibleForFree; article:content_tier"),
    required("tdm_reservation", pa.string(), "Whether the publisher reserved text and data mining of the page when it was captured; a meta element goes before a header, and that before tdmrep.json.", enum=get_args(TdmReservation), term="TDMRep tdm-reservation"),
    Column("tdm_stated_in", pa.string(), "Where that was stated; null where it was not.", enum=get_args(TdmPlace)),
    Column("tdm_policy", pa.string(), "Address at which the publisher tells how mining may be licensed; null where none is reserved or told.", term="TDMRep tdm-policy"),
    required("ai_opt_outs", STRINGS, "Further opt-outs that held for the page, each with its place: agents of language models that robots.txt denies the page by name, its Content-Signal lines, and noai, noimageai, noarchive and nosnippet in X-Robots-Tag or meta elements."),
    required("pub_status", pa.string(), "Whether the text may be used; withheld: the publisher reserves it and the source's tdm_policy is skip-body; of an article taken down only this tombstone is kept.", enum=("usable", "withheld", "taken_down"), term="ninjs pubStatus"),
    Column("takedown_reason", pa.string(), "Why the article was taken down, in the words of config/takedowns.csv; null where it was not."),
    required("keywords", STRINGS, "The publisher's tags, else the feed's categories.", term="schema:keywords"),
    required("capture_id", pa.string(), "The WARC record of the page that this row was read from.", term="WARC-Record-ID; prov:wasDerivedFrom"),
    Column("feed_capture_id", pa.string(), "The WARC record of the feed that named the page.", term="WARC-Record-ID"),
    required("warc", pa.string(), "The WARC file in raw/ that holds the capture."),
    required("run_id", pa.string(), "The run that fetched the page.", term="prov:Activity"),
    required("ruleset", pa.string(), "Version and digest of the rules that made the row.", term="prov:wasGeneratedBy"),
    required("flags", STRINGS, "What to be careful about: " + "; ".join(f"{k} ({v})" for k, v in FLAGS.items()) + ".", enum=tuple(FLAGS)),
)  # fmt: skip

ARTICLES = Table(
    "articles",
    "One row per article, as first captured. A later version of the same article is a row of revisions.",
    ("article_id",),
    ("source_id", "published_at", "article_id"),
    ARTICLE_COLUMNS,
)
REVISIONS = Table(
    "revisions",
    "One row per later version: an edit that a reader would see, with what changed and when.",
    ("article_id", "seen_at"),
    ("source_id", "article_id", "seen_at"),
    (
        *ARTICLE_COLUMNS,
        required("prev_version_id", pa.string(), "The version that was captured before.", term="dcterms:replaces"),
        required("changed_fields", STRINGS, "Which of headline, dateline, byline_raw, attribution, body_text, sign_off changed."),
        required("change_kinds", STRINGS, "What kind of edit it is: " + "; ".join(f"{k} ({v})" for k, v in CHANGE_KINDS.items()) + ".", enum=tuple(CHANGE_KINDS)),
        required("similarity", pa.float64(), "Share of text in common with the version before.", unit="0 to 1"),
        required("chars_added", pa.int32(), "Characters of body_text that are new.", unit="code points"),
        required("chars_removed", pa.int32(), "Characters of body_text that are gone.", unit="code points"),
        required("changed_paragraphs", pa.list_(pa.int32()), "Paragraphs of this version that are new or changed.", unit="index from 0"),
        required("window_start", INSTANT, "The edit happened after this: the capture before."),
        required("window_end", INSTANT, "The edit happened before this: this capture."),
    ),
)  # fmt: skip
MENTIONS = Table(
    "mentions",
    "One row per mention of a person in body_text.",
    ("mention_id",),
    ("source_id", "article_id", "capture_id", "start"),
    (
        required("mention_id", pa.string(), "The mention."),
        required("article_id", pa.string(), "The article it stands in."),
        required("version_id", pa.string(), "The version of the article it stands in."),
        required("capture_id", pa.string(), "The capture it was read from; joins articles and revisions."),
        required("source_id", pa.string(), "The source of the article."),
        required("entity_type", pa.string(), "What is mentioned.", enum=("person",), term="ninjs people"),
        required("start", pa.int32(), "First code point of the surface in body_text.", unit="code points", term="Web Annotation TextPositionSelector start"),
        required("end", pa.int32(), "Code point behind the surface.", unit="code points", term="Web Annotation TextPositionSelector end"),
        required("surface", pa.string(), "The name exactly as printed, without title.", term="Web Annotation TextQuoteSelector exact"),
        required("prefix", pa.string(), "Up to 32 code points before the surface.", term="Web Annotation TextQuoteSelector prefix"),
        required("suffix", pa.string(), "Up to 32 code points behind the surface.", term="Web Annotation TextQuoteSelector suffix"),
        Column("honorific", pa.string(), "The titles and epithets before the name as printed.", term="schema:honorificPrefix"),
        Column("honorific_class", pa.string(), "Class of the title nearest to the name.", enum=("military", "clerical", "civil", "academic", "pilgrimage", "martyr", "deceased", "kinship")),
        Column("role_text", pa.string(), "The office beside the name as printed: behind it between commas, else in lower case right before it.", term="schema:jobTitle"),
        Column("name_given", pa.string(), "First part of a full name, or the part that stands alone where it points to a first part.", term="schema:givenName"),
        Column("name_family", pa.string(), "Last part of a full name with its particles, or the part that stands alone where it points to a last part.", term="schema:familyName"),
        Column("name_other", pa.string(), "What stands between the first and the last part or behind it: middle names, initials, patronymic, kunya, suffix.", term="schema:additionalName"),
        required("name_key", pa.string(), "Consonants of the name, equal for spellings of one name in Latin, Arabic and Persian script."),
        Column("person_id", pa.string(), "The person: of the registry, or made from the name_key of the full name, so that spellings of one name share it, and so may people whose names have the same consonants; null where it is not known. It never changes; persons.merged_ids tells what went into what.", term="schema:sameAs"),
        required("status", pa.string(), "How person_id was found: override (a person decided), exact_variant (a form of the registry), variant (a spelling of one, clearly nearest to one person), in_article (a shorter name for a full one of the article), context (a short name that means one person of the registry), proposed (perhaps one of the candidates, until somebody decides under the name's own id), key (the name's own id), ambiguous (several persons fit), unresolved (too little of a name).", enum=get_args(MentionStatus)),
        Column("score", pa.float64(), "How like the name is to the registry's form it was compared with; null where nothing was compared.", unit="0 to 1"),
        required("candidates", STRINGS, "Persons of the registry that were considered, the likest first."),
        Column("override_id", pa.string(), "The decision of config/overrides/persons.csv that was used."),
        required("why", pa.string(), "The reason in words."),
        Column("antecedent_mention_id", pa.string(), "The full name of the same article that this part points to."),
        required("seen_at", INSTANT, "When the version was captured."),
        required("ruleset", pa.string(), "Version and digest of the rules that made the row."),
    ),
)  # fmt: skip
FETCH_LOG = Table(
    "fetch_log",
    "One row per HTTP attempt, answered or not: feeds, pages, robots.txt and tdmrep.json; one per imported page, per archive that it came from and per damaged place there.",
    ("fetch_id",),
    ("source_id", "requested_at", "fetch_id"),
    (
        required("fetch_id", pa.string(), "The attempt: the WARC record of its note.", term="WARC-Record-ID"),
        required("run_id", pa.string(), "The run that made it.", term="prov:Activity"),
        required("source_id", pa.string(), "The source it was made for."),
        required("kind", pa.string(), "What was asked for.", enum=get_args(CaptureKind)),
        required("url", pa.string(), "The address asked for.", term="WARC-Target-URI"),
        required("final_url", pa.string(), "The address that answered, after redirects."),
        required("host", pa.string(), "The host asked, the unit of politeness."),
        required("requested_at", INSTANT, "When.", term="WARC-Date"),
        required("elapsed_ms", pa.int32(), "From the request to the last byte read.", unit="ms"),
        Column("http_status", pa.int16(), "The status; null when no answer came."),
        required("outcome", pa.string(), "What came of it.", enum=get_args(FetchOutcome)),
        Column("error_detail", pa.string(), "What went wrong, in words; of an archive, what its records were."),
        required("bytes", pa.int64(), "Bytes of the body on the wire, kept or not.", unit="bytes"),
        Column("content_type", pa.string(), "As the server declared it.", term="HTTP Content-Type"),
        Column("etag", pa.string(), "As the server gave it.", term="HTTP ETag"),
        Column("last_modified", pa.string(), "As the server gave it.", term="HTTP Last-Modified"),
        Column("items_total", pa.int32(), "Entries in the feed document; null for anything else.", unit="entries"),
        Column("items_new", pa.int32(), "Entries whose page was fetched.", unit="entries"),
        Column("items_known", pa.int32(), "Entries known before and unchanged.", unit="entries"),
        Column("items_repeated", pa.int32(), "Entries that stand in the run a second time.", unit="entries"),
        Column("items_rejected", pa.int32(), "Entries that went to quarantine unread.", unit="entries"),
        Column("items_undated", pa.int32(), "Entries without a date.", unit="entries"),
        required("capture_id", pa.string(), "The WARC record of the answer, or of the note when no answer came.", term="WARC-Record-ID"),
        required("warc", pa.string(), "The WARC file in raw/ that holds it."),
        required("user_agent", pa.string(), "What was sent as User-Agent.", term="HTTP User-Agent"),
        required("redirects", STRINGS, "The answers on the way that pointed on, in order: status and the address that gave it."),
        Column("robots_override", pa.string(), "Why the page was asked for although robots.txt forbids it or could not be read, in the words of the source's file; null where robots.txt allows it or it was not asked for."),
    Column("retry_after_seconds", pa.float64(), "How long a busy host (429, 503) asked to be left alone.", unit="seconds", term="HTTP Retry-After"),
        Column("repeats_capture_id", pa.string(), "The earlier capture whose bytes the answer repeats; the WARC then has no second copy.", term="WARC-Refers-To"),
    ),
)  # fmt: skip
QUARANTINE = Table(
    "quarantine",
    "One row per item that gave no article, with the reason; nothing is dropped.",
    ("quarantine_id",),
    ("source_id", "seen_at", "quarantine_id"),
    (
        required("quarantine_id", pa.string(), "The row."),
        required("run_id", pa.string(), "The run that met it.", term="prov:Activity"),
        required("source_id", pa.string(), "The source."),
        required("stage", pa.string(), "Where it stopped.", enum=("parse", "fetch", "extract", "validate")),
        required("reason_code", pa.string(), "The reason: " + "; ".join(f"{k} ({v})" for k, v in REASONS.items()) + ".", enum=tuple(REASONS)),
        required("reason_text", pa.string(), "The reason in one sentence, with the value concerned."),
        Column("field", pa.string(), "The field concerned."),
        Column("value_sample", pa.string(), "The value concerned, shortened.", unit="200 code points at most"),
        Column("url", pa.string(), "The address of the page."),
        Column("article_id", pa.string(), "The article, where the entry could be told from others."),
        required("capture_id", pa.string(), "The WARC record concerned.", term="WARC-Record-ID"),
        required("warc", pa.string(), "The WARC file in raw/ that holds it."),
        required("seen_at", INSTANT, "When."),
        required("ruleset", pa.string(), "Version and digest of the rules that rejected it."),
    ),
)  # fmt: skip
RUNS = Table(
    "runs",
    "One row per run, source and WARC: what was seen and where it went. seen = new + revisions + unchanged + quarantined.",
    ("run_id", "source_id", "warc"),
    ("run_id", "source_id", "warc"),
    (
        required("run_id", pa.string(), "The run.", term="prov:Activity"),
        required("source_id", pa.string(), "The source."),
        required("warc", pa.string(), "The WARC file in raw/."),
        required("feeds_ok", pa.int32(), "Feeds that answered, with or without news.", unit="feeds"),
        required("feeds_failed", pa.int32(), "Feeds that did not.", unit="feeds"),
        required("entries", pa.int32(), "Entries listed in the feed documents.", unit="entries"),
        required("seen", pa.int32(), "Entries and pages looked at again: everything that must end somewhere.", unit="items"),
        required("new", pa.int32(), "Rows of articles.", unit="items"),
        required("revisions", pa.int32(), "Rows of revisions.", unit="items"),
        required("unchanged", pa.int32(), "Known entries, and pages that read as before.", unit="items"),
        required("quarantined", pa.int32(), "Rows of quarantine.", unit="items"),
    ),
    by_day=True,
)  # fmt: skip
SOURCES = Table(
    "sources",
    "One row per configured source and day with captures: the configuration by which the rows of that day were read.",
    ("source_id",),
    ("source_id",),
    (
        required("source_id", pa.string(), "The source: the name of its file in config/sources.", term="schema:identifier"),
        required("title", pa.string(), "The publisher.", term="schema:publisher"),
        required("publisher_type", pa.string(), "Who stands behind it.", enum=get_args(PublisherType)),
        required("site", pa.string(), "The address of its site.", term="schema:url"),
        required("feeds", STRINGS, "The addresses of its feeds.", term="schema:distribution"),
        required("language", pa.string(), "The language it is published in.", term="schema:inLanguage; dcterms:language", unit="BCP 47"),
        required("country", pa.string(), "The country it is published in.", term="schema:countryOfOrigin", unit="ISO 3166-1 alpha-2"),
        required("timezone", pa.string(), "The zone of the times that it prints without one.", unit="IANA time zone"),
        required("calendar", pa.string(), "The calendar of its dates.", enum=get_args(Calendar)),
        Column("agency", pa.string(), "The sign by which its own datelines name it."),
        required("interval_minutes", pa.int32(), "How often its feeds are asked.", unit="minutes"),
        required("config_sha256", pa.string(), "SHA-256 of its configuration as JSON with sorted keys: equal where nothing was changed.", unit="hexadecimal digits"),
        required("ruleset", pa.string(), "Version and digest of the rules by which its articles were read.", term="prov:wasGeneratedBy"),
    ),
    by_day=True,
)  # fmt: skip
FINDINGS = Table(
    "findings",
    "What the checks found out of order on a day, as of the last check of that day.",
    ("rule", "source_id"),
    ("rule", "source_id"),
    (
        Column("source_id", pa.string(), "The source; null where the day as a whole is concerned."),
        required("rule", pa.string(), "The rule that was broken."),
        required("severity", pa.string(), "An error turns the check red.", enum=("error", "warning")),
        required("value", pa.float64(), "What was counted."),
        required("limit", pa.float64(), "What was expected."),
        required("message", pa.string(), "In words."),
    ),
    by_day=True,
)
SOURCE_DAYS = Table(
    "source_days",
    "What a day of a source was like: the facts that the checks of later days compare with. One row per source that was asked.",
    ("source_id",),
    ("source_id",),
    (
        required("day", pa.date32(), "The UTC day of the captures, as in seen_date."),
        required("source_id", pa.string(), "The source."),
        required("hours", pa.int32(), "Whole hours of the day before the last attempt for any source; 24 for a day that is over.", unit="hours"),
        required("feeds_ok", pa.int32(), "Times a feed answered, with or without news.", unit="polls"),
        required("feeds_failed", pa.int32(), "Times a feed did not.", unit="polls"),
        Column("entries_max", pa.int32(), "Most entries that one feed document listed; null where none was read.", unit="entries"),
        required("seen", pa.int32(), "Entries and pages looked at again.", unit="items"),
        required("articles", pa.int32(), "Rows of articles.", unit="rows"),
        required("articles_by_hour", pa.list_(pa.int32()), "Rows of articles by UTC hour of capture, 24 counts.", unit="rows"),
        Column("last_article_at", INSTANT, "When the last article was captured; null where there is none."),
        required("revisions", pa.int32(), "Rows of revisions.", unit="rows"),
        required("unchanged", pa.int32(), "Known entries, and pages that read as before.", unit="items"),
        required("quarantined", pa.int32(), "Rows of quarantine.", unit="rows"),
        Column("quarantined_share", pa.float64(), "Rows of quarantine among those of articles, revisions and quarantine; null where there is none.", unit="0 to 1"),
        required("quarantine_reasons", STRINGS, "Reasons of quarantine, the most frequent first."),
        required("quarantine_counts", pa.list_(pa.int32()), "Rows of quarantine by those reasons.", unit="rows"),
        Column("words_median", pa.float64(), "Median word_count of the articles; this and all shares below are null where there is no article.", unit="words"),
        Column("undated_share", pa.float64(), "Articles without any publication date.", unit="0 to 1"),
        Column("short_share", pa.float64(), "Articles with fewer words than the source's short_words.", unit="0 to 1"),
        Column("duplicate_share", pa.float64(), "Articles whose text an earlier article of the source and day has already.", unit="0 to 1"),
        required("mentions", pa.int32(), "Rows of mentions.", unit="rows"),
        Column("unresolved_share", pa.float64(), "Mentions that were not resolved to a person_id; null where there is no mention.", unit="0 to 1"),
        Column("open_names", pa.int32(), "Names that a person may settle: different surfaces of mentions whose status is ambiguous, proposed or unresolved; null where this was not counted yet.", unit="names"),
        required("languages", STRINGS, "Languages of the articles, the most frequent first; und where none was told.", unit="BCP 47"),
        required("language_counts", pa.list_(pa.int32()), "Articles in those languages.", unit="rows"),
        *(
            Column(f"{name}_filled", pa.float64(), f"Articles in which {name} is not empty.", unit="0 to 1")
            for name in get_args(FilledColumn)
        ),
    ),
    by_day=True,
)  # fmt: skip
PERSONS = Table(
    "persons",
    "Who was mentioned on a day: one row per person.",
    ("person_id",),
    ("person_id",),
    (
        required("day", pa.date32(), "The UTC day of the captures, as in seen_date."),
        required("person_id", pa.string(), "The person, as in mentions.", term="schema:sameAs"),
        required("name", pa.string(), "The registry's name of the person, else the form most printed on the day.", term="schema:name"),
        required("known_by", pa.string(), "Whether the person stands in the registry or has an id made from a name.", enum=("registry", "name")),
        Column("wikidata", pa.string(), "The person's Wikidata item, where the registry has it.", term="schema:sameAs"),
        Column("role", pa.string(), "Who the person is, in the registry's words.", term="schema:jobTitle"),
        Column("country", pa.string(), "The person's country, where the registry has it.", unit="ISO 3166-1 alpha-2"),
        required("mentions", pa.int32(), "Rows of mentions.", unit="rows"),
        required("articles", pa.int32(), "Articles in which they stand.", unit="rows"),
        required("forms", pa.int32(), "Ways in which the name was printed.", unit="forms"),
        required("sources", STRINGS, "Sources that printed it, in order."),
        required("merged_ids", STRINGS, "Ids under which rows of earlier days may have the person: those that the names had before the registry knew them, and those that went into this one."),
    ),
    by_day=True,
)  # fmt: skip
PERSON_NAMES = Table(
    "person_names",
    "How persons were printed on a day: one row per person, form and source.",
    ("person_id", "surface", "source_id"),
    ("person_id", "surface", "source_id"),
    (
        required("day", pa.date32(), "The UTC day of the captures, as in seen_date."),
        required("person_id", pa.string(), "The person, as in mentions.", term="schema:sameAs"),
        required("surface", pa.string(), "The name exactly as printed, without title.", term="schema:alternateName"),
        required("source_id", pa.string(), "The source that printed it."),
        required("name_key", pa.string(), "Consonants of the form, as in mentions."),
        required("mentions", pa.int32(), "Rows of mentions.", unit="rows"),
        required("articles", pa.int32(), "Articles in which they stand.", unit="rows"),
    ),
    by_day=True,
)  # fmt: skip

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        ARTICLES,
        REVISIONS,
        MENTIONS,
        FETCH_LOG,
        QUARANTINE,
        RUNS,
        SOURCES,
        SOURCE_DAYS,
        FINDINGS,
        PERSONS,
        PERSON_NAMES,
    )
}


def to_arrow(table: Table, rows: list[dict[str, object]]) -> pa.Table:
    """Rows as an Arrow table of exactly the declared schema, in the declared order.

    Raises DataError, naming column and value, for a null, a type or an enumeration value that the contract forbids.
    """
    schema = table.schema()
    declared = set(schema.names)
    for row in rows:
        if row.keys() != declared:
            odd = row.keys() ^ declared
            raise DataError(f"table {table.name!r}: columns {sorted(odd)} are not as declared")
    try:
        arrow = pa.Table.from_pylist(rows, schema=schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DataError(f"table {table.name!r}: {error}") from error
    check_contract(table, arrow)
    return arrow.sort_by([(name, "ascending") for name in table.order])


def check_contract(table: Table, arrow: pa.Table) -> None:
    """Passes when no required column has a null and no enumeration an unknown value; raises DataError."""
    for column in table.columns:
        values = arrow.column(column.name)
        if not column.nullable and values.null_count:
            raise DataError(f"table {table.name!r}: column {column.name!r} has {values.null_count} nulls")
        if column.enum:
            flat = values if column.type == pa.string() else pc.list_flatten(values)
            odd = set(pc.unique(flat).to_pylist()) - {None, *column.enum}
            if odd:
                raise DataError(
                    f"table {table.name!r}: column {column.name!r} has the unknown values {sorted(map(str, odd))}"
                )
