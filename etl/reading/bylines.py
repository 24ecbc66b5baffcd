"""Who signed: the people and the news agencies in a byline as printed.

Not the site itself, no desk, no address: they sign what nobody signed.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

NOT_A_PERSON = re.compile(
    r"[:@#*=]|\b(?:staff|desk|team|newsroom|agency|agencies|news|press|editors?|editorial|correspondents?|reporters?|"
    r"service|writers?|online|web|contributors?|wire|media|tv|radio|gazette|times|post|daily|international|magazin|"
    r"magazine|posted|published|updated|veröffentlicht|aktualisiert|geändert|publié|publicado|pubblicato|says?|said|"
    r"sagte?|schreibt|unknown|anonymous|anonym|unbekannt|guest|gast|users?|author|name|email|e-mail|comments?|"
    r"kommentare?|share|teilen|website|redacción|redação|rédaction|redazione|gmbh|ag|inc|ltd|llc|e\.? ?v|photo|foto|"
    r"fotos|quelle|source|alle|mehr|artikel|articles?|beiträge|gastbeitrag|"
    r"departments?|ministry|university|institute?|foundation|association|reports?|bureau|kitchens?|solutions|profile?|noticias|"
    r"collectif|kg|e\.? ?g|departement|abteilung|landesanstalt|anstalt|bündnis|union|feuerwehr|verein|"
    r"rotes kreuz|croix-rouge|red cross|(?:kunde|(?:projekt|geschäfts)?leiter|geschäftsführer|(?:presse)?sprecher|"
    r"kund)(?:in)?)\b|team$|"
    r"^(?:die|das|the|our|unsere?)\b|admin|redaktion|redaktør|zeitung|verlag|verband|ministerium|stiftung|fraktion|nachrichten|webmaster|partei\b|"
    r"pressestelle|http|www\.|\.\w{2,3}$",
    re.IGNORECASE,
)
# "José Ortega y Gasset" is one name, "Ana Ruiz y Luis Gil" are two: behind "y" and "e" two words are asked for.
JOIN = re.compile(
    r"\s{0,9}(?:[,;|/&،、，；\n]|\s[-–—·•»]\s|\band\b|\bوَ?\s|\sو\s|"
    r"(?-i:\s(?:und|og|och|et|en|ve)\s|\s[ye]\s(?=\S+\s+\S)))\s*",
    re.IGNORECASE,
)
# An Arabic "and" is written together with the next word; these names begin with its letter themselves.
ATTACHED_AND = re.compile(r"(?<=\S)\sو(?!(?:ليد|ائل|سيم|سام|داد|فاء|جيه|هيب|هبة|ردة|لاء)\b)(?=[\u0621-\u064a]{3,}\s)")
BY = re.compile(
    r"^[\s|]*(?:(?:(?:(?:written|posted|published|reporting|story|words|recipe|"
    r"(?:posted|published) on [\w ,.]{6,30}|(?:ein(?:e)? )?(?:blog[ -]?)?(?:beitrag|artikel|text|interview|kommentar)|"
    r"geschrieben|verfasst|veröffentlicht|eingestellt|erstellt|publié|publicado|pubblicato|scritto) )?"
    r"(?:by|von|vom|par|por)|authors?|autor|autorin|autorin/autor|autoren|auteur|autore|text|interview|(?-i:di)|door|af|av|بقلم|كتب|كتبت|نویسنده|"
    r"گزارش از|إعداد)(?:\s*[:：]\s*|\s+)|文\s*[/／:：]\s*)+",
    re.IGNORECASE,
)
# A byline's time, and what leads up to it: "Nino Beridze Fr, 18. Oktober 2026", "Nino Beridze on January 8, 2026". A
# month counts only before a day and a year, so that the name in "Jan May 12 January 2026" stays. A run of marks is
# tried at its beginning alone, and few words: a byline may be 2,000 dashes.
CLOCK = re.compile(
    r"(?<![\s,|–—-])(?:[\s,|–—-]++(?:on|am|vom|den|le|el|um|at|stand:?|published:?|updated:?|erstellt|"
    r"(?:mo(?:n(?:day|tag))?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri?(?:day)?|sat?(?:urday)?|sun(?:day)?|di|mi|do|so|"
    r"dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\.?|"
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?(?=\s{1,9}\d{1,2}(?:st|nd|rd|th)?,?\s{1,9}\d{4}))){0,9}"
    r"[\s,|–—-]++\d.*",
    re.IGNORECASE | re.DOTALL,
)
ADDRESS = re.compile(r"(?<!\S)[^\s@]*+@\S+")
BRACKETED = re.compile(r"\([^)\n]{0,200}+\)")
SPACES = re.compile(r"[^\S\n]+")
# "Nino Beridze in Tbilisi", "Nino Beridze for Example Post"; not "Sophie in 't Veld", "Kim In Kyung".
BEHIND_NAME = re.compile(r"\s(?:in|for|from|at|aus|bei|für|For [Tt]he|FOR THE)\s(?!['’]t\b).*")
ROLE = re.compile(
    r"(?:\s+(?:staff|senior|chief|political|writer|reporter(?:in)?|correspondent|editor|journalist(?:in)?|columnist|"
    r"(?:chef)?redakteur(?:in)?|korrespondent(?:in)?|autor(?:in)?|volontär(?:in)?|fotograf(?:in)?|photographer))+$",
    re.IGNORECASE,
)
# A publisher's name in one of its languages: "Asharq Al-Awsat English".
EDITION = re.compile(
    r"(?<!\s)\s++(?:english|arabic|persian|farsi|urdu|turkish|french|german|international)$", re.IGNORECASE
)
TWICE = re.compile(r"^(\S+(?: \S+)+) \1$", re.IGNORECASE)  # a name beside its portrait, whose text is the name
LONGEST_PRINT = 2000  # code points that are looked at; a hundred names fit in
LONGEST_NAME_WORDS = 5
# Written without spaces: a family name of one or two signs and a given name of as many (Chinese, Japanese, Korean).
EAST_ASIAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}")
EAST_ASIAN_DESK = re.compile(
    r"(?:新聞|新闻|通信|通讯|通訊|日報|日报|時報|时报|社|部|網|网|局|뉴스|신문|일보|記者|记者|기자)$"
)
REPORTER = re.compile(r" ?(?:記者|记者|기자)$")
# A pen name or a person's initials, where nothing else stands in the print: "gizmo84", "LD".
PEN_NAME = re.compile(
    r"(?!(?:by|von|vom|par|por|autor(?:en|in)?|authors?|follow|publisher|zvg|anónimo|home|info|im|in|am|red|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|"
    r"january|february|march|april|june|july|august|september|october|november|december|"
    r"januar|februar|märz|mai|juni|juli|oktober|dezember)$)"
    r"(?=.*[^\W\d_])[\w'’-]{2,}",
    re.IGNORECASE,
)


def read_authors(printed: Iterable[str], *publishers: str, agencies: Collection[str] = frozenset()) -> tuple[str, ...]:
    """The people and agencies named in bylines, in order and once each; empty when only desks or publishers sign.

    `agencies` are names of agencies as `agency_names` makes them.
    """
    authors: dict[str, str] = {}
    unsigned = {fold_name(form) for name in publishers for form in (name, EDITION.sub("", name))}
    for byline in printed:
        if fold_name(BY.sub("", byline)) in unsigned:  # "FRANCE 24", which is no "FRANCE" at a time
            continue
        for name in _names(byline[:LONGEST_PRINT], agencies):
            if fold_name(name) not in unsigned:
                authors.setdefault(fold_name(name), name)
    return tuple(authors.values())


@lru_cache(maxsize=4096)  # a source's own names, and those of the agencies, page after page
def fold_name(name: str) -> str:
    """The letters and digits of a name alone, in lower case and without accents: "Última Hora" is "ultimahora"."""
    return "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if char.isalnum())


def agency_names(bylines: Iterable[str]) -> frozenset[str]:
    """The names by which agencies sign, to be asked for by `is_agency`."""
    return frozenset(name.casefold() for name in bylines)


def is_agency(name: str, agencies: Collection[str]) -> bool:
    """Whether a name is that of a news agency."""
    return name.strip().casefold().removeprefix("the ") in agencies


def _names(byline: str, agencies: Collection[str]) -> Iterator[str]:
    plain = SPACES.sub(" ", ADDRESS.sub(" ", BRACKETED.sub(" ", byline)))
    signed = CLOCK.sub("", BY.sub("", plain))
    for part in JOIN.split(ATTACHED_AND.sub(" و ", signed)):
        name = _plain(part)
        if is_agency(name, agencies) or _is_person(name) or (name == signed.strip(" |.") and _is_pen_name(name)):
            yield name


def _plain(part: str) -> str:
    """One part of a byline without by-word, role, place and stray marks; an initial keeps its full stop."""
    words = " ".join(BY.sub("", part).split()).strip(" -–—:")
    if " " in words:
        words = REPORTER.sub("", ROLE.sub("", BEHIND_NAME.sub("", words)))
    words = TWICE.sub(r"\1", REPORTER.sub("", words))
    return words if re.search(r"(?:\b\w|\b[JS]r)\.$", words) else words.strip(" .-–—:")


def _is_person(name: str) -> bool:
    if EAST_ASIAN_NAME.fullmatch(name):
        return not EAST_ASIAN_DESK.search(name)
    words = name.split()
    if not 2 <= len(words) <= LONGEST_NAME_WORDS or sum(not word[0].islower() for word in words) < 2:
        return False
    if NOT_A_PERSON.search(name) or re.search(r"\d", name):
        return False
    return all(word.lstrip("'’")[:1].isalpha() for word in words)


def _is_pen_name(name: str) -> bool:
    return PEN_NAME.fullmatch(name) is not None and not NOT_A_PERSON.search(name) and not EAST_ASIAN_DESK.search(name)
