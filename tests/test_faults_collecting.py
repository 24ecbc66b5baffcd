"""Collecting is killed at random moments while the site changes; `python -m bench.faults collecting` does more."""

import pytest
from stores import assert_folders_clean, assert_sums_balance

from bench.faults.changing import ChangingSite, Telling
from bench.faults.collecting import (
    Collected,
    collect_and_kill,
    differs_when_rebuilt,
    lost,
    new_house,
    on_server,
    twins,
)

KILLS, KILLS_ON_SERVER = 15, 6


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def collected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """A house of which fifteen runs were killed, and one of six with its state on a PostgreSQL server."""
    folder = tmp_path_factory.mktemp("killed")
    if request.param == "sqlite":
        return collect_and_kill(new_house, folder, KILLS, 3)
    return collect_and_kill(on_server(request.getfixturevalue("postgresql")), folder, KILLS_ON_SERVER, 4)


def test_nothing_that_a_finished_poll_was_told_is_lost(collected: Collected) -> None:
    """Every entry that a finished poll was told of is in raw/, as new as it was then."""
    assert len(collected.owed) >= 10
    assert lost(collected) == []


def test_each_content_stands_once(collected: Collected) -> None:
    """No entry and page of one content are in raw/ twice."""
    assert twins(collected.house) == []


def test_reports_balance_after_kills(collected: Collected) -> None:
    """What the runs tell adds up, and the tables hold as much; the folders hold what the ledger says."""
    assert_sums_balance(collected.house)
    assert_folders_clean(collected.house)


def test_state_of_killed_runs_is_made_again(collected: Collected) -> None:
    """A state made again from raw/ knows the same, and the tables keep their bytes."""
    assert differs_when_rebuilt(collected.house) == []


def test_what_is_lost_or_twice_is_found(collected: Collected) -> None:
    """The laws can be broken: an entry that was told otherwise is lost, a WARC that lies there twice has twins."""
    number, told = next(iter(collected.owed.items()))
    newer = Collected(collected.house, 1, 1, {number: Telling(told.entry + 99, told.page)})
    assert len(lost(newer)) == 1
    first = min((collected.house.data / "raw").rglob("*.warc.gz"))
    copy = first.with_name(f"copy-{first.name}")
    copy.write_bytes(first.read_bytes())
    try:
        assert twins(collected.house) != []
    finally:
        copy.unlink()


def test_the_site_changes_with_requests_and_rests_when_told() -> None:
    """A site that is asked often lists other entries in the end; a quiet one answers alike and never fails."""
    with ChangingSite(1) as site:
        before = set(site.listed)
        for _ in range(300):
            site.answer("/robots.txt", None, "somebody")
        site.is_quiet = True
        answers = {site.answer("/feed.xml", None, "second") for _ in range(50)}
    assert [status for status, *_ in answers] == [200]
    assert before - site.given["second"].keys()
    assert site.given["second"].keys() - before
    assert max(told.page for told in site.given["second"].values()) > 1
