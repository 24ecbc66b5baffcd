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
    """People are kept in order and once each; the publishers, desks, agencies and addresses are not people."""
    assert read_authors(printed, "Levant Press", "Hafen Bote") == authors
