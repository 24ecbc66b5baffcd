"""The dateline: what an agency prints before its first sentence, such as `Tehran (IP)-` or `دمشق-سانا`.

The grammar is general, the signs are data (`agencies.toml` and the source's own). What is cut must be sure: a
known agency sign, or a place that the gazetteer knows in the shape that datelines have. When in doubt nothing is cut.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from etl.model import Dateline, Place
from etl.shapes import DASH, SPACE, shapes_in

FindPlace = Callable[[str], Place | None]

LONGEST = 120  # code points of the head that are looked at; the longest of 155 real datelines has 71
FEWEST_WORDS = 6  # a sentence behind "Potsdam – " has as many; a headline or a list of places has fewer
SMALL_WORDS = frozenset(
    "al am an an and da de del der des di do du e ed el es ez i la las le los of on sur the ul".split()
)
PREPOSITIONS = frozenset("at by for from in near on to with".split())
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
OPENING = tuple("\"'“”‘’«„‚‹([<#@$€£¿¡")
# What papers print in the place of a sign when a story was put together from several.
NO_AGENCY = frozenset({"agencies", "dispatches", "combined dispatches"})


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


def read_dateline(head: str, signs: Mapping[str, str], find_place: FindPlace) -> Dateline | None:
    """The dateline that a body begins with, or null; `signs` maps what agencies print to their names.

    `Dateline.text` is exactly the prefix of `head` that was recognised, white space behind it included, so that
    `text + rest == head` and `rest` begins with no dateline. Parts that follow each other, as in `(ANSA) - ROME, MAR
    7 - `, are one dateline. The place may be null where the agency prints none. A dateline may be a line of its own.
    """
    dateline = _read_part(head, signs, find_place)
    while dateline is not None:
        part = _read_part(head[len(dateline.text) :], signs, find_place)
        if part is None:
            break
        dateline = _join(dateline, part)
    return dateline


def _join(first: Dateline, second: Dateline) -> Dateline:
    """Two parts as one: of each field the first that is printed."""
    return Dateline(
        text=first.text + second.text,
        place=first.place or second.place,
        agency=first.agency or second.agency,
        agency_sign=first.agency_sign or second.agency_sign,
        date_raw=first.date_raw or second.date_raw,
        rule=f"{first.rule}+{second.rule}",
    )


def _read_part(head: str, signs: Mapping[str, str], find_place: FindPlace) -> Dateline | None:
    for rule, printed_text, groups in shapes_in(head[:LONGEST], signs):
        rest = head[len(printed_text) :]
        if not rest.strip():
            continue
        printed = groups.get("place")
        if printed:
            groups["place"] = printed = re.sub(
                r"(?<!\.\w)\.$", "", printed
            )  # "HOUSTON. March 9", but "Washington D.C."
            if not _is_a_name(printed):
                continue
        match = Match(rule, printed_text, groups, _place(groups, find_place), rest)
        if _is_sure(match, lambda word: word in signs or find_place(word) is not None):
            return _dateline(match, signs, find_place)
    return None


def _is_sure(match: Match, is_name: Callable[[str], bool]) -> bool:
    """Whether a match is a dateline and not a sentence that happens to have its shape."""
    known, first = match.place is not None, match.rest[:1]
    match match.rule:
        case "place_sign" | "place_comma_sign" | "place_dash_sign" | "place_slash_sign" | "credit" | "place_credit":
            return True
        case "place_dash_open_sign":  # only in a script without capitals: "London - Reuters reported" is a sentence
            sure = known and first.lower() == first.upper()
        case "sign" | "bare_sign":
            sure = True
        case "place_open_sign" | "sign_bracket":
            sure = known or bool(match.groups.get("date"))
        case "place_date":
            sure = known or match.is_in_capitals
        case "place" if not match.is_in_capitals:
            sure = _is_before_a_story(match, is_name)
        case "place":
            sure = known or _is_named_again(match)
        case _:
            sure = known
    return sure and match.is_before_a_sentence


def _is_before_a_story(match: Match, is_name: Callable[[str], bool]) -> bool:
    """Whether a city in small letters and a dash stand before a sentence: "Potsdam – Zum Ende", not "Paris – Nice".

    `is_name` tells places and agencies, with which no story begins but many a list and many a sentence goes on.
    """
    if match.place is None or match.place.place_id is None:
        return False
    if re.search(rf",{SPACE}*{DASH}{SPACE}*$", match.text):
        return True
    sentence = re.split(r"[.!?]\s", match.rest, maxsplit=1)[0]
    if not re.search(rf"\s{DASH}\s+$", match.text) or re.search(rf"\s{DASH}\s", sentence):
        return False
    words = sentence.split()
    first = words[0].strip(",;:")
    return len(words) >= FEWEST_WORDS and not (len(first) > 3 and is_name(first))  # "The" is a place somewhere


def _is_named_again(match: Match) -> bool:
    """Whether the text says that something is there: "SIMMELSDORF – ... ein Pkw in Simmelsdorf", unlike a rubric."""
    name = re.escape(match.groups["place"] or "")
    there = re.finditer(rf"\b(?:in|at|near|from|bei|aus|à) ((?i:{name}))\b", match.rest)
    return any(found[1][0].isupper() and not found[1].isupper() for found in there)


def _dateline(match: Match, signs: Mapping[str, str], find_place: FindPlace) -> Dateline:
    sign, unknown = match.groups.get("sign"), match.groups.get("unknown")
    place, printed = match.place, match.groups.get("place")
    if unknown is not None:
        narrowed = find_place(f"{printed}, {unknown}")
        if narrowed is not None and find_place(f"?, {unknown}") is not None:  # "Rostow (Russland)": a country
            unknown, place = None, replace(narrowed, name=printed or narrowed.name)
    known = {form.casefold(): name for form, name in signs.items()}
    agency = signs.get(sign or "") or (known.get(unknown.casefold(), unknown) if unknown else None)
    if place is None and printed:
        place = Place(printed, None, None)
    return Dateline(
        text=match.text,
        place=place,
        agency=None if unknown and unknown.casefold() in NO_AGENCY else agency,
        agency_sign=sign or unknown,
        date_raw=(match.groups.get("date") or "").rstrip(".") or None,
        rule=match.rule,
    )


def _place(groups: Mapping[str, str | None], find_place: FindPlace) -> Place | None:
    """The gazetteer's place for what is printed: the whole name, without a final point, or the first of two cities."""
    printed = groups.get("place")
    if not printed:
        return None
    region = groups.get("region") or groups.get("bracketed")
    for form in dict.fromkeys((printed, printed.split("/")[0].strip())):
        place = find_place(f"{form}, {region}" if region else form)
        if place is not None:
            return replace(place, name=printed if "/" in printed else form)
    return None


def _is_a_name(printed: str) -> bool:
    """Whether every word begins with a capital, is in a script without capitals, or is small in names ("de", "al")."""
    words = re.split(r"[\s/]+", printed)
    if words[0].casefold() in PREPOSITIONS or words[-1].casefold() in SMALL_WORDS:
        return False
    high = (word for word in words if word.casefold() not in SMALL_WORDS)
    return all(any(not part[:1].islower() for part in re.split(r"[-'’]", word)) for word in high)
