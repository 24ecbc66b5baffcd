"""How alike two texts are, from a few numbers in each one's row: copies of a story are found without reading it again.

The numbers are the same on every machine: no seed, no `hash()`. Letters that a later Unicode adds are the exception.
"""

import hashlib
import re
import unicodedata
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from etl.reading.languages import UNSPACED

SHINGLE_WORDS = 5  # what two agencies write of one event shares names and phrases, rarely five words in a row
SKETCH_SIZE = 32  # the estimate has a standard error of at most 0.09
# Vowel signs, accents that stand alone, the tatweel and what is not seen: written or not, the word is the same.
MARKS = re.compile(
    "[\u00ad\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u2060\ufeff]"
)
TYPOGRAPHIC = "“”‘’–—…\u00a0"  # with these as spaces most English is ASCII
WORD = re.compile(r"[^\W_]+")
BETWEEN = bytes(code if chr(code).isalnum() else ord(" ") for code in range(128)) + bytes(128)
ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio; its powers weigh a word by its place
# SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014), cut to 31 bits.
MIX = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
LAST_SHIFT, SPARE_BITS = np.uint64(31), np.uint64(33)


def normal_words(text: str) -> list[bytes]:
    """The words of a text in normal form: NFKC, case folded, letters and digits alone, in UTF-8.

    In scripts without spaces each letter is a word, as `languages.count_words` has it.
    """
    for mark in TYPOGRAPHIC:
        text = text.replace(mark, " ")
    if text.isascii():  # the same, four times as quick
        return text.lower().encode().translate(BETWEEN).split()
    plain = MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())
    if UNSPACED.search(plain):
        plain = UNSPACED.sub(r" \g<0> ", plain)
    return " ".join(WORD.findall(plain)).encode().split()


def sketch_fields(text: str) -> dict[str, object]:
    """The columns `text_digest` and `text_sketch` of a body."""
    words = normal_words(text)
    return {"text_digest": text_digest(words), "text_sketch": text_sketch(words)}


def text_digest(words: list[bytes]) -> str | None:
    """The exact hash of normal words, whatever stood between them; null where there are none."""
    return f"t_{hashlib.blake2b(b''.join(words), digest_size=12).hexdigest()}" if words else None


def text_sketch(words: list[bytes]) -> list[int]:
    """The 32 smallest of the 31-bit hashes of all distinct runs of five words, ascending.

    Fewer words than five are one run; no words give an empty list.
    """
    if not words:
        return []
    hashes = np.fromiter(map(crc32, words), np.uint64, len(words))
    length = min(SHINGLE_WORDS, len(words))
    runs = len(words) - length + 1
    mixed: NDArray[np.uint64] = np.zeros(runs, np.uint64)
    for place in range(length):
        mixed = mixed * ODD + hashes[place : place + runs]
    for shift, factor in MIX:
        mixed = (mixed ^ (mixed >> shift)) * factor
    mixed = np.sort((mixed ^ (mixed >> LAST_SHIFT)) >> SPARE_BITS)
    distinct = np.flatnonzero(np.append(True, mixed[1:] != mixed[:-1]))[:SKETCH_SIZE]
    smallest: list[int] = mixed[distinct].tolist()
    return smallest


def likeness(sketch: list[int], other: list[int]) -> float:
    """The share of runs that two texts have in common (Jaccard, 0 to 1), estimated from their sketches.

    Exact where both texts are short; the standard error is sqrt(J(1 - J) / 32). Two empty sketches are not alike: 0.
    After Broder, "On the resemblance and containment of documents", 1997.
    """
    union = sorted({*sketch, *other})[:SKETCH_SIZE]
    return len({*sketch} & {*other} & {*union}) / len(union) if union else 0.0
