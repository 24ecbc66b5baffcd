"""One batch of sources collected: feeds asked, entries decided, pages fetched, everything written to WARC.

The order keeps every promise: pages are leased before they are asked for, the WARC is durable before the frontier
advances, and a feed's own record comes last, so that its validators move forward only when its pages are safe.
"""

import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from pydantic import TypeAdapter
from sqlalchemy import Engine, select

from etl.addresses import host_of
from etl.collecting.answers import Answer, HostFacts, ask_pages
from etl.collecting.volumes import Volumes
from etl.config import House, require_contact
from etl.errors import ArticleError, ConfigError, FatalFetchError
from etl.feeds.hostilefeeds import read_any_feed
from etl.model import Exchange, FeedAddress, FeedEntry, Payload, Source
from etl.state import batches, write
from etl.storage import clear_staging
from etl.stores import frontier, polls
from etl.stores.absorption import ANSWERED, upsert
from etl.stores.frontier import Lease, Listing, PageJob
from etl.stores.opening import absorb_stored
from etl.stores.schedule import wished_minutes
from etl.web.bodies import decoded_head, header
from etl.web.http import TOO_LARGE_KEPT, Limits, compared, fetch
from etl.web.reach import read_networks
from etl.web.sessions import open_client

log = logging.getLogger(__name__)
Polled = tuple[Source, FeedAddress, Exchange]


@dataclass(frozen=True, slots=True)
class Batch:
    """Sources that one worker collects. `name` is what an operator sees; all feeds are asked where it is forced."""

    name: str
    sources: tuple[str, ...]
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """What a batch gave: its WARCs, how many pages were asked for, and each failed feed with its reason."""

    batch: str
    warcs: tuple[str, ...]
    feeds: int
    pages: int
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_failed(self) -> bool:
        """Whether feeds were asked and none answered."""
        return 0 < self.feeds == len(self.failed)


COLLECTED = TypeAdapter(Collected)


def collect(house: House, engine: Engine, run_id: str, batch: Batch) -> Collected:
    """Collects a batch once: a batch that this run has finished already is answered from the state.

    One of which no feed answered is collected again, due or not, when it is asked for again.
    Raises ConfigError where a source is unknown or the contact is missing, StorageError where a store cannot be
    written, RetriableFetchError where another try took the pages over. A feed that fails raises nothing: it is named
    in `failed`, and in `fetch_log` like every attempt.
    """
    sources = [_source(house, source_id) for source_id in batch.sources]
    require_contact(house, sources)
    clear_staging(house.data)
    absorb_stored(house, engine)
    same = (batches.c.run_id == run_id, batches.c.batch == batch.name)
    with engine.connect() as connection:
        done = connection.scalar(select(batches.c.fetched).where(*same))
    before = COLLECTED.validate_json(done) if done is not None else Collected(batch.name, (), 0, 0)
    if done is not None and not before.has_failed:
        return before
    polled = _poll(house, engine, sources, batch.is_forced or before.has_failed)
    now = datetime.now(UTC)
    lease = Lease(run_id, now.isoformat(), (now + timedelta(minutes=house.settings.lease_minutes)).isoformat())
    feeds, jobs = _decide(engine, lease, polled, batch.sources)
    with engine.connect() as connection:
        files = polls.known_host_files(connection, (job.url for job in jobs), now)
        busy = polls.busy_hosts(connection, lease.now)
    pages = ask_pages(house.settings, jobs, HostFacts(files, busy, {source.source_id: source for source in sources}))
    with Volumes(house, engine, lease, batch.name) as volumes, closing(pages):
        for answer in chain(pages, feeds):
            volumes.append(answer)
        settled = volumes.settle()
    failed = {a.exchange.url: a.exchange.error_detail or "" for a in feeds if _has_failed(a.exchange)}
    collected = Collected(batch.name, (*before.warcs, *settled), len(feeds), before.pages + len(jobs), failed)
    if before.has_failed and not feeds:  # every host asked to be left alone: nothing has become better
        collected = replace(before, warcs=collected.warcs, pages=collected.pages)
    with write(engine) as connection:
        fetched = COLLECTED.dump_json(collected).decode()
        upsert(connection, batches, {"run_id": run_id, "batch": batch.name}, {"fetched": fetched})
    _log_failures(run_id, feeds)
    log.info("collected", extra={"run_id": run_id, "batch": batch.name, "pages": len(jobs), "failed": len(failed)})
    return collected


def _log_failures(run_id: str, feeds: Sequence[Answer]) -> None:
    for answer in (answer for answer in feeds if _has_failed(answer.exchange)):
        told = {name: getattr(answer.exchange, name) for name in ("url", "outcome", "status", "error_detail")}
        log.info("feed failed", extra={"run_id": run_id, "source_id": answer.source_id, **told})


def _poll(house: House, engine: Engine, sources: Sequence[Source], is_forced: bool) -> list[Polled]:
    """The feeds of all sources whose time has come, or all of them; each host's are asked one after the other."""
    asked: dict[str, list[tuple[Source, FeedAddress, dict[str, str], Payload | None]]] = defaultdict(list)
    now = datetime.now(UTC)
    with engine.connect() as connection:
        busy = polls.busy_hosts(connection, now.isoformat())
        for source in sources:
            free = [feed for feed in source.feeds if host_of(feed.url) not in busy]
            for feed in free if is_forced else polls.due_feeds(connection, source, now):
                known = polls.validators(connection, feed.url), polls.latest_payload(connection, feed.url)
                asked[host_of(feed.url)].append((source, feed, *known))
    settings = house.settings
    cost = (settings.timeout_seconds, settings.deadline_seconds, settings.max_feed_bytes)

    def poll_host(host: str) -> list[Polled]:
        client, answers = open_client(settings.contact), []
        for number, (source, feed, headers, earlier) in enumerate(asked[host]):
            time.sleep(settings.host_delay_seconds if number else 0)
            limits = Limits(*cost, read_networks(source.allowed_networks), settings.max_feed_bytes)
            answers.append((source, feed, compared(fetch(client, feed.url, limits, headers), earlier)))
        return answers

    with ThreadPoolExecutor(settings.concurrent_hosts) as pool:
        return [answer for answers in pool.map(poll_host, asked) for answer in answers]


def _decide(
    engine: Engine, lease: Lease, polled: Sequence[Polled], source_ids: Sequence[str]
) -> tuple[list[Answer], list[PageJob]]:
    """The feeds with what was decided about their entries, and the pages to fetch, leased.

    Pages of all the sources are looked at again when they are due, whether or not a feed of theirs was.
    """
    read = [(source, feed, *_read(exchange)) for source, feed, exchange in polled]
    feeds: list[Answer] = []
    jobs: list[PageJob] = []
    with write(engine) as connection:
        for source, feed, exchange, entries, wish in read:
            note = None
            if entries is not None:
                listing = Listing(source.source_id, feed.url, feed.section, exchange.capture_id)
                note, wanted = frontier.decide(connection, listing, entries, lease)
                note = replace(note, wish_minutes=wish)
                jobs += wanted
            feeds.append(Answer("feed", source.source_id, exchange, note))
        for source_id in source_ids:
            jobs += frontier.take_due(connection, source_id, lease)
    return feeds, jobs


def _read(exchange: Exchange) -> tuple[Exchange, Sequence[FeedEntry] | None, float | None]:
    """A feed's answer with the id that its record will have, its entries, and how often it wants to be asked.

    The entries are null where it holds no feed; the exchange then says so.
    """
    if exchange.outcome not in {"ok", "too_large"}:
        return exchange, None, None
    try:
        document = decoded_head(exchange)
        entries, unread = read_any_feed(document, header(exchange, "Content-Type"), exchange.final_url)
    except (FatalFetchError, ArticleError) as error:
        return _no_feed(exchange, str(error)), None, None
    except Exception as error:  # noqa: BLE001  (a feed that its reader stumbles over costs that feed alone)
        return _no_feed(exchange, f"the feed cannot be read: {type(error).__name__}: {error}"[:300]), None, None
    told = exchange.error_detail or unread
    named = replace(exchange, capture_id=f"<urn:uuid:{uuid.uuid4()}>", error_detail=told)
    return named, entries, wished_minutes(document, header(exchange, "Cache-Control"))


def _no_feed(exchange: Exchange, detail: str) -> Exchange:
    """An answer that is no feed; one that is too large has been told as such, and little of it is kept."""
    if exchange.outcome == "too_large":
        return replace(exchange, body=exchange.body[:TOO_LARGE_KEPT])
    return replace(exchange, outcome="bad_type", error_detail=detail)


def _has_failed(exchange: Exchange) -> bool:
    return exchange.outcome not in ANSWERED


def _source(house: House, source_id: str) -> Source:
    if source_id not in house.sources:
        raise ConfigError(f"{house.config / 'sources'}: there is no source {source_id!r}")
    return house.sources[source_id]
