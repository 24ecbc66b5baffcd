"""The article in a page: what the page says of itself and the text in it."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import ArticleError
from etl.reading.pages import read_page

URL = "https://example.org/news/7"
STORY = (
    "A storm from the south-west sank fourteen fishing boats in the old harbour during the night, its master said.",
    "Nobody was on board when the waves broke over the mole shortly after two o'clock, he told reporters on the quay.",
    "The north basin was closed to all traffic in the morning, and divers began to mark the wrecks with yellow buoys.",
)


def _page(
    head: str = "", before: str = "", paragraphs: tuple[str, ...] = STORY, after: str = "", lang: str = "en"
) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body><header><a href="/">Example</a> 23 November 2026'
        f"</header><nav><ul><li><a href='/'>Home</a></li></ul></nav><main><article>{before}<div>{body}</div></article>"
        f"{after}</main><footer>All rights reserved 2026.</footer></body></html>"
    ).encode()


def _tags(*tags: str) -> str:
    return "".join(f'<meta property="article:tag" content="{tag}">' for tag in tags)


def _json_ld(data: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Storm sinks boats",
    "datePublished": "2026-11-22T10:00:00+03:30",
    "dateModified": "2026-11-22T12:00:00+03:30",
    "author": [{"@type": "Person", "name": "Nino Beridze"}, "Rima Haffar"],
    "articleSection": "Levant",
    "keywords": "storm, boats",
    "inLanguage": "en-GB",
}


@pytest.mark.parametrize(
    "data",
    [
        ARTICLE,
        [{"@type": "WebSite", "name": "Example"}, ARTICLE],
        {"@context": "https://schema.org", "@graph": [{"@type": "BreadcrumbList"}, ARTICLE]},
        {**ARTICLE, "@type": ["Thing", "ReportageNewsArticle"]},
    ],
)
def test_json_ld(data: Any) -> None:
    """An article in JSON-LD is read alone, in a list and in a graph, and its modification is no publication."""
    page = read_page(_page(_json_ld(data)), URL)
    assert (page.headline, page.headline_source) == ("Storm sinks boats", "jsonld")
    assert page.dates == (("jsonld", "2026-11-22T10:00:00+03:30"),)
    assert page.modified_raw == "2026-11-22T12:00:00+03:30"
    assert (page.authors, page.section) == (("Nino Beridze", "Rima Haffar"), "Levant")
    assert (page.keywords, page.language) == (("storm", "boats"), "en-GB")
    assert page.paragraphs == STORY


@pytest.mark.parametrize(
    "data",
    [
        {"@type": "WebPage", "name": "Example", "mainEntity": ARTICLE},
        {"@graph": [{"@type": "WebPage", "mainEntity": [{"@type": "Person", "name": "X"}, ARTICLE]}]},
    ],
)
def test_json_ld_in_a_main_entity(data: Any) -> None:
    """An article that is the main entity of a page is read as if it stood alone."""
    page = read_page(_page(_json_ld(data)), URL)
    assert (page.headline, page.authors) == ("Storm sinks boats", ("Nino Beridze", "Rima Haffar"))


def test_json_ld_in_cdata() -> None:
    """JSON-LD wrapped for XHTML is read as any other."""
    head = f'<script type="application/ld+json">\n//<![CDATA[\n{json.dumps(ARTICLE)}\n//]]>\n</script>'
    assert read_page(_page(head), URL).dates == (("jsonld", "2026-11-22T10:00:00+03:30"),)


def test_an_author_by_id() -> None:
    """An author who is only named by an id is looked up in the same page; an organisation is no author."""
    people = [{"@type": ["Person"], "@id": "#7", "name": "Nino Beridze"}, {"@type": "Organization", "@id": "#8"}]
    article = {**ARTICLE, "author": [{"@id": "#7"}, {"@id": "#9"}, {"@type": "Organization", "name": "Levant Press"}]}
    assert read_page(_page(_json_ld({"@graph": [article, *people]})), URL).authors == ("Nino Beridze",)


def test_a_fact_check_is_an_article() -> None:
    """The day of a fact check is that of its ClaimReview, not that of a teaser below it."""
    review = {"@type": "ClaimReview", "datePublished": "2026-11-13 15:44"}
    after = '<article><div class="date">Published on 22.11.2026</div><h3>Quay opens</h3></article>'
    page = read_page(_page(_json_ld(review), "<h1>Storm</h1>", after=after), URL)
    assert page.dates == (("jsonld", "2026-11-13 15:44"),)


@pytest.mark.parametrize("script", ["{", "", "null", '"text"', '{"@graph": 7}', "[[[]]]", '{"@type": 3}', "[" * 3000])
def test_broken_json_ld_spoils_nothing(script: str) -> None:
    """JSON-LD that is no JSON, or none of an article, leaves the rest of the page readable."""
    head = f'<script type="application/ld+json">{script}</script><meta property="og:title" content="Storm">'
    page = read_page(_page(head), URL)
    assert (page.headline, page.paragraphs) == ("Storm", STORY)


def test_open_graph_and_meta() -> None:
    """Without JSON-LD the meta elements speak; the canonical address is absolute."""
    page = read_page(
        _page(
            '<title>Storm | Example</title><meta property="og:title" content="Storm sinks boats">'
            '<meta property="og:site_name" content="Example"><meta name="author" content="Nino Beridze">'
            '<meta property="article:published_time" content="2026-11-22T10:00:00Z">'
            '<meta property="article:modified_time" content="2026-11-23T10:00:00Z">'
            '<meta property="article:section" content="Levant"><meta name="keywords" content="storm, boats">'
            '<link rel="canonical" href="/news/7-storm">'
        ),
        URL,
    )
    assert (page.headline, page.headline_source, page.site_name) == ("Storm sinks boats", "og:title", "Example")
    assert (page.dates, page.modified_raw) == ((("meta", "2026-11-22T10:00:00Z"),), "2026-11-23T10:00:00Z")
    assert (page.authors, page.section, page.keywords) == (("Nino Beridze",), "Levant", ("storm", "boats"))
    assert page.canonical_url == "https://example.org/news/7-storm"


@pytest.mark.parametrize(
    ("head", "keywords"),
    [
        (_tags("Storm", "Boats, ferries"), ("Storm", "Boats, ferries")),
        (_tags("Storm,Boats"), ("Storm", "Boats")),
        (_tags("Storm", "Boats", "Storm", " "), ("Storm", "Boats")),
        (_tags("Storm", "Boats") + '<meta name="keywords" content="example, news">', ("Storm", "Boats")),
        (_tags("Storm", "Boats") + '<meta name="news_keywords" content="quay">', ("quay",)),
        (_json_ld({"@type": "NewsArticle", "keywords": ["quay"]}) + _tags("Storm", "Boats"), ("quay",)),
    ],
)
def test_tags_are_keywords(head: str, keywords: tuple[str, ...]) -> None:
    """Each of several article:tag is a keyword, one alone lists them, and what JSON-LD says goes before."""
    assert read_page(_page(head), URL).keywords == keywords


@pytest.mark.parametrize(
    ("before", "printed"),
    [
        ('<h1>Storm</h1><time datetime="2026-11-22T10:00:00+02:00">22 November</time>', "2026-11-22T10:00:00+02:00"),
        ('<h1>Storm</h1><span class="news-date">۱ آذر ۱۴۰۵ - ۱۰:۰۰</span>', "۱ آذر ۱۴۰۵ - ۱۰:۰۰"),
        ('<header><h1>Storm</h1><span class="stamp">Nov 22, 2026 10:00</span></header>', "Nov 22, 2026 10:00"),
    ],
)
def test_a_visible_date(before: str, printed: str) -> None:
    """A date printed in the article's head is read where nothing else says when."""
    assert read_page(_page(before=before), URL).dates[0] == ("visible", printed)


@pytest.mark.parametrize(
    "name", ["article:published:time", "publish_date", "DC.date.issued", "dcterms.created", "sailthru.date", "date"]
)
def test_names_of_the_date(name: str) -> None:
    """The names that sites give to the day of publication are known, with colons too."""
    page = read_page(_page(f'<meta name="{name}" content="2026-11-22T10:00:00Z">'), URL)
    assert page.dates == (("meta", "2026-11-22T10:00:00Z"),)


@pytest.mark.parametrize(
    ("before", "printed"),
    [
        ("<h1>Storm</h1><p>By <a>Nino Beridze</a></p><p>20.10.2025</p>", "20.10.2025"),
        ("<h1>Storm</h1><ul><li><b>Datum</b> 28.04.2023</li></ul>", "Datum 28.04.2023"),
        ("<h1>Storm</h1><div><span>Published on</span> 3 May 2026, 14:05</div>", "Published on 3 May 2026, 14:05"),
        ("<h1>Storm</h1><div>2024年04月24日23:52</div>", "2024年04月24日23:52"),
        ("<h1>Example</h1><h2>Storm sinks boats</h2><div>13. Mai 2026</div>", "13. Mai 2026"),
        ('<h1>Storm</h1><time class="published updated" datetime="2026-05-13">May</time>', "2026-05-13"),
        (f'<h1>Storm</h1><p>{STORY[0]}</p><span class="pubdate">19.11.2026</span>', "19.11.2026"),
        ("<article><span>یکشنبه / ۱ آذر ۱۴۰۵ / ۰۹:۲۷</span><h1>Storm</h1></article>", "یکشنبه / ۱ آذر ۱۴۰۵ / ۰۹:۲۷"),
        (
            '<h1>Storm</h1><div class="when">Sat, 21 November 2026 5:33 PM <b>[ Last Update: Sun, 22 November '
            "2026 6:14 PM ]</b></div>",
            "Sat, 21 November 2026 5:33 PM",
        ),
        ("<h1>Storm</h1><p>Published: 3 May 2026 14:05 | Updated: 4 May 2026 10:00</p>", "Published: 3 May 2026 14:05"),
        ("<h1>Storm</h1><p>۱ آذر ۱۴۰۵ ۰۹:۲۷ - به‌روزرسانی: ۲ آذر ۱۴۰۵ ۱۰:۰۰</p>", "۱ آذر ۱۴۰۵ ۰۹:۲۷"),
    ],
)
def test_a_date_beside_the_headline(before: str, printed: str) -> None:
    """A date that stands alone beside the headline needs no mark; one that is marked may stand behind a lead."""
    head = '<meta property="og:title" content="Storm sinks boats">' if "sinks" in before else ""
    assert read_page(_page(head, before), URL).dates[:1] == (("visible", printed),)


@pytest.mark.parametrize(
    "before",
    [
        "<h1>Storm</h1><p>On 3 May 2026 he left.</p>",
        "<h1>Storm</h1><h2>Election on 12.05.2024: what to know</h2>",
        "<h1>Storm</h1><span class='date'>Updated 3 May 2026</span>",
        "<h1>Storm</h1><div class='related'><time datetime='2026-05-03'>3 May</time></div>",
        f"<h1>Storm</h1><p>{STORY[0]}</p><p>{STORY[1]}</p><span class='date'>3 May 2026</span>",
        "<p>3 May 2026</p><h1>Storm</h1>",
        "<div>Sunday, 3 May 2026 14:05</div><article><h1>Storm</h1></article>",
        "<article><p>3 May 2026</p><h1>Storm</h1></article>",
        "<article><div class='latest'><span>3 May 2026 14:05</span></div><h1>Storm</h1></article>",
        "<h1>Storm</h1><p>Last update: 3 May 2026 14:05</p>",
    ],
)
def test_no_date_from_words_beside_the_headline(before: str) -> None:
    """Words with a date, the last edit, a list of stories and what stands behind the body give no date."""
    assert read_page(_page(before=before), URL).dates == ()


def test_no_date_from_anything_else() -> None:
    """The site's own clock, related stories, the footer and years in the body are no publication date."""
    paragraphs = (*STORY, "The last storm of this force was in 2011, and before that on 3 March 1987.")
    after = (
        '<aside><span class="date">20 November 2026</span></aside>'
        '<div class="related"><ul><li><time datetime="2026-11-19">19 November</time> Quay opens</li></ul></div>'
    )
    page = read_page(_page(before="<h1>Storm</h1>", paragraphs=paragraphs, after=after), URL)
    assert page.dates == ()
    assert page.modified_raw is None


@pytest.mark.parametrize(
    ("charset", "header", "meta"),
    [
        ("utf-8", None, ""),
        ("utf-8", "utf-8", '<meta charset="iso-8859-1">'),
        ("windows-1256", "windows-1256", ""),
        ("windows-1256", None, '<meta charset="windows-1256">'),
        ("windows-1256", None, '<meta http-equiv="Content-Type" content="text/html; charset=windows-1256">'),
        ("utf-8", "no-such-charset", '<meta charset="utf-8">'),
        ("utf-8", None, '<meta charset="no-such-charset">'),
    ],
)
def test_the_charset(charset: str, header: str | None, meta: str) -> None:
    """The header's charset counts before the page's own, the page's own before UTF-8, and an unknown one not at all."""
    arabic = (
        "أغرقت عاصفة ضربت الساحل ليل الجمعة أربعة عشر قارب صيد في المرفأ القديم كما قال مدير المرفأ للصحفيين.",
        "ولم يكن أحد على متن القوارب حين علت الأمواج فوق الرصيف بعد الساعة الثانية بقليل كما أوضح المدير.",
    )
    markup = _page(meta, "<h1>عاصفة</h1>", arabic, lang="ar").decode().encode(charset)
    page = read_page(markup, URL, header)
    assert page.headline == "عاصفة"
    assert page.paragraphs == arabic


def test_the_byline_beside_the_headline() -> None:
    """The byline nearest to the headline counts, its label apart from the name; an author of a teaser does not."""
    before = (
        '<div class="related"><span class="author">Rima Haffar</span></div><h1>Storm</h1>'
        '<p class="byline"><span>Written by</span><a>Nino Beridze</a></p>'
    )
    page = read_page(_page(before=before), URL)
    assert (page.byline, page.authors) == ("Written by Nino Beridze", ("Nino Beridze",))


def test_zwnj_is_kept() -> None:
    """The joiner that parts of Persian words are written with stands in the text as printed."""
    persian = (
        "کشتی‌ها پس از فروکش کردن توفان دوباره به راه می‌افتند و مسافران را به آن سوی دریا می‌برند.",
        "مدیر بندر روز دوشنبه در گفت‌وگو با خبرنگاران گفت که همه قایق‌های کوچک سالم به ساحل رسیده‌اند.",
    )
    assert read_page(_page(paragraphs=persian, lang="fa"), URL).paragraphs == persian


@pytest.mark.parametrize("control", ["\x01", "\x0b", "\x1f", "\ufffe", "&#1;", "&#x0b;"])
@pytest.mark.parametrize("other", ["", "\u200c"])
def test_control_characters_lose_no_page(control: str, other: str) -> None:
    """A control character, printed or as a reference, beside a joiner or alone, is dropped and nothing else."""
    page = read_page(
        _page(before=f"<h1>Sto{control}rm</h1>", paragraphs=(f"{STORY[0]}{control}{other}", *STORY[1:])), URL
    )
    assert page.headline == "Storm"
    assert page.paragraphs == (STORY[0] + other, *STORY[1:])


@pytest.mark.parametrize(
    "paragraph",
    [
        "星期五夜间一场来自西南方的风暴使旧港内的十四艘渔船沉没港务长表示事发时船上无人北港池上午已对所有船只关闭",
        "金曜日の夜に南西からの嵐が古い港を襲い漁船十四隻が沈んだと港長が述べた当時船には誰も乗っていなかったという",
        "พายุจากทิศตะวันตกเฉียงใต้พัดถล่มท่าเรือเก่าเมื่อคืนวันศุกร์ทำให้เรือประมงสิบสี่ลำจมลงไม่มีผู้ใดอยู่บนเรือ",
    ],
)
def test_an_article_without_spaces(paragraph: str) -> None:
    """A text in a script without spaces between words is an article by its letters."""
    assert read_page(_page(paragraphs=(paragraph,) * 3), URL).paragraphs


def test_the_headline_is_no_paragraph() -> None:
    """A headline that the extractor repeats as the first line is taken off the text."""
    page = read_page(_page(before="<h1>Storm sinks boats</h1>"), URL)
    assert (page.headline, page.headline_source, page.paragraphs) == ("Storm sinks boats", "h1", STORY)


def test_a_text_in_many_blocks_is_whole() -> None:
    """Where strict extraction keeps the first block of a declared article alone, all its blocks are read."""
    paragraphs = [f"{STORY[number % 3]} {STORY[number % 3]} {number}." for number in range(18)]
    texts = ("".join(f"<p>{line}</p>" for line in paragraphs[at : at + 3]) for at in range(0, 18, 3))
    blocks = "".join(
        f'<div class="sidebar-grid"><div><div class="grid__content article__content">{text}</div></div></div>'
        for text in texts
    )
    body = f'<main><article class="article">{blocks}</article></main>'
    markup = f"<html><head>{_json_ld(ARTICLE)}</head><body>{body}</body></html>"
    assert read_page(markup.encode(), URL).paragraphs == tuple(paragraphs)


def test_clutter_is_no_paragraph() -> None:
    """A mark of advertising or a link to another article among the paragraphs is none of them."""
    lines = (STORY[0], "Advertisement", STORY[1], "Read more: Quay opens on Monday", STORY[2])
    assert read_page(_page(_json_ld(ARTICLE), paragraphs=lines), URL).paragraphs == STORY


@pytest.mark.parametrize(
    "markup",
    [
        b"<html><body><form><h1>Log in</h1><p>Please enter your name and password.</p><input></form></body></html>",
        b"<html><body><p>Too short.</p></body></html>",
        b"<html><head><title>Empty</title></head><body></body></html>",
    ],
)
def test_a_page_without_an_article_has_no_paragraphs(markup: bytes) -> None:
    """A login form, a notice or an empty page gives no text."""
    assert read_page(markup, URL).paragraphs == ()


@pytest.mark.parametrize(
    ("markup", "reason"), [(b"", "empty_page"), (b" \n", "empty_page"), (b"<!-- only -->", "not_html")]
)
def test_what_is_no_page(markup: bytes, reason: str) -> None:
    """Bytes that hold no element at all are told with their reason."""
    with pytest.raises(ArticleError) as told:
        read_page(markup, URL)
    assert told.value.reason_code == reason


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "windows-1256", "x"]))
def test_garbage_raises_only_article_errors(noise: bytes, charset: str | None) -> None:
    """Any bytes, alone or inside a page, give a page or an ArticleError."""
    page = _page(_json_ld(ARTICLE))
    for markup in (noise, page[:300] + noise + page[300:], noise + page):
        with suppress(ArticleError):
            read_page(markup, URL, charset)
