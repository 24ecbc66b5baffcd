"""A batch of which nothing answered: tried again where that may help, at once given up where it cannot."""

from pathlib import Path

import pytest
from servers import Site, give, house_of, rss, story
from stores import assert_sums_balance, rows

from etl import pipeline
from etl.collecting.collection import Batch, Collected
from etl.collecting.tries import require_answer
from etl.config import House
from etl.errors import FatalFetchError, RetriableFetchError

BATCH = Batch("harbour", ("harbour",))


def _fetch(house: House, run_id: str = "run") -> Collected:
    return pipeline.fetch(house, run_id, BATCH)


def _judge(house: House, collected: Collected) -> None:
    require_answer(house, pipeline.open_stores(house), collected)


@pytest.fixture
def site() -> Site:
    """A site whose feed is answered as each test says."""
    return Site()


@pytest.mark.parametrize("status", [404, 410, 403, 451])
def test_gone_or_refused_fails_at_once(tmp_path: Path, site: Site, status: int) -> None:
    """A feed that is gone, forbidden or not there is not tried again in the run."""
    site.pages["/feed"] = give(b"", status=status)
    with site:
        house = house_of(tmp_path, {"harbour": f"{site.url}/feed"})
        with pytest.raises(FatalFetchError, match=f"HTTP status {status}"):
            _judge(house, _fetch(house))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_overloaded_is_tried_once_more(tmp_path: Path, site: Site, status: int) -> None:
    """A feed that fails for the first time is worth another try, and one that fails again is not."""
    site.pages["/feed"] = give(b"", status=status)
    with site:
        house = house_of(tmp_path, {"harbour": f"{site.url}/feed"})
        with pytest.raises(RetriableFetchError) as first:
            _judge(house, _fetch(house))
        assert first.value.wait_seconds is None
        with pytest.raises(FatalFetchError):
            _judge(house, _fetch(house))
        assert site.requests.count("/feed") == 2
        with pytest.raises(FatalFetchError):
            _judge(house, pipeline.fetch(house, "next", Batch("harbour", ("harbour",), is_forced=True)))


def test_out_of_reach_is_tried_once_more(tmp_path: Path, site: Site) -> None:
    """A host that refuses connections may be back soon."""
    with site:
        house = house_of(tmp_path, {"harbour": f"{site.url}/feed"})
    with pytest.raises(RetriableFetchError):
        _judge(house, _fetch(house))


@pytest.mark.parametrize(("asked", "is_granted"), [(90, True), (7_200, False)])
def test_wait_as_told(tmp_path: Path, site: Site, asked: int, is_granted: bool) -> None:
    """A short Retry-After is waited for within the run, a long one is left to later runs, and nobody asks meanwhile."""
    site.pages["/feed"] = give(b"", status=503, Retry_After=str(asked))
    with site:
        house = house_of(tmp_path, {"harbour": f"{site.url}/feed"})
        collected = _fetch(house)
        with pytest.raises(RetriableFetchError if is_granted else FatalFetchError) as told:
            _judge(house, collected)
        if is_granted:
            assert isinstance(told.value, RetriableFetchError)
            assert 0 < (told.value.wait_seconds or 0) <= asked
        assert _fetch(house).failed == collected.failed
        assert site.requests.count("/feed") == 1


def test_second_try_brings_what_the_first_did_not(tmp_path: Path, site: Site) -> None:
    """When a feed answers at the second try its news is published, both tries are on record, and the sums balance."""
    site.pages["/feed"] = give(b"", status=503)
    with site:
        house = house_of(tmp_path, {"harbour": f"{site.url}/feed"})
        _fetch(house)
        site.pages |= {"/feed": rss(f"{site.url}/a"), "/a": give(story("Ferry sails"))}
        collected = _fetch(house)
        _judge(house, collected)
        assert len(collected.warcs) == 2
        assert _fetch(house) == collected
        report = pipeline.publish(house, "run", pipeline.transform(house, "run", BATCH))
    assert (report.feeds, dict(report.feeds_failed), report.counts["new"]) == (1, {}, 1)
    assert sorted(row["http_status"] for row in rows(house, "fetch_log") if row["kind"] == "feed") == [200, 503]
    assert_sums_balance(house)


def test_answered_batch_is_not_judged(tmp_path: Path, site: Site) -> None:
    """A batch of which one feed answered passes, whatever became of the others, and is not collected again."""
    site.pages["/feed"] = rss()
    with site:
        house = house_of(tmp_path, {"harbour": f"{site.url}/feed", "quay": f"{site.url}/other"})
        both = Batch("harbour", ("harbour", "quay"))
        collected = pipeline.fetch(house, "run", both)
        _judge(house, collected)
        assert set(collected.failed) == {f"{site.url}/other"}
        assert pipeline.fetch(house, "run", both) == collected
        assert site.requests.count("/other") == 1
