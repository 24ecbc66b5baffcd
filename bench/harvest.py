"""Articles collected, against the same articles written to WARC and nothing else: by our writer, and by warcio's."""

import io
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.clock import peak_megabytes, seconds
from bench.material import house_in, warcs_of
from bench.ratios import Figures
from etl import pipeline
from etl.config import House
from etl.model import Capture
from etl.warc.raw import RawFile, read_warc
from etl.warc.records import NOTE, Note

WRITTEN = 10_000  # articles at most that are written again, to see how fast they can be
START_SECONDS = 1.0  # in which no process may take a second one's part


def collect_all(folder: Path, processes: int) -> Figures:
    """CPU and wall seconds of collecting all articles, and of writing (some of) them to WARC alone, in two ways.

    With more than one process each collects batches that `plan` gives, as Airflow's workers do; none waits for another.
    """
    house = house_in(folder)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        if processes == 1:
            cpu, wall = seconds(lambda: collect(house, "all"))
        else:
            list(pool.map(_begin, range(processes)))
            shared = replace(house, settings=replace(house.settings, max_batches=processes))
            cpu, wall = seconds(lambda: _collect_in(pool, shared, "all"))
        figures: Figures = {"cpu": [cpu], "wall": [wall], "megabytes": [peak_megabytes()]}
    articles = (capture for capture in _captures(house) if capture.kind == "article")
    some = list(islice(articles, WRITTEN))
    figures["written"] = [float(len(some))]
    figures["articles"] = [float(len(some) + sum(1 for _ in articles))]
    for name, write in (("own", _write_with_ours), ("warcio", _write_with_warcio)):
        figures[f"{name} cpu"], figures[f"{name} wall"] = (
            [spent] for spent in seconds(partial(write, folder / name, some))
        )
    return figures


def collect(house: House, run_id: str) -> int:
    """Collects all there is; returns how many pages were asked for."""
    return sum(pipeline.fetch(house, run_id, batch).pages for batch in pipeline.plan(house, force=True))


def _collect_in(pool: ProcessPoolExecutor, house: House, run_id: str) -> int:
    """The same, each batch in one of several processes."""
    batches = pipeline.plan(house, force=True)
    return sum(found.pages for found in pool.map(pipeline.fetch, repeat(house), repeat(run_id), batches))


def _begin(_: int) -> None:
    """Has a process import what it needs."""
    time.sleep(START_SECONDS)


def _captures(house: House) -> Iterator[Capture]:
    for warc in warcs_of(house):
        yield from (capture for capture in read_warc(house.data, warc) if isinstance(capture, Capture))


def _write_with_ours(folder: Path, captures: Sequence[Capture]) -> None:
    """As `fetch` writes them, made durable."""
    with RawFile(folder, "2026-01-05/again.warc.gz") as raw:
        for capture in captures:
            raw.append(capture.kind, (capture.source_id, capture.run_id), capture.exchange, capture.article)
        raw.settle()


def _write_with_warcio(folder: Path, captures: Sequence[Capture]) -> None:
    """The same three records a capture, in gzip members and with the digests that warcio makes."""
    folder.mkdir()
    with (folder / "again.warc.gz").open("wb") as stream:
        writer = WARCWriter(stream, gzip=True, warc_version="WARC/1.1")
        for capture in captures:
            _write(writer, capture)


def _write(writer: WARCWriter, capture: Capture) -> None:
    exchange = capture.exchange
    url, dates = exchange.final_url, {"WARC-Date": capture.place.seen_at}
    asked = StatusAndHeaders("GET / HTTP/1.1", [("User-Agent", exchange.user_agent)], is_http_request=True)
    told = StatusAndHeaders(f"{exchange.status} OK", list(exchange.response_headers), protocol="HTTP/1.1")
    note = Note(
        capture.kind, capture.source_id, capture.run_id, exchange.url, url, exchange.requested_at, exchange.elapsed_ms,
        exchange.outcome, exchange.user_agent, capture.place.capture_id, exchange.status, article=capture.article,
    )  # fmt: skip
    body, noted = io.BytesIO(exchange.body), io.BytesIO(NOTE.dump_json(note))
    for record in (
        writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict=dict(dates)),
        writer.create_warc_record(url, "response", body, http_headers=told, warc_headers_dict=dict(dates)),
        writer.create_warc_record(
            url, "metadata", noted, warc_content_type="application/json", warc_headers_dict=dict(dates)
        ),
    ):
        writer.write_record(record)
