"""The lines in an element of a page, each with what tells a paragraph from a label: its tag, its links, its place."""

import re
from typing import NamedTuple

from lxml import html

from etl.reading.headlines import CONTROLS
from etl.reading.layouts import INLINE, LISTS, PARAGRAPHS, WORDLESS, Layout

# Hints for layout that no reader sees: soft hyphens, zero-width spaces and joiners of lines, marks of direction. U+200C
# and U+200D stay, which Persian and Indic words are spelt with.
UNSEEN = re.compile(f"{CONTROLS.pattern}|[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# "m-em-quote": a quotation in a box is the story's, a pulled one says again what the story says.
QUOTATION = re.compile(r"(?:^|[\s_-])(?<!pull-)(?<!pull_)(?:block-?)?quote(?=[\s_-]|$)", re.IGNORECASE)
LOOSE = ""  # the tag of a line that stands in no paragraph element
Place = tuple[str, str | None]  # the tag and class of the element that a line stands in


class Line(NamedTuple):
    """A line of the story: the tag of its paragraph element, its text, how much of it is in links, where it stands.

    `place` is null for what stands in the story's own element and for leads.
    """

    tag: str
    text: str
    linked: int
    place: Place | None


def lines_of(root: html.HtmlElement, layout: Layout) -> list[Line]:
    """The lines in an element, in order: one for each paragraph element and each run of text outside of them."""
    lines = _Lines(layout, root)
    lines.read(root, LOOSE if root is layout.story else "p", None)
    return lines.lines


class _Lines:
    """Lines as they grow. An element's depth is bounded by libxml2 (255), so reading it may call itself."""

    def __init__(self, layout: Layout, root: html.HtmlElement) -> None:
        self.lines: list[Line] = []
        self._layout = layout
        self._root = root
        self._run: list[str] = []
        self._linked = 0

    def read(self, element: html.HtmlElement, tag: str, place: Place | None) -> None:
        """Adds the lines in an element; `tag` and `place` are those of the paragraph that its own text belongs to."""
        self._run.append(element.text or "")
        for inner in element.iterchildren("*"):
            if inner.tag == "br":
                self._end(tag, place)
            elif inner.tag == "a":
                self._link(inner)
            elif inner.tag in INLINE:
                if not self._layout.is_beside(inner):
                    self.read(inner, tag, place)
            elif inner.tag not in WORDLESS:
                self._end(tag, place)
                self._block(inner, element, tag, place)
            self._run.append(inner.tail or "")
        if element is self._root:
            self._end(tag, place)

    def _block(self, block: html.HtmlElement, around: html.HtmlElement, tag: str, place: Place | None) -> None:
        if self._layout.is_beside(block):
            return
        if block.tag in PARAGRAPHS:
            tag, place = block.tag, self._place(around)
        elif tag == LOOSE:
            place = self._place(block)
        self.read(block, tag, place)
        self._end(tag, place)

    def _place(self, element: html.HtmlElement) -> Place | None:
        """Where the lines in an element stand: lists and quotations stand where their paragraphs do."""
        while element is not self._root and (
            element.tag in LISTS or element.tag == "li" or QUOTATION.search(element.get("class") or "")
        ):
            element = element.getparent()
        return None if element is self._root else (element.tag, element.get("class"))

    def _link(self, element: html.HtmlElement) -> None:
        words = element.text_content()
        self._run.append(words)
        self._linked += len(" ".join(words.split()))

    def _end(self, tag: str, place: Place | None) -> None:
        text = " ".join(UNSEEN.sub("", "".join(self._run)).split())
        if text:
            self.lines.append(Line(tag, text, self._linked, place))
        self._run, self._linked = [], 0
