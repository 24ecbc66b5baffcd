"""Who in one article is who: what a shorter name points to, and what is left open."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model import Mention
from etl.people.identities import People, Setting
from etl.people.mentions import find_mentions, make_finder
from etl.people.recognition import own_id
from etl.people.registry import Registry
from etl.people.resolution import resolve_mentions
from etl.rulesets import load_rules

RULES = load_rules(Path(__file__).parent.parent / "config")
FINDER = make_finder({title.form: title.honorific_class for title in RULES.titles}, RULES.lexicon)
NOBODY = Setting(People(Registry(), RULES.people.forms))  # no registry and no decision: the article alone
SEED_SHAPE = (
    "Lt. General Qassem Soleimani had a role. Sheikh Naeem Qasim pointed to the role of Lt. Gen. Soleimani. General "
    "Soleimani's advice. Haj Soleimani was there. Martyr Soleimani himself. Qasim said so. Haj Qassem was there."
)
SENTENCES = (
    "Lt. General Qassem Soleimani had a role.",
    "Sheikh Naeem Qasim spoke.",
    "Haj Qassem was there.",
    "General Soleimani said so.",
    "George W. Bush and George Bush came.",
    "Mrs. Clinton met Hillary Clinton.",
    "President Bill Clinton left.",
    "وقال الشيخ منير قاسم ذلك.",
)


def _resolve(body: str) -> tuple[Mention, ...]:
    return resolve_mentions(find_mentions(body, FINDER, lambda _: False), NOBODY)


def test_two_people_who_share_a_part_of_their_names() -> None:
    """In the seed article's shape the speaker's family name is the commander's given name, and they stay two."""
    mentions = _resolve(SEED_SHAPE)
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
    assert (by_print["Haj Qassem"].name_given, by_print["Qasim"].name_family) == ("Qassem", "Qasim")


@pytest.mark.parametrize(
    ("body", "surface", "antecedent"),
    [
        ("General Rostami spoke.\nQasem Rostami is a general.", "Rostami", "Qasem Rostami"),
        ("George W. Bush came. George Bush spoke.", "George Bush", "George W. Bush"),
        ("Ali Akbar Hashemi Rezvani came. Hashemi Rezvani spoke.", "Hashemi Rezvani", "Ali Akbar Hashemi Rezvani"),
        ("Michael Slattery b Vass 4\nM. Slattery b Vass 9", "M. Slattery", "Michael Slattery"),
        ("Mr. Bill Clinton and Mrs. Hillary Clinton came. Mrs. Clinton spoke.", "Clinton", "Hillary Clinton"),
        ("Sheikh Munir Qasem met Qasem Rostami. Sheikh Qasem spoke.", "Qasem", "Munir Qasem"),
        ("Munir Qasem met Qasem Rostami. Haj Qasem spoke.", "Qasem", "Qasem Rostami"),
        ("Rostam Nazari came. Rostam spoke. Hamid Rostam came.", "Rostam", "Rostam Nazari"),
        ("Naeem Qasim came. Minister Qassem spoke.", "Qassem", "Naeem Qasim"),
        ("قال الشيخ منير قاسم. وأضاف قاسم شيئا", "قاسم", "منير قاسم"),
    ],
)  # fmt: skip
def test_what_a_shorter_name_points_to(body: str, surface: str, antecedent: str) -> None:
    """A part, an initial with a family name or a shorter full name has the person of the one fuller name."""
    mentions = _resolve(body)
    full = next(mention for mention in mentions if mention.surface == antecedent)
    short = next(mention for mention in mentions if mention.surface == surface)
    assert (short.status, short.person_id, short.antecedent_start) == ("in_article", full.person_id, full.start)
    assert repr(antecedent) in short.why


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ("Qasem Rostami and Hamid Rostami came. General Rostami spoke.", "ambiguous", "Hamid Rostami, Qasem Rostami"),
        ("General Rostami spoke.", "unresolved", "no full name in the article has the part 'Rostami'"),
        ("Mr. Bill Clinton came. Mrs. Clinton spoke.", "unresolved", "no full name"),
        ("Slattery, M. Slattery b Vass 9\nSarah Lind and M. Slattery", "unresolved", "an initial and a family name"),
        ("Minister Li Wu came.", "unresolved", "shared by too many names"),
    ],
)
def test_what_is_left_open(body: str, status: str, why: str) -> None:
    """Where several people may be meant or nobody is named in full there is no person, and the row says why."""
    last = _resolve(body)[-1]
    assert (last.status, last.person_id, last.antecedent_start) == (status, None, None)
    assert why in last.why


def test_particles_alone_tell_nobody() -> None:
    """A print of particles only has no part to look for, and the row says so."""
    only = replace(_resolve("General Rostami spoke.")[0], surface="al", name_key="")
    assert "no part that tells a person" in resolve_mentions([replace(only, why="")], NOBODY)[0].why


def test_an_id_needs_more_than_a_short_or_single_name() -> None:
    """One part, or too few consonants, make no id; spellings of one name make the same."""
    assert own_id("slmny") is None
    assert own_id("l by") is None
    assert own_id("ksm slmny") == own_id("ksm slmny") != own_id("nm ksm")


@given(st.lists(st.sampled_from(SENTENCES), max_size=8))
def test_resolving_changes_no_print_and_says_why(sentences: list[str]) -> None:
    """Whatever the article, what was printed stays, everyone has a reason, and who points to somebody has his id."""
    found = find_mentions(" ".join(sentences), FINDER, lambda _: False)
    resolved = resolve_mentions(found, NOBODY)
    free = ("person_id", "status", "why", "antecedent_start", "name_given", "name_family")
    assert {field.name for field in fields(Mention)} > set(free)
    for before, after in zip(found, resolved, strict=True):
        assert replace(after, **{name: getattr(before, name) for name in free}) == before
        assert after.why
        assert (after.person_id is None) == (after.status in {"ambiguous", "unresolved"})
    ids = {mention.start: mention.person_id for mention in resolved}
    for mention in resolved:
        assert mention.antecedent_start is None or ids[mention.antecedent_start] == mention.person_id is not None
