"""WARCs made ready to be published: what is made stays made, whoever is killed before it is published.

An object is named after its content and is in no table before it is committed; here the state only remembers which
WARCs have theirs by which rules, so that a rebuild or import of days goes on where it stopped.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import astuple
from typing import NamedTuple

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select

from etl.config import House
from etl.model import ObjectFile
from etl.state import prepared_warcs, write
from etl.storage import file_sha256, present
from etl.tables.rows import UNKNOWN
from etl.verbs.engines import Engine, one_by_one
from etl.verbs.transformation import Transformed

TRANSFORMED = TypeAdapter(Transformed)


class Means(NamedTuple):
    """By what WARCs are transformed, and who learns how many are done, and of how many."""

    engine: Engine = one_by_one
    tell: Callable[[int, int], None] = lambda *_: None


ALONE = Means()


def prepare(house: House, state: sa.Engine, warcs: Collection[str], means: Means = ALONE) -> list[Transformed]:
    """What WARCs become, in order of WARC; those that were made by these rules before are not made again.

    Raises what transforming raises; what was made by then stays made.
    """
    rules = rules_of(house)
    with state.connect() as connection:
        known = connection.execute(select(prepared_warcs).where(prepared_warcs.c.rules == rules)).all()
    wanted = set(warcs)
    before = [TRANSFORMED.validate_json(row.made) for row in known if row.warc in wanted]
    done = {made.warc: made for made in before if _are_whole(house, made.objects)}
    left = sorted(wanted - done.keys())
    means.tell(len(done), len(wanted))
    for portion in means.engine(house, left) if left else ():
        _remember(state, rules, portion)
        done |= {made.warc: made for made in portion}
        means.tell(len(done), len(wanted))
    return [done[warc] for warc in sorted(done)]


def rules_of(house: House) -> str:
    """Digest of all that a WARC's objects depend on besides the WARC: code, rules, sources and what is taken down."""
    digest = hashlib.sha256(house.rules.digest.encode())
    for source_id in (UNKNOWN, *sorted(house.sources)):
        digest.update(f"\n{source_id} {house.ruleset(source_id)}".encode())
    for what, takedown in sorted(house.takedowns.items()):
        digest.update(f"\n{what} {astuple(takedown)}".encode())
    return digest.hexdigest()


def _remember(state: sa.Engine, rules: str, portion: Sequence[Transformed]) -> None:
    with write(state) as connection:
        for made in portion:
            connection.execute(delete(prepared_warcs).where(prepared_warcs.c.warc == made.warc))
            told = TRANSFORMED.dump_json(made).decode()
            connection.execute(insert(prepared_warcs).values(warc=made.warc, rules=rules, made=told))


def _are_whole(house: House, files: Sequence[ObjectFile]) -> bool:
    """Whether objects are as they were written; they are young again for vacuum, which takes what nobody needs."""
    try:
        for file in files:
            path = present(house.data, file.path)
            os.utime(path)
            if file_sha256(path) != file.sha256:
                return False
    except OSError:
        return False
    return True
