"""`fetch_log` has a row for every attempt, with what came of it: each outcome once, from a site that gives them all."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from servers import Handler, Site, give, house_of, rss, story
from stores import assert_sums_balance, let_time_pass, rows

from etl import pipeline
from etl.config import open_house
from etl.model import FetchOutcome

LATER = {"Retry-After": "3600"}


def _breaks_off(handler: Handler) -> None:
    """An answer that says it is longer than it is."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<html>")


def _row(log: list[dict[str, Any]], url: str, run: str = "run-1") -> dict[str, Any]:
    (row,) = [row for row in log if row["url"] == url and row["run_id"] == run]
    return row


def test_every_outcome_has_its_row(tmp_path: Path) -> None:
    """Each outcome that is declared comes of an attempt, with status, redirects, pauses and the reason in words."""
    robots = give(b"User-agent: *\nDisallow: /forbidden\n")
    reserving = give(json.dumps([{"location": "/reserved", "tdm-reservation": 1}]).encode(), kind="application/json")
    pages = {
        "/robots.txt": robots,
        "/.well-known/tdmrep.json": reserving,
        "/ok": give(story("Boats"), ETag='"7"', Last_Modified="Sun, 22 Nov 2026 10:00:00 GMT"),
        "/moved": give(b"", status=301, Location="/also-moved"),
        "/also-moved": give(b"", status=302, Location="/ok?2"),
        "/ok?2": give(story("More boats")),
        "/to-forbidden": give(b"", status=307, Location="/forbidden/2"),
        "/refused": give(b"", status=403),
        "/failing": give(b"", status=500),
        "/breaking": _breaks_off,
        "/guarded": give(b"", status=403, cf_mitigated="challenge"),
        "/large": give(b"x" * 5_000_000),
        "/feed.html": give(b"<html><title>Log in</title></html>"),
    }
    with (
        Site(pages) as site,
        Site({"/robots.txt": give(b"", status=503)}) as silent,
        Site({"/busy/1": give(b"", status=429, Retry_After="3600"), "/busy/2": give(story("Busy"))}) as busy,
    ):
        listed = [f"{site.url}{path}" for path in pages if path not in {"/robots.txt", "/.well-known/tdmrep.json"}]
        listed = [url for url in listed if not url.endswith(("/also-moved", "?2", "/feed.html"))]
        listed += [f"{site.url}/forbidden", f"{site.url}/reserved", f"{silent.url}/1", f"{busy.url}/busy/1"]
        listed += [f"{busy.url}/busy/2", site.url.replace("http:", "https:") + "/tls"]
        site.pages["/rss"] = rss(*listed)
        site.pages["/only"] = rss(f"{site.url}/ok?only")
        feeds = {"pier": f"{site.url}/rss", "login": f"{site.url}/feed.html", "mole": f"{site.url}/only"}
        house_of(tmp_path, feeds, "max_page_bytes = 4_000_000\n")
        for name, line in (("pier", 'tdm_policy = "skip-article"'), ("mole", "feed_only = true")):
            path = tmp_path / "config" / "sources" / f"{name}.toml"
            path.write_text(f"{line}\n{path.read_text()}")
        house = open_house(tmp_path / "data", tmp_path / "config")
        pipeline.run(house, "run-1")
        let_time_pass(house, timedelta(hours=2))
        pipeline.run(house, "run-2", force=True)
        site.pages["/rss"] = give(b"", status=304)
        pipeline.run(house, "run-3", force=True)
    log = rows(house, "fetch_log")
    assert {row["outcome"] for row in log} == set(get_args(FetchOutcome))
    first = {url: _row(log, url) for url in listed}
    ok, moved, forbidden = (first[f"{site.url}/{path}"] for path in ("ok", "moved", "to-forbidden"))
    assert (ok["http_status"], ok["etag"], ok["redirects"], ok["kind"]) == (200, '"7"', [], "article")
    assert moved["redirects"] == [f"301 {site.url}/moved", f"302 {site.url}/also-moved"]
    assert (moved["outcome"], moved["final_url"], moved["http_status"]) == ("ok", f"{site.url}/ok?2", 200)
    assert (forbidden["outcome"], forbidden["redirects"]) == ("robots_denied", [f"307 {site.url}/to-forbidden"])
    assert forbidden["error_detail"] == f"{site.url}/robots.txt forbids it"
    asked, left = first[f"{busy.url}/busy/1"], first[f"{busy.url}/busy/2"]
    assert (asked["outcome"], asked["http_status"], asked["retry_after_seconds"]) == ("soft_error", 429, 3600.0)
    assert (left["outcome"], left["http_status"], left["retry_after_seconds"]) == ("host_busy", None, None)
    assert "it asked to be left alone until" in left["error_detail"]
    assert {row["kind"] for row in log} == {"feed", "article", "robots", "tdmrep"}
    assert all(row["error_detail"] for row in log if row["outcome"] not in {"ok", "not_modified", "same_bytes"})
    assert all(row["user_agent"].startswith("Dateline/") and row["host"] for row in log)
    assert _row(log, f"{site.url}/feed.html")["error_detail"].startswith(
        f"feed '{site.url}/feed.html': a web page titled"
    )
    assert_sums_balance(house)
