"""What a text has named once it knows again: the parts of its names, alone, in headlines and in lines of capitals."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from etl.people.lexicon import GIVEN, INITIAL, NAME, ORDINARY, ORGANISATION, PARTICLE, SUFFIX, fold_part
from etl.people.runs import Piece
from etl.people.spans import Span, Text

# Where in a full name a part stood. One from between counts only together with others.
LAST, FIRST, BETWEEN = 1, 2, 3
WITHIN_SENTENCE = re.compile(r"[\w,] $")
ROLE_OF = re.compile(r" ([a-z-]+) (?=[A-Z])")  # "Turner chairman Anna Lind"
PLACED = re.compile(r"\b(?:in|at|near) $")


def known_parts(names: Sequence[Piece], is_place: Callable[[str], bool]) -> dict[str, int]:
    """The parts by which the names of a text are known again, folded, with where they stood."""
    known: dict[str, int] = {}
    for name in names:
        last = len(name.words) - 1
        while last and name.kinds[last] > 0 and name.kinds[last] & SUFFIX:
            last -= 1
        for index, word in enumerate(name.words[: last + 1]):
            kind = name.kinds[index]
            if len(word.rstrip(".")) < 2 or (kind > 0 and kind & (INITIAL | PARTICLE)):
                continue
            if index == last:
                known[fold_part(word)] = LAST
            elif index == 0 and not kind & ORDINARY and (kind & GIVEN or not is_place(word)):
                known.setdefault(fold_part(word), FIRST)
            elif kind >= 0:
                known.setdefault(fold_part(word), BETWEEN)
    return known


def known_again(text: Text, piece: Piece, known: Mapping[str, int], roles: frozenset[str]) -> Iterator[Span]:
    """The known names within a piece that is none by itself, nor a company's before one of its `roles`."""
    role = ROLE_OF.match(text.body, piece.end)
    if piece.head.the or (role and role[1] in roles) or _is_mere_word(text, piece):
        return
    for start, stop in _known_runs(piece, known):
        begin, end = piece.starts[start], piece.starts[stop - 1] + len(piece.words[stop - 1])
        if not (PLACED.search(text.body, max(0, begin - 6), begin) and text.is_place(text.body[begin:end])):
            yield _span(piece, start, stop)


def _is_mere_word(text: Text, piece: Piece) -> bool:
    """Whether an ordinary word opens a sentence that is a name elsewhere: "Will it rain?" in a text on Anna Will."""
    is_ordinary = len(piece.words) == 1 and piece.kinds[0] & ORDINARY and fold_part(piece.words[0]) in text.small
    return bool(is_ordinary) and not WITHIN_SENTENCE.search(text.body, max(0, piece.start - 2), piece.start)


def headlined(piece: Piece, known: Mapping[str, int], is_place: Callable[[str], bool]) -> Iterator[Span]:
    """The names in a line of capitals: those that the text has, or a sure given name with what follows it."""
    taken = dict(_known_runs(piece, known))
    index = 0
    while index < len(piece.words):
        stop = taken.get(index, index)
        if stop <= index + 1 and _is_full(piece, index) and not is_place(piece.words[index]):
            stop = index + 2
        if stop > index:
            yield _span(piece, index, stop)
        index = max(stop, index + 1)


def _known_runs(piece: Piece, known: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of the words in a row that are known, with their initials and particles."""
    index = 0
    while index < len(piece.words):
        stop, places = index, set()
        while stop < len(piece.words):
            place = known.get(fold_part(piece.words[stop]))
            is_tied = piece.kinds[stop] < 0 or piece.kinds[stop] & (INITIAL | PARTICLE)
            if not place and not (is_tied and stop > index):
                break
            places.add(place)
            stop += 1
        while stop > index and not known.get(fold_part(piece.words[stop - 1])):
            stop -= 1
        if places & {LAST, FIRST}:
            start = index
            while start and (piece.kinds[start - 1] < 0 or piece.kinds[start - 1] & PARTICLE):
                start -= 1
            yield start, stop
        index = max(stop, index + 1)


def _is_full(piece: Piece, index: int) -> bool:
    """Whether a sure given name stands there and a family name behind it."""
    first, second = piece.kinds[index], piece.kinds[index + 1] if index + 1 < len(piece.kinds) else 0
    odd = ORDINARY | ORGANISATION
    return min(first, second) > 0 and bool(first & GIVEN and second & NAME and not (first | second) & odd)


def _span(piece: Piece, first: int, stop: int) -> Span:
    start = piece.starts[first]
    return Span(piece.title_start if first == 0 else start, start, piece.starts[stop - 1] + len(piece.words[stop - 1]))
