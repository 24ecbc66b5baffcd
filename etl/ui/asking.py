"""What a page is asked, and of which house: values of an address, read leniently, since anybody may type one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

from etl.config import House, open_house

LONGEST_DAYS = 92  # what one page reads at most
SPANS = (1, 7, 14, 30, 90)  # what a page offers, in days


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a page: of a house, at an instant, with the values of the address, by a user of Airflow."""

    house: House
    now: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    user: str = ""

    def words(self, name: str) -> str:
        """A value as it was typed, without the white space around it; empty where there is none."""
        return self.query.get(name, "").strip()

    def one_of(self, name: str, allowed: Collection[str], default: str = "") -> str:
        """A value where it is one of those that are allowed, else the default."""
        return self.words(name) if self.words(name) in allowed else default

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`; the default where there is none."""
        typed = self.words(name)
        return min(max(int(typed), 1), most) if typed.isdecimal() and len(typed) < 9 else default

    def day(self, name: str) -> date | None:
        """A day as YYYY-MM-DD; null where there is none."""
        try:
            return date.fromisoformat(self.words(name))
        except ValueError:
            return None

    def days(self, default: int) -> tuple[date, date]:
        """The UTC days to look at, first and last: `day` alone, or the last so many that `days` asks for."""
        if only := self.day("day"):
            return only, only
        today = self.now.astimezone(UTC).date()
        return today - timedelta(days=self.number("days", default, LONGEST_DAYS) - 1), today


def current_house() -> House:
    """The configured house; read again when a file of its configuration has changed. Raises ConfigError."""
    return _opened(_stamp(_folder()))


def _stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    """Every file of the configuration with the time of its last change, in nanoseconds."""
    return tuple(sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()))


@cache
def _folder() -> Path:
    return open_house().config


@lru_cache(maxsize=1)
def _opened(_files: tuple[tuple[str, int], ...]) -> House:
    return open_house()
