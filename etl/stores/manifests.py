"""The ledger's list of live objects as a bucket holds it, for readers who have the bucket and not the state.

One small object names the list of each month; a list is named after its content and never changes. A commit writes
the lists of the months that it touched, then the object that names them: whoever reads that one sees all of the
commit or nothing, and needs the lists of the months that he asks for.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import astuple
from pathlib import Path
from typing import Any

from etl import homes
from etl.buckets import Bucket, read_text, write_text
from etl.errors import StorageError
from etl.model import ObjectFile
from etl.storage import discard, stored_paths, written_at

FOLDER = "live"
CURRENT = f"{FOLDER}/current.json"
FIRST, LAST = "01", "31"  # of any month, as far as comparing is concerned


def month_of(day: str) -> str:
    """The month of a day, as YYYY-MM."""
    return day[:7]


def days_of(month: str) -> tuple[str, str]:
    """The days between which a month's lie."""
    return f"{month}-{FIRST}", f"{month}-{LAST}"


def tell(bucket: Bucket, commit: int, months: dict[str, list[ObjectFile]]) -> None:
    """Writes what is live in some months, as of a commit; a month without objects is named no more."""
    names = _months(bucket)
    for month, files in months.items():
        names.pop(month, None)
        if files:
            words = json.dumps([astuple(file) for file in files])
            names[month] = f"{FOLDER}/{month}-{hashlib.sha256(words.encode()).hexdigest()[:16]}.json"
            write_text(bucket, names[month], words)
    write_text(bucket, CURRENT, json.dumps({"commit": commit, "months": dict(sorted(names.items()))}))


def told(bucket: Bucket, tables: Collection[str], span: tuple[str, str]) -> dict[str, list[ObjectFile]]:
    """The live objects of tables, of the first to the last day. Raises StorageError where nobody has published yet."""
    names = _months(bucket)
    if not names:
        raise StorageError(f"there are no tables in {bucket.url}: nothing has been published there yet")
    found: dict[str, list[ObjectFile]] = {name: [] for name in tables}
    for month in sorted(names):
        if month_of(span[0]) <= month <= month_of(span[1]):
            for file in _list(bucket, names[month]):
                if file.table in found and span[0] <= file.seen_date <= span[1]:
                    found[file.table].append(file)
    return found


def forget(data: Path, oldest: float) -> None:
    """Removes lists that are named no more and were written before an instant."""
    bucket = homes.behind(data)
    if bucket is None:
        return
    named = {CURRENT, *_months(bucket).values()}
    for path in stored_paths(data, FOLDER):
        if path not in named and written_at(data, path) < oldest:
            discard(data, path)


def _months(bucket: Bucket) -> dict[str, str]:
    """The list of each month; none where nothing was ever published."""
    words = read_text(bucket, CURRENT)
    months: dict[str, str] = _parsed(bucket, CURRENT, words)["months"] if words else {}
    return months


def _list(bucket: Bucket, path: str) -> Iterable[ObjectFile]:
    words = read_text(bucket, path)
    if words is None:
        raise StorageError(f"{path!r} is gone from {bucket.url}: it was vacuumed meanwhile, read again")
    return (ObjectFile(*values) for values in _parsed(bucket, path, words))


def _parsed(bucket: Bucket, path: str, words: str) -> Any:
    try:
        return json.loads(words)
    except ValueError as error:
        raise StorageError(f"cannot read {path!r} in {bucket.url}: {error}") from error
