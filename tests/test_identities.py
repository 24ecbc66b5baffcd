"""Who a mention is: by decision before everything, by the registry, by the article, by its own name."""

import re
from pathlib import Path

import pytest

from etl.model import Mention
from etl.people.identities import People, Setting
from etl.people.mentions import find_mentions, make_finder
from etl.people.overrides import COLUMNS, load_overrides
from etl.people.registry import Person, make_registry
from etl.people.resolution import resolve_mentions
from etl.rulesets import load_rules

RULES = load_rules(Path(__file__).parent.parent / "config")
FINDER = make_finder({title.form: title.honorific_class for title in RULES.titles}, RULES.lexicon)
STORY = "https://quay.example/1"


def person(person_id: str, name: str, short: str = "", no_merge: tuple[str, ...] = (), *, arabic: str = "") -> Person:
    """An invented person of a registry."""
    shorts = (short,) if short else ()
    scripts: dict[str, tuple[str, ...]] = {"names_latin": (), "names_arabic": (arabic,) if arabic else ()}
    told = {"names_persian": (), "short_names": shorts, "role": "an invented person", "country": None, "born": None}
    return Person(person_id, None, name, **scripts, **told, no_merge=no_merge)  # type: ignore[arg-type]


REGISTRY = make_registry(
    [
        person("p_munir_qasem", "Munir Qasem", "Munirov", arabic="منير قاسم"),
        person("p_samer_darwish_a", "Samer Darwish"),
        person("p_samer_darwish_b", "Samer Darwish"),
        person("p_ruth_angove", "Ruth Angove"),
    ]
)


def read(tmp_path: Path, body: str, *decisions: str, source: str = "quay") -> dict[str, Mention]:
    """The mentions of a text by what was printed, as a source's article with these decisions."""
    path = tmp_path / "persons.csv"
    path.write_text("\n".join((",".join(COLUMNS), *decisions, "")), encoding="utf-8")
    people = People(REGISTRY, RULES.people.forms, load_overrides(path), {"p_old": "p_ruth_angove"})
    found = find_mentions(body, FINDER, lambda _: False)
    return {one.surface: one for one in resolve_mentions(found, Setting(people, source, ("a_1f", STORY)))}


def test_a_form_of_the_registry_and_its_spellings(tmp_path: Path) -> None:
    """A form as registered is an exact variant, another spelling a variant with a score, a stranger has its own id."""
    body = "Sheikh Munir Qasem came. Mr. Mounir Kassim came. Mr. Tomas Reefson came."
    found = read(tmp_path, body)
    exact, variant, stranger = (found[name] for name in ("Munir Qasem", "Mounir Kassim", "Tomas Reefson"))
    assert (exact.status, exact.person_id, exact.candidates) == ("exact_variant", "p_munir_qasem", ("p_munir_qasem",))
    assert (variant.status, variant.person_id) == ("variant", "p_munir_qasem")
    assert variant.score is not None
    assert 0.8 <= variant.score < 1
    assert stranger.status == "key"
    assert re.fullmatch("p_[0-9a-f]{16}", stranger.person_id or "")


def test_a_short_name_means_whom_the_article_says_and_else_whom_the_registry_says(tmp_path: Path) -> None:
    """A part points to the full name of the article first; alone it means the one person whose short name it is."""
    assert read(tmp_path, "Mr. Munirov spoke.")["Munirov"].status == "context"
    both = read(tmp_path, "Mr. Ivan Munirov came. Later Munirov spoke.")
    assert both["Munirov"].status == "in_article"
    assert both["Munirov"].person_id == both["Ivan Munirov"].person_id != "p_munir_qasem"


def test_two_bearers_of_a_name_are_told(tmp_path: Path) -> None:
    """A name that two persons of the registry bear is ambiguous: no id, both candidates."""
    found = read(tmp_path, "Mr. Samer Darwish spoke.")["Samer Darwish"]
    assert (found.status, found.person_id) == ("ambiguous", None)
    assert found.candidates == ("p_samer_darwish_a", "p_samer_darwish_b")


DECISIONS = [
    ("Samer Darwish,is,p_samer_darwish_b,,,mira,r,2026-11-01", "p_samer_darwish_b", "override"),
    ("Samer Darwish,is,p_samer_darwish_b,,quay,mira,r,2026-11-01", "p_samer_darwish_b", "override"),
    ("Samer Darwish,is,p_samer_darwish_b,a_1f,,mira,r,2026-11-01", "p_samer_darwish_b", "override"),
    (f"Samer Darwish,is,p_samer_darwish_b,{STORY},,mira,r,2026-11-01", "p_samer_darwish_b", "override"),
    ("Samer Darwish,is,p_samer_darwish_b,,pier,mira,r,2026-11-01", None, "ambiguous"),
    ("Samer Darwish,is_not,p_samer_darwish_a,,,mira,r,2026-11-01", "p_samer_darwish_b", "override"),
    ("Samer Darwish,is,p_old,,,mira,r,2026-11-01", "p_ruth_angove", "override"),
    ("Samer Darwish,is_not,,,,mira,r,2026-11-01", None, "override"),
    ("Samer Darwish,is,p_somebody_new,,,mira,r,2026-11-01", "p_somebody_new", "override"),
]


@pytest.mark.parametrize(("decision", "person_id", "status"), DECISIONS)
def test_a_decision_goes_before_everything(tmp_path: Path, decision: str, person_id: str | None, status: str) -> None:
    """A decision holds in its article, its source or everywhere, says who and why, and follows merged ids."""
    found = read(tmp_path, "Mr. Samer Darwish spoke.", decision)["Samer Darwish"]
    assert (found.person_id, found.status) == (person_id, status)
    assert (found.override_id is None) == (status != "override")
    if status == "override":
        assert "mira on 2026-11-01: r" in found.why


def test_a_part_follows_a_decided_full_name(tmp_path: Path) -> None:
    """What was decided of the full name holds for the surname that points to it."""
    decision = "Tomas Reefson,is,p_ruth_angove,,,mira,r,2026-11-01"
    found = read(tmp_path, "Mr. Tomas Reefson came. Mr. Reefson spoke.", decision)
    assert (found["Reefson"].person_id, found["Reefson"].status) == ("p_ruth_angove", "in_article")


def test_a_denied_person_leaves_the_names_own_id(tmp_path: Path) -> None:
    """A name that is not the person of the registry is somebody of its own; with that denied too it is nobody known."""
    body = "Mr. Munir Qasem spoke."
    denial = "Munir Qasem,is_not,p_munir_qasem,,,mira,r,2026-11-01"
    own = read(tmp_path, body, denial)["Munir Qasem"]
    assert own.status == "key"
    assert own.person_id != "p_munir_qasem"
    assert own.override_id
    nobody = read(tmp_path, body, denial, f"Munir Qasem,is_not,{own.person_id},,,mira,r,2026-11-01")["Munir Qasem"]
    assert (nobody.status, nobody.person_id) == ("unresolved", None)


def test_contradicting_decisions_change_nothing(tmp_path: Path) -> None:
    """Where two lines contradict each other the name is read as if neither stood there."""
    lines = (f"Munir Qasem,is,{who},,,mira,r,2026-11-01" for who in ("p_a", "p_b"))
    assert read(tmp_path, "Mr. Munir Qasem spoke.", *lines)["Munir Qasem"].status == "exact_variant"


def test_titles_never_change_the_person(tmp_path: Path) -> None:
    """The same name with any title of the rules, or with none, is the same person."""
    titles = [title.form for title in RULES.titles if title.form.isascii()]
    assert len(titles) > 100
    found = {title: read(tmp_path, f"Yesterday {title} Munir Qasem spoke.").get("Munir Qasem") for title in titles}
    assert [title for title, one in found.items() if one is None or one.person_id != "p_munir_qasem"] == []
