"""The pages where an operator meets them: in Airflow's own interface, logged in, in a real Chromium.

Screenshots are written beside the data of the test, into the folder `screenshots` of its temporary folder.
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from faults import need
from hostile import SCRIPT, let_bite
from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Page, expect, sync_playwright

from etl import pipeline
from etl.config import House, open_house
from samples.airflow_home import BIN, environment, prepare
from samples.configuration import write_config
from samples.rest import Api
from samples.screenshots import ARGUMENTS, CHROMIUM, api_server, log_in
from samples.server import NewsroomServer

pytestmark = pytest.mark.airflow
WAIT_MS = 60_000  # for a page of Airflow on a busy machine
RUN = "manual__2026-11-22T11:00:00+00:00"
PAGES = {
    "health": "health",
    "source": "source?id=harbour_gazette",
    "runs": "runs",
    "run": f"run?run={RUN.replace('+', '%2B')}",
    "quarantine": "quarantine",
    "names": "names",
}


@dataclass
class Airflow:
    """An API server with the pages, its logins, the house that they show and what Chromium asked for."""

    url: str
    logins: dict[str, str]
    house: House
    browser: Browser
    folder: Path
    sessions: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def context(self, user: str = "admin", **options: Any) -> BrowserContext:
        """A window of somebody who is logged in; all that it asks for and all that it complains of is written down."""
        context = self.browser.new_context(storage_state=self.sessions.get(user), **options)
        context.set_default_timeout(WAIT_MS)
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        return context

    def login(self, user: str) -> None:
        """Logs in through Airflow's own form."""
        with self.context("") as context:
            page = context.new_page()
            log_in(page, self.url, user, self.logins[user])
            self.sessions[user] = context.storage_state()

    def page(self, name: str) -> str:
        """The address of one of our pages by itself."""
        return f"{self.url}/dateline/{PAGES[name]}"

    def shoot(self, page: Page, name: str) -> None:
        """A picture of a page."""
        page.screenshot(path=self.folder / "screenshots" / f"{name}.png", full_page=True)

    @cached_property
    def api(self) -> Api:
        """Airflow's public API for the administrator."""
        return Api(self.url, "admin", self.logins["admin"])


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """The newsroom polled twice, one of its sources full of script, and shown by an API server of its own."""
    if not Path(CHROMIUM).exists():
        need(f"Chromium is not installed at {CHROMIUM}")
    folder = tmp_path_factory.mktemp("ui")
    env = environment(folder / "airflow", folder / "data", folder / "config")
    logins = prepare(folder / "airflow", env)
    with NewsroomServer() as newsroom:
        write_config(folder / "config", newsroom.base_urls)
        house = open_house(folder / "data", folder / "config")
        for edition, run_id in ((1, RUN), (2, "run-2")):
            newsroom.edition = edition
            pipeline.run(house, run_id, force=True)
        house = let_bite(house, "caspian_wire")
        subprocess.run([BIN / "airflow", "dags", "reserialize"], env=env, check=True, capture_output=True)
        with api_server(folder / "airflow", env) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            shown = Airflow(url, logins, house, browser, folder)
            for user in logins:
                shown.login(user)
            shown.api.send("POST", "dags/dateline_ingest/dagRuns", {"dag_run_id": RUN, "logical_date": None})
            yield shown
            browser.close()


@pytest.fixture
def window(airflow: Airflow) -> Iterator[Page]:
    """A page of the administrator's; nothing that it did led away from the server, and no policy was broken."""
    airflow.asked.clear()
    airflow.complaints.clear()
    with airflow.context(viewport={"width": 1440, "height": 900}) as context:
        yield context.new_page()
    elsewhere = [url for url in airflow.asked if not url.startswith((f"{airflow.url}/", "blob:", "data:"))]
    assert elsewhere == []
    assert [line for line in airflow.complaints if "Content Security Policy" in line] == []


def _frame(page: Page, title: str) -> FrameLocator:
    """Our page inside Airflow's."""
    return page.frame_locator(f"iframe[title='{title}']")


def test_nothing_is_shown_without_a_login(airflow: Airflow) -> None:
    """Every address of the plugin answers 401 to a stranger, and no address takes anything but questions."""
    paths = [*PAGES.values(), "", "assets/style.css", "assets/page.js", "assets/nothing"]
    for path in paths:
        answer = requests.get(f"{airflow.url}/dateline/{path}", timeout=60, allow_redirects=False)
        assert answer.status_code == 401, path
        assert "harbour" not in answer.text.lower()
    with airflow.context() as context:
        for path in paths[:-1]:
            asked = f"{airflow.url}/dateline/{path}"
            assert context.request.get(asked).status == 200, path
            assert context.request.post(asked, data={}).status == 405, path
        found = context.request.get(airflow.page("health"))
        assert "default-src 'none'" in found.headers["content-security-policy"]
        assert context.request.get(f"{airflow.url}/dateline/assets/nothing").status == 404


def test_health_is_a_page_of_airflow(airflow: Airflow, window: Page) -> None:
    """From Airflow's menu to Feed health: look, sort, filter, go to a source and from there to the run's tasks."""
    window.goto(airflow.url)
    window.click("a[href$='/plugin/dateline']")
    inside = _frame(window, "Feed health")
    expect(inside.locator("h1")).to_have_text("Feed health")
    sources = inside.locator("table.sources tbody tr")
    expect(sources).to_have_count(6)
    airflow.shoot(window, "health-in-airflow")
    inside.get_by_role("link", name="Quarantined", exact=True).click()
    expect(inside.locator("th[aria-sort]")).to_contain_text("Quarantined")
    expect(inside.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    inside.get_by_role("link", name="Quarantined", exact=True).click()
    expect(inside.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    inside.get_by_label("Find").fill("harbour")
    inside.get_by_label("Find").press("Enter")
    expect(sources).to_have_count(1)
    inside.get_by_role("link", name="The Harbour Gazette").click()
    expect(inside.locator("h1")).to_contain_text("The Harbour Gazette")
    expect(window).to_have_url(f"{airflow.url}/plugin/dateline/dateline/source?id=harbour_gazette")
    inside.get_by_role("link", name=RUN).first.click()
    expect(inside.locator("h1")).to_have_text("Run report")
    inside.get_by_role("link", name="its tasks and logs").click()
    window.wait_for_url(lambda url: "/dags/dateline_ingest/runs/manual__" in url)


def test_tabs_stand_on_dag_and_run(airflow: Airflow, window: Page) -> None:
    """The DAG has Feed health as a tab, its run the report of just that run."""
    window.goto(f"{airflow.url}/dags/dateline_ingest")
    window.click("a[href$='/plugin/dateline_health']")
    expect(_frame(window, "Feed health").locator("table.sources tbody tr")).to_have_count(6)
    airflow.shoot(window, "health-on-the-dag")
    window.goto(f"{airflow.url}/dags/dateline_ingest/runs/{RUN}")
    window.click("a[href$='/plugin/dateline_run']")
    report = _frame(window, "Run report")
    expect(report.locator(".head .id")).to_have_text(RUN)
    expect(report.locator(".calm").first).to_contain_text("The sums balance")
    airflow.shoot(window, "run-report-on-the-run")


def test_replay_starts_a_run(airflow: Airflow, window: Page) -> None:
    """The button starts a run with the reason that is shown, and leads to it; who may not is told so."""
    window.goto(f"{airflow.url}/plugin/dateline/dateline/quarantine")
    inside = _frame(window, "Feed health")
    inside.get_by_label("Reason").select_option("no_article")
    expect(inside.locator("tr.chosen")).to_contain_text("no_article")
    inside.get_by_role("button", name="Read them again").click()
    started = inside.locator("[role=status] a")
    run_id = started.inner_text()
    airflow.shoot(window, "quarantine-replay")
    (run,) = airflow.api.runs("dateline_replay")
    assert (run["dag_run_id"], run["triggering_user_name"]) == (run_id, "admin")
    assert run["conf"] == {"reasons": ["no_article"], "sources": []}
    started.click()
    window.wait_for_url(lambda url: "/dags/dateline_replay/runs/manual__" in url)
    with airflow.context("analyst") as context:
        page = context.new_page()
        page.goto(airflow.page("quarantine"))
        page.get_by_role("button", name="Read everything again").click()
        expect(page.get_by_role("status")).to_contain_text("You may look, but not start runs")
    assert len(airflow.api.runs("dateline_replay")) == 1


def test_lines_are_copied(airflow: Airflow, window: Page) -> None:
    """The line that decides a name lands in the clipboard, also from within Airflow's frame."""
    window.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=airflow.url)
    window.goto(f"{airflow.url}/plugin/dateline/dateline/names")
    inside = _frame(window, "Feed health")
    said = inside.locator(".copied:has(pre[id^='line-']):visible").first
    said.get_by_role("button").click()
    expect(said.get_by_role("button")).to_contain_text("Copied")
    assert window.evaluate("navigator.clipboard.readText()") == said.locator("pre").inner_text()


def test_links_lead_out_of_the_frame(airflow: Airflow) -> None:
    """A source's site opens in a window of its own, and the page stays where it is."""
    with airflow.context() as context:
        page = context.new_page()
        page.goto(f"{airflow.url}/plugin/dateline")
        inside = _frame(page, "Feed health")
        with context.expect_page() as opened:
            inside.locator("tr", has_text="harbour_gazette").get_by_role("link", name="site").click()
        site = airflow.house.sources["harbour_gazette"].site
        opened.value.wait_for_load_state()
        assert opened.value.url == site
        assert opened.value.evaluate("document.referrer") == ""
        expect(inside.locator("h1")).to_have_text("Feed health")


@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_phones_and_follow_the_night(name: str, airflow: Airflow) -> None:
    """At 375 px nothing scrolls sideways; dark is dark, by the system or by Airflow's own switch."""
    brightness = {}
    for look, options in (
        ("light", {"viewport": {"width": 1440, "height": 900}}),
        ("dark", {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"}),
        ("phone", {"viewport": {"width": 375, "height": 812}, "has_touch": True}),
    ):
        with airflow.context(**options) as context:
            page = context.new_page()
            page.goto(airflow.page(name))
            expect(page.locator("h1")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), look
            brightness[look] = _brightness(page)
            airflow.shoot(page, f"{name}-{look}")
            page.evaluate("localStorage.setItem('theme', 'dark')")
            page.reload()
            brightness[f"{look} by choice"] = _brightness(page)
    assert brightness["light"] == brightness["phone"] == "light"
    assert {brightness[look] for look in brightness if look not in ("light", "phone")} == {"dark"}


def test_keyboard_finds_its_way(airflow: Airflow, window: Page) -> None:
    """The first stop is the way to the content; each further one is seen."""
    window.goto(airflow.page("health"))
    window.keyboard.press("Tab")
    expect(window.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    window.keyboard.press("Enter")
    expect(window.locator("main")).to_be_focused()
    for _ in range(3):
        window.keyboard.press("Tab")
        assert window.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_stored_script_stays_text(airflow: Airflow, window: Page) -> None:
    """Script in titles, headlines, addresses, samples, errors, names and run ids is seen and does not run."""
    bitten = quote(f"manual__{SCRIPT}", safe="")
    paths = [
        *PAGES.values(),
        "source?id=caspian_wire",
        f"run?run={bitten}",
        f"health?q={bitten}",
        f"source?id={bitten}",
    ]
    for path in paths:
        window.goto(f"{airflow.url}/dateline/{path}")
        _assert_unbitten(window.main_frame)
    for name in ("health", "quarantine"):  # the same documents, within Airflow's own
        window.goto(f"{airflow.url}/plugin/dateline/dateline/{PAGES[name]}")
        expect(_frame(window, "Feed health").locator("h1")).to_be_visible()
        _assert_unbitten(window.frames[1])
        _assert_unbitten(window.main_frame)
    window.goto(f"{airflow.url}/dateline/source?id=caspian_wire")
    assert SCRIPT in window.locator("main").inner_text()
    airflow.shoot(window, "hostile-source")


def test_quality_report_is_inert(airflow: Airflow, window: Page) -> None:
    """The report of a day whose sources, findings and reasons are full of script runs none but its own."""
    days = (airflow.house.data / "tables" / "runs").iterdir()
    day = max(path.name.removeprefix("seen_date=") for path in days)
    pipeline.check(airflow.house, day)
    report = airflow.folder / "report.html"
    shutil.copyfile(airflow.house.data / "reports" / f"{day}.html", report)
    airflow.asked.clear()
    window.goto(report.as_uri())
    _assert_unbitten(window.main_frame)
    assert SCRIPT in window.locator("#sources").inner_text()
    window.locator("#columns button").first.click()
    expect(window.locator("#columns th[aria-sort]")).to_have_count(1)
    assert set(airflow.asked) == {report.as_uri()}
    airflow.shoot(window, "quality-report")
    airflow.asked.clear()


def _assert_unbitten(frame: Frame) -> None:
    assert frame.evaluate("window.bitten") is None
    assert (
        frame.evaluate("document.querySelectorAll('#bitten, [onerror], [onload], a[href^=\"javascript\" i]').length")
        == 0
    )


def _brightness(page: Page) -> str:
    """Whether ink is darker than its page, as the browser computed them."""
    light = "(colour => { const dot = document.createElement('canvas').getContext('2d'); dot.fillStyle = colour; \
dot.fillRect(0, 0, 1, 1); return dot.getImageData(0, 0, 1, 1).data[1] })"
    page_, ink = (
        page.evaluate(f"{light}(getComputedStyle(document.body).{name})") for name in ("backgroundColor", "color")
    )
    return "light" if page_ > 200 > ink + 100 else "dark" if ink > 200 > page_ + 100 else f"{page_} {ink}"
