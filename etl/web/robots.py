"""What robots.txt allows: fails closed where a host does not say (RFC 9309)."""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

from etl.addresses import robots_url
from etl.errors import ArticleError
from etl.model import Exchange, FetchOutcome
from etl.web.bodies import decoded_body

PRODUCT = "Dateline"
HostFile = tuple[int | None, str]  # status and text, as `robots_answer` gives them
WHY = {"robots_denied": "forbids it", "robots_unavailable": "could not be read"}
REFUSING = {401, 403, 429}  # a host that turns robots away has not allowed anything


def robots_answer(exchange: Exchange) -> HostFile:
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


def pause_seconds(answer: HostFile, least: float, most: float) -> float:
    """Seconds between two requests to a host: as many as its robots.txt asks of us, within bounds."""
    return max(least, min(float(_parsed(answer[1]).crawl_delay(PRODUCT) or 0), most))


def ask_robots(files: dict[str, HostFile], ask: Callable[[str], Exchange], url: str) -> tuple[FetchOutcome, str | None]:
    """Whether a page may be fetched, as `robots_verdict` tells, and why not, in words.

    `files` are answers by address; the one that is wanted and not there is asked for, once, and stands there then.
    """
    address = robots_url(url)
    if address not in files:
        files[address] = robots_answer(ask(address))
    outcome = robots_verdict(files[address], url)
    return outcome, f"{address} {WHY[outcome]}" if outcome in WHY else None


def robots_verdict(answer: HostFile, url: str) -> FetchOutcome:
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
