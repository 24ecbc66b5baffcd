"""Our WARC files are read by two readers that know nothing of each other, and what one of them writes is read by us."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import TwicePolled
from fastwarc.stream_io import GzipWriter
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecord, WarcRecordType
from foreign import story as foreign_story
from servers import Site, give, house_of, rss, story
from stores import let_time_pass, make_house, rows, warcs_of
from warcio.archiveiterator import ArchiveIterator

from etl import pipeline
from etl.model import ArticleNote, Capture, Exchange, FeedEntry, Payload
from etl.warc.raw import RawFile, read_warc
from etl.web.bodies import payload_digest

WARC = "2026-11-20/readers.warc.gz"
ASKED_AT = datetime(2026, 11, 20, 10, 15, 30, 120_000, tzinfo=UTC)
OWNER = ("pier", "run-1")
NOTE = ArticleNote("a_1", "guid", ("x",), FeedEntry("g", "l", "Boats"), "f", None, None, "first", "2026")
BODY = b"<html><title>Boats</title><p>The boats came in.</p></html>"
PAGE = Exchange(
    "http://localhost/1", "http://localhost/1?q=a%20b", ASKED_AT, 7, "ok", "Dateline/1", 200, "Página",
    (("User-Agent", "Dateline/1"),), (("Content-Type", "text/html"), ("Transfer-Encoding", "chunked"), ("X-Odd", "é")),
    BODY,
)  # fmt: skip


GAZETTE = "https://www.gazette.test"
NEWSROOM = ("caspian_wire", "harbour_gazette", "al_manhal", "khabar_shomal", "levant_press", "meridian_news")


@dataclass(frozen=True)
class Seen:
    """One record as a reader has it: type, fields in lower case, HTTP status, payload, and whether its digests fit."""

    kind: str
    fields: dict[str, str]
    status: str | None
    payload: bytes
    is_block_whole: bool
    is_payload_whole: bool | None


Reader = Callable[[Path], list[Seen]]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A file with every kind of record that we write: a page, its repetition, one cut short, one without an answer."""
    with RawFile(tmp_path, WARC) as raw:
        place = raw.append("article", OWNER, PAGE, NOTE)
        repeats = Payload(payload_digest(BODY), place.capture_id, PAGE.final_url, place.seen_at)
        later = ASKED_AT + timedelta(hours=1)
        raw.append("article", OWNER, replace(PAGE, outcome="same_bytes", repeats=repeats, requested_at=later))
        cut = replace(PAGE, outcome="too_large", truncated="length", body=BODY[:20], body_bytes=10_000_000)
        raw.append("article", OWNER, cut, NOTE)
        lost = Exchange(
            "http://localhost/2", "http://localhost/2", ASKED_AT, 9, "temporary_error", "D", error_detail="x"
        )
        raw.append("feed", OWNER, lost)
        raw.settle()
    return tmp_path / "raw" / WARC


def by_fastwarc(path: Path) -> list[Seen]:
    """The records of a file as fastwarc reads them, with digests verified."""
    seen = []
    with path.open("rb") as stream:
        for record in FastIterator(stream, parse_http=False):
            fields = {name.lower(): value for name, value in record.headers.items()}
            is_whole, is_page = record.verify_block_digest(), fields["warc-type"] == "response"
            record.parse_http()
            status = str(record.http_headers.status_line).split(" ", 2)[1] if is_page else None
            is_payload_whole = record.verify_payload_digest() if is_page else None
            seen.append(Seen(fields["warc-type"], fields, status, record.reader.read(), is_whole, is_payload_whole))
    return seen


def by_warcio(path: Path) -> list[Seen]:
    """The records of a file as warcio reads them, with digests verified; those of revisits it does not verify."""
    seen = []
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests=True):
            payload, fields = (
                record.raw_stream.read(),
                {name.lower(): value for name, value in record.rec_headers.headers},
            )
            is_whole, is_page = record.digest_checker.passed is not False, record.rec_type == "response"
            status = record.http_headers.get_statuscode() if is_page else None
            seen.append(Seen(record.rec_type, fields, status, payload, is_whole, is_whole if is_page else None))
    return seen


def assert_sound(seen: list[Seen]) -> None:
    """Each record is whole and has what WARC 1.1 asks of it; links lead to records that stand beside them."""
    known = {record.fields["warc-record-id"] for record in seen}
    assert len(known) == len(seen)
    assert seen[0].kind == "warcinfo"
    for place, record in enumerate(seen):
        told, fields = (record.kind, place), record.fields
        assert record.is_block_whole, told
        assert record.is_payload_whole is not False, told
        assert re.fullmatch(r"<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>", fields["warc-record-id"]), told
        dates = [value for name, value in fields.items() if name.endswith("-date")]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", date) for date in dates), told
        assert ("warc-target-uri" in fields) is (record.kind != "warcinfo"), told
        if record.kind == "request":
            assert fields["warc-concurrent-to"] == seen[place + 1].fields["warc-record-id"], told
            assert seen[place + 1].kind in {"response", "revisit"}, told
        if record.kind == "metadata":
            json.loads(record.payload)
            answer = seen[place - 1] if seen[place - 1].kind in {"response", "revisit"} else None
            assert fields.get("warc-refers-to") == (answer and answer.fields["warc-record-id"]), told
        if record.kind == "revisit":
            assert fields["warc-profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest", told
            assert {"warc-refers-to", "warc-refers-to-target-uri", "warc-payload-digest"} <= set(fields), told


READERS = {"fastwarc": by_fastwarc, "warcio": by_warcio}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
def test_every_kind_of_record(odd: Path, reader: Reader) -> None:
    """A page, a repetition, a body cut short and an attempt without an answer are read as they were written."""
    seen = reader(odd)
    assert_sound(seen)
    exchange = ["request", "response", "metadata"]
    assert [record.kind for record in seen] == [
        "warcinfo",
        *exchange,
        "request",
        "revisit",
        "metadata",
        *exchange,
        "metadata",
    ]
    whole, repeated, cut = seen[2], seen[5], seen[8]
    assert (whole.status, whole.payload, cut.payload) == ("200", BODY, BODY[:20])
    assert (whole.fields["warc-payload-digest"], whole.fields.get("warc-truncated")) == (payload_digest(BODY), None)
    assert cut.fields["warc-truncated"] == "length"
    assert (repeated.fields["warc-refers-to"], repeated.payload) == (whole.fields["warc-record-id"], b"")
    assert repeated.fields["warc-refers-to-date"] == whole.fields["warc-date"] == "2026-11-20T10:15:30.120000Z"
    assert repeated.fields["warc-payload-digest"] == whole.fields["warc-payload-digest"]
    assert json.loads(seen[-1].payload)["error_detail"] == "x"


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
def test_newsroom(polled: TwicePolled, reader: Reader) -> None:
    """Every record of two runs over the sample newsroom is read, and as many of each kind as our own reader finds."""
    for warc in warcs_of(polled.house):
        seen = reader(polled.house.data / "raw" / warc)
        assert_sound(seen)
        captures = [found for found in read_warc(polled.house.data, warc) if isinstance(found, Capture)]
        kinds = Counter(record.kind for record in seen)
        repeated = sum(1 for capture in captures if capture.exchange.repeats)
        answered = sum(1 for capture in captures if capture.exchange.status is not None)
        assert kinds == Counter(
            warcinfo=1, request=answered, response=answered - repeated, revisit=repeated, metadata=len(captures)
        )  # fmt: skip
        bodies = [record.payload for record in seen if record.kind == "response"]
        assert bodies == [c.exchange.body for c in captures if c.exchange.status is not None and not c.exchange.repeats]


def test_repetitions_of_a_run(tmp_path: Path) -> None:
    """A page looked at again with the same bytes is a revisit that both readers tie to its first record."""
    with Site({"/1": give(story("Boats"))}) as site:
        site.pages["/rss"] = rss(f"{site.url}/1")
        house = house_of(tmp_path, {"pier": f"{site.url}/rss"})
        pipeline.run(house, "run-1")
        let_time_pass(house, timedelta(minutes=61))
        site.pages["/rss"] = give(b"", status=304)
        pipeline.run(house, "run-2")
    first, later = (house.data / "raw" / warc for warc in warcs_of(house))
    for reader in READERS.values():
        assert_sound(reader(later))
        (again,) = [record for record in reader(later) if record.kind == "revisit"]
        page = next(one for one in reader(first) if one.fields["warc-record-id"] == again.fields["warc-refers-to"])
        assert page.fields["warc-payload-digest"] == again.fields["warc-payload-digest"]
        assert page.fields["warc-target-uri"] == again.fields["warc-refers-to-target-uri"] == f"{site.url}/1"


@pytest.mark.parametrize("form", ["gzip", "plain"])
def test_archive_of_fastwarc_is_imported(tmp_path: Path, form: str) -> None:
    """What fastwarc writes, compressed or not, is imported: pages become articles, other records are counted."""
    house = make_house(tmp_path, dict.fromkeys(NEWSROOM, GAZETTE), sources=["harbour_gazette"])
    path = tmp_path / "fast.warc"
    url = f"{GAZETTE}/harbour_gazette/"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    pages = [_record("response", head + foreign_story(f"Mole {n}"), f"{url}{n}") for n in range(3)]
    asked = _record("request", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", url)
    with path.open("wb") as stream:
        for record in (_record("warcinfo", b"software: other\r\n"), *pages, asked):
            packed = GzipWriter(stream) if form == "gzip" else None
            record.write(packed or stream, checksum_data=True)
            if packed:
                packed.finish()
    imported, report = pipeline.import_archives(house, "import-1", [path])
    assert (imported[0].records, imported[0].outcomes["articles"], imported[0].outcomes["damaged"]) == (5, 3, 0)
    assert (report.counts["new"], report.counts["quarantined"]) == (3, 0)
    assert {row["headline"] for row in rows(house, "articles")} == {f"Mole {number}" for number in range(3)}
    for warc in warcs_of(house):
        for reader in READERS.values():
            kinds = Counter(record.kind for record in reader(house.data / "raw" / warc))
            assert (kinds["response"], kinds["warcinfo"]) == (3, 1)


def _record(kind: str, block: bytes, url: str = "") -> WarcRecord:
    record = WarcRecord()
    record.init_headers(getattr(WarcRecordType, kind), f"uuid:{uuid4()}".encode())
    if url:
        record.headers["WARC-Target-URI"] = url
        record.headers["WARC-Date"] = "2024-03-01T10:00:00Z"
        record.headers["Content-Type"] = f"application/http; msgtype={kind}"
    record.set_bytes_content(block)
    return record
