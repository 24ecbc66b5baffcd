"""Who a mention is by itself: by a person's decision, else by the registry, else by its own name.

What the rest of the article says of it is told in `resolution`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from etl.model import Mention, MentionStatus
from etl.people.overrides import Decision, Override, Overrides, decide
from etl.people.persons import NameForms
from etl.people.recognition import Resolution, own_id, resolve
from etl.people.registry import Registry


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """What is known of persons: the registry, how names are spelled, decisions, and ids that went into others."""

    registry: Registry
    forms: NameForms
    overrides: Overrides = field(default_factory=Overrides)
    merged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where names stand: `articles` are the article's id and addresses, null where it has none of a kind."""

    people: People
    source_id: str = ""
    articles: tuple[str | None, ...] = ()

    def by_decision(self, mention: Mention) -> Mention | None:
        """The mention with whom it was decided to be, or with nobody, where it was decided to be none; else null."""
        decision = self._decision(mention)
        nobody = decision.denied.get("")
        if decision.chosen:
            chosen = decision.chosen.person_id or ""
            return _decided(mention, decision.chosen, self.people.merged.get(chosen, chosen))
        return _decided(mention, nobody, None) if nobody else None

    def by_name(self, mention: Mention) -> Mention:
        """The mention with whom its name alone tells, but for those who it was decided not to be."""
        found = resolve(mention.surface, self.people.registry, self.people.forms)
        denied = self._decision(mention).denied
        ids = {self.people.merged.get(person_id, person_id): one for person_id, one in denied.items()}
        return _resolved(mention, found) if not ids else _less(mention, found, ids)

    def _decision(self, mention: Mention) -> Decision:
        return decide(self.people.overrides, mention.surface, self.articles, self.source_id)


def _decided(mention: Mention, override: Override, person_id: str | None) -> Mention:
    why = override.told if person_id else f"no person: {override.told}"
    return replace(mention, status="override", person_id=person_id, override_id=override.override_id, why=why)


def _resolved(mention: Mention, found: Resolution) -> Mention:
    return replace(
        mention,
        status=found.status,
        person_id=found.person_id,
        score=found.score,
        candidates=found.candidates,
        why=found.why,
    )


def _less(mention: Mention, found: Resolution, denied: Mapping[str, Override]) -> Mention:
    """What the name tells without those denied: the one who is left of several, else the name's own id, else nobody."""
    left = tuple(person_id for person_id in found.candidates if person_id not in denied)
    met = [denied[person_id] for person_id in (*found.candidates, found.person_id or "") if person_id in denied]
    if not met:
        return _resolved(mention, found)
    told = f"not {', '.join(dict.fromkeys(filter(None, (one.person_id for one in met))))}, {met[0].told}"
    own = own_id(mention.name_key)
    person_id, status = _who_is_left(found, left, own if own not in denied else None)
    return replace(
        _resolved(mention, found),
        status=status,
        person_id=person_id,
        candidates=left,
        override_id=met[0].override_id,
        why=told,
    )


def _who_is_left(found: Resolution, left: Collection[str], own: str | None) -> tuple[str | None, MentionStatus]:
    if found.status == "ambiguous" and len(left) == 1:
        return next(iter(left)), "override"
    if found.status == "ambiguous" and left:
        return None, "ambiguous"
    return own, "key" if own else "unresolved"
