"""Lines that a page prints among an article's paragraphs and that are none of them.

Advertising marks, buttons, links to other articles, picture credits, calls to follow, counts. Only whole short lines
that begin or consist of such words go; what is told in sentences stays. Measured: docs/accuracy.md.
"""

import re
from collections.abc import Sequence

LONGEST_CLUTTER = 160  # code points; a longer line tells something
ALONE = re.compile(
    r"(?:story continues below(?: advertisement)?|article content|advertisement|anzeige|werbung|publicidad|publicité|"
    r"passer la publicité|pubblicità|reclame|annons|annonse|reklama|reklam|publicidade|إعلان|تبلیغات|广告|"
    r"copy link|link kopieren|कॉपी लिंक|bild anzeigen|share|teilen|partager|compartir|condividi|分享让更多人看到|"
    r"评论|关注|ein klick für den datenschutz|(?:empfohlener )?(?:redaktioneller|externer) inhalt|"
    r"link zum youtube-inhalt|schon gelesen\?|read more|weiterlesen|mehr lesen|lire la suite|leer más|czytaj więcej|"
    r"læs mere|les mer|läs mer|lees meer|اقرأ المزيد|اقرأ أيضا|بیشتر بخوانید)[:.…]*",
    re.IGNORECASE,
)
LINKS = re.compile(
    r"(?:(?:read|see|watch|listen)(?: also| more| next)|also read|lesen sie (?:auch|hier|dazu|mehr)|lest auch|"
    r"mehr (?:zum thema|dazu|lesen)|à lire (?:aussi|également)|lire aussi|lea? también|lee además|te puede interesar|"
    r"leggi anche|leia (?:também|mais)|lees ook|les også|læs også|läs (?:också|även)|czytaj (?:też|także|więcej)|"
    r"čtěte také|читайте также|اقرأ أيضاً?|إقرأ أيضاً?|بیشتر بخوانید|مطالب مرتبط|ayrıca bakınız|related)[:\s]",
    re.IGNORECASE,
)
# "Follow us on Telegram: @example", "Views: 214", "3 min read", an address or a video's length alone; stamps such as
# "Published in ..." are tails.
SERVICE = re.compile(
    r"(?:follow [\w ]{2,30}|(?:join|find) us) on (?:x|twitter|facebook|telegram|whatsapp|instagram|google news)\b|"
    r"(?:views|visits|مشاهدات|بازدید)\s?[:：]\s?[\d,.]+$|\d{1,3}[- ]?min(?:ute)?s?[- ]read$|"
    r"(?:lesezeit|reading time)\b.{0,20}$|"
    r".{0,40}\bweb ?site can also be accessed at the following (?:alternate |alternative |other )?addresses|"
    r"(?:https?://)?www\.[\w-]+(?:\.[\w-]+)+/?$|\d{1,2}:\d\d(?::\d\d)?$|"
    r"(?:للاشتراك|تابعوا|تابعونا|لمتابعة|متابعة أخبار|ما را در) .{0,60}"
    r"(?:تلغرام|تليغرام|تلگرام|واتساب|t\.me|تويتر|فيسبوك)",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"(?:\(?(?:fotos?|photos?|picture|fot\.|crédits? photos?|credit|image|bild|titelbild|beitragsbild|bildquelle|"
    r"фото|عکس|صورة|foto di)\s?(?:[:/]|©)|©\s)",
    re.IGNORECASE,
)


def take_off_clutter(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(the paragraphs, what was taken off), both in the order of the print; together they are all the lines.

    Nothing is taken off where nothing would be left.
    """
    kept = tuple(line for line in lines if not is_clutter(line))
    return (kept, tuple(line for line in lines if is_clutter(line))) if kept else (tuple(lines), ())


def is_clutter(line: str) -> bool:
    """Whether a line is a mark, a button, a link to another article or a picture credit, and nothing else."""
    words = line.removeprefix("- ").strip()
    if len(words) > LONGEST_CLUTTER:
        return False
    is_link = LINKS.match(words) is not None and not words.endswith(".")
    patterns = (CREDIT.match, SERVICE.match, ALONE.fullmatch)
    return is_link or any(matches(words) is not None for matches in patterns)
