"""The `dateline` command: the same verbs by hand."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import click
from rich.console import Console

from etl import pipeline
from etl.commands.bars import bar
from etl.commands.explaining import explain
from etl.commands.importing import import_
from etl.commands.people import persons
from etl.commands.runs import check, run, sources
from etl.commands.sources import SOURCE_COMMANDS
from etl.commands.status import status
from etl.commands.stored import COMMANDS
from etl.config import House, open_house
from etl.errors import DatelineError
from etl.verbs.events import LogFormat, show_events
from etl.verbs.preparation import Means

console = Console(soft_wrap=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dateline", prog_name="dateline")
@click.option(
    "--data", metavar="WHERE", help="Folder of the stores, or s3://bucket/prefix [DATELINE_DATA, else ./data]."
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="Folder of the configuration [DATELINE_CONFIG, else ./config]."
)
@click.option(
    "--log-format",
    type=click.Choice(get_args(LogFormat)),
    default="text",
    envvar="DATELINE_LOG_FORMAT",
    help="On standard error: warnings as text, or all events as JSON lines [DATELINE_LOG_FORMAT, else text].",
)
@click.pass_context
def cli(context: click.Context, data: str | None, config: Path | None, log_format: LogFormat) -> None:
    """News feeds to Parquet tables an analyst can trust."""
    show_events(log_format)
    context.obj = lambda: open_house(data, config)
    context.meta["data"] = data


for command in (run, sources, check, explain, *COMMANDS, import_, persons, *SOURCE_COMMANDS, status):
    cli.add_command(command)


@cli.group()
def state() -> None:
    """The small database beside the stores."""


@state.command("rebuild")
@click.pass_obj
def state_rebuild(house: Callable[[], House]) -> None:
    """Make the frontier, the ledger and the tables again from raw/ alone."""
    with bar(console, "WARC files") as tell:
        made = pipeline.rebuild_state(house(), Means(tell=tell))
    console.print(f"State and tables made again from {made} WARC files")


cli.add_command(state, "frontier")  # the frontier is a part of it, made again with the rest


def main() -> None:
    """Runs the command; an error that an operator can act on is one line on standard error, exit status 1."""
    try:
        cli(standalone_mode=False)
    except DatelineError as error:
        click.echo(f"dateline: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        sys.exit(130)


if __name__ == "__main__":
    main()
