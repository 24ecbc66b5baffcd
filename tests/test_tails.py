"""End marks and codes come off the very end, and a sentence that ends in a number stays whole."""

import pytest

from etl.reading.tails import credited, read_tail


@pytest.mark.parametrize(
    ("tail", "sign_offs", "codes"),
    [
        ("\n206", [], ["206"]),
        ("\n203/211", [], ["203/211"]),
        (" 208/103/213", [], ["208/103/213"]),
        (" MP/6274772", [], ["MP/6274772"]),
        ("\nMNA/PR", [], ["MNA/PR"]),
        ("\n/SM 9211**", [], ["/SM 9211**"]),
        ("\n9376**1424", [], ["9376**1424"]),
        ("/129", [], ["/129"]),
        ("\nEnd Item", ["End Item"], []),
        ("\nEnd Item/129", ["End Item"], ["/129"]),
        ("\nEnd Item\n/129", ["End Item"], ["/129"]),
        ("\nانتهای پیام/", ["انتهای پیام/"], []),
        (" انتهای پیام", ["انتهای پیام"], []),
        ("\nانتهای پیام/ 4040", ["انتهای پیام"], ["/ 4040"]),
        ("\nانتهای پیام/م", ["انتهای پیام"], ["/م"]),
        ("\nانتهای خبر/", ["انتهای خبر/"], []),
        ("\n/انتهى/", ["/انتهى/"], []),
        (" انتهى/ 25", ["انتهى"], ["/ 25"]),
        ("\nالمصدر: وكالات", ["المصدر: وكالات"], []),
        ("\nمنبع: ایسنا\nانتهای پیام/", ["منبع: ایسنا", "انتهای پیام/"], []),
        ("\nSource: Levant Press", ["Source: Levant Press"], []),
        ("\nانتهای‌پیام/ 4180", ["انتهای‌پیام"], ["/ 4180"]),
        ("\nانتهای پیام/م\nدفتر ساحلی بندر انزلی", ["انتهای پیام", "دفتر ساحلی بندر انزلی"], ["/م"]),
        ("\nانتهای پیام/\nدفتر ساحلی", ["انتهای پیام/", "دفتر ساحلی"], []),
        ("\n۲۴۵۲۴۵", [], ["۲۴۵۲۴۵"]),
        ("\n4747", [], ["4747"]),
        ("\nر.ح/ع.ش (د ب أ، رويترز)", ["(د ب أ، رويترز)"], ["ر.ح/ع.ش"]),
        ("\nrm/jcg (AP, Reuters)", ["(AP, Reuters)"], ["rm/jcg"]),
        ("\nع.ش/أ.ح", [], ["ع.ش/أ.ح"]),
        ("\nWAM/Laila Qasim", [], ["WAM/Laila Qasim"]),
        ("\nAM", [], ["AM"]),
        ("\nAM/RS", [], ["AM/RS"]),
        ("\nlqs@example.org\n(END)", ["lqs@example.org", "(END)"], []),
        ("\nPublished in Dawn, November 21st, 2026", ["Published in Dawn, November 21st, 2026"], []),
        ("\nPublished - November 20, 2026 09:14 pm IST", ["Published - November 20, 2026 09:14 pm IST"], []),
    ],
)
def test_marks_seen_in_the_wild(tail: str, sign_offs: list[str], codes: list[str]) -> None:
    """Each known mark is taken off with the white space before it, as printed."""
    story = "The mole is closed, the harbour master said."
    found = read_tail(story + tail)
    assert found.start == len(story)
    assert [mark.text for mark in found.marks if not mark.is_code] == sign_offs
    assert [mark.text for mark in found.marks if mark.is_code] == codes


@pytest.mark.parametrize(
    "text",
    [
        "The storm of that night was the worst since 1983",
        "They live in room 206",
        "The ferry was no. 206",
        "She spoke of it in 2017.\n2017",
        "Results of the regatta\n206",
        "So it was in that year.\n1404",
        "So it was in that year.\n۱۴۰۴",
        "They work on/off (on Mondays, off)",
        "انتهای پیام/\nاین داستان ادامه دارد.",
        "The season of the boats was 2024/2025",
        "The year is 1/129",
        "The source: a man in the port.",
        "The boats sailed at eight.\nUN",
        "The boats sailed at eight.\nUN/Geneva",
        "Write to lqs@example.org",
        "The boats sailed at eight.\nPublished in the harbour",
        "این انتهای پیام او بود",
        "قال إن الأمر انتهى",
        "206",
        "انتهای پیام/",
        "\nانتهای پیام/",
        "",
    ],
)
def test_what_is_no_mark_is_left_whole(text: str) -> None:
    """A number, a source or an end inside a sentence stays, and so does a text that would be nothing else."""
    assert read_tail(text).marks == ()
    assert read_tail(text).start == len(text)


@pytest.mark.parametrize(
    ("line", "is_credit"),
    [
        ("فرانس24/ أ ف ب", True),
        ("فرانس 24 مع أ ف ب", True),
        ("(أ ف ب، رويترز)", True),
        ("أ ف ب", True),
        ("فرانس24/ الميناء", False),
        ("/", False),
    ],
)
def test_a_last_line_of_outlets_is_a_credit(line: str, is_credit: bool) -> None:
    """A last line behind a sentence that names known outlets and nothing else is taken off; any other stays."""
    story = "قال مدير المرفأ إن الرصيف مغلق."
    found = read_tail(f"{story}\n{line}", {"فرانس 24", "أ ف ب", "رويترز"})
    assert [mark.text for mark in found.marks] == ([line] if is_credit else [])
    assert read_tail(f"{story}\n{line}").marks == ()


def test_the_names_in_a_source_line() -> None:
    """What stands behind the colon, or all of the line, name by name."""
    assert credited("المصدر: الجزيرة + وكالات") == ("الجزيرة", "وكالات")
    assert credited("(د ب أ، رويترز)") == ("د ب أ", "رويترز")
