"""What the newsroom has published in each edition, and what a reader of all of it must find.

Edition 1 is the first poll, edition 2 the second: some stories are new then and some are edited. From edition 3
on, a few generated stories are released each time, so that a scheduled demo always has something new. Nothing
here knows of clocks, sockets or HTML.
"""

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from samples.generated import generated_article
from samples.publishers import FAILING_SOURCE_ID, PUBLISHERS
from samples.story import Story

ARTICLES = Path(__file__).parent / "articles"
# The publisher that releases generated stories from edition 3 on.
RELEASING_SOURCE_ID = "caspian_wire"
RELEASED_PER_EDITION = 3
# A feed shows this many of the released stories, the newest: older ones leave the feed, as in real ones.
RELEASED_IN_FEED = 12
_FIRST_RELEASE = datetime(2026, 11, 22, 8, 0, tzinfo=timezone(timedelta(hours=4)))


def _paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text in which blank lines part them, each on one line."""
    return tuple(" ".join(part.split()) for part in text.strip().split("\n\n") if part.strip())


def _story(source_id: str, entry: dict[str, Any]) -> tuple[Story, Story | None]:
    """One story as first published, and as edited for edition 2, or None when it is not edited."""
    fields = dict(entry)
    edit = fields.pop("edit", None)
    for name in ("tags", "date_places"):
        if name in fields:
            fields[name] = tuple(fields[name])
    fields["paragraphs"] = _paragraphs(fields.pop("text", ""))
    story = Story(source_id=source_id, **fields)
    if edit is None:
        return story, None
    changes = dict(edit)
    if "text" in changes:
        changes["paragraphs"] = _paragraphs(changes.pop("text"))
    return story, replace(story, **changes)


@cache
def _written(source_id: str) -> tuple[tuple[Story, Story | None], ...]:
    """The hand-written stories of a publisher, in file order; empty for the publisher that always fails."""
    path = ARTICLES / f"{source_id}.toml"
    if source_id == FAILING_SOURCE_ID or not path.exists():
        return ()
    return tuple(_story(source_id, entry) for entry in tomllib.loads(path.read_text("utf-8"))["articles"])


def released_count(edition: int) -> int:
    """The number of generated stories released up to an edition; 0 for editions 1 and 2."""
    return max(0, edition - 2) * RELEASED_PER_EDITION


def released_story(n: int) -> Story:
    """The generated story released as number `n` (from 0) by the releasing publisher."""
    return replace(
        generated_article(n, agency="Caspian Wire"),
        source_id=RELEASING_SOURCE_ID,
        slug=f"wire-{n:06d}",
        published=_FIRST_RELEASE + timedelta(minutes=n),
        first_edition=3 + n // RELEASED_PER_EDITION,
    )


def _newest_first(story: Story) -> datetime:
    return story.published or datetime.min.replace(tzinfo=UTC)


def written_stories(source_id: str, edition: int) -> list[Story]:
    """The hand-written stories of a publisher as they stand in an edition, newest first, undated ones last."""
    stories = [
        edited if edited is not None and edition >= 2 else story
        for story, edited in _written(source_id)
        if story.first_edition <= edition
    ]
    return sorted(stories, key=_newest_first, reverse=True)


def feed_stories(source_id: str, edition: int) -> list[Story]:
    """The stories in a publisher's feed in an edition, newest first, undated ones last."""
    stories = written_stories(source_id, edition)
    if source_id == RELEASING_SOURCE_ID:
        count = released_count(edition)
        stories += [released_story(n) for n in range(max(0, count - RELEASED_IN_FEED), count)]
    return sorted(stories, key=_newest_first, reverse=True)


def story_at(path: str, edition: int) -> Story | None:
    """The story whose page has this path in an edition, or None where there is none (a 404)."""
    parts = path.strip("/").split("/")
    source_id = parts[1] if parts[0] == "private" and len(parts) > 1 else parts[0]
    slug = parts[-1].removesuffix(".html")
    if source_id == RELEASING_SOURCE_ID and slug.startswith("wire-") and slug[5:].isdecimal():
        n = int(slug[5:])
        candidates = [released_story(n)] if n < released_count(edition) else []
    else:
        candidates = written_stories(source_id, edition)
    found = next((story for story in candidates if story.path == path), None)
    return None if found is None or found.kind in ("gone", "broken") else found


def expected(edition: int) -> dict[str, dict[str, int]]:
    """Per source, what a pipeline that polled every edition from 1 to this one must have found.

    `feed_entries` is what the feed shows in this edition alone. The rest adds up over the editions: `articles`
    (rows, one an article, of which `undated` have no publication time), `revisions` (edited articles) and
    `quarantined` = `broken` + `gone` + `login` + `private` (what no article can be made of).
    """
    sums: dict[str, dict[str, int]] = {}
    for source_id in PUBLISHERS:
        stories = written_stories(source_id, edition)
        kinds = Counter(story.kind for story in stories)
        released = released_count(edition) if source_id == RELEASING_SOURCE_ID else 0
        sums[source_id] = {
            "feed_entries": len(feed_stories(source_id, edition)),
            "articles": kinds["article"] + released,
            "undated": sum(story.kind == "article" and story.published is None for story in stories),
            "revisions": sum(story.modified is not None for story in stories),
            "quarantined": len(stories) - kinds["article"],
            **{kind: kinds[kind] for kind in ("broken", "gone", "login", "private")},
        }
    return sums
