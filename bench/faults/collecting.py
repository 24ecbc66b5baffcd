"""kill -9 at random moments of collecting from a site that changes, started again each time: what raw/ holds then.

The law: what a finished poll was told is in `raw/`, each content once. A poll is finished when its run ended by itself;
it was told what the feeds listed in the answers of that run, "not modified" included. An entry that came and went
between two finished polls is owed by nobody, though mostly there.
"""

import hashlib
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow.parquet as pq
from sqlalchemy import func, select

from bench import postgres
from bench.faults.changing import FEEDS, ChangingSite, Telling
from bench.faults.laws import difference, folder_faults
from bench.faults.processes import end, start
from bench.faults.tables import Outcome, judged
from bench.material import write_local_source
from etl import pipeline
from etl.collecting.collection import Batch
from etl.config import House, open_house
from etl.model import Capture
from etl.state import known_articles, meta, open_state
from etl.stores import absorption
from etl.warc.raw import read_warc
from samples.postgres_server import programs

KILLS, KILLS_ON_SERVER = 200, 60
KILLED = -9
Make = Callable[[Path, str], House]
BATCH = Batch("quay", ("quay",), is_forced=True)
LOOKS_SECONDS = (0.5, 2.0)  # after the first sight, where the settings have hours
LEASE_SECONDS = 1.0
RETRY = timedelta(seconds=0.2)  # where the collector waits for minutes
LAST_ROUNDS = 100
FRONTIER = ("feeds", "known_articles", "aliases", "hosts", "warcs", "warc_links")
LEASED = {"lease_holder", "lease_until"}  # a lease that is over means nothing, and raw/ knows of none
SETTINGS = """contact = "desk@localhost"
host_delay_seconds = 0.0
timeout_seconds = 2.0
deadline_seconds = 2.5
max_pages_per_warc = 4
"""


@dataclass(frozen=True, slots=True)
class Collected:
    """A house after so many kills: runs that ended by themselves, entries that were listed, and what they were told."""

    house: House
    finished: int
    listed: int
    owed: dict[int, Telling]


def kill_collecting(folder: Path) -> list[Outcome]:
    """Two hundred kills, then the laws."""
    return _judged(collect_and_kill(new_house, folder, KILLS, 20261122), KILLS)


def kill_collecting_on_postgres(folder: Path) -> list[Outcome]:
    """Sixty kills with the state on a PostgreSQL server of its own, then the laws. Raises RuntimeError without one."""
    found = programs()
    if found is None:
        raise RuntimeError("there are no programs of PostgreSQL: `uv sync` brings some")
    with postgres.running(found) as server:
        return _judged(collect_and_kill(on_server(server), folder, KILLS_ON_SERVER, 20261123), KILLS_ON_SERVER)


def on_server(server: str) -> Make:
    """What makes a house whose state is a new one on a PostgreSQL server."""
    return lambda folder, url: replace(new_house(folder, url), state_url=postgres.new_state(server))


def new_house(folder: Path, url: str) -> House:
    """A house that knows the site, its waits in seconds."""
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "settings.toml").write_text(SETTINGS)
    write_local_source(folder / "config", "quay", [url + path for path in FEEDS])
    house = open_house(folder / "data", folder / "config")
    hours = tuple(seconds / 3600 for seconds in LOOKS_SECONDS)
    settings = replace(house.settings, revisit_hours=hours, lease_minutes=LEASE_SECONDS / 60)
    return replace(house, settings=settings, state_url=f"sqlite:///{folder / 'data' / 'state.sqlite'}")


def collect_and_kill(make: Make, folder: Path, kills: int, seed: int) -> Collected:
    """A house that has collected until so many of its runs were killed, and then in peace; all is published.

    `make` gives the house, from a folder and the site's address.
    """
    chance = random.Random(seed)
    owed: dict[int, Telling] = {}
    finished = killed = number = 0
    seconds = 0.5
    with ChangingSite(seed) as site:
        house = make(folder, site.url)
        while killed < kills:
            number += chance.random() < 0.5  # a run that died is tried again, or another one comes
            trial = _named(house, f"{killed}-{finished}")
            began = time.monotonic()
            child = start(collect, trial, f"run-{number}")
            child.join(chance.uniform(0, 1.1 * seconds))
            end(child)
            killed += child.exitcode == KILLED
            if child.exitcode == 0:
                seconds = 0.8 * seconds + 0.2 * (time.monotonic() - began)
                finished, number = finished + 1, number + 1
                owed |= _told(site, trial)
        site.is_quiet = True
        for last in range(LAST_ROUNDS):
            trial, is_free = _named(house, f"last-{last}"), not _is_leased(house)
            collect(trial, f"last-{last}")
            owed |= _told(site, trial)
            if is_free and not _waits(house):
                break
            time.sleep(RETRY.total_seconds())
        listed = len(site.listed)
    for day in pipeline.publish(house, "published", []).news:
        pipeline.check(house, day)
    return Collected(house, finished, listed, owed)


def collect(house: House, run_id: str) -> None:
    """One run's collecting."""
    with patch.object(absorption, "RETRY_AFTER", RETRY):
        pipeline.fetch(house, run_id, BATCH)


def lost(collected: Collected) -> list[str]:
    """The entries of which raw/ holds nothing as new as what finished polls were told."""
    held: dict[int, list[Telling]] = defaultdict(list)
    for number, telling, _ in _contents(collected.house):
        held[number].append(telling)
    return [
        f"entry {number}: told {owed}, raw/ holds {held[number]}"
        for number, owed in sorted(collected.owed.items())
        if not any(telling.entry >= owed.entry and telling.page >= owed.page for telling in held[number])
    ]


def twins(house: House) -> list[str]:
    """The contents of an entry and its page that stand in raw/ more than once."""
    counted = Counter(_contents(house))
    return [f"{content} stands {times} times" for content, times in counted.items() if times > 1]


def unbalanced(house: House) -> list[str]:
    """Where the sums of the reports are not those of the tables."""
    runs = _rows(house, "runs")
    parts = ("new", "revisions", "unchanged", "quarantined")
    faults = [f"a run's sums: {run}" for run in runs if run["seen"] != sum(run[part] for part in parts)]
    for part, table in (("new", "articles"), ("revisions", "revisions"), ("quarantined", "quarantine")):
        told, found = sum(run[part] for run in runs), len(_rows(house, table))
        faults += [f"{found} rows of {table}, the runs tell of {told}"] if told != found else []
    return faults


def differs_when_rebuilt(house: House) -> list[str]:
    """What becomes otherwise of frontier and tables where the state is made again from raw/."""
    before = _known(house)
    with patch.object(absorption, "RETRY_AFTER", RETRY):
        pipeline.rebuild_state(house)
    return difference(_known(house), before)


def _judged(collected: Collected, killed: int) -> list[Outcome]:
    contents = len(list(_contents(collected.house)))
    laws = {
        f"entries told to {collected.finished} finished polls ({collected.listed} were ever listed)": (
            len(collected.owed),
            lost(collected),
        ),
        "contents in raw/, each once": (contents, twins(collected.house)),
        "sums of the reports": (1, unbalanced(collected.house)[:1]),
        "state made again from raw/": (1, differs_when_rebuilt(collected.house)[:1]),
    }
    kills = judged("kills, of which each was followed by a run", killed, folder_faults(collected.house)[:1])
    return [kills, *(judged(what, tries, faults) for what, (tries, faults) in laws.items())]


def _named(house: House, name: str) -> House:
    """The house under a name that its requests carry."""
    return replace(house, settings=replace(house.settings, contact=f"try-{name}@localhost"))


def _told(site: ChangingSite, trial: House) -> dict[int, Telling]:
    """What the feeds told a trial."""
    (told, *_) = [given for asking, given in site.given.items() if trial.settings.contact in asking] or [{}]
    return told


def _waits(house: House) -> bool:
    """Whether any page is still to be looked at."""
    with open_state(house.state_url).connect() as connection:
        return bool(connection.scalar(select(func.count()).where(known_articles.c.next_look_at.is_not(None))))


def _is_leased(house: House) -> bool:
    """Whether a run that died still has pages."""
    now = datetime.now(UTC).isoformat()
    with open_state(house.state_url).connect() as connection:
        return bool(connection.scalar(select(func.count()).where(known_articles.c.lease_until > now)))


def _contents(house: House) -> Iterator[tuple[int, Telling, str]]:
    """Each content in raw/: the entry's number, what was told with it, and its page's digest."""
    root = house.data / "raw"
    for path in sorted(root.rglob("*.warc.gz")):
        for capture in read_warc(house.data, str(path.relative_to(root))):
            if isinstance(capture, Capture) and capture.article and capture.exchange.outcome == "ok":
                body = capture.exchange.body
                entry = re.search(r"day (\d+), told (\d+) times", capture.article.entry.headline or "")
                edition = re.search(rb"edition (\d+)\.", body)
                assert entry
                assert edition
                telling = Telling(int(entry[2]), int(edition[1]))
                yield int(entry[1]), telling, hashlib.sha256(body).hexdigest()


def _known(house: House) -> dict[str, Any]:
    """The frontier, rows in order, and the digest of every file of the tables."""
    found: dict[str, Any] = {}
    for path in sorted((house.data / "tables").rglob("*.parquet")):
        found[str(path.relative_to(house.data))] = hashlib.sha256(path.read_bytes()).hexdigest()
    with open_state(house.state_url).connect() as connection:
        for name in FRONTIER:
            table = meta.tables[name]
            columns = [column for column in table.columns if column.name not in LEASED]
            for row in connection.execute(table.select().with_only_columns(*columns)):
                found[f"{name}: {row[0]} {row[1] if name == 'warc_links' else ''}"] = str(tuple(row))
    return found


def _rows(house: House, table: str) -> list[dict[str, Any]]:
    paths = sorted((house.data / "tables" / table).glob("*/*.parquet"))
    return [row for path in paths for row in pq.read_table(path, partitioning=None).to_pylist()]
