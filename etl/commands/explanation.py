"""Looking into it: what is read from a page, a dateline, a date or a name, by which rule, and what was refused."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from etl.addresses import host_of
from etl.config import House
from etl.errors import DataError
from etl.model import Article, Calendar, Capture, FeedEntry, Reject, Source
from etl.people.names import name_key, name_parts
from etl.people.persons import compare
from etl.people.recognition import resolve
from etl.reading.articles import head_fields, read_article, split_head
from etl.reading.datelines import candidates, parts_of
from etl.reading.dates import read_date, weigh_date
from etl.state import open_state
from etl.stores.lookups import latest_capture
from etl.verbs.items import article_of
from etl.verbs.transformation import reading_of
from etl.warc.raw import read_capture


def explain_page(house: House, markup: bytes, url: str, source_id: str | None, now: datetime) -> dict[str, Any]:
    """Every field read from a page, its mentions, and `why` each was taken; or `reject` with the reason.

    The page is read as one of `source_id`; without it, of the configured source on the same host; without that, of
    none: then no agency's sign, section or time zone is assumed.
    """
    source = house.sources[source_id] if source_id else _source_of(house, url)
    return _told(source, url, read_article(markup, None, url, now, FeedEntry(), reading_of(house, source)))


def explain_capture(house: House, url: str) -> dict[str, Any]:
    """What `explain_page` gives for the newest capture in `raw/` of a page that a feed listed, and which capture it is.

    Raises DataError where there is none, StorageError where a store cannot be read.
    """
    with open_state(house.state_url).connect() as connection:
        place = latest_capture(connection, url)
    found = read_capture(house.data, place) if place else None
    if not isinstance(found, Capture):
        raise DataError(f"there is no capture of {url!r} in {str(house.data / 'raw')!r}")
    source = house.sources.get(found.source_id) or _source_of(house, url)
    told = _told(source, found.exchange.final_url, article_of(found, reading_of(house, source)))
    return {"warc": found.place.warc, "capture_id": found.place.capture_id, "seen_at": found.place.seen_at, **told}


def _told(source: Source, url: str, result: Article | Reject) -> dict[str, Any]:
    if isinstance(result, Reject):
        return {"source_id": source.source_id, "url": url, "reject": asdict(result)}
    mentions = [asdict(mention) for mention in result.mentions]
    return {**result.fields, "mentions": mentions, "why": dict(result.why)}


def explain_line(house: House, line: str, now: datetime) -> dict[str, Any]:
    """What `explain_page` gives for one JSON line `{"id", "url", "html"}`, its id first; a bad line is told as such."""
    try:
        page = json.loads(line)
        page_id, url, html = page["id"], page["url"], page["html"]
    except (ValueError, KeyError, TypeError) as error:
        return {"id": None, "error": f"not a JSON object with id, url and html: {error!r}"}
    return {"id": page_id, **explain_page(house, str(html).encode("utf-8", "surrogatepass"), str(url), None, now)}


def explain_dateline(house: House, text: str, source_id: str | None = None) -> dict[str, Any]:
    """What is read from the head and the tail of a text, a line a paragraph.

    `dateline_end` is the code point at which the story begins behind the dateline, 0 where there is none; `refused`
    are the shapes at the head that are no dateline, each with the reason.
    """
    reading = reading_of(house, house.sources[source_id] if source_id else _source_of(house, ""))
    body = split_head(text.split("\n"), reading)
    fields = head_fields(body, reading)
    printed = unicodedata.normalize("NFC", text)
    start = next((cut.start for cut in body.cuts if body.dateline and cut.text == body.dateline.text), 0)
    tried = candidates(
        printed[start:], {reading.source.title: reading.source.title, **reading.signs}, reading.find_place
    )
    end = start + len(body.dateline.text) if body.dateline else 0
    places = [found.place for found in (body.dateline, *body.attributions) if found and found.place]
    return {
        "dateline": fields["dateline"],
        "dateline_end": _code_points(text, end),
        "places": [name for place in places for name in parts_of(place, reading.find_place)],
        "region": body.dateline.region if body.dateline else None,
        "place_id": fields["dateline_place_id"],
        **{name: fields[f"dateline_{name}"] for name in ("place_name", "place_stance", "lat", "lon")},
        "country_code": fields["dateline_country"],
        "agency": fields["agency"],
        "agency_sign": fields["agency_sign"],
        "date": fields["dateline_date_raw"],
        **{name: fields[name] for name in ("section", "section_slug", "attribution", "attributed_to", "sign_off")},
        "desk_codes": fields["desk_codes"],
        "rule": body.dateline.rule if body.dateline else None,
        "refused": [{"rule": found.rule, "text": found.text, "why": found.doubt} for found in tried if found.doubt],
        "body": body.text,
    }


def explain_date(raw: str, zone: str | None, calendar: Calendar = "gregorian") -> dict[str, Any]:
    """The moment that a print names, the rule it was read by, and the forms that were considered and refused."""
    rule, refused = weigh_date(raw, zone, calendar)
    return {**asdict(read_date(raw, zone, calendar)), "rule": rule, "refused": list(refused)}


def explain_name(house: House, name: str) -> dict[str, Any]:
    """Who a name is: `key`, the parts it is made of, `person_id` (null where that is not known), how and why.

    `person` is whom the registry knows by that id, null where it is made from the name.
    """
    resolution = resolve(name, house.rules.people.registry, house.rules.people.forms)
    known = house.rules.people.registry.persons.get(resolution.person_id or "")
    person = known and {"name": known.name, "role": known.role, "country": known.country, "wikidata": known.wikidata}
    return {"name": name, "key": name_key(name), "parts": name_parts(name), **resolution._asdict(), "person": person}


def explain_pair(house: House, one: str, other: str) -> dict[str, Any]:
    """How alike two names are (`score`, 0 to 1), whether that makes them one name, why, and the key of each."""
    likeness = compare(one, other, house.rules.people.forms)
    return {"names": [one, other], "keys": [name_key(one), name_key(other)], **likeness._asdict()}


def explain_pair_line(house: House, line: str) -> dict[str, Any]:
    """What `explain_pair` gives for one line, two names separated by a tab; a line of another form is told as such."""
    names = line.split("\t")
    if len(names) != 2:
        return {"names": names, "error": f"{len(names)} names, not 2 separated by a tab"}
    return explain_pair(house, *names)


def line_of(line: str) -> str:
    """The text of one line of input: a JSON string, or the line as it stands."""
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return value if isinstance(value, str) else line


def _code_points(text: str, end: int) -> int:
    """Where in a text as given an offset into its normal form (NFC) lies."""
    if unicodedata.is_normalized("NFC", text):
        return end
    return next(n for n in range(end, len(text) + 1) if len(unicodedata.normalize("NFC", text[:n])) >= end)


def to_json(value: Mapping[str, Any], indent: int | None = None) -> str:
    """One JSON object; instants and days in ISO 8601."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def _source_of(house: House, url: str) -> Source:
    host = host_of(url).removeprefix("www.")
    for source in house.sources.values():
        hosts = {host_of(address).removeprefix("www.") for address in (source.site, *(f.url for f in source.feeds))}
        if host and host in hosts:
            return source
    return Source("unconfigured", host or "unconfigured", url, (), "und", "ZZ", None)
