"""TOML files read strictly: every mistake is a `ConfigError` that names the file, the key and the value."""

import json
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from etl.errors import ConfigError

STRICT = ConfigDict(extra="forbid")
T = TypeVar("T")
_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file holds. Raises ConfigError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error


def typed(kind: type[T], values: dict[str, Any], path: Path) -> T:
    """Values of a file as the dataclass that declares them. Raises ConfigError naming file, key and value."""
    try:
        read: T = _adapter(kind).validate_json(json.dumps(values, default=lambda odd: [str(odd)]), strict=True)
        return read
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        why = {"extra_forbidden": "is not a known key", "unexpected_keyword_argument": "is not a known key"}.get(
            first["type"], first["msg"]
        )
        given = "" if first["type"] in {"missing", "missing_argument"} else f" ({first['input']!r})"
        raise ConfigError(f"{path}: key {key!r}{given}: {why}") from error


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]
