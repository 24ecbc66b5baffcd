"""Versions: when two captures of an article read the same, and what changed when they do not."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from etl.model import Mention
from etl.tables.edits import compare_people, differing, edit_kinds
from etl.tables.schema import CHANGE_KINDS
from etl.tables.sketches import normal_words

COMPARED = ("headline", "dateline", "byline_raw", "attribution", "body_text", "sign_off")  # what a reader sees
LINES = ("headline", "attribution", "sign_off")  # compared by their words, as the body is
KIND_OF_FIELD = {"headline": "headline", "dateline": "dateline", "byline_raw": "byline"}
# Pairs of words, and of paragraphs, that are compared in order in one body: 1,000 words in a row against 1,000 others.
# Of 14 pairs of bodies made to be slow, of 1 MB each most of them, the slowest took 4 s.
CELLS = 4_000_000
SAME_PARAGRAPH = 0.5  # share of words from which two paragraphs are one that was edited, not one gone and one come
CROWD = 400  # pairs of paragraphs that are compared within one stretch of new ones; of more only those at equal places
Row = Mapping[str, object]
Mentions = Sequence[Mention]


@dataclass(frozen=True, slots=True)
class BodyEdit:
    """How one body became another. `pairs` are (old, new) prints of paragraphs that are in both but not equal.

    `changed` are the places of the new paragraphs that are not as before at that place; `kept` counts the equal ones,
    `same` their code points.
    """

    changed: list[int]
    kept: int
    same: int
    pairs: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)


def version_id(article_id: str, fields: Mapping[str, object]) -> str:
    """The id of what a reader sees: equal for two captures that are equal in COMPARED."""
    seen = "\x1f".join([article_id, *(str(fields[name] or "") for name in COMPARED)])
    return f"v_{hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()}"


def changes(before: Row, after: Row, mentions: tuple[Mentions, Mentions] = ((), ())) -> dict[str, object] | None:
    """The columns by which a revision says what changed, or null where a reader would see no change.

    `mentions` are the people in both bodies. Paragraphs are compared first, words only within those that became one
    another, and both only so far as CELLS allows: in what is longer, words and paragraphs count as in common wherever
    they stand, so `similarity` is then an upper bound and `chars_added` and `chars_removed` are lower ones.
    """
    changed = [name for name in COMPARED if before[name] != after[name]]
    is_moved = before["body_source"] != after["body_source"]  # a page and its feed differ without anybody's edit
    if not changed:
        return None
    old, new = str(before["body_text"]), str(after["body_text"])
    edit = compare_bodies(old.split("\n"), new.split("\n"))
    cells = CELLS // max(1, len(edit.pairs))
    same = edit.same + sum(_in_common(*pair, cells) for pair in edit.pairs) + max(0, edit.kept + len(edit.pairs) - 1)
    kinds = {KIND_OF_FIELD[name] for name in changed if name in KIND_OF_FIELD}
    people = compare_people(*mentions)
    kinds |= {"name"} if people.differ else set()
    prints = [(str(before[name] or ""), str(after[name] or "")) for name in LINES if name in changed]
    for pair in (*prints, *edit.pairs):
        kinds |= edit_kinds(*pair, people, cells)
    kinds |= _paragraph_kinds(edit) if old != new else set()
    return {
        "prev_version_id": before["version_id"],
        "changed_fields": changed,
        "change_kinds": ["body_source"] if is_moved else [kind for kind in CHANGE_KINDS if kind in kinds],
        "similarity": 2 * same / (len(old) + len(new)) if old or new else 1.0,
        "chars_added": len(new) - same,
        "chars_removed": len(old) - same,
        "changed_paragraphs": edit.changed,
        "window_start": before["seen_at"],
        "window_end": after["seen_at"],
    }


def compare_bodies(old: list[str], new: list[str]) -> BodyEdit:
    """How the paragraphs of one body became those of another."""
    stretches = differing(old, new, CELLS)
    gone, come = ({n for stretch in stretches for n in stretch[side]} for side in (0, 1))
    kept = [paragraph for n, paragraph in enumerate(new) if n not in come]
    edit = BodyEdit(sorted(come), len(kept), sum(map(len, kept)))
    assert len(old) - len(gone) == len(kept)
    for stretch in stretches:
        _pair([old[n] for n in stretch[0]], [new[n] for n in stretch[1]], edit)
    return edit


def _pair(gone: list[str], come: list[str], edit: BodyEdit) -> None:
    """Tells which new paragraphs of a stretch are old ones edited; a stretch that is only cut otherwise is one pair."""
    if gone and come and _folded(gone) == _folded(come):
        edit.pairs.append(("\n".join(gone), "\n".join(come)))
        return
    words = [Counter(normal_words(paragraph)) for paragraph in gone]
    free = dict.fromkeys(range(len(gone)))
    for place, paragraph in enumerate(come):
        own = Counter(normal_words(paragraph))
        rivals = free if len(gone) * len(come) <= CROWD else {place: None} if place in free else {}
        share, best = max(((_share(own, words[n]), -n) for n in rivals), default=(0.0, 0))
        if share >= SAME_PARAGRAPH:
            del free[-best]
            edit.pairs.append((gone[-best], paragraph))
        else:
            edit.added.append(paragraph)
    edit.removed.extend(gone[n] for n in free)


def _paragraph_kinds(edit: BodyEdit) -> set[str]:
    """Whether paragraphs came, went or, equal but for marks and white space, stand elsewhere."""
    if not (edit.pairs or edit.removed or edit.added):
        return {"paragraph_moved"}
    gone, come = (Counter(_folded([print_]) for print_ in side if print_) for side in (edit.removed, edit.added))
    found = {"paragraph_moved": gone & come, "paragraph_removed": gone - come, "paragraph_added": come - gone}
    kinds = {kind for kind, paragraphs in found.items() if paragraphs}
    return kinds if kinds or edit.pairs else {"punctuation"}  # an empty line came or went


def _share(ours: Counter[bytes], theirs: Counter[bytes]) -> float:
    """The share of words that two paragraphs have in common, 0 to 1; 0 where neither has any."""
    return 2 * (ours & theirs).total() / ((ours.total() + theirs.total()) or 1)


def _in_common(old: str, new: str, cells: int) -> int:
    """Code points of the words and white space that two prints have in common."""
    ours, theirs = re.split(r"(\s+)", old), re.split(r"(\s+)", new)
    return len(old) - sum(len(ours[n]) for gone, _ in differing(ours, theirs, cells) for n in gone)


def _folded(paragraphs: list[str]) -> bytes:
    return b"".join(word for paragraph in paragraphs for word in normal_words(paragraph))
