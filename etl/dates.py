"""A date as printed becomes a moment, or nothing: this room never guesses.

Read are ISO 8601, RFC 822 and the numeric and written forms of the three calendars of the region, in Latin,
Persian and Arabic digits. Years 1300 to 1500 are Solar Hijri or Islamic Hijri, never Gregorian.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from etl.calendars import LETTERS, MONTH, MONTHS, calendar_of, gregorian_day, is_modern
from etl.model import Calendar, Moment, Precision, ZoneSource

# Offsets in minutes of zone names seen in feeds (RFC 822 and the region's; IANA backzone for IRST, AST as Arabia).
ZONE_MINUTES = {
    **{"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420},
    **{"MDT": -360, "PST": -480, "PDT": -420, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180},
    **{"IRST": 210, "IRDT": 270, "TRT": 180, "MSK": 180, "AST": 180, "GST": 240, "PKT": 300},
}
LARGEST_OFFSET = timedelta(hours=14)  # of all zones in use, Kiribati's
DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", "\u200e\u200f\u202a\u202b\u202c\u0640'’`ʿʾ")
# «رمضان المبارك», «آبان ماه», «تشرين الثاني/نوفمبر»: what may stand between a month and its year.
AFTER_MONTH = rf"(?: (?:ماه|المبارک|مبارک|المرجب|المعظم|المکرم|الحرام))?(?: ?[/(] ?(?:{MONTH})\)?)?"
YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>\d{4})(?:[-/.年]|년 )(?P<month>\d{1,2})(?:[-/.月]|월 )(?P<day>\d{1,2})(?!\d)[日일]?"
)
DAY_FIRST = re.compile(r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)")
# Years of two digits stand only before a clock time, as in RFC 822.
DAY_FIRST_WORD = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er)?[ ,.-]*(?:de )?\b(?P<name>{MONTH})\b\.?{AFTER_MONTH}"
    r"[ ,/-]*(?:de )?(?P<year>\d{4}(?!\d)|\d{2}(?= \d{1,2}:))"
)
MONTH_FIRST_WORD = re.compile(
    rf"\b(?P<name>{MONTH})\b\.? ?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?!\d)"
)
CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?![\d:])"
    r"(?: ?(?:(?P<am>am\b|a\.m\.|ص\b|صباحا|ق\.ظ)|(?P<pm>pm\b|p\.m\.|م\b|مساء|ب\.ظ|بعد از ظهر)))?"
)
OFFSET = re.compile(r"(?:(?:gmt|utc) ?([+-])(\d{1,2})|(?<=[\d ])([+-])(\d{2})):?(\d{2})?(?!\d)")
ZONE_NAME = re.compile(r" ?\(?([a-z]{1,4})\b")
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
IANA_NAME = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_/-]+\b")


@dataclass(frozen=True, slots=True)
class Clock:
    """A day and time as a clock on the wall shows it, and the zone that the print itself names."""

    local: datetime
    calendar: Calendar
    precision: Precision
    zone: tzinfo | None
    zone_source: ZoneSource


def read_date(raw: str, zone: str | None, calendar: Calendar = "gregorian") -> Moment:
    """The moment that a printed date names; `zone` (IANA) is the zone of prints that state none.

    `calendar` is the source's own; it decides between the calendars of the region where the year fits two.
    Without an understood day the result has no instant and no day. A day without a clock time stays a day. The
    instant is null too when neither the print nor `zone` says which clock is meant.
    """
    text = raw.strip()
    return _iso(raw, text, zone) or _printed(raw, text, zone, calendar) or Moment(raw)


def is_date_alone(printed: str) -> bool:
    """Whether a print is a full date and, beside a clock time and such words as "Published on", nothing else."""
    folded = YEAR_LAST.sub(r" \2 \1", _fold(printed))
    found = _day(folded)
    if found is None:
        return False
    around = OFFSET.sub(" ", CLOCK.sub(" ", f"{folded[: found[2][0]]} {folded[found[2][1] :]}"))
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
    clock = Clock(stamp.replace(tzinfo=None), "gregorian", precision, stamp.tzinfo, "explicit")
    return _moment(raw, clock, zone)


def _printed(raw: str, text: str, zone: str | None, own: Calendar) -> Moment | None:
    folded = YEAR_LAST.sub(r" \2 \1", _fold(text))
    found = _day(folded, own)
    if found is None:
        return None
    calendar, day, (start, end) = found
    around = f"{folded[:start]} {folded[end:]}"
    clock = CLOCK.search(around)
    if clock is None:
        return Moment(raw, day=day, calendar=calendar, precision="day")
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock["am"] or clock["pm"]:
        hour = hour % 12 + (12 if clock["pm"] else 0)
    if hour > 23 or minute > 59 or second > 59:
        return Moment(raw, day=day, calendar=calendar, precision="day")
    own_zone, source = _zone(around[clock.end() :], text)
    local = datetime.combine(day, time(hour, minute, second))
    return _moment(raw, Clock(local, calendar, "second" if clock[3] else "minute", own_zone, source), zone)


def _moment(raw: str, clock: Clock, zone: str | None) -> Moment:
    """A clock time with its zone: the print's own, else the source's, else none and so no instant."""
    day, source = clock.local.date(), clock.zone_source
    own_zone = clock.zone
    if own_zone is None:
        if zone is None:
            return Moment(raw, None, day, clock.calendar, clock.precision, "none")
        own_zone, source = ZoneInfo(zone), "source_config"
    instant = clock.local.replace(tzinfo=own_zone).astimezone(UTC)
    return Moment(raw, instant, day, clock.calendar, clock.precision, source)


def _day(text: str, own: Calendar = "gregorian") -> tuple[Calendar, date, tuple[int, int]] | None:
    """(calendar, Gregorian day, where it stands) of the first date that folded text names; null where there is none.

    Of two numbers before a year the order is known only by a number above 12, by points (never used for month first)
    or by a year of the region's own calendars; otherwise the date is not read.
    """
    for pattern in (YEAR_FIRST, DAY_FIRST, DAY_FIRST_WORD, MONTH_FIRST_WORD):
        found = pattern.search(text)
        if found is None:
            continue
        year, day = int(found["year"]), int(found["day"])
        if pattern in {YEAR_FIRST, DAY_FIRST}:
            calendar, month = calendar_of(year, own), int(found["month"])
            if pattern is DAY_FIRST and calendar == "gregorian" and found["mark"] != "." and day != month:
                if day <= 12 and month <= 12:
                    return None
                day, month = (month, day) if month > 12 else (day, month)
        else:
            calendar, month = MONTHS[re.sub(r"[ -]", "", found["name"])]
            year += 0 if year > 99 else 2000 if year < 70 else 1900
        gregorian = gregorian_day(calendar, year, month, day)
        return None if gregorian is None else (calendar, gregorian, found.span())
    return None


def _zone(after_clock: str, text: str) -> tuple[tzinfo | None, ZoneSource]:
    """The zone that a print names: an offset or a zone's name behind the clock time, or an IANA name anywhere."""
    signed = OFFSET.search(after_clock if after_clock.startswith(" ") else " " + after_clock)
    if signed:
        offset = timedelta(hours=int(signed[2] or signed[4]), minutes=int(signed[5] or 0))
        if offset <= LARGEST_OFFSET:
            return timezone(-offset if "-" in (signed[1], signed[3]) else offset), "explicit"
    for name in IANA_NAME.findall(text):
        try:
            return ZoneInfo(name), "zone_name"
        except (KeyError, ValueError, OSError):  # no such zone: a folder of zones, or words with a slash
            continue
    named = ZONE_NAME.match(after_clock)
    if named and named[1].upper() in ZONE_MINUTES:
        return timezone(timedelta(minutes=ZONE_MINUTES[named[1].upper()])), "zone_name"
    return None, "none"


def _fold(raw: str) -> str:
    """Digits made Latin, Arabic letters made Persian, marks dropped, lower case: for matching only."""
    return " ".join(raw.translate(DIGITS).translate(LETTERS).casefold().split())
