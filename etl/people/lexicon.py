"""What is known of a word as a part of a person's name: one look-up a word, for the rooms that find people.

The knowledge comes as text, from `config/name_parts.txt` and `config/name_cues.toml`; nothing here opens a file.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

# What a word may be, as bits of one number: a name part, what speaks against one, and what only its shape says.
GIVEN, PART, ORDINARY, FUNCTION, ORGANISATION, NATION = 1, 2, 4, 8, 16, 32
INITIAL, ACRONYM, SUFFIX, FAMILY_WORD, PARTICLE, COUNTRY, KNOWN_ALONE = 64, 128, 256, 512, 1024, 2048, 4096
NAME = GIVEN | PART
# The lists of `name_cues.toml` that say what a word is; the others are words that stand beside a name.
BITS = {
    "given_names": GIVEN,
    "family_names": PART,
    "ordinary_words": ORDINARY,
    "function_words": FUNCTION,
    "organisation_words": ORGANISATION,
    "nationalities": NATION,
    "countries": NATION | COUNTRY,
    "family_words": FAMILY_WORD,
    "known_alone": PART | KNOWN_ALONE,
    "particles": PARTICLE,
    "suffixes": SUFFIX,
    "no_initials": ORGANISATION,
}
# Letters that do not come apart into a letter and an accent.
FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "þ": "th", "ð": "d", "ß": "ss", "’": "'"})
# "GenCorp", "SpaceX", but "McGrath", "DeSantis", "O'Neil".
INNER_CAPITAL = re.compile(r"(?!Ma?c|De|La|Le|Van|Di|Du|Fitz|O['’]).*[a-z][A-Z]")
# The lower-case half of "London-based": an English word, and no second syllable of a Korean name ("Woo-choong").
COMPOUND = re.compile(
    r"-(?:[a-z]+(?:ed|ing|ive|ical)|led|born|style|like|wide|held|run|made|elect|era|free|old|year|type|size|class|level|"
    r"prone|only|bound|rich|poor|language|friendly|area|time|term|day|to|of|in|the|on|by|up|off|out|for|and|ready|wise)"
)
# Endings of English nouns and adjectives: an unknown word that has one is no name ("Volunteers", "Cooperation").
ENGLISH = re.compile(r".{3}(?:[ts]ions?|ments?|ness|ships?|eers|ists|isms?|ity|ities|ical|ances|ences|eries)$")
ARTICLE = re.compile("(?:a[lnrstzd]|el|ul|ol|d|l|t)[-']")


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """`kinds` holds the bits of each folded word, `beside` the lists of words that stand beside a name, in lower case.

    `arabic` are name parts in Arabic and Persian script.
    """

    kinds: Mapping[str, int]
    beside: Mapping[str, frozenset[str]]
    arabic: frozenset[str]


@lru_cache(maxsize=2)
def make_lexicon(name_parts: str, cues: tuple[tuple[str, str], ...]) -> Lexicon:
    """The lexicon of a text of name parts, in sections headed `[given]`, `[part]`, `[arabic]`, and of lists of cues."""
    sections = dict(re.findall(r"^\[(\w+)\]\n([^\[]*)", name_parts, re.MULTILINE))
    kinds = dict.fromkeys(sections.get("part", "").split(), PART)
    listed = [("given_names", sections.get("given", "")), *cues]
    for name, words in listed:
        bits = BITS.get(name, 0)
        for word in words.split() if bits else ():
            kinds[word] = kinds.get(word, 0) | bits
    beside = {
        name: frozenset(word.replace("_", " ") for word in words.split()) for name, words in cues if name not in BITS
    }
    return Lexicon(kinds, beside, frozenset(sections.get("arabic", "").split()))


def fold_part(name: str) -> str:
    """A name part in lower case without accents: "Şahin" and "Sahin" are one, so are "O’Neil" and "O'Neil"."""
    plain = name.casefold().translate(FOLDED)
    if plain.isascii():
        return plain
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))


def kind_of(word: str, lexicon: Lexicon) -> int:
    """The bits of a word in capitals: as the lexicon knows it, else by its parts and its shape."""
    folded = fold_part(word)
    known = lexicon.kinds.get(folded)
    if known is not None:
        return known
    if word[-1] == "." or len(word) == 1:
        return INITIAL
    if ARTICLE.match(folded):
        bare = lexicon.kinds.get(ARTICLE.sub("", folded, count=1), 0) & NAME
        return bare or (PART if word[0].islower() else 0)
    if "-" in folded:
        return _hyphened(word, folded, lexicon)
    if INNER_CAPITAL.match(word):
        return ORGANISATION
    return ORDINARY if ENGLISH.search(folded) else ACRONYM * word.isupper()


def _hyphened(word: str, folded: str, lexicon: Lexicon) -> int:
    """The bits of a word by those it is joined of: "Jean-Pierre", "London-based", "Franco-German"."""
    bits = [lexicon.kinds.get(part, 0) for part in folded.split("-")]
    both = bits[0] | bits[-1]
    if both & ORGANISATION and not both & FAMILY_WORD:
        return ORGANISATION
    if both & NATION or not both & NAME or (word.rpartition("-")[2].islower() and COMPOUND.search(folded)):
        return ORDINARY if both else 0
    return (bits[0] & GIVEN) | PART
