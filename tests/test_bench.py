"""The measures measure: hand-made inputs with known answers, and the commands on a handful of cases."""

import gzip
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from bench import busy, drawn, history, year
from bench.__main__ import Sizes, in_child, measure, measure_pages
from bench.child import TASKS
from bench.clock import seconds
from bench.evaluation import evaluate, main
from bench.labelled import Labelled, Score, spread
from bench.large import LargeSizes, measure_large
from bench.material import house_in, warcs_of, write_history
from bench.metrics import Confusion, harmonic_mean, mean, pieces_found, set_f1, share, text_overlap
from bench.ratios import Figures, Ratio, ratio_table
from etl.config import open_house
from etl.model import Capture
from etl.tables.schema import TABLES, check_contract
from etl.warc.raw import read_warc

CONFIG = Path(__file__).parent.parent / "config"
PROSE = (
    "The harbour board of Port Amsel met for nine hours on Monday and agreed to rebuild the northern mole, which a "
    "storm had broken in two places in the spring, before the herring boats come home at the end of the autumn."
)
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Mole to be rebuilt</title>
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Mole to be rebuilt",
"datePublished": "2026-03-02T21:15:00+01:00", "author": {{"name": "Ida Brand"}}}}</script></head>
<body><article><h1>Mole to be rebuilt</h1><p>{}</p></article></body></html>"""


@pytest.mark.parametrize(
    ("given", "expected", "precision", "recall"),
    [
        ("one two three four five", "one two three four five", 1.0, 1.0),
        ("one two three four", "one two three four five", 1.0, 0.5),
        ("one two three four five six", "one two three four five", 2 / 3, 1.0),
        ("a b c d a b c d", "a b c d", 0.2, 1.0),
        ("other words stand here", "one two three four five", 0.0, 0.0),
        ("", "one two three four five", 0.0, 0.0),
        ("", "", 1.0, 1.0),
        ("One, two: three -- four!", "One two three four", 1.0, 1.0),
        ("中文没有空格", "中文没有空", 2 / 3, 1.0),
        ("two", "two", 1.0, 1.0),
    ],
)
def test_overlap_of_texts(given: str, expected: str, precision: float, recall: float) -> None:
    """Missing text costs recall, added or repeated text precision, and scripts without spaces count by character."""
    assert text_overlap(given, expected) == pytest.approx((precision, recall))


@pytest.mark.parametrize(
    ("given", "expected", "f1"),
    [
        ({"Ida Brand"}, {"Ida Brand"}, 1.0),
        (set(), set(), 1.0),
        (set(), {"Ida Brand"}, 0.0),
        ({"Ida Brand"}, set(), 0.0),
        ({"Ida Brand", "Newsroom"}, {"Ida Brand"}, 2 / 3),
        (["Ida Brand", "Ida Brand"], ["Ida Brand", "Jo Marsh"], 2 / 3),
    ],
)
def test_f1_of_sets(given: set[str], expected: set[str], f1: float) -> None:
    """A name too many and a name too few both cost, a name twice counts once, and nothing for nothing is right."""
    assert set_f1(given, expected) == pytest.approx(f1)


def test_shares_of_nothing_are_zero() -> None:
    """No cases and no claims give 0 and never an error, so that an empty data set cannot look good."""
    assert (share([]), mean([]), harmonic_mean(0, 0)) == (0, 0, 0)
    empty = Confusion(0, 0, 0)
    assert (empty.precision, empty.recall, empty.f1) == (0, 0, 0)


def test_confusion_counts() -> None:
    """Three right of four claimed and three found of six give 0.75, 0.5 and their harmonic mean."""
    counts = Confusion(3, 1, 3)
    assert (counts.precision, counts.recall, counts.f1) == pytest.approx((0.75, 0.5, 0.6))


def test_pieces_of_text() -> None:
    """A wanted piece that is missing and an unwanted one that is there are counted, whatever the line ends."""
    counts = pieces_found("One\ntwo three. Imprint", ["One two", "four", "three"], ["Imprint", "Login"])
    assert counts == Confusion(true_positives=2, false_positives=1, false_negatives=1)


def test_samples_are_spread_evenly() -> None:
    """A sample is taken over the whole length, the same one each time, and never exceeds what there is."""
    assert spread(range(10), 3) == [0, 3, 6]
    assert spread(range(3), 10) == spread(range(3), None) == [0, 1, 2]


def test_dateline_scores(tmp_path: Path) -> None:
    """Of three labelled datelines the one with a wrong label counts as wrong, and a cut text is not left whole."""
    rows = [
        _dateline("Tehran (IP)- The board met.", 13, city="Tehran", country="IR", agency="Iran Press"),
        _dateline("LONDON (Reuters) - The board met.", 19, city="LONDON", country="GB", agency="Reuters"),
        _dateline("LONDON (Reuters) - The board met.", 7, city="Leeds", country="FR", agency=None),
        _dateline("The board met in London.", 0),
        _dateline("LONDON (Reuters) - The board met.", 0),
    ]
    _write_lines(tmp_path / "datelines/real_dev.jsonl", rows)
    _write_lines(tmp_path / "datelines/none_dev.jsonl", rows[3:])
    scores = _scores(tmp_path, "datelines")
    assert [round(score.value, 3) for score in scores] == [0.667, 0.667, 0.667, 0.667, 0.5, 0.5]
    assert [score.cases for score in scores] == [3, 3, 3, 3, 2, 2]
    assert "cut 'LONDON (Reuters) - ', labelled 'LONDON '" in scores[0].failures[0]


def test_page_scores(tmp_path: Path) -> None:
    """One page read as labelled and one whose labels say otherwise give one half, field by field."""
    right = {
        "body": PROSE,
        "title": "Mole to be rebuilt",
        "date": "2026-03-02T20:15:00+00:00",
        "authors": ["Ida Brand"],
    }
    wrong = {
        "body": "Something else altogether was printed here.",
        "title": "Mole",
        "date": "2026-03-04T21:15:00+01:00",
        "authors": ["Jo Marsh"],
    }
    pages = [_page(number, expected) for number, expected in enumerate((right, wrong))]
    _write_lines(tmp_path / "pages/fundus_dev.jsonl.gz", pages)
    scores = {score.measure: score.value for score in _scores(tmp_path, "pages")}
    assert scores == pytest.approx(
        {
            "pages that gave an article": 1.0,
            "body: precision": 0.5,
            "body: recall": 0.5,
            "body: F1": 0.5,
            "headline exact": 0.5,
            "day of publication": 0.5,
            "day right where one is given": 0.5,
            "authors: set F1": 0.5,
            "authors: exact set": 0.5,
            "authors: exact set, persons labelled": 0.5,
            "minute, where a zone is expected": 0.5,
        }
    )


def test_text_piece_scores(tmp_path: Path) -> None:
    """Pieces are added up over all pages, and labels that a page lacks or misspells are not counted."""
    labels = [
        {"with": ["nine hours on Monday", "not printed"], "without": ["Imprint"], "day": "2026-03.02"},
        {"with": ["northern mole"], "without": ["herring boats"], "day": "2026-03-02"},
    ]
    _write_lines(tmp_path / "pages/trafilatura_dev.jsonl.gz", [_page(n, label) for n, label in enumerate(labels)])
    scores = {score.measure: score for score in _scores(tmp_path, "pages")}
    assert scores["text pieces: precision"].value == pytest.approx(2 / 3)
    assert scores["text pieces: recall"].value == pytest.approx(2 / 3)
    assert scores["day of publication"].cases == 1
    assert scores["headline exact"].cases == 0


def test_pages_without_a_date_are_asked_for_one(tmp_path: Path) -> None:
    """A date in the words of a body is no date of publication, and giving none is what is measured."""
    text = f"PORT AMSEL, March 3 - {PROSE} The first mole was built on 4 May 1911 at 10:30 GMT."
    _write_lines(tmp_path / "datelines/reuters_dev.jsonl", [{"id": "1", "text": text, "dateline_end": 22}])
    (score,) = _scores(tmp_path, "pages")
    assert (score.value, score.cases) == (1.0, 1)


def test_name_scores(tmp_path: Path) -> None:
    """One person told apart costs recall, and different persons taken for one cost precision: by key and by scorer."""
    header = "label\tstratum\tsource\tentity_a\tentity_b\tname_a\tname_b"
    pairs = [
        ("1", "pos", "Qasem Rostami", "Ghasem Rostami"),
        ("1", "pos", "Qasem Rostami", "Leyla Barakat"),
        ("0", "neg", "Qasem Rostami", "Kasim Rostami"),
        ("0", "neg", "Qasem Rostami", "Leyla Barakat"),
    ]
    lines = [header] + [f"{label}\t{stratum}\tx\t1\t2\t{a}\t{b}" for label, stratum, a, b in pairs]
    (tmp_path / "names").mkdir()
    (tmp_path / "names/pairs_dev.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    found = {score.measure: score.value for score in _scores(tmp_path, "names")}
    told = [
        f"{who}: {what}" for who in ("equal keys", "scorer, all negatives") for what in ("precision", "recall", "F1")
    ]
    assert [found[measure] for measure in told] == [0.5] * 6
    assert [found[f"{kind}{by}"] for kind in ("pos: same", "neg: apart") for by in ("", " by key")] == [0.5] * 4


def test_evaluation_prints_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the table, and the failures that were asked for below it."""
    _write_lines(tmp_path / "datelines/none_dev.jsonl", [_dateline("LONDON (Reuters) - The board met.", 0)])
    assert main(["--data", str(tmp_path), "--only", "datelines", "--failures", "1"]) == 0
    printed = capsys.readouterr().out
    assert "left whole" in printed
    assert "none_dev, left whole: 'LONDON (Reuters)" in printed


def test_evaluation_without_data_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no labelled data one line says so, and that is no failure."""
    assert main(["--data", str(tmp_path / "absent")]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "There is no labelled data" in printed


def test_history_is_cut_as_a_fetch_cuts_it(tmp_path: Path) -> None:
    """A history beyond one WARC's measure is in several, each on a day of its own, and every page once."""
    write_history(tmp_path, 2_001)
    house = house_in(tmp_path)
    captures = [capture for warc in warcs_of(house) for capture in read_warc(house.data, warc)]
    ids = {capture.article.article_id for capture in captures if isinstance(capture, Capture) and capture.article}
    assert len(captures) == len(ids) == 2_001
    assert len(warcs_of(house)) == 2


def test_labelled_pages_are_measured(tmp_path: Path) -> None:
    """Pages with and without a whole address are transformed, each once, and held against trafilatura."""
    page = f"<html><head><title>Storm</title></head><body><article><h1>Storm</h1><p>{PROSE}</p></article></body></html>"
    line = measure_pages(
        tmp_path / "pages", [("https://example.org/1", page), ("example.org.html", page)], 1, _run_task
    )
    assert line.value > 0
    assert line.other > 0
    house = house_in(tmp_path / "pages")
    assert sum(isinstance(capture, Capture) for warc in warcs_of(house) for capture in read_warc(house.data, warc)) == 2


@pytest.mark.parametrize("ends", [False, True])
def test_cpu_time_counts_children(ends: bool) -> None:
    """What a process of an action's own computes is counted, whether it is still running at the end or not."""
    burn = "begun = time.process_time()\nwhile time.process_time() < begun + 0.2: pass"
    work = f"import time\ninput()\n{burn}\nprint(1, flush=True)"
    command = [sys.executable, "-c", work if ends else f"{work}\ninput()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:

        def compute() -> None:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(b"\n")
            child.stdin.flush()
            child.stdout.readline()
            if ends:
                child.wait()

        spent, _ = seconds(compute)
        child.communicate(b"\n")
    assert spent > 0.15  # a process tells its CPU time in steps of 0.01 s


def test_speed_and_scale_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line comes out of the real tasks, above 0, and the table shows it; what was measured on is removed."""
    monkeypatch.setattr(year, "DAYS", 210)
    monkeypatch.setattr(busy, "WARCS", 4)
    monkeypatch.setattr(history, "NEW", 40)
    monkeypatch.setattr(history, "REVISED", 5)
    ratios = measure(tmp_path, Sizes(20, 50, 1), Console(quiet=True), _run_task)
    assert [line.unit for line in ratios] == [
        *["articles per CPU s"],
        *["rows per CPU s"] * 2,
        "rows per wall s",
        "peak MB",
        "CPU s",
    ]
    large = measure_large(tmp_path, LargeSizes(2_740, 5_480, 21_000, 80, (20, 40), 1), Console(quiet=True), _run_task)
    assert [line.unit for line in large] == [*["CPU s"] * 11, *["peak MB"] * 6]
    ratios += large
    assert min(min(line.value, line.other) for line in ratios) > 0
    assert ratio_table(ratios).row_count == len(ratios)
    assert {path.name for path in tmp_path.iterdir()} == {"small", "large", "newsroom"}


def test_drawn_rows_are_as_declared(tmp_path: Path) -> None:
    """Rows drawn at random keep the contract and the order of every table of a WARC, and no article comes twice."""
    TASKS["prepare"](tmp_path / "small", 5)
    TASKS["transform_memory"](tmp_path / "small", 0)
    rng = np.random.default_rng(1)
    rows = drawn.draw_warc(drawn.read_patterns(tmp_path / "small", rng), "2026-01-05", (400, 20), rng)
    assert rows.keys() == {"articles", "revisions", "mentions", "fetch_log", "quarantine", "runs"}
    for name, arrow in rows.items():
        assert arrow.schema.equals(TABLES[name].schema())
        check_contract(TABLES[name], arrow)
        assert arrow.equals(arrow.sort_by([(column, "ascending") for column in TABLES[name].order]))
    articles = rows["articles"].to_pylist()
    assert len({row["article_id"] for row in articles}) == 400
    assert {row["seen_at"].date().isoformat() for row in articles} == {"2026-01-05"}
    for row in articles[:20]:
        assert [row["body_text"][start:].split("\n")[0] for start in row["paragraph_offsets"]] == row[
            "body_text"
        ].split("\n")
        assert row["lede"] == row["body_text"].split("\n")[0]


def test_ratio_is_first_by_second() -> None:
    """A ratio is what was measured divided by what it is held against, and the table says on what machine."""
    console = Console(width=160, record=True, quiet=False, file=None)
    with console.capture() as capture:
        console.print(ratio_table([Ratio("transform", "articles per CPU s", 150.0, "the limit", 300.0)]))
    printed = capture.get()
    assert "0.50" in printed
    assert "CPUs" in printed


def test_task_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    """A task started as a child does its work and hands its figures back."""
    assert in_child("prepare", tmp_path / "house", 2) == {}
    assert len(warcs_of(house_in(tmp_path / "house"))) == 1


def _run_task(name: str, folder: Path, number: int) -> Figures:
    return TASKS[name](folder, number)


def _scores(folder: Path, part: str) -> list[Score]:
    return evaluate(Labelled(folder, open_house(config=CONFIG)), [part])


def _dateline(
    text: str, end: int, city: str | None = None, country: str | None = None, agency: str | None = None
) -> dict[str, object]:
    label = "dateline" if end else "none"
    return {"text": text, "dateline_end": end, "label": label, "city": city, "country": country, "agency": agency}


def _page(number: int, expected: Mapping[str, object]) -> dict[str, object]:
    return {"id": str(number), "url": "http://localhost/mole", "html": PAGE.format(PROSE), "expected": expected}


def _write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
