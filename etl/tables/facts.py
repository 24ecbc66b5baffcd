"""What a day of a source was like, in some forty numbers: the rows of the table `source_days`.

They are made from one day's rows only and are small, so the checks of later days compare with them and never read
the articles of the past. What is out of order is not decided here.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import get_args

import pandas as pd

from etl.model import Expectations, FilledColumn, Source
from etl.people.reviews import OPEN

FILLED: tuple[str, ...] = get_args(FilledColumn)
SUMS = ("feeds_ok", "feeds_failed", "seen", "unchanged")
UNDETERMINED = "und"  # BCP 47, RFC 5646 section 4.1: the language is not told
LAST_HOUR = 23
Frames = Mapping[str, pd.DataFrame]
# What is read of each table to describe and check a day, besides its key: no texts, so that memory stays small.
READ: Mapping[str, tuple[str, ...]] = {
    "articles": (
        *("source_id", "capture_id", "warc", "seen_at", "word_count", "language", "pub_status", "text_digest"),
        *("published_source", *FILLED),
    ),
    "revisions": ("source_id", "capture_id", "warc"),
    "mentions": ("source_id", "capture_id", "status", "surface"),
    "fetch_log": ("source_id", "kind", "requested_at", "items_total"),
    "quarantine": ("source_id", "warc", "reason_code"),
    "runs": ("source_id", *SUMS, "new", "revisions", "quarantined"),
}


def daily_facts(day: str, frames: Frames, sources: Mapping[str, Source]) -> pd.DataFrame:
    """One row per source that was asked on the day, in order of id; columns as in the table `source_days`.

    `frames` holds that day's rows of the tables in READ, with those columns and the key. Shares are 0 to 1 and null
    where there is nothing to share in. A source that is configured no more counts as one of which nothing is expected.
    """
    asked = pd.Index(sorted(frames["runs"]["source_id"].astype(str).unique()), name="source_id")
    sums = frames["runs"].groupby("source_id")[list(SUMS)].sum()
    traits = article_traits(frames["articles"], sources)
    read = traits[traits["is_usable"]]
    shares = read.drop(columns=["hour", "words", "is_usable"]).groupby("source_id").mean()
    feeds = frames["fetch_log"].query("kind == 'feed'").groupby("source_id")["items_total"].max()
    unresolved = (frames["mentions"]["status"] == "unresolved").groupby(frames["mentions"]["source_id"]).mean()
    facts = pd.DataFrame(index=asked)
    facts["day"] = date.fromisoformat(day)
    facts["hours"] = _hours(frames["fetch_log"])
    for name in SUMS:
        facts[name] = sums[name].reindex(asked).astype(int)
    for name in ("articles", "revisions", "quarantine", "mentions"):
        rows = frames[name].groupby("source_id").size().reindex(asked, fill_value=0)
        facts["quarantined" if name == "quarantine" else name] = rows.astype(int)
    ended = facts["articles"] + facts["revisions"] + facts["quarantined"]
    facts["quarantined_share"] = (facts["quarantined"] / ended.where(ended > 0)).astype(float)
    facts["entries_max"] = feeds.reindex(asked).astype("Float64").astype(float)
    facts["words_median"] = read.groupby("source_id")["words"].median().reindex(asked)
    facts["unresolved_share"] = unresolved.reindex(asked).astype("Float64").astype(float)
    undecided = frames["mentions"][frames["mentions"]["status"].isin(OPEN)].groupby("source_id")["surface"].nunique()
    facts["open_names"] = undecided.reindex(asked, fill_value=0).astype(int)
    facts["last_article_at"] = frames["articles"].groupby("source_id")["seen_at"].max().reindex(asked)
    hourly = pd.crosstab(traits.index, traits["hour"]).reindex(index=asked, columns=range(24), fill_value=0)
    facts["articles_by_hour"] = pd.Series(hourly.to_numpy().tolist(), index=asked, dtype=object)
    languages = frames["articles"]["language"].fillna(UNDETERMINED)
    for names, counts, values, frame in (
        ("languages", "language_counts", languages, frames["articles"]),
        ("quarantine_reasons", "quarantine_counts", frames["quarantine"]["reason_code"], frames["quarantine"]),
    ):
        tally = _tally(frame["source_id"], values)
        facts[names] = pd.Series([list(tally.get(source, {})) for source in asked], index=asked, dtype=object)
        facts[counts] = pd.Series([list(tally.get(source, {}).values()) for source in asked], index=asked, dtype=object)
    return facts.join(shares).reset_index()


def article_traits(articles: pd.DataFrame, sources: Mapping[str, Source]) -> pd.DataFrame:
    """One row per article in order of capture, indexed by source_id: what is counted of it.

    `<column>_filled` tells for each column of FILLED whether it has a value; an empty list is none. What was taken
    down is not `is_usable`: it counts as an article, and in no share.
    """
    ordered = articles.sort_values(["seen_at", "article_id"], kind="stable")
    owners = pd.Index(ordered["source_id"].astype(str), name="source_id")
    words = ordered["word_count"].to_numpy(dtype=float)
    limits = {name: source.expect.short_words for name, source in sources.items()}
    short = pd.Series(owners, dtype=object).map(lambda owner: limits.get(owner, Expectations().short_words))
    twins = ["source_id", "text_digest"]
    traits = {
        "hour": ordered["seen_at"].dt.hour.to_numpy(dtype=int),
        "is_usable": (ordered["pub_status"] == "usable").to_numpy(dtype=bool),
        "words": words,
        "undated_share": (ordered["published_source"] == "none").to_numpy(dtype=bool),
        "short_share": words < short.to_numpy(dtype=float),
        "duplicate_share": (ordered.duplicated(twins) & ordered["text_digest"].notna()).to_numpy(dtype=bool),
    }
    for name in FILLED:
        full = ordered[name].list.len() > 0 if name in {"authors", "keywords"} else ordered[name].notna()
        traits[f"{name}_filled"] = full.to_numpy(dtype=bool)
    return pd.DataFrame(traits, index=owners)


def empty_runs(traits: pd.DataFrame) -> pd.DataFrame:
    """For each source and column of FILLED, how many of its last articles in a row have no value there."""
    traits = traits[traits["is_usable"]]
    since = traits.groupby("source_id").cumcount(ascending=False)
    sizes = traits.groupby("source_id").size()
    runs = {
        name: since.where(traits[f"{name}_filled"].to_numpy()).groupby("source_id").min().fillna(sizes).astype(int)
        for name in FILLED
    }
    return pd.DataFrame(runs)


def _hours(fetch_log: pd.DataFrame) -> int:
    """Whole hours before the last attempt; 24 where that is in the last hour of the day, or nothing was attempted."""
    if fetch_log.empty:
        return LAST_HOUR + 1
    hour = int(fetch_log["requested_at"].max().hour)
    return hour if hour < LAST_HOUR else LAST_HOUR + 1


def _tally(owners: pd.Series, values: pd.Series) -> dict[str, dict[str, int]]:
    """How often each source has each value, the most frequent first, ties by value."""
    counted = Counter(zip(owners.astype(str), values.astype(str), strict=True))
    tally: dict[str, dict[str, int]] = {}
    for (owner, value), count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        tally.setdefault(owner, {})[value] = count
    return tally
