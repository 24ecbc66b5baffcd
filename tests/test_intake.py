"""Persons of other registries: what an export says, what is taken of it, what is left out and why."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from etl.__main__ import cli
from etl.errors import ConfigError, DataError
from etl.people.exports import Record, read_records
from etl.people.intake import take_in
from etl.people.registry import Registry, load_registry, make_registry, read_persons

ROOT = Path(__file__).parent.parent
HUMAN = {"P31": [{"mainsnak": {"datavalue": {"value": {"id": "Q5"}}}}]}


def entity(qid: str, name: str, **more: Any) -> dict[str, Any]:
    """An entity of Wikidata as its dumps have it."""
    labels = {"en": {"language": "en", "value": name}}
    return {"type": "item", "id": qid, "labels": labels, "aliases": {}, "claims": HUMAN, **more}


def test_a_dump_of_wikidata_is_read() -> None:
    """Labels and aliases by language, the description, the year of birth; brackets and commas of the dump aside."""
    one = entity(
        "Q101",
        "Tomas Berg",
        aliases={"en": [{"value": "T. K. Berg"}], "fa": [{"value": "ت. برگ"}]},
        descriptions={"en": {"value": "minister"}},
        claims={**HUMAN, "P569": [{"mainsnak": {"datavalue": {"value": {"time": "+1957-03-11T00:00:00Z"}}}}]},
    )
    one["labels"]["fa"] = {"value": "توماس برگ"}
    unborn = entity("Q102", "Ida Holm", claims={**HUMAN, "P569": [{"mainsnak": {"snaktype": "somevalue"}}]})
    bridge = entity("Q103", "Berg Bridge", claims={"P31": [{"mainsnak": {"datavalue": {"value": {"id": "Q12280"}}}}]})
    lines = ["[\n", json.dumps(one) + ",\n", json.dumps(unborn) + ",\n", json.dumps(bridge) + "\n", "]\n"]
    names = (("Tomas Berg", "en"), ("T. K. Berg", "en"), ("توماس برگ", "fa"), ("ت. برگ", "fa"))
    assert list(read_records(lines)) == [
        Record("Q101", "Q101", names, "minister", None, 1957),
        Record("Q102", "Q102", (("Ida Holm", "en"),)),
        Record("Q103", "Q103", (("Berg Bridge", "en"),), is_person=False),
    ]


def test_an_answer_of_the_query_service_is_read() -> None:
    """Columns by their names in any order, several names in a cell, the item as an address; its bare id is no name."""
    lines = [
        "\ufeffar,itemLabel,item,itemAltLabel,born,country,itemDescription\n",
        "توماس بيرغ,Tomas Berg,http://www.wikidata.org/entity/Q101,T. K. Berg|Thomas Berg,1957-03-11T00:00:00Z,SE,x\n",
        ",Q102,http://www.wikidata.org/entity/Q102,,,,\n",
    ]
    first, second = read_records(lines)
    assert first.names == (
        ("Tomas Berg", "en"),
        ("T. K. Berg", "en"),
        ("Thomas Berg", "en"),
        ("توماس بيرغ", "ar"),
    )
    assert (first.wikidata, first.role, first.country, first.born) == ("Q101", "x", "SE", 1957)
    assert second.names == ()


def test_both_exports_of_opensanctions_are_read() -> None:
    """The same person in `entities.ftm.json` and in `targets.simple.csv` gives the same names, country and year."""
    facts = {"name": ["Tomas Berg"], "alias": ["توماس برگ"], "nationality": ["se"], "birthDate": ["1957-03"]}
    ftm = {"id": "NK-7b", "caption": "Tomas Berg", "schema": "Person", "properties": facts}
    firm = {"id": "NK-8", "caption": "Berg AB", "schema": "Company", "properties": {}}
    one, other = read_records([json.dumps(ftm), json.dumps(firm)])
    lines = [
        '"id","schema","name","aliases","birth_date","countries"\n',
        '"NK-7b","Person","Tomas Berg","توماس برگ","1957-03","se;fi"\n',
        '"NK-8","Company","Berg AB","","",""\n',
    ]
    assert [one, other] == list(read_records(lines))
    assert (one.names, one.country, one.born, one.is_person) == (
        (("Tomas Berg", ""), ("توماس برگ", "")),
        "SE",
        1957,
        True,
    )
    assert not other.is_person


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "'' begins no export known"),
        (["name,born\n"], "'name,born\\\\n' begins no export known"),
        (['{"id": "Q1", \n'], "record 1 is no entity"),
        (['{"id": "Q1", "claims": []}\n', "[1]\n"], "record 2 is no entity"),
        (["item,itemLabel\n", "Q5,A B,C\n"], "line 2: "),
        (["item,itemLabel\n", "Q5,A B\n", "P5,A B\n"], "line 3: item 'P5' is no item of Wikidata"),
    ],
)
def test_what_is_no_export_is_told(lines: list[str], told: str) -> None:
    """A file of another form, or a line that is broken, is told with its number."""
    with pytest.raises(DataError, match=told):
        list(read_records(lines))


def test_names_stand_where_their_script_belongs() -> None:
    """Each name goes to the column of its language, or of its letters; Persian typed with Arabic letters is mended."""
    names = (
        ("Yusef Karimi", ""),
        ("YUSEF KARIMI", ""),
        ("يوسف كريمي", "fa"),
        ("يوسف كريمي", "ar"),
        ("یوسف پارسا", ""),
        ("يوسف بارسا", ""),
        ("Karimi", ""),
        ("Юсеф Карими", "ru"),
        ("Karimi; Yusef", ""),
    )
    intake = take_in([Record("Q1", "Q1", names)], Registry())
    (person,) = intake.persons
    assert (person.person_id, person.name, person.names_latin) == ("p_q1", "Yusef Karimi", ("Karimi Yusef",))
    assert person.names_arabic == ("يوسف كريمي", "يوسف بارسا")
    assert person.names_persian == ("یوسف کریمی", "یوسف پارسا")
    assert intake.skipped == {"name left out: letters of another script": 1, "name left out: one word": 1}


def test_whoever_is_known_is_left_out() -> None:
    """Known by id, known by name, no person, without a Latin name: each is counted, nobody is taken twice."""
    known = take_in([Record("Q1", "Q1", (("Yusef Karimi", "en"),))], Registry()).persons
    registry = make_registry(known)
    records = [
        Record("Q1", "Q1", (("Somebody Else", "en"),)),
        Record("Q2", "Q2", (("Yusef al-Karimi", "en"),)),
        Record("Q3", "Q3", (("Rana Aziz", "en"),), is_person=False),
        Record("Q4", "Q4", (("رنا عزيز", "ar"),)),
        Record("Q6", "Q6", (("Rana Aziz", "en"),)),
        Record("Q6", "Q6", (("R. Aziz", "en"), ("رنا عزيز", "ar"))),
        Record("NK/x-9", None, (("Rana Aziz", "en"),)),
    ]
    intake = take_in(records, registry)
    assert intake.skipped == {
        "given again: names joined": 1,
        "in the registry, by id": 1,
        "in the registry, by name": 1,
        "no full name in Latin letters": 1,
        "no person": 1,
    }
    assert [person.person_id for person in intake.persons] == ["p_nk_x_9", "p_q6"]
    assert intake.persons[1].forms == ("Rana Aziz", "R. Aziz", "رنا عزيز")


def house(folder: Path) -> Path:
    """A configuration folder of its own with a registry of one person."""
    config = folder / "config"
    config.mkdir()
    head = (ROOT / "config" / "persons.csv").read_text(encoding="utf-8").splitlines()[0]
    (config / "persons.csv").write_text(f"{head}\np_known_one,Q9,Known One,,,,,,,,\n", encoding="utf-8")
    return config


def test_the_command_writes_a_registry_file(tmp_path: Path) -> None:
    """An export becomes config/persons/<name>.csv, read as the registry is; the same again gives the same bytes."""
    config, export = house(tmp_path), tmp_path / "my-export.json.gz"
    lines = [json.dumps(entity(qid, name)) for qid, name in (("Q8", "Nils Ek"), ("Q7", "Ada Ek"), ("Q9", "Known One"))]
    export.write_bytes(gzip.compress("\n".join(lines).encode()))
    command = ["--config", str(config), "persons", "import", str(export)]
    ran = CliRunner().invoke(cli, command, catch_exceptions=False)
    target = config / "persons" / "my_export.csv"
    assert [person.person_id for person, _ in read_persons(target)] == ["p_q7", "p_q8"]
    assert list(load_registry(config / "persons.csv").persons) == ["p_known_one", "p_q7", "p_q8"]
    assert "1 in the registry, by id" in ran.stdout
    before = target.read_bytes()
    CliRunner().invoke(cli, command, catch_exceptions=False)
    assert target.read_bytes() == before
    CliRunner().invoke(cli, [*command, "--name", "other"], catch_exceptions=False)
    assert [person.person_id for person, _ in read_persons(config / "persons" / "other.csv")] == []


def test_what_cannot_be_imported_changes_nothing(tmp_path: Path) -> None:
    """A file that is no export, no text or badly named is told, and no registry file is written."""
    config, export = house(tmp_path), tmp_path / "notes.csv"
    export.write_text("a,b\n1,2\n", encoding="utf-8")
    command = ["--config", str(config), "persons", "import", str(export)]
    assert isinstance(CliRunner().invoke(cli, command).exception, DataError)
    assert CliRunner().invoke(cli, [*command, "--name", "../x"]).exit_code == 2
    export.write_bytes(b"\xff\xfe\x00")
    assert isinstance(CliRunner().invoke(cli, command).exception, ConfigError)
    assert not (config / "persons").exists()
