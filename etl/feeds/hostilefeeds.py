"""Feeds that are large and not well-formed, read where they can do no harm: in a process of their own.

What takes too much is read in smaller and smaller parts from its beginning, so that the entries there are not lost.
"""

from collections.abc import Callable, Sequence

from etl.feeds.entries import read_feed, read_tolerantly
from etl.feeds.printed import Printed
from etl.model import FeedEntry, Reject
from etl.reading.reader_child import Limits
from etl.reading.reader_process import ReaderProcess

Asked = tuple[bytes, str | None]
HARMLESS_BYTES = 100_000  # a document of so many costs at most half a second, whatever stands in it
PORTIONS = (1_000_000, HARMLESS_BYTES)
READER = ReaderProcess(Limits(cpu_seconds=1.8, megabytes=256))  # three tries stay under five seconds


def read_any_feed(document: bytes, content_type: str | None, url: str) -> tuple[Sequence[FeedEntry], str | None]:
    """The entries of a feed document, and in words what of it was not read; null where all was.

    Raises FatalFetchError, naming what was found instead, when the bytes are no feed.
    """
    unread: list[str] = []

    def read_guarded(document: bytes, content_type: str | None) -> tuple[Printed, ...] | None:
        if len(document) <= HARMLESS_BYTES:
            return read_tolerantly(document, content_type)
        read = READER.bind(tolerant_reader, None)
        for size in (len(document), *PORTIONS):
            found = read((document[:size], content_type))
            if isinstance(found, Reject):
                continue
            if size < len(document):
                unread.append(f"only the first {size} of {len(document)} bytes were read")
            entries: tuple[Printed, ...] | None = found
            return entries
        return None

    entries = read_feed(document, content_type, url, read_guarded)
    return entries, next(iter(unread), None)


def tolerant_reader(_: object) -> Callable[[Asked], tuple[Printed, ...] | None]:
    """What reads a document in the process."""
    return lambda asked: read_tolerantly(*asked)
