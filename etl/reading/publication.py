"""When an article was published, by the page and its feed entry: never by the words of its body."""

import re
from datetime import date, datetime

from etl.model import DateSource, FeedEntry, Moment, Page, Source
from etl.reading.dates import read_date

FIRST_PAGE = date(1991, 8, 6)  # the web's first page was announced on that day (alt.hypertext)


def choose_date(page: Page, entry: FeedEntry, source: Source, url: str = "") -> tuple[DateSource, Moment]:
    """The first candidate that gives an instant, else the first that gives a day, else ("none", an empty moment).

    Candidates are, in order of trust: JSON-LD, meta, the feed's own publication date, a date visible in the page's
    head, a day in the address. One before the web counts only where there is no other. The feed's `updated` and the
    page's modification date are no publication dates.
    """
    printed = [candidate for candidate in page.dates if candidate[0] != "visible"]
    if entry.published_raw:
        printed.append(("feed", entry.published_raw))
    printed += [candidate for candidate in page.dates if candidate[0] == "visible"]
    printed += [("url", day) for day in _days_in(url)]
    moments = [(place, read_date(raw, source.timezone, source.calendar)) for place, raw in printed]
    moments.sort(key=lambda found: is_before_the_web(found[1]))
    for known in ("instant", "day"):
        for place, moment in moments:
            if getattr(moment, known) is not None and (known == "day" or not is_before_the_web(moment)):
                return place, moment
    return "none", Moment("")


def modified_at(page: Page, source: Source) -> datetime | None:
    """When the publisher says that it changed the page last; null where it does not."""
    return read_date(page.modified_raw, source.timezone, source.calendar).instant if page.modified_raw else None


def date_fields(source: DateSource, published: Moment) -> dict[str, object]:
    """The columns of `articles` that say when an article was published, and how that is known."""
    known = published.day is not None
    utc_day: date | None = published.instant.date() if published.instant else None
    return {
        "published_at": published.instant,
        "published_raw": published.raw or None,
        "published_calendar": published.calendar if known else None,
        "published_precision": published.precision,
        "published_source": source,
        "published_tz_source": published.zone_source,
        "published_utc_date": utc_day,
        "published_local_date": published.day,
    }


def _days_in(url: str) -> list[str]:
    """The day that an address states as a part of its path: `/2026/11/21/`, `/1392/08/15/` (seen at Tasnim)."""
    path = re.sub(r"^[^/]*//[^/?#]*|[?#].*", "", url)
    found = re.search(r"(?<=/)(?:199\d|20\d\d|13\d\d|14\d\d)([/-])\d{1,2}\1\d{1,2}(?=[/_-]|$)", path)
    compact = re.search(r"(?<=/)20\d{2}(?:0[1-9]|1[0-2])[0-3]\d(?=[/_-]|$)", path)
    return [day[0] for day in (found, compact) if day]


def is_before_the_web(moment: Moment) -> bool:
    """Whether a day lies before there were web pages."""
    return moment.day is not None and moment.day < FIRST_PAGE
