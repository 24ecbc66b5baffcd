"""No page costs a run more than itself: too large, too slow, too greedy or deadly, it is one row of quarantine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from deeds import LOW, acting, acting_on_captures, broken
from lxml import html
from servers import SENTENCE, house_of, story

from etl.config import House
from etl.errors import ReaderError
from etl.model import Article, ArticleNote, Capture, CapturePlace, Exchange, FeedEntry, Reject
from etl.people.mentions import find_mentions
from etl.reading import bylines, heads, reader_process
from etl.reading.articles import read_article
from etl.reading.limits import MOST_COMPARED, MOST_PAIRS, is_light
from etl.reading.reader_child import Limits
from etl.reading.reader_process import ReaderProcess
from etl.reading.signatures import read_signatures
from etl.tables.parquet import read_objects
from etl.verbs import transformation
from etl.verbs.transformation import page_reader, reading_of, transform_warc
from etl.warc.raw import RawFile

AT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
BOUND = 60.0  # CPU seconds: what is linear takes a hundredth, what is quadratic in 200,000 letters far more


@pytest.fixture
def reader() -> Iterator[ReaderProcess]:
    """A process with low limits, not started yet."""
    made = ReaderProcess(LOW)
    yield made
    made.close()


@pytest.mark.parametrize("deed", ["burn", "eat", "ask"])
def test_page_that_takes_too_much_is_told_and_the_next_is_read(reader: ReaderProcess, deed: str) -> None:
    """A page over the limit of time or memory is a reject that names the limit alone, and others are read as ever."""
    read = reader.bind(acting, "I ")
    assert read("sail") == "I sail"
    told = "reading it takes more than 0.5 CPU seconds or 100 MB"
    assert read(deed) == Reject("extract", "page_too_costly", told)
    assert read("row") == "I row"


@pytest.mark.parametrize("deed", ["exit", "kill", "raise"])
def test_page_on_which_the_process_dies_is_told_and_the_next_is_read(reader: ReaderProcess, deed: str) -> None:
    """A page on which the process ends by itself, twice, is a reject, and others are read as ever."""
    read = reader.bind(acting, "I ")
    assert (read(deed).reason_code, read("row")) == ("reader_died", "I row")


def test_kill_from_outside_costs_no_page(reader: ReaderProcess, tmp_path: Path) -> None:
    """A process that is killed once, on a page or between two, costs no page."""
    read = reader.bind(acting, "")
    assert read(f"die-once {tmp_path / 'dead'}") == "die-once"
    process_id = reader.process_id()
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)
    psutil.Process(process_id).wait()
    assert read("row") == "row"
    assert reader.process_id() != process_id


def test_one_process_reads_many_pages(reader: ReaderProcess) -> None:
    """Pages share a process, by whatever rules they are read, and each is read by its own."""
    ours, theirs = reader.bind(acting, "I "), reader.bind(acting, "you ")
    seen = [(read("row"), reader.process_id()) for read in (ours, ours, theirs, ours)]
    assert [words for words, _ in seen] == ["I row", "I row", "you row", "I row"]
    assert len({process_id for _, process_id in seen}) == 1


def test_kernel_times_each_page_by_itself(reader: ReaderProcess) -> None:
    """What the kernel leaves a page does not depend on the pages before it.

    It counts by ticks: on a busy machine up to a tenth more than a process took, seconds in some minutes of reading.
    """
    read = reader.bind(acting, "")
    process_id = (read("row"), reader.process_id())[1]
    for _ in range(3):
        assert read("work 0.3") == "work"
        assert float(read("left")) == pytest.approx(LOW.cpu_seconds + 2, abs=0.1)
    assert reader.process_id() == process_id


def test_kernel_ends_a_page_that_nobody_watches(reader: ReaderProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes too much is told as that where the parent has not looked in time, too."""
    monkeypatch.setattr(reader_process, "_is_too_costly", lambda *_: False)
    read = reader.bind(acting, "I ")
    assert (read("burn").reason_code, read("row")) == ("page_too_costly", "I row")


def test_rules_that_cannot_be_loaded_are_an_error(reader: ReaderProcess) -> None:
    """Where no reading function can be made, no page is to blame: an error says so."""
    with pytest.raises(ReaderError, match="before it read any"):
        reader.bind(broken, None)("row")
    assert reader.bind(acting, "I ")("row") == "I row"


def test_fork_has_a_process_of_its_own(reader: ReaderProcess) -> None:
    """A fork of the parent never speaks to the parent's process, which goes on reading for the parent."""
    read = reader.bind(acting, "I ")
    assert read("sail") == "I sail"
    kept = reader.process_id()
    fork = os.fork()
    if fork == 0:
        own = reader.process_id() is None and read("row") == "I row" and reader.process_id() != kept
        reader.close()
        os._exit(0 if own else 1)
    assert os.waitpid(fork, 0)[1] == 0
    assert (read("row"), reader.process_id()) == ("I row", kept)


PARENT = """
import sys
sys.path[:] = {path!r}
from deeds import LOW, acting
from etl.reading.reader_process import ReaderProcess
reader = ReaderProcess(LOW)
read = reader.bind(acting, "")
read("row")
print(reader.process_id(), flush=True)
{last}
"""


@pytest.mark.parametrize(
    "last",
    ["input()", "import etl.reading.reader_process as room; room._is_too_costly = lambda *_: False; read('burn')"],
)
def test_no_process_outlives_its_parent(last: str) -> None:
    """When the parent is killed, its process ends: one that waits at once, one that reads at the kernel's limit."""
    script = PARENT.format(path=sys.path, last=last)
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    deadline = time.monotonic() + 120
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.02)


def test_run_survives_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a WARC, pages that burn, eat and kill are a row of quarantine each, with their captures; the sums balance."""
    house, warc = house_of(tmp_path, {"pier": "http://localhost/rss"}), "2026-11-20/1.warc.gz"
    deeds = ("burn", "sail", "kill", "eat", "row")
    with RawFile(house.data, warc) as raw:
        places = [
            raw.append("article", ("pier", "run-1"), _page(b"x", f"http://localhost/{deed}"), _note(deed))
            for deed in deeds
        ]
        raw.settle()
    low = ReaderProcess(LOW)
    monkeypatch.setattr(transformation, "READER", low)
    monkeypatch.setattr(transformation, "page_reader", acting_on_captures)
    made = transform_warc(house, warc)
    low.close()
    files = [file.path for file in made.objects if file.table == "quarantine"]
    rows = {row["capture_id"]: row for row in read_objects(house.data, "quarantine", files).to_pylist()}
    found = {deed: rows[place.capture_id]["reason_code"] for deed, place in zip(deeds, places, strict=True)}
    costly = dict.fromkeys(("burn", "eat"), "page_too_costly")
    assert found == {**costly, "sail": "no_article", "kill": "reader_died", "row": "no_article"}
    assert {row["url"] for row in rows.values()} == {f"http://localhost/{deed}" for deed in deeds}
    assert (made.counts["pier"]["seen"], made.counts["pier"]["quarantined"]) == (5, 5)


def _page(body: bytes, url: str = "http://localhost/1") -> Exchange:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Exchange(url, url, AT, 1, "ok", "D", status=200, body=body, response_headers=headers)


def _note(name: str) -> ArticleNote:
    entry = FeedEntry(name, f"http://localhost/{name}", "Boats return")
    return ArticleNote(f"a_{name}", "guid", (), entry, "f", None, None, "first", AT.isoformat(), None)


def _body(markup: str) -> bytes:
    return f"<html><head><title>Boats return</title></head><body><article>{markup}</article></body></html>".encode()


NAMES = " ".join(f"a{number}=1" for number in range(1_000_000))
HUGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: _body(f"<p>{SENTENCE * 300_000}</p>"), "bytes, more than 10000000"),
    "long-text": (lambda: _body(f"<p>{SENTENCE}</p>" * 20_000), "characters of text, more than 1000000"),
    "attributes": (lambda: _body(f"<p {NAMES}>x</p>"), "attributes in one tag, more than 5000"),
    "tags": (lambda: _body("<b>" * 500_000), "tags, more than 400000"),
    "table": (lambda: _body(f"<table>{'<tr><td>a</td><td>b</td></tr>' * 50_000}</table>"), "elements, more than 60000"),
    "h1": (lambda: _body("<h1>Another heading</h1>" * 60_000), "elements, more than 60000"),
}


@pytest.mark.parametrize("name", HUGE)
def test_page_that_is_too_large_says_by_what(house: House, name: str) -> None:
    """A page over a cap is a reject with what was counted and the cap; nothing of it depends on the machine."""
    make, why = HUGE[name]
    found = _read(house, make())
    assert isinstance(found, Reject)
    assert found.reason_code == "page_too_costly"
    assert found.reason_text.endswith(why)


def test_long_page_is_read(house: House) -> None:
    """5,000 paragraphs in a row are an article, and so are 20,000 shorter ones, in which no slow reader looks."""
    lines = [f"Boat {number} came in from the sea, and nobody on the quay spoke for long." for number in range(20_000)]
    for count in (5_000, 13_000):
        found = _read(house, _body("<h1>Boats return</h1>" + "".join(f"<p>{line}</p>" for line in lines[:count])))
        assert isinstance(found, Article)
        assert str(found.fields["body_text"]).split("\n")[-count:] == lines[:count]


def test_long_script_is_no_tag(house: House) -> None:
    """A script in which many words stand behind a "less than" has no attributes."""
    script = f"<script>if (a<b) {{ say('{'word ' * 9_000}') }} while (i<n) {'step; ' * 9_000}</script>"
    found = _read(house, story("Boats return").replace(b"</head>", script.encode() + b"</head>"))
    assert isinstance(found, Article)


@pytest.mark.parametrize(
    ("markup", "is_compared"),
    [
        ("<p>a</p>" * 5_000, True),
        ("<p>a</p>" * 6_000, MOST_PAIRS > 6_000**2),
        ("<div><p>a</p></div>" * (MOST_COMPARED // 2), False),
        (f"<div>{'<p>a</p>' * 90}</div>" * 100, True),
    ],
)
def test_elements_are_compared_where_they_are_few(markup: str, is_compared: bool) -> None:
    """Readers that compare elements with each other get a page unless it has many, in all or in one of them."""
    assert is_light(html.document_fromstring(markup)) == is_compared


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house of one source, with the rules that are shipped."""
    return house_of(tmp_path_factory.mktemp("house"), {"pier": "http://localhost/rss"})


def _read(house: House, markup: bytes) -> Article | Reject:
    reading = reading_of(house, house.sources["pier"])
    return read_article(markup, "utf-8", "http://localhost/1", AT, FeedEntry(headline="Boats return"), reading)


BAITS = {
    **{name: sign * 200_000 for name, sign in (("space", " "), ("dot", "."), ("dash", "-"), ("digit", "1"))},
    **{name: sign * 200_000 for name, sign in (("capital", "A"), ("quote", '"'), ("apostrophe", "'"), ("comma", ","))},
    **{name: sign * 200_000 for name, sign in (("bracket", "("), ("slash", "/"), ("kashida", "ـ"), ("colon", ":"))},
    **{
        name: sign * 50_000
        for name, sign in (("dates", "1/1/"), ("dashes", " – "), ("stars", "** "), ("years", "2026 "))
    },
    **{name: sign * 20_000 for name, sign in (("names", "Ana "), ("capitals", "ABC "), ("arabic", "محمد "))},
}


@pytest.fixture(scope="module")
def patient() -> Iterator[ReaderProcess]:
    """A process in which a page may take a minute."""
    made = ReaderProcess(Limits(BOUND, 1_000))
    yield made
    made.close()


@pytest.mark.parametrize("name", BAITS)
def test_long_runs_are_read_in_linear_time(house: House, patient: ReaderProcess, name: str) -> None:
    """A paragraph of one sign, over and over, with a story before and behind it, keeps no room busy."""
    read = patient.bind(page_reader, house)
    runs = (f"Porto (LUSA) - {BAITS[name]}", f"{SENTENCE} {BAITS[name]}x", f"{BAITS[name]} (LUSA)")
    markup = "".join(f"<p>{SENTENCE}</p><p>{run}</p><p>{SENTENCE}</p>" for run in runs)
    place = CapturePlace("2026-11-20/1.warc.gz", 0, "c", AT.isoformat())
    capture = Capture(place, "article", "pier", "run-1", _page(_body(markup)), article=_note("1"))
    found = read(capture)
    assert isinstance(found, Article) or found.reason_code != "page_too_costly"


def _mentions(house: House, text: str) -> object:
    return find_mentions(text, reading_of(house, house.sources["pier"]).finder, lambda _: False)


# What is asked with a run of one sign or word; 2,000 of them and 32,000.
FEW, MANY = 2_000, 32_000
MOST_TIMES = 100  # what is linear takes 16 times as long, what is quadratic 256 times
SHORTEST = 0.0005  # CPU seconds; less cannot be told apart
RUNS: dict[str, tuple[str, Callable[[House, str], object]]] = {
    "clock-dashes": ("-", lambda _, run: bylines.CLOCK.sub("", f"Ana{run}")),
    "clock-commas": (", ", lambda _, run: bylines.CLOCK.sub("", f"Ana{run}")),
    "clock-words": (" on", lambda _, run: bylines.CLOCK.sub("", f"Ana{run}")),
    "address": ("a", lambda _, run: bylines.ADDRESS.sub("", run)),
    "brackets": ("(", lambda _, run: bylines.BRACKETED.sub("", run)),
    "join": (" ", lambda _, run: bylines.JOIN.split(f"Ana{run}x")),
    "edition": (" ", lambda _, run: bylines.EDITION.sub("", f"Ana{run}x")),
    "label": (" ", lambda _, run: heads.LABEL.fullmatch(f"author{run}x\ny")),
    "site-name": (" ", lambda _, run: read_signatures(html.fromstring("<p>x</p>"), None, (), (f"Ana{run}x",))),
    "titles": ("General Haj ", _mentions),
    "titled-names": ("الرئيس محمد ", _mentions),
    "given-names": ("محمد ", _mentions),
}


def _cpu_seconds(ask: Callable[[House, str], object], house: House, run: str) -> float:
    began = time.process_time()
    ask(house, run)
    return time.process_time() - began


@pytest.mark.parametrize("name", RUNS)
def test_sixteen_times_the_text_takes_no_hundred_times_as_long(house: House, name: str) -> None:
    """No pattern and no finder compares every part of a run with every other one."""
    sign, ask = RUNS[name]
    few, many = (min(_cpu_seconds(ask, house, sign * count) for _ in range(3)) for count in (FEW, MANY))
    assert many < MOST_TIMES * max(few, SHORTEST)
