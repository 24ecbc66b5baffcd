"""How large a page may be before reading it costs too much, counted on the page itself and the same on every machine.

The largest of 1,115 labelled pages of 300 publishers has 10,106 elements, 697 paragraphs, 1,125 elements in one and
2.2 MB. What keeps below all of these takes no more than 2 CPU seconds, whatever it is made of (docs/faults.md); the
limit of time and memory that `reader_process` holds a page to is for what nobody thought of.
"""

import re
from collections.abc import Sequence
from itertools import islice
from typing import cast

from lxml import etree, html

from etl.errors import ArticleError

MOST_BYTES = 10_000_000
MOST_TAGS = 400_000  # beginnings of tags, before a tree is made of them
MOST_ATTRIBUTES = 5_000  # of one tag: libxml2 compares each with all before it, and 100,000 take minutes
MOST_ELEMENTS = 60_000
MOST_CHARACTERS = 1_000_000  # of the text of an article: two novels
# Of more, trafilatura makes minutes: it compares the elements in one element with each other, and jusText does so with
# all paragraphs of a page. 5,000 paragraphs in a row are still within.
MOST_COMPARED = 12_000
MOST_PAIRS = 30_000_000
ATTRIBUTE = re.compile(rb"[^\s=\"'/]+(?:\s*=\s*(?:\"[^\"]*\"?|'[^']*'?|[^\s\"']+))?")
SHORTEST_TAG = 2 * MOST_ATTRIBUTES  # bytes: a name of one letter and a space

# What a tree consists of, counted without an object for each.
COUNTS = tuple(
    etree.XPath(f"count(descendant-or-self::{kind})") for kind in ("*", "comment()", "processing-instruction()")
)


def require_light_markup(markup: bytes) -> None:
    """Passes where a tree may be made of a page. Raises ArticleError."""
    _require(len(markup), MOST_BYTES, "bytes")
    _require(markup.count(b"<"), MOST_TAGS, "tags")
    _require(_attributes(markup), MOST_ATTRIBUTES, "attributes in one tag")


def require_light_tree(tree: html.HtmlElement) -> None:
    """Passes where an article may be looked for in a page. Raises ArticleError."""
    _require(int(sum(cast("float", count(tree)) for count in COUNTS)), MOST_ELEMENTS, "elements")


def require_light_text(paragraphs: Sequence[str]) -> None:
    """Passes where a text is of an article's length, by far. Raises ArticleError."""
    _require(sum(map(len, paragraphs)), MOST_CHARACTERS, "characters of text")


def is_light(tree: html.HtmlElement) -> bool:
    """Whether a page may be given to readers that compare its elements with each other."""
    sizes = [len(element) for element in islice(tree.iter("*"), MOST_COMPARED + 1)]
    return len(sizes) <= MOST_COMPARED and sum(size * size for size in sizes) <= MOST_PAIRS


def _attributes(markup: bytes) -> int:
    """The most attributes in one tag, of tags that are long enough to have too many; what stands in scripts is none.

    A `<` or `>` inside an attribute ends the tag here, so it is not for pages that are made to hide them.
    """
    most, is_script = 0, False
    for part in markup.split(b">") if len(markup) >= SHORTEST_TAG else ():
        tag = part[part.rfind(b"<") + 1 :]
        if len(tag) >= SHORTEST_TAG and len(tag) < len(part) and tag[:1].isalpha() and not is_script:
            most = max(most, sum(1 for _ in ATTRIBUTE.finditer(tag)) - 1)
        is_script = tag[:6].lower() == b"script"
    return most


def _require(count: int, most: int, of_what: str) -> None:
    if count > most:
        raise ArticleError("page_too_costly", f"{count} {of_what}, more than {most}", value=str(count))
