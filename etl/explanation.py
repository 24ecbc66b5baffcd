"""Looking into it: what is read from one page, in the columns of the tables, and why."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from etl.addresses import host_of
from etl.articles import read_article
from etl.config import House
from etl.model import FeedEntry, Reject, Source
from etl.transformation import reading_of


def explain_page(house: House, markup: bytes, url: str, source_id: str | None, now: datetime) -> dict[str, Any]:
    """Every field read from a page, its mentions, and `why` each was taken; or `reject` with the reason.

    The page is read as one of `source_id`; without it, of the configured source on the same host; without that, of
    none: then no agency's sign, section or time zone is assumed.
    """
    source = house.sources[source_id] if source_id else _source_of(house, url)
    result = read_article(markup, None, url, now, FeedEntry(), reading_of(house, source))
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
