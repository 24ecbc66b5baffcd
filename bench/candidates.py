"""Candidate look-up at a million names: does it find the spellings, how many does it propose, how fast.

The million is made by recombining the parts of the registry's own names; the labelled spelling variants are added to
it, so that each look-up has one right answer among them. Run `python -m bench.candidates`.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.evaluation import DATA, ROOT
from bench.labelled import Labelled
from etl.config import open_house
from etl.people.candidates import CandidateIndex, find_candidates, index_names
from etl.people.registry import load_registry

STRATA = ("pos_spelling_mena", "pos_spelling_rest")
SEED = 20260101


class Found(NamedTuple):
    """One look-up: whether the right name was among the candidates, how many they were, seconds of CPU."""

    right: bool
    candidates: int
    seconds: float


def recombined(names: Sequence[str], count: int) -> list[str]:
    """So many different names: the beginning of one name, the last part of another."""
    drawn = random.Random(SEED)
    split = [name.split(" ") for name in names if " " in name]
    first, last = [words[:-1] for words in split], [words[-1] for words in split]
    made: dict[str, None] = {}
    while len(made) < count:
        made[" ".join([*drawn.choice(first), drawn.choice(last)])] = None
    return list(made)


def look_up(pairs: Sequence[tuple[str, str]], population: list[str]) -> tuple[CandidateIndex, list[Found]]:
    """The index of a population and of one name of each pair, and what a look-up of the other finds."""
    names = [*population, *(name for name, _ in pairs)]
    index = index_names(names)
    found = []
    for name, spelling in pairs:
        began = time.process_time()
        candidates = find_candidates(spelling, index)
        seconds = time.process_time() - began
        found.append(Found(any(names[number] == name for number in candidates), len(candidates), seconds))
    return index, found


def main(arguments: list[str] | None = None) -> int:
    """Prints recall and number of candidates by kind of pair; 0 also where there is no data."""
    parser = argparse.ArgumentParser(prog="python -m bench.candidates", description="Measure candidate look-up.")
    parser.add_argument("--data", type=Path, default=ROOT / DATA, help=f"labelled data, {DATA} if not given")
    parser.add_argument("--names", type=int, default=1_000_000, help="names in the population")
    parser.add_argument("--sample", type=int, help="pairs, at even distances; all if not given")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print("There is no labelled data: nothing to measure.")
        return 0
    labelled = Labelled(options.data, open_house(config=ROOT / "config"), options.sample)
    rows = [row for row in labelled.columns("names/pairs_dev.tsv") if row["stratum"] in STRATA]
    registry = load_registry(ROOT / "config" / "persons.csv")
    known = [form for person in registry.persons.values() for form in (person.name, *person.names_latin)]
    began = time.process_time()
    index, found = look_up([(row["name_a"], row["name_b"]) for row in rows], recombined(known, options.names))
    seconds = sum(one.seconds for one in found)
    print(f"{len(index.names):,} names, {len(index.parts):,} parts, {time.process_time() - began - seconds:.0f} CPU s")
    for stratum in (*STRATA, "all"):
        some = [one for row, one in zip(rows, found, strict=True) if stratum in (row["stratum"], "all")]
        if some:
            recall, size = sum(one.right for one in some) / len(some), median(one.candidates for one in some)
            print(f"{stratum}: recall {recall:.4f} of {len(some)}, median {size:.0f} candidates")
    print(f"{len(found) / seconds:,.0f} look-ups a CPU second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
