"""The figures that monitoring follows: what a run did, and how sources and stores stand. Who sends them knows how."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection

from etl.config import House
from etl.model import FetchOutcome
from etl.state import open_state
from etl.stores import ledger
from etl.verbs.glance import glance
from etl.verbs.health import STATES, source_health
from etl.verbs.reports import frame, report

MetricKind = Literal["count", "gauge"]
SUMS = ("seen", "new", "revisions", "unchanged", "quarantined")
# Every metric by name, with its kind; docs/observability.md says what each means.
METRICS: Mapping[str, MetricKind] = {
    "dateline.runs": "count",
    **{f"dateline.items.{name}": "count" for name in SUMS},
    "dateline.feeds.asked": "count",
    "dateline.feeds.failed": "count",
    **{f"dateline.fetches.{outcome}": "count" for outcome in get_args(FetchOutcome)},
    **{f"dateline.sources.{state}": "gauge" for state in STATES},
    "dateline.stores.open_days": "gauge",
    "dateline.stores.waiting_warcs": "gauge",
    "dateline.stores.free_bytes": "gauge",
}
STEP = "dateline.step"  # how long a step took, by its name: measured by who runs it
TODAY = 1  # a day is enough to know the state of a source


class Measure(NamedTuple):
    """One figure of METRICS: of a count what came to it, of a gauge what it is now."""

    name: str
    value: int

    @property
    def kind(self) -> MetricKind:
        """How it is sent."""
        return METRICS[self.name]


def run_counters(house: House, run_id: str) -> list[Measure]:
    """What a run came to: items by what became of them, feeds asked and failed, attempts by outcome.

    Outcomes that it had none of are left out. Raises StorageError.
    """
    found = report(house, run_id)
    with open_state(house.state_url).connect() as connection:
        outcomes = _outcomes(house, connection, run_id)
    sums = [Measure(f"dateline.items.{name}", found.counts[name]) for name in SUMS]
    feeds = {"asked": found.feeds, "failed": len(found.feeds_failed)}
    return [
        Measure("dateline.runs", 1),
        *sums,
        *(Measure(f"dateline.feeds.{name}", count) for name, count in feeds.items()),
        *(Measure(f"dateline.fetches.{outcome}", count) for outcome, count in sorted(outcomes.items())),
    ]


def house_gauges(house: House, now: datetime) -> list[Measure]:
    """How many sources are in each state, and how the stores stand. Raises StorageError."""
    states = Counter(one.state for one in source_health(house, now, TODAY))
    stores = glance(house, now, TODAY)
    return [
        *(Measure(f"dateline.sources.{state}", states[state]) for state in STATES),
        Measure("dateline.stores.open_days", len(stores.open_days)),
        Measure("dateline.stores.waiting_warcs", stores.waiting_warcs),
        Measure("dateline.stores.free_bytes", stores.free_bytes),
    ]


def _outcomes(house: House, connection: Connection, run_id: str) -> Counter[str]:
    """The attempts of a run by outcome."""
    units = ledger.units_of(connection, run_id)
    files = ledger.live_objects(connection, "fetch_log", of_units=[*units, *ledger.compacted_units(connection, units)])
    rows = frame(house, files, "fetch_log", {"run_id", "outcome"})
    return Counter(rows.loc[rows["run_id"] == run_id, "outcome"].astype(str))
