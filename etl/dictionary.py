"""The data dictionary: every table and column as `tables` declares them, as Markdown.

`python -m etl.dictionary` writes `docs/tables.md`; with `--check` it only compares, and fails where they differ.
"""

import sys
from pathlib import Path

from etl.tables import TABLES, Column, Table

DOCUMENT = Path(__file__).parent.parent / "docs" / "tables.md"
HEAD = """# Tables and columns

Made from `etl/tables.py` by `python -m etl.dictionary`: change it there. Every table lies in
`tables/<table>/seen_date=YYYY-MM-DD/`, the UTC day of the capture. Instants are UTC in microseconds; offsets count
Unicode code points from 0, the end not included; ids are strings with a type prefix.
"""


def dictionary() -> str:
    """The whole dictionary as Markdown."""
    return HEAD + "".join(_table(table) for table in TABLES.values())


def _table(table: Table) -> str:
    head = f"\n## {table.name}\n\n{table.description}\n\nKey: {', '.join(f'`{name}`' for name in table.key)}.\n\n"
    return (
        head
        + "| column | type | null | meaning | unit or values | standard term |\n|---|---|---|---|---|---|\n"
        + "".join(map(_row, table.columns))
    )


def _row(column: Column) -> str:
    values = column.unit or ", ".join(f"`{value}`" for value in column.enum)
    cells = (f"`{column.name}`", str(column.type), "yes" if column.nullable else "no", column.description, values)
    return f"| {' | '.join(cells)} | {column.term or ''} |\n"


def main(arguments: list[str]) -> int:
    """Writes the document, or with `--check` tells whether it is up to date; returns the exit status."""
    if "--check" not in arguments:
        DOCUMENT.write_text(dictionary(), "utf-8")
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text("utf-8") == dictionary():
        return 0
    sys.stderr.write(f"{DOCUMENT.name} is not what etl/tables.py says: run `python -m etl.dictionary` and commit it\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
