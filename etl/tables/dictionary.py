"""The data dictionary: every table, view and column as declared, for people, for programs and for DuckDB.

`python -m etl.tables.dictionary` writes `docs/tables.md`; with `--check` it only compares, and fails where they differ;
with `--release` it writes the schema as released (see `contract`) and nothing else.
"""

import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from etl.errors import DatelineError
from etl.tables.contract import release
from etl.tables.metadata import croissant, data_package
from etl.tables.relations import views_sql
from etl.tables.schema import TABLES, Column, Table
from etl.tables.views import VIEWS, View

DOCUMENT = Path(__file__).parents[2] / "docs" / "tables.md"
HEAD = """# Tables and columns

Made from `etl/tables/schema.py` and `etl/tables/views.py` by `python -m etl.tables.dictionary`: change it there. Every
table lies in `tables/<table>/seen_date=YYYY-MM-DD/`, the UTC day of the capture. Instants are UTC in microseconds;
offsets count Unicode code points from 0, the end not included; ids are strings with a type prefix. How to read them
with which tool: [reading.md](reading.md).
"""
VIEWS_HEAD = """
# Views

Selects over the tables, made by DuckDB when they are asked: `docs/views.sql` in the data folder, or `dateline sql`.
"""
TITLES = ("column", "type", "null", "meaning", "unit or values", "standard term")
# Colours have a contrast of 7 to 1 and more in either scheme (WCAG 2.2, level AAA for text).
STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --faint: #4b535d; --line: #d0d7de; --band: #f4f6f8;
 --link: #0b4a8f }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #b3bcc6; --line: #343b44;
 --band: #161b22; --link: #9ecbff } }
body { margin: 0 auto; max-width: 90rem; padding: 1rem; background: var(--paper); color: var(--ink);
 font: 1rem/1.5 system-ui, sans-serif }
a { color: var(--link) } nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0 }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: start; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line) }
thead th { background: var(--band) } tbody th { font-weight: 600 } td.meaning { min-width: 20rem }
td.values { max-width: 24rem; overflow-wrap: anywhere } .faint { color: var(--faint) }
input { font: inherit; padding: .35rem .6rem; width: min(30rem, 100%); box-sizing: border-box; color: inherit;
 background: var(--band); border: 1px solid var(--faint); border-radius: .25rem }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
"""
SEARCH = """
const field = document.getElementById("search"), told = document.getElementById("told");
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const section of document.querySelectorAll("section")) {
    let any = false;
    for (const row of section.querySelectorAll("tbody tr")) {
      const text = (section.id + " " + row.textContent).toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
      if (!row.hidden) { any = true; shown += 1; }
    }
    section.hidden = !any;
  }
  told.textContent = words.length ? shown + " columns" : "";
});
"""


def documents(live: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What explains the tables, by path below the data folder; the same live files give the same text.

    `live` gives for each table its files as paths relative to the data folder, as they stand in the documents too.
    """
    return {
        "docs/tables.md": dictionary(),
        "docs/tables.html": dictionary_page(),
        "docs/views.sql": views_sql(live),
        "datapackage.json": data_package(live),
        "croissant.json": croissant(live),
    }


def dictionary() -> str:
    """The whole dictionary as Markdown."""
    tables, views = map(_section, TABLES.values()), map(_section, VIEWS.values())
    return HEAD + "".join(tables) + VIEWS_HEAD + "".join(views)


def dictionary_page() -> str:
    """The whole dictionary as one HTML page that needs nothing else: light and dark, and searched without a server."""
    links = "".join(f'<li><a href="#{name}">{name}</a></li>' for name in (*TABLES, *VIEWS))
    declared: tuple[Table | View, ...] = (*TABLES.values(), *VIEWS.values())
    sections = "".join(map(_html_section, declared))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dateline: tables and columns</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>Tables and columns</h1>
<p>Every table lies in <code>tables/&lt;table&gt;/seen_date=YYYY-MM-DD/</code>, the UTC day of the capture. Instants are
UTC in microseconds; offsets count Unicode code points from 0, the end not included.</p>
<search><label for="search">Find columns</label> <input id="search" type="search" autocomplete="off">
<span id="told" class="faint" role="status"></span></search>
<nav aria-label="Tables and views"><ul>{links}</ul></nav>
</header>
<main>{sections}
</main>
<script>{SEARCH}</script>
</body>
</html>
"""


def _section(declared: Table | View) -> str:
    head = f"\n## {declared.name}\n\n{declared.description}\n\n"
    if isinstance(declared, Table):
        within = " within a day" if declared.by_day else ""
        head += f"Key{within}: {', '.join(f'`{name}`' for name in declared.key)}.\n\n"
    ruler = f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}\n"
    return head + ruler + "".join(map(_row, declared.columns))


def _row(column: Column) -> str:
    values = column.unit or ", ".join(f"`{value}`" for value in column.enum)
    cells = (f"`{column.name}`", str(column.type), "yes" if column.nullable else "no", column.description, values)
    return f"| {' | '.join(cells)} | {column.term or ''} |\n"


def _html_section(declared: Table | View) -> str:
    keys = ", ".join(f"<code>{escape(name)}</code>" for name in declared.key) if isinstance(declared, Table) else ""
    within = " within a day" if isinstance(declared, Table) and declared.by_day else ""
    kind = f"Table. Key{within}: {keys}." if keys else "View."
    titles = "".join(f'<th scope="col">{title}</th>' for title in TITLES)
    rows = "".join(map(_html_row, declared.columns))
    return f"""
<section id="{declared.name}" aria-labelledby="{declared.name}-name">
<h2 id="{declared.name}-name">{escape(declared.name)}</h2>
<p>{escape(declared.description)} <span class="faint">{kind}</span></p>
<div class="wide" tabindex="0" role="region" aria-labelledby="{declared.name}-name"><table>
<thead><tr>{titles}</tr></thead>
<tbody>{rows}
</tbody></table></div>
</section>"""


def _html_row(column: Column) -> str:
    values = escape(column.unit or "") or ", ".join(f"<code>{escape(value)}</code>" for value in column.enum)
    return (
        f'\n<tr><th scope="row"><code>{escape(column.name)}</code></th><td>{escape(str(column.type))}</td>'
        f'<td>{"yes" if column.nullable else "no"}</td><td class="meaning">{escape(column.description)}</td>'
        f'<td class="values">{values}</td><td>{escape(column.term or "")}</td></tr>'
    )


def main(arguments: list[str]) -> int:
    """Writes what the arguments ask for, or with `--check` tells whether it is up to date; returns the exit status."""
    if "--release" in arguments:
        try:
            sys.stdout.write(f"{release()}\n")
        except DatelineError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        return 0
    if "--check" not in arguments:
        DOCUMENT.write_text(dictionary(), "utf-8")
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text("utf-8") == dictionary():
        return 0
    sys.stderr.write(
        f"{DOCUMENT.name} is not what etl/tables says: run `python -m etl.tables.dictionary` and commit it\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
