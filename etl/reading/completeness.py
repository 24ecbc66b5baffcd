"""Is the body that was read all of the article? What the page declares, and what its text looks like.

That a page is not free says little: all 11 such pages of a labelled set held a text of an article's length, for a
script to hide. A declared word count proves wholeness where it is reached, and nothing where it is not: 2 of 24 were
four and seven times the words of the labelled text. So only a short or cut text is called a part, and where signs
disagree the answer is unknown.
"""

import re
from collections.abc import Sequence
from typing import Any

from etl.model import Completeness, Declared
from etl.reading.languages import count_words

SHORT_WORDS = 150  # a closed page's opening, shown to everyone, is a paragraph or two
FEW_WORDS = 60
WHOLE_SHARE = 0.8  # of the declared words; a headline, a caption and a box may be counted in
CHECK = re.compile(
    r"enable javascript|verify (?:that )?you are (?:a )?human|are you a robot|access (?:is )?denied|"
    r"checking your browser|just a moment|unusual traffic|403 forbidden",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"subscribe (?:now )?to (?:continue|read|unlock)|to continue reading|(?:sign|log) in to (?:continue|read)|"
    r"already a subscriber|weiterlesen mit|jetzt (?:abonnieren|freischalten|weiterlesen)|"
    r"(?:pour|veuillez).{0,30}lire la suite|réservé aux abonnés|suscríbete para|(?:exclusivo|solo) para suscriptores|"
    r"(?:riservato|contenuto) .{0,20}abbonati|lees verder met|"
    r"للمشتركين فقط|ویژه مشترکان",
    re.IGNORECASE,
)
LONGEST_ASKING = 40  # words; a longer paragraph tells a story in which somebody subscribes
CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])[\"'”’»)]?$")


def read_declared(article: dict[str, Any]) -> Declared:
    """`isAccessibleForFree` and `wordCount` of a JSON-LD article, in the forms that sites print them."""
    free = str(article.get("isAccessibleForFree")).casefold().rsplit("/", 1)[-1]
    words = re.fullmatch(r"\d{1,6}", str(article.get("wordCount")).strip())
    return Declared({"true": True, "false": False}.get(free), int(words[0]) if words else None)


def body_completeness(paragraphs: Sequence[str], declared: Declared, summary: str | None) -> tuple[Completeness, str]:
    """How much of its article a body is, and why, in words; `summary` is what the feed tells of the article.

    teaser: the opening alone; partial: cut; blocked: a check or a refusal in place of the text.
    """
    text = "\n".join(paragraphs)
    words = count_words(text)
    if words < FEW_WORDS and CHECK.search(text):
        return "blocked", "a check for robots or a refusal stands in place of the text"
    asks = [line for line in paragraphs[-2:] if ASKS.search(line) and count_words(line) <= LONGEST_ASKING]
    if asks:
        return ("teaser" if words < SHORT_WORDS else "partial"), f"the text ends with an offer: {asks[0]!r}"
    if len(paragraphs) == 1 and CUT.search(text) and _is_in(text, summary):
        return "teaser", "one cut paragraph, the feed's summary"
    if declared.words and words >= WHOLE_SHARE * declared.words:
        return "full", f"{words} words of {declared.words} declared"
    if CUT.search(text) and words < SHORT_WORDS:
        return "partial", "a short text that ends with an ellipsis"
    return _by_access(words, declared, _is_in(text, summary))


def _by_access(words: int, declared: Declared, is_summary: bool) -> tuple[Completeness, str]:
    if declared.is_free is False and words < SHORT_WORDS:
        return "teaser", f"declared as not free, and {words} words"
    if declared.is_free is False:
        return "unknown", f"declared as not free, yet {words} words"
    if declared.is_free:
        return "full", "declared as free"
    if is_summary or words < FEW_WORDS:
        return "unknown", "no more than the feed's summary" if is_summary else f"{words} words, and nothing is declared"
    return "full", "nothing says that there is more"


def _is_in(text: str, summary: str | None) -> bool:
    """Whether a feed's summary has all the words of a text, its last ellipsis aside."""
    return bool(summary) and _words(CUT.sub("", text)) in _words(summary or "")


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
