"""Places by name, alias, region and nearness."""

import tomllib
from pathlib import Path

import pytest

from etl.places import find_place, find_regions

ALIASES = {
    name: (alias.get("geonames"), alias.get("country"))
    for name, alias in tomllib.loads(
        (Path(__file__).parent.parent / "config" / "places.toml").read_text("utf-8")
    ).items()
}


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
    """Each alias of places.toml has a country, by its GeoNames id or by its own words."""
    for name in ALIASES:
        found = find_place(name, ALIASES)
        assert found is not None, name
        assert found.country is not None, name


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


def test_every_spelling_of_one_script_is_found_alike() -> None:
    """Alternate names are found in Latin, Arabic and Cyrillic letters, and not in scripts that are never read."""
    found = {form: find_place(form, {}) for form in ("Moscow", "Москва", "موسكو", "Moskau")}
    assert {place.place_id for place in found.values() if place} == {"geonames:524901"}
    assert find_place("莫斯科", {}) is None
