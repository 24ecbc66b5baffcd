"""What a publisher reserves: text and data mining, and the use by those who train and feed language models.

Mining is reserved by the TDM Reservation Protocol (W3C community group, final report of 10 May 2024): in
`/.well-known/tdmrep.json`, in a header of the answer, in a meta element of the page. Opt-outs stand in robots.txt, in
X-Robots-Tag and in meta elements. This room tells what was stated and where; what follows from it is the operator's to
decide, and no law is read here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from protego import Protego

from etl.addresses import RECENT
from etl.errors import ArticleError
from etl.model import Exchange, SiteTerms, TdmPlace, TdmReservation
from etl.web.bodies import decoded_body

LONGEST_FILE = 500_000  # characters of a tdmrep.json; as much as RFC 9309, section 2.5, has robots read of robots.txt
MOST_RULES = 5_000
MOST_VALUES = 100  # directives of one page that are looked at
HOSTS = 16  # whose files are kept as read; each host is asked page after page
RESERVATION, POLICY = "tdm-reservation", "tdm-policy"
RESERVED: dict[str, Literal[0, 1]] = {"0": 0, "1": 1}  # any other value is an error and says nothing
# User agents by which robots.txt addresses those who collect for language models, as their operators document them:
# OpenAI, Anthropic, Google, Apple, Common Crawl, Perplexity, ByteDance, Amazon, Meta, Cohere, Mistral, Diffbot,
# Webz.io, You.com, DuckDuckGo, the Allen Institute, Timpi, ImageSift, Huawei.
AI_AGENTS = (
    "GPTBot", "ChatGPT-User", "OAI-SearchBot", "anthropic-ai", "ClaudeBot", "Claude-Web", "Claude-User",
    "Claude-SearchBot", "Google-Extended", "Google-CloudVertexBot", "Applebot-Extended", "CCBot", "PerplexityBot",
    "Perplexity-User", "Bytespider", "Amazonbot", "Meta-ExternalAgent", "Meta-ExternalFetcher", "FacebookBot",
    "cohere-ai", "cohere-training-data-crawler", "MistralAI-User", "Diffbot", "omgili", "omgilibot",
    "Webzio-Extended", "YouBot", "DuckAssistBot", "AI2Bot", "Timpibot", "ImagesiftBot", "PanguBot",
)  # fmt: skip
# What X-Robots-Tag and meta robots may say of it. The first reserves the text; the others reserve copies, extracts and
# pictures, and are recorded.
DIRECTIVES = ("noai", "noimageai", "noarchive", "nosnippet")
OF_OTHER_THINGS = tuple(f": {directive}" for directive in DIRECTIVES[1:])
VALUED = {"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"}  # are no agents before a colon
AGENT = re.compile(r"^[ \t]*user-agent[ \t]*:[ \t]*([^#\s]+)", re.IGNORECASE | re.MULTILINE)
SIGNAL = re.compile(r"[ \t]*content-signal[ \t]*:([^#]*)", re.IGNORECASE)  # contentsignals.org
AI_SIGNALS = ("ai-train", "ai-input")
META_NAMES = {RESERVATION, POLICY, "robots", "googlebot", "bingbot", *(name.lower() for name in AI_AGENTS)}
Pairs = Sequence[tuple[str, str]]  # names and values, of headers or of meta elements


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One rule of a tdmrep.json: for which paths, what it says, and where the publisher's policy stands.

    `location` is escaped as paths are that it is compared with.
    """

    location: str
    reservation: Literal[0, 1] | None
    policy: str | None


@dataclass(frozen=True, slots=True)
class Reservations:
    """What holds for one capture of a page; `stated_in` is null where nothing was stated.

    `policy` is the address at which the publisher tells how mining may be licensed; null where it is not reserved.
    """

    tdm: TdmReservation
    stated_in: TdmPlace | None
    policy: str | None
    ai_opt_outs: tuple[str, ...]


def reserved_by(found: Reservations) -> str:
    """What reserves a page's text, in words, such as "tdm-reservation in header; robots.txt: GPTBot".

    Empty where nothing does: what concerns copies, extracts and pictures alone is not it.
    """
    mining = (f"{RESERVATION} in {found.stated_in}",) if found.tdm == "reserved" else ()
    return "; ".join((*mining, *(told for told in found.ai_opt_outs if not told.endswith(OF_OTHER_THINGS))))


def site_reservations(terms: SiteTerms) -> Reservations:
    """What holds for a page by its host's files alone, as it is known before the page is asked for."""
    return resolve_reservations((), terms, ())


@lru_cache(maxsize=RECENT)
def tdmrep_url(url: str) -> str:
    """Where the reservations of an address's host lie."""
    return urljoin(url, "/.well-known/tdmrep.json")


def tdmrep_answer(exchange: Exchange) -> tuple[int | None, str]:
    """(status, text) of a tdmrep.json as asked for; the status is null where it should be asked for again soon.

    The text is empty where there is no such file, and where what came is none: then nothing is stated.
    """
    status = exchange.status
    if exchange.outcome != "ok":
        is_absent = status is not None and 400 <= status < 500 and status != 429 and exchange.truncated is None
        return (status if is_absent else None), ""
    try:
        text = decoded_body(exchange).decode("utf-8-sig", errors="replace").replace("\0", "")
    except ArticleError:
        return status, ""
    return status, text if len(text) <= LONGEST_FILE and read_tdmrep(text) else ""


@lru_cache(maxsize=HOSTS)
def read_tdmrep(text: str) -> tuple[TdmRule, ...]:
    """The rules of a tdmrep.json in order; empty where it is no array of them. What is no rule is passed over."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    found = (entry for entry in listed[:MOST_RULES] if isinstance(entry, dict)) if isinstance(listed, list) else ()
    return tuple(_rule(entry) for entry in found if isinstance(entry.get("location"), str))


def _rule(entry: dict[str, Any]) -> TdmRule:
    value, policy = entry.get(RESERVATION), entry.get(POLICY)
    printed = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return TdmRule(_escaped(entry["location"]), RESERVED.get(printed), _address(policy))


@lru_cache(maxsize=RECENT)
def site_terms(tdmrep: str, robots: str, url: str) -> SiteTerms:
    """What a host's two files reserve of one of its pages. Of rules in tdmrep.json the first that matches counts."""
    path = _path(url)
    rule = next((rule for rule in read_tdmrep(tdmrep) if _matches(rule.location, path)), TdmRule("", None, None))
    return SiteTerms(rule.reservation, rule.policy, tuple(_robots_opt_outs(robots, url)))


def resolve_reservations(headers: Pairs, terms: SiteTerms, metas: Pairs) -> Reservations:
    """What holds for a capture: a header goes before the host's file, a meta element before both.

    Each goes before for what it states alone; what is left out, or is an error, does not unset what was stated.
    """
    sent, named = _first_of(headers), _first_of(metas)
    stated: tuple[tuple[TdmPlace, Literal[0, 1] | None, str | None], ...] = (
        ("tdmrep.json", terms.reservation, terms.policy),
        ("header", _value(sent.get(RESERVATION)), _address(sent.get(POLICY))),
        ("meta", _value(named.get(RESERVATION)), _address(named.get(POLICY))),
    )
    place, value = next(((place, value) for place, value, _ in reversed(stated) if value is not None), (None, None))
    policy = next((policy for _, _, policy in reversed(stated) if policy), None)
    kinds: dict[int | None, TdmReservation] = {1: "reserved", 0: "not_reserved", None: "not_stated"}
    tags = [value for name, value in headers if name.lower() == "x-robots-tag"]
    opt_outs = (
        *terms.ai_opt_outs,
        *(told for tag in tags[:MOST_VALUES] for told in _directives("X-Robots-Tag", tag)),
        *(told for name, content in metas[:MOST_VALUES] for told in _directives(f"meta {name}", content)),
    )
    return Reservations(kinds[value], place, policy if value == 1 else None, tuple(dict.fromkeys(opt_outs)))


def _first_of(pairs: Pairs) -> dict[str, str]:
    return {name.lower(): value for name, value in reversed(pairs)}


def _value(printed: str | None) -> Literal[0, 1] | None:
    return RESERVED.get(printed.strip()) if printed else None


def _address(policy: object) -> str | None:
    """A policy's address; null for what is no http(s) address."""
    stripped = policy.strip() if isinstance(policy, str) else ""
    return stripped if re.fullmatch(r"https?://[!-~\u00a1-\ud7ff\ue000-\U0010ffff]{1,2000}", stripped) else None


def _path(url: str) -> str:
    """What rules are matched against: path and query in one spelling of escapes; "*" and "$" are escaped."""
    parts = urlsplit(url)
    asked = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return _escaped(asked).replace("*", "%2A").replace("$", "%24")


def _escaped(text: str) -> str:
    """A path in which only what need not be escaped is not, as the protocol takes it over from robots.txt."""
    kept = re.split(r"(%[0-9A-Fa-f]{2})", text)
    spelt = (part if number % 2 == 0 else _unescaped(part) for number, part in enumerate(kept))
    return quote("".join(spelt), safe="/?&=+,:;@!$'()*[]~%-._", errors="replace")


def _unescaped(escape: str) -> str:
    letter = unquote_to_bytes(escape).decode("latin-1")
    return letter if re.fullmatch(r"[A-Za-z0-9._~-]", letter) else escape.upper()


def _matches(location: str, path: str) -> bool:
    """Whether a path begins as a location does: `*` stands for anything, `$` at its end for the end of the path."""
    is_whole = location.endswith("$")
    first, *others = (part.replace("$", "%24") for part in location.removesuffix("$").split("*"))
    if not path.startswith(first):
        return False
    if not others:
        return path == first or not is_whole
    place, last = len(first), others.pop() if is_whole else ""
    for part in others:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return not is_whole or (len(path) - len(last) >= place and path.endswith(last))


def _directives(place: str, value: str) -> Iterator[str]:
    """The opt-outs in a value such as "noai, nosnippet" or "somebot: noarchive", each with its place and its agent."""
    agent = ""
    for part in value.split(",")[:MOST_VALUES]:
        named = re.fullmatch(r"\s*([\w.*-]{1,40})\s*:(.*)", part)
        if named and named[1].lower() not in VALUED:
            agent = f"{named[1]}: "
        directive = (named[2] if named else part).strip().lower()
        if directive in DIRECTIVES:
            yield f"{place}: {agent}{directive}"


def _robots_opt_outs(robots: str, url: str) -> Iterator[str]:
    """The agents of AI_AGENTS that have a group of their own in a robots.txt which denies the page, and its signals."""
    if not robots:
        return
    rules, named = _parsed(robots)
    for agent in named:
        if not rules.can_fetch(url, agent):
            yield f"robots.txt: {agent}"
    for signal in _signals(robots):
        yield f"robots.txt: Content-Signal {signal}=no"


@lru_cache(maxsize=HOSTS)
def _parsed(robots: str) -> tuple[Protego, tuple[str, ...]]:
    named = {name.lower() for name in AGENT.findall(robots)}
    return Protego.parse(robots), tuple(agent for agent in AI_AGENTS if agent.lower() in named)


@lru_cache(maxsize=HOSTS)
def _signals(robots: str) -> tuple[str, ...]:
    """The uses that the Content-Signal lines for everyone, or of no group, refuse."""
    refused: list[str] = []
    agents, is_open = ["*"], False
    for line in robots.splitlines():
        named = AGENT.match(line)
        if named:
            agents = [*agents, named[1]] if is_open else [named[1]]
        is_open = bool(named) or (is_open and not line.strip())
        told = SIGNAL.match(line)
        if told and "*" in agents:
            refused += _refused(told[1].split(","))
    return tuple(signal for signal in AI_SIGNALS if signal in refused)


def _refused(signals: Iterable[str]) -> Iterator[str]:
    for signal in signals:
        use, _, value = (part.strip().lower() for part in signal.partition("="))
        if value == "no":
            yield use
