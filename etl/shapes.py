"""The shapes that datelines have, most telling first; whether a head of such a shape is one is not decided here."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

SIGN_END = "\x1f"  # behind the sign that is put before a head; a control character, never printed
DASH = r"(?:[-‐‑‒–—―−ـ_]{1,2})"
SPACE = r"[ \t\u00a0\u200b]"
MONTH = (
    r"(?i:(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]{0,6}\.?"
    r"|(?:янв|фев|мар|апр|ма|июн|июл|авг|сен|окт|ноя|дек)[а-я]{0,6})"
)
YEAR = rf"(?:,?{SPACE}\d{{4}})?"
DATE = rf"(?:{MONTH}{SPACE}?\d{{1,2}}{YEAR}|\d{{1,2}}(?:st|nd|rd|th|\.)?{SPACE}{MONTH}{YEAR})"
LETTER = r"[^\W\d_ـ]"
WORD = rf"{LETTER}(?:{LETTER}|['’.\u200c\u064b-\u0652-])*"
# One to five words, two cities parted by a slash included: "Khan Younes", "RIO DE JANEIRO", "BEIRUT/THE HAGUE".
NAME = rf"{WORD}(?:(?:{SPACE}|{SPACE}?/{SPACE}?){WORD}){{0,4}}"
REGION = rf"(?:,{SPACE}*(?!{MONTH}{SPACE}?\d)(?P<region>{NAME})|{SPACE}\[(?P<bracketed>{NAME})\])?"


def shapes_in(head: str, signs: Iterable[str]) -> Iterator[tuple[str, str, dict[str, str | None]]]:
    """(rule, text, groups) of each shape that a head begins with, the most telling first and the longest sign first."""
    printed = sorted((sign for sign in signs if sign in head), key=len, reverse=True)
    alone = [sign for sign in printed if _stands_alone(sign)]
    for rule, pattern in _patterns():
        for sign in [""] if "sign" not in pattern.groupindex else alone if rule == "bare_sign" else printed:
            found = pattern.match(f"{sign}{SIGN_END}{head}")
            if found is not None:
                yield rule, found[0][len(sign) + 1 :], found.groupdict()
                break


def _stands_alone(sign: str) -> bool:
    """Whether a sign without brackets and place is no common word: "IRNA", "Hawzah News Agency", «سانا», not "Mehr"."""
    return len(sign) > 2 and (" " in sign or sum(not letter.islower() for letter in sign) > 2)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The shapes, the most telling first, of a head with a sign and SIGN_END put before it.

    So they are compiled once for all signs (76 ms). A sign is matched as a whole word only.
    """
    lone_sign = r"(?P<sign>(?P=known))(?!\w)"
    sign = rf"(?<!\w){lone_sign}"
    city = rf"(?P<place>{NAME})"
    place, date = city + REGION, rf"(?P<date>{DATE})"
    mark = rf"{SPACE}*(?:\.?{DASH}|:)"
    end = rf"(?:{mark}{SPACE}*\n?|{SPACE}*\n)"
    open_end = rf"{end}|{SPACE}+"
    desk, unknown = r"(?:/[\w ]+)?", rf"(?P<unknown>{LETTER}[\w. ]{{1,25}})"
    shapes = {
        # Tehran (IP)-   BEIJING, Sept. 29 (Xinhua) --   CITY, State (AP) —   Hamburg (dpa/lno) –   IDLEB, (ST)_
        "place_sign": rf"{place},?{SPACE}?(?:{date},?{SPACE}*)?\({sign}{desk}\){end}",
        # New Delhi, Mar 7 (PTI) The   Washington (CNN)The
        "place_open_sign": rf"{place},?{SPACE}?(?:{date},?{SPACE}*)?\({sign}{desk}\){SPACE}*",
        # ABU DHABI, (UrduPoint / Pakistan Point News / WAM - 02nd May, 2021)
        "place_credit": rf"{place},?{SPACE}?\([^()]{{0,60}}/{SPACE}?{sign}(?:{mark}{SPACE}*{date})?\)(?:{open_end})",
        # Tehran, Aug 19, IRNA –   Damascus, SANA-   MANILA, April 1, Reuter -
        "place_comma_sign": rf"{place},{SPACE}*(?:{date},{SPACE}*)?{sign}{end}",
        # دمشق-سانا   Damascus-SANA-   بيروت - أ ف ب -
        "place_dash_sign": rf"{city}{SPACE}*{DASH}{SPACE}*{sign}{end}",
        "place_dash_open_sign": rf"{city}{SPACE}*{DASH}{SPACE}*{sign}{SPACE}+",
        # MOSCOW, March 7. /TASS/.   Baku. 27 June. REPORT.AZ/
        "place_slash_sign": rf"{place}[,.]{SPACE}(?:{date}\.?{SPACE})?/?{sign}(?:/\.?{SPACE}*|{end})",
        # (Reuters) -   (CNN) President
        "sign": rf"\({sign}\)(?:{open_end})",
        # (MENAFN- Kuwait News Agency (KUNA))
        "credit": rf"\([^()]{{1,60}}\({sign}\)\)(?:{open_end})",
        # Hawzah News Agency (Tehran, Iran) -   WANA (Mar 27) –
        "sign_bracket": rf"{sign}{SPACE}\((?:{date}|{place})\){end}",
        # IRNA –   Sharjah24 – WAM:
        "bare_sign": rf"(?:[\w.]{{2,30}}{SPACE}{DASH}{SPACE})?{lone_sign}{mark}{SPACE}+",
        # HONOLULU, Hawaii (HawaiiNewsNow) -   Kiel (dpo) -   TEHRAN (Dispatches) --
        "place_unknown_sign": rf"{place},?{SPACE}(?:{date},?{SPACE}*)?\({unknown}\){mark}{SPACE}*",
        # Kaieteur News –
        "bare_outlet": rf"(?P<unknown>(?:[A-Z][\w.'’-]+{SPACE}){{1,3}}News(?:{SPACE}(?:Agency|Network|Service))?)"
        rf"{SPACE}{DASH}{SPACE}+",
        # LONDON, April 1 -   BAKU, Azerbaijan, October 6.   ATLANTA , March 3 -   KANSAS CITY, Mo. - March 13 -
        "place_date": rf"{place}{SPACE}?(?:,|,?{SPACE}{DASH}){SPACE}*{date}{SPACE}*(?:{DASH}{SPACE}*|\.{SPACE}+)",
        # JOHANNESBURG March 13 -
        "place_date_bare": rf"{city}{SPACE}{date}{SPACE}*{DASH}{SPACE}+",
        # Darmstadt - Januar 2021.
        "place_dash_date": rf"{city}{SPACE}{DASH}{SPACE}(?P<date>{MONTH}{SPACE}\d{{4}}|{DATE})\.{SPACE}+",
        # (Leipzig) -
        "bracketed_place": rf"\({place}\){SPACE}?{DASH}{SPACE}+",
        # TEHRAN –   KUWAIT:   Potsdam –   Occupied Jerusalem, –
        "place": rf"{place},?{SPACE}*(?:{DASH}|:){SPACE}*",
    }
    known = f"(?P<known>[^{SIGN_END}]*){SIGN_END}"
    return tuple((rule, re.compile(known + shape)) for rule, shape in shapes.items())
