"""A date as printed becomes a moment, or nothing: this room never guesses.

Read are ISO 8601, RFC 822 and the numeric and written forms of the three calendars of the region, in Latin,
Persian and Arabic digits. Years 1300 to 1500 are Solar Hijri or Islamic Hijri, never Gregorian.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from etl.model import Calendar, Moment, Precision, ZoneSource
from etl.reading.calendars import LETTERS, MONTH, MONTHS, calendar_of, gregorian_day, is_modern
from etl.reading.clocks import ZONE_MINUTES, read_clock, read_zone, without_clock

DIGITS = str.maketrans(
    "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩،āīūḍḥṣṭẓ",
    "01234567890123456789,aiudhstz",
    "\u200e\u200f\u202a\u202b\u202c\u0640\u064b\u0304\u0323'’`ʿʾ",
)
# «رمضان المبارك», «آبان ماه», «تشرين الثاني/نوفمبر»: what may stand between a month and its year.
AFTER_MONTH = rf"(?: (?:ماه|المبارک|مبارک|المرجب|المعظم|المکرم|الحرام))?(?: ?[/(] ?(?:{MONTH})\)?)?"
YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>\d{4})(?:[-/.年]|년 )(?P<month>\d{1,2})(?:[-/.月]|월 )(?P<day>\d{1,2})(?!\d)[日일]?"
)
COMPACT = re.compile(r"^(?P<year>1[34]\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)")  # Gregorian ones are ISO 8601
DAY_FIRST = re.compile(r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)")
ORDINAL = r"(?:(?:st|nd|rd|th|er|ام|مین| ام)\b)?"
# Years of two digits stand only before a clock time, as in RFC 822.
DAY_FIRST_WORD = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}}){ORDINAL}[ ,.-]*(?:de |of )?\b(?P<name>{MONTH})\b\.?{AFTER_MONTH}"
    r"[ ,/-]*(?:de )?(?P<year>\d{4}(?!\d)|\d{2}(?= \d{1,2}:))"
)
MONTH_FIRST_WORD = re.compile(rf"\b(?P<name>{MONTH})\b\.? ?(?P<day>\d{{1,2}}){ORDINAL} ?,? ?(?P<year>\d{{4}})(?!\d)")
YEAR_FIRST_WORD = re.compile(
    rf"(?<!\d)(?P<year>\d{{4}})[ ,/-]+(?:(?P<name>{MONTH})\b[ ,/-]*(?P<day>\d{{1,2}})(?![\d:])"
    rf"|(?P<early_day>\d{{1,2}}){ORDINAL}[ ,/-]*(?P<late_name>{MONTH})\b)"
)
DAY_FORMS = {
    "year_first": YEAR_FIRST,
    "compact": COMPACT,
    "day_first": DAY_FIRST,
    "day_first_word": DAY_FIRST_WORD,
    "month_first_word": MONTH_FIRST_WORD,
    "year_first_word": YEAR_FIRST_WORD,
}
# "Fri Apr 28 19:20:36 CEST 2023", as date(1) and Java print it: the year goes to its day, before it is read.
YEAR_LAST = re.compile(r"(?<=\d) (\d{1,2}:\d{2}:\d{2}(?: [a-z]{1,4}| [+-]\d{4})?) (\d{4})$")
# What stands beside a date that is printed for itself.
DATE_LABELS = frozenset(
    "on at the of am um uhr vom le à il alle el las de del a date datum fecha data published posted veröffentlicht "
    "erschienen publié publiée publicado publicada pubblicato pubblicata yayınlanma tarihi تاریخ تاریخ انتشار نشر فی "
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun montag dienstag mittwoch "
    "donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles "
    "jueves viernes sábado domingo السبت الاحد الاثنین الثلاثاء الاربعاء الخمیس الجمعه شنبه یکشنبه دوشنبه سه شنبه "
    "چهارشنبه پنجشنبه پنج جمعه ساعت الساعه".translate(LETTERS).split()
)


@dataclass(frozen=True, slots=True)
class Wall:
    """A day and time as a clock on the wall shows it, and the zone that the print itself names."""

    local: datetime
    calendar: Calendar
    precision: Precision
    zone: tzinfo | None
    zone_source: ZoneSource


class Day(NamedTuple):
    """A Gregorian day, the calendar that it was printed in, and where it stands in folded text."""

    calendar: Calendar
    day: date
    start: int
    end: int


def read_date(raw: str, zone: str | None, calendar: Calendar = "gregorian") -> Moment:
    """The moment that a printed date names; `zone` (IANA) is the zone of prints that state none.

    `calendar` is the source's own; it decides between the calendars of the region where the year fits two.
    Without an understood day the result has no instant and no day. A day without a clock time stays a day. The
    instant is null too when neither the print nor `zone` says which clock is meant.
    """
    text = raw.strip()
    return _iso(raw, text, zone) or _printed(raw, text, zone, calendar) or Moment(raw)


def weigh_date(raw: str, zone: str | None, calendar: Calendar = "gregorian") -> tuple[str | None, tuple[str, ...]]:
    """(the rule that `read_date` reads a print by, null where none fits; what was considered and refused)."""
    if _iso(raw, raw.strip(), zone) is not None:
        return "iso_8601", ()
    refused: list[str] = []
    for found, why in _days(_arranged(raw), calendar):
        if found is not None:
            return why, tuple(refused)
        refused.append(why)
    return None, tuple(refused) or ("no form of a date in it",)


def is_date_alone(printed: str) -> bool:
    """Whether a print is a full date and, beside a clock time and such words as "Published on", nothing else."""
    folded = _arranged(printed)
    found = _day(folded)
    if found is None:
        return False
    around = without_clock(f"{folded[: found.start]} {folded[found.end :]}")
    words = re.findall(r"[^\W_]+", around)
    return all(word in DATE_LABELS or word.upper() in ZONE_MINUTES for word in words)


def _iso(raw: str, text: str, zone: str | None) -> Moment | None:
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not is_modern(stamp.year):
        return None
    if not re.search(r"[T ]", text):
        return Moment(raw, day=stamp.date(), precision="day")
    precision: Precision = "second" if re.search(r"[T ]\d{2}:?\d{2}:?\d{2}", text) else "minute"
    wall = Wall(stamp.replace(tzinfo=None), "gregorian", precision, stamp.tzinfo, "explicit")
    return _moment(raw, wall, zone)


def _printed(raw: str, text: str, zone: str | None, own: Calendar) -> Moment | None:
    folded = _arranged(text)
    found = _day(folded, own)
    if found is None:
        return None
    around = f"{folded[: found.start]} {folded[found.end :]}"
    clock = read_clock(around)
    if clock is None:
        return Moment(raw, day=found.day, calendar=found.calendar, precision="day")
    own_zone, source = read_zone(around[clock.end :], text)
    wall = Wall(datetime.combine(found.day, clock.time), found.calendar, clock.precision, own_zone, source)
    return _moment(raw, wall, zone)


def _moment(raw: str, clock: Wall, zone: str | None) -> Moment:
    """A clock time with its zone: the print's own, else the source's, else none and so no instant."""
    day, source = clock.local.date(), clock.zone_source
    own_zone = clock.zone
    if own_zone is None:
        if zone is None:
            return Moment(raw, None, day, clock.calendar, clock.precision, "none")
        own_zone, source = ZoneInfo(zone), "source_config"
    instant = clock.local.replace(tzinfo=own_zone).astimezone(UTC)
    return Moment(raw, instant, day, clock.calendar, clock.precision, source)


def _day(text: str, own: Calendar = "gregorian") -> Day | None:
    """The first date that folded text names; null where there is none."""
    return next((found for found, _ in _days(text, own) if isinstance(found, Day)), None)


def _days(text: str, own: Calendar) -> Iterator[tuple[Day | None, str]]:
    """What each form of a date finds in folded text: the day, or null and why it is none.

    Of two numbers before a year the order is known only by a number above 12, by points (never used for month first)
    or by a year of the region's own calendars; otherwise the date is not read.
    """
    for rule, pattern in DAY_FORMS.items():
        found = pattern.search(text)
        if found is None:
            continue
        groups = found.groupdict()
        year, day = int(groups["year"]), int(groups["day"] or groups["early_day"])
        if "month" in groups:
            calendar, month = calendar_of(year, own), int(groups["month"])
            if rule == "day_first" and calendar == "gregorian" and groups["mark"] != "." and day != month:
                if day <= 12 and month <= 12:
                    yield None, f"{rule}: {found[0]!r} may name the day or the month first"
                    continue
                day, month = (month, day) if month > 12 else (day, month)
        else:
            calendar, month = MONTHS[re.sub(r"[ -]", "", groups["name"] or groups["late_name"])]
            year += 0 if year > 99 else 2000 if year < 70 else 1900
        gregorian = gregorian_day(calendar, year, month, day)
        if gregorian is None:
            yield None, f"{rule}: {found[0]!r} is no day of the {calendar} calendar"
        else:
            yield Day(calendar, gregorian, found.start(), found.end()), f"{rule}: {found[0]!r}, {calendar}"


def _arranged(raw: str) -> str:
    """Folded, and a year behind the clock time put beside its day."""
    return YEAR_LAST.sub(r" \2 \1", _fold(raw))


def _fold(raw: str) -> str:
    """Digits made Latin, Arabic letters made Persian, marks dropped, lower case: for matching only."""
    return " ".join(raw.casefold().translate(DIGITS).translate(LETTERS).split())
