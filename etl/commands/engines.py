"""How long work is spread: the options of the engines, and what is said where it is interrupted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import click
from rich.console import Console

from etl.commands.bars import Tell, bar
from etl.verbs.engines import ENGINES

console = Console(soft_wrap=True, stderr=True)
Command = TypeVar("Command", bound=Callable[..., Any])


def engine_options(command: Command) -> Command:
    """Gives a command the options `engine`, `workers` and `master`."""
    options = (
        click.option("--engine", type=click.Choice(ENGINES), default="local", show_default=True, help="Who reads."),
        click.option("--workers", type=click.IntRange(min=1), help="Processes of the local engine [one a core]."),
        click.option("--master", metavar="URL", help="Spark's master, e.g. local[2] or spark://host:7077."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def shown(what: str) -> Iterator[Tell]:
    """Shows how many of how many are done, on a terminal; an interrupt ends in a line that says how to go on."""
    reached = [0, 0]
    with suppress(KeyboardInterrupt), bar(console, what) as show:

        def tell(done: int, of_all: int) -> None:
            reached[:] = done, of_all
            show(done, of_all)

        yield tell
        return
    done, of_all = reached
    console.print(
        f"stopped: {done} of {of_all} {what} are made and stay made; "
        "give the same command again and it goes on from there",
        markup=False,
    )
    raise click.Abort
