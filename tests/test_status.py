"""`dateline status` shows how sources and stores are, and says in plain words what to do."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import get_args

import pytest
from conftest import TwicePolled
from rich.cells import cell_len
from rich.console import Console
from test_command import Command, dateline

from etl.commands.advice import REMEDIES, advise, lasting
from etl.commands.status import plain, print_sources, print_stores, sparkline
from etl.model import FetchOutcome
from etl.stores.absorption import ANSWERED
from etl.verbs.glance import glance
from etl.verbs.health import STATES, DayHealth, HealthState, SourceHealth
from samples.publishers import FAILING_SOURCE_ID

__all__ = ["dateline"]  # a fixture
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
WELL = SourceHealth(
    source_id="quay_ar",
    title="أخبار الرصيف",
    site="https://quay.example/",
    state="ok",
    last_success=NOW - timedelta(minutes=5),
    last_new=NOW - timedelta(minutes=40),
    usual_gap_minutes=45.0,
    silence_minutes=40.0,
    failures_in_row=0,
    error_class=None,
    error_detail=None,
    last_run_id="run-1",
    undated_share=0.5,
    without_dateline_share=0.25,
    quarantined_share=0.125,
    unresolved_names=3,
    next_poll_at=NOW + timedelta(minutes=20),
    days=tuple(DayHealth(f"2026-11-{day}", 48, 0, day - 10, 0, 0) for day in range(10, 21)),
)
FAILING = replace(WELL, source_id="pier", state="failing", failures_in_row=4, error_class="hard_error",
                  error_detail="HTTP status 404", title="Pier")  # fmt: skip
SILENT = replace(WELL, source_id="buoy", state="silent", silence_minutes=3_000.0)
LATE = replace(WELL, source_id="mole", state="late", next_poll_at=NOW - timedelta(hours=5))


def _shown(*sources: SourceHealth, width: int = 160) -> str:
    written = StringIO()
    print_sources(Console(file=written, width=width, soft_wrap=True), sources, NOW)
    return written.getvalue()


def test_row_tells_a_source() -> None:
    """A row has state, id, last article, rhythm, articles a day, what is missing, and the title last."""
    (row,) = [line for line in _shown(WELL).splitlines() if "quay_ar" in line]
    told = "ok quay_ar 40 min ago every 45 min ·▁▂▃▃▄▅▅▆▇█ 55 50% 25% 12%"
    assert row.split() == [*told.split(), *WELL.title.split()]


@pytest.mark.parametrize("width", [40, 60, 72, 80, 108, 132, 200])
def test_table_fits_every_terminal(width: int) -> None:
    """However narrow the terminal, no line of the table is wider, and state, chart and sum are in it."""
    lines = _shown(WELL, width=width).partition("1 sources")[0].splitlines()
    assert max(cell_len(line) for line in lines) <= width
    assert any("█" in line and "55" in line for line in lines)
    assert (WELL.title in "".join(lines)) is (width >= 132)


def test_words_from_elsewhere_cannot_steer_the_terminal() -> None:
    """Titles and errors lose the characters that would move the cursor or turn the order of what is beside them."""
    evil = "\x1b[2J\u202egnol\u2066 \u200b\r"
    shown = _shown(replace(FAILING, title=evil, error_detail=evil))
    assert "gnol" in shown
    assert [char for char in shown if unicodedata.category(char) in {"Cc", "Cf"} and char != "\n"] == []
    assert plain("می\u200cشود") == "می\u200cشود"


@pytest.mark.parametrize(
    ("counts", "drawn"), [((), ""), ((0, 0), "··"), ((1, 1), "██"), ((0, 1, 80), "·▁█"), ((1, 2, 3, 4), "▂▄▆█")]
)
def test_sparkline_draws_counts(counts: tuple[int, ...], drawn: str) -> None:
    """The largest count has the highest bar, a count that is not 0 has one, and 0 is a point."""
    assert sparkline(counts) == drawn


@pytest.mark.parametrize(
    ("minutes", "words"), [(None, "-"), (0, "0 min"), (119, "119 min"), (120, "2 h"), (2_879, "48 h"), (4_320, "3 d")]
)
def test_times_are_in_words(minutes: float | None, words: str) -> None:
    """A time is told in minutes up to two hours, in hours up to two days, then in days."""
    assert lasting(minutes) == words


def test_each_trouble_has_its_remedy() -> None:
    """Sources with one trouble are told together, the worst first, each with its own words and what to do."""
    gone, down = FAILING, replace(FAILING, source_id="jetty", error_class="temporary_error", error_detail="timed out")
    found = [(one.state, one.wrong, one.remedy) for one in advise([WELL, LATE, SILENT, gone, down], NOW)]
    assert [state for state, _, _ in found] == ["failing", "failing", "silent", "late"]
    (first, second, third, fourth) = found
    assert first[1] == ("pier: failed 4 times in a row, last answer 2026-11-20 15:25 UTC: HTTP status 404",)
    assert "config/sources/pier.toml" in first[2]
    assert second[1][0].startswith("jetty: ")
    assert third[1] == ("buoy: nothing new for 2 d, usually every 45 min",)
    assert fourth[1] == ("mole: to be asked 5 h ago",)
    assert "dateline_ingest" in fourth[2]


def test_failure_of_all_is_our_own() -> None:
    """Where every source that is asked fails, our own network is named, and no file of a source."""
    both = [FAILING, replace(FAILING, source_id="jetty"), replace(WELL, source_id="new", state="never")]
    (advice,) = advise(both, NOW)
    assert "our own network" in advice.remedy
    assert "all_feeds_failing" in advice.page
    assert list(advise([WELL], NOW)) == []


def test_first_failures_are_told() -> None:
    """A source that failed and is not failing yet is named with its error, and needs nothing to be done."""
    shaky = replace(FAILING, source_id="jetty", state="ok", failures_in_row=2)
    shown = _shown(shaky, WELL)
    assert "failed lately, and asked again by themselves: jetty 2 times (HTTP status 404)\n" in shown
    assert "failed lately" not in _shown(WELL, FAILING, replace(shaky, state="retired"))
    assert list(advise([shaky], NOW)) == []


def test_every_failure_of_a_feed_has_a_remedy() -> None:
    """Each outcome that a feed may fail with says what is to be done."""
    of_pages = {"robots_denied", "robots_unavailable", "reserved", "feed_only"}
    assert REMEDIES.keys() == {*get_args(FetchOutcome)} - ANSWERED - of_pages


def test_many_sources_are_cut_short() -> None:
    """Of very many sources only those that need a person are listed, and of many with one trouble eight are named."""
    many = [replace(WELL, source_id=f"well_{number}") for number in range(100)]
    late = [replace(LATE, source_id=f"late_{number:02}") for number in range(20)]
    shown = _shown(*late, *many)
    assert "well_" not in shown
    assert "120 sources: 20 late, 100 ok; 100 not listed" in shown
    assert "  and 12 more\n" in shown


def test_stores_are_told_at_a_glance(polled: TwicePolled) -> None:
    """Last run and commit, quarantine, open days and sizes are those of the stores."""
    found = glance(polled.house, datetime.now(UTC))
    warcs = list((polled.house.data / "raw").glob("*/*.warc.gz"))
    assert (found.last_run_id, found.waiting_warcs) == ("run-2", 0)
    assert found.raw_bytes == sum(path.stat().st_size for path in warcs)
    assert found.object_bytes == sum(path.stat().st_size for path in (polled.house.data / "objects").rglob("*.parquet"))
    assert len(found.open_days) == len({path.parent.name for path in warcs})
    written = StringIO()
    print_stores(Console(file=written, width=160), found, 7, datetime.now(UTC))
    assert "run-2" in written.getvalue()
    assert "7 items today" in written.getvalue()


@pytest.fixture
def ask(dateline: Command, polled: TwicePolled) -> Callable[..., tuple[int, str, str]]:
    """`dateline status` over the house that has polled the newsroom twice."""
    return lambda *options: dateline(
        "--data", str(polled.house.data), "--config", str(polled.house.config), "status", *options
    )


def test_command_shows_the_newsroom(ask: Callable[..., tuple[int, str, str]], polled: TwicePolled) -> None:
    """The command lists every source, counts the states, and shows the stores."""
    status, printed, _ = ask()
    assert status == 0
    assert all(source_id in printed for source_id in polled.house.sources)
    assert "6 sources: " in printed
    assert "last run       run-2" in printed


def test_json_has_everything(ask: Callable[..., tuple[int, str, str]], polled: TwicePolled) -> None:
    """As JSON each source has every field, instants with their zone, and as many days as are asked for."""
    found = json.loads(ask("--json", "--days", "3")[1])
    assert [one["source_id"] for one in found["sources"]] == sorted(polled.house.sources)
    assert {len(one["days"]) for one in found["sources"]} == {3}
    assert found["stores"]["last_run_id"] == "run-2"
    assert datetime.fromisoformat(found["as_of"]).tzinfo is not None
    failing = next(one for one in found["sources"] if one["source_id"] == FAILING_SOURCE_ID)
    assert failing["error_detail"] == "HTTP status 500"


@pytest.mark.parametrize("state", STATES)
def test_sources_can_be_chosen(ask: Callable[..., tuple[int, str, str]], state: HealthState) -> None:
    """By id and by state only those are told that were asked for."""
    every = {one["source_id"]: one["state"] for one in json.loads(ask("--json")[1])["sources"]}
    chosen = json.loads(ask("--json", "--only", state)[1])["sources"]
    assert [one["source_id"] for one in chosen] == [source_id for source_id in every if every[source_id] == state]
    named = json.loads(ask("--json", "levant_press", "al_manhal")[1])["sources"]
    assert {one["source_id"] for one in named} == {"al_manhal", "levant_press"}


def test_check_is_an_exit_status(ask: Callable[..., tuple[int, str, str]], polled: TwicePolled) -> None:
    """With --check trouble is exit status 1, without it 0; a source that is not there is a usage error."""
    settings = polled.house.config / "settings.toml"
    before = settings.read_text()
    assert ask("--check", "levant_press")[0] == 0
    settings.write_text(f"{before}failing_after = 2\n")
    try:
        assert ask("--check", FAILING_SOURCE_ID)[0] == 1
        assert ask(FAILING_SOURCE_ID)[0] == 0
    finally:
        settings.write_text(before)
    status, _, complaint = ask("nowhere")
    assert status == 2
    assert "there is no source 'nowhere'" in complaint


def test_nothing_fetched_yet_is_said(dateline: Command, polled: TwicePolled) -> None:
    """Where nothing was ever fetched the command says so in one line, and makes no stores."""
    status, _, complaint = dateline("--config", str(polled.house.config), "--data", "none", "status")
    assert (status, complaint.count("\n")) == (1, 1)
    assert "nothing was ever fetched here" in complaint
