"""Pages and what their hosts say of them asked for, host by host: each host by one thread, one page after the other."""

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from etl.collecting.gates import Gate, noted, pause, verdict
from etl.config import Settings
from etl.model import ArticleNote, CaptureKind, Exchange, FeedNote, Source
from etl.stores.frontier import PageJob
from etl.web.bodies import PATIENCE_SECONDS, retry_after_seconds
from etl.web.http import Limits, compared, fetch, not_asked
from etl.web.reach import read_networks
from etl.web.robots import HostFile
from etl.web.sessions import open_client

QUEUE_LENGTH = 64  # answers that wait to be written; more would only hold memory
LOOK_UP_SECONDS = 0.5  # how often a thread that cannot hand over its answer looks whether anybody still wants it


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What is known of the hosts before they are asked.

    `files` are answers of robots.txt and tdmrep.json by address that need no asking; `busy` the hosts that asked to be
    left alone, each with the instant until which; `sources` those for which pages are asked, by id.
    """

    files: Mapping[str, HostFile]
    busy: Mapping[str, str]
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Answer:
    """One exchange, whose it is and why it was made."""

    kind: CaptureKind
    source_id: str
    exchange: Exchange
    reason: FeedNote | ArticleNote | None = None


def ask_pages(settings: Settings, jobs: Sequence[PageJob], known: HostFacts) -> Generator[Answer, None, None]:
    """The answers of all hosts as they come; a host that asks to be left alone for long is not asked on.

    Closing it stops the threads: each ends with the page that it is asking for.
    """
    by_host: dict[str, list[PageJob]] = defaultdict(list)
    for job in jobs:
        by_host[job.host].append(job)
    answers: queue.Queue[Answer | BaseException | None] = queue.Queue(QUEUE_LENGTH)
    stopped = threading.Event()

    def hand_over(answer: Answer | BaseException | None) -> None:
        is_waiting = True
        while is_waiting and not stopped.is_set():
            try:
                answers.put(answer, timeout=LOOK_UP_SECONDS)
                is_waiting = False
            except queue.Full:
                continue

    def ask(host: str) -> None:
        try:
            for answer in _ask_host(settings, by_host[host], known):
                hand_over(answer)
                if stopped.is_set():
                    return
            hand_over(None)
        except BaseException as error:  # noqa: BLE001  (it is raised where the answers are read)
            hand_over(error)

    with ThreadPoolExecutor(settings.concurrent_hosts) as pool:
        try:
            for host in by_host:
                pool.submit(ask, host)
            yield from _received(answers, len(by_host))
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)


def _received(answers: "queue.Queue[Answer | BaseException | None]", running: int) -> Iterator[Answer]:
    while running:
        answer = answers.get()
        if isinstance(answer, BaseException):
            raise answer
        if answer is None:
            running -= 1
        else:
            yield answer


def _ask_host(settings: Settings, jobs: Sequence[PageJob], known: HostFacts) -> Iterator[Answer]:
    client = open_client(settings.contact)
    cost = (settings.timeout_seconds, settings.deadline_seconds, settings.max_page_bytes)
    files = dict(known.files)
    busy = known.busy.get(jobs[0].host)
    for job in jobs:
        source = known.sources[job.source_id]
        limits = Limits(*cost, read_networks(source.allowed_networks))
        gate = Gate(partial(fetch, client, limits=limits), source, settings, files)
        outcome, detail = ("host_busy", f"it asked to be left alone until {busy}") if busy else verdict(gate, job.url)
        pageless = _pageless(job, source)
        if pageless and outcome != "reserved":
            outcome, detail = "feed_only", pageless
        if outcome == "ok":
            pause(gate, job.url)
            exchange = fetch(client, job.url, limits, gate=partial(verdict, gate))
            # What its publisher reserved gave no article, and the same bytes may be free the next time.
            exchange = compared(exchange, None if source.tdm_policy == "skip-article" else job.earlier)
        else:
            exchange = not_asked(client, job.url, outcome, detail)
        for kind, answer in gate.asked:
            yield Answer(kind, job.source_id, answer)
        yield Answer("article", job.source_id, exchange, noted(gate, job.note, exchange))
        seconds = retry_after_seconds(exchange)
        if seconds is not None and seconds > PATIENCE_SECONDS:
            busy = (exchange.requested_at + timedelta(seconds=seconds)).isoformat(timespec="seconds")
        elif seconds:
            time.sleep(seconds)


def _pageless(job: PageJob, source: Source) -> str | None:
    """Why there is no page to ask for, in words; null where there is one."""
    if source.feed_only:
        return "the pages of this source are never asked for (feed_only)"
    return None if job.has_page else "the entry has no address"
