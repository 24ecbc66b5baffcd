"""The fields of one entry as its document has them: what every reader of feeds gives."""

from typing import NamedTuple


class Printed(NamedTuple):
    """An entry's fields as the document has them, null where it has none.

    `author` is who signs without being one of `authors`, which feedparser gives where it finds no name. `content` is
    what stands in the element for the whole text; where there is no summary, it is that too.
    """

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    author: str | None = None
    terms: tuple[str, ...] = ()
    content: str | None = None


class IntricateError(Exception):
    """The document has something of which only feedparser knows what it means."""


class Found:
    """What has been found of one entry."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.authors: list[str] = []
        self.terms: list[tuple[str, str | None, str | None]] = []
        self._once: set[tuple[str, str | None, str | None]] = set()

    def put(self, name: str, value: str) -> None:
        """Takes a field that may stand once."""
        if name in self.fields:
            raise IntricateError
        self.fields[name] = value

    def put_term(self, term: str, scheme: str | None = None, label: str | None = None) -> None:
        """Takes a category; one that stands twice counts once."""
        if (term, scheme, label) not in self._once:
            self._once.add((term, scheme, label))
            self.terms.append((term, scheme, label))

    def printed(self) -> Printed:
        """The entry. The description is the summary, the content where there is none."""
        fields = self.fields
        if any("@" in author for author in self.authors):
            raise IntricateError
        return Printed(
            fields.get("guid"),
            fields.get("link"),
            fields.get("title"),
            fields.get("published"),
            fields.get("updated"),
            fields.get("description", fields.get("content")),
            authors := tuple(filter(None, self.authors)),
            self.authors[-1] if self.authors and not authors else None,
            tuple(term for term, _, _ in self.terms),
            fields.get("content"),
        )
