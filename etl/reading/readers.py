"""The paragraphs of an article: a first reader of our own, and trafilatura where that one is not sure.

The first reader takes paragraphs, subheadings and lists of the element that a page's layout shows to be the story's,
without links and without what stands there in a layout of its own. Measured: docs/accuracy.md.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

import trafilatura
from lxml import html

from etl.errors import ArticleError
from etl.reading.headlines import CONTROLS
from etl.reading.layouts import HEADINGS, Layout, weight_of
from etl.reading.limits import is_light
from etl.reading.lines import LOOSE, Line, Place, lines_of

MOSTLY = 0.5  # of a line in links: it leads elsewhere, unless it is
LONG_PARAGRAPH = 200  # weight; of so many words most may be links
IN_PARAGRAPHS = 0.7  # of the text in paragraph elements: then text outside them is a label, a caption or a button
RARE = 0.08  # of the text in places of one kind: it is a box among the paragraphs
# The first reader is sure of a text of so much weight at least, in an element with such a share of the page's long
# texts, from which such a share at most was taken: it was then the better one on both halves of both labelled sets.
SURE_WEIGHT, SURE_SHARE, SURE_REMOVED = 600, 0.3, 0.1
SURE_WORDS = 0.8  # of the words that the page declares as the article's body, in fours: single ones are everywhere
ABOVE = 0.2  # of the text below the headline: of more text above it, it is the heading of another thing
LEAD_BEGIN = 40  # code points in which a lead and the page's summary agree
MOST_LEADS, LONGEST_LEADS = 2, 800  # lines between the heading and the story, and their weight together
SHORTEST_DECLARED = 400  # code points; a shorter declared body is a summary
# Where the strict text is shorter than so many code points, and the lenient one so many times as long, the strict one
# lost the body: seen on one page of 125, while the other lenient texts of that length held lists of links.
SHORT_TEXT, MANY_TIMES = 1000, 3
MOST_PARAGRAPHS = (
    3000  # of more, jusText, which trafilatura asks unless told to be fast, makes minutes: 50,000 took 137 s
)
ZWNJ, ZWNJ_STAND_IN = "\u200c", "\u02cd"  # U+02CD, a modifier letter that no language of the region writes
UNWRITTEN = re.compile(f"{CONTROLS.pattern}|{ZWNJ}")  # libxml2 reads controls and does not write them: no text at all


class Told(NamedTuple):
    """What a page says of its article's text elsewhere: the body in structured data and summaries; empty if nothing."""

    declares_article: bool
    body: str = ""
    summaries: tuple[str, ...] = ()


class Draft(NamedTuple):
    """What the first reader makes of a page; `doubt` says why it is not sure, and is empty where it is."""

    paragraphs: tuple[str, ...]
    doubt: str


def read_lines(tree: html.HtmlElement, told: Told) -> Sequence[str]:
    """The text of an article, a string a paragraph, with whatever clutter stands among them; empty where there is none.

    Raises ArticleError where the second reader fails.
    """
    draft = read_story(tree, told)
    is_enough = not draft.doubt or not is_light(tree)
    return draft.paragraphs if is_enough else _read_again(tree, declares_article=told.declares_article)


def read_story(tree: html.HtmlElement, told: Told) -> Draft:
    """The first reader's draft of the story in a page."""
    layout = Layout(tree)
    if layout.story is None:
        return Draft((), "no long text")
    begins = tuple(" ".join(summary.split())[:LEAD_BEGIN] for summary in told.summaries if len(summary) >= LEAD_BEGIN)
    story = _below_the_headline(lines_of(layout.story, layout))
    told_again = {line.text for line in story}
    between = [line for element in layout.between for line in lines_of(element, layout) if line.text not in told_again]
    leads = [line for line in between if line.text.startswith(begins)]
    if not leads and len(between) <= MOST_LEADS and sum(weight_of(line.text) for line in between) < LONGEST_LEADS:
        leads = between
    lines = [*(line._replace(tag="p", place=None) for line in leads), *story]
    paragraphs, removed = choose_lines(lines, begins)
    return Draft(tuple(paragraphs), _doubt(layout, paragraphs, removed, told.body))


def _below_the_headline(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines without those above the h1, where they are few: they name the section or say when it was printed."""
    top = next((number for number, line in enumerate(lines) if line.tag == "h1"), 0)
    above, below = (sum(weight_of(line.text) for line in part) for part in (lines[:top], lines[top:]))
    return lines[top:] if above < ABOVE * below else lines


def choose_lines(lines: Sequence[Line], begins: tuple[str, ...] = ()) -> tuple[list[str], int]:
    """(the lines that are the story's, the weight of those left out although they are no links).

    A line that begins as the page's summary (`begins`) is the story's lead wherever it stands.
    """
    weights = [0 if line.tag in HEADINGS or _is_linked(line) else weight_of(line.text) for line in lines]
    total = sum(weights)
    loose = sum(weight for line, weight in zip(lines, weights, strict=True) if line.tag == LOOSE)
    by_place: Counter[Place | None] = Counter()
    for line, weight in zip(lines, weights, strict=True):
        by_place[line.place] += weight
    kept: list[str] = []
    leads: set[str] = set()
    removed = 0
    tells = False  # whether the line below is the story's: a heading over nothing is none
    for line, weight in zip(reversed(lines), reversed(weights), strict=True):
        is_label = line.tag == LOOSE and loose <= (1 - IN_PARAGRAPHS) * total
        is_box = line.place is not None and line.tag != "pre" and by_place[line.place] < RARE * total
        is_lead = line.tag != "h1" and line.text.startswith(begins) and line.text not in leads
        if line.tag in HEADINGS and not is_lead:
            kept += [line.text] if tells and line.tag != "h1" and not _is_linked(line) else []
            continue
        leads |= {line.text} if is_lead else set()
        tells = is_lead or (weight > 0 and not is_label and not is_box)
        kept += [line.text] if tells else []
        removed += 0 if tells else weight
    return kept[::-1], removed


def _is_linked(line: Line) -> bool:
    """Whether a line is links in the main; a long paragraph may have as many as it likes."""
    is_long = line.tag in {"p", LOOSE} and len(line.text) >= LONG_PARAGRAPH
    return line.linked > MOSTLY * len(line.text) and not is_long


def _doubt(layout: Layout, paragraphs: Sequence[str], removed: int, declared_body: str) -> str:
    kept = sum(map(weight_of, paragraphs))
    if kept < SURE_WEIGHT:
        return "a short text"
    if layout.story is not None and layout.story.tag == "body":
        return "no element holds the text and nothing else"
    if layout.share < SURE_SHARE:
        return "much other text on the page"
    if removed > SURE_REMOVED * (kept + removed):
        return "much text in boxes"
    if len(declared_body) >= SHORTEST_DECLARED and _shared(declared_body, paragraphs) < SURE_WORDS:
        return "the page declares another text"
    return ""


def _shared(declared: str, paragraphs: Iterable[str]) -> float:
    """The share of a declared text's words, in fours, that stand in the paragraphs."""
    theirs, ours = _fours(declared), _fours(" ".join(paragraphs))
    return len(theirs & ours) / len(theirs) if theirs else 1.0


def _fours(text: str) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    pairs = list(pairwise(text.split()))
    return set(zip(pairs, pairs[2:], strict=False))


def _read_again(tree: html.HtmlElement, *, declares_article: bool) -> list[str]:
    """The second reader's lines.

    Of a page that declares an article it leaves out what is doubtful; only where hardly anything is left may it ask
    other extractors for more.
    """
    if UNWRITTEN.search("".join(tree.itertext())):
        _stand_in(tree)
    lines = _extracted(tree, is_strict=declares_article, asks_others=False)
    if declares_article and _size(lines) < SHORT_TEXT:
        paragraphs = sum(1 for _ in islice(tree.iter("p"), MOST_PARAGRAPHS + 1))
        lenient = _extracted(tree, is_strict=False, asks_others=paragraphs <= MOST_PARAGRAPHS)
        lines = lenient if _size(lenient) >= MANY_TIMES * _size(lines) else lines
    return lines


def _stand_in(tree: html.HtmlElement) -> None:
    """Takes controls out of a tree and puts a letter in for U+200C, which trafilatura drops and Persian needs."""
    for element in tree.iter("*"):
        if element.text and UNWRITTEN.search(element.text):
            element.text = CONTROLS.sub("", element.text).replace(ZWNJ, ZWNJ_STAND_IN)
        if element.tail and UNWRITTEN.search(element.tail):
            element.tail = CONTROLS.sub("", element.tail).replace(ZWNJ, ZWNJ_STAND_IN)


def _extracted(tree: html.HtmlElement, *, is_strict: bool, asks_others: bool) -> list[str]:
    try:
        text = trafilatura.extract(
            tree, include_comments=False, with_metadata=False, favor_precision=is_strict, fast=not asks_others
        )
    except MemoryError:
        raise
    except Exception as error:  # the extractor's failures are many and all mean: no text from this page
        raise ArticleError("extractor_failed", f"trafilatura: {type(error).__name__}: {error}") from error
    lines = (" ".join(line.split()) for line in (text or "").replace(ZWNJ_STAND_IN, ZWNJ).splitlines())
    return list(filter(None, lines))


def _size(lines: list[str]) -> int:
    return sum(map(len, lines))
