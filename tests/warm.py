"""Reads one page while it is imported, so that processes forked afterwards have models and gazetteer at hand.

They read pages themselves, since those that are killed after milliseconds would never see a reading process start.
"""

from datetime import UTC, datetime
from pathlib import Path

from etl import pipeline
from etl.config import open_house
from etl.model import FeedEntry, Source
from etl.reading.articles import read_article
from etl.reading.reader_child import Make, Read
from etl.verbs import transformation
from samples.newsroom import written_stories
from samples.pages import article_page
from samples.publishers import PUBLISHERS

PUBLISHER = PUBLISHERS["levant_press"]
STORY = written_stories(PUBLISHER.source_id, 1)[0]
SOURCE = Source(PUBLISHER.source_id, PUBLISHER.title, "http://localhost/", (), "en", "SY", "Asia/Damascus")
HOUSE = open_house(Path("data"), Path(__file__).parents[1] / "config")
READING = transformation.reading_of(HOUSE, SOURCE)
PAGE = article_page(PUBLISHER, STORY, (), "http://localhost").encode()
ARTICLE = read_article(PAGE, "utf-8", "http://localhost/1", datetime.now(UTC), FeedEntry(), READING)
RUN = pipeline.run


class _Here:
    """Reads in the process that asks."""

    def bind(self, make: Make, told: object) -> Read:
        return make(told)


transformation.READER = _Here()  # type: ignore[assignment]
