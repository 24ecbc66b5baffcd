"""A feed's document as its readers take it: without the gzip that sitemaps lie in, in UTF-8 where it is in UTF-16."""

import codecs
import re
import zlib
from contextlib import suppress

GZIP = b"\x1f\x8b"  # RFC 1952, section 2.3.1
LAYERS = 2  # of gzip: a file that was packed twice by mistake is read, what is packed deeper is no feed
MOST_UNPACKED = 10_000_000  # bytes; a news sitemap lists 1,000 addresses at most
# How documents begin that tell their encoding so, which goes before what they declare: with a mark, or as XML 1.0 has
# it in appendix F.1 and RFC 4627 in section 3.
BEGINS = {
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
    b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be",
    b"<\0": "utf-16-le", b"\0<": "utf-16-be", b"{\0": "utf-16-le", b"\0{": "utf-16-be",
}  # fmt: skip
REFERENCE = re.compile(rb"&#([xX][0-9a-fA-F]+|[0-9]+);")
LONGEST_NUMBER = 7  # digits of 1,114,111, the last code point
DECLARATION = re.compile(r"^\s*<\?xml[^<>]*\?>")  # which would name the encoding that the document had


def plain_document(document: bytes) -> bytes:
    """A document as it is, unless it is packed with gzip, in UTF-16 or UTF-32, or begins with a mark.

    What is damaged or more than MOST_UNPACKED gives its beginning; units that are no letters become U+FFFD.
    """
    for _ in range(LAYERS):
        if not document.startswith(GZIP):
            break
        document = _unzipped(document)
    encoding = next((name for begin, name in BEGINS.items() if document.startswith(begin)), None)
    if encoding is None:
        return document
    return DECLARATION.sub("", document.decode(encoding, "replace")).encode()


def with_sane_references(document: bytes) -> bytes:
    """A document in which no reference names what is no letter, over which feedparser would stumble."""
    return REFERENCE.sub(lambda found: found[0] if _is_letter(found[1]) else b"&#xFFFD;", document)


def _is_letter(number: bytes) -> bool:
    digits = number.lstrip(b"xX0")
    if len(digits) > LONGEST_NUMBER:
        return False
    code = int(digits or b"0", 16 if number[:1] in b"xX" else 10)
    return 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF


def _unzipped(packed: bytes) -> bytes:
    unzip, parts, size = zlib.decompressobj(16 + zlib.MAX_WBITS), [], 0
    with suppress(zlib.error):
        while packed and size < MOST_UNPACKED:
            parts.append(unzip.decompress(packed, MOST_UNPACKED - size))
            size += len(parts[-1])
            packed = unzip.unconsumed_tail
    return b"".join(parts)
