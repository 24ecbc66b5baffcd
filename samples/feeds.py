"""Feeds of the newsroom as RSS 2.0 and Atom 1.0 text, in parts, so that a long one is never held whole."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from html import escape

from samples.story import Publisher, Story


def entry_link(story: Story, base_url: str) -> str:
    """The address printed in the feed: the page's own unless the story has another; empty for none."""
    if story.entry_link is not None:
        return story.entry_link
    return base_url + story.path


def _rss_item(story: Story, base_url: str) -> str:
    link = entry_link(story, base_url)
    lines = [f"<title>{escape(story.headline)}</title>"]
    if link:
        lines.append(f"<link>{escape(link)}</link>")
        lines.append(f'<guid isPermaLink="false">{story.source_id}-{story.slug}</guid>')
    lines.append(f"<description>{escape(story.summary)}</description>")
    lines.append(f"<category>{escape(story.section)}</category>")
    if story.byline is not None:
        lines.append(f"<dc:creator>{escape(story.byline)}</dc:creator>")
    if story.published is not None and "feed" in story.date_places:
        lines.append(f"<pubDate>{story.feed_date or format_datetime(story.published)}</pubDate>")
    return "<item>\n" + "\n".join(lines) + "\n</item>\n"


def _rss(publisher: Publisher, stories: Iterable[Story], base_url: str) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n'
        f"<channel>\n<title>{escape(publisher.title)}</title>\n<link>{base_url}/{publisher.source_id}/</link>\n"
        f"<description>{escape(publisher.title)}: latest</description>\n<language>{publisher.language}</language>\n"
        f'<atom:link href="{base_url}{publisher.feed_path}" rel="self" type="application/rss+xml"/>\n'
    )
    for story in stories:
        yield _rss_item(story, base_url)
    yield "</channel>\n</rss>\n"


def _atom_entry(story: Story, base_url: str) -> str:
    lines = [
        f"<title>{escape(story.headline)}</title>",
        f'<link rel="alternate" type="text/html" href="{escape(entry_link(story, base_url))}"/>',
        f"<id>tag:{story.source_id},2026:{story.slug}</id>",
    ]
    if story.published is not None:
        lines.append(f"<published>{story.published.isoformat()}</published>")
        lines.append(f"<updated>{(story.modified or story.published).isoformat()}</updated>")
    if story.byline is not None:
        lines.append(f"<author><name>{escape(story.byline)}</name></author>")
    lines.append(f'<category term="{escape(story.section)}"/>')
    lines.append(f'<summary type="text">{escape(story.summary)}</summary>')
    return "<entry>\n" + "\n".join(lines) + "\n</entry>\n"


def _atom(publisher: Publisher, stories: Iterable[Story], base_url: str) -> Iterator[str]:
    entries = list(stories)
    updated = newest(entries)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{publisher.language}">\n'
        f"<title>{escape(publisher.title)}</title>\n<id>tag:{publisher.source_id},2026:feed</id>\n"
        f'<link rel="self" href="{base_url}{publisher.feed_path}"/>\n'
        f'<link rel="alternate" href="{base_url}/{publisher.source_id}/"/>\n'
        f"<author><name>{escape(publisher.title)}</name></author>\n"
    )
    if updated is not None:
        yield f"<updated>{updated.isoformat()}</updated>\n"
    for story in entries:
        yield _atom_entry(story, base_url)
    yield "</feed>\n"


def newest(stories: Iterable[Story]) -> datetime | None:
    """When the last of the stories was published or modified; None when none of them is dated."""
    times = [time for story in stories for time in (story.published, story.modified) if time is not None]
    return max(times, default=None)


def feed_parts(publisher: Publisher, stories: Iterable[Story], base_url: str) -> Iterator[str]:
    """The feed document of a publisher, part by part, with the stories in the order given."""
    render = _rss if publisher.feed_format == "rss" else _atom
    return render(publisher, stories, base_url)
