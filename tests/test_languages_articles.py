"""The language of whole articles and of openings of 200 letters, in the languages that share the region's scripts."""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from etl.reading.languages import detect_language, main_script

TABLE = Path(__file__).parent / "languages.tsv"
DECLARED = ("ar", "az", "en", "fa", "he", "ku", "ps", "tr", "ur")
SENTENCES = 8  # of a whole article, at least
SHORT = (150, 250)  # code points
SCRIPTS = {"he": "Hebr", "ku|kmr": "Latn", "az": "Latn", "tr": "Latn"}


class Case(NamedTuple):
    """A text; `languages` are the tags that are right for it, with "|" between a language and its macrolanguage."""

    languages: str
    length: str
    text: str

    @property
    def is_right(self) -> frozenset[str]:
        """The tags that are right."""
        return frozenset(self.languages.split("|"))


def _cases() -> list[Case]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [Case(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


CASES = _cases()
NAMES = [f"{case.languages}-{case.length}" for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_language_of_an_article(case: Case) -> None:
    """A text's language is told without any declaration, and the script is the one that it is written in."""
    assert detect_language(case.text, None) in case.is_right
    assert main_script(case.text) == SCRIPTS.get(case.languages, "Arab")


@pytest.mark.parametrize("case", CASES, ids=NAMES)
@pytest.mark.parametrize("declared", DECLARED)
def test_a_wrong_declaration_does_not_decide(case: Case, declared: str) -> None:
    """Whatever language of the region a page declares, the text's own is told."""
    assert detect_language(case.text, declared) in case.is_right


def test_every_language_has_a_whole_article_and_an_opening() -> None:
    """Of each language there is an article of eight sentences or more and an opening of about 200 code points."""
    lengths = {
        case.languages: sorted(other.length for other in CASES if other.languages == case.languages) for case in CASES
    }
    assert set(map(tuple, lengths.values())) == {("article", "short")}
    for case in CASES:
        if case.length == "short":
            assert SHORT[0] <= len(case.text) <= SHORT[1]
        else:
            assert sum(case.text.count(mark) for mark in (". ", "۔ ")) + 1 >= SENTENCES
