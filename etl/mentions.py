"""People in a text: where a name stands, what title it bears and which names in one article are one person.

Found by titles and capitals alone; a name in Arabic or Persian script only behind a title, or where the article
has named it so before. A person's id is made from the name's key and from nothing else.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from etl.model import Mention
from etl.names import name_key, name_parts, part_key

FEWEST_CONSONANTS = 4  # a full name with fewer has a key that too many names share to make an id
CAPITAL = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x250)) if letter.isupper())
WORD = rf"[{CAPITAL}](?:[\w’'\u00c0-\u024f]|-(?=\w))*"
PARTICLE = r"(?:(?:al|el|bin|ibn|ben|bint|de|da|van|von|der)[ -])"
ARABIC_WORD = r"[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc][\u0621-\u06d3\u200c\u064b-\u0652]+"
# Words that begin sentences in capitals: they are left off the head of a capitalised run.
STARTERS = frozenset(
    "the a an in on at by of for from to and but or if as it its he she they we i his her their this that these "
    "those when while where what who how why after before during since until with without under over about "
    "against among according all both each every many most some no not one two three four five first second third "
    "also although because however meanwhile earlier later yesterday today tomorrow monday tuesday wednesday "
    "thursday friday saturday sunday january february march april may june july august september october november "
    "december".split()
)
# Words of organisations, places and offices: a capitalised run with one of them is not taken for a person's name.
NOT_NAMES = frozenset(
    "force forces agency network ministry university council party press news army navy street hospital airport "
    "river sea bay gulf valley mountain bank company union committee organization organisation province city port "
    "bridge office foundation institute museum club court parliament assembly republic kingdom islamic national "
    "international central east eastern west western north northern south southern middle united security state "
    "public general arab american european iranian syrian lebanese turkish russian chinese british french german "
    "iraqi palestinian israeli azerbaijani reuters report read more related photo centre center school college "
    "authority department board commission corporation group association federation league hotel station harbour "
    "harbor market district village region railway road square garden house tower dam lake island prize festival "
    "conference summit forum fund programme program project act law bill plan week month year day corps times "
    "governorate volunteers daily tribune herald brigade brigades battalion front movement revolution "
    "revolutionary guard guards liberation democratic coalition alliance treaty agreement war operation crisis "
    "staff cooperative minister ministers health labour interior foreign defense defence training relief rescue "
    "civil society red crescent cross wadi jabal mount channel television radio studio online championship cup "
    "series tournament olympic".split()
)
ARABIC_STOPS = frozenset(
    "في من على إلى الى عن أن ان أنه قال قالت أكد أكدت أضاف أضافت خلال بعد قبل مع هذا هذه التي الذي و أو ثم لكن "
    "كما كان كانت إن قد لقد يوم اليوم أمس غدا الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت لدى حول بين نحو ضد "
    "در از به با که را این آن است بود شد گفت افزود کرد برای تا بر هم نیز و یا اما پس پیش روز امروز دیروز خود وی".split()
)
EPITHETS = frozenset("الراحل الراحلة السابق السابقة الأسبق المرحوم الحالي".split())
# Titles that stand before a given name as readily as before a family name: "Haj Qassem", "Sheikh Naeem".
GIVEN_NAME_TITLES = frozenset({"pilgrimage", "clerical", "kinship", "martyr"})


class Span(NamedTuple):
    """Where a mention stands: its titles from `title_start` (equal to `start` without titles), its name to `end`."""

    title_start: int
    start: int
    end: int


def find_mentions(body: str, titles: Mapping[str, str], is_place: Callable[[str], bool]) -> tuple[Mention, ...]:
    """Every mention of a person in a body, in order; empty where none is found.

    `titles` maps a title as printed to its class. Offsets are code points into `body`, the title not included. A part
    of a name points to the one full name in the body that has it, be it above or below.
    """
    spans = {span.start: span for span in (*_latin(body, titles, is_place), *_arabic(body, titles))}
    full = [body[span.start : span.end] for span in spans.values() if len(name_parts(body[span.start : span.end])) > 1]
    for start, end in _remembered(body, full):
        if not any(start < other.end and other.start < end for other in spans.values()):
            spans[start] = Span(start, start, end)
    mentions = [_named(body, span, titles) for span in sorted(spans.values(), key=lambda span: span.start)]
    having: dict[str, list[Mention]] = {}  # the full names by the key of each of their parts
    for full_name in mentions:
        if full_name.status == "key":
            for key in {part_key(part) for part in name_parts(full_name.surface)}:
                having.setdefault(key, []).append(full_name)
    return tuple(
        mention if mention.status == "key" else _pointing(mention, having.get(mention.name_key, ()))
        for mention in mentions
    )


def person_id(key: str) -> str | None:
    """The id of whoever bears a name with this key; null for a single part and for a key that is too short to tell."""
    if " " not in key or len(key.replace(" ", "")) < FEWEST_CONSONANTS:
        return None
    return f"p_{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}"


def _latin(body: str, titles: Mapping[str, str], is_place: Callable[[str], bool]) -> Iterable[Span]:
    for found in _latin_pattern(tuple(titles)).finditer(body):
        words, skipped = found["name"].split(" "), 0
        if not found["titles"]:
            skipped = next((n for n, word in enumerate(words) if word.casefold() not in STARTERS), len(words))
        last = next((n + 1 for n, word in enumerate(words) if re.search(r"[’'](?:s|S)?$", word)), len(words))
        start = found.start("name") + sum(len(word) + 1 for word in words[:skipped])
        name = re.sub(r"[’'][sS]?$", "", " ".join(words[skipped:last]))
        folded = [word.casefold() for word in name.split()]
        if found["titles"]:
            kept = next((n for n, word in enumerate(folded) if word in NOT_NAMES or word in STARTERS), len(folded))
            name = " ".join(name.split()[:kept])
        elif len(folded) < 2 or not (NOT_NAMES | STARTERS).isdisjoint(folded) or is_place(name):
            continue
        if name:
            yield Span(found.start() if found["titles"] else start, start, start + len(name))


def _arabic(body: str, titles: Mapping[str, str]) -> Iterable[Span]:
    for found in _arabic_pattern(tuple(titles)).finditer(body):
        words = list(takewhile(lambda word: word not in ARABIC_STOPS, found["name"].split(" ")))
        start = found.start("name")
        if len(words) > 2 or (words and words[0] in EPITHETS):
            # «وزير النقل السوري يوسف الصراف», «الفريق الراحل قاسم رستمي»: the first word belongs to the title
            skipped = 1 if words[0] in EPITHETS or re.fullmatch(r"ال\w+(?:ي|ية)", words[0]) else 0
            start += sum(len(word) + 1 for word in words[:skipped])
            words = words[skipped : skipped + 2]
        if words:
            yield Span(found.start("titles"), start, start + len(" ".join(words)))


@lru_cache(maxsize=8)
def _latin_pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    title = "|".join(sorted((re.escape(form) for form in titles if form[0].isascii()), key=len, reverse=True))
    title = rf"(?:{title or '(?!)'})\b\.?\s+"
    # A title ends the run before it: "Transport Minister Yousef al-Sarraf", but "Larry King said".
    name = rf"(?:{PARTICLE})?{WORD}(?: (?!{title}[{CAPITAL}]){PARTICLE}?{WORD}){{0,3}}"
    return re.compile(rf"\b(?P<titles>(?:{title})*)(?P<name>{name})")


@lru_cache(maxsize=8)
def _arabic_pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    title = "|".join(sorted((re.escape(form) for form in titles if not form[0].isascii()), key=len, reverse=True))
    title = title or "(?!)"
    name = rf"{ARABIC_WORD}(?: (?!(?:{title})(?!\w)){ARABIC_WORD}){{0,2}}"
    return re.compile(rf"(?<!\w)[وبلف]?(?P<titles>(?:(?:{title})\s+)+)(?P<name>{name})")


def _remembered(body: str, full_names: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Where a full name of this article, or its last part alone, stands again without a title."""
    forms = {form for name in full_names for form in (name, name.split()[-1]) if len(form) > 2}
    if forms:
        pattern = "|".join(sorted(map(re.escape, forms), key=len, reverse=True))
        for found in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", body):
            yield found.span()


def _named(body: str, span: Span, titles: Mapping[str, str]) -> Mention:
    """What the name itself says: a full name has an id of its own, a part of one has none yet."""
    surface = body[span.start : span.end]
    honorific = body[span.title_start : span.start].strip() or None
    words, is_full = surface.split(), len(name_parts(surface)) > 1
    key = name_key(surface)
    own_id = person_id(key)
    return Mention(
        start=span.start,
        end=span.end,
        surface=surface,
        honorific=honorific,
        honorific_class=_honorific_class(honorific, titles),
        name_given=words[0] if is_full else None,
        name_family=words[-1] if is_full else None,
        name_key=key,
        person_id=own_id,
        status="unresolved" if own_id is None else "key",
        why=f"key {key!r} of the full name" if own_id else f"the key {key!r} is shared by too many names",
    )


def _pointing(mention: Mention, having: Sequence[Mention]) -> Mention:
    """A mention by a part of a name, with the full name of the same body that it points to if there is exactly one.

    `having` are the full names with this part. Of several, those that spell it so come first, then those whose family
    name it is: in an article about Naeem Qasim and Qassem Soleimani, "Qasim" is the former and "Haj Qassem" the latter.
    """
    if len(name_parts(mention.surface)) != 1:
        return mention
    if not having or not mention.name_key:
        return replace(mention, why=f"no full name in the article has the part {mention.surface!r}")
    spelled = [full for full in having if mention.surface in full.surface.split()] or having
    if mention.honorific_class not in GIVEN_NAME_TITLES:
        spelled = [full for full in spelled if part_key(full.surface.split()[-1]) == mention.name_key] or spelled
    if len({full.person_id for full in spelled}) > 1:
        return replace(mention, why=f"several full names in the article have the part {mention.surface!r}")
    above = [full for full in spelled if full.start < mention.start]
    antecedent = above[-1] if above else spelled[0]
    where = "above" if above else "below"
    return replace(
        mention,
        name_family=mention.surface,
        person_id=antecedent.person_id,
        status="in_article",
        why=f"{mention.surface!r} is a part of {antecedent.surface!r} {where} and of no other full name so well",
        antecedent_start=antecedent.start,
    )


def _honorific_class(honorific: str | None, titles: Mapping[str, str]) -> str | None:
    """The class of the title nearest to the name, since that is the one in use, and of such titles the longest."""
    words = (honorific or "").rstrip(".").split()
    runs = (" ".join(words[start:end]) for end in range(len(words), 0, -1) for start in range(end))
    return next((titles[run] for run in runs if run in titles), None)
