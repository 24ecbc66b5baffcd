"""The stores at a glance: the last run, the last commit, what is still open, and what the disk holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import disk_usage

from sqlalchemy import func, select

from etl.config import House
from etl.state import commits, objects, open_state, waiting_warcs, warcs
from etl.verbs.activity import begun_at


@dataclass(frozen=True, slots=True)
class Glance:
    """How the stores stand. Instants are aware UTC, sizes bytes; null where there is nothing yet.

    `last_run_at` is when the last WARC of the last run was begun. `open_days` have not been compacted. `waiting_warcs`
    lie in `raw/` and are not published. `raw_bytes` counts the days since `raw_since` alone, so that looking costs the
    same after years; `object_bytes` all objects, those too that only an earlier commit shows.
    """

    last_run_id: str | None
    last_run_at: datetime | None
    last_commit: int | None
    last_commit_at: datetime | None
    open_days: tuple[str, ...]
    waiting_warcs: int
    raw_since: str
    raw_bytes: int
    object_bytes: int
    free_bytes: int


def glance(house: House, now: datetime, days: int = 14) -> Glance:
    """The stores as they stand, what fetches left in `raw/` counted for the last days. Raises StorageError."""
    today = now.astimezone(UTC).date()
    counted = [today - timedelta(days=back) for back in range(days)]
    several = select(objects.c.seen_date).where(objects.c.table_name == "runs", objects.c.died.is_(None))
    several = several.group_by(objects.c.seen_date).having(func.count() > 1).order_by(objects.c.seen_date)
    sizes = select(objects.c.path, objects.c.bytes).distinct().subquery()  # an object may have been live twice
    with open_state(house.state_url).connect() as connection:
        warc = connection.execute(select(warcs.c.warc, warcs.c.run_id).order_by(warcs.c.warc.desc()).limit(1)).first()
        commit = connection.execute(select(commits).order_by(commits.c.seq.desc()).limit(1)).first()
        return Glance(
            last_run_id=warc.run_id if warc else None,
            last_run_at=begun_at(warc.warc) if warc else None,
            last_commit=commit.seq if commit else None,
            last_commit_at=datetime.fromisoformat(commit.committed_at) if commit else None,
            open_days=tuple(connection.scalars(several)),
            waiting_warcs=connection.scalar(select(func.count()).select_from(waiting_warcs)) or 0,
            raw_since=counted[-1].isoformat(),
            raw_bytes=_bytes(house.data / "raw", counted),
            object_bytes=connection.scalar(select(func.sum(sizes.c.bytes))) or 0,
            free_bytes=disk_usage(house.data).free,
        )


def _bytes(raw: Path, days: Iterable[date]) -> int:
    """The bytes of the WARCs of some days."""
    return sum(path.stat().st_size for day in days for path in (raw / day.isoformat()).glob("*.warc.gz"))
