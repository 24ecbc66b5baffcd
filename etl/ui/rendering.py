"""Facts become a page: templates in which whatever is filled in is escaped, and only web addresses become links.

What publishers wrote (headlines, titles, addresses, errors) is text here and nothing else. The policy below is the
second line of defence: a page runs no script but our own file and loads nothing from elsewhere.
"""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from etl.ui import charts, words

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # publishers do not learn who looks
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ASSETS = {"style.css": "text/css", "page.js": "text/javascript", "mark.svg": "image/svg+xml"}
PAGES = {"health": "Feed health", "runs": "Runs", "quarantine": "Quarantine", "names": "Names to review"}


def render(template: str, **values: Any) -> str:
    """The page that a template makes of values, as HTML."""
    return _environment().get_template(template).render(pages=PAGES, version=_version(), **values)


@cache
def asset(name: str) -> bytes:
    """A file that the pages load: the style sheet, the script, the mark."""
    return files("etl.ui").joinpath("static", name).read_bytes()


def web(url: str | None) -> str | None:
    """An address where it is one of the web; null for anything else, such as `javascript:`."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def run_page(run_id: str | None) -> str | None:
    """Where Airflow shows an ingest, relative to our pages; null for a run that Airflow did not make."""
    kinds = ("scheduled__", "manual__", "backfill__", "asset_triggered__")
    return f"../dags/dateline_ingest/runs/{quote(run_id, safe='')}" if run_id and run_id.startswith(kinds) else None


def address(page: str, /, **values: object) -> str:
    """The address of one of our pages, relative to another; values that are empty are left out."""
    query = urlencode({name: value for name, value in values.items() if value not in (None, "", False)})
    return f"{page}?{query}" if query else page


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("etl.ui"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    told = (words.count, words.share, words.size, words.duration, words.ago, words.moment, words.machine)
    made.filters |= {one.__name__: one for one in (*told, words.shortened, web, run_page)}
    made.globals |= {"address": address, "bars": charts.bars}
    return made


@cache
def _version() -> str:
    """A digest of the assets, so that a browser keeps each of their versions for good."""
    return hashlib.sha256(b"".join(asset(name) for name in ASSETS)).hexdigest()[:12]
