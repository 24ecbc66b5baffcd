"""The headline without the name of the site."""

import pytest
from lxml import html

from etl.reading.headlines import read_headline, shown_heading

SITE = ("Hafen-Bote", "Hafenbote Verlag", "hafenbote.example", "hafenbote")


@pytest.mark.parametrize(
    ("printed", "headline"),
    [
        ("Boote zerst&ouml;rt", "Boote zerstört"),
        ("&#039;Storm&#8217;s over&#039;", "'Storm’s over'"),
        ("Mole &amp; Quay", "Mole & Quay"),
        ("R&D at AT&T", "R&D at AT&T"),
        ("Storm sinks boats | Hafen-Bote", "Storm sinks boats"),
        ("Storm sinks boats - hafenbote.example", "Storm sinks boats"),
        ("Storm – an end | Hafenbote", "Storm – an end"),
        ("Storm sinks boats--Hafen-Bote", "Storm sinks boats"),
        ("Storm sinks boats | Hafenbote | Hafen-Bote", "Storm sinks boats"),
        ("Storm - fourteen boats sunk", "Storm - fourteen boats sunk"),
        ("Storm sinks boats | Sport", "Storm sinks boats | Sport"),
        ("Hafen-Bote - Storm", "Hafen-Bote - Storm"),
        ("Storm at Hafen-Bote", "Storm at Hafen-Bote"),
        ("Hafen-Bote", "Hafen-Bote"),
    ],
)
def test_a_headline_alone(printed: str, headline: str) -> None:
    """Entities are resolved; only the site's own name is left off the end, and only behind a separator."""
    assert read_headline([("og:title", printed)], SITE) == (headline, "og:title")


@pytest.mark.parametrize(
    ("printed", "shown", "headline"),
    [
        ("Storm sinks boats | HB | 28.04.2026", "Storm sinks boats", "Storm sinks boats"),
        ("Storm sinks boats | Sport", "Storm  sinks boats ", "Storm sinks boats"),
        ("Storm - the end | Sport", "Storm", "Storm"),
        ("Chronicle: Storm sinks boats", "Storm sinks boats", "Storm sinks boats"),
        ("23.11.2026 | Storm sinks boats", "Storm sinks boats", "Storm sinks boats"),
        ("Chronicle: Storm sinks boats", "Boats sunk in storm", "Chronicle: Storm sinks boats"),
        ("Storm at sea: the end", "The end", "Storm at sea: the end"),
        ("Storm sinks boats | Sport", "Other news", "Storm sinks boats | Sport"),
        ("Hafen-Bote | Storm sinks boats", "Hafen-Bote", "Storm sinks boats"),
        ("Hafen-Bote » Storm sinks boats", "Other news", "Storm sinks boats"),
        ("Hafen-Bote | Storm", "Other news", "Hafen-Bote | Storm"),
    ],
)
def test_a_headline_that_stands_twice(printed: str, shown: str, headline: str) -> None:
    """What the page shows as its heading is the headline, unless it shows the name of the site there."""
    assert read_headline([("jsonld", None), ("og:title", printed), ("h1", shown)], SITE) == (headline, "og:title")


@pytest.mark.parametrize(
    ("declared", "opengraph", "shown", "title", "chosen"),
    [
        ("Storm: what we know", "Storm sinks boats", "Storm sinks boats", "Storm sinks boats - Hafen-Bote", "h1"),
        ("Storm: what we know", "Storm sinks boats", "Storm sinks boats", "Storm: what we know", "jsonld"),
        ("Storm: what we know", "Storm sinks boats", "Boats sunk", "Storm sinks boats", "jsonld"),
        (None, '"Storm" - at sea', "“Storm” – at sea", '"Storm" - at sea | Hafen-Bote', "h1"),
        ("Hafen-Bote", "Storm sinks boats", None, "Storm sinks boats", "og:title"),
        ("Hafen-Bote", "Hafen-Bote", "Hafen-Bote", "Hafen-Bote", "h1"),
    ],
)
def test_the_heading_that_others_agree_with(
    declared: str | None, opengraph: str, shown: str | None, title: str, chosen: str
) -> None:
    """The heading comes first, in its own print, where og:title and `<title>` agree; a site's name comes last."""
    candidates = [("jsonld", declared), ("og:title", opengraph), ("h1", shown), ("title", title)]
    assert read_headline(candidates, SITE) == (dict(candidates)[chosen], chosen)


@pytest.mark.parametrize(
    ("opengraph", "headline"),
    [
        ("Chronicle: Storm sinks boats | Hafen-Bote", "Chronicle: Storm sinks boats"),
        ("Storm sinks boats", "Storm sinks boats"),
        (None, "Storm sinks boats"),
    ],
)
def test_a_kicker_that_the_publisher_declares(opengraph: str | None, headline: str) -> None:
    """A kicker in both JSON-LD and og:title is the headline's; one in a single place is left off."""
    candidates = [("jsonld", "Chronicle: Storm sinks boats"), ("og:title", opengraph), ("h1", "Storm sinks boats")]
    assert read_headline(candidates, SITE) == (headline, "jsonld")


@pytest.mark.parametrize(
    ("markup", "heading"),
    [
        ("<h1><span>Chronicle</span>Storm sinks boats</h1>", "Chronicle Storm sinks boats"),
        ("<h1>St<em>or</em>m</h1>", "Storm"),
        ("<h1><span>S</span>torm</h1>", "Storm"),
        ("<h1><b>Chronicle:</b> Storm</h1>", "Chronicle: Storm"),
    ],
)
def test_a_kicker_in_an_element_of_its_own(markup: str, heading: str) -> None:
    """A kicker and a headline that only their elements part do not run together; a word in two elements is one."""
    tree = html.document_fromstring(f"<html><body>{markup}</body></html>")
    assert shown_heading(tree, "", "https://hafenbote.example/7") == heading


def test_no_headline() -> None:
    """Where nothing is printed there is none."""
    assert read_headline([("jsonld", None), ("h1", " ")], SITE) == (None, None)


@pytest.mark.parametrize(
    ("body", "title", "heading"),
    [
        ("<h1>Quay opens</h1><h1>Storm sinks boats</h1>", "Storm sinks boats | Hafen-Bote", "Storm sinks boats"),
        ("<h1> </h1><h1>Storm sinks</h1>", "Hafen-Bote", "Storm sinks"),
        (
            '<h1><a href="/">Hafen-Bote</a></h1><h2>Storm sinks boats</h2>',
            "Hafen-Bote » Storm sinks boats",
            "Storm sinks boats",
        ),
        (
            '<a href="https://hafenbote.example"><h1>Hafen-Bote</h1></a><h3>Storm sinks boats</h3>',
            "Storm sinks boats",
            "Storm sinks boats",
        ),
        ('<h1><a href="/7">Storm sinks boats</a></h1><h2>Sport</h2>', "Sport", "Storm sinks boats"),
        ("<h2>Sport</h2>", "Storm sinks boats | Sport", None),
        ("<h2>Other boats</h2>", "Storm sinks boats", None),
        ('<h1><a href="http://[">Storm sinks boats</a></h1>', "", "Storm sinks boats"),
        ("<p>Storm</p>", "Storm", None),
    ],
)
def test_the_heading_over_the_article(body: str, title: str, heading: str | None) -> None:
    """The heading that `<title>` repeats counts; one that leads to the front page names the site."""
    tree = html.document_fromstring(f"<html><body>{body}</body></html>")
    assert shown_heading(tree, title, "https://hafenbote.example/7") == heading
