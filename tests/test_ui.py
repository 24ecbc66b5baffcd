"""The pages in Airflow say what the tables say, to every eye; nothing that a publisher wrote comes to life there."""

import csv
import io
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import entry_points
from math import cos, radians, sin
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hostile import ADDRESS, SCRIPT, let_bite
from lxml import html
from stores import bytes_of, copied, make_house, rows

from etl.config import House, open_house
from etl.errors import ConfigError
from etl.people.overrides import COLUMNS, load_overrides
from etl.state import open_state
from etl.stores import ledger
from etl.tables.parquet import write_object
from etl.tables.schema import TABLES, to_arrow
from etl.ui.asking import Asked
from etl.ui.charts import bars
from etl.ui.health import COLUMNS as SORTED_BY
from etl.ui.health import in_order, matching
from etl.ui.rendering import ASSETS, asset, run_page, web
from etl.ui.views import VIEWS, answer
from etl.ui.words import ago, duration, share, shortened, size
from etl.verbs.health import STATES, DayHealth, SourceHealth
from samples.publishers import PUBLISHERS

NOW = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
QUERIES: Mapping[str, Mapping[str, str]] = {"run": {"run": "run-1"}, "source": {"id": "harbour_gazette"}}
STYLE = asset("style.css").decode()


@pytest.fixture(scope="module")
def house(polled: Any) -> House:
    """The house that polled both editions of the newsroom."""
    found: House = polled.house
    return found


@pytest.fixture(scope="module")
def hostile(house: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The same with rows full of script."""
    return let_bite(copied(house, tmp_path_factory.mktemp("hostile")), "caspian_wire")


def _page(name: str, house: House, **query: str) -> Any:
    """A page as a tree; it must be there."""
    status, page = answer(name, query or QUERIES.get(name, {}), "ana", datetime.now(UTC), lambda: house)
    assert status == 200, page
    return html.document_fromstring(page)


def _text(node: Any) -> str:
    return " ".join(node.text_content().split())


def _lines(page: Any, caption: str) -> list[list[str]]:
    """The rows of the table whose caption begins so, a text a cell."""
    (table,) = [one for one in page.xpath("//table") if _text(one.find("caption")).startswith(caption)]
    return [[_text(cell) for cell in row] for row in table.xpath("tbody/tr")]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (duration(None), "–"),
        (duration(0.005), "0.3 s"),
        (duration(0.5), "30 s"),
        (duration(45), "45 min"),
        (duration(90), "1.5 h"),
        (duration(600), "10 h"),
        (duration(2880), "2 d"),
        (duration(4000), "2.8 d"),
        (share(None), "–"),
        (share(0.0), "0 %"),
        (share(0.001), "<1 %"),
        (share(0.125), "12 %"),
        (size(999), "999 B"),
        (size(1500), "1.5 kB"),
        (size(12_345_678), "12 MB"),
        (size(5_000_000_000_000), "5,000 GB"),
        (ago(None, NOW), "never"),
        (ago(NOW - timedelta(seconds=20), NOW), "now"),
        (ago(NOW - timedelta(hours=3), NOW), "3 h ago"),
        (ago(NOW + timedelta(minutes=5), NOW), "in 5 min"),
        (shortened("a\n b  c"), "a b c"),
        (shortened("abcdef", 4), "abc…"),
    ],
)
def test_figures_are_short(told: str, wanted: str) -> None:
    """Times, shares, sizes and texts are said in the largest fitting unit."""
    assert told == wanted


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://example.org/a?b=c#d", True),
        ("HTTP://EXAMPLE.ORG/", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt://example.org/%0aalert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("//example.org/", False),
        ("/relative", False),
        ("http://[broken", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, is_link: bool) -> None:
    """An address is a link where it is http or https with a host, and text in every other case."""
    assert web(url) == (url if is_link else None)


def test_only_runs_of_airflow_lead_there() -> None:
    """The run of a scheduler has a page in Airflow, its id made safe; that of the command line has none."""
    assert run_page("manual__2026-11-22T11:00:00+00:00") == (
        "../dags/dateline_ingest/runs/manual__2026-11-22T11%3A00%3A00%2B00%3A00"
    )
    assert run_page("manual__/../../x?y") == "../dags/dateline_ingest/runs/manual__%2F..%2F..%2Fx%3Fy"
    assert run_page("manual-20261122T110000Z") is None
    assert run_page(None) is None


def test_charts_show_and_say_their_numbers() -> None:
    """A bar a day in proportion to the highest, what went wrong at its foot, and all of it in words."""
    days = [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
    chart = html.fragment_fromstring(str(bars(days, [10, 0, 40], [0, 0, 10], "fetches a day, failed", 20)))
    assert _text(chart.find("title")) == "Fetches a day, 20 November to 22 November: 10, 0, 40 (10 failed)"
    good, bad = (path.get("d") for path in chart.findall("path"))
    assert good == "M2.5 20v-5M7.5 20v-0.5M12.5 15v-15"
    assert bad == "M12.5 20v-5"
    assert "No fetches a day to show" in bars([], [], [], "fetches a day, failed")
    assert "<script>" not in bars(days, [1, 1, 1], [1, 0, 0], "<script>, <script>")


def test_addresses_are_read_leniently(house: House) -> None:
    """Whatever somebody types into an address, a number, a day or a choice comes out, or the default."""
    asked = Asked(
        house, NOW, {"days": "7", "most": "x", "page": "-3", "state": "odd", "much": "9" * 99, "sort": " new "}
    )
    assert asked.days(14) == (date(2026, 11, 16), date(2026, 11, 22))
    assert (asked.number("most", 50, 500), asked.number("page", 1, 9), asked.number("much", 5, 9)) == (50, 1, 5)
    assert (asked.one_of("state", STATES), asked.one_of("sort", SORTED_BY)) == ("", "new")
    assert Asked(house, NOW, {"day": "2026-02-30", "days": "400"}).days(1)[0] == date(2026, 8, 23)
    assert Asked(house, NOW, {"day": "2026-02-03", "days": "400"}).days(1) == (date(2026, 2, 3), date(2026, 2, 3))


@pytest.mark.parametrize("name", VIEWS)
def test_pages_are_for_every_eye(name: str, house: House) -> None:
    """Tables have captions and heads, controls labels, charts words, ids one use, and each page its parts."""
    page = _page(name, house)
    assert page.get("lang") == "en"
    assert [len(page.xpath(f"//{part}")) for part in ("main", "h1", "head/title", "footer")] == [1, 1, 1, 1]
    assert page.xpath("//a[@class='skip']/@href") == ["#main"]
    for table in page.xpath("//table"):
        assert _text(table.find("caption"))
        heads = table.xpath("thead/tr/th[@scope='col']")
        assert {len(row) for row in table.xpath("tbody/tr")} == {len(heads)}
        assert all(len(row.xpath("th[@scope='row']")) <= 1 for row in table.xpath("tbody/tr"))
        # on a phone the heads are gone, and each cell says what it is
        assert all(cell.get("data-of") for cell in table.xpath("tbody/tr/td"))
    for control in page.xpath("//input | //select"):
        assert _text(control.xpath("ancestor::label")[0])
    assert all(_text(button) for button in page.xpath("//button"))
    assert all(_text(link) for link in page.xpath("//a"))
    for chart in page.xpath("//svg"):
        assert chart.get("aria-hidden") == "true" or (chart.get("role") == "img" and _text(chart.find("title")))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert all(region.get("aria-label") for region in page.xpath("//*[@role='region' or @role='search']"))


@pytest.mark.parametrize("name", VIEWS)
def test_pages_load_nothing_from_elsewhere(name: str, house: House) -> None:
    """What a page loads are our own three files; it has no script and no style of its own."""
    page = _page(name, house)
    loaded = [address.partition("?")[0] for address in page.xpath("//@src | //link/@href")]
    assert sorted(loaded) == ["assets/mark.svg", "assets/page.js", "assets/style.css"]
    assert page.xpath("//script[not(@src)] | //style | //@style | //iframe | //object | //base") == []
    assert [name for name in page.xpath("//@*") if getattr(name, "attrname", "").startswith("on")] == []
    assert not re.search(rb"@import|url\(|https?:", asset("style.css"))


@pytest.mark.parametrize("name", VIEWS)
def test_pages_change_nothing(name: str, house: House, tmp_path: Path) -> None:
    """Looking at a page leaves every stored file as it was."""
    looked_at = copied(house, tmp_path)
    before = {path: digest for path, digest in bytes_of(looked_at.data).items() if "state.sqlite-" not in path}
    _page(name, looked_at)
    after = {path: digest for path, digest in bytes_of(looked_at.data).items() if "state.sqlite-" not in path}
    assert after == before


def test_hostile_rows_are_words(hostile: House) -> None:
    """Script in titles, headlines, addresses, errors, samples, names and run ids is shown as it is, everywhere."""
    run = f"manual__{SCRIPT}"
    asked: dict[str, list[dict[str, str]]] = {
        "health": [{}, {"q": SCRIPT}, {"state": SCRIPT, "sort": SCRIPT}],
        "source": [{"id": "caspian_wire"}, {"id": SCRIPT}],
        "runs": [{}],
        "run": [{"run": run}, {"run": run, "dag": SCRIPT}],
        "quarantine": [{}, {"source": SCRIPT, "reason": SCRIPT}],
        "names": [{}],
    }
    shown = Counter[str]()
    for name, queries in asked.items():
        for query in queries:
            page = _page(name, hostile, **query)
            assert page.xpath("//script[not(@src)] | //img | //*[@id='bitten'] | //svg[@onload]") == [], name
            schemes = {
                address.partition(":")[0].lower() for address in page.xpath("//@href | //@action") if ":" in address
            }
            assert schemes <= {"http", "https"}, name
            shown[name] += page.text_content().count("<script>window.bitten=1</script>")
            shown["address"] += page.text_content().count(ADDRESS[:40])
    assert min(shown[name] for name in asked) > 0
    assert shown["address"] > 0


def test_run_report_is_that_of_the_pipeline(polled: Any) -> None:
    """The tab of a run tells the sums, the sources and the failed feeds that its report tells."""
    for run_id, report in zip(("run-1", "run-2"), polled.reports, strict=True):
        page = _page("run", polled.house, run=run_id)
        tiles = [_text(tile).split() for tile in page.xpath("//ul[@class='tiles']/li[not(@aria-hidden)]")]
        names = ("seen", "new", "revisions", "unchanged", "quarantined")
        assert tiles == [[f"{report.counts[name]:,}", name] for name in names]
        lines = _lines(page, "What the run did")
        titles = {polled.house.sources[source_id].title: counts for source_id, counts in report.by_source.items()}
        assert {line[0]: line[2:7] for line in lines} == {
            title: [str(counts[name]) for name in names] for title, counts in titles.items()
        }
        failed = _lines(page, "Feeds that failed")
        assert [line[2] for line in failed] == list(report.feeds_failed)
        assert "The sums balance" in page.text_content()
    assert "has collected nothing" in _page("run", polled.house, run="run-9").text_content()
    assert "asks no feeds" in _page("run", polled.house, run="run-1", dag="dateline_rebuild").text_content()


def test_feed_that_answered_at_last_has_not_failed(house: House, tmp_path: Path) -> None:
    """Of a feed that was asked several times in a run the last answer counts, and each feed stands once."""
    tried = copied(house, tmp_path)
    row = next(one for one in rows(tried, "fetch_log") if one["kind"] == "feed")
    day, warc = row["warc"][:10], "tried.warc.gz"
    attempts = [("a", 0, "soft_error"), ("a", 1, "temporary_error"), ("b", 0, "soft_error"), ("b", 1, "ok")]
    told: list[dict[str, Any]] = [
        {
            **row,
            "fetch_id": f"{feed}{number}",
            "url": f"http://127.0.0.1/{feed}",
            "requested_at": row["requested_at"] + timedelta(seconds=number),
            "outcome": outcome,
            "run_id": "run-3",
            "warc": f"{day}/{warc}",
        }
        for feed, number, outcome in attempts
    ]
    made = write_object(tried.data, to_arrow(TABLES["fetch_log"], told), "fetch_log", day, f"{day}/{warc}")
    counts = next(one for one in rows(tried, "runs") if one["source_id"] == row["source_id"])
    summed = to_arrow(TABLES["runs"], [{**counts, "run_id": "run-3", "warc": f"{day}/{warc}"}])
    sums = write_object(tried.data, summed, "runs", day, f"{day}/{warc}")
    ledger.commit(open_state(tried.state_url), tried.data, "run-3", {f"{day}/{warc}": [made, sums]})
    (line,) = _lines(_page("run", tried, run="run-3"), "Feeds that failed: 1")
    assert line[1].startswith("temporary_error")
    assert line[1].endswith("the last of 2 tries")
    assert line[2] == "http://127.0.0.1/a"


def test_runs_are_listed_newest_first(polled: Any) -> None:
    """Each run stands with its sums."""
    lines = _lines(_page("runs", polled.house), "The 2 latest runs")
    names = ("seen", "new", "revisions", "unchanged", "quarantined")
    assert [line[0] for line in lines] == ["run-2", "run-1"]
    assert [line[4:] for line in lines] == [[f"{one.counts[name]:,}" for name in names] for one in polled.reports[::-1]]


def test_quarantine_counts_its_rows(house: House) -> None:
    """Reasons and samples are those of the table, as a whole and for a reason, a source and a day."""
    found = rows(house, "quarantine")
    counts = Counter(row["reason_code"] for row in found)
    page = _page("quarantine", house)
    lines = _lines(page, "Items by reason")
    assert {line[0].split()[0]: int(line[1].split()[0]) for line in lines} == counts
    assert len(_lines(page, "Samples")) == len(found)
    one = found[0]
    narrowed = _lines(_page("quarantine", house, reason=one["reason_code"], source=one["source_id"]), "Samples")
    same = [row for row in found if (row["reason_code"], row["source_id"]) == (one["reason_code"], one["source_id"])]
    told = sorted(" ".join(row["reason_text"].split()) for row in same)
    said = sorted(line[3] for line in narrowed)
    assert all(line.startswith(words) for line, words in zip(said, told, strict=True))
    assert "Nothing went to quarantine on that day" in _page("quarantine", house, day="2020-01-01").text_content()


def test_replay_asks_for_what_is_shown(house: House) -> None:
    """The button's run is of the DAG that replays, with the reason and the source that the page is narrowed to."""
    (form,) = _page("quarantine", house, reason="no_article", source="harbour_gazette").xpath("//form[@data-dag]")
    assert form.get("data-dag") == "dateline_replay"
    assert form.get("data-conf") == '{"reasons": ["no_article"], "sources": ["harbour_gazette"]}'
    (form,) = _page("quarantine", house).xpath("//form[@data-dag]")
    assert form.get("data-conf") == '{"reasons": [], "sources": []}'


def test_lines_of_names_are_decisions(hostile: House, tmp_path: Path) -> None:
    """What the page gives to copy is read as decisions: that the name is this person, or nobody."""
    page = _page("names", hostile)
    (header,) = page.xpath("//pre[@id='header']")
    said = page.xpath("//pre[starts-with(@id, 'line-') and not(contains(@id, 'none'))]")
    denied = page.xpath("//pre[contains(@id, 'none')]")
    assert header.text_content() == ",".join(COLUMNS)
    assert len(said) == 1
    assert len(denied) == len(page.xpath("//ol[@class='names']/li")) > 1
    path = tmp_path / "persons.csv"
    path.write_text("\n".join(node.text_content() for node in (header, *said, *denied[1:])) + "\n", "utf-8")
    decided = list(load_overrides(path))
    assert [(one.is_person, one.person_id) for one in decided] == [(True, "p_munir_qasem")] + [(False, None)] * len(
        denied[1:]
    )
    assert {one.author for one in decided} == {"ana"}
    assert next(csv.reader(io.StringIO(said[0].text_content())))[0] == SCRIPT


def test_source_shows_its_newest_rows(house: House) -> None:
    """The page of a source has its articles, the fetches of its feeds, newest first, and how to get all of them."""
    page = _page("source", house, id="harbour_gazette")
    articles = [row for row in rows(house, "articles") if row["source_id"] == "harbour_gazette"]
    assert {line[1] for line in _lines(page, f"The {len(articles)} newest articles")} == {
        row["headline"] for row in articles
    }
    polls = [row for row in rows(house, "fetch_log") if (row["source_id"], row["kind"]) == ("harbour_gazette", "feed")]
    polls.sort(key=lambda row: row["requested_at"], reverse=True)
    assert [line[5] for line in _lines(page, f"The {len(polls)} newest fetches")] == [row["run_id"] for row in polls]
    assert "--where \"source_id = 'harbour_gazette'\"" in page.xpath("string(//pre[@id='read'])")
    assert "No such source" in _page("source", house, id="nobody").text_content()


def _invented(number: int, **more: Any) -> SourceHealth:
    """A source that is well, with what is said otherwise."""
    days = tuple(DayHealth(f"2026-11-{day:02}", 4, 0, number, 0, 0) for day in range(9, 23))
    usual = {"state": "ok", "last_success": NOW, "last_new": NOW, "usual_gap_minutes": 60.0, "silence_minutes": 30.0}
    errors = {"failures_in_row": 0, "error_class": None, "error_detail": None, "last_run_id": None}
    shares = dict.fromkeys(("undated_share", "without_dateline_share", "quarantined_share"))
    told = {"title": f"Source {number}", "site": f"https://s{number}.example/", "unresolved_names": None, "days": days}
    return SourceHealth(source_id=f"s{number}", **{**usual, **errors, **shares, **told, "next_poll_at": None, **more})


def test_health_is_sorted_by_every_column() -> None:
    """What needs looking at stands first, whatever the column, and last when turned round."""
    bad: dict[str, dict[str, Any]] = {
        "state": {"state": "failing"},
        "source": {"title": "A"},
        "success": {"last_success": None},
        "new": {"last_new": NOW - timedelta(days=9)},
        "silence": {"silence_minutes": 600.0},
        "errors": {"failures_in_row": 3},
        "fetches": {"days": (DayHealth("2026-11-22", 99, 99, 0, 0, 0),)},
        "articles": {"days": (DayHealth("2026-11-22", 0, 0, 99, 0, 0),)},
        "undated": {"undated_share": 0.1},
        "dateline": {"without_dateline_share": 0.1},
        "quarantined": {"quarantined_share": 0.1},
        "names": {"unresolved_names": 1},
    }
    assert bad.keys() == SORTED_BY.keys()
    for column, odd in bad.items():
        found = [_invented(1), _invented(2, **odd), _invented(3)]
        assert in_order(found, column, False)[0] is found[1], column
        assert in_order(found, column, True)[-1] is found[1], column


def test_health_is_filtered_by_words_and_state() -> None:
    """Every word that is typed must stand in title, id or site; the state must be the chosen one."""
    found = [_invented(1, title="Caspian Wire"), _invented(2, title="خبرگزاری شمال", state="late"), _invented(3)]
    for typed, state, wanted in (
        ("", "", [0, 1, 2]),
        ("caspian", "", [0]),
        ("WIRE casp", "", [0]),
        ("شمال", "", [1]),
        ("s3.example", "", [2]),
        ("", "late", [1]),
        ("caspian", "late", []),
    ):
        assert matching(found, typed, state) == [found[place] for place in wanted], (typed, state)


def test_health_shows_every_source(house: House) -> None:
    """Each configured source has its row, the one that fails first, and the tiles count them by state."""
    page = _page("health", house)
    lines = _lines(page, "Sources: 6 of 6")
    assert {line[0].split(" ")[0] for line in lines} >= {"Meridian", "Caspian", "Levant"}
    assert len(lines) == len(house.sources)
    tiles = [_text(tile).split() for tile in page.xpath("//ul[@class='tiles']/li")]
    counts = {name: int(number) for number, name in tiles}
    assert counts.pop("sources") == len(house.sources) == sum(counts.values())
    assert list(counts) == list(STATES)
    narrowed = _page("health", house, q="caspian", sort="errors", turn="1")
    assert len(_lines(narrowed, "Sources: 1 of 6")) == 1
    assert narrowed.xpath("//th[@aria-sort]/@aria-sort") == ["ascending"]
    assert "No source fits" in _page("health", house, q="nobody").text_content()


@pytest.mark.parametrize("name", VIEWS)
def test_untouched_house_says_how_to_begin(name: str, tmp_path: Path) -> None:
    """Before the first run every page says that there is no data yet, and makes no state by looking."""
    house = make_house(tmp_path, dict.fromkeys(PUBLISHERS, "http://127.0.0.1:1"))
    page = _page(name, house)
    assert "No data yet." in page.text_content()
    assert not house.data.exists()


def test_stores_that_cannot_be_read_are_told(house: House, tmp_path: Path) -> None:
    """Where a table's file is gone, the state is no database or the configuration is wrong, the page says which."""
    broken = copied(house, tmp_path)
    for path in (broken.data / "objects" / "quarantine").glob("*/*.parquet"):
        path.write_bytes(b"no Parquet")
    status, page = answer("quarantine", {}, "ana", datetime.now(UTC), lambda: broken)
    assert status == 503
    assert "The tables cannot be read." in page
    (broken.data / "state.sqlite").write_bytes(b"no database" * 100)
    for name in VIEWS:
        status, page = answer(name, QUERIES.get(name, {}), "ana", NOW, lambda: broken)
        assert (status, "The tables cannot be read." in page) == (503, True), name

    def wrong() -> House:
        raise ConfigError("settings.toml: key 'contact': '<b>' is odd")

    status, page = answer("health", {}, "ana", NOW, wrong)
    assert status == 503
    assert "The configuration cannot be read." in page
    assert "&lt;b&gt;" in page


def _luminance(lightness: float, chroma: float, hue: float) -> float:
    """The relative luminance (WCAG 2.2) of a colour in OKLCH, by Björn Ottosson's matrices, clipped to sRGB."""
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    l_, m_, s_ = (
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    linear = (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )
    return sum(w * min(max(part, 0.0), 1.0) for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _colour(written: str) -> float:
    if written == "#fff":
        return 1.0
    parts = re.fullmatch(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", written)
    assert parts, written
    return _luminance(*map(float, parts.groups()))


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_its_ground(scheme: int) -> None:
    """Every text has a contrast of 4.5 to each ground it stands on; charts and borders of controls one of 3."""
    value = r"(?:#fff|oklch\([^)]*\))"
    both = re.findall(rf"--([a-z-]+): (?:light-dark\(({value}), ({value})\)|({value}));", STYLE)
    colours = {name: _colour(alone or (light, dark)[scheme]) for name, light, dark, alone in both}
    grounds = ("page", "card", "sunken")
    text = [(ink, ground) for ink in ("ink", "muted", "link") for ground in grounds] + [
        ("ink", "mark"),
        ("link", "blue"),
    ]
    text += [(f"{name}-ink", name) for name in ("red", "amber", "green", "blue", "grey")]
    poor = {pair: ratio for pair in text if (ratio := _contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    drawn = [(name, ground) for name in ("bar", "wrong", "control") for ground in grounds]
    poor |= {pair: ratio for pair in drawn if (ratio := _contrast(colours[pair[0]], colours[pair[1]])) < 3}
    assert poor == {}
    assert _contrast(colours["brand"], 1.0) >= 4.5
    assert _contrast(_luminance(0.6279, 0.2577, 29.234), 1.0) == pytest.approx(4.0, abs=0.01)  # pure red on white


def test_health_is_turned_page_by_page(tmp_path: Path) -> None:
    """Of more than a hundred sources a page shows a hundred, and its links to the others keep what was asked for."""
    house = make_house(tmp_path, dict.fromkeys(PUBLISHERS, "http://127.0.0.1:1"))
    text = (house.config / "sources" / "caspian_wire.toml").read_text("utf-8")
    for number in range(120):
        made = re.sub(r'url = "', f'url = "http://127.0.0.1:1/{number}', text)
        (house.config / "sources" / f"extra_{number:03}.toml").write_text(made, "utf-8")
    house = open_house(house.data, house.config)
    open_state(house.state_url)
    shown = [
        _lines(_page("health", house, q="extra", page=number), "Sources: 120 of 126") for number in ("1", "2", "9")
    ]
    assert [len(lines) for lines in shown] == [100, 20, 20]
    assert {line[0] for lines in shown[:2] for line in lines} == {
        f"Caspian Wire extra_{n:03} · site" for n in range(120)
    }
    page = _page("health", house, q="extra", sort="source", state="never")
    assert page.xpath("//nav[@class='numbers']//a/@href") == [
        f"health?q=extra&state=never&sort=source&page={number}" for number in (1, 2)
    ]
    assert page.xpath("string(//nav[@class='numbers']//a[@aria-current])") == "Page 1"


@pytest.mark.airflow
def test_app_asks_before_it_answers(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address first asks who looks; none takes anything but questions; all carry the policy of the pages."""
    from fastapi import HTTPException
    from fastapi.testclient import TestClient

    from etl.ui.app import make_app

    def nobody() -> None:
        raise HTTPException(401, "Not authenticated")

    monkeypatch.setenv("DATELINE_DATA", str(house.data))
    monkeypatch.setenv("DATELINE_CONFIG", str(house.config))
    ana = SimpleNamespace(get_name=lambda: "ana")
    paths = [f"/{name}" for name in VIEWS] + [f"/assets/{name}" for name in (*ASSETS, "nothing")] + ["/"]
    closed, opened = (TestClient(make_app(who, lambda: ana), follow_redirects=False) for who in (nobody, lambda: None))
    assert {closed.get(path).status_code for path in paths} == {401}
    answers = {path: opened.get(path) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {
        "/": 307,
        "/assets/nothing": 404,
    }
    assert {opened.post(path).status_code for path in paths} == {405}
    for asked in (*answers.values(), closed.get("/health"), opened.get("/nowhere")):
        assert asked.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert asked.headers["x-content-type-options"] == "nosniff"
    assert {answers[f"/{name}"].headers["cache-control"] for name in VIEWS} == {"no-store"}


@pytest.mark.airflow
def test_plugin_is_light() -> None:
    """Airflow's processes, each task among them, load the plugin without what its pages need."""
    heavy = ("fastapi", "duckdb", "pandas", "pyarrow", "etl.config")
    told = f"[name for name in {heavy} if name in sys.modules], etl.ui.plugin.DatelinePlugin.name"
    code = f"import sys, etl.ui.plugin; print({told})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] dateline"
    (point,) = entry_points(group="airflow.plugins", name="dateline")
    assert point.value == "etl.ui.plugin:DatelinePlugin"


def test_assets_are_named_and_there() -> None:
    """Each file that pages load is there, and the script reads no markup out of what a page says."""
    assert all(asset(name) for name in ASSETS)
    script = asset("page.js").decode()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", script)
