"""The bench of archives on a handful of articles: it measures all that it says, and its questions have answers."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console

from bench import archive_engines
from bench.archive import archive_in, measure, show, written
from bench.archive_questions import QUESTIONS
from bench.material import write_history
from bench.trees import Tree
from etl.stores import ledger, snapshots
from etl.stores.opening import open_stores
from etl.verbs.preparation import Means, prepare


def test_an_archive_is_taken_to_tables_and_asked(tmp_path: Path) -> None:
    """Every article of the archive is published and compacted, every question answered, every step priced."""
    house = write_history(tmp_path, 6, pages=2, warcs_a_day=3)
    found = measure(house, 6, Means())
    assert {name: done for name, (done, _, _) in found.steps.items()} == {"transform": 6, "publish": 6, "compact": 6}
    assert found.faults == []
    assert set(found.questions) == set(QUESTIONS)
    assert len(QUESTIONS) == 10
    assert all(size > 0 for size in found.sizes.values())
    assert len(list((house.data / "tables" / "articles").glob("*/*.parquet"))) == 1
    with snapshots.connect(house.data) as connection:
        answers = {asked: snapshots.query(connection, query).num_rows for asked, query in QUESTIONS.items()}
    assert answers.pop("what does not add up") == 0
    assert answers.pop("mentions of one name by day") <= 1
    assert all(answers.values())
    console = Console(file=StringIO(), width=200)
    show(found, console)
    assert "1,000,000,000 such pages" in console.file.getvalue()  # type: ignore[attr-defined]


def test_an_archive_goes_on_where_it_was_ended(tmp_path: Path) -> None:
    """What was written in part is written anew, what is made is not made again, and what is missing is a fault."""
    (tmp_path / "begun" / "data").mkdir(parents=True)
    house = written(tmp_path, 20, Console(file=StringIO()))
    state = open_stores(house)
    with state.connect() as connection:
        waiting = ledger.unpublished(connection)
    prepare(house, state, waiting[:4])
    again = written(tmp_path, 20, Console(file=StringIO()))
    assert again.data == house.data
    found = measure(again, 21, Means())
    assert found.steps["transform"][0] == 0.6 * 21
    assert found.faults == ["20 of 21 articles are in the table"]
    assert set(measure(again, 20, Means()).steps) == {"compact"}
    assert written(tmp_path, 2, Console(file=StringIO())).data != house.data
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive-2", "archive-20"]


def test_an_archive_that_nobody_names_goes(tmp_path: Path) -> None:
    """An archive in a folder stays where it is; one without a folder is there only while it is used."""
    silent = Console(file=StringIO())
    with archive_in(tmp_path, 2, silent) as kept, archive_in(None, 2, silent) as lent:
        assert [len(list((house.data / "raw").rglob("*.warc.gz"))) for house in (kept, lent)] == [2, 2]
    assert (kept.data.exists(), lent.data.exists()) == (True, False)


def test_engines_do_the_same_work(tmp_path: Path) -> None:
    """One core and a pool transform all of an archive, leave it as it was, and give the process its cores back."""
    archive = write_history(tmp_path / "archive", 4, pages=2, warcs_a_day=2)
    before = sorted((archive.data / "raw").rglob("*")), os.sched_getaffinity(0)
    (tmp_path / "house" / "data" / "raw").mkdir(parents=True)  # of a measurement that was killed
    figures = [archive_engines.measure(archive, name) for name in ("one-core", "pool")]
    assert [found.warcs for found in figures] == [2, 2]
    assert all(found.wall > 0 and found.cpu > 0 for found in figures)
    assert (sorted((archive.data / "raw").rglob("*")), os.sched_getaffinity(0)) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive"]


def test_a_tree_counts_what_its_processes_cost() -> None:
    """The work done in a block is counted, and what was done before it is not."""
    sum(range(3_000_000))
    with Tree() as idle:
        pass
    with Tree() as busy:
        sum(range(5_000_000))
    assert 0 <= idle.cpu_seconds < busy.cpu_seconds


def test_a_tree_sees_processes_that_end() -> None:
    """A process below this one is seen by what its command line has in it, and is counted when it has ended."""
    with Tree() as tree:
        subprocess.run([sys.executable, "-c", "import time; time.sleep(2)  # the mark"], check=True)
    assert tree.peak_megabytes("the mark") > 1
    assert tree.peak_megabytes("no such process") == 0
