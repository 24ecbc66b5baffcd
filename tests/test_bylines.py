"""Who signed: people only."""

import pytest

from etl.bylines import read_authors


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
        (["Levant Press"], ()),
        (["Staff Writer"], ()),
        (["Reuters"], ()),
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
    """People are kept in order and once each; the publisher, desks, agencies and addresses are not people."""
    assert read_authors(printed, "Levant Press") == authors
