"""`config/` and the environment become Settings, Sources and Rules; nothing else reads them.

Every mistake is a `ConfigError` that names the file, the key and the value. Unknown keys are mistakes.
"""

import hashlib
import importlib.metadata
import math
import os
import re
from dataclasses import dataclass, fields, replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from etl import homes
from etl.declarations import load_sources
from etl.errors import ConfigError
from etl.model import Expectations, Source
from etl.rulesets import Rules, load_rules
from etl.tables.takedowns import Takedowns, load_takedowns
from etl.tomlfiles import STRICT, read_toml, typed

MAY_BE_ZERO = {
    *("host_delay_seconds", "failed_feeds_share_max", "compact_after_days", "vacuum_after_days"),
    "compact_months_after_days",
    *("rebuild_max_changed_share", "retry_wait_minutes_max", "raw_keep_days", "airflow_keep_days"),
    *("disk_free_share_min", "quarantine_share_max"),
}
SMALLEST = 1e-9  # what is above 0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator may set; `settings.toml` holds these keys, the environment the four places.

    Bytes are counted on the wire. `revisit_hours` says how long after its first capture a page is looked at
    again. `failed_feeds_share_max` is the share of feeds (0 to 1) above which a run is red,
    `rebuild_max_changed_share` that of a table's rows (0 to 1) above which a rebuild stops unless it is accepted.
    Months are compacted `compact_months_after_days` after their end, or never where that is 0.
    `ask_tdmrep` says whether hosts are asked for their tdmrep.json, once a day. A host's wish to wait is granted within
    a run up to `retry_wait_minutes_max`, later ones by later runs. A run of `dateline_ingest` that is not over after
    `ingest_deadline_minutes` is late. Days of `raw/` move to the folder `raw_archive` after `raw_keep_days`, and stay
    for ever where that is 0; Airflow forgets its runs after `airflow_keep_days`, or never. Less free disk than
    `disk_free_share_min` (0 to 1) is told, and more in quarantine than `quarantine_share_max` of two days' pages.
    From `failing_after` failures in a row a source is failing, after `late_after_minutes` without a poll late; the
    limits of silence are explained in docs/observability.md.
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
    compact_months_after_days: float = 0.0
    vacuum_after_days: float = 7.0
    rebuild_max_changed_share: float = 0.25
    ask_tdmrep: bool = True
    failing_after: int = 3
    silent_missed_hours: float = 12.0
    silent_min_hours: float = 6.0
    silent_days: float = 14.0
    late_after_minutes: float = 60.0
    retry_wait_minutes_max: float = 5.0
    ingest_deadline_minutes: float = 30.0
    raw_keep_days: float = 0.0
    raw_archive: str = ""
    airflow_keep_days: float = 180.0
    disk_free_share_min: float = 0.1
    quarantine_share_max: float = 0.5


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
        asked = {"allowed_networks": (), "robots_override": None, "feed_only": False}
        read_by = replace(source, expect=Expectations(), **asked) if source else None  # type: ignore[arg-type]
        digest = hashlib.sha256(f"{self.rules.digest}\n{read_by!r}".encode()).hexdigest()
        return f"{importlib.metadata.version('dateline')}+{digest[:12]}"


def open_house(data: Path | str | None = None, config: Path | None = None) -> House:
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


def open_data(data: Path | str | None = None) -> tuple[Path, str]:
    """(data folder, URL of the state) by argument, `DATELINE_DATA` and `DATELINE_STATE`: all that a reader needs.

    Where the home is a bucket, the folder is the one that works for it: `DATELINE_CACHE`, else one of its own below the
    user's cache. Raises ConfigError.
    """
    where = str(data or os.environ.get("DATELINE_DATA", "data"))
    if homes.is_url(where):
        url = homes.home_url(where)
        folder = Path(os.environ.get("DATELINE_CACHE") or _cache_folder(url)).resolve()
        homes.attach(folder, url)
    else:
        folder = Path(where).resolve()
    return folder, os.environ.get("DATELINE_STATE") or f"sqlite:///{folder / 'state.sqlite'}"


def _cache_folder(url: str) -> Path:
    """Where a bucket's working folder lies when nobody says so (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dateline" / f"{urlsplit(url).netloc}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def load_settings(path: Path) -> Settings:
    """The settings in a file; keys that are missing there have their defaults. Raises ConfigError."""
    settings = typed(Settings, read_toml(path), path)
    for key in (field.name for field in fields(Settings) if field.type is not str):
        value = getattr(settings, key)
        least = 0 if key in MAY_BE_ZERO else SMALLEST
        for number in value if isinstance(value, tuple) else (value,):
            if not isinstance(value, bool) and not least <= number < math.inf:
                raise ConfigError(f"{path}: key {key!r}: {value!r} must be {'0 or more' if least == 0 else 'above 0'}")
    if settings.raw_keep_days and not Path(settings.raw_archive).is_absolute():
        raise ConfigError(
            f"{path}: key 'raw_archive': {settings.raw_archive!r} must be an absolute path where raw_keep_days is set: "
            "days of raw/ are moved there, and never deleted"
        )
    return settings


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


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
