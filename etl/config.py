"""`config/` and the environment become Settings, Sources and Rules; nothing else reads them.

Every mistake is a `ConfigError` that names the file, the key and the value. Unknown keys are mistakes.
"""

import hashlib
import importlib.metadata
import math
import os
import re
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from etl.errors import ConfigError
from etl.model import Expectations, FeedAddress, SiteLayout, Source
from etl.reading.sitelayouts import is_path
from etl.rulesets import Rules, load_rules
from etl.tables.takedowns import Takedowns, load_takedowns
from etl.tomlfiles import STRICT, read_toml, typed
from etl.web.reach import read_networks

SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")  # at most 64: the state holds no more
MAY_BE_ZERO = {
    *("host_delay_seconds", "failed_feeds_share_max", "compact_after_days", "vacuum_after_days"),
    "rebuild_max_changed_share",
}
SMALLEST = 1e-9  # what is above 0
for declared in (Source, FeedAddress, SiteLayout, Expectations):
    declared.__pydantic_config__ = STRICT  # type: ignore[union-attr]  # the nouns themselves know no library


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator may set; `settings.toml` holds these keys, the environment the four places.

    Bytes are counted on the wire. `revisit_hours` says how long after its first capture a page is looked at
    again. `failed_feeds_share_max` is the share of feeds (0 to 1) above which a run is red,
    `rebuild_max_changed_share` that of a table's rows (0 to 1) above which a rebuild stops unless it is accepted.
    `ask_tdmrep` says whether hosts are asked for their tdmrep.json, once a day.
    """

    __pydantic_config__ = STRICT

    contact: str = ""
    host_delay_seconds: float = 2.0
    timeout_seconds: float = 20.0
    deadline_seconds: float = 60.0
    max_feed_bytes: int = 20_000_000
    max_page_bytes: int = 10_000_000
    max_batches: int = 32
    max_pages_per_warc: int = 2_000
    concurrent_hosts: int = 8
    revisit_hours: tuple[float, ...] = (1, 6, 24, 168)
    failed_feeds_share_max: float = 0.2
    lease_minutes: float = 60.0
    compact_after_days: float = 2.0
    vacuum_after_days: float = 7.0
    rebuild_max_changed_share: float = 0.25
    ask_tdmrep: bool = True


@dataclass(frozen=True, slots=True)
class House:
    """One configured Dateline: where its stores are and how it behaves."""

    data: Path
    config: Path
    state_url: str
    settings: Settings
    sources: dict[str, Source]
    rules: Rules
    takedowns: Takedowns

    def ruleset(self, source_id: str) -> str:
        """Version and digest of the code, rules and source file that read this source's articles."""
        source = self.sources.get(source_id)
        # What is expected and what may be asked changes no row.
        read_by = replace(source, expect=Expectations(), allowed_networks=(), robots_override=None) if source else None
        digest = hashlib.sha256(f"{self.rules.digest}\n{read_by!r}".encode()).hexdigest()
        return f"{importlib.metadata.version('dateline')}+{digest[:12]}"


def open_house(data: Path | None = None, config: Path | None = None) -> House:
    """The house that arguments, `DATELINE_DATA`, `DATELINE_CONFIG` and `DATELINE_STATE` describe.

    Without them: `./data`, `./config`, and SQLite in the data folder. Raises ConfigError.
    """
    data, state_url = open_data(data)
    config = (config or Path(os.environ.get("DATELINE_CONFIG", "config"))).resolve()
    if not config.is_dir():
        raise ConfigError(f"no configuration folder at {str(config)!r}: set DATELINE_CONFIG or pass --config")
    settings_file = config / "settings.toml"
    settings = load_settings(settings_file) if settings_file.exists() else Settings()
    sources, rules = load_sources(config / "sources"), load_rules(config)
    return House(data, config, state_url, settings, sources, rules, load_takedowns(config / "takedowns.csv"))


def open_data(data: Path | None = None) -> tuple[Path, str]:
    """(data folder, URL of the state) by argument, `DATELINE_DATA` and `DATELINE_STATE`: all that a reader needs."""
    data = (data or Path(os.environ.get("DATELINE_DATA", "data"))).resolve()
    return data, os.environ.get("DATELINE_STATE") or f"sqlite:///{data / 'state.sqlite'}"


def load_settings(path: Path) -> Settings:
    """The settings in a file; keys that are missing there have their defaults. Raises ConfigError."""
    settings = typed(Settings, read_toml(path), path)
    for key in (field.name for field in fields(Settings) if field.name != "contact"):
        value = getattr(settings, key)
        least = 0 if key in MAY_BE_ZERO else SMALLEST
        for number in value if isinstance(value, tuple) else (value,):
            if not isinstance(value, bool) and not least <= number < math.inf:
                raise ConfigError(f"{path}: key {key!r}: {value!r} must be {'0 or more' if least == 0 else 'above 0'}")
    return settings


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
    checks: list[tuple[str, object, bool, str]] = [
        ("site", source.site, _is_web(source.site), "is no http(s) address"),
        ("country", source.country, bool(re.fullmatch("[A-Z]{2}", source.country)), "is no ISO 3166-1 alpha-2 code"),
        ("timezone", source.timezone, source.timezone in _zones(), "is no IANA time zone"),
        (
            "language",
            source.language,
            bool(re.fullmatch("[a-z]{2,3}(-[A-Za-z0-9]+)*", source.language)),
            "is no BCP 47 tag",
        ),
        ("interval_minutes", source.interval_minutes, source.interval_minutes >= 1, "must be 1 or more"),
        (
            "interval_max_minutes",
            source.interval_max_minutes,
            source.interval_max_minutes >= 1,
            "must be 1 or more",
        ),
        ("feeds", source.feeds, bool(source.feeds), "must name at least one feed"),
    ]
    checks += [("allowed_networks", name, _is_network(name), "is no IP network") for name in source.allowed_networks]
    reason = source.robots_override
    checks.append(("robots_override", reason, reason is None or bool(reason.strip()), "must say why"))
    for layout in source.layouts:
        paths = [path for path in (layout.story, *layout.remove, layout.headline) if path]
        checks += [("layouts", path, is_path(path), "is no XPath expression") for path in paths]
        checks.append(("layouts.until", layout.until, layout.until is None or _is_day(layout.until), "is no day"))
    checks += [("feeds.url", feed.url, _is_web(feed.url), "is no http(s) address") for feed in source.feeds]
    for name, value in ((field.name, getattr(source.expect, field.name)) for field in fields(Expectations)):
        if isinstance(value, int | float):
            most = 1 if "share" in name and not name.startswith("volume") else math.inf
            checks.append((f"expect.{name}", value, 0 <= value <= most, f"must be 0 to {most}"))
    for key, value, good, why in checks:
        if not good:
            raise ConfigError(f"{path}: key {key!r}: {value!r} {why}")
    return source


def require_contact(house: House, sources: list[Source]) -> None:
    """Passes when every feed is on loopback or a contact is set, since publishers must be able to reach the operator.

    Raises ConfigError.
    """
    live = [feed.url for source in sources for feed in source.feeds if not _is_loopback(feed.url)]
    if live and not re.fullmatch(r"\S+@\S+|https?://\S+", house.settings.contact):
        raise ConfigError(
            f"{house.config / 'settings.toml'}: key 'contact': {house.settings.contact!r} is neither an e-mail address "
            f"nor a web page; it is sent to publishers with each request, so live sources ({live[0]!r} and "
            f"{len(live) - 1} more) are not fetched without it"
        )


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


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
