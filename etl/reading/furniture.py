"""A body without the furniture that agencies print around a story: dateline, section slug, attribution lead, end marks.

What is cut and what is left are all there was: each cut is kept with its place.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from etl.model import Attribution, Dateline, Place, SectionSlug, Tail
from etl.reading.attributions import read_attribution
from etl.reading.datelines import read_dateline
from etl.reading.dates import is_date_alone
from etl.reading.sections import read_section_slug
from etl.reading.tails import credited, name_key, read_tail

SLUG_PARAGRAPHS = 2  # the slug stands in the first paragraph or, behind a dateline, in the second
LEAD_PARAGRAPHS = 3  # an attribution lead stands behind a summary and a caption at most
KICKERS = 3  # paragraphs that may stand before the dateline
KICKER_WORDS = 8  # "Iran's Leader:", "MFA Spox.:" (seen at Iran Press)
CAPTION_WORDS = 30
ROUND_UP = 4  # paragraphs behind a dateline that are looked at for another
LONGEST_BEFORE = 250  # code points
# Shapes that are sure enough behind a kicker, a caption or a time stamp: the agency stands in them.
SIGNED = frozenset(
    "place_sign place_comma_sign place_dash_sign place_slash_sign place_open_sign place_slash_line place_day_sign "
    "place_sign_byline sign_dash_place sign_slash_province sign_byline".split()
)
NAME = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3}"
BYLINE = re.compile(rf"By {NAME}(?:(?:, | and ){NAME}){{0,2}}")  # as Yonhap prints it over the dateline
STAMP_PART = re.compile(r"\[[^\[\]]*\]|\b[A-Z][a-z]+/[A-Z][A-Za-z_]+\b")  # "[Updated: ...]", "Asia/Tehran"


@dataclass(frozen=True, slots=True)
class Style:
    """By what furniture is known: the publisher's own names, signs and slug names of agencies, the gazetteer."""

    own_names: frozenset[str]
    signs: Mapping[str, str]
    slug_names: Mapping[str, str]
    find_place: Callable[[str], Place | None]


@dataclass(frozen=True, slots=True)
class Cut:
    """Words that were taken off; `start` is their first code point in the text as it was, a line a paragraph."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The code point behind them."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Body:
    """A body with its furniture taken off: `cuts` and `paragraphs` are all there was.

    A dateline or an end mark in a line of its own goes with its line. `outlet` is what the story rests on by the words
    of its first paragraphs or its source line, the publisher's own name excepted.
    """

    paragraphs: tuple[str, ...]
    dateline: Dateline | None = None
    slug: SectionSlug | None = None
    attributions: tuple[Attribution, ...] = ()
    tail: Tail | None = None
    outlet: str | None = None
    cuts: tuple[Cut, ...] = ()
    lede: int = 0

    @property
    def text(self) -> str:
        """The paragraphs, a line each."""
        return "\n".join(self.paragraphs)


def restore(body: Body) -> str:
    """The text as it was before anything was cut."""
    printed, left = "", body.text
    for cut in body.cuts:
        taken = cut.start - len(printed)
        printed, left = printed + left[:taken] + cut.text, left[taken:]
    return printed + left


def split_body(paragraphs: Sequence[str], style: Style) -> Body:
    """The body without its furniture, each piece cut only where it surely is one.

    A body that has been split is never split further: one of which a second look would cut more is none that we know,
    and stays whole.
    """
    text = unicodedata.normalize("NFC", "\n".join(paragraphs))
    body = _split(text, style)
    return body if not body.cuts or not _split(body.text, style).cuts else Body(tuple(text.split("\n")))


def _split(text: str, style: Style) -> Body:
    start, dateline = _find_dateline(text, style)
    signed = _signed_before(text[:start], style) if dateline else None
    if dateline and signed:
        dateline = replace(dateline, byline=dateline.byline or signed.text.strip())
    cuts = [*([signed] if signed else []), *([Cut(start, dateline.text)] if dateline else [])]
    head = cuts[-1].end if cuts else 0
    slug = None
    for position in islice(_line_starts(text, head), SLUG_PARAGRAPHS):
        slug = read_section_slug(text[position:], style.slug_names)
        if slug is not None:
            cuts.append(Cut(position, slug.text))
            break
    attributions = []
    for position in islice(_line_starts(text, head), LEAD_PARAGRAPHS):
        begins = next((cut.end for cut in cuts if cut.start == position), position)
        for found in _leads(_line(text, begins), style):
            attributions.append(found)
            cuts += [Cut(begins, found.text)] if found.text else []
            begins += len(found.text)
    tail = read_tail(text, {*style.signs, *style.own_names})
    if tail.marks and not any(cut.end > tail.start for cut in cuts) and text[head : tail.start].strip():
        cuts.append(Cut(tail.start, text[tail.start :]))
    else:
        tail = replace(tail, start=len(text), marks=())
    left = _without(text, cuts)
    body = Body(tuple(left.split("\n")), dateline, slug, tuple(attributions), tail if tail.marks else None)
    lede = _without(text[:head], cuts).count("\n") if dateline and start else 0
    return replace(body, cuts=tuple(cuts), lede=lede, outlet=_outlet(body, style))


def _signed_before(text: str, style: Style) -> Cut | None:
    """The byline that is the last line before a dateline: "By Ann Mole", "Saudi Gazette report"; null if none is."""
    line = text.rstrip("\n").rpartition("\n")[2]
    is_own = line.strip().casefold() in {f"{name} report".casefold() for name in style.own_names}
    return Cut(len(text.rstrip("\n")) - len(line), f"{line}\n") if is_own or BYLINE.fullmatch(line.strip()) else None


def _leads(line: str, style: Style) -> Iterator[Attribution]:
    """The attribution leads that a line begins with, one behind the other: «به گزارش تابناک، به گزارش ایسنا، »."""
    while (found := read_attribution(line, style.signs, style.find_place)) is not None:
        yield found
        if not found.text:
            return
        line = line[len(found.text) :]


def _without(text: str, cuts: Sequence[Cut]) -> str:
    for cut in sorted(cuts, key=lambda cut: -cut.start):
        text = text[: cut.start] + text[cut.end :]
    return text


def _find_dateline(text: str, style: Style) -> tuple[int, Dateline | None]:
    """(where it begins, the dateline) at the head of the text, or behind a lead, kickers, captions and time stamps."""
    for number, start in enumerate(_line_starts(text, 0)):
        dateline = read_dateline(text[start:], style.signs, style.find_place)
        if dateline is not None and (number == 0 or _is_behind_a_lead(text, start, dateline, style)):
            return start, dateline
        line = _line(text, start)
        is_lead = number == 0 and len(line) <= LONGEST_BEFORE
        if number == KICKERS or not (is_lead or _is_before_a_dateline(line)):
            break
    return 0, None


def _is_behind_a_lead(text: str, start: int, dateline: Dateline, style: Style) -> bool:
    """Whether a dateline behind other lines is the story's: it has a sign, or a known place behind one line alone.

    In a round-up, where the next paragraphs have datelines too, it is an item's.
    """
    is_signed = bool(set(dateline.rule.split("+")) & SIGNED)
    is_second = start == next(islice(_line_starts(text, 0), 1, None), None)
    if not is_signed and not (is_second and dateline.place and dateline.place.country):
        return False
    behind = islice(_line_starts(text, start), 1, 1 + ROUND_UP)
    return all(read_dateline(text[other:], style.signs, style.find_place) is None for other in behind)


def _is_before_a_dateline(paragraph: str) -> bool:
    """Whether a paragraph is none of the story's: empty, a kicker, a time stamp, or a caption."""
    if len(paragraph) > LONGEST_BEFORE:
        return False
    words = len(paragraph.split())
    is_kicker = words <= KICKER_WORDS and paragraph.rstrip().endswith(":")
    is_caption = words <= CAPTION_WORDS and not re.search(r"[.!?…؟۔»”\"]\s*$", paragraph)
    return is_kicker or is_caption or is_date_alone(STAMP_PART.sub(" ", paragraph).strip())


def _outlet(body: Body, style: Style) -> str | None:
    """The outlet that the story rests on; null where only the publisher itself is named."""
    named = [found.outlet for found in body.attributions]
    marks = body.tail.marks if body.tail else ()
    printed = [name for mark in marks if not mark.is_code for name in credited(mark.text)]
    known = {name_key(sign): agency for sign, agency in style.signs.items()} if printed else {}
    named += [known.get(name_key(name)) for name in printed]
    return next((name for name in named if name and name not in style.own_names), None)


def _line_starts(text: str, start: int) -> Iterator[int]:
    """Where each line of some words begins, the first at `start`."""
    while start <= len(text):
        if _line(text, start).strip():
            yield start
        end = text.find("\n", start)
        if end < 0:
            return
        start = end + 1


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start:] if end < 0 else text[start:end]
