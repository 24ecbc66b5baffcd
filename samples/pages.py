"""Article pages of the newsroom: each publisher's own template, filled with one story and the usual furniture."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import jdatetime

from samples.story import Publisher, Story

TEMPLATES = Path(__file__).parent / "templates"
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_JALALI_MONTHS = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند".split()
# The month names of Lebanon and Syria.
_LEVANT_MONTHS = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip

SIGN_OFFS = {"khabar_shomal": ("انتهای پیام/ 4021",)}  # what a house prints below every article


@cache
def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.html").read_text("utf-8"))


def _jalali(moment: datetime) -> str:
    day = jdatetime.date.fromgregorian(date=moment.date())
    return f"{day.day} {_JALALI_MONTHS[day.month - 1]} {day.year} - {moment:%H:%M}".translate(_PERSIAN_DIGITS)


def _levantine(moment: datetime) -> str:
    text = f"{moment.day} {_LEVANT_MONTHS[moment.month - 1]} {moment.year} - {moment:%H:%M}"
    return text.translate(_ARABIC_DIGITS)


def visible_date(publisher: Publisher, moment: datetime) -> str:
    """A moment as the publisher prints it for its readers, in local time."""
    match publisher.source_id:
        case "khabar_shomal":
            return _jalali(moment)
        case "al_manhal":
            return _levantine(moment)
        case "levant_press":
            return f"{moment:%b %d, %Y %H:%M} {publisher.timezone}"
        case "harbour_gazette":
            return f"{moment:%A} {moment.day} {moment:%B %Y}, {moment:%H.%M}"
        case _:
            return f"{moment.day} {moment:%B %Y %H:%M} (UTC{moment:%z})"


def _json_ld(publisher: Publisher, story: Story, url: str) -> str:
    """The page's schema.org NewsArticle, as the content of a script element."""
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "description": story.summary,
        "articleSection": story.section,
        "inLanguage": publisher.language,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher.title},
        "keywords": ", ".join(story.tags),
    }
    if story.byline is not None:
        article["author"] = [{"@type": "Person", "name": story.byline}]
    if story.published is not None and "structured" in story.date_places:
        article["datePublished"] = story.published.isoformat()
        article["dateModified"] = (story.modified or story.published).isoformat()
    return json.dumps(article, ensure_ascii=False, indent=1).replace("</", "<\\/")


def _date_metas(story: Story) -> str:
    if story.published is None or "structured" not in story.date_places:
        return ""
    metas = [f'<meta property="article:published_time" content="{story.published.isoformat()}">']
    if story.modified is not None:
        metas.append(f'<meta property="article:modified_time" content="{story.modified.isoformat()}">')
    return "\n".join(metas)


def _stamp(publisher: Publisher, story: Story) -> str:
    """The time a reader sees: when published and, after an edit, when updated; empty when the page is undated."""
    if story.published is None or "visible" not in story.date_places:
        return ""
    stamp = visible_date(publisher, story.published)
    if story.modified is not None:
        stamp += f" [Updated: {visible_date(publisher, story.modified)}]"
    return f'<span class="stamp">{escape(stamp)}</span>'


def _links(stories: Sequence[Story], base_url: str) -> str:
    return "\n".join(f'<li><a href="{base_url}{story.path}">{escape(story.headline)}</a></li>' for story in stories)


def article_page(publisher: Publisher, story: Story, others: Sequence[Story], base_url: str) -> str:
    """The page of a story. `others` are the publisher's other stories of the hour, linked from its furniture."""
    url = base_url + story.path
    sign_off = SIGN_OFFS.get(publisher.source_id, ())
    if story.kind == "login":
        return _template("login").substitute(title=escape(publisher.title), url=url, home=f"/{publisher.source_id}/")
    return _template(publisher.source_id).substitute(
        title=escape(publisher.title),
        home=f"{base_url}/{publisher.source_id}/",
        feed=base_url + publisher.feed_path,
        url=url,
        headline=escape(story.headline),
        summary=escape(story.summary),
        section=escape(story.section),
        byline=escape(story.byline or ""),
        json_ld=_json_ld(publisher, story, url),
        date_metas=_date_metas(story),
        stamp=_stamp(publisher, story),
        body="\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in (*story.paragraphs, *sign_off)),
        tags="\n".join(f'<a rel="tag" href="/{publisher.source_id}/">{escape(tag)}</a>' for tag in story.tags),
        related=_links(others[:3], base_url),
        latest=_links(others[3:8], base_url),
    )


def front_page(publisher: Publisher, stories: Sequence[Story], base_url: str) -> str:
    """The publisher's front page: links to its stories, no article."""
    return _template("front").substitute(
        title=escape(publisher.title), language=publisher.language, links=_links(stories, base_url)
    )


def gone_page() -> str:
    """What is answered with 404."""
    return _template("gone").substitute()
