"""What right and wrong mean: shares, sets, pairs, and how much of one text stands in another. All values are 0 to 1."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from statistics import fmean

SHINGLE_TOKENS = 4
# Thai, Lao, kana and Han are written without spaces: each character is a token there.
UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff"
TOKEN = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of a yes-or-no question: right yes, wrong yes, wrong no. A share of nothing is 0."""

    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def precision(self) -> float:
        """The share of the yes answers that are right."""
        claimed = self.true_positives + self.false_positives
        return self.true_positives / claimed if claimed else 0.0

    @property
    def recall(self) -> float:
        """The share of what should be answered with yes that is."""
        wanted = self.true_positives + self.false_negatives
        return self.true_positives / wanted if wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return harmonic_mean(self.precision, self.recall)


def share(hits: Iterable[bool]) -> float:
    """The share of hits; 0 for no cases at all."""
    return mean(float(hit) for hit in hits)


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean; 0 for no values at all."""
    listed = list(values)
    return fmean(listed) if listed else 0.0


def harmonic_mean(precision: float, recall: float) -> float:
    """F1 of a precision and a recall; 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def set_f1(given: Collection[str], expected: Collection[str]) -> float:
    """F1 of one set against another; 1 where both are empty, since nothing was to be found and nothing was."""
    if not given and not expected:
        return 1.0
    common = len(set(given) & set(expected))
    return Confusion(common, len(set(given)) - common, len(set(expected)) - common).f1


def text_overlap(given: str, expected: str) -> tuple[float, float]:
    """(precision, recall) of a text's shingles of four tokens, repetitions counted; (0, 0) where one text is empty.

    The measure of scrapinghub's article-extraction-benchmark: averaged over pages first, F1 comes last.
    """
    ours, theirs = _shingles(given), _shingles(expected)
    if not ours or not theirs:
        return (1.0, 1.0) if ours == theirs else (0.0, 0.0)
    common = (ours & theirs).total()
    return common / ours.total(), common / theirs.total()


def pieces_found(text: str, wanted: Iterable[str], unwanted: Iterable[str]) -> Confusion:
    """Pieces of text that must stand in a text and pieces that must not, white space folded on both sides."""
    folded = fold_space(text)
    missing = [piece for piece in wanted if fold_space(piece) not in folded]
    extra = [piece for piece in unwanted if fold_space(piece) in folded]
    return Confusion(len(list(wanted)) - len(missing), len(extra), len(missing))


def fold_space(text: str) -> str:
    """A text with each run of white space as one space, none at its ends."""
    return " ".join(text.split())


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = TOKEN.findall(text)
    starts = range(max(1, len(tokens) - SHINGLE_TOKENS + 1)) if tokens else ()
    return Counter(tuple(tokens[start : start + SHINGLE_TOKENS]) for start in starts)
