"""Figures and instants as a person reads them on a page: short, in UTC, and in words where there is none."""

from datetime import UTC, datetime, timedelta
from typing import Any

HOUR, DAY = 60, 24 * 60  # minutes
ABSENT = "–"


def count(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"


def share(part: float | None) -> str:
    """A share of 0 to 1 in per cent; less than half a per cent is not shown as none."""
    if part is None:
        return ABSENT
    if 0 < part < 0.005:
        return "<1 %"
    return f"{part:.0%}".replace("%", " %")


def size(amount: int) -> str:
    """Bytes in the largest fitting unit of a thousand."""
    power = 0
    while amount >= 1000 ** (power + 1) and power < 3:
        power += 1
    value, unit = amount / 1000**power, ("B", "kB", "MB", "GB")[power]
    return f"{value:.1f} {unit}" if value < 9.95 and power else f"{value:,.0f} {unit}"


def duration(minutes: float | None) -> str:
    """A time in its largest fitting unit, to a tenth where that unit is small."""
    if minutes is None:
        return ABSENT
    if minutes < 1:
        seconds = max(minutes * 60, 0.0)
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    for size, unit, limit in ((1, "min", 90), (HOUR, "h", 2 * DAY), (DAY, "d", float("inf"))):
        if minutes < limit:
            value = minutes / size
            return f"{value:.1f}".removesuffix(".0") + f" {unit}" if value < 10 and size > 1 else f"{value:.0f} {unit}"
    raise AssertionError(minutes)  # nothing is longer than for ever


def ago(then: datetime | None, now: datetime) -> str:
    """How long something is past, or still to come."""
    if then is None:
        return "never"
    minutes = (now - then) / timedelta(minutes=1)
    if abs(minutes) < 1:
        return "now"
    return f"{duration(minutes)} ago" if minutes > 0 else f"in {duration(-minutes)}"


def moment(instant: datetime | None) -> str:
    """An instant to the minute, in UTC."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if instant else ABSENT


def machine(instant: datetime) -> str:
    """An instant as the attribute of an HTML `time` element wants it."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def shortened(text: Any, most: int = 160) -> str:
    """A text on one line, cut where it is longer than so many code points."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
