"""One WARC becomes rows: each item in one place, compared with what was read before, whatever lies in it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers import house_of, story

from etl.config import House
from etl.model import ArticleNote, CapturePlace, Exchange, FeedEntry, FetchOutcome
from etl.tables.parquet import read_objects
from etl.verbs.items import FETCH_REASONS
from etl.verbs.transformation import Transformed, transform_warc
from etl.warc.raw import RawFile

AT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
HTML = (("Content-Type", "text/html; charset=utf-8"),)
ENTRY = FeedEntry("g1", "http://localhost/1", "Boats return", "Fri, 20 Nov 2026 09:00:00 GMT")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house of one source whose WARCs the tests write themselves."""
    return house_of(tmp_path, {"pier": "http://localhost/rss"})


def _write(house: House, warc: str, pages: Sequence[tuple[Exchange, CapturePlace | None]]) -> list[CapturePlace]:
    """A WARC of captures of one article, each with the place of the capture before; returns their places."""
    with RawFile(house.data, warc) as raw:
        places = []
        for exchange, previous in pages:
            look = "again" if previous else "first"
            note = ArticleNote("a_1", "guid", (), ENTRY, "f", None, None, look, AT.isoformat(), previous)  # type: ignore[arg-type]
            places.append(raw.append("article", ("pier", "run-1"), exchange, note))
        raw.settle()
    return places


def _page(body: bytes, hours: int = 0, outcome: FetchOutcome = "ok", **more: object) -> Exchange:
    values: dict[str, object] = {"status": 200, "body": body, "response_headers": HTML} | more
    at = AT + timedelta(hours=hours)
    return Exchange("http://localhost/1", "http://localhost/1", at, 1, outcome, "D", **values)  # type: ignore[arg-type]


def _rows(house: House, made: Transformed, table: str) -> list[dict[str, object]]:
    return read_objects(house.data, table, [f.path for f in made.objects if f.table == table]).to_pylist()


def _ends(house: House, made: Transformed) -> tuple[int, int, int, int]:
    """(new, revisions, unchanged, quarantined), after it is sure that the rows and the sums agree."""
    counts = made.counts["pier"]
    ends = tuple(counts[name] for name in ("new", "revisions", "unchanged", "quarantined"))
    assert counts["seen"] == sum(ends)
    assert ends[0] == len(_rows(house, made, "articles"))
    assert ends[1] == len(_rows(house, made, "revisions"))
    assert ends[3] == len(_rows(house, made, "quarantine"))
    return ends  # type: ignore[return-value]


def test_capture_is_compared_with_the_one_before(house: House) -> None:
    """The same text is unchanged, another is a revision of the capture before, which may lie in another WARC."""
    first = _write(house, "2026-11-20/1.warc.gz", [(_page(story("Boats return")), None)])
    second = _write(house, "2026-11-20/2.warc.gz", [(_page(story("Boats return"), 1), first[0])])
    third = _write(house, "2026-11-20/3.warc.gz", [(_page(story("Boats return late"), 2), second[0])])
    assert third
    made = [transform_warc(house, f"2026-11-20/{n}.warc.gz") for n in (3, 1, 2)]
    assert [_ends(house, unit) for unit in made] == [(0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 1, 0)]
    revision = _rows(house, made[0], "revisions")[0]
    assert (revision["changed_fields"], revision["window_start"]) == (["headline"], AT + timedelta(hours=1))


def test_story_that_comes_back_is_not_new(house: House) -> None:
    """After a capture that gave no article, a page is compared with the last that did: it is no second article."""
    first = _write(house, "2026-11-20/1.warc.gz", [(_page(story("Boats return")), None)])
    login = _write(house, "2026-11-20/2.warc.gz", [(_page(b"<html><body>Log in</body></html>", 1), first[0])])
    _write(house, "2026-11-20/3.warc.gz", [(_page(story("Boats return"), 2), login[0])])
    _write(house, "2026-11-20/4.warc.gz", [(_page(story("Boats sink"), 3), login[0])])
    assert _ends(house, transform_warc(house, "2026-11-20/2.warc.gz")) == (0, 0, 0, 1)
    assert _ends(house, transform_warc(house, "2026-11-20/3.warc.gz")) == (0, 0, 1, 0)
    assert _ends(house, transform_warc(house, "2026-11-20/4.warc.gz")) == (0, 1, 0, 0)


def test_first_article_after_a_page_without_one_is_new(house: House) -> None:
    """A page that had no article at first gives a row of articles when it has one."""
    login = _write(house, "2026-11-20/1.warc.gz", [(_page(b"<html><body>Soon</body></html>"), None)])
    _write(house, "2026-11-20/2.warc.gz", [(_page(story("Boats return"), 1), login[0])])
    assert _ends(house, transform_warc(house, "2026-11-20/2.warc.gz")) == (1, 0, 0, 0)


def test_damaged_capture_before_costs_one_page(house: House) -> None:
    """Where the capture before cannot be read, the page is quarantined, since it may be new or not; no other is."""
    first = _write(house, "2026-11-20/1.warc.gz", [(_page(story("Boats return")), None)])
    path = house.data / "raw" / "2026-11-20/1.warc.gz"
    path.write_bytes(path.read_bytes()[:-40])
    _write(house, "2026-11-20/2.warc.gz", [(_page(story("Boats return"), 1), first[0]), (_page(story("Other")), None)])
    made = transform_warc(house, "2026-11-20/2.warc.gz")
    assert _ends(house, made) == (1, 0, 0, 1)
    assert _rows(house, made, "quarantine")[0]["reason_code"] == "damaged_record"


def test_captures_of_two_days_are_two_partitions(house: House) -> None:
    """A WARC that runs over midnight UTC gives each day its own rows and its own sums."""
    warc = "2026-11-20/1.warc.gz"
    places = _write(house, warc, [(_page(story("Boats return")), None), (_page(b"", 2), None)])
    made = transform_warc(house, warc)
    days = {(file.table, file.seen_date) for file in made.objects}
    assert ("articles", "2026-11-20") in days
    assert {("quarantine", "2026-11-21"), ("runs", "2026-11-20"), ("runs", "2026-11-21")} <= days
    assert len(places) == 2
    assert [row["seen"] for row in _rows(house, made, "runs")] == [1, 1]


@pytest.mark.parametrize("outcome", [*FETCH_REASONS, "not_modified"])
def test_page_that_did_not_come_has_a_reason(house: House, outcome: FetchOutcome) -> None:
    """Every outcome of a page but "ok" is one quarantined row with its reason and one row of fetch_log."""
    _write(house, "2026-11-20/1.warc.gz", [(_page(b"", outcome=outcome, status=None, response_headers=()), None)])
    made = transform_warc(house, "2026-11-20/1.warc.gz")
    assert _ends(house, made) == (0, 0, 0, 1)
    row = _rows(house, made, "quarantine")[0]
    assert row["reason_code"] == FETCH_REASONS.get(outcome, "page_unavailable")
    assert [row["outcome"] for row in _rows(house, made, "fetch_log")] == [outcome]


@pytest.mark.parametrize("status", [404, 410])
def test_page_that_is_gone_is_told(house: House, status: int) -> None:
    """404 and 410 have a reason of their own."""
    _write(house, "2026-11-20/1.warc.gz", [(_page(b"", outcome="soft_error", status=status), None)])
    row = _rows(house, transform_warc(house, "2026-11-20/1.warc.gz"), "quarantine")[0]
    assert (row["reason_code"], row["article_id"], row["url"]) == ("page_gone", "a_1", "http://localhost/1")


HALF_EMOJI = (
    b'<script type="application/ld+json">{"@type":"NewsArticle","headline":"Boats \\ud83d return"}</script></head>'
)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", HTML),
        (b"\x00\xff" * 999, HTML),
        (b"%PDF-1.7", (("Content-Type", "application/pdf"),)),
        (b"<html>", (*HTML, ("Content-Encoding", "gzip"))),
        (story("Boats return"), (*HTML, ("Content-Encoding", "br"))),
        (b"<div>" * 5_000, HTML),
        (story("Boats return").replace(b"</head>", HALF_EMOJI), HTML),
        (story("Boats return"), (("Content-Type", "text/html; charset=no-such"),)),
        (story("Boats return"), (("Content-Type", "\x00; charset=\x00"),)),
    ],
    ids=["empty", "noise", "pdf", "no-gzip", "brotli", "deep", "half-emoji", "charset", "nul"],
)
def test_hostile_page_ends_in_one_place(house: House, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    """A page that nothing can be made of, or hardly, is one row somewhere, and stops no other page."""
    pages = [(_page(body, response_headers=headers), None), (_page(story("The other page")), None)]
    _write(house, "2026-11-20/1.warc.gz", pages)
    made = transform_warc(house, "2026-11-20/1.warc.gz")
    assert sum(_ends(house, made)) == 2
    assert "The other page" in [row["headline"] for row in _rows(house, made, "articles")]


def test_damage_is_one_row_and_the_rest_is_read(house: House) -> None:
    """A WARC cut short gives the articles before the cut and one quarantined row that names the place."""
    warc = "2026-11-20/1.warc.gz"
    places = _write(house, warc, [(_page(story(f"Story {n}")), None) for n in range(4)])
    path = house.data / "raw" / warc
    path.write_bytes(path.read_bytes()[: places[2].offset + 300])
    made = transform_warc(house, warc)
    assert _ends(house, made) == (2, 0, 0, 1)
    row = _rows(house, made, "quarantine")[0]
    assert row["reason_code"] == "damaged_record"
    assert f"{warc}: nothing can be read behind offset {places[2].offset}" in str(row["reason_text"])


def test_warc_of_nothing_is_told(house: House) -> None:
    """A WARC in which nothing can be read is one quarantined row of an unknown source, on the day of its folder."""
    path = house.data / "raw" / "2026-11-20" / "1.warc.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no warc")
    made = transform_warc(house, "2026-11-20/1.warc.gz")
    assert made.counts["unknown"]["quarantined"] == 1
    assert {file.seen_date for file in made.objects} == {"2026-11-20"}


def test_source_that_is_gone_is_still_read(house: House, tmp_path: Path) -> None:
    """Pages of a source whose file was removed still become rows under its id."""
    _write(house, "2026-11-20/1.warc.gz", [(_page(story("Boats return")), None)])
    other = house_of(tmp_path / "other", {"quay": "http://localhost/rss"})
    shutil.copytree(house.data / "raw", other.data / "raw")
    assert transform_warc(other, "2026-11-20/1.warc.gz").counts["pier"]["new"] == 1


def test_source_without_a_file_has_no_zone(house: House) -> None:
    """Where a source is configured no more, a clock time without a zone is no instant; one with a zone is taken."""
    head = b'<meta property="article:published_time" content="2026-11-20T09:30:00"></head>'
    _write(house, "2026-11-20/1.warc.gz", [(_page(story("Boats return").replace(b"</head>", head)), None)])
    made = transform_warc(replace(house, sources={}), "2026-11-20/1.warc.gz")
    (row,) = _rows(house, made, "articles")
    assert (row["published_source"], row["published_raw"]) == ("feed", ENTRY.published_raw)
    assert row["published_tz_source"] == "zone_name"
