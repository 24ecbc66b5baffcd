"""The language and the script of a text."""

import re
import unicodedata
from collections import Counter

import py3langid

SHORTEST_TEXT = 20  # code points; below this the detector is a coin toss and the declared language is better
LONGEST_TEXT = 1_000  # code points; more cost time and change no answer
# Thai, Lao, Burmese, Khmer, Chinese and Japanese with their punctuation: written without spaces between words.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff0f\uff1a-\uff20"
    "\U00020000-\U0003ffff]"
)
# South Azerbaijani has Persian's letters and no detector; these are words that it alone has, each several in a hundred.
AZERI_WORDS = frozenset(
    "بو بیر ایله اوچون اولان اولدو اولوب اولاراق اولونوب ائدیب ائتدی ائدیر دئدی دئییب چوخ داها گؤره سونرا "
    "کیمی اؤز ایدی اولاجاق آراسیندا یئنی لاکین بونون اونون حاقیندا طرفیندن گون ایل سؤز ایچینده اوزره".split()
)
AZERI_SHARE = 0.06
# What the detector was taught under other names than papers declare, and what it takes for South Azerbaijani.
NAMES = {"arz": "ar", "ary": "ar", "sdh": "ckb", "uzs": "azb", "zxx": None}
# Written so alike that a page's own word is better than the detector's.
ALIKE = (
    {"no", "nb", "nn"}, {"hr", "sr", "bs", "sh"}, {"id", "ms"}, {"zh", "yue", "wuu", "cmn"}, {"fa", "prs"},
    {"ckb", "ku", "sdh"}, {"ku", "kmr"}, {"azb", "az"}, {"tl", "fil"}, {"he", "iw"}, {"ar", "arz", "ary"},
)  # fmt: skip
SCRIPTS = {"LATIN": "Latn", "ARABIC": "Arab", "CYRILLIC": "Cyrl", "HEBREW": "Hebr", "GREEK": "Grek", "CJK": "Hani"}
SCRIPTS |= {"HIRAGANA": "Jpan", "KATAKANA": "Jpan", "HANGUL": "Hang", "DEVANAGARI": "Deva", "ARMENIAN": "Armn"}


def count_words(text: str) -> int:
    """The words of a text: what stands between white space; in scripts without spaces each letter is a word."""
    unspaced = UNSPACED.findall(text)
    spaced: str = UNSPACED.sub(" ", text) if unspaced else text
    return len(spaced.split()) + sum(map(str.isalpha, unspaced))


def detect_language(text: str, declared: str | None) -> str | None:
    """The BCP 47 language of a text; the declared one for texts too short to tell, null when there is neither.

    A declared tag is kept with its region ("en-GB") when the detector agrees with its language or cannot tell the two
    apart. Kurdish is "ckb" in Arabic script and "ku" in Latin, Azerbaijani "azb" and "az".
    """
    if len(text) < SHORTEST_TEXT:
        return declared
    detected = _detected(text[:LONGEST_TEXT])
    wanted = declared.split("-")[0].casefold() if declared else None
    if detected is None or wanted == detected or any({wanted, detected} <= alike for alike in ALIKE):
        return declared
    return detected


def _detected(text: str) -> str | None:
    """The language by the detector, Azerbaijani in Arabic script by its own words; null for a text in none."""
    words = text.replace("\u200c", " ").split()
    if sum(word in AZERI_WORDS for word in words) >= AZERI_SHARE * len(words):
        return "azb"
    detected = str(py3langid.classify(text)[0])
    return NAMES.get(detected, detected)


def main_script(text: str) -> str | None:
    """The ISO 15924 code of the script that most letters of a text are in; null for a text without letters."""
    counts: Counter[str] = Counter()
    for char, count in Counter(text[:LONGEST_TEXT]).items():
        if char.isalpha():
            counts[unicodedata.name(char, "?").split()[0]] += count
    return SCRIPTS.get(counts.most_common(1)[0][0], "Zyyy") if counts else None
