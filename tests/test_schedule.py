"""A feed is asked by its own rhythm, by the publisher's wish, and ever more rarely while it fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model import FetchOutcome
from etl.stores.schedule import Rhythm, news_rate, poll_minutes, wished_minutes

URL = "https://quay.example/rss"
SY = b'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
WISHES = [
    (b"<rss><channel><ttl>60</ttl>", None, 60),
    (b"<rss><channel><ttl> 15 </ttl>", "max-age=7200", 120),
    (SY + b"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", None, 30),
    (SY + b"<sy:updatePeriod>\ndaily\n</sy:updatePeriod>", None, 1440),
    (SY + b"<sy:updateFrequency>2</sy:updateFrequency>", None, None),
    (SY + b"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None, 60),
    (b"<rss><channel><ttl>soon</ttl>", None, None),
    (b"<rss><channel><item><ttl>60</ttl></item>", None, None),
    (b"", "public, max-age=300, must-revalidate", 5),
    (b"", "s-maxage=300", None),
    (b"", 'private, MAX-AGE="600"', 10),
    (b"", "no-store", None),
]


@pytest.mark.parametrize(("document", "cache_control", "minutes"), WISHES)
def test_the_publishers_wish(document: bytes, cache_control: str | None, minutes: float | None) -> None:
    """ttl, sy:updatePeriod and max-age are wishes, the longest counts, and those of an item are none of the feed's."""
    assert wished_minutes(document, cache_control) == minutes


RHYTHMS = [
    (Rhythm(), 30),
    (Rhythm(news_an_hour=2.0), 30),
    (Rhythm(news_an_hour=0.5), 60),
    (Rhythm(news_an_hour=0.0), 240),
    (Rhythm(news_an_hour=0.01), 240),
    (Rhythm(news_an_hour=60.0), 30),
    (Rhythm(news_an_hour=2.0, wish_minutes=60), 60),
    (Rhythm(news_an_hour=0.5, wish_minutes=5), 60),
    (Rhythm(news_an_hour=2.0, wish_minutes=1440), 150),
    (Rhythm(news_an_hour=0.0, wish_minutes=43200), 240),
]


@pytest.mark.parametrize(("rhythm", "minutes"), RHYTHMS)
def test_a_feed_that_answers(rhythm: Rhythm, minutes: float) -> None:
    """As often as it has news, no more often than it wishes, unless that would cost many, between floor and ceiling."""
    assert poll_minutes(URL, rhythm, 30, 240) == minutes


PAUSES: list[tuple[FetchOutcome, int | None, list[float]]] = [
    ("temporary_error", None, [30, 60, 120, 240, 480, 960, 1440, 1440]),
    ("soft_error", 500, [30, 60, 120, 240, 480, 960, 1440, 1440]),
    ("hard_error", 403, [30, 120, 480, 1440, 1440]),
    ("hard_error", 410, [10_080, 10_080]),
]


@pytest.mark.parametrize(("outcome", "status", "pauses"), PAUSES)
def test_a_feed_that_fails(outcome: FetchOutcome, status: int | None, pauses: list[float]) -> None:
    """Pauses double, grow fourfold where a person must look, end at a day, and are a week for a feed that is gone."""
    for failures, pause in enumerate(pauses, 1):
        found = poll_minutes(URL, Rhythm(failures=failures, outcome=outcome, status=status), 30, 240)
        assert found == pytest.approx(pause, rel=0.1)


def test_feeds_of_one_dead_host_come_back_apart() -> None:
    """After the first failure each feed's pause is a little its own, and always the same."""
    urls = [f"https://quay.example/{n}" for n in range(50)]
    failing = Rhythm(failures=3, outcome="temporary_error")
    pauses = [poll_minutes(url, failing, 30, 240) for url in urls]
    assert len(set(pauses)) > 40
    assert pauses == [poll_minutes(url, failing, 30, 240) for url in urls]


def test_one_good_answer_ends_the_pause() -> None:
    """A feed that answers again is asked by its rhythm at once."""
    assert poll_minutes(URL, Rhythm(news_an_hour=2.0, failures=0, outcome="ok"), 30, 240) == 30


def test_a_rate_follows_what_comes() -> None:
    """A steady feed has its rate, a burst raises it, and a day later half of it or more is forgotten."""
    rate = None
    for _ in range(96):
        rate = news_rate(rate, 1, 0.5)
    assert rate == pytest.approx(2.0)
    burst = news_rate(rate, 20, 0.5)
    assert burst > 2.0
    assert news_rate(burst, 0, 24.0) < burst / 2


@given(
    st.floats(0, 1e6) | st.none(), st.floats(0, 1e9) | st.none(), st.integers(0, 10_000), st.integers(1, 1440),
    st.integers(1, 10_080),
)  # fmt: skip
def test_no_feed_is_asked_too_often_or_never(
    rate: float | None, wish: float | None, failures: int, floor: int, ceiling: int
) -> None:
    """Whatever is known of a feed, its next poll is no sooner than the floor allows and comes within a week."""
    minutes = poll_minutes(URL, Rhythm(rate, wish, failures, "temporary_error"), floor, ceiling)
    assert floor * 0.9 <= minutes <= max(floor, ceiling, 1440) * 1.1


@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_document_raises(document: bytes, cache_control: str) -> None:
    """Whatever stands where a wish should be, nothing is raised."""
    wished_minutes(b"<ttl>" + document, cache_control)
