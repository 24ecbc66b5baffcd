"""Report cards and outlooks as a person reads them in a terminal."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from rich.console import Console

from etl.sources.previews import Outlook
from etl.sources.report_cards import ReportCard
from etl.sources.whereabouts import Guess
from etl.web.reservations import Reservations, reserved_by

STYLES = {"error": "red", "warning": "yellow", "new": "green", "changed": "yellow", "rejected": "red", "known": "dim"}


def print_card(console: Console, card: ReportCard) -> None:
    """Prints a report card: problems first, then the feeds, what the source is like, samples and one page."""
    _say(console, f"{card.source_id}: {card.title} ({card.site})", "bold")
    for problem in card.problems:
        _say(console, f"  {problem.severity}: {problem.what}", STYLES[problem.severity])
    for feed in card.feeds:
        texts = f", {feed.whole_texts} with the whole text" if feed.whole_texts else ""
        counts = f"{feed.entries} entries, {feed.dated} dated{texts}" if feed.fault is None else "nothing"
        _say(console, f"  {'feed:':<12}{feed.url}: {counts} ({feed.evidence})")
    for name, value in _facts(card):
        _say(console, f"  {name + ':':<12}{value}")
    for sample in card.samples:
        _say(console, f"  {'entry:':<12}{sample.headline or '-'}")
        read = f"{_instant(sample.published_at)} UTC, printed {sample.date_raw!r}" if sample.date_raw else "undated"
        _say(console, f"  {'':<12}{read}; {sample.link or 'no link'}", "dim")
    for url, why in card.in_vain:
        _say(console, f"  no feed: {url}: {why}", "dim")


def print_outlook(console: Console, outlook: Outlook) -> None:
    """Prints what a run would do with each entry of each feed, and the sums."""
    for feed in outlook.feeds:
        _say(console, feed.url, "bold")
        if feed.fault is not None:
            _say(console, f"  the feed gives nothing: {feed.fault}", "red")
        for entry in feed.entries:
            told = f"{entry.headline or '-'}  {entry.date_raw or 'undated'}  {entry.link or '-'}"
            why = f"  {entry.why}" if entry.why else ""
            _say(console, f"  {entry.fate:<9}{told}{why}", STYLES[entry.fate])
    counts = Counter(entry.fate for feed in outlook.feeds for entry in feed.entries)
    sums = ", ".join(f"{counts[fate]} {fate}" for fate in ("new", "changed", "known", "rejected"))
    _say(console, f"{outlook.source_id}: {sums}; {outlook.due_pages} known pages are due for another look")
    _say(console, f"nothing was written: `dateline run --source {outlook.source_id} --force` polls and publishes")


def _say(console: Console, text: str, style: str = "") -> None:
    """Prints a line as it stands, without the control characters by which a feed could steer a terminal."""
    plain = "".join(char if unicodedata.category(char) != "Cc" else "\ufffd" for char in text)
    console.print(plain, style=style, markup=False, highlight=False)


def _facts(card: ReportCard) -> Iterable[tuple[str, str]]:
    traits = card.traits
    declared, detected = traits.language_declared or "nothing", traits.language_detected or "nothing"
    yield "language", f"{_told(traits.language)}; declared {declared}, detected {detected}"
    yield "country", _told(traits.country)
    yield "time zone", _told(traits.timezone)
    yield "calendar", _told(traits.calendar)
    span = f"{_instant(card.oldest)} to {_instant(card.newest)} UTC"
    yield "dates", f"{card.dated} of {card.entries} entries dated, {span}"
    yield "robots.txt", ", ".join(f"{count} pages {verdict}" for verdict, count in card.robots) or "no page to ask for"
    yield "reserved", _reservations(card.reservations)
    if card.page is not None:
        page = card.page
        read = (page.headline, "; ".join(page.authors) or "no author", page.dateline or "no dateline")
        when = f"{_instant(page.published_at)} UTC" if page.published_at else "no date"
        told = " | ".join(part or "-" for part in (*read, when, page.completeness))
        yield "one page", f"{page.url}: {page.fault or told}"


def _reservations(found: Reservations | None) -> str:
    if found is None:
        return "not looked at"
    said = {"reserved": "text and data mining is reserved", "not_reserved": "mining is not reserved"}
    policy = f"; policy: {found.policy}" if found.policy else ""
    return f"{said.get(found.tdm, 'nothing is stated on mining')}; {reserved_by(found) or 'no opt-out'}{policy}"


def _told(guess: Guess) -> str:
    return f"{guess.value or 'not known'} ({guess.why})"


def _instant(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"
