"""People in a text: where a name stands, what title it bears, which office stands beside it.

In English by what is known of the words, by titles and by what stands around them; a name that was found once in a
text is found by its parts in all of it. In Arabic and Persian script behind a title, in the forms of the registry,
and again where the text has named it before. Who is one person with whom is decided elsewhere.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from etl.model import Mention
from etl.people.arabic import JOINTS, Forms, arabic_pattern, arabic_spans, make_forms
from etl.people.evidence import ENOUGH, LISTED, lexical_points, points_before, points_behind
from etl.people.lexicon import COUNTRY, FUNCTION, GIVEN, NAME, SUFFIX, Lexicon, fold_part
from etl.people.memory import headlined, known_again, known_parts
from etl.people.names import name_key, name_parts
from etl.people.runs import CAPITAL, Piece, cut_pieces, run_pattern
from etl.people.spans import Span, Text
from etl.people.titles import Titles, make_titles, office_before, office_behind

MOST_AROUND = 5.0  # points that what stands around a name may give or take in one text
BESIDE = 1.5  # points that a name may lack beside a sure one: "Anna Lind and Per Holm"
PRINTED_SMALL, HEADS_COMPANY = -2.5, -3.0
SMALL = re.compile(r"\b[a-z]{3,}\b")
SHOUTED = re.compile(r"^(?=[^\n]*[A-Z]{2})[^a-z\n]{9,}$", re.MULTILINE)  # headlines and heads of tables
# Players by their family names: who is to bat, and six or more in a row, each a word with a capital.
LISTS = (
    re.compile(
        r"^(?:To bat|Did not bat|Still to bat|Fall of wickets?|Umpires?|Scorers?|Bowling|Substitutes|Squad|Referee)"
        r" ?:([^\n]*)",
        re.MULTILINE,
    ),
    re.compile(rf"(?<=: |\) |- )([{CAPITAL}][a-z'’-]+(?: ?, [{CAPITAL}][a-z'’-]+){{5,}})"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """The knowledge that finding needs, compiled once."""

    lexicon: Lexicon
    titles: Titles
    runs: re.Pattern[str]
    arabic: re.Pattern[str]
    forms: Forms


def make_finder(titles: Mapping[str, str], lexicon: Lexicon, forms: Iterable[str] = ()) -> Finder:
    """A finder by titles (a form as printed to its class), name parts, and the names of a registry in any script."""
    made = make_titles(tuple(titles.items()))
    arabic = tuple(form for form in titles if not form[0].isascii())
    return Finder(lexicon, made, run_pattern(made.abbreviations), arabic_pattern(arabic), make_forms(forms))


def find_mentions(body: str, finder: Finder, is_place: Callable[[str], bool]) -> tuple[Mention, ...]:
    """Every mention of a person in a body, in order, none resolved; empty where none is found.

    Offsets are code points into `body`, the titles and a possessive 's not included.
    """
    spans = [*_latin(body, finder, is_place), *arabic_spans(body, finder.arabic, finder.forms, finder.lexicon)]
    return tuple(_mention(body, span, finder) for span in sorted(spans, key=lambda span: span.start))


def _latin(body: str, finder: Finder, is_place: Callable[[str], bool]) -> Iterator[Span]:
    kinds, alone = finder.lexicon.kinds, FUNCTION | COUNTRY
    pieces = [
        piece
        for found in finder.runs.finditer(body)
        if " " in found[0] or not kinds.get(found[0].casefold(), 0) & alone
        for piece in cut_pieces(found, finder.lexicon, finder.titles)
    ]
    shouted = [found.span() for found in SHOUTED.finditer(body)]
    loud: list[Piece] = []
    calm: list[Piece] = []
    for piece in pieces:
        if shouted and _is_within(piece, shouted):
            loud.append(piece)
        elif not piece.dead:
            calm.append(piece)
    text = Text(
        body,
        is_place,
        frozenset(SMALL.findall(body)),
        frozenset(fold_part(piece.words[0]) for piece in pieces if piece.dead),
        tuple(found.span(1) for pattern in LISTS for found in pattern.finditer(body)),
    )
    taken, left = _weigh(text, calm, finder.lexicon)
    known = known_parts(taken, is_place)
    roles = finder.lexicon.beside["roles"] - finder.lexicon.beside["roles_of_people"]
    for piece in taken:
        yield Span(piece.title_start, piece.start, piece.end)
    for piece in left:
        yield from known_again(text, piece, known, roles)
    for piece in loud:
        yield from headlined(piece, known, is_place)


def _is_within(piece: Piece, stretches: Iterable[tuple[int, int]]) -> bool:
    return any(start <= piece.start < end for start, end in stretches)


def _weigh(text: Text, pieces: Sequence[Piece], lexicon: Lexicon) -> tuple[list[Piece], list[Piece]]:
    """The pieces that are names, and the others. The same words are one of the two wherever the text has them."""
    words: dict[str, float] = {}
    around: dict[str, float] = {}
    printed = [text.body[piece.start : piece.end] for piece in pieces]
    for name, piece in zip(printed, pieces, strict=True):
        if name not in words:
            words[name] = lexical_points(piece, text.is_place) + _points_of_text(piece, text)
        if words[name] > ENOUGH - MOST_AROUND:
            points = _points_around(piece, text, lexicon)
            known = around.get(name)
            # What is said of an unknown word says the same twice: "Gynex said", "Gynex said".
            is_unknown = len(piece.words) == 1 and not piece.kinds[0] & NAME
            around[name] = points if known is None else max(known, points) if is_unknown else known + points
    total = {name: words[name] + max(-MOST_AROUND, min(MOST_AROUND, points)) for name, points in around.items()}
    taken: list[Piece] = []
    left: list[Piece] = []
    for number, piece in enumerate(pieces):
        points = total.get(printed[number], -MOST_AROUND)
        if ENOUGH - BESIDE <= points < ENOUGH:
            sure = (other for other in (number - 1, number + 1) if 0 <= other < len(pieces))
            points += BESIDE * any(
                total.get(printed[other], 0.0) >= ENOUGH and _are_listed(text.body, piece, pieces[other])
                for other in sure
            )
        (taken if points >= ENOUGH else left).append(piece)
    return taken, left


def _points_around(piece: Piece, text: Text, lexicon: Lexicon) -> float:
    points = points_before(text.body, piece, lexicon)
    if points < ENOUGH or len(piece.words) > 1:
        points += points_behind(text.body, piece, lexicon, text.is_place)
    return points + LISTED * (bool(text.lists) and _is_within(piece, text.lists))


def _points_of_text(piece: Piece, text: Text) -> float:
    """Points for what else the text prints: the first word as the head of a company, or small where it is alone."""
    word, is_alone = fold_part(piece.words[0]), len(piece.words) == 1
    if piece.head.title or (not is_alone and piece.kinds[0] & GIVEN):
        return 0.0
    return PRINTED_SMALL * (is_alone and word in text.small) + HEADS_COMPANY * (word in text.heads)


def _are_listed(body: str, one: Piece, other: Piece) -> bool:
    """Whether two pieces stand side by side and are of one length: "Anna Lind and Per Holm"."""
    first, second = (one, other) if one.start < other.start else (other, one)
    return body[first.end : second.start].strip() in {"and", ",", "or", ";"} and (
        (len(first.words) > 1) == (len(second.words) > 1)
    )


def _mention(body: str, span: Span, finder: Finder) -> Mention:
    """What stands there: name, titles, office, parts."""
    surface = body[span.start : span.end]
    title_start = span.title_start
    lower = finder.titles.lower.search(body, max(0, title_start - 12), title_start)
    if lower:
        title_start = lower.start()
    honorific = body[title_start : span.start].strip() or None
    given, family, other = split_name(surface, finder.lexicon)
    return Mention(
        start=span.start,
        end=span.end,
        surface=surface,
        honorific=honorific,
        honorific_class=finder.titles.class_of(honorific) if honorific else None,
        role_text=office_behind(body, span.end, finder.lexicon) or office_before(body, title_start, finder.lexicon),
        name_given=given,
        name_family=family,
        name_other=other,
        name_key=name_key(surface),
        person_id=None,
        status="unresolved",
        why="",
    )


def split_name(surface: str, lexicon: Lexicon) -> tuple[str | None, str | None, str | None]:
    """(given, family, what stands between or behind them) as printed; nulls for a single part.

    Particles belong to the family name ("van Basten", "al-Sarraf"). The rest: middle names, initials, a patronymic, a
    kunya, a suffix.
    """
    words = surface.replace(",", " ").split()
    suffix = words.pop() if len(words) > 1 and lexicon.kinds.get(words[-1].casefold(), 0) & SUFFIX else None
    if len(name_parts(" ".join(words))) < 2:
        return None, None, suffix
    last = len(words) - 1
    while last > 1 and (words[last - 1].islower() or words[last - 1] in JOINTS):
        last -= 1
    between = [*words[1:last], *([suffix] if suffix else [])]
    return words[0], " ".join(words[last:]), " ".join(between) or None
