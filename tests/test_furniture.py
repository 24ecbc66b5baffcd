"""A body without its furniture: what is cut, what is read from it, and what hides none of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from etl.config import open_house
from etl.model import Source
from etl.reading.articles import head_fields, split_head
from etl.reading.furniture import restore
from etl.verbs.transformation import reading_of

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


@pytest.mark.parametrize("line", ["By Ann Mole", "By Ann Mole and Lt. Nino Beridze", "ایسنا report"])
def test_a_byline_before_a_dateline_comes_off(line: str) -> None:
    """A line that only says who signed goes with the dateline, is kept as its byline, and hides no lead before it."""
    for before in ((), (STORY,)):
        body = split_head([*before, line, f"Tehran (IP)- {STORY}"], READING)
        assert body.paragraphs == (*before, STORY)
        assert body.dateline is not None
        assert (body.dateline.text, body.dateline.byline) == ("Tehran (IP)- ", line)
        assert restore(body) == "\n".join([*before, line, f"Tehran (IP)- {STORY}"])


@pytest.mark.parametrize("line", ["By the old quay", "By Sunday", "A report"])
def test_a_line_before_a_dateline_that_nobody_signed_stays(line: str) -> None:
    """Words that begin like a byline stay where they are."""
    assert split_head([line, f"Tehran (IP)- {STORY}"], READING).paragraphs == (line, STORY)


@pytest.mark.parametrize("dateline", ["Tehran (IP)- ", "TEHRAN – ", "Aleppo, Syria – ", "DAMASCUS\n"])
def test_a_dateline_behind_a_lead(dateline: str) -> None:
    """A lead of one paragraph does not hide the dateline, with a sign or a known place."""
    body = split_head([STORY, *f"{dateline}{STORY}".split("\n")], READING)
    assert [cut.text for cut in body.cuts] == [dateline]
    assert (body.cuts[0].start, body.lede, body.paragraphs) == (len(STORY) + 1, 1, (STORY, STORY))


@pytest.mark.parametrize(
    "paragraphs",
    [
        (STORY, STORY, f"Tehran (IP)- {STORY}"),
        (STORY * 5, f"Tehran (IP)- {STORY}"),
        (STORY, f"Rescue – {STORY}"),
        (STORY, "Boats at the quay", f"TEHRAN – {STORY}"),
        (STORY, f"Tehran (IP)- {STORY}", f"Damascus (IP)- {STORY}"),
    ],
)
def test_a_dateline_in_the_middle_of_a_story_stays(paragraphs: tuple[str, ...]) -> None:
    """None is looked for behind two paragraphs or a long one, nor in a round-up, where the next items have theirs."""
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


def test_leads_behind_each_other() -> None:
    """Two leads before one sentence are both taken off, a line each, and the story rests on the second."""
    body = split_head(["به گزارش ایسنا، به گزارش خبرگزاری فارس، وزیر گفت.", "او رفت."], READING)
    fields = head_fields(body, READING)
    assert body.text == "وزیر گفت.\nاو رفت."
    assert fields["attribution"] == "به گزارش ایسنا،\nبه گزارش خبرگزاری فارس،"
    assert (fields["agency"], fields["attributed_to"]) == ("ISNA", "Fars News Agency")


def test_a_credit_says_what_the_story_rests_on() -> None:
    """Of the outlets in a last line of credits the first that is not the publisher itself."""
    body = split_head([STORY, "ایسنا/ أ ف ب"], READING)
    assert (body.text, body.outlet) == (STORY, "AFP")
    assert head_fields(body, READING)["sign_off"] == "ایسنا/ أ ف ب"


def test_a_publisher_s_title_may_be_an_agency_s_sign() -> None:
    """A source whose title is a sign of a known agency rests on nobody where its lead names that agency."""
    source = replace(SOURCE, title="خبرگزاری مهر", agency=None)
    body = split_head(["به گزارش خبرنگار مهر، وزیر گفت."], replace(READING, source=source))
    assert (body.attributions[0].agency, body.outlet) == ("Mehr News Agency", None)
