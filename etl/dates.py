"""A date as printed becomes a moment, or nothing: this room never guesses.

Read are ISO 8601, RFC 822 and the numeric and written forms of the three calendars of the region, in Latin,
Persian and Arabic digits. Years 1300 to 1500 are Solar Hijri or Islamic Hijri, never Gregorian.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
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
DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", "\u200e\u200f\u202a\u202b\u202c\u200c\u0640")
JALALI_MONTHS = (
    ("فروردین", "farvardin"), ("اردیبهشت", "ordibehesht"), ("خرداد", "khordad"), ("تیر", "tir"),
    ("مرداد", "امرداد", "mordad"), ("شهریور", "shahrivar"), ("مهر", "mehr"), ("آبان", "ابان", "aban"),
    ("آذر", "اذر", "azar"), ("دی", "dey"), ("بهمن", "bahman"), ("اسفند", "esfand"),
)  # fmt: skip
HIJRI_MONTHS = (
    ("محرم", "muharram"), ("صفر", "safar"), ("ربیع الاول", "rabi al-awwal"), ("ربیع الثانی", "ربیع الاخر", "rabi al-thani"),
    ("جمادی الاولی", "jumada al-awwal"), ("جمادی الثانیه", "جمادی الاخره", "jumada al-thani"), ("رجب", "rajab"),
    ("شعبان", "shaban"), ("رمضان", "ramadan"), ("شوال", "shawwal"), ("ذو القعده", "ذی القعده", "dhu al-qadah"),
    ("ذو الحجه", "ذی الحجه", "dhu al-hijjah"),
)  # fmt: skip
GREGORIAN_MONTHS = (
    ("january", "jan", "ینایر", "کانون الثانی", "ژانویه"), ("february", "feb", "فبرایر", "شباط", "فوریه"),
    ("march", "mar", "مارس", "اذار", "آذار"), ("april", "apr", "ابریل", "نیسان", "آوریل", "اوریل"),
    ("may", "مایو", "ایار", "مه"), ("june", "jun", "یونیو", "حزیران", "ژوئن"),
    ("july", "jul", "یولیو", "تموز", "ژوئیه"), ("august", "aug", "اغسطس", "آب", "اب", "اوت"),
    ("september", "sept", "sep", "سبتمبر", "ایلول", "سپتامبر"), ("october", "oct", "اکتوبر", "تشرین الاول", "اکتبر"),
    ("november", "nov", "نوفمبر", "تشرین الثانی", "نوامبر"), ("december", "dec", "دیسمبر", "کانون الاول", "دسامبر"),
)  # fmt: skip
MONTHS: dict[str, tuple[Calendar, int]] = {
    name: (calendar, number)
    for calendar, months in (("hijri", HIJRI_MONTHS), ("jalali", JALALI_MONTHS), ("gregorian", GREGORIAN_MONTHS))
    for number, names in enumerate(months, 1)
    for name in names
}
MONTH = "|".join(sorted((re.escape(name) for name in MONTHS), key=len, reverse=True))
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
DAY_FIRST_WORD = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s,.-]*\b({MONTH})\b\.?[\s,/-]*(\d{{4}})(?!\d)")
MONTH_FIRST_WORD = re.compile(rf"\b({MONTH})\b\.?\s*(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)")
CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?![\d:])\s*([ap]\.?m\b\.?)?")
OFFSET = re.compile(r"(?<=[\d\s])(?:gmt|utc)?\s?([+-])(\d{2}):?(\d{2})\b")


def read_date(raw: str, zone: str | None) -> Moment:
    """The moment that a printed date names; `zone` (IANA) is the zone of prints that state none.

    Without an understood day the result has no instant and no day. A day without a clock time stays a day. The
    instant is null too when neither the print nor `zone` says which clock is meant.
    """
    for parse in (_iso, _rfc822, _printed):
        moment = parse(raw.strip(), zone)
        if moment is not None:
            return moment
    return Moment(raw)


def _iso(raw: str, zone: str | None) -> Moment | None:
    try:
        stamp = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if not _is_modern(stamp.year):
        return None
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", raw):
        return Moment(raw, day=stamp.date(), precision="day")
    precision: Precision = "second" if raw.count(":") >= 2 and len(raw) > len("2026-11-22T10:00Z") else "minute"
    return _moment(raw, stamp.replace(tzinfo=None), "gregorian", precision, stamp.utcoffset(), "explicit", zone)


def _rfc822(raw: str, zone: str | None) -> Moment | None:
    try:
        stamp = parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not _is_modern(stamp.year) or not CLOCK.search(raw):
        return None
    words = raw.upper().split()
    name = words[-1].strip("()") if words else ""
    offset = stamp.utcoffset()
    source: ZoneSource = "explicit"
    if not re.search(r"[+-]\d{4}", raw):
        source = "zone_name"
        offset = timedelta(minutes=ZONE_MINUTES[name]) if name in ZONE_MINUTES else None
    return _moment(raw, stamp.replace(tzinfo=None), "gregorian", "second", offset, source, zone)


def _printed(raw: str, zone: str | None) -> Moment | None:
    text = _fold(raw)
    found = _day(text)
    if found is None:
        return None
    calendar, day = found
    clock = CLOCK.search(text)
    if clock is None:
        return Moment(raw, day=day, calendar=calendar, precision="day")
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock[4]:
        hour = hour % 12 + (12 if clock[4].startswith("p") else 0)
    if hour > 23 or minute > 59 or second > 59:
        return Moment(raw, day=day, calendar=calendar, precision="day")
    offset, source = _offset(text[clock.end(2) :])
    precision: Precision = "second" if clock[3] else "minute"
    return _moment(raw, datetime.combine(day, time(hour, minute, second)), calendar, precision, offset, source, zone)


def _moment(
    raw: str,
    local: datetime,
    calendar: Calendar,
    precision: Precision,
    offset: timedelta | None,
    zone_source: ZoneSource,
    zone: str | None,
) -> Moment:
    """A clock time with its zone: the print's own offset, else the source's zone, else none and so no instant."""
    if offset is not None:
        aware = local.replace(tzinfo=timezone(offset))
    elif zone is not None:
        aware, zone_source = local.replace(tzinfo=ZoneInfo(zone)), "source_config"
    else:
        return Moment(raw, None, local.date(), calendar, precision, "none")
    return Moment(raw, aware.astimezone(UTC), local.date(), calendar, precision, zone_source)


def _day(text: str) -> tuple[Calendar, date] | None:
    numeric = YEAR_FIRST.search(text)
    if numeric:
        year, month, day = (int(part) for part in numeric.groups())
        return _calendar_day(None, year, month, day)
    words = DAY_FIRST_WORD.search(text)
    if words:
        calendar, month = MONTHS[words[2]]
        return _calendar_day(calendar, int(words[3]), month, int(words[1]))
    words = MONTH_FIRST_WORD.search(text)
    if words:
        calendar, month = MONTHS[words[1]]
        return _calendar_day(calendar, int(words[3]), month, int(words[2]))
    return None


def _calendar_day(calendar: Calendar | None, year: int, month: int, day: int) -> tuple[Calendar, date] | None:
    """The Gregorian day, or null when the calendar has no such day or the year fits no calendar in use.

    Numeric Hijri and Jalali years overlap only in 1300-1500; without a month name, years up to 1420 are Jalali
    (1921 to 2042) and later ones Islamic (from 1999), as nothing on the web is older or younger than that.
    """
    if calendar is None:
        calendar = "gregorian" if _is_modern(year) else "jalali" if 1300 <= year <= 1420 else "hijri"
    try:
        if calendar == "jalali" and 1300 <= year <= 1500:
            return calendar, jdatetime.date(year, month, day).togregorian()
        if calendar == "hijri" and 1343 <= year <= 1500:
            return calendar, Hijri(year, month, day).to_gregorian()
        if calendar == "gregorian" and _is_modern(year):
            return calendar, date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return None


def _offset(after_clock: str) -> tuple[timedelta | None, ZoneSource]:
    signed = OFFSET.search(" " + after_clock)
    if signed:
        minutes = int(signed[2]) * 60 + int(signed[3])
        return timedelta(minutes=minutes if signed[1] == "+" else -minutes), "explicit"
    for word in re.findall(r"\b[a-z]{1,4}\b", after_clock):
        if word.upper() in ZONE_MINUTES:
            return timedelta(minutes=ZONE_MINUTES[word.upper()]), "zone_name"
    return None, "none"


def _is_modern(year: int) -> bool:
    """Whether a Gregorian year can be a publication year at all (newspapers exist since 1605)."""
    return 1605 <= year <= 2100


def _fold(raw: str) -> str:
    """Digits made Latin, Arabic letters made Persian, marks dropped, lower case: for matching only."""
    text = raw.translate(DIGITS).translate(str.maketrans("يىكةأإ", "ییکهاا"))
    return " ".join(text.casefold().split())
