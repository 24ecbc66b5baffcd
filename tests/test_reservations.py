"""What publishers reserve is recorded with each capture and where it was stated, and a source's policy is kept to."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import SENTENCE, Answering, Site, give, house_of, rss, story
from stores import arrow, assert_sums_balance, captures_of, let_time_pass, rows

from etl import pipeline
from etl.config import House, open_house
from etl.declarations import load_source
from etl.errors import ConfigError
from etl.model import Exchange, FetchOutcome, SiteTerms
from etl.reading.pages import read_page
from etl.web.reservations import read_tdmrep, reserved_by, resolve_reservations, site_terms, tdmrep_answer, tdmrep_url

POLICY, OTHER_POLICY = "https://quay.example/mining.json", "https://quay.example/licences"
NOTHING = SiteTerms()
RULES = [
    {"location": "/news/free/", "tdm-reservation": 0},
    {"location": "/news/", "tdm-reservation": 1, "tdm-policy": POLICY},
    {"location": "/pictures/*.jpg", "tdm-reservation": 1},
    {"location": "/about$", "tdm-reservation": 1},
    {"location": "/price-%24", "tdm-reservation": 1},
    {"location": "/café/", "tdm-reservation": 1},
    {"location": "/%7Etide/", "tdm-reservation": 1},
    {"location": "/odd/", "tdm-reservation": 2},
    {"location": "/odd/", "tdm-reservation": 1},
    {"location": "/list*page=*$", "tdm-reservation": 0},
]


def _site(tdmrep: object, path: str) -> SiteTerms:
    return site_terms(json.dumps(tdmrep), "", f"https://quay.example{path}")


@pytest.mark.parametrize(
    ("path", "reservation"),
    [
        ("/news/free/1.html", 0),  # the first rule that matches counts
        ("/news/1.html", 1),
        ("/news", None),  # a rule ends before the path does
        ("/News/1.html", None),  # letters of another case are other letters
        ("/pictures/a/b.jpg", 1),
        ("/pictures/a.jpg?size=2", 1),
        ("/pictures/a.png", None),
        ("/about", 1),
        ("/about/us", None),
        ("/price-$", 1),
        ("/price-%24", 1),
        ("/caf%C3%A9/1", 1),
        ("/caf%c3%a9/1", 1),
        ("/~tide/1", 1),
        ("/%7etide/1", 1),
        ("/odd/1", None),  # neither 0 nor 1 says nothing, and the rules behind are not asked
        ("/list?a=1&page=2", 0),
        ("/", None),
    ],
)
def test_tdmrep_locations(path: str, reservation: int | None) -> None:
    """Paths are matched in order, by case, with `*` and `$`, in one spelling of escapes, as the protocol says."""
    assert _site(RULES, path).reservation == reservation


def test_tdmrep_policy_is_that_of_the_rule() -> None:
    """The policy's address comes from the rule that matched, and from no other."""
    assert _site(RULES, "/news/1") == SiteTerms(1, POLICY)
    assert _site(RULES, "/about") == SiteTerms(1, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>not found</html>",
        '{"location": "/", "tdm-reservation": 1}',  # the brackets are part of the format
        "[1, null, {}]",
        '[{"location": 7, "tdm-reservation": 1}]',
        '[{"location": "/", "tdm-reservation": true}]',
        '[{"location": "/", "tdm-reservation": 1.0}]',
        '[{"location": "/", "tdm-reservation": null}]',
        "[" * 100_000,
    ],
    ids=range(9),
)
def test_what_is_no_tdmrep_states_nothing(text: str) -> None:
    """A file that is none, or a rule that is none, reserves nothing and frees nothing."""
    assert site_terms(text, "", "https://quay.example/1") == NOTHING


@pytest.mark.parametrize(
    "location",
    ["*" * 50_000, "/" + "*a" * 20_000 + "$", "/\ud83d/*", "", "*"],
    ids=["stars", "pairs", "half", "no", "all"],
)
def test_hostile_locations_are_read(location: str) -> None:
    """A location made to be slow, or of half a letter, is compared like any other."""
    text = json.dumps([{"location": location, "tdm-reservation": 1}])
    is_all = not location.strip("*")
    assert site_terms(text, "", "https://quay.example/" + "a" * 1000).reservation == (1 if is_all else None)


def test_many_rules_are_cut() -> None:
    """Of a file of a hundred thousand rules the first 5,000 are read."""
    assert len(read_tdmrep(json.dumps([{"location": f"/{n}", "tdm-reservation": 1} for n in range(100_000)]))) == 5_000


PLAIN = st.text("abcxyz019/-._~é ", min_size=0, max_size=12).map(lambda text: f"/{text}")


@given(location=PLAIN, path=PLAIN)
def test_plain_location_matches_what_begins_with_it(location: str, path: str) -> None:
    """A location without special characters matches exactly the paths that begin with it."""
    assert (_site([{"location": location, "tdm-reservation": 1}], path).reservation == 1) == path.startswith(location)


@pytest.mark.parametrize(
    ("terms", "header", "meta", "expected"),
    [
        ((None, None), (None, None), (None, None), ("not_stated", None, None)),
        ((1, POLICY), (None, None), (None, None), ("reserved", "tdmrep.json", POLICY)),
        ((0, POLICY), (None, None), (None, None), ("not_reserved", "tdmrep.json", None)),
        ((1, None), ("0", None), (None, None), ("not_reserved", "header", None)),
        ((0, None), ("1", OTHER_POLICY), (None, None), ("reserved", "header", OTHER_POLICY)),
        ((0, None), ("1", None), ("0", None), ("not_reserved", "meta", None)),
        ((None, None), ("0", None), ("1", POLICY), ("reserved", "meta", POLICY)),
        ((1, POLICY), ("2", None), ("yes", None), ("reserved", "tdmrep.json", POLICY)),
        ((1, POLICY), (" 1 ", OTHER_POLICY), (None, None), ("reserved", "header", OTHER_POLICY)),
        ((1, POLICY), (None, None), ("1", None), ("reserved", "meta", POLICY)),
        ((None, None), ("1", "/mining.json"), (None, None), ("reserved", "header", None)),
        ((None, None), (None, POLICY), (None, None), ("not_stated", None, None)),
    ],
)
def test_precedence(terms: Any, header: Any, meta: Any, expected: tuple[str, str | None, str | None]) -> None:
    """A meta element goes before a header, that before the file; what is left out or no value unsets nothing."""
    pairs = [
        [(name, value) for name, value in zip(names, stated, strict=True) if value is not None]
        for names, stated in ((("TDM-Reservation", "tdm-policy"), header), (("tdm-reservation", "tdm-policy"), meta))
    ]
    found = resolve_reservations(pairs[0], SiteTerms(*terms), pairs[1])
    assert (found.tdm, found.stated_in, found.policy) == expected


@pytest.mark.parametrize(
    ("robots", "found"),
    [
        ("", ()),
        ("User-agent: *\nDisallow: /", ()),  # who shuts out everyone opts out of nothing in particular
        ("User-agent: GPTBot\nDisallow: /", ("robots.txt: GPTBot",)),
        ("user-agent: gptbot\nuser-agent: CCBot\nDisallow: /", ("robots.txt: GPTBot", "robots.txt: CCBot")),
        ("User-agent: GPTBot\nDisallow: /private/", ()),
        ("User-agent: GPTBot # all of it\nDisallow: /\nAllow: /news/", ()),
        ("User-agent: Google-Extended\nDisallow:", ()),
        ("User-agent: Googlebot\nDisallow: /", ()),
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no", ("robots.txt: Content-Signal ai-train=no",)),
        ("Content-signal: ai-train = NO,ai-input=yes", ("robots.txt: Content-Signal ai-train=no",)),
        ("User-agent: *\nContent-Signal: search=no, ai-train=yes", ()),
        ("User-agent: GPTBot\nContent-Signal: ai-train=no\nUser-agent: *\nAllow: /", ()),
        ("# Content-Signal: ai-train=no", ()),
    ],
)
def test_robots_opt_outs(robots: str, found: tuple[str, ...]) -> None:
    """Agents count that robots.txt denies the page by name, and signals that refuse a use to everyone."""
    assert site_terms("", robots, "https://quay.example/news/1").ai_opt_outs == found


@pytest.mark.parametrize(
    ("values", "found", "is_reserved"),
    [
        (["noai, noimageai"], ["noai", "noimageai"], True),
        (["NoArchive,nosnippet"], ["noarchive", "nosnippet"], False),
        (["noimageai"], ["noimageai"], False),
        (["index", "noai"], ["noai"], True),
        (["otherbot: noai, noarchive"], ["otherbot: noai", "otherbot: noarchive"], True),
        (["max-snippet: 20, noarchive"], ["noarchive"], False),
        (["unavailable_after: 25 Jun 2027 15:00:00 GMT"], [], False),
        (["noaim, no ai, all"], [], False),
    ],
)
def test_directives(values: list[str], found: list[str], is_reserved: bool) -> None:
    """Every X-Robots-Tag and robots meta is read; copies, extracts and pictures are recorded and reserve no text."""
    headers = resolve_reservations([("x-robots-tag", value) for value in values], NOTHING, ())
    metas = resolve_reservations((), NOTHING, [("robots", value) for value in values])
    assert headers.ai_opt_outs == tuple(f"X-Robots-Tag: {told}" for told in found)
    assert metas.ai_opt_outs == tuple(f"meta robots: {told}" for told in found)
    assert bool(reserved_by(headers)) == bool(reserved_by(metas)) == is_reserved


def _answered(status: int | None, body: bytes = b"", outcome: FetchOutcome | None = None, **more: Any) -> Exchange:
    url = "https://quay.example/.well-known/tdmrep.json"
    told: FetchOutcome = outcome or ("ok" if status == 200 else "soft_error")
    return Exchange(url, url, datetime(2026, 11, 22, tzinfo=UTC), 0, told, "D", status, body=body, **more)


FILE = json.dumps(RULES).encode()
BROKEN: dict[str, Any] = {"response_headers": (("Content-Encoding", "gzip"),)}


@pytest.mark.parametrize(
    ("exchange", "answer"),
    [
        (_answered(200, FILE), (200, FILE.decode())),
        (_answered(200, b"\xef\xbb\xbf" + FILE), (200, FILE.decode())),
        (_answered(200, b"<html></html>"), (200, "")),
        (_answered(200, FILE, **BROKEN), (200, "")),
        (_answered(200, FILE + b" " * 500_000), (200, "")),
        (_answered(404), (404, "")),
        (_answered(403), (403, "")),
        (_answered(429), (None, "")),
        (_answered(500), (None, "")),
        (_answered(404, truncated="time"), (None, "")),
        (_answered(None, outcome="temporary_error"), (None, "")),
    ],
    ids=range(11),
)
def test_tdmrep_answers(exchange: Exchange, answer: tuple[int | None, str]) -> None:
    """A host without the file states nothing for a day; one that is busy or broken is asked again soon."""
    assert tdmrep_answer(exchange) == answer


def test_tdmrep_address() -> None:
    """The file lies at one place of the host, whatever page is asked for."""
    assert tdmrep_url("https://quay.example:8443/a/b?c") == "https://quay.example:8443/.well-known/tdmrep.json"


def _head(head: str, article: str = "{}") -> bytes:
    data = '{"@type": "NewsArticle", "headline": "Boats return", ' + article.removeprefix("{")
    data = data.replace(", }", "}")
    script = f'<script type="application/ld+json">{data}</script>'
    return story("Boats return").replace(b"</head>", f"{head}{script}</head>".encode())


@pytest.mark.parametrize(
    ("head", "article", "usage_terms", "access"),
    [
        ("", "{}", None, "unknown"),
        ("", '{"isAccessibleForFree": true}', None, "free"),
        ("", '{"isAccessibleForFree": "False"}', None, "paid"),
        ('<meta property="article:content_tier" content="metered">', '{"isAccessibleForFree": false}', None, "metered"),
        ('<meta property="article:content_tier" content="locked">', "{}", None, "paid"),
        ('<meta property="article:content_tier" content="gold">', "{}", None, "unknown"),
        ('<link rel="license" href="/terms">', "{}", "/terms", "unknown"),
        ('<meta name="DC.rights" content="All  rights reserved">', "{}", "All rights reserved", "unknown"),
        ('<link rel="license" href="/a">', '{"license": {"url": "https://a.example"}}', "https://a.example", "unknown"),
        ("", '{"usageInfo": ["https://quay.example/use"], "license": "x"}', "https://quay.example/use", "unknown"),
        ("", '{"license": 7}', None, "unknown"),
        (f'<meta name="dcterms.rights" content="{"x" * 600}">', "{}", "x" * 500, "unknown"),
    ],
    ids=range(12),
)  # fmt: skip
def test_page_terms(head: str, article: str, usage_terms: str | None, access: str) -> None:
    """Terms and access are as the page states them: JSON-LD first, then meta elements, then a link."""
    terms = read_page(_head(head, article), "http://localhost/1").terms
    assert (terms.usage_terms, terms.access) == (usage_terms, access)


def test_page_metas() -> None:
    """Every meta element that may reserve something is kept, in order, and no other."""
    head = (
        '<meta name="robots" content="index"><meta name="ROBOTS" content="noai"><meta name="keywords" content="noai">'
        '<meta name="tdm-reservation" content="1"><meta name="CCBot" content="noarchive">'
    )
    metas = read_page(_head(head), "http://localhost/1").terms.metas
    assert metas == (("robots", "index"), ("robots", "noai"), ("tdm-reservation", "1"), ("ccbot", "noarchive"))


# Through a real server.

MARK = "Marbles"
TDMREP = "/.well-known/tdmrep.json"


def _quay(**files: Answering) -> Site:
    """A site of five stories: /0 plain, /1 reserved by tdmrep.json, /2 by a header, /3 by a meta, /4 with nosnippet."""
    site = Site({f"/{n}": give(story(f"Story {n}", f"{SENTENCE} {MARK}.")) for n in (0, 1)})
    site.pages[TDMREP] = give(json.dumps([{"location": "/1", "tdm-reservation": 1}]).encode(), kind="application/json")
    page = story("Story 2", f"{SENTENCE} {MARK}.")
    site.pages["/2"] = give(page, tdm_reservation="1", tdm_policy=POLICY)
    site.pages["/3"] = give(page.replace(b"</head>", b'<meta name="robots" content="noai"></head>'))
    site.pages["/4"] = give(page, X_Robots_Tag="nosnippet")
    site.pages["/rss"] = rss(*(f"{site.url}/{n}" for n in range(5)))
    site.pages |= {path.replace("robots", "/robots.txt"): answer for path, answer in files.items()}
    return site


def _house(folder: Path, site: Site, keys: str = "", settings: str = "") -> House:
    house_of(folder, {"quay": f"{site.url}/rss"}, settings)
    path = folder / "config" / "sources" / "quay.toml"
    path.write_text(f"{keys}\n{path.read_text()}")
    return open_house(folder / "data", folder / "config")


def _told(house: House) -> dict[str, tuple[Any, ...]]:
    """What the rows of articles say of their reservations, by path."""
    names = ("tdm_reservation", "tdm_stated_in", "tdm_policy", "ai_opt_outs", "pub_status")
    return {row["url"][-2:]: tuple(row[name] for name in names) for row in rows(house, "articles")}


RECORDED: dict[str, tuple[Any, ...]] = {
    "/0": ("not_stated", None, None, [], "usable"),
    "/1": ("reserved", "tdmrep.json", None, [], "usable"),
    "/2": ("reserved", "header", POLICY, [], "usable"),
    "/3": ("not_stated", None, None, ["meta robots: noai"], "usable"),
    "/4": ("not_stated", None, None, ["X-Robots-Tag: nosnippet"], "usable"),
}
LEFT = {"/0", "/4"}  # whose text nobody reserves


def _assert_rebuilds(house: House) -> None:
    """Rows read again from `raw/`, with a state made anew, and of the day alone, are what they were."""
    day = captures_of(house)[0].exchange.requested_at.date()
    tables = ("articles", "revisions", "mentions", "quarantine", "fetch_log", "runs")
    before = {name: arrow(house, name) for name in tables if rows(house, name)}
    assert pipeline.rebuild(house, day, day + timedelta(days=1)).changed_share == 0
    pipeline.rebuild_state(house)
    assert {name: arrow(house, name) for name in before} == before


def test_recorded_with_each_capture(tmp_path: Path) -> None:
    """By default every page is read, and its row says what was reserved and where; a rebuild says the same."""
    with _quay() as site:
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        assert site.requests.count(TDMREP) == 1
    assert _told(house) == RECORDED
    assert all(MARK in row["body_text"] for row in rows(house, "articles"))
    (asked,) = (row for row in rows(house, "fetch_log") if row["kind"] == "tdmrep")
    assert (asked["outcome"], asked["url"]) == ("ok", f"{site.url}{TDMREP}")
    assert_sums_balance(house)
    _assert_rebuilds(house)


def test_skip_body_keeps_the_row(tmp_path: Path) -> None:
    """Reserved pages keep their row without a word of the text, and edits of them are told all the same."""
    with _quay() as site:
        house = _house(tmp_path, site, 'tdm_policy = "skip-body"')
        pipeline.run(house, "run-1")
        site.pages["/2"] = give(story("Story 2", f"{SENTENCE} {MARK} of Mayor Karim Haddad."), tdm_reservation="1")
        let_time_pass(house, timedelta(hours=2))
        pipeline.run(house, "run-2")
    withheld = {path: (*told[:4], "withheld") for path, told in RECORDED.items() if path not in LEFT}
    assert _told(house) == RECORDED | withheld
    (edit,) = rows(house, "revisions")
    for row in (*rows(house, "articles"), edit):
        is_withheld = row["pub_status"] == "withheld"
        assert (row["body_text"] == "", MARK not in str(row), row["lede"] is None) == (is_withheld,) * 3
        assert row["headline"].startswith("Story")
    assert (edit["pub_status"], edit["changed_paragraphs"], edit["changed_fields"]) == ("withheld", [], ["body_text"])
    assert edit["chars_added"] > 0
    assert {row["article_id"] for row in rows(house, "mentions")}.isdisjoint({edit["article_id"]})
    assert_sums_balance(house)
    _assert_rebuilds(house)


def test_skip_article_does_not_ask(tmp_path: Path) -> None:
    """What is reserved before it is asked for is not asked for; what turns out to be reserved is quarantined."""
    with _quay() as site:
        house = _house(tmp_path, site, 'tdm_policy = "skip-article"')
        report = pipeline.run(house, "run-1")
        assert "/1" not in site.requests
    assert _told(house) == {path: told for path, told in RECORDED.items() if path in LEFT}
    found = {row["url"][-2:]: (row["stage"], row["reason_code"]) for row in rows(house, "quarantine")}
    assert found == {"/1": ("fetch", "reserved"), "/2": ("extract", "reserved"), "/3": ("extract", "reserved")}
    reasons = {row["url"][-2:]: row["reason_text"].partition(": reserved by ")[2] for row in rows(house, "quarantine")}
    assert reasons == {
        "/1": "tdm-reservation in tdmrep.json",
        "/2": "tdm-reservation in header",
        "/3": "meta robots: noai",
    }
    assert (report.counts["seen"], report.counts["new"], report.counts["quarantined"]) == (5, 2, 3)
    assert MARK not in str(rows(house, "quarantine"))
    assert_sums_balance(house)
    _assert_rebuilds(house)


def test_skip_article_by_robots(tmp_path: Path) -> None:
    """A host whose robots.txt shuts agents of language models out of all pages is asked for none of them."""
    with _quay(robots=give(b"User-agent: GPTBot\nDisallow: /\n")) as site:
        house = _house(tmp_path, site, 'tdm_policy = "skip-article"')
        pipeline.run(house, "run-1")
        assert set(site.requests) == {"/rss", "/robots.txt", TDMREP}
    assert {row["reason_code"] for row in rows(house, "quarantine")} == {"reserved"}
    assert_sums_balance(house)


def test_freed_page_becomes_an_article(tmp_path: Path) -> None:
    """A page that is no longer reserved at the next look is an article then, though its bytes are the same."""
    with _quay() as site:
        house = _house(tmp_path, site, 'tdm_policy = "skip-article"')
        pipeline.run(house, "run-1")
        site.pages["/2"] = give(story("Story 2", f"{SENTENCE} {MARK}."))
        let_time_pass(house, timedelta(hours=2))
        pipeline.run(house, "run-2")
        let_time_pass(house, timedelta(hours=7))
        pipeline.run(house, "run-3")
    assert set(_told(house)) == {"/0", "/2", "/4"}
    assert not rows(house, "revisions")
    assert_sums_balance(house)


def test_note_holds_what_was_known(tmp_path: Path) -> None:
    """A row says what held when its page was captured, whatever tdmrep.json says later."""
    with _quay() as site:
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
        site.pages[TDMREP] = give(b"[]")
        let_time_pass(house, timedelta(hours=2))
        pipeline.run(house, "run-2")
        assert site.requests.count(TDMREP) == 1
    notes = [
        capture.article for capture in captures_of(house) if capture.article and capture.exchange.url.endswith("/1")
    ]
    assert [note.terms for note in notes] == [SiteTerms(1)] * 2
    assert _told(house) == RECORDED


@pytest.mark.parametrize("status", [404, 500])
def test_missing_tdmrep_states_nothing(tmp_path: Path, status: int) -> None:
    """A host that gives no tdmrep.json has stated nothing, and its pages are read."""
    with _quay() as site:
        site.pages[TDMREP] = give(b"", status=status)
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
    assert _told(house) == RECORDED | {"/1": RECORDED["/0"]}


@pytest.mark.parametrize(
    ("settings", "robots"), [("ask_tdmrep = false\n", b""), ("", b"User-agent: *\nDisallow: /.well-known/\n")]
)
def test_tdmrep_is_not_asked(tmp_path: Path, settings: str, robots: bytes) -> None:
    """Nobody asks for tdmrep.json where the settings say no, nor where robots.txt does."""
    with _quay(robots=give(robots)) as site:
        house = _house(tmp_path, site, settings=settings)
        pipeline.run(house, "run-1")
        assert TDMREP not in site.requests
    assert _told(house)["/1"] == RECORDED["/0"]


def test_redirected_page_has_the_terms_of_its_host(tmp_path: Path) -> None:
    """Of a page that was moved to another host the files of that host count."""
    with _quay() as site, Site({"/far": give(story("Far away"))}) as other:
        other.pages[TDMREP] = give(json.dumps([{"location": "/", "tdm-reservation": 0}]).encode())
        site.pages["/1"] = give(b"", status=302, Location=f"{other.url}/far")
        house = _house(tmp_path, site)
        pipeline.run(house, "run-1")
    (moved,) = (row for row in rows(house, "articles") if row["url"] == f"{other.url}/far")
    assert (moved["tdm_reservation"], moved["tdm_stated_in"]) == ("not_reserved", "tdmrep.json")


REASON = "Agreed with the publisher by letter of 3 November"


@pytest.mark.parametrize("robots", [give(b"User-agent: *\nDisallow: /"), give(b"", status=500)])
def test_robots_override_says_why(tmp_path: Path, robots: Answering) -> None:
    """With a reason in the source's file pages are asked for against robots.txt, and each attempt says so."""
    with _quay(robots=robots) as site:
        house = _house(tmp_path, site, f'robots_override = "{REASON}"')
        pipeline.run(house, "run-1")
    assert set(_told(house)) == set(RECORDED)
    told = {row["kind"]: row["robots_override"] for row in rows(house, "fetch_log")}
    assert told == {"robots": None, "tdmrep": None, "feed": None, "article": REASON}
    assert _told(house) == RECORDED
    assert_sums_balance(house)
    _assert_rebuilds(house)


def test_override_is_told_where_it_was_needed(tmp_path: Path) -> None:
    """A page that robots.txt allows was not asked for against it, whatever the source's file says."""
    with _quay(robots=give(b"User-agent: *\nDisallow: /2")) as site:
        house = _house(tmp_path, site, f'robots_override = "{REASON}"')
        pipeline.run(house, "run-1")
    articles = [row for row in rows(house, "fetch_log") if row["kind"] == "article"]
    assert {row["url"][-2:] for row in articles if row["robots_override"]} == {"/2"}


@pytest.mark.parametrize("key", ['robots_override = " "', 'robots_override = ""', 'tdm_policy = "ignore"'])
def test_override_needs_a_reason(tmp_path: Path, key: str) -> None:
    """An override without a reason, and a policy that is none, are mistakes of the file, named with key and value."""
    with pytest.raises(ConfigError, match=rf"quay\.toml: key '{key.partition(' ')[0]}'"), _quay() as site:
        _house(tmp_path, site, key)


def test_shipped_sources_override_nothing() -> None:
    """Every shipped source honours robots.txt and records what is reserved."""
    for path in (Path(__file__).parent.parent / "config" / "sources").glob("*.toml"):
        source = load_source(path)
        assert (source.robots_override, source.tdm_policy) == (None, "record")
