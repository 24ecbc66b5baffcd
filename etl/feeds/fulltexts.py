"""The whole text of a story where its feed prints it, and the document that stands for a page where there is none.

A text counts as whole only where the format says so: `content:encoded` ("the full content", RSS content module 2.0),
`content` of Atom (RFC 4287, section 4.1.3, against `summary`, 4.2.13, "an abstract, or excerpt") and `content_html` or
`content_text` of JSON Feed 1.1. RSS calls its `description` "the item synopsis"; nothing in a long one tells whether
words are missing, so no description or summary counts.
"""

import hashlib
import re
from html import escape

from etl.model import Exchange

LONGEST_TEXT = 500_000  # code points with markup; ten times the longest articles
SUMMARY_WORDS = 150  # an opening that is shown to everyone is a paragraph or two, as in `reading.completeness`
BREAK = re.compile(r"\n\s*\n|\r\n?|\n")
# The line that Yoast SEO, a plug-in of WordPress, puts under each text.
FOOTER = re.compile(r"the post .{1,300}? appeared first on .{1,200}$", re.IGNORECASE)
CUT = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|&hellip;|&#8230;|\[&hellip;\]|\[&#8230;\])\W*$"
    r"|(?:read more|read on|continue reading|keep reading|read the (?:full|whole|rest of the) (?:story|article))\W*$",
    re.IGNORECASE,
)
TAIL = 1_000  # code points at the end in which such a line stands
LONGEST_CUT = 80
PAGELESS = {"feed_only", "robots_denied", "hard_error", "challenged", "bad_type", "too_large"}
GONE = {404, 410}


def full_text(content: str | None, summary: str | None) -> str | None:
    """What a feed's element for the whole text holds, as HTML, where it is one; else null.

    It is none where it breaks off by its own word (an ellipsis, "read more"), or is short and says no more than the
    summary. `summary` is null where the entry has none of its own.
    """
    if content is None or len(content) > LONGEST_TEXT:
        return None
    bare = words_of(content)
    if not bare.strip() or _breaks_off(bare):
        return None
    if summary and _says_no_more(bare, summary):
        return None
    text = content if bare != content else _paragraphs(content)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def text_digest(content: str) -> str:
    """Changes when the text changes; markup, in which counters and tokens stand, does not count."""
    return hashlib.blake2b(words_of(content).encode(), digest_size=12).hexdigest()


def words_of(markup: str) -> str:
    """Some HTML with a space in place of each tag; a text that has none comes back as it is."""
    first, *others = markup.split("<")  # several times as fast as an expression, and linear whatever is thrown at it
    return first + "".join(f" {part[part.find('>') + 1 :]}" if _is_tag(part) else f"<{part}" for part in others)


def lacks_page(exchange: Exchange) -> bool:
    """Whether an exchange says for good, or as long as nobody acts, that there is no page to be had.

    A host that fails for a time is asked again; what its publisher reserves is not made up for.
    """
    return exchange.outcome in PAGELESS or (exchange.outcome != "ok" and exchange.status in GONE)


def stand_in(content: str, headline: str | None) -> bytes:
    """A document in UTF-8 that holds a feed's text as its article, to be read as pages are."""
    head = '<meta charset="utf-8"><meta property="og:type" content="article">'
    head += f'<meta property="og:title" content="{escape(headline)}">' if headline else ""
    return f"<html><head>{head}</head><body><article>{content}</article></body></html>".encode("utf-8", "replace")


def _is_tag(behind: str) -> bool:
    """Whether what stands behind an angle bracket is the rest of a tag (HTML, section 13.2.5.6)."""
    return (behind[:1].isalpha() or behind[:1] in {"/", "!", "?"}) and ">" in behind


def _breaks_off(bare: str) -> bool:
    tail = " ".join(bare[-TAIL:].split())
    own = FOOTER.sub("", tail) if "appeared first on" in tail else tail
    return CUT.search(own[-LONGEST_CUT:]) is not None


def _says_no_more(bare: str, summary: str) -> bool:
    """Whether a short text stands in the summary word for word."""
    words = bare.split(maxsplit=SUMMARY_WORDS)
    return len(words) < SUMMARY_WORDS and " ".join(words) in " ".join(words_of(summary).split())


def _paragraphs(text: str) -> str:
    """Text without markup as HTML, a paragraph a line."""
    lines = (line.strip().replace("<", "&lt;") for line in BREAK.split(text))
    return "".join(f"<p>{line}</p>" for line in lines if line)
