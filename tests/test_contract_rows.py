"""A row that breaks the contract costs itself alone: it is quarantined with its column, value and rule."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import TwicePolled
from hypothesis import given
from hypothesis import strategies as st
from servers import house_of, story
from stores import rows

from etl.config import House, open_house
from etl.errors import DataError
from etl.model import ArticleNote, Capture, CapturePlace, Exchange, FeedEntry, FetchOutcome, Reject
from etl.tables.parquet import read_objects
from etl.tables.rowchecks import row_check
from etl.tables.rows import quarantine_row
from etl.tables.schema import ARTICLES, FETCH_LOG, MENTIONS, QUARANTINE, REVISIONS, Table, to_arrow
from etl.verbs.transformation import Transformed, transform_warc
from etl.warc.raw import RawFile

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WARC = "2026-11-20/1.warc.gz"
CHECKED = (ARTICLES, REVISIONS, MENTIONS)
ARTICLE: dict[str, Any] = {
    **{column.name: None if column.nullable else "x" for column in ARTICLES.columns},
    **{name: [] for name in ("authors", "keywords", "flags", "paragraph_offsets", "text_sketch", "desk_codes")},
    "ai_opt_outs": [],
    **{column.name: column.enum[0] for column in ARTICLES.columns if column.enum and column.name != "flags"},
    "word_count": 0,
    "clutter_lines": 0,
    "seen_at": AT,
}


@pytest.mark.parametrize("table", CHECKED, ids=lambda table: table.name)
def test_good_rows_break_nothing(polled: TwicePolled, table: Table) -> None:
    """Every row that a run published passes the check."""
    found = rows(polled.house, table.name)
    assert found
    assert not [breach for breach in map(row_check(table), found) if breach]


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("headline", None, "must not be null"),
        ("headline", 7, "must be text"),
        ("headline", b"Boats", "must be text"),
        ("headline", "Boats \ud83d return", "surrogate"),
        ("word_count", "7", "must be an integer of 32 bits"),
        ("word_count", 7.0, "must be an integer of 32 bits"),
        ("word_count", True, "must be an integer of 32 bits"),
        ("word_count", 2**31, "must be an integer of 32 bits"),
        ("word_count", -(2**31) - 1, "must be an integer of 32 bits"),
        ("identity_rule", "hash", "must be one of guid, title_day, url"),
        ("identity_rule", ["guid"], "must be one of guid, title_day, url"),
        ("pub_status", "", "must be one of taken_down, usable, withheld"),
        ("authors", "Nino Beridze", "must be a list"),
        ("authors", ["Nino Beridze", None], "each element must not be null"),
        ("authors", ["Nino Beridze", 7], "each element must be text"),
        ("authors", ["Nino \udc00"], "each element must be text that UTF-8 can hold"),
        ("flags", ["odd_flag"], "each element must be one of"),
        ("paragraph_offsets", [0, 2**31], "each element must be an integer of 32 bits"),
        ("seen_at", datetime(2026, 11, 20), "must be an instant with its zone"),  # noqa: DTZ001 - the case
        ("seen_at", date(2026, 11, 20), "must be an instant with its zone"),
        ("seen_at", "2026-11-20T00:00:00Z", "must be an instant with its zone"),
        ("published_at", datetime(9999, 12, 31, tzinfo=UTC), "must be in the years 2 to 9998"),
        ("published_utc_date", AT, "must be a day"),
        ("published_utc_date", "2026-11-20", "must be a day"),
    ],
)
def test_broken_value_is_told(column: str, value: object, rule: str) -> None:
    """A value against the contract is told with its column and the rule in words."""
    check = row_check(ARTICLES)
    assert check(ARTICLE) is None
    breach = check(ARTICLE | {column: value})
    assert breach is not None
    assert (breach.column, breach.value) == (column, value)
    assert rule in breach.rule


def test_small_integers_have_their_own_range() -> None:
    """A column of 16 bits holds no number of 32."""
    row: dict[str, Any] = {column.name: None if column.nullable else "x" for column in FETCH_LOG.columns}
    row |= {"kind": "feed", "outcome": "ok", "requested_at": AT, "elapsed_ms": 1, "bytes": 2**40, "redirects": []}
    check = row_check(FETCH_LOG)
    assert check(row | {"http_status": 32_767}) is None
    breach = check(row | {"http_status": 32_768})
    assert breach is not None
    assert breach.rule == "must be an integer of 16 bits"


@pytest.mark.parametrize("odd", [{"colour": "red"}, {"headline": ...}])
def test_odd_columns_are_no_fault_of_the_row(odd: dict[str, object]) -> None:
    """A column too many or too few is a defect of ours and stops everything."""
    row = {name: value for name, value in (ARTICLE | odd).items() if value is not ...}
    with pytest.raises(DataError, match=next(iter(odd))):
        row_check(ARTICLES)(row)


_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(max_size=3), st.dates(),
    st.datetimes(timezones=st.none() | st.timezones()), st.lists(st.none() | st.integers() | st.text(), max_size=3),
    st.characters(categories=["Cs"]), st.sampled_from([value for column in ARTICLES.columns for value in column.enum]),
)  # fmt: skip


@given(st.sampled_from([column.name for column in ARTICLES.columns]), _values)
def test_what_the_check_passes_can_be_written(column: str, value: object) -> None:
    """Whatever value a row has, where the check passes it the last wall does too, and the value stays as it was."""
    row = ARTICLE | {column: value}
    if row_check(ARTICLES)(row) is None:
        assert to_arrow(ARTICLES, [row]).to_pylist()[0][column] == value


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house of one source with a class of titles that the tables do not know."""
    house = house_of(tmp_path, {"pier": "http://localhost/rss"})
    (house.config / "titles.toml").write_text('civil = ["Mayor"]\nnautical = ["Harbourmaster"]\n')
    return open_house(house.data, house.config)


def _write(house: House, warc: str, pages: list[tuple[bytes, str, CapturePlace | None]]) -> list[CapturePlace]:
    """A WARC of pages with the rule of their identity and the capture before; returns their places."""
    outcome: FetchOutcome = "ok"
    html = (("Content-Type", "text/html"),)
    with RawFile(house.data, warc) as raw:
        places = []
        for number, (body, rule, previous) in enumerate(pages):
            url = f"http://localhost/{number}"
            exchange = Exchange(url, url, AT, 1, outcome, "D", status=200, body=body, response_headers=html)
            entry = FeedEntry(f"g{number}", url, "Boats return")
            note = ArticleNote(f"a_{number}", rule, (), entry, "f", None, None, "first", AT.isoformat(), previous)
            places.append(raw.append("article", ("pier", "run-1"), exchange, note))
        raw.settle()
    return places


def _read(house: House, made: Transformed) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a table, after it is sure that they are as many as the sums say and that the sums balance."""

    def read(table: str) -> list[dict[str, Any]]:
        return read_objects(house.data, table, [f.path for f in made.objects if f.table == table]).to_pylist()

    counts = made.counts["pier"]
    assert counts["seen"] == counts["new"] + counts["revisions"] + counts["unchanged"] + counts["quarantined"]
    for count, table in (("new", "articles"), ("revisions", "revisions"), ("quarantined", "quarantine")):
        assert counts[count] == len(read(table))
    return read


def test_broken_article_is_quarantined_alone(house: House) -> None:
    """A page whose row breaks the contract is one quarantined item; the pages beside it are published."""
    _write(house, WARC, [(story("One"), "guid", None), (story("Two"), "hash", None), (story("Three"), "url", None)])
    read = _read(house, transform_warc(house, WARC))
    assert {row["headline"] for row in read("articles")} == {"One", "Three"}
    (row,) = read("quarantine")
    assert (row["stage"], row["reason_code"], row["field"]) == ("validate", "contract_broken", "identity_rule")
    assert (row["value_sample"], row["article_id"], row["url"]) == ("hash", "a_1", "http://localhost/1")
    assert row["reason_text"] == "column 'identity_rule' of articles must be one of guid, title_day, url, and is 'hash'"


def test_broken_mention_costs_its_article(house: House) -> None:
    """An article with a mention against the contract is one quarantined item, mentions and all; others keep theirs."""
    pages = [
        story("One", "Mayor Karim Haddad and Harbourmaster Sami Khoury came."),
        story("Two", "Mayor Karim Haddad."),
    ]
    _write(house, WARC, [(page, "guid", None) for page in pages])
    read = _read(house, transform_warc(house, WARC))
    (row,) = read("quarantine")
    assert (row["reason_code"], row["field"], row["value_sample"]) == ("contract_broken", "honorific_class", "nautical")
    assert [row["headline"] for row in read("articles")] == ["Two"]
    assert {row["article_id"] for row in read("mentions")} == {"a_1"}


def test_quarantine_can_be_written_whatever_it_tells() -> None:
    """Half a surrogate pair in the value or the reason stands in the quarantine row by its number."""
    exchange = Exchange("http://localhost/1", "http://localhost/1", AT, 1, "ok", "D")
    capture = Capture(CapturePlace(WARC, 0, "c", AT.isoformat()), "article", "pier", "run-1", exchange)
    reject = Reject("validate", "contract_broken", "is \ud83d", "headline", "Boats \ud83d")
    _, row = quarantine_row("x", capture, reject, "a_1")
    assert row_check(QUARANTINE)(row) is None
    assert (row["reason_text"], row["value_sample"]) == (r"is \ud83d", r"Boats \ud83d")


def test_page_behind_a_broken_one_is_new(house: House) -> None:
    """What was quarantined is in no table, so the next capture of the page is compared with none: it is new."""
    first = _write(house, WARC, [(story("One"), "hash", None)])
    later = "2026-11-20/2.warc.gz"
    _write(house, later, [(story("One"), "guid", first[0])])
    read = _read(house, transform_warc(house, later))
    assert [row["headline"] for row in read("articles")] == ["One"]
