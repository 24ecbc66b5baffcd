"""Who was named on a day, and how: the rows of the tables `persons` and `person_names`.

They are counted from one day's mentions, by DuckDB within a small memory; no other day is read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from etl.model import ObjectFile
from etl.people.registry import Registry
from etl.storage import present
from etl.tables.relations import quoted

MEMORY = "96MB"  # DuckDB's; beyond it the session spills to `staging/`
COUNTED = "CAST(count(*) AS INTEGER) AS mentions, CAST(count(DISTINCT article_id) AS INTEGER) AS articles"
Row = dict[str, object]


def people_rows(
    data: Path, day: str, files: Sequence[ObjectFile], registry: Registry, former: Mapping[str, str]
) -> dict[str, list[Row]]:
    """The rows of `persons` and `person_names` of a day, by table, given the day's objects of `mentions`.

    `former` maps ids that persons of the registry had before to their ids now. Mentions of nobody known are left out.
    """
    names, totals = _counted(data, files) if files else ([], [])
    told = {"day": date.fromisoformat(day)}
    merged: dict[str, list[str]] = defaultdict(list)
    for old, new in sorted(former.items()):
        merged[new].append(old)
    usual = _usual_forms(names)
    persons = [told | total | _who(str(total["person_id"]), usual, registry, merged) for total in totals]
    return {"persons": persons, "person_names": [told | name for name in names]}


def _counted(data: Path, files: Sequence[ObjectFile]) -> tuple[list[Row], list[Row]]:
    """Counts by person, form and source, and counts by person, each in order of these."""
    paths = ", ".join(quoted(str(present(data, file.path))) for file in files)
    with duckdb.connect() as session:
        session.execute(f"SET memory_limit = '{MEMORY}'; SET threads = 1")
        session.execute(f"SET temp_directory = {quoted(str(data / 'staging' / 'duckdb'))}")
        session.execute(
            "CREATE VIEW named AS SELECT person_id, surface, source_id, name_key, article_id "
            f"FROM read_parquet([{paths}], hive_partitioning = false) WHERE person_id IS NOT NULL"
        )
        names = session.execute(
            f"SELECT person_id, surface, source_id, min(name_key) AS name_key, {COUNTED} FROM named "
            "GROUP BY person_id, surface, source_id ORDER BY person_id, surface, source_id"
        )
        rows = _as_rows(names)
        totals = session.execute(
            f"SELECT person_id, {COUNTED}, CAST(count(DISTINCT surface) AS INTEGER) AS forms, "
            "list(DISTINCT source_id ORDER BY source_id) AS sources FROM named GROUP BY person_id ORDER BY person_id"
        )
        return rows, _as_rows(totals)


def _as_rows(found: duckdb.DuckDBPyConnection) -> list[Row]:
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, values, strict=True)) for values in found.fetchall()]


def _usual_forms(names: Iterable[Row]) -> dict[str, str]:
    """The form by which each person was printed most often, of those with the most words; ties by the letters."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for name in names:
        counts[str(name["person_id"]), str(name["surface"])] += int(str(name["mentions"]))
    best: dict[str, tuple[bool, int, str]] = {}
    for (person_id, surface), count in sorted(counts.items(), reverse=True):
        rank = (" " in surface, count, surface)
        if person_id not in best or rank[:2] >= best[person_id][:2]:
            best[person_id] = rank
    return {person_id: surface for person_id, (_, _, surface) in best.items()}


def _who(person_id: str, usual: Mapping[str, str], registry: Registry, merged: Mapping[str, list[str]]) -> Row:
    """Who a person is: by the registry, else by the form most used."""
    person = registry.persons.get(person_id)
    return {
        "name": person.name if person else usual[person_id],
        "known_by": "registry" if person else "name",
        "wikidata": person.wikidata if person else None,
        "role": (person.role or None) if person else None,
        "country": person.country if person else None,
        "merged_ids": merged.get(person_id, []),
    }
