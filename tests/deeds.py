"""What a page may do to the process that reads it, for tests; light, since each process imports it anew."""

import os
import signal
import time
from pathlib import Path

from etl.model import Capture, Reject
from etl.reading.reader_child import Limits, Read

LOW = Limits(cpu_seconds=0.5, megabytes=100)


def acting(told: str) -> Read:
    """A reading function that does to its process what a page tells it to."""
    return lambda page: _act(told, *page.split(" ", 1))


def broken(_: object) -> Read:
    """A reading function that cannot be made."""
    raise ValueError("no rules")


def defective(_: object) -> Read:
    """A reading function with a defect of ours."""
    return lambda _: Reject("extract", "reader_failed", "a defect of ours")


def acting_on_captures(_: object) -> Read:
    """One that does what the address of a capture says, and reads all others as rejects."""

    def read(capture: Capture) -> Reject:
        _act("", capture.exchange.url.rpartition("/")[2])
        return Reject("extract", "no_article", "read")

    return read


def _act(told: str, deed: str, argument: str = "") -> str:
    if deed == "burn":
        while True:
            pass
    if deed == "eat":
        hoard = [bytearray(os.urandom(1)) * 10_000_000 for _ in range(1_000)]
        raise AssertionError(len(hoard))
    if deed == "ask":
        raise MemoryError
    if deed in {"exit", "kill", "raise"}:
        _die(deed)
    if deed == "work":
        last = time.process_time() + float(argument)
        while time.process_time() < last:
            pass
    if deed == "left":
        return str(signal.getitimer(signal.ITIMER_PROF)[0])
    if deed == "die-once" and not Path(argument).exists():
        Path(argument).touch()
        _die("kill")
    return told + deed


def _die(deed: str) -> None:
    if deed == "exit":
        os._exit(3)
    if deed == "kill":
        os.kill(os.getpid(), signal.SIGSEGV)
    raise ValueError(deed)
