"""Reads one page while it is imported, so that processes forked afterwards have models and gazetteer at hand."""

from datetime import UTC, datetime
from functools import partial

from etl import pipeline
from etl.articles import Reading, read_article
from etl.model import FeedEntry, Source
from etl.places import find_place
from samples.newsroom import written_stories
from samples.pages import article_page
from samples.publishers import PUBLISHERS

PUBLISHER = PUBLISHERS["levant_press"]
STORY = written_stories(PUBLISHER.source_id, 1)[0]
SOURCE = Source(PUBLISHER.source_id, PUBLISHER.title, "http://localhost/", (), "en", "SY", "Asia/Damascus")
READING = Reading(SOURCE, {"LP": "Levant Press"}, {}, {}, partial(find_place, aliases={}), "warm")
PAGE = article_page(PUBLISHER, STORY, (), "http://localhost").encode()
ARTICLE = read_article(PAGE, "utf-8", "http://localhost/1", datetime.now(UTC), FeedEntry(), READING)
RUN = pipeline.run
