"""Where in a page its article stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from etl.reading.layouts import Layout, names_surroundings, weight_of

STORY = "".join(
    f"<p>{sentence}</p>"
    for sentence in (
        "A storm from the south-west sank fourteen fishing boats in the old harbour during the night, its master said.",
        "Nobody was on board when the waves broke over the mole shortly after two o'clock, he told reporters there.",
        "The north basin was closed to all traffic in the morning, and divers began to mark the wrecks with buoys.",
    )
)
OTHER = "<p>The fish market opens an hour later from Monday on, since the trawlers come in later, the traders say.</p>"


def _layout(body: str) -> Layout:
    return Layout(html.document_fromstring(f"<html><body>{body}</body></html>"))


@pytest.mark.parametrize(
    "body",
    [
        f"<div id='it'>{STORY}</div>",
        f"<nav>{OTHER * 2}</nav><div id='it'>{STORY}</div>",
        f"<main><article id='it'>{STORY}</article><section>{OTHER}</section></main>",
        f"<div class='page'><div class='article-body' id='it'>{STORY}</div><div>{OTHER}</div></div>",
        f"<div id='it'>{STORY}</div><section class='comments'>{OTHER * 2}</section>",
        f"<div id='it'>{STORY}</div><ul class='mostRead'><li>{OTHER}</li><li>{OTHER}</li></ul>",
        f"<div id='it'>{STORY}</div><a href='/market'>{OTHER * 2}</a>",
        f"<div id='it'>{STORY}</div><div hidden>{OTHER * 2}</div>",
        f"<div id='it'>{STORY * 2}</div><article>{OTHER}</article>",
        f"<article id='it'><h1>Storm</h1>{STORY}</article><div>{OTHER * 5}</div>",
        f"<div id='it'><div><p>{'The storm lasted two hours. ' * 9}</p></div><div>{STORY}</div></div>",
    ],
)
def test_the_story(body: str) -> None:
    """It is the innermost element with the article's text: no menu, comment, teaser, link or hidden text weighs."""
    story = _layout(body).story
    assert story is not None
    assert story.get("id") == "it"


@pytest.mark.parametrize(
    "frame",
    ["<form>{}</form>", "<div class='no-sidebar comments'>{}</div>", "<aside>{}</aside>", "<figure>{}</figure>"],
)
def test_a_frame_around_everything(frame: str) -> None:
    """What holds most of a page's text is its frame, whatever it is called or made for."""
    layout = _layout(frame.format(f"<div id='it'>{STORY}</div>"))
    assert layout.story is not None
    assert layout.story.get("id") == "it"
    assert layout.share == 1


@pytest.mark.parametrize("body", ["", "<p>Closed.</p>", f"<footer>{OTHER}</footer><nav>{OTHER}</nav><a>{OTHER}</a>"])
def test_a_page_without_a_story(body: str) -> None:
    """A page without a long text outside menus and footers has no story."""
    assert _layout(body).story is None


def test_the_share() -> None:
    """The share tells how much of the page's long texts the story holds."""
    layout = _layout(f"<article>{STORY}</article><section>{OTHER}</section>")
    assert 0.7 < layout.share < 0.8


def test_what_stands_between() -> None:
    """Long texts between the heading and the story are known, those above the heading or inside one of them are not."""
    between = f"<div><p id='lead'>{'Fourteen boats sank. ' * 4}</p></div>"
    layout = _layout(f"<div>{OTHER}</div><h1>Storm</h1>{between}<article>{STORY * 3}</article>")
    assert [element.get("id") for element in layout.between] == ["lead"]
    nested = f"<div id='outer'>{'Fourteen boats sank. ' * 4}<p>{'Nobody was on board. ' * 4}</p></div>"
    layout = _layout(f"<h1>Storm</h1>{nested}<article>{STORY * 3}</article>")
    assert [element.get("id") for element in layout.between] == ["outer"]


@pytest.mark.parametrize(
    ("marks", "is_beside"),
    [
        ("related-links", True),
        ("box relatedLinks", True),
        ("article__share", True),
        ("c-ShareBar", True),
        ("articleShare", True),
        ("post-meta", True),
        ("wp-caption-text", True),
        ("js-newsletter-signup", True),
        ("sr-only", True),
        ("widget widget_text", True),
        ("twitter-tweet", True),
        ("cmsImage-dis", True),
        ("detay-abone", True),
        ("community-box", True),
        ("community-news", False),
        ("article-body", False),
        ("shareholders", False),
        ("commentary", False),
        ("field field--label-hidden", False),
        ("elementor-widget-container", False),
        ("post-7 type-post hentry tag-comments", False),
        ("", False),
    ],
)
def test_marks(marks: str, is_beside: bool) -> None:
    """Classes name surroundings by whole words, cut at hyphens, underlines and capitals; an article's tags do not."""
    assert names_surroundings(marks) is is_beside


def test_a_letter_without_spaces_weighs_more() -> None:
    """Chinese says in a letter what takes several in Latin script."""
    assert weight_of("港口今晨关闭") == 3 * weight_of("closed")


TAGS = st.sampled_from("div p article aside section nav ul li a h1 span form table td figure br".split())
MARKS = st.sampled_from(["", "article-body", "comments", "related", "page", "hidden"])
TREES = st.recursive(
    st.sampled_from([OTHER, "<p>Closed.</p>", "text " * 20, ""]),
    lambda inner: st.builds(
        lambda tag, marks, parts: f"<{tag} class='{marks}'>{''.join(parts)}</{tag}>", TAGS, MARKS, st.lists(inner)
    ),
    max_leaves=12,
)


@given(TREES)
def test_a_story_is_beside_nothing(body: str) -> None:
    """Whatever a page is made of, neither its story nor anything around it is made for something else."""
    layout = _layout(body)
    assert 0 <= layout.share <= 1
    if layout.story is not None:
        assert not any(map(layout.is_beside, (layout.story, *layout.story.iterancestors())))
