"""A person's name in normal form: spellings of one name give one key, in Latin, Arabic and Persian script.

The key keeps the consonants, in which the romanisations of a name agree, and the order of its parts. It joins
what is spelled differently; it does not decide who is who beyond that (`persons` weighs two names).
"""

import re
import unicodedata
from functools import lru_cache

# Consonants by Arabic or Persian letter; families that romanisations mix up share one sign.
ARABIC = {
    **dict.fromkeys("ب", "b"), **dict.fromkeys("پ", "p"), **dict.fromkeys("تطث", "t"), **dict.fromkeys("سص", "s"),
    **dict.fromkeys("جژ", "j"), **dict.fromkeys("چ", "c"), **dict.fromkeys("حهخة", "h"), **dict.fromkeys("دض", "d"),
    **dict.fromkeys("ذظز", "z"), **dict.fromkeys("ر", "r"), **dict.fromkeys("شڜ", "x"), **dict.fromkeys("قغكکگ", "k"),
    **dict.fromkeys("ف", "f"), **dict.fromkeys("ل", "l"), **dict.fromkeys("م", "m"), **dict.fromkeys("ن", "n"),
}  # fmt: skip
# Romanised letters, the longest first: sh, kh, gh, ch, th, dh, zh are one consonant each. Read in one pass.
LATIN = {
    "sch": "x", "tch": "c", "sh": "x", "kh": "h", "gh": "k", "ch": "c", "th": "t", "dh": "z", "zh": "j", "ph": "f",
    "ck": "k", "dj": "j", "q": "k", "g": "k", "c": "k", "x": "ks", "v": "",
}  # fmt: skip
LATIN_KEPT = {"a": "", "b": "b", "d": "d"}  # the "abd" and "abu" that `name_parts` puts before a part in Arabic script
ROMANISED = re.compile("|".join(LATIN))
GLIDES = (("w", re.compile(r"[wv]|ou(?=[aeiy])|[وؤ]")), ("y", re.compile(r"y(?=[aeiou])|[يی](?!$)")))
WEAK = re.compile(r"[aeiouwy]+")

PARTICLES = frozenset(
    "al el ul ol il ur as ar ad an az at ash us ush ud ed el-e bin ibn ben ebn bint binti binte ibnu wa de van von e "
    "بن ابن بنت ال".split()
)
# Folded words before a name (or, as Persian has it, behind it) that are no part of it. A title that ends a name of two
# words is a name: Angus King, Julie Bishop.
TITLES = frozenset(
    "dr dra mr mrs ms miss sir dame lady lord baron baroness viscount prof professor engineer eng ing dipl hon "
    "honourable honorable excellency highness majesty holiness eminence his her lt lieutenant gen general maj major "
    "col colonel capt captain sgt sergeant brig brigadier adm admiral rear vice deputy assistant commander marshal "
    "chief former ex late president pres prime minister premier foreign interior defence defense finance oil energy "
    "health secretary spokesman spokeswoman spokesperson chairman chairwoman director governor mayor ambassador "
    "speaker senator sen congressman judge justice king queen prince princess crown sheikh shaykh shaikh sheik "
    "sheikha cheikh ayatollah ayatullah ayatallah grand hojjatoleslam hojatoleslam maulana mawlana molana moulana "
    "maulvi moulvi molvi molavi mawlawi maulawi maulavi mawlavi mufti qari kari qary haj hajj haji hajji hadj hadji "
    "hajja alhaji alhaj martyr rabbi reverend rev pope patriarch bishop archbishop cardinal ustad ostad ustadh phd msc "
    "mphil esq شیخ دکتور دکتوره دکتر حاج حاجه حاجی لوا عمید عقید فریق رکن اول جنرال ژنرال سردار سرلشکر سرتیپ سپهبد "
    "سرهنگ دریادار ایتالله شهید شهیده اقای خانم استاد استاذ پروفسور مهندس مهندسه وزیر وزیره رییس رییسجمهور وزرا "
    "دفاع خارجیه خارجه داخلیه کشور نفت صحه نقل سفیر محافظ مدیر قاید مولوی ملا بطریرک مطران استاندار شهردار seyh "
    "scheich syekh shaik shekh sheij".split()
)
# Behind a name: no part that a title could follow.
YOUNGER = frozenset({"jr", "sr", "jnr", "ii", "iii", "iv"})
CLERIC = re.compile(
    r"\bh[uo]j+at[\s-]*(?:[aeou]l)?[\s-]*(?:[aeou]l)?[ie]slam(?:[\s-]+w?a?[\s-]*(?:al|ol)?[\s-]*moslemin)?\b"
    r"|\bحج[تة][\s\u200c]*ال[إا]?سلام(?:\s+و\s*المسلمین)?",
    re.IGNORECASE,
)
WORDS = re.compile(r"[\s.\-–—,،;؛/()\"“”«»]+")
UNSPOKEN = str.maketrans("", "", "'’‘`´ʿʾʻʼ′\u0640\u200c\u200d\u200e\u200f")
SERVANT = re.compile(r"c?abd(?:[aeiou][lrsnztd]|oul|[aeu]sh)?|عبد(?:ال)?")
FATHER = re.compile(r"abou?l?|abul?|[أا]بو(?:ال)?")
ABD_JOINED = re.compile(
    r"(?:c?abd(?:oul|[aeiou](?:l|([rsnztd])(?=\1)|sh(?=sh)|(?=[^aeiou]\w{3})))|عبدال|عبد)(\w{3,})", re.IGNORECASE
)
FATHER_JOINED = re.compile(r"(?:abou?l|abul|[أا]بوال)(\w{3,})", re.IGNORECASE)
FAITH = frozenset(
    "din diyn deen dine eddine eddin uddin addin eldin eldine eldeen aldin aldeen الدين الدین دين دین".split()
)
OF_FAITH = re.compile(r"(\w{3,}?)(?:[aeiou]{0,2}[ld]?)?d(?:in|een|ine|ien|iyn|yn)|(\w{2,})ال(?:دین|دين)", re.IGNORECASE)
GOD = frozenset("allah ollah ullah لله الله".split())
OF_GOD = re.compile(r"(\w{2,}?)(?:[aou]+ll+a+h?|[aeou]+l+a+h|الله|لله)(i|y|ian|yan|ی|ي)?", re.IGNORECASE)
# Persian and Western names that begin like the Arabic article.
NO_ARTICLE = frozenset("الیاس الياس الهام البرت الفرد الکساندر الکسی الکس الیزابت الیور الیزا اللهیار".split())
# Letters of one shape: hamza and madda off the alef, Persian letters for the Arabic ones, ligatures apart.
LETTERS = str.maketrans({
    **dict.fromkeys("أإآٱ", "ا"), "ي": "ی", "ئ": "ی", "ك": "ک", "ؤ": "و", "ء": None, "ۀ": "ه", "ة": "ه",
    "ı": "i", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ə": "a",
})  # fmt: skip


def name_key(name: str) -> str:
    """The key of a name: its parts' consonants in order, joined by a space; empty when no letter is known.

    "Qasem", "Qassem", "Ghasem", "Kasim" and «قاسم» give one key; a final -i ("Qasimi", «قاسمی») gives another.
    """
    parts = [part_key(part) for part in name_parts(name)]
    return " ".join(part for part in parts if part)


@lru_cache(maxsize=65536)  # the same names come again in every article, and against every candidate
def name_parts(name: str) -> tuple[str, ...]:
    """The parts of a name without titles, particles and articles; Abd+X, Abu+X, X+al-Din and X+Allah are one part."""
    plain = CLERIC.sub(" ", unicodedata.normalize("NFKC", name).translate(UNSPOKEN))
    words = [word for word in WORDS.split(plain) if word]
    joined: list[str] = []
    for place, word in enumerate(words):
        small = word.casefold()
        if small in PARTICLES and (
            place < len(words) - 1 or not joined
        ):  # nothing follows: "Bennett" in Persian script
            continue
        if joined and joined[-1] in {"abd", "abu", "abuabd"}:
            joined[-1] += "abd" if joined[-1] == "abu" and SERVANT.fullmatch(small) else _canonical(word)
        elif joined and small in FAITH | GOD and folded(joined[-1]) not in TITLES:
            latin, arabic = ("allah", "الله") if small in GOD else ("din", "دین")
            joined[-1] += latin if small.isascii() else arabic
        elif SERVANT.fullmatch(small):
            joined.append("abd")
        else:
            joined.append("abu" if FATHER.fullmatch(small) else _canonical(word))
    return _untitled(tuple(joined))


@lru_cache(maxsize=8192)
def part_key(part: str) -> str:
    """The consonants of one part; vowels are dropped, but for two that make another name.

    A final -i or -y is kept as "y" (Qasim, Qasimi); w and y are consonants at the beginning (Ali, Wali).
    """
    folded = "".join(c for c in unicodedata.normalize("NFKD", part.casefold()) if not unicodedata.combining(c))
    if any("\u0621" <= char <= "\u06d3" for char in folded):
        key = "".join(ARABIC.get(char) or LATIN_KEPT.get(char, "") for char in folded.rstrip("هةح"))
        ends_in_i = folded[-1] in "يی" and len(folded) > 2
    else:
        ends_in_i = folded.endswith(("i", "y", "ee")) and len(folded) > 2
        key = WEAK.sub("", ROMANISED.sub(lambda letters: LATIN[letters[0]], re.sub(r"(?<![kgsctdzp])h$", "", folded)))
    key = re.sub(r"(.)\1+", r"\1", re.sub(r"[^a-z]", "", key))
    glide = next((sound for sound, spelled in GLIDES if spelled.match(folded)), "")
    return glide + key + ("y" if ends_in_i and key else "")


def folded(part: str) -> str:
    """A part in small letters, without accents, points and what only writing has; Arabic letters in one shape each."""
    plain = unicodedata.normalize("NFKD", part.casefold().translate(LETTERS))
    return "".join(char for char in plain if char.isalnum()).translate(LETTERS)


def _canonical(word: str) -> str:
    """A word without its article, and its Abd, al-Din or Allah in one spelling: "Abdulrahman" is "abdrahman"."""
    if godly := OF_GOD.fullmatch(word):
        stem, ending = godly[1], godly[2] or ""
        if stem.casefold() in {"abd", "cabd", "عبد"}:
            return ("abdالله" if stem == "عبد" else "abdallah") + ending
        return stem + ("allah" if word.isascii() else "الله") + ending
    if servant := ABD_JOINED.fullmatch(word):
        return "abd" + servant[2]
    if father := FATHER_JOINED.fullmatch(word):
        return "abu" + father[1]
    if faithful := OF_FAITH.fullmatch(word):
        return faithful[1] + "din" if faithful[1] else faithful[2] + "دین"
    article = word.startswith("ال") and len(word) > 4 and word not in NO_ARTICLE
    return word[2:] if article or re.match(r"(?:Al|El)[A-Z]", word) else word


def _untitled(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts that are no titles; a title that is all there is, or ends a name of two parts, is a name.

    Initials, and "Jr." behind it, are not counted: Angus S. King, Jr.
    """
    named = [number for number, part in enumerate(parts) if folded(part) not in TITLES]
    heavy = [number for number, part in enumerate(parts) if len(part) > 1 and part.casefold() not in YOUNGER]
    if heavy and len([number for number in named if number in heavy]) < 2 and heavy[-1] not in named:
        named = sorted([*named, heavy[-1]])
    elif parts and not named:
        named = [len(parts) - 1]
    return tuple(parts[number] for number in named)
