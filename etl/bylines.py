"""Who signed: the byline as printed, and the people in it."""

import re
from collections.abc import Iterable

NOT_A_PERSON = re.compile(
    r"@|https?:|\d|\b(staff|desk|team|newsroom|agency|agencies|news|press|editor|editors|correspondent|reporters?|service|"
    r"writers?|admin|online|web|contributors?|wire|media|tv|radio|gazette|times|post|daily|international)\b",
    re.IGNORECASE,
)
JOIN = re.compile(r"\s*(?:,|;|\||/|&|\band\b|\bوَ?\s|\s+و\s+|،)\s*", re.IGNORECASE)
# An Arabic "and" is written together with the next word; these names begin with its letter themselves.
ATTACHED_AND = re.compile(r"(?<=\S)\sو(?!(?:ليد|ائل|سيم|سام|داد|فاء|جيه|هيب|هبة|ردة|لاء)\b)(?=[\u0621-\u064a]{3,}\s)")
BY = re.compile(r"^\s*(?:by|written by|reporting by|بقلم|كتب|كتبت|نویسنده|گزارش از|إعداد)\s*:?\s+", re.IGNORECASE)
LONGEST_NAME_WORDS = 5


def read_authors(printed: Iterable[str], publisher: str) -> tuple[str, ...]:
    """The people named in bylines, in order and once each; empty when only desks, mails or the publisher sign."""
    authors: dict[str, None] = {}
    for byline in printed:
        for part in JOIN.split(ATTACHED_AND.sub(" و ", BY.sub("", byline))):
            name = " ".join(re.sub(r"\(.*?\)", " ", part).split()).strip(" .-–—:")
            if _is_person(name, publisher):
                authors.setdefault(name)
    return tuple(authors)


def _is_person(name: str, publisher: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= LONGEST_NAME_WORDS or name.casefold() == publisher.casefold():
        return False
    return not NOT_A_PERSON.search(name) and all(word[0].isalpha() for word in words)
