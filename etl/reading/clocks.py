"""The clock time in a print, and the zone that the print itself names: this room never assumes one."""

import re
from datetime import time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from etl.model import Precision, ZoneSource

# Offsets in minutes of zone names seen in feeds (RFC 822 and the region's; IANA backzone for IRST, AST as Arabia). IST
# is three zones (India, Israel, Ireland) and so none.
ZONE_MINUTES = {
    **{"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420},
    **{"MDT": -360, "PST": -480, "PDT": -420, "BST": 60, "WEST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180},
    **{"IRST": 210, "IRDT": 270, "TRT": 180, "MSK": 180, "AST": 180, "IDT": 180, "GST": 240, "AZT": 240, "AFT": 270},
    **{"PKT": 300, "SGT": 480, "HKT": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660},
}
# Places whose clock a print names in words, folded: «بتوقيت غرينتش», «به وقت تهران», "Tehran time".
ZONE_WORDS = {
    **dict.fromkeys(("غرینتش", "غرینیتش", "جرینتش", "جرینیتش", "گرینویچ", "ت.غ", "ت غ", "greenwich"), "UTC"),
    **dict.fromkeys(("تهران", "طهران", "ایران", "tehran"), "Asia/Tehran"),
    **dict.fromkeys(("مکه المکرمه", "مکه", "الریاض", "السعودیه", "mecca", "riyadh"), "Asia/Riyadh"),
    **dict.fromkeys(("بیروت", "beirut"), "Asia/Beirut"),
    **dict.fromkeys(("دمشق", "damascus"), "Asia/Damascus"),
    **dict.fromkeys(("بغداد", "baghdad"), "Asia/Baghdad"),
    **dict.fromkeys(("القدس", "jerusalem"), "Asia/Jerusalem"),
    **dict.fromkeys(("القاهره", "cairo"), "Africa/Cairo"),
    **dict.fromkeys(("ابوظبی", "ابو ظبی", "الامارات", "دبی", "dubai"), "Asia/Dubai"),
    **dict.fromkeys(("الدوحه", "doha"), "Asia/Qatar"),
    **dict.fromkeys(("کابل", "kabul"), "Asia/Kabul"),
}
LARGEST_OFFSET = timedelta(hours=14)  # of all zones in use, Kiribati's
CLOCK = re.compile(
    r"(?:(?<![\d:])(?P<hour>\d{1,2})[:h٫](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?![\d:])"
    r"|(?:ساعت|الساعه|um|à) (?P<told_hour>\d{1,2})(?:\.| و )(?P<told_minute>\d{2})(?!\d)(?: دقیقه)?)"
    r"(?: ?(?:(?P<am>am\b|a\.m\.|ص\b|صباحا|صبح|ق\.? ?ظ|قبل ?از ?ظهر)"
    r"|(?P<pm>pm\b|p\.m\.|م\b|مساء|عصر|ب\.? ?ظ|بعد ?از ?ظهر)))?"
)
OFFSET = re.compile(r"(?:(?:gmt|utc) ?([+-])(\d{1,2})|(?<=[\d ])([+-])(\d{2})):?(\d{2})?(?!\d)")
ZONE_NAME = re.compile(r"[ ,]{0,2}\(?([a-z]{1,4})\b")
ZONE_WORD = re.compile(
    rf"^\W{{0,3}}(?:(?:بتوقیت|به وقت|بوقت|توقیت|وقت) )?({'|'.join(sorted(ZONE_WORDS, key=len, reverse=True))})"
    r"(?: (?:local )?time)?\b"
)
IANA_NAME = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_/-]+\b")


class Clock(NamedTuple):
    """A clock time; `end` is the code point behind it in the folded text that it was found in."""

    time: time
    precision: Precision
    end: int


def read_clock(folded: str) -> Clock | None:
    """The first clock time in folded text, null where there is none or no clock shows it."""
    found = CLOCK.search(folded)
    if found is None:
        return None
    hour, minute = int(found["hour"] or found["told_hour"]), int(found["minute"] or found["told_minute"])
    if (found["am"] or found["pm"]) and hour <= 12:
        hour = hour % 12 + (12 if found["pm"] else 0)
    second = int(found["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return Clock(time(hour, minute, second), "second" if found["second"] else "minute", found.end())


def without_clock(folded: str) -> str:
    """Folded text without clock times, offsets and the zones that they name in words."""
    text = CLOCK.sub(" ", folded)
    return OFFSET.sub(" ", re.sub(r"(?:بتوقیت|به وقت|توقیت) (?:" + "|".join(ZONE_WORDS) + r")\b", " ", text))


def read_zone(after_clock: str, printed: str) -> tuple[tzinfo | None, ZoneSource]:
    """The zone that a print names: an offset or a zone's name behind the clock time, or an IANA name anywhere.

    `after_clock` is folded, `printed` is not.
    """
    signed = OFFSET.search(after_clock if after_clock.startswith(" ") else " " + after_clock)
    if signed:
        offset = timedelta(hours=int(signed[2] or signed[4]), minutes=int(signed[5] or 0))
        if offset <= LARGEST_OFFSET:
            return timezone(-offset if "-" in (signed[1], signed[3]) else offset), "explicit"
    for name in IANA_NAME.findall(printed):
        try:
            return ZoneInfo(name), "zone_name"
        except (KeyError, ValueError, OSError):  # no such zone: a folder of zones, or words with a slash
            continue
    word = ZONE_WORD.match(after_clock)
    if word:
        return ZoneInfo(ZONE_WORDS[word[1]]), "zone_name"
    named = ZONE_NAME.match(after_clock)
    if named and named[1].upper() in ZONE_MINUTES:
        return timezone(timedelta(minutes=ZONE_MINUTES[named[1].upper()])), "zone_name"
    return None, "none"
