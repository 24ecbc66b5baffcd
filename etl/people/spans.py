"""A text in which names stand, and where one stands."""

from collections.abc import Callable
from typing import NamedTuple


class Span(NamedTuple):
    """Its titles from `title_start` (equal to `start` without titles), its name to `end`."""

    title_start: int
    start: int
    end: int


class Text(NamedTuple):
    """A body, and what is known of it as a whole.

    Its words in small letters, the first words of its organisations, where its lists of players stand.
    """

    body: str
    is_place: Callable[[str], bool]
    small: frozenset[str]
    heads: frozenset[str]
    lists: tuple[tuple[int, int], ...]
