"""Which known names may be meant by a name: few of them, found by their parts, the rarest part first.

It proposes and never decides. Known parts are looked up by their consonants, one of which may differ; names are then
taken from the postings of the parts. It knows of forms only: who bears them is the registry's affair.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from etl.people.names import folded, name_parts
from etl.people.skeletons import block_keys, plain_part, weighted
from etl.people.sounds import is_arabic, sounds_of

MOST = 200  # candidates of one name
MOST_PARTS = 6  # of one name: further ones are left out of the index
ALONE = 600  # names that are looked through for one part of a name alone, those that spell it most alike
WIDE = 20_000  # from here on names that share two of three parts and more are too many to look through
LEAST_LIKE = 0.5  # a known part less alike than this, by letters, is no variant of a part
NEAREST = 96  # so many of the others are
ONE_PART_SHARE = 5  # one in so many candidates may have but one part of the name, where more have two
LONE_PART = np.float32(0.5)  # what a part that the name does not have takes from a candidate's score
ACROSS = np.float32(0.9)  # what likeness by consonants alone is worth: vowels may differ
PLAIN = np.float32(0.85)  # and what likeness is worth that leaves out an article or another word written together
CACHED_PARTS = 2048
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


class Variants(NamedTuple):
    """The known parts that a part may be a spelling of, the likest first, how alike each is (0 to 1), and whose."""

    parts: Ints
    likeness: Floats
    names: Ints


@dataclass(frozen=True, slots=True, eq=False)
class CandidateIndex:
    """Known names by their parts. A name is its number in the order in which it was given."""

    parts: tuple[str, ...]
    spelled: tuple[str, ...]  # each part as `weighted` has it, by consonants and vowels
    bones: tuple[str, ...]  # by consonants alone
    plain: tuple[str, ...]  # as `spelled`, without what may be written apart
    in_arabic: npt.NDArray[np.bool_]
    blocks: dict[str, Ints]  # skeleton -> the parts that have it, or have it with one consonant left out
    names: Ints  # (names, MOST_PARTS): the parts of each name, -1 where it has no more
    starts: npt.NDArray[np.int64]  # where in `postings` the names of a part begin
    postings: Ints
    recent: dict[str, Variants] = field(default_factory=dict)  # of the parts that were asked for last


def index_names(names: Iterable[str]) -> CandidateIndex:
    """The index of known names, in any scripts."""
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(part, len(numbers)) for part in parts_of(name)[:MOST_PARTS]] for name in names]
    table = np.full((len(rows), MOST_PARTS), -1, np.int32)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    having, _ = np.nonzero(table >= 0)
    flat = table[table >= 0]
    order = np.lexsort(((table >= 0).sum(axis=1)[having], flat))  # of a part's names the shortest first
    starts = np.searchsorted(flat[order], np.arange(len(numbers) + 1))
    parts = tuple(numbers)
    blocks: dict[str, list[int]] = defaultdict(list)
    sounds = tuple(sounds_of(part) for part in parts)
    for number, part in enumerate(parts):
        for key in block_keys(part):
            blocks[key].append(number)
    return CandidateIndex(
        parts,
        tuple(weighted(sound) for sound in sounds),
        tuple(weighted(sound, vowels=False) for sound in sounds),
        tuple(weighted(sounds_of(plain_part(part))) for part in parts),
        np.array([is_arabic(part) for part in parts], np.bool_),
        {key: np.array(members, np.int32) for key, members in blocks.items()},
        table,
        starts,
        having[order].astype(np.int32),
    )


def find_candidates(name: str, index: CandidateIndex, most: int = MOST, by_one_part: bool = True) -> list[int]:
    """The known names that may be meant, the likeliest first, `most` at most; empty where no part is known.

    Names that share two parts or more stand before those that share one, which are left out unless `by_one_part`.
    """
    found = [variants for part in parts_of(name) if len((variants := variants_of(part, index)).names)]
    if not found:
        return []
    found.sort(key=lambda variants: len(variants.names))
    pool = _pool(found, index, ALONE if by_one_part else 0)
    covered, scores = _score(pool, found, index)
    many = covered >= 2
    kept = np.flatnonzero(many)
    ones = np.flatnonzero(~many) if by_one_part else kept[:0]
    ones = ones[np.argsort(-scores[ones], kind="stable")]
    kept = kept[np.argsort(-scores[kept], kind="stable")][: most - min(len(ones), most // ONE_PART_SHARE)]
    ones = ones[: most - len(kept)]
    return [int(number) for number in pool[np.concatenate([kept, ones])]]


def parts_of(name: str) -> list[str]:
    """The folded parts of a name by which it is looked up, each once."""
    return [part for part in dict.fromkeys(map(folded, name_parts(name))) if part]


def variants_of(part: str, index: CandidateIndex) -> Variants:
    """The known parts that a part may be a spelling of; kept for the parts that were asked for last."""
    known = index.recent.get(part)
    if known is None:
        if len(index.recent) >= CACHED_PARTS:
            for oldest in list(islice(index.recent, CACHED_PARTS // 4)):
                index.recent.pop(oldest, None)
        known = index.recent[part] = _variants(part, index)
    return known


def _variants(part: str, index: CandidateIndex) -> Variants:
    blocks = [index.blocks[key] for key in block_keys(part) if key in index.blocks]
    near = np.unique(np.concatenate(blocks)) if blocks else np.empty(0, np.int32)
    likeness = _likeness(part, near, index)
    kept = np.argsort(-likeness, kind="stable")[:NEAREST]
    kept = kept[likeness[kept] >= LEAST_LIKE]
    near = near[kept]
    return Variants(near.astype(np.int32), likeness[kept], _union([_names_of(part, index) for part in near], index))


def _names_of(part: int, index: CandidateIndex) -> Ints:
    return index.postings[index.starts[part] : index.starts[part + 1]]


def _union(numbers: Sequence[Ints], index: CandidateIndex) -> Ints:
    """Numbers of names, each once, in order."""
    if len(numbers) < 2:
        return numbers[0] if numbers else np.empty(0, np.int32)
    if sum(map(len, numbers)) < len(index.names) // 50:
        return np.unique(np.concatenate(numbers))
    marked = np.zeros(len(index.names), np.bool_)  # cheaper than sorting where there are many
    for some in numbers:
        marked[some] = True
    return np.flatnonzero(marked).astype(np.int32)


def _pool(found: Sequence[Variants], index: CandidateIndex, most_alone: int) -> Ints:
    """The names that are looked through: those that have two parts, and some that have one."""
    taken: list[Ints] = [np.empty(0, np.int32)]
    for variants in found:
        alone = 0
        for part in variants.parts:
            if alone >= most_alone:
                break
            taken.append(_names_of(part, index)[:most_alone])
            alone += len(taken[-1])
    if len(found) > 1:
        had = np.zeros(len(index.names), np.uint8)
        for variants in found:
            had[variants.names] += 1
        shared = np.flatnonzero(had >= 2)
        if len(shared) > WIDE and len(found) > 2:
            shared = np.flatnonzero(had >= 3)
        taken.append(shared.astype(np.int32))
    return np.unique(np.concatenate(taken))


def _likeness(part: str, near: Ints, index: CandidateIndex) -> Floats:
    """How alike a part is to each of some known ones: by all its sounds in one script, by consonants across scripts."""
    if not len(near):
        return np.empty(0, np.float32)
    sound, across = sounds_of(part), index.in_arabic[near] != is_arabic(part)
    like = _similar(weighted(sound), [index.spelled[number] for number in near])
    plain = _similar(weighted(sounds_of(plain_part(part))), [index.plain[number] for number in near])
    like = np.maximum(like, plain * PLAIN)
    if across.any():
        bones = _similar(weighted(sound, vowels=False), [index.bones[number] for number in near])
        like = np.where(across, bones * ACROSS, like)
    return like


def _similar(spelled: str, others: Sequence[str]) -> Floats:
    found: Floats = cdist([spelled], others, scorer=Levenshtein.normalized_similarity, dtype=np.float32)[0]
    return found


def _score(pool: Ints, found: Sequence[Variants], index: CandidateIndex) -> tuple[Ints, Floats]:
    """(parts of the name that each pooled name has, a score by how rare and how alike they are)."""
    parts = index.names[pool]
    weights = np.zeros(len(index.parts) + 1, np.float32)  # the last is that of no part
    covered = np.zeros(len(pool), np.int32)
    scores = np.zeros(len(pool), np.float32)
    for variants in found:
        weights[variants.parts] = variants.likeness
        best = weights[parts].max(axis=1)
        weights[variants.parts] = 0
        covered += best > 0
        scores += best * best * np.float32(np.log1p(len(index.names) / len(variants.names)))
    return covered, scores - LONE_PART * ((parts >= 0).sum(axis=1) - covered)
