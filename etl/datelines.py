"""The dateline: what an agency prints before its first sentence, such as `Tehran (IP)-` or `دمشق-سانا`.

The grammar is general, the signs are data (`agencies.toml` and the source's own). What is cut must be sure: a
known agency sign, or a place that the gazetteer knows in the shape that datelines have. When in doubt nothing is cut.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from etl.model import Dateline, Place

FindPlace = Callable[[str], Place | None]

LONGEST = 120  # code points of the head that are looked at; the longest of 155 real datelines has 71
DASH = r"(?:[-‐‑‒–—―−ـ_]{1,2})"
SPACE = r"[ \t\u00a0\u200b]"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
DATE = rf"(?:{MONTH}{SPACE}\d{{1,2}}(?:,?{SPACE}\d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)?{SPACE}{MONTH}(?:,?{SPACE}\d{{4}})?)"
# One to five words, the first in capital or in a script without case: "Khan Younes", "RIO DE JANEIRO", "القدس المحتلة".
LATIN_PLACE = r"[A-Z\u00c0-\u00de][\w'’.\u00c0-\u024f-]*(?:[ /-](?:(?:de|do|da|el|al|of|the|la|le|ed|ez|es|ul|i)[ -])?[A-Z\u00c0-\u00de][\w'’.\u00c0-\u024f-]*){0,4}"
ARABIC_PLACE = r"[\u0621-\u064a\u067e-\u06d3][\u0621-\u06d3\u200c]*(?:[ \u00a0][\u0621-\u06d3\u200c]+){0,2}"
PLACE = rf"(?:{LATIN_PLACE}|{ARABIC_PLACE})"
REGION = rf"(?:,{SPACE}*(?!{MONTH}{SPACE}\d){PLACE})?"


def read_dateline(head: str, signs: Mapping[str, str], find_place: FindPlace) -> Dateline | None:
    """The dateline that a body begins with, or null; `signs` maps what agencies print to their names.

    `Dateline.text` is exactly the prefix of `head` that was recognised, white space behind it included, so that
    `text + rest == head`. The place may be null where the agency prints none.
    """
    for rule, pattern in _patterns(tuple(sorted(signs, key=len, reverse=True))):
        found = pattern.match(head[:LONGEST])
        if found is None or found.end() >= len(head.rstrip()):
            continue
        groups = found.groupdict()
        place = next((place for place in _places(groups.get("place"), find_place)), None)
        if _is_sure(rule, groups, place, head[found.end() :]):
            sign = groups.get("sign")
            printed = Place(groups["place"], None, None) if groups.get("place") and place is None else place
            return Dateline(found[0], printed, signs.get(sign or ""), sign, groups.get("date"), rule)
    return None


def _is_sure(rule: str, groups: dict[str, str | None], place: Place | None, rest: str) -> bool:
    """Whether a match is a dateline and not a sentence that happens to have its shape."""
    if groups.get("sign"):
        return True
    if place is None or not rest[:1].strip() or rest[:1].islower():
        return False
    printed = groups["place"] or ""
    return rule == "place_date" or printed == printed.upper() != printed.lower()


def _places(printed: str | None, find_place: FindPlace) -> Iterator[Place]:
    """The gazetteer's places for what is printed: the whole first, then the first of several cities."""
    if printed:
        for form in (printed, printed.split("/")[0]):
            place = find_place(form)
            if place is not None:
                yield Place(printed, place.place_id, place.country)


@lru_cache(maxsize=256)
def _patterns(signs: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The shapes, the most telling first; a sign is matched as a whole word only."""
    sign = rf"(?P<sign>{'|'.join(map(re.escape, signs)) or '(?!)'})"
    place, date = rf"(?P<place>{PLACE}){REGION}", rf"(?P<date>{DATE})"
    end = rf"{SPACE}*(?:\.?{DASH}|:){SPACE}*"
    shapes = {
        # Tehran (IP)-   BEIJING, Sept. 29 (Xinhua) --   CITY, State (AP) —   Hamburg (dpa/lno) –   IDLEB, (ST)_
        "place_sign": rf"{place},?{SPACE}?(?:{date},?{SPACE}*)?\({sign}(?:/[a-z]+)?\){end}",
        # Tehran, Aug 19, IRNA –   Damascus, SANA-   MANILA, April 1, Reuter -
        "place_comma_sign": rf"{place},{SPACE}*(?:{date},{SPACE}*)?{sign}{end}",
        # دمشق-سانا   Damascus-SANA-   بيروت - أ ف ب -
        "place_dash_sign": rf"{place}{SPACE}*[-–—ـ]{SPACE}*{sign}(?!\w)(?:{end}|{SPACE}*:?{SPACE}+)",
        # MOSCOW, March 7. /TASS/.   Baku. 27 June. REPORT.AZ/
        "place_slash_sign": rf"{place}[,.]{SPACE}(?:{date}\.?{SPACE})?/?{sign}/\.?{SPACE}*",
        # (Reuters) -   (CNN) President
        "sign": rf"\({sign}\)(?:{end}|{SPACE}+)",
        # IRNA –
        "bare_sign": rf"{sign}{SPACE}*(?:{DASH}|:){SPACE}+",
        # LONDON, April 1 -
        "place_date": rf"{place},{SPACE}*{date}{SPACE}*{DASH}{SPACE}*",
        # TEHRAN –   KUWAIT:
        "place": rf"{place}{SPACE}*(?:{DASH}|:){SPACE}*",
    }
    return tuple((rule, re.compile(shape)) for rule, shape in shapes.items())
