"""WARCs spread over processes: the same bytes whoever makes them, and nothing lost whoever dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread

import psutil
import pytest
from click.testing import CliRunner
from held import HeldObject
from sqlalchemy import select
from stores import assert_folders_clean, assert_sums_balance, bytes_of, copied, rows, warcs_of

from bench.material import write_history
from etl import pipeline
from etl.__main__ import cli
from etl.config import House
from etl.errors import ConfigError, DataError, ReaderError, StorageError
from etl.rulesets import Rules
from etl.state import open_state, prepared_warcs
from etl.tables.takedowns import Takedown
from etl.verbs import pool
from etl.verbs.engines import choose_engine, default_workers, one_by_one
from etl.verbs.pool import transform_in_pool
from etl.verbs.preparation import Means, prepare, rules_of
from etl.verbs.transformation import READER, Transformed
from etl.verbs.upkeep import remove_dead
from samples.waiting import until

FIRST, LAST = date(2026, 1, 5), date(2026, 1, 7)
DAYS = ("2026-01-05", "2026-01-06", "2026-01-07")
WARCS = 6


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house of six published WARCs on three days, the first of which is compacted; tests change nothing in it."""
    house = write_history(tmp_path_factory.mktemp("archive"), 18, pages=3, warcs_a_day=2)
    pipeline.publish(house, "first", [])
    pipeline.compact(house, FIRST)
    for day in DAYS:
        pipeline.check(house, day)
    return house


@pytest.fixture
def house(archive: House, tmp_path: Path) -> House:
    """The same house, to be changed."""
    return copied(archive, tmp_path)


def _held(house: House) -> HeldObject:
    """An object of the last WARC, which is to be made again with the same name."""
    (path,) = (house.data / "objects" / "articles").glob("*/history.005-*.parquet")
    return HeldObject(path)


def _prepared(house: House) -> list[str]:
    with open_state(house.state_url).connect() as connection:
        return sorted(connection.scalars(select(prepared_warcs.c.warc)))


def _asked(log: list[str]) -> Means:
    """Means that write down which WARCs they are asked for."""

    def engine(house: House, warcs: Sequence[str]) -> Iterator[Sequence[Transformed]]:
        log.extend(warcs)
        yield from one_by_one(house, warcs)

    return Means(engine)


def _command(house: House, *words: str) -> "subprocess.Popen[str]":
    """A rebuild by command line in a process group of its own."""
    places = ("--data", str(house.data), "--config", str(house.config))
    days = ("--from", str(FIRST), "--to", str(LAST))
    command = [sys.executable, "-m", "etl", *places, "rebuild", *days, *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)


def _group(leader: int) -> list[int]:
    """The living processes of a process group."""
    alive = (one.pid for one in psutil.process_iter(["status"]) if one.info["status"] != psutil.STATUS_ZOMBIE)
    found = []
    for pid in alive:
        try:
            found += [pid] if os.getpgid(pid) == leader else []
        except OSError:
            continue
    return found


def test_pool_makes_the_same_bytes(house: House) -> None:
    """Two workers make the objects that this process makes, byte for byte, of each WARC once."""
    alone = [made for portion in one_by_one(house, warcs_of(house)) for made in portion]
    before = bytes_of(house.data / "objects")
    for path in (house.data / "objects").glob("*/*/history*.parquet"):
        path.unlink()
    pooled = [made for portion in transform_in_pool(house, warcs_of(house), 2) for made in portion]
    assert sorted(pooled, key=lambda made: made.warc) == alone
    assert bytes_of(house.data / "objects") == before


def test_spent_workers_give_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has done its number of WARCs is replaced by a new one, and no WARC is lost or done twice."""
    monkeypatch.setattr(pool, "WORKER_WARCS", 4)
    pids, found = set[int](), []
    for (made,) in transform_in_pool(house, warcs_of(house), 1):
        found.append(made.warc)
        pids.update(child.pid for child in psutil.Process().children() if "etl.verbs.worker" in str(child.cmdline()))
    assert sorted(found) == warcs_of(house)
    assert len(pids) == 2


def test_a_killed_worker_costs_nothing(house: House) -> None:
    """The WARC at which a worker is killed is done by another one, with the same bytes."""
    expected = bytes_of(house.data / "objects")
    found: list[Transformed] = []
    held = _held(house)
    portions = transform_in_pool(house, warcs_of(house), 2)
    for _ in range(WARCS - 1):
        found += next(portions)
    held.reader().kill()
    held.let_go()
    found += [made for portion in portions for made in portion]
    assert sorted(made.warc for made in found) == warcs_of(house)
    assert {path: bytes_of(house.data / "objects")[path] for path in expected} == expected


def test_a_warc_that_kills_its_workers_is_named(house: House) -> None:
    """A WARC at which two workers die is named at the end; all the others are made, and stay made."""
    held = _held(house)

    def kill_two() -> None:
        try:
            for _ in range(2):
                worker = held.reader()
                worker.kill()
                worker.wait()  # else it may be found a second time
        finally:  # else the pool waits for ever
            held.let_go()

    killing = Thread(target=kill_two)
    killing.start()
    with pytest.raises(ReaderError, match=r"history\.005\.warc\.gz' died 2 times"):
        prepare(house, open_state(house.state_url), warcs_of(house), Means(choose_engine(workers=2)))
    killing.join()
    assert _prepared(house) == warcs_of(house)[:-1]


def test_an_error_ends_the_pool(house: House) -> None:
    """What a worker raises is raised here as what it is, and no worker is left."""
    warcs = warcs_of(house)
    (house.data / "raw" / warcs[2]).unlink()
    with pytest.raises(StorageError, match="cannot read"):
        list(transform_in_pool(house, warcs, 2))
    assert not [child for child in psutil.Process().children() if "etl.verbs.worker" in str(child.cmdline())]


def test_a_killed_rebuild_goes_on(house: House) -> None:
    """A rebuild killed in the middle leaves tables and ledger as they were; the same command makes the rest alone."""
    tables, held = bytes_of(house.data / "tables"), _held(house)
    command = _command(house, "--workers", "2")
    until("the other WARCs are not made", lambda: len(_prepared(house)) == WARCS - 1)
    held.reader()
    command.kill()
    command.communicate()
    until("workers outlive their parent", lambda: not _group(command.pid))
    held.let_go()
    assert bytes_of(house.data / "tables") == tables
    asked: list[str] = []
    rebuilt = pipeline.rebuild(house, FIRST, LAST, means=_asked(asked))
    assert asked == warcs_of(house)[-1:]
    assert (rebuilt.different, rebuilt.days) == (0, ())
    assert bytes_of(house.data / "tables") == tables
    assert _prepared(house) == []
    assert_folders_clean(house)
    assert_sums_balance(house)


def test_an_interrupted_rebuild_says_how_to_go_on(house: House) -> None:
    """Ctrl-C ends all processes and says in one line what is made and what to do; nothing is published."""
    tables, held = bytes_of(house.data / "tables"), _held(house)
    command = _command(house, "--workers", "2")
    until("the other WARCs are not made", lambda: len(_prepared(house)) == WARCS - 1)
    held.reader()
    os.killpg(command.pid, signal.SIGINT)
    told = command.communicate()[1]
    assert command.returncode == 130
    assert "stopped: 5 of 6 WARC files are made and stay made" in told
    assert "Traceback" not in told
    assert _group(command.pid) == []
    assert bytes_of(house.data / "tables") == tables


def test_what_a_dry_or_refused_rebuild_made_is_published_as_it_is(house: House) -> None:
    """After a dry rebuild, and after one that was refused, the next one only publishes; then all is read anew."""
    renamed = {name: replace(source, title="Another Wire") for name, source in house.sources.items()}
    other, asked = replace(house, sources=renamed), list[str]()
    assert not pipeline.rebuild(other, FIRST, LAST, dry=True, means=_asked(asked)).committed
    with pytest.raises(DataError, match="rebuild_max_changed_share"):
        pipeline.rebuild(other, FIRST, LAST, means=_asked(asked))
    assert asked == warcs_of(house)
    pipeline.rebuild(other, FIRST, LAST, accept=True, means=_asked(asked))
    assert asked == warcs_of(house)
    assert {row["source_name"] for row in rows(house, "articles")} == {"Another Wire"}
    pipeline.rebuild(other, FIRST, LAST, means=_asked(asked))
    assert asked == 2 * warcs_of(house)


def _other_rules(house: House) -> Rules:
    return replace(house.rules, digest="another")


def test_made_is_what_was_made_by_these_rules(house: House) -> None:
    """What other rules or takedowns made is made anew, and so is what is damaged or gone."""
    state, asked = open_state(house.state_url), list[str]()
    one = warcs_of(house)[-1:]
    (made,) = prepare(house, state, one, _asked(asked))
    assert prepare(house, state, one, _asked(asked)) == [made]
    assert asked == one
    told = {"an-article": Takedown("all", FIRST, "a court's decision")}
    for changed in (replace(house, rules=_other_rules(house)), replace(house, takedowns=told)):
        assert rules_of(changed) != rules_of(house)
        prepare(changed, state, one, _asked(asked))
    assert asked == 3 * one
    prepare(house, state, one, _asked(asked))
    path = house.data / made.objects[0].path
    path.unlink()  # the table keeps its own link to the bytes
    path.write_bytes(b"another's")
    assert prepare(house, state, one, _asked(asked)) == [made]
    assert asked == 5 * one
    path.unlink()
    assert prepare(house, state, one, _asked(asked)) == [made]
    assert asked == 6 * one
    assert path.exists()


def test_publish_takes_what_was_made_before(tmp_path: Path) -> None:
    """What a killed import had made ready is published by the next run without a page being read again."""
    house = write_history(tmp_path, 4, pages=2, warcs_a_day=2)
    prepare(house, pipeline.open_stores(house), warcs_of(house))
    READER.close()
    assert pipeline.publish(house, "next", []).counts["new"] == 4
    assert READER.process_id() is None
    assert _prepared(house) == []


def test_vacuumed_objects_are_made_anew(house: House) -> None:
    """Objects that were made and never published may be vacuumed: the next rebuild makes them again."""
    other, asked = replace(house, rules=_other_rules(house)), list[str]()
    pipeline.rebuild(other, FIRST, LAST, dry=True, means=_asked(asked))
    remove_dead(house, open_state(house.state_url))
    pipeline.rebuild(other, FIRST, LAST, accept=True, means=_asked(asked))
    assert asked == 2 * warcs_of(house)
    assert_folders_clean(house)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--master", "local[2]"), "add --engine spark"),
        (("--engine", "spark", "--workers", "2"), "leave --workers out"),
    ],
)
def test_options_that_do_not_go_together(words: tuple[str, ...], told: str, house: House) -> None:
    """An option of the other engine is refused before anything is read."""
    places = ["--data", str(house.data), "--config", str(house.config)]
    days = ["--from", str(FIRST), "--to", str(LAST)]
    result = CliRunner().invoke(cli, [*places, "rebuild", *days, *words])
    assert isinstance(result.exception, ConfigError)
    assert told in str(result.exception)


def test_one_worker_or_one_warc_needs_no_process(house: House) -> None:
    """Where a pool has nothing to spread it starts no worker."""
    for engine, warcs in ((choose_engine(workers=1), warcs_of(house)), (choose_engine(workers=2), warcs_of(house)[:1])):
        for _ in engine(house, warcs):
            assert not [child for child in psutil.Process().children() if "etl.verbs.worker" in str(child.cmdline())]
    assert default_workers() >= 1
