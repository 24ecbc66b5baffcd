"""When a feed is asked again: by its own rhythm, between the floor and the ceiling that its source's file sets."""

import hashlib
import re
from math import exp
from typing import NamedTuple

from etl.model import FetchOutcome

FORGOTTEN_HOURS = 24.0  # after so long a day's rate counts for a third (1/e)
NEWS_A_POLL = 0.5  # new entries that a poll should find: of two polls one is worth it
NEWS_MISSED = 5.0  # that a publisher's wish for rarer polls may cost at most
SHORTEST_HOURS = 0.25  # of less nobody can tell a rate
FAILING_MINUTES_MAX = 1_440.0  # a feed that fails is asked once a day at least, so that it finds its way back
GONE_MINUTES = 10_080.0  # and one that is gone (410) once a week
GONE = 410
HEAD = 65_536  # bytes of a document in which its channel tells of itself
WISHES = re.compile(
    rb"<ttl>\s*(?P<ttl>\d{1,7})\s*</ttl>|<sy:updatePeriod>\s*(?P<period>\w+)\s*<|<sy:updateFrequency>\s*(?P<times>\d{1,4})\s*<"
)
PERIODS = {b"hourly": 60, b"daily": 1_440, b"weekly": 10_080, b"monthly": 43_200, b"yearly": 525_600}
MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


class Rhythm(NamedTuple):
    """What is known of a feed: new entries an hour (null before its second answer) and the wish it states, in minutes.

    `failures` in a row, the last outcome and status tell whether it answers at all.
    """

    news_an_hour: float | None = None
    wish_minutes: float | None = None
    failures: int = 0
    outcome: FetchOutcome = "ok"
    status: int | None = None


def wished_minutes(document: bytes, cache_control: str | None) -> float | None:
    """How often a publisher wants a feed to be asked, in minutes; null where nothing is said.

    The longest of ttl (RSS 2.0), sy:updatePeriod through sy:updateFrequency (RSS 1.0's syndication module) and max-age
    of Cache-Control (RFC 9111, section 5.2.2.1).
    """
    head = re.split(rb"<(?:item|entry)\b", document[:HEAD], maxsplit=1)[0]
    wishes: list[float] = []
    found = {name: value for match in WISHES.finditer(head) for name, value in match.groupdict().items() if value}
    if "ttl" in found:
        wishes.append(float(found["ttl"]))
    if found.get("period") in PERIODS:
        wishes.append(PERIODS[found["period"]] / max(1, int(found.get("times", b"1"))))
    age = MAX_AGE.search(cache_control or "")
    if age:
        wishes.append(int(age[1]) / 60)
    return max(wishes, default=None)


def news_rate(before: float | None, news: int, hours: float) -> float:
    """New entries an hour, given the rate before and what a poll found after so many hours; older polls fade."""
    seen = news / max(hours, SHORTEST_HOURS)
    if before is None:
        return seen
    weight = exp(-hours / FORGOTTEN_HOURS)
    return weight * before + (1 - weight) * seen


def poll_minutes(url: str, rhythm: Rhythm, floor: float, ceiling: float) -> float:
    """Minutes from one poll of a feed to the next.

    One that fails is asked after ever longer pauses, doubled by each failure in a row and fourfold by one that a person
    must look at, some feeds a little earlier than others; one that is gone (410) once a week.
    """
    if rhythm.failures:
        if rhythm.status == GONE:
            return GONE_MINUTES
        growth = 4.0 if rhythm.outcome == "hard_error" else 2.0
        pause = min(floor * growth ** min(rhythm.failures - 1, 20), max(floor, FAILING_MINUTES_MAX))
        return pause if rhythm.failures == 1 else pause * (1 + _jitter(url, rhythm.failures))
    if rhythm.news_an_hour is None:
        return floor
    of_its_own = 60 * NEWS_A_POLL / rhythm.news_an_hour if rhythm.news_an_hour else ceiling
    minutes = max(of_its_own, rhythm.wish_minutes or 0.0)
    if rhythm.news_an_hour:
        minutes = min(minutes, 60 * NEWS_MISSED / rhythm.news_an_hour)
    return max(floor, min(minutes, max(floor, ceiling)))


def _jitter(url: str, failures: int) -> float:
    """A share of -0.1 to 0.1 that is a feed's own, so that feeds of one dead host do not come back at one moment."""
    digest = hashlib.blake2b(f"{url}\n{failures}".encode(), digest_size=2).digest()
    return int.from_bytes(digest, "big") / 0xFFFF * 0.2 - 0.1
