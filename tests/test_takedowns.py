"""What was taken down is in no table, whatever is rebuilt, and nothing else changes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers import house_of, story
from stores import bytes_of

from etl.config import House, open_house
from etl.errors import ConfigError
from etl.model import ArticleNote, CapturePlace, Exchange, FeedEntry, FeedNote, RejectedEntry
from etl.tables.parquet import read_objects
from etl.tables.takedowns import Takedown, find_takedown, load_takedowns
from etl.verbs.transformation import transform_warc
from etl.warc.raw import RawFile

HEADER = "what,scope,since,reason\n"
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = (f"2026-11-20/{number}.warc.gz" for number in (1, 2, 3))
SECRET = "Marbles"  # a word that stands in headline and body of the pages and nowhere else
ARTICLE_TABLES = ("articles", "revisions")


def _page(body: str) -> bytes:
    """A page with a dateline, a byline, a tag, an address of its own and a person."""
    page = story(f"{SECRET} return", f"{body} {SECRET} were counted by Mayor Karim Haddad.").decode()
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"HEAD","author":{"name":"Nino Beridze"},'
        '"keywords":["Marbles"]}</script><link rel="canonical" href="http://localhost/own"></head>'
    ).replace("HEAD", f"{SECRET} return")
    return page.replace("</head>", head).replace("<p>Paragraph 0", "<p>LONDON (Reuters) - Paragraph 0").encode()


def _exchange(number: int, body: bytes, kind: str = "text/html", status: int = 200) -> Exchange:
    url, at = f"http://localhost/{number}", AT + timedelta(hours=number)
    headers = (("Content-Type", kind),)
    return Exchange(
        url, f"{url}/final", at, 1, "ok" if status == 200 else "hard_error", "D",
        status=status, body=body, response_headers=headers, error_detail=None if status == 200 else SECRET,
    )  # fmt: skip


def _note(previous: CapturePlace | None = None, rule: str = "guid") -> ArticleNote:
    entry = FeedEntry("g1", "http://localhost/entry", f"{SECRET} return", byline="Nino Beridze")
    return ArticleNote("a_1", rule, (), entry, "f", None, None, "first", AT.isoformat(), previous)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with an article (1), then the same page and two edits of it (2), a gone page and a broken row (3)."""
    house = house_of(tmp_path, {"pier": "http://localhost/rss"})
    other = replace(_note(), article_id="a_2", entry=FeedEntry("g2", "http://localhost/9", "The other page"))
    with RawFile(house.data, FIRST) as raw:
        place = raw.append("article", ("pier", "run-1"), _exchange(1, _page("At noon.")), _note())
        raw.append("article", ("pier", "run-1"), _exchange(9, story("The other page")), other)
        raw.settle()
    with RawFile(house.data, SECOND) as raw:
        for number, body in ((2, "At noon."), (3, "At one."), (4, "At two.")):
            place = raw.append("article", ("pier", "run-1"), _exchange(number, _page(body)), _note(place))
        raw.settle()
    with RawFile(house.data, THIRD) as raw:
        raw.append("article", ("pier", "run-1"), _exchange(5, b"", status=404), _note(place))
        raw.append("article", ("pier", "run-1"), _exchange(6, _page("At six.")), _note(place, rule=SECRET))
        rejected = RejectedEntry("x", "entry_unusable", SECRET, f'{{"guid":"http://localhost/entry","{SECRET}":1}}')
        feed = FeedNote(1, 0, 0, 0, 1, (rejected,))
        raw.append("feed", ("pier", "run-1"), _exchange(7, b"<rss/>", "text/xml"), feed)
        raw.settle()
    return house


def _down(house: House, lines: str) -> House:
    (house.config / "takedowns.csv").write_text(HEADER + lines)
    return open_house(house.data, house.config)


def _made(house: House, *tables: str) -> tuple[list[Mapping[str, int]], dict[str, list[dict[str, Any]]]]:
    """The counts of each WARC, and the rows of all of them by table, articles and revisions in order of capture."""
    made = [transform_warc(house, warc) for warc in (FIRST, SECOND, THIRD)]
    found = {
        table: [
            row
            for unit in made
            for row in read_objects(house.data, table, [f.path for f in unit.objects if f.table == table]).to_pylist()
        ]
        for table in ("mentions", "quarantine", *ARTICLE_TABLES)
    }
    for table in ARTICLE_TABLES:
        found[table].sort(key=lambda row: row["seen_at"])
    return [unit.counts["pier"] for unit in made], found


def _of(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["article_id"] == "a_1"]


@pytest.mark.parametrize("what", ["a_1", "http://localhost/entry", "http://LOCALHOST:80/1?utm_source=x#top",
                                  "http://localhost/1/final", "http://localhost/own"])  # fmt: skip
def test_any_name_of_an_article_takes_it_down(house: House, what: str) -> None:
    """By its id and by the address of its entry, page, answer or own word an article is emptied, and so are its edits.

    The other article stays as it was.
    """
    counts, before = _made(house)
    house = _down(house, f"{what},body,2026-11-21,a court order\n")
    assert house.takedowns
    found_counts, after = _made(house)
    assert found_counts == counts
    (row,) = _of(after["articles"])
    assert (row["pub_status"], row["takedown_reason"]) == ("taken_down", "a court order")
    assert [row for row in after["articles"] if row["article_id"] == "a_2"] == [
        row for row in before["articles"] if row["article_id"] == "a_2"
    ]


def test_body_taken_down_leaves_a_tombstone(house: House) -> None:
    """Scope body: text, lede, offsets, key and mentions are gone, headline and the rest are kept; so for revisions."""
    before = _made(house)[1]
    assert [row["version_id"] for row in before["articles"]] != []
    assert len(before["revisions"]) == 2
    assert _of(before["mentions"])
    after = _made(_down(house, "a_1,body,2026-11-21,a court order\n"))[1]
    assert not _of(after["mentions"])
    blank: dict[str, Any] = {
        "body_text": "",
        "lede": None,
        "paragraph_offsets": [],
        "word_count": 0,
    }
    blank |= {"body_completeness": "unknown", "body_completeness_reason": "taken down"}
    blank |= {"text_digest": None, "text_sketch": [], "pub_status": "taken_down", "takedown_reason": "a court order"}
    of_edits = {"changed_paragraphs", "prev_version_id"}
    for table, more in (("articles", set[str]()), ("revisions", of_edits)):
        for old, new in zip(_of(before[table]), _of(after[table]), strict=True):
            assert {name: new[name] for name in blank} == blank
            assert {name for name in new if new[name] != old[name]} == {*blank, "version_id", *more}
            assert new["keywords"] == [SECRET]
            assert new["headline"] == f"{SECRET} return"
            assert new.get("changed_paragraphs", []) == []


def test_all_taken_down_leaves_no_word(house: House) -> None:
    """Scope all: no word of the page is in any row, in quarantine neither; guid, addresses and times are kept."""
    after = _made(_down(house, "a_1,all,2026-11-21,a court order\n"))[1]
    for rows in after.values():
        assert not re.search(f"{SECRET}|Beridze|Haddad|LONDON|paragraph of the story", repr(_of(rows)), re.IGNORECASE)
    (row,) = _of(after["articles"])
    assert (row["headline"], row["authors"], row["keywords"], row["guid"]) == ("", [], [], "g1")
    assert [row[name] for name in ("byline_raw", "dateline", "dateline_place", "section_slug")] == [None] * 4
    assert row["url"] == "http://localhost/1/final"


def test_quarantine_keeps_no_word_of_what_was_taken_down(house: House) -> None:
    """Reasons stay and samples go: of a page that is gone, of a broken row and of an entry of the feed."""
    before = _made(house)[1]["quarantine"]
    assert all(SECRET in repr(row) for row in before)
    after = _made(_down(house, "a_1,body,2026-11-21,x\nhttp://localhost/entry,body,2026-11-21,y\n"))[1]["quarantine"]
    assert [row["reason_code"] for row in after] == [row["reason_code"] for row in before]
    assert {row["reason_code"] for row in after} == {"page_gone", "contract_broken", "entry_unusable"}
    assert all(SECRET not in repr(row) and row["value_sample"] is None for row in after)


def test_versions_of_a_tombstone_tell_no_text(house: House) -> None:
    """A tombstone's version_id is the same whatever the text was, and each revision names the one in the tables."""
    line = "a_1,body,2026-11-21,a court order\n"
    found = _made(_down(house, line))[1]
    (first,), revisions = _of(found["articles"]), found["revisions"]
    ids = [first["version_id"], *(row["version_id"] for row in revisions)]
    assert len(set(ids)) == 3
    assert [row["prev_version_id"] for row in revisions] == ids[:-1]
    assert set(ids).isdisjoint(row["version_id"] for rows in _made(_down(house, ""))[1].values() for row in rows
                               if "version_id" in row)  # fmt: skip


def test_takedown_is_no_rule_and_leaves_raw_alone(house: House) -> None:
    """The ruleset and what lies in `raw/` are the same with a takedown as without; lifting it gives the row again."""
    raw, before = bytes_of(house.data / "raw"), _made(house)
    down = _down(house, "a_1,all,2026-11-21,a court order\n")
    assert _made(down) != before
    assert down.ruleset("pier") == house.ruleset("pier")
    assert bytes_of(house.data / "raw") == raw
    assert _made(_down(house, "")) == before


def test_page_that_moved_is_taken_down_by_the_address_it_had(house: House) -> None:
    """A revision is emptied where the decision names an address that only the capture before it had."""
    found = _made(_down(house, "http://localhost/2,body,2026-11-21,x\n"))[1]
    assert [row["pub_status"] for row in found["revisions"]] == ["taken_down", "usable"]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "header ''"),
        ("what,scope,reason\n", 1, "'what,scope,reason'"),
        (HEADER + "a_1,body,2026-11-21\n", 2, "'a_1,body,2026-11-21'"),
        (HEADER + "a_1,body,2026-11-21,x,y\n", 2, "5 cells"),
        (HEADER + "\n", 2, "0 cells"),
        (HEADER + "a_1,text,2026-11-21,x\n", 2, "'text'"),
        (HEADER + "a_1, body,2026-11-21,x\n", 2, "' body'"),
        (HEADER + "a_1,body,21.11.2026,x\n", 2, "'21.11.2026'"),
        (HEADER + "a_1,body,2026-02-30,x\n", 2, "'2026-02-30'"),
        (HEADER + "a_1,body,٢٠٢٦-١١-٢١,x\n", 2, "'٢٠٢٦-١١-٢١'"),
        (HEADER + "a_1,body,2026-11-21, \n", 2, "'a_1'"),
        (HEADER + "b_1,body,2026-11-21,x\n", 2, "'b_1'"),
        (HEADER + "ftp://pier/1,body,2026-11-21,x\n", 2, "'ftp://pier/1'"),
        (HEADER + " http://pier/1,body,2026-11-21,x\n", 2, "' http://pier/1'"),
        (HEADER + "a_1,body,2026-11-21,x\na_1,all,2026-11-21,x\n", 3, "'a_1'"),
        (HEADER + "http://pier/1,all,2026-11-21,x\nhttp://PIER/1#a,all,2026-11-21,x\n", 3, "'http://PIER/1#a'"),
        (HEADER + 'a_1,body,2026-11-21,"x" y\n', 2, "expected after"),
    ],
)
def test_odd_takedown_is_refused(tmp_path: Path, text: str, line: int, told: str) -> None:
    """Whatever is odd in the file is refused with file, line and value: a decision must not be passed over."""
    path = tmp_path / "takedowns.csv"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_takedowns(path)
    assert f"{path}: line {line}: " in str(refused.value)
    assert told in str(refused.value)


def test_takedowns_of_another_charset_are_refused(tmp_path: Path) -> None:
    """A file that is no UTF-8 is refused by name."""
    path = tmp_path / "takedowns.csv"
    path.write_bytes(HEADER.encode() + "a_1,body,2026-11-21,Verfügung\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"takedowns\.csv"):
        load_takedowns(path)


def test_takedowns_are_read_and_found(tmp_path: Path) -> None:
    """A decision is found by id or by address in any form; without a file there are none."""
    path = tmp_path / "takedowns.csv"
    assert load_takedowns(path) == {}
    path.write_text(HEADER + 'a_1,body,2026-11-21,"a court order, Beirut"\nhttp://pier/1,all,2026-11-22,privacy\n')
    takedowns = load_takedowns(path)
    assert find_takedown(takedowns, "a_1", []) == Takedown("body", date(2026, 11, 21), "a court order, Beirut")
    assert find_takedown(takedowns, "a_2", [None, "mailto:x", "HTTP://pier:80/1#top"]) == takedowns["http://pier/1"]
    assert find_takedown(takedowns, "a_2", ["http://pier/2"]) is None


def test_shipped_takedowns_are_none() -> None:
    """The shipped file can be read and takes nothing down."""
    assert load_takedowns(Path(__file__).parent.parent / "config" / "takedowns.csv") == {}
