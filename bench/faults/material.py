"""Small houses on which faults are tried: a few generated articles in WARCs, as a fetch writes them."""

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.material import NOWHERE, USER_AGENT, house_in
from etl import pipeline
from etl.config import House
from etl.feeds.entries import identify
from etl.model import ArticleNote, CapturePlace, Exchange, FeedEntry
from etl.warc.raw import RawFile
from samples.configuration import write_config
from samples.generated import generated_article
from samples.pages import article_page
from samples.publishers import BULK, PUBLISHERS

QUIET_SECONDS = 60
FIRST_SEEN = datetime(2026, 1, 5, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a generated article's page; `previous` is where the look before lies, if there was one."""

    number: int
    seen_at: datetime
    is_edited: bool = False
    status: int = 200
    previous: CapturePlace | None = None


def new_house(folder: Path) -> House:
    """A house in a folder that knows the generated articles' source and holds nothing."""
    write_config(folder / "config", dict.fromkeys((*PUBLISHERS, BULK.source_id), NOWHERE), 1)
    return house_in(folder)


def add_warc(house: House, name: str, run_id: str, looks: Sequence[Look]) -> Mapping[int, CapturePlace]:
    """Writes looks as one WARC of the day of the first; returns where the look at each article lies."""
    with RawFile(house.data, f"{looks[0].seen_at:%Y-%m-%d}/{name}.warc.gz") as raw:
        places = {look.number: _append(raw, run_id, look) for look in looks}
        raw.settle()
    return places


def published_house(folder: Path) -> House:
    """A house with a WARC of two articles published, and one that waits: a third article, and an edit of the first."""
    house = new_house(folder)
    places = add_warc(house, "one", "run-1", [Look(0, FIRST_SEEN), Look(1, FIRST_SEEN + timedelta(minutes=1))])
    pipeline.publish(house, "run-1", [])
    later = FIRST_SEEN + timedelta(hours=2)
    edit = Look(0, later, is_edited=True, previous=places[0])
    add_warc(house, "two", "run-2", [Look(2, later), edit])
    quiet = time.time() - QUIET_SECONDS  # a folder that has just changed is looked at more often
    os.utime(house.data / "raw" / f"{FIRST_SEEN:%Y-%m-%d}", (quiet, quiet))
    return house


def copied(house: House, folder: Path) -> House:
    """The same house in another folder: the same bytes and times, its tables linked to its own objects."""
    data = folder / "data"
    shutil.copytree(house.data, data, ignore=shutil.ignore_patterns("tables", "objects"))
    for path in (*(house.data / "objects").rglob("*.parquet"), *(house.data / "tables").rglob("*.parquet")):
        target = data / path.relative_to(house.data)
        target.parent.mkdir(parents=True, exist_ok=True)
        own = data / "objects" / path.relative_to(house.data / path.relative_to(house.data).parts[0])
        target.hardlink_to(own) if own.exists() else shutil.copy2(path, target)
    return replace(house, data=data, state_url=f"sqlite:///{data / 'state.sqlite'}")


def _append(raw: RawFile, run_id: str, look: Look) -> CapturePlace:
    story = generated_article(look.number)
    if look.is_edited:
        story = replace(story, paragraphs=(*story.paragraphs, "The minutes were published on the following day."))
    url = NOWHERE + story.path
    exchange = Exchange(
        url, url, look.seen_at, 1, "ok" if look.status == 200 else "hard_error", USER_AGENT, look.status,
        response_headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=article_page(BULK, story, (), NOWHERE).encode() if look.status == 200 else b"",
    )  # fmt: skip
    entry = FeedEntry(guid=url, link=url, headline=story.headline, byline=story.byline)
    (identity,) = identify([entry], BULK.source_id)
    assert identity is not None
    first_seen = look.previous.seen_at if look.previous else look.seen_at.isoformat()
    note = ArticleNote(
        identity.article_id, identity.rule, identity.aliases, entry, NOWHERE + BULK.feed_path, None, None,
        look="again" if look.previous else "first", first_seen_at=first_seen, previous=look.previous,
    )  # fmt: skip
    return raw.append("article", (BULK.source_id, run_id), exchange, note)
