"""WARC files hold every exchange for any reader, and a damaged one is told as damaged."""

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import TwicePolled
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import captures_of, warcs_of
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from etl.errors import StorageError
from etl.model import ArticleNote, Capture, Exchange, FeedEntry, FeedNote, Payload
from etl.warc.exchanges import write_exchange
from etl.warc.raw import RawFile, read_capture, read_warc, stored_days, stored_warcs
from etl.warc.records import NOTE as NOTE_TYPE
from etl.warc.records import Damage

WARC = "2026-11-20/run.warc.gz"
OWNER = ("pier", "run-1")
ASKED_AT = datetime(2026, 11, 20, 10, 15, 30, 120_000, tzinfo=UTC)
NOTE = ArticleNote("a_1", "guid", ("x", "y"), FeedEntry("g", "l", "Fête 😀"), "f", None, None, "first", "2026")


def _exchange(number: int, **more: object) -> Exchange:
    url = f"http://localhost/{number}?q=ü"
    headers = (("Content-Type", "text/html"), ("Transfer-Encoding", "chunked"), ("X-Odd", "café"), ("X-Odd", "b"))
    values: dict[str, object] = {
        "status": 200,
        "reason": "Página",
        "body": bytes([number]) * 40,
        "response_headers": headers,
    }
    return Exchange(url, url, ASKED_AT, 7, "ok", "Dateline/1", **(values | more))  # type: ignore[arg-type]


def _write(data: Path, count: int = 3) -> list[Capture]:
    """A WARC with so many pages, the last of them without an answer; returns what is read back."""
    with RawFile(data, WARC) as raw:
        for number in range(count - 1):
            raw.append("article", OWNER, _exchange(number), NOTE)
        lost = Exchange(
            "http://localhost/lost", "http://localhost/lost", ASKED_AT, 9, "temporary_error", "D", error_detail="x"
        )
        raw.append("feed", OWNER, lost, FeedNote(3, 1, 1, 1))
        raw.settle()
    return [capture for capture in read_warc(data, WARC) if isinstance(capture, Capture)]


def test_exchange_comes_back_as_it_was(tmp_path: Path) -> None:
    """Body, status, headers, note and instant are read back; the coding that is undone is set aside by name."""
    page, _, lost = _write(tmp_path)
    assert (page.exchange.body, page.exchange.status, page.exchange.url) == (b"\0" * 40, 200, "http://localhost/0?q=ü")
    assert page.exchange.response_headers == (
        ("Content-Type", "text/html"),
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("X-Odd", "café"),
        ("X-Odd", "b"),
    )
    assert page.article == NOTE
    assert page.place.seen_at == ASKED_AT.isoformat()
    assert (lost.exchange.status, lost.exchange.error_detail, lost.feed) == (None, "x", FeedNote(3, 1, 1, 1))


@pytest.mark.parametrize(
    "value",
    ["münchen; a=ü", "attachment; filename=Ã\x9c.pdf", "\x80\xff", "a\r\n b", "", "х; название=ü"],
    ids=["parameter", "file name", "no text", "folded", "empty", "beyond Latin-1"],
)
def test_any_header_can_be_written(tmp_path: Path, value: str) -> None:
    """Whatever a server sends as a header, its page is written and found again; bytes stand as they came."""
    with RawFile(tmp_path, WARC) as raw:
        raw.append("article", OWNER, _exchange(1, response_headers=(("X-Odd", value), ("X-Next", "b"))), NOTE)
        raw.settle()
    (capture,) = read_warc(tmp_path, WARC)
    assert isinstance(capture, Capture)
    assert dict(capture.exchange.response_headers)["X-Next"] == "b"
    unpacked = gzip.decompress((tmp_path / "raw" / WARC).read_bytes())
    assert value.encode("latin-1" if value[:1] != "х" else "utf-8") in unpacked


@given(
    st.binary(max_size=300_000) | st.integers(262_000, 262_300).map(bytes),
    st.sampled_from([None, "length"]),
    st.booleans(),
)
@settings(max_examples=40)
def test_records_are_whole_to_another_reader(body: bytes, truncated: str | None, is_repeated: bool) -> None:
    """Of any body, three records come out of warcio with lengths and digests that it finds right, ids that lead on."""
    earlier = Payload("sha1:AAAA", "<urn:uuid:1>", "http://localhost/", "2026-11-19T10:15:30+00:00")
    exchange = _exchange(1, body=body, truncated=truncated, repeats=earlier if is_repeated else None)
    stream = io.BytesIO()
    capture_id = write_exchange(stream, "article", OWNER, exchange, NOTE)
    stream.seek(0)
    found: dict[str, ArcWarcRecord] = {}
    for record in ArchiveIterator(stream, check_digests="raise"):
        found[record.rec_type] = record
        content = record.raw_stream.read()
        assert record.rec_headers.get_header("WARC-Date") == "2026-11-20T10:15:30.120000Z"
        assert content == {"request": b"", "response": body, "revisit": b""}.get(record.rec_type, content)
    assert list(found) == ["request", "revisit" if is_repeated else "response", "metadata"]
    request, answer, note = (record.rec_headers for record in found.values())
    assert request.get_header("WARC-Concurrent-To") == answer.get_header("WARC-Record-ID") == capture_id
    assert note.get_header("WARC-Refers-To") == capture_id
    assert answer.get_header("WARC-Truncated") == truncated
    assert answer.get_header("WARC-Refers-To") == ("<urn:uuid:1>" if is_repeated else None)
    assert NOTE_TYPE.validate_json(content).article == NOTE


def test_capture_is_found_at_its_place(tmp_path: Path) -> None:
    """A place leads to its capture alone; a wrong id or offset gives a damage, a missing file a storage error."""
    for capture in _write(tmp_path):
        assert read_capture(tmp_path, capture.place) == capture
        other = type(capture.place)(WARC, capture.place.offset, "<urn:other>", capture.place.seen_at)
        assert isinstance(read_capture(tmp_path, other), Damage)
        between = type(capture.place)(WARC, capture.place.offset + 1, capture.place.capture_id, capture.place.seen_at)
        assert isinstance(read_capture(tmp_path, between), Damage)
    with pytest.raises(StorageError, match="gone"):
        read_capture(tmp_path, type(capture.place)("2026-11-20/gone.warc.gz", 0, "", ""))


def test_file_is_seen_when_settled_only(tmp_path: Path) -> None:
    """Nothing lies in `raw/` before the file is settled, and nothing anywhere when it never is."""
    with RawFile(tmp_path, WARC) as raw:
        raw.append("article", OWNER, _exchange(1), NOTE)
        assert stored_days(tmp_path) == {}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_file_is_never_replaced(tmp_path: Path) -> None:
    """A second file of one name is refused and the first stays as it is."""
    _write(tmp_path)
    before = (tmp_path / "raw" / WARC).read_bytes()
    with pytest.raises(StorageError, match="File exists"):
        _write(tmp_path, 2)
    assert (tmp_path / "raw" / WARC).read_bytes() == before
    assert stored_warcs(tmp_path, "2026-11-20") == [WARC]


def test_cut_at_any_byte_is_told(tmp_path: Path) -> None:
    """Cut anywhere, a file gives every whole exchange before the cut, then one damage unless it ends with one."""
    captures = _write(tmp_path)
    path = tmp_path / "raw" / WARC
    whole = path.read_bytes()
    ends = [capture.place.offset for capture in captures] + [len(whole)]
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        found = list(read_warc(tmp_path, WARC))
        complete = sum(1 for end in ends[1:] if end <= length)
        assert found[:complete] == captures[:complete]
        rest = found[complete:]
        assert len(rest) == (0 if length in ends or length == 0 else 1), length
        assert all(isinstance(damage, Damage) for damage in rest)


def test_flipped_bit_is_told(tmp_path: Path) -> None:
    """A byte changed in a record makes no other capture of it: what is read before is right, then there is a damage."""
    captures = _write(tmp_path)
    path = tmp_path / "raw" / WARC
    whole = path.read_bytes()
    for position in range(captures[0].place.offset + 12, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
        found = list(read_warc(tmp_path, WARC))
        assert found[-1] == captures[-1] or isinstance(found[-1], Damage), position
        good = [capture for capture in found if isinstance(capture, Capture)]
        assert [_told(capture) for capture in good] == [_told(capture) for capture in captures[: len(good)]], position


def _told(capture: Capture) -> tuple[object, ...]:
    return capture.exchange.body, capture.exchange.status, capture.article, capture.feed


def test_independent_reader_finds_every_exchange(polled: TwicePolled) -> None:
    """warcio, checking digests, finds request, response and metadata of each answered attempt, linked."""
    found: dict[str, list[str]] = {"warcinfo": [], "request": [], "response": [], "metadata": []}
    for warc in warcs_of(polled.house):
        with (polled.house.data / "raw" / warc).open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.content_stream().read()
                link = record.rec_headers.get_header("WARC-Concurrent-To") or record.rec_headers.get_header(
                    "WARC-Refers-To"
                )
                found[record.rec_type].append(link or record.rec_headers.get_header("WARC-Record-ID"))
    captures = captures_of(polled.house)
    answered = sorted(capture.place.capture_id for capture in captures if capture.exchange.status is not None)
    assert sorted(found["response"]) == sorted(found["request"]) == answered
    assert set(answered) <= set(found["metadata"])
    assert len(found["metadata"]) == len(captures)
    assert len(found["warcinfo"]) == len(warcs_of(polled.house))
