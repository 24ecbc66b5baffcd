"""Looking into a dateline, a date and a name: what was read, by which rule, and what was refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import TwicePolled
from stores import rows

from etl.__main__ import cli
from etl.commands.explanation import (
    explain_capture,
    explain_date,
    explain_dateline,
    explain_name,
    explain_pair,
    line_of,
    to_json,
)
from etl.config import open_house
from etl.errors import DataError
from etl.people.names import name_key

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


@pytest.mark.parametrize(
    ("text", "region", "place_id", "usual_name", "stance", "country"),
    [
        ("TRIPOLI, Nov 3 (NNA) – He said.", None, "geonames:266826", "Tripoli", "standard", "LB"),
        ("TRIPOLI, Nov 3 (Reuters) – He said.", None, "geonames:2210247", "Tripoli", "standard", "LY"),
        ("EXTON, Pa. (AP) — He said.", "Pa.", "geonames:5189022", "Exton", "standard", "US"),
        ("Occupied Jerusalem, SANA- He said.", None, "geonames:281184", "Jerusalem", "alternative", "IL"),
        ("Al-Jarud (IP)- He said.", None, None, None, None, None),
    ],
)
def test_where_a_story_was_sent_from(
    text: str, region: str | None, place_id: str | None, usual_name: str | None, stance: str | None, country: str | None
) -> None:
    """Agency and region tell namesakes apart, villages count once a dateline is sure, and a name's stance is told."""
    told = explain_dateline(HOUSE, text)
    assert (told["region"], told["place_id"], told["place_name"]) == (region, place_id, usual_name)
    assert (told["place_stance"], told["country_code"]) == (stance, country)
    assert (told["lat"] is None, told["lon"] is None) == (place_id is None, place_id is None)


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


def test_names_are_explained() -> None:
    """A name is told with its parts, key and person; a person of the registry with name, office and country."""
    told = explain_name(HOUSE, "Sheikh Naeem Qasim")
    assert (told["person_id"], told["status"], told["key"]) == ("p_naim_qassem", "variant", name_key("Naim Qassem"))
    assert told["person"]["name"] == "Naim Qassem"
    stranger = explain_name(HOUSE, "Yusuf Karimi")
    assert (stranger["status"], stranger["person"]) == ("key", None)
    assert stranger["person_id"].startswith("p_")


def test_pairs_are_explained() -> None:
    """Two names are told with a score, the decision and the reason, the same in either order."""
    same, other = explain_pair(HOUSE, "Naim Qassem", "نعيم قاسم"), explain_pair(HOUSE, "Naim Qassem", "Naeem Qasimi")
    assert (same["same"], other["same"]) == (True, False)
    assert 0 <= other["score"] < same["score"] <= 1
    assert same["why"] is not None
    turned = explain_pair(HOUSE, "Naeem Qasimi", "Naim Qassem")
    assert (turned["score"], turned["same"], turned["why"]) == (other["score"], other["same"], other["why"])


def test_names_and_pairs_by_lines() -> None:
    """With --lines each name, and each pair with a tab between, gives one JSON object in turn; odd lines are told."""
    config = ["--config", str(ROOT / "config"), "explain"]
    names = CliRunner().invoke(cli, [*config, "name", "--lines"], input='Na\'im Kassem\n"قاسم سلیمانی"\n\n')
    told = [json.loads(line) for line in names.stdout.splitlines()]
    assert [one["person_id"] for one in told] == ["p_naim_qassem", "p_qasem_soleimani", None]
    pairs = CliRunner().invoke(cli, [*config, "pair", "--lines"], input="Ali Reza\tAli Ridha\nAli\nA B\tA B\tA B\n")
    told = [json.loads(line) for line in pairs.stdout.splitlines()]
    assert [one.get("same") for one in told] == [True, None, None]
    assert told[2]["error"] == "3 names, not 2 separated by a tab"
    one = CliRunner().invoke(cli, [*config, "pair", "Naim Qassem", "Naim Kassem"])
    assert json.loads(one.stdout)["same"] is True
    for wrong in (["name"], ["name", "x", "--lines"], ["pair"], ["pair", "x"], ["pair", "x", "y", "--lines"]):
        assert CliRunner().invoke(cli, [*config, *wrong]).exit_code == 2


def test_a_captured_page_is_explained_by_its_address(polled: TwicePolled) -> None:
    """The newest capture of an address is read as its source's page, and says where in `raw/` it lies."""
    edited = {row["article_id"] for row in rows(polled.house, "revisions")}
    article = next(row for row in rows(polled.house, "articles") if row["article_id"] not in edited)
    told = explain_capture(polled.house, str(article["url"]))
    same = ("headline", "body_text", "source_id", "dateline", "section", "published_at")
    assert [told[name] for name in same] == [article[name] for name in same]
    assert (polled.house.data / "raw" / told["warc"]).exists()
    done = CliRunner().invoke(
        cli,
        [
            "--data",
            str(polled.house.data),
            "--config",
            str(polled.house.config),
            "explain",
            "page",
            str(article["url"]),
        ],
    )
    assert json.loads(done.output) == json.loads(to_json(told))


def test_an_address_that_was_never_captured_is_told(polled: TwicePolled) -> None:
    """An address of which `raw/` has nothing is an error that names it."""
    with pytest.raises(DataError, match=r"nowhere\.example"):
        explain_capture(polled.house, "https://nowhere.example/1")
