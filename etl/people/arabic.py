"""Names in Arabic and Persian script: behind a title, in a registry's forms, and where the text has named them before.

The script has no capitals, so that nothing else is taken for a name.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from etl.people.lexicon import Lexicon
from etl.people.spans import Span

WORD = r"[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc][\u0621-\u06d3\u200c\u064b-\u0652]+"
SCRIPT = re.compile(r"[\u0621-\u06d3]")
STOPS = frozenset(
    "في من على إلى الى عن أن ان أنه انه إنه قال قالت أكد أكدت أضاف أضافت أعلن أعلنت صرح أوضح أشار خلال بعد قبل مع "
    "هذا هذه التي الذي الذين و أو ثم لكن كما كان كانت إن قد لقد يوم اليوم أمس غدا الأحد الاثنين الثلاثاء الأربعاء "
    "الخميس الجمعة السبت لدى حول بين نحو ضد عند منذ حيث إذا لم لن لا ما هو هي وهو وهي وقال وأكد وأضاف وأعلن وأشار "
    "وأوضح بأن بان أيضا حتى دون غير كل بعض يقول تقول رئيس وزير رئيسا وزيرا الخارجية الدفاع الداخلية در از به با "
    "که را این آن است بود شد گفت افزود کرد برای تا بر هم نیز و یا اما پس پیش روز امروز دیروز خود وی او شهر داد "
    "دارد داشت کند شود بیان اظهار تاکید تأکید اعلام خبر درباره میان همچنین رئیس وزیر باید نیست هستند بودند".split()
)
EPITHETS = frozenset("الراحل الراحلة السابق السابقة الأسبق المرحوم الحالي الجديد المنتخب".split())
JOINTS = frozenset("بن ابن بنت أبو ابو أبي أم آل عبد".split())  # they ask for another word
PREFIXES = "وبلف"  # and, by, for, then: written together with the word behind them
MOST_WORDS = 4


class Forms(NamedTuple):
    """Names to look for, by their first word and their second, the longest first."""

    by_first: Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]]


def make_forms(forms: Iterable[str]) -> Forms:
    """The names among them that have two words or more, in Arabic script, to be looked up."""
    by_first: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {}
    for words in sorted({tuple(form.split()) for form in forms}, key=lambda words: (-len(words), words)):
        if len(words) > 1 and SCRIPT.match(words[0]):
            by_second = by_first.setdefault(words[0], {})
            by_second[words[1]] = (*by_second.get(words[1], ()), words)
    return Forms(by_first)


@lru_cache(maxsize=8)
def arabic_pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    """What matches titles in Arabic script and the words behind them."""
    title = "|".join(sorted(map(re.escape, titles), key=len, reverse=True)) or "(?!)"
    name = rf"{WORD}(?: (?!(?:{title})(?!\w)){WORD}){{0,{MOST_WORDS}}}"
    return re.compile(rf"(?<!\w)[{PREFIXES}]?(?P<titles>(?:(?:{title})\.?\s+)+)(?P<name>{name})")


def arabic_spans(body: str, pattern: re.Pattern[str], forms: Forms, lexicon: Lexicon) -> list[Span]:
    """Every name in Arabic or Persian script, in order, none within another."""
    if not SCRIPT.search(body):
        return []
    spans = list(_titled(body, pattern, lexicon))
    _add(spans, _listed(body, forms))
    full = {body[span.start : span.end] for span in spans if " " in body[span.start : span.end]}
    _add(spans, _remembered(body, full))
    return spans


def _add(spans: list[Span], others: Iterable[Span]) -> None:
    """Put among spans, in order and none within another, those of the others that touch none of them."""
    for other in others:
        place = bisect_left(spans, other.end, key=lambda span: span.start)
        if place == 0 or spans[place - 1].end <= other.start:
            spans.insert(place, other)


def _titled(body: str, pattern: re.Pattern[str], lexicon: Lexicon) -> Iterator[Span]:
    for found in pattern.finditer(body):
        words = list(takewhile(lambda word: word not in STOPS, found["name"].split(" ")))
        start = found.start("name")
        # «وزير النقل السوري يوسف الصراف», «الفريق الراحل قاسم رستمي»: the first word belongs to the title
        while len(words) > 1 and (
            words[0] in EPITHETS or (len(words) > 2 and re.fullmatch(r"ال\w+(?:ي|ية)", words[0]))
        ):
            start += len(words.pop(0)) + 1
        words = words[: _length(words, lexicon)]
        if words and words[0] not in EPITHETS and not _is_bound(words[0], lexicon):
            yield Span(found.start("titles"), start, start + len(" ".join(words)))


def _is_bound(word: str, lexicon: Lexicon) -> bool:
    """Whether a word is bound to the title before it: «الأمين العام للأمم المتحدة», «لرابطة المتطوعين»."""
    return word.startswith("لل") or (word[0] == "ل" and len(word) > 3 and word not in lexicon.arabic)


def _length(words: list[str], lexicon: Lexicon) -> int:
    """How many words behind a title are the name: two, more where a joint or known parts of names go on."""
    length = 0
    while length < min(len(words), MOST_WORDS):
        word = words[length]
        is_known = word in lexicon.arabic or word.removeprefix("ال") in lexicon.arabic
        if length >= 2 and words[length - 1] not in JOINTS and word not in JOINTS and not is_known:
            break
        length += 1
    while length and words[length - 1] in JOINTS:
        length -= 1
    return length


def _listed(body: str, forms: Forms) -> Iterator[Span]:
    """Where a form of the registry stands, with or without a conjunction written together with it."""
    if not forms.by_first:
        return
    words = [(found[0], found.start(), found.end()) for found in re.finditer(WORD, body)]
    for index, (word, start, _) in enumerate(words[:-1]):
        bare = word[1:] if word[0] in PREFIXES and word not in forms.by_first else word
        for form in forms.by_first.get(bare, {}).get(words[index + 1][0], ()):
            stop = index + len(form)
            if stop <= len(words) and all(words[index + n][0] == form[n] for n in range(1, len(form))):
                begin, end = start + len(word) - len(bare), words[stop - 1][2]
                if body[begin:end].split() == list(form):
                    yield Span(begin, begin, end)
                    break


def _remembered(body: str, full_names: Iterable[str]) -> Iterator[Span]:
    """Where a full name of this text, or its last part alone, stands again without a title."""
    forms = {form for name in full_names for form in (name, name.split()[-1]) if len(form) > 2}
    if forms:
        pattern = "|".join(sorted(map(re.escape, forms), key=lambda form: (-len(form), form)))
        for found in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", body):
            yield Span(found.start(), found.start(), found.end())
