"""What is known and due: leases, looks, retries, and knowledge that only moves forward."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from etl.errors import RetriableFetchError
from etl.model import Capture, CapturePlace, Exchange, FeedAddress, FeedEntry, FeedNote, FetchOutcome, Payload, Source
from etl.state import LOOKUP_BATCH, feeds, known_articles, open_state, write
from etl.stores import frontier, polls
from etl.stores.absorption import RETRY_LOOKS, absorb
from etl.stores.frontier import Lease, Listing, PageJob

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
HOURS = (1, 6, 24)
LISTING = Listing("pier", "http://localhost/rss", "Harbour", "<urn:feed>")
FEEDS = (FeedAddress("http://localhost/rss"),)
SOURCE = Source("pier", "Pier", "http://localhost", FEEDS, "en", "GB", "UTC", interval_minutes=30)
ENTRY = FeedEntry("g1", "http://localhost/1", "One", "Fri, 20 Nov 2026 09:00:00 GMT")


@pytest.fixture
def connection(state_url: str) -> Iterator[Connection]:
    """A frontier that knows nothing, in an open transaction."""
    with write(open_state(state_url)) as connection:
        yield connection


def _lease(run_id: str = "run-1", at: datetime = NOW) -> Lease:
    return Lease(run_id, at.isoformat(), (at + timedelta(hours=1)).isoformat())


def _decide(connection: Connection, lease: Lease, *entries: FeedEntry) -> tuple[FeedNote, list[PageJob]]:
    return frontier.decide(connection, LISTING, entries, lease)


def _captured(job: PageJob, at: datetime, outcome: FetchOutcome = "ok", warc: str = "2026-11-20/w") -> Capture:
    exchange = Exchange(job.url, job.url, at, 1, outcome, "Dateline")
    place = CapturePlace(warc, 0, f"<urn:{at:%s}>", at.isoformat())
    return Capture(place, "article", "pier", "r", exchange, None, job.note)


def _absorb(connection: Connection, *captures: Capture) -> None:
    absorb(connection, f"2026-11-20/{captures[0].place.seen_at}", captures, HOURS)


def _row(connection: Connection) -> Any:
    return connection.execute(select(known_articles)).one()


def _next_look(connection: Connection) -> timedelta | None:
    look = _row(connection).next_look_at
    return datetime.fromisoformat(look) - NOW if look else None


def test_entry_is_fetched_once(connection: Connection) -> None:
    """A new entry gives a page; once captured and unchanged it is known; changed by its publisher it is fetched."""
    note, (job,) = _decide(connection, _lease(), ENTRY)
    assert (note.total, note.fetched, job.note.look, job.note.previous) == (1, 1, "first", None)
    _absorb(connection, _captured(job, NOW))
    note, jobs = _decide(connection, _lease("run-2"), ENTRY)
    assert (note.known, jobs) == (1, [])
    changed = replace(ENTRY, headline="One, updated")
    note, (job,) = _decide(connection, _lease("run-3"), changed)
    assert (note.fetched, job.note.look, job.note.entry) == (1, "changed_entry", changed)
    assert job.note.previous == _captured(job, NOW).place


def test_guid_or_address_alone_is_recognised(connection: Connection) -> None:
    """A story that moves, or whose feed loses its guid, keeps its article id."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    _absorb(connection, _captured(job, NOW))
    moved, bare = replace(ENTRY, link="http://localhost/moved"), replace(ENTRY, guid=None)
    assert _decide(connection, _lease("run-2"), moved)[0].known == 1
    assert _decide(connection, _lease("run-3"), bare)[0].known == 1


def test_one_address_under_two_guids_is_one_story(connection: Connection) -> None:
    """Two entries of one address in one document are fetched once, as they would be over two polls."""
    note, jobs = _decide(connection, _lease(), ENTRY, replace(ENTRY, guid="g2"))
    assert (note.fetched, note.repeated, len(jobs)) == (1, 1, 1)


def test_unusable_entry_is_rejected_once(connection: Connection) -> None:
    """An entry without an address is rejected the first time, repeated in the same run, and known once absorbed."""
    broken = FeedEntry("g9", None, "No address")
    lease = _lease()
    note, _ = _decide(connection, lease, broken, broken)
    assert (len(note.rejected), note.repeated) == (1, 1)
    assert _decide(connection, lease, broken)[0].repeated == 1
    exchange = Exchange(LISTING.url, LISTING.url, NOW, 1, "ok", "Dateline")
    place = CapturePlace("2026-11-20/w", 0, "<urn:feed>", NOW.isoformat())
    _absorb(connection, Capture(place, "feed", "pier", "run-1", exchange, note))
    assert _decide(connection, _lease("run-2"), broken)[0].known == 1


def test_leased_page_is_left_alone(connection: Connection) -> None:
    """What one run has taken no other takes before the lease is over; then it does, and the first learns so."""
    mine = _lease()
    _, jobs = _decide(connection, mine, ENTRY)
    ids = [job.note.article_id for job in jobs]
    assert _decide(connection, _lease("run-2"), ENTRY)[0].known == 1
    assert frontier.take_due(connection, "pier", _lease("run-2")) == []
    frontier.require(connection, ids, mine)
    late = _lease("run-3", NOW + timedelta(hours=2))
    assert len(frontier.take_due(connection, "pier", late)) == 1
    frontier.require(connection, ids, late)
    with pytest.raises(RetriableFetchError, match="1 of 1 pages"):
        frontier.require(connection, ids, mine)


def test_second_try_takes_over_from_the_first(connection: Connection) -> None:
    """A run that is tried again has its pages at once, and what the first try still brings is refused."""
    first, second = _lease(), _lease()
    _, jobs = _decide(connection, first, ENTRY)
    assert _decide(connection, second, ENTRY)[0].fetched == 1
    with pytest.raises(RetriableFetchError):
        frontier.require(connection, [job.note.article_id for job in jobs], first)


def test_similar_run_ids_are_different_runs(connection: Connection) -> None:
    """A run does not take over from one whose id only begins alike, spaces included."""
    _decide(connection, _lease("run 1 x"), ENTRY)
    assert _decide(connection, _lease("run 1"), ENTRY)[0].known == 1
    assert _decide(connection, _lease("run 1 x y"), ENTRY)[0].known == 1


def test_captured_page_is_looked_at_as_set(connection: Connection) -> None:
    """A page is looked at again as long after its first sight as the settings say, and then no more."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    seen: list[timedelta | None] = []
    at = NOW
    for _ in range(4):
        _absorb(connection, _captured(job, at))
        seen.append(_next_look(connection))
        at = NOW + (seen[-1] or timedelta(days=9)) + timedelta(seconds=1)
    assert seen == [timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), None]
    assert _row(connection).looks == 4


def test_page_that_did_not_come_is_tried_soon(connection: Connection) -> None:
    """A first fetch that fails for a passing reason is tried after 15 minutes, 30, 60 and so on, then as set."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    waits = []
    at = NOW
    for _ in range(RETRY_LOOKS + 1):
        _absorb(connection, _captured(job, at, "temporary_error"))
        look = _next_look(connection)
        waits.append(NOW + look - at if look else None)
        at = NOW + (look or timedelta()) + timedelta()
    assert waits[:RETRY_LOOKS] == [timedelta(minutes=15 * 2**n) for n in range(RETRY_LOOKS)]
    assert waits[RETRY_LOOKS] is None, "31 hours after the first sight, beyond the last of the settings"
    _absorb(connection, _captured(job, at + timedelta(hours=1)))
    assert _row(connection).capture is not None


@pytest.mark.parametrize("outcome", ["hard_error", "too_large", "robots_denied"])
def test_refused_page_waits_for_the_settings(connection: Connection, outcome: FetchOutcome) -> None:
    """A page that is refused for good is looked at as any other."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    _absorb(connection, _captured(job, NOW, outcome))
    assert _next_look(connection) == timedelta(hours=1)


def test_page_that_came_once_is_not_tried_soon(connection: Connection) -> None:
    """A later look that fails keeps the capture before and waits for the next look that is set."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    _absorb(connection, _captured(job, NOW))
    place = _row(connection).capture
    _absorb(connection, _captured(job, NOW + timedelta(hours=1), "temporary_error"))
    assert (_row(connection).capture, _next_look(connection)) == (place, timedelta(hours=6))


def test_order_of_absorbing_does_not_matter(connection: Connection) -> None:
    """An older WARC that is learnt later changes nothing but the number of looks; absorbing one twice nothing."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    late, early = _captured(job, NOW + timedelta(hours=2)), _captured(job, NOW)
    for capture in (late, early, late):
        _absorb(connection, capture)
    assert json.loads(_row(connection).capture)["seen_at"] == late.place.seen_at
    assert (_row(connection).looks, _next_look(connection)) == (2, timedelta(hours=6))
    for at, tag in ((NOW + timedelta(hours=5), "new"), (NOW + timedelta(hours=4), "old")):
        exchange = Exchange(LISTING.url, LISTING.url, at, 1, "ok", "D", response_headers=(("ETag", tag),))
        _absorb(connection, Capture(CapturePlace("w", 0, "c", at.isoformat()), "feed", "pier", tag, exchange))
    assert polls.validators(connection, LISTING.url) == {"If-None-Match": "new"}


def test_failures_in_a_row_are_counted(connection: Connection) -> None:
    """A feed's failures add up until it answers, and a failure keeps its validators."""
    outcomes: list[FetchOutcome] = ["ok", "soft_error", "temporary_error", "not_modified", "hard_error"]
    counts = []
    for minute, outcome in enumerate(outcomes):
        at = NOW + timedelta(minutes=minute)
        exchange = Exchange(LISTING.url, LISTING.url, at, 1, outcome, "D", response_headers=(("ETag", '"1"'),))
        _absorb(connection, Capture(CapturePlace("w", 0, "c", at.isoformat()), "feed", "pier", "r", exchange))
        counts.append(connection.scalar(select(feeds.c.failures)))
    assert counts == [0, 1, 2, 0, 1]
    assert polls.validators(connection, LISTING.url) == {"If-None-Match": '"1"'}


@pytest.mark.parametrize("tag", ["a\r\n b", "a\x00b", "\x7f"])
def test_validator_no_header_may_hold_is_dropped(connection: Connection, tag: str) -> None:
    """A folded or otherwise unprintable ETag is not kept, for sending it back would fail at every poll."""
    exchange = Exchange(LISTING.url, LISTING.url, NOW, 1, "ok", "D", response_headers=(("ETag", tag),))
    _absorb(connection, Capture(CapturePlace("w", 0, "c", NOW.isoformat()), "feed", "pier", "r", exchange))
    assert polls.validators(connection, LISTING.url) == {}


@pytest.mark.parametrize(("minutes", "due"), [(1, False), (26, False), (29.9, True), (31, True)])
def test_source_is_due_after_its_interval(connection: Connection, minutes: float, due: bool) -> None:
    """A source is due when its interval is over, give or take the seconds by which a schedule wobbles."""
    assert frontier.is_due(connection, SOURCE, NOW)
    exchange = Exchange(LISTING.url, LISTING.url, NOW, 1, "soft_error", "D")
    _absorb(connection, Capture(CapturePlace("w", 0, "c", NOW.isoformat()), "feed", "pier", "r", exchange))
    assert frontier.is_due(connection, SOURCE, NOW + timedelta(minutes=minutes)) is due


def test_robots_are_remembered_for_a_day_if_they_answered(connection: Connection) -> None:
    """An answer of robots.txt holds for a day; a host that did not answer is asked again at once."""
    for host, status in (("a", 200), ("b", 404), ("c", 500)):
        url = f"http://{host}/robots.txt"
        outcome: FetchOutcome = "ok" if status == 200 else "soft_error"
        exchange = Exchange(url, url, NOW, 1, outcome, "D", status=status, body=b"User-agent: *\nDisallow: /")
        capture = Capture(CapturePlace("w", 0, host, NOW.isoformat()), "robots", "pier", host, exchange)
        absorb(connection, f"2026-11-20/{host}", [capture], HOURS)
    pages = [f"http://{host}/page" for host in "abcd"]
    for later, known in (
        (timedelta(hours=23), ["http://a/robots.txt", "http://b/robots.txt"]),
        (timedelta(hours=25), []),
    ):
        assert sorted(polls.known_host_files(connection, pages, NOW + later)) == known


def _answered(note: FeedNote, at: datetime, tag: str) -> Capture:
    exchange = Exchange(
        LISTING.url, LISTING.url, at, 1, "ok", "D", response_headers=(("ETag", tag),), payload_digest=f"sha1:{tag}"
    )
    place = CapturePlace("2026-11-20/w", 0, f"<urn:{tag}>", at.isoformat())
    return Capture(place, "feed", "pier", "r", exchange, note)


@pytest.mark.parametrize("is_back_in_time", [False, True])
def test_a_change_that_cannot_be_fetched_yet_is_not_forgotten(connection: Connection, is_back_in_time: bool) -> None:
    """While another run has a page, or the clock stands before the last look at it, its feed is read whole again."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    _absorb(connection, _captured(job, NOW))
    changed = replace(ENTRY, headline="One, updated")
    at = NOW + timedelta(minutes=10)
    if is_back_in_time:
        at = NOW - timedelta(minutes=10)
    else:
        assert _decide(connection, _lease("run-2", at), changed)[0].fetched == 1, "and then it dies"
    note, jobs = _decide(connection, _lease("run-3", at), changed)
    assert (note.known, note.waiting, jobs) == (1, 1, [])
    _absorb(connection, _answered(note, at, "later"))
    assert polls.validators(connection, LISTING.url) == {}
    assert polls.latest_payload(connection, LISTING.url) is None
    late = _lease("run-4", NOW + timedelta(hours=2))
    note, jobs = _decide(connection, late, changed)
    jobs += frontier.take_due(connection, "pier", late)
    assert (note.waiting, [job.note.entry for job in jobs], jobs[0].earlier) == (0, [changed], None)
    _absorb(connection, _answered(note, NOW + timedelta(hours=2), "late"))
    assert polls.validators(connection, LISTING.url) == {"If-None-Match": "late"}


def test_a_change_that_leaves_its_feed_meanwhile_is_fetched(connection: Connection) -> None:
    """An entry that changed while another run had it, and is listed no more when that is over, is fetched as it was."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    changed = replace(ENTRY, headline="One, updated")
    at = NOW + timedelta(minutes=10)
    assert _decide(connection, _lease("run-2", at), changed)[1] == []
    (job,) = frontier.take_due(connection, "pier", _lease("run-3", NOW + timedelta(hours=2)))
    assert (job.note.entry, job.note.look) == (changed, "first")


def test_a_wish_holds_for_the_pages_behind_it(connection: Connection) -> None:
    """Of pages absorbed together only those asked after a host's wish wait for its end."""
    other = replace(ENTRY, guid="g2", link="http://localhost/2")
    _, (before, after) = _decide(connection, _lease(), ENTRY, other)
    url = "http://localhost/robots.txt"
    exchange = Exchange(url, url, NOW, 1, "soft_error", "D", status=503, response_headers=(("Retry-After", "7200"),))
    wish = Capture(CapturePlace("2026-11-20/w", 1, "<urn:r>", NOW.isoformat()), "robots", "pier", "r", exchange)
    _absorb(connection, _captured(before, NOW, "soft_error"), wish, _captured(after, NOW, "soft_error"))
    looks = {row.url: row.next_look_at for row in connection.execute(select(known_articles))}
    waits = {url[-1]: datetime.fromisoformat(look) - NOW for url, look in looks.items()}
    assert waits == {"1": timedelta(minutes=15), "2": timedelta(hours=2)}


def test_many_pages_at_once_are_as_one_after_the_other(connection: Connection) -> None:
    """More pages than a statement holds are each known, captured once and due; one that stands twice has two looks."""
    entries = [FeedEntry(f"many-{n}", f"http://localhost/many/{n}", f"Story {n}") for n in range(LOOKUP_BATCH + 1)]
    _, jobs = _decide(connection, _lease(), *entries)
    again = _captured(jobs[0], NOW + timedelta(hours=1))
    _absorb(connection, *(_captured(job, NOW) for job in jobs), again)
    rows = connection.execute(select(known_articles)).all()
    assert {row.url: row.looks for row in rows} == {job.url: 2 if job is jobs[0] else 1 for job in jobs}
    assert all(row.capture and row.lease_holder is None and row.next_look_at for row in rows)
    assert _decide(connection, _lease("run-2"), *entries)[0].known == len(entries)


def test_a_changed_page_that_fails_is_tried_soon(connection: Connection) -> None:
    """A page that fails after its entry changed is tried as one that never came; whatever comes then is kept whole."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    came = _captured(job, NOW)
    _absorb(connection, replace(came, exchange=replace(came.exchange, payload_digest="sha1:AAAA")))
    at, waits = NOW + timedelta(days=30), []
    _, (job,) = _decide(connection, _lease("run-2", at), replace(ENTRY, headline="One, updated"))
    for _ in range(RETRY_LOOKS + 1):
        _absorb(connection, _captured(job, at, "soft_error"))
        look = _row(connection).next_look_at
        waits.append(look and datetime.fromisoformat(look) - at)
        at += timedelta(days=1)
        for job in frontier.take_due(connection, "pier", _lease("later", at)):
            assert (job.note.look, job.earlier) == ("again", None)
    assert waits == [*(timedelta(minutes=15) * 2**n for n in range(RETRY_LOOKS)), None]
    _absorb(connection, _captured(job, at))
    assert (_row(connection).misses, _row(connection).next_look_at) == (None, None)


def test_what_feeds_said_of_themselves_is_known(connection: Connection) -> None:
    """A feed's payload, rate, wish and new address are kept as they came; an answer without them keeps the payload."""
    first = _answered(FeedNote(total=3, fetched=3, wish_minutes=45.0), NOW, "one")
    _absorb(connection, first)
    moved = replace(first.exchange, requested_at=NOW + timedelta(hours=2), outcome="same_bytes", payload_digest=None)
    moved = replace(moved, final_url="http://localhost/new", redirects=((301, LISTING.url),))
    place = replace(first.place, seen_at=(NOW + timedelta(hours=2)).isoformat(), capture_id="<urn:two>")
    _absorb(connection, Capture(place, "feed", "pier", "r", moved))
    row = connection.execute(select(feeds)).one()
    assert (row.moved_to, row.wish_minutes, row.news_an_hour) == ("http://localhost/new", 45.0, 0.0)
    wanted = Payload("sha1:one", "<urn:one>", LISTING.url, NOW.isoformat())
    assert polls.latest_payload(connection, LISTING.url) == wanted


def test_a_busy_host_is_left_as_long_as_it_ever_asked(connection: Connection) -> None:
    """The latest instant that a host named counts, whatever came last; no feed of it is due until then."""
    for number, seconds in enumerate(("7200", "60")):
        at = NOW + timedelta(minutes=number)
        answer = Exchange(
            LISTING.url, LISTING.url, at, 1, "soft_error", "D", 429, response_headers=(("Retry-After", seconds),)
        )
        place = CapturePlace("2026-11-20/w", 0, f"<urn:{number}>", at.isoformat())
        _absorb(connection, Capture(place, "feed", "pier", "r", answer))
    until = NOW + timedelta(hours=2)
    assert polls.busy_hosts(connection, (NOW + timedelta(minutes=5)).isoformat()) == {"localhost": until.isoformat()}
    for minutes, due in ((-1, []), (1, list(FEEDS))):
        assert polls.due_feeds(connection, SOURCE, until + timedelta(minutes=minutes)) == due
    assert polls.busy_hosts(connection, until.isoformat()) == {}


def test_a_page_that_is_taken_after_a_kill_brings_its_keys(connection: Connection) -> None:
    """A page whose first run died is noted with all its keys, so that a state made again knows it by each of them."""
    same = [replace(ENTRY, guid="every", link=f"http://localhost/{n}") for n in (2, 3)]
    _, lost = _decide(connection, _lease(), ENTRY, *same)
    taken = frontier.take_due(connection, "pier", _lease("run-2", NOW + timedelta(hours=2)))
    assert {job.url: job.note.aliases for job in taken} == {job.url: job.note.aliases for job in lost}
    assert sorted(len(job.note.aliases) for job in taken) == [1, 1, 2]


def test_two_feeds_that_tell_a_story_differently_change_nothing(connection: Connection) -> None:
    """A story that stands in two feeds with other summaries is fetched once; a change in its own feed still counts."""
    _, (job,) = _decide(connection, _lease(), ENTRY)
    _absorb(connection, _captured(job, NOW))
    other = replace(LISTING, url="http://localhost/other.xml")
    told = replace(ENTRY, summary="In other words.")
    note, jobs = frontier.decide(connection, other, (told,), _lease("run-2"))
    assert (note.known, note.waiting, jobs) == (1, 0, [])
    assert _decide(connection, _lease("run-3"), ENTRY)[1] == []
    assert len(_decide(connection, _lease("run-4"), replace(ENTRY, summary="Corrected."))[1]) == 1
