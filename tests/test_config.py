"""The configuration is read strictly, and what it says is obeyed."""

from pathlib import Path

import pytest
from servers import Site, house_of, rss

from etl import pipeline, rulesets
from etl.config import House, open_house
from etl.declarations import load_source, load_sources
from etl.errors import ConfigError
from etl.rulesets import PASSED_THROUGH, reading_rooms

SOURCE = """title = "Quay News"
site = "https://quay.example/"
language = "en"
country = "GB"
timezone = "Europe/London"

[[feeds]]
url = "https://quay.example/rss.xml"
"""


def _refusal(folder: Path, name: str, text: str) -> str:
    """What the operator reads when the configuration holds this file."""
    path = folder / "config" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        open_house(folder / "data", folder / "config")
    assert str(path) in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "key", "value"),
    [
        ('tittle = "Quay"', "tittle", "Quay"),
        ("interval_minutes = 'often'", "interval_minutes", "often"),
        ("interval_minutes = 0", "interval_minutes", "0"),
        ("interval_minutes = 7.5", "interval_minutes", "7.5"),
        ("section = 2026-11-20", "section", "2026-11-20"),
        ("section = 1", "section", "1"),
        ('calendar = "mayan"', "calendar", "mayan"),
        ('publisher_type = "blog"', "publisher_type", "blog"),
        ('source_id = "other"', "source_id", "other"),
    ],
)
def test_wrong_key_of_a_source_is_named(tmp_path: Path, wrong: str, key: str, value: str) -> None:
    """A key that is unknown, of the wrong type or out of range is refused with file, key and value."""
    message = _refusal(tmp_path, "sources/quay.toml", f"{wrong}\n{SOURCE}")
    assert f"'{key}'" in message
    assert value in message


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Europe/London", "Europe/Lundon"),
        ('"GB"', '"gb"'),
        ('"en"', '"english!"'),
        ("https://quay.example/rss.xml", "ftp://quay.example/rss.xml"),
        ("https://quay.example/", "quay.example"),
    ],
)
def test_wrong_value_of_a_source_is_named(tmp_path: Path, right: str, wrong: str) -> None:
    """A zone, country, language or address that is none is refused with its value."""
    assert wrong.strip('"') in _refusal(tmp_path, "sources/quay.toml", SOURCE.replace(right, wrong))


@pytest.mark.parametrize("table", ["feeds", "expect"])
def test_unknown_key_in_a_table_is_named(tmp_path: Path, table: str) -> None:
    """An unknown key is refused in the tables inside a source file too."""
    text = f"{SOURCE}colour = 1\n" if table == "feeds" else f"{SOURCE}\n[expect]\ncolour = 1\n"
    assert "colour" in _refusal(tmp_path, "sources/quay.toml", text)


@pytest.mark.parametrize("missing", ["title", "site", "language", "country", "timezone"])
def test_missing_key_of_a_source_is_named(tmp_path: Path, missing: str) -> None:
    """A source without a key that it must have is refused, and the key is named."""
    text = "\n".join(line for line in SOURCE.splitlines() if not line.startswith(f"{missing} ="))
    assert f"'{missing}'" in _refusal(tmp_path, "sources/quay.toml", text)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ("colour = 1", "colour"),
        ("timeout_seconds = 0", "timeout_seconds"),
        ("host_delay_seconds = -1.0", "host_delay_seconds"),
        ("concurrent_hosts = 0", "concurrent_hosts"),
        ("max_batches = true", "max_batches"),
        ("revisit_hours = [1, -6]", "revisit_hours"),
        ("deadline_seconds = inf", "deadline_seconds"),
        ("lease_minutes = nan", "lease_minutes"),
    ],
)
def test_wrong_setting_is_named(tmp_path: Path, wrong: str, key: str) -> None:
    """A setting that is unknown, of the wrong type or out of range is refused with its key."""
    assert f"'{key}" in _refusal(tmp_path, "settings.toml", wrong)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("agencies.toml", "[quay]\nname = 'Quay'\nsigns = ['Q']\ncolour = 1"),
        ("agencies.toml", "quay = 1"),
        ("titles.toml", "civil = 'Mr'"),
        ("places.toml", "[Quay]\ngeonames = 'one'"),
        ("sources/quay.toml", "title = "),
        ("sources/quay.toml", "title = '\x00'"),
        ("sources/Quay News.toml", SOURCE),
        (f"sources/{'q' * 65}.toml", SOURCE),
    ],
)
def test_unreadable_file_is_named(tmp_path: Path, name: str, text: str) -> None:
    """A rule file with a wrong entry, a file that is no TOML and a file whose name is no source id are refused."""
    _refusal(tmp_path, name, text)


def test_bytes_that_are_no_utf8_are_named(tmp_path: Path) -> None:
    """A source file in another encoding than UTF-8 is refused by name."""
    (tmp_path / "quay.toml").write_bytes(SOURCE.encode().replace(b"Quay News", b"Caf\xe9"))
    with pytest.raises(ConfigError, match=r"quay\.toml"):
        load_source(tmp_path / "quay.toml")


def test_two_sources_may_not_share_a_feed(tmp_path: Path) -> None:
    """A feed that two files name is refused, with the address and the source that has it already."""
    (tmp_path / "quay.toml").write_text(SOURCE)
    (tmp_path / "pier.toml").write_text(SOURCE)
    with pytest.raises(ConfigError, match=r"quay\.toml.*https://quay\.example/rss\.xml.*'pier'"):
        load_sources(tmp_path)


def test_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    """Without a configuration folder the message says how to name one."""
    with pytest.raises(ConfigError, match="DATELINE_CONFIG"):
        open_house(tmp_path / "data", tmp_path / "config")


def test_environment_names_the_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DATELINE_DATA, DATELINE_CONFIG and DATELINE_STATE place the stores, and the state is in the data by default."""
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("DATELINE_DATA", str(tmp_path / "there"))
    monkeypatch.setenv("DATELINE_CONFIG", str(tmp_path / "here"))
    house = open_house()
    assert (house.data, house.config) == (tmp_path / "there", tmp_path / "here")
    assert house.state_url == f"sqlite:///{tmp_path / 'there' / 'state.sqlite'}"
    monkeypatch.setenv("DATELINE_STATE", "postgresql+psycopg2://desk@localhost/state")
    assert open_house().state_url == "postgresql+psycopg2://desk@localhost/state"


@pytest.mark.parametrize("contact", ["", "me", "a b@c"])
def test_live_sources_need_a_contact(tmp_path: Path, contact: str) -> None:
    """With a live source and no contact nothing is sent, not even to the sources on loopback, and the key is named."""
    with Site() as site:
        site.pages["/rss"] = rss()
        feeds = {"pier": f"{site.url}/rss", "quay": "https://quay.example/rss.xml"}
        house = house_of(tmp_path, feeds)
        (house.config / "settings.toml").write_text(f'contact = "{contact}"')
        house = open_house(house.data, house.config)
        with pytest.raises(ConfigError, match=r"settings\.toml.*'contact'.*quay\.example"):
            pipeline.run(house, "run-1")
        assert site.requests == []


def test_no_source_is_an_error(tmp_path: Path) -> None:
    """A run without any source, or of one that is not configured, is refused by name."""
    house = house_of(tmp_path, {})
    with pytest.raises(ConfigError, match="no source is configured"):
        pipeline.plan(house)
    with pytest.raises(ConfigError, match="'pier'"):
        pipeline.plan(house, ["pier"])


def test_shipped_configuration_is_right() -> None:
    """Every source that ships is read without complaint, with feeds that say where they were found."""
    sources = load_sources(Path(__file__).parent.parent / "config" / "sources")
    assert len(sources) >= 25
    assert all(feed.found_at for source in sources.values() for feed in source.feeds)


def test_rules_decide_the_ruleset(tmp_path: Path) -> None:
    """The ruleset changes with a rule file and with the source's own file, and with nothing else."""

    def ruleset(house: House) -> str:
        return house.ruleset("pier")

    feeds = {"pier": "http://localhost/rss"}
    first = ruleset(house_of(tmp_path / "a", feeds))
    assert ruleset(house_of(tmp_path / "b", feeds, "max_batches = 3\n")) == first
    (tmp_path / "b" / "config" / "titles.toml").write_text("civil = ['Mr']")
    assert ruleset(open_house(tmp_path / "b" / "data", tmp_path / "b" / "config")) != first
    assert ruleset(house_of(tmp_path / "c", {"pier": "http://localhost/other"})) != first


def test_every_reading_room_is_in_the_digest() -> None:
    """What reads a page, makes rows of it or writes them is in the ruleset's digest, and what only fetches is not."""
    counted = {path.stem for path in reading_rooms()}
    assert counted >= {"articles", "rows", "schema", "versions", "parquet", "records", "pages", "resolution", "merged"}
    assert counted >= {"overrides", "limits", "reservations", "evidence", "sitelayouts", "regions"}
    assert counted.isdisjoint({"config", "frontier", "http", "collection", "pipeline", "views", "ledger", "robots"})
    package = Path(rulesets.__file__).parent
    assert all(package.parent.joinpath(*room.split(".")).with_suffix(".py").exists() for room in PASSED_THROUGH)


def test_a_login_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """A feed's address with a user and a password is a mistake, and the message tells the host, not the password."""
    path = tmp_path / "quay.toml"
    path.write_text(SOURCE.replace("https://quay.example/rss", "https://reader:hush@quay.example/rss"), "utf-8")
    with pytest.raises(ConfigError, match=r"'feeds.url': 'quay.example' has a login") as told:
        load_source(path)
    assert "hush" not in str(told.value)
