"""Looking into a dateline and a date: what was read, by which rule, and what was refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from etl.__main__ import cli
from etl.config import open_house
from etl.explanation import explain_date, explain_dateline, line_of

ROOT = Path(__file__).parent.parent
HOUSE = open_house(ROOT / "data", ROOT / "config")


@pytest.mark.parametrize(
    ("text", "end", "places", "country", "agency", "date", "section"),
    [
        ("Tehran (IP)-He said.", 12, ["Tehran"], "IR", "Iran Press", None, None),
        (
            "BEIRUT/THE HAGUE, March 7 (Reuters) - He said.",
            38,
            ["BEIRUT", "THE HAGUE"],
            "LB",
            "Reuters",
            "March 7",
            None,
        ),
        ("Iran Press/Asia: He said.", 0, [], None, "Iran Press", None, "Asia"),
        ("MFA Spox.:\nTehran (IP)- He said.", 24, ["Tehran"], "IR", "Iran Press", None, None),
        ("به گزارش خبرنگار مهر از تبریز، وزیر گفت.", 0, ["تبریز"], "IR", "Mehr News Agency", None, None),
        ("The council met.", 0, [], None, None, None, None),
        ("Malm\u0061\u030a (AP) — He said.", 14, ["Malmå"], None, "AP", None, None),
    ],
)
def test_datelines_are_explained(
    text: str,
    end: int,
    places: list[str],
    country: str | None,
    agency: str | None,
    date: str | None,
    section: str | None,
) -> None:
    """The fields of a head, and the code point of the given text, composed or not, at which the story begins."""
    told = explain_dateline(HOUSE, text)
    assert (told["dateline_end"], told["places"], told["country_code"]) == (end, places, country)
    assert (told["agency"], told["date"], told["section"]) == (agency, date, section)


def test_what_was_refused_is_told() -> None:
    """A rubric that looks like a dateline is refused with its shape and the reason."""
    told = explain_dateline(HOUSE, "MIGRATION – More is known of its changes than of its causes.")
    assert (told["dateline"], told["rule"]) == (None, None)
    assert [(found["rule"], found["text"]) for found in told["refused"]] == [("place", "MIGRATION – ")]


def test_dates_are_explained() -> None:
    """A date is told with its instant, calendar and rule."""
    told = explain_date("۳۰ آبان ۱۴۰۵ - ۱۴:۲۰", "Asia/Tehran")
    assert str(told["instant"]) == "2026-11-21 10:50:00+00:00"
    assert (told["calendar"], told["rule"]) == ("jalali", "day_first_word: '30 ابان 1405', jalali")
    assert explain_date("05/06/2026", None)["refused"] != []


def test_lines_are_texts_or_json() -> None:
    """A line is a JSON string or plain text; what only looks like JSON is text."""
    assert [line_of(line) for line in ('"a\\nb"', "a", '"a', "206", "[1]")] == ["a\nb", "a", '"a', "206", "[1]"]


def test_one_object_a_line() -> None:
    """With --lines each line of standard input gives one JSON object; else one text is wanted, in a known zone."""
    lines = b'"Tehran (IP)-He said.\\nHe left."\n\nThe council met.\n'
    ran = CliRunner().invoke(cli, ["--config", str(ROOT / "config"), "explain", "dateline", "--lines"], input=lines)
    assert [json.loads(line)["dateline_end"] for line in ran.stdout.splitlines()] == [12, 0, 0]
    dates = CliRunner().invoke(
        cli, ["explain", "date", "--lines", "--zone", "Asia/Tehran"], input="1405/08/30 14:20\nx\n"
    )
    assert [json.loads(line)["precision"] for line in dates.stdout.splitlines()] == ["minute", "none"]
    for wrong in (["date"], ["date", "x", "--lines"], ["date", "x", "--zone", "Nowhere"]):
        assert CliRunner().invoke(cli, ["explain", *wrong]).exit_code == 2
