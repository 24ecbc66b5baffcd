"""The dateline: what an agency prints before its first sentence, such as `Tehran (IP)-` or `دمشق-سانا`.

The grammar is general, the signs are data (`agencies.toml` and the source's own). What is cut must be sure: a
known agency sign, or a place that the gazetteer knows in the shape that datelines have. When in doubt nothing is cut.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from etl.model import Dateline, Place
from etl.reading.doubts import Match, doubt_of
from etl.reading.shapes import shapes_in

FindPlace = Callable[[str], Place | None]

LONGEST = 120  # code points of the head that are looked at; the longest of 155 real datelines has 71
SMALL_WORDS = frozenset(
    "al am an an and da de del der des di do du e ed el es ez i la las le los of on sur the ul".split()
)
PREPOSITIONS = frozenset("at by for from in near on to with".split())
CITY = re.compile(r"\s+city$", re.IGNORECASE)  # "KANDAHAR CITY", which the gazetteer calls Kandahar
# What papers print in the place of a sign when a story was put together from several.
NO_AGENCY = frozenset({"agencies", "dispatches", "combined dispatches"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One shape that a head has: the dateline it would be, or why it is none."""

    rule: str
    text: str
    doubt: str | None
    dateline: Dateline | None = None


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


def parts_of(place: Place, find_place: FindPlace) -> tuple[str, ...]:
    """The places of a dateline as printed: both cities of "BEIRUT/THE HAGUE", the one of "Frankfurt/Main"."""
    parts = tuple(part.strip() for part in place.name.split("/"))
    return parts if all(find_place(part) is not None for part in parts) else (place.name,)


def _join(first: Dateline, second: Dateline) -> Dateline:
    """Two parts as one: of each field the first that is printed."""
    return Dateline(
        text=first.text + second.text,
        place=first.place or second.place,
        agency=first.agency or second.agency,
        agency_sign=first.agency_sign or second.agency_sign,
        date_raw=first.date_raw or second.date_raw,
        region=first.region if first.place else second.region,
        byline=first.byline or second.byline,
        rule=f"{first.rule}+{second.rule}",
    )


def _read_part(head: str, signs: Mapping[str, str], find_place: FindPlace) -> Dateline | None:
    return next((found.dateline for found in candidates(head, signs, find_place) if found.dateline is not None), None)


def candidates(head: str, signs: Mapping[str, str], find_place: FindPlace) -> Iterator[Candidate]:
    """Every shape that a head begins with, the most telling first; the first that is no doubt is the dateline."""
    for rule, printed_text, groups in shapes_in(head[:LONGEST], signs):
        rest = head[len(printed_text) :]
        printed = groups.get("place")
        if printed:  # "HOUSTON. March 9", but "Washington D.C."
            groups["place"] = printed = re.sub(r"(?<!\.\w)\.$", "", printed)
        if not rest.strip():
            yield Candidate(rule, printed_text, "no text behind it")
        elif printed and not _is_a_name(printed):
            yield Candidate(rule, printed_text, f"{printed!r} is not printed as a name")
        else:
            match = Match(rule, printed_text, groups, _place(groups, find_place), rest)
            doubt = doubt_of(match, lambda word: word in signs or find_place(word) is not None)
            yield Candidate(rule, printed_text, doubt, None if doubt else _dateline(match, signs, find_place))


def _dateline(match: Match, signs: Mapping[str, str], find_place: FindPlace) -> Dateline:
    sign, unknown = match.groups.get("sign"), match.groups.get("unknown")
    place, printed = match.place, match.groups.get("place")
    region = _region(match.groups)
    if unknown is not None:
        narrowed = find_place(f"{printed}, {unknown}")
        if narrowed is not None and find_place(f"?, {unknown}") is not None:  # "Rostow (Russland)": a country
            unknown, place, region = None, replace(narrowed, name=printed or narrowed.name), unknown
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
        region=region,
        byline=match.groups.get("byline"),
        rule=match.rule,
    )


def _place(groups: Mapping[str, str | None], find_place: FindPlace) -> Place | None:
    """The gazetteer's place for what is printed: the whole name, without a final point, or the first of two cities."""
    printed = groups.get("place")
    if not printed:
        return None
    region = _region(groups)
    for form in dict.fromkeys((printed, printed.split("/")[0].strip(), CITY.sub("", printed))):
        place = find_place(f"{form}, {region}" if region else form)
        if place is not None:
            return replace(place, name=printed)
    return None


def _region(groups: Mapping[str, str | None]) -> str | None:
    """The state or country beside the place; of two the larger: "Mumbai (Maharashtra) [India]"."""
    return groups.get("bracketed") or groups.get("region") or groups.get("inner")


def _is_a_name(printed: str) -> bool:
    """Whether every word begins with a capital, is in a script without capitals, or is small in names ("de", "al")."""
    words = re.split(r"[\s/]+", printed)
    if words[0].casefold() in PREPOSITIONS or words[-1].casefold() in SMALL_WORDS:
        return False
    high = (word for word in words if word.casefold() not in SMALL_WORDS)
    return all(any(not part[:1].islower() for part in re.split(r"[-'’]", word)) for word in high)
