"""Datelines are cut where they surely are one, and nowhere else."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from etl.model import Dateline, Place
from etl.reading.datelines import candidates, parts_of, read_dateline
from etl.reading.places import find_place, fold_aliases
from etl.rulesets import PlaceAlias

CONFIG = Path(__file__).parent.parent / "config"
AGENCIES = tomllib.loads((CONFIG / "agencies.toml").read_text("utf-8")).values()
SIGNS = {sign: str(agency["name"]) for agency in AGENCIES for sign in agency["signs"]}
ALIASES = fold_aliases(
    {name: PlaceAlias(**alias) for name, alias in tomllib.loads((CONFIG / "places.toml").read_text("utf-8")).items()}
)
STORY = "The council met on Monday to hear what the harbour master had to say."
ARABIC_STORY = "افتتح وزير النقل اليوم رصيفاً جديداً في المرفأ."


@cache
def _find(name: str) -> Place | None:
    return find_place(name, ALIASES)


def _read(text: str, **signs: str) -> Dateline | None:
    return read_dateline(text, {**SIGNS, **signs}, _find)


@pytest.mark.parametrize(
    ("dateline", "place", "country", "agency", "date_raw"),
    [
        ("HAYWARD, Calif. (AP) — ", "HAYWARD", "US", "AP", None),
        ("ST. JOSEPH, Mich. (AP) — ", "ST. JOSEPH", "US", "AP", None),
        ("HANOI, Vietnam (AP) — ", "HANOI", "VN", "AP", None),
        ("LONDON (AP) — ", "LONDON", "GB", "AP", None),
        ("KATHMANDU, April 25 (Reuters) - ", "KATHMANDU", "NP", "Reuters", "April 25"),
        ("WASHINGTON (Reuters) - ", "WASHINGTON", "US", "Reuters", None),
        ("WASHINGTON (Reuters) – ", "WASHINGTON", "US", "Reuters", None),
        ("(Reuters) — ", None, None, "Reuters", None),
        ("BEIRUT/THE HAGUE, March 7 (Reuters) - ", "BEIRUT/THE HAGUE", "LB", "Reuters", "March 7"),
        ("MANILA, April 1, Reuter - ", "MANILA", "PH", "Reuters", "April 1"),
        ("LONDON, April 1 - ", "LONDON", "GB", None, "April 1"),
        ("Tehran, Aug 19, IRNA – ", "Tehran", "IR", "IRNA", "Aug 19"),
        ("Tehran, IRNA – ", "Tehran", "IR", "IRNA", None),
        ("Tehran, Jan 23, IRNA -- ", "Tehran", "IR", "IRNA", "Jan 23"),
        ("IRNA – ", None, None, "IRNA", None),
        ("Teheran (IRNA)- ", "Teheran", "IR", "IRNA", None),
        ("TEHRAN, Jun. 09 (MNA) – ", "TEHRAN", "IR", "Mehr News Agency", "Jun. 09"),
        ("TEHRAN (Tasnim) – ", "TEHRAN", "IR", "Tasnim", None),
        ("TEHRAN (Tasnim) - ", "TEHRAN", "IR", "Tasnim", None),
        ("TEHRAN (Fars News Agency)- ", "TEHRAN", "IR", "Fars News Agency", None),
        ("TEHRAN – ", "TEHRAN", "IR", None, None),
        ("TEHRAN - ", "TEHRAN", "IR", None, None),
        ("TEHRAN- ", "TEHRAN", "IR", None, None),
        ("TEHRAN-", "TEHRAN", "IR", None, None),
        ("TEHRAN — ", "TEHRAN", "IR", None, None),
        ("TEHRAN (Dispatches) -- ", "TEHRAN", "IR", None, None),
        ("Hawzah News Agency (Tehran, Iran) -", "Tehran", "IR", "Hawzah News Agency", None),
        ("WANA (Mar 27) – ", None, None, "WANA", "Mar 27"),
        ("VIENNA (Shana) -- ", "VIENNA", "AT", "Shana", None),
        ("Tehran, SANA- ", "Tehran", "IR", "SANA", None),
        ("Damascus-SANA- ", "Damascus", "SY", "SANA", None),
        ("Occupied Jerusalem, SANA- ", "Occupied Jerusalem", "IL", "SANA", None),
        ("Tehran,(ST)-", "Tehran", "IR", "Syria Times", None),
        ("IDLEB, (ST)_", "IDLEB", "SY", "Syria Times", None),
        (
            "ABU DHABI, (UrduPoint / Pakistan Point News / WAM - 02nd May, 2021) ",
            "ABU DHABI",
            "AE",
            "WAM",
            "02nd May, 2021",
        ),
        ("Sharjah24 – WAM: ", None, None, "WAM", None),
        ("(MENAFN- Kuwait News Agency (KUNA)) KUWAIT, Dec 20 (KUNA) -- ", "KUWAIT", "KW", "KUNA", "Dec 20"),
        ("Occupied Jerusalem, – ", "Occupied Jerusalem", "IL", None, None),
        ("BEIJING, Sept. 29 (Xinhua) -- ", "BEIJING", "CN", "Xinhua", "Sept. 29"),
        ("SEOUL, Nov. 4 (Yonhap) -- ", "SEOUL", "KR", "Yonhap", "Nov. 4"),
        ("GUANGZHOU (Bernama) - ", "GUANGZHOU", "CN", "Bernama", None),
        ("Hamburg (dpa/lno) – ", "Hamburg", "DE", "dpa", None),
        ("Frankfurt/Main (dpa) - ", "Frankfurt/Main", "DE", "dpa", None),
        ("Berlin/Frankfurt (dpa) - ", "Berlin/Frankfurt", "DE", "dpa", None),
        ("Montpellier (SID) – ", "Montpellier", "FR", "SID", None),
        ("Москва. 26 мая. INTERFAX.RU - ", "Москва", "RU", "Interfax", "26 мая"),
        ("BAKU, Azerbaijan, October 6. ", "BAKU", "AZ", None, "October 6"),
        ("Baku. 27 June. REPORT.AZ/ ", "Baku", "AZ", "Report", "27 June"),
        ("(CNN) ", None, None, "CNN", None),
        ("Washington (CNN)", "Washington", "US", "CNN", None),
        ("NEW DELHI: ", "NEW DELHI", "IN", None, None),
        ("KUWAIT: ", "KUWAIT", "KW", None, None),
        ("KARACHI: ", "KARACHI", "PK", None, None),
        ("KOTA KINABALU : ", "KOTA KINABALU", "MY", None, None),
        ("MOSCOW, March 7. /TASS/. ", "MOSCOW", "RU", "TASS", "March 7"),
        ("New Delhi [India], March 7 (ANI): ", "New Delhi", "IN", "ANI", "March 7"),
        ("New Delhi, Mar 7 (PTI) ", "New Delhi", "IN", "PTI", "Mar 7"),
        ("Madrid, Mar 7 (EFE).- ", "Madrid", "ES", "EFE", "Mar 7"),
        ("(ANSA) - ROME, MAR 7 - ", "ROME", "IT", "ANSA", "MAR 7"),
        ("WASHINGTON, March 7 (UPI) -- ", "WASHINGTON", "US", "UPI", "March 7"),
        ("ANKARA (AA) - ", "ANKARA", "TR", "Anadolu", None),
        ("SANTA FE, N.M. (AP) — ", "SANTA FE", "US", "AP", None),
        ("KAZBEGI, Georgia, Nov. 22 (TASS) -- ", "KAZBEGI", "GE", "TASS", "Nov. 22"),
        ("ATLANTA, Georgia (AP) — ", "ATLANTA", "US", "AP", None),
        ("HONOLULU, Hawaii (HawaiiNewsNow) - ", "HONOLULU", "US", "HawaiiNewsNow", None),
        ("Rostow (Russland) - ", "Rostow", "RU", None, None),
        ("New York, NY – ", "New York", "US", None, None),
        ("Potsdam – ", "Potsdam", "DE", None, None),
        ("SMALLHAVEN – ", "SMALLHAVEN", None, None, None),
        ("(Leipzig) - ", "Leipzig", "DE", None, None),
        ("Khan Younes (IP) - ", "Khan Younes", "PS", "Iran Press", None),
        ("Tehran (IP)-", "Tehran", "IR", "Iran Press", None),
        ("Tehran (IP)- ", "Tehran", "IR", "Iran Press", None),
        ("Tehran (IP) – ", "Tehran", "IR", "Iran Press", None),
        ("Al-Jarud (IP)- ", "Al-Jarud", None, "Iran Press", None),
        ("Tehran (IP)-\n", "Tehran", "IR", "Iran Press", None),
        ("Guyana Shore News – ", None, None, "Guyana Shore News", None),
        ("ATLANTA , March 3 - ", "ATLANTA", "US", None, "March 3"),
        ("KANSAS CITY, Mo. - March 13 - ", "KANSAS CITY", "US", None, "March 13"),
        ("JOHANNESBURG March 13 - ", "JOHANNESBURG", "ZA", None, "March 13"),
        ("Nowheretown (CNN)", "Nowheretown", None, "CNN", None),
        ("OBERMUSTERDORF – ", "OBERMUSTERDORF", None, None, None),
        ("HAZEL MEADOWS — ", "HAZEL MEADOWS", None, None, None),
        ("VAN, Türkiye\n", "VAN", "TR", None, None),
        ("Chinguetti, Mauritania – ", "Chinguetti", "MR", None, None),
        ("ISTANBUL\n", "ISTANBUL", "TR", None, None),
        ("Shafaq News – Basra\n", "Basra", "IQ", "Shafaq News", None),
        ("KANDAHAR CITY (Pajhwok): ", "KANDAHAR CITY", "AF", "Pajhwok", None),
        ("KUWAIT CITY: ", "KUWAIT CITY", "KW", None, None),
    ],
)
def test_forms_seen_in_the_wild(
    dateline: str, place: str | None, country: str | None, agency: str | None, date_raw: str | None
) -> None:
    """Every house style is cut exactly where the sentence begins, and read: place, country, agency, date."""
    found = _read(dateline + STORY + " The mole in Smallhaven is closed.")
    assert found is not None
    assert found.text == dateline
    assert (found.place.name if found.place else None) == place
    assert (found.place.country if found.place else None) == country
    assert (found.agency, found.date_raw) == (agency, date_raw)


@pytest.mark.parametrize(
    ("dateline", "place", "country", "agency"),
    [
        ("دمشق-سانا\n", "دمشق", "SY", "SANA"),
        ("دمشق-سانا ", "دمشق", "SY", "SANA"),
        ("دمشق - سانا: ", "دمشق", "SY", "SANA"),
        ("بيروت - أ ف ب - ", "بيروت", "LB", "AFP"),
        ("بيروت (أ ف ب) - ", "بيروت", "LB", "AFP"),
        ("القدس المحتلة (رويترز) - ", "القدس المحتلة", "IL", "Reuters"),
        ("عمّان ـ الدستور ـ ", "عمّان", "JO", "الدستور"),
        ("تهران - ایرنا - ", "تهران", "IR", "IRNA"),
        ("تهران (ایسنا) – ", "تهران", "IR", "ISNA"),
        ("بندر انزلی - ایرنا: ", "بندر انزلی", "IR", "IRNA"),
        ("تبریز- ", "تبریز", "IR", None),
    ],
)
def test_forms_in_arabic_and_persian_script(dateline: str, place: str, country: str, agency: str | None) -> None:
    """Datelines in Arabic and Persian script are cut with the dash, colon, space or line end behind them."""
    found = read_dateline(
        dateline + ARABIC_STORY, {**SIGNS, "الدستور": "الدستور"}, lambda name: find_place(name, ALIASES, "JO")
    )
    assert found is not None
    assert found.place is not None
    assert (found.text, found.place.name, found.place.country, found.agency) == (dateline, place, country, agency)


@pytest.mark.parametrize(
    ("dateline", "place", "agency", "date_raw", "byline"),
    [
        ("عمان 22 تشرين الثاني (بترا)- ", "عمان", "Petra", "22 تشرين الثاني", None),
        ("الدوحة في 22 نوفمبر /قنا/ ", "الدوحة", "QNA", "22 نوفمبر", None),
        ("أبوظبي في 22 نوفمبر / وام / ", "أبوظبي", "WAM", "22 نوفمبر", None),
        ("الكويت - 22 - 11 (كونا) -- ", "الكويت", "KUNA", "22 - 11", None),
        ("رام الله 22-11-2026 وفا- ", "رام الله", "WAFA", "22-11-2026", None),
        ("طهران / 22 تشرين الثاني / نوفمبر / ارنا - ", "طهران", "IRNA", "22 تشرين الثاني / نوفمبر", None),
        (
            "الرياض 12 جمادى الآخرة 1448 هـ الموافق 22 نوفمبر 2026 م واس\n",
            "الرياض",
            "SPA",
            "12 جمادى الآخرة 1448 هـ الموافق 22 نوفمبر 2026 م",
            None,
        ),
        ("کابل (پژواک، ۱ قوس ۱۴۰۵): ", "کابل", "Pajhwok", "۱ قوس ۱۴۰۵", None),
        ("بغداد / واع\n", "بغداد", "INA", None, None),
        ("القاهرة/ ليلى حالجي/ الأناضول\n", "القاهرة", "Anadolu", None, "ليلى حالجي"),
        ("قرية النهر/ ليلى حالجي/ الأناضول\n", "قرية النهر", "Anadolu", None, "ليلى حالجي"),
        ('بيت لحم - "القدس" دوت كوم - نجيب القارئ - ', "بيت لحم", "Al-Quds", None, "نجيب القارئ"),
        ("ایسنا/خراسان رضوی ", "خراسان رضوی", "ISNA", None, None),
        ("ایسنا/کرمانشاه ", "کرمانشاه", "ISNA", None, None),
        ("شفق نيوز- السليمانية\n", "السليمانية", "Shafaq News", None, None),
        ("شفق نيوز/ بغداد\n", "بغداد", "Shafaq News", None, None),
        ("شفق نيوز/ ", None, "Shafaq News", None, None),
        ("ایسنا؛ ساناز موج‌نگار - ", None, "ISNA", None, "ساناز موج‌نگار"),
    ],
)
def test_forms_that_only_arabic_script_has(
    dateline: str, place: str | None, agency: str, date_raw: str | None, byline: str | None
) -> None:
    """Days of one or two calendars, reporters, and signs before the place are read where every part is known."""
    found = _read(dateline + ARABIC_STORY)
    assert found is not None
    assert (found.text, found.place.name if found.place else None) == (dateline, place)
    assert (found.agency, found.date_raw, found.byline) == (agency, date_raw, byline)


@pytest.mark.parametrize(
    "text",
    [
        STORY,
        "Johannesburg's inner city is a bustling hub of economic life - a dense web of workshops.",
        "Plymouth - our rival since before there were charts - has bought a new tug for its harbour.",
        "Paris – Nice will be ridden in eight stages this spring, the organisers said on Monday.",
        "Paris – a city that never sleeps in the weeks before the fair.",
        "London - Reuters reported on Monday that the talks had been put off again.",
        "Two sailors — one from Tartus and one from Baku — were found on the raft.",
        "A case of the fever was reported over the weekend — after two people there fell ill.",
        "Dubai: The mole is closed until Friday, and the ferries will sail from the new quay, the master said.",
        f"LEBANON\n{STORY}",
        f"MEDIA\n{STORY}",
        f"WORLD\n{STORY}",
        f"Istanbul\n{STORY}",
        "ISTANBUL\nFerry lines, a map",
        "DEAR READERS: We are sorry for the mistake in the tide table of last week.",
        "HARBOUR NEWS: The mole is closed until Friday, the harbour master says in his notice.",
        "MIGRATION – More is known of changes in migration, and in MIGRATION studies too, than of their causes.",
        "WEATHER – Rain until Thursday, then sun and a light wind from the north-west.",
        "MIGRATION – Probleme zwischen Einheimischen und Zugezogenen sind ein altes Thema.",
        "BREAKING (VIDEO) - A fire is burning in the old granary of the port of Tartus.",
        "MONDAY, April 3 - The port is closed, and the ferries are tied up for the day.",
        "(Photo by our reporter) - The quay as it was before the storm of last winter.",
        "Hyatt Hotels Corporation (NYSE: H) announced the opening of a house in Baku.",
        "Kim Jong Un: The ruler is back - and his neighbours ask where he has been.",
        "In Tehran, IRNA: that is how the clerk answered the telephone for forty years.",
        "Washington, April 1789 - the day when the first president took his oath.",
        "Mehr - a month of the Iranian calendar - begins when the school year begins.",
        "طهران وبيروت - خطوة جديدة نحو اتفاق بين البلدين على تبادل السلع.",
        "قال الوزير - في تصريح لسانا - إن المرفأ سيعمل ليلاً ونهاراً.",
        "به گزارش ایرنا، وزیر راه گفت قطار رشت از هفته آینده راه می‌افتد.",
        "بغداد - عاصمة العراق - شهدت أمس أمطاراً لم تعرفها منذ سنوات.",
        "القاهرة 10 مصابين (أ ف ب) في حادث على الطريق الصحراوي.",
        "تهران / ایرنا و دیگر خبرگزاری‌ها نوشتند که قطار رشت راه می‌افتد.",
        "تهران - ایرانیان - مردم این شهر - از باران امروز شاد شدند.",
        "شفق نيوز – محليات\nافتتح الوزير الرصيف.",
        "تهران- مشهد پرمسافرترین راه کشور در تعطیلات نوروز است.",
        "ایسنا/تهرانی‌ها از باران امروز شاد شدند و به خیابان آمدند.",
        "Breaking News – A fire is burning in the old granary of the port of Tartus.",
        "MIRA: Madre se acerca al puerto y espera el barco de su hijo",
        "TRANSPORT – Two runways are closed until Friday, and the ferries are full of travellers.",
        "JOHANNESBURG March 13 and the days behind it were the wettest in the city's memory.",
        "Tehran (IP)-",
        "TEHRAN –",
        "",
    ],
)
def test_what_is_no_dateline_is_left_whole(text: str) -> None:
    """A sentence that begins with a city, a dash, a bracket or a rubric is left whole; so is a head without a story."""
    assert _read(text) is None


def test_the_source_s_own_sign_is_known() -> None:
    """A sign that only the source's file declares is as good as one of the shared house styles."""
    found = _read(f"Nowhere Town (LP)- {STORY}", LP="Levant Press")
    assert found == Dateline(
        "Nowhere Town (LP)- ", Place("Nowhere Town", None, None), "Levant Press", "LP", rule="place_sign"
    )


def test_parts_that_follow_each_other_are_one_dateline() -> None:
    """A dateline printed twice is cut as a whole, so that reading the rest again finds none."""
    found = _read(f"TEHRAN – Tehran (IP)- {STORY}")
    assert found is not None
    assert (found.text, found.agency, found.rule) == ("TEHRAN – Tehran (IP)- ", "Iran Press", "place+place_sign")


@pytest.mark.parametrize(
    "dateline",
    ["WASHINGTON, March 18 - ", "Lima, march 9 - "],
)
def test_wires_that_print_small_letters(dateline: str) -> None:
    """Behind a city in capitals and a date, and where all is printed small, the story may begin small."""
    found = _read(dateline + "net income rose to 65 mln dlrs, the company said.")
    assert found is not None
    assert found.text == dateline
    assert _read("Lima, March 9 - a day to remember in the harbour, as all who were there say.") is None


def test_why_a_head_is_no_dateline() -> None:
    """Each shape that a head has is told with the reason for which it is none."""
    told = [found.doubt for found in candidates(f"MIGRATION – {STORY}", SIGNS, _find)]
    assert told == ["neither its place nor its sign makes sure that this is no sentence"]
    assert next(found.doubt for found in candidates("Tehran (IP)-", SIGNS, _find)) == "no text behind it"


def test_two_cities_are_two_places() -> None:
    """A slash parts two cities, and is a part of the name of one."""
    assert parts_of(Place("BEIRUT/THE HAGUE", None, None), _find) == ("BEIRUT", "THE HAGUE")
    assert parts_of(Place("Frankfurt/Main", None, None), _find) == ("Frankfurt/Main",)


HOME_STORY = "Sixty ferrymen have passed a course in piloting electric boats, the harbour office said."


@pytest.mark.parametrize(
    ("text", "near", "expected"),
    [
        (f"Dubai: {HOME_STORY}", "AE", "Dubai: "),
        (f"Abu Dhabi: {HOME_STORY}\nThe course lasts two weeks.", "AE", "Abu Dhabi: "),
        ("Sharjah: “An electric boat is quiet, so you hear your passengers,” the ferryman said.", "AE", "Sharjah: "),
        (f"Dubai: {HOME_STORY}", "IN", None),
        (f"Paris: {HOME_STORY}", "AE", None),
        (f"Hatta: {HOME_STORY}", "AE", None),
        ("Dubai: sixty ferrymen have passed a course in piloting electric boats, the office said.", "AE", None),
        ("Dubai: Sixty ferrymen pass a course in piloting electric boats", "AE", None),
        ("Dubai: Sunny, 31 degrees.", "AE", None),
        ("Dubai: The desert city of gold has opened a museum of boats on its creek.", "AE", None),
        (f"Dubai: {HOME_STORY}\nSharjah: The harbour was closed for a day.", "AE", None),
        ("Dubai: Sharjah has lent sixty ferrymen to the harbour office for two weeks.", "AE", None),
        ("Dubai: Sixty ferrymen have passed one course: piloting electric boats on the creek.", "AE", None),
        ("Neu: Sixty ferrymen have passed a course in piloting electric boats, the office said.", "DE", None),
        ("Abb.: Sixty ferrymen have passed a course in piloting electric boats, the office said.", "DE", None),
    ],
)
def test_city_of_the_source_s_own_country_before_a_colon(text: str, near: str, expected: str | None) -> None:
    """In small letters a colon ends a dateline only behind a large city at home and before a whole sentence."""
    found = read_dateline(text, SIGNS, lambda name: find_place(name, {}, near))
    assert (found.text if found else None) == expected
