"""Attribution leads: the clause before the story that says who reports it, such as «به گزارش ایسنا به نقل از رویترز، ».

A lead is cut where it surely is a clause of its own: it ends in a comma or colon and names an outlet that is known or
calls itself one (خبرگزاری, وكالة). «وأفادت وكالة سانا أن» is the sentence itself: it stays and is only read.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from etl.model import Attribution, Place
from etl.reading.regions import find_regions

FindPlace = Callable[[str], Place | None]

LONGEST = 240  # code points of a paragraph that are looked at; the longest lead seen has 97
# One letter for one, so that offsets stay: Arabic yeh, kaf and alef as Persian ones, ZWNJ and hard spaces as spaces.
LETTERS = str.maketrans("يىكأإٱ\u200c\u00a0", "ییکااا  ")
MARKS = re.compile("[\u064b-\u0652\u0640]")
END = r"[ ]?[،,:؛][ ]*"
WORDS = r"[^،,:؛.!?؟«»\n]{2,80}?"
REPORT = r"(?:به گزارش|بنا ?بر گزارش|بر ?اساس گزارش|طبق گزارش)"
# به گزارش خبرگزاری فارس از بندرعباس، (seen at Fars)   به گزارش ایلنا به نقل از پایگاه اطلاع رسانی دولت، (seen at ILNA)
# به گزارش ایسنا و به نقل از روزنامه الاخبار، (seen at ISNA)
PERSIAN = re.compile(
    rf"{REPORT} (?P<outlet>{WORDS})(?: از (?P<place>{WORDS}))?"
    rf"(?:(?:{END}| )(?:و )?(?:به )?نقل از (?P<source>{WORDS}))?{END}"
)
PERSIAN_QUOTE = re.compile(rf"به نقل از (?P<outlet>{WORDS}){END}")
SAID = r"(?:ذکرت|اوردت|نقلت|افادت|نشرت|بثت|اعلنت|قالت|کشفت)"
# وفقاً لوكالة رويترز،   بحسب صحيفة الأخبار،   نقلاً عن قناة الميادين،   وفق ما نقلته وكالة سانا،
ARABIC = re.compile(
    rf"و?(?:(?:وفقا|طبقا)ً? ?ل(?:ما {SAID}ه )?|بحسب (?:ما {SAID}ه? )?|حسبما {SAID} |نقلاً? عن |وفق (?:ما {SAID}ه? )?)"
    rf"(?P<outlet>{WORDS}){END}"
)
# خبر رساں ادارے روئٹرز کے مطابق،   اخبار مشرق کی رپورٹ کے مطابق،
URDU_WORDS = rf"(?P<outlet>{WORDS}) (?:کی (?:ایک )?رپورٹ )?کے مطابق"
URDU = re.compile(URDU_WORDS + END)
LEADS = {"persian": PERSIAN, "persian_quote": PERSIAN_QUOTE, "arabic": ARABIC, "urdu": URDU}
# وأفادت وكالة الأنباء السورية سانا بأن   ونقلت وكالة الأنباء اليمنية سبأ عن (seen at SANA)
ARABIC_SENTENCE = re.compile(rf"و?{SAID} (?P<outlet>{WORDS})(?: (?:ب?ان|عن|فی|الیوم|امس) |[،,:])")
URDU_SENTENCE = re.compile(URDU_WORDS + " ")
PERSIAN_SENTENCE = re.compile(rf"{REPORT} (?P<outlet>[^،,:؛.!?؟\n]{{2,80}})")
# In an interview with Al-Ahd News Network today   Iran Press quoted Al-Ahd News Network as saying (seen at Iran Press)
NAME_WORD = r"(?:[A-Z][\w'’.-]*\w|[A-Z]|of|and|de)"
ENGLISH_SENTENCE = re.compile(
    r"\b(?:interview with|quot(?:ed|ing)|citing|according to|told|reported by|speaking to) (?:the )?"
    rf"(?P<outlet>[A-Z][\w'’.-]*\w(?: {NAME_WORD}){{0,6}})"
)
ENGLISH_KINDS = frozenset("Agency Network News TV Television Radio Channel Newspaper Daily Times Post Herald".split())
# What an outlet calls itself in Persian and Arabic, folded.
KINDS = re.compile(
    r"(?:خبرگزاری|خبرگزاریِ|پایگاه خبری|پایگاه اطلاع ?رسانی|وب ?سایت|سایت|وبگاه|روزنامه|هفته نامه|شبکه خبری|شبکه|"
    r"(?:غیر ملکی |بین الاقوامی )?خبر رساں (?:ادارے|ایجنسی)|نیوز ایجنسی|اخبار|روزنامے|"
    r"تلویزیون|باشگاه خبرنگاران|روابط عمومی|ل?وکالة|ل?صحیفة|ل?قناة|ل?شبکة|ل?موقع|ل?اذاعة|ل?تلفزیون) "
)
DESKS = re.compile(r"(?:خبرنگار|گروه|سرویس|حوزه|بخش|دفتر|تحریریه|مراسل) ")
OWN = frozenset({"خبرنگار ما", "مراسلنا"})
# "The official agency of China" is a description, and its name stands behind the comma.
DESCRIBED = re.compile(r"\b(?:رسمی|دولتی|الرسمیة|الحکومیة)\b")
PERSON = re.compile(
    r"(?:رئیس|وزیر|سردار|سرهنگ|آقای|خانم|دکتر|حجت|آیت|سخنگو|مدیر|معاون|فرمانده|استاندار|فرماندار|نماینده|سفیر|دبیر|"
    r"مصدر|مصادر|الرئیس|الوزیر|الناطق)"
)
MOST_WORDS = 5  # of an unknown outlet's name
SENTENCE_GOES_ON = re.compile(r"(?:که |و |است |فان|فقد |،|,)")


def read_attribution(paragraph: str, names: Mapping[str, str], find_place: FindPlace) -> Attribution | None:
    """The lead that a paragraph begins with, or null; `names` maps what outlets are called to their names.

    `Attribution.text` is the exact prefix, white space behind it included; it is empty where the words are part of
    the sentence and only `outlet` is read from them.
    """
    folded = paragraph[:LONGEST].translate(LETTERS)
    for rule, pattern in LEADS.items():
        found = pattern.match(folded)
        lead = _lead(rule, found, paragraph, _known(names), find_place) if found else None
        if lead is not None:
            return lead
    return _sentence(folded, paragraph, names)


def _lead(
    rule: str, found: re.Match[str], paragraph: str, known: Mapping[str, str], find_place: FindPlace
) -> Attribution | None:
    """A lead that is surely one, or null."""
    rest = paragraph[found.end() :]
    printed = {name: paragraph[slice(*found.span(name))].strip() for name, words in found.groupdict().items() if words}
    outlet, source = _outlet(printed["outlet"], known), printed.get("source")
    place = (find_place(printed["place"]) or _province(printed["place"])) if "place" in printed else None
    if outlet is None and printed["outlet"].translate(LETTERS) not in OWN:
        return None
    if not rest.strip() or SENTENCE_GOES_ON.match(rest.translate(LETTERS)) or ("place" in printed and place is None):
        return None
    if source is not None:
        if PERSON.match(source.translate(LETTERS)) or len(source.split()) > MOST_WORDS:
            return None
        source = _outlet(source, known) or source
    if known.get(_key(re.split(r"[،,:]", rest, maxsplit=1)[0])):  # "China's agency, Xinhua, ..."
        return None
    return Attribution(paragraph[: found.end()], outlet, place, source or outlet, rule)


def _province(printed: str) -> Place | None:
    """The province or country of a name, null where none is known; its country is null where it lies in several."""
    countries = {country for country, _ in find_regions(printed)}
    return Place(printed, None, countries.pop() if len(countries) == 1 else None) if countries else None


def _outlet(printed: str, known: Mapping[str, str]) -> str | None:
    """The outlet that words name: by its known name, or as it calls itself; null where it is none for sure."""
    folded = printed.translate(LETTERS)
    bracketed = re.search(r"\(([^()]{2,30})\)$", folded)
    if bracketed:
        return known.get(_key(bracketed[1])) or (printed[slice(*bracketed.span(1))] if KINDS.search(folded) else None)
    name = re.sub(r" للانباء$", "", folded)
    for word in re.finditer(r"\S+", name):
        before, rest = name[: word.start()], name[word.start() :].removeprefix("ل" if word.start() == 0 else "")
        found = next(filter(None, (known.get(_key(form + rest)) for form in ("", "خبرگزاری ", "وکالة "))), None)
        if found is not None and (not before or DESKS.match(before) or KINDS.match(before)):
            return found
    kind = KINDS.search(name)
    if kind is None or DESCRIBED.search(name) or not 0 < len(name[kind.end() :].split()) <= MOST_WORDS:
        return None
    return printed[kind.start() :].removeprefix("ل") if kind.start() == 0 or DESKS.match(name) else None


def _sentence(folded: str, paragraph: str, names: Mapping[str, str]) -> Attribution | None:
    """What is read from a sentence that names the outlet it rests on, without being cut."""
    found = ARABIC_SENTENCE.match(folded) or URDU_SENTENCE.match(folded)
    outlet = _outlet(paragraph[slice(*found.span("outlet"))], _known(names)) if found else None
    found = PERSIAN_SENTENCE.match(folded)
    words = found["outlet"].split() if found else []
    for end in range(len(words), 0, -1):  # nothing but the name's being known tells where it ends
        outlet = outlet or _known(names).get(_key(KINDS.sub("", " ".join(words[:end]), count=1)))
    if outlet is not None:
        return Attribution("", outlet, None, outlet, "sentence")
    for english in ENGLISH_SENTENCE.finditer(paragraph):
        outlet = _english_outlet(english["outlet"], _known(names))
        if outlet is not None:
            return Attribution("", None, None, outlet, "english_sentence")
    return None


def _english_outlet(printed: str, known: Mapping[str, str]) -> str | None:
    """The longest beginning of capitalised words that is a known outlet or ends as outlets' names do."""
    words = printed.split()
    for end in range(len(words), 0, -1):
        name = " ".join(words[:end])
        if (agency := known.get(_key(name))) is not None:
            return agency
        if end > 1 and words[end - 1] in ENGLISH_KINDS:
            return name
    return None


def _known(names: Mapping[str, str]) -> Mapping[str, str]:
    return _folded(tuple(names.items()))


@lru_cache(maxsize=32)
def _folded(names: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Outlets by their folded names; signs of two letters ("IP", "ST") are no names in a sentence."""
    return {_key(name): agency for name, agency in names if len(name) > 2}


def _key(printed: str) -> str:
    """What a name is looked up by: without marks and spaces, and one letter for the variants of a letter."""
    return "".join(MARKS.sub("", printed.translate(LETTERS)).split())
