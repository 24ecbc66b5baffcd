"""One capture becomes one Article or one Reject, read in the order a reader would.

This room alone knows how the others fit together; it touches no network, clock, disk or environment.
"""

import json
import re
import traceback
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePath

from etl.addresses import normal_url
from etl.errors import ArticleError
from etl.model import Article, Dateline, DateSource, FeedEntry, Moment, Page, Place, Reject, Source, TailMark
from etl.people.identities import People, Setting
from etl.people.mentions import Finder, find_mentions
from etl.people.resolution import resolve_mentions
from etl.reading.bylines import read_authors
from etl.reading.completeness import body_completeness
from etl.reading.furniture import Body, Style, split_body
from etl.reading.languages import count_words, detect_language, main_script
from etl.reading.pages import read_page
from etl.reading.publication import choose_date, date_fields, is_before_the_web, modified_at
from etl.reading.regions import find_regions
from etl.reading.sitelayouts import layout_of

FUTURE_TOLERANCE = timedelta(days=1)  # clocks of publishers run ahead by hours, not by more than a day


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that reading one source's pages needs to know, so that reading itself asks nobody.

    `locate` gives the place of a sure dateline from its print, region included, and the agency; null: as it was found.
    `agencies` are the names by which news agencies sign.
    """

    source: Source
    signs: Mapping[str, str]
    slug_names: Mapping[str, str]
    finder: Finder
    find_place: Callable[[str], Place | None]
    people: People
    ruleset: str
    locate: Callable[[str, str | None], Place | None] | None = None
    agencies: Collection[str] = frozenset()


def read_article(  # noqa: PLR0913 - what came over the wire, what the feed said of it, and the rules to read it by
    markup: bytes,
    charset: str | None,
    url: str,
    seen_at: datetime,
    entry: FeedEntry,
    reading: Reading,
    article_id: str | None = None,
) -> Article | Reject:
    """The article in a page's decoded bytes, or why there is none. Raises MemoryError alone.

    `article_id` is needed for decisions on persons in one article; those that name its address hold without.

    The fields of the result are the columns of `articles` that can be read from the page and its feed entry; those
    that name the capture are added where the capture is known.
    """
    try:
        page = read_page(markup, url, charset, reading.agencies, layout_of(reading.source.layouts, seen_at.date()))
        if not page.paragraphs:
            raise ArticleError("no_article", "no article text was found in the page", field="body_text")
        article = _compose(page, (url, article_id), seen_at, entry, reading)
        # Half a surrogate pair, which no file can hold, ends here and not in the table.
        json.dumps(dict(article.fields), default=str, ensure_ascii=False).encode()
        return article
    except MemoryError:  # not the page's text but its cost: who limits it says so
        raise
    except ArticleError as error:
        return Reject("extract", error.reason_code, error.reason_text, error.field, error.value)
    except Exception as error:  # noqa: BLE001 - the one broad handler: a defect of ours costs one article
        return Reject("extract", "reader_failed", _defect(error))


def _defect(error: Exception) -> str:
    """An error with the three innermost places it came through, by module, function and line: no path of a machine."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " > ".join(f"{PurePath(frame.filename).stem}.{frame.name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places}: {error}"[:500]


def _compose(
    page: Page, known_as: tuple[str, str | None], seen_at: datetime, entry: FeedEntry, reading: Reading
) -> Article:
    url, article_id = known_as
    headline = page.headline or entry.headline
    if not headline:
        raise ArticleError("no_headline", "neither page nor feed gives a headline", field="headline")
    body = split_head(page.paragraphs, reading)
    date_source, published = choose_date(page, entry, reading.source, url)
    completeness, why_complete = body_completeness(body.paragraphs, page.declared, entry.summary)
    reporter = body.dateline.byline if body.dateline else None
    mentions = resolve_mentions(
        find_mentions(body.text, reading.finder, lambda name: _is_place(name, reading)),
        Setting(reading.people, reading.source.source_id, (article_id, *_addresses(page, url, entry))),
    )
    fields: dict[str, object] = {
        "source_id": reading.source.source_id,
        "source_name": reading.source.title,
        "url": url,
        "canonical_url": page.canonical_url,
        "guid": entry.guid,
        "headline": _nfc(headline),
        **head_fields(body, reading, page.section),
        "byline_raw": page.byline or reporter or entry.byline,
        "authors": _authors((page.authors, (reporter or "",), (entry.byline or "",)), page, reading),
        **_text_fields(body, page.language or reading.source.language),
        "body_source": "page",
        "clutter_lines": page.clutter_lines,
        "body_completeness": completeness,
        "body_completeness_reason": why_complete,
        **date_fields(date_source, published),
        "modified_at": modified_at(page, reading.source),
        "keywords": list(page.keywords or entry.categories),
        "usage_terms": page.terms.usage_terms,
        "access": page.terms.access,
        "ruleset": reading.ruleset,
        "flags": _flags(page, body, published, seen_at),
    }
    why = _reasons(page, body, reading, (date_source, published))
    return Article(fields, mentions, why, page.terms.metas)


def _authors(signed: Iterable[tuple[str, ...]], page: Page, reading: Reading) -> list[str]:
    """Who signs: by the first of some printed lines in which a person does; empty where none is named."""
    titles = (reading.source.title, page.site_name or "")
    found = (read_authors(printed, *titles, agencies=reading.agencies) for printed in signed)
    return list(next(filter(None, found), ()))


def _text_fields(body: Body, language: str | None) -> dict[str, object]:
    """The columns that are read from the text alone; `language` is the declared one."""
    return {
        "lede": body.paragraphs[body.lede],
        "body_text": body.text,
        "paragraph_offsets": paragraph_offsets(body.paragraphs),
        "word_count": count_words(body.text),
        "language": detect_language(body.text, language),
        "script": main_script(body.text),
    }


def _reasons(page: Page, body: Body, reading: Reading, dated: tuple[DateSource, Moment]) -> dict[str, str]:
    """What the columns were read from, in words."""
    date_source, published = dated
    return {
        "headline": page.headline_source or "feed",
        "dateline": f"shape {body.dateline.rule}" if body.dateline else "no known dateline shape at the head",
        "attributed_to": next((lead.rule for lead in body.attributions if lead.outlet == body.outlet), "source line")
        if body.outlet
        else "no outlet but the publisher is named",
        "section": "slug" if body.slug else "page" if page.section else "source" if reading.source.section else "none",
        "published_at": f"{date_source}: {published.raw!r}" if published.raw else "no date in page or feed",
    }


def _addresses(page: Page, url: str, entry: FeedEntry) -> tuple[str | None, ...]:
    """The addresses of an article in normal form."""
    return tuple(address and normal_url(address) for address in (url, page.canonical_url, entry.link))


def split_head(paragraphs: Sequence[str], reading: Reading) -> Body:
    """The body without dateline, slug, attribution lead and end marks, each cut only where it surely is one."""
    source = reading.source
    own = {source.title, *(reading.signs.get(name, source.title) for name in (source.agency or "", source.title))}
    signs = {source.title: source.title, **reading.signs}
    body = split_body(paragraphs, Style(frozenset(own), signs, reading.slug_names, reading.find_place))
    return replace(body, dateline=_located(body.dateline, reading)) if body.dateline else body


def _located(dateline: Dateline, reading: Reading) -> Dateline:
    """A dateline with its place looked up again: as it is sure now, villages count, and the agency tells namesakes."""
    if reading.locate is None or dateline.place is None:
        return dateline
    for printed in dict.fromkeys((dateline.place.name, dateline.place.name.split("/")[0].strip())):
        place = reading.locate(f"{printed}, {dateline.region}" if dateline.region else printed, dateline.agency)
        if place is not None:
            return replace(dateline, place=replace(place, name=dateline.place.name))
    return dateline


def paragraph_offsets(paragraphs: Iterable[str]) -> list[int]:
    """Where each paragraph begins in the text that joins them with one line end each, in code points."""
    offsets, position = [], 0
    for paragraph in paragraphs:
        offsets.append(position)
        position += len(paragraph) + 1
    return offsets


def _is_place(name: str, reading: Reading) -> bool:
    return bool(find_regions(name)) or reading.find_place(name) is not None


def head_fields(body: Body, reading: Reading, section: str | None = None) -> dict[str, object]:
    """The columns that are read from a body's furniture; `section` is what the page says of itself."""
    dateline, slug, leads = body.dateline, body.slug, body.attributions
    printed_place = dateline.place if dateline else None
    place = printed_place or next((lead.place for lead in leads if lead.place), None)
    names = reading.slug_names
    slug_agency = next((names[name] for name in names if slug and slug.text.startswith(name)), None)
    return {
        "agency": (dateline.agency if dateline else None)
        or slug_agency
        or next((lead.agency for lead in leads if lead.agency), None),
        "agency_sign": dateline.agency_sign if dateline else None,
        "dateline": dateline.text.strip() if dateline else None,
        "dateline_place": place.name if place else None,
        "dateline_place_id": place.place_id if place else None,
        "dateline_country": place.country if place else None,
        "dateline_place_name": place.usual_name if place else None,
        "dateline_place_stance": place.stance if place else None,
        "dateline_lat": place.latitude if place else None,
        "dateline_lon": place.longitude if place else None,
        "dateline_date_raw": dateline.date_raw if dateline else None,
        "attribution": "\n".join(lead.text.strip() for lead in leads if lead.text) or None,
        "attributed_to": body.outlet,
        "section_slug": slug.text.strip() if slug else None,
        "section": slug.section if slug else section or reading.source.section,
        "sign_off": "\n".join(mark.text for mark in _marks(body) if not mark.is_code) or None,
        "desk_codes": [mark.text for mark in _marks(body) if mark.is_code],
    }


def _marks(body: Body) -> tuple[TailMark, ...]:
    return body.tail.marks if body.tail else ()


def _flags(page: Page, body: Body, published: Moment, seen_at: datetime) -> list[str]:
    quotes = len(re.findall('"', body.text)) % 2 or body.text.count("“") != body.text.count("”")
    instant, day = published.instant, published.day
    ahead = seen_at + FUTURE_TOLERANCE
    flags = {
        "date_missing": day is None,
        "date_future": instant > ahead if instant is not None else day is not None and day > ahead.date(),
        "date_before_web": is_before_the_web(published),
        "zone_assumed": published.zone_source == "source_config",
        "headline_from_feed": page.headline is None,
        "quote_unclosed": bool(quotes),
    }
    return [flag for flag, holds in flags.items() if holds]


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
