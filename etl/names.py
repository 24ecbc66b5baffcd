"""A person's name in normal form: spellings of one name give one key, in Latin, Arabic and Persian script.

The key keeps the consonants, in which the romanisations of a name agree, and the order of its parts. It joins
what is spelled differently; it does not decide who is who beyond that.
"""

import re
import unicodedata
from functools import lru_cache

# Consonants by Arabic or Persian letter; families that romanisations mix up share one sign.
ARABIC = {
    **dict.fromkeys("ب", "b"), **dict.fromkeys("پ", "p"), **dict.fromkeys("تطث", "t"), **dict.fromkeys("سص", "s"),
    **dict.fromkeys("جژ", "j"), **dict.fromkeys("چ", "c"), **dict.fromkeys("حهخة", "h"), **dict.fromkeys("دض", "d"),
    **dict.fromkeys("ذظز", "z"), **dict.fromkeys("ر", "r"), **dict.fromkeys("شڜ", "x"), **dict.fromkeys("قغكکگ", "k"),
    **dict.fromkeys("ف", "f"), **dict.fromkeys("ل", "l"), **dict.fromkeys("م", "m"), **dict.fromkeys("ن", "n"),
}  # fmt: skip
# Romanised letters, the longest first: sh, kh, gh, ch, th, dh, zh are one consonant each. Read in one pass.
LATIN = {
    "sch": "x", "tch": "c", "sh": "x", "kh": "h", "gh": "k", "ch": "c", "th": "t", "dh": "z", "zh": "j", "ph": "f",
    "ck": "k", "dj": "j", "q": "k", "g": "k", "c": "k", "x": "ks", "v": "",
}  # fmt: skip
LATIN_KEPT = {"b": "b", "d": "d"}  # the "abd" and "abu" that `name_parts` puts before a part in Arabic script
ROMANISED = re.compile("|".join(LATIN))
PARTICLES = {"al", "el", "ul", "ol", "as", "ar", "ad", "an", "az", "bin", "ibn", "ben", "bint", "de", "van", "von", "e"}
ARABIC_PARTICLES = {"بن", "ابن", "بنت"}
SERVANT_OR_FATHER = {
    **dict.fromkeys(("abd", "abdul", "abdol", "abdel", "عبد"), "abd"),
    **dict.fromkeys(("abu", "abou", "أبو", "ابو"), "abu"),
}
ABD_JOINED = re.compile(r"(?:abd[aeou]l|عبدال)(\w{3,})", re.IGNORECASE)
GLIDES = (("w", re.compile(r"[wv]|ou(?=[aeiy])|[وؤ]")), ("y", re.compile(r"y(?=[aeiou])|[يی](?!$)")))
WEAK = re.compile(r"[aeiouwy]+")


def name_key(name: str) -> str:
    """The key of a name: its parts' consonants in order, joined by a space; empty when no letter is known.

    "Qasem", "Qassem", "Ghasem", "Kasim" and «قاسم» give one key; a final -i ("Qasimi", «قاسمی») gives another.
    """
    parts = [part_key(part) for part in name_parts(name)]
    return " ".join(part for part in parts if part)


def name_parts(name: str) -> list[str]:
    """The parts of a name without particles and articles, Abd+X and X+al-Din joined to what they belong to."""
    plain = unicodedata.normalize("NFC", name).translate(str.maketrans("", "", "'’‘`ʿʾ\u0640\u200c"))
    words = [word for word in re.split(r"[\s.\-–,،]+", plain) if word]
    kept = [
        _without_article(word) for word in words if word.casefold() not in PARTICLES and word not in ARABIC_PARTICLES
    ]
    joined: list[str] = []
    for word in kept:
        if joined and joined[-1] in {"abd", "abu"}:
            joined[-1] += word
        else:
            joined.append(SERVANT_OR_FATHER.get(word.casefold(), word))
    return joined


@lru_cache(maxsize=8192)  # the same few names come again and again in an article
def part_key(part: str) -> str:
    """The consonants of one part; vowels are dropped, but for two that make another name.

    A final -i or -y is kept as "y" (Qasim, Qasimi); w and y are consonants at the beginning (Ali, Wali).
    """
    folded = "".join(c for c in unicodedata.normalize("NFKD", part.casefold()) if not unicodedata.combining(c))
    if any("\u0621" <= char <= "\u06d3" for char in folded):
        key = "".join(ARABIC.get(char) or LATIN_KEPT.get(char, "") for char in folded.rstrip("هة"))
        ends_in_i = folded[-1] in "يی" and len(folded) > 2
    else:
        ends_in_i = folded.endswith(("i", "y", "ee")) and len(folded) > 2
        key = WEAK.sub("", ROMANISED.sub(lambda letters: LATIN[letters[0]], re.sub(r"(?<![kgsctdzp])h$", "", folded)))
    key = re.sub(r"(.)\1+", r"\1", re.sub(r"[^a-z]", "", key))
    glide = next((sound for sound, spelled in GLIDES if spelled.match(folded)), "")
    return glide + key + ("y" if ends_in_i and key else "")


def _without_article(word: str) -> str:
    """A word without its Arabic article: «الشامي» and "Al-Shami" are one, so are "Abdulrahman" and "Abd al-Rahman"."""
    servant = ABD_JOINED.fullmatch(word)
    if servant:
        return "abd" + servant[1]
    return word[2:] if word.startswith("ال") and len(word) > 4 else word
