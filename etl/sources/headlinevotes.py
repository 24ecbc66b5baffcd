"""Where a site prints its headlines, by what its pages agree on: for whoever writes a source's `[[layouts]]`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from etl.config import House
from etl.errors import ArticleError
from etl.model import Capture
from etl.reading.headlines import fold_print
from etl.reading.pages import headline_places
from etl.warc.raw import read_warc, stored_days, stored_warcs
from etl.web.bodies import decoded_body, header

PATHS = {"og:title": "//meta[@property='og:title']/@content", "h1": "(//h1)[1]", "title": "//title"}


class Vote(NamedTuple):
    """How often a place had a headline, and on how many of these pages another place had the same one."""

    place: str
    pages: int
    agreed: int


def headline_votes(pages: Iterable[Mapping[str, str]]) -> list[Vote]:
    """The votes for each place, the most agreed first; `pages` are headlines by the place that printed them."""
    printed: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for places in pages:
        folded = {place: fold_print(text) for place, text in places.items()}
        counts = Counter(folded.values())
        printed.update(folded.keys())
        agreed.update(place for place, text in folded.items() if counts[text] > 1)
    return sorted((Vote(place, printed[place], agreed[place]) for place in printed), key=lambda vote: -vote.agreed)


def captured_headlines(house: House, source_id: str, most: int) -> Iterator[dict[str, str]]:
    """The headlines of a source's captured pages by place, the newest WARC first, of so many pages at most."""
    for day in sorted(stored_days(house.data), reverse=True):
        for warc in reversed(stored_warcs(house.data, day)):
            for capture in read_warc(house.data, warc):
                if not isinstance(capture, Capture) or capture.source_id != source_id or capture.kind != "article":
                    continue
                places = _places(capture) if capture.exchange.outcome == "ok" else {}
                if places:
                    yield places
                    most -= 1
                if most <= 0:
                    return


def _places(capture: Capture) -> dict[str, str]:
    kind = header(capture.exchange, "Content-Type") or "html"
    try:
        return headline_places(decoded_body(capture.exchange), capture.exchange.final_url) if "html" in kind else {}
    except ArticleError:
        return {}
