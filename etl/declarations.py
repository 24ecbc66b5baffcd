"""The files of `config/sources/` become Sources: one file declares one source, and its name is the source's id.

Every mistake is a `ConfigError` that names the file, the key and the value.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from etl.errors import ConfigError
from etl.model import Expectations, FeedAddress, SiteLayout, Source
from etl.reading.sitelayouts import is_path
from etl.tomlfiles import STRICT, read_toml, typed
from etl.web.reach import read_networks

SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")  # at most 64: the state holds no more
for declared in (Source, FeedAddress, SiteLayout, Expectations):
    declared.__pydantic_config__ = STRICT  # type: ignore[union-attr]  # the nouns themselves know no library
Check: TypeAlias = tuple[str, object, bool, str]  # key, value, whether it is good, what is wrong where it is not


def load_sources(folder: Path) -> dict[str, Source]:
    """Every source in a folder by id, in order of id. Raises ConfigError; two sources may not share a feed."""
    sources: dict[str, Source] = {}
    owners: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        source = load_source(path)
        for feed in source.feeds:
            if feed.url in owners:
                raise ConfigError(f"{path}: key 'feeds.url': {feed.url!r} is already a feed of {owners[feed.url]!r}")
            owners[feed.url] = source.source_id
        sources[source.source_id] = source
    return sources


def load_source(path: Path) -> Source:
    """One source file, validated. Raises ConfigError naming file, key and value."""
    if not SOURCE_ID.fullmatch(path.stem):
        raise ConfigError(f"{path}: the file name {path.stem!r} is no source id (lower case letters, digits, _)")
    declared = read_toml(path)
    if "source_id" in declared:
        raise ConfigError(f"{path}: key 'source_id' ({declared['source_id']!r}): the file name is the source's id")
    source = typed(Source, {**declared, "source_id": path.stem}, path)
    for key, value, good, why in (*_plain_checks(source), *_checks_of_lists(source), *_checks_of_limits(source)):
        if not good:
            raise ConfigError(f"{path}: key {key!r}: {value!r} {why}")
    return source


def _plain_checks(source: Source) -> Iterator[Check]:
    yield "site", source.site, _is_web(source.site), "is no http(s) address"
    yield "country", source.country, bool(re.fullmatch("[A-Z]{2}", source.country)), "is no ISO 3166-1 alpha-2 code"
    yield "timezone", source.timezone, source.timezone in _zones(), "is no IANA time zone"
    tag = re.fullmatch("[a-z]{2,3}(-[A-Za-z0-9]+)*", source.language)
    yield "language", source.language, tag is not None, "is no BCP 47 tag"
    for key in ("interval_minutes", "interval_max_minutes"):
        yield key, getattr(source, key), getattr(source, key) >= 1, "must be 1 or more"
    reason = source.robots_override
    yield "robots_override", reason, reason is None or bool(reason.strip()), "must say why"


def _checks_of_lists(source: Source) -> Iterator[Check]:
    yield "feeds", source.feeds, bool(source.feeds), "must name at least one feed"
    for feed in source.feeds:
        yield "feeds.url", feed.url, _is_web(feed.url), "is no http(s) address"
        _, at, host = urlsplit(feed.url).netloc.rpartition("@")
        yield "feeds.url", host, not at, "has a login before it, which would stand in every log, table and WARC"
    for name in source.allowed_networks:
        yield "allowed_networks", name, _is_network(name), "is no IP network"
    for layout in source.layouts:
        for path in filter(None, (layout.story, *layout.remove, layout.headline)):
            yield "layouts", path, is_path(path), "is no XPath expression"
        yield "layouts.until", layout.until, layout.until is None or _is_day(layout.until), "is no day"


def _checks_of_limits(source: Source) -> Iterator[Check]:
    for name, value in ((field.name, getattr(source.expect, field.name)) for field in fields(Expectations)):
        if isinstance(value, int | float):
            most = 1 if "share" in name and not name.startswith("volume") else math.inf
            yield f"expect.{name}", value, 0 <= value <= most, f"must be 0 to {most}"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_network(name: str) -> bool:
    try:
        return bool(read_networks((name,)))
    except ValueError:
        return False
