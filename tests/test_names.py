"""One name, one key, however it is spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.names import name_key, name_parts


@pytest.mark.parametrize(
    "spellings",
    [
        ("Qasem", "Qassem", "Ghasem", "Kasim", "Qasim", "Qāsem", "QASEM", "قاسم", "قَاسِم"),
        ("Soleimani", "Sulaimani", "Suleimani", "Soleymani", "سلیمانی", "سليماني"),
        ("Naeem Qasim", "Naim Qassem", "Na'im Kassem", "Naïm Kassem", "نعيم قاسم", "نعیم قاسم"),
        ("Munir Qasem", "Mounir Kassem", "Munir Qassim", "منير قاسم", "منیر قاسم"),
        ("Abdul Rahman", "Abdulrahman", "Abd al-Rahman", "Abdel Rahman", "عبد الرحمن", "عبدالرحمن"),
        ("Yousef al-Sarraf", "Youssef Sarraf", "Yusuf Al-Sarraf", "يوسف الصراف", "یوسف صراف"),
        ("Hassan Nasrallah", "Hasan Nasrullah", "حسن نصرالله"),
        ("Salman bin Fahd", "Salman Fahd", "سلمان بن فهد"),
        ("Hossein", "Hussein", "Husayn", "حسین", "حسين"),
        ("Shirin Lahiji", "Sheereen Lahiji", "شیرین لاهیجی"),
    ],
)
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    """Romanisations, Arabic and Persian script give one key, which is not empty."""
    keys = {spelling: name_key(spelling) for spelling in spellings}
    assert len(set(keys.values())) == 1, keys
    assert all(keys.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Qasem", "Qasimi"),
        ("قاسم", "قاسمی"),
        ("Naeem Qasim", "Naeem Qasimi"),
        ("Qasem Soleimani", "Ali Soleimani"),
        ("Naeem Qasim", "Qasim Naeem"),
        ("Qassem Soleimani", "Qassem Rostami"),
        ("Karim", "Karimi"),
    ],
)
def test_names_of_different_people_have_different_keys(one: str, other: str) -> None:
    """A final -i, another part or another order of parts is another name."""
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Qassem Soleimani", ["Qassem", "Soleimani"]),
        ("Yousef al-Sarraf", ["Yousef", "Sarraf"]),
        ("Mohammad bin Salman", ["Mohammad", "Salman"]),
        ("Abu Bakr", ["abuBakr"]),
        ("يوسف الصراف", ["يوسف", "صراف"]),
        ("", []),
        (" - ", []),
    ],
)
def test_parts(name: str, parts: list[str]) -> None:
    """The parts are the words without articles and particles, Abd and Abu joined to what they belong to."""
    assert name_parts(name) == parts


@given(st.text(max_size=40))
def test_any_text_has_a_key_that_ignores_case(name: str) -> None:
    """No text makes it raise, and capitals of Latin letters change nothing."""
    key = name_key(name)
    assert key == " ".join(key.split())
    latin = "".join(char for char in name if char.isascii())
    assert name_key(latin) == name_key(latin.upper())


@pytest.mark.parametrize(
    ("one", "other"), [("Ali Rostami", "Wali Rostami"), ("علی رستمی", "ولی رستمی"), ("Asir Haddad", "Yasir Haddad")]
)
def test_a_glide_at_the_beginning_makes_another_name(one: str, other: str) -> None:
    """Names that differ by w or y at the beginning of a part are two names, in either script."""
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Walid", "وليد"), ("Ouissam", "وسام"), ("Vahid", "وحید"), ("Yusuf", "يوسف"), ("Youssef", "یوسف")],
)
def test_a_glide_at_the_beginning_is_spelled_in_many_ways(one: str, other: str) -> None:
    """A w or y at the beginning of a part gives one key however it is spelled."""
    assert name_key(one) == name_key(other)
