"""The one small database beside the stores: SQLite by default, PostgreSQL by URL.

It holds the frontier and the ledger and can be made again from `raw/`. One writer at a time: a transaction takes
the write lock at its beginning, and the kernel (or the server) frees it when its process dies.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import OperationalError

from etl.errors import StorageError

LOCK_WAIT_SECONDS = 60
WRITE_LOCK = 0x0DA7E1  # PostgreSQL advisory lock; any number that nobody else uses
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
    Column("next_look_at", String(32)),
    Column("capture", Text),
    Column("lease_run", Text),
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
robots = Table(
    "robots",
    meta,
    Column("url", Text, primary_key=True),
    Column("status", Integer),
    Column("document", Text, nullable=False),
    Column("fetched_at", String(32), nullable=False),
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
units = Table(
    "units",
    meta,
    Column("unit", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("published", Boolean, nullable=False),
)
pending_links = Table(
    "pending_links",
    meta,
    Column("table_name", String(64), primary_key=True),
    Column("seen_date", String(10), primary_key=True),
    Column("since", Float),
)


def open_state(url: str) -> Engine:
    """The state database at a SQLAlchemy URL, its tables made where they are missing. Raises StorageError."""
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            _make_folder(Path(engine.url.database).parent)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
    try:
        with write(engine) as connection:
            meta.create_all(connection)
    except OperationalError as error:
        raise StorageError(f"cannot open the state database {engine.url!r}: {error.orig}") from error
    return engine


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the write lock from its first moment; committed at the end, else undone."""
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITE_LOCK})
        yield connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by the listeners above, not by the driver
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make the data folder {str(folder)!r}: {error.strerror}") from error
