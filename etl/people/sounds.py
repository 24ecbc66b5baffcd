"""How a part of a name sounds, and how far two parts are apart: romanisations of one name are near, names are not.

A sound is one sign. The costs are hand-set from how Arabic, Persian, Turkish, Hebrew and Russian names are romanised
(IJMES, BGN/PCGN, the English, French and German habits of newspapers): about 1 makes another name, a tenth is taste.
"""

import re
from functools import lru_cache
from math import inf
from typing import NamedTuple

# Romanised letters to sounds, the longest first. Sounds of two letters: X kh, G gh, T th, D dh, S sh, C ch, J zh, the
# diphthongs E (ai, ei) and O (au, aw). A c stays c, since it is k, s, ch or j by the language.
LATIN = {
    "shch": "S", "shh": "S", "tsch": "C", "sch": "S", "tch": "C", "cz": "C", "sz": "S", "zh": "J",
    "dzh": "j", "dj": "j", "dsch": "j", "ch": "C",
    "sh": "S", "kh": "X", "gh": "G", "th": "T", "dh": "D", "ph": "f", "ck": "k", "tz": "c", "wh": "w",
    "oo": "u", "ee": "i",
}  # fmt: skip
ROMANISED = re.compile("|".join(sorted(LATIN, key=len, reverse=True)))
# Vowel letters whose sound hangs on what follows: French "ou" is w before a vowel, "ay" and "aw" are two sounds there.
HANGING = (
    (re.compile(r"(?<=\w{3})(?:au|ow|aw|ew|(?<![dhmySCXGTD])ou)$"), "ov"),
    (re.compile(r"[aoe]una$"), "ovna"), (re.compile(r"[aoe]u(?=sk[aiy])"), "ov"),
    (re.compile(r"iy(?![aeiou])"), "i"), (re.compile(r"(?<=d)z(?!h)"), "Z"),
    (re.compile(r"ou(?=[aeiy])"), "w"), (re.compile(r"ou"), "u"), (re.compile(r"[ae][iy](?![aeiouy])"), "E"),
    (re.compile(r"[ao][uw](?![aeiouw])"), "O"), (re.compile(r"(?<![aeiou])y(?![aeiou])"), "i"),
    (re.compile(r"x(?!$|\b)(?<!^)"), "ks"), (re.compile(r"(?<=[aeiouE][^aeiouEO][aeiou][^aeiouEO])eh$"), "a"),
    (re.compile(r"(?<=[aeouEO])h$"), ""),
)  # fmt: skip
# Letters of Arabic and Persian script to sounds. A, W, Y may be long vowels, N is ayn, H a ha or ta and M an ى at the
# end, which is written for a and for i.
ARABIC = {
    **dict.fromkeys("اآأإٱ", "A"), **dict.fromkeys("ب", "b"), **dict.fromkeys("پ", "p"), **dict.fromkeys("تط", "t"),
    **dict.fromkeys("ث", "T"), **dict.fromkeys("ج", "j"), **dict.fromkeys("چ", "C"), **dict.fromkeys("حه", "h"),
    **dict.fromkeys("خ", "X"), **dict.fromkeys("د", "d"), **dict.fromkeys("ذضظ", "D"), **dict.fromkeys("ز", "z"),
    **dict.fromkeys("ر", "r"), **dict.fromkeys("ژ", "J"), **dict.fromkeys("سص", "s"), **dict.fromkeys("شڜ", "S"),
    **dict.fromkeys("ع", "N"), **dict.fromkeys("غ", "G"), **dict.fromkeys("ف", "f"), **dict.fromkeys("ق", "q"),
    **dict.fromkeys("كک", "k"), **dict.fromkeys("گ", "g"), **dict.fromkeys("ل", "l"), **dict.fromkeys("م", "m"),
    **dict.fromkeys("ن", "n"), **dict.fromkeys("وؤ", "W"), **dict.fromkeys("يیىئې", "Y"), **dict.fromkeys("ةۀ", "H"),
    "ځ": "z", "څ": "s", "ڤ": "v", "ڨ": "g", "ټ": "t", "ډ": "d", "ړ": "r", "ڼ": "n", "ښ": "S",
    "ګ": "g", "ھ": "h", "ۆ": "W", "ے": "Y",
}  # fmt: skip
# What one sound may stand for, by cost, either way round; a pair that does not stand here costs 1.
NEAR = {
    0.03: "kq kc qc gG tT dD vw iy AN Aa Wu Wo Ww Wv WO Yi Yy YE Ha Hh Na MA MY Mi Ma",
    0.06: "zZ oA He eY sT zD jJ qG qg HA Ne No Ni cs Ae bp Nu NE NO Eo",
    0.10: "ou Oo ey ei ae Ee Ey Ow wu XC ch Dj Xh CS Nw",
    0.15: "Ei Ou wo jg Cc jY ji Ea AE AO Hi Xk fv Ai",
    0.25: "gJ ao tD Oa Ja Gk gk XG Xq Xc SJ jy zJ DT Td Gh Ck bv Eu AY Hn cj Au xX xh xS",
    0.35: "Ss Zj td zd sz jC pf fw au zj eo HY WA Xg gh Sj ic jh cz WY",
    0.45: "ai ue xs Ya We mn zT CT iO",
    0.60: "iu io bw EO eO Sz ST tC sC Gr lr Wi Wa Yo Yu",
}
COSTS = {pair: cost for cost, pairs in NEAR.items() for near in pairs.split() for pair in (near, near[::-1])}
SPELLED = {
    "X": "kh", "G": "gh", "T": "th", "D": "dh", "S": "sh", "C": "ch", "J": "zh", "E": "ei", "O": "au", "Z": "z",
    "A": "ا", "W": "و", "Y": "ي", "N": "ع", "H": "ه", "M": "ى",
}  # fmt: skip
VOWELS = frozenset("aeiouEO")
HIATUS = frozenset("aeiouEOy")
LAST_VOWELS = {"i": 0.9, "a": 0.6, "e": 0.2}  # Qasimi is not Qasim nor Amina Amin, but a mute e is French
WEAK = {"y": 0.2, "w": 0.3, "h": 0.3, "Z": 0.25, "x": 0.5}
UNWRITTEN = 0.03  # a short vowel, which Arabic script leaves out
WRITTEN = {**WEAK, "A": 0.35, "W": 0.6, "Y": 0.6, "N": 0.06, "H": 0.1, "M": 0.6}
ALIKE_SOUNDS = 0.3  # a distance below this is a matter of spelling, whatever the length
SWAPPED = 0.5  # two neighbours typed the wrong way round: Akram, Arkam
FAR_VOWELS = 0.25  # from here on a vowel makes another pattern: Jamal, Jamil


class Distance(NamedTuple):
    """How far two parts are apart (0 is alike, 1 another name) and the pairs of sounds in which they differ."""

    cost: float
    edits: tuple[str, ...]


@lru_cache(maxsize=65536)
def sounds_of(part: str) -> str:
    """The sounds of a folded part, doubled letters once; empty where no letter is known."""
    if is_arabic(part):
        spelled = "".join(ARABIC.get(char, "") for char in part.replace("تش", "چ"))
        spelled = re.sub("^A(?=[WY])", "", spelled)
        spelled = re.sub(r"(?<=[^A])h$", "H", spelled)
        return spelled[:-1] + "M" if part.endswith("ى") else spelled
    else:
        spelled = re.sub(r"([^aeiou])\1+", r"\1", part)
        spelled = ROMANISED.sub(lambda letters: LATIN[letters[0]], spelled)
        for pattern, sound in HANGING:
            spelled = pattern.sub(sound, spelled)
    return re.sub(r"(.)\1+", r"\1", spelled)


def is_arabic(part: str) -> bool:
    """Whether a part is written in Arabic or Persian script."""
    return not part.isascii() and any("\u0621" <= char <= "\u06d3" for char in part)


@lru_cache(maxsize=262144)
def distance(one: str, other: str, script: str, most: float = inf) -> Distance:
    """The cheapest way from one row of sounds to the other; `most`, without edits, where it costs as much or more.

    `script` is "latin", "arabic" or "across"; across scripts `one` is the romanised row, whose short vowels the other
    leaves unwritten.
    """
    gaps_one, gaps_other = _gaps(one, script), _gaps(other, "arabic" if script == "across" else script)
    lasts = _last_vowel(one), _last_vowel(other)
    above = [0.0]
    for gap in gaps_other:
        above.append(above[-1] + gap)
    rows = [above]
    least = 0.0
    for i, sound in enumerate(one):
        row = [above[0] + gaps_one[i]]
        for j, opposite in enumerate(other):
            step = 0.0 if sound == opposite else COSTS.get(sound + opposite, 1.0)
            if step >= FAR_VOWELS and (i, j) == lasts:
                step *= 1.6
            best = min(above[j] + step, above[j + 1] + gaps_one[i], row[j] + gaps_other[j])
            if i and j and sound == other[j - 1] != opposite == one[i - 1] and not VOWELS & {sound, opposite}:
                best = min(best, rows[i - 1][j - 1] + SWAPPED)
            row.append(best)
        rows.append(row)
        above = row
        before, least = least, min(row)
        if least >= most and before + SWAPPED >= most:  # two neighbours swapped leave a row out
            return Distance(most, ())
    if above[-1] >= most:
        return Distance(most, ())
    return Distance(above[-1], _edits(one, other, rows, (gaps_one, gaps_other)))


def described(edits: tuple[str, ...]) -> str:
    """Edits in letters: "q/k, a left out"."""
    told = []
    for edit in edits:
        letters = [SPELLED.get(sound, sound) for sound in edit if sound != "-"]
        told.append("/".join(letters) if len(letters) == 2 else f"{letters[0]} left out")
    return ", ".join(told) or "doubled or mute letters"


def _edits(
    one: str, other: str, rows: list[list[float]], gaps: tuple[tuple[float, ...], tuple[float, ...]]
) -> tuple[str, ...]:
    """The differing sounds on the cheapest way: "kq" for k against q, "d-" for a d that only one has."""
    edits = []
    i, j = len(one), len(other)
    while i or j:
        if i and rows[i - 1][j] + gaps[0][i - 1] == rows[i][j]:
            i -= 1
            edits.append(one[i] + "-")
        elif j and rows[i][j - 1] + gaps[1][j - 1] == rows[i][j]:
            j -= 1
            edits.append("-" + other[j])
        else:
            i, j = i - 1, j - 1
            if one[i] != other[j]:
                edits.append(one[i] + other[j])
    return tuple(reversed(edits))


def _last_vowel(sounds: str) -> int:
    """Where the vowel before the last consonant stands, -1 where there is none: it tells CaCaC from CaCiC."""
    return max((at for at, sound in enumerate(sounds[:-1]) if sound in VOWELS), default=-1)


@lru_cache(maxsize=65536)
def _gaps(sounds: str, script: str) -> tuple[float, ...]:
    return tuple(_gap(sounds, at, script) for at in range(len(sounds)))


def _gap(sounds: str, at: int, script: str) -> float:
    """What it costs that only one of the two has this sound."""
    sound, before, after = sounds[at], sounds[at - 1] if at else "", sounds[at + 1 : at + 2]
    if sound in VOWELS:
        return _vowel_gap(sound, before, after, script)
    if sound == before or (sound == "A" and (after in ("W", "Y") or (not at and after == "s"))):
        return 0.1
    if sound == "Y" and not after:
        return LAST_VOWELS["i"]
    if sound in "yw" and before in VOWELS and after in VOWELS:
        return 0.1
    return (WRITTEN if script != "latin" else WEAK).get(sound, 1.0) * (2 if sound == "h" and not at else 1)


def _vowel_gap(sound: str, before: str, after: str, script: str) -> float:
    if script == "across" and sound not in "EO" and (after or sound == "e"):
        return UNWRITTEN
    if not after:
        return LAST_VOWELS.get(sound, 0.4)
    if before in HIATUS or after in VOWELS:
        return 0.12
    return 0.3 if before else 0.4
