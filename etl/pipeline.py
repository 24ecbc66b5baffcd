"""Dateline's table of contents: plan, fetch, transform, publish, check, and what is done with history.

Each verb takes a house and plain values and gives plain values, so that Airflow, the command line and a test call
the same thing. State is a cache of `raw/`: whatever a crash left behind is picked up by the next verb.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select

from etl.addresses import host_of
from etl.collecting.collection import COLLECTED, Batch, Collected, collect
from etl.collecting.importing import Imported, Order, Tell, import_archive
from etl.config import House, require_contact
from etl.errors import ConfigError
from etl.model import ObjectFile, Source
from etl.state import batches
from etl.storage import clear_staging
from etl.stores import frontier, ledger
from etl.stores.opening import open_stores, renew_stores
from etl.verbs import rebuilding
from etl.verbs.engines import Engine, one_by_one
from etl.verbs.mirror import mirror
from etl.verbs.preparation import ALONE, Means, prepare
from etl.verbs.rebuilding import Rebuilt, migrate
from etl.verbs.reports import RunReport, check, check_days, describe, describe_anew, frame, report
from etl.verbs.transformation import Transformed, configured_units, transform_warc
from etl.verbs.upkeep import compact, compact_months, remove_dead, vacuum
from etl.verbs.verification import verify

__all__ = [
    "RunReport",
    "check",
    "compact",
    "compact_months",
    "describe",
    "fetch",
    "frame",
    "import_archives",
    "migrate",
    "mirror",
    "open_stores",
    "plan",
    "publish",
    "rebuild",
    "rebuild_state",
    "replay",
    "report",
    "run",
    "take_down",
    "transform",
    "vacuum",
    "verify",
]
log = logging.getLogger(__name__)


def plan(house: House, source_ids: Sequence[str] = (), force: bool = False) -> list[Batch]:
    """The sources that are due, cut into batches by host; empty when none is due.

    `source_ids` narrows the choice, `force` takes sources before their interval has passed. Sources that share a
    host share a batch, so that politeness to a host needs one worker only. Raises ConfigError.
    """
    chosen = [_source(house, source_id) for source_id in source_ids] or list(house.sources.values())
    if not chosen:
        raise ConfigError(f"{house.config / 'sources'}: no source is configured")
    require_contact(house, chosen)
    with open_stores(house).connect() as connection:
        now = datetime.now(UTC)
        due = [source for source in chosen if force or frontier.is_due(connection, source, now)]
    groups = _by_host(due)
    if len(groups) > house.settings.max_batches:
        bins: list[list[str]] = [[] for _ in range(house.settings.max_batches)]
        for group in sorted(groups, key=len, reverse=True):
            min(bins, key=len).extend(group)
        groups = [sorted(group) for group in bins]
    return [Batch(_batch_name(group), tuple(group), force) for group in groups]


def fetch(house: House, run_id: str, batch: Batch) -> Collected:
    """Collects a batch into `raw/`; idempotent by run and batch unless no feed answered. See `collection.collect`."""
    return collect(house, open_stores(house), run_id, batch)


def transform(house: House, run_id: str, batch: Batch) -> list[Transformed]:
    """The objects of the WARCs that a run fetched for a batch; empty when that fetch never finished."""
    with open_stores(house).connect() as connection:
        done = connection.scalar(
            select(batches.c.fetched).where(batches.c.run_id == run_id, batches.c.batch == batch.name)
        )
    return [transform_warc(house, warc) for warc in COLLECTED.validate_json(done).warcs] if done else []


def publish(house: House, run_id: str, transformed: Iterable[Transformed]) -> RunReport:
    """Makes a run's objects live in all tables at once, with those that earlier runs left behind; idempotent."""
    engine = open_stores(house)
    ready = {unit.warc: unit for unit in transformed}
    with engine.connect() as connection:
        waiting = ledger.unpublished(connection)
    left = [warc for warc in waiting if warc not in ready]
    leftovers = prepare(house, engine, left) if left else []
    units: dict[str, Sequence[ObjectFile]] = {unit.warc: unit.objects for unit in (*leftovers, *ready.values())}
    days = {file.seen_date for files in units.values() for file in files}
    ledger.commit(engine, house.data, run_id, units | configured_units(house, days))
    describe_anew(house, engine)
    published = report(house, run_id)
    log.info("published", extra={"run_id": run_id, **published.counts})
    return published


def run(house: House, run_id: str, source_ids: Sequence[str] = (), force: bool = False) -> RunReport:
    """All of it once, in one process: what `dateline_ingest` does under Airflow."""
    transformed: list[Transformed] = []
    for batch in plan(house, source_ids, force):
        fetch(house, run_id, batch)
        transformed += transform(house, run_id, batch)
    published = publish(house, run_id, transformed)
    for day in published.news:
        check(house, day)
    return published


def import_archives(  # noqa: PLR0913 - what is imported, whose it is, by what engine, and who is told
    house: House,
    run_id: str,
    files: Sequence[Path],
    source_id: str | None = None,
    tell: Tell = lambda *_: None,
    engine: Engine = one_by_one,
) -> tuple[list[Imported], RunReport]:
    """Copies the pages of archives from elsewhere into `raw/` and publishes them; what is there already stays as it is.

    `source_id` says whose the pages are that no source claims; without it they stay out. `tell` learns (what is read,
    how far, of how much). Raises ConfigError.
    """
    if source_id is not None:
        _source(house, source_id)
    clear_staging(house.data)
    state = open_stores(house)
    imported = [import_archive(house, state, path, Order(run_id, source_id), tell) for path in files]
    with state.connect() as connection:
        waiting = ledger.unpublished(connection)
    means = Means(engine, lambda done, of_all: tell("articles", done, of_all))
    transformed = prepare(house, state, waiting, means)
    published = publish(house, run_id, transformed)
    for day in published.news:
        check(house, day)
    return imported, published


def rebuild(  # noqa: PLR0913 - which days, by what means, and how much of it may be published
    house: House, first: date, last: date, dry: bool = False, accept: bool = False, means: Means = ALONE
) -> Rebuilt:
    """Transforms every WARC with captures from `first` to `last` again and publishes what differs; offline.

    Later WARCs that hold the next look at the same pages are read again too, and compacted days as wholes. A dry
    rebuild publishes nothing. Raises DataError, publishing nothing, where more than `rebuild_max_changed_share` of a
    table's rows would change, unless they are accepted.
    """
    engine = open_stores(house)
    with engine.connect() as connection:
        wanted = ledger.warcs_of_days(connection, first.isoformat(), last.isoformat())
    limit = None if accept else house.settings.rebuild_max_changed_share
    rebuilt = rebuilding.read_again(house, engine, wanted, limit, dry, means)
    check_days(house, rebuilt.read_days if rebuilt.committed else ())
    return rebuilt


def replay(house: House, reasons: Collection[str] = (), source_ids: Collection[str] = ()) -> Rebuilt:
    """Reads WARCs again whose items went to quarantine, for one of the reasons and of one of the sources; empty: any.

    What today's rules can read becomes rows; the rest stays in quarantine.
    """
    engine = open_stores(house)
    wanted = rebuilding.quarantined_warcs(house, engine, reasons, source_ids)
    rebuilt = rebuilding.read_again(house, engine, wanted)
    check_days(house, rebuilt.read_days)
    return rebuilt


def take_down(house: House) -> Rebuilt:
    """Blanks what `config/takedowns.csv` names and the tables still show, and removes the objects that held it.

    Tables as of an earlier commit can be read no more. What is captured later is blanked as it is read.
    """
    engine = open_stores(house)
    wanted = rebuilding.warcs_of_articles(house, engine)
    rebuilt = rebuilding.read_again(house, engine, wanted)
    check_days(house, rebuilt.read_days)
    remove_dead(house, engine)
    return rebuilt


def rebuild_state(house: House, means: Means = ALONE) -> int:
    """Makes frontier and ledger again from `raw/` alone and republishes; returns how many WARCs there are."""
    engine, known = renew_stores(house)
    with engine.connect() as connection:
        waiting = ledger.unpublished(connection)
    publish(house, "state-rebuild", prepare(house, engine, waiting, means))
    with engine.connect() as connection:
        days = ledger.live_days(connection, "runs")
    check_days(house, days)
    return len(known)


def _by_host(sources: Sequence[Source]) -> list[list[str]]:
    """Source ids in groups that share no host; each group in order of id."""
    groups: dict[str, set[str]] = {}
    for source in sources:
        hosts = {host_of(url) for url in (source.site, *(feed.url for feed in source.feeds))}
        merged = {source.source_id}.union(*(groups.get(host, set()) for host in hosts))
        for member in hosts | {host for host, group in groups.items() if group & merged}:
            groups[member] = merged
    unique = {min(group): group for group in groups.values()}
    return [sorted(unique[key]) for key in sorted(unique)]


def _batch_name(source_ids: Sequence[str]) -> str:
    return source_ids[0] if len(source_ids) == 1 else f"{source_ids[0]} and {len(source_ids) - 1} more"


def _source(house: House, source_id: str) -> Source:
    if source_id not in house.sources:
        raise ConfigError(f"{house.config / 'sources'}: there is no source {source_id!r}")
    return house.sources[source_id]
