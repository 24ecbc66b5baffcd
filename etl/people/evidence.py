"""How surely words in capitals are a person's name: points for what they are and for what stands around them.

The points were set by hand, on news of many kinds; a name is taken from ENOUGH on.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from etl.people.lexicon import (
    ACRONYM,
    FUNCTION,
    GIVEN,
    INITIAL,
    KNOWN_ALONE,
    NAME,
    NATION,
    ORDINARY,
    ORGANISATION,
    PARTICLE,
    SUFFIX,
    Lexicon,
)
from etl.people.runs import Piece

ENOUGH = 2.5
SURE = 4.5  # a given name and a family name, neither of them another word
LISTED = 4.2  # a name alone in a list of nothing else: goals, wickets, who is to bat
PLACE = -3.0  # a gazetteer has the whole; half of it where the words are sure
PLACE_LAST = (-2.0, -0.5)  # it has the last word, which is (no, a) name part too
PLACE_ALONE = (-3.0, -1.2)
# Points of a word by what it is: (a name part alone, one that is an ordinary word too, unknown, another word alone).
FIRST_GIVEN, FIRST_PART = (3.0, 1.6), (1.1, 0.2)
LAST = (1.5, 0.6, 0.4, -1.6)
ALONE = (-0.2, -1.6, -0.7, -3.0)
OTHER = -1.6  # an ordinary word at the head or in the middle
INITIAL_FIRST, INITIAL_BETWEEN, SHOUTED = 2.2, 1.5, -2.0
PARTICLE_WITHIN, PARTICLE_ALONE, BEARS_SUFFIX, TOO_LONG = 0.8, 1.0, 3.0, -2.0
NO_OTHER_WORD = 0.5  # neither the first nor the last word is known as anything but a name part
# Before a name: what a piece's head says, then by the word in lower case that stands there.
TITLED, ROLE, THE, NATIONAL, JOINED_BY_AND = 4.0, 2.6, -2.5, 0.7, -4.0
BEFORE = {"verbs_of_people": 1.0, "speech_verbs": 1.4, "roles": 3.3, "kin": 3.3}
SHARED_ROLE, ROLE_AND_COMMA, KIN_AND_COMMA, NUMBERED, ANY_WORD = 2.0, 0.8, 2.8, 1.2, 0.3
KIN_OF = re.compile(r"([a-z]+) of $")  # "daughter of Anna"
WORDS_BEFORE = {
    **dict.fromkeys(("b", "c", "st", "lbw"), 3.4),  # cricket: bowled, caught, stumped
    **{
        "by": 0.9,
        "with": 0.4,
        "and": 0.4,
        "but": 0.4,
        "when": 0.4,
        "while": 0.4,
        "as": 0.4,
        "that": 0.4,
        "because": 0.4,
    },
    **{"if": 0.4, "named": 0.4, "called": 0.4, "against": 0.4, "the": -2.5, "a": -1.5, "an": -1.5, "this": -1.0},
    **{"in": -1.6, "at": -1.2, "near": -1.6, "from": -0.6, "to": -0.3, "into": -1.0, "across": -1.5, "outside": -1.0},
    **{"around": -0.8, "through": -0.8, "via": -1.0, "downtown": -2.5, "nearby": -2.5},
    **dict.fromkeys(("southern", "northern", "eastern", "western", "central"), -2.0),
}
BEFORE_PATTERN = re.compile(r"([\w’'-]+)(,|\.|:|;|\)|\")? $")
# Behind a name, by the shape of what stands there and by the word.
BEHIND_PATTERN = re.compile(
    r" ?(?:(?P<company>& |and (?:Co|Sons|Partners)\b)|(?P<figures>\d+(?:\.\d)?-\d+-\d+-\d+)"
    r"|(?P<when>\( ?\d+(?:st|nd|rd|th))|(?P<out>(?:not|run) out\b|(?:lbw|c|b|st) (?=[A-Z]))"
    r"|(?P<age>, ?\d\d? ?[,.]|, aged? \d)|(?P<rounds>\d\d(?: \d\d)+|\d+[.:]\d\d)"
    r"|\( ?(?P<paren>[A-Z][\w. ]{1,20}?|\d\d?) ?\)"
    r"|['’]s\b ?(?P<owned>[\w-]*)|, (?P<apposed>who|whose|whom|now|then|also)\b"
    r"|, (?:the|an?) (?P<called>[\w-]+)|, (?:his|her|my|our|their) (?P<theirs>[\w-]+)"
    r"|(?P<of>of (?=[A-Z]))|(?P<goal>\d{1,3}(?:\+\d)?(?: ?(?:pen|penalty|og|own goal|\( ?pen ?\)))?(?= ?[,;)]))"
    r"|(?P<minute>\d\d?(?:st|nd|rd|th)? ?(?:min|['’]|$|\())|(?P<word>[\w-]+)|, (?P<role>[a-z][\w-]+))"
)
SHAPES_BEHIND = {
    **{
        "company": -4.0,
        "figures": 3.3,
        "when": 3.3,
        "out": 2.8,
        "age": 3.0,
        "apposed": 0.7,
        "of": -0.4,
        "goal": 0.6,
        "rounds": 1.2,
    },
    "minute": 0.8,
}
BEHIND = {"auxiliaries": 0.6, "speech_verbs": 1.6, "owned_words": -2.5, "company_signs": -5.0}
OF_A_COUNTRY, IN_BRACKETS, OWNER, PLACE_AS_OWNER, APPOSED_ROLE, APPOSED_KIN, APPOSED, HAS_ROLE = (
    2.0,
    0.3,
    0.2,
    -1.0,
    1.8,
    2.6,
    0.7,
    -2.0,
)
COUNTRIES_IN_SHORT = {"U.S.", "USA", "US", "UK", "CIS"}


def lexical_points(piece: Piece, is_place: Callable[[str], bool]) -> float:
    """Points for the words alone."""
    kinds = [kind for kind in piece.kinds if kind >= 0 and not kind & (PARTICLE | SUFFIX)]
    particles = any(kind < 0 or kind & PARTICLE for kind in piece.kinds)
    if not kinds:
        return PLACE
    if len(kinds) == 1:
        return _alone(piece, kinds[0], is_place) + PARTICLE_ALONE * particles
    first, last, between = kinds[0], kinds[-1], kinds[1:-1]
    points = _first(first) + _graded(last, LAST) + PARTICLE_WITHIN * particles + TOO_LONG * (len(kinds) > 4)
    points += sum(OTHER for kind in between if kind & ORDINARY and not kind & NAME)
    points += INITIAL_BETWEEN * any(kind & INITIAL for kind in between)
    points += BEARS_SUFFIX * any(kind > 0 and kind & SUFFIX for kind in piece.kinds)
    ends = first | last
    if not first & GIVEN and not ends & (ORDINARY | ACRONYM | ORGANISATION | NATION | INITIAL):
        points += NO_OTHER_WORD
    return points + _as_place(piece, kinds, points, is_place)


def points_before(body: str, piece: Piece, lexicon: Lexicon) -> float:
    """Points for what stands before it."""
    head = piece.head
    if head.title or head.the or head.role:
        return TITLED if head.title else THE if head.the else ROLE
    points = NATIONAL * head.nation
    found = BEFORE_PATTERN.search(body, max(0, piece.start - 24), piece.start)
    if not found:
        return points + JOINED_BY_AND * body.endswith("& ", 0, piece.start)
    word, mark = found[1].casefold(), found[2]
    if mark is None:
        points += _word_before(body, word, piece, lexicon)
    elif mark == ".":
        points += NUMBERED * word.isdigit()  # "1. Anna Lind (Sweden)"
    elif mark == ",":
        is_kin = word in lexicon.beside["kin"]
        points += KIN_AND_COMMA * is_kin + ROLE_AND_COMMA * (not is_kin and word in lexicon.beside["roles"])
    return points


def points_behind(body: str, piece: Piece, lexicon: Lexicon, is_place: Callable[[str], bool]) -> float:
    """Points for what stands behind it."""
    found = BEHIND_PATTERN.match(body, piece.end)
    if not found:
        return 0.0
    shape, printed = found.lastgroup or "", found[found.lastgroup or 0]
    if shape in {"word", "role", "called", "theirs", "owned"}:
        return _word_behind(shape, printed, lexicon, len(piece.words) == 1)
    if shape == "paren":
        return OF_A_COUNTRY if _is_country(printed, lexicon, is_place) else IN_BRACKETS
    if shape == "goal" and body[max(0, piece.start - 2) : piece.start].strip() in {"(", ",", ";", "-"}:
        return LISTED
    return SHAPES_BEHIND[shape]


@lru_cache(maxsize=4)
def _word_points(lexicon: Lexicon) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """The points of a word right before a name, and right behind it."""
    before = {word: points for name, points in BEFORE.items() for word in lexicon.beside[name]} | WORDS_BEFORE
    behind = {word: points for name, points in BEHIND.items() for word in lexicon.beside[name]}
    return before, behind


def _word_before(body: str, word: str, piece: Piece, lexicon: Lexicon) -> float:
    points = _word_points(lexicon)[0].get(word, ANY_WORD)
    if word == "of":
        kin = KIN_OF.search(body, max(0, piece.start - 20), piece.start)
        return KIN_AND_COMMA if kin and kin[1] in lexicon.beside["kin"] else ANY_WORD
    if len(piece.words) == 1:
        return SHARED_ROLE if word in lexicon.beside["shared_roles"] else points
    is_given = piece.kinds[0] > 0 and piece.kinds[0] & GIVEN and not piece.kinds[0] & ORDINARY
    return points / 2 if is_given and points < 0 else points


def _word_behind(shape: str, word: str, lexicon: Lexicon, is_alone: bool) -> float:
    beside = lexicon.beside
    is_role = word in beside["roles"] and not (is_alone and word in beside["shared_roles"])
    if shape == "owned":
        return APPOSED_KIN if word in beside["kin"] else PLACE_AS_OWNER if word in beside["owned_by_places"] else OWNER
    if shape != "word":
        return (APPOSED_KIN if shape == "theirs" else APPOSED_ROLE) if is_role else APPOSED * (shape != "role")
    if is_alone and is_role and word not in beside["roles_of_people"]:
        return HAS_ROLE
    return _word_points(lexicon)[1].get(word.casefold(), 0.0)


def _first(kind: int) -> float:
    if kind & (INITIAL | ACRONYM):
        return INITIAL_FIRST if kind & INITIAL else SHOUTED
    is_ordinary = bool(kind & ORDINARY)
    if kind & NAME:
        return (FIRST_GIVEN if kind & GIVEN else FIRST_PART)[is_ordinary]
    return OTHER * is_ordinary


def _graded(kind: int, points: tuple[float, float, float, float]) -> float:
    if kind & (ACRONYM | INITIAL):
        return SHOUTED if kind & ACRONYM or points is ALONE else 0.0
    if kind & NAME:
        return points[1 if kind & ORDINARY else 0]
    return points[3 if kind & (ORDINARY | ORGANISATION | NATION) else 2]


def _alone(piece: Piece, kind: int, is_place: Callable[[str], bool]) -> float:
    if kind & KNOWN_ALONE:
        return ENOUGH
    points = _graded(kind, ALONE)
    return points + (PLACE_ALONE[bool(kind & NAME)] if points > SHOUTED and is_place(piece.words[0]) else 0.0)


def _as_place(piece: Piece, kinds: list[int], points: float, is_place: Callable[[str], bool]) -> float:
    """Points, none above zero, for what a gazetteer knows of words that have these points without it."""
    if points > -1 and is_place(" ".join(piece.words)):
        return PLACE if points < SURE else PLACE / 2
    if points < SURE and not kinds[0] & GIVEN and is_place(piece.words[-1]):
        return PLACE_LAST[bool(kinds[-1] & NAME)]
    return 0.0


def _is_country(inside: str, lexicon: Lexicon, is_place: Callable[[str], bool]) -> bool:
    """Whether brackets behind a name hold a country: "(Sweden)", "(SWE)"."""
    if inside.isdigit() or lexicon.kinds.get(inside.casefold(), 0) & FUNCTION:
        return False
    return inside in COUNTRIES_IN_SHORT or (inside.isupper() and len(inside) == 3) or is_place(inside)
