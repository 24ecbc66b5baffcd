"""The three calendars of the region: the names of their months, and which Gregorian day a date in them is."""

import re
from datetime import date

import jdatetime
from hijridate import Hijri

from etl.model import Calendar

# What a month's name is folded by before it is looked up, besides the case.
LETTERS = str.maketrans("يىكةأإآ\u200c", "ییکهااا ")
# Iranian, Afghan (Dari, Pashto) and romanised names.
JALALI_MONTHS = (
    ("فروردین", "farvardin", "حمل", "وری", "hamal"),
    ("اردیبهشت", "ordibehesht", "ثور", "غویی", "sawr", "saur"),
    ("خرداد", "khordad", "جوزا", "غبرګولی", "jawza"),
    ("تیر", "tir", "سرطان", "چنګاښ", "saratan"),
    ("مرداد", "امرداد", "mordad", "اسد", "زمری", "asad"),
    ("شهریور", "shahrivar", "سنبله", "وږی", "sunbula"),
    ("مهر", "mehr", "میزان", "تله", "mizan"),
    ("آبان", "aban", "عقرب", "لړم", "aqrab"),
    ("آذر", "azar", "قوس", "لیندۍ", "qaws", "qaus"),
    ("دی", "dey", "جدی", "مرغومی", "jadi"),
    ("بهمن", "bahman", "دلو", "سلواغه", "dalw", "dalwa"),
    ("اسفند", "esfand", "حوت", "کب", "hut"),
)
HIJRI_MONTHS = (
    ("محرم", "muharram"), ("صفر", "safar"),
    ("ربیع الاول", "rabi al-awwal", "rabi i"), ("ربیع الثانی", "ربیع الاخر", "rabi al-thani", "rabi ii"),
    ("جمادی الاولی", "جمادی الاول", "jumada al-awwal", "jumada i"),
    ("جمادی الثانیه", "جمادی الثانی", "جمادی الاخره", "جمادی الاخر", "jumada al-thani", "jumada ii"),
    ("رجب", "rajab"), ("شعبان", "shaban", "shaaban"), ("رمضان", "ramadan", "ramadhan"), ("شوال", "shawwal"),
    ("ذو القعده", "ذی القعده", "ذیقعده", "dhu al-qadah", "dhul qadah"),
    ("ذو الحجه", "ذی الحجه", "ذیحجه", "dhu al-hijjah", "dhul hijjah"),
)  # fmt: skip
# English; Urdu, Dari, Kurdish; Arabic, Persian; German, French, Spanish, Italian, Portuguese, Dutch, Turkish where they
# differ.
GREGORIAN_MONTHS = (
    ("january", "جنوری", "کانوونی دووەم", "jan", "ینایر", "کانون الثانی", "ژانویه", "جانفی", "januar",
     "jänner", "janvier", "enero", "gennaio", "janeiro", "januari", "ocak"),
    ("february", "فروری", "فبروری", "شوبات", "feb", "فبرایر", "شباط", "فوریه", "فیفری", "februar", "février",
     "febrero", "febbraio", "fevereiro", "februari", "şubat"),
    ("march", "مارچ", "ئازار", "mar", "مارس", "اذار", "märz", "mars", "marzo", "março", "maart", "mart"),
    ("april", "اپریل", "apr", "ابریل", "نیسان", "آوریل", "افریل", "avril", "abril", "aprile", "nisan"),
    ("may", "مئی", "می", "ئایار", "مایو", "ایار", "مه", "مای", "mai", "mayo", "maggio", "maio", "mei", "mayıs"),
    ("june", "جون", "حوزەیران", "jun", "یونیو", "حزیران", "ژوئن", "جوان", "juni", "juin", "junio", "giugno",
     "junho", "haziran"),
    ("july", "جولائی", "جولای", "تەمموز", "jul", "یولیو", "تموز", "ژوئیه", "جویلیه", "juli", "juillet",
     "julio", "luglio", "julho", "temmuz"),
    ("august", "اگست", "ئاب", "aug", "اغسطس", "آب", "اوت", "août", "agosto", "augustus", "ağustos"),
    ("september", "ستمبر", "سپتمبر", "ئەیلوول", "sept", "sep", "سبتمبر", "ایلول", "سپتامبر", "septembre",
     "septiembre", "settembre", "setembro", "eylül"),
    ("october", "اکتوبر", "تشرینی یەکەم", "oct", "تشرین الاول", "اکتبر", "oktober", "okt", "octobre",
     "octubre", "ottobre", "outubro", "ekim"),
    ("november", "نومبر", "تشرینی دووەم", "nov", "نوفمبر", "تشرین الثانی", "نوامبر", "novembre", "noviembre",
     "novembro", "kasım"),
    ("december", "دسمبر", "کانوونی یەکەم", "dec", "دیسمبر", "کانون الاول", "دسامبر", "dezember", "dez",
     "décembre", "diciembre", "dicembre", "dezembro", "aralık"),
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


def calendar_of(year: int, printed: Calendar = "gregorian") -> Calendar:
    """The calendar of a numeric date; `printed` is the one that the source's pages are printed in.

    Numeric Hijri and Jalali years overlap in 1300-1500, where the source's own calendar decides. Where that is the
    Gregorian, years up to 1420 are Jalali (1921 to 2042) and later ones Islamic (from 1999), as nothing on the web is
    older or younger than that.
    """
    if is_modern(year):
        return "gregorian"
    return printed if printed != "gregorian" else "jalali" if year <= 1420 else "hijri"


def gregorian_day(calendar: Calendar, year: int, month: int, day: int) -> date | None:
    """The Gregorian day, or null when the calendar has no such day or the year fits no calendar in use."""
    try:
        if calendar == "jalali" and 1300 <= year <= 1500:
            jalali: date = jdatetime.date(year, month, day).togregorian()
            return jalali
        if calendar == "hijri" and 1343 <= year <= 1500:
            return Hijri(year, month, day).to_gregorian()
        if calendar == "gregorian" and is_modern(year):
            return date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return None


def is_modern(year: int) -> bool:
    """Whether a Gregorian year can be a publication year at all (newspapers exist since 1605)."""
    return 1605 <= year <= 2100
