"""What robots.txt allows: fails closed where a host does not say (RFC 9309)."""

from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

from etl.errors import ArticleError
from etl.model import Exchange, FetchOutcome
from etl.web.bodies import decoded_body

PRODUCT = "Dateline"
REFUSING = {401, 403, 429}  # a host that turns robots away has not allowed anything


def robots_answer(exchange: Exchange) -> tuple[int | None, str]:
    """(status, text) of a robots.txt as asked for; the status is null where the answer does not tell what is allowed.

    A host without robots.txt (404, 410 and other 4xx but 401, 403 and 429) allows everything: its text is empty
    (section 2.3.1.3). Everything else that is not a whole answer, a 5xx or a time-out, tells nothing (2.3.1.4).
    """
    status = exchange.status
    if exchange.outcome == "ok":
        try:
            return status, decoded_body(exchange).decode("utf-8", errors="replace").replace("\0", "")
        except ArticleError:
            return None, ""
    absent = status is not None and 400 <= status < 500 and status not in REFUSING and exchange.truncated is None
    return (status if absent else None), ""


def crawl_delay(answer: tuple[int | None, str]) -> float:
    """Seconds between two requests that a robots.txt asks of us; 0 where it asks for none."""
    return float(_parsed(answer[1]).crawl_delay(PRODUCT) or 0)


def robots_verdict(answer: tuple[int | None, str], url: str) -> FetchOutcome:
    """Whether a page may be fetched, by what `robots_answer` gave: "ok", "robots_denied" or "robots_unavailable"."""
    status, text = answer
    if status is None:
        return "robots_unavailable"
    parts = urlsplit(url)
    asked = f"{parts.scheme}://{parts.netloc}{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return "ok" if _parsed(text).can_fetch(asked, PRODUCT) else "robots_denied"


@lru_cache(maxsize=16)  # hosts at once: each is asked page after page
def _parsed(text: str) -> Protego:
    return Protego.parse(text)
