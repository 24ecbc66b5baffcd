"""The strict reader gives what feedparser gives, or leaves the document to it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.feeds.entries import read_feed, read_tolerantly
from etl.feeds.printed import Printed
from etl.feeds.wellformed import read_wellformed

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:x="https://quay.example/ns" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:a="http://www.w3.org/2005/Atom"'
)
TEXTS = [
    "", " ", "Storm", " Storm &amp; boats ", "&lt;p&gt;A &lt;b&gt;storm&lt;/b&gt;&lt;/p&gt;",
    "<![CDATA[<p>A & B</p>]]>", "سفينة في الميناء", "Ã©tÃ©", "été", "&#146;t", "AT&amp;amp;T",
    "a&amp;b;c", "https://quay.example/a?b=1&amp;c=2",
    "https:////quay.example/1", "urn:x:1", "/relative", "mira@quay.example (Mira Salt)", "Mira Salt", "Tomas (Reef)",
    "Sun, 22 Nov 2026 10:00:00 GMT", "2026-11-22T10:00:00Z", "one<!-- two -->three", "<?pi x?>four",
    "a\u00a0b", "&#x200f;x",
]  # fmt: skip
NAMES = [
    "title", "link", "guid", "pubDate", "description", "category", "author", "comments", "enclosure", "source", "image",
    "dc:creator", "dc:date", "dc:subject", "dc:title", "dc:language", "dc:description", "content:encoded",
    "slash:comments", "media:content", "media:title", "media:description", "media:thumbnail", "media:credit",
    "media:keywords", "media:category", "itunes:author", "itunes:summary", "itunes:keywords", "x:note",
    "dcterms:modified", "a:link", "a:updated", "updated", "summary", "id", "published",
]  # fmt: skip
ATTRIBUTES = [
    "", "", "", "", ' isPermaLink="false"', ' isPermaLink="true"', ' domain="d"', ' url="https://quay.example/p.jpg"',
    ' type="html"', ' type="text/plain"', ' xml:lang="fa"', ' href="https://quay.example/h"', ' x:y="z"',
]  # fmt: skip
ATOM_NAMES = [
    "id", "title", "updated", "published", "summary", "content", "link", "author", "category", "contributor", "rights",
    "source", "media:title", "media:description", "dc:creator", "media:group",
]  # fmt: skip
ATOM_ATTRIBUTES = [
    "", "", ' type="html"', ' type="text"', ' type="xhtml"', ' type="image/png"', ' term="Levant"',
    ' term="Levant" label="L"', ' href="https://quay.example/1"', ' rel="alternate" href="https://quay.example/2"',
    ' rel="enclosure" href="https:////q/3"', ' rel="self" href="/self"',
    ' rel="alternate" type="text/html" href="2?a=1&amp;b=2"',
    ' src="https://quay.example/s"',
    ' type="application/pdf" href="/p"',
]  # fmt: skip
PERSON = [
    "<name>Mira Salt</name>",
    "<name>Mira Salt</name><email>mira@quay.example</email>",
    "<email>m@q.example</email>",
    "",
]


@st.composite
def elements(draw: st.DrawFn, names: list[str], attributes: list[str], depth: int = 0) -> str:
    """One element of a feed's entry, with text or, now and then, elements within."""
    # The usual ones, which come first in each list, come more often.
    name = draw(st.sampled_from(names) | st.sampled_from(names[:7]))
    attribute = draw(st.sampled_from(attributes) | st.sampled_from(attributes[:2]))
    inner = draw(st.sampled_from(TEXTS))
    if name in {"author", "contributor"} and draw(st.booleans()):
        inner = draw(st.sampled_from(PERSON))
    elif name.startswith("media:") and depth < 2 and draw(st.booleans()):
        inner = "".join(draw(st.lists(elements(names, attributes, depth + 1), max_size=2)))
    return f"<{name}{attribute}>{inner}</{name}>"


def rss(items: list[list[str]]) -> bytes:
    """An RSS document of such entries."""
    listed = "".join(f"<item>{''.join(item)}</item>" for item in items)
    head = "<title>Quay</title><image><title>Logo</title><url>https://quay.example/l.png</url></image>"
    return f'<rss version="2.0" {NAMESPACES}><channel>{head}{listed}</channel></rss>'.encode()


def atom(entries: list[list[str]]) -> bytes:
    """An Atom document of such entries."""
    listed = "".join(f"<entry>{''.join(entry)}</entry>" for entry in entries)
    head = "<title>Quay</title><author><name>Desk</name></author>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}>{head}{listed}</feed>'.encode()


def plain(entries: tuple[Printed, ...] | None) -> list[tuple[object, ...]]:
    """Entries as an analyst would tell them apart: an empty field is none."""
    return [tuple(value or None for value in entry) for entry in entries or ()]


def same(document: bytes) -> bool:
    """Whether both readers agree, where the strict one answers at all."""
    strict = read_wellformed(document, None)
    return strict is None or plain(strict) == plain(read_tolerantly(document, None))


MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(st.lists(st.lists(elements(NAMES, ATTRIBUTES), max_size=7), max_size=3))
def test_rss_is_read_as_feedparser_reads_it(items: list[list[str]]) -> None:
    """Whatever stands in an RSS item, the strict reader agrees with feedparser or stands back."""
    assert same(rss(items))


@MANY
@given(st.lists(st.lists(elements(ATOM_NAMES, ATOM_ATTRIBUTES), max_size=7), max_size=3))
def test_atom_is_read_as_feedparser_reads_it(entries: list[list[str]]) -> None:
    """Whatever stands in an Atom entry, the strict reader agrees with feedparser or stands back."""
    assert same(atom(entries))


@MANY
@given(st.binary(max_size=60), st.integers(0, 400))
def test_noise_is_read_as_feedparser_reads_it(noise: bytes, at: int) -> None:
    """Bytes thrown into a feed change both readers alike."""
    document = rss([["<title>Storm</title>", "<link>https://quay.example/1</link>"]])
    assert same(document[:at] + noise + document[at:])


USUAL = [
    ["<title>Storm &amp; boats</title>", "<link>https://quay.example/1?a=1&amp;b=2</link>", "<guid>https://quay.example/1</guid>",
     "<pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate>", "<dc:creator><![CDATA[Mira Salt]]></dc:creator>",
     "<category>Levant</category>", "<category domain='d'>Storm</category>",
     "<description>&lt;p&gt;A storm.&lt;/p&gt;</description>",
     "<content:encoded><![CDATA[<p>A storm came.</p>]]></content:encoded>", "<comments>https://quay.example/1#c</comments>",
     "<slash:comments>3</slash:comments>",
     '<media:content url="/1.jpg"><media:title>Boats</media:title><media:credit>M. S.</media:credit></media:content>'],
    ["<title>سفينة</title>", '<guid isPermaLink="false">quay-2</guid>', "<link>https://quay.example/2</link>"],
]  # fmt: skip
USUAL_ATOM = [
    ['<title type="html">Storm &amp;amp; boats</title>', '<link rel="alternate" type="text/html" href="https://quay.example/1"/>',
     '<link rel="enclosure" type="image/jpeg" href="https://quay.example/1.jpg"/>', "<id>tag:quay.example,2026:1</id>",
     "<published>2026-11-22T10:00:00Z</published>", "<updated>2026-11-22T11:00:00Z</updated>",
     "<author><name>Mira Salt</name><uri>https://quay.example/mira</uri></author>", '<category term="Levant"/>',
     '<summary type="text">A storm.</summary>', '<content type="html">&lt;p&gt;A storm came.&lt;/p&gt;</content>'],
]  # fmt: skip


@pytest.mark.parametrize("document", [rss(USUAL), atom(USUAL_ATOM)], ids=["rss", "atom"])
def test_usual_feeds_are_read_by_the_strict_reader(document: bytes) -> None:
    """What agencies' feeds consist of needs no tolerance, and comes out as feedparser has it."""
    strict = read_wellformed(document, "UTF-8")
    assert strict
    assert plain(strict) == plain(read_tolerantly(document, None))


LEFT = {
    "an entity of its own": b'<!DOCTYPE rss [<!ENTITY x "y">]><rss><channel><item/></channel></rss>',
    "broken": b"<rss><channel><item><title>A & B</title></item></channel></rss>",
    "cut short": b"<rss><channel><item><title>A</title></item>",
    "RDF": b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>',
    "Atom 0.3": b'<feed version="0.3" xmlns="http://purl.org/atom/ns#"/>',
    "a base": b'<rss xml:base="https://quay.example/"><channel><item><link>1</link></item></channel></rss>',
    "another charset": '<?xml version="1.0" encoding="windows-1256"?><rss><channel/></rss>'.encode("cp1256"),
    "not UTF-8": b"<rss><channel><item><title>\xff</title></item></channel></rss>",
    "markup that is none": b"<rss><channel><item><title>A <b>storm</b></title></item></channel></rss>",
    "two titles": b"<rss><channel><item><title>A</title><title>B</title></item></channel></rss>",
    "an item astray": b"<rss><channel/><item><title>A</title></item></rss>",
    "nothing": b"",
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_certain_is_left_to_feedparser(name: str) -> None:
    """A document with anything intricate or broken is not read by the strict reader."""
    assert read_wellformed(LEFT[name], None) is None


def test_the_charset_of_the_answer_counts() -> None:
    """A feed that its server declares in another charset is left to feedparser, whatever the document says."""
    assert read_wellformed(rss(USUAL), "windows-1256") is None
    assert (
        read_feed(rss(USUAL), "application/xml; charset=utf-8", "https://quay.example/rss")[0].headline
        == "Storm & boats"
    )
