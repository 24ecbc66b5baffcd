"""The bytes of an archive without their compression, gzip member by gzip member, or of one that has none."""

import os
import re
import zlib
from typing import BinaryIO

BLOCK = 65_536
INFLATED = 262_144  # bytes made of one block at most, so that a bomb costs no more
GZIP = 16 + zlib.MAX_WBITS  # what zlib calls the gzip format
MAGIC = b"\x1f\x8b\x08"  # RFC 1952, section 2.3.1: gzip, deflate
PROBED = 512  # bytes of a possible member that show whether a record begins in it
LINE = 65_536  # the longest line, and the longest head
END_OF_HEAD = b"\r\n\r\n"
# A record's first line: WARC's, or ARC's with address, IP, date, type and length (Internet Archive, ARC 1.0).
RECORD = re.compile(rb"WARC/\d\.\d+\r?\n|[a-z]+:\S+ \S+ \d{14} \S+ \d+\r?\n")
LATER_RECORD = re.compile(rb"WARC/\d\.\d+\r?\n[A-Za-z]")
FIRST_RECORD = re.compile(rb"WARC/\d\.\d+\r?\n[A-Za-z-]+:|\A[a-z]+:\S+ \S+ \d{14} \S+ \d+\r?\n")


class FaultyRecordError(Exception):
    """A record is not what its head says; reading can go on behind its first line."""


class Bytes:
    """Where a reader stands in an archive; it never reads on from one gzip member into the next by itself.

    `begun` is where in the file the record or the gzip member begins in which it stands.
    """

    def __init__(self, stream: BinaryIO, max_member: int) -> None:
        self._stream, self._max_member = stream, max_member
        self._size = stream.seek(0, os.SEEK_END)
        self._is_plain = _is_plain(stream)
        stream.seek(0)
        self._buffer = bytearray()
        self._unzip: zlib._Decompress | None = None
        self._rest = b""  # read from the file and not yet decompressed
        self._place = 0  # in the file, behind what was decompressed
        self._member: list[bytes] | None = None  # null where more than one record is in it, or too much
        self.begun = 0

    @property
    def place(self) -> int:
        """How far the file is read."""
        return self._stream.tell() if self._is_plain else self._place

    def stand_at_record(self) -> bool:
        """Passes over empty lines and the end of a member; false at the end of the file."""
        self._member = None
        while True:
            self._pass_empty_lines()
            if self._buffer:
                break
            if not self._more() and not self._open_member():
                return False
        if self._is_plain:
            self.begun = self._stream.tell() - len(self._buffer)
        return True

    def line(self) -> bytes:
        """The line where it stands, not taken; cut short where it is too long."""
        while (end := self._buffer.find(b"\n", 0, LINE)) < 0 and len(self._buffer) < LINE and self._more():
            pass
        return bytes(self._buffer[: end + 1 if end >= 0 else LINE])

    def take_head(self) -> bytes:
        """What stands up to an empty line, that line included. Raises FaultyRecordError."""
        while (end := self._buffer.find(END_OF_HEAD, 0, LINE)) < 0:
            if len(self._buffer) >= LINE or not self._more():
                raise FaultyRecordError("its head has no end")
        return self.take(end + len(END_OF_HEAD))

    def take(self, size: int) -> bytes:
        """The next bytes. Raises FaultyRecordError where there are fewer."""
        self._require(size)
        while len(self._buffer) < size:
            if not self._more():
                raise FaultyRecordError(f"it ends {size - len(self._buffer)} bytes too soon")
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def drop(self, size: int) -> None:
        """Passes over the next bytes. Raises FaultyRecordError where there are fewer."""
        self._require(size)
        left = size
        while left:
            if self._is_plain and left > len(self._buffer):
                self._stream.seek(left - len(self._buffer), os.SEEK_CUR)
                self._buffer.clear()
                return
            if not self._buffer and not self._more():
                raise FaultyRecordError(f"it ends {left} bytes too soon")
            passed = min(left, len(self._buffer))
            del self._buffer[:passed]
            left -= passed

    def is_at_end_of_record(self) -> bool:
        """Whether the two line ends stand here that end a record, or behind empty lines a record or nothing more.

        Where nothing more is in a gzip member its check sum has been read.
        """
        while len(self._buffer) < len(END_OF_HEAD) and self._more():
            pass
        is_ended = self._buffer.startswith(END_OF_HEAD)
        self._pass_empty_lines()
        return is_ended or not self._buffer or bool(RECORD.match(self.line()))

    def close_member(self) -> bytes | None:
        """The gzip member that holds what was read since `stand_at_record`, and nothing else; null where there is none.

        To be asked at the end of a record.
        """
        return b"".join(self._member) if self._member and not self._buffer else None

    def skip_to_record(self, taken: bytes) -> None:
        """Passes on to what looks like a record's first line, else to the end of the file or member.

        `taken` is what was taken of the record that is none: another may begin in it.
        """
        self._member = None
        if self._is_plain:
            self._stream.seek(self.begun)
            self._buffer.clear()
            self._more()
        else:
            self._buffer[:0] = taken
        del self._buffer[:1]
        while not (found := LATER_RECORD.search(self._buffer)):
            del self._buffer[:-24]
            if not self._more():
                self._buffer.clear()
                return
        del self._buffer[: found.start()]

    def skip_to_member(self) -> None:
        """Passes on to the next gzip member in which a record begins, else to the end of the file."""
        found = _next_member(self._stream, self.begun + 1)
        self._place = self._stream.seek(self._size if found is None else found)
        self._buffer.clear()
        self._rest, self._unzip, self._member = b"", None, None

    def _require(self, size: int) -> None:
        """What no file can hold need not be read to be known as wrong."""
        if self._is_plain and size > len(self._buffer) + self._size - self._stream.tell():
            raise FaultyRecordError(f"it would have {size} bytes, more than the file")

    def _pass_empty_lines(self) -> None:
        while True:
            while self._buffer.startswith((b"\r", b"\n")):
                del self._buffer[:1]
            if self._buffer or not self._more():
                return

    def _open_member(self) -> bool:
        """Begins the next member; false at the end of the file."""
        self._rest = b"" if self._is_plain else self._rest or self._stream.read(BLOCK)
        if not self._rest:
            return False
        self._unzip, self._member, self.begun = zlib.decompressobj(GZIP), [], self._place
        return True

    def _more(self) -> bool:
        """Adds bytes to the buffer; false where the file or member has no more. Raises zlib.error and EOFError."""
        if self._is_plain:
            block = self._stream.read(BLOCK)
            self._buffer += block
            return bool(block)
        while self._unzip is not None and not self._unzip.eof:
            data = self._rest or self._stream.read(BLOCK)
            inflated = self._unzip.decompress(data, INFLATED)
            self._rest = self._unzip.unused_data or self._unzip.unconsumed_tail
            self._keep(data[: len(data) - len(self._rest)])
            if inflated:
                self._buffer += inflated
                return True
            if not data and not self._unzip.eof:
                raise EOFError("the file is cut short")
        return False

    def _keep(self, used: bytes) -> None:
        self._place += len(used)
        if self._member is not None:
            self._member.append(used)
            if self._place - self.begun > self._max_member:
                self._member = None


def _is_plain(stream: BinaryIO) -> bool:
    """Whether the first record that can be found stands there uncompressed."""
    stream.seek(0)
    beginning = stream.read(LINE)
    plain = FIRST_RECORD.search(beginning)
    if plain is None:
        return _next_member(stream, 0) is None
    before = re.finditer(re.escape(MAGIC), beginning[: plain.start()])
    return not any(_begins_record(beginning[magic.start() : magic.start() + PROBED]) for magic in before)


def _next_member(stream: BinaryIO, start: int) -> int | None:
    """Where from `start` on the next gzip member lies in which a record begins; null where none does."""
    base, window = stream.seek(start), b""
    while block := stream.read(INFLATED):
        window += block
        behind, at = stream.tell(), window.find(MAGIC)
        while at >= 0:
            stream.seek(base + at)
            if _begins_record(stream.read(PROBED)):
                return base + at
            at = window.find(MAGIC, at + 1)
        stream.seek(behind)
        base, window = base + len(window) - 2, window[-2:]
    return None


def _begins_record(probe: bytes) -> bool:
    try:
        return bool(RECORD.match(zlib.decompressobj(GZIP).decompress(probe, 2 * PROBED).lstrip(b"\r\n")))
    except zlib.error:
        return False
