"""What is wrong with a source, by what its feeds and one of its pages answered; errors are what a person must mend."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from etl.model import Article, FeedEntry, Reject, Source
from etl.reading.dates import read_date
from etl.reading.languages import detect_language
from etl.sources.feed_answers import FeedAnswer
from etl.sources.whereabouts import Offset, contradictions, printed_offset
from etl.web.reservations import Reservations

UNDATED_SHARE_MAX = 0.5  # of the entries, where the source's file expects nothing
GONE = 410
STALE = timedelta(days=30)  # a feed whose newest entry is older may be forgotten by its publisher
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a source: an error where it gives nothing as configured, else for a person to look at."""

    severity: Severity
    what: str


@dataclass(frozen=True, slots=True)
class PageLook:
    """The pages of a source: how many links of entries have each robots.txt verdict, and one page as asked and read.

    `printed` are the dates that the page prints or states, as they stand there; `read` is null where no page was asked.
    """

    robots: tuple[tuple[str, int], ...] = ()
    robots_detail: str | None = None
    url: str | None = None
    fault: str | None = None
    read: Article | Reject | None = None
    printed: tuple[str, ...] = ()
    reservations: Reservations | None = None


def entries_of(answers: Iterable[FeedAnswer]) -> tuple[FeedEntry, ...]:
    """The entries of several feeds, each link once, in their order."""
    entries = (entry for answer in answers for entry in answer.entries)
    return tuple({entry.link or repr(entry): entry for entry in entries}.values())


def offsets_of(entries: Iterable[FeedEntry]) -> tuple[Offset, ...]:
    """The offsets that the entries' dates state in figures."""
    found = (printed_offset(printed_date(entry) or "") for entry in entries)
    return tuple(offset for offset in found if offset is not None)


def printed_date(entry: FeedEntry) -> str | None:
    """The date that an entry prints: of its publication, else of its last change; null where it has none."""
    return entry.published_raw or entry.updated_raw


def published_at(entry: FeedEntry, source: Source) -> datetime | None:
    """The instant of an entry's date as it is read for this source; null where it is none."""
    printed = printed_date(entry)
    return read_date(printed, source.timezone, source.calendar).instant if printed else None


def find_problems(source: Source, answers: Sequence[FeedAnswer], look: PageLook, now: datetime) -> Iterator[Problem]:
    """What is wrong with a source as configured or drafted, feed by feed and then as a whole."""
    entries = entries_of(answers)
    for answer in answers:
        yield from _feed_problems(answer, source)
    if entries:
        yield from _entry_problems(source, entries, now)
        yield from _page_problems(source, look)


def _feed_problems(answer: FeedAnswer, source: Source) -> Iterator[Problem]:
    if answer.exchange.status == GONE:
        yield Problem("error", f"the feed {answer.url} is gone for good (HTTP status 410)")
    elif answer.fault is not None:
        yield Problem("error", f"the feed {answer.url} gives nothing: {answer.fault}")
    elif not answer.entries:
        yield Problem("error", f"the feed {answer.url} lists no entries")
    elif source.expect.entries_min is not None and len(answer.entries) < source.expect.entries_min:
        least = source.expect.entries_min
        yield Problem("warning", f"the feed {answer.url} lists {len(answer.entries)} entries, fewer than {least}")
    if answer.moved_to is not None:
        yield Problem("warning", f"the feed {answer.url} has moved for good to {answer.moved_to}")


def _entry_problems(source: Source, entries: Sequence[FeedEntry], now: datetime) -> Iterator[Problem]:
    undated = sum(1 for entry in entries if not printed_date(entry))
    most = source.expect.undated_share_max if source.expect.undated_share_max is not None else UNDATED_SHARE_MAX
    if undated > most * len(entries):
        yield Problem("warning", f"{undated} of {len(entries)} entries have no date")
    if source.feed_only and not any(entry.content for entry in entries):
        yield Problem("error", "the source is feed_only, and no entry carries the whole text")
    elif not any(entry.link or entry.content for entry in entries):
        yield Problem("error", "no entry has a link to its page, or the whole text")
    offsets = offsets_of(entries)
    odd = contradictions(source.timezone, offsets) if source.timezone else ()
    if odd:
        ahead = Counter(str(offset.ahead) for offset in odd).most_common(1)[0][0]
        told = f"{len(odd)} of {len(offsets)} dates state another offset than {source.timezone} had then"
        yield Problem("warning", f"{told}, most often {ahead} h ahead of UTC")
    text = " ".join(f"{entry.headline or ''} {entry.summary or ''}" for entry in entries)
    detected = detect_language(text, source.language) if source.language != "und" else source.language
    if detected not in (None, source.language):
        yield Problem("warning", f"headlines and summaries are in {detected!r}, not in {source.language!r}")
    newest = max(filter(None, (published_at(entry, source) for entry in entries)), default=None)
    if newest is not None and now - newest > STALE:
        yield Problem("warning", f"the newest entry is of {newest:%Y-%m-%d}")


def _page_problems(source: Source, look: PageLook) -> Iterator[Problem]:
    verdicts = dict(look.robots)
    asked = sum(verdicts.values())
    refused = asked - verdicts.get("ok", 0)
    if refused and source.robots_override is not None:
        told = f"are asked for all the same, as the source's robots_override says: {source.robots_override}"
        yield Problem("warning", f"{refused} of {asked} pages {told}")
    elif refused:
        severity: Severity = "error" if refused == asked else "warning"
        yield Problem(severity, f"{refused} of {asked} pages may not be asked for: {look.robots_detail}")
    if look.fault is not None:
        yield Problem("warning", f"the page {look.url} gave no article: {look.fault}")
