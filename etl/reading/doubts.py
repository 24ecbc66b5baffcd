"""Whether a head that has the shape of a dateline is one, or a sentence that only looks like it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from etl.model import Place
from etl.reading.calendars import LETTERS, MONTH
from etl.reading.shapes import DASH, NAME, SPACE

FEWEST_WORDS = 6  # a sentence behind "Potsdam – " has as many; a headline or a list of places has fewer
LONGEST_HEADLINE = 15  # words
RUBRIC_WORDS = 3
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
OPENING = tuple("\"'“”‘’«„‚‹([<#@$€£¿¡")
# What stands before "News" where it is a rubric and no outlet: "Breaking News – ", unlike "Kaieteur News – ".
RUBRICS = frozenset(
    "bad breaking business city crime daily editorial entertainment fake fashion football good health home "
    "international latest local market more national other political quick science sports stock tech the today top "
    "video weather weekly world".split()
)
# Labels over a story that are names of towns, too.
LABELS = frozenset("all asia china deal eye live media mobile nice peru reading split staff start".split())
# Words that are rubrics more often than datelines, and names of towns that few stories come from: "MEDIA –", "GAS:".
WORDS = frozenset(
    "africa all america art asia bank bar battle best bin bright can cap car care cars cat center change college cup "
    "cut deal delta dry economy enterprise eye flora forest freedom fun gas gold green hope hot independence justice "
    "key kino law leader liberty live luck market media mine mission name page panorama part plaza police poll pop "
    "post progress pure race rail rain real rest rich rise run sale salt salud same santé save sea see side sky song "
    "soul staff star start stone street surprise time tip top tour toy trail turn union university wave welcome wetter "
    "wissen worth yes young zoo".split()
)
# How towns are called that no gazetteer has: "AUGSFELD", "NORTHVALE", "FLUSHING MEADOWS", "LAKE SUCCESS". Endings that
# common words have too (-port, -ton, -stadt, -berg, -heim) are left out.
TOWN = re.compile(
    r"[^\W\d_]{3,}(?:feld|dorf|hausen|burg|ville|vale|bury|borough|abad|garh|nagar)"
    r"|.+ (?:beach|falls|springs|heights|hills|meadows|grove|creek|valley)|(?:fort|lake|mount|port|saint|st\.?|san) .+"
)
# Shapes that no sentence has.
SURE = frozenset(
    "place_sign place_comma_sign place_dash_sign place_slash_sign credit place_credit sign_slash_province "
    "sign_byline".split()
)
SURE_BEFORE_A_SENTENCE = frozenset({"place_date_comma_sign", "place_date_dash_sign"})


@dataclass(frozen=True, slots=True)
class Match:
    """One shape found at a head: what stands in its groups, the place if it is known, and the text behind it."""

    rule: str
    text: str
    groups: Mapping[str, str | None]
    place: Place | None
    rest: str

    @property
    def is_in_capitals(self) -> bool:
        """Whether the place is printed in capitals and is no day or month."""
        printed = self.groups.get("place") or ""
        return printed == printed.upper() != printed.lower() and WEEKDAYS.isdisjoint(printed.casefold().split())

    @property
    def is_before_a_sentence(self) -> bool:
        """Whether a sentence seems to begin behind it: with a capital, a caseless letter, a digit or a quote."""
        first = self.rest[:1]
        return (first.isalnum() and not first.islower()) or first in OPENING


def doubt_of(match: Match, is_name: Callable[[str], bool]) -> str | None:
    """Why a match may be a sentence that happens to have the shape of a dateline; null where it surely is one.

    `is_name` tells places and agencies.
    """
    if match.rule in SURE or (match.rule == "place_date" and match.place is not None and _is_of_small_letters(match)):
        return None
    if not _is_sure(match, is_name):
        return "neither its place nor its sign makes sure that this is no sentence"
    return None if match.is_before_a_sentence else "no sentence begins behind it"


def _is_sure(match: Match, is_name: Callable[[str], bool]) -> bool:
    known, dated, first = match.place is not None, bool(match.groups.get("date")), match.rest[:1]
    match match.rule:
        case "place_dash_open_sign":  # only in a script without capitals: "London - Reuters reported" is a sentence
            sure = known and first.lower() == first.upper()
        case "sign" | "bare_sign" | "sign_slash" | "place_date_comma_sign" | "place_date_dash_sign":
            sure = not _is_before_a_rubric(match.rest)
        case "place_day_sign" | "place_bracket_day":
            sure = known and _names_a_month(match.groups.get("date") or "")
        case "bare_outlet":
            sure = (match.groups.get("unknown") or "").split()[0].casefold() not in RUBRICS
        case "place_open_sign" | "sign_bracket":  # "Litiz (CNN)The": no sentence goes on without a space
            sure = known or dated or match.text.endswith(")")
        case "place_date" | "place_slash_line":  # with a reporter between the slashes it is no sentence
            sure = known or match.is_in_capitals or match.groups.get("byline") is not None
        case "place_date_unknown_sign":  # not "Vienna, May 4 (a Monday) was"
            sure = known and not (match.groups.get("unknown") or "")[:1].islower()
        case "place_date_bare" | "place_line":
            sure = known and match.is_in_capitals and (dated or _is_a_town(match, is_name))
        case "place":
            sure = (
                _is_a_city_s(match)
                if match.is_in_capitals
                else _is_before_a_story(match, is_name) or _is_a_home_story(match, is_name)
            )
        case _:
            sure = known or match.rule in SURE_BEFORE_A_SENTENCE
    return sure


def _is_a_city_s(match: Match) -> bool:
    """Whether a name in capitals is a city's and no rubric's; before a colon a rubric is as likely."""
    known = match.place is not None and (match.groups["place"] or "").casefold() not in RUBRICS | WORDS
    likely = known and not _is_a_headline(match.rest) if ":" in match.text else known or _is_called_a_town(match)
    return likely or _is_named_again(match)


def _is_a_town(match: Match, is_name: Callable[[str], bool]) -> bool:
    """Whether a line before a story is a town's and no label: "LEBANON" and "MEDIA" are towns somewhere, too."""
    name = match.groups["place"] or ""
    if match.place is None or match.place.place_id is None or name.casefold() in RUBRICS | LABELS:
        return False
    if _is_a_headline(match.rest):
        return False
    return bool(match.groups.get("region")) or not is_name(f"?, {name}")


def _is_before_a_rubric(rest: str) -> bool:
    """Whether a line of a few words stands behind a sign: a section line, «السومرية نيوز – محليات»."""
    first, line_end, _ = rest.partition("\n")
    return bool(line_end) and len(first.split()) <= RUBRIC_WORDS and not re.search(r"[.!?…؟۔]", first)


def _names_a_month(date: str) -> bool:
    """Whether what stands behind a day's number is a month's name or number: not "10 مصابين"."""
    folded = date.translate(LETTERS)
    return re.search(rf"\b(?:{MONTH})\b", folded) is not None or not re.search(r"[^\W\d_]", folded)


def _is_of_small_letters(match: Match) -> bool:
    """Whether what follows may be small: behind a city in capitals, or where a wire prints all small ("march 9")."""
    date = match.groups.get("date") or ""
    return match.rest[:1].islower() and (match.is_in_capitals or date == date.lower())


def _is_called_a_town(match: Match) -> bool:
    """Whether a name in capitals ends or begins as towns' names do, and a dash in spaces stands behind it."""
    name = (match.groups["place"] or "").casefold()
    return TOWN.fullmatch(name) is not None and re.search(rf"\s{DASH}\s+$", match.text) is not None


def _is_a_headline(text: str) -> bool:
    """Whether a text is short and ends no sentence: "MIRA: Madre se acerca" is a headline and no story from Mira."""
    return len(text.split()) <= LONGEST_HEADLINE and re.search(r"[.!?…؟۔]", text) is None


def _is_before_a_story(match: Match, is_name: Callable[[str], bool]) -> bool:
    """Whether a city in small letters and a dash stand before a sentence: "Potsdam – Zum Ende", not "Paris – Nice".

    `is_name` tells places and agencies, with which no story begins but many a list and many a sentence goes on.
    """
    if match.place is None or not (match.place.place_id or match.groups.get("region")):
        return False
    if re.search(rf",{SPACE}*{DASH}{SPACE}*$", match.text):
        return True
    sentence = re.split(r"[.!?]\s", match.rest, maxsplit=1)[0]
    gap = "" if match.rest[:1].lower() == match.rest[:1].upper() else r"\s"  # «تبریز- معاون وزیر گفت» (seen at Mehr)
    is_marked = re.search(rf"{gap}{DASH}\s+$", match.text) is not None
    if not is_marked or re.search(rf"\s{DASH}\s", sentence):
        return False
    words = sentence.split()
    first = words[0].strip(",;:")
    return len(words) >= FEWEST_WORDS and not (len(first) > 3 and is_name(first))  # "The" is a place somewhere


def _is_a_home_story(match: Match, is_name: Callable[[str], bool]) -> bool:
    """Whether a large city of the source's own country and a colon stand before a sentence: "Dubai: Sixty captains".

    Not before a headline, a title ("Dubai: The city of gold"), a list of places each with its colon, or a place: a
    rubric, a list and a sentence with a colon look alike, so a city abroad and a small one are left.
    """
    name, line, behind = match.groups["place"] or "", *match.rest.partition("\n")[::2]
    if match.place is None or not match.place.is_home_city or not re.fullmatch(rf"{re.escape(name)}:\s+", match.text):
        return False
    if re.match(rf"{NAME}:", behind) or re.match(r"(?i:the|a|an) (?:\w+ ){0,2}(?:city|capital|town)\b", line):
        return False
    sentence = re.split(r"(?<=[.!?…])[\"”’]?(?:\s|$)", line, maxsplit=1)[0]
    words = sentence.split()
    is_whole = len(words) >= FEWEST_WORDS + 2 and sentence[-1:] in ".!?…" and (line[0].isupper() or line[0] in OPENING)
    first = words[0].strip(",;:") if words else ""
    return is_whole and not (len(first) > 3 and is_name(first)) and not re.search(rf"\s{DASH}\s|:\s", sentence)


def _is_named_again(match: Match) -> bool:
    """Whether the text says that something is there: "SIMMELSDORF – ... ein Pkw in Simmelsdorf", unlike a rubric."""
    name = re.escape(match.groups["place"] or "")
    there = re.finditer(rf"\b(?:in|at|near|from|to|bei|aus|nach|à|en) ((?i:{name}))\b", match.rest)
    return any(found[1][0].isupper() and not found[1].isupper() for found in there)
