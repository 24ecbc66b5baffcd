"""One bit flipped in a stored file, as a disk that lies does: `verify` must name the file, a reader not believe it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.faults.kills import both_published
from bench.faults.tables import Outcome, judged
from etl import pipeline

FLIPS = 100


def bit_flips(folder: Path) -> list[Outcome]:
    """Flips one bit at each of 100 random places of live objects."""
    unnamed, believed = flip_bits(folder, FLIPS)
    return [
        judged("flips that verify names", FLIPS, unnamed),
        judged("flips that give a reader other values", FLIPS, believed),
    ]


def flip_bits(folder: Path, flips: int) -> tuple[list[str], list[str]]:
    """The flips that verify did not name alone, and those after which a reader with page checksums got other rows."""
    house = both_published(folder)
    places = random.Random(20261122)
    paths = sorted((house.data / "tables").glob("*/*/*.parquet"))
    sizes = [path.stat().st_size for path in paths]
    unnamed, believed = [], []
    for _ in range(flips):
        path = places.choices(paths, sizes)[0]
        offset, bit = places.randrange(path.stat().st_size), places.randrange(8)
        what = f"{path.relative_to(house.data)}, byte {offset}, bit {bit}"
        rows = _read(path)
        with _flipped(path, offset, bit):
            named = [problem.path for problem in pipeline.verify(house)]
            if named != [str(Path("objects") / path.relative_to(house.data / "tables"))]:
                unnamed.append(f"{what}: {named}")
            found = _read(path)
            if found is not None and found != rows:
                believed.append(what)
    return unnamed, believed


@contextmanager
def _flipped(path: Path, offset: int, bit: int) -> Iterator[None]:
    """A file with one bit turned, in place: every name of the file has it; turned back at the end."""
    for is_first in (True, False):
        with path.open("r+b") as stream:
            stream.seek(offset)
            byte = stream.read(1)[0]
            stream.seek(offset)
            stream.write(bytes([byte ^ 1 << bit]))
        if is_first:
            yield


def _read(path: Path) -> list[dict[str, object]] | None:
    """A file's rows, page checksums verified; null where the reader is told that it is damaged."""
    try:
        rows: list[dict[str, object]] = pq.read_table(
            path, partitioning=None, page_checksum_verification=True
        ).to_pylist()
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        return None
    return rows
