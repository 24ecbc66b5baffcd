"""A date as printed becomes a moment, or nothing: this room never guesses.

Read are ISO 8601, RFC 822 and the numeric and written forms of the three calendars of the region, in Latin,
Persian and Arabic digits. Years 1300 to 1500 are Solar Hijri or Islamic Hijri, never Gregorian.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import jdatetime
from hijridate import Hijri

from etl.model import Calendar, Moment, Precision, ZoneSource

# Offsets in minutes of zone names seen in feeds (RFC 822 and the region's; IANA backzone for IRST, AST as Arabia).
ZONE_MINUTES = {
    **{"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420},
    **{"MDT": -360, "PST": -480, "PDT": -420, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180},
    **{"IRST": 210, "IRDT": 270, "TRT": 180, "MSK": 180, "AST": 180, "GST": 240, "PKT": 300},
}
LARGEST_OFFSET = timedelta(hours=14)  # of all zones in use, Kiribati's
DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", "\u200e\u200f\u202a\u202b\u202c\u0640'’`ʿʾ")
LETTERS = str.maketrans("يىكةأإآ\u200c", "ییکهااا ")
JALALI_MONTHS = (
    ("فروردین", "farvardin"), ("اردیبهشت", "ordibehesht"), ("خرداد", "khordad"), ("تیر", "tir"),
    ("مرداد", "امرداد", "mordad"), ("شهریور", "shahrivar"), ("مهر", "mehr"), ("آبان", "aban"),
    ("آذر", "azar"), ("دی", "dey"), ("بهمن", "bahman"), ("اسفند", "esfand"),
)  # fmt: skip
HIJRI_MONTHS = (
    ("محرم", "muharram"), ("صفر", "safar"),
    ("ربیع الاول", "rabi al-awwal", "rabi i"), ("ربیع الثانی", "ربیع الاخر", "rabi al-thani", "rabi ii"),
    ("جمادی الاولی", "جمادی الاول", "jumada al-awwal", "jumada i"),
    ("جمادی الثانیه", "جمادی الثانی", "جمادی الاخره", "جمادی الاخر", "jumada al-thani", "jumada ii"),
    ("رجب", "rajab"), ("شعبان", "shaban", "shaaban"), ("رمضان", "ramadan", "ramadhan"), ("شوال", "shawwal"),
    ("ذو القعده", "ذی القعده", "ذیقعده", "dhu al-qadah", "dhul qadah"),
    ("ذو الحجه", "ذی الحجه", "ذیحجه", "dhu al-hijjah", "dhul hijjah"),
)  # fmt: skip
GREGORIAN_MONTHS = (
    ("january", "jan", "ینایر", "کانون الثانی", "ژانویه", "جانفی"),
    ("february", "feb", "فبرایر", "شباط", "فوریه", "فیفری"),
    ("march", "mar", "مارس", "اذار"), ("april", "apr", "ابریل", "نیسان", "آوریل", "افریل"),
    ("may", "مایو", "ایار", "مه", "مای"), ("june", "jun", "یونیو", "حزیران", "ژوئن", "جوان"),
    ("july", "jul", "یولیو", "تموز", "ژوئیه", "جویلیه"), ("august", "aug", "اغسطس", "آب", "اوت"),
    ("september", "sept", "sep", "سبتمبر", "ایلول", "سپتامبر"), ("october", "oct", "اکتوبر", "تشرین الاول", "اکتبر"),
    ("november", "nov", "نوفمبر", "تشرین الثانی", "نوامبر"), ("december", "dec", "دیسمبر", "کانون الاول", "دسامبر"),
)  # fmt: skip
CALENDARS: tuple[tuple[Calendar, tuple[tuple[str, ...], ...]], ...] = (
    ("hijri", HIJRI_MONTHS),
    ("jalali", JALALI_MONTHS),
    ("gregorian", GREGORIAN_MONTHS),
)
# By the folded name without spaces and hyphens: «ربیع‌الاول», «ربيع الأول» and "Rabi al-Awwal" are printed in many ways.
MONTHS = {
    re.sub(r"[ -]", "", name.translate(LETTERS)): (calendar, number)
    for calendar, months in CALENDARS
    for number, names in enumerate(months, 1)
    for name in names
}
MONTH_NAMES = {name.translate(LETTERS) for _, months in CALENDARS for names in months for name in names}
MONTH = "|".join(re.sub(r"[ -]", r"[ -]?", name) for name in sorted(MONTH_NAMES, key=lambda name: (-len(name), name)))
# «رمضان المبارك», «آبان ماه», «تشرين الثاني/نوفمبر»: what may stand between a month and its year.
AFTER_MONTH = rf"(?: (?:ماه|المبارک|مبارک|المرجب|المعظم|المکرم|الحرام))?(?: ?[/(] ?(?:{MONTH})\)?)?"
YEAR_FIRST = re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
DAY_FIRST = re.compile(r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)")
# Years of two digits stand only before a clock time, as in RFC 822.
DAY_FIRST_WORD = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ ,.-]*\b(?P<name>{MONTH})\b\.?{AFTER_MONTH}"
    r"[ ,/-]*(?P<year>\d{4}(?!\d)|\d{2}(?= \d{1,2}:))"
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
IANA_NAME = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_/-]+\b")


@dataclass(frozen=True, slots=True)
class Clock:
    """A day and time as a clock on the wall shows it, and the zone that the print itself names."""

    local: datetime
    calendar: Calendar
    precision: Precision
    zone: tzinfo | None
    zone_source: ZoneSource


def read_date(raw: str, zone: str | None) -> Moment:
    """The moment that a printed date names; `zone` (IANA) is the zone of prints that state none.

    Without an understood day the result has no instant and no day. A day without a clock time stays a day. The
    instant is null too when neither the print nor `zone` says which clock is meant.
    """
    text = raw.strip()
    return _iso(raw, text, zone) or _printed(raw, text, zone) or Moment(raw)


def _iso(raw: str, text: str, zone: str | None) -> Moment | None:
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _is_modern(stamp.year):
        return None
    if not re.search(r"[T ]", text):
        return Moment(raw, day=stamp.date(), precision="day")
    precision: Precision = "second" if re.search(r"[T ]\d{2}:?\d{2}:?\d{2}", text) else "minute"
    clock = Clock(stamp.replace(tzinfo=None), "gregorian", precision, stamp.tzinfo, "explicit")
    return _moment(raw, clock, zone)


def _printed(raw: str, text: str, zone: str | None) -> Moment | None:
    folded = _fold(text)
    found = _day(folded)
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


def _day(text: str) -> tuple[Calendar, date, tuple[int, int]] | None:
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
            calendar, month = _calendar_of(year), int(found["month"])
            if pattern is DAY_FIRST and calendar == "gregorian" and found["mark"] != "." and day != month:
                if day <= 12 and month <= 12:
                    return None
                day, month = (month, day) if month > 12 else (day, month)
        else:
            calendar, month = MONTHS[re.sub(r"[ -]", "", found["name"])]
            year += 0 if year > 99 else 2000 if year < 70 else 1900
        gregorian = _gregorian(calendar, year, month, day)
        return None if gregorian is None else (calendar, gregorian, found.span())
    return None


def _calendar_of(year: int) -> Calendar:
    """The calendar of a numeric date.

    Numeric Hijri and Jalali years overlap only in 1300-1500; without a month name, years up to 1420 are Jalali
    (1921 to 2042) and later ones Islamic (from 1999), as nothing on the web is older or younger than that.
    """
    return "gregorian" if _is_modern(year) else "jalali" if year <= 1420 else "hijri"


def _gregorian(calendar: Calendar, year: int, month: int, day: int) -> date | None:
    """The Gregorian day, or null when the calendar has no such day or the year fits no calendar in use."""
    try:
        if calendar == "jalali" and 1300 <= year <= 1500:
            jalali: date = jdatetime.date(year, month, day).togregorian()
            return jalali
        if calendar == "hijri" and 1343 <= year <= 1500:
            return Hijri(year, month, day).to_gregorian()
        if calendar == "gregorian" and _is_modern(year):
            return date(year, month, day)
    except (ValueError, OverflowError):
        return None
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


def _is_modern(year: int) -> bool:
    """Whether a Gregorian year can be a publication year at all (newspapers exist since 1605)."""
    return 1605 <= year <= 2100


def _fold(raw: str) -> str:
    """Digits made Latin, Arabic letters made Persian, marks dropped, lower case: for matching only."""
    return " ".join(raw.translate(DIGITS).translate(LETTERS).casefold().split())
