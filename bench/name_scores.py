"""Do spellings of one person's name share a key, and do different persons' names have different ones?"""

from collections.abc import Iterator

from bench.labelled import Labelled, Score
from bench.metrics import Confusion, share
from etl.names import name_key


def score_names(labelled: Labelled) -> Iterator[Score]:
    """Precision, recall and F1 of equal keys over the pairs, then the share that is right by kind of pair."""
    for dataset in ("pairs_dev", "xscript_dev"):
        rows = labelled.columns(f"names/{dataset}.tsv")
        if rows:
            yield from _pair_scores(dataset, rows)


def _pair_scores(dataset: str, rows: list[dict[str, str]]) -> Iterator[Score]:
    judged = [(row, row["label"] == "1", _equal(row)) for row in rows]
    counts = Confusion(
        true_positives=sum(same and equal for _, same, equal in judged),
        false_positives=sum(equal and not same for _, same, equal in judged),
        false_negatives=sum(same and not equal for _, same, equal in judged),
    )
    yield Score(dataset, "equal keys: precision", counts.precision, len(rows))
    yield Score(dataset, "equal keys: recall", counts.recall, len(rows))
    yield Score(dataset, "equal keys: F1", counts.f1, len(rows))
    for stratum in sorted({row["stratum"] for row in rows}):
        members = [case for case in judged if case[0]["stratum"] == stratum]
        failures = tuple(_shown(row) for row, same, equal in members if same is not equal)
        wanted = "equal" if members[0][1] else "different"
        right = share(same is equal for _, same, equal in members)
        yield Score(dataset, f"{stratum}: {wanted}", right, len(members), failures)


def _equal(row: dict[str, str]) -> bool:
    """Whether both names have one key; no key equals nothing."""
    key = name_key(row["name_a"])
    return key != "" and key == name_key(row["name_b"])


def _shown(row: dict[str, str]) -> str:
    return " / ".join(f"{row[name]!r} {name_key(row[name])!r}" for name in ("name_a", "name_b"))
