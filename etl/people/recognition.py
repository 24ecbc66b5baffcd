"""Who a name is: a person of the registry, or somebody whose id is made from the name itself.

It judges one name at a time and never joins two names to each other: an id is the same on every machine, whatever was
read before. What a text around the name says is told elsewhere.
"""

import hashlib
from functools import lru_cache
from typing import Literal, NamedTuple

from etl.people.candidates import CandidateIndex, find_candidates, index_names, parts_of
from etl.people.names import name_key
from etl.people.persons import LIGHT, Likeness, NameForms, compare
from etl.people.registry import Person, Registry, has_parts, normal_form
from etl.people.sounds import is_arabic

Status = Literal["exact_variant", "variant", "context", "proposed", "ambiguous", "key", "unresolved"]
FEWEST_CONSONANTS = 4  # a full name with fewer has a key that too many names share to make an id
LOOKED_AT = 40  # candidates asked for: forms, of which one person may have many
FORMS_A_PERSON = 2  # so many of a person's are compared with a name, the nearest by their letters
PERSONS_COMPARED = 4
ACCEPTED = 0.8  # likeness from which a spelling is taken for a registered person's
MARGIN = 0.08  # by which the best must lead over the second-best
NEIGHBOUR_MARGIN = 0.15  # and over a person that the registry says is another with a near name
PROPOSED_IDS = 5  # candidates told


class Resolution(NamedTuple):
    """Who a name is and why, in words.

    `status`: exact_variant, a form of the registry; variant, a spelling of one, clearly nearest to one person; context,
    a short name that means one person where nothing around it says otherwise; proposed, perhaps one of `candidates`,
    for somebody to decide, until then under its own id if its key makes one; ambiguous, several persons fit; key, an id
    made from the name's own key; unresolved, too little of a name. `score` (0 to 1) is null where nothing was compared.
    """

    status: Status
    person_id: str | None
    score: float | None
    candidates: tuple[str, ...]
    why: str


class Rival(NamedTuple):
    """A registered person and the form of theirs that is likest to a name."""

    likeness: Likeness
    person_id: str
    form: str


def resolve(name: str, registry: Registry, forms: NameForms) -> Resolution:
    """Who a name is, as printed in any script, titles left off or not; the same whatever was asked before."""
    return _resolved(name, registry, forms)


def own_id(key: str) -> str | None:
    """The id of whoever bears a name with this key; null for a single part and for a key that is too short to tell."""
    if " " not in key or len(key.replace(" ", "")) < FEWEST_CONSONANTS:
        return None
    return f"p_{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}"


@lru_cache(maxsize=65536)  # the same few hundred names fill the news of a day
def _resolved(name: str, registry: Registry, forms: NameForms) -> Resolution:
    form = normal_form(name)
    known = registry.by_form.get(form, ())
    if known:
        return _by_form(name, known, "exact_variant", registry)
    parts = _heavy_parts(name)
    if len(parts) < 2:
        short = registry.by_short_name.get(form) or registry.by_short_name.get(normal_form(" ".join(parts)), ())
        if short:
            return _by_form(name, short, "context", registry)
        if not has_parts(name):
            return Resolution("unresolved", None, None, (), f"{name!r} is one part of a name")
    rivals = _rivals(name, registry, forms)
    return _judged(name, rivals, registry, parts)


def _by_form(name: str, known: tuple[str, ...], status: Status, registry: Registry) -> Resolution:
    if len(known) > 1:
        return Resolution("ambiguous", None, 1.0, known, f"{len(known)} persons of the registry bear {name!r}")
    person = registry.persons[known[0]]
    what = "alone means" if status == "context" else "is a form of"
    return Resolution(status, person.person_id, 1.0, known, f"{name!r} {what} {_told(person)}")


def _judged(name: str, rivals: list[Rival], registry: Registry, parts: tuple[str, ...]) -> Resolution:
    """The resolution of a name by its rivals, the likest first."""
    near = tuple(rival.person_id for rival in rivals if rival.likeness.same)[:PROPOSED_IDS]
    if not near:
        return _by_key(name)
    best = rivals[0]
    score, person = round(best.likeness.score, 4), registry.persons[best.person_id]
    closest = next((rival for rival in rivals[1:] if _too_near(best, rival, person)), None)
    if closest and closest.likeness.same:
        also = registry.persons[closest.person_id]
        why = (
            f"{name!r} may be {_told(person)} or {_told(also)}: {best.likeness.score:.2f}, {closest.likeness.score:.2f}"
        )
        return Resolution("ambiguous", None, score, near, why)
    told = f"{name!r} is like {best.form!r} ({score:.2f}: {best.likeness.why or 'alike'}) of {_told(person)}"
    whole = len(parts) == len(_heavy_parts(best.form))
    if score >= ACCEPTED and whole and closest is None:
        return Resolution("variant", best.person_id, score, near, f"{told}, and like nobody else's")
    doubt = "one has parts that the other lacks" if not whole else "that is too little to tell"
    if closest:
        doubt = f"{registry.persons[closest.person_id].name} is too near"
    own = _by_key(name)
    return own._replace(status="proposed", score=score, candidates=near, why=f"{told}, but {doubt}; {own.why}")


def _too_near(best: Rival, other: Rival, person: Person) -> bool:
    margin = NEIGHBOUR_MARGIN if other.person_id in person.no_merge else MARGIN
    return best.likeness.score - other.likeness.score < margin


def _by_key(name: str) -> Resolution:
    key = name_key(name)
    own = own_id(key)
    if own is None:
        return Resolution("unresolved", None, None, (), f"the key {key!r} is shared by too many names")
    return Resolution("key", own, None, (), f"key {key!r} of the name")


def _rivals(name: str, registry: Registry, forms: NameForms) -> list[Rival]:
    """The registered persons whose names are likest to a name, the likest first."""
    index, bearers, names = _indexed(registry)
    best: dict[str, Rival] = {}
    compared: dict[str, int] = {}
    for number in find_candidates(name, index, LOOKED_AT, by_one_part=False):
        person_id = bearers[number]
        if not _fit_to_judge(name, names[number], registry.persons[person_id]):
            continue
        compared[person_id] = compared.get(person_id, 0) + 1
        if compared[person_id] > FORMS_A_PERSON:
            continue
        found = compare(name, names[number], forms)
        if person_id not in best or found.score > best[person_id].likeness.score:
            best[person_id] = Rival(found, person_id, names[number])
        if len(best) == PERSONS_COMPARED:
            break
    return sorted(best.values(), key=lambda rival: (-rival.likeness.score, rival.person_id))


def _fit_to_judge(name: str, form: str, person: Person) -> bool:
    """Whether a form is in the script of a name, or its person has none that is.

    Across scripts less is known: the vowels that tell Shukr from Shakir are not written.
    """
    if is_arabic(name) == is_arabic(form):
        return True
    return is_arabic(name) and not (person.names_arabic or person.names_persian)


@lru_cache(maxsize=4)  # made at the first name that is no known form
def _indexed(registry: Registry) -> tuple[CandidateIndex, list[str], list[str]]:
    """The index of all forms, and whose each is."""
    rows = [(form, person.person_id) for person in registry.persons.values() for form in person.forms]
    names = [form for form, _ in rows]
    return index_names(names), [person_id for _, person_id in rows], names


def _heavy_parts(name: str) -> tuple[str, ...]:
    """The parts of a name but for those that may be missing from any name."""
    parts = tuple(parts_of(name))
    return tuple(part for part in parts if part not in LIGHT) or parts


def _told(person: Person) -> str:
    return f"{person.name} ({person.role})" if person.role else person.name
