"""The day's quality as one HTML page for the person on call: what broke, at which source, and since when.

The page stands alone: its style, charts and script are in it and it loads nothing, so it opens from a disk, a mail or
a bucket. All it says is in `source_days` and `findings`; what is out of order was decided by `checks`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

import pandas as pd

from etl.model import Finding, Source
from etl.tables.facts import FILLED
from etl.tables.pagestyle import SCRIPT, STYLE
from etl.tables.schema import REASONS

PAST_DAYS = 28
FULL_DAY = 24
FILLS = [f"{name}_filled" for name in FILLED]
LEADERS = 3  # sources named beside a reason or language
SHARES = {
    "undated_share": "No date",
    "short_share": "Short",
    "duplicate_share": "Double",
    "quarantined_share": "Quarantined",
    "unresolved_share": "Unresolved",
}
SHOWN_AT = dict.fromkeys(("feeds_all_failed", "source_silent", "volume_low", "volume_high"), "articles") | {
    "dateline_share_min": "dateline_filled",
    "words_median_min": "words_median",
    "language_new": "languages",
}
Fact = Mapping[str, Any]


def report_html(
    day: str, facts: pd.DataFrame, history: pd.DataFrame, findings: Sequence[Finding], sources: Mapping[str, Source]
) -> str:
    """The page of a day. `facts` and `history` are rows of `source_days`: of the day, and of the 28 days before it.

    Sources with findings come first, then the largest. Whatever a publisher wrote is escaped.
    """
    told: dict[str, list[Finding]] = {}
    for finding in findings:
        told.setdefault(finding.source_id or "", []).append(finding)
    days = [date.fromisoformat(day) - timedelta(days=ago) for ago in range(PAST_DAYS, -1, -1)]
    past: dict[str, dict[date, int]] = {}
    for source_id, past_day, articles in zip(history["source_id"], history["day"], history["articles"], strict=True):
        past.setdefault(source_id, {})[past_day] = int(articles)
    usual = history.groupby("source_id")[FILLS].median()
    rows = [{str(name): value for name, value in row.items()} for row in facts.to_dict("records")]
    rows.sort(key=lambda row: (row["source_id"] not in told, -row["articles"], row["source_id"]))
    lines = []
    for row in rows:
        source_id = row["source_id"]
        counts = [*(past.get(source_id, {}).get(one) for one in days[:-1]), row["articles"]]
        usually = {name: usual[name].get(source_id) for name in FILLS}
        name = _name(source_id, sources.get(source_id), len(told.get(source_id, [])))
        lines.append(f"<tr><th scope=row>{name}" + _cells(row, usually, _marked(told.get(source_id, [])), counts))
    known = [[counts[one] for counts in past.values() if one in counts] for one in days[:-1]]
    totals = [*(sum(counts) if counts else None for counts in known), sum(row["articles"] for row in rows)]
    body = [
        _head(day, rows, findings),
        _all_days(days, totals),
        _findings(findings, sources),
        _sources(lines),
        _shares("Quarantine by reason", "Reason", _tally(rows, "quarantine_reasons", "quarantine_counts"), REASONS),
        _shares("Languages", "Language", _tally(rows, "languages", "language_counts"), {}),
    ]
    return PAGE.format(day=escape(day), style=STYLE, script=SCRIPT, body="\n".join(body))


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Dateline: quality of {day}</title>
<style>{style}</style></head>
<body>
{body}
<script>{script}</script>
</body></html>
"""


def _head(day: str, rows: Sequence[Fact], findings: Sequence[Finding]) -> str:
    """What a glance should tell: how bad, how much, and up to which hour."""
    counts = {name: sum(int(row[name]) for row in rows) for name in ("articles", "revisions", "quarantined", "seen")}
    hours = max((row["hours"] for row in rows), default=FULL_DAY)
    when = "the whole day" if hours == FULL_DAY else f"the day up to {hours:02}:00 UTC"
    errors = sum(finding.severity == "error" for finding in findings)
    tiles = [
        ("bad" if errors else "good", errors, "errors"),
        ("odd" if len(findings) > errors else "good", len(findings) - errors, "warnings"),
        ("", len({finding.source_id for finding in findings} - {None}), f"of {len(rows):,} sources with findings"),
        ("", counts["articles"], "articles"),
        ("", counts["revisions"], "revisions"),
        ("", counts["quarantined"], "quarantined"),
        ("", counts["seen"], "items seen"),
    ]
    figures = "".join(f'<li class="{kind}"><b>{value:,}</b> {words}' for kind, value, words in tiles)
    return f"<header><h1>Quality of {escape(day)}</h1><p>{when}</p><ul class=tiles>{figures}</ul></header>"


def _all_days(days: Sequence[date], totals: Sequence[int | None]) -> str:
    words = f"Articles a day of all sources, {days[0]} to {days[-1]}; the last bar is this day"
    caption = f"<figcaption>{words}, the highest has {max(total or 0 for total in totals):,}</figcaption>"
    return f"<figure>{_bars(totals, words, 60)}{caption}</figure>"


def _bars(counts: Sequence[int | None], words: str, height: int) -> str:
    """A bar a day, 4 units apart, the last one in its own colour; a day without any count is a gap, 0 is a stub."""
    highest = max(max((count for count in counts if count is not None), default=0), 1)
    marks = [
        f"M{4 * place + 2} {height}v-{max(round(count / highest * height, 1), 0.5):g}"
        for place, count in enumerate(counts)
        if count is not None
    ]
    told = ", ".join("-" if count is None else str(count) for count in counts)
    title = f"<title>{words}: {told}</title>"
    lines = f'<path d="{"".join(marks[:-1])}"/><path class=now d="{marks[-1]}"/>'
    width = 4 * len(counts)
    return f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio=none role=img>{title}{lines}</svg>'


def _findings(findings: Sequence[Finding], sources: Mapping[str, Source]) -> str:
    """Every finding, errors first."""
    if not findings:
        return "<section><h2>Findings</h2><p class=calm>Nothing is out of order.</section>"
    lines = []
    for finding in sorted(findings, key=lambda one: (one.severity, one.source_id or "", one.rule)):
        source = sources.get(finding.source_id or "")
        owner = finding.source_id or "the day"
        title = source.title if source else owner
        words = finding.message.removeprefix(f"{title}: ").removeprefix(f"{finding.rule}: ")
        link = f'<a href="#{escape(owner)}"><bdi>{escape(title)}</bdi></a>' if finding.source_id else "The day"
        badge = f'<span class="badge {finding.severity}">{finding.severity}</span>'
        cells = (badge, link, f"<code>{escape(finding.rule)}</code>", f"<span dir=auto>{escape(words)}</span>")
        lines.append("<tr>" + "".join(f"<td>{cell}" for cell in cells))
    head = "".join(f"<th scope=col>{name}" for name in ("Severity", "Source", "Rule", "What"))
    return f"<section><h2>Findings</h2><table class=list><thead><tr>{head}<tbody>{''.join(lines)}</table></section>"


def _sources(lines: Sequence[str]) -> str:
    """The table of sources; its columns are in the order of `_cells`."""
    upright = {*SHARES.values(), *FILLED}
    named = ["Source", "Articles", "28 days", "Words", *SHARES.values(), *FILLED, "Languages"]
    head = "".join(f"<th scope=col{' class=up' if name in upright else ''}><span>{name}</span>" for name in named)
    narrow = "".join(
        f"#sources td:nth-child({place}):before{{content:'{name}'}}" for place, name in enumerate(named, 1)
    )
    groups = (
        f"<tr class=groups><td colspan=4><th colspan={len(SHARES)} scope=colgroup>Per cent of articles or items"
        f"<th colspan={len(FILLED)} scope=colgroup>Per cent of articles with a value in<td>"
    )
    return (
        f"<style>@media(max-width:800px){{{narrow}}}</style><section><h2>Sources</h2>"
        "<p class=tools><label>Find <input id=find type=search></label>"
        "<label><input id=odd type=checkbox> only with findings</label></p>"
        "<p class=note>What a finding is about is marked. Rest the pointer on a per cent to see what is usual.</p>"
        f"<div class=wide><table id=sources><thead>{groups}<tr id=columns>{head}<tbody>{''.join(lines)}</table></div>"
        "</section>"
    )


def _name(source_id: str, source: Source | None, findings: int) -> str:
    title = f'<a href="{escape(source.site)}"><bdi>{escape(source.title)}</bdi></a>' if source else "not configured"
    mark = f'<b class="badge warning">{findings}</b>' if findings else ""
    return f'<span id="{escape(source_id)}">{title} {mark}<small>{escape(source_id)}</small></span>'


def _cells(row: Fact, usual: Fact, marked: set[str], counts: Sequence[int | None]) -> str:
    """The cells of one source behind its name."""
    words = "" if row["articles"] == 0 else f"{row['words_median']:.0f}"
    cells = [
        _cell(f"{row['articles']}", "articles" in marked),
        f"<td>{_bars(counts, 'Articles a day', 24)}",
        _cell(words, "words_median" in marked),
    ]
    for name in (*SHARES, *FILLS):
        value, before = _per_cent(row[name]), _per_cent(usual.get(name))
        kind = ("p" if name in SHARES else "f") + (" mark" if name in marked else "")
        hint = f' title="usually {before}"' if before else ""
        cells.append(f'<td class="{kind}" style="--v:{value}%"{hint}>{value}' if value else "<td>")
    languages = zip(row["languages"], row["language_counts"], strict=True)
    told = ", ".join(f"{escape(str(language))} {count}" for language, count in languages)
    return "".join(cells) + _cell(told, "languages" in marked)


def _per_cent(share: float | None) -> str:
    return f"{share * 100:.0f}" if pd.notna(share) else ""


def _cell(text: str, marked: bool) -> str:
    return f"<td class=mark>{text}" if marked else f"<td>{text}"


def _marked(findings: Iterable[Finding]) -> set[str]:
    """The columns of the table of sources that findings are about."""
    rules = {finding.rule for finding in findings}
    silent = {f"{rule.removeprefix('field_silent_')}_filled" for rule in rules if rule.startswith("field_silent_")}
    return silent | {SHOWN_AT.get(rule, rule.removesuffix("_max")) for rule in rules}


def _tally(rows: Iterable[Fact], names: str, counts: str) -> dict[str, Counter[str]]:
    """How many items each source has of each value, the most frequent value first."""
    tally: dict[str, Counter[str]] = {}
    for row in rows:
        for name, count in zip(row[names], row[counts], strict=True):
            tally.setdefault(str(name), Counter())[row["source_id"]] += int(count)
    return dict(sorted(tally.items(), key=lambda item: (-item[1].total(), item[0])))


def _shares(title: str, column: str, tally: Mapping[str, Counter[str]], words: Mapping[str, str]) -> str:
    """A table of values with their counts, a bar of each and the sources that have most of it."""
    whole = sum(by_source.total() for by_source in tally.values())
    lines = []
    for name, by_source in tally.items():
        count = by_source.total()
        leaders = ", ".join(f"{escape(owner)} {some}" for owner, some in by_source.most_common(LEADERS))
        meaning = f"<br><small>{escape(words[name])}</small>" if name in words else ""
        bar = f'<td class=f style="--v:{count / whole:.1%}">{count:,}'
        lines.append(f"<tr><th scope=row><code>{escape(name)}</code>{meaning}{bar}<td>{leaders}")
    if not lines:
        return f"<section><h2>{title}</h2><p class=calm>None.</section>"
    head = "".join(f"<th scope=col>{name}" for name in (column, "Items", "Most at"))
    return f"<section><h2>{title}</h2><table class=list><thead><tr>{head}<tbody>{''.join(lines)}</table></section>"
