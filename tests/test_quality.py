"""The quality page tells all that was found, alone in one file, to every eye."""

import re
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from lxml import html
from newsdays import FIRST_DAY, Fact, empty_run, fact_of, invented_days, invented_source

from etl.model import Expectations, Finding, Source
from etl.tables.checks import HISTORY_DAYS, check_source
from etl.tables.facts import FILLED
from etl.tables.pagestyle import STYLE
from etl.tables.quality import report_html
from etl.tables.schema import REASONS, TABLES

HOSTILE = '"><script>alert("x")</script><img src=http://evil.example/x onerror=alert(1)>&amp;'
Invented = tuple[date, pd.DataFrame, pd.DataFrame, list[Finding], dict[str, Source]]


def _invented(number: int) -> Invented:
    """A day of sources: the first lost its dates, the second is silent, the third quarantines, the fourth bites."""
    sources: dict[str, Source] = {}
    facts: list[Fact] = []
    history: list[Fact] = []
    findings: list[Finding] = []
    for place in range(number):
        days = list(invented_days(place, HISTORY_DAYS + 1, least=20))
        past, (fact, filled) = [one for one, _ in days[:-1]], days[-1]
        source = invented_source(fact["source_id"], HOSTILE if place == 3 else f"خبر {place}")
        if place == 0:
            filled = {**filled, "published_at": [False] * fact["articles"]}
            fact = fact_of(source.source_id, fact["day"], filled, fact["articles_by_hour"], undated_share=1.0)
            source = invented_source(source.source_id, source.title, expect=Expectations(undated_share_max=0.2))
        elif place == 1:
            filled = {name: [] for name in FILLED}
            fact = fact_of(source.source_id, fact["day"], filled, [0] * 24, words_median=float("nan"))
        elif place == 2:
            rejects = {"quarantine_reasons": ["page_gone", "no_article"], "quarantine_counts": [30, 12]}
            fact = {**fact, "quarantined": 42, "quarantined_share": 42 / (42 + fact["articles"]), **rejects}
        sources[source.source_id] = source
        findings += check_source(source, fact, past, {name: empty_run(filled[name]) for name in FILLED})
        facts.append(fact)
        history += past
    return facts[0]["day"], pd.DataFrame(facts), pd.DataFrame(history), findings, sources


def _tree(page: str) -> Any:
    return html.document_fromstring(page)


def _page(invented: Invented) -> str:
    day, facts, history, findings, sources = invented
    return report_html(day.isoformat(), facts, history, findings, sources)


@pytest.fixture(scope="module")
def invented() -> Invented:
    """A day of eight sources, three of them not as they were."""
    return _invented(8)


def test_every_finding_and_source_is_told(invented: Invented) -> None:
    """Each finding has its line with severity, source, rule and words; each source its row, the broken ones first."""
    day, _, _, findings, sources = invented
    error = Finding(day.isoformat(), None, "sums_balance", "error", 9, 10, "10 items were seen and 9 ended somewhere")
    page = _tree(_page((day, *invented[1:3], [*findings, error], sources)))
    told = [[cell.text_content() for cell in row.findall("td")] for row in page.xpath("(//table)[1]/tbody/tr")]
    assert told[0] == ["error", "The day", "sums_balance", "10 items were seen and 9 ended somewhere"]
    assert [line[1:3] for line in told[1:]] == [
        [sources["source_0000"].title, "field_silent_published_at"],
        [sources["source_0000"].title, "undated_share_max"],
        [sources["source_0001"].title, "source_silent"],
        [sources["source_0002"].title, "quarantined_share_max"],
    ]
    assert sorted(": ".join(line[1:]) for line in told[1:]) == sorted(finding.message for finding in findings)
    assert {line[0] for line in told[1:]} == {"warning"}
    ids = page.xpath("//table[@id='sources']/tbody/tr/th/span/@id")
    assert set(ids[:3]) == {"source_0000", "source_0001", "source_0002"}
    assert sorted(ids) == sorted(sources)


def test_broken_columns_are_marked(invented: Invented) -> None:
    """The cells that findings are about are marked, under the heads of their columns, and no others."""
    page = _tree(_page(invented))
    heads = [head.text_content() for head in page.xpath("//tr[@id='columns']/th")]
    marked = {
        (row.xpath("string(th/span/@id)"), heads[place], cell.text_content())
        for row in page.xpath("//table[@id='sources']/tbody/tr")
        for place, cell in enumerate(row)
        if "mark" in cell.get("class", "").split()
    }
    assert marked == {
        ("source_0000", "No date", "100"),
        ("source_0000", "published_at", "0"),
        ("source_0001", "Articles", "0"),
        ("source_0002", "Quarantined", "76"),
    }


def test_quarantine_is_told_by_reason(invented: Invented) -> None:
    """Each reason has its meaning, its rows and the source that has most of them."""
    page = _tree(_page(invented))
    lines = [row.text_content() for row in page.xpath("//section[h2='Quarantine by reason']//tbody/tr")]
    assert lines == [
        f"page_gone{REASONS['page_gone']}30source_0002 30",
        f"no_article{REASONS['no_article']}12source_0002 12",
    ]


def test_hostile_words_are_words(invented: Invented) -> None:
    """A title, message, language or id full of markup is shown as it is and makes no element."""
    day, facts, history, findings, sources = invented
    words, counts = pd.Series([[HOSTILE]] * len(facts)), pd.Series([[1]] * len(facts))
    facts = facts.assign(languages=words, language_counts=counts)
    finding = Finding(day.isoformat(), "source_0003", HOSTILE, "warning", 1, 0, f"{HOSTILE}: {HOSTILE}: {HOSTILE}")
    page = _tree(_page((day, facts, history, [*findings, finding], sources)))
    assert page.xpath("count(//script)") == 1
    assert page.xpath("count(//img)") == 0
    assert page.xpath("string(//*[@id='source_0003']/a)") == HOSTILE
    line = page.xpath("(//table)[1]/tbody/tr[last()]/td")
    assert [cell.text_content() for cell in line] == ["warning", HOSTILE, HOSTILE, HOSTILE]
    assert page.xpath("//table[@id='sources']/tbody/tr[1]/td[last()]")[0].text_content() == f"{HOSTILE} 1"


def test_page_stands_alone(invented: Invented) -> None:
    """Nothing is loaded: the only addresses are links to sites of sources, and the page itself forbids the rest."""
    text = _page(invented)
    page = _tree(text)
    assert page.xpath("//@src | //link | //iframe | //object") == []
    links = {link for link in page.xpath("//@href") if not link.startswith("#")}
    assert links == {source.site for source in invented[4].values()}
    assert {link[1:] for link in page.xpath("//@href") if link.startswith("#")} <= set(page.xpath("//@id"))
    assert not re.search(r"@import|url\(", text)
    assert "default-src 'none'" in page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")


def test_charts_say_in_words_what_they_show(invented: Invented) -> None:
    """Each chart has a title with its numbers, 28 days before and the day; a day without facts is a gap in it."""
    day, facts, history, findings, sources = invented
    page = _tree(_page((day, facts, history[history["day"] != FIRST_DAY], findings, sources)))
    charts = page.xpath("//svg")
    assert len(charts) == 1 + len(sources)
    assert all(chart.get("role") == "img" for chart in charts)
    silent = page.xpath("//tr[th/span/@id='source_0001']//svg/title")[0].text_content()
    counts = silent.removeprefix("Articles a day: ").split(", ")
    wanted = history[history["source_id"] == "source_0001"].sort_values("day")["articles"].astype(str).tolist()
    assert counts == ["-", *wanted[1:], "0"]
    bars = page.xpath("//tr[th/span/@id='source_0001']//svg/path/@d")
    assert [bar.count("M") for bar in bars] == [HISTORY_DAYS - 1, 1]


def test_tables_have_heads(invented: Invented) -> None:
    """Every table says what stands in its columns, and each source's row what it is about."""
    page = _tree(_page(invented))
    for table in page.xpath("//table"):
        heads = table.xpath("thead/tr[last()]/th[@scope='col']")
        assert {len(row) for row in table.xpath("tbody/tr")} == {len(heads)}
    assert page.xpath("count(//table[@id='sources']/tbody/tr/th[@scope='row'])") == len(invented[4])


def _colours(block: str) -> dict[str, tuple[float, ...]]:
    pairs = re.findall(r"--([a-z-]+): #([0-9a-f]{6})", block)
    return {name: tuple(int(code[place : place + 2], 16) / 255 for place in (0, 2, 4)) for name, code in pairs}


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The contrast ratio of WCAG 2.2."""
    light = [
        sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True)
        )
        for colour in (one, other)
    ]
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_its_ground(scheme: str) -> None:
    """Every text has a contrast of 4.5 to each ground it stands on, and every bar one of 3 to its own."""
    blocks = STYLE.split("@media(prefers-color-scheme:dark)")
    colours = _colours(blocks[0] if scheme == "light" else blocks[1])
    pairs = [(ink, ground) for ink in ("ink", "muted") for ground in ("page", "card", "tint", "warm")]
    pairs += [("link", "card"), ("bad-ink", "bad"), ("odd-ink", "odd"), ("good-ink", "good")]
    poor = {pair: ratio for pair in pairs if (ratio := _contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert poor == {}
    assert min(_contrast(colours[bar], colours["card"]) for bar in ("now", "bar")) >= 3


def test_first_day_has_a_page() -> None:
    """Without any history, finding or source in the configuration there is a page, with all that the day has."""
    day, facts, history, _, _ = _invented(2)
    page = _tree(_page((day, facts, history.iloc[:0], [], {})))
    assert "Nothing is out of order." in page.text_content()
    assert page.xpath("//table[@id='sources']/tbody/tr/th/span/@id") == ["source_0000", "source_0001"]
    assert "Nothing is out of order." in _page((day, facts.iloc[:0], history.iloc[:0], [], {}))


def test_day_in_progress_says_so(invented: Invented) -> None:
    """A page made at two in the afternoon says up to which hour it looks."""
    day, facts, history, findings, sources = invented
    assert "the day up to 14:00 UTC" in _page((day, facts.assign(hours=14), history, findings, sources))
    assert "the whole day" in _page(invented)


def test_rows_of_the_table_give_the_same_page(invented: Invented) -> None:
    """Facts and history as they are read back from `source_days` give the page of the facts as they were made."""
    day, facts, history, findings, sources = invented
    schema = TABLES["source_days"].schema()
    again = [
        pa.Table.from_pandas(frame, schema=schema, preserve_index=False).to_pandas(types_mapper=pd.ArrowDtype)
        for frame in (facts, history)
    ]
    assert _page((day, again[0], again[1], findings, sources)) == _page(invented)


def test_thousand_sources_are_a_small_page() -> None:
    """A page of 1,000 sources with four weeks before is below 3 MB."""
    day, facts, history, findings, sources = _invented(40)
    many = [f"source_{number:04}" for number in range(1000)]
    wide = pd.concat([facts] * 25, ignore_index=True).assign(source_id=many)
    past = pd.concat([history[history["source_id"] == "source_0005"].assign(source_id=name) for name in many])
    owners = {name: invented_source(name, "صحيفة" * 10) for name in many}
    assert len(_page((day, wide, past, findings, {**sources, **owners})).encode()) < 3_000_000
