"""People in a text: where they stand and who of them is one."""

import re
import tomllib
from pathlib import Path

import pytest

from etl.model import Mention
from etl.mentions import find_mentions, person_id

ROOT = Path(__file__).parent.parent
TITLES = {
    form: honorific_class
    for honorific_class, forms in tomllib.loads((ROOT / "config" / "titles.toml").read_text("utf-8")).items()
    for form in forms
}
PLACES = {"Deir Ezzor", "Saudi Arabia", "New York"}


def _find(body: str) -> tuple[Mention, ...]:
    mentions = find_mentions(body, TITLES, PLACES.__contains__)
    for mention in mentions:
        assert body[mention.start : mention.end] == mention.surface
    return mentions


@pytest.mark.parametrize(
    ("text", "surface", "honorific", "honorific_class"),
    [
        ("said Lt. General Qassem Rostami, the late", "Qassem Rostami", "Lt. General", "military"),
        ("the role of Lt. Gen. Munir Qasem in", "Munir Qasem", "Lt. Gen.", "military"),
        ("Sheikh Munir Qasem pointed to", "Munir Qasem", "Sheikh", "clerical"),
        ("Haj Qassem Rostami was", "Qassem Rostami", "Haj", "pilgrimage"),
        ("that Martyr Rostami proved", "Rostami", "Martyr", "martyr"),
        ("Dr. Rima Haffar told reporters", "Rima Haffar", "Dr.", "academic"),
        ("Transport Minister Yousef al-Sarraf opened", "Yousef al-Sarraf", "Minister", "civil"),
        ("Prime Minister Davit Gurgenov's office", "Davit Gurgenov", "Prime Minister", "civil"),
        ("Yesterday Samira Jablawi asked", "Samira Jablawi", None, None),
        ("the poet Hassan Salman's verses", "Hassan Salman", None, None),
        ("said İlhan Şahin on", "İlhan Şahin", None, None),
        ("يشكر الحاج قاسم الشيخ منير قاسم على", "قاسم", "الحاج", "pilgrimage"),
        ("قال الشيخ منير قاسم إن", "منير قاسم", "الشيخ", "clerical"),
        ("وقال الحاج قاسم الشيخ", "قاسم", "الحاج", "pilgrimage"),
        ("أعلن وزير النقل السوري يوسف الصراف يوم الأحد", "يوسف الصراف", "وزير النقل السوري", "civil"),
        ("أسرة الفريق الراحل قاسم رستمي مئتي رسالة", "قاسم رستمي", "الفريق الراحل", "military"),
        ("گفت سردار قاسم رستمی در", "قاسم رستمی", "سردار", "military"),
        ("آیت‌الله کریم نظری گفت", "کریم نظری", "آیت‌الله", "clerical"),
    ],
)
def test_titled_and_full_names(text: str, surface: str, honorific: str | None, honorific_class: str | None) -> None:
    """A name is found with its title as printed beside it, and the title has a class."""
    mention = _find(text)[0]
    assert (mention.surface, mention.honorific, mention.honorific_class) == (surface, honorific, honorific_class)


@pytest.mark.parametrize(
    "text",
    [
        "He said the Quds Force and the Al-Ahd News Network were in New York.",
        "In Saudi Arabia the Central Bank and the General Assembly met on Monday.",
        "Foreign Ministry officials left Deir Ezzor. The Arab League is Arab.",
        "The Northern Relief Corps and the League of Coastal Volunteers",
        "Prime Minister of the day",
        "Wadi al-Joz, Middle East",
        "قال إن الوزارة في دمشق",
        "",
    ],
)
def test_what_is_nobody(text: str) -> None:
    """Organisations, places, months and bare titles are no people."""
    assert _find(text) == ()


SEED_SHAPE = (
    "Lt. General Qassem Soleimani had a role. Sheikh Naeem Qasim pointed to the role of Lt. Gen. Soleimani. General "
    "Soleimani's advice. Haj Soleimani was there. Martyr Soleimani himself. Qasim said so. Haj Qassem was there."
)


def test_two_people_who_share_a_part_of_their_names() -> None:
    """In the seed article's shape the speaker's family name is the commander's given name, and they stay two."""
    mentions = _find(SEED_SHAPE)
    commander, speaker = mentions[0], mentions[1]
    assert (commander.surface, speaker.surface) == ("Qassem Soleimani", "Naeem Qasim")
    assert None not in {commander.person_id, speaker.person_id}
    assert commander.person_id != speaker.person_id
    by_print = {f"{m.honorific or ''} {m.surface}".strip(): m for m in mentions}
    for printed in ("Lt. Gen. Soleimani", "General Soleimani", "Haj Soleimani", "Martyr Soleimani", "Haj Qassem"):
        assert by_print[printed].person_id == commander.person_id, printed
        assert by_print[printed].status == "in_article"
        assert by_print[printed].antecedent_start == commander.start
    assert by_print["Qasim"].person_id == speaker.person_id


def test_a_part_of_two_names_points_to_nobody() -> None:
    """A family name that two people of the article bear is unresolved, and says why."""
    last = _find("Qasem Rostami and Hamid Rostami came. General Rostami spoke.")[-1]
    assert (last.surface, last.person_id, last.status) == ("Rostami", None, "unresolved")
    assert re.search("several full names", last.why)


def test_a_title_may_come_before_the_full_name() -> None:
    """A surname in the first paragraph points to the full name that only a later one gives."""
    first, full = _find("General Rostami spoke.\nQasem Rostami is a general.")
    assert (first.person_id, first.antecedent_start) == (full.person_id, full.start)


def test_an_id_needs_more_than_a_short_or_single_name() -> None:
    """One part, or too few consonants, make no id; spellings of one name make the same."""
    assert person_id("slmny") is None
    assert person_id("l by") is None
    assert person_id("ksm slmny") == person_id("ksm slmny") != person_id("nm ksm")
