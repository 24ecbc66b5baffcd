"""WARC files from elsewhere, record by record: compressed record by record, as a whole, or not at all.

Nothing is believed: a record that is not what its head says is told as a Fault, and reading goes on at the next one
that is. No more than one record is held, and of one larger than asked for only its size.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

from etl.warc.members import LINE, Bytes, FaultyRecordError

VERSIONS = {b"WARC/0.17", b"WARC/0.18", b"WARC/1.0", b"WARC/1.1"}  # those that warcio reads
DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")  # WARC 1.1, section 5.4
DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}


class Record(NamedTuple):
    """One record: where it begins, its fields by lower-case name, how long its block is, and its bytes.

    `offset` is in the file, that of the gzip member where there are such. `head` and `block` are empty but of a
    `response` that is not too large. `member` is its gzip member, where it has one of its own.
    """

    offset: int
    fields: Mapping[str, str]
    size: int
    head: bytes = b""
    block: bytes = b""
    member: bytes | None = None


class Fault(NamedTuple):
    """A place where no record can be read, and why."""

    offset: int
    detail: str


def read_archive(stream: BinaryIO, max_bytes: int) -> Iterator[tuple[Record | Fault, int]]:
    """(record or what lies in the place of one, bytes of the file read so far), in order.

    The file can be sought in; of a block with more than `max_bytes` only the size is told. In a file that is
    compressed as a whole nothing behind broken bytes can be read.
    """
    archive = Bytes(stream, max_bytes + LINE)
    found: Record | Fault
    while True:
        taken: list[bytes] = []
        try:
            if not archive.stand_at_record():
                return
            found = _read_record(archive, max_bytes, taken)
        except FaultyRecordError as error:
            found = Fault(archive.begun, str(error))
            _pass_on(archive, b"".join(taken))
        except (zlib.error, EOFError) as error:
            found = Fault(archive.begun, f"{type(error).__name__}: {error}")
            archive.skip_to_member()
        yield found, archive.place


def record_date(fields: Mapping[str, str]) -> datetime | None:
    """The instant of a capture to the microsecond; null where the record has none or it cannot be read."""
    found = DATE.fullmatch(fields.get("warc-date", ""))
    if found is None:
        return None
    try:
        whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return whole.replace(microsecond=int((found[2] or "")[:6].ljust(6, "0")))


def is_digest_of(digest: str, content: bytes) -> bool:
    """Whether a digest as WARC writes it ("sha1:" and Base32 or hexadecimal) is one of some bytes.

    True of an algorithm that is not known here.
    """
    name, _, value = digest.partition(":")
    make = DIGESTS.get(name.lower().replace("-", ""))
    if make is None:
        return True
    right = make(content, usedforsecurity=False).digest()
    value = value.strip()
    return value.lower() == right.hex() or value.upper().rstrip("=") == base64.b32encode(right).decode().rstrip("=")


def _pass_on(archive: Bytes, taken: bytes) -> None:
    """Leaves a record that is none behind, with the rest of its member where that is broken as well."""
    try:
        archive.skip_to_record(taken)
    except (zlib.error, EOFError):
        archive.skip_to_member()


def _read_record(archive: Bytes, max_bytes: int, taken: list[bytes]) -> Record:
    """The record where the archive stands; `taken` gets what was taken of it."""
    line = archive.line().rstrip(b"\r\n")
    if not line.startswith(b"WARC/"):
        size = _arc_size(line)
        archive.take(len(archive.line()))
        archive.drop(size)
        return Record(archive.begun, {"warc-type": "arc"}, size)
    if line not in VERSIONS:
        raise FaultyRecordError(f"a version that cannot be read: {line[:20]!r}")
    head = archive.take_head()
    taken.append(head)
    fields = _fields(head)
    length = fields.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise FaultyRecordError(f"the length {length[:20]!r} is no number")
    size, block = int(length), b""
    if size <= max_bytes:
        block = archive.take(size)
        taken.append(block)
    else:
        archive.drop(size)
    if not archive.is_at_end_of_record():
        raise FaultyRecordError(f"behind its {size} bytes no other record begins")
    if not block or fields.get("warc-type") != "response":
        return Record(archive.begun, fields, size)
    return Record(archive.begun, fields, size, head, block, archive.close_member())


def _arc_size(line: bytes) -> int:
    """The length of an ARC record by its first line: address, IP, date, type, length (ARC 1.0)."""
    parts = line.split(b" ")
    if len(parts) != 5 or not parts[-1].isdigit() or len(parts[-1]) > 15:
        raise FaultyRecordError("no record begins here")
    return int(parts[-1])


def _fields(head: bytes) -> dict[str, str]:
    """The fields of a head by lower-case name; a line that begins with white space goes on from the one before."""
    fields: dict[str, str] = {}
    name = ""
    for line in head.decode("utf-8", "replace").split("\r\n")[1:]:
        if line[:1] in {" ", "\t"} and name:
            fields[name] += f" {line.strip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields
