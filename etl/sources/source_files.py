"""Source files written: `config/sources/<id>.toml` made from a source, with remarks, and never over another file."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from etl.declarations import SOURCE_ID, load_source
from etl.errors import ConfigError, StorageError
from etl.model import Calendar, FeedAddress, Source

KEYS = ("title", "site", "language", "country", "timezone", "calendar")
SECOND_LEVEL = {"co", "com", "org", "net", "ac", "gov", "edu", "gob", "gouv", "or", "ne", "go"}  # as in example.co.uk
LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Given:
    """What the person who adds a source says of it; null where it is to be found out."""

    source_id: str | None = None
    title: str | None = None
    language: str | None = None
    country: str | None = None
    timezone: str | None = None
    calendar: Calendar | None = None
    networks: tuple[str, ...] = ()


def propose_id(site: str, language: str) -> str:
    """An id for a source: the name in its domain and its language ("mehr_en"); the whole host where it is a number."""
    host = (urlsplit(site).hostname or "source").lower()
    labels = host.removeprefix("www.").split(".")
    if not all(label.isdigit() for label in labels) and ":" not in host:
        labels = labels[:-1] or labels
        labels = labels[:-1] if len(labels) > 1 and labels[-1] in SECOND_LEVEL else labels
        labels = labels[-1:]
    name = re.sub(r"[^a-z0-9]+", "_", "_".join(labels)).strip("_") or "source"
    return f"{name}_{language.partition('-')[0].lower()}"[:LONGEST_ID]


def source_toml(source: Source, remarks: Sequence[str] = ()) -> str:
    """A source as the text of its file; remarks stand above the first key, each a line of its own."""
    lines = [f"# {_one_line(remark)}" for remark in remarks]
    lines += [f"{key} = {_quoted(str(getattr(source, key)))}" for key in KEYS if getattr(source, key) is not None]
    if source.allowed_networks:
        lines.append(f"allowed_networks = [{', '.join(map(_quoted, source.allowed_networks))}]")
    return "\n".join([*lines, *(line for feed in source.feeds for line in _feed_lines(feed))]) + "\n"


def write_source(folder: Path, source: Source, remarks: Sequence[str] = ()) -> Path:
    """Writes a source into the folder of sources, once it has been read as every source is. Gives the file.

    Raises ConfigError where it could not be read or a file of that name is there, StorageError where it cannot be
    written.
    """
    if not SOURCE_ID.fullmatch(source.source_id):
        raise ConfigError(f"{source.source_id!r} is no source id (lower case letters, digits, _; at most {LONGEST_ID})")
    text, target = source_toml(source, remarks), folder / f"{source.source_id}.toml"
    with tempfile.TemporaryDirectory() as beside:
        trial = Path(beside) / target.name
        trial.write_text(text, encoding="utf-8")
        load_source(trial)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise ConfigError(f"{target} is there already and stays as it is: give another id with --id") from error
    except OSError as error:
        raise StorageError(f"cannot write {target}: {error.strerror or error}") from error
    return target


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """An id that is not taken: the wanted one, or with a number behind it."""
    used = set(taken)
    numbered = (f"{wanted[: LONGEST_ID - 4]}_{number}" for number in range(2, 1000))
    return wanted if wanted not in used else next(name for name in numbered if name not in used)


def _feed_lines(feed: FeedAddress) -> list[str]:
    said = (("url", feed.url), ("section", feed.section), ("found_at", feed.found_at))
    return ["", "[[feeds]]", *(f"{key} = {_quoted(value)}" for key, value in said if value is not None)]


def _quoted(value: str) -> str:
    """A TOML basic string: JSON's escapes are among its own; control characters, which it bans, are left out."""
    return json.dumps(_one_line(value), ensure_ascii=False)


def _one_line(value: str) -> str:
    kept = "".join(" " if char.isspace() else char for char in value if unicodedata.category(char) != "Cs")
    return " ".join("".join(char for char in kept if char == " " or unicodedata.category(char) != "Cc").split())
