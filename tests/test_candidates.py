"""Which known names may be meant by a name: spellings are found, few are proposed, nothing is decided."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.people.candidates import MOST, MOST_PARTS, find_candidates, index_names, parts_of
from etl.people.registry import load_registry
from etl.people.skeletons import plain_part, skeletons
from etl.people.sounds import sounds_of

REGISTRY = load_registry(Path(__file__).parent.parent / "config" / "persons.csv")
NAMES = [form for person in REGISTRY.persons.values() for form in person.forms]
INDEX = index_names(NAMES)
FEW = NAMES[:40]


def found(name: str, names: list[str] | None = None, most: int = MOST) -> list[str]:
    """The candidates of a name, as names."""
    known = NAMES if names is None else names
    return [known[number] for number in find_candidates(name, INDEX if names is None else index_names(known), most)]


@pytest.mark.parametrize(
    ("spelling", "known"),
    [
        ("Naeem Qassim", "Naim Qassem"),
        ("Ghassem Suleymany", "Qasem Soleimani"),
        ("Moamer Kaddafi", "Muammar Gaddafi"),
        ("Osman Khalidi", "Uthman al-Khaledi"),
        ("Ridha Navid", "Reza Nawid"),
        ("Gamal Mokhtar", "Jamal Mukhtar"),
        ("Djibril Tewfik", "Jibril Tawfiq"),
        ("Abd al-Rahman Shukri", "Abderrahmane Choukri"),
        ("Wagih Hosni", "Vajih Husni"),
        ("یوسف رضایی", "Yousef Rezaei"),
        ("Yousef Rezaei", "یوسف رضایی"),
        ("Yasin Karwani Hama", "Hama Yasin"),
        ("Mosafa Charan", "Mostafa Chamran"),
        ("Nuruddin Benhammedi", "Nour Hammedi"),
    ],
)
def test_spellings_are_found(spelling: str, known: str) -> None:
    """A name is found by another spelling, in another script and order, among many others."""
    assert known in found(spelling, [*NAMES, known])


def test_every_name_finds_its_person() -> None:
    """Each canonical name of the registry is among its own first three candidates."""
    for person in REGISTRY.persons.values():
        numbers = find_candidates(person.name, INDEX)
        assert person.name in [NAMES[number] for number in numbers[:3]], person.name


def test_the_whole_name_stands_before_a_part() -> None:
    """Names that share both parts come first, the likest of them at the head, those that share one behind."""
    names = ["Karim Zand", "Samir Haddad", "Samir Hadad", "Samira Haddad", "Nour Haddad"]
    assert found("Samir Haddad", names)[:2] == ["Samir Haddad", "Samir Hadad"]
    assert found("Samir Haddad", names)[-1] == "Nour Haddad"
    assert "Karim Zand" not in found("Samir Haddad", names)
    index = index_names(names)
    assert 4 not in find_candidates("Samir Haddad", index, by_one_part=False)


def test_no_more_than_asked_for() -> None:
    """However common the parts of a name, no more candidates than asked for are proposed."""
    names = [f"Mohammad Ahmadi {word}" for word in NAMES]
    assert len(found("Mohammad Ahmadi", names)) == MOST
    assert len(found("Mohammad Ahmadi", names, 3)) == 3


@pytest.mark.parametrize("name", ["", "...", "12", "Zzyzx Brrgh", "漢字"])
def test_nothing_is_found_for_what_nobody_has(name: str) -> None:
    """A name of which no part is known has no candidates; so has any name where nobody is known."""
    assert found(name, ["Samir Haddad"]) == []
    assert found("Samir Haddad", []) == []


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=8, unique=True), st.text(max_size=30))
def test_candidates_are_known_names_once(names: list[str], name: str) -> None:
    """Any text gives numbers of known names, each once; a known name is among its own candidates."""
    index = index_names(names)
    for asked in (name, *names):
        numbers = find_candidates(asked, index)
        assert len(numbers) == len(set(numbers)) <= len(names)
        assert all(0 <= number < len(names) for number in numbers)
    assert all(number in find_candidates(asked, index) for number, asked in enumerate(names))


@given(st.sampled_from(FEW), st.lists(st.sampled_from(NAMES), max_size=5))
def test_candidates_do_not_depend_on_what_was_asked_before(name: str, before: list[str]) -> None:
    """What is kept of earlier look-ups changes no answer."""
    used, fresh = index_names(FEW), index_names(FEW)
    for earlier in before:
        find_candidates(earlier, used)
    assert find_candidates(name, used) == find_candidates(name, fresh)


def test_a_long_name_is_looked_up_by_its_first_parts() -> None:
    """A name of more parts than the index holds is found by those that it does hold."""
    long = "Ahmad Bakr Chafik Dawud Esmat Farid Ghazi Hamid"
    assert len(parts_of(long)) > MOST_PARTS
    assert found("Ahmad Bakr", [long, "Karim Zand"]) == [long]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [("qasem", "kassim", True), ("reza", "ridha", True), ("khalid", "halid", True), ("qasem", "nasim", False)],
)
def test_skeletons(one: str, other: str, meet: bool) -> None:
    """Spellings of one part share a row of consonants; other names share none."""
    assert bool(set(skeletons(sounds_of(one))) & set(skeletons(sounds_of(other)))) is meet


@pytest.mark.parametrize(
    ("part", "plain"),
    [
        ("elkaddafi", "kaddafi"),
        ("benhammedi", "hammedi"),
        ("serajdin", "seraj"),
        ("alim", "alim"),
        ("benali", "benali"),
    ],
)
def test_plain_parts(part: str, plain: str) -> None:
    """A word that is written together with a part or apart is left off where enough of a name remains."""
    assert plain_part(part) == plain
