"""A site's own layout says where the story stands, up to the day on which the site was built otherwise."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import TwicePolled
from lxml.html import document_fromstring
from servers import house_of

from etl.__main__ import cli
from etl.config import open_house
from etl.errors import ConfigError
from etl.model import SiteLayout
from etl.reading.pages import read_page
from etl.reading.sitelayouts import layout_of, printed_headline
from etl.sources.headlinevotes import PATHS, Vote, headline_votes

SENTENCE = "The council met on the quay and counted the boats that had come in, and nobody spoke for long."
OLD = SiteLayout(story="//table", until="2026-03-31")
NEW = SiteLayout(
    story="//div[@class='tale']", remove=("//p[@class='promo']",), headline="//h2[@class='big']", until=None
)
PAGE = f"""<html><head><title>Quay - Boats</title><meta property="og:title" content="Boats come in"></head><body>
<h2 class="big">Boats  come in at last</h2><div class="tale"><p>{SENTENCE} One.</p><p class="promo">Read us daily.</p>
<p>{SENTENCE} Two.</p></div><div class="other">{"".join(f"<p>{SENTENCE} Other {n}.</p>" for n in range(9))}</div>
</body></html>""".encode()


def test_the_layout_of_a_day() -> None:
    """A layout holds up to its last day; behind it the next one does, and the one without end holds today."""
    assert layout_of((NEW, OLD), date(2026, 3, 31)) is OLD
    assert layout_of((OLD, NEW), date(2026, 4, 1)) is NEW
    assert layout_of((OLD,), date(2026, 4, 1)) is None


def test_a_layout_finds_the_story() -> None:
    """The story is what the layout points to, without what it removes, and so is the headline."""
    page = read_page(PAGE, "https://quay.example/1", None, frozenset(), NEW)
    assert page.paragraphs == (f"{SENTENCE} One.", f"{SENTENCE} Two.")
    assert (page.headline, page.headline_source) == ("Boats come in at last", "layout")
    general = read_page(PAGE, "https://quay.example/1")
    assert general.headline == "Boats come in"
    assert any("Other" in paragraph for paragraph in general.paragraphs)


@pytest.mark.parametrize("story", ["//table", "count(//p)", "//p/text()"])
def test_a_layout_that_finds_nothing_changes_nothing(story: str) -> None:
    """Where a layout leads to no element, the page is read as any other."""
    page = read_page(PAGE, "https://quay.example/1", None, frozenset(), SiteLayout(story=story))
    assert page == read_page(PAGE, "https://quay.example/1")


@pytest.mark.parametrize(
    ("lines", "told"),
    [('story = "//div["', "'//div['"), ('story = "//p"\nuntil = "soon"', "'soon'"), ("remove = 3", "remove")],
)
def test_a_layout_that_cannot_be_understood(tmp_path: Path, lines: str, told: str) -> None:
    """A path that is none, a day that is none and a layout without a story are errors that name file and value."""
    house = house_of(tmp_path, {"quay": "https://quay.example/rss"})
    with (house.config / "sources" / "quay.toml").open("a") as stream:
        stream.write(f"\n[[layouts]]\n{lines}\n")
    with pytest.raises(ConfigError, match=r"quay\.toml") as caught:
        open_house(house.data, house.config)
    assert told in str(caught.value)


def test_where_a_site_prints_its_headlines() -> None:
    """A place counts as often as another has the same headline, whatever its quotes; the most agreed comes first."""
    votes = headline_votes(
        [
            {"og:title": "“Boats” come in", "h1": '"Boats" come in'},
            {"og:title": "Storm", "h1": "Boats & more", "title": "Latest news", "jsonld": "Storm"},
            {"h1": "Harbour"},
        ]
    )
    assert votes[0] == Vote("og:title", 2, 2)
    assert {vote.place: (vote.pages, vote.agreed) for vote in votes} == {
        "og:title": (2, 2), "jsonld": (1, 1), "h1": (3, 1), "title": (1, 0),
    }  # fmt: skip


def test_a_source_is_asked_for_its_headlines(polled: TwicePolled) -> None:
    """The command reads captured pages and prints a line for the source's file that is a layout."""
    where = ["--data", str(polled.house.data), "--config", str(polled.house.config)]
    done = CliRunner().invoke(cli, [*where, "source", "headlines", "levant_press", "--pages", "5"])
    assert done.exit_code == 0, done.output
    told = tomllib.loads("[[layouts]]" + done.output.partition("[[layouts]]")[2])
    (layout,) = told["layouts"]
    assert layout["headline"] in PATHS.values()
    page = b"<html><head><title>Boats</title><meta property='og:title' content='Boats'></head><h1>Boats</h1></html>"
    assert printed_headline(document_fromstring(page), SiteLayout(**layout)) == "Boats"
