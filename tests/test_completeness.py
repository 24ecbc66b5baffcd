"""Is the body that was read all of the article?"""

import pytest

from etl.model import Declared
from etl.reading.completeness import body_completeness, read_declared

LEAD = "A storm from the south-west sank fourteen fishing boats in the old harbour during the night"
LONG = (f"{LEAD}, its master said to reporters who had come down to the quay.",) * 12


@pytest.mark.parametrize(
    ("paragraphs", "declared", "summary", "value"),
    [
        (LONG, Declared(), None, "full"),
        (LONG, Declared(is_free=True), None, "full"),
        (LONG, Declared(is_free=False), None, "unknown"),
        (LONG, Declared(is_free=False, words=300), None, "full"),
        (LONG, Declared(is_free=False, words=3000), None, "unknown"),
        (LONG, Declared(words=3000), None, "full"),
        (LONG[:2], Declared(is_free=False), None, "teaser"),
        ((f"{LEAD} ...",), Declared(), f"{LEAD}, its master said.", "teaser"),
        ((f"{LEAD}…",), Declared(), f"<p>{LEAD}…</p>", "teaser"),
        ((f"{LEAD} [...]",), Declared(), None, "partial"),
        ((f"{LEAD}.",), Declared(), f"{LEAD}.", "unknown"),
        ((f"{LEAD}.",), Declared(), None, "unknown"),
        ((*LONG[:-1], f"{LEAD} …"), Declared(), None, "full"),
        ((*LONG, "Subscribe now to read the full story."), Declared(is_free=True), None, "partial"),
        ((LEAD, "Weiterlesen mit Hafen-Bote Plus"), Declared(), None, "teaser"),
        (("Subscribe to read the full story.", *LONG), Declared(), None, "full"),
        (("Please enable JavaScript to continue.",), Declared(), None, "blocked"),
        ((*LONG, "The quay asks you to enable JavaScript."), Declared(), None, "full"),
        ((), Declared(), None, "unknown"),
    ],
)
def test_how_much_was_read(paragraphs: tuple[str, ...], declared: Declared, summary: str | None, value: str) -> None:
    """A body is called a part only where it is short or cut, and unknown where signs disagree; a reason is given."""
    found, reason = body_completeness(paragraphs, declared, summary)
    assert (found, bool(reason)) == (value, True)


def test_an_empty_summary_holds_nothing() -> None:
    """A feed without a summary is no sign that the body is one."""
    assert body_completeness((f"{LEAD} ...",), Declared(), "") == (
        "partial",
        "a short text that ends with an ellipsis",
    )


@pytest.mark.parametrize(
    ("article", "declared"),
    [
        ({"isAccessibleForFree": True, "wordCount": 340}, Declared(True, 340)),
        ({"isAccessibleForFree": "False", "wordCount": "340"}, Declared(False, 340)),
        ({"isAccessibleForFree": "http://schema.org/True"}, Declared(True)),
        ({"isAccessibleForFree": "", "wordCount": "many"}, Declared()),
        ({"isAccessibleForFree": [], "wordCount": -3}, Declared()),
        ({}, Declared()),
    ],
)
def test_what_is_declared(article: dict[str, object], declared: Declared) -> None:
    """Truth values and counts are read in the forms that sites print them; anything else says nothing."""
    assert read_declared(article) == declared
