"""WARC files: written beside `raw/`, made durable, then linked into place and never changed.

With a bucket, the place is there: a WARC is put into it before it is linked, and fetched where a folder has it not.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from etl import buckets, homes
from etl.errors import StorageError
from etl.model import Capture, CaptureKind, CapturePlace, Exchange
from etl.storage import give, present, process_mark, secure, sync_path
from etl.warc.exchanges import write_exchange, write_head, write_note
from etl.warc.records import Damage, Note, Reason, read_captures

NEWEST_DAYS = 3  # day folders of a bucket that may grow: a WARC lies in the one of the day on which it was begun


class RawFile:
    """One WARC being written. Nobody sees it before `settle`; leaving the block without it leaves nothing."""

    def __init__(self, data: Path, warc: str):
        self.warc = warc
        self.captures = 0
        self._data = data
        self._path = data / "raw" / warc
        self._part = data / "staging" / f"{warc.replace('/', '_')}.{process_mark()}.part"
        self._settled = False

    def __enter__(self) -> "RawFile":
        try:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._part.open("wb")
        except OSError as error:
            raise StorageError(f"cannot write {str(self._part)!r}: {error.strerror}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # a disk that is full has been told already; what is unsettled goes
            self._stream.close()
        if not self._settled:
            self._part.unlink(missing_ok=True)

    def append(
        self, kind: CaptureKind, owner: tuple[str, str], exchange: Exchange, reason: Reason = None
    ) -> CapturePlace:
        """Writes one exchange and says where it lies; `owner` is (source id, run id). Raises StorageError."""
        with self._written() as offset:
            capture_id = write_exchange(self._stream, kind, owner, exchange, reason)
        return CapturePlace(self.warc, offset, capture_id, exchange.requested_at.isoformat())

    def copy(self, member: bytes, note: Note) -> CapturePlace:
        """Writes a record as it stood in another archive, and a note behind it; `member` is its gzip member.

        Says where they lie. Raises StorageError.
        """
        with self._written() as offset:
            self._stream.write(member)
            capture_id = write_note(self._stream, note)
        return CapturePlace(self.warc, offset, capture_id, note.requested_at.isoformat())

    @contextmanager
    def _written(self) -> Iterator[int]:
        """Where a capture is written that now comes."""
        try:
            if not self.captures:
                write_head(self._stream, self.warc)
            yield self._stream.tell()
        except OSError as error:
            raise StorageError(f"cannot write {str(self._part)!r}: {error.strerror}") from error
        self.captures += 1

    def settle(self) -> None:
        """Makes the file durable and puts it into `raw/`. Raises StorageError; an existing file is never replaced."""
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            secure(self._data, f"raw/{self.warc}", self._part)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            give(self._part, self._path)
            self._part.unlink()
            sync_path(self._path.parent)
            sync_path(self._path.parent.parent)
        except OSError as error:
            raise StorageError(f"cannot put {str(self._path)!r} in place: {error.strerror or error}") from error
        self._settled = True


def read_warc(data: Path, warc: str) -> Iterator[Capture | Damage]:
    """The captures of a WARC in the order they were made, one at a time; a Damage last where it cannot be read on.

    Raises StorageError where the file cannot be opened or the disk fails.
    """
    path = present(data, f"raw/{warc}")
    try:
        with path.open("rb") as stream:
            yield from read_captures(stream, warc)
    except OSError as error:
        raise StorageError(f"cannot read {str(path)!r}: {error.strerror or error}") from error


def read_capture(data: Path, place: CapturePlace) -> Capture | Damage:
    """The capture at a place, or a Damage where it is not there. Raises StorageError where the disk fails."""
    path = present(data, f"raw/{place.warc}")
    try:
        with path.open("rb") as stream:
            stream.seek(place.offset)
            found = next(read_captures(stream, place.warc), None)
    except OSError as error:
        raise StorageError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
    if isinstance(found, Capture) and found.place.capture_id != place.capture_id:
        found = None
    return found or Damage(place.warc, place.offset, f"capture {place.capture_id!r} is not there")


def stored_days(data: Path) -> dict[str, int]:
    """The day folders of `raw/` in order, each with the nanosecond at which it was last changed.

    A bucket does not tell: there the newest folders may have changed now, the others long ago.
    """
    if (bucket := homes.behind(data)) is not None:
        days, now = buckets.folders(bucket, "raw"), time.time_ns()
        return {day: now if day in days[-NEWEST_DAYS:] else 0 for day in days}
    return {path.name: path.stat().st_mtime_ns for path in sorted((data / "raw").glob("*")) if path.is_dir()}


def stored_warcs(data: Path, day: str) -> list[str]:
    """The WARCs in a day folder, as paths below `raw/`, in order of name, which is the order of their beginning."""
    if (bucket := homes.behind(data)) is not None:
        return [path.removeprefix("raw/") for path in buckets.listed(bucket, f"raw/{day}") if path.endswith(".warc.gz")]
    return [f"{day}/{path.name}" for path in sorted((data / "raw" / day).glob("*.warc.gz"))]


def require_days(data: Path) -> None:
    """Passes where every day folder can be reached, also those that are links to another place. Raises StorageError."""
    for path in sorted((data / "raw").glob("*")):
        if path.is_symlink() and not path.is_dir():
            raise StorageError(f"{str(path)!r} was moved to {str(path.readlink())!r}, which is not there now")
