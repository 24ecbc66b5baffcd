"""The feeds of a site from its address: what `feed_links` takes for feeds, asked politely and read to be sure.

Everything here is asked only where robots.txt allows it, an address that a person gives too.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import html

from etl.addresses import normal_url
from etl.errors import ArticleError, FatalFetchError
from etl.model import Exchange
from etl.sources.feed_answers import FeedAnswer, read_answer
from etl.sources.feed_links import Candidate, header_feeds, listed_sitemaps, page_feeds, robots_sitemaps, usual_feeds
from etl.sources.mastheads import Masthead, feed_masthead, front_page, site_masthead
from etl.sources.visits import Visit, ask_if_allowed, robots_text
from etl.web.bodies import header

MOST_ASKED = 25  # candidates of one site; a list of a hundred section feeds is read by a person
MOST_SITEMAPS = 4


@dataclass(frozen=True, slots=True)
class Site:
    """What was found at an address: the feeds, what the publisher says of itself, and what was tried in vain."""

    url: str
    feeds: tuple[FeedAnswer, ...]
    masthead: Masthead
    front: Exchange
    in_vain: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Search:
    """A search as it goes: feeds by the address that answered, addresses in vain with the reason."""

    visit: Visit
    feeds: dict[str, FeedAnswer] = field(default_factory=dict)
    in_vain: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


def find_feeds(visit: Visit, url: str) -> Site:
    """The feeds of the site at an address; the address alone where it is a feed itself.

    Looked at are what the page offers and links to, then news sitemaps that robots.txt names, then, where nothing was
    found, the usual places. Raises FatalFetchError where the address gives nothing that could be looked at.
    """
    answer = read_answer(Candidate(url, "the address that was given"), ask_if_allowed(visit, url))
    if answer.fault is None:
        masthead = feed_masthead(answer.document)
        return Site(masthead.site or urljoin(answer.exchange.final_url, "/"), (answer,), masthead, answer.exchange)
    base, tree = answer.exchange.final_url, _page(answer)
    if tree is None:
        raise FatalFetchError(f"{url}: {answer.fault}")
    search = _Search(visit, in_vain={url: "it is a page"})
    _prove(search, (*header_feeds(answer.exchange.response_headers, base), *page_feeds(tree, base)))
    _prove_sitemaps(search, base)
    if not search.feeds:
        _prove(search, usual_feeds(base))
    search.in_vain.pop(url)
    return Site(base, tuple(search.feeds.values()), site_masthead(tree), answer.exchange, tuple(search.in_vain.items()))


def _prove(search: _Search, candidates: Iterable[Candidate]) -> None:
    """Asks for candidates in their order; a page among them, of feeds it seems, gives more of them, once."""
    waiting = deque((candidate, True) for candidate in candidates)
    while waiting:
        candidate, may_list = waiting.popleft()
        key = normal_url(candidate.url)
        if key is None or key in search.asked:
            continue
        if len(search.asked) >= MOST_ASKED:
            search.in_vain.setdefault(candidate.url, f"not asked: {MOST_ASKED} addresses are enough for one search")
            continue
        search.asked.add(key)
        answer = read_answer(candidate, ask_if_allowed(search.visit, candidate.url))
        if answer.fault is None:
            _keep(search, answer)
            continue
        tree = _page(answer) if may_list else None
        search.in_vain.setdefault(candidate.url, answer.fault if tree is None else "it is a page")
        listed = page_feeds(tree, answer.exchange.final_url) if tree is not None else ()
        waiting.extend((found._replace(evidence=f"{found.evidence}, at {candidate.url}"), False) for found in listed)


def _prove_sitemaps(search: _Search, base: str) -> None:
    """Asks for the sitemaps that robots.txt names, and for news sitemaps in the lists among them."""
    named = robots_sitemaps(robots_text(search.visit, base), base)
    waiting = deque((candidate, True) for candidate in named[:MOST_SITEMAPS])
    while waiting:
        candidate, may_list = waiting.popleft()
        key = normal_url(candidate.url)
        if key is None or key in search.asked or len(search.asked) >= MOST_ASKED:
            continue
        search.asked.add(key)
        answer = read_answer(candidate, ask_if_allowed(search.visit, candidate.url))
        if answer.fault is None:
            _keep(search, answer)
            continue
        search.in_vain.setdefault(candidate.url, answer.fault)
        listed = listed_sitemaps(answer.document, answer.exchange.final_url) if may_list else ()
        waiting.extend((found, False) for found in listed[:MOST_SITEMAPS])


def _keep(search: _Search, answer: FeedAnswer) -> None:
    """Adds a feed unless it is one that was found before, by its address or by what it lists, or lists no stories."""
    if answer.entries and not any(entry.headline or entry.published_raw for entry in answer.entries):
        search.in_vain.setdefault(answer.url, "a sitemap of addresses alone: no headlines, no dates")
        return
    listed = {entry.link for entry in answer.entries}
    alike = (other for other in search.feeds.values() if listed and {entry.link for entry in other.entries} == listed)
    same = search.feeds.get(answer.exchange.final_url) or next(alike, None)
    if same is None:
        search.feeds[answer.exchange.final_url] = answer
    elif same.url != answer.url:
        search.in_vain.setdefault(answer.url, f"the same entries as {same.url}")


def _page(answer: FeedAnswer) -> html.HtmlElement | None:
    """The page in an answer that is no feed; null where there is none."""
    kind = header(answer.exchange, "Content-Type") or ""
    if answer.exchange.outcome != "ok" or (kind and not re.search("html", kind, re.IGNORECASE)):
        return None
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", kind, re.IGNORECASE)
    try:
        return front_page(answer.document, charset[1] if charset else None)
    except ArticleError:
        return None
