"""Places by name, alias, region and nearness."""

import tomllib
from pathlib import Path

import pytest

from etl.reading.places import find_place, fold_aliases, locate
from etl.reading.regions import PROVINCES, find_regions, fold_place
from etl.rulesets import PlaceAlias

NAMES = {
    name: PlaceAlias(**alias)
    for name, alias in tomllib.loads(
        (Path(__file__).parent.parent / "config" / "places.toml").read_text("utf-8")
    ).items()
}
ALIASES = fold_aliases(NAMES)


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Tehran", "IR"),
        ("TEHRAN", "IR"),
        ("Teheran", "IR"),
        ("طهران", "IR"),
        ("تهران", "IR"),
        ("Damascus", "SY"),
        ("دمشق", "SY"),
        ("Palmyra", "SY"),
        ("Idleb", "SY"),
        ("München", "DE"),
        ("St. Petersburg", "RU"),
        ("Calcutta", "IN"),
        ("Beit-ul-Mogaddas", "IL"),
        ("القدس المحتلة", "IL"),
        ("Deir Ezzor", "SY"),
        ("UNITED NATIONS", "US"),
        ("Khan Younes", "PS"),
        ("بندر انزلی", "IR"),
        ("Santa Fe", "AR"),
        ("Santa Fe, N.M.", "US"),
        ("London", "GB"),
        ("London, Ontario", "CA"),
        ("Birmingham, Ala.", "US"),
        ("New York, NY", "US"),
        ("Hanoi, Vietnam", "VN"),
        ("Kazbegi, Georgia", "GE"),
        ("Atlanta, Georgia", "US"),
        ("No Such Town, Jamaica", "JM"),
        ("Islamabad", "PK"),
        ("خان\u200cیونس", "PS"),
        ("تل\u200cآویو", "IL"),
        ("واشنگتن", "US"),
        ("أورفة", "TR"),
        ("Georgetown", "GY"),
        ("San Jose", "CR"),
        ("San Jose, Calif.", "US"),
        ("Bethlehem", "PS"),
        ("Bethlehem, Pa.", "US"),
        ("Abadan", "IR"),
        ("Nazareth", "IL"),
        ("Saida", "LB"),
        ("Leidschendam, Netherlands", "NL"),
        ("Berlin, West Germany", "DE"),
    ],
)
def test_the_country_of_a_printed_name(name: str, country: str) -> None:
    """Capitals, accents, scripts and aliases make no difference; a region beside the name decides between namesakes."""
    found = find_place(name, ALIASES)
    assert found is not None
    assert (found.name, found.country) == (name, country)


@pytest.mark.parametrize(
    ("name", "near", "country"),
    [
        ("طرابلس", None, "LY"),
        ("طرابلس", "LB", "LB"),
        ("طرابلس", "SY", "LB"),
        ("طرابلس", "LY", "LY"),
        ("طرابلس", "IR", "LY"),
        ("Tripoli", "LB", "LB"),
        ("London", "CA", "GB"),
        ("Paris", "US", "FR"),
        ("Athens", "US", "GR"),
        ("Damascus", "US", "SY"),
        ("Tehran", "IR", "IR"),
    ],
)
def test_a_notable_namesake_near_the_source_is_meant(name: str, near: str | None, country: str) -> None:
    """A source means its own or a neighbouring country's city where that is a notable one, else the largest."""
    found = find_place(name, ALIASES, near)
    assert found is not None
    assert found.country == country


def test_every_alias_stands_for_a_known_place() -> None:
    """Each alias of places.toml has a country, and a usual name where it stands for a place of GeoNames."""
    for name, alias in NAMES.items():
        found = find_place(name, ALIASES)
        assert found is not None, name
        assert found.country is not None, name
        assert (found.usual_name is None) == (alias.geonames is None), name


def test_every_alias_is_needed() -> None:
    """No alias only says what the gazetteer says by itself."""
    for name, alias in NAMES.items():
        alone = find_place(name, {})
        assert alias.instead_of or alone is None or alone.place_id != f"geonames:{alias.geonames}", name


def test_an_alternative_and_the_usual_name_are_one_place() -> None:
    """A name that takes a side is marked so, and the usual name kept beside it is the same place unmarked."""
    for name, alias in NAMES.items():
        found = find_place(name, ALIASES)
        assert found is not None
        assert found.stance == ("alternative" if alias.instead_of else "standard"), name
        usual = locate(alias.instead_of, ALIASES) if alias.instead_of else found
        assert usual is not None, name
        assert (usual.place_id, usual.stance) == (found.place_id, "standard"), name


@pytest.mark.parametrize(
    ("name", "usual_name", "stance"),
    [
        ("Occupied Jerusalem", "Jerusalem", "alternative"),
        ("occupied Al-Quds", "Jerusalem", "alternative"),
        ("القدس المحتلة", "Jerusalem", "alternative"),
        ("قدس اشغالی", "Jerusalem", "alternative"),
        ("Occupied Haifa", "Haifa", "alternative"),
        ("Beit-ul-Moqaddas", "Jerusalem", "alternative"),
        ("القدس", "Jerusalem", "standard"),
        ("بیت‌المقدس", "Jerusalem", "standard"),
        ("Jerusalem", "Jerusalem", "standard"),
        ("Occupied West Bank", None, "standard"),
        ("Khan Younes", "Khān Yūnis", "standard"),
    ],
)
def test_names_that_take_a_side(name: str, usual_name: str | None, stance: str) -> None:
    """The word "occupied" before a city makes an alternative name; a city's name in its own language is none."""
    found = find_place(name, ALIASES)
    assert found is not None
    assert (found.usual_name, found.stance) == (usual_name, stance)


def test_where_a_place_lies() -> None:
    """A place of GeoNames has its coordinates, also where an alias leads to it; a country alone has none."""
    damascus, gaza = find_place("دمشق", ALIASES), find_place("Gaza Strip", ALIASES)
    assert damascus is not None
    assert damascus.latitude == pytest.approx(33.5, abs=0.2)
    assert damascus.longitude == pytest.approx(36.3, abs=0.2)
    assert gaza is not None
    assert (gaza.latitude, gaza.longitude) == (None, None)


@pytest.mark.parametrize(
    ("name", "near", "country"),
    [
        ("Simmelsdorf", None, "DE"),
        ("Exton, Pa.", None, "US"),
        ("Exton", None, None),
        ("Exton", "US", "US"),
        ("Bahrain", None, "BH"),
        ("Damascus", None, "SY"),
        ("No Such Town, Jamaica", None, "JM"),
        ("No Such Town", "JM", None),
        ("Khuzestan", None, "IR"),
        ("خوزستان", None, "IR"),
        ("استان مازندران", None, "IR"),
        ("سیستان و بلوچستان", None, "IR"),
        ("گیلان", None, "IR"),
        ("Gilan", None, "IR"),
        ("الأنبار", None, "IQ"),
        ("محافظة ديالى", None, "IQ"),
        ("إقليم كردستان", None, "IQ"),
        ("Nineveh Governorate", None, "IQ"),
        ("ريف دمشق", None, "SY"),
        ("Mount Lebanon", None, "LB"),
        ("Helmand province", None, "AF"),
        ("ننگرهار", None, "AF"),
        ("جنوب كردفان", None, "SD"),
        ("الخرطوم", None, "SD"),
        ("سرپل\u200cذهاب", None, "IR"),
        ("No Such Town, Khuzestan", None, "IR"),
        ("No Such Town, Kurdistan", "IR", "IR"),
        ("کردستان", "IR", "IR"),
        ("كردستان", "IQ", "IQ"),
        ("Kurdistan", None, "IQ"),
        ("province", None, None),
    ],
)
def test_villages_and_countries_of_sure_datelines(name: str, near: str | None, country: str | None) -> None:
    """A sure dateline may name a village, a province or a country; of several countries the near one is meant."""
    found = locate(name, ALIASES, near)
    assert (found.country if found else None) == country


@pytest.mark.parametrize(
    ("name", "near", "is_home"),
    [("Dubai", "AE", True), ("Dubai", "IN", False), ("Dubai", None, False), ("Hatta", "AE", False)],
)
def test_large_cities_at_home(name: str, near: str | None, is_home: bool) -> None:
    """A city of the source's own country is marked where 50,000 people live in it."""
    found = find_place(name, ALIASES, near)
    assert (found is not None and found.is_home_city) == is_home


@pytest.mark.parametrize("name", ["Simmelsdorf", "Exton", "Bahrain"])
def test_what_only_a_sure_dateline_may_name(name: str) -> None:
    """Villages and countries make no dateline sure."""
    assert find_place(name, ALIASES) is None


@pytest.mark.parametrize("name", ["", " ", ",", "Migration", "Deputy secretary-general", "خاص جداً جداً"])
def test_unknown_names_are_no_place(name: str) -> None:
    """What no gazetteer knows gives null."""
    assert find_place(name, ALIASES) is None


def test_regions_of_one_name() -> None:
    """Georgia is a country and a state, the country first; an unknown name is no region."""
    assert find_regions("Georgia") == (("GE", None), ("US", "GA"))
    assert find_regions("N.M.") == (("US", "NM"),)
    assert find_regions("United Arab Emirates") == (("AE", None),)
    assert find_regions("Nowhere") == ()
    assert find_regions("کردستان") == (("IQ", None), ("IR", None))


def test_a_province_is_one_country_s() -> None:
    """No province is listed twice, and none as a city elsewhere, but where an alias says which is meant."""
    listed = [(fold_place(name), country) for country, names in PROVINCES.items() for name in names.split("|")]
    assert len({name for name, _ in listed}) == len(listed)
    for name, country in listed:
        found = find_place(name, ALIASES)
        assert found is None or found.country == country, name


# One spelling a place is not enough: what agencies of the region print, all in Latin letters.
HARD_SPELLINGS = {
    "PS": "Ramallah|Al-Bireh|Nablus|Nabulus|Hebron|Al-Khalil|Jenin|Jenine|Tulkarm|Tulkarem|Qalqilya|Jericho|Ariha|"
    "Bethlehem|Beit Lahm|Beit Sahour|Gaza|Ghazza|Khan Younes|Khan Yunis|Khan Younis|Khanyounis|Rafah|Deir al-Balah|"
    "Beit Lahia|Beit Lahiya|Beit Hanoun|Jabalia|Jabalya|Nuseirat|East Jerusalem",
    "IL": "Beit-ul-Moqaddas|Beit-ul-Mogaddas|Bayt al-Maqdis|Beitul Moqaddas|Al-Quds|Al Quds|al-Quds al-Sharif|Quds|"
    "Occupied Jerusalem|Occupied al-Quds|Jerusalem al-Quds|Acre|Akka|Jaffa|Al-Nasira|Safed|Asqalan",
    "LB": "Beyrouth|Sour|Tyre|Saida|Sayda|Nabatieh|Nabatiyeh|An Nabatiyah|Baalbek|Baalbak|Hermel|Zahle|Arsal|Arsaal|"
    "Bint Jbeil|Marjayoun|Khiam|Naqoura",
    "SY": "Dimashq|Halab|Homs|Lattakia|Ladhiqiyah|Tartous|Idleb|Deir Ezzor|Deir ez-Zor|Deir el-Zour|Raqqa|Ar-Raqqah|"
    "Hasakah|Hassakeh|Qamishli|Qamishlo|Daraa|Deraa|Sweida|Al-Sweida|Quneitra|Tadmur|Kobani|Ain al-Arab|Afrin|Manbij|"
    "Ras al-Ain|Tal Abyad|Jisr al-Shughur|Maarat al-Numan|Boukamal",
    "IQ": "Najaf Ashraf|Kerbala|Erbil|Hewler|Sulaimani|Dohuk|Nassiriya|Diwaniyah|Tal Afar|Sinjar|Falluja",
    "YE": "Sana'a|Sanʽa|Ta'izz|Taiz|Hodeidah|Al-Hudaydah|Marib|Mareb|Saadah|Sa'ada",
    "SA": "Makkah|Jiddah|Jizan|Qatif",
    "IR": "Teheran|Qum|Mashad|Esfahan|Ahwaz|Oroumieh|Abadan|Fordow|Asaluyeh|Khorramshahr",
}


@pytest.mark.parametrize("country", HARD_SPELLINGS)
def test_hard_spellings_of_the_region(country: str) -> None:
    """Every spelling is found, in capitals too, in the country where the place lies."""
    for name in HARD_SPELLINGS[country].split("|"):
        for form in (name, name.upper()):
            found = find_place(form, ALIASES)
            assert found is not None, form
            assert found.country == country, form


WORLD = {
    "US": "Washington|New York|Los Angeles|Chicago|Houston|Philadelphia|Boston|Denver|Seattle|Miami|Atlanta|Detroit",
    "GB": "London|Manchester|Birmingham|Edinburgh|Glasgow|Belfast|Cardiff|Liverpool|Leeds|Oxford|Cambridge|Derry",
    "CA": "Ottawa|Toronto|Montreal|Vancouver|Calgary|Edmonton|Winnipeg|Quebec City|Halifax",
    "FR": "Paris|Marseille|Lyon|Nice|Strasbourg|Toulouse|Bordeaux|Lille|Cannes|Calais|Roland Garros",
    "DE": "Berlin|Hamburg|Munich|Frankfurt|Cologne|Bonn|Stuttgart|Dresden|Leipzig|Hanover|Karlsruhe|Kiel",
    "IT": "Rome|Milan|Turin|Naples|Venice|Florence|Bologna|Genoa|Palermo|Trieste|Monza",
    "ES": "Madrid|Barcelona|Seville|Bilbao|Malaga",
    "CH": "Geneva|Zurich|Bern|Berne|Basel|Davos|Lausanne",
    "RU": "Moscow|St. Petersburg|Sochi|Vladivostok|Grozny|Kazan|Yekaterinburg",
    "UA": "Kyiv|Kiev|Kharkiv|Odesa|Lviv|Donetsk|Mariupol|Bakhmut|Zaporizhzhia|Kherson|Simferopol",
    "TR": "Ankara|Istanbul|Izmir|Diyarbakir|Gaziantep|Antalya|Antakya",
    "EG": "Cairo|Alexandria|Suez|Sharm el-Sheikh|El-Arish|Luxor",
    "SD": "Khartoum|Omdurman|Port Sudan|El Fasher",
    "LY": "Tripoli|Benghazi|Misrata|Sirte|Derna",
    "IR": "Tehran|Qom|Mashhad|Isfahan|Shiraz|Tabriz|Ahvaz|Kerman|Yazd|Rasht|Bandar Abbas|Zahedan|Natanz|Chabahar",
    "IQ": "Baghdad|Basra|Mosul|Najaf|Karbala|Kirkuk|Erbil|Ramadi|Tikrit|Samarra",
    "AF": "Kabul|Kandahar|Herat|Jalalabad|Mazar-i-Sharif|Kunduz",
    "PK": "Islamabad|Karachi|Lahore|Peshawar|Quetta|Rawalpindi",
    "IN": "New Delhi|Mumbai|Bombay|Calcutta|Kolkata|Chennai|Bengaluru|Hyderabad|Srinagar|Lucknow",
    "CN": "Beijing|Peking|Shanghai|Guangzhou|Urumqi|Lhasa|Wuhan",
    "JP": "Tokyo|Osaka|Kyoto|Hiroshima|Nagasaki|Fukushima|Sapporo",
    "KR": "Seoul|Busan|Incheon", "KP": "Pyongyang", "VN": "Hanoi|Ho Chi Minh City|Saigon", "TH": "Bangkok|Phuket",
    "MM": "Yangon|Rangoon|Naypyitaw|Mandalay", "KH": "Phnom Penh", "ID": "Jakarta|Surabaya", "MY": "Kuala Lumpur",
    "PH": "Manila|Davao", "BD": "Dhaka|Chittagong", "LK": "Colombo", "NP": "Kathmandu", "TW": "Taipei",
    "AU": "Canberra|Sydney|Melbourne|Brisbane|Perth|Darwin|Adelaide", "NZ": "Wellington|Auckland|Christchurch",
    "KE": "Nairobi|Mombasa", "NG": "Abuja|Lagos|Kano|Maiduguri", "ZA": "Johannesburg|Pretoria|Cape Town|Durban",
    "ET": "Addis Ababa", "SO": "Mogadishu", "CD": "Kinshasa|Goma", "GH": "Accra", "SN": "Dakar", "ML": "Bamako",
    "MX": "Mexico City|Tijuana", "CU": "Havana", "VE": "Caracas", "CO": "Bogota", "PE": "Lima", "CL": "Santiago",
    "AR": "Buenos Aires", "BR": "Brasilia|Sao Paulo|Rio de Janeiro", "EC": "Quito", "BO": "La Paz",
    "AZ": "Baku|Ganja|Nakhchivan", "AM": "Yerevan|Gyumri", "GE": "Tbilisi|Batumi", "UZ": "Tashkent|Samarkand",
    "TM": "Ashgabat", "TJ": "Dushanbe", "KZ": "Astana|Almaty", "KG": "Bishkek", "GR": "Athens|Thessaloniki",
    "BE": "Brussels|Antwerp", "NL": "The Hague|Amsterdam|Rotterdam", "AT": "Vienna|Salzburg", "PL": "Warsaw|Krakow",
    "CZ": "Prague", "HU": "Budapest", "RO": "Bucharest", "RS": "Belgrade", "BA": "Sarajevo", "XK": "Pristina",
    "SE": "Stockholm", "NO": "Oslo", "DK": "Copenhagen", "FI": "Helsinki", "IE": "Dublin", "PT": "Lisbon",
    "JO": "Amman|Zarqa", "KW": "Kuwait City", "BH": "Manama", "QA": "Doha", "OM": "Muscat|Salalah",
    "AE": "Abu Dhabi|Dubai|Sharjah", "SA": "Riyadh|Jeddah|Mecca|Medina", "CY": "Nicosia|Famagusta",
    "MA": "Rabat|Casablanca", "DZ": "Algiers|Oran", "TN": "Tunis", "MR": "Nouakchott", "VA": "Vatican City",
}  # fmt: skip


@pytest.mark.parametrize("country", WORLD)
def test_cities_that_stand_alone_in_datelines(country: str) -> None:
    """A city that agencies print without its country is the one that the world knows by that name."""
    for name in WORLD[country].split("|"):
        found = find_place(name, ALIASES)
        assert found is not None, name
        assert found.country == country, name


def test_every_spelling_of_one_script_is_found_alike() -> None:
    """Alternate names are found in Latin, Arabic and Cyrillic letters, and not in scripts that are never read."""
    found = {form: find_place(form, {}) for form in ("Moscow", "Москва", "موسكو", "Moskau")}
    assert {place.place_id for place in found.values() if place} == {"geonames:524901"}
    assert find_place("莫斯科", {}) is None
