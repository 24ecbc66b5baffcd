"""One batch of sources collected: feeds asked, entries decided, pages fetched, everything written to WARC.

The order keeps every promise: pages are leased before they are asked for, the WARC is durable before the frontier
advances, and a feed's own record comes last, so that its validators move forward only when its pages are safe.
"""

import logging
import queue
import re
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from pydantic import TypeAdapter
from sqlalchemy import Engine, insert, select

from etl import frontier
from etl.addresses import host_of, robots_url
from etl.config import House, require_contact
from etl.errors import ArticleError, ConfigError, FatalFetchError
from etl.feeds import read_feed
from etl.frontier import Lease, PageJob
from etl.http import Limits, fetch, open_session, robots_verdict, user_agent
from etl.model import (
    ArticleNote,
    Capture,
    CaptureKind,
    CapturePlace,
    Exchange,
    FeedAddress,
    FeedEntry,
    FeedNote,
    Source,
)
from etl.raw import RawFile, decoded_body, header, read_warc, stored_warcs
from etl.state import batches, warcs, write

log = logging.getLogger(__name__)
QUEUE_LENGTH = 64  # answers that wait to be written; more would only hold memory


@dataclass(frozen=True, slots=True)
class Batch:
    """Sources that one worker collects. `name` is what an operator sees."""

    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collected:
    """What a batch gave: its WARCs, how many pages were asked for, and each failed feed with its reason."""

    batch: str
    warcs: tuple[str, ...]
    feeds: int
    pages: int
    failed: Mapping[str, str] = field(default_factory=dict)


COLLECTED = TypeAdapter(Collected)


@dataclass(frozen=True, slots=True)
class _Answer:
    kind: CaptureKind
    source_id: str
    exchange: Exchange
    note: FeedNote | ArticleNote | None = None


def collect(house: House, engine: Engine, run_id: str, batch: Batch) -> Collected:
    """Collects a batch once: a batch that this run has finished already is answered from the state.

    Raises ConfigError where a source is unknown or the contact is missing, StorageError where a store cannot be
    written. A feed that fails raises nothing: it is named in `failed`, and in `fetch_log` like every attempt.
    """
    sources = [_source(house, source_id) for source_id in batch.sources]
    require_contact(house, sources)
    absorb_stored(house, engine)
    with engine.connect() as connection:
        done = connection.scalar(
            select(batches.c.fetched).where(batches.c.run_id == run_id, batches.c.batch == batch.name)
        )
    if done is not None:
        return COLLECTED.validate_json(done)
    feeds, jobs = _decide(house, engine, run_id, _poll(house, engine, sources))
    with _Writer(house, engine, run_id, batch.name) as writer:
        for answer in chain(_answers(house, engine, jobs), feeds):
            writer.append(answer)
        settled = writer.settle()
    failed = {a.exchange.url: a.exchange.error_detail or "" for a in feeds if _has_failed(a.exchange)}
    collected = Collected(batch.name, settled, len(feeds), len(jobs), failed)
    with write(engine) as connection:
        connection.execute(
            insert(batches).values(run_id=run_id, batch=batch.name, fetched=COLLECTED.dump_json(collected).decode())
        )
    log.info("collected", extra={"run_id": run_id, "batch": batch.name, "pages": len(jobs), "failed": len(failed)})
    return collected


def absorb_stored(house: House, engine: Engine) -> list[str]:
    """Lets the frontier learn WARCs that lie in `raw/` unknown to it, after a crash or a lost state; returns them."""
    with engine.connect() as connection:
        known = set(connection.scalars(select(warcs.c.warc)))
    new = [warc for warc in stored_warcs(house.data) if warc not in known]
    for warc in new:
        captures = (capture for capture in read_warc(house.data, warc) if isinstance(capture, Capture))
        with write(engine) as connection:
            frontier.absorb(connection, warc, captures, house.settings.revisit_hours)
    return new


def _poll(house: House, engine: Engine, sources: Sequence[Source]) -> list[tuple[Source, FeedAddress, Exchange]]:
    """The feeds of all sources, asked side by side, each host's one after the other."""
    asked: dict[str, list[tuple[Source, FeedAddress, dict[str, str]]]] = defaultdict(list)
    with engine.connect() as connection:
        for source in sources:
            for feed in source.feeds:
                asked[host_of(feed.url)].append((source, feed, frontier.validators(connection, feed.url)))
    settings = house.settings
    limits = Limits(settings.timeout_seconds, settings.deadline_seconds, settings.max_feed_bytes)

    def poll_host(host: str) -> list[tuple[Source, FeedAddress, Exchange]]:
        session, answers = open_session(settings.contact), []
        for number, (source, feed, headers) in enumerate(asked[host]):
            time.sleep(settings.host_delay_seconds if number else 0)
            answers.append((source, feed, fetch(session, feed.url, limits, headers)))
        return answers

    with ThreadPoolExecutor(settings.concurrent_hosts) as pool:
        return [answer for answers in pool.map(poll_host, asked) for answer in answers]


def _decide(
    house: House, engine: Engine, run_id: str, polled: Sequence[tuple[Source, FeedAddress, Exchange]]
) -> tuple[list[_Answer], list[PageJob]]:
    """The feeds with what was decided about their entries, and the pages to fetch, leased to this run."""
    now = datetime.now(UTC)
    until = now + timedelta(minutes=house.settings.lease_minutes)
    lease = Lease(run_id, now.isoformat(), until.isoformat())
    feeds: list[_Answer] = []
    jobs: list[PageJob] = []
    taken: set[str] = set()
    with write(engine) as connection:
        for source, feed, exchange in polled:
            note = None
            if exchange.outcome == "ok":
                exchange, entries = _entries(exchange)
                if entries is not None:
                    capture_id = f"<urn:uuid:{uuid.uuid4()}>"
                    exchange = replace(exchange, capture_id=capture_id)
                    address = (feed.url, feed.section, capture_id)
                    note, wanted = frontier.decide(connection, source, address, entries, lease, taken)
                    jobs += wanted
            feeds.append(_Answer("feed", source.source_id, exchange, note))
        for source in {source.source_id: source for source, _, _ in polled}.values():
            jobs += frontier.take_due(connection, source.source_id, lease, taken)
    return feeds, jobs


def _entries(exchange: Exchange) -> tuple[Exchange, Sequence[FeedEntry] | None]:
    """The entries of a feed's answer; where it holds no feed the exchange says so and there are none."""
    try:
        return exchange, read_feed(decoded_body(exchange), header(exchange, "Content-Type"), exchange.final_url)
    except (FatalFetchError, ArticleError) as error:
        return replace(exchange, outcome="bad_type", error_detail=str(error)), None


def _answers(house: House, engine: Engine, jobs: Sequence[PageJob]) -> Iterator[_Answer]:
    """Robots and pages of all hosts as they come, each host asked by one thread, one page after the other."""
    by_host: dict[str, list[PageJob]] = defaultdict(list)
    for job in jobs:
        by_host[job.host].append(job)
    with engine.connect() as connection:
        known = frontier.robots_documents(connection, (job.url for job in jobs), datetime.now(UTC))
    answers: queue.Queue[_Answer | BaseException | None] = queue.Queue(QUEUE_LENGTH)

    def ask(host: str) -> None:
        try:
            for answer in _ask_host(house, by_host[host], known):
                answers.put(answer)
            answers.put(None)
        except BaseException as error:  # handed to the reader of the queue, which raises it
            answers.put(error)

    with ThreadPoolExecutor(house.settings.concurrent_hosts) as pool:
        for host in by_host:
            pool.submit(ask, host)
        running = len(by_host)
        while running:
            answer = answers.get()
            if isinstance(answer, BaseException):
                raise answer
            if answer is None:
                running -= 1
            else:
                yield answer


def _ask_host(house: House, jobs: Sequence[PageJob], known: Mapping[str, tuple[int | None, str]]) -> Iterator[_Answer]:
    settings = house.settings
    session = open_session(settings.contact)
    limits = Limits(settings.timeout_seconds, settings.deadline_seconds, settings.max_page_bytes)
    robots = dict(known)
    for job in jobs:
        address = robots_url(job.url)
        if address not in robots:
            exchange = fetch(session, address, limits)
            text = exchange.body.decode("utf-8", errors="replace") if exchange.outcome == "ok" else ""
            robots[address] = (exchange.status, text)
            yield _Answer("robots", job.source_id, exchange)
        verdict = robots_verdict(*robots[address], job.url)
        if verdict == "ok":
            time.sleep(settings.host_delay_seconds)
            exchange = fetch(session, job.url, limits)
        else:
            agent = user_agent(settings.contact)
            detail = (
                f"{address} answered {robots[address][0]}"
                if verdict == "robots_unavailable"
                else f"{address} forbids it"
            )
            exchange = Exchange(job.url, job.url, datetime.now(UTC), 0, verdict, agent, error_detail=detail)
        yield _Answer("article", job.source_id, exchange, job.note)


class _Writer:
    """The WARCs of one batch: a new one begins when the last holds enough; each is absorbed once it is durable."""

    def __init__(self, house: House, engine: Engine, run_id: str, batch: str):
        self._house, self._engine, self._run_id = house, engine, run_id
        self._stem = f"{datetime.now(UTC):%Y-%m-%d}/{_slug(run_id)}.{_slug(batch)}"
        self._open = ExitStack()
        self._raw: RawFile | None = None
        self._written: list[Capture] = []
        self._settled: list[str] = []

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def append(self, answer: _Answer) -> None:
        if self._raw is None:
            self._raw = self._open.enter_context(RawFile(self._house.data, self._free_name()))
        place = self._raw.append(answer.kind, (answer.source_id, self._run_id), answer.exchange, answer.note)
        self._written.append(_without_body(answer, place, self._run_id))
        if self._raw.captures >= self._house.settings.max_pages_per_warc:
            self.settle()

    def settle(self) -> tuple[str, ...]:
        """Puts the open WARC in place and lets the frontier know; returns all WARCs of the batch so far."""
        if self._raw is not None:
            with write(self._engine) as connection:
                self._raw.settle()
                frontier.absorb(connection, self._raw.warc, self._written, self._house.settings.revisit_hours)
            self._open.close()
            self._settled.append(self._raw.warc)
            self._raw, self._written = None, []
        return tuple(self._settled)

    def _free_name(self) -> str:
        taken = set(stored_warcs(self._house.data))
        return next(name for n in range(len(taken) + 1) if (name := f"{self._stem}.{n:03d}.warc.gz") not in taken)


def _without_body(answer: _Answer, place: CapturePlace, run_id: str) -> Capture:
    """What the frontier needs of an answer: everything but the body, which only robots.txt is asked for."""
    exchange = answer.exchange if answer.kind == "robots" else replace(answer.exchange, body=b"")
    feed = answer.note if isinstance(answer.note, FeedNote) else None
    article = answer.note if isinstance(answer.note, ArticleNote) else None
    return Capture(place, answer.kind, answer.source_id, run_id, exchange, feed, article)


def _has_failed(exchange: Exchange) -> bool:
    return exchange.outcome not in {"ok", "not_modified"}


def _source(house: House, source_id: str) -> Source:
    if source_id not in house.sources:
        raise ConfigError(f"{house.config / 'sources'}: there is no source {source_id!r}")
    return house.sources[source_id]


def _slug(name: str) -> str:
    """A run id or batch name as part of a file name: other characters become '-'."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
