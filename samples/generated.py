"""Articles at scale: generated prose, one article from its number alone, so that nothing is held in memory.

The same number gives the same article in every process and on every machine. The words are assembled from
stock sentences; persons, bodies and figures are drawn anew for each article.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from random import Random

from samples.story import Story

BULK_PAGE_ENTRIES = 1_000
_WORDS = 390
_FIRST = datetime(2026, 11, 18, 0, 0, tzinfo=timezone(timedelta(hours=4)))
# 100,000 articles spread over four days.
_STEP = timedelta(seconds=3.456)

_CITIES = tuple(
    "BAKU,TBILISI,YEREVAN,TEHRAN,TABRIZ,RASHT,ANKARA,ISTANBUL,BEIRUT,DAMASCUS,ALEPPO,AMMAN,BAGHDAD,BASRA,ERBIL,"
    "DOHA,MUSCAT,CAIRO,NICOSIA,ATHENS,SOFIA,VIENNA,GENEVA,ASTANA,TASHKENT,ASHGABAT,KABUL,ISLAMABAD".split(",")
)
_TITLES = tuple(
    "Minister,Deputy Minister,Gen.,Lt. Gen.,Col.,Sheikh,Dr.,Prof.,Governor,Mayor,Ambassador,Engineer,Haj".split(",")
)
_GIVEN = tuple(
    "Qasem,Ghasem,Yousef,Youssef,Munir,Mounir,Hamid,Leyla,Leila,Farid,Fereydoun,Nadia,Samir,Rashad,Aygun,Kamran,"
    "Shirin,Parvin,Elnur,Tarek,Tariq,Huda,Hoda,Mahmoud,Mahmud,Abbas,Zeinab,Zaynab,Davit,Nino,Murad,Selim".split(",")
)
_FAMILY = tuple(
    "Rostami,al-Sarraf,Sarraf,Qasem,Kassem,Ganjavi,Mirzayev,Halabi,al-Halabi,Daneshvar,Shirvani,Aliyari,Nazari,"
    "Khoury,al-Khouri,Barakat,Haddadin,Gurgenov,Beridze,Talishi,Lahiji,Anzali,Karimzadeh,Sultanli,Yazji".split(",")
)
_BODIES = tuple(
    "port authority,water board,grain council,railway company,customs service,fisheries institute,energy ministry,"
    "chamber of commerce,teachers' union,weather service,road agency,textile cooperative,heritage office".split(",")
)
_MATTERS = tuple(
    "the second quay,the winter wheat tender,the coastal railway,the ferry timetable,the irrigation canal,"
    "the power link,the sturgeon quota,the border market,the hospital wing,the school repairs,the salt works,"
    "the mountain tunnel,the archive building,the fibre cable,the orchard insurance scheme".split(",")
)
_SENTENCES = (
    "{person} said on {day} that {matter} would be ready {months} months earlier than the {body} had planned.",
    "According to figures shown to reporters, {number} households depend on {matter}, most of them in villages.",
    '"We counted every lorry and every hour, and the answer was {number}," {surname} told a meeting of the {body}.',
    "The {body} rejected a first draft because its costs, put at {number} million manats, left no room for delays.",
    "Residents of {city} have waited {months} months for news of {matter}, and some have stopped waiting.",
    "{person}, who heads the {body}, described the talks as slow but friendly.",
    "A second reading is expected before the end of the month, when delegates from {city} return.",
    "Officials in {city} said the cost had risen by {percent} percent since {matter} was first put to a vote.",
    "{surname} declined to name the contractor, adding that {number} pages of documents were still being read.",
    '"Nobody here asks for miracles," said {person}, "but {matter} cannot wait for another spring."',
    "An audit of {matter} found {number} invoices without a date and {months} without a signature.",
    "The {body} will publish its minutes, a step that traders in {city} had asked for since the summer.",
    "Shopkeepers near the station reported {percent} percent fewer customers while work on {matter} went on.",
    "Under the agreement, {city} pays a third of the cost and the {body} carries the rest.",
    "{person} and {other} met for {months} hours and parted without a joint statement.",
    "Engineers lowered the estimate to {number} tonnes after a survey of the old foundations.",
    "Students from {city} offered to translate the {body}'s handbook, which exists in one language only.",
    "A storm closed the road for {months} days, and deliveries to {city} fell to {percent} percent of the usual.",
    "{other} said that {matter} had been discussed in {year} and {year_later} without result.",
    "The price of a permit stays at {number} manats, {surname} said, whatever the {body} decides next.",
    "Insurers want a new survey, and the {body} has asked three firms for an offer by {day}.",
    "{surname} thanked the night shift in {city}, which had kept {matter} open through the frost.",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _pick(rng: Random, choices: tuple[str, ...]) -> str:
    """One of the choices; `Random.random` is the one method whose sequence Python promises to keep."""
    return choices[int(rng.random() * len(choices))]


def _between(rng: Random, low: int, high: int) -> int:
    return low + int(rng.random() * (high - low + 1))


def _facts(rng: Random) -> dict[str, str]:
    """The persons, bodies and figures of one article."""
    surname = _pick(rng, _FAMILY)
    year = _between(rng, 1998, 2017)
    return {
        "surname": surname,
        "person": f"{_pick(rng, _TITLES)} {_pick(rng, _GIVEN)} {surname}",
        "other": f"{_pick(rng, _GIVEN)} {_pick(rng, _FAMILY)}",
        "body": _pick(rng, _BODIES),
        "matter": _pick(rng, _MATTERS),
        "year": str(year),
        "year_later": str(year + _between(rng, 1, 7)),
    }


def _sentence(rng: Random, facts: dict[str, str], index: int) -> str:
    sentence = _SENTENCES[index].format(
        **facts,
        city=_pick(rng, _CITIES).title(),
        day=_pick(rng, _DAYS),
        months=_between(rng, 2, 29),
        number=f"{_between(rng, 31, 98_999):,}",
        percent=_between(rng, 3, 94),
    )
    return sentence[0].upper() + sentence[1:]


def _prose(rng: Random, facts: dict[str, str]) -> list[str]:
    """Paragraphs of two to four sentences, `_WORDS` words or a little more in all."""
    paragraphs: list[str] = []
    words = 0
    order: list[int] = []
    while words < _WORDS:
        sentences = []
        for _ in range(_between(rng, 2, 4)):
            if not order:
                order = sorted(range(len(_SENTENCES)), key=lambda _: rng.random())
            sentences.append(_sentence(rng, facts, order.pop()))
        paragraphs.append(" ".join(sentences))
        words += len(paragraphs[-1].split())
    return paragraphs


def generated_article(n: int, agency: str = "Bulk Wire") -> Story:
    """The article of number `n` (from 0): about 400 words under a dateline of the agency, dated, with persons."""
    rng = Random(n)
    facts = _facts(rng)
    published = _FIRST + (n % 100_000) * _STEP
    city = _pick(rng, _CITIES)
    paragraphs = _prose(rng, facts)
    summary = paragraphs[0].split(". ")[0].rstrip(".") + "."
    paragraphs[0] = f"{city}, {published:%b}. {published.day} ({agency}) -- {paragraphs[0]}"
    return Story(
        source_id="bulk",
        slug=f"{n:06d}",
        headline=f"{facts['body'].capitalize()} and {facts['surname']} weigh {facts['matter']} in {city.title()}",
        summary=summary,
        section="Economy",
        paragraphs=tuple(paragraphs),
        published=published.replace(microsecond=0),
        byline=facts["other"],
    )


def bulk_feed_stories(page: int, articles: int) -> Iterator[Story]:
    """The articles of feed page `page` (from 1) out of `articles` in all; none beyond the last page."""
    first = (page - 1) * BULK_PAGE_ENTRIES
    for n in range(max(0, first), min(first + BULK_PAGE_ENTRIES, articles)):
        yield generated_article(n)
