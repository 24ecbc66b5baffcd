"""People in a text: where their names stand, what they are called, which office stands beside them."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.mention_scores import marked_articles
from etl.model import Mention
from etl.people.mentions import find_mentions, make_finder
from etl.rulesets import load_rules

ROOT = Path(__file__).parent.parent
RULES = load_rules(ROOT / "config")
TITLES = {title.form: title.honorific_class for title in RULES.titles}
FINDER = make_finder(TITLES, RULES.lexicon)
PLACES = frozenset(
    "Deir Ezzor,Saudi Arabia,New York,Germany,Sweden,Norway,Croatia,Paris,Berlin,Houston,Gary,Baghdad,Tehran,Damascus,"
    "Ottawa,Zagreb,Tripoli,Bremen,Rostock,Bilbao,Port Said,Cape Town".split(",")
)
BODIES = [body for body, _ in marked_articles()]
LEAST_F1 = 0.95  # on tests/mentions.txt; measured 0.986


def _find(body: str) -> tuple[Mention, ...]:
    mentions = find_mentions(body, FINDER, PLACES.__contains__)
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
        ("said the late Qassem Rostami had", "Qassem Rostami", "late", "deceased"),
        ("Dr. Rima Haffar told reporters", "Rima Haffar", "Dr.", "academic"),
        ("Transport Minister Yousef al-Sarraf opened", "Yousef al-Sarraf", "Transport Minister", "civil"),
        ("Prime Minister Davit Gurgenov's office", "Davit Gurgenov", "Prime Minister", "civil"),
        ("General Haj Munir Qasem spoke", "Munir Qasem", "General Haj", "pilgrimage"),
        ("Grand Ayatollah Karim Nazari", "Karim Nazari", "Grand Ayatollah", "clerical"),
        ("U.S. Secretary of State Martin Oakley said", "Martin Oakley", None, None),
        ("Yesterday Samira Jablawi asked", "Samira Jablawi", None, None),
        ("the poet Hassan Salman's verses", "Hassan Salman", None, None),
        ("said İlhan Şahin on", "İlhan Şahin", None, None),
        ("يشكر الحاج قاسم الشيخ منير قاسم على", "قاسم", "الحاج", "pilgrimage"),
        ("قال الشيخ منير قاسم إن", "منير قاسم", "الشيخ", "clerical"),
        ("وقال الحاج قاسم الشيخ", "قاسم", "الحاج", "pilgrimage"),
        ("أعلن وزير النقل السوري يوسف الصراف يوم الأحد", "يوسف الصراف", "وزير النقل السوري", "civil"),
        ("أسرة الفريق الراحل قاسم رستمي مئتي رسالة", "قاسم رستمي", "الفريق الراحل", "deceased"),
        ("استقبل الأمير محمد بن سلمان وفدا", "محمد بن سلمان", "الأمير", "civil"),
        ("گفت سردار قاسم رستمی در", "قاسم رستمی", "سردار", "military"),
        ("آیت‌الله کریم نظری گفت", "کریم نظری", "آیت‌الله", "clerical"),
    ],
)
def test_titled_and_full_names(text: str, surface: str, honorific: str | None, honorific_class: str | None) -> None:
    """A name is found with its titles as printed beside it, and the nearest title has a class."""
    mention = _find(text)[0]
    assert (mention.surface, mention.honorific, mention.honorific_class) == (surface, honorific, honorific_class)


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("said J. D. Vance and George W. Bush", ["J. D. Vance", "George W. Bush"]),
        ("It named R. William Carmody Jr., 52, as head", ["R. William Carmody Jr."]),
        ("before H. Ross Perot III spoke", ["H. Ross Perot III"]),
        ("said Michelle O’Neill’s aide", ["Michelle O’Neill"]),
        ("with Marco van Basten and Ursula von der Leyen", ["Marco van Basten", "Ursula von der Leyen"]),
        ("by Jean-Pierre Le Roy", ["Jean-Pierre Le Roy"]),
        ("South Korean leader Kim Woo-choong said", ["Kim Woo-choong"]),
        ("Chinese President Xi Jinping said", ["Xi Jinping"]),
        ("the host Larry King said", ["Larry King"]),
        ("Defense Minister Israel Katz said", ["Israel Katz"]),
        ("a fan of Albert French in Germany", ["Albert French"]),
        ("striker Fabio Brunetti and goalkeeper Pagotto", ["Fabio Brunetti", "Pagotto"]),
        ("Striker Fabio Brunetti scored", ["Fabio Brunetti"]),
        ("1. Yelena Tarasenkova (Russia) 4:04.31", ["Yelena Tarasenkova"]),
        ("beat 6-Goran Perkovic ( Croatia ) 6-4 6-3", ["Goran Perkovic"]),
        ("Tariq Mahmood c Frobisher b Lumley 12", ["Tariq Mahmood", "Frobisher", "Lumley"]),
        ("Derby 2 (Sturgess 45, Daley 71) Luton 0", ["Sturgess", "Daley"]),
        ("To bat: Gillingham, McGraw, Reiffert.", ["Gillingham", "McGraw", "Reiffert"]),
        ("said Anna Lindqvist , 34 , of Malmo", ["Anna Lindqvist"]),
        ("The lawyer spoke to Mohamed El Saife", ["Mohamed El Saife"]),
        ("said Abu Hassan Amer, 44", ["Abu Hassan Amer"]),
        ("with Ali Akbar Hashemi Rafsanjani in", ["Ali Akbar Hashemi Rafsanjani"]),
        ("when Putin called", ["Putin"]),
        ("his wife, Solange, and two sons", ["Solange"]),
    ],
)
def test_forms_of_names(text: str, surfaces: list[str]) -> None:
    """Initials, particles, suffixes, hyphens, ranks in a table and words that are no names elsewhere are read right."""
    assert [mention.surface for mention in _find(text)] == surfaces


@pytest.mark.parametrize(
    "text",
    [
        "He said the Quds Force and the Al-Ahd News Network were in New York.",
        "In Saudi Arabia the Central Bank and the General Assembly met on Monday.",
        "Foreign Ministry officials left Deir Ezzor. The Arab League is Arab.",
        "The Northern Relief Corps and the League of Coastal Volunteers",
        "Prime Minister of the day",
        "Wadi al-Joz, Middle East",
        "They fled to the Saddam Hussein Hospital and the Martyr Rostami Bridge.",
        "The Abraham Lincoln Battle Group and the George Washington Bridge",
        "Goldman Sachs and Morgan Stanley raised Carmody & Sons Inc.",
        "Johnson & Johnson fell; Julius Berger plc rose in May and August.",
        "The London-based, Iran-backed Franco-German group GenCorp",
        "Sinn Fein, Fine Gael and Boko Haram met in Cape Town.",
        "Real Sociedad beat Athletic Bilbao. Werder Bremen drew with Hansa Rostock.",
        "The World Health Summit and the Champions Trophy are in Port Said.",
        "Germans and Iranians like Jordan and Georgia. Will it rain? May it.",
        "NATO, the EU and the U.S. Senate said the U.N. would go.",
        "قال إن الوزارة في دمشق",
        "الأمين العام للأمم المتحدة والأمين العام لرابطة المتطوعين",
        "",
    ],
)
def test_what_is_nobody(text: str) -> None:
    """Organisations, places, nations, months, works and bare titles are no people, nor is a person in their names."""
    assert [mention.surface for mention in _find(text)] == []


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("Anna Lindqvist came. Lindqvist spoke. Anna left.", ["Anna Lindqvist", "Lindqvist", "Anna"]),
        ("SOCCER - BRUNETTI LIFTS GENOA .\nFabio Brunetti scored.", ["BRUNETTI", "Fabio Brunetti"]),
        ("SOCCER - PETER HANSEN SIGNS .\nNothing else.", ["PETER HANSEN"]),
        ("Pieter van Houten came. Van Houten spoke.", ["Pieter van Houten", "Van Houten"]),
        ("Jack Houston came. He lives in Houston.", ["Jack Houston"]),
        ("Gary Mottola came. Gary spoke.", ["Gary Mottola", "Gary"]),
        ("Gary said no. Gary said yes.", []),
        ("Hansen said no. Hansen said yes.", ["Hansen", "Hansen"]),
        ("Riverine Volunteers said no. Riverine Volunteers said yes.", []),
        ("Gynex said no. Gynex said yes. Gynex said so.", []),
        ("Theresa Will came. Will it rain? Nobody will say.", ["Theresa Will"]),
        ("قال الشيخ منير قاسم إن. وأضاف قاسم شيئا", ["منير قاسم", "قاسم"]),
    ],
)
def test_what_was_named_once_is_known_again(text: str, surfaces: list[str]) -> None:
    """A part of a name that the text has in full is found alone, in lines of capitals too, but not as a place."""
    assert [mention.surface for mention in _find(text)] == surfaces


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Munir Qasem, deputy secretary-general of the League, said", "deputy secretary-general of the League"),
        ("Anna Lindqvist, a former mayor of Malmo , said", "a former mayor of Malmo"),
        ("Iranian foreign minister Munir Qasem said", "Iranian foreign minister"),
        ("the striker Anna Lindqvist said", "striker"),
        ("Anna Lindqvist, who was late, said", None),
        ("Anna Lindqvist, Berlin, said", None),
        ("Anna Lindqvist, said her coach, was late", None),
        ("said Anna Lindqvist of Berlin", None),
    ],
)
def test_the_office_beside_the_name(text: str, role: str | None) -> None:
    """The office behind the name between commas, else the one in lower case before it, is kept as printed."""
    assert _find(text)[0].role_text == role


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("said George W. Bush Jr. on", ("George", "Bush", "W. Jr.")),
        ("said Marco van Basten on", ("Marco", "van Basten", None)),
        ("said Ali Akbar Rostami on", ("Ali", "Rostami", "Akbar")),
        ("said Martyr Rostami on", (None, None, None)),
        ("قال الأمير محمد بن سلمان", ("محمد", "بن سلمان", None)),
    ],
)
def test_the_parts_of_a_name(text: str, parts: tuple[str | None, ...]) -> None:
    """A full name has a given and a family name, with its particles, and what stands between; a part has none yet."""
    mention = _find(text)[0]
    assert (mention.name_given, mention.name_family, mention.name_other) == parts


def test_the_forms_of_a_registry() -> None:
    """A name that a registry lists is found in Arabic and Persian script without a title, as whole words only."""
    finder = make_finder(TITLES, RULES.lexicon, ["منير قاسم", "قاسم رستمی", "Munir Qasem"])
    found = find_mentions("التقى منير قاسم وفدا، وقال. ومنير قاسمي غيره. قاسم رستمی گفت", finder, PLACES.__contains__)
    assert [mention.surface for mention in found] == ["منير قاسم", "قاسم رستمی"]
    joined = find_mentions("ذهب ومنير قاسم", finder, PLACES.__contains__)
    assert [mention.surface for mention in joined] == ["منير قاسم"]


def test_accuracy_on_news_of_many_kinds() -> None:
    """On the invented articles exact spans reach the floor; a change of rules that costs accuracy is seen here."""
    right = found = marked = 0
    for body, spans in marked_articles():
        mine = {(mention.start, mention.end) for mention in _find(body)}
        right, found, marked = right + len(mine & spans), found + len(mine), marked + len(spans)
    assert marked >= 200
    assert 2 * right / (found + marked) >= LEAST_F1


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([body for body, _ in marked_articles()]), max_size=3).map("\n".join)
)
def test_mentions_stand_apart_and_in_order(body: str) -> None:
    """Whatever the text, mentions do not overlap, stand in order, and a title stands right before its name."""
    mentions = _find(body)
    for before, behind in pairwise(mentions):
        assert before.end <= behind.start
    for mention in mentions:
        assert mention.surface.strip() == mention.surface != ""
        assert mention.honorific is None or body[: mention.start].rstrip().endswith(mention.honorific)


class Counted(dict[str, str]):
    """A dictionary that counts how often it is asked."""

    asked = 0

    def __contains__(self, key: object) -> bool:
        self.asked += 1
        return super().__contains__(key)


def test_class_of_a_long_honorific_is_asked_for_few_times() -> None:
    """Twice as many words are looked up twice as often: no run of words is longer than the longest title."""
    asked = []
    for count in (500, 1_000):
        counted = Counted(FINDER.titles.classes)
        FINDER.titles._replace(classes=counted).class_of("boat " * count)
        asked.append(counted.asked)
    assert asked[1] <= 2 * asked[0] + FINDER.titles.longest**2
