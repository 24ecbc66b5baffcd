"""What a page says of itself in JSON-LD: the objects it describes, and texts and names out of them."""

import json
import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from lxml import html

from etl.reading.bylines import is_agency
from etl.reading.headlines import clean_headline

ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "ClaimReview")
MOST_AUTHORS = 100  # that are looked up among all the objects of a page
CDATA = re.compile(r"(?://|/\*)?\s*(?:<!\[CDATA\[|\]\]>)\s*(?:\*/)?")  # around JSON-LD, as if it were XHTML


def read_nodes(tree: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Every object that the page's JSON-LD describes, graphs and main entities opened, in page order."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            queue = deque([json.loads(CDATA.sub("", script.text or ""), strict=False)])
        except (ValueError, RecursionError):
            continue
        while queue:
            node = queue.popleft()
            if isinstance(node, list):
                queue.extend(node)
            elif isinstance(node, dict):
                yield node
                queue.extend((node.get("@graph"), node.get("mainEntity")))


def is_article(node: dict[str, Any]) -> bool:
    """Whether an object is an article, a report or a fact check by its `@type`."""
    kinds = node.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(ARTICLE_TYPES) for kind in named)


def author_names(
    author: Any, nodes: Sequence[dict[str, Any]], agencies: Collection[str] = frozenset()
) -> Iterator[str]:
    """The names of authors who are people or news agencies; one given by its `@id` alone is looked up in the page."""
    for node in author[:MOST_AUTHORS] if isinstance(author, list) else [author]:
        name = node
        if isinstance(node, dict):
            known = (other for other in nodes if "name" in other and other.get("@id") == node.get("@id") is not None)
            person = node if "name" in node else next(known, {})
            name = person.get("name")
            if "Organization" in str(person.get("@type")) and not (isinstance(name, str) and is_agency(name, agencies)):
                continue
        if isinstance(name, str) and name.strip():
            yield clean_headline(in_one_line(name))


def line_of(value: Any) -> str | None:
    """A text, or the first of a list, in one line; null where there is none."""
    if isinstance(value, list):
        value = value[0] if value else None
    return in_one_line(value) or None if isinstance(value, str) else None


def in_one_line(value: str) -> str:
    """A value of JSON in one line; half a surrogate pair, which no text can hold, becomes U+FFFD as in browsers."""
    return " ".join(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").split())
