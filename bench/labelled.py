"""Labelled data in, scores out: what the evaluations share. The data stays where it lies and is no part of Dateline."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from etl.config import House
from etl.model import Source
from etl.reading.articles import Reading
from etl.verbs.transformation import reading_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the table: `value` is 0 to 1, the higher the better, over so many `cases`.

    `failures` describes the cases that fell short, the worst first where there is a worse.
    """

    dataset: str
    measure: str
    value: float
    cases: int
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Labelled:
    """Where the labelled data lies, by what rules it is read, and how many cases of each set are taken (null: all)."""

    folder: Path
    house: House
    sample: int | None = None

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The objects of a JSON lines file, gzipped or not; none where there is no such file."""
        path = self.folder / name
        if not path.exists():
            return []
        markup = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return [json.loads(line) for line in spread(markup.splitlines(), self.sample)]

    def columns(self, name: str) -> list[dict[str, str]]:
        """The rows of a tab-separated file by the names in its first line; none where there is no such file."""
        path = self.folder / name
        if not path.exists():
            return []
        names, *lines = (line.split("\t") for line in path.read_text("utf-8").splitlines())
        return [dict(zip(names, line, strict=True)) for line in spread(lines, self.sample)]

    def reading(self, title: str = "unknown") -> Reading:
        """The shared rules and a source of which only the title is known; what it prints without a zone is UTC."""
        return reading_of(self.house, Source("unknown", title, "http://localhost", (), "und", "ZZ", "UTC"))


def spread(rows: Sequence[T], sample: int | None) -> list[T]:
    """So many of the rows, taken at even distances: the same ones each time; all of them where `sample` is null."""
    if sample is None or sample >= len(rows):
        return list(rows)
    return [rows[number * len(rows) // sample] for number in range(sample)]
