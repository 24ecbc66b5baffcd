"""What collecting costs: `python -m bench.collecting`, against feeds and pages on loopback, without waits for hosts.

The site is a process of its own and its CPU time is not counted. Each measurement has a process of its own too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from rich.console import Console

from bench.clock import peak_megabytes, seconds
from bench.feedsite import feed_address
from bench.harvest import collect, collect_all
from bench.history import make_history
from bench.material import house_in, write_local_source
from bench.ratios import AIM, Figures, Ratio, RunTask, ratio_table
from etl import pipeline
from etl.config import House
from etl.state import open_state, waiting_warcs, write
from etl.web.http import Limits, fetch
from etl.web.reach import read_networks
from etl.web.sessions import open_client

ROOT = Path(__file__).parent.parent
RUN_SECONDS, RUN_MEGABYTES = 20.0, 300.0
CORES = max(2, os.cpu_count() or 2)
SETTINGS = """contact = "desk@localhost"
host_delay_seconds = 0.0
max_batches = 1
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Hosts, feeds, entries a feed lists, feeds with news; addresses known in two frontiers; articles; repeats."""

    hosts: int
    feeds: int
    entries: int
    news: int
    known: tuple[int, int]
    articles: int
    repeats: int


USUAL = Sizes(250, 1_000, 5, 30, (10_000, 1_000_000), 10_000, 3)
LARGE = replace(USUAL, known=(10_000, 10_000_000), articles=100_000)
QUICK = Sizes(2, 4, 3, 1, (10, 40), 12, 1)


def measure(folder: Path, sizes: Sizes, console: Console, run_task: RunTask) -> list[Ratio]:
    """All lines, each task run by `run_task`. Raises RuntimeError where a run did not find the news that there was."""
    return [*_runs(folder, sizes, console, run_task), *_speed(folder, sizes, console, run_task)]


def main(arguments: list[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.collecting", description="Measure collecting.")
    parser.add_argument("--quick", action="store_true", help="a few feeds: shows that it works, not how fast")
    parser.add_argument("--large", action="store_true", help="10 million known addresses, 100,000 articles")
    options = parser.parse_args(arguments)
    console = Console()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
        sizes = QUICK if options.quick else LARGE if options.large else USUAL
        ratios = measure(Path(folder), sizes, console, in_child)
    console.print(ratio_table(ratios))
    console.print(f"Measured in {time.monotonic() - began:.0f} s.")
    return 0


def prime(folder: Path, _: int) -> Figures:
    """Collects all that the feeds list; nothing of it waits to be published, and nothing is measured."""
    house = house_in(folder)
    collect(house, "prime")
    with write(open_state(house.state_url)) as connection:
        connection.execute(waiting_warcs.delete())
    return {}


def run_feeds(folder: Path, number: int) -> Figures:
    """CPU seconds and peak megabytes of a run, of its fetching first, and CPU seconds of asking the feeds alone."""
    house = house_in(folder)
    pages: list[int] = []
    fetched = seconds(lambda: pages.append(collect(house, f"run-{number}")))
    figures: Figures = {"pages": [float(sum(pages))], "fetch": [fetched[0]], "fetch MB": [peak_megabytes()]}
    published = seconds(lambda: pipeline.publish(house, f"run-{number}", []))
    figures |= {"run": [fetched[0] + published[0]], "run MB": [peak_megabytes()]}
    return figures | {"asked": [seconds(lambda: _ask(house))[0]]}


TASKS: dict[str, Callable[[Path, int], Figures]] = {
    task.__name__: task for task in (make_history, prime, run_feeds, collect_all)
}


def in_child(task: str, folder: Path, number: int) -> Figures:
    """The figures of one task in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(TASKS[task], folder, number).result()


def _runs(folder: Path, sizes: Sizes, console: Console, run_task: RunTask) -> list[Ratio]:
    """A run that finds a little new, with few and with many addresses known besides."""
    few, many = sizes.known
    found: dict[int, list[Figures]] = {few: [], many: []}
    with _site(sizes.hosts, sizes.feeds, sizes.entries, sizes.news) as ports:
        for known in found:
            console.print(f"==> {sizes.feeds:,} feeds, {known:,} addresses known besides")
            run_task("make_history", folder / str(known) / "data", known)
            _write_config(folder / str(known) / "config", ports, sizes.feeds)
            run_task("prime", folder / str(known), 0)
        for number in range(1, sizes.repeats + 1):
            with urlopen(f"http://127.0.0.1:{ports[0]}/edition/{number}"):
                pass
            for known, figures in found.items():
                figures.append(run_task("run_feeds", folder / str(known), number))
                if figures[-1]["pages"][0] != sizes.news:
                    raise RuntimeError(f"{sizes.news} pages were new, and {figures[-1]['pages']} were asked for")
    spent = {
        (known, name): median(each[name][0] for each in figures)
        for known, figures in found.items()
        for name in figures[0]
    }
    what = f"{sizes.feeds:,} feeds, {sizes.news} with news"
    return [
        Ratio(f"fetch, {what}", "CPU s", spent[few, "fetch"], "asking the feeds alone", spent[few, "asked"]),
        Ratio(f"fetch, {what}", "CPU s", spent[few, "fetch"], AIM, RUN_SECONDS),
        Ratio(f"fetch, {what}", "peak MB", spent[few, "fetch MB"], AIM, RUN_MEGABYTES),
        Ratio(f"whole run, {what}", "CPU s", spent[few, "run"], AIM, RUN_SECONDS),
        Ratio(f"whole run, {what}", "peak MB", spent[few, "run MB"], AIM, RUN_MEGABYTES),
        Ratio(f"fetch, {many:,} known", "CPU s", spent[many, "fetch"], f"{few:,} known", spent[few, "fetch"]),
        Ratio(f"whole run, {many:,} known", "CPU s", spent[many, "run"], f"{few:,} known", spent[few, "run"]),
    ]


def _speed(folder: Path, sizes: Sizes, console: Console, run_task: RunTask) -> list[Ratio]:
    """How fast new articles are collected."""
    console.print(f"==> Collecting {sizes.articles:,} articles")
    hosts = min(8, sizes.hosts)
    feeds = max(hosts, sizes.articles // 1_000)
    found: dict[int, Figures] = {}
    with _site(hosts, feeds, sizes.articles // feeds, 0) as ports:
        for processes in (1, CORES):
            place = folder / f"all-{processes}"
            _write_config(place / "config", ports, feeds)
            found[processes] = run_task("collect_all", place, processes)
    return [ratio for processes, figures in found.items() for ratio in _rates(processes, figures)]


def _rates(processes: int, measured: Figures) -> list[Ratio]:
    figures = {name: value[0] for name, value in measured.items()}
    what = f"collect {figures['articles']:,.0f} articles, {processes} process{'es' if processes > 1 else ''}"
    rates = [
        Ratio(
            what,
            f"articles per {clock} s",
            figures["articles"] / figures[clock],
            f"writing them to WARC alone, {name}",
            figures["written"] / figures[f"{writer} {clock}"],
        )
        for clock in ("cpu", "wall")
        for writer, name in (("own", "with Dateline's writer"), ("warcio", "with warcio"))
    ]
    memory = Ratio(what, "peak MB", figures["megabytes"], AIM, RUN_MEGABYTES)
    return [*rates, memory] if processes == 1 else rates


def _ask(house: House) -> None:
    """Asks every feed once, on a connection a host, and looks at nothing."""
    for source in house.sources.values():
        client = open_client(house.settings.contact)
        for feed in source.feeds:
            fetch(client, feed.url, Limits(10, 30, 10_000_000, read_networks(source.allowed_networks)))


def _write_config(folder: Path, ports: list[int], feeds: int) -> None:
    """A source for each host."""
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(SETTINGS)
    for number in range(len(ports)):
        urls = [feed_address(ports, feed) for feed in range(number, feeds, len(ports))]
        write_local_source(folder, f"site_{number}", urls)


@contextmanager
def _site(hosts: int, feeds: int, entries: int, news: int) -> Iterator[list[int]]:
    """The ports of a site on the air."""
    given = {"hosts": hosts, "feeds": feeds, "entries": entries, "news": news}
    options = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "bench.feedsite", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            ports: list[int] = json.loads(server.stdout.readline())
            yield ports
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
