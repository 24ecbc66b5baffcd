"""What an answer holds, read as a feed: entries, or why there are none."""

from dataclasses import dataclass

from etl.errors import ArticleError, FatalFetchError
from etl.feeds.documents import plain_document
from etl.feeds.hostilefeeds import read_any_feed
from etl.model import Exchange, FeedEntry
from etl.sources.feed_links import Candidate
from etl.web.bodies import decoded_body, header

MOVED_FOR_GOOD = {301, 308}  # RFC 9110, sections 15.4.2 and 15.4.9


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What came of asking for a feed; `fault` says why it is none or gave none, and is null for a feed.

    `document` is the body without its content encoding, empty where there is none.
    """

    url: str
    evidence: str
    exchange: Exchange
    document: bytes = b""
    entries: tuple[FeedEntry, ...] = ()
    fault: str | None = None

    @property
    def moved_to(self) -> str | None:
        """Where the feed is for good, by redirects that say so; null where it is where it was asked for."""
        hops = self.exchange.redirects
        return self.exchange.final_url if hops and all(status in MOVED_FOR_GOOD for status, _ in hops) else None


def read_answer(candidate: Candidate, exchange: Exchange) -> FeedAnswer:
    """What an answer holds, read as a feed. Never raises."""
    told = candidate.url, candidate.evidence, exchange
    if exchange.outcome != "ok":
        return FeedAnswer(*told, fault=exchange.error_detail or exchange.outcome)
    document = b""
    try:
        document = plain_document(decoded_body(exchange))
        entries, _ = read_any_feed(document, header(exchange, "Content-Type"), exchange.final_url)
    except (FatalFetchError, ArticleError) as error:
        return FeedAnswer(*told, document, fault=str(error))
    except Exception as error:  # noqa: BLE001  (a feed that its reader stumbles over costs that feed alone)
        return FeedAnswer(*told, document, fault=f"the feed cannot be read: {type(error).__name__}: {error}"[:300])
    return FeedAnswer(*told, document, tuple(entries))
