"""Whether a source is quiet beyond its own habit, by the hours of the week in which it usually brings something.

Hours and not articles are counted, for news comes in bursts; and each hour of the week by itself, so that nights,
weekends and whatever else returns weekly are no silence. Numbers only; what becomes of them is not decided here.
"""

from datetime import date

import numpy as np
import numpy.typing as npt

DAYS_MIN = 7  # of history: one of each weekday
WEEK = 7
DAY_MINUTES = 1_440.0
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


def habit(hourly: Counts, heard: Flags, days: tuple[date, ...]) -> npt.NDArray[np.float64] | None:
    """How often a source had an article in each hour of the week (7 weekdays from Monday by 24 hours), 0 to 1.

    `hourly` has articles by day and hour, `heard` tells the days on which the source answered. The days after the last
    article say nothing of the habit. Null for less than DAYS_MIN days.
    """
    usable = _usable(hourly, heard)
    if usable.sum() < DAYS_MIN:
        return None
    is_active, weekdays = hourly[usable] > 0, np.array([day.weekday() for day in days])[usable]
    everyday = is_active.mean(axis=0)
    shares = [is_active[weekdays == day].mean(axis=0) if (weekdays == day).any() else everyday for day in range(WEEK)]
    return np.stack(shares)


def missed_hours(shares: npt.NDArray[np.float64], weekday: int, hour: int, hours: int) -> float:
    """In how many of some hours in a row, from an hour of a weekday on, a source with this habit would have news."""
    week = shares.reshape(-1)
    places = (weekday * 24 + hour + np.arange(hours)) % len(week)
    return float(week[places].sum())


def usual_gap_minutes(hourly: Counts, heard: Flags) -> float | None:
    """Minutes from one article to the next on a usual day, nights included; null where too little is known."""
    usable = _usable(hourly, heard)
    if usable.sum() < DAYS_MIN:
        return None
    counts = hourly[usable].sum(axis=1)
    usual = float(np.median(counts)) or float(counts.mean())
    return DAY_MINUTES / usual if usual else None


def _usable(hourly: Counts, heard: Flags) -> Flags:
    """The days on which a source was heard, up to its last article."""
    with_news = np.flatnonzero(hourly.sum(axis=1))
    last = with_news[-1] if len(with_news) else -1
    return heard & (np.arange(len(heard)) <= last)
