"""The shapes that datelines have, most telling first; whether a head of such a shape is one is not decided here."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

SIGN_END = "\x1f"  # behind the sign that is put before a head; a control character, never printed
DASH = r"(?:[-‐‑‒–—―−ـ_]{1,3})"
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
PERSON = rf"{WORD}(?:{SPACE}{WORD}){{1,3}}"
# What only Arabic and Persian datelines have: no capital tells a name there, so every part of them must be known.
ARABIC = r"(?=[\u0600-\u06ff])"
TOWN = rf"{ARABIC}(?P<place>{WORD}(?:{SPACE}(?!في{SPACE}){WORD}){{0,3}})"
MONTH_WORDS = rf"[\u0621-\u063f\u0641-\u06d3]+(?:{SPACE}[\u0621-\u063f\u0641-\u06d3]+)?"
# 22 نوفمبر   22-11   22 تشرين الثاني/نوفمبر 2026   12 جمادى الآخرة 1448 هـ
ARABIC_DAY = (
    rf"\d{{1,2}}(?:{SPACE}?[-/]{SPACE}?\d{{1,2}}(?:{SPACE}?[-/]{SPACE}?\d{{4}})?"
    rf"|{SPACE}?{MONTH_WORDS}(?:{SPACE}?/{SPACE}?{MONTH_WORDS})?(?:{SPACE}\d{{4}})?(?:{SPACE}?(?:هـ|ه|م)(?!\w))?)"
)
# Days of two calendars side by side.
ARABIC_DAYS = rf"(?P<date>{ARABIC_DAY}(?:{SPACE}?(?:الموافق|مطابق با|برابر با|[/،(-]){SPACE}?{ARABIC_DAY}\)?)?)"
PROVINCES = "|".join(
    (
        "آذربایجان شرقی", "آذربایجان غربی", "اردبیل", "اصفهان", "البرز", "ایلام", "بوشهر", "تهران",
        "چهارمحال و بختیاری", "خراسان جنوبی", "خراسان رضوی", "خراسان شمالی", "خوزستان", "زنجان", "سمنان",
        "سیستان و بلوچستان", "فارس", "قزوین", "قم", "کردستان", "کرمانشاه", "کرمان",
        "کهگیلویه و بویراحمد", "گلستان", "گیلان", "لرستان", "مازندران",
        "مرکزی", "هرمزگان", "همدان", "یزد",
    )
)  # fmt: skip
# Who sends the story, in papers that print no agency; often run together with the city: "CORRISPONDENTENEW YORK".
SENDER = (
    r"(?i:dall?[ao]? nostr[oa] (?:inviat[oa]|corrispondente)(?: speciale)?(?: (?:a|in|da))?|"
    r"de (?:notre (?:correspondante?|envoyée? spéciale?)(?: [àa])?|nuestr[oa] (?:corresponsal|enviad[oa](?: especial)?)"
    r"(?: en)?))"
)
REGION = rf"(?:,{SPACE}*(?!{MONTH}{SPACE}?\d)(?P<region>{NAME})|{SPACE}\[(?P<bracketed>{NAME})\])?"
LONE_SIGN = r"(?P<sign>(?P=known))(?![^\W_])"
SIGN = rf"(?<!\w){LONE_SIGN}"
CITY = rf"(?P<place>{NAME})"
PLACE, DAY = CITY + REGION, rf"(?P<date>{DATE})"
# Gaza City (Palestinian Territories) (AFP)   Lucknow (UP), Nov 3 (PTI)
INNER_PLACE = rf"{CITY}(?:{SPACE}\((?P<inner>{NAME})\)(?={SPACE}?[\[(,]))?{REGION}"
MARK = rf"{SPACE}*(?:\.?{DASH}|:)"
END = rf"(?:{MARK}{SPACE}*\n?|{SPACE}*\n)"
OPEN_END = rf"{END}|{SPACE}+"
DESK, UNKNOWN = r"(?:/[\w ]+)?", rf"(?P<unknown>{LETTER}[\w. ]{{1,25}})"
DASHED, LINE_END = rf"{MARK}{SPACE}*\n?", rf"{SPACE}*\n"
REPORTER, PARTED = rf"(?P<byline>{PERSON})", rf"{SPACE}?{DASH}{SPACE}?"
# The shapes that only heads in Arabic script have, and the one that Arabic agencies keep in English.
ARABIC_SHAPES = {
    # عمان 22 تشرين الثاني (بترا)-   الدوحة في 22 نوفمبر /قنا/
    # الرياض 12 جمادى الآخرة 1448 هـ الموافق 22 نوفمبر 2026 م واس
    "place_day_sign": rf"{TOWN}{SPACE}?[،,/-]?{SPACE}?(?:في{SPACE})?{ARABIC_DAYS}{SPACE}?[،,(/]?{SPACE}?{SIGN}"
    rf"{SPACE}?(?:[)/]{SPACE}*(?:{DASH}|:)?{SPACE}*\n?|{DASHED}|{LINE_END})",
    # کابل (پژواک، ۱ قوس ۱۴۰۵):
    "place_bracket_day": rf"{TOWN}{SPACE}?\({SIGN}[،,]{SPACE}?{ARABIC_DAYS}\)(?:{DASHED}|{LINE_END})",
    # بغداد / المدى   أورفة/ ليلى حالجي/ الأناضول
    "place_slash_line": rf"{TOWN}{SPACE}?/{SPACE}?(?:{REPORTER}{SPACE}?/{SPACE}?)?{SIGN}"
    rf"(?:{SPACE}?(?:/|{DASH}|:){SPACE}*\n?|{LINE_END})",
    # بيت لحم - "القدس" دوت كوم - نجيب القارئ -   القاهرة ـ الأهرام ـ سامي خليل ـ
    "place_sign_byline": rf"{TOWN}{PARTED}{SIGN}{PARTED}{REPORTER}{SPACE}?{DASH}{SPACE}+",
    # ایسنا/خراسان رضوی
    "sign_slash_province": rf"{ARABIC}{SIGN}{SPACE}?/{SPACE}?(?P<place>{PROVINCES})"
    rf"(?:{DASHED}|{LINE_END}|{SPACE}+)",
    # شفق نيوز- السليمانية   السومرية نيوز/ بغداد   وطنية - بيروت -
    "sign_dash_place": rf"{ARABIC}{SIGN}{SPACE}?(?:{DASH}|/){SPACE}?{TOWN}"
    rf"(?:{LINE_END}|{SPACE}+{DASH}{SPACE}+|:{SPACE}+)",
    # شفق نيوز/   Shafaq News/
    "sign_slash": rf"{SIGN}(?:(?<=[\u0600-\u06ff]){SPACE})?/{SPACE}+",
    # عصر ایران؛ ساناز موج‌نگار -
    "sign_byline": rf"{ARABIC}{SIGN}{SPACE}?؛{SPACE}*{REPORTER}{SPACE}?{DASH}{SPACE}+",
}
SIGNED_SHAPES = {
    # Tehran (IP)-   BEIJING, Sept. 29 (Xinhua) --   CITY, State (AP) —   Hamburg (dpa/lno) –   IDLEB, (ST)_
    "place_sign": rf"{INNER_PLACE},?{SPACE}?(?:{DAY},?{SPACE}*)?\({SIGN}{DESK}\){END}",
    # New Delhi, Mar 7 (PTI) The   Washington (CNN)The   Hannover (epd). Die
    "place_open_sign": rf"{INNER_PLACE},?{SPACE}?(?:{DAY},?{SPACE}*)?\({SIGN}{DESK}\)(?:\.(?={SPACE}))?{SPACE}*",
    # ABU DHABI, (UrduPoint / Pakistan Point News / WAM - 02nd May, 2021)
    "place_credit": rf"{PLACE},?{SPACE}?\([^()]{{0,60}}/{SPACE}?{SIGN}(?:{MARK}{SPACE}*{DAY})?\)(?:{OPEN_END})",
    # Tehran, Aug 19, IRNA –   Damascus, SANA-   MANILA, April 1, Reuter -
    "place_comma_sign": rf"{PLACE},{SPACE}*(?:{DAY},{SPACE}*)?{SIGN}{END}",
    # YEREVAN, NOVEMBER 22, ARMENPRESS.   Baku, November 22, AZERTAC
    "place_date_comma_sign": rf"{PLACE},{SPACE}*{DAY},{SPACE}*{SIGN}(?:\.{SPACE}+|{SPACE}+)",
    # МОСКВА, 22 ноя - РИА Новости.
    "place_date_dash_sign": rf"{PLACE},{SPACE}*{DAY}{SPACE}+{DASH}{SPACE}*{SIGN}\.{SPACE}+",
    # دمشق-سانا   Damascus-SANA-   بيروت - أ ف ب -
    "place_dash_sign": rf"{CITY}{SPACE}*{DASH}{SPACE}*{SIGN}{END}",
    "place_dash_open_sign": rf"{CITY}{SPACE}*{DASH}{SPACE}*{SIGN}{SPACE}+",
    # MOSCOW, March 7. /TASS/.   Baku. 27 June. REPORT.AZ/   GENEVA, March 7. /TASS Correspondent Ann Mole/.
    "place_slash_sign": rf"{PLACE}[,.]{SPACE}(?:{DAY}\.?{SPACE})?"
    rf"/?{SIGN}(?:(?:{SPACE}[\w .]{{1,40}})?/\.?{SPACE}*|{END})",
    # (Reuters) -   (CNN) President
    "sign": rf"\({SIGN}\)(?:{OPEN_END})",
    # (MENAFN- Kuwait News Agency (KUNA))
    "credit": rf"\([^()]{{1,60}}\({SIGN}\)\)(?:{OPEN_END})",
    # Hawzah News Agency (Tehran, Iran) -   WANA (Mar 27) –
    "sign_bracket": rf"{SIGN}{SPACE}\((?:{DAY}|{PLACE})\){END}",
    # Shafaq News – Basra, a line of its own (house style of Shafaq News)
    "sign_place_line": rf"{LONE_SIGN}{SPACE}*{DASH}{SPACE}*{PLACE}{SPACE}*\n",
    # IRNA –   Sharjah24 – WAM:
    "bare_sign": rf"(?:[\w.]{{2,30}}{SPACE}{DASH}{SPACE})?{LONE_SIGN}{MARK}{SPACE}+",
}
UNSIGNED_SHAPES = {
    # HONOLULU, Hawaii (HawaiiNewsNow) -   Kiel (dpo) -   TEHRAN (Dispatches) --
    "place_unknown_sign": rf"{PLACE},?{SPACE}(?:{DAY},?{SPACE}*)?\({UNKNOWN}\){MARK}{SPACE}*",
    # LAGOS, Nov. 22 (NAN) The
    "place_date_unknown_sign": rf"{PLACE},{SPACE}*{DAY},?{SPACE}*\({UNKNOWN}\){SPACE}+",
    # Kaieteur News –
    "bare_outlet": rf"(?P<unknown>(?:[A-Z][\w.'’-]+{SPACE}){{1,3}}News(?:{SPACE}(?:Agency|Network|Service))?)"
    rf"{SPACE}{DASH}{SPACE}+",
    # LONDON, April 1 -   BAKU, Azerbaijan, October 6.   ATLANTA , March 3 -   KANSAS CITY, Mo. - March 13 -
    "place_date": rf"{PLACE}{SPACE}?(?:,|,?{SPACE}{DASH}){SPACE}*{DAY}{SPACE}*(?:{DASH}{SPACE}*|\.{SPACE}+)",
    # JOHANNESBURG March 13 -
    "place_date_bare": rf"{CITY}{SPACE}{DAY}{SPACE}*{DASH}{SPACE}+",
    # Darmstadt - Januar 2021.
    "place_dash_date": rf"{CITY}{SPACE}{DASH}{SPACE}(?P<date>{MONTH}{SPACE}\d{{4}}|{DATE})\.{SPACE}+",
    # DAL NOSTRO INVIATO A ROMA -   DE NOTRE CORRESPONDANT Londres –
    "sender_place": rf"{SENDER}{SPACE}*{PLACE},?{SPACE}*(?:{DASH}|:){SPACE}*",
    # (Leipzig) -
    "bracketed_place": rf"\({PLACE}\){SPACE}?{DASH}{SPACE}+",
    # TEHRAN –   KUWAIT:   Potsdam –   Occupied Jerusalem, –
    "place": rf"{PLACE},?{SPACE}*(?:{DASH}|:){SPACE}*",
    # ISTANBUL   VAN, Türkiye, a line of its own (house style of Anadolu)
    "place_line": rf"{PLACE}{SPACE}*\n",
}


def shapes_in(head: str, signs: Iterable[str]) -> Iterator[tuple[str, str, dict[str, str | None]]]:
    """(rule, text, groups) of each shape that a head begins with, the most telling first and the longest sign first."""
    printed = sorted((sign for sign in signs if sign in head), key=len, reverse=True)
    alone = [sign for sign in printed if _stands_alone(sign)]
    for rule, pattern in _patterns():
        for sign in (
            [""] if "sign" not in pattern.groupindex else alone if rule in {"bare_sign", "sign_slash"} else printed
        ):
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
    shapes = ARABIC_SHAPES | SIGNED_SHAPES | UNSIGNED_SHAPES
    known = f"(?P<known>[^{SIGN_END}]*){SIGN_END}"
    return tuple((rule, re.compile(known + shape)) for rule, shape in shapes.items())
