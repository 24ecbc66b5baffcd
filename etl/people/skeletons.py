"""What spellings of one part of a name have in common: its consonants by family, by which it is looked up."""

import re
from functools import lru_cache
from itertools import islice, product

from etl.people.sounds import sounds_of

AFFIXES = re.compile(r"^(?:abd|abu|al|el|ben)(?=\w{4})|(?<=\w{4})(?:din|allah)$")
# Consonants that romanisations mix up share a sign; a sound that may be read in two ways has two, a space is none.
# Vowels, y, h and the Arabic letters that may be vowels are left out: they are what spellings disagree on.
CONSONANTS = {
    **dict.fromkeys("kqgGcx", "k"), "X": "k ", **dict.fromkeys("td", "t"), **dict.fromkeys("TDz", "ts"), "s": "s",
    **dict.fromkeys("SJj", "j"), "C": "jk ", **dict.fromkeys("bp", "b"), "f": "f", "v": "f ", "w": " f",
    **{sign: sign for sign in "lmnr"},
}  # fmt: skip
MOST_SKELETONS = 8
# Sounds that romanisations of one name hardly tell apart, by one sign each.
NEAR_CONSONANTS = {**dict.fromkeys("qkc", "k"), **dict.fromkeys("gG", "g"), **dict.fromkeys("dDz", "d"), "T": "t"}
NEAR_VOWELS = {**dict.fromkeys("aeAHh", "a"), **dict.fromkeys("iyYEM", "i"), **dict.fromkeys("ouOW", "u")}


def block_keys(part: str) -> set[str]:
    """The skeletons of a part, as it is and plain, and what is left of each without one of its consonants."""
    keys = set()
    for spelled in {part, plain_part(part)}:
        for skeleton in skeletons(sounds_of(spelled)):
            keys.add(skeleton)
            if len(skeleton) > 1:
                keys.update(skeleton[:at] + skeleton[at + 1 :] for at in range(len(skeleton)))
    return keys


@lru_cache(maxsize=65536)
def skeletons(sounds: str) -> tuple[str, ...]:
    """The consonants of a row of sounds by family, each once in a row; a sound of two families gives two skeletons."""
    choices = (CONSONANTS[sound] for sound in sounds if sound in CONSONANTS)
    spelled = ("".join(signs).replace(" ", "") for signs in islice(product(*choices), MOST_SKELETONS))
    return tuple(dict.fromkeys(_once(row) or sounds for row in spelled))


def _once(row: str) -> str:
    return "".join(sign for at, sign in enumerate(row) if not at or row[at - 1] != sign)


def weighted(sounds: str, vowels: bool = True) -> str:
    """A row of sounds in which an edit costs by what it means.

    A consonant has four signs, its wide family twice, its near family and itself; a vowel two, its family and itself.
    """
    signs = []
    for sound in sounds:
        if sound in CONSONANTS:
            wide = CONSONANTS[sound].strip()[0]
            signs.append(wide + wide + NEAR_CONSONANTS.get(sound, sound) + sound)
        elif vowels and sound in NEAR_VOWELS:
            signs.append(NEAR_VOWELS[sound] + sound)
    return "".join(signs)


def plain_part(part: str) -> str:
    """A part without the words that are written together with it or apart: "elkaddafi", "benhammedi", "serajdin"."""
    return AFFIXES.sub("", part)
