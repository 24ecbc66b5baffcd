"""Who a page says has signed it: in JSON-LD, in meta elements, and in print."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any

from lxml import html

from etl.reading.bylines import fold_name, read_authors
from etl.reading.heads import labelled_bylines, visible_bylines
from etl.reading.jsonld import author_names

META_NAMES = (
    "author", "article:author", "article:author_name", "article:byline", "parsely-author", "sailthru.author",
    "articleauthor", "cxenseparse:author", "dc.creator", "dcterms.creator", "byl",
)  # fmt: skip
PREVIEW_LABELS = (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2"))
WRITTEN_BY = re.compile(
    r"(?:written|posted) by|by|author|autor(?:in)?|(?:geschrieben|verfasst) von|écrit par|auteur|escrito por|"
    r"scritto da|geschreven door|skrevet a[fv]|av|yazar|автор|كتب(?:ه|ت)?(?: بواسطة)?|نوشته(?:\s?شده توسط)?|نویسنده",
    re.IGNORECASE,
)


def read_signatures(
    tree: html.HtmlElement,
    headline: str | None,
    declared: Sequence[tuple[str, ...]],
    site_names: Sequence[str],
    agencies: Collection[str] = frozenset(),
) -> tuple[tuple[str, ...], str | None]:
    """(people and agencies that sign, the byline as printed); the first print counts in which anybody signs.

    A printed byline that has all the declared names and more is the fuller one: JSON-LD often names the first alone.
    """
    unsigned = tuple(_forms(site_names))
    hosts = [name.casefold() for name in site_names if re.fullmatch(r"\S+\.\w{2,}", name)]
    printed = [tuple(name for name in names if not _has_any(name, hosts)) for names in declared]
    authors = next(filter(None, (read_authors(names, *unsigned, agencies=agencies) for names in printed)), ())
    byline, shown = _printed(visible_bylines(tree, headline), unsigned, agencies)
    if not authors and not shown:
        labelled, shown = _printed(labelled_bylines(tree), unsigned, agencies)
        byline = labelled if shown else byline
    if not authors or _is_fuller(shown, byline, authors):
        authors = shown or authors
    return authors, " ".join(byline) or ", ".join(chain.from_iterable(declared[:1])) or None


def _printed(
    bylines: Iterator[tuple[str, ...]], unsigned: Sequence[str], agencies: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The first byline in which anybody signs, and who; the first of all and nobody where none is signed."""
    first: tuple[str, ...] = ()
    for pieces in bylines:
        first = first or pieces
        names = _signed(pieces, unsigned, agencies)
        if names:
            return pieces, names
    return first, ()


def _has_any(name: str, hosts: Sequence[str]) -> bool:
    return any(host in name.casefold() for host in hosts)


def _forms(site_names: Sequence[str]) -> Iterator[str]:
    """Site names, their parts around a separator, and all of these without a top-level domain."""
    for name in (" ".join(printed.split()) for printed in site_names):
        for part in (name, *re.split(r" [|–—·-] ", name)):
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
    article: dict[str, Any],
    nodes: Sequence[dict[str, Any]],
    meta: dict[str, str],
    agencies: Collection[str] = frozenset(),
) -> Iterator[tuple[str, ...]]:
    """The names that JSON-LD gives as author or creator, then those of each meta element; none of them empty.

    Yoast and others declare the author for link previews alone, as the value of a label "Written by".
    """
    for key in ("author", "creator"):
        names = tuple(author_names(article.get(key), nodes, agencies))
        if names:
            yield names
    yield from ((meta[name],) for name in META_NAMES if name in meta)
    for label, value in PREVIEW_LABELS:
        if WRITTEN_BY.fullmatch(meta.get(label, "")) and value in meta:
            yield (meta[value],)
    yield from ((value,) for name, value in meta.items() if name.endswith(":written by"))


def _signed(pieces: tuple[str, ...], unsigned: Sequence[str], agencies: Collection[str]) -> tuple[str, ...]:
    """Who signs in a printed byline: its pieces say where a name ends, unless a name is in pieces itself.

    A piece that repeats a name with more words, as in "Follow Nino Beridze", names nobody else.
    """
    prints = (("\n".join(pieces),), (" ".join(pieces),))
    apart = next(filter(None, (read_authors(print_, *unsigned, agencies=agencies) for print_ in prints)), ())
    return tuple(name for name in apart if not any(other != name and other in name for other in apart))
