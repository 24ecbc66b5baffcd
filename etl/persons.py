"""People in a text: where a name stands, what title it bears and which names in one article are one person.

Found by titles and capitals alone; a name in Arabic or Persian script only behind a title, or where the article
has named it so before. A person's id is made from the name's key and from nothing else.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from etl.model import Mention
from etl.names import name_key, name_parts, part_key

FEWEST_CONSONANTS = 4  # a full name with fewer has a key that too many names share to make an id
WORD = r"[A-Z\u00c0-\u00de](?:[\w’'\u00c0-\u024f]|-(?=\w))*"
PARTICLE = r"(?:(?:al|el|bin|ibn|ben|bint|de|da|van|von|der)[ -])"
LATIN_NAME = rf"(?:{PARTICLE})?{WORD}(?: {PARTICLE}?{WORD}){{0,3}}"
ARABIC_WORD = r"[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc][\u0621-\u06d3\u200c\u064b-\u0652]+"
# Words that begin sentences or organisations; a capitalised run with one of them is not taken for a person's name.
NOT_NAMES = frozenset(
    "the a an in on at by of for from to and but or if as it its he she they we i his her their this that these those when "
    "while where what who how why after before during since until with without under over about against among according "
    "all both each every many most some no not one two three four five first second third also although because however "
    "meanwhile earlier later yesterday today tomorrow monday tuesday wednesday thursday friday saturday sunday january "
    "february march april may june july august september october november december force forces agency network ministry "
    "university council party press news army navy street hospital airport river sea bay gulf valley mountain bank company "
    "union committee organization organisation province city port bridge office foundation institute museum club court "
    "parliament assembly republic kingdom islamic national international central east eastern west western north northern "
    "south southern middle united security state public general arab american european iranian syrian lebanese turkish "
    "russian chinese british french german iraqi palestinian israeli azerbaijani reuters report read more related photo "
    "centre center school college authority department board commission corporation group association federation league "
    "hotel station harbour harbor market district village region railway road square garden house tower dam lake island "
    "prize festival conference summit forum fund programme program project act law bill plan week month year day".split()
)
ARABIC_STOPS = frozenset(
    "في من على إلى الى عن أن ان أنه قال قالت أكد أكدت أضاف أضافت خلال بعد قبل مع هذا هذه التي الذي و أو ثم لكن كما كان كانت إن "
    "در از به با که را این آن است بود شد گفت افزود کرد برای تا بر هم نیز و یا اما پس پیش روز امروز دیروز خود وی".split()
)


def find_mentions(body: str, titles: Mapping[str, str], is_place: Callable[[str], bool]) -> tuple[Mention, ...]:
    """Every mention of a person in a body, in order; empty where none is found.

    `titles` maps a title as printed to its class. Offsets are code points into `body`, the title not included.
    """
    spans = {span[1]: span for span in (*_latin(body, titles, is_place), *_arabic(body, titles))}
    full = [body[start:end] for _, start, end in spans.values() if len(name_parts(body[start:end])) > 1]
    for start, end in _remembered(body, full):
        if not any(start < other_end and other_start < end for _, other_start, other_end in spans.values()):
            spans[start] = (start, start, end)
    mentions: list[Mention] = []
    for title_start, start, end in sorted(spans.values(), key=lambda span: span[1]):
        mentions.append(_mention(body, title_start, start, end, titles, mentions))
    return tuple(mentions)


def person_id(key: str) -> str | None:
    """The id of whoever bears a name with this key; null for a single part and for a key that is too short to tell."""
    if " " not in key or len(key.replace(" ", "")) < FEWEST_CONSONANTS:
        return None
    return f"p_{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}"


def _latin(body: str, titles: Mapping[str, str], is_place: Callable[[str], bool]) -> Iterable[tuple[int, int, int]]:
    for found in _latin_pattern(tuple(titles)).finditer(body):
        start, end = found.span("name")
        name = re.sub(r"[’']s$|[’']$", "", body[start:end])
        words = [word.casefold() for word in name.split()]
        if found["titles"]:
            kept = next((n for n, word in enumerate(words) if word in NOT_NAMES), len(words))
            name = " ".join(name.split()[:kept])
        elif len(words) < 2 or NOT_NAMES & set(words) or is_place(name) or any(map(is_place, name.split())):
            continue
        if name:
            yield found.start(), start, start + len(name)


def _arabic(body: str, titles: Mapping[str, str]) -> Iterable[tuple[int, int, int]]:
    for found in _arabic_pattern(tuple(titles)).finditer(body):
        start, words = found.start("name"), []
        for word in found["name"].split(" "):
            if word in ARABIC_STOPS:
                break
            words.append(word)
        if words:
            yield found.start("titles"), start, start + len(" ".join(words))


@lru_cache(maxsize=8)
def _latin_pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    title = "|".join(sorted((re.escape(form) for form in titles if form[0].isascii()), key=len, reverse=True))
    return re.compile(rf"\b(?P<titles>(?:(?:{title})\b\.?\s+)*)(?P<name>{LATIN_NAME})")


@lru_cache(maxsize=8)
def _arabic_pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    title = "|".join(sorted((re.escape(form) for form in titles if not form[0].isascii()), key=len, reverse=True))
    return re.compile(rf"(?<![\w])[وبلف]?(?P<titles>(?:(?:{title})\s+)+)(?P<name>{ARABIC_WORD}(?: {ARABIC_WORD})?)")


def _remembered(body: str, full_names: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Where a full name of this article, or its last part alone, stands again without a title."""
    forms = {form for name in full_names for form in (name, name.split()[-1]) if len(form) > 2}
    if forms:
        pattern = "|".join(sorted(map(re.escape, forms), key=len, reverse=True))
        for found in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", body):
            yield found.span()


def _mention(
    body: str, title_start: int, start: int, end: int, titles: Mapping[str, str], before: Sequence[Mention]
) -> Mention:
    surface = body[start:end]
    honorific = body[title_start:start].strip() or None
    parts = name_parts(surface)
    key = name_key(surface)
    own_id = person_id(key)
    family = surface.split()[-1] if len(parts) > 1 else None
    given = surface.split()[0] if len(parts) > 1 else None
    classed = _honorific_class(honorific, titles)
    if own_id is not None:
        return Mention(
            start, end, surface, honorific, classed, given, family, key, own_id, "key", f"key {key!r} of the full name"
        )
    points_to = {m.person_id: m for m in reversed(before) if m.status == "key" and _has_part(m, key)}
    if len(points_to) == 1 and len(parts) == 1:
        (earlier,) = points_to.values()
        why = f"{surface!r} is a part of {earlier.surface!r} above and of no other full name above"
        return Mention(
            start,
            end,
            surface,
            honorific,
            classed,
            None,
            surface,
            key,
            earlier.person_id,
            "in_article",
            why,
            earlier.start,
        )
    why = (
        f"{len(points_to)} full names above have the part {surface!r}"
        if points_to
        else "no full name above has this part"
    )
    return Mention(start, end, surface, honorific, classed, given, family, key, None, "unresolved", why)


def _has_part(mention: Mention, key: str) -> bool:
    return key != "" and key in {part_key(part) for part in name_parts(mention.surface)}


def _honorific_class(honorific: str | None, titles: Mapping[str, str]) -> str | None:
    """The class of the title nearest to the name, since that is the one in use."""
    if honorific is None:
        return None
    nearest = [form for form in titles if honorific.rstrip(".").endswith(form)]
    return titles[max(nearest, key=len)] if nearest else None
