"""Archives from elsewhere are read record by record in flat memory, and damage costs nothing but what is damaged."""

import gzip
import io
import random
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

import pytest
from foreign import Foreign, archive, by_hand, records_of, story

from etl.warc.archives import Fault, Record, is_digest_of, read_archive, record_date

CAP = 1_000_000
NUMBERS = random.Random(7)
PAGES = [Foreign(f"https://quay.test/{n}", story(f"Pier {n}") + NUMBERS.randbytes(300 * n)) for n in range(6)]
FORMS = ("members", "plain", "whole")
ARC = (
    b"https://quay.test/old 10.0.0.1 20010302101500 text/html 40\n"
    + b"HTTP/1.0 200 OK\r\n\r\n<p>as it was in ARC.\n\n\n"
)


def _read(content: bytes, cap: int = CAP) -> list[Record | Fault]:
    return [found for found, _ in read_archive(io.BytesIO(content), cap)]


def _urls(found: list[Record | Fault]) -> list[str]:
    return [record.fields["warc-target-uri"] for record in found if isinstance(record, Record)]


def _faults(found: list[Record | Fault]) -> list[Fault]:
    return [fault for fault in found if isinstance(fault, Fault)]


ALL = _urls(_read(archive(PAGES)))


@pytest.mark.parametrize("version", ["WARC/0.18", "WARC/1.0", "WARC/1.1"])
@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_same_records(form: str, version: str) -> None:
    """Compressed by record, as a whole or not at all: heads, blocks and sizes are the same."""
    plain = records_of(PAGES, "plain")
    content = b"".join(plain).replace(b"WARC/1.0\r\n", version.encode() + b"\r\n")
    if form == "members":
        content = b"".join(gzip.compress(part.replace(b"WARC/1.0\r\n", version.encode() + b"\r\n")) for part in plain)
    found = _read(gzip.compress(content) if form == "whole" else content)
    assert _urls(found) == [page.url for page in PAGES]
    for record, page in zip(found, PAGES, strict=True):
        assert isinstance(record, Record)
        assert record.head.startswith(version.encode())
        assert record.block.startswith(b"HTTP/1.1 200 OK\r\n")
        assert record.block.endswith(b"\r\n\r\n" + page.body)
        assert record.size == len(record.block)


def test_member_is_the_bytes_of_the_file() -> None:
    """Records with a gzip member of their own come with its very bytes; others come with none."""
    parts = records_of(PAGES)
    assert [record.member for record in _read(b"".join(parts)) if isinstance(record, Record)] == parts
    together = gzip.compress(b"".join(records_of(PAGES[:2], "plain"))) + parts[2]
    assert [record.member is None for record in _read(together) if isinstance(record, Record)] == [True, True, False]


@pytest.mark.parametrize("number", range(6))
def test_damaged_member_costs_itself_alone(number: int) -> None:
    """Wherever a byte of a member is changed, every other record is read, and at most one fault is told."""
    parts = records_of(PAGES)
    for position in range(0, len(parts[number]), 61):
        bad = bytearray(parts[number])
        bad[position] ^= 0x55
        found = _read(b"".join([*parts[:number], bytes(bad), *parts[number + 1 :]]))
        others = [url for n, url in enumerate(ALL) if n != number]
        assert [url for url in _urls(found) if url != ALL[number]] == others, position
        assert len(found) == 6, position
        assert len(_faults(found)) == 1 or position in range(4, 10), "the time and system in a gzip head tell nothing"


@pytest.mark.parametrize("form", ["members", "plain"])
def test_cut_anywhere(form: str) -> None:
    """Cut at any byte, a file gives the records before the cut, and one fault where it cuts one."""
    parts = records_of(PAGES[:3], form)
    content, ends = b"".join(parts), [sum(map(len, parts[: n + 1])) for n in range(3)]
    gap = 4 if form == "plain" else 0  # the empty lines behind a record may be missing
    for length in range(1, len(content), 7):
        found = _read(content[:length])
        whole = sum(end - gap <= length for end in ends)
        assert _urls(found) == ALL[:whole], length
        is_between = any(end - gap <= length <= end for end in ends)
        assert len(_faults(found)) == (0 if is_between else 1), length


@pytest.mark.parametrize("form", ["members", "plain"])
@pytest.mark.parametrize(
    "rubbish", [b"rubbish" * 90, b"\0" * 700, b"\x1f\x8b\x08" * 50, b"WARC/1.0\r\nnothing\r\n\r\n"]
)
def test_rubbish_between_records(form: str, rubbish: bytes) -> None:
    """What lies between records costs none of them and is told once."""
    parts = records_of(PAGES, form)
    for number in range(7):
        found = _read(b"".join([*parts[:number], rubbish, *parts[number:]]))
        assert _urls(found) == ALL, number
        assert len(_faults(found)) == 1, number


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("length", ["0", "120", "500", "-1", "many", "", "9" * 15, "9" * 40, "٣"])
def test_wrong_length_costs_its_record_alone(form: str, length: str) -> None:
    """A record whose length is wrong is told as one fault; those behind it are read."""
    parts = records_of(PAGES, "plain")
    wrong = by_hand(
        {"WARC-Type": "response", "WARC-Target-URI": "x:", "Content-Length": length}, b"HTTP/1.1 200 OK" * 9
    )
    parts[2:3] = [wrong]
    content = b"".join(gzip.compress(part) for part in parts) if form == "members" else b"".join(parts)
    found = _read(gzip.compress(content) if form == "whole" else content)
    is_lost = form == "whole" and length == "9" * 15  # more than may be held to be read again
    assert _urls(found) == (ALL[:2] if is_lost else [*ALL[:2], *ALL[3:]])
    assert len(_faults(found)) == 1


@pytest.mark.parametrize("harm", ["cut", "changed"])
@pytest.mark.parametrize("place", [2, 6])
def test_two_faults_in_one_member(place: int, harm: str) -> None:
    """A record whose length is wrong, in a member that is broken further on, is told once; those behind it are read."""
    parts, noise = records_of(PAGES), NUMBERS.randbytes(100_000)
    wrong = by_hand({"WARC-Type": "response", "WARC-Target-URI": "x:", "Content-Length": "9"}, noise)
    member = bytearray(gzip.compress(wrong))
    if harm == "changed":
        member[-5_000] ^= 0x55
    else:
        del member[-5_000:]
    found = _read(b"".join([*parts[:place], member, *parts[place:]]))
    assert _urls(found) == ALL
    assert len(_faults(found)) == 1


def test_old_records_are_passed_over() -> None:
    """ARC records are told as such, in a file of their own and between others, and cost nothing beside them."""
    assert [record.fields["warc-type"] for record in _read(ARC * 2) if isinstance(record, Record)] == ["arc", "arc"]
    found = _read(gzip.compress(ARC) + archive(PAGES[:1]))
    assert [record.fields["warc-type"] for record in found if isinstance(record, Record)] == ["arc", "response"]


def test_what_is_too_large_is_not_held() -> None:
    """Of a block above the cap, size and fields are told, and memory stays far below it; the next record is read."""
    bomb, noise = b"0" * 60_000_000, NUMBERS.randbytes(1_000_000) * 60
    for form, body in product(FORMS, (bomb, noise)):
        large = Foreign("https://quay.test/large", body)
        content = archive([large, PAGES[0]], form)
        tracemalloc.start()
        found = _read(content, cap=100_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert [
            (len(record.block) > 0, record.size > 60_000_000) for record in found if isinstance(record, Record)
        ] == [
            (False, True),
            (True, False),
        ]
        assert peak < 3_000_000, form


@pytest.mark.parametrize("form", FORMS)
def test_memory_is_flat(form: str) -> None:
    """Ten thousand records need no more memory than a hundred."""
    small = [Foreign(f"https://quay.test/{n}", b"<p>" + NUMBERS.randbytes(400)) for n in range(100)]
    once = archive(small, "plain" if form == "whole" else form)
    peaks = []
    for times in (1, 100):
        content = gzip.compress(once * times, 1) if form == "whole" else once * times
        stream = io.BytesIO(content)
        tracemalloc.start()
        assert sum(1 for _ in read_archive(stream, CAP)) == 100 * times
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000


def test_place_reaches_the_end() -> None:
    """How far the file is read never falls and ends at its end, so that progress can be shown."""
    for form in FORMS:
        content = archive(PAGES, form)
        places = [place for _, place in read_archive(io.BytesIO(content), CAP)]
        assert places == sorted(places)
        assert places[-1] == len(content)


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\n"])
def test_empty_file_holds_nothing(content: bytes) -> None:
    """A file without a record, and without anything else, holds no record and no damage."""
    assert _read(content) == []


def test_any_bytes_end() -> None:
    """Of bytes without sense, with and without signs of records in them, reading comes to an end."""
    signs = (b"", b"\nWARC/1.0\r\n", b"\x1f\x8b\x08", b"Content-Length: 9\r\n\r\n", b"\r\n\r\n")

    def drawn() -> Iterator[bytes]:
        for _ in range(40):
            yield NUMBERS.choice(signs) + NUMBERS.randbytes(NUMBERS.randrange(50))

    for _ in range(50):
        found = _read(b"".join(drawn()))
        assert len(found) < 50


@pytest.mark.parametrize(
    ("printed", "instant"),
    [
        ("2024-03-01T10:00:00Z", datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ("2024-03-01T10:00:00.25Z", datetime(2024, 3, 1, 10, 0, 0, 250_000, tzinfo=UTC)),
        ("2024-03-01T10:00:00.123456789Z", datetime(2024, 3, 1, 10, 0, 0, 123_456, tzinfo=UTC)),
        ("2024-02-30T10:00:00Z", None),
        ("2024-03-01T10:00:00", None),
        ("2024-03-01", None),
        ("20240301100000", None),
        ("", None),
    ],
)
def test_date_of_a_record(printed: str, instant: datetime | None) -> None:
    """WARC-Date is read to the microsecond, and nothing else is taken for one."""
    assert record_date({"warc-date": printed}) == instant


@pytest.mark.parametrize(
    ("digest", "is_one"),
    [
        ("sha1:KKC33KDCI4OQ7WKJVV3RQWONOIXERRDT", True),
        ("sha1:kkc33kdci4oq7wkjvv3rqwonoixerrdt", True),
        ("SHA-1:5285bda862471d0fd949ad771859cd722e48c473", True),
        ("sha1:KKC33KDCI4OQ7WKJVV3RQWONOIXERRDU", False),
        ("sha1:", False),
        ("blake3:whatever", True),
    ],
)
def test_digest(digest: str, is_one: bool) -> None:
    """Base32 and hexadecimal of known algorithms are compared; an unknown algorithm says nothing."""
    assert is_digest_of(digest, b"herring") is is_one
