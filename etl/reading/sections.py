"""The section slug: an agency's own line such as `Iran Press/Middle East: ` at the head of a paragraph."""

import re
from collections.abc import Iterable

from etl.model import SectionSlug

LONGEST_SECTION = 40  # code points; the longest seen is "Science and Technology"
SPACE = r"[^\S\n]"
SMALL_WORDS = frozenset({"and", "of", "the", "in", "news"})  # "Iran news", "Science and Technology"


def read_section_slug(paragraph: str, agency_names: Iterable[str]) -> SectionSlug | None:
    """The slug that a text begins with, or null.

    Seen in the wild: `Iran Press/Middle East: `, `Iran PressIran news: ` (slash lost), `Iran Press/ Asia: `,
    `IranPress/Iran news: `, and with a dash, a line of its own: «السومرية نيوز – محليات». Without a colon or the end of
    a line nothing is cut, because then its end is a guess; nor where the words before the colon are a sentence's
    (`Iran Press/Middle East Syrian sources said: `).
    """
    for name in sorted(agency_names, key=len, reverse=True):
        loose = rf"{SPACE}?".join(re.escape(word) for word in name.split())
        section = rf"(?P<section>[^\W\d_][^:/\n.]{{0,{LONGEST_SECTION}}}?)"
        found = re.match(rf"{loose}{SPACE}?(?:/{SPACE}?|(?=[A-Z])){section}{SPACE}?:\s*", paragraph)
        found = found or re.match(rf"{loose}{SPACE}?[-–—ـ]{SPACE}?{section}{SPACE}*\n", paragraph)
        if found and len(found[0]) < len(paragraph) and _is_a_section(found["section"]):
            return SectionSlug(found[0], " ".join(found["section"].split()))
    return None


def _is_a_section(words: str) -> bool:
    return all(not word[0].islower() or word in SMALL_WORDS for word in words.split())
