"""The one small database beside the stores: SQLite by default, PostgreSQL by URL.

It holds the frontier and the ledger and can be made again from `raw/`. One writer at a time: a transaction takes
the write lock at its beginning, and the kernel (or the server) frees it when its process dies.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ExceptionContext,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from etl.errors import StorageError

LOCK_WAIT_SECONDS = 60
LOOKUP_BATCH = 500
WRITE_LOCK = 0x0DA7E1  # PostgreSQL advisory lock; any number that nobody else uses
STATE_VERSION = "5"  # of the tables below; the state is a cache of raw/, so another version is made again, not mended
meta = MetaData()

feeds = Table(
    "feeds",
    meta,
    Column("url", Text, primary_key=True),
    Column("source_id", String(64), nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("polled_at", String(32)),
    Column("failures", Integer, nullable=False, default=0),
    Column("last_outcome", String(32)),
    Column("last_status", Integer),
    Column("answered_at", String(32)),
    Column("news_an_hour", Float),
    Column("wish_minutes", Float),
    Column("moved_to", Text),
    Column("payload", Text),
)
known_articles = Table(
    "known_articles",
    meta,
    Column("article_id", String(40), primary_key=True),
    Column("source_id", String(64), nullable=False),
    Column("identity_rule", String(16), nullable=False),
    Column("url", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("entry_digest", String(32), nullable=False),
    Column("feed_url", Text, nullable=False),
    Column("section", Text),
    Column("first_seen_at", String(32), nullable=False),
    Column("looks", Integer, nullable=False, default=0),
    Column("looked_at", String(32)),
    Column("next_look_at", String(32)),
    Column("capture", Text),
    Column("payload", Text),
    Column("misses", Integer),  # looks that failed since the entry changed; null where it came, or has not changed
    Column("lease_holder", Text),
    Column("lease_until", String(32)),
    sqlite_with_rowid=False,
)
Index("due_pages", known_articles.c.source_id, known_articles.c.next_look_at)
aliases = Table(
    "aliases",
    meta,
    Column("alias", String(40), primary_key=True),
    Column("article_id", String(40), nullable=False),
    sqlite_with_rowid=False,
)
host_files = Table(  # robots.txt and tdmrep.json, by address
    "host_files",
    meta,
    Column("url", Text, primary_key=True),
    Column("status", Integer),
    Column("document", Text, nullable=False),
    Column("fetched_at", String(32), nullable=False),
)
hosts = Table(
    "hosts",
    meta,
    Column("host", Text, primary_key=True),
    Column("not_before", String(32), nullable=False),
)
warcs = Table(
    "warcs",
    meta,
    Column("warc", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("captures", Integer, nullable=False),
)
warc_links = Table(
    "warc_links",
    meta,
    Column("earlier", Text, primary_key=True),
    Column("later", Text, primary_key=True),
)
waiting_warcs = Table("waiting_warcs", meta, Column("warc", Text, primary_key=True))
prepared_warcs = Table(  # what is made of WARCs already and not published yet, and by which rules
    "prepared_warcs",
    meta,
    Column("warc", Text, primary_key=True),
    Column("rules", String(64), nullable=False),
    Column("made", Text, nullable=False),
)
read_days = Table(
    "read_days",
    meta,
    Column("day", String(10), primary_key=True),
    Column("changed_ns", BigInteger, nullable=False),
)
batches = Table(
    "batches",
    meta,
    Column("run_id", Text, primary_key=True),
    Column("batch", String(128), primary_key=True),
    Column("fetched", Text, nullable=False),
)
commits = Table(
    "commits",
    meta,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("run_id", Text, nullable=False),
    Column("committed_at", String(32), nullable=False),
)
objects = Table(
    "objects",
    meta,
    Column("path", Text, primary_key=True),
    Column("born", Integer, primary_key=True),
    Column("died", Integer),
    Column("table_name", String(64), nullable=False),
    Column("seen_date", String(10), nullable=False),
    Column("unit", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
)
Index("live_objects", objects.c.table_name, objects.c.seen_date, objects.c.died)
Index("unit_objects", objects.c.unit, objects.c.died)
units = Table("units", meta, Column("unit", Text, primary_key=True), Column("run_id", Text, nullable=False))
Index("units_of_run", units.c.run_id)
pending_links = Table(
    "pending_links",
    meta,
    Column("table_name", String(64), primary_key=True),
    Column("seen_date", String(10), primary_key=True),
    Column("since", Float),
)


schemas = Table(
    "schemas",
    meta,
    Column("table_name", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
)
facts = Table("facts", meta, Column("name", String(32), primary_key=True), Column("value", Text, nullable=False))


def open_state(url: str, renew: bool = False) -> Engine:
    """The state database at a SQLAlchemy URL, its tables made where they are missing; emptied first with `renew`.

    Raises StorageError, as does every later use, where the database cannot be opened, read or written, and where it
    was made by a version of Dateline that kept it otherwise.
    """
    is_sqlite = url.startswith("sqlite")
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": LOCK_WAIT_SECONDS} if is_sqlite else {})
    event.listen(engine, "handle_error", _as_storage_error, retval=True)
    if is_sqlite:
        if engine.url.database:
            _make_folder(Path(engine.url.database).parent)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
    if renew:
        with write(engine) as connection:
            meta.drop_all(connection)
    with engine.connect() as connection:
        present = meta.tables.keys() & set(inspect(connection).get_table_names())
        version = connection.scalar(_VERSION) if "facts" in present else None
    if not present:
        with write(engine) as connection:
            meta.create_all(connection)
            if connection.scalar(_VERSION) is None:  # another process may have been quicker
                connection.execute(facts.insert().values(name="version", value=STATE_VERSION))
    elif version != STATE_VERSION:
        raise StorageError(
            f"the state database {engine.url!r} has version {version!r}, this Dateline keeps {STATE_VERSION!r}: "
            "run `dateline state rebuild`, which makes it again from raw/"
        )
    return engine


_VERSION = select(facts.c.value).where(facts.c.name == "version")


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the write lock from its first moment; committed at the end, else undone."""
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITE_LOCK})
        yield connection


def batched(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Keys in portions that one statement may hold: SQLite takes 32,766 parameters, PostgreSQL 65,535."""
    for start in range(0, len(keys), LOOKUP_BATCH):
        yield keys[start : start + LOOKUP_BATCH]


def _as_storage_error(context: ExceptionContext) -> BaseException | None:
    """What an operator reads of a full disk, a read-only folder, a lock held too long or a server that is gone."""
    if not isinstance(context.sqlalchemy_exception, OperationalError):
        return None
    where = repr(context.engine.url) if context.engine else "?"
    return StorageError(f"cannot use the state database {where}: {context.original_exception}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by the listeners above, not by the driver
    try:
        connection.execute("PRAGMA journal_mode=WAL")  # readers and one writer do not wait for each other
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.DatabaseError as error:
        raise StorageError(f"cannot use the state database: {error}") from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make the data folder {str(folder)!r}: {error.strerror}") from error
