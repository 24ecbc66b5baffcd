"""The headline: what a page calls the article, without the name of the site."""

import re
from collections.abc import Iterable, Sequence
from html import unescape

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # an HTML parser lets them pass; nobody prints them
ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]+);")
# Between a headline and a site's name: "Storm | Example", "Storm - Example.org", "Storm--Example".
SEPARATOR = re.compile(r"\s+[|–—·•»:-]\s+|\s*(?:\||--)\s*")


def read_headline(
    candidates: Iterable[tuple[str, str | None]], site_names: Sequence[str]
) -> tuple[str | None, str | None]:
    """The first candidate that says anything, with its source; (null, null) where none does.

    `candidates` are (source, print) in order of trust. Entities that the print still has are resolved. What stands
    behind a separator is left off where it is the site's name, or where another candidate is the headline without it.
    """
    printed = [(source, clean_headline(value)) for source, value in candidates if value]
    for source, headline in printed:
        if headline:
            others = {_fold(other) for _, other in printed} - {_fold(name) for name in site_names}
            return _without_site(headline, others, {_fold(name) for name in site_names} - {""}), source
    return None, None


def clean_headline(printed: str) -> str:
    """A print with its entities resolved, without control characters and with single spaces."""
    return " ".join(CONTROLS.sub("", ENTITY.sub(lambda entity: unescape(entity[0]), printed)).split())


def _without_site(headline: str, others: set[str], site_names: set[str]) -> str:
    kept = headline
    for separator in reversed(list(SEPARATOR.finditer(headline))):
        before, behind = headline[: separator.start()], headline[separator.end() : len(kept)]
        if not _fold(before):
            break
        if _fold(before) in others:
            return before
        if _fold(behind) in site_names:
            kept = before
    return kept


def _fold(text: str) -> str:
    """The letters and digits alone, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())
