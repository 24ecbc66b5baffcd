"""Dates as printed become moments or nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.reading.dates import is_date_alone, read_date, weigh_date

TEHRAN = "Asia/Tehran"


@pytest.mark.parametrize(
    ("raw", "instant", "precision", "zone_source"),
    [
        ("2026-11-22T10:15:33+03:30", "2026-11-22T06:45:33", "second", "explicit"),
        ("2026-11-22T10:15+0330", "2026-11-22T06:45:00", "minute", "explicit"),
        ("2026-11-22T10:15:33.123Z", "2026-11-22T10:15:33.123", "second", "explicit"),
        ("2026-11-22 10:15:33", "2026-11-22T06:45:33", "second", "source_config"),
        ("20261122T101533Z", "2026-11-22T10:15:33", "second", "explicit"),
        ("Sun, 22 Nov 2026 10:15:33 +0330", "2026-11-22T06:45:33", "second", "explicit"),
        ("Sun, 22 Nov 2026 10:15:33 GMT", "2026-11-22T10:15:33", "second", "zone_name"),
        ("22 Nov 26 10:15 EST", "2026-11-22T15:15:00", "minute", "zone_name"),
        ("Sun, 22-Nov-2026 10:15:33 GMT", "2026-11-22T10:15:33", "second", "zone_name"),
        ("Sun, 22 Nov 2026 10:15:33 IRST", "2026-11-22T06:45:33", "second", "zone_name"),
        ("Wed, 22 Jul 2020 10:15:33 IRDT", "2020-07-22T05:45:33", "second", "zone_name"),
        ("22 November 2026 10:15 (UTC+0400)", "2026-11-22T06:15:00", "minute", "explicit"),
        ("22 November 2026, 10:15 GMT+3", "2026-11-22T07:15:00", "minute", "explicit"),
        ("Sun Nov 22 10:15:33 CET 2026", "2026-11-22T09:15:33", "second", "zone_name"),
        ("Fri May 22 19:20:36 CEST 2026", "2026-05-22T17:20:36", "second", "zone_name"),
        ("Sun Nov 22 10:15:33 +0100 2026", "2026-11-22T09:15:33", "second", "explicit"),
        ("Sun Nov 22 10:15:33 2026", "2026-11-22T06:45:33", "second", "source_config"),
        ("22. November 2026 um 10:15 Uhr", "2026-11-22T06:45:00", "minute", "source_config"),
        ("Nov 22nd, 2026 2:20 PM", "2026-11-22T10:50:00", "minute", "source_config"),
        ("November 22, 2026 12:05 a.m.", "2026-11-21T20:35:00", "minute", "source_config"),
        # https://iranpress.com/content/22317, its stamp's form
        (
            "May 31, 2020 09:11 Asia/Damascus [Updated: May 31, 2020 11:37 Asia/Damascus]",
            "2020-05-31T06:11:00",
            "minute",
            "zone_name",
        ),
        ("22 نوفمبر 2026 - 02:20 م", "2026-11-22T10:50:00", "minute", "source_config"),
        ("14:20 22-11-2026", "2026-11-22T10:50:00", "minute", "source_config"),
    ],
)
def test_gregorian_instants(raw: str, instant: str, precision: str, zone_source: str) -> None:
    """ISO 8601, RFC 822 and written dates give the instant, its precision and whose zone it is read in."""
    moment = read_date(raw, TEHRAN)
    assert moment.instant == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert (moment.calendar, moment.precision, moment.zone_source) == ("gregorian", precision, zone_source)
    assert moment.raw == raw


@pytest.mark.parametrize(
    "raw",
    [
        "1405/08/30 14:20",
        "1405-08-30 14:20",
        "۱۴۰۵/۰۸/۳۰ ۱۴:۲۰",
        "٣٠/٠٨/١٤٠٥ ١٤:٢٠",
        "30/8/1405 - 14:20",
        "14:20 - 1405/8/30",
        "1405-08-30T14:20",
        "30 Aban 1405 14:20",
        "Aban 30, 1405 14:20",
        "۳۰ آبان ۱۴۰۵ - ۱۴:۲۰",
        "شنبه ۳۰ آبان ماه ۱۴۰۵، ۱۴:۲۰",
        "شنبه، ۳۰ آبان ۱۴۰۵ ساعت ۱۴:۲۰",
        "٣٠ آبان ١٤٠٥ - ١٤:٢٠",
        "۳۰ ابان ۱۴۰۵ ۱۴:۲۰",
    ],
)
def test_jalali_instants_in_three_scripts(raw: str) -> None:
    """30 Aban 1405, 14:20 in Tehran is one instant in Latin, Persian and Arabic digits and letters."""
    moment = read_date(raw, TEHRAN)
    assert moment.instant == datetime(2026, 11, 21, 10, 50, tzinfo=UTC)
    assert (moment.day, moment.calendar, moment.zone_source) == (date(2026, 11, 21), "jalali", "source_config")


@pytest.mark.parametrize(
    ("month", "day"),
    list(
        enumerate(
            "2026-03-21 2026-04-21 2026-05-22 2026-06-22 2026-07-23 2026-08-23 "
            "2026-09-23 2026-10-23 2026-11-22 2026-12-22 2027-01-21 2027-02-20".split(),
            1,
        )
    ),
)
def test_every_jalali_month_by_name(month: int, day: str) -> None:
    """The first day of each month of 1405 is read by its Persian and its romanised name, and by its number."""
    persian = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند".split()[month - 1]
    latin = "Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand".split()[month - 1]
    for raw in (f"۱ {persian} ۱۴۰۵", f"1 {latin} 1405", f"1405/{month}/1", f"1405-{month:02}-01"):
        assert read_date(raw, TEHRAN).day == date.fromisoformat(day), raw


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1375, "1996-03-20"),
        (1379, "2000-03-20"),
        (1387, "2008-03-20"),
        (1391, "2012-03-20"),
        (1395, "2016-03-20"),
        (1399, "2020-03-20"),
        (1400, "2021-03-21"),
        (1402, "2023-03-21"),
        (1404, "2025-03-21"),
        (1405, "2026-03-21"),
    ],
)
def test_nowruz(year: int, day: str) -> None:
    """1 Farvardin is 20 or 21 March, as the leap years of both calendars have it."""
    assert read_date(f"{year}/01/01", TEHRAN).day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("1 Ramadan 1447", "2026-02-18"),
        ("١ رمضان ١٤٤٧", "2026-02-18"),
        ("۱ رمضان المبارک ۱۴۴۷", "2026-02-18"),
        ("1447/09/01", "2026-02-18"),
        ("01-09-1447", "2026-02-18"),
        ("1 محرم 1448", "2026-06-16"),
        ("1 Muharram 1448", "2026-06-16"),
        ("۱ ربیع‌الاول ۱۴۴۸", "2026-08-14"),
        ("1 ربيع الأول 1448هـ", "2026-08-14"),
        ("1 Rabi' al-Awwal 1448", "2026-08-14"),
        ("1 ربيع الآخر 1448", "2026-09-12"),
        ("1 ذو الحجة 1447", "2026-05-18"),
        ("۱ ذی‌الحجه ۱۴۴۷", "2026-05-18"),
    ],
)
def test_hijri_days_in_three_scripts(raw: str, day: str) -> None:
    """Islamic dates by the Umm al-Qura calendar are days, in Latin, Arabic and Persian letters and digits."""
    moment = read_date(raw, "Asia/Riyadh")
    assert (moment.day, moment.calendar, moment.precision) == (date.fromisoformat(day), "hijri", "day")
    assert moment.instant is None


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("20 تشرين الثاني 2026", "2026-11-20"),
        ("20 تشرين الثاني/نوفمبر 2026", "2026-11-20"),
        ("٢٠ كانون الأول ٢٠٢٦", "2026-12-20"),
        ("20 أيلول 2026", "2026-09-20"),
        ("20 أكتوبر 2026", "2026-10-20"),
        ("20 جويلية 2026", "2026-07-20"),
        ("۲۰ نوامبر ۲۰۲۶", "2026-11-20"),
        ("۲۰ ژانویه ۲۰۲۶", "2026-01-20"),
        ("20.11.2026", "2026-11-20"),
        ("05.06.2026", "2026-06-05"),
        ("11/20/2026", "2026-11-20"),
        ("20/11/2026", "2026-11-20"),
        ("2026/11/20", "2026-11-20"),
        ("2026-W47-5", "2026-11-20"),
    ],
)
def test_gregorian_days(raw: str, day: str) -> None:
    """Gregorian days are read in the month names of the Levant, Egypt, the Maghreb and Iran, and by numbers."""
    moment = read_date(raw, TEHRAN)
    assert (moment.day, moment.calendar, moment.precision) == (date.fromisoformat(day), "gregorian", "day")


@given(st.integers(1300, 1500), st.integers(1, 12), st.integers(1, 29), st.sampled_from("-/."))
def test_years_1300_to_1500_are_never_gregorian(year: int, month: int, day: int, mark: str) -> None:
    """A numeric date of the years 1300 to 1500 is Jalali or Hijri, whichever way round it is printed."""
    for raw in (f"{year}{mark}{month:02}{mark}{day:02}", f"{day}{mark}{month}{mark}{year}"):
        moment = read_date(raw, TEHRAN)
        assert moment.day is None or (moment.calendar != "gregorian" and moment.day.year > 1900)


@pytest.mark.parametrize("raw", ["2026-11-22 10:15", "22 Nov 2026 10:15:33", "۱۴۰۵/۰۹/۰۱ ۱۰:۱۵"])
def test_a_time_without_any_zone_is_no_instant(raw: str) -> None:
    """Where neither the print nor the source names a zone, the day is known and the instant is not."""
    moment = read_date(raw, None)
    assert (moment.instant, moment.day, moment.zone_source) == (None, date(2026, 11, 22), "none")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "today",
        "5 minutes ago",
        "2026",
        "1405",
        "10:15",
        "2011 and 2017",
        "2026-13-01",
        "31 Feb 2026",
        "1404/12/30",
        "30/13/1405",
        "0001-01-01",
        "9999-12-31T23:59:59Z",
        "05/06/2026",
        "٥",
        "In 2011 the war broke out",
    ],
)
def test_nonsense_is_no_date(raw: str) -> None:
    """What names no day, or a day that does not exist or could be two, gives neither day nor instant."""
    moment = read_date(raw, TEHRAN)
    assert (moment.instant, moment.day, moment.precision) == (None, None, "none")


@given(
    st.text(max_size=60)
    | st.text(alphabet="0123456789۰۱۴٠١٤-/:. +TZ,amp", max_size=40)
    | st.from_regex(r"\d{1,4}[-/ ](Nov|آبان|رمضان|\d{2})[-/ ]\d{2,4} \d{1,2}:\d{2} ?[+-]?\d{0,4}", fullmatch=True)
)
def test_no_text_makes_it_raise(raw: str) -> None:
    """Any text at all gives a moment, whose print is the text and whose instant is aware UTC."""
    moment = read_date(raw, TEHRAN)
    assert moment.raw == raw
    assert moment.instant is None or moment.instant.tzinfo is UTC


@pytest.mark.parametrize(
    "raw",
    [
        "1. März 2026",
        "1er mars 2026",
        "1 de marzo de 2026",
        "1 marzo 2026",
        "1 de março de 2026",
        "1 maart 2026",
        "1 Mart 2026",
        "2026年3月1日",
        "2026년 3월 1일",
    ],
)
def test_days_in_other_languages(raw: str) -> None:
    """1 March 2026 is read as papers of eight other languages print it."""
    assert read_date(raw, TEHRAN).day == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("printed", "is_alone"),
    [
        ("22 November 2026", True),
        ("Published on 22 November 2026, 10:15 GMT", True),
        ("Sunday, 22 November 2026", True),
        ("Veröffentlicht am 22. November 2026 um 10:15 Uhr", True),
        ("تاریخ انتشار: ۳۰ آبان ۱۴۰۵ - ۱۴:۲۰", True),
        ("2026-11-22 10:15 +03:30", True),
        ("On 22 November 2026 he left", False),
        ("Updated 22 November 2026", False),
        ("November 2026", False),
        ("10:15", False),
        ("", False),
    ],
)
def test_dates_alone(printed: str, is_alone: bool) -> None:
    """A date with its clock time, weekday and label stands alone; with other words it does not."""
    assert is_date_alone(printed) is is_alone


def test_source_calendar_decides_where_a_year_fits_two() -> None:
    """A numeric year of 1300 to 1500 is read by the calendar that the source prints, else by what the web can hold."""
    assert read_date("1420/09/01", None, "hijri").day == date(1999, 12, 9)
    assert read_date("1425/01/01", None, "jalali").day == date(2046, 3, 21)
    assert read_date("1405/09/01", None).day == date(2026, 11, 22)
    assert read_date("2026/09/01", None, "jalali").day == date(2026, 9, 1)


FORMS = [tuple(line.split("\t")) for line in (Path(__file__).parent / "date_forms.tsv").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("printed", "zone", "expected"), FORMS[1:])
def test_forms_of_the_region(printed: str, zone: str, expected: str) -> None:
    """Each of 287 prints in three calendars and scripts is exactly its instant, or its day where it has no clock."""
    moment = read_date(printed, zone)
    if "T" in expected:
        assert moment.instant == datetime.fromisoformat(expected)
    else:
        assert (moment.day, moment.instant) == (date.fromisoformat(expected), None)


def test_the_list_of_forms_is_long() -> None:
    """The list holds 200 forms and more, none twice."""
    assert len(FORMS) == len(set(FORMS)) > 200


@pytest.mark.parametrize(
    ("printed", "hour", "zone_source"),
    [
        ("21 Nov 2026 14:20 IRST", "10:50", "zone_name"),
        ("21 Nov 2026 14:20 IRDT", "09:50", "zone_name"),
        ("21 Nov 2026 14:20 AST", "11:20", "zone_name"),
        ("21 Nov 2026 14:20 AFT", "09:50", "zone_name"),
        ("21 Nov 2026 14:20 GMT+3:30", "10:50", "explicit"),
        ("21 Nov 2026 14:20 Tehran time", "10:50", "zone_name"),
        ("۳۰ آبان ۱۴۰۵ ۱۴:۲۰ به وقت گرینویچ", "14:20", "zone_name"),
        ("21 نوفمبر 2026 14:20 بتوقيت بيروت", "12:20", "zone_name"),
        ("21 نوفمبر 2026 14:20 (ت.غ)", "14:20", "zone_name"),
        ("21 Nov 2026 14:20 IST", None, "none"),
    ],
)
def test_zones_by_name(printed: str, hour: str | None, zone_source: str) -> None:
    """A zone's name means what it means in the region, in words too; one that means three zones means none."""
    moment = read_date(printed, None)
    assert (f"{moment.instant:%H:%M}" if moment.instant else None) == hour
    assert moment.zone_source == zone_source


@pytest.mark.parametrize(
    ("printed", "hour"),
    [
        ("21 Nov 2026 12:05 AM", "00:05"),
        ("21 Nov 2026 12:05 PM", "12:05"),
        ("۳۰ آبان ۱۴۰۵ ۱۴:۲۰ صبح", "14:20"),
        ("۳۰ آبان ۱۴۰۵ ساعت ۴:۰۵ عصر", "16:05"),
        ("21 نوفمبر 2026 11:05 ص", "11:05"),
        ("۳۰ آبان ۱۴۰۵ ساعت ۱۲:۲۰ ق ظ", "00:20"),
        ("30 A\u0304ba\u0304n 1405 14:20", "14:20"),
        ("21 Nov 2026 25:05", None),
    ],
)
def test_halves_of_the_day(printed: str, hour: str | None) -> None:
    """Morning and afternoon are read in three languages, and change no hour that is past twelve already."""
    moment = read_date(printed, "UTC")
    assert (f"{moment.instant:%H:%M}" if moment.instant else None) == hour


def test_dates_are_weighed() -> None:
    """Which rule a date is read by is told, and why another form in the same print is refused."""
    assert weigh_date("2026-11-21T10:00Z", None) == ("iso_8601", ())
    rule, refused = weigh_date("05/06/2026, 5 June 2026", None)
    assert rule == "day_first_word: '5 june 2026', gregorian"
    assert refused == ("day_first: '05/06/2026' may name the day or the month first",)
    assert weigh_date("31/11/1405", None)[1] == ("day_first: '31/11/1405' is no day of the jalali calendar",)
    assert weigh_date("soon", None) == (None, ("no form of a date in it",))
