"""What a busy day takes of memory: publishing, compacting, comparing, checking and rebuilding it, a process each.

The day of 100,000 articles is drawn at random, for reading so many pages takes ten minutes; what is rebuilt is read
from pages, of two smaller days.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from bench.clock import peak_megabytes, seconds
from bench.drawn import draw_warc, read_patterns
from bench.material import FIRST_SEEN, NOWHERE, house_in, warcs_of, write_history
from bench.ratios import Figures
from etl import pipeline
from etl.config import House
from etl.model import Capture
from etl.state import open_state
from etl.stores import ledger
from etl.stores.ledger import COMPACTED, WARC_SUFFIX
from etl.tables.differences import difference
from etl.tables.parquet import write_object
from etl.verbs.transformation import Transformed
from etl.warc.raw import RawFile, read_warc
from samples.configuration import write_config
from samples.publishers import BULK, PUBLISHERS

WARCS = 96  # a run every quarter of an hour
PAGES_A_WARC = 500
DAY = FIRST_SEEN.date()
RUN = "busy"


def publish_day(folder: Path, articles: int) -> Figures:
    """Memory and CPU of writing and publishing a day of so many articles in 96 WARCs, in one run."""
    rng = np.random.default_rng(3)
    patterns = read_patterns(folder / "small", rng)
    write_config(folder / "busy" / "config", dict.fromkeys((*PUBLISHERS, BULK.source_id), NOWHERE))
    house = house_in(folder / "busy")

    def publish() -> None:
        written = []
        for number in range(WARCS):
            warc = f"{DAY}/{number:03d}{WARC_SUFFIX}"
            rows = draw_warc(patterns, DAY.isoformat(), (articles // WARCS, 0), rng)
            files = [write_object(house.data, arrow, name, DAY.isoformat(), warc) for name, arrow in rows.items()]
            written.append(Transformed(warc, tuple(files), {}))
        pipeline.publish(house, RUN, written)

    return _measured(publish)


def compact_day(folder: Path, _: int) -> Figures:
    """Memory and CPU of compacting the day that was published."""
    house = house_in(folder / "busy")
    return _measured(lambda: _require(pipeline.compact(house, date.max)))


def compare_day(folder: Path, _: int) -> Figures:
    """Memory and CPU of comparing all objects of the day with those it was compacted to, as a rebuild compares."""
    house = house_in(folder / "busy")
    with open_state(house.state_url).connect() as connection:
        files = {name: ledger.live_objects(connection, name, as_of=1) for name in ("articles", "mentions")}
        compacted = ledger.unit_objects(connection, f"{COMPACTED}{DAY}")
    after = {file.table: file for file in compacted}

    def compare() -> None:
        for name, before in files.items():
            told = difference(house.data, name, before, [after[name]])
            if told.touched or not told.rows_after:
                raise RuntimeError(f"compaction was to keep the rows of {name}, and {told.touched} differ")

    return _measured(compare)


def check_day(folder: Path, _: int) -> Figures:
    """Memory and CPU of checking the day, as each rebuild ends with."""
    house = house_in(folder / "busy")
    return _measured(lambda: pipeline.check(house, DAY.isoformat()))


def prepare_pages(folder: Path, pages: int) -> Figures:
    """A house whose `raw/` has so many pages of one day, a WARC for every 500; published and compacted; no figures."""
    history = write_history(folder / "spread", pages)
    write_config(folder / "config", dict.fromkeys((*PUBLISHERS, BULK.source_id), NOWHERE), pages)
    house = house_in(folder)
    captures = [capture for warc in warcs_of(history) for capture in read_warc(history.data, warc)]
    pages_read = [capture for capture in captures if isinstance(capture, Capture)]
    for start in range(0, len(pages_read), PAGES_A_WARC):
        _write_warc(house, start, pages_read[start : start + PAGES_A_WARC])
    pipeline.publish(house, RUN, [])
    pipeline.compact(house, date.max)
    return {}


def rebuild_pages(folder: Path, _: int) -> Figures:
    """Memory and CPU of rebuilding the compacted day under other rules, so that every object is another."""
    (folder / "config" / "titles.toml").write_text('civil = ["Commissioner"]\n')
    house = house_in(folder)

    def rebuild() -> None:
        if not pipeline.rebuild(house, DAY, DAY, accept=True).different:
            raise RuntimeError("the rebuild was to make other objects, and made the same")

    return _measured(rebuild)


def _write_warc(house: House, start: int, captures: list[Capture]) -> None:
    """Captures put into one WARC of the day, seen a second after another."""
    with RawFile(house.data, f"{DAY}/{start:06d}{WARC_SUFFIX}") as raw:
        for place, capture in enumerate(captures):
            seen_at = FIRST_SEEN + timedelta(seconds=start + place)
            assert capture.article is not None
            note = replace(capture.article, first_seen_at=seen_at.isoformat())
            exchange = replace(capture.exchange, requested_at=seen_at, capture_id=None)
            raw.append("article", (capture.source_id, capture.run_id), exchange, note)
        raw.settle()


def _measured(action: Callable[[], object]) -> Figures:
    spent = seconds(action)[0]
    return {"megabytes": [peak_megabytes()], "seconds": [spent]}


def _require(days: list[str]) -> None:
    if not days:
        raise RuntimeError("a day was to be compacted, and none was")
