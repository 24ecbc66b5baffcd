"""Where the stores of a data folder are: in the folder itself, or in a bucket that the folder works for.

A working folder is a cache: what lies in its stores lies in the bucket already. A marker in it says which bucket, so
that whoever is given the folder, in whatever process, finds it.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from etl.buckets import Bucket, open_bucket, read_text, require_bucket, write_text
from etl.errors import ConfigError, StorageError

MARKER = "bucket.json"  # in the working folder
OWNER = "state.json"  # in the bucket: which state may write there
OPTIONS = {"region", "scheme", "endpoint_override"}  # as pyarrow names them; keys and secrets are none of them


@dataclass(frozen=True, slots=True)
class _Marker:
    """The bucket that a folder works for, and the state that it writes for; null before the first writer."""

    url: str
    owner: str | None


def is_url(where: str) -> bool:
    """Whether a home is named by an address rather than by a folder."""
    return re.match(r"[a-z][a-z0-9+]+:/", where) is not None


def home_url(where: str) -> str:
    """An address of a home in the one form that it is kept in. Raises ConfigError."""
    parts = urlsplit(re.sub("^s3:/+", "s3://", where))
    if parts.scheme != "s3" or not parts.netloc:
        raise ConfigError(f"{_masked(where)!r} is neither a data folder nor s3://bucket/prefix")
    if "@" in parts.netloc or ":" in parts.netloc:
        raise ConfigError(
            f"{_masked(where)!r} names a user or a password: credentials come from the environment "
            "(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE) or from the machine"
        )
    if unknown := parse_qs(parts.query, keep_blank_values=True).keys() - OPTIONS:
        raise ConfigError(f"{_masked(where)!r}: {sorted(unknown)} are none of the options {sorted(OPTIONS)}")
    query = f"?{parts.query}" if parts.query else ""
    return f"s3://{parts.netloc}/{parts.path.strip('/')}".rstrip("/") + query


def attach(folder: Path, url: str) -> None:
    """Marks a folder as the working folder of a bucket. Raises ConfigError where it is something else already."""
    try:
        if (folder / MARKER).exists():
            if (known := _read(folder).url) != url:
                raise ConfigError(f"{str(folder)!r} is the working folder of {known!r}: set DATELINE_CACHE to another")
            return
        if (folder / "raw").exists() or (folder / "objects").exists():
            raise ConfigError(
                f"{str(folder)!r} holds stores of its own: set DATELINE_CACHE to an empty folder "
                f"(docs/object_storage.md says how stores move to {url!r})"
            )
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, _Marker(url, None))
    except OSError as error:
        raise ConfigError(f"cannot use the working folder {str(folder)!r} (DATELINE_CACHE): {error}") from error


def behind(folder: Path) -> Bucket | None:
    """The bucket behind a working folder; null for a folder that holds its stores itself."""
    try:
        return open_bucket(_read(folder).url)
    except FileNotFoundError:
        return None


def take(folder: Path, owner: str, is_forced: bool = False) -> None:
    """Makes a state the owner of the bucket behind a folder where it has none, or with `is_forced` in any case.

    Raises ConfigError where another state owns it: two that know nothing of each other would undo each other's work.
    """
    bucket = behind(folder)
    if bucket is None:
        return
    holder = read_text(bucket, OWNER)
    if holder is None:
        require_bucket(bucket)
    if holder is None or is_forced:
        write_text(bucket, OWNER, owner)
    elif holder != owner:
        raise _taken(bucket)
    if _read(folder).owner != owner:
        _write(folder, _Marker(bucket.url, owner))


def owned(folder: Path) -> Bucket | None:
    """The bucket behind a working folder, to be written to; null where there is none.

    Raises ConfigError where the state that the folder writes for does not own it, or not any more.
    """
    bucket = behind(folder)
    if bucket is not None and read_text(bucket, OWNER) != (_read(folder).owner or ""):
        raise _taken(bucket)
    return bucket


def _taken(bucket: Bucket) -> ConfigError:
    return ConfigError(
        f"{bucket.url} belongs to another state database than this one: set DATELINE_STATE to the one that all who "
        "share the bucket use; where that one is lost, stop the others and run `dateline state rebuild`"
    )


def _masked(where: str) -> str:
    """An address as an error may show it."""
    return re.sub("//.*@", "//...@", where).partition("?")[0]


def _read(folder: Path) -> _Marker:
    try:
        return _Marker(**json.loads((folder / MARKER).read_text("utf-8")))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, TypeError) as error:
        raise StorageError(f"cannot read {str(folder / MARKER)!r}: {error}") from error


def _write(folder: Path, marker: _Marker) -> None:
    part = folder / f"{MARKER}.{os.getpid()}.part"
    part.write_text(json.dumps({"url": marker.url, "owner": marker.owner}), "utf-8")
    part.replace(folder / MARKER)
