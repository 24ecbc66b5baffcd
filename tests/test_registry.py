"""Known persons: the shipped registry's shape, what a file may not hold, and who a name is."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import ConfigError
from etl.people.merged import current_id, former_ids, load_merged, merged_ids
from etl.people.names import name_key
from etl.people.recognition import own_id, resolve
from etl.people.registry import COLUMNS, OWN_ID, Registry, as_cells, load_registry, normal_form
from etl.rulesets import load_rules

CONFIG = Path(__file__).parent.parent / "config"
RULES = load_rules(CONFIG)
SHIPPED, FORMS = RULES.people.registry, RULES.people.forms
LINE = "p_ada_lovelace,Q7259,Ada Lovelace,Ada King,آدا لوفليس,ایدا لاولیس,,mathematician,GB,1815,"


def written(folder: Path, *lines: str, header: str = ",".join(COLUMNS)) -> Path:
    """A registry file of these lines."""
    path = folder / "persons.csv"
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def test_the_shipped_registry_is_large_and_sorted() -> None:
    """At least 600 persons are shipped, a line each, in order of id, each with names in all three scripts."""
    with (CONFIG / "persons.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) >= 600
    assert [row["person_id"] for row in rows] == sorted(row["person_id"] for row in rows)
    bare = [row["person_id"] for row in rows if not (row["names_arabic"] and row["names_persian"] and row["role"])]
    assert bare == []


def test_no_two_shipped_persons_share_a_name() -> None:
    """A full form and a short name each mean one person, and no short name is another's full form."""
    names = [*SHIPPED.by_form.items(), *SHIPPED.by_short_name.items()]
    assert [(form, bearers) for form, bearers in names if len(bearers) > 1] == []
    assert SHIPPED.by_form.keys() & SHIPPED.by_short_name.keys() == set()


def test_every_shipped_form_is_its_persons_own() -> None:
    """Each form of each person is resolved to that person, whatever neighbours it has."""
    wrong = [
        (form, resolve(form, SHIPPED, FORMS))
        for person in SHIPPED.persons.values()
        for form in person.forms
        if resolve(form, SHIPPED, FORMS)[:2] != ("exact_variant", person.person_id)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (LINE.replace("p_ada_lovelace", "ada"), "person_id 'ada' is no id"),
        (LINE.replace("p_ada_lovelace", "p_0123456789abcdef"), "looks like an id made from a name's key"),
        (LINE.replace("Q7259", "7259"), "wikidata '7259' is no Wikidata id"),
        (LINE.replace("Q7259", "Q07259"), "wikidata 'Q07259' is no Wikidata id"),
        (LINE.replace("GB", "UK "), "'UK ' has spaces around it"),
        (LINE.replace("GB", "gb"), "country 'gb' is no ISO 3166-1 alpha-2 code"),
        (LINE.replace("1815", "about 1815"), "born 'about 1815' is no year"),
        (LINE.replace("Ada King", "King"), "names_latin: 'King' is one word"),
        (LINE.replace("Ada King", "Ada King;Ada King"), "has a name twice"),
        (LINE.replace("Ada King", "Ada King;"), "names_latin: '' is no"),
        (LINE.replace("Ada King", "آدا كينغ"), "names_latin: 'آدا كينغ' is not in Latin letters"),
        (LINE.replace("آدا لوفليس", "Ada Byron"), "names_arabic: 'Ada Byron' is not written as in Arabic"),
        (LINE.replace("آدا لوفليس", "آدا لاولیس"), "names_arabic: 'آدا لاولیس' is not written as in Arabic"),
        (LINE.replace("ایدا لاولیس", "ايدا لاوليس"), "names_persian: 'ايدا لاوليس' is not written as in Persian"),
        (LINE.replace("Ada Lovelace", "Ada Lovelace;Ada Byron"), "is not one name"),
        (LINE + "p_ada_lovelace", "no_merge 'p_ada_lovelace' is not a sorted list of other ids"),
        (LINE + "p_z;p_b", "no_merge 'p_z;p_b' is not a sorted list of other ids"),
        (LINE + "p_nobody", "no_merge 'p_nobody' is no person of the registry"),
        (LINE + ",more", "has 12 cells, not 11"),
        (LINE + "\n" + LINE, "'p_ada_lovelace' stands already in"),
        (LINE + "\n" + LINE.replace("p_ada_lovelace", "p_other"), "'Q7259' stands already in"),
        (LINE + "p_b_c\np_b_c,,B C,,,,,,,,", "no_merge 'p_b_c' does not name 'p_ada_lovelace' in turn"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    """What is odd in a file is told with the file, the line and the value."""
    path = written(tmp_path, line)
    with pytest.raises(ConfigError) as raised:
        load_registry(path)
    assert str(raised.value).startswith(f"{path}: line ")
    assert told in str(raised.value)


def test_a_file_of_another_form_is_named(tmp_path: Path) -> None:
    """A header that is not the registry's, and bytes that are no text, are told with the file."""
    with pytest.raises(ConfigError, match="the header 'id,name' is not 'person_id"):
        load_registry(written(tmp_path, LINE, header="id,name"))
    (tmp_path / "persons.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not readable as CSV in UTF-8"):
        load_registry(tmp_path / "persons.csv")


def test_files_beside_it_are_read_too(tmp_path: Path) -> None:
    """Files in the folder of the same name add persons; without any file there is nobody."""
    assert load_registry(tmp_path / "persons.csv").persons == {}
    (tmp_path / "persons").mkdir()
    (tmp_path / "persons" / "more.csv").write_text(",".join(COLUMNS) + "\np_b_c,,Bela Corvin,,,,,,,,\n", "utf-8")
    assert list(load_registry(written(tmp_path, LINE)).persons) == ["p_ada_lovelace", "p_b_c"]


def test_a_person_is_written_as_read() -> None:
    """The cells of a person are those of the line that the person was read from."""
    with (CONFIG / "persons.csv").open(encoding="utf-8", newline="") as opened:
        _, *lines = csv.reader(opened)
    assert [as_cells(person) for person in SHIPPED.persons.values()] == lines


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("Naim Qassem", "NAIM QASSEM", True),
        ("Na'im Qassem", "Naim Qassem", True),
        ("Bashar al-Assad", "Bashar Assad", True),
        ("Mohammad-Javad Zarif", "Mohammad Javad Zarif", True),
        ("Qassem, Naim", "Naim Qassem", True),
        ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan", True),
        ("حسن نصرالله", "حسن نصر الله", True),
        ("علی خامنه\u200cای", "علی خامنه ای", True),
        ("علي خامنئي", "علی خامنئی", True),
        ("Naim Qassem", "Naim Kassem", False),
        ("Ali Khamenei", "Ali Khomeini", False),
        ("Al Gore", "Gore", False),
    ],
)
def test_normal_forms(one: str, other: str, equal: bool) -> None:
    """A normal form leaves out what only writing has, and keeps every sound."""
    assert (normal_form(one) == normal_form(other)) is equal


@pytest.mark.parametrize(
    ("name", "status", "person_id"),
    [
        ("Na'im Kassem", "exact_variant", "p_naim_qassem"),
        ("نعيم قاسم", "exact_variant", "p_naim_qassem"),
        ("Sheikh Naeem Qasim", "variant", "p_naim_qassem"),
        ("Qasim Sulaymani", "variant", "p_qasem_soleimani"),
        ("Lt. General Qassem Soleimani", "variant", "p_qasem_soleimani"),
        ("قاسم سلیمانی", "exact_variant", "p_qasem_soleimani"),
        ("Ayman Zawaheri", "variant", "p_ayman_al_zawahiri"),
        ("Imad Mughniyya", "variant", "p_imad_mughniyeh"),
        ("Khamenei", "context", "p_ali_khamenei"),
        ("Erdoğan", "context", "p_recep_tayyip_erdogan"),
        ("Mohammed bin Salman", "exact_variant", "p_mohammed_bin_salman"),
        ("Qasem", "unresolved", None),
        ("", "unresolved", None),
        ("...", "unresolved", None),
    ],
)
def test_who_a_name_is(name: str, status: str, person_id: str | None) -> None:
    """A form of the registry is its person, so is a spelling near to one person's only; a part alone is nobody."""
    assert resolve(name, SHIPPED, FORMS)[:2] == (status, person_id)


GADDAFI = (
    "Gaddafi Qaddafi Gadhafi Kadafi Kaddafi Khadafy Kadhafi Qadhafi Gadafi Gathafi Qathafi Qadhdhafi Kazzafi Gheddafi "
    "Ghaddafi Kadhdhafi Qaddafy Khaddafi Kadafy Ghaddafy"
).split()


@pytest.mark.parametrize("given_name", "Muammar Moammar Mu'ammar Moamer Mouammar Moamar Muamar".split())
def test_all_romanisations_of_gaddafi_are_one(given_name: str) -> None:
    """However agencies and libraries have spelled the name, with the article or without, it is one person."""
    names = [f"{given_name} {article}{family}" for article in ("", "al-", "el-") for family in GADDAFI]
    assert {resolve(name, SHIPPED, FORMS).person_id for name in names} == {"p_muammar_gaddafi"}


@pytest.mark.parametrize(
    ("name", "person_id"),
    [
        ("Naeem Qasimi", "p_naim_qassem"),
        ("Karim Soleimani", "p_qasem_soleimani"),
        ("Mohammad Reza Bagheri", "p_mohammad_bagheri"),
        ("Naim Qassem Ali", "p_naim_qassem"),
        ("Hussein Nasrallah", "p_hassan_nasrallah"),
        ("Fuad Shakir", "p_fuad_shukr"),
        ("Adel Jubairi", "p_adel_al_jubeir"),
        ("Majid Khamenei", "p_ali_khamenei"),
        ("Samir Barzani", "p_masrour_barzani"),
        ("Mohammed bin Khalid", "p_mohammed_bin_salman"),
    ],
)
def test_who_a_name_is_not(name: str, person_id: str) -> None:
    """A look-alike is not taken for the known person: it keeps an id of its own, or none."""
    resolution = resolve(name, SHIPPED, FORMS)
    assert resolution.person_id != person_id
    assert resolution.person_id is None or OWN_ID.fullmatch(resolution.person_id)


def test_a_name_in_another_script_is_found(tmp_path: Path) -> None:
    """A name in Arabic letters finds a person who is registered in Latin letters alone, clearly nearest to it."""
    registry = load_registry(written(tmp_path, "p_b_c,,Bassam Qasimi,,,,,,,,", LINE))
    assert resolve("بسام قاسمي", registry, FORMS)[:2] == ("variant", "p_b_c")
    assert resolve("باسم قاسم", registry, FORMS).person_id != "p_b_c"


def test_two_bearers_of_a_name_are_ambiguous(tmp_path: Path) -> None:
    """A form that two persons bear names neither, and both are told; so does a spelling as near to one as to other."""
    two = ("p_karl_berger_a,,Karl Berger,,,,,painter,,,", "p_karl_berger_b,,Karl Berger,,,,,boxer,,,")
    registry = load_registry(written(tmp_path, *two))
    for name in ("Karl Berger", "Carl Berger"):
        found = resolve(name, registry, FORMS)
        assert (found.status, found.person_id) == ("ambiguous", None)
        assert found.candidates == ("p_karl_berger_a", "p_karl_berger_b")


@pytest.mark.parametrize(
    ("key", "has_id"), [("nm ksm", True), ("ksm", False), ("l r", False), ("", False), ("hsn rhny", True)]
)
def test_an_own_id_needs_a_telling_key(key: str, has_id: bool) -> None:
    """A key of one part, or of too few consonants, makes no id; what makes one always makes the same."""
    made = own_id(key)
    assert (made is not None) is has_id
    assert made == own_id(key)
    assert made is None or OWN_ID.fullmatch(made)


@given(st.lists(st.sampled_from(["Naim Kassem", "Yusuf Karimi", "Khamenei", "Qassim Sulaimany", "x"]), max_size=6))
def test_a_resolution_does_not_depend_on_what_came_before(before: list[str]) -> None:
    """Who a name is stays the same whatever was asked before, in a registry made anew."""
    again = Registry(SHIPPED.persons, SHIPPED.by_form, SHIPPED.by_short_name)
    for name in before:
        resolve(name, again, FORMS)
    for name in ("Ghassem Suleymani", "Jamal Tehrani"):
        assert resolve(name, again, FORMS) == resolve(name, SHIPPED, FORMS)


@given(st.text(max_size=40))
def test_any_text_is_resolved(name: str) -> None:
    """No text raises, and every answer says why."""
    resolution = resolve(name, SHIPPED, FORMS)
    assert resolution.why
    if resolution.status != "proposed":  # which has an id only where the name's key makes one
        assert (resolution.person_id is None) == (resolution.status in {"ambiguous", "unresolved"})


def test_an_id_never_dangles_when_the_registry_grows() -> None:
    """The id that a name had while nobody was registered leads to the person who is registered under it."""
    merged = merged_ids(SHIPPED, {})
    for name in ("Hassan Nasrallah", "نعيم قاسم", "Muammar Gaddafi", "Recep Tayyip Erdogan"):
        before = resolve(name, Registry(), FORMS)
        assert before.status == "key"
        assert before.person_id is not None
        assert current_id(before.person_id, merged) == resolve(name, SHIPPED, FORMS).person_id


def test_an_id_that_two_persons_names_share_stands_for_neither(tmp_path: Path) -> None:
    """Two registered persons whose names have one key leave its id to neither of them."""
    both = ("p_ali_vahidi,,Ali Vahidi,,,,,,,,", "p_ali_vahdi,,Ali Vahdi,,,,,,,,")
    registry = load_registry(written(tmp_path, *both))
    assert name_key("Ali Vahidi") == name_key("Ali Vahdi")
    assert own_id(name_key("Ali Vahidi")) not in former_ids(registry)


def test_mergers_by_hand(tmp_path: Path) -> None:
    """An id that went into another leads to the end of the chain; the shipped file is in order."""
    assert load_merged(tmp_path / "none.csv", SHIPPED) == {}
    load_merged(CONFIG / "persons_merged.csv", SHIPPED)
    path = tmp_path / "persons_merged.csv"
    path.write_text("old_id,merged_into,date,reason\np_a,p_b,2026-01-05,same\np_b,p_naim_qassem,2026-02-01,same\n")
    assert merged_ids(SHIPPED, load_merged(path, SHIPPED))["p_a"] == "p_naim_qassem"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("p_a,p_naim_qassem,2026-01-05", "has 3 cells, not 4"),
        ("p_a,p_naim_qassem,5 May,same", "date '5 May' is no day"),
        ("p_a,p_naim_qassem,2026-01-05, ", "the merger of 'p_a' has no reason"),
        ("P A,p_naim_qassem,2026-01-05,same", "old_id 'P A' is no id"),
        ("p_naim_qassem,p_a,2026-01-05,same", "old_id 'p_naim_qassem' is a person of the registry still"),
        ("p_a,p_naim_qassem,2026-01-05,same\np_a,p_qasem_soleimani,2026-01-05,same", "old_id 'p_a' stands twice"),
        ("p_a,p_nobody,2026-01-05,same", "'p_nobody', which is no person of the registry"),
        ("p_a,p_b,2026-01-05,same\np_b,p_a,2026-01-05,same", "old_id 'p_a' goes into itself"),
    ],
)
def test_a_bad_merger_is_named(tmp_path: Path, lines: str, told: str) -> None:
    """What is odd among the mergers is told with the file and the value."""
    path = tmp_path / "persons_merged.csv"
    path.write_text(f"old_id,merged_into,date,reason\n{lines}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_merged(path, SHIPPED)
    assert str(raised.value).startswith(f"{path}: ")
    assert told in str(raised.value)


def test_the_registry_is_part_of_the_rules(tmp_path: Path) -> None:
    """A person more, in either place, gives the rules another digest; without a registry the shipped one holds."""
    bare = load_rules(tmp_path)
    assert bare.people.registry.persons.keys() == SHIPPED.persons.keys()
    (tmp_path / "persons").mkdir()
    (tmp_path / "persons" / "more.csv").write_text(",".join(COLUMNS) + "\np_b_c,,Bela Corvin,,,,,,,,\n", "utf-8")
    more = load_rules(tmp_path)
    own = load_rules(written(tmp_path, LINE).parent)
    assert len({bare.digest, more.digest, own.digest}) == 3
    assert list(own.people.registry.persons) == ["p_ada_lovelace", "p_b_c"]
