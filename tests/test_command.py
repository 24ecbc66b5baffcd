"""The `dateline` command as a person uses it."""

import io
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import etl
from etl.__main__ import main
from samples.airflow_home import ROOT
from samples.configuration import write_config
from samples.server import NewsroomServer

PAGE = """<html lang="en"><head><title>Quay reopened</title><meta property="og:type" content="article">
<meta property="article:published_time" content="2026-11-20T10:15:00+03:30"></head><body><article><h1>Quay reopened</h1>
<p>Anzali (IP)- The fishing quay was reopened on Friday after two weeks of repairs, the harbour office said.</p>
<p>Iran Press/Iran news: Boats came in before dawn and sold their catch by noon, with guests from three ports.</p>
</article></body></html>"""


class Command:
    """The command, run in a folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.chdir(folder)
        for name in ("DATELINE_DATA", "DATELINE_CONFIG", "DATELINE_STATE"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        self._monkeypatch.setattr(sys, "argv", ["dateline", *arguments])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        return status, *self._capsys.readouterr()


@pytest.fixture
def dateline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command in an empty folder."""
    return Command(tmp_path, monkeypatch, capsys)


@pytest.fixture
def newsroom_folder(tmp_path: Path, newsroom: NewsroomServer) -> Path:
    """The command's folder, with a `config` that polls the newsroom."""
    write_config(tmp_path / "config", newsroom.base_urls)
    return tmp_path


def test_run_prints_sums_that_balance(dateline: Command, newsroom_folder: Path) -> None:
    """`dateline run` polls what is due, says that the sums balance and names the feed that failed."""
    status, printed, _ = dateline("run")
    assert status == 0
    assert "the sums balance" in printed
    assert "meridian_news/rss.xml: HTTP status 500" in printed
    assert (newsroom_folder / "data" / "tables" / "articles").is_dir()


def test_rebuild_and_check_after_a_run(dateline: Command, newsroom_folder: Path) -> None:
    """What a run published is read again byte by byte the same, and its day has no error."""
    dateline("run")
    (day,) = (path.name.removeprefix("seen_date=") for path in (newsroom_folder / "data/tables/articles").iterdir())
    assert " 0 different, 0 days changed" in dateline("rebuild", "--from", day, "--to", day)[1]
    assert dateline("check", day)[0] == 0


def test_tables_are_read_and_asked(dateline: Command, newsroom_folder: Path) -> None:
    """`read` writes csv, json or parquet, `sql` answers over tables and views; both name what is wrong."""
    dateline("run")
    whole = etl.read("articles", data=newsroom_folder / "data")
    for form, load in (("csv", pd.read_csv), ("json", partial(pd.read_json, lines=True)), ("parquet", pd.read_parquet)):
        status, _, _ = dateline(
            "read", "articles", "--format", form, "--out", f"out.{form}", "--where", "language = 'fa'"
        )
        assert status == 0
        found: Any = load(newsroom_folder / f"out.{form}")
        assert sorted(found["article_id"]) == sorted(whole[whole["language"] == "fa"]["article_id"])
    printed = dateline("sql", "SELECT count(*) AS stories FROM articles_latest")[1]
    assert str(len(whole)) in printed
    assert "1 rows" in printed
    for arguments, said in (
        (["read", "articels", "--out", "x.csv"], "there is no table 'articels'"),
        (["read", "articles", "--format", "parquet"], "give --out"),
        (["sql", "SELECT nothing FROM articles"], "nothing"),
    ):
        status, _, complaint = dateline(*arguments)
        assert status in (1, 2)
        assert said in complaint


def test_rows_go_to_standard_output(newsroom_folder: Path, dateline: Command) -> None:
    """Without --out rows are written to standard output, for a pipe."""
    dateline("run")
    command = [sys.executable, "-m", "etl", "--data", "data", "read", "articles", "--columns", "article_id,headline"]
    written = subprocess.run(
        command, check=True, cwd=newsroom_folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True
    )
    lines = written.stdout.decode().splitlines()
    assert lines[0] == "article_id,headline"
    assert len(lines) - 1 >= len(etl.read("articles", data=newsroom_folder / "data"))


def test_stores_are_kept_by_hand(dateline: Command, newsroom_folder: Path) -> None:
    """Compacting, vacuuming, verifying, describing, migrating and replaying say what they did."""
    dateline("run")
    (day,) = (path.name.removeprefix("seen_date=") for path in (newsroom_folder / "data/tables/articles").iterdir())
    assert dateline("compact")[1] == "0 days compacted\n"
    assert dateline("compact", "--until", day)[1] == f"1 days compacted, {day} to {day}\n"
    assert dateline("vacuum", "--grace-days", "30")[1] == "0 objects removed\n"
    assert dateline("migrate")[1] == "0 objects rewritten, 0 WARC files read again\n"
    assert " 0 different, 0 days changed" in dateline("replay", "--reason", "robots_denied")[1]
    assert "would change" in dateline("rebuild", "--from", day, "--to", day, "--dry-run")[1]
    assert dateline("verify", "--raw") == (0, "every file is as it was written\n", "")
    assert "views.sql" in dateline("describe")[1]
    victim = next((newsroom_folder / "data/objects/articles").rglob("day-*.parquet"))
    victim.write_bytes(b"")
    status, printed, _ = dateline("verify")
    assert status == 1
    assert f"{victim.relative_to(newsroom_folder / 'data')} has 0 bytes" in printed


def test_mistakes_are_one_line(dateline: Command) -> None:
    """A mistake that a person can mend is one line on standard error, without a traceback."""
    for arguments, said in (
        (["run"], "no configuration folder"),
        (["--config", str(ROOT / "config"), "run"], "key 'contact'"),
        (["--config", str(ROOT / "config"), "run", "--source", "nobody"], "there is no source 'nobody'"),
        (["--config", str(ROOT / "config"), "rebuild", "--from", "2026-11-22", "--to", "2026-11-20"], "lies before"),
    ):
        status, _, complaint = dateline(*arguments)
        assert status in (1, 2)
        assert said in complaint


def test_shipped_sources_are_valid(dateline: Command) -> None:
    """Every shipped source passes validation, and there are at least 25 of them."""
    status, printed, _ = dateline("--config", str(ROOT / "config"), "sources")
    assert status == 0
    assert int(printed.split(" sources in ")[0].splitlines()[-1]) >= 25


def test_explain_page_reads_by_the_source_on_the_same_host(dateline: Command, tmp_path: Path) -> None:
    """`explain page` shows the columns, read as a page of the source that the address belongs to."""
    (tmp_path / "page.html").write_text(PAGE)
    config = ["--config", str(ROOT / "config")]
    read = json.loads(dateline(*config, "explain", "page", "page.html", "--url", "https://iranpress.com/content/1")[1])
    assert (read["source_id"], read["dateline"], read["agency"]) == ("iranpress_en", "Anzali (IP)-", "Iran Press")
    assert (read["section"], read["section_slug"]) == ("Iran news", "Iran Press/Iran news:")
    assert read["published_at"] == "2026-11-20 06:45:00+00:00"
    assert read["why"]["published_at"].startswith("meta")


def test_explain_lines_gives_one_object_a_line(dateline: Command) -> None:
    """With --lines each JSON line gives one JSON object with its id; a broken line gives an error and stops nothing."""
    lines = [json.dumps({"id": "a", "url": "https://example.org/a", "html": PAGE}), "not json"]
    lines.append(json.dumps({"id": "b", "url": "", "html": ""}))
    config = ["--config", str(ROOT / "config")]
    _, printed, _ = dateline(*config, "explain", "page", "--lines", "-", stdin="\n".join(lines))
    first, second, third = (json.loads(line) for line in printed.splitlines())
    assert (first["id"], first["headline"]) == ("a", "Quay reopened")
    assert "not a JSON object" in second["error"]
    assert (third["id"], third["reject"]["reason_code"]) == ("b", "empty_page")
