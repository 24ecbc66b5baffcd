"""Are datelines cut exactly, and is a text without one left whole?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.labelled import Labelled, Score
from bench.metrics import share
from etl.model import Dateline
from etl.reading.articles import Reading, split_head

CONTEXT = 70  # code points of a text that are shown with a failure


@dataclass(frozen=True, slots=True)
class Cut:
    """One labelled text and what was cut off its head."""

    label: dict[str, Any]
    dateline: Dateline | None
    is_whole: bool

    @property
    def end(self) -> int:
        """Where the dateline ends, in code points; 0 where none was cut."""
        return len(self.dateline.text) if self.dateline else 0

    @property
    def is_exact(self) -> bool:
        """Whether the dateline ends where the label says."""
        return self.end == int(self.label["dateline_end"])

    def __str__(self) -> str:
        text, expected = self.label["text"], int(self.label["dateline_end"])
        return f"{text[:CONTEXT]!r}: cut {text[: self.end]!r}, labelled {text[:expected]!r}"


def score_datelines(labelled: Labelled) -> Iterator[Score]:
    """Scores of every dateline set that is there."""
    reading = labelled.reading()
    yield from _real(_cuts(labelled.rows("datelines/real_dev.jsonl"), reading), reading)
    for name in ("reuters_dev", "styled_dev"):
        cuts = _cuts(labelled.rows(f"datelines/{name}.jsonl"), reading)
        yield from _scored(name, "exact end", ((cut, cut.is_exact) for cut in cuts))
    whole = _cuts(labelled.rows("datelines/none_dev.jsonl"), reading)
    yield from _scored("none_dev", "left whole", ((cut, cut.is_whole) for cut in whole))


def _real(cuts: list[Cut], reading: Reading) -> Iterator[Score]:
    found = [cut for cut in cuts if cut.label["label"] == "dateline"]
    yield from _scored("real_dev", "exact end", ((cut, cut.is_exact) for cut in found))
    yield from _scored("real_dev", "place as printed", ((cut, _has_place(cut)) for cut in found))
    placed = [cut for cut in found if cut.label["country"]]
    yield from _scored("real_dev", "country", ((cut, _has_country(cut)) for cut in placed))
    yield from _scored("real_dev", "agency", ((cut, _has_agency(cut, reading)) for cut in found))
    without = (cut for cut in cuts if cut.label["label"] != "dateline")
    yield from _scored("real_dev", "left whole where there is none", ((cut, cut.is_whole) for cut in without))


def _cuts(rows: Iterable[dict[str, Any]], reading: Reading) -> list[Cut]:
    cuts = []
    for row in rows:
        body = split_head((row["text"],), reading)
        cuts.append(Cut(row, body.dateline, not body.cuts))
    return cuts


def _scored(dataset: str, measure: str, cases: Iterable[tuple[Cut, bool]]) -> Iterator[Score]:
    """One score, none where there are no cases."""
    listed = list(cases)
    if listed:
        failures = tuple(str(cut) for cut, hit in listed if not hit)
        yield Score(dataset, measure, share(hit for _, hit in listed), len(listed), failures)


def _has_place(cut: Cut) -> bool:
    place = cut.dateline.place if cut.dateline else None
    return bool((place.name if place else None) == cut.label["city"])


def _has_country(cut: Cut) -> bool:
    place = cut.dateline.place if cut.dateline else None
    return bool((place.country if place else None) == cut.label["country"])


def _has_agency(cut: Cut, reading: Reading) -> bool:
    """A label that is a sign stands for the agency that prints it; a label of null asks that none be named."""
    label = cut.label["agency"]
    return bool((cut.dateline.agency if cut.dateline else None) == reading.signs.get(label, label))
