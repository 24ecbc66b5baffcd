"""The laws of reading, as properties: nothing lost, nothing twice, no date without a source, ids free of order."""

import unicodedata
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from etl.config import open_house
from etl.model import Article, FeedAddress, FeedEntry, Reject, Source
from etl.people.identities import Setting
from etl.people.mentions import find_mentions
from etl.people.resolution import resolve_mentions
from etl.reading.articles import Reading, paragraph_offsets, read_article, split_head
from etl.reading.datelines import read_dateline
from etl.reading.furniture import restore
from etl.reading.sections import read_section_slug
from etl.verbs.transformation import reading_of

ROOT = Path(__file__).parent.parent
SEEN_AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
URL = "https://example.org/content/1"
SOURCE = Source(
    "iranpress_en",
    "Iran Press",
    "https://example.org/",
    (FeedAddress(f"{URL}/feed"),),
    "en",
    "IR",
    "Asia/Tehran",
    agency="IP",
)
READING: Reading = reading_of(open_house(ROOT / "data", ROOT / "config"), SOURCE)
SETTING = Setting(READING.people)

# Cities and villages are loaded and the shapes compiled once, outside of any property's time limit.
split_head(["Nosuchtown (IP)- He said."], READING)

HEADS = [
    "",
    "Tehran (IP)-",
    "Tehran (IP) - ",
    "TEHRAN – ",
    "(Reuters) - ",
    "LONDON, April 1 - ",
    "Washington (CNN)",
    "IRNA – ",
    "New Delhi, Mar 7 (PTI) ",
    "Potsdam – ",
    "KUWAIT: ",
    "دمشق-سانا ",
    "دمشق-سانا\n",
    "بيروت - أ ف ب - ",
    "تهران - ایرنا: ",
    "MFA Spox.:\n",
    "به گزارش ایسنا به نقل از رویترز، ",
    "به گزارش خبرنگار مهر از تبریز، ",
    "وفقاً لوكالة رويترز، ",
    "وأفادت وكالة سانا للأنباء أن ",
    "Iran Press/Middle East: ",
    "Iran PressIran news: ",
    "Iran Press/",
    "Tehran",
    "-",
    " – ",
    "(IP)",
    "\n",
    "شفق نيوز- بغداد\n",
    "الدوحة في 22 نوفمبر /قنا/ ",
    "القاهرة/ ليلى حالجي/ الأناضول\n",
    "ایسنا/یزد ",
    "السومرية نيوز – محليات\n",
    "به گزارش ایسنا، ",
]
STORIES = [
    "The council met on Monday to hear what the harbour master had to say.",
    "Lt. General Qassem Rostami met Sheikh Munir Qasem; Haj Rostami stayed in Tartus until 2017.",
    "of the talks nothing was said in 2011",
    "أهدت أسرة الفريق الراحل قاسم رستمي رسائله إلى الأرشيف، وقال الشيخ منير قاسم إنه سعيد.",
    "سردار قاسم رستمی و شیخ منیر قاسم در سال ۱۳۹۰ به ساحل رفتند.",
]
heads = st.lists(st.sampled_from(HEADS), max_size=4).map("".join)
texts = st.builds(lambda head, story: head + story, heads, st.sampled_from(STORIES)) | st.text(max_size=80)
TAILS = [
    "",
    "\n206",
    " MP/6274772",
    "\nEnd Item/129",
    "\nانتهای پیام/ 4040",
    "\n/انتهى/",
    "\nالمصدر: وكالات",
    "/SM 9211**",
    "\n",
    "\n۲۴۵۲۴۵",
    "\nر.ح/ع.ش (د ب أ، رويترز)",
    "\nانتهای پیام/\nدفتر تهران",
    "\nأ ف ب",
]
tails = st.lists(st.sampled_from(TAILS), max_size=3).map("".join)
joined = st.lists(texts, min_size=1, max_size=4).map("\n".join)
bodies = st.builds(lambda text, tail: (text + tail).split("\n"), joined, tails)
years = st.integers(1300, 2100)


def _nowhere(name: str) -> bool:
    """Whether a name is a place: none is."""
    return name == "Nowhere"


@given(texts)
def test_law_2_datelines_and_slugs_are_prefixes(text: str) -> None:
    """What is recognised as dateline or slug and what is left are together exactly what was there."""
    dateline = read_dateline(text, READING.signs, READING.find_place)
    slug = read_section_slug(text, READING.slug_names)
    for found in (dateline, slug):
        assert found is None or (text.startswith(found.text) and 0 < len(found.text) < len(text))
    if dateline is not None:
        assert read_dateline(text[len(dateline.text) :], READING.signs, READING.find_place) is None


@given(bodies)
def test_law_2_and_3_a_body_loses_nothing_and_is_split_once(paragraphs: list[str]) -> None:
    """What was cut and the paragraphs are all there was, each cut at its place; splitting again changes nothing."""
    assume(all(paragraph.strip() for paragraph in paragraphs))
    body = split_head(paragraphs, READING)
    printed = "\n".join(unicodedata.normalize("NFC", paragraph) for paragraph in paragraphs)
    assert restore(body) == printed
    for cut in body.cuts:
        assert printed[cut.start : cut.end] == cut.text != ""
    pieces = (body.dateline, body.slug, *body.attributions)
    assert all(piece.text in printed for piece in pieces if piece is not None)
    again = split_head(body.paragraphs, READING)
    assert (again.cuts, again.paragraphs) == ((), body.paragraphs)


@given(st.lists(st.sampled_from(STORIES) | st.text(max_size=60), min_size=1, max_size=5))
def test_law_2_offsets_point_at_what_they_claim(paragraphs: list[str]) -> None:
    """A mention's offsets give its surface and a paragraph's offset the paragraph, in code points, in every script."""
    body = "\n".join(paragraphs)
    for start, paragraph in zip(paragraph_offsets(paragraphs), paragraphs, strict=True):
        assert body[start : start + len(paragraph)] == paragraph
    mentions = find_mentions(body, READING.finder, _nowhere)
    assert [mention.start for mention in mentions] == sorted({mention.start for mention in mentions})
    for mention in mentions:
        assert body[mention.start : mention.end] == mention.surface != ""
        assert mention.honorific is None or body[: mention.start].rstrip().endswith(mention.honorific)


@settings(deadline=None, max_examples=60)
@given(
    years,
    years,
    st.integers(1, 28),
    st.sampled_from(["in {}", "{}-11-{:02}", "on {1} November {0}", "{}/08/{:02} 14:20"]),
)
def test_law_6_no_date_from_the_words_of_the_body(year: int, other: int, day: int, form: str) -> None:
    """Whatever years and dates stand in the body, an article whose page and feed state none has none."""
    paragraphs = [f"{story} It was so {form.format(year, day)} and in {other}." for story in STORIES[:2]]
    markup = (
        "<html><body><h1>News</h1><article>" + "".join(f"<p>{escape(p)}</p>" for p in paragraphs) + "</article></body>"
    )
    article = read_article(markup.encode(), None, URL, SEEN_AT, FeedEntry(updated_raw="2026-11-22T10:00:00Z"), READING)
    assert isinstance(article, Article)
    assert (article.fields["published_at"], article.fields["published_local_date"]) == (None, None)
    assert article.fields["published_source"] == "none"


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["2026-11-21T10:00:00Z", "1405/08/30 14:20", "soon", ""]), st.sampled_from(["2026-11-20", "x", ""])
)
def test_law_6_a_date_has_a_source(in_feed: str, in_page: str) -> None:
    """A publication day comes with its source and its print, and without a source there is neither."""
    markup = (
        f'<html><head><meta property="article:published_time" content="{in_page}"></head><body><h1>News</h1><article>'
    )
    markup += "".join(f"<p>{story}</p>" for story in STORIES[:2]) + "</article></body></html>"
    article = read_article(markup.encode(), None, URL, SEEN_AT, FeedEntry(published_raw=in_feed or None), READING)
    assert isinstance(article, Article)
    stated = article.fields["published_source"] != "none"
    assert (
        stated == (article.fields["published_local_date"] is not None) == (article.fields["published_raw"] is not None)
    )
    assert article.fields["published_raw"] in {in_feed, in_page, None}


@given(st.permutations(STORIES), st.text(max_size=40))
def test_law_7_ids_do_not_depend_on_order(stories: list[str], other: str) -> None:
    """A full name has one id wherever it stands, whatever came before it and whatever else was read."""
    find_mentions(other, READING.finder, _nowhere)
    ids = {
        (mention.surface, mention.person_id)
        for mention in resolve_mentions(find_mentions("\n".join(stories), READING.finder, _nowhere), SETTING)
        if mention.status == "key"
    }
    alone = {
        (mention.surface, mention.person_id)
        for story in STORIES
        for mention in resolve_mentions(find_mentions(story, READING.finder, _nowhere), SETTING)
        if mention.status == "key"
    }
    assert ids == alone
    assert len({person_id for _, person_id in ids}) == 2


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "windows-1256", "x"]), st.text(max_size=30))
def test_no_bytes_make_reading_raise(noise: bytes, charset: str | None, printed: str) -> None:
    """Any bytes in any declared charset, with any words in the feed, give an article or a reject with its reason."""
    page = "<html><body><h1>News</h1><article>" + "".join(f"<p>{story}</p>" for story in STORIES) + "</article></body>"
    for markup in (noise, page.encode()[:100] + noise + page.encode()[100:]):
        found = read_article(markup, charset, URL, SEEN_AT, FeedEntry(published_raw=printed, headline=printed), READING)
        assert isinstance(found, Article | Reject)
        assert isinstance(found, Article) or found.reason_code != "reader_failed", found
