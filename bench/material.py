"""What is measured on: a house with a history of generated articles, written to WARC as a fetch writes it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from etl.config import House, open_house
from etl.feeds.entries import identify
from etl.model import ArticleNote, Exchange, FeedAddress, FeedEntry, Source
from etl.sources.source_files import write_source
from etl.warc.raw import RawFile
from samples.configuration import write_config
from samples.generated import generated_article
from samples.pages import article_page
from samples.publishers import BULK, PUBLISHERS

LOOPBACK = ("127.0.0.1",)
NOWHERE = "http://127.0.0.1:9"  # the discard port: the history is never asked for again
FIRST_NUMBER = 1_000  # of a generated article in the history; the newsroom on the air has the numbers below
FIRST_SEEN = datetime(2026, 1, 5, 6, tzinfo=UTC)  # each WARC of the history is a day of its own, none is today
USER_AGENT = "Dateline bench"


def house_in(folder: Path, config: Path | None = None) -> House:
    """The house that lies in a folder, its state in SQLite there; known pages are not looked at again.

    `config` is the configuration of a newsroom on the air, if not the house's own.
    """
    house = open_house(folder / "data", config or folder / "config")
    settings = replace(house.settings, revisit_hours=())
    return replace(house, state_url=f"sqlite:///{folder / 'data' / 'state.sqlite'}", settings=settings)


def write_local_source(config: Path, source_id: str, feeds: Sequence[str]) -> None:
    """Declares a source on loopback in a configuration; its site is where its first feed is."""
    addresses = tuple(FeedAddress(url) for url in feeds)
    source = Source(source_id, source_id, feeds[0], addresses, "en", "GB", "Europe/London", allowed_networks=LOOPBACK)
    write_source(config / "sources", source)


def write_history(folder: Path, articles: int, pages: int | None = None, warcs_a_day: int = 1) -> House:
    """A new house whose `raw/` holds so many articles and nothing else, `pages` of them a WARC.

    Without `pages` WARCs are cut as a fetch cuts them.
    """
    write_config(folder / "config", dict.fromkeys((*PUBLISHERS, BULK.source_id), NOWHERE), articles)
    house = house_in(folder)
    size = pages or house.settings.max_pages_per_warc
    for number, start in enumerate(range(0, articles, size)):
        day, turn = divmod(number, warcs_a_day)
        seen_at = FIRST_SEEN + timedelta(days=day, minutes=turn)
        with RawFile(house.data, f"{seen_at:%Y-%m-%d}/history.{number:03d}.warc.gz") as raw:
            for article in range(start, min(start + size, articles)):
                story = generated_article(FIRST_NUMBER + article)
                url = NOWHERE + story.path
                entry = FeedEntry(guid=url, link=url, headline=story.headline, byline=story.byline)
                body = article_page(BULK, story, (), NOWHERE).encode()
                _append(raw, entry, body, seen_at + timedelta(seconds=article - start))
            raw.settle()
    return house


def write_pages(folder: Path, pages: Sequence[tuple[str, str]]) -> House:
    """A new house whose `raw/` holds these pages, each an address and its HTML, in one WARC; nothing else is in it."""
    write_config(folder / "config", dict.fromkeys((*PUBLISHERS, BULK.source_id), NOWHERE), 0)
    house = house_in(folder)
    with RawFile(house.data, f"{FIRST_SEEN:%Y-%m-%d}/pages.000.warc.gz") as raw:
        for number, (url, markup) in enumerate(pages):
            body = markup.encode(errors="replace")
            link = (
                url if url.startswith("http") else f"{NOWHERE}/{number}"
            )  # a few labelled pages name their host alone
            _append(raw, FeedEntry(guid=link, link=link), body, FIRST_SEEN + timedelta(seconds=number))
        raw.settle()
    return house


def warcs_of(house: House) -> list[str]:
    """Every WARC of a house, as paths below `raw/`, in order of name."""
    root = house.data / "raw"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.warc.gz"))


def _append(raw: RawFile, entry: FeedEntry, body: bytes, seen_at: datetime) -> None:
    url = entry.link or NOWHERE
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))))
    exchange = Exchange(
        url, url, seen_at, 1, "ok", USER_AGENT, 200, "OK", (("User-Agent", USER_AGENT),), headers, body
    )  # fmt: skip
    (identity,) = identify([entry], BULK.source_id)
    assert identity is not None
    note = ArticleNote(
        identity.article_id, identity.rule, identity.aliases, entry, NOWHERE + BULK.feed_path, None, None,
        look="first", first_seen_at=seen_at.isoformat(),
    )  # fmt: skip
    raw.append("article", (BULK.source_id, "history"), exchange, note)
