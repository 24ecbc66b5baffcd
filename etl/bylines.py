"""Who signed: the byline as printed, and the people in it."""

import re
from collections.abc import Iterable

NOT_A_PERSON = re.compile(
    r"@|:|\d|\b(staff|desk|team|newsroom|agency|agencies|news|press|editor|editors|correspondent|reporters?|service|"
    r"writers?|admin|online|web|contributors?|wire|media|tv|radio|gazette|times|post|daily|international|redaktion|"
    r"posted|published|updated|veröffentlicht|aktualisiert|publié|publicado|pubblicato)\b",
    re.IGNORECASE,
)
# "José Ortega y Gasset" is one name, "Ana Ruiz y Luis Gil" are two: behind "y" and "e" two words are asked for.
JOIN = re.compile(
    r"\s*(?:[,;|/&،、，；]|\band\b|\bوَ?\s|\s+و\s+|(?-i:\s(?:und|og|och|et|en|ve)\s|\s[ye]\s(?=\S+\s+\S)))\s*",
    re.IGNORECASE,
)
# An Arabic "and" is written together with the next word; these names begin with its letter themselves.
ATTACHED_AND = re.compile(r"(?<=\S)\sو(?!(?:ليد|ائل|سيم|سام|داد|فاء|جيه|هيب|هبة|ردة|لاء)\b)(?=[\u0621-\u064a]{3,}\s)")
BY = re.compile(
    r"^\s*(?:(?:(?:(?:written|posted|published|reporting|geschrieben|verfasst|veröffentlicht|publié|publicado) )?"
    r"(?:by|von|vom|par|por)|authors?|autor|autorin|auteur|autore|text|(?-i:di)|door|af|av|بقلم|كتب|كتبت|نویسنده|"
    r"گزارش از|إعداد)(?:\s*[:：]\s*|\s+)|文\s*[/／:：]\s*)+",
    re.IGNORECASE,
)
LONGEST_NAME_WORDS = 5
# Written without spaces: a family name of one or two signs and a given name of as many (Chinese, Japanese, Korean).
EAST_ASIAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}")
EAST_ASIAN_DESK = re.compile(
    r"(?:新聞|新闻|通信|通讯|通訊|日報|日报|時報|时报|社|部|網|网|局|뉴스|신문|일보|記者|记者|기자)$"
)
REPORTER = re.compile(r"\s*(?:記者|记者|기자)$")


def read_authors(printed: Iterable[str], *publishers: str) -> tuple[str, ...]:
    """The people named in bylines, in order and once each; empty when only desks, mails or the publishers sign."""
    authors: dict[str, None] = {}
    unsigned = {publisher.casefold() for publisher in publishers}
    for byline in printed:
        for part in JOIN.split(ATTACHED_AND.sub(" و ", BY.sub("", byline))):
            plain = " ".join(re.sub(r"\(.*?\)", " ", BY.sub("", part)).split()).strip(" .-–—:")
            name = REPORTER.sub("", plain)
            if _is_person(name) and name.casefold() not in unsigned:
                authors.setdefault(name)
    return tuple(authors)


def _is_person(name: str) -> bool:
    if EAST_ASIAN_NAME.fullmatch(name):
        return not EAST_ASIAN_DESK.search(name)
    words = name.split()
    if not 2 <= len(words) <= LONGEST_NAME_WORDS or sum(not word[0].islower() for word in words) < 2:
        return False
    return not NOT_A_PERSON.search(name) and all(word[0].isalpha() for word in words)
