"""What is known of a word as a part of a person's name."""

import re
from pathlib import Path

import pytest

from etl.people.lexicon import (
    ACRONYM,
    COUNTRY,
    FUNCTION,
    GIVEN,
    INITIAL,
    NAME,
    NATION,
    ORDINARY,
    ORGANISATION,
    PART,
    fold_part,
    kind_of,
    make_lexicon,
)
from etl.rulesets import load_rules

CONFIG = Path(__file__).parent.parent / "config"
LEXICON = load_rules(CONFIG).lexicon


@pytest.mark.parametrize(
    ("word", "has", "has_not"),
    [
        ("Naeem", GIVEN, ORDINARY | ORGANISATION),
        ("Soleimani", PART, GIVEN | ORDINARY),
        ("Şahin", GIVEN, ORGANISATION),
        ("Mark", GIVEN | ORDINARY, ORGANISATION),
        ("The", FUNCTION, ORGANISATION),
        ("Iranian", NATION, COUNTRY),
        ("Israel", NATION | COUNTRY | GIVEN, 0),
        ("Ministry", ORGANISATION, 0),
        ("Jean-Pierre", GIVEN, ORDINARY),
        ("Woo-choong", NAME, ORDINARY),
        ("London-based", ORDINARY, NAME),
        ("Franco-German", ORDINARY, NAME),
        ("al-Sarraf", PART, ORDINARY),
        ("W.", INITIAL, NAME),
        ("U.S.", ORGANISATION, INITIAL),
        ("QZX", ACRONYM, NAME),
        ("GenCorp", ORGANISATION, NAME),
        ("Cooperation", ORDINARY, NAME),
        ("McGrathan", 0, ORGANISATION | ACRONYM),
    ],
)
def test_what_a_word_is(word: str, has: int, has_not: int) -> None:
    """A word has the bits of the lists it stands in, of what it is joined of, or of its shape."""
    kind = kind_of(word, LEXICON)
    assert kind & has == has
    assert not kind & has_not


def test_folding() -> None:
    """Accents, ligatures and curly apostrophes do not make another word."""
    assert [fold_part(name) for name in ("Şahin", "O’Neil", "Łukasz", "José")] == ["sahin", "o'neil", "lukasz", "jose"]


def test_the_shipped_parts() -> None:
    """The made file has its three sections, each sorted, with no word in both Latin ones, its origin on top."""
    text = (CONFIG / "name_parts.txt").read_text("utf-8")
    assert re.match(r"#.*bench\.nameparts", text)
    sections = {name: words.split() for name, words in re.findall(r"^\[(\w+)\]\n([^\[]*)", text, re.MULTILINE)}
    assert list(sections) == ["given", "part", "arabic"]
    for words in sections.values():
        assert words == sorted(set(words))
    assert set(sections["given"]).isdisjoint(sections["part"])
    assert len(sections["part"]) > 100_000


def test_a_list_may_be_missing() -> None:
    """A lexicon of no lists knows words by their shape alone."""
    bare = make_lexicon("", ())
    assert (kind_of("Naeem", bare), kind_of("W.", bare), kind_of("QZX", bare)) == (0, INITIAL, ACRONYM)
