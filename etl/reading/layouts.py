"""Where in a page its article stands: the element that holds it, and what lies around and between its paragraphs.

A page is weighed by its long texts. The article is found by going from the page inwards, as long as one element holds
nearly all the text that is left, or most of it and is marked as the article's; what stands in elements that are made
for something else (menus, comments, teasers, captions) does not weigh.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from lxml import etree, html

from etl.reading.languages import UNSPACED

SHORTEST_BLOCK = 60  # weight; a shorter text says nothing about where the article stands
SHORTEST_PIECE = 25  # code points of one piece of such a text, between two elements inside it
UNSPACED_WEIGHT = 3  # of a letter in scripts without spaces, in Latin letters: what a word has in more letters
HALF = 0.5  # of the page's text in one element: it is the page's frame or its article, whatever its class says
SMALL = 0.2  # of the page's text in an `article` without its heading: another article's teaser
NEARLY_ALL, MOST, ENOUGH_WITH_HEADING = 0.92, 0.5, 0.25  # of the text that is left, to go further inwards

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PARAGRAPHS = frozenset({"p", "li", "pre", "dt", "dd"}) | HEADINGS  # elements that are a paragraph each
LISTS = frozenset({"ul", "ol", "dl", "blockquote"})
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small span strike "
    "strong sub sup time tt u var wbr ruby rb rt rtc rp".split()
)
WORDLESS = frozenset(  # no text of an article in them
    "script style noscript template svg math iframe object embed canvas map video audio picture head "
    "button select input textarea label menu dialog footer figcaption".split()
)
BESIDE = WORDLESS | {"aside", "nav", "form", "figure", "a"}  # but a whole page may stand in a form, say
# Class and id words, cut at hyphens, underlines and capitals, that name what stands beside an article.
BESIDE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:"
    r"related\w*|recommend\w*|recirc\w*|shar(?:e|ing)s?|sharebar|social\w*|comments?|commentlist|disqus\w*|"
    r"newsletters?|subscri(?:be|ption|ptions)|sign-?up|promo\w*|teasers?|sidebar|breadcrumbs?|advert\w*|sponsor\w*|"
    r"outbrain|taboola|captions?|credits?|copyright|toolbar|pagination|pager|paging|popup|overlay|addtoany|"
    r"navigation|login|banner|cookies?|consent|modal|trending|carousel|slideshow|byline|biography|infobox|"
    r"image-(?:description|desc|dis|text|source)|bild-?(?:unterschrift|text|nachweis|quelle)|kicker|"
    r"(?:media|video)-(?:info|title|footer)|play-button|reading-time|lesezeit|"
    r"most-?(?:read|popular|viewed)|read-?(?:more|also|next)|more-(?:on|from|stories|news)|also-read|see-also|"
    r"twitter-(?:tweet|video)|instagram-media|tiktok-embed|fb-(?:post|video)|bluesky-embed|mastodon-embed|"
    r"abone(?:lik)?|(?:community|membership|donation|support|appeal)-(?:box|banner|bar|block|prompt)|"
    r"tag-?list|tags-links|(?:article|post)-?tags|(?:entry|post|article)-(?:meta|footer|info|utility)"
    r")(?=[\s_-]|$)"
    r"|(?:^|[\s_-])(?:footer|nav|menu|ads?|popular|gallery|rating|authors?|tags|bio|timestamp|keywords|topics)(?=\s|$)"
    r"|(?:^|\s)(?:nav|menu|ads?|author|footer|meta|donat\w*|correction)(?=[\s_-]|$)"
    r"|(?:^|\s)(?:widget|widget_\S*|textwidget|hidden|visually-?hidden|sr-only|screen-reader\S*|print-?only|"
    r"no-?print|notice|hatnote|navbox\S*|toc|jp-\S+|wp-caption\S*|mw-editsection|mw-jump-link)(?=\s|$)",
    re.IGNORECASE,
)
# WordPress gives an article's element its tags as classes: "post-7 type-post hentry tag-comments".
ARTICLE_CLASSES = re.compile(r"(?:^|\s)(?:hentry|type-post)(?=\s|$)")
LONGEST_MARKS = 500  # code points that are looked at
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# "article-body", "entry-content", "storyText": classes and ids that name an article's body.
BODY_WORDS = re.compile(
    r"(?:article|story|entry|post|news|content|page|main|single|text|artikel|field-name)[\w-]*?"
    r"(?:body|content|text|inhalt|main)|(?:^|\s)body(?=\s|$)|texte|body-?copy",
    re.IGNORECASE,
)
PIECES = etree.XPath(
    f"(//h1)[1] | //body//text()[string-length() >= {SHORTEST_PIECE} and not("
    "parent::script or parent::style or parent::noscript or parent::a or parent::textarea or parent::option or "
    "parent::template)]"
)
Path = tuple[html.HtmlElement, ...]  # an element and all that it stands in, the innermost first


class Block(NamedTuple):
    """A long text: the element that it stands in with all around it, and how much it weighs."""

    path: Path
    weight: int


class Layout:
    """What stands where in one page.

    `story` is the element that holds the article, null where no long text is left beside menus, comments and teasers;
    `between` are the elements with long texts between the heading and the story, where the heading stands before it.
    """

    def __init__(self, tree: html.HtmlElement) -> None:
        blocks, self._heading, self._before = _blocks(tree)
        self._total = sum(block.weight for block in blocks)
        self._raw = _masses(blocks)
        self._beside: dict[html.HtmlElement, bool] = {}
        kept = [(number, block) for number, block in enumerate(blocks) if not any(map(self.is_beside, block.path))]
        self._masses = _masses([block for _, block in kept])
        self.story = self._inwards(tree) if kept else None
        self.between = self._find_between(kept)

    @property
    def share(self) -> float:
        """The share of the page's long texts that the story holds."""
        return self._masses.get(self.story, 0) / self._total if self._total else 0.0

    def is_beside(self, element: html.HtmlElement) -> bool:
        """Whether an element is made for something else than an article."""
        known = self._beside.get(element)
        if known is None:
            known = self._beside[element] = self._judge(element)
        return known

    def _judge(self, element: html.HtmlElement) -> bool:
        if element.tag == "article" and element not in self._heading:
            return self._raw.get(element, 0) < SMALL * self._total
        if element.tag in {"html", "body", "article", "main"} or self._raw.get(element, 0) >= HALF * self._total > 0:
            return False
        return element.tag in BESIDE or names_surroundings(marks_of(element)) or element.get("hidden") is not None

    def _inwards(self, tree: html.HtmlElement) -> html.HtmlElement:
        """The innermost element that holds the article: see the module."""
        place = next(tree.iterfind("body"), tree)
        while True:
            inner = [child for child in place.iterchildren("*") if child in self._masses]
            heaviest = max(inner, key=self._masses.__getitem__, default=None)
            headed = next((child for child in inner if child in self._heading), None)
            if headed is not None and self._is_marked(headed, place, ENOUGH_WITH_HEADING):
                place = headed
            elif heaviest is None or heaviest.tag in PARAGRAPHS or heaviest.tag in LISTS:
                return place
            elif self._masses[heaviest] >= NEARLY_ALL * self._masses[place] or self._is_marked(heaviest, place, MOST):
                place = heaviest
            else:
                return place

    def _is_marked(self, element: html.HtmlElement, place: html.HtmlElement, share: float) -> bool:
        """Whether an element is marked as the article's and holds such a share of what is left."""
        is_named = element.tag in {"article", "main"} or element.get("itemprop") == "articleBody"
        return self._masses[element] >= share * self._masses[place] and (
            is_named or BODY_WORDS.search(marks_of(element)) is not None
        )

    def _find_between(self, kept: Sequence[tuple[int, Block]]) -> tuple[html.HtmlElement, ...]:
        if not self._heading or self.story is None or self.story in self._heading:
            return ()
        first = next((number for number, block in kept if self.story in block.path), 0)
        paths = {block.path[0]: block.path for number, block in kept if self._before <= number < first}
        return tuple(place for place, path in paths.items() if not any(outer in paths for outer in path[1:]))


def marks_of(element: html.HtmlElement) -> str:
    """The classes and the id of an element, in one string."""
    return f"{element.get('class') or ''} {element.get('id') or ''}".strip()[:LONGEST_MARKS]


@lru_cache(maxsize=10_000)  # a site's classes come again on each of its pages
def names_surroundings(marks: str) -> bool:
    """Whether classes or an id name what stands beside an article: `related-links`, `shareBar`, `comments`."""
    if not marks or ARTICLE_CLASSES.search(marks):
        return False
    return BESIDE_WORDS.search(CAPITAL.sub("-", marks)) is not None


def weight_of(text: str) -> int:
    """The length of a text in code points, those of a script without spaces counted as often as they say more."""
    return len(text) + (UNSPACED_WEIGHT - 1) * len(UNSPACED.findall(text))


def _blocks(tree: html.HtmlElement) -> tuple[list[Block], frozenset[html.HtmlElement], int]:
    """(the long texts in order, the first h1 and all that it stands in, how many of the texts stand before it)."""
    blocks: list[Block] = []
    heading: frozenset[html.HtmlElement] = frozenset()
    before = 0
    pieces: Any = PIECES(tree)
    for piece in pieces:
        if not isinstance(piece, str):
            heading, before = frozenset((piece, *piece.iterancestors())), len(blocks)
            continue
        weight = weight_of(" ".join(piece.split()))
        path = _path_of(piece) if weight >= SHORTEST_BLOCK else None
        if path:
            blocks.append(Block(path, weight))
    return blocks, heading, before


def _path_of(piece: Any) -> Path | None:
    """Where a piece of text stands, elements inside a line aside; null where it is a link's."""
    parent = piece.getparent()
    place = parent.getparent() if piece.is_tail and parent is not None else parent
    while place is not None and place.tag in INLINE:
        if place.tag == "a":
            return None
        place = place.getparent()
    return None if place is None else (place, *place.iterancestors())


def _masses(blocks: Sequence[Block]) -> dict[html.HtmlElement, int]:
    """The weight of the blocks in each element."""
    masses: dict[html.HtmlElement, int] = {}
    for path, weight in blocks:
        for element in path:
            masses[element] = masses.get(element, 0) + weight
    return masses
