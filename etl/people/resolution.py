"""Who in one article is who: a shorter name points to the fuller one that the same article gives.

It sees mentions only, no text. What it cannot settle it says: ambiguous where several people of the article may be
meant, unresolved where none of them can.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from etl.model import Mention
from etl.people.identities import Setting
from etl.people.names import name_parts, part_key

FULL = frozenset({"override", "exact_variant", "variant", "key", "proposed"})
# Titles that stand before a given name as readily as before a family name: "Haj Qassem", "Sheikh Naeem".
GIVEN_NAME_TITLES = frozenset({"pilgrimage", "clerical", "kinship", "martyr", "deceased"})
HIS = frozenset("mr mr. sir lord king prince father brother herr monsieur signor".split())
HERS = frozenset("mrs mrs. ms ms. miss madame mme mme. lady dame queen princess sister frau baroness".split())


def resolve_mentions(mentions: Sequence[Mention], setting: Setting) -> tuple[Mention, ...]:
    """The mentions of one body, in order, each with the person it is, or why that is not known.

    A decision goes before everything. A full name is whom the registry knows by it, else the one longer name in the
    body that has all its parts, else a person of its own. A single part, or a family name with an initial, points to
    the one full name in the body, above or below, that has it; else to whom the registry knows by it alone.
    """
    named = _joined([setting.by_decision(mention) or _by_full_name(mention, setting) for mention in mentions])
    having: dict[str, list[Mention]] = {}  # the full names by the key of each of their parts
    for full_name in named:
        if full_name.person_id and len(name_parts(full_name.surface)) > 1:
            for key in {part_key(part) for part in name_parts(full_name.surface)}:
                having.setdefault(key, []).append(full_name)
    return tuple(_settled(mention, having, setting) if mention.status == "unresolved" else mention for mention in named)


def _by_full_name(mention: Mention, setting: Setting) -> Mention:
    """A mention with whom its name tells; as it is where that is a part, or an initial and a family name."""
    parts = name_parts(mention.surface)
    if len(parts) < 2:
        return mention
    if len(parts) == 2 and len(parts[0]) == 1:
        return replace(mention, why=f"{mention.surface!r} gives an initial and a family name, which many share")
    return setting.by_name(mention)


def _settled(mention: Mention, having: Mapping[str, Sequence[Mention]], setting: Setting) -> Mention:
    """A mention that no full name is: whom the article means by it, else whom the registry knows by it alone."""
    pointing = _pointing(mention, having)
    if pointing.status != "unresolved" or len(name_parts(mention.surface)) != 1:
        return pointing
    alone = setting.by_name(mention)
    return pointing if alone.status == "unresolved" else alone


def _joined(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, a full name pointing to the one longer name in the body that has all its parts.

    "George Bush" to "George W. Bush", "Hashemi Rafsanjani" to "Ali Akbar Hashemi Rafsanjani".
    """
    parts = {
        mention.name_key: [part_key(part) for part in name_parts(mention.surface)]
        for mention in mentions
        if mention.status in FULL
    }
    longer: dict[str, str] = {}
    for key, own in parts.items():
        having = [other for other in parts if len(parts[other]) > len(own) and _is_within(own, parts[other])]
        longest = [key for key in having if not any(_is_within(own, parts[than]) for than in having if than != key)]
        if len(longest) == 1:
            longer[key] = longest[0]
    return [
        _to(mention, _nearest(mention, [full for full in mentions if full.name_key == longer[mention.name_key]]), "all")
        if mention.status in {"key", "proposed"} and mention.name_key in longer
        else mention
        for mention in mentions
    ]


def _is_within(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether a name's parts stand in this order in a longer one, and end as it ends."""
    rest = iter(long)
    return short[-1] == long[-1] and all(part in rest for part in short)


def _pointing(mention: Mention, having: Mapping[str, Sequence[Mention]]) -> Mention:
    """A mention by a part of a name, with the full name of the same body that it points to if there is exactly one.

    `having` are the full names by the key of their parts. In an article about Naeem Qasim and Qassem Soleimani, "Qasim"
    is the former and "Haj Qassem" the latter.
    """
    parts = name_parts(mention.surface)
    if not parts or len(parts) > 2 or (len(parts) == 2 and len(parts[0]) > 1):
        return replace(mention, why=mention.why or f"{mention.surface!r} has no part that tells a person")
    part = parts[-1]
    found = [full for full in having.get(part_key(part), ()) if not _are_apart(mention, full)] if part_key(part) else []
    if len(parts) == 2:
        found = [full for full in found if full.surface[0] == mention.surface[0] and _is_last(part, full)]
    if not found:
        return replace(mention, why=mention.why or f"no full name in the article has the part {part!r}")
    meant = _meant(mention, part, found)
    if len({full.person_id for full in meant}) > 1:
        names = ", ".join(sorted({full.surface for full in meant}))
        why = f"several full names in the article have the part {part!r}: {names}"
        return replace(mention, status="ambiguous", why=why)
    return _to(mention, _nearest(mention, meant), "a part")


def _meant(mention: Mention, part: str, found: Sequence[Mention]) -> Sequence[Mention]:
    """Of the full names with a part, those that are called by it so, by one custom after the other.

    Those that spell it so; that were named already; whose family name it is, where the title does not go with a given
    name as well; that bear a title of the same class; whose given name it is, behind "Haj".
    """
    customs: tuple[tuple[bool, Callable[[Mention], bool]], ...] = (
        (True, lambda full: part in name_parts(full.surface)),
        (True, lambda full: full.start < mention.start),
        (mention.honorific_class not in GIVEN_NAME_TITLES, lambda full: _is_last(part, full)),
        (mention.honorific_class is not None, lambda full: full.honorific_class == mention.honorific_class),
        (mention.honorific_class == "pilgrimage", lambda full: part == name_parts(full.surface)[0]),
    )
    for holds, is_so in customs:
        if holds and len({full.person_id for full in found}) > 1:
            found = [full for full in found if is_so(full)] or found
    return found


def _is_last(part: str, full: Mention) -> bool:
    return part_key(name_parts(full.surface)[-1]) == part_key(part)


def _are_apart(one: Mention, other: Mention) -> bool:
    """Whether their titles say that one is a man and the other a woman."""
    titles = [set((mention.honorific or "").casefold().split()) for mention in (one, other)]
    return any(bool(titles[first] & HIS and titles[1 - first] & HERS) for first in (0, 1))


def _nearest(mention: Mention, full_names: Iterable[Mention]) -> Mention:
    """Of mentions of one full name the last above, else the first below."""
    ordered = sorted(full_names, key=lambda full: full.start)
    above = [full for full in ordered if full.start < mention.start]
    return above[-1] if above else ordered[0]


def _to(mention: Mention, full: Mention, share: str) -> Mention:
    """A mention with the person of the full name that it points to; `share` says how much of that name it is."""
    is_single = mention.name_given is None and mention.name_family is None
    is_given = mention.surface == full.name_given
    where = "above" if full.start < mention.start else "below"
    had = f"{mention.surface!r} is a part of" if share == "a part" else f"all parts of {mention.surface!r} are in"
    return replace(
        mention,
        name_given=mention.surface if is_single and is_given else mention.name_given,
        name_family=mention.surface if is_single and not is_given else mention.name_family,
        person_id=full.person_id,
        status="in_article",
        why=f"{had} {full.surface!r} {where} and of no other full name so well",
        antecedent_start=full.start,
    )
