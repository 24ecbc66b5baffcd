"""The headline: what a page calls the article, without the name of the site."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import html

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # an HTML parser lets them pass; nobody prints them
ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]+);")
# Between a headline and a site's name: "Storm | Example", "Storm - Example.org", "Storm--Example".
SEPARATOR = re.compile(r"\s+[|│｜–—·•»›:-]\s+|\s*(?:\||--)\s*")

# Between a kicker and its headline: "Chronicle: Storm", "Sport | Storm", "Chronicle – Storm".
KICKER_END = re.compile(r"\s*[:|/–—]\s+|\s+-\s+")
SHORTEST_BEHIND = 15  # code points; a shorter rest may be the end of a sentence that another place prints by chance
# A site's name before its headline: "Example | Storm sinks boats", "Example » Storm sinks boats".
SITE_END = re.compile(r"\s*(?:[|│｜»]|//)\s*|\s+[-–—·•:]\s+")
DECLARED = ("jsonld", "og:title")  # where a publisher declares the headline, as against where it shows it
RUN_TOGETHER = re.compile(r"[a-zß-ÿ]$")  # with a capital behind it, in an element of its own: "ChronicleStorm"
MOST_SEPARATORS = 8  # at the end, and at the beginning, that are looked at
MOST_HEADINGS = 100  # of a level, that are looked at
ASCII_PRINT = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}  # for `translate`
SHORTEST_HEADING = 8  # code points; a shorter h2 ("Sport") may stand in a `<title>` by chance


def read_headline(
    candidates: Iterable[tuple[str, str | None]], site_names: Sequence[str]
) -> tuple[str | None, str | None]:
    """The first candidate that says anything, with its source; (null, null) where none does.

    `candidates` are (source, print) in order of trust; the heading that readers see comes first where both og:title and
    `<title>` agree with it, and a site's name comes last. Entities that the print still has are resolved. What stands
    behind a separator is left off where it is the site's name, or where another candidate is the headline without it;
    a kicker before one ("Chronicle: Storm sinks boats") in the latter case alone, unless both JSON-LD and og:title
    print it. A site's name before a separator is left off too.
    """
    sites = {fold_print(name) for name in site_names} - {""}
    cleaned = ((source, clean_headline(value)) for source, value in candidates if value)
    printed = [(source, headline) for source, headline in cleaned if headline]
    if not printed:
        return None, None
    source, headline = min(
        printed, key=lambda found: (fold_print(found[1]) in sites, not _is_agreed(found, printed, sites))
    )
    others = {fold_print(other) for _, other in printed} - sites
    bare = _behind_site(_without_site(headline, others, sites), sites)
    declared = [fold_print(_without_site(other, others, sites)) for place, other in printed if place in DECLARED]
    is_declared = declared == [fold_print(bare)] * len(DECLARED)
    return bare if is_declared else _without_kicker(bare, others), source


def _is_agreed(candidate: tuple[str, str], printed: Sequence[tuple[str, str]], sites: set[str]) -> bool:
    """Whether a candidate is the heading that readers see, and og:title and `<title>` say the same."""
    source, heading = candidate
    if source != "h1":
        return False
    wanted = fold_print(heading)
    same = {place for place, other in printed if fold_print(_without_site(other, {wanted}, sites)) == wanted}
    return same >= {"og:title", "title"}


def shown_heading(tree: html.HtmlElement, title: str, url: str) -> str | None:
    """The heading over the article: an h1 that `<title>` repeats, else the first; null where the page has none.

    A heading that leads to the front page is the name of the site. Where no h1 is left, as in many blogs, an h2 or h3
    that `<title>` repeats is the article's.
    """
    first = list(_headings(tree, "h1", url))
    repeated = next((heading for heading in first if heading in title), None)
    if not first:
        lower = (heading for level in ("h2", "h3") for heading in _headings(tree, level, url))
        repeated = next((heading for heading in lower if len(heading) >= SHORTEST_HEADING and heading in title), None)
    return repeated or next(iter(first), None)


def _headings(tree: html.HtmlElement, level: str, url: str) -> Iterator[str]:
    for element in islice(tree.iterfind(f".//{level}"), MOST_HEADINGS):
        words = clean_headline(_print_of(element))
        if words and not _leads_home(element, url):
            yield words


def _print_of(heading: html.HtmlElement) -> str:
    """The words of a heading, a space put in where a kicker and a headline in elements of their own run together."""
    printed = ""
    for text in heading.itertext():
        printed += f" {text}" if text[:1].isupper() and RUN_TOGETHER.search(printed) else text
    return printed


def _leads_home(heading: html.HtmlElement, url: str) -> bool:
    link = next(heading.iter("a"), None)
    if link is None:
        link = next(heading.iterancestors("a"), None)
    href = None if link is None else link.get("href")
    if not href:
        return False
    try:
        address = urlsplit(urljoin(url, href))
    except ValueError:  # "http://[": no address at all
        return False
    return address.path in {"", "/"} and not address.query and not address.fragment


def clean_headline(printed: str) -> str:
    """A print with its entities resolved, without control characters and with single spaces."""
    return " ".join(CONTROLS.sub("", ENTITY.sub(lambda entity: unescape(entity[0]), printed)).split())


def _without_site(headline: str, others: set[str], site_names: set[str]) -> str:
    kept = headline
    for separator in reversed(list(SEPARATOR.finditer(headline))[-MOST_SEPARATORS:]):
        before, behind = headline[: separator.start()], headline[separator.end() : len(kept)]
        if not fold_print(before):
            break
        if fold_print(before) in others:
            return before
        if fold_print(behind) in site_names:
            kept = before
    return kept


def _behind_site(headline: str, sites: set[str]) -> str:
    for separator in islice(SITE_END.finditer(headline), MOST_SEPARATORS):
        behind = headline[separator.end() :]
        if fold_print(headline[: separator.start()]) in sites and len(behind) >= SHORTEST_BEHIND:
            return behind
    return headline


def _without_kicker(headline: str, others: set[str]) -> str:
    behind = (headline[separator.end() :] for separator in islice(KICKER_END.finditer(headline), MOST_SEPARATORS))
    return next((rest for rest in behind if len(rest) >= SHORTEST_BEHIND and fold_print(rest) in others), headline)


def fold_print(text: str) -> str:
    """The letters and digits alone, in lower case."""
    if text.isascii():
        return text.translate(ASCII_PRINT)
    return "".join(char for char in text.casefold() if char.isalnum())
