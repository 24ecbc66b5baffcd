"""Are people found where they stand, and do short names lead to full ones? On invented news of many kinds."""

import re
from collections.abc import Iterator
from pathlib import Path

from bench.labelled import Labelled, Score, spread
from bench.metrics import Confusion, share
from etl.model import Mention
from etl.people.identities import Setting
from etl.people.mentions import find_mentions
from etl.people.resolution import resolve_mentions

SAMPLES = Path(__file__).parent.parent / "tests" / "mentions.txt"
CONTEXT = 25  # code points around a mention that are shown with a failure


def marked_articles() -> list[tuple[str, frozenset[tuple[int, int]]]]:
    """(body, where its mentions stand) of each article of `tests/mentions.txt`."""
    text = re.sub(r"^#.*\n", "", SAMPLES.read_text("utf-8"), flags=re.MULTILINE)
    return [_unmarked(article.rstrip("\n")) for article in re.split(r"^---- .*\n", text, flags=re.MULTILINE)[1:]]


def score_mentions(labelled: Labelled) -> Iterator[Score]:
    """Exact spans, and what became of single parts of names. The rules were tuned on these articles."""
    reading = labelled.reading()
    right = found = wanted = 0
    failures: list[str] = []
    parts: list[Mention] = []
    for body, spans in spread(marked_articles(), labelled.sample):
        mentions = resolve_mentions(
            find_mentions(body, reading.finder, lambda name: reading.find_place(name) is not None),
            Setting(reading.people),
        )
        mine = {(mention.start, mention.end) for mention in mentions}
        right, found, wanted = right + len(mine & spans), found + len(mine), wanted + len(spans)
        failures += [
            f"{'missed' if span in spans else 'not one'}: {_around(body, span)}" for span in sorted(mine ^ spans)
        ]
        parts += [mention for mention in mentions if " " not in mention.surface]
    counts = Confusion(right, found - right, wanted - right)
    yield Score("mentions", "precision", counts.precision, found, tuple(failures))
    yield Score("mentions", "recall", counts.recall, wanted)
    yield Score("mentions", "F1, exact spans", counts.f1, wanted)
    told = [mention.status in {"in_article", "ambiguous"} for mention in parts]
    yield Score("mentions", "single parts linked or ambiguous", share(told), len(told))


def _unmarked(article: str) -> tuple[str, frozenset[tuple[int, int]]]:
    body, spans = "", set()
    for piece in re.split(r"(\[[^\]]+\])", article):
        if piece.startswith("["):
            spans.add((len(body), len(body) + len(piece) - 2))
        body += piece.strip("[]") if piece.startswith("[") else piece
    return body, frozenset(spans)


def _around(body: str, span: tuple[int, int]) -> str:
    start, end = span
    return f"{body[max(0, start - CONTEXT) : start]}[{body[start:end]}]{body[end : end + CONTEXT]}".replace("\n", " ")
