"""Country and time zone are concluded from evidence alone."""

from datetime import UTC, datetime, timedelta

import pytest

from etl.sources.whereabouts import Offset, contradictions, country_zones, guess_country, guess_zone, printed_offset

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "stated", "country"),
    [
        ("https://news.example.ir/", None, "IR"),
        ("https://example.co.uk/", None, "GB"),
        ("https://example.com/", None, None),
        ("https://example.io/", None, None),
        ("https://example.tv/", None, None),
        ("https://example.com/", "PT", "PT"),
        ("https://example.de/", "AT", "AT"),
        ("http://127.0.0.1:80/", None, None),
        ("http://[::1]/", None, None),
        ("https://localhost/", None, None),
    ],
)
def test_country(url: str, stated: str | None, country: str | None) -> None:
    """What the publisher states goes before its domain; a domain that anybody may have tells nothing."""
    assert guess_country(url, stated).value == country


@pytest.mark.parametrize(
    ("country", "dates", "zone"),
    [
        ("IR", [], "Asia/Tehran"),
        ("DE", [], "Europe/Berlin"),
        ("US", [], None),
        ("CN", [], None),
        ("CN", ["2026-11-20T10:00:00+08:00"], "Asia/Shanghai"),
        ("IR", ["2026-11-20T10:00:00+03:30", "2026-11-20T10:00:00+00:00"], "Asia/Tehran"),
        ("IR", ["2026-11-20T10:00:00+03:00"], None),
        ("GB", ["Wed, 15 Jul 2026 10:00:00 +0100", "Wed, 18 Nov 2026 10:00:00 +0000"], "Europe/London"),
        ("GB", ["Wed, 18 Nov 2026 10:00:00 +0100"], None),
        (None, ["Fri, 20 Nov 2026 10:00:00 +0545"], "Asia/Kathmandu"),
        (None, ["Fri, 20 Nov 2026 10:00:00 +0300"], None),
        (None, ["Fri, 20 Nov 2026 10:00:00 GMT"], None),
        (None, [], None),
    ],
)
def test_zone(country: str | None, dates: list[str], zone: str | None) -> None:
    """A zone is the only one of its country, or of the world, that fits every offset seen; else it is not known."""
    offsets = [offset for offset in map(printed_offset, dates) if offset]
    assert guess_zone(country, offsets, NOW).value == zone


@pytest.mark.parametrize(
    ("printed", "ahead"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0330", timedelta(hours=3, minutes=30)),
        ("2026-11-20T10:00:00-05:00", timedelta(hours=-5)),
        ("2026-11-20T10:00:00+0000", timedelta()),
        ("2026-11-20T10:00:00Z", None),
        ("Fri, 20 Nov 2026 10:00:00 EST", None),
        ("2026-11-20", None),
        ("yesterday +0330", None),
        (f"Fri, 20 Nov 2026 10:00:00{' ' * 100}+0330", None),
    ],
)
def test_offsets(printed: str, ahead: timedelta | None) -> None:
    """An offset is one that stands in figures behind a date that can be read."""
    offset = printed_offset(printed)
    assert (offset.ahead if offset else None) == ahead


def test_contradictions_are_told_by_the_clock_of_that_day() -> None:
    """Summer time is right in summer and wrong in winter; an offset of 0 contradicts nothing."""
    summer = Offset(datetime(2026, 7, 15, 8, tzinfo=UTC), timedelta(hours=2))
    winter = Offset(datetime(2026, 11, 20, 8, tzinfo=UTC), timedelta(hours=2))
    utc = Offset(datetime(2026, 11, 20, 10, tzinfo=UTC), timedelta())
    assert contradictions("Europe/Berlin", (summer, winter, utc)) == (winter,)


def test_every_zone_of_the_table_is_known() -> None:
    """The zones of a country are zones that Python knows, and no country's is missing that has one."""
    assert country_zones("PT") == ("Europe/Lisbon", "Atlantic/Madeira", "Atlantic/Azores")
    assert country_zones("XX") == ()
