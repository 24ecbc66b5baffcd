"""Titles before a name, and offices beside it: what a text calls a person, apart from the name.

Forms and their classes are `config/titles.toml`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from etl.people.lexicon import FUNCTION, NATION, Lexicon

LONGEST_OFFICE = 120  # code points


class Title(NamedTuple):
    """A title in a run of words: how many words it is, and its class."""

    length: int
    honorific_class: str


class Titles(NamedTuple):
    """The titles by their first word, the longest first; the abbreviations among their words, without a dot.

    `lower` finds epithets in lower case at the end of a text: "the late ".
    """

    by_first: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    abbreviations: frozenset[str]
    lower: re.Pattern[str]
    classes: Mapping[str, str]
    longest: int  # words of the longest form

    def match(self, words: Sequence[str], index: int) -> Title | None:
        """The longest title that begins at a word; null where none does."""
        for form, honorific_class in self.by_first.get(words[index].rstrip(".").casefold(), ()):
            if len(form) == 1 or form == tuple(
                word.rstrip(".").casefold() for word in words[index : index + len(form)]
            ):
                return Title(len(form), honorific_class)
        return None

    def class_of(self, honorific: str) -> str | None:
        """The class of the title nearest to the name, since that is the one in use, and of such titles the longest."""
        words = honorific.split()
        runs = (
            " ".join(words[start:end])
            for end in range(len(words), 0, -1)
            for start in range(max(0, end - self.longest), end)
        )
        return next((self.classes[run.rstrip(".")] for run in runs if run.rstrip(".") in self.classes), None)


@lru_cache(maxsize=8)
def make_titles(forms: tuple[tuple[str, str], ...]) -> Titles:
    """The Latin ones of (form, class), to be looked up."""
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    latin = [(form, honorific_class) for form, honorific_class in forms if form.isascii() or form[0].isascii()]
    for form, honorific_class in latin:
        if form[0].isupper():
            words = tuple(word.rstrip(".").casefold() for word in form.split())
            by_first.setdefault(words[0], []).append((words, honorific_class))
    lower = "|".join(re.escape(form) for form, _ in latin if form[0].islower())
    return Titles(
        {first: tuple(sorted(found, key=lambda form: -len(form[0]))) for first, found in by_first.items()},
        frozenset(word[:-1] for form, _ in latin for word in form.split() if word.endswith(".")),
        re.compile(rf"\b(?:{lower or '(?!)'}) $"),
        {form.rstrip("."): honorific_class for form, honorific_class in forms},
        max((len(form.split()) for form, _ in forms), default=0),
    )


# "Naim Qassem, deputy secretary-general of Hezbollah," - up to the comma or the end that closes it.
BEHIND = re.compile(r" ?, (?P<office>(?:(?:the|a|an) )?[^,.;:()\"“”\n]{3,120}?) ?(?=[,.;:]|\n|$)")
AFTER_VERB = re.compile(r"\b(?:who|which|said|says|told|added|is|was|were|has|had|will|would|and)\b")


def office_behind(body: str, end: int, lexicon: Lexicon) -> str | None:
    """The office that follows a name between commas, as printed; null where there is none."""
    found = BEHIND.match(body, end)
    if not found or found["office"][0].isupper():
        return None
    office = found["office"]
    words = re.findall(r"[\w-]+", office.casefold())
    if AFTER_VERB.search(office) or lexicon.beside["roles"].isdisjoint(words):
        return None
    return office[:LONGEST_OFFICE].strip()


def office_before(body: str, start: int, lexicon: Lexicon) -> str | None:
    """The office in lower case that stands right before a name, with the words that belong to it; null for none."""
    head = body[max(0, start - 60) : start]
    if not head.endswith(" "):
        return None
    words = head.split("\n")[-1][:-1].split(" ")
    if words[-1].casefold() not in lexicon.beside["roles"]:
        return None
    first = len(words) - 1
    while first > 0 and len(words) - first < 4 and _belongs(words[first - 1], lexicon):
        first -= 1
    return " ".join(words[first:])


def _belongs(word: str, lexicon: Lexicon) -> bool:
    """Whether a word before a role belongs to it: "Iranian foreign" minister, "deputy" chief."""
    kind = lexicon.kinds.get(word.casefold(), 0)
    return word.isalpha() and len(word) > 2 and (bool(kind & NATION) or (word.islower() and not kind & FUNCTION))
