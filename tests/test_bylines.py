"""Who signed: people and news agencies, and nobody else."""

from pathlib import Path

import pytest

from etl.reading.bylines import agency_names, is_agency, read_authors
from etl.rulesets import load_rules

RULES = load_rules(Path(__file__).parent.parent / "config")
AGENCIES = agency_names(name for agency in RULES.agencies for name in agency.bylines)


@pytest.mark.parametrize(
    ("printed", "authors"),
    [
        (["By Leyla Ganjavi"], ("Leyla Ganjavi",)),
        (["By Leyla Ganjavi and Murad Shirvani"], ("Leyla Ganjavi", "Murad Shirvani")),
        (["Leyla Ganjavi, Murad Shirvani & Nino Beridze"], ("Leyla Ganjavi", "Murad Shirvani", "Nino Beridze")),
        (["Leyla Ganjavi", "Leyla Ganjavi"], ("Leyla Ganjavi",)),
        (["Written by: Nino Beridze (in Tbilisi)"], ("Nino Beridze",)),
        (["بقلم: ريما حفار"], ("ريما حفار",)),
        (["ريما حفار ومنير قاسم"], ("ريما حفار", "منير قاسم")),
        (["أحمد وليد حسن"], ("أحمد وليد حسن",)),
        (["نویسنده: شیرین لاهیجی"], ("شیرین لاهیجی",)),
        (["شیرین لاهیجی، کامران نظری"], ("شیرین لاهیجی", "کامران نظری")),
        (["Jean-Luc O'Neill"], ("Jean-Luc O'Neill",)),
        (["Wanda Andrews"], ("Wanda Andrews",)),
        (["Jona Ritter und Lea Sommer"], ("Jona Ritter", "Lea Sommer")),
        (["Trine Holm og Aka Olsen "], ("Trine Holm", "Aka Olsen")),
        (["Luc Petit et Anne Roy"], ("Luc Petit", "Anne Roy")),
        (["Ana Ruiz y Luis Gil"], ("Ana Ruiz", "Luis Gil")),
        (["Ana Costa e Rui Sousa"], ("Ana Costa", "Rui Sousa")),
        (["Pedro Ruiz y Gasset"], ("Pedro Ruiz y Gasset",)),
        (["John E. Brandt"], ("John E. Brandt",)),
        (["Geschrieben von Lea Sommer"], ("Lea Sommer",)),
        (["Veröffentlicht von Lea Sommer"], ("Lea Sommer",)),
        (["von Lea Sommer"], ("Lea Sommer",)),
        (["Von:Lea Sommer"], ("Lea Sommer",)),
        (["Author Nino Beridze"], ("Nino Beridze",)),
        (["Authors: Nino Beridze, Rima Haffar"], ("Nino Beridze", "Rima Haffar")),
        (["Par Anne Roy"], ("Anne Roy",)),
        (["Door Anne de Vries"], ("Anne de Vries",)),
        (["Af Trine Holm"], ("Trine Holm",)),
        (["Text: Lea Sommer"], ("Lea Sommer",)),
        (["von Dr. Max Rabe"], ("Dr. Max Rabe",)),
        (["Parisa Nazari"], ("Parisa Nazari",)),
        (["Textor Brandt"], ("Textor Brandt",)),
        (["牛伟", "岳小彬"], ("牛伟", "岳小彬")),
        (["배서연,이상민"], ("배서연", "이상민")),
        (["山田花子記者"], ("山田花子",)),
        (["文／林美玲"], ("林美玲",)),
        (["港湾新聞"], ()),
        (["lk Hafenstadt"], ()),
        (["Quelle: sid"], ()),
        (["Posted on"], ()),
        (["Veröffentlicht am"], ()),
        (["Levant Press"], ()),
        (["Hafen Bote"], ()),
        (["Staff Writer"], ()),
        (["Nino Beridze Fr, 18. Oktober 2026"], ("Nino Beridze",)),
        (["By Nino Beridze 8 January 2026, 3:51 pm 11 Edit"], ("Nino Beridze",)),
        (["By Jane Marsh 12 January 2026"], ("Jane Marsh",)),
        (["Jan May 12 January 2026"], ("Jan May",)),
        (["Nino Beridze on January 8, 2026"], ("Nino Beridze",)),
        (["Nino Beridze Friday 12:04"], ("Nino Beridze",)),
        (["Kim In Kyung"], ("Kim In Kyung",)),
        (["Nino Beridze For The Harbour Gazette"], ("Nino Beridze",)),
        (["Nino Beridze - Harbour desk"], ("Nino Beridze",)),
        (["Nino Beridze @beridze"], ("Nino Beridze",)),
        (["Nino Beridze in Tbilisi"], ("Nino Beridze",)),
        (["Nino Beridze for the Harbour Gazette"], ("Nino Beridze",)),
        (["Lea Sommer Chefredakteurin"], ("Lea Sommer",)),
        (["Marit in 't Veld"], ("Marit in 't Veld",)),
        (["Ann von der Mole"], ("Ann von der Mole",)),
        (["Rui Sousa C."], ("Rui Sousa C.",)),
        (["Rui Sousa."], ("Rui Sousa",)),
        (["Eingestellt von Lea Sommer"], ("Lea Sommer",)),
        (["| Autor: lotse"], ("lotse",)),
        (["kapitän84"], ("kapitän84",)),
        (["LS"], ("LS",)),
        (["AFP"], ("AFP",)),
        (["Lea Sommer und Jona Ritter, dpa"], ("Lea Sommer", "Jona Ritter", "dpa")),
        (["The Associated Press"], ("The Associated Press",)),
        (["Associated Press in Tbilisi"], ("Associated Press",)),
        (["Rima Haffar, Tbilisi"], ("Rima Haffar",)),
        (["Rima Haffar", "RIMA HAFFAR"], ("Rima Haffar",)),
        (["levant  press"], ()),
        (["hafen-bote"], ()),
        (["Blog-Beitrag von Lea Sommer"], ("Lea Sommer",)),
        (["Ein Interview von Lea Sommer"], ("Lea Sommer",)),
        (["Interview: Lea Sommer"], ("Lea Sommer",)),
        (["Posted on March 3, 2026 by Nino Beridze"], ("Nino Beridze",)),
        (["Autorin/Autor: Lea Sommer"], ("Lea Sommer",)),
        (["Rima Haffar Rima Haffar"], ("Rima Haffar",)),
        (["Lea Sommer, Projektleiterin der Mole"], ("Lea Sommer",)),
        (["Landesanstalt Mole"], ()),
        (["Mole Boote GmbH & Co. KG"], ()),
        (["Donnerstag"], ()),
        (["September"], ()),
        (["red"], ()),
        (["mole_team"], ()),
        (["Levant Report"], ()),
        (["Redaktion"], ()),
        (["webadmin"], ()),
        (["lotse.de"], ()),
        (["Hafenverband e.V."], ()),
        (["By"], ()),
        (["Agencies"], ()),
        (["news desk"], ()),
        (["desk@example.org"], ()),
        (["https://example.org/author/7"], ()),
        (["Our Correspondent in the far north of the country"], ()),
        (["Agencies, Nino Beridze"], ("Nino Beridze",)),
        ([""], ()),
        ([], ()),
    ],
)
def test_people_in_bylines(printed: list[str], authors: tuple[str, ...]) -> None:
    """People and agencies are kept in order and once each; publishers, desks, places and addresses are left out."""
    assert read_authors(printed, "Levant Press", "Hafen Bote", agencies=AGENCIES) == authors


@pytest.mark.parametrize(
    "byline", ["By Nino Beridze and Lea Sommer, dpa", "| Autor: lotse", "Rui Sousa C.", "山田花子記者"]
)
def test_reading_authors_again(byline: str) -> None:
    """What was read as authors is read as the same authors again."""
    authors = read_authors([byline], agencies=AGENCIES)
    assert authors
    assert read_authors(authors, agencies=AGENCIES) == authors


@pytest.mark.parametrize("byline", ["Canal 7", "By: Canal 7", "Canal Seven", "By Canal Seven"])
def test_a_publisher_in_any_edition_signs_nothing(byline: str) -> None:
    """A publisher's name is not cut as if it ended in a time, and counts without the language of its edition."""
    assert read_authors([byline], "Canal 7", "Canal Seven Arabic") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dpa", True),
        ("DPA", True),
        ("The Associated Press", True),
        ("Agence France-Presse", True),
        ("Levant Press", False),
        ("CNN", False),
        ("", False),
    ],
)
def test_agencies_that_sign(name: str, expected: bool) -> None:
    """Agencies sign by the names that agencies.toml gives them, in any case; outlets and other publishers do not."""
    assert is_agency(name, AGENCIES) is expected
