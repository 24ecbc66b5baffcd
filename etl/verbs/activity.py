"""What sources did on the last days: counts by UTC day, articles by hour, and the shares of what is missing in them.

A day that was checked is one small file of `source_days`, and only what was published since the check is read from
`runs`. So the cost depends on how many sources and days are asked for, not on runs, articles or history.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from etl.state import objects
from etl.tables.parquet import read_objects

FETCHES, FAILED, ARTICLES, REVISIONS, QUARANTINED = range(5)
COUNTED = ("feeds_ok", "feeds_failed", "articles", "revisions", "quarantined")  # of source_days, in that order
RUN_COUNTED = ("feeds_ok", "feeds_failed", "new", "revisions", "quarantined")  # of runs
SHARES = ("undated_share", "dateline_filled")  # of articles
HOURS = 24
STAMP = slice(11, 32)  # of a WARC's name, 2026-11-20/20261120T101500000000-...: when it was begun
Numbers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Reals: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """`counts` has a number for each source, day and FETCHES to QUARANTINED, `hourly` articles by source, day and hour.

    `open_names` is by source and day, and so are `shares`, by name: the share of articles (0 to 1) and how many
    articles it is of. `latest` says when each source had its last article, where it had any.
    """

    source_ids: tuple[str, ...]
    days: tuple[date, ...]
    counts: Numbers
    hourly: Numbers
    open_names: Numbers
    shares: dict[str, tuple[Reals, Numbers]]
    latest: dict[str, datetime]

    def heard(self, place: int) -> Flags:
        """The days on which a feed of a source answered."""
        counts = self.counts[place]
        return np.asarray(counts[:, FETCHES] > counts[:, FAILED])


class _Files(NamedTuple):
    """What tells of a day: `runs` say all of it where they replace what the check counted, else what came since."""

    base: str | None
    runs: list[str]
    is_replaced: bool

    @property
    def needs_warcs(self) -> bool:
        """Whether the hours of what is new are known from nothing but the names of WARCs."""
        return self.base is None or not self.is_replaced


def read_activity(
    data: Path, connection: Connection, days: tuple[date, ...], exact: int, source_ids: Iterable[str]
) -> Activity:
    """The activity on some days, in their order, of the named sources and all that the tables know besides them.

    Of the last `exact` days all is counted, of those before them what the checks saw. Raises StorageError.
    """
    earlier = [_checked_files(connection, day.isoformat()) for day in days[:-exact]]
    files = [*earlier, *(_all_files(connection, day.isoformat()) for day in days[-exact:])]
    columns = ["day", "source_id", *COUNTED, "articles_by_hour", "last_article_at", "open_names", *SHARES]
    base = read_objects(data, "source_days", [found.base for found in files if found.base], columns)
    runs = {number: _run_rows(data, found, found.needs_warcs) for number, found in enumerate(files) if found.runs}
    told = [base["source_id"], *(rows["source_id"] for rows in runs.values())]
    ids = sorted({*source_ids, *(str(name) for column in told for name in pc.unique(column).to_pylist())})
    activity = _empty(tuple(ids), days)
    _add_base(activity, base)
    for number, rows in runs.items():
        _add_counts(activity, number, rows, files[number].is_replaced)
        if files[number].needs_warcs:
            _add_hours(activity, number, rows)
        elif (activity.counts[:, number, ARTICLES] > activity.hourly[:, number].sum(axis=1)).any():
            activity.hourly[:, number] = 0  # the check had not seen all of what was then compacted
            _add_hours(activity, number, _run_rows(data, files[number], with_warcs=True))
    activity.counts[:, :, FETCHES] += activity.counts[:, :, FAILED]
    activity.latest.update(_latest_hours(activity))
    return activity


def last_articles(data: Path, connection: Connection, first: date, last: date) -> dict[str, datetime]:
    """When each source had its last article on the checked days from `first` to `last`, if any. Raises StorageError."""
    paths = [row.path for row in _checked(connection, first.isoformat(), last.isoformat())]
    return _latest(read_objects(data, "source_days", paths, ["source_id", "last_article_at"]))


def _checked_files(connection: Connection, day: str) -> _Files:
    """What has to be read of a day of which it is enough to know what its check saw, where it had one."""
    (base,) = _checked(connection, day, day) or (None,)
    return _Files(base.path, [], False) if base else _all_files(connection, day)


def _all_files(connection: Connection, day: str) -> _Files:
    """What has to be read of a day to know all of it.

    Where objects of `runs` have died since the check (a rebuild), or none is left that the check saw (a day that was
    compacted), the runs are read as a whole.
    """
    (base,) = _checked(connection, day, day) or (None,)
    seen = base.born if base else 0
    of_day = (objects.c.table_name == "runs", objects.c.seen_date == day)
    is_live = (*of_day, objects.c.died.is_(None))
    has_lost = connection.scalar(select(objects.c.path).where(*of_day, objects.c.died > seen).limit(1))
    has_kept = connection.scalar(select(objects.c.path).where(*is_live, objects.c.born <= seen).limit(1))
    is_replaced = bool(has_lost) or not has_kept
    since = objects.c.born > (0 if is_replaced else seen)
    runs = connection.scalars(select(objects.c.path).where(*is_live, since)).all()
    return _Files(base.path if base else None, list(runs), is_replaced)


def _checked(connection: Connection, first: str, last: str) -> Sequence[Any]:
    """The files of `source_days` from the first to the last day: path and the commit that made them."""
    query = select(objects.c.path, objects.c.born).where(objects.c.table_name == "source_days")
    return connection.execute(query.where(objects.c.died.is_(None), objects.c.seen_date.between(first, last))).all()


def _run_rows(data: Path, files: _Files, with_warcs: bool) -> pa.Table:
    return read_objects(data, "runs", files.runs, ["source_id", *RUN_COUNTED] + (["warc"] if with_warcs else []))


def _empty(source_ids: tuple[str, ...], days: tuple[date, ...]) -> Activity:
    size = len(source_ids), len(days)
    return Activity(
        source_ids,
        days,
        counts=np.zeros((*size, len(COUNTED)), np.int64),
        hourly=np.zeros((*size, HOURS), np.int64),
        open_names=np.zeros(size, np.int64),
        shares={name: (np.zeros(size), np.zeros(size, np.int64)) for name in SHARES},
        latest={},
    )


def _add_base(activity: Activity, base: pa.Table) -> None:
    """Adds rows of `source_days`."""
    who = _places(activity, base)
    when = _numbers(base["day"].cast(pa.int32())) - (activity.days[0] - date(1970, 1, 1)).days
    for number, name in enumerate(COUNTED):
        activity.counts[who, when, number] = _numbers(base[name])
    activity.hourly[who, when] = pc.list_flatten(base["articles_by_hour"]).to_numpy().reshape(-1, HOURS)
    activity.open_names[who, when] = _numbers(base["open_names"].fill_null(pa.scalar(0, pa.int32())))
    for name, (shares, weights) in activity.shares.items():
        told = base[name].to_numpy()
        shares[who, when] = np.nan_to_num(told)
        weights[who, when] = np.where(np.isnan(told), 0, _numbers(base["articles"]))
    activity.latest.update(_latest(base))


def _add_counts(activity: Activity, number: int, rows: pa.Table, is_replaced: bool) -> None:
    """Adds the counts of rows of `runs` to a day, or puts them in the place of what is there."""
    if is_replaced:
        activity.counts[:, number] = 0
    counts = np.stack([_numbers(rows[name]) for name in RUN_COUNTED], axis=1)
    np.add.at(activity.counts[:, number], _places(activity, rows), counts)


def _add_hours(activity: Activity, number: int, rows: pa.Table) -> None:
    """Adds what is new by rows of `runs` to the hours of a day in which their WARCs were begun."""
    warcs = rows["warc"].to_pylist()
    begun = {warc: begun_at(str(warc)) for warc in set(warcs)}
    places, news = _places(activity, rows).tolist(), _numbers(rows["new"]).tolist()
    for place, warc, count in zip(places, warcs, news, strict=True):
        at = begun[warc]
        if count and at is not None and at.date() == activity.days[number]:  # what is imported is of other days
            activity.hourly[place, number, at.hour] += count
            name = activity.source_ids[place]
            activity.latest[name] = max(at, activity.latest.get(name, at))


def _places(activity: Activity, rows: pa.Table) -> Numbers:
    return _numbers(pc.index_in(rows["source_id"], pa.array(activity.source_ids, pa.string())))


def _latest(rows: pa.Table) -> dict[str, datetime]:
    found = rows.group_by("source_id").aggregate([("last_article_at", "max")])
    pairs = zip(found["source_id"].to_pylist(), found["last_article_at_max"].to_pylist(), strict=True)
    return {str(source_id): at.astimezone(UTC) for source_id, at in pairs if at is not None}


def _latest_hours(activity: Activity) -> Iterator[tuple[str, datetime]]:
    """The beginning of the last hour with articles of each source of which nothing more exact is known.

    Tables that an earlier version wrote have no `last_article_at`.
    """
    begin = datetime.combine(activity.days[0], time(), UTC)
    for place, source_id in enumerate(activity.source_ids):
        if source_id not in activity.latest and activity.hourly[place].any():
            yield source_id, begin + timedelta(hours=int(np.flatnonzero(activity.hourly[place])[-1]))


def begun_at(warc: str) -> datetime | None:
    """When a WARC was begun, as its name says; null for a name of another kind."""
    try:
        return datetime.strptime(f"{warc[STAMP]}+0000", "%Y%m%dT%H%M%S%f%z")
    except ValueError:
        return None


def _numbers(column: Any) -> Numbers:
    """An Arrow column without nulls."""
    numbers: Numbers = column.to_numpy().astype(np.int64)
    return numbers
