"""Archives from elsewhere: each record ends in one place, nothing comes in twice, and a copy is what was there."""

import gzip
import io
import os
import random
import signal
import tracemalloc
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import children
import pytest
from click.testing import CliRunner
from conftest import TwicePolled
from foreign import HTML, Foreign, archive, by_hand, records_of, story
from sqlalchemy import select, update
from stores import assert_folders_clean, assert_sums_balance, captures_of, make_house, outcome, rows, warcs_of
from warcio.archiveiterator import ArchiveIterator

from bench.importing import copy, read, write_archive
from etl import pipeline
from etl.__main__ import cli
from etl.collecting.importing import Imported, Order, import_archive
from etl.collecting.origins import make_origin
from etl.config import House
from etl.errors import ConfigError, StorageError
from etl.model import Capture, FeedAddress, Source
from etl.state import known_articles, write
from etl.stores.opening import open_stores, renew_stores
from etl.warc.raw import read_capture
from etl.web.bodies import decoded_body

GAZETTE = "https://www.gazette.test"
PIER = f"{GAZETTE}/harbour_gazette/pier"
CHUNKED = (*HTML, ("Transfer-Encoding", "chunked"))


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> House:
    """A house with one source, whose pages lie under www.gazette.test/harbour_gazette/."""
    return replace(_house(tmp_path), state_url=state_url)


def _house(folder: Path, settings: str = "") -> House:
    urls = dict.fromkeys(
        ("caspian_wire", "harbour_gazette", "al_manhal", "khabar_shomal", "levant_press", "meridian_news"), GAZETTE
    )
    return make_house(folder, urls, settings, ["harbour_gazette"])


def _import(house: House, content: bytes, source_id: str | None = None, name: str = "far.warc.gz") -> Imported:
    """Copies an archive and publishes nothing."""
    path = house.data.parent / name
    path.write_bytes(content)
    return import_archive(house, open_stores(house), path, Order("run-1", source_id), lambda *_: None)


def _outcomes(imported: Imported) -> dict[str, int]:
    assert sum(imported.outcomes.values()) == imported.records, "the sums balance"
    return {name: count for name, count in imported.outcomes.items() if count}


def _pages(house: House) -> list[Capture]:
    return [capture for capture in captures_of(house) if capture.kind == "article"]


def _pier(number: int, minute: int = 0, sentence: str = "It is decided.") -> Foreign:
    return Foreign(f"{PIER}/{number}", story(f"Pier {number}", sentence), f"2024-03-01T10:{minute:02}:00Z")


def test_each_record_ends_in_one_place(house: House) -> None:
    """An archive with a record of every kind: each is counted once, by what it is."""
    late = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    undated = {"WARC-Type": "response", "WARC-Target-URI": f"{PIER}/0", "Content-Length": "19"}
    records = [
        _pier(1),
        _pier(2),
        replace(_pier(3), headers=()),  # HTML by its first bytes
        replace(_pier(4), headers=(("Content-Type", "application/xhtml+xml"),)),
        _pier(1),  # the same page and instant
        _pier(2, minute=1),
        replace(_pier(5), kind="request", body=b""),
        replace(_pier(5), kind="revisit", body=b""),
        Foreign("", b"software: quay", kind="warcinfo"),
        Foreign("dns:gazette.test", b"20240301 1.2.3.4", headers=()),
        Foreign("urn:x", b"seen twice", kind="metadata"),
        Foreign(f"{PIER}/r", b"<html>", kind="resource"),
        Foreign(f"{PIER}/c", b"text", kind="conversion"),
        replace(_pier(6), headers=(("Content-Type", "image/jpeg"),)),
        replace(_pier(6), body=b"%PDF-1.7", headers=()),
        replace(_pier(7), status="404 Not Found"),
        replace(_pier(7), status="301 Moved"),
        Foreign("https://elsewhere.test/", story("Elsewhere")),
        Foreign(f"{GAZETTE}/caspian_wire/9", story("A neighbour on the same host")),
        replace(_pier(8), fields={"WARC-Truncated": "length"}),
        replace(_pier(9), body=b"<html>" + b"x" * 10_100_000),
        replace(_pier(10), date=late),
        replace(_pier(10), url="http://[bad"),
    ]
    parts = [*records_of(records), gzip.compress(by_hand(undated, b"HTTP/1.1 200 OK\r\n\r\n")), b"rubbish"]
    imported = _import(house, b"".join(parts))
    assert _outcomes(imported) == {
        "articles": 5,
        "imported": 1,
        "no_source": 2,
        "not_html": 2,
        "not_ok": 2,
        "truncated": 1,
        "too_large": 1,
        "other_kinds": 7,
        "damaged": 4,
    }
    assert imported.records == len(records) + 2
    assert Counter(capture.exchange.url for capture in _pages(house)) == Counter(
        f"{PIER}/{number}" for number in (1, 2, 2, 3, 4)
    )


def test_what_was_not_copied_is_told(house: House) -> None:
    """Each damaged place, and the sums of an archive, are rows of fetch_log."""
    parts = records_of([_pier(number) for number in range(3)])
    path = house.data.parent / "far away.warc.gz"
    path.write_bytes(parts[0] + b"rubbish" + parts[1] + parts[2][:-9])
    pipeline.import_archives(house, "run-1", [path])
    told = [row for row in rows(house, "fetch_log") if row["kind"] == "archive"]
    assert {(row["url"], row["outcome"]) for row in told} == {
        ("file:far%20away.warc.gz", "ok"),
        ("file:far%20away.warc.gz", "bad_type"),
    }
    details = sorted(row["error_detail"] for row in told)
    assert details[0] == "4 records = articles 2 + damaged 2"
    places = [len(parts[0]), len(parts[0]) + 7 + len(parts[1])]
    assert [int(detail.split()[1].rstrip(":")) for detail in details[1:]] == sorted(places, key=str)


@pytest.mark.parametrize("form", ["members", "plain", "whole"])
def test_copy_is_what_stood_there(tmp_path: Path, form: str) -> None:
    """Another reader finds in our copy each record's fields, headers and bytes as in the original."""
    house = _house(tmp_path)
    headers = (*HTML, ("X-Odd", "b"), ("x-odd", "a"), ("Set-Cookie", "quay=1; Path=/"))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (story("Mole")[:90], story("Mole")[90:]))
    records = [
        replace(_pier(1), headers=headers, fields={"WARC-IP-Address": "192.0.2.7", "WARC-Odd": "kept"}),
        replace(_pier(2), headers=CHUNKED, body=chunks + b"0\r\n\r\n"),
        replace(_pier(3), headers=(*HTML, ("Content-Encoding", "gzip")), body=gzip.compress(story("Mole"))),
        replace(_pier(4), body="<html>Mölе</html>".encode("utf-16")),
    ]
    content = archive(records, form)
    assert _outcomes(_import(house, content)) == {"articles": 4}
    copied = [record for warc in warcs_of(house) for record in _records((house.data / "raw" / warc).read_bytes())]
    original = gzip.decompress(content) if form == "whole" else content  # as a whole, warcio does not read it
    assert [record for record in copied if record[0] == "response"] == _records(original)


def _records(content: bytes) -> list[tuple[Any, ...]]:
    """Everything that warcio reads of an archive's records."""
    return [
        (
            record.rec_type,
            record.rec_headers.headers,
            record.http_headers.headers if record.http_headers else None,
            record.raw_stream.read(),
        )
        for record in ArchiveIterator(io.BytesIO(content), check_digests="raise")
    ]


def test_member_is_copied_byte_for_byte(tmp_path: Path) -> None:
    """A record that is a gzip member of its own stands in our WARC with the very bytes of that member."""
    house = _house(tmp_path)
    parts = records_of([_pier(number) for number in range(3)])
    _import(house, b"".join(parts))
    (warc,) = warcs_of(house)
    copied = (house.data / "raw" / warc).read_bytes()
    assert [part in copied for part in parts] == [True] * 3
    captures = _pages(house)
    assert [read_capture(house.data, capture.place) for capture in captures] == captures


@pytest.mark.parametrize(
    ("headers", "encode"),
    [
        ((), lambda body: body),
        ((("Transfer-Encoding", "chunked"),), lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)),
        ((("transfer-encoding", " Chunked"),), lambda body: b"5;a=b\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
         % (body[:5], len(body) - 5, body[5:])),
        ((("Transfer-Encoding", "chunked"),), lambda body: body),  # undone by the crawler, and not said
        ((("Content-Encoding", "gzip"),), gzip.compress),
        ((("Content-Encoding", "br"),), brotli.compress),
        (
            (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")),
            lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(gzip.compress(body, mtime=0)), gzip.compress(body, mtime=0)),
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["members", "plain"])
def test_codings_are_undone(
    tmp_path: Path, headers: tuple[tuple[str, str], ...], encode: Callable[[bytes], bytes], form: str
) -> None:
    """A page left in its transfer or content coding is read as the page that it is."""
    house = _house(tmp_path)
    record = replace(_pier(1), headers=(*HTML, *headers), body=encode(story("Mole")))
    assert _outcomes(_import(house, archive([record], form))) == {"articles": 1}
    (page,) = _pages(house)
    assert decoded_body(page.exchange) == story("Mole")


def test_twice_brings_nothing_twice(house: House) -> None:
    """The same archive again, under another name and in another form: no page comes in a second time."""
    records = [_pier(number % 4, minute=number) for number in range(12)]
    assert _outcomes(_import(house, archive(records))) == {"articles": 12}
    for form in ("members", "plain", "whole"):
        assert _outcomes(_import(house, archive(records, form), name=form)) == {"imported": 12}
    assert len(_pages(house)) == 12
    assert _outcomes(_import(house, archive([*records, _pier(5)]))) == {"imported": 12, "articles": 1}


def test_later_captures_are_versions(house: House) -> None:
    """Captures of one page, in any order in the archive, are an article, a revision and one unchanged."""
    edited = "It is not decided, after all."
    records = [_pier(1, minute=30, sentence=edited), _pier(1), _pier(1, minute=20), _pier(2)]
    path = house.data.parent / "far.warc.gz"
    path.write_bytes(archive(records))
    (imported,), report = pipeline.import_archives(house, "run-1", [path])
    assert _outcomes(imported) == {"articles": 4}
    assert {name: report.counts[name] for name in ("seen", "new", "revisions", "unchanged", "quarantined")} == {
        "seen": 4,
        "new": 2,
        "revisions": 1,
        "unchanged": 1,
        "quarantined": 0,
    }
    (revision,) = rows(house, "revisions")
    assert revision["seen_at"] == datetime(2024, 3, 1, 10, 30, tzinfo=UTC)
    assert_sums_balance(house)
    assert_folders_clean(house)


def test_capture_before_the_latest_stays_out(house: House) -> None:
    """A capture older than one that is known is counted as older: what was published first stays so."""
    _import(house, archive([_pier(1, minute=10), _pier(1, minute=30)]))
    records = [_pier(1, minute=5), _pier(1, minute=10), _pier(1, minute=20), _pier(1, minute=40)]
    assert _outcomes(_import(house, archive(records))) == {"older": 2, "imported": 1, "articles": 1}


def test_page_of_another_run_is_left_to_it(house: House) -> None:
    """A page that another run has leased stays out, and comes in when the lease is over."""
    _import(house, archive([_pier(1)]))
    engine = open_stores(house)
    for until, ends in (("2999", {"leased": 1}), ("2020", {"articles": 1})):
        with write(engine) as connection:
            connection.execute(update(known_articles).values(lease_holder="run-9 x", lease_until=until))
        assert _outcomes(_import(house, archive([_pier(1, minute=9)]))) == ends


def test_imported_page_is_not_asked_for(house: House) -> None:
    """An archive makes no page due, however young it is, and no look that was planned is lost."""
    young = f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    engine = open_stores(house)
    _import(house, archive([replace(_pier(1), date=young), _pier(2)]))
    with engine.connect() as connection:
        assert set(connection.scalars(select(known_articles.c.next_look_at))) == {None}
    with write(engine) as connection:
        connection.execute(update(known_articles).values(next_look_at="2030"))
    _import(house, archive([_pier(2, minute=4)]))
    with engine.connect() as connection:
        assert set(connection.scalars(select(known_articles.c.next_look_at))) == {"2030"}


def test_state_is_made_again_from_raw(house: House) -> None:
    """What an import leaves in the state is what a state learns that is made anew from raw/."""
    _import(house, archive([_pier(number % 5, minute=number) for number in range(15)]))
    with open_stores(house).connect() as connection:
        before = connection.execute(select(known_articles).order_by(known_articles.c.article_id)).all()
    assert len(before) == 5
    renewed, _ = renew_stores(house)
    with renewed.connect() as connection:
        assert connection.execute(select(known_articles).order_by(known_articles.c.article_id)).all() == before


def test_archive_of_ours_gives_the_same_tables(polled: TwicePolled, tmp_path: Path) -> None:
    """WARCs of another house, imported, give its articles, revisions and mentions, and so does a state made anew."""
    house = replace(polled.house, data=tmp_path, state_url=f"sqlite:///{tmp_path / 'state.sqlite'}")
    files = [polled.house.data / "raw" / warc for warc in warcs_of(polled.house)]
    imported, _ = pipeline.import_archives(house, "run-1", files)
    assert all(_outcomes(one) for one in imported)
    for table, columns in (("articles", ("url", "body_text", "headline")), ("revisions", ("url", "body_text"))):
        there, here = (
            [tuple(row[name] for name in columns) for row in rows(at, table)] for at in (polled.house, house)
        )
        assert Counter(there) == Counter(here), table
    assert len(rows(house, "mentions")) == len(rows(polled.house, "mentions"))
    assert_sums_balance(house)
    before = outcome(house)
    pipeline.rebuild_state(house)
    assert outcome(house) == before


def test_day_that_was_closed_takes_more(tmp_path: Path) -> None:
    """An archive imported into a compacted day adds its rows there; compacted and read again, they stay the same."""
    house = _house(tmp_path)
    archives = ([_pier(1)], [_pier(2)], [_pier(1, minute=9, sentence="It is off."), _pier(3)])
    for run, path in enumerate(_written(tmp_path, [archive(records) for records in archives])):
        pipeline.import_archives(house, f"run-{run}", [path])
        before = outcome(house)
        assert ("2024-03-01" in pipeline.compact(house)) is (run > 0), "the first alone gives one file"
        assert outcome(house) == before
    assert (len(before["articles"]), len(before["revisions"])) == (3, 1)
    rebuilt = pipeline.rebuild(house, date(2024, 3, 1), date(2024, 3, 1), dry=True)
    assert (rebuilt.warcs, rebuilt.different) == (3, 0)
    assert_sums_balance(house)
    assert_folders_clean(house)


def test_wrong_digest(tmp_path: Path) -> None:
    """A block that is not that of its digest is damaged; a payload's digest counts where nothing else vouches."""
    wrong = "sha1:" + "A" * 32
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + story("Mole")
    told = {"WARC-Type": "response", "WARC-Date": "2024-03-01T10:00:00Z", "Content-Length": str(len(http))}
    cases: list[tuple[dict[str, str], bool, str]] = [
        ({}, False, "articles"),
        ({"WARC-Block-Digest": wrong}, False, "damaged"),
        ({"WARC-Block-Digest": wrong}, True, "damaged"),
        ({"WARC-Payload-Digest": wrong}, False, "damaged"),
        ({"WARC-Payload-Digest": wrong}, True, "articles"),
        ({"WARC-Payload-Digest": "blake3:abc"}, False, "articles"),
    ]
    for number, (fields, is_member, ends) in enumerate(cases):
        house = _house(tmp_path / str(number))
        record = by_hand({**told, "WARC-Target-URI": f"{PIER}/1", **fields}, http)
        assert _outcomes(_import(house, gzip.compress(record) if is_member else record)) == {ends: 1}, number
        assert len(_pages(house)) == (ends == "articles"), "what is copied can be read"


def test_whose_a_page_is() -> None:
    """By host and path of a site, by host of a feed, subdomains too; who shares both is nobody, or who is named."""
    origin = make_origin(
        [
            _source("en", "https://www.mole.test/en"),
            _source("ar", "https://mole.test/ar/"),
            _source("sub", "https://ar.mole.test", "https://feeds.pier.test/rss"),
            _source("one", "http://dock.test:8080", "http://rss.test/one"),
            _source("two", "http://dock.test:8080", "http://rss.test/two"),
        ]
    )
    cases = {
        "https://mole.test/en/1": "en",
        "https://www.mole.test/ar": "ar",
        "https://m.mole.test/ar/1": "ar",
        "https://www.mole.test/english": None,
        "https://mole.test/": None,
        "https://ar.mole.test/en/1": "sub",
        "https://m.ar.mole.test/": "sub",
        "https://feeds.pier.test/1": "sub",
        "https://pier.test/1": None,
        "https://antimole.test/en/1": None,
        "http://dock.test:8080/1": None,
        "http://dock.test/1": None,
        "http://rss.test/1": None,
    }
    assert {url: origin(url) for url in cases} == cases


def _source(source_id: str, site: str, feed: str | None = None) -> Source:
    return Source(source_id, source_id, site, (FeedAddress(feed or f"{site}/rss"),), "en", "SE", None)


def test_pages_of_no_source_go_to_the_one_named(house: House) -> None:
    """With a source named, pages that none claims are its; without, they stay out; an unknown one is an error."""
    content = archive([Foreign("https://elsewhere.test/", story("Elsewhere")), _pier(1)])
    assert _outcomes(_import(house, content)) == {"articles": 1, "no_source": 1}
    assert _outcomes(_import(house, content, "harbour_gazette")) == {"articles": 1, "imported": 1}
    assert {capture.source_id for capture in _pages(house)} == {"harbour_gazette"}
    with pytest.raises(ConfigError, match="nobody"):
        pipeline.import_archives(house, "run-2", [], "nobody")


def test_file_that_is_not_there(house: House) -> None:
    """A file that cannot be read is one clear error."""
    with pytest.raises(StorageError, match=r"gone\.warc"):
        pipeline.import_archives(house, "run-1", [house.data.parent / "gone.warc"])


@pytest.mark.parametrize(("point", "step"), [("fsync", 5), ("link", 3)])
def test_killed_and_started_again(tmp_path: Path, point: str, step: int) -> None:
    """Killed before or after any of its calls, and started again: each page is in raw/ once, the sums balance."""
    content = archive([_pier(number % 7, minute=number) for number in range(9)])
    path = tmp_path / "far.warc.gz"
    path.write_bytes(content)
    for number in range(1, 60, step):
        house = _house(tmp_path / f"{point}-{number}", "max_pages_per_warc = 3\n")
        (exitcode,) = children.finish(children.start(import_and_die, house, path, (point, number)))
        assert exitcode in {0, -signal.SIGKILL}
        ends = _outcomes(_import(house, content))
        assert set(ends) <= {"articles", "imported"}
        assert sum(ends.values()) == 9
        assert sorted(capture.place.seen_at for capture in _pages(house)) == [
            f"2024-03-01T10:{minute:02}:00+00:00" for minute in range(9)
        ]
        if exitcode == 0:
            assert number > 2 * step, "it was killed several times before it came through"
            break
    else:
        pytest.fail("it never came through")
    pipeline.publish(house, "run-2", [])
    assert_sums_balance(house)
    assert len(rows(house, "articles")) == 7


def import_and_die(house: House, path: Path, when: tuple[str, int]) -> None:
    """An import that is killed just before (odd) or just after (even) one of its calls of a function of `os`."""
    point, number = when
    children.die_at(os, point, number)
    import_archive(house, open_stores(house), path, Order("run-1"), lambda *_: None)


def test_memory_is_flat(tmp_path: Path) -> None:
    """Importing five thousand small records needs hardly more memory than importing five hundred."""
    noise = random.Random(5)
    few = [Foreign(f"https://elsewhere.test/{n}", b"<html>" + noise.randbytes(300)) for n in range(90)]
    peaks = []
    for times in (5, 50):
        house = _house(tmp_path / str(times), "max_pages_per_warc = 50\n")
        content = b"".join(
            archive(few) + archive([_pier(number * 10 + n) for n in range(10)]) for number in range(times)
        )
        open_stores(house)
        tracemalloc.start()
        imported = _import(house, content)
        peaks.append(tracemalloc.get_traced_memory()[1] - len(content))
        tracemalloc.stop()
        assert _outcomes(imported) == {"articles": 10 * times, "no_source": 90 * times}
    assert peaks[1] < peaks[0] * 1.5


def test_command(tmp_path: Path) -> None:
    """`dateline import` prints where each record went and what became of the pages."""
    house = _house(tmp_path)
    files = _written(tmp_path, [archive([_pier(1), _pier(2)]), archive([_pier(2), _pier(3)], "plain") + b"rubbish"])
    options = ["--data", str(house.data), "--config", str(house.config), "import", *map(str, files)]
    done = CliRunner(env={"COLUMNS": "160", "DATELINE_STATE": ""}).invoke(cli, options, catch_exceptions=False)
    assert done.exit_code == 0
    lines = {line.split("│")[1].strip(): line.split("│")[3:5] for line in done.output.splitlines() if "│" in line}
    assert [[cell.strip() for cell in lines[name]] for name in ("articles", "imported", "damaged", "all")] == [
        ["2", "1"],
        ["0", "1"],
        ["0", "1"],
        ["2", "3"],
    ]
    assert "the sums balance" in done.output
    assert "seen 3 = new 3 + revisions 0 + unchanged 0 + quarantined 0" in done.output
    wrong = CliRunner().invoke(cli, [*options, "--source", "nobody"])
    assert wrong.exit_code == 2
    assert "there is no source 'nobody'" in wrong.output


def test_measuring(tmp_path: Path) -> None:
    """What `bench.importing` generates is what it says, and is imported."""
    path = tmp_path / "generated.warc.gz"
    assert write_archive(path, megabytes=2, every=5) == 20
    figures = copy(tmp_path / "house", path)
    assert figures["articles"] == [4]
    assert figures["records"] == [30]
    assert read(tmp_path, path).keys() == {"ours", "warcio"}


def _written(folder: Path, contents: Sequence[bytes]) -> list[Path]:
    paths = [folder / f"{number}.warc.gz" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths
