"""Whose a page is: the configured source that an address belongs to."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from etl.addresses import normal_url
from etl.model import Source

Claim = tuple[str, str]  # (host without "www.", path that its pages lie under)
KEPT_HOSTS = 10_000


def make_origin(sources: Iterable[Source], other: str | None = None) -> Callable[[str], str | None]:
    """What tells the source id of an address in normal form; `other` is whose pages are that no source claims, if any.

    A source claims the pages under its site's address, and the hosts of its feeds; subdomains too, where no other
    source claims them. Of two that claim a page, the one whose path reaches further down has it; where both reach as
    far nobody can say, and it is `other`'s or no one's.
    """
    claims: dict[str, dict[str, set[str]]] = {}
    for source in sources:
        for host, path in _claims(source):
            claims.setdefault(host, {}).setdefault(path, set()).add(source.source_id)

    @lru_cache(KEPT_HOSTS)
    def of_host(host: str) -> dict[str, set[str]]:
        """The claims on a host by path: its own, else those on the nearest domain above it."""
        name = host
        while name and name not in claims:
            _, _, name = name.partition(".")
        return claims.get(name, {})

    def origin(url: str) -> str | None:
        parts = urlsplit(url)
        by_path = of_host(_bare(parts.netloc))
        under = [path for path in by_path if f"{parts.path}/".startswith(f"{path}/")]
        owners = by_path[max(under, key=len)] if under else set()
        return next(iter(owners)) if len(owners) == 1 else other

    return origin


def _claims(source: Source) -> set[Claim]:
    site = urlsplit(normal_url(source.site) or "")
    feeds = {_bare(urlsplit(normal_url(feed.url) or "").netloc) for feed in source.feeds}
    own = _bare(site.netloc)
    return {(own, site.path.rstrip("/")), *((host, "") for host in feeds if host != own)}


def _bare(host: str) -> str:
    return host.removeprefix("www.")
