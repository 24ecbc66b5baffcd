"""Sources added, checked, polled without a trace, and exchanged with feed readers, as a person does it."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from servers import Answering, Handler, Site, give, house_of, story
from test_command import Command

from etl.declarations import load_source

HEADLINES = ("Council counts the boats in the harbour", "Mayor opens the new quay before noon", "Storm closes the mole")
NOW = datetime.now(UTC)


@pytest.fixture
def dateline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command in a folder with a configuration and no source."""
    house_of(tmp_path, {})
    return Command(tmp_path, monkeypatch, capsys)


def entry(site: Site, number: int, offset: str = "+0330", link: str | None = None, date: str | None = None) -> str:
    """An item of a feed, some hours old."""
    when = NOW - timedelta(hours=number + 1) + timedelta(hours=int(offset[:3]))
    date = f"{when:%a, %d %b %Y %H:%M:%S} {offset}" if date is None else date
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    address = f"{site.url}/story/{number}" if link is None else link
    return f"<item><title>{HEADLINES[number % 3]}</title><link>{address}</link>{dated}</item>"


def feed(*items: str, language: str = "en") -> Answering:
    """A feed of items."""
    head = f"<title>Harbour Gazette</title><language>{language}</language>"
    text = f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'
    return give(text.encode(), kind="application/rss+xml")


def gazette(site: Site) -> Site:
    """A site with a feed that it offers, and three stories."""
    link = "<link rel=alternate type='application/rss+xml' href='/all.rss'>"
    site.pages["/"] = give(f"<html lang=en><head><title>Harbour Gazette</title>{link}</head></html>".encode())
    site.pages["/all.rss"] = feed(*(entry(site, number) for number in range(3)))
    for number in range(3):
        site.pages[f"/story/{number}"] = give(story(HEADLINES[number]))
    return site


def sources(folder: Path) -> list[str]:
    """The names of the source files."""
    return sorted(path.name for path in (folder / "config" / "sources").iterdir())


ADD = ("--allow-network", "127.0.0.1", "--country", "IR")


def test_a_site_is_added_in_one_command(dateline: Command, tmp_path: Path) -> None:
    """`source add` writes a file that loads and says what was concluded from what; its source then runs."""
    with gazette(Site()) as site:
        status, printed, told = dateline("source", "add", site.url, *ADD)
        assert (status, sources(tmp_path)) == (0, ["127_0_0_1_en.toml"])
        for said in (f"{site.url}/all.rss: 3 entries, 3 dated", HEADLINES[0], "Asia/Tehran", "3 of 3 entries dated"):
            assert said in printed
        assert re.search(rf"one page: +{site.url}/story/0: {HEADLINES[0]} \| no author \| no dateline .* full", printed)
        written = tmp_path / "config" / "sources" / "127_0_0_1_en.toml"
        assert str(written) in told
        source = load_source(written)
        assert (source.title, source.language, source.country) == ("Harbour Gazette", "en", "IR")
        assert (source.timezone, source.calendar) == ("Asia/Tehran", "gregorian")
        assert "# timezone: Asia/Tehran: the only zone of IR" in written.read_text()
        assert "the sums balance" in dateline("run")[1]


def test_what_is_not_evident_is_asked_for(dateline: Command, tmp_path: Path) -> None:
    """Without evidence for country or zone nothing is written, and the message says which option to give."""
    with gazette(Site()) as site:
        site.pages["/all.rss"] = feed(entry(site, 0, "+0000"))
        status, printed, told = dateline("source", "add", site.url, "--allow-network", "127.0.0.1")
        assert (status, sources(tmp_path)) == (1, [])
        assert "give --country" in told
        assert "give --timezone" in told
        assert HEADLINES[0] in printed
        assert dateline("source", "add", site.url, *ADD[:2], "--country", "GB")[0] == 0
        assert load_source(tmp_path / "config" / "sources" / "127_0_0_1_en.toml").timezone == "Europe/London"


def test_a_dry_run_writes_nothing(dateline: Command, tmp_path: Path) -> None:
    """`--dry-run` shows the file that would be written, `--json` gives the card for programs."""
    with gazette(Site()) as site:
        status, printed, _ = dateline("source", "add", site.url, *ADD, "--dry-run", "--id", "gazette")
        assert (status, sources(tmp_path)) == (0, [])
        assert f'[[feeds]]\nurl = "{site.url}/all.rss"' in printed
        card = json.loads(dateline("source", "add", site.url, *ADD, "--dry-run", "--json")[1])[0]
        assert (card["entries"], card["dated"], card["problems"]) == (3, 3, [])
        assert [sample["headline"] for sample in card["samples"]] == list(HEADLINES)
        assert card["page"]["completeness"] == "full"
        assert card["traits"]["timezone"]["value"] == "Asia/Tehran"
        assert datetime.fromisoformat(card["newest"]).tzinfo is not None


def test_no_source_is_written_over(dateline: Command, tmp_path: Path) -> None:
    """A feed that is configured, and an id that is taken, are refused; the file stays as it is."""
    with gazette(Site()) as site:
        dateline("source", "add", site.url, *ADD)
        written = tmp_path / "config" / "sources" / "127_0_0_1_en.toml"
        before = written.read_bytes()
        status, _, told = dateline("source", "add", site.url, *ADD)
        assert (status, "is a feed of the configured source '127_0_0_1_en' already" in told) == (1, True)
        site.pages["/other.rss"] = feed(entry(site, 1))
        status, _, told = dateline("source", "add", f"{site.url}/other.rss", *ADD)
        assert (status, "is there already and stays as it is" in told) == (1, True)
        assert written.read_bytes() == before
        assert dateline("source", "add", f"{site.url}/other.rss", *ADD, "--id", "other")[0] == 0


def test_what_went_wrong_is_one_line(dateline: Command, tmp_path: Path) -> None:
    """Whatever cannot be added is told in words, without a traceback, and leaves no file."""
    with Site({"/": give(b"<p>Nothing offered"), "/gone": give(b"", status=410)}) as site:
        closed = site.url.rpartition(":")[0] + ":9"
        cases: list[tuple[tuple[str, ...], int, str]] = [
            ((site.url,), 1, "not an address of the public internet"),
            ((site.url, *ADD), 1, "no feed was found"),
            ((f"{site.url}/gone", *ADD), 1, "HTTP status 410"),
            ((closed, *ADD), 1, "robots.txt could not be read"),
            (("https://gazette.example/",), 1, "is neither an e-mail address"),
            (("ftp://gazette.example/",), 2, "is no http(s) address"),
            ((site.url, "--timezone", "Tehran"), 2, "there is no zone 'Tehran'"),
            ((site.url, "--country", "Iran"), 2, "is no ISO 3166-1 alpha-2 code"),
            ((site.url, "--allow-network", "localhost"), 2, "localhost"),
            ((site.url, "--allow-network", "10.0.0.1/8"), 2, "has host bits set"),
        ]
        for arguments, expected, said in cases:
            if "no e-mail" in said or "neither" in said:
                (tmp_path / "config" / "settings.toml").write_text("")
            status, _, told = dateline("source", "add", *arguments)
            assert (status, said in told) == (expected, True), (arguments, told)
            assert "Traceback" not in told
    assert sources(tmp_path) == []


PERSIAN = "شورای شهر صبح امروز قایق‌های بندر را شمرد و گزارش آن را به شهردار داد."


def test_calendar_and_language_are_read_from_what_is_printed(dateline: Command, tmp_path: Path) -> None:
    """A Solar Hijri date on the page makes the calendar jalali, headlines make the language where none is declared."""
    with Site() as site:
        stamp = "<time>۱ آذر ۱۴۰۵ ساعت ۱۰:۳۰</time>"
        page = f"<html><body><article><h1>{PERSIAN}</h1>{stamp}{f'<p>{PERSIAN * 3}</p>' * 4}</article></body></html>"
        item = f"<item><title>{PERSIAN}</title><link>{site.url}/1</link></item>"
        site.pages |= {"/": feed(item, language=""), "/1": give(page.encode())}
        status, printed, _ = dateline("source", "add", site.url, *ADD)
        assert status == 0
        source = load_source(tmp_path / "config" / "sources" / "127_0_0_1_fa.toml")
        assert (source.calendar, source.language) == ("jalali", "fa")
        assert "declared nothing, detected fa" in printed
        assert "1 of 1 entries have no date" in printed


def test_reservations_are_told(dateline: Command) -> None:
    """What tdmrep.json, the answer's header and robots.txt reserve stands in the report card."""
    rule = [{"location": "/story/*", "tdm-reservation": 1, "tdm-policy": "https://g.example/policy"}]
    robots = b"User-agent: GPTBot\nDisallow: /"
    with gazette(Site()) as site:
        site.pages["/.well-known/tdmrep.json"] = give(json.dumps(rule).encode(), kind="application/json")
        site.pages["/robots.txt"] = give(robots, kind="text/plain")
        printed = dateline("source", "add", site.url, *ADD, "--dry-run")[1]
        assert "text and data mining is reserved; tdm-reservation in tdmrep.json; robots.txt: GPTBot" in printed
        assert "policy: https://g.example/policy" in printed


def moved(to: str, status: int = 301) -> Answering:
    """A redirect."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


Making = Callable[[Site], dict[str, Answering]]
DENIED = give(b"User-agent: *\nDisallow: /story/", kind="text/plain")
TROUBLES: list[tuple[str, Making, str, str]] = [
    ("gone", lambda _: {"/f": give(b"", status=410)}, "error", "is gone for good"),
    ("failing", lambda _: {"/f": give(b"", status=500)}, "error", "gives nothing: HTTP status 500"),
    ("a page", lambda _: {"/f": give(b"<p>Welcome to our site")}, "error", "neither RSS nor Atom"),
    ("empty", lambda _: {"/f": feed()}, "error", "lists no entries"),
    ("denied", lambda s: {"/robots.txt": DENIED, "/f": feed(entry(s, 0, "+0000"))}, "error", "1 of 1 pages may not"),
    ("unsure", lambda s: {"/robots.txt": give(b"", status=500), "/f": feed(entry(s, 0))}, "error", "could not be read"),
    ("linkless", lambda s: {"/f": feed(entry(s, 0, link=""))}, "error", "no entry has a link"),
    ("moved", lambda s: {"/f": moved("/g"), "/g": feed(entry(s, 0, "+0000"))}, "warning", "has moved for good to"),
    ("undated", lambda s: {"/f": feed(entry(s, 0, date=""))}, "warning", "1 of 1 entries have no date"),
    ("zone", lambda s: {"/f": feed(entry(s, 0, "+0330"))}, "warning", "another offset than Europe/London had then"),
    ("stale", lambda s: {"/f": feed(entry(s, 0, date="Sun, 01 Mar 2020 10:00:00 +0000"))}, "warning", "2020-03-01"),
    ("pageless", lambda s: {"/f": feed(entry(s, 0, "+0000", s.url + "/no"))}, "warning", "gave no article"),
    ("language", lambda _: {"/f": feed(f"<item><title>{PERSIAN}</title></item>")}, "warning", "not in 'en'"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "severity", "said"), [case[1:] for case in TROUBLES], ids=[c[0] for c in TROUBLES])
def test_check_tells_what_is_wrong(dateline: Command, tmp_path: Path, make: Making, severity: str, said: str) -> None:
    """`source check` names what is wrong and how bad it is; the exit status is 1 where anything is an error."""
    with Site() as site:
        site.pages |= {"/story/0": give(story(HEADLINES[0]))} | make(site)
        house_of(tmp_path, {"gazette": f"{site.url}/f"})
        status, printed, _ = dateline("source", "check", "gazette", "--json")
        (card,) = json.loads(printed)
        assert [problem["severity"] for problem in card["problems"] if said in problem["what"]] == [severity]
        assert status == any(problem["severity"] == "error" for problem in card["problems"])


def test_check_of_all_puts_the_broken_first(dateline: Command, tmp_path: Path) -> None:
    """All sources are looked at, the broken ones first; a healthy house has status 0, and asks a host's files once."""
    with gazette(Site()) as site, gazette(Site()) as other:
        other.pages["/all.rss"] = give(b"", status=410)
        site.pages["/all.rss"] = site.pages["/two.rss"] = feed(entry(site, 0, "+0000"))
        house_of(tmp_path, {name: f"{site.url}/{name}.rss" for name in ("all", "two")})
        status, printed, told = dateline("source", "check", "--all")
        assert (status, "error" in printed, "2 sources looked at, 0 give nothing" in told) == (0, False, True)
        assert site.requests.count("/robots.txt") == 1
        house_of(tmp_path, {"zz": f"{other.url}/all.rss"})
        status, printed, told = dateline("source", "check", "--all", "--json")
        assert [card["source_id"] for card in json.loads(printed)] == ["zz", "all", "two"]
        assert (status, "1 give nothing as configured" in told) == (1, True)
        assert f"error: the feed {other.url}/all.rss is gone for good" in dateline("source", "check", "zz")[1]


def test_check_wants_to_know_which(dateline: Command) -> None:
    """Neither ids nor --all, both, and an id that is not there are errors in words."""
    for arguments, said in (((), "--all"), (("x", "--all"), "--all"), (("x",), "there is no source 'x'")):
        status, _, told = dateline("source", "check", *arguments)
        assert (status, said in told) == (2, True)


def test_reserved_pages_are_not_asked_where_the_source_says_so(dateline: Command, tmp_path: Path) -> None:
    """With tdm_policy skip-article a page that its host reserves is not asked, and the card says so."""
    with gazette(Site()) as site:
        site.pages["/.well-known/tdmrep.json"] = give(b'[{"location": "/*", "tdm-reservation": 1}]')
        house_of(tmp_path, {"gazette": f"{site.url}/all.rss"})
        with (tmp_path / "config" / "sources" / "gazette.toml").open("r+") as file:
            text = file.read()
            file.seek(0)
            file.write('tdm_policy = "skip-article"\n' + text)
        assert "it is reserved by tdm-reservation in tdmrep.json" in dateline("source", "check", "gazette")[1]
        assert not any(path.startswith("/story") for path in site.requests)


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


def outlook(dateline: Command, source_id: str) -> dict[str, Any]:
    """What `poll --dry-run --json` tells."""
    told: dict[str, Any] = json.loads(dateline("poll", source_id, "--dry-run", "--json")[1])
    return told


def test_a_dry_poll_tells_what_a_run_would_do(dateline: Command, tmp_path: Path) -> None:
    """New, changed, known and rejected entries are told as the run then finds them; nothing is written, not a byte."""
    with gazette(Site()) as site:
        broken = entry(site, 2, link="mailto:desk@gazette.example")
        site.pages["/all.rss"] = feed(entry(site, 0), entry(site, 1), entry(site, 1), broken)
        house_of(tmp_path, {"gazette": f"{site.url}/all.rss"})
        before = digests(tmp_path)
        told = outlook(dateline, "gazette")
        assert [found["fate"] for found in told["feeds"][0]["entries"]] == ["new", "new", "known", "rejected"]
        assert "is no http(s) address" in told["feeds"][0]["entries"][3]["why"]
        assert not (tmp_path / "data").exists()
        assert digests(tmp_path) == before
        dateline("run")
        edited = entry(site, 1).replace(HEADLINES[1], "Mayor opens the quay at last")
        site.pages["/all.rss"] = feed(entry(site, 0), edited, broken, entry(site, 2))
        before = digests(tmp_path)
        told = outlook(dateline, "gazette")
        assert [found["fate"] for found in told["feeds"][0]["entries"]] == ["known", "changed", "known", "new"]
        assert digests(tmp_path) == before
        status, printed, _ = dateline("poll", "gazette", "--dry-run")
        assert (status, "gazette: 1 new, 1 changed, 2 known, 0 rejected" in printed) == (0, True)


def test_a_poll_that_is_not_dry_points_to_run(dateline: Command, tmp_path: Path) -> None:
    """Without --dry-run nothing is asked: there is one command that polls; a feed that fails gives status 1."""
    with Site() as site:
        house_of(tmp_path, {"gazette": f"{site.url}/all.rss"})
        status, _, told = dateline("poll", "gazette")
        assert (status, "dateline run --source gazette --force" in told, site.requests) == (2, True, [])
        status, printed, _ = dateline("poll", "gazette", "--dry-run")
        assert (status, "the feed gives nothing: HTTP status 404" in printed) == (1, True)
        assert dateline("poll", "other", "--dry-run")[0] == 2


def test_no_feed_steers_the_terminal(dateline: Command, tmp_path: Path) -> None:
    """Control characters and markup in headlines and addresses are shown, not obeyed."""
    with Site() as site:
        story_of = {"id": "1", "title": "Boats \x1b[2J[/red] in", "url": f"{site.url}/[/x]?a=[bold]"}
        document = {"version": "https://jsonfeed.org/version/1.1", "title": "Q \x1b[2J", "items": [story_of]}
        site.pages["/feed"] = site.pages["/feed?x"] = give(json.dumps(document).encode(), kind="application/feed+json")
        house_of(tmp_path, {"gazette": f"{site.url}/feed"})
        commands = (("poll", "gazette", "--dry-run"), ("source", "check", "gazette"))
        for arguments in (*commands, ("source", "add", f"{site.url}/feed?x", *ADD, "--timezone", "UTC", "--dry-run")):
            _, printed, told = dateline(*arguments)
            assert "\x1b" not in printed
            assert "Boats \ufffd[2J[/red] in" in printed, (printed, told)


OPML = """<opml version="2.0"><body><outline text="Ports">
<outline text="Shakhe" xmlUrl="https://shakhe.ir/rss" htmlUrl="https://shakhe.ir/" language="fa"/>
<outline text="Mole" xmlUrl="https://mole.example/rss"/></outline></body></opml>"""


def test_a_list_of_a_feed_reader_is_taken(dateline: Command, tmp_path: Path) -> None:
    """`import-opml` writes what the list and the domain tell enough of, names the rest, and takes nothing twice."""
    (tmp_path / "mine.opml").write_text(OPML)
    assert dateline("source", "import-opml", "mine.opml", "--dry-run")[0] == 1
    assert sources(tmp_path) == []
    status, printed, _ = dateline("source", "import-opml", "mine.opml")
    assert (status, sources(tmp_path)) == (1, ["shakhe_fa.toml"])
    assert "left out: Mole (https://mole.example/): give --language and --country and --timezone" in printed
    rest = ("--language", "en", "--country", "GB", "--timezone", "Europe/London")
    status, printed, _ = dateline("source", "import-opml", "mine.opml", *rest)
    assert (status, sources(tmp_path)) == (0, ["mole_en.toml", "shakhe_fa.toml"])
    assert "Shakhe (https://shakhe.ir/): configured already" in printed
    (tmp_path / "broken.opml").write_text(OPML.replace("</body>", ""))
    status, _, told = dateline("source", "import-opml", "broken.opml")
    assert (status, told.startswith("dateline: broken.opml: not readable as XML")) == (1, True)


def test_lists_go_round(dateline: Command, tmp_path: Path) -> None:
    """What is exported and imported into an empty house gives the same sources, and standard output the same bytes."""
    (tmp_path / "mine.opml").write_text(OPML)
    rest = ("--language", "en", "--country", "GB", "--timezone", "Europe/London")
    dateline("source", "import-opml", "mine.opml", *rest)
    folder = tmp_path / "config" / "sources"
    before = {path.name: load_source(path) for path in folder.iterdir()}
    assert dateline("source", "export-opml", "ours.opml")[0] == 0
    stamp = re.compile("<dateCreated>.*</dateCreated>")
    printed = dateline("source", "export-opml")[1]
    assert stamp.sub("", printed) == stamp.sub("", (tmp_path / "ours.opml").read_text())
    for path in folder.iterdir():
        path.unlink()
    assert dateline("source", "import-opml", "ours.opml")[0] == 0
    after = {path.name: load_source(path) for path in folder.iterdir()}
    assert after.keys() == before.keys()
    for name, source in after.items():
        for field in ("title", "site", "language", "country", "timezone", "calendar"):
            assert getattr(source, field) == getattr(before[name], field)
        assert [feed.url for feed in source.feeds] == [feed.url for feed in before[name].feeds]
    status, _, told = dateline("source", "export-opml", "no/such/folder.opml")
    assert (status, "No such file or directory" in told) == (1, True)


WHOLE = "&lt;p&gt;The boats came in, and the crews were paid on the quay.&lt;/p&gt;"


def test_whole_texts_are_told_and_pages_left_alone(dateline: Command, tmp_path: Path) -> None:
    """The report card tells how many entries carry the whole text; no page is asked for by feed_only."""
    item = "<item><title>Boats</title><guid isPermaLink='false'>b-{}</guid>{}</item>"
    with Site({"/story/0": give(story(HEADLINES[0]))}) as site:
        text = f"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>{WHOLE}</content:encoded>"
        linked = f"<link>{site.url}/story/0</link>{text}"
        site.pages["/f"] = feed(item.format(0, linked) + item.format(1, text) + item.format(2, ""))
        house_of(tmp_path, {"gazette": f"{site.url}/f"})
        printed = dateline("source", "check", "gazette")[1]
        assert "3 entries, 0 dated, 2 with the whole text" in printed
        assert "/story/0" in site.requests
        site.requests.clear()
        path = tmp_path / "config" / "sources" / "gazette.toml"
        path.write_text("feed_only = true\n" + path.read_text())
        status, printed, _ = dateline("source", "check", "gazette")
        assert (status, site.requests) == (0, ["/f"])
        site.pages["/f"] = feed(item.format(2, f"<link>{site.url}/story/0</link>"))
        status, printed, _ = dateline("source", "check", "gazette")
        assert (status, "feed_only, and no entry carries the whole text" in printed) == (1, True)
