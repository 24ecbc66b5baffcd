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
SCRIPTS = {"LATIN": "Latn", "ARABIC": "Arab", "CYRILLIC": "Cyrl", "HEBREW": "Hebr", "GREEK": "Grek", "CJK": "Hani"}
SCRIPTS |= {"HIRAGANA": "Jpan", "KATAKANA": "Jpan", "HANGUL": "Hang", "DEVANAGARI": "Deva", "ARMENIAN": "Armn"}


def count_words(text: str) -> int:
    """The words of a text: what stands between white space; in scripts without spaces each letter is a word."""
    unspaced = UNSPACED.findall(text)
    spaced: str = UNSPACED.sub(" ", text) if unspaced else text
    return len(spaced.split()) + sum(map(str.isalpha, unspaced))


def detect_language(text: str, declared: str | None) -> str | None:
    """The BCP 47 language of a text; the declared one for texts too short to tell, null when there is neither.

    A declared tag is kept with its region ("en-GB") when the detector agrees with its language.
    """
    if len(text) < SHORTEST_TEXT:
        return declared
    detected = str(py3langid.classify(text[:LONGEST_TEXT])[0])
    return declared if declared and declared.split("-")[0] == detected else detected


def main_script(text: str) -> str | None:
    """The ISO 15924 code of the script that most letters of a text are in; null for a text without letters."""
    counts: Counter[str] = Counter()
    for char, count in Counter(text[:LONGEST_TEXT]).items():
        if char.isalpha():
            counts[unicodedata.name(char, "?").split()[0]] += count
    return SCRIPTS.get(counts.most_common(1)[0][0], "Zyyy") if counts else None
