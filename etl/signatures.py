"""Who a page says has signed it: in JSON-LD, in meta elements, and in print."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from lxml import html

from etl.bylines import fold_name, read_authors
from etl.heads import visible_bylines
from etl.jsonld import author_names

META_NAMES = (
    "author", "article:author", "article:author_name", "article:byline", "parsely-author", "sailthru.author",
    "articleauthor", "cxenseparse:author", "dc.creator", "dcterms.creator", "byl",
)  # fmt: skip


def read_signatures(
    tree: html.HtmlElement, headline: str | None, declared: Sequence[tuple[str, ...]], site_names: Sequence[str]
) -> tuple[tuple[str, ...], str | None]:
    """(people and agencies that sign, the byline as printed); the first print counts in which anybody signs.

    A printed byline that has all the declared names and more is the fuller one: JSON-LD often names the first alone.
    """
    unsigned = tuple(_forms(site_names))
    hosts = [name.casefold() for name in site_names if re.fullmatch(r"\S+\.\w{2,}", name)]
    printed = [tuple(name for name in names if not _has_any(name, hosts)) for names in declared]
    authors = next(filter(None, (read_authors(names, *unsigned) for names in printed)), ())
    byline, shown = _printed(visible_bylines(tree, headline), unsigned)
    if not authors or _is_fuller(shown, byline, authors):
        authors = shown or authors
    return authors, " ".join(byline) or ", ".join(chain.from_iterable(declared[:1])) or None


def _printed(bylines: Iterator[tuple[str, ...]], unsigned: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The first byline in which anybody signs, and who; the first of all and nobody where none is signed."""
    first: tuple[str, ...] = ()
    for pieces in bylines:
        first = first or pieces
        names = _signed(pieces, unsigned)
        if names:
            return pieces, names
    return first, ()


def _has_any(name: str, hosts: Sequence[str]) -> bool:
    return any(host in name.casefold() for host in hosts)


def _forms(site_names: Sequence[str]) -> Iterator[str]:
    """Site names, their parts around a separator, and all of these without a top-level domain."""
    for name in site_names:
        for part in (name, *re.split(r"\s+[|–—·-]\s+", name)):
            yield part
            yield re.sub(r"\.\w{2,3}$", "", part)


def _is_fuller(shown: Sequence[str], byline: Sequence[str], authors: Sequence[str]) -> bool:
    """Whether a byline names all the declared authors and more, or a declared pen name in full.

    More counts only where nothing but names stands in the byline.
    """
    ours, theirs = {fold_name(name) for name in authors}, {fold_name(name) for name in shown}
    if ours < theirs:
        return len(shown) >= len(byline)
    return len(authors) == len(shown) == 1 and " " not in authors[0] and " " in shown[0] and ours < _words(shown[0])


def _words(name: str) -> set[str]:
    """A name's words and all its letters together, folded."""
    return {fold_name(word) for word in name.split()} | {fold_name(name)}


def declared_authors(
    article: dict[str, Any], nodes: Sequence[dict[str, Any]], meta: dict[str, str]
) -> Iterator[tuple[str, ...]]:
    """The names that JSON-LD gives as author or creator, then those of each meta element; none of them empty."""
    for key in ("author", "creator"):
        names = tuple(author_names(article.get(key), nodes))
        if names:
            yield names
    yield from ((meta[name],) for name in META_NAMES if name in meta)


def _signed(pieces: tuple[str, ...], unsigned: Sequence[str]) -> tuple[str, ...]:
    """Who signs in a printed byline: its pieces say where a name ends, unless a name is in pieces itself.

    A piece that repeats a name with more words, as in "Follow Nino Beridze", names nobody else.
    """
    apart = read_authors(("\n".join(pieces),), *unsigned) or read_authors((" ".join(pieces),), *unsigned)
    return tuple(name for name in apart if not any(other != name and other in name for other in apart))
