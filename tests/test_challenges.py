"""Guards against robots are told by their own signs, and articles about them are not taken for them."""

import gzip
from pathlib import Path

import pytest
from servers import Site, give, house_of, rss, story
from stores import assert_sums_balance, rows

from etl import pipeline
from etl.web.challenges import HEADER_SIGNS, LARGEST, LARGEST_ON_WIRE, PAGE_SIGNS, guard_in

SCRIPT = "<script>var t=1;window.start=function(){document.cookie='seen='+t;};</script>"
NOTE = "Please keep this window open. Your browser is looked at before the quay is shown to you."


def _page(title: str = "", body: str = "", head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


# Bodies of our own in the shape of each guard's: (guard, status, headers, body).
GUARDED: dict[str, tuple[str, int, dict[str, str], bytes]] = {
    "Cloudflare's header": ("Cloudflare", 403, {"CF-Mitigated": "challenge"}, b""),
    "Cloudflare's header with 200": ("Cloudflare", 200, {"cf-mitigated": " Challenge "}, _page("Quay")),
    "Cloudflare's script": ("Cloudflare", 503, {}, _page("Wait", "<script>window._cf_chl_opt={}</script>")),
    "Cloudflare refuses": (
        "Cloudflare", 403, {}, _page("Attention Required! | Cloudflare", "<link href='/cdn-cgi/styles/cf.errors.css'>"),
    ),
    "AWS challenge": ("AWS WAF", 202, {"x-amzn-waf-action": "challenge"}, b""),
    "AWS captcha": ("AWS WAF", 405, {"X-Amzn-Waf-Action": "captcha"}, b""),
    "AWS script": (
        "AWS WAF", 202, {},
        _page("", "<script>window.gokuProps={key:'k'};</script><script src='https://1.token.awswaf.com/1/challenge.js'>"),
    ),
    "DataDome's header": ("DataDome", 403, {"X-DD-B": "1", "X-DataDome": "protected"}, b"{}"),
    "DataDome's page": (
        "DataDome", 403, {"Set-Cookie": "datadome=x"},
        _page("quay.example", "<script src='https://ct.captcha-delivery.com/c.js'></script><p>Enable JS</p>"),
    ),
    "DataDome's JSON": ("DataDome", 403, {}, b'{"url":"https://geo.captcha-delivery.com/captcha/?cid=1"}'),
    "Vercel": ("Vercel", 429, {"x-vercel-mitigated": "challenge"}, _page("Vercel Security Checkpoint")),
    "Akamai with 200": ("Akamai", 200, {}, _page("", f'<div id="sec-if-cpt-container"></div>{SCRIPT}')),
    "Akamai's JSON": ("Akamai", 428, {}, b'{"sec-cp-challenge": "true", "provider": "crypto"}'),
    "Akamai refuses": (
        "Akamai", 403, {"Server": "AkamaiGHost"},
        _page("Access Denied", "<h1>Access Denied</h1>https://errors.edgesuite.net/18.1.1"),
    ),
    "Imperva with 200": (
        "Imperva", 200, {"X-Iinfo": "1"},
        _page("", '<iframe src="/_Incapsula_Resource?SWUDNSAI=31">Incapsula incident ID: 1</iframe>'),
    ),
    "Imperva's notice": ("Imperva", 403, {}, _page("Pardon Our Interruption", NOTE)),
    "HUMAN": ("HUMAN", 403, {}, _page("Denied", "<script>window._pxAppId='PX1'</script><div id='px-captcha'></div>")),
    "HUMAN's host": ("HUMAN", 429, {}, _page("", "<script src='https://captcha.px-cdn.net/PX1/captcha.js'></script>")),
    "Sucuri's script": (
        "Sucuri", 200, {}, _page("You are being redirected...", "<script>var sucuri_cloudproxy_js='';S='x';</script>"),
    ),
    "Sucuri refuses": (
        "Sucuri", 403, {}, _page("Sucuri WebSite Firewall - Access Denied", "<a href='https://sucuri.net/'>Sucuri</a>"),
    ),
    "Anubis with 200": (
        "Anubis", 200, {}, _page("Quay", f'<script id="anubis_challenge" type="x">{{}}</script>{NOTE * 8}'),
    ),
    "DDoS-Guard": ("DDoS-Guard", 403, {}, _page("DDoS-Guard", "<script src='/.well-known/ddos-guard/check'></script>")),
    "SiteGround": (
        "SiteGround", 202, {}, _page("", head='<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F">'),
    ),
    "a captcha": ("a guard", 429, {}, _page("Quay", '<form><div class="g-recaptcha" data-sitekey="k"></div></form>')),
    "a title with 200": ("a guard", 200, {}, _page("Just a moment...", SCRIPT + NOTE)),
    "a title with 503": ("a guard", 503, {}, _page("\n Checking your   Browser ", NOTE * 30)),
}  # fmt: skip


@pytest.mark.parametrize(("guard", "status", "headers", "body"), GUARDED.values(), ids=GUARDED.keys())
def test_guard_is_told(guard: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Each guard is told by its header or its page, with the statuses that it uses."""
    found = guard_in(status, headers.items(), body)
    assert found is not None
    assert found[0] == guard


def test_every_guard_has_its_case() -> None:
    """No guard stands in the table without a page of its kind here, but one whose page is the maker's alone."""
    named = {sign.guard for sign in HEADER_SIGNS} | {sign.guard for sign in PAGE_SIGNS}
    assert named - {guard for guard, *_ in GUARDED.values()} == {"Imunify360"}


ABOUT = "The firm Cloudflare says that its page, which reads Just a moment..., is seen a billion times a day. "
NEWS = '<meta property="og:type" content="article">'
CODE = (
    '<pre>&lt;script id="anubis_challenge"&gt;, window._cf_chl_opt, /_Incapsula_Resource, Incapsula incident ID</pre>'
)
INNOCENT: dict[str, tuple[int, dict[str, str], bytes]] = {
    "an article about a guard": (200, {}, _page("How Cloudflare asks: Just a moment...", f"<p>{ABOUT * 20}</p>")),
    "an article of that title": (200, {}, _page("Just a moment...", f"<p>{ABOUT * 5}</p>")),
    "a short article of that title": (200, {}, _page("Just a moment...", f"<p>{ABOUT}</p>", NEWS)),
    "an article that quotes code": (200, {}, _page("How guards work", f"<p>{ABOUT * 20}</p>{CODE}")),
    "a short article that quotes code": (200, {}, _page("How guards work", CODE, NEWS)),
    "one in JSON-LD": (
        200, {}, _page("Captcha", CODE, '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'),
    ),
    "a page behind DataDome": (200, {"X-DataDome": "protected", "Set-Cookie": "datadome=x"}, story("Boats")),
    "a page behind Imperva": (200, {"X-Iinfo": "1", "Set-Cookie": "visid_incap_1=x"}, story("Boats")),
    "a page behind Cloudflare": (
        200, {"Server": "cloudflare", "CF-RAY": "1"},
        story("Boats") + b"<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>",
    ),
    "a page with HUMAN's sensor": (200, {}, story("Boats") + b"<script>window._pxAppId='PX1'</script>"),
    "a page with a form": (200, {}, story("Boats") + b'<form><div class="g-recaptcha"></div></form>'),
    "a login form": (200, {}, _page("Log in", '<form><input name="user"><div class="h-captcha"></div></form>')),
    "a publisher's own refusal": (403, {"X-DataDome": "protected"}, _page("Access Denied", "Subscribers only")),
    "a missing page": (404, {}, _page("Not found", '<form><div class="g-recaptcha"></div></form>')),
    "a large page": (403, {}, _page("Just a moment...", "x" * LARGEST)),
    "nothing": (403, {}, b""),
    "a feed": (200, {}, b'<?xml version="1.0"?><rss><channel><title>Just a moment...</title></channel></rss>'),
}  # fmt: skip


@pytest.mark.parametrize(("status", "headers", "body"), INNOCENT.values(), ids=INNOCENT.keys())
def test_publisher_is_no_guard(status: int, headers: dict[str, str], body: bytes) -> None:
    """What a publisher answers itself is never taken for a guard's: articles about guards, sites behind one."""
    assert guard_in(status, headers.items(), body) is None


@pytest.mark.parametrize("flood", [b"<script>", b"<", b"<title>", b"og:type", b"<title " + b"a" * 150, b"< script"])
def test_floods_are_read_in_linear_time(flood: bytes) -> None:
    """A page made to be slow is looked through in time that grows with its length alone."""
    body = (b"<title>captcha</title>" + flood * LARGEST)[:LARGEST]
    assert guard_in(200, (), body) in {None, ("a guard", PAGE_SIGNS[-1].does)}


def test_challenged_page_feed_and_robots(tmp_path: Path) -> None:
    """A guard before page, feed or robots.txt is told by name in `fetch_log`; what it gave is read as nothing else."""
    wall = gzip.compress(_page("Just a moment...", SCRIPT + NOTE))
    assert len(wall) < LARGEST_ON_WIRE
    guard = give(wall, Content_Encoding="gzip")
    own = {"/1": guard, "/2": give(story("A page"))}
    walled = {"/robots.txt": guard, "/1": give(story("Another page"))}
    with Site(own) as site, Site({"/rss": guard}) as other, Site(walled) as third:
        site.pages["/rss"] = rss(f"{site.url}/1", f"{site.url}/2", f"{third.url}/1")
        house = house_of(tmp_path, {"pier": f"{site.url}/rss", "mole": f"{other.url}/rss"})
        report = pipeline.run(house, "run-1")
        assert "/1" not in third.requests
    assert (report.counts["new"], report.counts["quarantined"]) == (1, 2)
    told = {(row["kind"], row["error_detail"]) for row in rows(house, "fetch_log") if row["outcome"] == "challenged"}
    detail = "HTTP status 200: a guard asks for a proof that a person reads, which is not given"
    assert told == {(kind, detail) for kind in ("article", "feed", "robots")}
    assert {row["reason_code"] for row in rows(house, "quarantine")} == {"page_challenged", "robots_unavailable"}
    assert_sums_balance(house)
