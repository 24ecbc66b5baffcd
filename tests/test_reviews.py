"""What is open is written down for a person to decide, and what they decide is found again."""

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from servers import Site, give, house_of, rss
from stores import rows

from etl import pipeline
from etl.__main__ import cli
from etl.config import House, open_house
from etl.people.overrides import COLUMNS
from etl.people.registry import COLUMNS as PERSON_COLUMNS

PERSONS = (
    "p_samer_darwish_a,,Samer Darwish,,,,,harbour master of the north quay (invented),LB,,",
    "p_samer_darwish_b,,Samer Darwish,,,,,keeper of the lighthouse (invented),LB,,",
)
LINES = (
    "The council met on the quay on Monday and counted the boats that had come in during the night.",
    "Captain Samer Darwish said that the harbour would open again. Nobody spoke for long after that.",
    "Mr. Nadirov added that the masons needed seven weeks; the council took note of what he had said.",
    "The boats went out again in the evening, and the lamps along the wall were lit one after another.",
    "It was the first evening of the season on which the whole of the fleet had left the harbour at once.",
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with one article that names somebody whom two persons of the registry could be."""
    body = "".join(f"<p>{line}</p>" for line in LINES)
    page = f"<html lang='en'><head><title>Boats</title></head><body><article><h1>Boats on the quay</h1>{body}</article>"
    with Site({"/0": give(f"{page}</body></html>".encode())}) as site:
        site.pages["/rss"] = rss(f"{site.url}/0")
        house = house_of(tmp_path, {"pier": f"{site.url}/rss"})
        (house.config / "persons").mkdir()
        (house.config / "persons" / "quay.csv").write_text("\n".join((",".join(PERSON_COLUMNS), *PERSONS, "")), "utf-8")
        house = open_house(house.data, house.config)
        pipeline.run(house, "run-1")
    return house


def dateline(house: House, *words: str) -> tuple[int, str]:
    """Exit status and output of a command over a house, called as `main` calls it."""
    where = ["--data", str(house.data), "--config", str(house.config)]
    done = CliRunner().invoke(cli, [*where, *words], standalone_mode=False)
    return done.exit_code, done.output


def decide(house: House, *lines: str) -> House:
    """The house with a file of decisions."""
    path = house.config / "overrides" / "persons.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join((",".join(COLUMNS), *lines, "")), "utf-8")
    return open_house(house.data, house.config)


def test_a_review_shows_what_is_open(house: House) -> None:
    """Names that are ambiguous or unresolved come with their counts, a sentence, the address and whom they may be."""
    status, output = dateline(house, "persons", "review")
    assert status == 0
    names = {row["surface"]: row for row in csv.DictReader(io.StringIO(output))}
    assert set(names) == {"Samer Darwish", "Nadirov"}
    darwish = names["Samer Darwish"]
    assert (darwish["status"], darwish["mentions"], darwish["articles"]) == ("ambiguous", "1", "1")
    assert darwish["sentence"] == "Captain Samer Darwish said that the harbour would open again."
    assert darwish["candidates"] == "p_samer_darwish_a (Samer Darwish); p_samer_darwish_b (Samer Darwish)"
    assert darwish["url"].endswith("/0")
    assert not any(darwish[name] for name in ("verdict", "person_id", "author", "reason", "date"))


def test_a_review_filled_in_is_the_decision_and_survives_a_rebuild(house: House, tmp_path: Path) -> None:
    """The written file with a verdict filled in is read as decisions; a rebuild applies them, and they are used."""
    reviewed = tmp_path / "review.csv"
    assert dateline(house, "persons", "review", "--out", str(reviewed))[0] == 0
    with reviewed.open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    chosen = {
        "verdict": "is",
        "person_id": "p_samer_darwish_b",
        "author": "mira",
        "reason": "lamps",
        "date": "2026-11-22",
    }
    target = house.config / "overrides" / "persons.csv"
    target.parent.mkdir()
    with target.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(lines[0]))
        table.writeheader()
        table.writerows(line | chosen if line["surface"] == "Samer Darwish" else line for line in lines)
    decided = open_house(house.data, house.config)
    _read_again(decided)
    found = {row["surface"]: row for row in rows(decided, "mentions")}["Samer Darwish"]
    assert (found["person_id"], found["status"]) == ("p_samer_darwish_b", "override")
    assert "mira" in found["why"]
    assert dateline(decided, "persons", "overrides") == (0, "1 decisions hold, 0 of them not used\n")


def test_decisions_that_do_nothing_are_told(house: House) -> None:
    """Contradictions, unused lines and persons whom nobody knows are told by line, and the exit status is 1."""
    decided = decide(
        house,
        "Ghost Writer,is,p_samer_darwish_a,,,mira,r,2026-11-22",
        "Nadirov,is,p_a,,,mira,r,2026-11-22",
        "Nadirov,is_not,p_a,,,ali,r,2026-11-22",
        "Samer Darwish,is,p_nobody_known,,,mira,r,2026-11-22",
    )
    status, output = dateline(decided, "persons", "overrides")
    assert status == 1
    assert "lines 3, 4: contradict each other on 'Nadirov': none holds" in output
    assert "line 5: 'p_nobody_known' is no person of the registry" in output
    assert "line 2: 'Ghost Writer' was not met in any article" in output
    assert "2 decisions hold" in output


def test_a_day_tells_who_was_named(house: House) -> None:
    """A checked day has its persons with how often and where they were named, and each form with its source."""
    decided = decide(house, "Samer Darwish,is,p_samer_darwish_a,,,mira,r,2026-11-22")
    _read_again(decided)
    persons = {row["person_id"]: row for row in rows(decided, "persons")}
    named = persons["p_samer_darwish_a"]
    assert (named["name"], named["known_by"], named["country"]) == ("Samer Darwish", "registry", "LB")
    assert (named["mentions"], named["articles"], named["forms"], named["sources"]) == (1, 1, 1, ["pier"])
    names = {(row["person_id"], row["surface"]): row for row in rows(decided, "person_names")}
    assert names["p_samer_darwish_a", "Samer Darwish"]["mentions"] == 1


def _read_again(house: House) -> None:
    """Reads every day with captures again, which checks it too."""
    days = [row["requested_at"].date() for row in rows(house, "fetch_log")]
    pipeline.rebuild(house, min(days), max(days), accept=True)
