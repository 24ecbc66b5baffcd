"""What spark-submit runs: a rebuild on the Spark that it was submitted to; who submitted it finds out what changed."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from etl import pipeline
from etl.commands.stored import DAY, print_rebuilt
from etl.config import House, open_house
from etl.errors import DatelineError
from etl.storage import write_text
from etl.verbs.engines import choose_engine
from etl.verbs.preparation import Means


@click.command()
@click.option("--from", "first", type=DAY, required=True, help="First day, YYYY-MM-DD.")
@click.option("--to", "last", type=DAY, required=True, help="Last day, included.")
@click.option("--accept/--limit", help="Publish however much changes, or refuse what is more than settings allow.")
@click.option("--order", required=True, help="By what name the outcome is asked for.")
def rebuild(first: datetime, last: datetime, accept: bool, order: str) -> None:
    """Read a range of days again and publish what differs."""
    house, means = open_house(), Means(choose_engine("spark"))
    try:
        rebuilt = pipeline.rebuild(house, first.date(), last.date(), accept=accept, means=means)
    except DatelineError as error:
        click.echo(f"dateline: {error}", err=True)
        sys.exit(1)
    print_rebuilt(rebuilt)
    told = {"days": rebuilt.days, "identical": rebuilt.identical, "different": rebuilt.different}
    write_text(house.data, _outcome_path(order), json.dumps(told))


def outcome_of(house: House, order: str) -> Mapping[str, Any]:
    """What a rebuild has told by the name of its order: `days` that changed, objects `identical` and `different`.

    Raises FileNotFoundError where it has told nothing.
    """
    told: Mapping[str, Any] = json.loads((house.data / _outcome_path(order)).read_text("utf-8"))
    return told


def _outcome_path(order: str) -> str:
    """Beside what is staged: nobody needs it for longer than a day."""
    return f"staging/{''.join(sign if sign.isalnum() else '_' for sign in order)}.outcome.json"


if __name__ == "__main__":
    rebuild()
