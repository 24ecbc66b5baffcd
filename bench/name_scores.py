"""Do spellings of one person's name share a key, and does the scorer tell one name from two?

The views are those in which matchers of names were compared before: every negative, the names of the Middle East
against every negative, and everyday negatives (other people who share a part, no look-alikes). A view's best F1 is that
of the threshold that suits it best on this data; all else is at the product's own threshold.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from bench.labelled import Labelled, Score
from bench.metrics import Confusion, share
from etl.people.names import name_key
from etl.people.persons import Likeness, NameForms, compare

LOOK_ALIKES = ("neg_lookalike", "neg_near_swap")
VIEWS: dict[str, Callable[[str], bool]] = {
    "all negatives": lambda _: True,
    "Middle East": lambda stratum: stratum.endswith("_mena") or stratum.startswith("neg_"),
    "everyday": lambda stratum: stratum not in LOOK_ALIKES,
}


class Judged(NamedTuple):
    """A pair of names with what is true and what the scorer says."""

    row: dict[str, str]
    same: bool
    likeness: Likeness


def score_names(labelled: Labelled) -> Iterator[Score]:
    """Precision, recall and F1 of equal keys and of the scorer, then the shares that are right by kind of pair."""
    for dataset in ("pairs_dev", "xscript_dev"):
        rows = labelled.columns(f"names/{dataset}.tsv")
        if rows:
            yield from _key_scores(dataset, rows)
            yield from _scorer_scores(dataset, _judged(rows, labelled.house.rules.people.forms))


def _judged(rows: list[dict[str, str]], forms: NameForms) -> list[Judged]:
    return [Judged(row, row["label"] == "1", compare(row["name_a"], row["name_b"], forms)) for row in rows]


def _key_scores(dataset: str, rows: list[dict[str, str]]) -> Iterator[Score]:
    counts = _confusion((row["label"] == "1", _equal(row)) for row in rows)
    yield Score(dataset, "equal keys: precision", counts.precision, len(rows))
    yield Score(dataset, "equal keys: recall", counts.recall, len(rows))
    yield Score(dataset, "equal keys: F1", counts.f1, len(rows))


def _scorer_scores(dataset: str, judged: list[Judged]) -> Iterator[Score]:
    """Views leave other names of a person (noms de guerre) out: no name tells them."""
    named = [case for case in judged if not case.row["stratum"].startswith("pos_other")]
    views = VIEWS if dataset == "pairs_dev" else {"across scripts": VIEWS["all negatives"]}
    for view, belongs in views.items():
        cases = [case for case in named if belongs(case.row["stratum"])]
        counts = _confusion((case.same, case.likeness.same) for case in cases)
        yield Score(dataset, f"scorer, {view}: precision", counts.precision, len(cases))
        yield Score(dataset, f"scorer, {view}: recall", counts.recall, len(cases))
        yield Score(dataset, f"scorer, {view}: F1", counts.f1, len(cases))
        yield Score(dataset, f"scorer, {view}: best F1", _best_f1(cases), len(cases))
    for stratum, members in groupby(sorted(judged, key=_stratum), key=_stratum):
        cases = list(members)
        failures = tuple(_shown(case) for case in cases if case.same is not case.likeness.same)
        wanted = "same" if cases[0].same else "apart"
        yield Score(dataset, f"{stratum}: {wanted}", 1 - len(failures) / len(cases), len(cases), failures)
        keyed = share(_equal(case.row) is case.same for case in cases)
        yield Score(dataset, f"{stratum}: {wanted} by key", keyed, len(cases))


def _confusion(answers: Iterable[tuple[bool, bool]]) -> Confusion:
    """Counts of (true, answered)."""
    listed = list(answers)
    return Confusion(
        true_positives=sum(true and answered for true, answered in listed),
        false_positives=sum(answered and not true for true, answered in listed),
        false_negatives=sum(true and not answered for true, answered in listed),
    )


def _best_f1(cases: list[Judged]) -> float:
    """F1 at the threshold that suits these cases best."""
    wanted, found, best = sum(case.same for case in cases), 0, 0.0
    ranked = sorted(cases, key=lambda case: -case.likeness.score)
    taken = 0
    for _, level in groupby(ranked, key=lambda case: case.likeness.score):
        members = list(level)
        taken += len(members)
        found += sum(case.same for case in members)
        best = max(best, 2 * found / (taken + wanted))
    return best


def _stratum(case: Judged) -> str:
    return case.row["stratum"]


def _equal(row: dict[str, str]) -> bool:
    """Whether both names have one key; no key equals nothing."""
    key = name_key(row["name_a"])
    return key != "" and key == name_key(row["name_b"])


def _shown(case: Judged) -> str:
    names = " / ".join(repr(case.row[name]) for name in ("name_a", "name_b"))
    return f"{names} {case.likeness.score:.2f}: {case.likeness.why}"
