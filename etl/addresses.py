"""Web addresses in one normal form, so that one page has one key."""

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# Parameters that only say where a reader came from; no other parameter is touched.
TRACKERS = re.compile(
    r"(utm_[a-z_]+|fbclid|gclid|dclid|msclkid|yclid|mc_cid|mc_eid|igshid|_hsenc|_hsmi)", re.IGNORECASE
)
DEFAULT_PORTS = {"http": 80, "https": 443}
RECENT = 1_000  # addresses of which the host's files are asked for several times while their page is collected


def normal_url(url: str) -> str | None:
    """The RFC 3986 normal form of an http(s) address without fragment and trackers; null for anything else."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in DEFAULT_PORTS or not host or re.search(r"[\s<>\"]", host):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port and port != DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    query = "&".join(pair for pair in parts.query.split("&") if not TRACKERS.fullmatch(pair.partition("=")[0]))
    return urlunsplit((scheme, netloc, _escaped(parts.path or "/"), _escaped(query), ""))


def host_of(url: str) -> str:
    """The host of an address in lower case with its port where it is not the default one; empty when it has none."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


@lru_cache(maxsize=RECENT)
def robots_url(url: str) -> str:
    """Where the robots.txt of an address's host lies (RFC 9309, section 2.3)."""
    return urljoin(url, "/robots.txt")


def _escaped(part: str) -> str:
    """A path or query with what may not stand in it escaped, and escapes in capitals (RFC 3986, section 6.2.2.1)."""
    escaped = quote(part, safe="/%:@!$&'()*+,;=~-._?")
    return re.sub(r"%[0-9a-fA-F]{2}", lambda escape: escape[0].upper(), escaped)
