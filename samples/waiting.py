"""Waiting for what other processes bring about, with a name for what never came."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_SECONDS = 1_200  # only for what never comes: a busy machine takes minutes to start Airflow or Spark
Found = TypeVar("Found")


def until(what: str, look: Callable[[], Found | None], pause_seconds: float = 0.5) -> Found:
    """What a look finds, once it finds something. Raises TimeoutError with `what` where that takes too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(pause_seconds)
    raise TimeoutError(f"waited {PATIENCE_SECONDS} s: {what}")
