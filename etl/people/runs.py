"""Capitals in a row: where a text prints several, cut into the pieces that may be one name each.

A piece ends at a word that is no part of a name, at a nation and at a title. What speaks for a person is weighed
elsewhere; here it is only read what stands there.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from etl.people.lexicon import (
    ACRONYM,
    COUNTRY,
    FAMILY_WORD,
    FUNCTION,
    GIVEN,
    INITIAL,
    NAME,
    NATION,
    ORDINARY,
    ORGANISATION,
    SUFFIX,
    Lexicon,
    fold_part,
    kind_of,
)
from etl.people.titles import Title, Titles

CAPITAL = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x250)) if letter.isupper())
LETTER = r"[^\W\d_]"
WORD = rf"[{CAPITAL}](?:{LETTER}|['’](?![sS](?!\w))(?={LETTER})|-(?={LETTER}))*(?!\w|-\d)"
INITIALS = rf"(?:[{CAPITAL}]\.-?){{1,4}}(?!\w)"
# Articles and the like in lower case at the head of a part: "al-Sarraf", "d'Alema".
LOWER = rf"(?:a[lnrstzd]|el|ul|ol|d|l|t|abu|bin)[-'’]{WORD}"
PARTICLES = (
    r"(?:(?:de la|de los|de las|van der|van den|van de|von der|von und zu|de|da|do|dos|das|du|di|del|della|van|von|"
    r"der|den|ter|ten|bin|ibn|ben|bint|al|el|ul|la|le|af|av) )"
)
LEADING = r"(?:(?:van der|van den|van de|von der|de la|de|da|di|del|van|von|bin|ibn|al|el) )"


class Head(NamedTuple):
    """What stands before a piece and is no part of it: where it begins, how many words, and what they are."""

    start: int
    length: int
    title: Title | None = None
    role: bool = False
    nation: bool = False
    the: bool = False


class Run(NamedTuple):
    """Words in capitals in a row, with their bits (-1 for a particle in lower case) and where each begins."""

    words: list[str]
    kinds: list[int]
    starts: list[int]


class Piece(NamedTuple):
    """One possible name: where it stands, its words with their bits and beginnings, what stands before it.

    `dead` is an organisation's.
    """

    start: int
    end: int
    words: list[str]
    kinds: list[int]
    starts: list[int]
    head: Head
    dead: bool = False

    @property
    def title_start(self) -> int:
        """Where the titles before it begin; its own beginning without any."""
        return self.head.start if self.head.title else self.start

    def text(self, body: str) -> str:
        """As printed."""
        return body[self.start : self.end]


def run_pattern(abbreviations: frozenset[str]) -> re.Pattern[str]:
    """What matches words in capitals in a row; `abbreviations` are those of titles, which a dot does not end."""
    short = "|".join(sorted(map(re.escape, abbreviations), key=len, reverse=True)) or "(?!)"
    token = rf"(?:{INITIALS}|(?:{short}|St|Ste|Jr|Sr)\.|{LOWER}|{WORD})"
    suffix = r"(?: ?, (?:Jr|Sr)\b\.?)?"
    return re.compile(rf"(?<![\w@])(?<!\w\.)(?<!//)(?:{LEADING})?{token}(?: {PARTICLES}{{0,2}}{token})*{suffix}")


def cut_pieces(found: re.Match[str], lexicon: Lexicon, titles: Titles) -> Iterator[Piece]:
    """The pieces of one run, in order; those of organisations are dead."""
    words, starts, position = found[0].split(" "), [], found.start()
    for word in words:
        starts.append(position)
        position += len(word) + 1
    kinds = [kind_of(word, lexicon) if word[0].isupper() or "-" in word or "'" in word else -1 for word in words]
    run = Run(words, kinds, starts)
    index = opened = 0
    head = Head(found.start(), 0)
    while index < len(words):
        new = _head_at(run, opened, index, titles, lexicon)
        if new is None:
            index += 1
            continue
        piece = _piece(run, opened, index, head, lexicon)
        if piece:
            yield piece
        # titles in a row are one: "General Haj Anna Lind"
        is_going_on = piece is None and head.title and new.title
        head = new._replace(start=head.start) if is_going_on else new
        opened = index = index + new.length
    piece = _piece(run, opened, len(words), head, lexicon)
    if piece:
        yield piece


def _head_at(run: Run, opened: int, index: int, titles: Titles, lexicon: Lexicon) -> Head | None:
    """What begins at a word, if it is no part of a name; `opened` is the first word of the piece that is open."""
    kind, word = run.kinds[index], run.words[index]
    if kind == -1:
        return None
    title = titles.match(run.words, index)
    if title and _opens(title, run.kinds, opened, index):
        return Head(run.starts[index], title.length, title=title)
    if _is_role(word.casefold(), lexicon.beside["roles"], run.kinds, opened, index):
        return Head(run.starts[index], 1, role=True)
    if kind & FUNCTION:
        return Head(run.starts[index], 1, the=word in {"The", "THE"})
    if kind & NATION and not _is_name_too(kind, run.kinds, opened, index):
        return Head(run.starts[index], 1, nation=True)
    return None


def _piece(run: Run, first: int, last: int, head: Head, lexicon: Lexicon) -> Piece | None:
    """The words from `first` up to `last` as a piece, without what belongs to no name at its ends; null for none."""
    kinds = run.kinds
    while last > first and kinds[last - 1] == -1:
        last -= 1
    if last - first > 2 and kinds[first] & ORDINARY and not kinds[first] & GIVEN and _is_sure(kinds[first + 1]):
        first += 1  # "Secretary of State Anna Lind"
    if last - first > 2 and kinds[last - 1] == ACRONYM:
        last -= 1  # "Anna Lind MP"
    if last <= first:
        return None
    words, bits, starts = run.words[first:last], kinds[first:last], run.starts[first:last]
    known = lexicon.beside["organisations"]
    dead = _is_organisation(bits, head) or any(fold_part(" ".join(words[:count])) in known for count in (2, 3))
    return Piece(starts[0], starts[-1] + len(words[-1].rstrip(",")), words, bits, starts, head, dead)


def _is_sure(kind: int) -> bool:
    """Whether a word is a given name and nothing else."""
    return kind > 0 and bool(kind & GIVEN) and not kind & (ORDINARY | ORGANISATION | NATION)


def _opens(title: Title, kinds: list[int], opened: int, index: int) -> bool:
    """Whether a title at this word opens a name: more words follow, and it is not itself a family name."""
    behind = index + title.length
    if behind >= len(kinds) or (kinds[behind] > 0 and kinds[behind] & (FUNCTION | SUFFIX)):
        return False
    return not (title.length == 1 and index == opened + 1 and kinds[index] & NAME and _is_sure(kinds[opened]))


def _is_role(word: str, roles: frozenset[str], kinds: list[int], opened: int, index: int) -> bool:
    """Whether a word in capitals says what the person behind it is: "Striker Anna Lind", but not "Larry King"."""
    if word not in roles or index + 1 == len(kinds) or kinds[index + 1] == -1:
        return False
    return not (index > opened and kinds[index] > 0 and kinds[index] & NAME and kinds[opened] & GIVEN)


def _is_name_too(kind: int, kinds: list[int], opened: int, index: int) -> bool:
    """Whether a nation's word is a name here: a family name ("Dawn French") or a given one ("Israel Katz")."""
    if index == opened and kind & COUNTRY and kind & GIVEN and index + 1 < len(kinds):
        behind = kinds[index + 1]
        return behind > 0 and bool(behind & (NAME | INITIAL)) and not behind & (ORDINARY | ORGANISATION | NATION)
    return bool(
        index == opened + 1 == len(kinds) - 1
        and kind & FAMILY_WORD
        and kinds[opened] & GIVEN
        and not kinds[opened] & (ORDINARY | ORGANISATION)
    )


def _is_organisation(kinds: list[int], head: Head) -> bool:
    """Whether a word of an organisation is among them, but for a family name behind a given one ("Larry Banks")."""
    bits = [kind for kind in kinds if kind > 0]
    odd = [place for place, kind in enumerate(bits) if kind & ORGANISATION]
    if not odd:
        return False
    if odd != [len(bits) - 1] or not bits[-1] & FAMILY_WORD or head.the:
        return True
    if len(bits) == 1:
        return head.title is None
    is_given = bool(bits[0] & INITIAL) or (bool(bits[0] & GIVEN) and not bits[0] & (ORDINARY | ORGANISATION))
    return not is_given or len(bits) > 3
