"""The near-duplicate key: equal texts are found exactly, like ones by the share of their sketches."""

import random
import subprocess
import sys
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.reading.languages import count_words
from etl.tables.sketches import (
    SHINGLE_WORDS,
    SKETCH_SIZE,
    likeness,
    normal_words,
    sketch_fields,
    text_digest,
    text_sketch,
)

WORDS = "boat quay wind storm harbour diver crew night sea rope light mast قارب ريح ميناء بحر ساحل باد دریا شب".split()
FURNITURE = "Read more in our newsletter, every morning at six."


def _story(random_words: random.Random, paragraphs: int = 12) -> list[str]:
    """Paragraphs of 40 words each, some of them names that no other story has."""
    name = "".join(random_words.choices("abcdefgh", k=7))
    return [" ".join(random_words.choices([*WORDS, name], k=40)) + "." for _ in range(paragraphs)]


def _likeness(old: Sequence[str], new: Sequence[str]) -> float:
    return likeness(*(text_sketch(normal_words("\n".join(paragraphs))) for paragraphs in (old, new)))


def _runs(text: str) -> set[tuple[bytes, ...]]:
    words = normal_words(text)
    length = min(SHINGLE_WORDS, len(words))
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


@pytest.mark.parametrize(
    ("text", "digest", "sketch"),
    [
        ("", None, []),
        ("… – «»", None, []),
        ("Storm", "t_90fbc33a480f91bf182e98a7", [1841547409]),
        ("Storm sinks 14 boats, قال الميناء", "t_b958c3f2aab93af192d55f5e", [839887686, 1983849152]),
    ],
)
def test_known_texts_have_known_keys(text: str, digest: str | None, sketch: list[int]) -> None:
    """The key of a text is this one, on every machine and for good; without letters and digits there is none."""
    assert sketch_fields(text) == {"text_digest": digest, "text_sketch": sketch}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The wind fell.", "THE WIND FELL!"),
        ("The wind fell.", "The  wind\nfell"),
        ("“14 boats”", "14\u00a0boats"),
        ("ﬁsh and Straße", "fish and STRASSE"),
        ("كَتَبَ البحّار", "كتب البحار"),
        ("می\u200cروند", "میروند"),
        ("船回到港口。", "船回到 港口"),
        ("cafe\u0301", "café"),
    ],
)
def test_one_text_has_one_digest(one: str, other: str) -> None:
    """Case, marks, white space, vowel signs and the form of a letter do not tell texts apart."""
    assert text_digest(normal_words(one)) == text_digest(normal_words(other)) != None  # noqa: E711 - of both


@given(st.text(max_size=80), st.text(max_size=80))
def test_digests_are_equal_where_the_letters_are(one: str, other: str) -> None:
    """Digests are equal exactly where letters and digits in normal form are, and a sketch is in its bounds."""
    letters = [b"".join(normal_words(text)) for text in (one, other)]
    digests = [text_digest(normal_words(text)) for text in (one, other)]
    assert (digests[0] == digests[1]) == (letters[0] == letters[1])
    sketch = text_sketch(normal_words(one))
    assert sketch == sorted(set(sketch))
    assert len(sketch) == min(SKETCH_SIZE, len(_runs(one))) if letters[0] else not sketch
    assert all(0 <= number < 2**31 for number in sketch)


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_ascii_is_read_like_any_text(text: str) -> None:
    """The quick way for ASCII gives what the general one gives."""
    assert normal_words(f"{text} é")[:-1] == normal_words(text)


def test_repeated_runs_count_once() -> None:
    """A text that says one thing again and again has one run, however long it is."""
    assert len(text_sketch(normal_words("boat " * 99))) == 1


def test_vowel_signs_part_no_words() -> None:
    """A word with its vowel signs is one word, as it is without them."""
    assert normal_words("كَتَبَ البحّار") == normal_words("كتب البحار") == "كتب البحار".encode().split()


def test_letters_without_spaces_are_words() -> None:
    """In a script without spaces each letter is a word, as in `word_count`."""
    assert len(normal_words("船在早上回到港口。Boat 12")) == count_words("船在早上回到港口。Boat 12") == 10


def test_estimate_is_near_the_truth() -> None:
    """Over 300 pairs that share from nothing to all, the estimate has no bias and about its standard error."""
    chance = random.Random(11)
    errors = []
    for number in range(300):
        first, second = _story(chance), _story(chance)
        shared = number % 13
        mixed = first[:shared] + second[shared:]
        ours, theirs = _runs("\n".join(first)), _runs("\n".join(mixed))
        errors.append(_likeness(first, mixed) - len(ours & theirs) / len(ours | theirs))
    assert abs(sum(errors) / len(errors)) < 0.015
    assert sum(error**2 for error in errors) / len(errors) < 0.09**2
    assert max(map(abs, errors)) < 0.35


@given(st.integers(0).map(random.Random))
def test_order_of_paragraphs_and_furniture_change_little(chance: random.Random) -> None:
    """Paragraphs in another order and a line of furniture leave texts much alike; two stories are not."""
    story = _story(chance)
    other = chance.sample(story, len(story))
    assert _likeness(story, other) > 0.5
    assert _likeness(story, [*story, FURNITURE]) > 0.7
    assert _likeness(story, _story(chance)) < 0.2


def test_short_texts_are_compared_exactly() -> None:
    """Of texts with fewer runs than a sketch holds the likeness is no estimate; empty ones are not alike."""
    one, other = "a b c d e f g h".split(), "a b c d e f g x".split()
    assert _likeness([" ".join(one)], [" ".join(other)]) == 3 / 5
    assert _likeness(["Storm"], ["storm!"]) == 1
    assert _likeness([""], [""]) == 0


def test_fresh_interpreter_agrees() -> None:
    """Another process with another hash seed gives the same key."""
    text = unicodedata.normalize("NFC", " ".join(WORDS * 4))
    script = "import sys; from etl.tables.sketches import sketch_fields; print(sketch_fields(sys.argv[1]))"
    told = subprocess.run(
        [sys.executable, "-c", script, text], env={"PYTHONHASHSEED": "7"}, check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == str(sketch_fields(text))
