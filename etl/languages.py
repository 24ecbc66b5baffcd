"""The language and the script of a text."""

import unicodedata
from collections import Counter

import py3langid

SHORTEST_TEXT = 20  # code points; below this the detector is a coin toss and the declared language is better
SCRIPTS = {"LATIN": "Latn", "ARABIC": "Arab", "CYRILLIC": "Cyrl", "HEBREW": "Hebr", "GREEK": "Grek", "CJK": "Hani"}
SCRIPTS |= {"HIRAGANA": "Jpan", "KATAKANA": "Jpan", "HANGUL": "Hang", "DEVANAGARI": "Deva", "ARMENIAN": "Armn"}


def detect_language(text: str, declared: str | None) -> str | None:
    """The BCP 47 language of a text; the declared one for texts too short to tell, null when there is neither.

    A declared tag is kept with its region ("en-GB") when the detector agrees with its language.
    """
    if len(text) < SHORTEST_TEXT:
        return declared
    detected = str(py3langid.classify(text[:2000])[0])
    return declared if declared and declared.split("-")[0] == detected else detected


def main_script(text: str) -> str | None:
    """The ISO 15924 code of the script that most letters of a text are in; null for a text without letters."""
    counts = Counter(unicodedata.name(char, "?").split()[0] for char in text[:2000] if char.isalpha())
    return SCRIPTS.get(counts.most_common(1)[0][0], "Zyyy") if counts else None
