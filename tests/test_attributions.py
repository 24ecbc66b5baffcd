"""An attribution lead is cut where it surely is a clause of its own, and read where it is not."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from etl.model import Place
from etl.reading.attributions import read_attribution
from etl.reading.places import find_place

AGENCIES = tomllib.loads((Path(__file__).parent.parent / "config" / "agencies.toml").read_text("utf-8")).values()
SIGNS = {sign: str(agency["name"]) for agency in AGENCIES for sign in agency["signs"]}
PERSIAN, ARABIC = "وزیر راه از گشایش اسکله تازه خبر داد.", "افتتح وزير النقل رصيفاً جديداً في المرفأ."


@cache
def _find(name: str) -> Place | None:
    return find_place(name, {})


@pytest.mark.parametrize(
    ("lead", "agency", "place", "outlet"),
    [
        ("به گزارش ایسنا، ", "ISNA", None, "ISNA"),
        ("به گزارش ایسنا: ", "ISNA", None, "ISNA"),
        ("به گزارش خبرنگار ایلنا، ", "ILNA", None, "ILNA"),
        ("به گزارش خبرگزاری مهر، ", "Mehr News Agency", None, "Mehr News Agency"),
        ("به گزارش خبرنگار مهر، ", "Mehr News Agency", None, "Mehr News Agency"),
        ("به گزارش خبرنگار مهر از تبریز، ", "Mehr News Agency", "تبریز", "Mehr News Agency"),
        ("به گزارش خبرنگار مهر از خوزستان، ", "Mehr News Agency", "خوزستان", "Mehr News Agency"),
        ("به گزارش ایسنا از کردستان، ", "ISNA", "کردستان", "ISNA"),
        ("به گزارش خبرگزاری فارس از بندرعباس، ", "Fars News Agency", "بندرعباس", "Fars News Agency"),
        ("به گزارش گروه بین‌الملل خبرگزاری تسنیم، ", "Tasnim", None, "Tasnim"),
        ("به گزارش خبرنگار اقتصادی خبرگزاری تسنیم، ", "Tasnim", None, "Tasnim"),
        ("به گزارش خبرنگار سرویس میراث فرهنگی خبرگزاری دانشجویان ایران (ایسنا)، ", "ISNA", None, "ISNA"),
        ("به گزارش ایسنا به نقل از رویترز، ", "ISNA", None, "Reuters"),
        ("به گزارش ایسنا و به نقل از رویترز، ", "ISNA", None, "Reuters"),
        ("به گزارش ایسنا، به نقل از رویترز، ", "ISNA", None, "Reuters"),
        ("به گزارش خبرگزاری مهر به نقل از المیادین، ", "Mehr News Agency", None, "Al Mayadeen"),
        ("به گزارش ایلنا به نقل از پایگاه اطلاع رسانی بندر، ", "ILNA", None, "پایگاه اطلاع رسانی بندر"),
        ("به گزارش خبرگزاری دریا، ", "خبرگزاری دریا", None, "خبرگزاری دریا"),
        ("به گزارش خبرنگار ما، ", None, None, None),
        ("به گزارش خبرگزاري تسنيم، ", "Tasnim", None, "Tasnim"),
        ("به نقل از خبرگزاری رویترز، ", "Reuters", None, "Reuters"),
    ],
)
def test_persian_leads(lead: str, agency: str | None, place: str | None, outlet: str | None) -> None:
    """A Persian lead is cut exactly, and says who reports, from where, and on whom it rests."""
    found = read_attribution(lead + PERSIAN, SIGNS, _find)
    assert found is not None
    assert (found.text, found.agency, found.outlet) == (lead, agency, outlet)
    assert (found.place.name if found.place else None) == place


def test_province_of_two_countries_has_none() -> None:
    """A lead from a province has the province's country, unless two countries have one of that name."""
    places = [read_attribution(f"به گزارش ایسنا از {name}، {PERSIAN}", SIGNS, _find) for name in ("گلستان", "کردستان")]
    assert [lead and lead.place and lead.place.country for lead in places] == ["IR", None]


@pytest.mark.parametrize(
    ("lead", "outlet"),
    [
        ("وفقاً لوكالة رويترز، ", "Reuters"),
        ("وفقا لوكالة الأنباء السورية سانا، ", "SANA"),
        ("بحسب وكالة الأنباء العراقية (واع)، ", "INA"),
        ("نقلاً عن قناة الميادين، ", "Al Mayadeen"),
        ("وفق ما نقلته وكالة سانا، ", "SANA"),
        ("بحسب صحيفة المرفأ، ", "صحيفة المرفأ"),
    ],
)
def test_arabic_leads(lead: str, outlet: str) -> None:
    """An Arabic lead that ends in a comma is cut exactly; an outlet that is not known keeps its printed name."""
    found = read_attribution(lead + ARABIC, SIGNS, _find)
    assert found is not None
    assert (found.text, found.outlet) == (lead, outlet)


@pytest.mark.parametrize(
    ("sentence", "outlet"),
    [
        ("وأفادت وكالة سانا للأنباء أن الوزير زار المرفأ.", "SANA"),
        ("ونقلت وكالة الأنباء اليمنية سبأ عن مصدر في المرفأ قوله ذلك.", "Saba"),
        ("وذكرت صحيفة المرفأ أن الوزير زار الرصيف.", "صحيفة المرفأ"),
        ("به گزارش خبرگزاری رویترز پهپادها به اسکله رسیدند.", "Reuters"),
        ("In an interview with Al-Manar Sea Network today, he spoke of the boats.", "Al-Manar Sea Network"),
        ("Levant Press quoted Harbour News Agency as saying that boats were lost.", "Harbour News Agency"),
        ("The harbour master told Reuters on Monday that the mole was closed.", "Reuters"),
    ],
)
def test_sentences_are_read_and_stay(sentence: str, outlet: str) -> None:
    """Where the attribution is a part of the sentence nothing is cut, and the outlet is read all the same."""
    found = read_attribution(sentence, SIGNS, _find)
    assert found is not None
    assert (found.text, found.outlet) == ("", outlet)


@pytest.mark.parametrize(
    "paragraph",
    [
        "به گزارش پلیس، سه نفر در اسکله زخمی شدند.",
        "به گزارش خبرگزاری رسمی چین، وزیر به بندر رفت.",
        "به گزارش خبرگزاری چین، شینهوا، وزیر به بندر رفت.",
        "به گزارش خبرنگار مهر از نشست شورای بندر، وزیر گفت.",
        "به گزارش ایسنا به نقل از وزیر راه، اسکله باز شد.",
        "به گزارش ایسنا، ",
        "بحسب مصدر في المرفأ، زار الوزير الرصيف.",
        "بحسب صحيفة المرفأ، فإن الوزير زار الرصيف.",
        "سمعنا أن وكالة سانا نقلت الخبر.",
        "He was told Monday that the mole was closed.",
        "",
    ],
)
def test_what_is_no_lead_is_left_whole(paragraph: str) -> None:
    """Words that report without an outlet, or that the sentence needs, are left where they are."""
    found = read_attribution(paragraph, SIGNS, _find)
    assert found is None or (found.text == "" and found.outlet is not None)


def test_a_sign_of_two_letters_is_no_name_in_a_sentence() -> None:
    """The sign "AA" is a dateline's; in a sentence it may be anything."""
    assert read_attribution("The man told AA that the mole was closed.", SIGNS, _find) is None


@pytest.mark.parametrize(
    ("paragraph", "lead", "outlet"),
    [
        ("خبر رساں ادارے روئٹرز کے مطابق، وزیر نے کہا۔", "خبر رساں ادارے روئٹرز کے مطابق، ", "Reuters"),
        ("روئٹرز کی رپورٹ کے مطابق، وزیر نے کہا۔", "روئٹرز کی رپورٹ کے مطابق، ", "Reuters"),
        ("غیر ملکی خبر رساں ادارے اے پی کے مطابق، وزیر نے کہا۔", "غیر ملکی خبر رساں ادارے اے پی کے مطابق، ", "AP"),
        ("اخبار ساحل کی رپورٹ کے مطابق، وزیر نے کہا۔", "اخبار ساحل کی رپورٹ کے مطابق، ", "اخبار ساحل"),
        ("خبر رساں ایجنسی اے ایف پی کے مطابق وزیر نے کہا۔", "", "AFP"),
        ("پولیس کے مطابق، ملزم فرار ہو گیا۔", None, None),
        ("قانون کے مطابق، وزیر نے کہا۔", None, None),
    ],
)
def test_urdu_leads(paragraph: str, lead: str | None, outlet: str | None) -> None:
    """An Urdu lead is cut before a comma, read and left without one, and none where no outlet is named."""
    found = read_attribution(paragraph, SIGNS, _find)
    assert (found.text if found else None, found.outlet if found else None) == (lead, outlet)
