"""The views say what they are said to say, over the folder and over the files of a snapshot alike."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import TwicePolled
from stores import rows

from etl.config import House
from etl.tables.copies import MOST_ARTICLES_A_MARK
from etl.tables.relations import create_views, sql_type, views_sql
from etl.tables.schema import TABLES, Table, to_arrow
from etl.tables.sketches import sketch_fields
from etl.tables.views import SEEN_DATE, VIEWS, View

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
WORDS = [f"{first}{second}{third}" for first in "bdfgklm" for second in "aeiou" for third in ("r", "nt", "st", "lk")]


def live_files(house: House) -> dict[str, list[str]]:
    """The files of each table of a house, relative to its data folder."""
    return {
        name: sorted(str(path.relative_to(house.data)) for path in (house.data / "tables" / name).glob("*/*.parquet"))
        for name in TABLES
    }


def by_files(house: House) -> duckdb.DuckDBPyConnection:
    """A session with the views over all files of a house."""
    connection = duckdb.connect()
    create_views(connection, {name: [house.data / path for path in paths] for name, paths in live_files(house).items()})
    return connection


def records(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """What a query gives, a dict a row."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def blank(table: Table) -> dict[str, Any]:
    """A row of a table that holds nothing but what must be there."""
    values: dict[pa.DataType, Any] = {pa.string(): "x", pa.int32(): 0, pa.int64(): 0, pa.float64(): 0.0}
    row: dict[str, Any] = {}
    for column in table.columns:
        value = [] if isinstance(column.type, pa.ListType) else values.get(column.type, START)
        row[column.name] = None if column.nullable else (column.enum[0] if column.enum and value == "x" else value)
    return row


def text(seed: int, count: int = 80) -> str:
    """An invented text of as many words; another seed gives one that shares no run of five words with it."""
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def article(article_id: str, source_id: str, body: str, hours: float = 0, **fields: Any) -> dict[str, Any]:
    """A row of `articles`, captured so many hours after the start."""
    seen_at = START + timedelta(hours=hours)
    named = {
        "article_id": article_id,
        "version_id": article_id,
        "source_id": source_id,
        "source_name": f"{source_id} News",
    }
    row = blank(TABLES["articles"]) | named | {"language": "en", "seen_at": seen_at, "capture_id": article_id}
    return row | {"body_text": body} | sketch_fields(body) | fields


def house_of(folder: Path, **tables: Sequence[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """A session with the views over tables that hold these rows."""
    files: dict[str, list[Path]] = {}
    for name, given in tables.items():
        path = folder / name / "seen_date=2026-11-20" / "part.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(to_arrow(TABLES[name], list(given)), path)
        files[name] = [path]
    connection = duckdb.connect()
    create_views(connection, files)
    return connection


def assert_as_declared(connection: duckdb.DuckDBPyConnection) -> None:
    """Every table and view has the declared columns, types and comments."""
    tables_and_views: tuple[Table | View, ...] = (*TABLES.values(), *VIEWS.values())
    for declared in tables_and_views:
        columns = (*declared.columns, SEEN_DATE) if isinstance(declared, Table) else declared.columns
        found = connection.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            [declared.name],
        ).fetchall()
        assert found == [(column.name, sql_type(column.type), column.description) for column in columns]
        comment = connection.execute(
            "SELECT comment FROM duckdb_views() WHERE view_name = ?", [declared.name]
        ).fetchall()
        assert comment == [(declared.description,)]


def test_script_gives_the_views(polled: TwicePolled, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script makes every table and view in the data folder, with the declared types and comments."""
    monkeypatch.chdir(polled.house.data)
    connection = duckdb.connect()
    connection.execute(views_sql(live_files(polled.house)))
    assert_as_declared(connection)
    assert_as_declared(by_files(polled.house))


def test_no_files_give_empty_views() -> None:
    """Without any file the script runs, and every table and view is empty with its columns and types."""
    connection = duckdb.connect()
    connection.execute(views_sql({}))
    assert_as_declared(connection)
    assert [records(connection, f"FROM {name} SELECT count(*) AS n") for name in VIEWS] == [[{"n": 0}]] * len(VIEWS)


@pytest.mark.parametrize("name", [*TABLES, *VIEWS])
def test_folder_and_files_agree(polled: TwicePolled, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The views over the folder and over the list of its files give the same rows."""
    monkeypatch.chdir(polled.house.data)
    folder = duckdb.connect()
    folder.execute(views_sql(live_files(polled.house)))
    sql = f"FROM {name} ORDER BY ALL"
    assert records(folder, sql) == records(by_files(polled.house), sql)


def test_path_may_hold_a_quotation_mark(tmp_path: Path) -> None:
    """A file below a folder with an apostrophe in its name is read."""
    connection = house_of(tmp_path / "editor's", articles=[article("a", "one", text(1))])
    assert records(connection, "SELECT article_id FROM articles") == [{"article_id": "a"}]


def test_latest_is_the_newest_version(polled: TwicePolled) -> None:
    """Each article stands once in its newest version: the revision where there is one, else as first captured."""
    latest = {row["article_id"]: row for row in records(by_files(polled.house), "SELECT * FROM articles_latest")}
    first = {row["article_id"]: row for row in rows(polled.house, "articles")}
    newer = {row["article_id"]: row for row in rows(polled.house, "revisions")}
    assert newer
    assert latest.keys() == first.keys()
    for article_id, row in latest.items():
        newest = newer.get(article_id, first[article_id])
        assert {name: row[name] for name in first[article_id]} == {name: newest[name] for name in first[article_id]}
        assert row["versions"] == (2 if article_id in newer else 1)
        assert (row["first_seen_at"], row["last_version_at"]) == (first[article_id]["seen_at"], newest["seen_at"])


def test_versions_are_counted_in_order(tmp_path: Path) -> None:
    """Versions are numbered from 1 by capture; the newest of three is the latest."""
    revisions = [
        {**blank(TABLES["revisions"]), **article("a", "one", text(n), hours=n), "version_id": f"v{n}"} for n in (2, 1)
    ]
    connection = house_of(tmp_path, articles=[article("a", "one", text(0))], revisions=revisions)
    found = records(connection, "SELECT version_no, version_id, similarity FROM article_versions ORDER BY version_no")
    assert [tuple(row.values()) for row in found] == [(1, "a", None), (2, "v1", 0.0), (3, "v2", 0.0)]
    (latest,) = records(connection, "SELECT version_id, versions, body_text FROM articles_latest")
    assert latest == {"version_id": "v2", "versions": 3, "body_text": text(2)}


def test_revision_of_a_day_that_was_not_read_is_kept(tmp_path: Path) -> None:
    """Where only a revision's day was read, the latest version is there and its first capture is null."""
    connection = house_of(tmp_path, revisions=[{**blank(TABLES["revisions"]), **article("a", "one", text(1))}])
    assert records(connection, "SELECT article_id, first_seen_at FROM articles_latest") == [
        {"article_id": "a", "first_seen_at": None}
    ]


def test_copy_in_the_newsroom_is_found(polled: TwicePolled) -> None:
    """Of the newsroom's stories one pair is a copy; it has one other date, neither credits the other: no origin."""
    (pair,) = records(by_files(polled.house), "SELECT * FROM copies")
    headlines = {row["article_id"]: row["headline"] for row in rows(polled.house, "articles")}
    assert {headlines[pair["article_id"]], headlines[pair["copy_article_id"]]} == {
        "Grain ship Amal towed to Tartus after fire in engine room",
        "Grain ship Amal towed to Tartus after engine fire",
    }
    assert pair["language"] == "en"
    assert 0.9 < pair["share"] < 1
    assert (pair["origin_article_id"], pair["credited_in"]) == (None, None)
    assert pair["seen_at"] < pair["copy_seen_at"]
    assert pair["hours_apart"] >= 0


def shared(body: str, other: str) -> float:
    """The share of the shorter text's runs of five words that stand in the other."""
    one, two = ({tuple(words[n : n + 5]) for n in range(len(words) - 4)} for words in (body.split(), other.split()))
    return len(one & two) / min(len(one), len(two))


@pytest.mark.parametrize(
    ("source_id", "language", "body", "is_copy"),
    [
        ("two", "en", text(1), True),
        ("two", "en", text(1).upper().replace(" ", ", "), True),
        ("two", "en-GB", text(1), True),
        ("two", "en", " ".join(text(1).split()[:40]) + " " + text(2, 60), True),
        ("two", "en", " ".join(text(1).split()[:40]), True),
        ("two", "en", " ".join(text(1).split()[:24]) + " " + text(2, 70), False),
        ("two", "en", " ".join(text(1).split()[:20] * 3), True),
        ("two", "en", text(2), False),
        ("two", "fr", text(1), False),
        ("two", None, text(1), False),
        ("one", "en", text(1), False),
    ],
    ids=[
        "equal",
        "case",
        "region",
        "half",
        "cut",
        "a_quarter",
        "refrain",
        "other",
        "other_language",
        "no_language",
        "same_source",
    ],
)
def test_share_of_text(tmp_path: Path, source_id: str, language: str | None, body: str, is_copy: bool) -> None:
    """Texts of different sources in one language that share enough runs are copies, with the exact share."""
    given = [article("a", "one", text(1)), article("b", source_id, body, hours=1.5, language=language)]
    pairs = records(
        house_of(tmp_path, articles=given), "SELECT article_id, copy_article_id, share, hours_apart FROM copies"
    )
    plain = body.lower().replace(",", "")
    expected = {"article_id": "a", "copy_article_id": "b", "share": shared(text(1), plain), "hours_apart": 1.5}
    assert pairs == ([expected] if is_copy else [])


@pytest.mark.parametrize(
    ("body", "other"),
    [
        (
            "أعلنَ الوَزيرُ أنَّ حَصادَ القَمحِ بَدأَ اليَومَ في السُهولِ",
            "أعلن الوزير أن حصاد القمح بدأ اليوم في السهول الشمالية والجنوبية",
        ),
        ("今日港口恢复了渡轮服务", "今日港口恢复了渡轮服务，明日继续"),
        ("Harvest begins", "HARVEST, begins."),
        ("Harvest begins", "Harvestbegins"),
    ],
    ids=["marks", "unspaced", "short", "parted_otherwise"],
)
def test_share_in_other_scripts(tmp_path: Path, body: str, other: str) -> None:
    """Vowel signs do not count, letters are words where nothing parts them, short texts are copies if equal."""
    given = [article("a", "one", body), article("b", "two", other)]
    assert records(house_of(tmp_path, articles=given), "SELECT share FROM copies") == [{"share": 1.0}]


def test_what_is_taken_down_is_no_copy(tmp_path: Path) -> None:
    """Two tombstones without text are not copies of each other."""
    given = [article(article_id, article_id, "", pub_status="taken_down") for article_id in ("a", "b")]
    assert records(house_of(tmp_path, articles=given), "SELECT * FROM copies") == []


CREDIT = "the report said"


@pytest.mark.parametrize(
    ("first", "second", "origin", "credited_in"),
    [
        ({}, {}, None, None),
        ({}, {"agency": "one News"}, "a", "agency"),
        ({}, {"agency_sign": "ONA"}, "a", "agency"),
        ({}, {"byline_raw": "Staff and one News"}, "a", "byline_raw"),
        ({}, {"credit": "one News reported"}, "a", "body_text"),
        ({}, {"credit": "(ONA)"}, "a", "body_text"),
        ({}, {"credit": "None News"}, None, None),
        ({"credit": "told one News"}, {"credit": "told one News"}, "a", "body_text"),
        ({"credit": "two News said"}, {}, "b", "body_text"),
        ({"credit": "two News said"}, {"agency": "one News"}, None, None),
        ({"agency": "Third Wire"}, {"agency": "Third Wire"}, None, None),
    ],
    ids=[
        "none",
        "agency",
        "sign",
        "byline",
        "body",
        "sign_in_body",
        "part_of_word",
        "told",
        "later",
        "each_other",
        "third",
    ],
)
def test_origin_is_what_a_text_says(
    tmp_path: Path, first: dict[str, str], second: dict[str, str], origin: str | None, credited_in: str | None
) -> None:
    """The origin is the text whose publisher the other one names; to have been first makes no origin."""
    given = []
    for article_id, source_id, fields in (("a", "one", first), ("b", "two", second)):
        body = f"{text(1)} {fields.pop('credit', CREDIT)}"
        given.append(article(article_id, source_id, body, hours=ord(article_id), **fields))
    source = blank(TABLES["sources"]) | {"source_id": "one", "agency": "ONA"}
    (pair,) = records(house_of(tmp_path, articles=given, sources=[source]), "SELECT * FROM copies")
    assert (pair["origin_article_id"], pair["credited_in"]) == (origin, credited_in)


@pytest.mark.parametrize(("count", "pairs"), [(MOST_ARTICLES_A_MARK, True), (MOST_ARTICLES_A_MARK + 1, False)])
def test_furniture_makes_no_copies(tmp_path: Path, count: int, pairs: bool) -> None:
    """What stands in more articles than a story can is passed over, and a copy beside it is still found."""
    given = [article(f"a{n:03}", f"s{n % 2}", text(0), hours=n) for n in range(count)]
    given += [article("b", "one", text(1)), article("c", "two", text(1), hours=1)]
    found = records(house_of(tmp_path, articles=given), "SELECT article_id, count(*) AS n FROM copies GROUP BY ALL")
    assert {"article_id": "b", "n": 1} in found
    assert sum(row["n"] for row in found) == 1 + pairs * (count // 2) ** 2


def test_gkg_points_at_what_it_names(polled: TwicePolled) -> None:
    """Each article is one record in GDELT's form, and each person's offset points at the name in the text."""
    articles = {row["article_id"]: row for row in rows(polled.house, "articles")}
    found = records(by_files(polled.house), "SELECT * FROM gkg ORDER BY GKGRECORDID")
    assert len(found) == len(articles)
    assert any(row["V1PERSONS"] for row in found)
    for row in found:
        stamp, _, article_id = row["GKGRECORDID"].partition("-")
        source = articles[article_id]
        assert stamp == str(row["V2.1DATE"]) == f"{source['seen_at']:%Y%m%d%H%M%S}"
        assert (row["V2DOCUMENTIDENTIFIER"], row["V2SOURCECOMMONNAME"]) == (source["url"], "127.0.0.1")
        named = [part.rpartition(",") for part in (row["V2ENHANCEDPERSONS"] or "").split(";") if part]
        assert [name for name, _, at in named if not source["body_text"].startswith(name, int(at))] == []
        persons = [name for name in (row["V1PERSONS"] or "").split(";") if name]
        assert sorted(persons) == sorted({name.lower() for name, _, _ in named})


def test_gkg_has_gdelts_countries(tmp_path: Path) -> None:
    """A dateline's city bears the FIPS 10-4 code of its country; a place that no gazetteer knows is left out."""
    place: dict[str, Any] = {
        "dateline_place": "Basra; Gate #2",
        "dateline_place_id": "geonames:99532",
        "dateline_country": "IQ",
    }
    given = [
        article("a", "one", text(1), **place, url="https://www.example.org:443/x"),
        article("b", "one", text(2), **place | {"dateline_country": "US"}),
        article("c", "one", text(3), dateline_place="Nowhere", dateline_country="IQ"),
    ]
    found = records(house_of(tmp_path, articles=given), "SELECT * FROM gkg ORDER BY GKGRECORDID")
    assert [row["V1LOCATIONS"] for row in found] == ["4#Basra Gate 2#IZ####", "3#Basra Gate 2#US####", None]
    assert found[0]["V2SOURCECOMMONNAME"] == "example.org"
    assert found[0]["V1PERSONS"] is None


def test_person_forms_add_up_over_days(polled: TwicePolled) -> None:
    """Each form of a person stands once, with the sums of its days, its first and last one, and its sources."""
    found = records(by_files(polled.house), "SELECT * FROM person_forms")
    assert len({(row["person_id"], row["surface"]) for row in found}) == len(found) > 10
    mentions = [row for row in rows(polled.house, "mentions") if row["person_id"]]
    counted = Counter((row["person_id"], row["surface"]) for row in mentions)
    assert {(row["person_id"], row["surface"]): row["mentions"] for row in found} == counted
    for row in found:
        assert row["first_day"] <= row["last_day"]
        assert row["sources"] == sorted(set(row["sources"]))
