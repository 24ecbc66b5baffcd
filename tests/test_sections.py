"""Section slugs are cut where an agency surely printed one."""

import pytest

from etl.reading.sections import read_section_slug

NAMES = ("Iran Press", "IranPress", "Levant Press")
STORY = "The council met on Monday."


@pytest.mark.parametrize(
    ("slug", "section"),
    [
        ("Iran Press/Middle East: ", "Middle East"),
        ("Iran Press/Iran news: ", "Iran news"),
        ("Iran Press/Iran News: ", "Iran News"),
        ("Iran PressIran news: ", "Iran news"),
        ("Iran PressIran News: ", "Iran News"),
        ("Iran PressMiddle East: ", "Middle East"),
        ("Iran Press/ Asia: ", "Asia"),
        ("IranPress/Iran news: ", "Iran news"),
        ("Iran Press/Iran: ", "Iran"),
        ("Iran Press/Iran:", "Iran"),
        ("Iran Press /Science and Technology: ", "Science and Technology"),
        ("Levant Press/Levant : ", "Levant"),
        ("Levant Press/Levant:\n", "Levant"),
        ("Levant Press – محليات\n", "محليات"),
    ],
)
def test_slugs_seen_in_the_wild(slug: str, section: str) -> None:
    """The slug is cut with its colon or line end, slash or none, and the section is read from it."""
    found = read_section_slug(slug + STORY, NAMES)
    assert found is not None
    assert (found.text, found.section) == (slug, section)


@pytest.mark.parametrize(
    "paragraph",
    [
        STORY,
        "Iran Press/Middle East Syrian sources said the road was open.",
        "Iran Press/Middle East Syrian sources said: the road is open.",
        "Iran Press reported: the road is open.",
        "Iran Press: Zarif arrived in Beirut.",
        "Iran Press/Middle East:",
        "Other Press/Middle East: The road is open.",
        "Iran Press/",
        "Iran Press – محليات",
        "Iran Press\nMiddle East: the road is open.",
        "",
    ],
)
def test_what_is_no_slug_is_left_whole(paragraph: str) -> None:
    """Without a colon, with a sentence before the colon, or with nothing behind it, nothing is cut."""
    assert read_section_slug(paragraph, NAMES) is None
