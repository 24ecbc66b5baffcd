"""Decisions on who a printed name is: read strictly, the narrowest holds, contradictions decide nothing."""

from pathlib import Path

import pytest

from etl.errors import ConfigError
from etl.people.overrides import COLUMNS, Overrides, decide, load_overrides

HEADER = ",".join(COLUMNS)
STORY = "https://news.example/a/1"
EVERYWHERE = "Qasim,is,p_naim_qassem,,,mira,the speaker of the story,2026-11-01"


def load(tmp_path: Path, *lines: str, header: str = HEADER) -> Overrides:
    """The overrides in a file of these lines."""
    path = tmp_path / "persons.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return load_overrides(path)


def person(
    overrides: Overrides, surface: str = "Qasim", articles: tuple[str, ...] = (STORY,), source: str = "ip"
) -> str | None:
    """Whom a surface was decided to be."""
    chosen = decide(overrides, surface, articles, source).chosen
    return chosen.person_id if chosen else None


def test_no_file_decides_nothing(tmp_path: Path) -> None:
    """Where there is no file, no surface is decided."""
    assert decide(load_overrides(tmp_path / "none.csv"), "Qasim", (), "ip").chosen is None


def test_everywhere(tmp_path: Path) -> None:
    """A line without article and source holds everywhere, for exactly this surface, however it is spaced."""
    overrides = load(tmp_path, EVERYWHERE.replace("Qasim", "Naim  Qasim"))
    assert person(overrides, "Naim\u00a0Qasim") == "p_naim_qassem"
    assert person(overrides, "Naim Kasim") is None


NARROWER = [
    ("Qasim,is,p_a,,ip,mira,r,2026-11-01", "ip", "p_a"),
    ("Qasim,is,p_a,,irna,mira,r,2026-11-01", "ip", "p_naim_qassem"),
    (f"Qasim,is,p_b,{STORY}#top,,mira,r,2026-11-01", "ip", "p_b"),
    ("Qasim,is,p_b,https://news.example/a/2,,mira,r,2026-11-01", "ip", "p_naim_qassem"),
    ("Qasim,is_not,p_naim_qassem,,ip,mira,r,2026-11-01", "ip", None),
    ("Qasim,is_not,,,ip,mira,r,2026-11-01", "ip", None),
    ("Qasim,is_not,p_other,,ip,mira,r,2026-11-01", "ip", "p_naim_qassem"),
]


@pytest.mark.parametrize(("line", "source", "expected"), NARROWER)
def test_the_narrowest_line_holds(tmp_path: Path, line: str, source: str, expected: str | None) -> None:
    """A line for the article goes before one for the source, and that before one for everything."""
    assert person(load(tmp_path, EVERYWHERE, line), source=source) == expected


def test_a_narrower_yes_lifts_a_denial(tmp_path: Path) -> None:
    """A denial for everything does not hold where a line for the source says the opposite; elsewhere it does."""
    overrides = load(tmp_path, "Qasim,is_not,p_a,,,mira,r,2026-11-01", "Qasim,is,p_a,,ip,mira,r,2026-11-01")
    assert person(overrides) == "p_a"
    assert not decide(overrides, "Qasim", (), "ip").denied
    assert set(decide(overrides, "Qasim", (), "irna").denied) == {"p_a"}


def test_the_broader_yes_holds_where_the_narrow_one_is_denied(tmp_path: Path) -> None:
    """Where an article denies what its source says, what holds everywhere is next."""
    overrides = load(
        tmp_path,
        EVERYWHERE,
        "Qasim,is,p_a,,ip,mira,r,2026-11-01",
        "Qasim,is_not,p_a,a_00ff,,mira,r,2026-11-01",
    )
    assert person(overrides, articles=("a_00ff", STORY)) == "p_naim_qassem"
    assert person(overrides) == "p_a"


CONFLICTS = [
    "Qasim,is,p_a,,,ali,r,2026-11-02",
    "Qasim,is_not,p_naim_qassem,,,ali,r,2026-11-02",
    "Qasim,is_not,,,,ali,r,2026-11-02",
]


@pytest.mark.parametrize("line", CONFLICTS)
def test_contradictions_decide_nothing(tmp_path: Path, line: str) -> None:
    """Two lines of one scope that contradict each other decide nothing and are told together, with their lines."""
    overrides = load(tmp_path, EVERYWHERE, line)
    assert person(overrides) is None
    assert [[one.line for one in group] for group in overrides.conflicts] == [[2, 3]]


def test_a_line_that_stands_twice_counts_once(tmp_path: Path) -> None:
    """The same decision by two people is one decision, with the first line's reason, and no conflict."""
    overrides = load(tmp_path, EVERYWHERE, EVERYWHERE.replace("mira", "ali"))
    assert [one.author for one in overrides] == ["mira"]
    assert overrides.conflicts == ()


def test_a_review_filled_in_is_an_override_file(tmp_path: Path) -> None:
    """The columns that a review adds are passed over, and a line without a verdict is not decided yet."""
    overrides = load(
        tmp_path,
        EVERYWHERE + ",12,4,ambiguous,p_a p_b,What he said.,https://news.example/a/1",
        "Kasim,,,,,,,,3,1,unresolved,,More.,",
        header=HEADER + ",mentions,articles,status,candidates,sentence,url",
    )
    assert [one.surface for one in overrides] == ["Qasim"]


def test_an_id_of_a_decision_is_made_of_what_it_says(tmp_path: Path) -> None:
    """Who decided, why and on which line does not change a decision's id; whom it names does."""
    first = next(iter(load(tmp_path, EVERYWHERE))).override_id
    other = next(iter(load(tmp_path, "", EVERYWHERE.replace("mira,the speaker of the story", "ali,r")))).override_id
    named = next(iter(load(tmp_path, EVERYWHERE.replace("p_naim_qassem", "p_a")))).override_id
    assert first == other != named


BAD = [
    ("Qasim,maybe,p_a,,,mira,r,2026-11-01", "'maybe'"),
    ("Qasim,is,,,,mira,r,2026-11-01", "person_id is empty"),
    ("Qasim,is,Qasim,,,mira,r,2026-11-01", "'Qasim' is no person's id"),
    (",is,p_a,,,mira,r,2026-11-01", "surface is empty"),
    ("Qasim,is,p_a,mailto:x,,mira,r,2026-11-01", "'mailto:x'"),
    ("Qasim,is,p_a,,,,r,2026-11-01", "no author"),
    ("Qasim,is,p_a,,,mira,,2026-11-01", "no reason"),
    ("Qasim,is,p_a,,,mira,r,2026-13-01", "'2026-13-01'"),
    ("Qasim,is,p_a", "not as many cells"),
    ("Qasim,is,p_a,,,mira,r,2026-11-01,more", "not as many cells"),
    ('Qasim,is,"p_a"x,,,mira,r,2026-11-01', "line 3"),
]


@pytest.mark.parametrize(("line", "words"), BAD)
def test_a_bad_line_is_told_with_its_value(tmp_path: Path, line: str, words: str) -> None:
    """A line that cannot be understood is an error that names the file, the line and the value."""
    with pytest.raises(ConfigError, match=r"persons\.csv: line 3") as caught:
        load(tmp_path, EVERYWHERE, line)
    assert words in str(caught.value)


def test_a_header_of_another_file_is_refused(tmp_path: Path) -> None:
    """A file with other columns is no file of decisions, and the error names them."""
    with pytest.raises(ConfigError, match="colour"):
        load(tmp_path, header=HEADER + ",colour")
    with pytest.raises(ConfigError, match="verdict"):
        load(tmp_path, header=HEADER.replace("verdict", "mentions"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are an error that names the file."""
    path = tmp_path / "persons.csv"
    path.write_bytes(b"surface\xff\n")
    with pytest.raises(ConfigError, match=r"persons\.csv: not readable"):
        load_overrides(path)
