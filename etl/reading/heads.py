"""The head of an article in a page: what is printed near its headline, the day and who signed.

A date far from the headline is another article's, or today's; so the search ends with the body's paragraphs.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import html

from etl.reading.dates import is_date_alone, read_date

NEAR_BEFORE, NEAR_BEHIND = 30, 150  # elements before and behind the headline that are looked at
LONG_PARAGRAPH = 100  # code points; the first of so many may be a lead before the date, the second is the body's
LONGEST_DATE = 60
LONGEST_BYLINE = 120
BY_NAME = re.compile(
    r"[\s|]*(?:(?:[Bb]y|(?:Ein |Blog[ -]?)?(?:Artikel |Beitrag |Text |Interview )?[Vv]on|Par|Por|Door|Af|Av)"
    r"(?:\s*:\s*|\s+)(?:[^\W\d_a-zà-ÿ]|$)|(?:Text|Interview|Autor|Autorin|Author|Auteur)\s*:)"
)
# A label that stands before a name or in an element of its own, anywhere in a page: "Autorin/Autor", "Auteur :".
LABEL = re.compile(
    r"\s*+(?:autor(?:in|en|es)?(?:\s*+/\s*+autor(?:in)?)?|authors?|auteure?s?|autore|forfatter|skribent|written by|"
    r"text|نویسنده|الكاتب)\s*+(?P<colon>:?)\s*+(?P<name>.*)",
    re.IGNORECASE,
)
LABELS = ("p", "li", "div", "span", "strong", "b", "em", "small", "dt", "td", "th", "h3", "h4", "h5", "h6")
NEAR_ANCESTORS = 6  # a page's layout further out has names such as "has-sidebar"
BYLINE = "//*[@rel='author' or @itemprop='author' or contains(@class,'byline') or contains(@class,'author')]"
MOST_LABELS = 5000  # elements that are looked at
MOST_BYLINES = 100  # far from the headline; a forum's page has one for every post
MOST_PARTS = 2  # elements inside one that is a date by its words alone
MARKED_DATE = re.compile(r"date|time|stamp|publish|posted", re.IGNORECASE)
MARKED_BYLINE = re.compile(r"byline|author|autor|auteur|contributor|verfasser|forfatter|yazar", re.IGNORECASE)
OTHER_ARTICLES = re.compile(r"related|latest|more|sidebar|comment|teaser", re.IGNORECASE)
# What parts a date from the last edit behind it: "5 May 2026 5:33 PM [ Last Update: ...", "... | Updated".
EDIT_BEHIND = re.compile(
    r"[\s\[(|/•·;,–—-]+(?:(?:last )?(?:updated?|modified|edited|aktualisiert|mis à jour|actualizado|aggiornato)\b|"
    r"به.?روز|آخر تحديث)",
    re.IGNORECASE,
)
LAST_EDIT = re.compile(r"updated|modified|aktualisiert|mis à jour|actualizado|aggiornato|به.?روز|تحديث", re.IGNORECASE)


def visible_dates(tree: html.HtmlElement, headline: str | None) -> tuple[str, ...]:
    """Dates printed near the headline, the nearest behind it first: marked as dates, or standing alone.

    One that stands alone before the headline is read only with a clock time and inside the article's own element, since
    today's day is printed at the head of many pages.
    """
    top = _top(tree, headline)
    if top is None:
        return ()
    behind = [date for element, is_lead in _behind(top) for date in _dates_in(element, top, allow_unmarked=not is_lead)]
    before = [date for element in _before(top) for date in _dates_in(element, top, allow_unmarked=False)]
    article = next(top.iterancestors("article"), None)
    inside = (
        element for element in _before(top) if article is not None and article in element.iterancestors("article")
    )
    own = [date for element in inside for date in _dates_in(element, top, allow_unmarked=True) if _is_clocked(date)]
    return tuple(dict.fromkeys(behind + before + own))


def visible_bylines(tree: html.HtmlElement, headline: str | None) -> Iterator[tuple[str, ...]]:
    """The bylines that a page shows, each as its pieces in order: the nearest to the headline first, then the others.

    Those of other articles and of readers' comments are none of them.
    """
    top = _top(tree, headline)
    near = () if top is None else (*(element for element, _ in _behind(top)), *_before(top))
    for element in near:
        is_marked = "author" in (element.get("rel"), element.get("itemprop"))
        if is_marked or MARKED_BYLINE.search(element.get("class") or "") or BY_NAME.match(element.text or ""):
            pieces = _pieces(element)
            if pieces and not _is_elsewhere(element, top):
                yield pieces
    for element in islice(tree.xpath(BYLINE), MOST_BYLINES):
        pieces = _pieces(element)
        if pieces and not any(map(_is_of_others, (element, *islice(element.iterancestors(), NEAR_ANCESTORS)))):
            yield pieces


def labelled_bylines(tree: html.HtmlElement) -> Iterator[tuple[str, ...]]:
    """What stands behind labels such as "Author", each as its pieces, wherever they are but in other articles."""
    for element in islice(tree.iter(*LABELS), MOST_LABELS):
        found = LABEL.fullmatch(element.text or "")
        pieces = _labelled(element, found) if found else ()
        if pieces and not any(map(_is_of_others, (element, *islice(element.iterancestors(), NEAR_ANCESTORS)))):
            yield pieces


def _labelled(element: html.HtmlElement, found: re.Match[str]) -> tuple[str, ...]:
    """What a label names: the rest of its element, what stands behind the element, or the next one; empty if nothing.

    Inside one element a colon parts label and name: "Author: Nino Beridze", not "Authors meet in Tbilisi".
    """
    if found["name"] or len(element):
        return _pieces(element) if found["colon"] else ()
    behind = " ".join((element.tail or "").split())
    following = element.getnext()
    if behind:
        return (behind,) if len(behind) <= LONGEST_BYLINE else ()
    return _pieces(following) if following is not None and isinstance(following.tag, str) else ()


def _pieces(element: html.HtmlElement) -> tuple[str, ...]:
    """What stands in an element and in those inside it, apart; empty where it is too long for a byline.

    A link is one piece: given and family name often stand in elements of their own inside it.
    """
    pieces = tuple(filter(None, (" ".join(text.split()) for text in _texts(element))))
    return pieces if 0 < len(" ".join(pieces)) <= LONGEST_BYLINE else ()


def _texts(element: html.HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for inner in element.iterchildren("*"):
        if inner.tag == "a":
            yield text_of(inner)
        elif inner.tag not in {"script", "style"}:
            yield from _texts(inner)
        yield inner.tail or ""


def _is_of_others(place: html.HtmlElement) -> bool:
    if place.tag in {"body", "html"}:
        return False
    is_below = place.tag in {"aside", "footer"} and next(place.iterancestors("article", "main"), None) is None
    return is_below or place.tag in {"nav", "form"} or bool(OTHER_ARTICLES.search(place.get("class") or ""))


def text_of(element: html.HtmlElement) -> str:
    """The words of an element; what stands in elements of its own stands apart, as in "Written by" and a name."""
    return " ".join(" ".join(element.itertext()).split())


def _dates_in(element: html.HtmlElement, top: html.HtmlElement, *, allow_unmarked: bool) -> Iterator[str]:
    marks = element.get("class") or ""
    is_marked = element.tag == "time" or MARKED_DATE.search(marks)
    if not is_marked and not (allow_unmarked and len(element) <= MOST_PARTS):
        return
    printed, stamp = _without_last_edit(text_of(element)), element.get("datetime") or ""
    if len(printed) > LONGEST_DATE or not re.search(r"\d", printed + stamp):
        return
    is_last_edit = LAST_EDIT.search(f"{marks} {printed}") and "publish" not in marks
    if not is_last_edit and (is_marked or is_date_alone(printed)) and not _is_elsewhere(element, top):
        yield from (form for form in (stamp, printed) if re.search(r"\d", form))


def _without_last_edit(printed: str) -> str:
    """A print without the last edit behind its date; as it is where no date stands alone before one."""
    edit = EDIT_BEHIND.search(printed, 0, LONGEST_DATE)
    return printed[: edit.start()] if edit and is_date_alone(printed[: edit.start()]) else printed


def _is_clocked(printed: str) -> bool:
    return read_date(printed, None).precision in {"minute", "second"}


def _is_elsewhere(element: html.HtmlElement, top: html.HtmlElement) -> bool:
    """Whether an element is in a list of other articles, in an aside or in a header that the headline is not in."""
    shared = set(top.iterancestors())
    for place in (element, *element.iterancestors()):
        if place in shared:
            return False
        if place.tag in {"aside", "nav", "footer", "form", "header"} or OTHER_ARTICLES.search(place.get("class") or ""):
            return True
    return False


def _top(tree: html.HtmlElement, headline: str | None) -> html.HtmlElement | None:
    """The heading that shows the headline; where none does, the first h1 with words."""
    h1s = (h1 for h1 in tree.iterfind(".//h1") if text_of(h1))
    if headline:
        headings = (heading for level in ("h1", "h2", "h3") for heading in tree.iterfind(f".//{level}"))
        begins = headline[:LONGEST_DATE]
        return next(
            (heading for heading in headings if begins in " ".join(heading.text_content().split())), next(h1s, None)
        )
    return next(h1s, None)


def _behind(top: html.HtmlElement) -> Iterator[tuple[html.HtmlElement, bool]]:
    """The elements behind the headline, in document order, and whether a first long paragraph stands before them."""
    paragraphs = 0
    for element in islice(_branches(top, preceding=False), NEAR_BEHIND):
        paragraphs += element.tag == "p" and len(element.text_content().strip()) >= LONG_PARAGRAPH
        if paragraphs > 1:
            return
        yield element, paragraphs > 0


def _before(top: html.HtmlElement) -> list[html.HtmlElement]:
    return list(islice(_branches(top, preceding=True), NEAR_BEFORE))


def _branches(top: html.HtmlElement, *, preceding: bool) -> Iterator[html.HtmlElement]:
    """Every element on one side of an element, the branch nearest to it first."""
    for place in (top, *top.iterancestors()):
        for branch in place.itersiblings("*", preceding=preceding):
            yield from branch.iter("*")
