"""The tables explain themselves, to people and to programs."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import TwicePolled
from lxml.html import document_fromstring
from stores import rows

from etl.tables import dictionary
from etl.tables.dictionary import dictionary_page, documents, main
from etl.tables.schema import TABLES, Column, Table
from etl.tables.views import VIEWS, View

LIVE = {
    "articles": ["tables/articles/seen_date=2026-11-21/b.parquet", "tables/articles/seen_date=2026-11-20/a.parquet"],
    "runs": [],
}
TABLES_AND_VIEWS: tuple[Table | View, ...] = (*TABLES.values(), *VIEWS.values())
DECLARED = tuple((declared.name, declared.columns) for declared in TABLES_AND_VIEWS)


def found(page: str, path: str) -> list[Any]:
    """What an XPath finds in a page."""
    document: Any = document_fromstring(page)
    return list(document.xpath(path))


def rows_of(page: str) -> list[list[str]]:
    """The text of each row of the page's tables, a cell at a time."""
    return [[cell.text_content() for cell in row] for row in found(page, "//tr")]


def package(live: dict[str, list[str]]) -> dict[str, Any]:
    """The Data Package over live files."""
    described: dict[str, Any] = json.loads(documents(live)["datapackage.json"])
    return described


def test_documents_depend_on_the_live_files_alone() -> None:
    """The same live files in another order give the same documents, other ones do not."""
    shuffled = {"runs": [], "articles": LIVE["articles"][::-1]}
    assert documents(LIVE) == documents(shuffled)
    assert documents(LIVE)["datapackage.json"] != documents({})["datapackage.json"]
    assert sorted(documents({})) == [
        "croissant.json",
        "datapackage.json",
        "docs/tables.html",
        "docs/tables.md",
        "docs/views.sql",
    ]


@pytest.mark.parametrize(("name", "columns"), DECLARED, ids=[name for name, _ in DECLARED])
def test_every_column_is_in_each_dictionary(name: str, columns: tuple[Column, ...]) -> None:
    """Each column of each table and view stands in the Markdown and the HTML with its meaning."""
    section = documents({})["docs/tables.md"].split(f"\n## {name}\n")[1].split("\n## ")[0]
    cells = {(row[0], row[3]) for row in rows_of(dictionary_page())}
    for column in columns:
        assert f"| `{column.name}` | {column.type} | " in section
        assert column.description in section
        assert (column.name, column.description) in cells
    assert "|" not in "".join(column.description for column in columns)


def test_page_needs_nothing_else() -> None:
    """The page loads nothing, links only within itself, and says what a screen reader needs."""
    page = dictionary_page()
    ids = found(page, "//@id")
    assert len(ids) == len(set(ids))
    assert found(page, "//@src | //link | //img | //iframe") == []
    links = found(page, "//a/@href")
    assert links == [f"#{name}" for name, _ in DECLARED]
    assert {link[1:] for link in links} <= set(ids)
    assert "url(" not in page
    assert found(page, "/html/@lang") == ["en"]
    assert found(page, "//label/@for") == ["search"]
    assert set(found(page, "//th/@scope")) == {"col", "row"}
    assert found(page, "//th[not(@scope)]") == []
    assert "prefers-color-scheme: dark" in page


def test_page_escapes_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks of HTML in a description, a value or a term are shown, not obeyed."""
    odd = Column("odd", pa.string(), "<script>alert(1)</script> & more.", enum=('<b class="x">',), term="<i>")
    table = Table("odd", "<img src=x>", ("odd",), ("odd",), (odd,))
    monkeypatch.setattr(dictionary, "TABLES", {"odd": table})
    page = dictionary_page()
    assert ["odd", "string", "yes", odd.description, odd.enum[0], "<i>"] in rows_of(page)
    assert found(page, "//img | //b | //i") == []
    assert len(found(page, "//script")) == 1


def test_data_package_describes_the_tables() -> None:
    """Each table is a resource with its live files in order, its fields, which are required, and their values."""
    resources = {resource["name"]: resource for resource in package(LIVE)["resources"]}
    assert list(resources) == list(TABLES)
    assert resources["articles"]["path"] == sorted(LIVE["articles"])
    assert resources["runs"]["data"] == []
    assert "path" not in resources["runs"]
    for name, table in TABLES.items():
        fields = {field["name"]: field for field in resources[name]["schema"]["fields"]}
        assert list(fields) == table.schema().names
        for column in table.columns:
            field = fields[column.name]
            assert field["description"] == column.description
            assert field["constraints"]["required"] is not column.nullable
            listed = pa.types.is_list(column.type)
            assert (field["type"] == "array") is listed
            values = field["arrayItem"]["constraints"] if listed else field["constraints"]
            assert tuple(values.get("enum", ())) == column.enum
    types = {field["name"]: field["type"] for field in resources["articles"]["schema"]["fields"]}
    assert [types[name] for name in ("headline", "word_count", "seen_at", "published_utc_date", "keywords")] == [
        "string",
        "integer",
        "datetime",
        "date",
        "array",
    ]
    assert resources["articles"]["schema"]["primaryKey"] == ["article_id"]


def test_keys_identify_rows(polled: TwicePolled) -> None:
    """A key that is told to other tools names one row of the whole table, and is never null."""
    for resource in package(LIVE)["resources"]:
        key = resource["schema"].get("primaryKey")
        assert (key is None) is (resource["name"] in {name for name, table in TABLES.items() if table.by_day})
        if key is not None:
            found = [tuple(row[name] for name in key) for row in rows(polled.house, resource["name"])]
            assert len(set(found)) == len(found)
            assert None not in {value for values in found for value in values}


def test_croissant_describes_the_tables(polled: TwicePolled) -> None:
    """Each table is a record set over files that its pattern finds, and all references lead somewhere."""
    document = json.loads(documents(LIVE)["croissant.json"])
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert document["datePublished"] == "2026-11-21"
    file_sets = {file_set["@id"]: file_set for file_set in document["distribution"]}
    for record_set in document["recordSet"]:
        table = TABLES[record_set["name"]]
        ids = [field["@id"] for field in record_set["field"]]
        assert ids == [f"{table.name}/{name}" for name in table.schema().names]
        assert {key["@id"] for key in record_set.get("key", [])} <= set(ids)
        (file_set,) = {field["source"]["fileSet"]["@id"] for field in record_set["field"]}
        matched = set(polled.house.data.glob(file_sets[file_set]["includes"]))
        assert matched == set((polled.house.data / "tables" / table.name).rglob("*.parquet"))
    fields = {field["@id"]: field for record_set in document["recordSet"] for field in record_set["field"]}
    assert fields["articles/paragraph_offsets"]["dataType"] == "sc:Integer"
    assert fields["articles/paragraph_offsets"]["repeated"] is True
    assert fields["articles/seen_at"]["dataType"] == "sc:DateTime"


def test_command_writes_and_compares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command writes the Markdown, `--check` passes on what it wrote and fails with a sentence on anything else."""
    monkeypatch.setattr(dictionary, "DOCUMENT", tmp_path / "tables.md")
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "tables.md").write_text("other")
    assert main(["--check"]) == 1
    assert "run `python -m etl.tables.dictionary`" in capsys.readouterr().err
