"""Golden pages: for every shipped source a page in its own layout and what a careful sub-editor reads from it."""

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from etl.config import House, open_house
from etl.model import Article, FeedEntry
from etl.reading.articles import read_article
from etl.tables.schema import ARTICLES
from etl.verbs.transformation import reading_of

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"
SOURCES = sorted(path.stem for path in (ROOT / "config" / "sources").glob("*.toml"))
FEWEST_COLUMNS = 6
BODY = {"paragraphs", "starts", "ends", "absent", "present"}
WINDOW = 12  # words in a row that no two pages have in common


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house as shipped, with an empty data folder."""
    return open_house(tmp_path_factory.mktemp("data"), ROOT / "config")


def _expected(source_id: str) -> dict[str, Any]:
    declared, page = GOLDEN / f"{source_id}.toml", GOLDEN / f"{source_id}.html"
    missing = [str(path.relative_to(ROOT)) for path in (declared, page) if not path.exists()]
    assert not missing, f"source {source_id!r} has no golden page: {' and '.join(missing)} missing"
    return tomllib.loads(declared.read_text("utf-8"))


def _read(house: House, source_id: str, golden: dict[str, Any]) -> Article:
    """The article in a golden page, read as `transform` reads a capture of this source."""
    told = golden.get("entry", {})
    entry = FeedEntry(**{**told, "categories": tuple(told.get("categories", ()))})
    markup = (GOLDEN / f"{source_id}.html").read_bytes()
    reading = reading_of(house, house.sources[source_id])
    article = read_article(markup, None, golden["url"], golden["seen_at"], entry, reading)
    assert isinstance(article, Article), f"{source_id}: {article}"
    return article


def _differences(golden: dict[str, Any], article: Article) -> Iterator[tuple[str, str]]:
    """(column, what is wrong with it) of each expectation that the article does not meet."""
    wanted = dict(golden["expected"])
    wanted |= dict.fromkeys(wanted.pop("none", []))
    for column, value in wanted.items():
        if article.fields[column] != value:
            yield column, f"is {article.fields[column]!r}, expected {value!r}"
    body, text = golden["body"], str(article.fields["body_text"])
    offsets = article.fields["paragraph_offsets"]
    assert isinstance(offsets, list)
    if len(offsets) != body["paragraphs"]:
        yield "body_paragraphs", f"are {len(offsets)}, expected {body['paragraphs']}:\n{text}"
    if not text.startswith(body["starts"]):
        yield "body_starts", f"is {text[: len(body['starts']) + 40]!r}, expected {body['starts']!r}"
    if not text.endswith(body["ends"]):
        yield "body_ends", f"is {text[-len(body['ends']) - 40 :]!r}, expected {body['ends']!r}"
    if found := [words for words in body["absent"] if words in text]:
        yield "body_absent", f"has {found}"
    if lost := [words for words in body["present"] if words not in text]:
        yield "body_present", f"has not {lost}"


@pytest.mark.parametrize("source_id", SOURCES)
def test_a_source_s_golden_page_is_read_as_a_sub_editor_reads_it(house: House, source_id: str) -> None:
    """Every shipped source has a golden page, every column of it comes out as expected, and its known defects hold."""
    golden = _expected(source_id)
    found = dict(_differences(golden, _read(house, source_id, golden)))
    known = golden.get("defects", {})
    new = "\n".join(f"{column} {told}" for column, told in found.items() if column not in known)
    assert not new, f"golden page of {source_id!r}:\n{new}"
    mended = sorted(known.keys() - found.keys())
    assert not mended, f"golden page of {source_id!r}: take {mended} out of [defects], they are right now"


@pytest.mark.parametrize("source_id", SOURCES)
def test_a_golden_page_says_enough(source_id: str) -> None:
    """An expectation names six columns of the table or more and the whole body, and its words stand on the page."""
    golden = _expected(source_id)
    wanted = dict(golden["expected"])
    named = [*wanted.pop("none", []), *wanted]
    unknown = set(named) - {column.name for column in ARTICLES.columns}
    assert not unknown, f"{source_id}: no columns of articles: {sorted(unknown)}"
    assert len(named) == len(set(named)) >= FEWEST_COLUMNS, f"{source_id}: columns {named}"
    assert isinstance(golden["seen_at"], datetime), f"{source_id}: seen_at is no instant"
    assert golden["seen_at"].tzinfo is not None, f"{source_id}: seen_at has no zone"
    body = golden["body"]
    assert body.keys() == BODY, f"{source_id}: [body] has {sorted(body)}"
    told = golden.get("defects", {})
    assert told.keys() <= {*named, *(f"body_{part}" for part in BODY)}, f"{source_id}: [defects] has {sorted(told)}"
    assert all(body.values()), f"{source_id}: [body] is empty in part"
    printed = " ".join(_words_of_page(source_id))
    for words in (body["starts"], body["ends"], *body["present"], *body["absent"]):
        assert " ".join(words.split()) in printed, f"{source_id}: {words!r} does not stand on the page"


def test_no_golden_page_is_without_a_source() -> None:
    """What lies in the folder are pairs of a page and an expectation, each of a shipped source."""
    names = {f"{source_id}{suffix}" for source_id in SOURCES for suffix in (".html", ".toml")}
    assert not {path.name for path in GOLDEN.iterdir()} - names


def test_the_docs_count_the_golden_pages() -> None:
    """The page on sources says how many have a golden page: all of them."""
    assert f"All {len(SOURCES)} shipped sources" in " ".join((ROOT / "docs" / "sources.md").read_text("utf-8").split())


def test_no_golden_page_is_a_copy_of_another() -> None:
    """No twelve words in a row of one page's story stand in another's."""
    owners: dict[tuple[str, ...], str] = {}
    for source_id in SOURCES:
        if (GOLDEN / f"{source_id}.html").exists():
            words = _words_of_story(source_id)
            for n in range(len(words) - WINDOW + 1):
                owner = owners.setdefault(tuple(words[n : n + WINDOW]), source_id)
                assert owner == source_id, f"{source_id} and {owner}: {' '.join(words[n : n + WINDOW])!r}"


def _words_of_page(source_id: str) -> list[str]:
    """The words that a page shows or hides in its markup, scripts left out."""
    tree = html.document_fromstring((GOLDEN / f"{source_id}.html").read_bytes())
    shown = tree.xpath("//text()[not(parent::script or parent::style)]")
    return "".join(map(str, shown if isinstance(shown, list) else [])).split()


def _words_of_story(source_id: str) -> list[str]:
    """The words of a page's longer paragraphs, by letters and digits alone."""
    tree = html.document_fromstring((GOLDEN / f"{source_id}.html").read_bytes())
    lines = ("".join(map(str, element.itertext())) for element in tree.iter("p"))
    return re.findall(r"\w+", " ".join(line for line in lines if len(line.split()) > WINDOW).casefold())
