"""When two captures read the same, and what changed when they do not."""

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model import Mention
from etl.people.names import name_key
from etl.people.recognition import own_id
from etl.tables.edits import differing
from etl.tables.schema import CHANGE_KINDS
from etl.tables.versions import COMPARED, changes, version_id

FIRST = {
    "version_id": "v_1",
    "seen_at": datetime(2026, 11, 21, 9, tzinfo=UTC),
    "headline": "Storm sinks 14 boats",
    "dateline": "Latakia (LP)-",
    "byline_raw": None,
    "attribution": None,
    "sign_off": None,
    "body_source": "page",
    "body_text": "A storm sank 14 boats.\nNobody was on board.\nThe wind will fall.",
    "keywords": ["storm"],
}
LATER = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_an_equal_reading_is_no_version() -> None:
    """What no reader sees (keywords, the instant of the capture) makes no version."""
    assert changes(FIRST, {**FIRST, "version_id": "v_2", "seen_at": LATER, "keywords": []}) is None


@pytest.mark.parametrize(
    ("edit", "fields", "paragraphs", "added", "removed"),
    [
        ({"headline": "Storm sinks 19 boats"}, ["headline"], [], 0, 0),
        ({"dateline": None}, ["dateline"], [], 0, 0),
        ({"byline_raw": "By Nino Beridze"}, ["byline_raw"], [], 0, 0),
        ({"body_text": FIRST["body_text"].replace("14", "19")}, ["body_text"], [0], 2, 2),  # type: ignore[attr-defined]
        ({"body_text": f"{FIRST['body_text']}\nOne was hurt."}, ["body_text"], [3], 14, 0),
        ({"body_text": "A storm sank 14 boats.\nThe wind will fall."}, ["body_text"], [], 0, 21),
    ],
)
def test_what_changed(
    edit: dict[str, object], fields: list[str], paragraphs: list[int], added: int, removed: int
) -> None:
    """The changed fields, the new paragraphs and the code points added and removed are told, and the window of time."""
    found = changes(FIRST, {**FIRST, **edit, "version_id": "v_2", "seen_at": LATER})
    assert found is not None
    assert (found["changed_fields"], found["changed_paragraphs"]) == (fields, paragraphs)
    assert (found["chars_added"], found["chars_removed"]) == (added, removed)
    assert (found["prev_version_id"], found["window_start"], found["window_end"]) == ("v_1", FIRST["seen_at"], LATER)
    assert (found["similarity"] == 1) == (added == removed == 0)


def test_a_version_id_is_what_a_reader_sees() -> None:
    """The id differs with the article and with each compared field, and with nothing else."""
    same = version_id("a_1", FIRST)
    assert same == version_id("a_1", {**FIRST, "keywords": [], "seen_at": LATER})
    others = [version_id("a_2", FIRST)] + [version_id("a_1", {**FIRST, name: "other"}) for name in COMPARED]
    assert len({same, *others}) == 2 + len(COMPARED)


def _mentions(body: str, names: Sequence[str]) -> list[Mention]:
    """The names where they stand in a body."""
    return [
        Mention(body.index(name), body.index(name) + len(name), name, None, None, None, None, None, None,
                name_key(name), own_id(name_key(name)), "key", "")
        for name in names if name in body
    ]  # fmt: skip


PEOPLE = (
    "Karim Haddad",
    "Sami Khoury",
    "Qasem Rostami",
    "Ghassem Rostami",
    "كريم حداد",
    "سامي خوري",
    "رضا کریمی",
    "علی احمدی",
)
KEPT = "The quay was quiet in the morning.\n"
KIND_CASES = [
    # Marks and white space
    ("The boats, all of them, came back.", "The boats all of them came back.", "punctuation"),
    ("The boats came back; nobody was hurt.", "The boats came back. nobody was hurt.", "punctuation"),
    ("He said “the wind will fall”.", 'He said "the wind will fall".', "punctuation"),
    ("He said « the wind will fall ».", "He said “the wind will fall”.", "punctuation"),
    ("The cargo weighs 1,400 tons.", "The cargo weighs 1400 tons.", "punctuation"),
    ("The cargo weighs 12,500,000 tons.", "The cargo weighs 12.500.000 tons.", "punctuation"),
    ("The boats came back. The wind fell.", "The boats came back.\nThe wind fell.", "punctuation"),
    ("عاد الصيادون، وهدأت الريح.", "عاد الصيادون وهدأت الريح", "punctuation"),
    ("ماهیگیران به خانه می\u200cروند.", "ماهیگیران به خانه می روند.", "punctuation"),
    ("بلغت الحمولة ١٬٤٠٠ طن.", "بلغت الحمولة ١٤٠٠ طن.", "punctuation"),
    ("The wind fell.\n\nDivers went down.", "The wind fell.\nDivers went down.", "punctuation"),
    ("The level rose by 1.5 metres.", "The level rose by 1,5 metres.", "punctuation"),
    # Letters
    ("They lost thier nets.", "They lost their nets.", "spelling"),
    ("The goverment met on the quay.", "The government met on the quay.", "spelling"),
    ("The harbor was closed today.", "The harbour was closed today.", "spelling"),
    ("They recieved the fishermen.", "They received the fishermen.", "spelling"),
    ("The cafe on the pier is open.", "The café on the pier is open.", "spelling"),
    ("The ARMY left the pier.", "The Army left the pier.", "spelling"),
    ("وصل القارب إلى الميناء القديمة.", "وصل القارب الى الميناء القديمه.", "spelling"),
    ("كتب البحار رسالة قصيرة.", "كتَبَ البحار رسالة قصيرة.", "spelling"),
    ("كشتي در بندر ماند.", "کشتی در بندر ماند.", "spelling"),
    ("Some 14 boats came back.", "Some ١٤ boats came back.", "spelling"),
    # Figures
    ("The storm sank 14 boats.", "The storm sank 19 boats.", "number"),
    ("The storm sank 3 boats and hurt 5 men.", "The storm sank 5 boats and hurt 3 men.", "number"),
    ("The cargo weighs 1,400 tons.", "The cargo weighs 1,500 tons.", "number"),
    ("The level rose by 1.5 metres.", "The level rose by 15 metres.", "number"),
    ("Repairs cost two million.", "Repairs cost two billion.", "number"),
    ("It is the 19th storm of the year.", "It is the 20th storm of the year.", "number"),
    ("غرق ١٤ قاربا في المرفأ.", "غرق ١٩ قاربا في المرفأ.", "number"),
    ("غرقت ثلاثة قوارب في المرفأ.", "غرقت خمسة قوارب في المرفأ.", "number"),
    ("طوفان ۱۴ قایق را غرق کرد.", "طوفان ۱۹ قایق را غرق کرد.", "number"),
    ("طوفان دو قایق را غرق کرد.", "طوفان سه قایق را غرق کرد.", "number"),
    # Names
    ("The mayor, Karim Haddad, was there.", "The mayor, Sami Khoury, was there.", "name"),
    ("The mayor, Qasem Rostami, was there.", "The mayor, Ghassem Rostami, was there.", "spelling"),
    ("وقال كريم حداد إن البحر هادئ.", "وقال سامي خوري إن البحر هادئ.", "name"),
    ("رضا کریمی در بندر بود.", "علی احمدی در بندر بود.", "name"),
    # Quotations
    ("She said “we will wait” and left.", "She said “we will sail” and left.", "quote"),
    ('She said "we will wait" and left.', "She said we will wait and left.", "quote"),
    ("She said „we will wait“ and left.", "She said „we shall not wait“ and left.", "quote"),
    ("She said ‘we’ll wait’ and left.", "She said ‘we’ll not wait’ and left.", "quote"),
    ("She said 'we will wait' and left.", "She said 'we will sail' and left.", "quote"),
    ("وقالت «سننتظر الريح» ثم غادرت.", "وقالت «لن ننتظر الريح» ثم غادرت.", "quote"),
    ("او گفت «ما می\u200cمانیم» و رفت.", "او گفت «ما نمی\u200cمانیم» و رفت.", "quote"),
    ("She said “we lost 3 boats” and left.", "She said “we lost 4 boats” and left.", "number quote"),
    # Words
    ("The council praised the plan on Monday.", "The council rejected the plan on Monday.", "wording"),
    ("The captain was able to leave.", "The captain was not able to leave.", "wording"),
    ("They say it is legal to fish here.", "They say it is illegal to fish here.", "wording"),
    ("The ship had come from Iran that day.", "The ship had come from Iraq that day.", "wording"),
    ("The crew will now leave the ship.", "The crew will not leave the ship.", "wording"),
    ("وافق المجلس على الخطة.", "رفض المجلس على الخطة.", "wording"),
    ("آنها کار را شروع کردند.", "آنها کار را شروع نکردند.", "wording"),
    ("船在早上回到港口。", "船在晚上回到港口。", "wording"),
    ("The storm sank 14 boats on Monday.", "The gale sank 19 boats on Monday.", "number wording"),
    # Paragraphs
    ("The wind fell.", "The wind fell.\nDivers went down at noon.", "paragraph_added"),
    ("The wind fell.\nDivers went down at noon.", "The wind fell.", "paragraph_removed"),
    ("First one.\nThen another.\nAt last a third.", "Then another.\nAt last a third.\nFirst one.", "paragraph_moved"),
    ("The wind fell.\nDivers went down.", "The wind fell.\nNobody else was seen.", "paragraph_added paragraph_removed"),
    ("The wind fell at 9.", "Buyers waited.\nThe wind fell at 8.", "number paragraph_added"),
    ("هدأت الريح.", "هدأت الريح.\nنزل الغواصون ظهرا.", "paragraph_added"),
    ("باد آرام شد.\nغواصان ظهر رسیدند.", "غواصان ظهر رسیدند.\nباد آرام شد.", "paragraph_moved"),
]


@pytest.mark.parametrize(("old", "new", "kinds"), KIND_CASES)
def test_kind_of_edit(old: str, new: str, kinds: str) -> None:
    """An edit of a body has these kinds and no other, forwards and backwards."""
    swapped = {"paragraph_added": "paragraph_removed", "paragraph_removed": "paragraph_added"}
    backwards = {swapped.get(kind, kind) for kind in kinds.split()}
    for before, after, wanted in ((old, new, {*kinds.split()}), (new, old, backwards)):
        bodies = (KEPT + before, KEPT + after)
        rows = [{**FIRST, "body_text": body} for body in bodies]
        found = changes(rows[0], rows[1], (_mentions(bodies[0], PEOPLE), _mentions(bodies[1], PEOPLE)))
        assert found is not None
        assert found["change_kinds"] == [kind for kind in CHANGE_KINDS if kind in wanted]


@pytest.mark.parametrize(
    ("edit", "kinds"),
    [
        ({"headline": "Storm sinks 19 boats"}, ["headline", "number"]),
        ({"headline": "Storm sinks, 14 boats"}, ["headline", "punctuation"]),
        ({"headline": "Calm saves 14 boats"}, ["headline", "wording"]),
        ({"dateline": None}, ["dateline"]),
        ({"byline_raw": "By Nino Beridze"}, ["byline"]),
        ({"attribution": "به گزارش خبرگزاری خزر،"}, ["wording"]),
        ({"sign_off": "انتهای پیام/"}, ["wording"]),
        ({"headline": "Storm sinks 19 boats", "dateline": None, "byline_raw": "x"},
         ["headline", "dateline", "byline", "number"]),
    ],
)  # fmt: skip
def test_kind_of_edit_beside_the_body(edit: dict[str, object], kinds: list[str]) -> None:
    """A changed headline, dateline or byline is told as such, a headline with the kind of its words too."""
    found = changes(FIRST, {**FIRST, **edit})
    assert found is not None
    assert found["change_kinds"] == kinds


_bodies = st.lists(st.sampled_from(["One 1.", "one “1”", "", "ONE", "Two, two", "و", "۱۲", "漢字", "…"]), max_size=6)


@given(_bodies.map("\n".join), _bodies.map("\n".join))
def test_every_edit_has_a_kind_and_sizes_add_up(old: str, new: str) -> None:
    """Whatever becomes of a body has a kind, and what stayed, came and went are exactly both bodies."""
    found = changes({**FIRST, "body_text": old}, {**FIRST, "body_text": new})
    assert (found is None) == (old == new)
    if found is not None:
        added, removed, similarity = (found[name] for name in ("chars_added", "chars_removed", "similarity"))
        assert isinstance(added, int)
        assert isinstance(removed, int)
        assert found["change_kinds"]
        assert 0 <= added <= len(new)
        assert 0 <= removed <= len(old)
        assert len(new) - added == len(old) - removed
        assert similarity == pytest.approx(2 * (len(new) - added) / (len(old) + len(new)))


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_differing_leaves_what_is_in_common(old: list[str], new: list[str]) -> None:
    """What is left without the differing places is one sequence; without order, as many of each as both have."""
    for cells in (0, 10_000):
        stretches = differing(old, new, cells)
        gone, come = ({n for stretch in stretches for n in stretch[side]} for side in (0, 1))
        ours = [item for n, item in enumerate(old) if n not in gone]
        theirs = [item for n, item in enumerate(new) if n not in come]
        assert sorted(ours) == sorted(theirs)
        if cells:
            assert ours == theirs
        else:
            assert len(ours) >= sum(
                block.size for block in SequenceMatcher(None, old, new, False).get_matching_blocks()
            )


def test_hostile_bodies_are_compared_by_their_bounds() -> None:
    """Bodies of 200,000 words without a word in order are compared without order, and say so by an upper bound."""
    words = ["".join(letters) for letters in itertools.islice(itertools.product("abcdefghij", repeat=6), 200_000)]
    mixed = random.Random(3).sample(words, len(words))
    for join in (" ", "\n"):
        found = changes({**FIRST, "body_text": join.join(words)}, {**FIRST, "body_text": join.join(mixed)})
        assert found is not None
        assert found["similarity"] == pytest.approx(1, abs=0.01)
        assert found["change_kinds"] == (["wording"] if join == " " else ["paragraph_moved"])
