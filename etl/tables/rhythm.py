"""How much a source usually gives on such a day, and how far a day is from it; numbers only, no rule.

A count of independent events scatters by its square root (Poisson), so an allowance in per cent would cry wolf at
small sources and sleep at large ones. The square root of the count, doubled, scatters by 1 at any size:
F. J. Anscombe, The transformation of Poisson, binomial and negative-binomial data, Biometrika 35 (1948).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log, pi, sqrt
from statistics import median

DAYS_MIN = 7  # of history: one of each weekday
QUIET_SHARE = 0.75  # a weekday below this share of the usual day is a quiet one: weekends, wherever they are
NORMAL_SPREAD = 1.4826  # median absolute deviation to standard deviation, for a normal distribution
SHARE_EDGE = 0.01  # a share of 1 over some weeks does not prove that the next article must have it too


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A usual day: `usual` is the median of `days` days like it, `spread` their scatter by Anscombe, 1 or more."""

    usual: float
    spread: float
    days: int

    def distance(self, count: float) -> float:
        """How many times the spread a count is above (or, below 0, under) the usual one."""
        return (_anscombe(count) - _anscombe(self.usual)) / self.spread


def rhythm_of(history: Sequence[tuple[date, int]], day: date) -> Rhythm | None:
    """The rhythm on days like `day` by counts of earlier days; null for less than DAYS_MIN days.

    Days are alike whose weekdays are quiet, or not, by the history itself: weekends differ by country and house.
    Empty days right before `day` are no rhythm but what is to be told, so they are left out.
    """
    counts = sorted(history)
    while counts and counts[-1][1] == 0:
        counts.pop()
    if len(counts) < DAYS_MIN:
        return None
    by_weekday: dict[int, list[int]] = {}
    for past, count in counts:
        by_weekday.setdefault(past.weekday(), []).append(count)
    middle = median(count for _, count in counts)
    quiet = {weekday for weekday, some in by_weekday.items() if median(some) < QUIET_SHARE * middle}
    if len(quiet) == len(by_weekday):
        quiet = set()
    classes = {alike: [n for past, n in counts if (past.weekday() in quiet) is alike] for alike in (True, False)}
    usual = {alike: float(median(some)) for alike, some in classes.items() if some}
    scatter = [abs(_anscombe(n) - _anscombe(usual[past.weekday() in quiet])) for past, n in counts]
    days = len(classes[day.weekday() in quiet])
    # The median of n days is itself uncertain, by pi / 2n of a day's variance.
    spread = max(1.0, NORMAL_SPREAD * median(scatter)) * sqrt(1 + pi / (2 * days))
    return Rhythm(usual[day.weekday() in quiet], spread, days)


def surprise(share: float, usual: float, count: int) -> float:
    """How unlikely it is to find at most `share` in `count` articles where `usual` is found, in nats; 0: not at all.

    Chernoff's bound of the binomial tail: the probability is at most exp(-surprise).
    """
    usual = min(max(usual, SHARE_EDGE), 1 - SHARE_EDGE)
    if share >= usual:
        return 0.0
    return count * (_divergence(share, usual) + _divergence(1 - share, 1 - usual))


def _divergence(share: float, usual: float) -> float:
    return share * log(share / usual) if share > 0 else 0.0


def _anscombe(count: float) -> float:
    return 2 * sqrt(count + 3 / 8)
