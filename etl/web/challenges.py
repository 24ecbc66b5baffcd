"""Guards against robots that answer in a publisher's place: told by their documented signs, and never evaded.

A sign must be the guard's alone. Cookies and headers that a guard sets on every answer of a site it protects (the
`datadome` cookie, `X-DataDome`, `X-Iinfo`, `Server: cloudflare`, `_pxAppId`) say nothing of one answer, so none of them
counts; nor does a name in a text, since articles are written about guards.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, NamedTuple

from etl.model import Exchange
from etl.web.bodies import decoded_head

Does = Literal["asks for a proof that a person reads, which is not given", "refuses robots, which is respected"]
ASKS: Does = "asks for a proof that a person reads, which is not given"
REFUSES: Does = "refuses robots, which is respected"
LARGEST = 32_768  # bytes of a guard's page with its scripts; Anubis' and Vercel's, the largest, have some 20 kB
LARGEST_ON_WIRE = 16_384  # of one in answer to 200; a longer answer is not looked into
MOST_WORDS = 250  # that a guard's page prints, Anubis' explanation counted in
FEW_WORDS = 60  # of one that is known by its title alone, as in `reading.completeness`
SCRIPTS = re.compile(rb"</?(?:script|style)\b[^<>]*>", re.IGNORECASE)
TAGS = re.compile(rb"<[^<>]*>")
TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{0,200})</title", re.IGNORECASE)
ARTICLE = re.compile(
    rb"og:type[\"'][^<>]{0,50}[\"']article[\"']|[\"']@type[\"']\s*:\s*\[?\s*[\"'](?:\w*NewsArticle|Article|BlogPosting)"
)
GATED = frozenset({202, 401, 403, 405, 429, 503})


class HeaderSign(NamedTuple):
    """A header in an answer, and its values in lower case, by which a guard is known. `source` documents it."""

    guard: str
    does: Does
    name: str
    values: tuple[str, ...]
    source: str


class PageSign(NamedTuple):
    """What stands in a guard's page, all of it, in lower case; a title as a whole. `source` documents it.

    `statuses` are those with which it counts; empty: any.
    """

    guard: str
    does: Does
    marks: tuple[bytes, ...]
    source: str
    title: bytes | None = None
    statuses: frozenset[int] = frozenset()


CF = "developers.cloudflare.com"
AWS = "docs.aws.amazon.com/waf"
WAFW00F = "github.com/EnableSecurity/wafw00f"
SEEN = "no document: seen in pages that public repositories keep"
HEADER_SIGNS = (
    HeaderSign("Cloudflare", ASKS, "cf-mitigated", ("challenge",), f"{CF}, Detect a Challenge Page response"),
    HeaderSign("AWS WAF", ASKS, "x-amzn-waf-action", ("challenge", "captcha"), f"{AWS}, CAPTCHA and Challenge actions"),
    HeaderSign("DataDome", ASKS, "x-dd-b", ("1", "2"), "docs.datadome.co/reference/validate-request"),
    HeaderSign("Vercel", ASKS, "x-vercel-mitigated", ("challenge",), SEEN),
    HeaderSign("Vercel", REFUSES, "x-vercel-mitigated", ("deny",), SEEN),
)
PAGE_SIGNS = (
    PageSign("Cloudflare", ASKS, (b"window._cf_chl_opt",), SEEN),
    PageSign("Cloudflare", REFUSES, (b"/cdn-cgi/",), f"{CF}, Error page types", b"attention required! | cloudflare"),
    PageSign("Akamai", ASKS, (b"sec-if-cpt-container",), "github.com/germondai/trawl/pull/33"),
    PageSign("Akamai", ASKS, (b'"sec-cp-challenge"', b'"provider"'), "github.com/CloakHQ/CloakBrowser/issues/279"),
    PageSign("Akamai", REFUSES, (b"errors.edgesuite.net",), SEEN, b"access denied", frozenset({403})),
    PageSign("DataDome", ASKS, (b".captcha-delivery.com/",), SEEN),
    PageSign("Imperva", ASKS, (b"/_incapsula_resource", b"incapsula incident id"), f"{WAFW00F}, incapsula"),
    PageSign("Imperva", ASKS, (b"distilcaptchaform",), f"{WAFW00F}, distil"),
    PageSign("Imperva", ASKS, (), SEEN, b"pardon our interruption"),
    PageSign("HUMAN", ASKS, (b"captcha.px-cdn.net",), "docs.humansecurity.com, Supported frameworks: Hostnames"),
    PageSign("HUMAN", ASKS, (b"px-captcha", b"_pxappid"), SEEN),
    PageSign("AWS WAF", ASKS, (b"window.gokuprops", b".awswaf.com/"), SEEN),
    PageSign("Sucuri", ASKS, (b"sucuri_cloudproxy_js",), SEEN),
    PageSign("Sucuri", REFUSES, (b"sucuri.net/",), f"{WAFW00F}, sucuri", b"sucuri website firewall - access denied"),
    PageSign("Anubis", ASKS, (b'<script id="anubis_challenge"',), f"{WAFW00F}, anubis"),
    PageSign("Anubis", ASKS, (b"/.within.website/x/cmd/anubis/",), f"{WAFW00F}, anubis"),
    PageSign("DDoS-Guard", ASKS, (b"/.well-known/ddos-guard/",), SEEN),
    PageSign("SiteGround", ASKS, (b"/.well-known/sgcaptcha/",), SEEN),
    PageSign("Imunify360", ASKS, (b"imunify360-preloader",), f"{WAFW00F}, imunify360"),
    *(  # a captcha of whatever maker where an answer says that it is none
        PageSign("a guard", ASKS, (mark,), "the class of the widget in its maker's documents", None, GATED)
        for mark in (b'class="g-recaptcha', b'class="h-captcha', b'class="cf-turnstile')
    ),
    *(
        PageSign("a guard", ASKS, (), SEEN, title, GATED | {200})
        for title in (
            b"just a moment...", b"just a moment\xe2\x80\xa6", b"one moment, please...", b"please wait...",
            b"un momento...", b"un momento\xe2\x80\xa6", b"un instant...", b"nur einen moment...", b"einen moment...",
            b"um momento...", b"bir dakika l\xc3\xbctfen...", b"checking your browser", b"checking your browser...",
            b"making sure you&#39;re not a bot!", b"making sure you're not a bot!", b"client challenge",
            b"you are being redirected...", b"are you a robot?", b"robot check", b"bot verification", b"ddos-guard",
            b"human verification", b"verify you are human", b"verifying you are human", b"vercel security checkpoint",
            b"captcha", b"captcha challenge", b"access to this page has been denied",
        )
    ),
)  # fmt: skip


def challenged(exchange: Exchange) -> Exchange:
    """An exchange as it is where its publisher answered; else its outcome is "challenged", and its detail says by whom.

    It asks nobody and changes nothing that is sent.
    """
    if exchange.status is None or exchange.outcome not in {"ok", "hard_error", "soft_error"}:
        return exchange
    may_be_one = exchange.status != 200 or len(exchange.body) <= LARGEST_ON_WIRE
    start = decoded_head(exchange, LARGEST + 1) if may_be_one else b""
    found = guard_in(exchange.status, exchange.response_headers, start)
    if found is None:
        return exchange
    detail = f"HTTP status {exchange.status}: {' '.join(found)}"
    return replace(exchange, outcome="challenged", error_detail=detail, payload_digest=None)


def guard_in(status: int, headers: Iterable[tuple[str, str]], start: bytes) -> tuple[str, Does] | None:
    """The guard that answered in a publisher's place, and what it does; null where none did.

    `start` is the body without its content encoding, LARGEST bytes of it or more: a longer one is no guard's. An answer
    with the status 200 must also have hardly any words, and call itself no article.
    """
    named = {name.lower(): value.strip().lower() for name, value in headers}
    for header in HEADER_SIGNS:
        if named.get(header.name) in header.values:
            return header.guard, header.does
    if len(start) > LARGEST or not start:
        return None
    body = start.lower()
    found = TITLE.search(start)
    title = b" ".join(found[1].lower().split()) if found else None
    for sign in PAGE_SIGNS:
        if _is_there(sign, status, body, title) and (status != 200 or _is_bare(start, sign)):
            return sign.guard, sign.does
    return None


def _is_there(sign: PageSign, status: int, body: bytes, title: bytes | None) -> bool:
    if sign.statuses and status not in sign.statuses:
        return False
    return (sign.title is None or sign.title == title) and all(mark in body for mark in sign.marks)


def _is_bare(page: bytes, sign: PageSign) -> bool:
    """Whether a page prints hardly a word and calls itself no article; what is known by its title alone is HTML."""
    if ARTICLE.search(page) or not (sign.marks or b"<html" in page.lower()):
        return False
    printed = b" ".join(SCRIPTS.split(page)[::2])
    return len(TAGS.sub(b" ", printed).split()) <= (MOST_WORDS if sign.marks else FEW_WORDS)
