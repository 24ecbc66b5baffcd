"""The pages by name, and what is shown instead where one cannot be: each is made by a room that knows its tables."""

from collections.abc import Callable, Mapping
from datetime import datetime

from etl.config import House
from etl.errors import ConfigError, DatelineError
from etl.ui.asking import Asked, current_house
from etl.ui.health import show_health
from etl.ui.names import show_names
from etl.ui.quarantine import show_quarantine
from etl.ui.rendering import render
from etl.ui.runs import show_run, show_runs
from etl.ui.sessions import is_untouched
from etl.ui.sources import show_source

Answer = tuple[int, str]
VIEWS: Mapping[str, Callable[[Asked], str]] = {
    "health": show_health,
    "source": show_source,
    "runs": show_runs,
    "run": show_run,
    "quarantine": show_quarantine,
    "names": show_names,
}


def answer(
    name: str, query: Mapping[str, str], user: str, now: datetime, house_of: Callable[[], House] = current_house
) -> Answer:
    """HTTP status and page for one of VIEWS.

    Where the configuration or a store cannot be read the page says which, and what to do; where nothing was collected
    yet it says how to begin.
    """
    try:
        house = house_of()
        if is_untouched(house):
            return 200, render("untouched.html", page=name, now=now, sources=len(house.sources), data=str(house.data))
        return 200, VIEWS[name](Asked(house, now, query, user))
    except DatelineError as error:
        return 503, render(
            "problem.html", page=name, now=now, problem=str(error), is_config=isinstance(error, ConfigError)
        )


def refusal(status: int, why: str, now: datetime) -> Answer:
    """The page for whoever may not look, or asks for a page that does not exist."""
    return status, render("refusal.html", page="", now=now, status=status, why=why)
