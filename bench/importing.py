"""`python -m bench.importing`: how fast and in what memory archives from elsewhere are read and copied into `raw/`.

The archive is generated: pages of 100 kB as the web has them, an article between markup of its own, one record in
three a request. One copy of it has only pages of a configured source, in the other 19 of 20 are of hosts that nobody
asked for, as in Common Crawl's news. Each measurement has a process of its own; warcio reads the same file beside it.
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

from rich.console import Console
from warcio.archiveiterator import ArchiveIterator

from bench.clock import peak_megabytes, seconds
from bench.material import FIRST_SEEN, house_in
from bench.ratios import Figures, Ratio, ratio_table
from etl.collecting.importing import Imported, Order, import_archive
from etl.stores.opening import open_stores
from etl.warc.archives import read_archive
from samples.configuration import write_config
from samples.generated import generated_article
from samples.pages import article_page
from samples.publishers import BULK, PUBLISHERS

ROOT = Path(__file__).parent.parent
SITE = "https://www.bulk.test"
MEGABYTES = 200  # of payload
PAGE_BYTES = 100_000
BODIES = 50  # different ones; each page has an address and an instant of its own
AIM = 30.0  # MB of payload a CPU second
AIM_MEMORY = 300.0  # MB, however large the archive is
MIXED = 20  # one page in so many is of a configured source


def write_archive(path: Path, megabytes: int, every: int) -> int:
    """Writes an archive with so much payload, one page in `every` of a configured source; returns the pages."""
    noise = Random(11)
    bodies = [_page(number, noise) for number in range(BODIES)]
    pages = megabytes * 1_000_000 // PAGE_BYTES
    with path.open("wb") as stream:
        for number in range(pages):
            site = f"{SITE}/{BULK.source_id}" if number % every == 0 else f"https://host{number % 500}.test"
            date = f"{FIRST_SEEN + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}"
            about = f"WARC-Target-URI: {site}/{number}\r\nWARC-Date: {date}\r\n"
            asked = b"GET / HTTP/1.1\r\nHost: bulk.test\r\n\r\n"
            if number % 2 == 0:
                stream.write(_record("request", about, f"<urn:uuid:a-{number}>", asked))
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + bodies[number % BODIES]
            stream.write(_record("response", about, f"<urn:uuid:b-{number}>", answer))
    return pages


def copy(folder: Path, path: Path) -> Figures:
    """CPU seconds of copying an archive's pages into `raw/`, peak memory, and how many records and pages there were."""
    write_config(folder / "config", dict.fromkeys((*PUBLISHERS, BULK.source_id), SITE), articles=1)
    house = house_in(folder)
    engine = open_stores(house)
    found: list[Imported] = []
    spent, _ = seconds(lambda: found.append(import_archive(house, engine, path, Order("bench"), lambda *_: None)))
    records, pages = found[0].records, found[0].outcomes["articles"]
    return {"seconds": [spent], "megabytes": [peak_megabytes()], "records": [records], "articles": [pages]}


def read(_: Path, path: Path) -> Figures:
    """CPU seconds of reading an archive, as an import does, and of warcio with every record's bytes read."""

    def ours() -> None:
        with path.open("rb") as stream:
            for _found in read_archive(stream, 10_000_000):
                pass

    def theirs() -> None:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                record.raw_stream.read()

    return {"ours": [seconds(ours)[0]], "warcio": [seconds(theirs)[0]]}


TASKS: dict[str, Callable[[Path, Path], Figures]] = {task.__name__: task for task in (copy, read)}


def measure(folder: Path, megabytes: int, console: Console) -> list[Ratio]:
    """All ratios; archives and houses are made in a folder."""
    ratios = []
    for name, every in (("all of a source", 1), (f"1 page in {MIXED} of a source", MIXED)):
        path = folder / f"{every}.warc.gz"
        console.print(f"==> Writing an archive of {megabytes:,} MB, {name}")
        payload = write_archive(path, megabytes, every) * PAGE_BYTES / 1_000_000
        console.print("==> Reading and importing it")
        spent = _in_child("read", folder, path)
        copied = _in_child("copy", folder / f"house-{every}", path)
        reading = payload / spent["ours"][0], payload / spent["warcio"][0]
        size = f"{megabytes:,} MB"
        ratios += [
            Ratio(f"read {size}, {name}", "MB per CPU s", reading[0], "warcio", reading[1]),
            Ratio(f"import {size}, {name}", "MB per CPU s", payload / copied["seconds"][0], "the aim", AIM),
            Ratio(f"import {size}, {name}", "peak MB", copied["megabytes"][0], "the aim", AIM_MEMORY),
        ]
        path.unlink()
    return ratios


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; 1 when a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description="Measure importing archives.")
    parser.add_argument("--megabytes", type=int, default=MEGABYTES, help="payload of each archive")
    parser.add_argument("--task", nargs=3, metavar=("TASK", "FOLDER", "FILE"), help="one measurement, in this process")
    options = parser.parse_args(arguments)
    if options.task:
        task, folder, path = options.task
        print(json.dumps(TASKS[task](Path(folder), Path(path))))
        return 0
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as made:
        try:
            ratios = measure(Path(made), options.megabytes, Console())
        except subprocess.CalledProcessError as error:
            print(f"A measurement failed, see above: {' '.join(error.cmd[2:])}", file=sys.stderr)
            return 1
    Console().print(ratio_table(ratios))
    return 0


def _in_child(task: str, folder: Path, path: Path) -> Figures:
    command = [sys.executable, "-m", "bench.importing", "--task", task, str(folder), str(path)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def _page(number: int, noise: Random) -> bytes:
    """A generated article between markup of about the size that news pages have."""
    page = article_page(BULK, generated_article(number), (), SITE)
    out = io.StringIO()
    while out.tell() < PAGE_BYTES - len(page.encode()) - 200:
        word = noise.choice(("teaser", "nav", "ad-slot", "promo", "share"))
        out.write(
            f'<div class="{word} {word}--{noise.randrange(99)}" data-id="{noise.randrange(1 << 30):x}"><a href="/'
        )
        out.write(f'{word}/{noise.randrange(10_000)}">{word.title()} {noise.randrange(1 << 20)}</a></div>\n')
    whole = page.replace("</body>", f"<footer>{out.getvalue()}</footer></body>").encode()
    return whole[:PAGE_BYTES].ljust(PAGE_BYTES)


def _record(kind: str, about: str, record_id: str, block: bytes) -> bytes:
    """One record as a gzip member of its own."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\n{about}WARC-Record-ID: {record_id}\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    packer = zlib.compressobj(1, wbits=16 + zlib.MAX_WBITS)
    return packer.compress(head.encode() + block + b"\r\n\r\n") + packer.flush()


if __name__ == "__main__":
    sys.exit(main())
