"""The paragraphs of an article: what the first reader takes, when it is sure, and who reads where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from etl.reading.layouts import Layout
from etl.reading.lines import LOOSE, Line, lines_of
from etl.reading.readers import Told, choose_lines, read_lines, read_story

STORY = (
    "A storm from the south-west sank fourteen fishing boats in the old harbour during the night, its master said.",
    "Nobody was on board when the waves broke over the mole shortly after two o'clock, he told reporters on the quay.",
    "The north basin was closed to all traffic in the morning, and divers began to mark the wrecks with yellow buoys.",
    "Two of the boats had been built in the yard behind the customs house, and one of them was older than the mole.",
    "The owners will meet on Friday to hear what the insurance pays, and whether the yard can lift the larger hulls.",
    "Until then the fish market buys from the trawlers of the next town, which came through the night without damage.",
)
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
OTHER = "<p>The fish market opens an hour later from Monday on, since the trawlers come in later, the traders say.</p>"
SAYS_NOTHING = Told(declares_article=True)


def _tree(body: str) -> html.HtmlElement:
    return html.document_fromstring(f"<html><body><nav><a href='/'>Home</a></nav>{body}</body></html>")


def _read(body: str, told: Told = SAYS_NOTHING) -> tuple[str, ...]:
    draft = read_story(_tree(body), told)
    assert not draft.doubt
    return draft.paragraphs


@pytest.mark.parametrize(
    "around",
    [
        "{}<aside><p>Nino Beridze has reported on harbours and ships for twenty years.</p></aside>",
        "{}<figure><figcaption>The old harbour in the morning, seen from the mole.</figcaption></figure>",
        "{}<div class='share-bar'><p>Share this story about the storm with those who own a boat.</p></div>",
        "{}<div>Photograph of the mole by Nino Beridze</div>",
        "Photograph of the mole by Nino Beridze{}",
        "{}<div class='promo'><p>Every morning the harbour in your letter box, with tides.</p></div>",
        "{}<div class='x7'><p>All boats, all prices: the harbour in figures.</p></div>",
        "{}<h3>More on this</h3><ul><li><a href='/1'>Quay opens on Monday</a></li><li><a href='/2'>Mole</a></li></ul>",
        "{}<h2>Comments</h2>",
        "{}<script>var boats = 14;</script><style>p {{ color: red }}</style><noscript>No scripts.</noscript>",
        "<ul><li>Harbour</li><li>22 November 2026</li></ul><h1>Storm sinks boats</h1>{}",
        "<p><a href='/1'>Quay opens on Monday after two years of work</a></p>{}",
    ],
)
def test_what_is_no_paragraph(around: str) -> None:
    """Boxes, captions, links, loose words, scripts, lines above the headline and headings over nothing are left out."""
    assert _read(f"<article>{around.format(TEXT)}</article>") == STORY


@pytest.mark.parametrize(("marks", "is_kept"), [("m-em-quote", True), ("quote", True), ("pull-quote", False)])
def test_quotation_in_a_box(marks: str, is_kept: bool) -> None:
    """What somebody says in a box of its own is the story's; a pulled quotation says again what stands there."""
    said = "It was as if the sea stood up, the ferryman said."
    first, *others = STORY
    body = f"<p>{first}</p><div class='{marks}'><p>{said}</p></div>" + "".join(f"<p>{other}</p>" for other in others)
    assert _read(f"<article>{body}</article>") == ((first, said, *others) if is_kept else STORY)


def test_what_a_story_is_made_of() -> None:
    """Paragraphs, subheadings, lists and quotations are lines each, in the order of the print."""
    more = "<h2>The wrecks</h2><ul><li>Nine trawlers</li><li>Five rowing boats</li></ul><blockquote><p>It was loud.</p>"
    read = _read(f"<article>{TEXT}{more}</blockquote></article>")
    assert read == (*STORY, "The wrecks", "Nine trawlers", "Five rowing boats", "It was loud.")


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        ("Storm<br>The <b>mole</b> broke.", ["Storm", "The mole broke."]),
        ("The <a href='/m'>mole</a>\n  broke.", ["The mole broke."]),
        ("The har\u00adbour\u200b is \u200fclosed.\x01", ["The harbour is closed."]),
        ("می\u200cگوید", ["می\u200cگوید"]),
        ("<span>Nine</span> boats<span class='sr-only'> (photo)</span>", ["Nine boats"]),
    ],
)
def test_lines(printed: str, lines: list[str]) -> None:
    """A break ends a line, elements in a line do not; hints for layout are left out, U+200C is a letter."""
    tree = _tree(f"<article>{TEXT}<p>{printed}</p></article>")
    layout = Layout(tree)
    assert layout.story is not None
    assert [line.text for line in lines_of(layout.story, layout)][len(STORY) :] == lines


def test_words_without_paragraph_elements() -> None:
    """Where a page has no paragraph elements, its runs of text between breaks are the paragraphs."""
    assert _read(f"<div class='article-body'>{'<br><br>'.join(STORY)}</div>") == STORY


@pytest.mark.parametrize(
    "where", ["<div class='intro'>{}</div><article>{}</article>", "<article><h2>{}</h2>{}</article>"]
)
def test_a_lead_that_is_the_summary(where: str) -> None:
    """A line that begins as the page's summary is the story's lead, wherever near the story it stands, and once."""
    lead = "Fourteen boats sank in the old harbour, and nobody was on board when it happened."
    told = Told(declares_article=True, summaries=("Fourteen boats sank in the old harbour, and nobody ...",))
    page = "<h1>Storm</h1>" + where.format(lead, TEXT)
    assert _read(page, told) == (lead, *STORY)
    assert _read(f"<h1>Storm</h1><p>{lead}</p><article><p>{lead}</p>{TEXT}</article>", told) == (lead, *STORY)


def test_a_headline_that_is_the_summary() -> None:
    """The h1 is no line of the story, even where the page gives it as the summary."""
    headline = "Storm sinks fourteen boats in the old harbour"
    assert _read(f"<article><h1>{headline}</h1>{TEXT}</article>", Told(True, summaries=(headline,))) == STORY


@pytest.mark.parametrize(
    ("body", "told", "doubt"),
    [
        ("<p>Closed.</p>", SAYS_NOTHING, "no long text"),
        (f"<article><p>{STORY[0]}</p></article>", SAYS_NOTHING, "a short text"),
        (f"{TEXT}<div>{OTHER}</div>", SAYS_NOTHING, "no element holds the text and nothing else"),
        (
            f"<article>{TEXT}</article>{f'<div class=comment>{OTHER * 4}</div>' * 4}",
            SAYS_NOTHING,
            "much other text on the page",
        ),
        (
            f"<article>{TEXT}{''.join(f'<div class=b{number}>{OTHER}</div>' for number in range(8))}</article>",
            SAYS_NOTHING,
            "much text in boxes",
        ),
        (
            f"<article>{TEXT}</article>",
            Told(True, "The council sat for nine hours. " * 20),
            "the page declares another text",
        ),
        (f"<article>{TEXT}</article>", Told(True, " ".join(STORY)), ""),
        (f"<article>{TEXT}</article>", Told(True, "A summary."), ""),
    ],
)
def test_doubts(body: str, told: Told, doubt: str) -> None:
    """The first reader says why it is not sure: too little, too much besides, no place, another text declared."""
    assert read_story(_tree(body), told).doubt == doubt


def test_the_second_reader() -> None:
    """Where the first reader is not sure the second one's lines are taken, where it is sure its own are."""
    tree = _tree("<article><p>The north basin is closed.</p><p>It opens on Friday.</p></article>")
    assert read_story(tree, SAYS_NOTHING).paragraphs == ()
    assert "The north basin is closed." in " ".join(read_lines(tree, SAYS_NOTHING))
    tree = _tree(f"<article>{TEXT}</article>")
    assert tuple(read_lines(tree, SAYS_NOTHING)) == read_story(tree, SAYS_NOTHING).paragraphs == STORY


LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(["p", "h1", "h2", "li", "pre", LOOSE]),
        st.text("abc. ", min_size=1, max_size=90),
        st.integers(0, 90),
        st.sampled_from([None, ("div", "a"), ("div", "b")]),
    )
)


@given(LINES)
def test_nothing_is_added(lines: list[Line]) -> None:
    """What is chosen stands in the page, in its order, and ends with no heading."""
    chosen, removed = choose_lines(lines)
    rest = iter(line.text for line in lines)
    assert all(text in rest for text in chosen)
    assert removed >= 0


PARTS = st.sampled_from(
    [TEXT, OTHER, "<h2>Boats</h2>", "<br>", "<ul><li>Nine</li></ul>", "<div>Nine</div>", "نه\u200cقایق"]
)


@given(st.lists(PARTS), st.lists(PARTS))
def test_reading_leaves_the_page_as_it_was(inside: list[str], behind: list[str]) -> None:
    """The first reader changes nothing in the tree, and reads it the same again."""
    tree = _tree(f"<article>{''.join(inside)}</article>{''.join(behind)}")
    before = html.tostring(tree)
    assert read_story(tree, SAYS_NOTHING) == read_story(tree, SAYS_NOTHING)
    assert html.tostring(tree) == before
