"""When two captures read the same, and what changed when they do not."""

from datetime import UTC, datetime

import pytest

from etl.versions import changes, version_id

FIRST = {
    "version_id": "v_1",
    "seen_at": datetime(2026, 11, 21, 9, tzinfo=UTC),
    "headline": "Storm sinks 14 boats",
    "dateline": "Latakia (LP)-",
    "byline_raw": None,
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
    others = [version_id("a_2", FIRST)] + [
        version_id("a_1", {**FIRST, name: "other"}) for name in ("headline", "dateline", "byline_raw", "body_text")
    ]
    assert len({same, *others}) == 6
