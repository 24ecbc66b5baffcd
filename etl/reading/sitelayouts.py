"""Layouts of one site, as its source's file tells them: where the story stands, what stands in it and is none of it.

They are for sites on which the general reader goes wrong. A layout holds for pages captured up to its last day, so that
pages of former days are read as they were built.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date

from lxml import etree, html

from etl.model import SiteLayout


def layout_of(layouts: Sequence[SiteLayout], day: date) -> SiteLayout | None:
    """The layout by which pages of a day were built: of those that still hold the one that ends first; null if none."""
    holding = [layout for layout in layouts if layout.until is None or date.fromisoformat(layout.until) >= day]
    return min(holding, key=lambda layout: layout.until or "9999", default=None)


def story_tree(tree: html.HtmlElement, layout: SiteLayout | None) -> html.HtmlElement:
    """A page with nothing but its story, where a layout finds it; else the page as it is."""
    found = _elements(tree, layout.story) if layout and layout.story else []
    if layout is None or not found:
        return tree
    page = html.document_fromstring("<html><body></body></html>")
    article = html.Element("article")
    page.append(article)
    for element in found:
        story = deepcopy(element)
        story.tail = None
        article.append(story)
    for path in layout.remove:
        for odd in _elements(page, path):
            odd.drop_tree()
    return page


def printed_headline(tree: html.HtmlElement, layout: SiteLayout | None) -> str | None:
    """The headline that a layout points to; null where it points to none."""
    if layout is None or layout.headline is None:
        return None
    found = tree.xpath(f"string({layout.headline})")
    return " ".join(str(found).split()) or None


def _elements(tree: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    """The elements that a path leads to; none where it leads to words or numbers."""
    found = tree.xpath(path)
    return [one for one in found if isinstance(one, html.HtmlElement)] if isinstance(found, list) else []


def is_path(text: str) -> bool:
    """Whether a text is an XPath expression."""
    try:
        etree.XPath(text)
    except etree.XPathSyntaxError:
        return False
    return True
