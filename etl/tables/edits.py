"""What kind of edit turns one print into another: a moved comma is told from a changed number, name or quote.

Where a difference has a kind of its own (number, name, quote), it is not told as wording once more; where it may be
harmless or not, it is told as the graver of the two.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from etl.model import Mention
from etl.reading.languages import UNSPACED
from etl.tables.sketches import MARKS, WORD

LETTER_VARIANTS = str.maketrans("يىكة", "ییکه")  # one letter, typed on an Arabic or a Persian keyboard
# “…”, „…“, «…», ‹…›, 「…」, 『…』 and "…" to their end or that of the print; ‘…’ and '…' where they are no apostrophes.
QUOTED = re.compile(
    r"\"([^\"]*)|[“„‟]([^“”„‟]*)|«([^»]*)|‹([^›]*)|「([^」]*)|『([^』]*)"
    r"|(?<!\w)‘((?:[^‘’]|’(?=\w)){1,300})’|(?<!\w)'((?:[^']|'(?=\w)){1,300})'"
)
# 1,400  1.400  1 400  1'400  ١٬٤٠٠ as one, else a run of digits; what stands behind a decimal mark is a run of its own.
FIGURE = re.compile(r"(?<!\d)(\d{1,3}(?:[,.٬'’ ]\d{3})+(?!\d)|\d+)")
NUMBER_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred "
    "thousand million billion trillion dozen hundreds thousands millions billions dozens اثنان اثنين "
    "ثلاثة ثلاث أربعة أربع خمسة خمس ستة ست سبعة سبع ثمانية ثماني تسعة تسع عشرة عشر عشرون عشرين "
    "ثلاثون ثلاثين أربعون أربعين خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون تسعين مئة "
    "مائة مئتان مئتين مئات ألف ألفان ألفين آلاف مليون مليونا ملايين مليار مليارا دو سه چهار پنج شش "
    "هفت هشت ده یازده دوازده سیزده چهارده پانزده شانزده هفده هجده نوزده بیست سی چهل پنجاه شصت هفتاد "
    "هشتاد نود صد دویست سیصد هزار میلیون میلیارد"
)
LONGEST_SLIP = 40  # letters; comparing two words costs the product of their lengths


@dataclass(frozen=True, slots=True)
class People:
    """Whether two versions mention other people; words of names: of those in one version only, of those in both."""

    differ: bool
    replaced: frozenset[str]
    kept: frozenset[str]


@dataclass(frozen=True, slots=True)
class Print:
    """A paragraph or headline as it is compared: its words, which of them stand in quotation marks, its figures."""

    words: list[str]
    quoted: list[bool]
    figures: list[str]

    def quotes(self) -> list[str]:
        """The words inside quotation marks, in order."""
        return [word.casefold() for word, is_quoted in zip(self.words, self.quoted, strict=True) if is_quoted]

    def left(self, numbers: list[int], told: set[str], people: People) -> list[str]:
        """The words at these places that are no figures and belong to no kind of edit that is told already."""
        chosen = [self.words[n] for n in numbers if not (self.quoted[n] and "quote" in told)]
        chosen = [word for word in chosen if word.casefold() not in people.replaced and not _is_number(word)]
        return [word for word in chosen if not ("number" in told and re.search(r"\d", word))]


def compare_people(old: Sequence[Mention], new: Sequence[Mention]) -> People:
    """Who is mentioned in one of two versions and who in both; a person is told by id, else by the key of the name."""
    ids = [{_person(mention) for mention in mentions} for mentions in (old, new)]
    once, twice = ids[0] ^ ids[1], ids[0] & ids[1]
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for mention in (*old, *new):
        words[_person(mention) in twice].update(WORD.findall(_plain(mention.surface).casefold()))
    return People(bool(once), frozenset(words[False]), frozenset(words[True]))


def edit_kinds(old: str, new: str, people: People, cells: int) -> set[str]:
    """Number, quote, wording, spelling, punctuation: how two prints of one thing differ; empty where a name alone does.

    `cells` bounds the work, as `differing` says.
    """
    before, after = _print(old), _print(new)
    told = {"number"} if before.figures != after.figures else set()
    if before.quotes() != after.quotes():
        told.add("quote")
    if _letters(old) == _letters(new):
        return told or {"punctuation"}
    slips = is_renamed = False
    keys = tuple([word.casefold() for word in side.words] for side in (before, after))
    for gone, come in differing(keys[0], keys[1], cells):
        ours, theirs = before.left(gone, told, people), after.left(come, told, people)
        is_reordered = not (gone or come)
        if (
            is_reordered
            or len(ours) != len(theirs)
            or not all(_is_slip(*pair, people) for pair in zip(ours, theirs, strict=True))
        ):
            return told | {"wording"}
        slips = slips or bool(ours)
        is_renamed = is_renamed or any(before.words[n].casefold() in people.replaced for n in gone)
    return told | {"spelling"} if slips or not (told or is_renamed) else told


def differing(old: Sequence[str], new: Sequence[str], cells: int) -> list[tuple[list[int], list[int]]]:
    """(places in the old, places in the new) of each stretch that two sequences do not have in common.

    Between what they have in common at head and tail, up to `cells` pairs of places are compared in order. Where there
    are more, order is given up: one stretch holds what the other has not as often, wherever it stands.
    """
    shortest = min(len(old), len(new))
    head = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    tail = next((n for n in range(shortest - head) if old[-1 - n] != new[-1 - n]), shortest - head)
    ours, theirs = range(head, len(old) - tail), range(head, len(new) - tail)
    if len(ours) * len(theirs) > cells:
        return [(_surplus(old, ours, new, theirs), _surplus(new, theirs, old, ours))]
    matcher = SequenceMatcher(None, old[head : ours.stop], new[head : theirs.stop], autojunk=False)
    return [
        ([*ours[old_start:old_end]], [*theirs[new_start:new_end]])
        for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    ]


def _surplus(these: Sequence[str], places: range, those: Sequence[str], other: range) -> list[int]:
    spare = Counter(those[n] for n in other)
    surplus = []
    for n in places:
        if spare[these[n]]:
            spare[these[n]] -= 1
        else:
            surplus.append(n)
    return surplus


def _person(mention: Mention) -> str:
    return mention.person_id or mention.name_key or mention.surface


def _print(text: str) -> Print:
    plain = _plain(text)
    inside = bytearray(len(plain))
    for quote in QUOTED.finditer(plain):
        inside[quote.start() : quote.end()] = b"\1" * (quote.end() - quote.start())
    found = list(WORD.finditer(plain))
    words = [word[0] for word in found]
    figures = [re.sub(r"\D", "", figure) for figure in FIGURE.findall(plain)]
    spelled_out = [word.casefold() for word in words if _is_number(word) and not word.isdigit()]
    return Print(words, [bool(inside[word.start()]) for word in found], figures + spelled_out)


def _plain(text: str) -> str:
    """A text without accents and vowel signs, digits in ASCII, one form of each letter; case and marks as they are."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFC", MARKS.sub("", unicodedata.normalize("NFKD", text)))
    plain = re.sub(r"\d", lambda digit: str(unicodedata.decimal(digit[0])), plain).translate(LETTER_VARIANTS)
    return UNSPACED.sub(r" \g<0> ", plain)


def _letters(text: str) -> str:
    """What is neither a mark nor white space: letters, digits and the vowel signs and accents that belong to them."""
    return "".join(char for char in text if char.isalnum() or unicodedata.category(char).startswith("M"))


def _is_number(word: str) -> bool:
    return word.isdigit() or not {word.casefold(), word.removeprefix("و")}.isdisjoint(NUMBERS)


def _is_slip(old: str, new: str, people: People) -> bool:
    """Whether two words are likely one, written otherwise: in case, or by one letter of four, two of eight.

    Never where the first letter differs ("legal", "illegal"; «رفت», «نرفت») or both are capitalised ("Iran", "Iraq"),
    unless they are spellings of one person's name.
    """
    ours, theirs = old.casefold(), new.casefold()
    if ours == theirs or {ours, theirs} <= people.kept:
        return True
    shortest, longest = sorted((len(ours), len(theirs)))
    allowed = 0 if shortest < 4 or longest > LONGEST_SLIP else 1 if shortest < 8 else 2
    if ours[0] != theirs[0] or (old[0].isupper() and new[0].isupper()) or longest - shortest > allowed:
        return False
    return _letters_apart(ours, theirs) <= allowed


def _letters_apart(old: str, new: str) -> int:
    """Letters to add, drop, replace or swap with their neighbour (optimal string alignment)."""
    rows = [list(range(len(new) + 1))]
    for i, letter in enumerate(old, 1):
        row = [i]
        for j, other in enumerate(new, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == new[j - 2] and old[i - 2] == other:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


NUMBERS = frozenset(_plain(word) for word in NUMBER_WORDS.split())
