"""One capture becomes one Article or one Reject, read in the order a reader would.

This room alone knows how the others fit together; it touches no network, clock, disk or environment.
"""

import json
import re
import traceback
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePath

from etl.bylines import read_authors
from etl.datelines import read_dateline
from etl.dates import read_date
from etl.errors import ArticleError
from etl.languages import count_words, detect_language, main_script
from etl.model import Article, Dateline, DateSource, FeedEntry, Moment, Page, Place, Reject, SectionSlug, Source
from etl.pages import read_page
from etl.persons import find_mentions
from etl.places import find_regions
from etl.sections import read_section_slug

FUTURE_TOLERANCE = timedelta(days=1)  # clocks of publishers run ahead by hours, not by more than a day
SLUG_PARAGRAPHS = 2  # the slug stands in the first paragraph or, behind a dateline, in the second


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that reading one source's pages needs to know, so that reading itself asks nobody."""

    source: Source
    signs: Mapping[str, str]
    slug_names: Mapping[str, str]
    titles: Mapping[str, str]
    find_place: Callable[[str], Place | None]
    ruleset: str


@dataclass(frozen=True, slots=True)
class Body:
    """A body with its furniture taken off: `dateline.text`, `slug.text` and `paragraphs` are all there was.

    A dateline in a line of its own ends with the line end, and its line is no paragraph any more.
    """

    dateline: Dateline | None
    slug: SectionSlug | None
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs, a line each."""
        return "\n".join(self.paragraphs)


def read_article(  # noqa: PLR0913 - what came over the wire, what the feed said of it, and the rules to read it by
    markup: bytes, charset: str | None, url: str, seen_at: datetime, entry: FeedEntry, reading: Reading
) -> Article | Reject:
    """The article in a page's decoded bytes, or why there is none. Never raises.

    The fields of the result are the columns of `articles` that can be read from the page and its feed entry; those
    that name the capture are added where the capture is known.
    """
    try:
        page = read_page(markup, url, charset)
        if not page.paragraphs:
            raise ArticleError("no_article", "no article text was found in the page", field="body_text")
        article = _compose(page, url, seen_at, entry, reading)
        # Half a surrogate pair, which no file can hold, ends here and not in the table.
        json.dumps(dict(article.fields), default=str, ensure_ascii=False).encode()
        return article
    except ArticleError as error:
        return Reject("extract", error.reason_code, error.reason_text, error.field, error.value)
    except Exception as error:  # noqa: BLE001 - the one broad handler: a defect of ours costs one article
        return Reject("extract", "reader_failed", _defect(error))


def _defect(error: Exception) -> str:
    """An error with the three innermost places it came through, by module, function and line: no path of a machine."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " > ".join(f"{PurePath(frame.filename).stem}.{frame.name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places}: {error}"[:500]


def _compose(page: Page, url: str, seen_at: datetime, entry: FeedEntry, reading: Reading) -> Article:
    headline = page.headline or entry.headline
    if not headline:
        raise ArticleError("no_headline", "neither page nor feed gives a headline", field="headline")
    body = split_head(page.paragraphs, reading)
    date_source, published = choose_date(page, entry, reading.source)
    signed = (page.authors, (page.byline or "",), (entry.byline or "",))  # the first in which a person signs
    found = (read_authors(printed, reading.source.title, page.site_name or "") for printed in signed)
    authors = next(filter(None, found), ())
    mentions = find_mentions(body.text, reading.titles, lambda name: _is_place(name, reading))
    fields: dict[str, object] = {
        "source_id": reading.source.source_id,
        "source_name": reading.source.title,
        "url": url,
        "canonical_url": page.canonical_url,
        "guid": entry.guid,
        "headline": _nfc(headline),
        **_head_fields(body, page, reading),
        "byline_raw": page.byline or entry.byline,
        "authors": list(authors),
        "lede": body.paragraphs[0],
        "body_text": body.text,
        "paragraph_offsets": paragraph_offsets(body.paragraphs),
        "word_count": count_words(body.text),
        "language": detect_language(body.text, page.language or reading.source.language),
        "script": main_script(body.text),
        **_date_fields(date_source, published),
        "modified_at": _modified_at(page, reading.source),
        "keywords": list(page.keywords or entry.categories),
        "ruleset": reading.ruleset,
        "flags": _flags(page, body, published, seen_at),
    }
    why = {
        "headline": page.headline_source or "feed",
        "dateline": f"shape {body.dateline.rule}" if body.dateline else "no known dateline shape at the head",
        "section": "slug" if body.slug else "page" if page.section else "source" if reading.source.section else "none",
        "published_at": f"{date_source}: {published.raw!r}" if published.raw else "no date in page or feed",
    }
    return Article(fields, mentions, why)


def split_head(paragraphs: Sequence[str], reading: Reading) -> Body:
    """The body without dateline and slug, each cut only where it surely is one.

    A body that has been split is never split further: a head of which a second look would cut more is none that we
    know, and stays whole.
    """
    texts = tuple(_nfc(paragraph) for paragraph in paragraphs)
    body = _cut_head(texts, reading)
    again = _cut_head(body.paragraphs, reading)
    return body if again.dateline is None and again.slug is None else Body(None, None, texts)


def _cut_head(paragraphs: tuple[str, ...], reading: Reading) -> Body:
    title = reading.source.title
    text = "\n".join(paragraphs)
    dateline = read_dateline(text, {title: title, **reading.signs}, reading.find_place)
    kept = text[len(dateline.text) :].split("\n") if dateline else list(paragraphs)
    for number, paragraph in enumerate(kept[:SLUG_PARAGRAPHS]):
        slug = read_section_slug(paragraph, reading.slug_names)
        if slug is not None:
            kept[number] = paragraph[len(slug.text) :]
            return Body(dateline, slug, tuple(kept))
    return Body(dateline, None, tuple(kept))


def choose_date(page: Page, entry: FeedEntry, source: Source) -> tuple[DateSource, Moment]:
    """The first candidate that gives an instant, else the first that gives a day, else ("none", an empty moment).

    Candidates are, in order of trust: JSON-LD, meta, the feed's own publication date, a date visible in the page.
    The feed's `updated` and the page's modification date are no publication dates.
    """
    printed = [candidate for candidate in page.dates if candidate[0] != "visible"]
    if entry.published_raw:
        printed.append(("feed", entry.published_raw))
    printed += [candidate for candidate in page.dates if candidate[0] == "visible"]
    moments = [(place, read_date(raw, source.timezone, source.calendar)) for place, raw in printed]
    for known in ("instant", "day"):
        for place, moment in moments:
            if getattr(moment, known) is not None:
                return place, moment
    return "none", Moment("")


def _modified_at(page: Page, source: Source) -> datetime | None:
    return read_date(page.modified_raw, source.timezone, source.calendar).instant if page.modified_raw else None


def paragraph_offsets(paragraphs: Iterable[str]) -> list[int]:
    """Where each paragraph begins in the text that joins them with one line end each, in code points."""
    offsets, position = [], 0
    for paragraph in paragraphs:
        offsets.append(position)
        position += len(paragraph) + 1
    return offsets


def _is_place(name: str, reading: Reading) -> bool:
    return bool(find_regions(name)) or reading.find_place(name) is not None


def _head_fields(body: Body, page: Page, reading: Reading) -> dict[str, object]:
    dateline, slug = body.dateline, body.slug
    place = dateline.place if dateline else None
    slug_agency = None
    if slug:
        slug_agency = next(
            (reading.slug_names[name] for name in reading.slug_names if slug.text.startswith(name)), None
        )
    return {
        "agency": (dateline.agency if dateline else None) or slug_agency,
        "agency_sign": dateline.agency_sign if dateline else None,
        "dateline": dateline.text.strip() if dateline else None,
        "dateline_place": place.name if place else None,
        "dateline_place_id": place.place_id if place else None,
        "dateline_country": place.country if place else None,
        "dateline_date_raw": dateline.date_raw if dateline else None,
        "section_slug": slug.text.strip() if slug else None,
        "section": slug.section if slug else page.section or reading.source.section,
    }


def _date_fields(source: DateSource, published: Moment) -> dict[str, object]:
    known = published.day is not None
    utc_day: date | None = published.instant.date() if published.instant else None
    return {
        "published_at": published.instant,
        "published_raw": published.raw or None,
        "published_calendar": published.calendar if known else None,
        "published_precision": published.precision,
        "published_source": source,
        "published_tz_source": published.zone_source,
        "published_utc_date": utc_day,
        "published_local_date": published.day,
    }


def _flags(page: Page, body: Body, published: Moment, seen_at: datetime) -> list[str]:
    quotes = len(re.findall('"', body.text)) % 2 or body.text.count("“") != body.text.count("”")
    flags = {
        "date_missing": published.day is None,
        "date_future": published.instant is not None and published.instant > seen_at + FUTURE_TOLERANCE,
        "zone_assumed": published.zone_source == "source_config",
        "headline_from_feed": page.headline is None,
        "quote_unclosed": bool(quotes),
    }
    return [flag for flag, holds in flags.items() if holds]


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
