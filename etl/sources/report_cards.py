"""A source's report card: what its feeds and one of its pages showed, and what is wrong with it.

Pure: answers come in, facts go out. Nothing is filled in that was not seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from etl.model import Article, Calendar, FeedEntry, Source
from etl.reading.dates import read_date
from etl.reading.languages import detect_language
from etl.sources.feed_answers import FeedAnswer
from etl.sources.mastheads import feed_masthead
from etl.sources.problems import PageLook, Problem, entries_of, find_problems, printed_date, published_at
from etl.sources.whereabouts import Guess
from etl.web.reservations import Reservations

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed: how many entries it lists, how many of them have a date and the whole text; `fault` where none."""

    url: str
    evidence: str
    entries: int
    dated: int
    moved_to: str | None
    fault: str | None
    whole_texts: int = 0


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One entry: its date as printed and the instant read from it, null where it is none."""

    headline: str | None
    link: str | None
    date_raw: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageLine:
    """What reading one page gave; `fault` where it gave no article."""

    url: str
    fault: str | None = None
    headline: str | None = None
    authors: tuple[str, ...] = ()
    dateline: str | None = None
    published_at: datetime | None = None
    completeness: str | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """What a source is like, each with its evidence; the language also as declared and as detected in its entries."""

    language: Guess
    language_declared: str | None
    language_detected: str | None
    country: Guess
    timezone: Guess
    calendar: Guess


@dataclass(frozen=True, slots=True)
class ReportCard:
    """All that a person is told of a source; counts are of entries, times are UTC."""

    source_id: str
    title: str
    site: str
    problems: tuple[Problem, ...]
    feeds: tuple[FeedLine, ...]
    traits: Traits
    robots: tuple[tuple[str, int], ...]
    reservations: Reservations | None
    entries: int
    dated: int
    newest: datetime | None
    oldest: datetime | None
    samples: tuple[SampleLine, ...]
    page: PageLine | None
    in_vain: tuple[tuple[str, str], ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether the source gives nothing as it is configured."""
        return any(problem.severity == "error" for problem in self.problems)


def guess_calendar(entries: Iterable[FeedEntry], look: PageLook) -> Guess:
    """The calendar of the dates printed: of the region's own where any is in it, and which print said so."""
    printed = [*filter(None, map(printed_date, entries)), *look.printed]
    seen: dict[Calendar, str] = {}
    for print_ in printed:
        moment = read_date(print_, None)
        if moment.day is not None:
            seen.setdefault(moment.calendar, print_)
    own: Calendar = "jalali" if "jalali" in seen else "hijri" if "hijri" in seen else "gregorian"
    if own not in seen:
        return Guess(None, "no date was found")
    return Guess(own, f"the date {seen[own]!r}")


def guess_language(answers: Sequence[FeedAnswer], page_language: str | None) -> tuple[Guess, str | None, str | None]:
    """(the language and why, as declared by feeds or page, as detected in headlines and summaries)."""
    declared = next(filter(None, (feed_masthead(answer.document).language for answer in answers)), page_language)
    words = " ".join(f"{entry.headline or ''} {entry.summary or ''}" for entry in entries_of(answers))
    detected = detect_language(words, None)
    language = detect_language(words, declared)
    if language is None:
        return Guess(None, "nothing is declared, and there is no text to tell it from"), declared, detected
    why = "declared" if declared == language else f"headlines and summaries (declared: {declared or 'nothing'})"
    return Guess(language, why), declared, detected


def make_card(
    source: Source, answers: Sequence[FeedAnswer], look: PageLook, traits: Traits, now: datetime
) -> ReportCard:
    """The report card of a source as configured or drafted; a draft's time zone may be null."""
    entries = entries_of(answers)
    instants = sorted(filter(None, (published_at(entry, source) for entry in entries)))
    return ReportCard(
        source_id=source.source_id,
        title=source.title,
        site=source.site,
        problems=tuple(sorted(find_problems(source, answers, look, now), key=lambda problem: problem.severity)),
        feeds=tuple(_feed_line(answer) for answer in answers),
        traits=traits,
        robots=look.robots,
        reservations=look.reservations,
        entries=len(entries),
        dated=sum(1 for entry in entries if printed_date(entry)),
        newest=instants[-1] if instants else None,
        oldest=instants[0] if instants else None,
        samples=tuple(_sample(entry, source) for entry in entries[:SAMPLES]),
        page=_page_line(look),
    )


def _feed_line(answer: FeedAnswer) -> FeedLine:
    dated = sum(1 for entry in answer.entries if printed_date(entry))
    texts = sum(1 for entry in answer.entries if entry.content)
    return FeedLine(answer.url, answer.evidence, len(answer.entries), dated, answer.moved_to, answer.fault, texts)


def _sample(entry: FeedEntry, source: Source) -> SampleLine:
    return SampleLine(entry.headline, entry.link, printed_date(entry), published_at(entry, source))


def _page_line(look: PageLook) -> PageLine | None:
    if look.url is None:
        return None
    if not isinstance(look.read, Article):
        return PageLine(look.url, look.fault)
    fields = look.read.fields
    authors = fields["authors"]
    return PageLine(
        url=look.url,
        headline=_text(fields["headline"]),
        authors=tuple(map(str, authors)) if isinstance(authors, list | tuple) else (),
        dateline=_text(fields["dateline"]),
        published_at=found if isinstance(found := fields["published_at"], datetime) else None,
        completeness=_text(fields["body_completeness"]),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
