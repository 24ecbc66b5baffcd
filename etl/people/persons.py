"""Are two names spellings of one name? Parts aligned, what may be missing left out, and the reason in words.

It judges names and nothing else: two people may bear one name, and that is for the registry to tell.
"""

from functools import lru_cache
from typing import NamedTuple

from etl.people.names import folded, name_parts
from etl.people.sounds import is_arabic
from etl.people.spellings import NameForms, Pair, likeness, name_forms

__all__ = ["LIGHT", "SAME", "Likeness", "NameForms", "compare", "name_forms"]

# A score weighs the least alike parts with 3/4, since names that differ in one part are two people's, and the mean of
# all parts with 1/4: at a half, the least alike parts are still spellings of one name. On the development pairs F1 is
# within 0.003 of its best from 0.475 to 0.55.
SAME = 0.5
APART = 0.3  # below, two parts are no spellings of one, and what looks like a title may have been taken for a name
JOINED = 0.65  # from here on two parts are one part of the other name, written apart: Ali Reza, Alireza
LACKING, MOST_LACKING = 0.03, 0.09  # what each part that one name lacks takes off, and all of them together at most
SINGLE = 0.3  # at most this alike are one part and a longer name: a family name is borne by many
STRANGERS = 0.2  # and if each name has a part besides that the other has not
NEARLY = 0.45  # names that are no spellings of one are at most this alike
# Words that stand with a name in law, rank or descent and not in use: they may be missing.
FREE = frozenset(
    "seyyed seyed sayyed sayed sayyid saiyid sayid syed sidi sayyidi sayyad sayd seyyid seyid aqa beg bey pasha mulla "
    "mullah molla jr jnr sr ii iii iv den der del della de la le los las du da dos do di nee ould na y of the se sh ma "
    "mp mba obe kbe cbe sag mag mmag junior senior ولد سید اقا".split()
)
# Titles of some that are names of others: they may be missing too, but make no room for another name.
LIGHT = FREE | frozenset(
    "mir agha hafiz hafez imam emam amir emir shah khan mirza malik malek sultan shahid "
    "میر امیر شاه خان میرزا حافظ امام".split()
)


class Likeness(NamedTuple):
    """How alike two names are (0 to 1), whether that makes them one name, and why, in words."""

    score: float
    same: bool
    why: str


class Match(NamedTuple):
    """Two parts that stand for each other, joined from neighbours where one name writes them apart."""

    one: str
    other: str
    pair: Pair

    @property
    def holds(self) -> bool:
        """Whether it counts: a title or an initial that found no spelling of itself was paired for want of better."""
        loose = self.one in FREE or self.other in FREE or len(self.one) == 1 or len(self.other) == 1
        return self.pair.likeness >= APART or not loose


def compare(a: str, b: str, forms: NameForms) -> Likeness:
    """How alike two names are; the same in either order. No text raises; a name without letters is like nothing.

    A middle name, an initial, a title, a kunya may be missing on one side; order costs nothing. From `SAME` on two
    names are one. A single part is never the same as a longer name that has it.
    """
    return _compared(a, b, forms) if a < b else _compared(b, a, forms)


@lru_cache(maxsize=65536)  # an article's names meet the same candidates again and again
def _compared(a: str, b: str, forms: NameForms) -> Likeness:
    short, long = sorted((_folded_parts(a), _folded_parts(b)), key=len)
    if not short:
        return Likeness(0.0, False, "one of them has no letter that is known")
    matches, lone = _aligned(short, long, forms)
    return _judged(matches, lone)


@lru_cache(maxsize=65536)
def _folded_parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in map(folded, name_parts(name)) if part)


def _aligned(short: tuple[str, ...], long: tuple[str, ...], forms: NameForms) -> tuple[list[Match], list[str]]:
    """Parts paired, the likest first and neighbours before others, and the parts that are left over."""
    left_short, left_long = dict(enumerate(short)), dict(enumerate(long))
    matches = []
    equal = [(abs(i - j), i, j) for i, one in enumerate(short) for j, other in enumerate(long) if one == other]
    for _, i, j in sorted(equal):  # nothing is liker: what is left needs no comparison with them
        if i in left_short and j in left_long:
            one = left_short.pop(i)
            matches.append(Match(one, left_long.pop(j), likeness(one, one, forms)))
    found: list[tuple[float, int, tuple[int, ...], tuple[int, ...]]] = [
        (-likeness(one, other, forms).likeness, abs(i - j), (i,), (j,))
        for i, one in left_short.items()
        for j, other in left_long.items()
    ]
    found += _joined(left_short, left_long, forms)
    found += [(value, at, i, j) for value, at, j, i in _joined(left_long, left_short, forms)]
    for _, _, ones, others in sorted(found):
        if all(i in left_short for i in ones) and all(j in left_long for j in others):
            one, other = "".join(map(left_short.pop, ones)), "".join(map(left_long.pop, others))
            matches.append(Match(one, other, likeness(one, other, forms)))
    return matches, [*left_short.values(), *left_long.values()]


def _joined(
    apart: dict[int, str], joined: dict[int, str], forms: NameForms
) -> list[tuple[float, int, tuple[int, ...], tuple[int, ...]]]:
    """Neighbours that the other name writes as one part: "Ali Reza" and "Alireza"."""
    found: list[tuple[float, int, tuple[int, ...], tuple[int, ...]]] = []
    for i, part in apart.items():
        if i + 1 not in apart:
            continue
        both = part + apart[i + 1]
        for j, other in joined.items():
            like_long = both[0] == other[0] and abs(len(both) - len(other)) <= 3
            if like_long or is_arabic(both) != is_arabic(other):
                value = likeness(both, other, forms).likeness - 0.02
                if value > JOINED:
                    found.append((-value, abs(i - j), (i, i + 1), (j,)))
    return found


def _judged(matches: list[Match], left_over: list[str]) -> Likeness:
    """The verdict on aligned parts; `left_over` found no partner."""
    held = [match for match in matches if match.holds]
    weighed = [match.pair for match in held]
    lone = [part for part in left_over if _weighs(part)]
    loose = [part for match in matches if not match.holds for part in match[:2] if part not in FREE and len(part) > 1]
    lone += loose
    if not weighed:
        return Likeness(0.0, False, "no part of one stands in the other")
    worst = min(weighed)
    mean = sum(pair.likeness for pair in weighed) / len(weighed)
    score = 0.75 * worst.likeness + 0.25 * mean - min(MOST_LACKING, LACKING * len(lone))
    most = (STRANGERS if loose and left_over else SINGLE) if len(weighed) == 1 and lone else 1.0
    if min(score, most) < SAME:  # among different names, those that share more parts are still the more alike
        nearly = score * (1.0 if worst.likeness > APART else 0.7)
        names = [match.pair.likeness for match in held if match.one not in FREE]
        shared = sum(names) / len(names) if names else mean
        score = max(0.0, min(most, NEARLY, max(nearly, 0.6 * shared - LACKING * len(lone))))
    why = worst.why + (f"; one name lacks {', '.join(map(repr, lone))}" if lone else "")
    return Likeness(score, score >= SAME, why)


def _weighs(part: str) -> bool:
    """Whether a part that one name lacks tells anything: a title, an initial and a kunya do not."""
    return part not in LIGHT and len(part) > 1 and not part.startswith("abu")
