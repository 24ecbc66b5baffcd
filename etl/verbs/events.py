"""Log events with their fields: as JSON lines for machines, or as words for whoever sits at the terminal.

An event is a word or two and its fields (`extra`), among them `run_id` and `source_id` where it has one.
"""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

LogFormat = Literal["text", "json"]
OWN = "etl"  # the logger above all of ours
USUAL = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What an event was told with: its `extra`, by name."""
    return {name: value for name, value in vars(record).items() if name not in USUAL}


def show_events(form: LogFormat, stream: TextIO | None = None) -> None:
    """Lets all loggers write to a stream, standard error by default: as JSON from INFO on, as text warnings alone."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(AsJson() if form == "json" else AsText())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(OWN).setLevel(logging.INFO if form == "json" else logging.WARNING)


class AsJson(logging.Formatter):
    """An event a line, as a JSON object: timestamp (ISO 8601, UTC), level, logger, event, and its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one event."""
        told: Mapping[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **fields_of(record),
            **({"exception": self.formatException(record.exc_info)} if record.exc_info else {}),
        }
        return json.dumps(told, ensure_ascii=False, default=str)


class AsText(logging.Formatter):
    """An event and its fields on a line of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one event, and its traceback where it has one."""
        fields = "".join(f" {name}={value!r}" for name, value in fields_of(record).items())
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{record.levelname.lower()}: {record.getMessage()}{fields}{trace}"
