"""Is the article in a page read whole, and are its headline, times and authors those that a person reads there?"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from typing import Any, cast
from urllib.parse import urlsplit

from bench.labelled import Labelled, Score
from bench.metrics import Confusion, fold_space, harmonic_mean, mean, pieces_found, set_f1, share, text_overlap
from etl.model import Article, FeedEntry, Reject
from etl.reading.articles import read_article

READ_AT = datetime(2026, 11, 22, tzinfo=UTC)  # the day of the data; only the flag for dates in the future asks for it
POOR_OVERLAP = 0.8  # below this F1 of its body a page is listed as a failure
# Labels of authors that are no persons on their face: a host, a desk, a staff, agencies joined by a slash.
NO_PERSON = re.compile(
    r"\.\w{2,3}$|/|\b(?:news|staff|team|redaktion|redacción|newsdesk)\b|デジタル|web$", re.IGNORECASE
)
PAGE_SETS = ("pages/fundus_dev.jsonl.gz", "pages/trafilatura_dev.jsonl.gz")
UNDATED_PAGES = 200
UNDATED_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>Headline</title><meta property="og:type" content="article"></head>'
    "<body><article><h1>Headline</h1><p>{}</p></article></body></html>"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One labelled page and the article that was read from it, or why it was rejected."""

    page_id: str
    expected: dict[str, Any]
    outcome: Article | Reject

    @property
    def article(self) -> Article | None:
        """The article; null where the page was rejected."""
        return self.outcome if isinstance(self.outcome, Article) else None

    def field(self, name: str) -> Any:
        """What was read as a field; null where there is no article."""
        return self.article.fields[name] if self.article else None

    @property
    def text(self) -> str:
        """All the text that was kept: the body with the furniture of its head and tail, in the order of the print."""
        names = ("dateline", "section_slug", "attribution", "body_text", "sign_off")
        parts = [*(self.field(name) for name in names), *(self.field("desk_codes") or ())]
        return " ".join(part for part in parts if part)

    @property
    def day(self) -> date | None:
        """The day of publication, in the zone of the expected instant where both are instants."""
        wanted, instant = _expected_instant(self.expected), self.field("published_at")
        if wanted is not None and instant is not None:
            return cast(datetime, instant).astimezone(wanted.tzinfo).date()
        return cast("date | None", self.field("published_local_date"))


def score_pages(labelled: Labelled) -> Iterator[Score]:
    """Scores of both sets of pages, and of pages that say no date."""
    fundus = _answers(labelled, PAGE_SETS[0])
    if fundus:
        yield _read(fundus, "fundus_dev")
        yield from _body_scores(fundus)
        yield from _shared_scores(fundus, "fundus_dev")
        zoned = [answer for answer in fundus if _expected_instant(answer.expected) is not None]
        yield _shares("fundus_dev", "minute, where a zone is expected", zoned, _has_minute, _shown_date)
    trafilatura = _answers(labelled, PAGE_SETS[1])
    if trafilatura:
        yield _read(trafilatura, "trafilatura_dev")
        yield from _piece_scores(trafilatura)
        yield from _shared_scores(trafilatura, "trafilatura_dev")
    undated = _undated_answers(labelled)
    if undated:
        measure = "pages without a date stay undated"
        yield _shares("reuters_dev", measure, undated, lambda answer: answer.day is None, _shown_date)


def _answers(labelled: Labelled, name: str) -> list[Answer]:
    return [
        Answer(row["id"], row["expected"], _outcome(labelled, row["html"], row["url"])) for row in labelled.rows(name)
    ]


def _undated_answers(labelled: Labelled) -> list[Answer]:
    """Pages made of a headline and a body alone, a date in its dateline: a time given for them is invented."""
    rows = labelled.rows("datelines/reuters_dev.jsonl")[:UNDATED_PAGES]
    pages = ((row, UNDATED_PAGE.format(escape(row["text"]))) for row in rows)
    return [Answer(row["id"], {}, _outcome(labelled, page, "http://localhost/")) for row, page in pages]


def _outcome(labelled: Labelled, markup: str, url: str) -> Article | Reject:
    reading = labelled.reading(title=urlsplit(url).hostname or url)
    return read_article(markup.encode(errors="replace"), "utf-8", url, READ_AT, FeedEntry(), reading)


def _read(answers: list[Answer], dataset: str) -> Score:
    return _shares(
        dataset, "pages that gave an article", answers, lambda answer: answer.article is not None, _shown_outcome
    )


def _body_scores(answers: list[Answer]) -> Iterator[Score]:
    """Mean precision, mean recall, and F1 of these means."""
    overlaps = [text_overlap(answer.text, answer.expected["body"]) for answer in answers]
    precision, recall = mean(p for p, _ in overlaps), mean(r for _, r in overlaps)
    ranked = sorted(
        (harmonic_mean(*overlap), answer.page_id, overlap) for answer, overlap in zip(answers, overlaps, strict=True)
    )
    poor = tuple(f"{name}: precision {p:.2f}, recall {r:.2f}" for f1, name, (p, r) in ranked if f1 < POOR_OVERLAP)
    yield Score("fundus_dev", "body: precision", precision, len(answers))
    yield Score("fundus_dev", "body: recall", recall, len(answers))
    yield Score("fundus_dev", "body: F1", harmonic_mean(precision, recall), len(answers), poor)


def _piece_scores(answers: list[Answer]) -> Iterator[Score]:
    """Precision and recall of pieces of text that must and must not stand in the body, over all pages together."""
    found = [pieces_found(answer.text, answer.expected["with"], answer.expected["without"]) for answer in answers]
    counts = Confusion(
        sum(one.true_positives for one in found),
        sum(one.false_positives for one in found),
        sum(one.false_negatives for one in found),
    )
    missed = tuple(
        f"{answer.page_id}: {one.false_negatives} pieces missing, {one.false_positives} too many"
        for answer, one in sorted(zip(answers, found, strict=True), key=lambda pair: -_wrong(pair[1]))
        if _wrong(one)
    )
    yield Score("trafilatura_dev", "text pieces: precision", counts.precision, len(answers))
    yield Score("trafilatura_dev", "text pieces: recall", counts.recall, len(answers))
    yield Score("trafilatura_dev", "text pieces: F1", counts.f1, len(answers), missed)


def _wrong(pieces: Confusion) -> int:
    return pieces.false_negatives + pieces.false_positives


def _shared_scores(answers: list[Answer], dataset: str) -> Iterator[Score]:
    """Headline, day and authors, each over the pages that are labelled with it."""
    titled = [answer for answer in answers if "title" in answer.expected]
    yield _shares(dataset, "headline exact", titled, _has_headline, _shown_headline)
    dated = [answer for answer in answers if _expected_day(answer.expected) is not None]
    yield _shares(dataset, "day of publication", dated, _has_day, _shown_date)
    given = [answer for answer in dated if answer.day is not None]
    yield _shares(dataset, "day right where one is given", given, _has_day, _shown_date)
    signed = [answer for answer in answers if "authors" in answer.expected]
    agreements = [(set_f1(*_authors(answer)), answer) for answer in signed]
    failures = tuple(_shown_authors(answer) for f1, answer in agreements if f1 < 1)
    yield Score(dataset, "authors: set F1", mean(f1 for f1, _ in agreements), len(signed), failures)
    yield Score(dataset, "authors: exact set", share(f1 == 1 for f1, _ in agreements), len(signed))
    personal = [f1 for f1, answer in agreements if not any(map(NO_PERSON.search, answer.expected["authors"]))]
    yield Score(dataset, "authors: exact set, persons labelled", share(f1 == 1 for f1 in personal), len(personal))


def _shares(
    dataset: str,
    measure: str,
    answers: Iterable[Answer],
    is_right: Callable[[Answer], bool],
    show: Callable[[Answer], str],
) -> Score:
    judged = [(answer, is_right(answer)) for answer in answers]
    failures = tuple(show(answer) for answer, right in judged if not right)
    return Score(dataset, measure, share(right for _, right in judged), len(judged), failures)


def _has_headline(answer: Answer) -> bool:
    return _folded(answer.field("headline") or "") == _folded(answer.expected["title"])


def _has_day(answer: Answer) -> bool:
    return answer.day == _expected_day(answer.expected)


def _has_minute(answer: Answer) -> bool:
    wanted, instant = _expected_instant(answer.expected), answer.field("published_at")
    return wanted is not None and instant is not None and _minute(instant) == _minute(wanted)


def _minute(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(second=0, microsecond=0)


def _expected_day(expected: dict[str, Any]) -> date | None:
    moment = _labelled_moment(expected)
    return moment.date() if moment else None


def _expected_instant(expected: dict[str, Any]) -> datetime | None:
    """The expected instant; null where only a day or a clock without a zone is labelled."""
    moment = _labelled_moment(expected)
    return moment if moment is not None and moment.tzinfo is not None else None


def _labelled_moment(expected: dict[str, Any]) -> datetime | None:
    """The labelled date; null where there is none or it is misspelt ("2022-01.26" is one of them)."""
    try:
        return datetime.fromisoformat(expected.get("date") or expected.get("day") or "")
    except ValueError:
        return None


def _authors(answer: Answer) -> tuple[set[str], set[str]]:
    """(given, expected) authors, without regard to case."""
    given, expected = answer.field("authors") or [], answer.expected["authors"]
    return {_folded(name).casefold() for name in given}, {_folded(name).casefold() for name in expected}


def _folded(text: str) -> str:
    return fold_space(unicodedata.normalize("NFC", text))


def _shown_outcome(answer: Answer) -> str:
    why = (
        f"{answer.outcome.reason_code}, {answer.outcome.reason_text}" if isinstance(answer.outcome, Reject) else "read"
    )
    return f"{answer.page_id}: {why}"


def _shown_headline(answer: Answer) -> str:
    return f"{answer.page_id}: {answer.field('headline')!r}, labelled {answer.expected['title']!r}"


def _shown_date(answer: Answer) -> str:
    given = answer.field("published_at") or answer.field("published_local_date")
    printed = f"{answer.field('published_source')} {answer.field('published_raw')!r}"
    return (
        f"{answer.page_id}: {given} ({printed}), labelled {answer.expected.get('date') or answer.expected.get('day')}"
    )


def _shown_authors(answer: Answer) -> str:
    return f"{answer.page_id}: {list(answer.field('authors') or [])}, labelled {answer.expected['authors']}"
