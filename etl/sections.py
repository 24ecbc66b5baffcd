"""The section slug: an agency's own line such as `Iran Press/Middle East: ` at the head of a paragraph."""

import re
from collections.abc import Iterable

from etl.model import SectionSlug

LONGEST_SECTION = 40  # code points; the longest seen is "Science and Technology"


def read_section_slug(paragraph: str, agency_names: Iterable[str]) -> SectionSlug | None:
    """The slug that a paragraph begins with, or null.

    Seen in the wild: `Iran Press/Middle East: `, `Iran PressIran news: ` (slash lost), `Iran Press/ Asia: `,
    `IranPress/Iran news: `. Without a colon nothing is cut, because then its end is a guess.
    """
    for name in sorted(agency_names, key=len, reverse=True):
        loose = r"\s?".join(re.escape(word) for word in name.split())
        pattern = rf"{loose}\s?(?:/\s?|(?=[A-Z])|[:|]\s(?=\S[^:]*:))(?P<section>[^\W\d_][^:/\n.]{{0,{LONGEST_SECTION}}}?)\s?:\s*"
        found = re.match(pattern, paragraph)
        if found and len(found[0]) < len(paragraph):
            return SectionSlug(found[0], " ".join(found["section"].split()))
    return None
