"""The nouns of the sample newsroom: what a publisher is and what it has written. Plain data, no rendering."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# article: a page with an article; gone: the page answers 404; login: a page that asks to log in instead of the
# article; private: an article under /private/, which robots.txt denies; broken: a feed entry nobody can follow.
StoryKind = Literal["article", "gone", "login", "private", "broken"]
DatePlace = Literal["feed", "structured", "visible"]
FeedFormat = Literal["rss", "atom"]


@dataclass(frozen=True, slots=True)
class Story:
    """One story as it stands in one edition.

    `published` is None when neither feed nor page says when; otherwise `date_places` names where it is said.
    `feed_date` replaces the date printed in the feed (a Jalali one, say). `entry_link` is the address printed
    in the feed where it is not the page's own; the empty string means that the entry has neither link nor id.
    """

    source_id: str
    slug: str
    headline: str
    summary: str
    section: str
    paragraphs: tuple[str, ...]
    published: datetime | None = None
    modified: datetime | None = None
    byline: str | None = None
    tags: tuple[str, ...] = ()
    kind: StoryKind = "article"
    first_edition: int = 1
    date_places: tuple[DatePlace, ...] = ("feed", "structured", "visible")
    feed_date: str | None = None
    entry_link: str | None = None

    @property
    def path(self) -> str:
        """The page's path on the server; it holds year and month only where the story is dated."""
        if self.kind == "private":
            return f"/private/{self.source_id}/{self.slug}.html"
        if self.published is None:
            return f"/{self.source_id}/content/{self.slug}.html"
        return f"/{self.source_id}/{self.published:%Y/%m}/{self.slug}.html"


@dataclass(frozen=True, slots=True)
class Publisher:
    """One invented publisher: who it is, and the values its `sources/<id>.toml` declares."""

    source_id: str
    title: str
    language: str
    country: str
    timezone: str
    publisher_type: str
    feed_format: FeedFormat
    calendar: str = "gregorian"
    section: str | None = None
    agency: str | None = None
    entries_min: int = 10
    undated_share_max: float = 0.0
    dateline_share_min: float = 0.0

    @property
    def feed_path(self) -> str:
        """The feed's path on the server."""
        return f"/{self.source_id}/{self.feed_format}.xml"
