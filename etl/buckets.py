"""A bucket at `s3://bucket/prefix`: the one room that knows an object store's ways.

An object appears whole, or replaces one of its name, when its last byte has come; there are no links, no renames and
no folders. Credentials come from the environment or the machine, never from an address. Bytes stay as they are:
pyarrow would pack and unpack what is called .gz unless it is told not to.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
from pyarrow import fs

from etl.errors import ConfigError, DatelineError, StorageError

CONNECT_SECONDS, REQUEST_SECONDS = 10, 60
TRIES = 3  # of a request, as AWS's own clients have it
CHUNK_BYTES = 8 << 20
# What AWS and those who speak its language call a mistake of the operator's (its API reference, "Error responses").
REFUSALS = (
    "ACCESS_DENIED INVALID_ACCESS_KEY_ID SIGNATURE_DOES_NOT_MATCH NO_SUCH_BUCKET EXPIRED_TOKEN InvalidToken "
    "INVALID_CLIENT_TOKEN_ID UNRECOGNIZED_CLIENT MISSING_AUTHENTICATION_TOKEN PermanentRedirect AllAccessDisabled"
).split()


@dataclass(frozen=True, slots=True)
class Bucket:
    """A place in an object store; `root` is bucket/prefix."""

    url: str
    place: fs.FileSystem
    root: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An object: how many bytes it has, and when it was written, in seconds since 1970."""

    bytes: int
    written_at: float


def open_bucket(url: str) -> Bucket:
    """The place at an address, by a client of this process's own: its threads do not survive a fork."""
    return _opened(url, os.getpid())


def require_bucket(bucket: Bucket) -> None:
    """Passes where the bucket is there. Raises ConfigError: to a listing, one that is not looks empty."""
    name = bucket.root.partition("/")[0]
    with _asking(bucket, "find the bucket"):
        if bucket.place.get_file_info(name).type == fs.FileType.NotFound:
            raise ConfigError(f"there is no bucket {name!r} ({bucket.url})")


def put(bucket: Bucket, path: str, source: Path) -> None:
    """Writes a file's bytes under a path and sees that they are there."""
    with _asking(bucket, f"write {path!r}"):
        size = source.stat().st_size
        held = pa.memory_map(str(source)).read_buffer() if size else b""
        # One call for all bytes: where a loop of many is broken off, closing would make a part of them a whole object.
        with bucket.place.open_output_stream(f"{bucket.root}/{path}", compression=None) as stream:
            stream.write(held)
    found = stored(bucket, path)
    if found is None or found.bytes != size:
        raise StorageError(f"{path!r} was written to {bucket.url} and is not there with its {size} bytes: run again")


def fetch(bucket: Bucket, path: str, target: Path) -> None:
    """Writes the bytes under a path to a file. Raises FileNotFoundError."""
    key = f"{bucket.root}/{path}"
    with (
        _asking(bucket, f"read {path!r}"),
        bucket.place.open_input_stream(key, compression=None) as read,
        target.open("wb") as written,
    ):
        shutil.copyfileobj(read, written, CHUNK_BYTES)
    found = stored(bucket, path)
    if found is not None and found.bytes != target.stat().st_size:
        raise StorageError(f"{path!r} has {found.bytes} bytes in {bucket.url}, other than came: run again")


def stored(bucket: Bucket, path: str) -> Stored | None:
    """What lies under a path; null where nothing does."""
    with _asking(bucket, f"look at {path!r}"):
        info = bucket.place.get_file_info(f"{bucket.root}/{path}")
    return _stored(info) if info.type == fs.FileType.File else None


def listed(bucket: Bucket, prefix: str) -> dict[str, Stored]:
    """Everything below a path, in order; all of it, or an error."""
    with _asking(bucket, f"list {prefix!r}"):
        found = bucket.place.get_file_info(
            fs.FileSelector(f"{bucket.root}/{prefix}", recursive=True, allow_not_found=True)
        )
    files = [info for info in found if info.type == fs.FileType.File]
    return {
        info.path.removeprefix(f"{bucket.root}/"): _stored(info) for info in sorted(files, key=lambda info: info.path)
    }


def folders(bucket: Bucket, prefix: str) -> list[str]:
    """The names of the folders directly below a path, in order."""
    with _asking(bucket, f"list {prefix!r}"):
        found = bucket.place.get_file_info(fs.FileSelector(f"{bucket.root}/{prefix}", allow_not_found=True))
    return sorted(info.base_name for info in found if info.type == fs.FileType.Directory)


def copy(bucket: Bucket, path: str, target: str) -> None:
    """Makes an object appear under a second path; its bytes do not leave the store."""
    with _asking(bucket, f"copy {path!r} to {target!r}"):
        bucket.place.copy_file(f"{bucket.root}/{path}", f"{bucket.root}/{target}")


def remove(bucket: Bucket, path: str) -> None:
    """Removes an object, which may be gone already."""
    with _asking(bucket, f"remove {path!r}"), suppress(FileNotFoundError):
        bucket.place.delete_file(f"{bucket.root}/{path}")


def remove_folder(bucket: Bucket, prefix: str) -> None:
    """Removes the empty object by which pyarrow keeps a folder that it has emptied."""
    with _asking(bucket, f"remove {prefix!r}"), suppress(FileNotFoundError):
        bucket.place.delete_dir(f"{bucket.root}/{prefix}")


def digest(bucket: Bucket, path: str) -> tuple[int, str]:
    """(bytes, SHA-256 in hexadecimal) of an object, read from the store. Raises FileNotFoundError."""
    size, sha256 = 0, hashlib.sha256()
    with (
        _asking(bucket, f"read {path!r}"),
        bucket.place.open_input_stream(f"{bucket.root}/{path}", compression=None) as stream,
    ):
        while portion := stream.read(CHUNK_BYTES):
            sha256.update(portion)
            size += len(portion)
    return size, sha256.hexdigest()


def read_text(bucket: Bucket, path: str) -> str | None:
    """The text under a path; null where there is none."""
    try:
        with (
            _asking(bucket, f"read {path!r}"),
            bucket.place.open_input_stream(f"{bucket.root}/{path}", compression=None) as stream,
        ):
            words: bytes = stream.read()
            return words.decode()
    except FileNotFoundError:
        return None


def write_text(bucket: Bucket, path: str, words: str) -> None:
    """Writes a text under a path, whole; what stood there is replaced at once."""
    with (
        _asking(bucket, f"write {path!r}"),
        bucket.place.open_output_stream(f"{bucket.root}/{path}", compression=None) as stream,
    ):
        stream.write(words.encode())


def _stored(info: fs.FileInfo) -> Stored:
    return Stored(info.size or 0, (info.mtime_ns or 0) / 1e9)


@contextmanager
def _asking(bucket: Bucket, what: str) -> Iterator[None]:
    """Tells what the store refuses as ConfigError, and other failures, tried again in vain, as StorageError."""
    try:
        yield
    except (DatelineError, FileNotFoundError):
        raise
    except (OSError, pa.ArrowException) as error:
        told = f"cannot {what} in {bucket.url}: {error}"
        if any(word in str(error) for word in REFUSALS):
            raise ConfigError(f"{told}; look at the bucket's name and policy and at the credentials") from error
        raise StorageError(told) from error


@lru_cache
def _opened(url: str, _process: int) -> Bucket:
    parts = urlsplit(url)
    options: dict[str, Any] = {name: values[0] for name, values in parse_qs(parts.query).items()}
    region = options.pop("region", None) or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    options |= {"region": region, "connect_timeout": CONNECT_SECONDS, "request_timeout": REQUEST_SECONDS}
    options["retry_strategy"] = fs.AwsStandardS3RetryStrategy(max_attempts=TRIES)
    options["allow_delayed_open"] = True  # so that a small object is one request and not three
    try:
        place = fs.S3FileSystem(**options)
    except (ValueError, pa.ArrowException) as error:
        raise ConfigError(f"{url!r} cannot be used: {error}") from error
    return Bucket(url, place, f"{parts.netloc}{parts.path}".rstrip("/"))
