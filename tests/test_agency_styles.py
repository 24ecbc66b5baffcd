"""The house styles of the world's agencies, as they print them, each before a sentence of our own."""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from etl.model import Dateline, Place
from etl.reading.datelines import read_dateline
from etl.reading.places import find_place, fold_aliases, locate
from etl.rulesets import Agency, PlaceAlias

CONFIG = Path(__file__).parent.parent / "config"
AGENCIES = [Agency(**agency) for agency in tomllib.loads((CONFIG / "agencies.toml").read_text("utf-8")).values()]
SIGNS = {sign: agency.name for agency in AGENCIES for sign in agency.signs}
NATIONAL = {agency.name: agency.country for agency in AGENCIES}
ALIASES = fold_aliases(
    {name: PlaceAlias(**alias) for name, alias in tomllib.loads((CONFIG / "places.toml").read_text("utf-8")).items()}
)
STORY = "The council met on Monday to hear what the harbour master had to say about the works at the old mole."


@cache
def _find(name: str) -> Place | None:
    return find_place(name, ALIASES)


def _read(text: str) -> Dateline | None:
    found = read_dateline(text, SIGNS, _find)
    if found is None or found.place is None:
        return found
    first = found.place.name.split("/")[0]
    place = locate(f"{first}, {found.region}" if found.region else first, ALIASES, NATIONAL.get(found.agency or ""))
    return replace(found, place=replace(place, name=found.place.name)) if place else found


@pytest.mark.parametrize(
    ("dateline", "place", "country", "agency", "date_raw"),
    [
        ("PARIS (AFP) – ", "PARIS", "FR", "AFP", None),
        ("Gaza City (Palestinian Territories) (AFP) – ", "Gaza City", "PS", "AFP", None),
        ("Beirut, Nov 3, 2026 (AFP) - ", "Beirut", "LB", "AFP", "Nov 3, 2026"),
        ("Paris, 3 nov 2026 (AFP) - ", "Paris", "FR", "AFP", "3 nov 2026"),
        ("Berlin (AFP) - ", "Berlin", "DE", "AFP", None),
        ("LOS ANGELES (AP) — ", "LOS ANGELES", "US", "AP", None),
        ("DEIR AL-BALAH, Gaza Strip (AP) — ", "DEIR AL-BALAH", "PS", "AP", None),
        ("UNITED NATIONS (AP) — ", "UNITED NATIONS", "US", "AP", None),
        ("ST. LOUIS (AP) _ ", "ST. LOUIS", "US", "AP", None),
        ("LONDON, Nov 3 (Reuters) - ", "LONDON", "GB", "Reuters", "Nov 3"),
        ("WASHINGTON/BEIJING, Nov 3 (Reuters) - ", "WASHINGTON/BEIJING", "US", "Reuters", "Nov 3"),
        ("KYIV, Ukraine, Nov 3 (Reuters) – ", "KYIV", "UA", "Reuters", "Nov 3"),
        ("MOSCOW, November 3. /TASS/. ", "MOSCOW", "RU", "TASS", "November 3"),
        ("GENEVA, November 3. /TASS Correspondent Anna Petrova/. ", "GENEVA", "CH", "TASS", "November 3"),
        ("МОСКВА, 3 ноября. /ТАСС/. ", "МОСКВА", "RU", "TASS", "3 ноября"),
        ("МОСКВА, 3 ноя - РИА Новости. ", "МОСКВА", "RU", "RIA Novosti", "3 ноя"),
        ("Москва. 3 ноября. INTERFAX.RU - ", "Москва", "RU", "Interfax", "3 ноября"),
        ("Mumbai (Maharashtra) [India], November 3 (ANI): ", "Mumbai", "IN", "ANI", "November 3"),
        ("Kathmandu [Nepal], November 3 (ANI): ", "Kathmandu", "NP", "ANI", "November 3"),
        ("Mumbai, Nov 3 (PTI) ", "Mumbai", "IN", "PTI", "Nov 3"),
        ("Lucknow (UP), Nov 3 (PTI): ", "Lucknow", "IN", "PTI", "Nov 3"),
        ("New Delhi, Nov 3 (IANS) ", "New Delhi", "IN", "IANS", "Nov 3"),
        ("OSAKA, Nov. 3 (Kyodo) - ", "OSAKA", "JP", "Kyodo", "Nov. 3"),
        ("TOKYO, Nov 3 (Jiji Press) - ", "TOKYO", "JP", "Jiji Press", "Nov 3"),
        ("SEOUL, Nov. 3 (Yonhap) -- ", "SEOUL", "KR", "Yonhap", "Nov. 3"),
        ("Pyongyang, November 3 (KCNA) -- ", "Pyongyang", "KP", "KCNA", "November 3"),
        ("BEIJING, Nov. 3 (Xinhua) -- ", "BEIJING", "CN", "Xinhua", "Nov. 3"),
        ("CAIRO, Nov. 3 (Xinhua) — ", "CAIRO", "EG", "Xinhua", "Nov. 3"),
        ("Bogotá, 3 nov (EFE).- ", "Bogotá", "CO", "EFE", "3 nov"),
        ("Madrid (EFE).- ", "Madrid", "ES", "EFE", None),
        ("MADRID, 3 Nov. (EUROPA PRESS) - ", "MADRID", "ES", "Europa Press", "3 Nov"),
        ("(ANSA) - ROMA, 03 NOV - ", "ROMA", "IT", "ANSA", "03 NOV"),
        ("Roma, 3 nov. (Adnkronos) - ", "Roma", "IT", "Adnkronos", "3 nov"),
        ("LISBOA, 3 nov (Lusa) - ", "LISBOA", "PT", "Lusa", "3 nov"),
        ("BRUXELLES, 3 nov (Belga) - ", "BRUXELLES", "BE", "Belga", "3 nov"),
        ("Wien (APA) - ", "Wien", "AT", "APA", None),
        ("Bern (sda) - ", "Bern", "CH", "Keystone-SDA", None),
        ("Köln (dpa/lnw) - ", "Köln", "DE", "dpa", None),
        ("Hannover (epd). ", "Hannover", "DE", "epd", None),
        ("Rom (KNA) ", "Rom", "IT", "KNA", None),
        ("WASHINGTON, Nov. 3 (UPI) -- ", "WASHINGTON", "US", "UPI", "Nov. 3"),
        ("ISTANBUL (AA) - ", "ISTANBUL", "TR", "Anadolu", None),
        ("ANKARA, (AA) – ", "ANKARA", "TR", "Anadolu", None),
        ("KUALA LUMPUR, Nov 3 (Bernama) -- ", "KUALA LUMPUR", "MY", "Bernama", "Nov 3"),
        ("Jakarta (ANTARA) - ", "Jakarta", "ID", "ANTARA", None),
        ("ISLAMABAD, Nov 03 (APP):", "ISLAMABAD", "PK", "APP", "Nov 03"),
        ("DHAKA, Nov 3, 2026 (BSS) - ", "DHAKA", "BD", "BSS", "Nov 3, 2026"),
        ("HANOI, Nov. 3 (VNA) – ", "HANOI", "VN", "VNA", "Nov. 3"),
        ("TEHRAN, Nov. 03 (MNA) – ", "TEHRAN", "IR", "Mehr News Agency", "Nov. 03"),
        ("TEHRAN (Tasnim) – ", "TEHRAN", "IR", "Tasnim", None),
        ("TEHRAN (FNA)- ", "TEHRAN", "IR", "Fars News Agency", None),
        ("Tehran, Nov 3, IRNA – ", "Tehran", "IR", "IRNA", "Nov 3"),
        ("New York, IRNA – ", "New York", "US", "IRNA", None),
        ("TEHRAN (ISNA) - ", "TEHRAN", "IR", "ISNA", None),
        ("TEHRAN (IQNA) – ", "TEHRAN", "IR", "IQNA", None),
        ("TEHRAN (Shana) -- ", "TEHRAN", "IR", "Shana", None),
        ("TEHRAN - ", "TEHRAN", "IR", None, None),
        ("Aleppo, SANA- ", "Aleppo", "SY", "SANA", None),
        ("Deir Ezzor, SANA_ ", "Deir Ezzor", "SY", "SANA", None),
        ("SANA'A, Nov. 03 (Saba) - ", "SANA'A", "YE", "Saba", "Nov. 03"),
        ("RAMALLAH, November 3, 2026 (WAFA) – ", "RAMALLAH", "PS", "WAFA", "November 3, 2026"),
        ("Amman, Nov. 3 (Petra) – ", "Amman", "JO", "Petra", "Nov. 3"),
        ("KUWAIT, Nov 3 (KUNA) -- ", "KUWAIT", "KW", "KUNA", "Nov 3"),
        ("Doha, November 03 (QNA) - ", "Doha", "QA", "QNA", "November 03"),
        ("ABU DHABI, 3rd November, 2026 (WAM) -- ", "ABU DHABI", "AE", "WAM", "3rd November, 2026"),
        ("Riyadh, November 3, 2026, SPA -- ", "Riyadh", "SA", "SPA", "November 3, 2026"),
        ("Manama, Nov. 3 (BNA): ", "Manama", "BH", "BNA", "Nov. 3"),
        ("Muscat, 3 Nov (ONA) --- ", "Muscat", "OM", "Oman News Agency", "3 Nov"),
        ("NNA - ", None, None, "NNA", None),
        ("Baghdad - INA\n", "Baghdad", "IQ", "INA", None),
        ("Baghdad (IraqiNews.com) - ", "Baghdad", "IQ", "IraqiNews.com", None),
        ("ERBIL (Kurdistan24) – ", "ERBIL", "IQ", "Kurdistan24", None),
        ("ERBIL, Kurdistan Region – ", "ERBIL", "IQ", None, None),
        ("Shafaq News/ ", None, None, "Shafaq News", None),
        ("BAKU, Azerbaijan, November 3. ", "BAKU", "AZ", None, "November 3"),
        ("Baku, November 3, AZERTAC ", "Baku", "AZ", "AZERTAC", "November 3"),
        ("YEREVAN, NOVEMBER 3, ARMENPRESS. ", "YEREVAN", "AM", "ARMENPRESS", "NOVEMBER 3"),
        ("TASHKENT, November 3. /UzA/. ", "TASHKENT", "UZ", "UzA", "November 3"),
        ("ASTANA. KAZINFORM – ", "ASTANA", "KZ", "Kazinform", None),
        ("KYIV. Nov 3 (Interfax-Ukraine) – ", "KYIV", "UA", "Interfax-Ukraine", "Nov 3"),
        ("KABUL (Pajhwok): ", "KABUL", "AF", "Pajhwok", None),
        ("ALGIERS- ", "ALGIERS", "DZ", None, None),
        ("Rabat (MAP) - ", "Rabat", "MA", "MAP", None),
        ("Khartoum, Nov. 3 (SUNA) - ", "Khartoum", "SD", "SUNA", "Nov. 3"),
        ("CAIRO, Nov. 3 (MENA) - ", "CAIRO", "EG", "MENA", "Nov. 3"),
        ("NAIROBI, Nov 3 (Thomson Reuters Foundation) - ", "NAIROBI", "KE", "Thomson Reuters Foundation", "Nov 3"),
        ("LAGOS, Nov. 3, 2026 (NAN) ", "LAGOS", "NG", "NAN", "Nov. 3, 2026"),
        ("Havana, Nov 3 (Prensa Latina) ", "Havana", "CU", "Prensa Latina", "Nov 3"),
        ("OTTAWA — ", "OTTAWA", "CA", None, None),
        ("Sydney, Nov 3 (AAP) - ", "Sydney", "AU", "AAP", "Nov 3"),
        ("ATHENS/NICOSIA (ANA-MPA) - ", "ATHENS/NICOSIA", "GR", "ANA-MPA", None),
        ("BRATISLAVA, 3 November (TASR) - ", "BRATISLAVA", "SK", "TASR", "3 November"),
        ("Warsaw, Nov. 3 (PAP) - ", "Warsaw", "PL", "PAP", "Nov. 3"),
        ("JERUSALEM (JTA) — ", "JERUSALEM", "IL", "JTA", None),
        ("ZAGREB, 3 Nov (Hina) - ", "ZAGREB", "HR", "Hina", "3 Nov"),
        ("(CNN) — ", None, None, "CNN", None),
        ("Istanbul, Turkey (CNN) — ", "Istanbul", "TR", "CNN", None),
        ("Washington (CNN) ", "Washington", "US", "CNN", None),
        ("KINGSTON, Jamaica, CMC – ", "KINGSTON", "JM", "CMC", None),
        ("LAHORE: ", "LAHORE", "PK", None, None),
        ("VATICAN CITY (CNS) -- ", "VATICAN CITY", "VA", "CNS", None),
        ("HONG KONG, Nov 3 — ", "HONG KONG", "HK", None, "Nov 3"),
        ("SINGAPORE – ", "SINGAPORE", "SG", None, None),
    ],
)
def test_house_styles_of_agencies(
    dateline: str, place: str | None, country: str | None, agency: str | None, date_raw: str | None
) -> None:
    """Each style is cut exactly before the sentence, and its place, country, agency and date are read."""
    found = _read(dateline + STORY)
    assert found is not None
    where = (found.place.name, found.place.country) if found.place else (None, None)
    assert (found.text, *where) == (dateline, place, country)
    assert (found.agency, found.date_raw) == (agency, date_raw)


@pytest.mark.parametrize(
    "text",
    [
        "Geneva, March 3, 2026 (a Tuesday) was the day when the talks about the mole began again.",
        "Lisbon, May 4, Lusa said, was the wettest day that the harbour has seen since 1907.",
        "Moscow, March 3, TASS reported on Monday, was the coldest night of the winter so far.",
        "Shafaq News/Levant Press photo of the mole, which was taken before the storm of last week.",
        "Dal nostro inviato arriva una storia: la strada del porto resta chiusa fino a lunedì.",
        "Rome (the city) - not the empire - is where the harbour master was born and went to school.",
        "SPORT - The harbour club has won again, and its captain thanked the fans on Monday.",
        "OPINION: The mole should have been closed before the storm, and the council knew it.",
        "MEDIA – The harbour paper is sold, and its readers do not know yet who has bought it.",
        "LIVE: The council meets to hear what the harbour master has to say about the mole.",
    ],
)
def test_sentences_in_the_dress_of_an_agency(text: str) -> None:
    """A sentence that has the parts of a dateline, and a rubric in capitals, are left whole."""
    assert _read(text) is None


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("TRIPOLI, Nov 3 (NNA) – ", "LB"),
        ("TRIPOLI, Nov 3 (Reuters) - ", "LY"),
        ("SALEM, Nov 3 (PTI) ", "IN"),
        ("SALEM, Ore. (AP) — ", "US"),
    ],
)
def test_an_agency_tells_namesakes_apart(text: str, country: str) -> None:
    """A national agency means the city of its own country or a neighbour's; a printed state or country comes first."""
    found = _read(text + STORY)
    assert found is not None
    assert found.place is not None
    assert found.place.country == country
