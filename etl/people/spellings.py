"""Are two parts of names spellings of one? What is known of them decides; where one is unknown, how they sound.

Known names come from `config/name_forms.tsv`, a line a name: it tells Hamid from Hamed, which one letter parts, and
joins Mehmet with Muhammad, which no letter rule would.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from etl.people.names import folded, name_parts
from etl.people.sounds import ALIKE_SOUNDS, described, distance, is_arabic, sounds_of

KNOWN_SAME = 0.97  # spelled differently, and still less alike than what is spelled alike
# How alike two known names of different people may count by their sound: Hasan and Husayn are near, and two.
KNOWN_APART = (0.1, 0.28)
PARTICIPLE = 0.8
INITIAL = 0.85
ANOTHER = 0.19  # one part is the other with an ending that makes another name; less than a misspelling
CUT_SHORT = 0.62
AFFIX = 0.3  # what it costs that only one of them has Abd, Abu, al-Din or Allah
ARTICLE_COST = 0.03
# A part's length in sounds allows for so much distance before nothing of the likeness is left: short names are close
# to each other by nature, in a long one (from LONG sounds on) a letter is soon mistaken.
BASE_LIMIT, LIMIT_BY_SOUND, LONG, LONG_LIMIT = 0.6, 0.17, 7, 2.6
# Exponents of the likeness of two parts of which neither is known, by letters (8 and more): rare names are misspelled,
# and few names are so near to them. Where one is known, the other would be known too if it were a name so near.
UNKNOWN, MISSPELLED = (1, 1, 1, 1, 1, 0.6, 0.4, 0.25), 0.2
AFFIXED = re.compile(r"(abd|abu)?(.{2,}?)(din|allah|دین|الله)?")
AFFIXES = {"دین": "din", "الله": "allah"}
ARTICLE = re.compile(r"(?:al|el|ben|bin|del?|van|von)(?=\w{4})")
# Slavic patronymics are a father's name with an ending, in Russian, Belarusian or Ukrainian spelling.
PATRONYMIC = re.compile(r"(\w{3,}?)[iy]?(?:[oea]|ye|je)[vuw](?:itch|ich|ych|itsch|(na|naya))")
# Endings, as sounds, that make a family name of a name: -i, -pour, -zadeh, -ian, -nia, -nejad, -oghlu, -ova.
ENDINGS = re.compile(r"(?:[iY]|p[uWo]r|zad[aeH]?|(?:iy?|y)an|YAn|nia|NYA|n[ei][jJ]ad|ogl[ui]|ogli|(?<=[oe]v)a|vA)$")
VOWELLED = re.compile("[aeiouyAEHWY]+")
# What may follow a name and is not the rest of a name cut short: endings of family names, as sounds.
FAMILY = re.compile(
    r"[a-z]{0,2}(?:ova?|eva?|sk[iy]|ska|[sz]on|[sz]en|e[sz]|zE|zad[ae]?|pu?r|ian|yan|[a-z]*ogl[ui]|i[cC]|vi[cC]|enko|in|ina|lar"
    r"|li|lou|ali|khan|shah|allah|din|el|on|an|ot|uS|soy|man|berg|stEn|ton|zE|fard?|nia|m[ae]nd)|[a-z]i"
)
# A lexicon's spelling of a sound: what romanisations do not tell apart is one sign.
ONE_SIGN = str.maketrans("qGvo", "kgwu")


class Pair(NamedTuple):
    """How alike two parts are (0 to 1), and why, in words."""

    likeness: float
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class NameForms:
    """Known names: the numbers of the names that a spelling may stand for, and each name's first form."""

    known: dict[str, frozenset[int]]
    names: tuple[str, ...]


def name_forms(rows: Iterable[tuple[str, ...]]) -> NameForms:
    """Known names from rows of spellings: those of one row are one name, those of two rows are two."""
    known: dict[str, set[int]] = {}
    names = []
    for number, row in enumerate(rows):
        names.append(row[0])
        for form in row:
            for part in name_parts(form)[:1]:
                known.setdefault(_spelling(folded(part)), set()).add(number)
    return NameForms({form: frozenset(numbers) for form, numbers in known.items()}, tuple(names))


def likeness(one: str, other: str, forms: NameForms) -> Pair:
    """How alike two folded parts are; the same in either order."""
    if one == other:
        return Pair(1.0, f"{one!r} is spelled alike")
    return _likeness(one, other, forms) if one < other else _likeness(other, one, forms)


@lru_cache(maxsize=262144)  # parts are far fewer than names
def _likeness(one: str, other: str, forms: NameForms) -> Pair:
    if len(one) == 1 or len(other) == 1:
        return Pair(INITIAL if one[0] == other[0] else 0.0, f"of {one!r} and {other!r} one is an initial")
    known, also = _known(one, forms), _known(other, forms)
    if known and also:
        return _of_known(one, other, (known, also), forms)
    best = _of_affixed(one, other, forms)
    if best is not None:
        return best
    if (known and _of_woman(one, other)) or (also and _of_woman(other, one)):
        return Pair(ANOTHER, f"of {one!r} and {other!r} one is a woman's")
    best = _sounding(one, other)
    if not known and not also and best.likeness >= MISSPELLED:
        best = best._replace(likeness=best.likeness ** UNKNOWN[min(len(UNKNOWN), max(len(one), len(other))) - 1])
    return max(best, *_otherwise(one, other, forms))


def _of_woman(name: str, other: str) -> bool:
    """Whether the second is the first, a known name, with the -a of a woman's: Habib, Habiba; Angelo, Angela."""
    if is_arabic(name) or is_arabic(other):
        return False
    left, right = sounds_of(name), sounds_of(other)
    of_man = len(left) > 3 and left[:-1] == right[:-1] and left[-1] + right[-1] in {"oa", "ao"}
    return of_man or right in {f"{left}a", f"{left}iya"}


def _of_known(one: str, other: str, rows: tuple[frozenset[int], frozenset[int]], forms: NameForms) -> Pair:
    shared = rows[0] & rows[1]
    if shared:
        return Pair(KNOWN_SAME, f"{one!r} and {other!r} are spellings of {forms.names[min(shared)]!r}")
    if is_arabic(one) != is_arabic(other) and _participles(*sorted((one, other), key=is_arabic)):
        return Pair(PARTICIPLE, f"{one!r} and {other!r} are an active participle, spelled with i")
    names = " and ".join(repr(forms.names[min(row)]) for row in rows)
    least, most = KNOWN_APART
    near = min(most, least + 0.3 * _sounding(one, other).likeness)
    return Pair(near, f"{one!r} and {other!r} are two names, {names}")


def _participles(latin: str, arabic: str) -> bool:
    """Whether both may be one active participle: «سالم» is Salem and, in the Gulf, Salim, which «سليم» is elsewhere."""
    left, right = sounds_of(latin), sounds_of(arabic)
    return bool(
        re.fullmatch("[^aeiou]?a[^aeiou][ie][^aeiou]", left)
        and re.fullmatch("[^AWY]A[^AWY][^AWY]", right)
        and distance(left, right, "across", ALIKE_SOUNDS).cost < ALIKE_SOUNDS
    )


def _of_affixed(one: str, other: str, forms: NameForms) -> Pair | None:
    """Abd+X, Abu+X, X+al-Din, X+Allah by what X is; null where neither part is one of them."""
    if one.startswith("abu") != other.startswith("abu"):
        stems = likeness(one.removeprefix("abu"), other.removeprefix("abu"), forms)
        kunya = Pair(max(0.0, stems.likeness - AFFIX), f"of {one!r} and {other!r} one is a kunya")
        return kunya if one.startswith("abd") or other.startswith("abd") else max(_sounding(one, other), kunya)
    mine, theirs = AFFIXED.fullmatch(one), AFFIXED.fullmatch(other)
    if not mine or not theirs or not any((*mine.group(1, 3), *theirs.group(1, 3))):
        return None
    stems = likeness(mine[2], theirs[2], forms)
    left, right = ((found[1], AFFIXES.get(found[3], found[3])) for found in (mine, theirs))
    if left == right:
        return stems
    differing = [affixes for affixes in zip(left, right, strict=True) if affixes[0] != affixes[1]]
    if len(differing) == 1 and not all(differing[0]):
        affix = differing[0][0] or differing[0][1]
        bare = Pair(max(0.0, stems.likeness - AFFIX), f"of {one!r} and {other!r} one has {affix!r}")
        return max(_sounding(one, other), bare)
    return Pair(min(ANOTHER, stems.likeness), f"{one!r} and {other!r} are made with different words")


def _otherwise(one: str, other: str, forms: NameForms) -> Iterable[Pair]:
    """What they are if one is cut short, if both are patronymics, or if one has an article or "ben" written to it."""
    yield Pair(0.0, "")
    short, long = sorted((sounds_of(one), sounds_of(other)), key=len)
    rest = long[len(short) :]
    if len(short) >= 4 and len(rest) > 1 and long.startswith(short) and not FAMILY.fullmatch(rest):
        yield Pair(CUT_SHORT, f"of {one!r} and {other!r} one is cut short")
    mine, theirs = PATRONYMIC.fullmatch(one), PATRONYMIC.fullmatch(other)
    if mine and theirs and bool(mine[2]) == bool(theirs[2]):
        yield likeness(mine[1], theirs[1], forms)
    for joined, plain in ((one, other), (other, one)):
        article = ARTICLE.match(joined)
        if article and not ARTICLE.match(plain):
            bare = likeness(joined[article.end() :], plain, forms)
            yield bare._replace(likeness=bare.likeness - ARTICLE_COST)


def _known(part: str, forms: NameForms) -> frozenset[int] | None:
    """The names a spelling stands for; "Qassem" is found by "Qassim" too, since e is i and a to romanisers."""
    spelled = _spelling(part)
    known = forms.known
    return known.get(spelled) or known.get(spelled.replace("e", "i")) or known.get(spelled.replace("e", "a"))


def _sounding(one: str, other: str) -> Pair:
    """How alike they sound."""
    if is_arabic(one):
        one, other = other, one
    script = "arabic" if is_arabic(one) else "across" if is_arabic(other) else "latin"
    left, right = sounds_of(one), sounds_of(other)
    if not left or not right:
        return Pair(0.0, f"{one!r} or {other!r} has no letter that is known")
    if _ends_otherwise(left, right, script) or _ends_otherwise(right, left, script):
        return Pair(ANOTHER, f"of {one!r} and {other!r} one has an ending that makes another name")
    length = max(len(left), len(right))
    limit = BASE_LIMIT + LIMIT_BY_SOUND * length if length < LONG or script != "latin" else LONG_LIMIT
    apart = distance(left, right, script, limit)
    if apart.cost >= limit:
        return Pair(0.0, f"{one!r} and {other!r} sound different")
    how = "alike" if apart.cost < ALIKE_SOUNDS else "near" if apart.cost < limit / 2 else "different"
    return Pair(1 - apart.cost / limit, f"{one!r} and {other!r} sound {how}: {described(apart.edits)}")


def _ends_otherwise(one: str, other: str, script: str) -> bool:
    """Whether the first sounds as the second with an ending that makes another name."""
    ending, also = ENDINGS.search(one), ENDINGS.search(other)
    if not ending or ending.start() < 2:
        return False
    if also:  # Karimi and Karimian, Karimpour and Karimzadeh: by their consonants, since -ova is -ava
        mine, theirs = (VOWELLED.sub("", found[0].replace("J", "j")) for found in (ending, also))
        return (
            script != "across"
            and mine != theirs
            and distance(one[: ending.start()], other[: also.start()], script, ALIKE_SOUNDS).cost < ALIKE_SOUNDS
        )
    if other[-1] in "EeyYMHAa":
        return False
    stem = one[: ending.start()]
    first, second = (other, stem) if script == "across" and one[-1] in "YA" else (stem, other)
    return distance(first, second, script, ALIKE_SOUNDS).cost < ALIKE_SOUNDS


def _spelling(part: str) -> str:
    """A part as the table of known names holds it."""
    return part.replace("ى", "ی") if is_arabic(part) else sounds_of(part).translate(ONE_SIGN)
