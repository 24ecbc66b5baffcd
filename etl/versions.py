"""Versions: when two captures of an article read the same, and what changed when they do not."""

import difflib
import hashlib
import re
from collections.abc import Mapping

COMPARED = ("headline", "dateline", "byline_raw", "body_text")  # what a reader sees
Row = Mapping[str, object]


def version_id(article_id: str, fields: Mapping[str, object]) -> str:
    """The id of what a reader sees: equal for two captures whose headline, dateline, byline and body are equal."""
    seen = "\x1f".join([article_id, *(str(fields[name] or "") for name in COMPARED)])
    return f"v_{hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()}"


def changes(before: Row, after: Row) -> dict[str, object] | None:
    """The columns by which a revision says what changed, or null where a reader would see no change."""
    changed = [name for name in COMPARED if before[name] != after[name]]
    if not changed:
        return None
    old, new = str(before["body_text"]), str(after["body_text"])
    old_lines, new_lines = old.split("\n"), new.split("\n")
    old_words, new_words = re.split(r"(\s+)", old), re.split(r"(\s+)", new)
    blocks = difflib.SequenceMatcher(None, old_words, new_words, autojunk=False).get_matching_blocks()
    same = sum(len(word) for block in blocks for word in old_words[block.a : block.a + block.size])
    lines = difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False).get_opcodes()
    return {
        "prev_version_id": before["version_id"],
        "changed_fields": changed,
        "similarity": 2 * same / (len(old) + len(new)),
        "chars_added": len(new) - same,
        "chars_removed": len(old) - same,
        "changed_paragraphs": [n for tag, _, _, start, end in lines if tag != "equal" for n in range(start, end)],
        "window_start": before["seen_at"],
        "window_end": after["seen_at"],
    }
