"""A body without its furniture: what is cut, what is read from it, and what hides none of it."""

from pathlib import Path

import pytest

from etl.articles import head_fields, split_head
from etl.config import open_house
from etl.furniture import restore
from etl.model import Source
from etl.transformation import reading_of

ROOT = Path(__file__).parent.parent
SOURCE = Source("isna_fa", "ایسنا", "https://example.org/", (), "fa", "IR", "Asia/Tehran", agency="ISNA")
READING = reading_of(open_house(ROOT / "data", ROOT / "config"), SOURCE)
STORY = "The mole is closed until Friday, the harbour master said."


@pytest.mark.parametrize(
    "before",
    [
        "MFA Spox.:",
        "MFA Spox.:\nMFA Spox.:",
        "May 31, 2020 09:11 Asia/Tehran [Updated: May 31, 2020 11:37 Asia/Tehran]",
        "Boats at the old quay of Anzali before the storm",
    ],
)
def test_what_stands_before_a_dateline_does_not_hide_it(before: str) -> None:
    """Behind kickers, a time stamp and a caption the dateline is found, and they stay where they are."""
    body = split_head([*before.split("\n"), f"Tehran (IP)- {STORY}"], READING)
    assert body.dateline is not None
    assert (body.dateline.text, body.text) == ("Tehran (IP)- ", f"{before}\n{STORY}")
    assert body.paragraphs[body.lede] == STORY
    assert body.cuts[0].start == len(before) + 1


def test_a_dateline_in_the_middle_of_a_story_stays() -> None:
    """Behind a sentence no dateline is looked for, nor an unsigned one behind a caption."""
    for paragraphs in ([STORY, f"Tehran (IP)- {STORY}"], ["Boats at the quay", f"TEHRAN – {STORY}"]):
        assert split_head(paragraphs, READING).cuts == ()


def test_everything_at_once() -> None:
    """Dateline, lead, source line and code come off, in their order, and nothing is lost."""
    paragraphs = [
        "تهران - ایرنا - به گزارش ایسنا به نقل از رویترز، وزیر گفت.",
        "او رفت.",
        "منبع: ایلنا",
        "انتهای پیام/ 4040",
    ]
    body = split_head(paragraphs, READING)
    assert body.paragraphs == ("وزیر گفت.", "او رفت.")
    fields = head_fields(body, READING)
    assert (fields["dateline"], fields["agency"], fields["dateline_country"]) == ("تهران - ایرنا -", "IRNA", "IR")
    assert (fields["attribution"], fields["attributed_to"]) == ("به گزارش ایسنا به نقل از رویترز،", "Reuters")
    assert (fields["sign_off"], fields["desk_codes"]) == ("منبع: ایلنا\nانتهای پیام", ["/ 4040"])
    assert restore(body) == "\n".join(paragraphs)


def test_the_publisher_rests_on_nobody() -> None:
    """A lead that names the publisher gives the agency and no outlet that the story rests on."""
    fields = head_fields(split_head(["به گزارش خبرنگار ایسنا از رشت، وزیر گفت."], READING), READING)
    assert (fields["agency"], fields["attributed_to"], fields["dateline_place"]) == ("ISNA", None, "رشت")


def test_a_source_line_says_what_the_story_rests_on() -> None:
    """A known outlet in the source line counts where no lead names one; "agencies" is none."""
    for line, outlet in (("المصدر: رويترز", "Reuters"), ("المصدر: وكالات", None)):
        assert head_fields(split_head([STORY, line], READING), READING)["attributed_to"] == outlet
