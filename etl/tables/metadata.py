"""The tables as other tools expect to be told of them: a Frictionless Data Package and a Croissant document.

Both are plain JSON from the declarations in `tables`. Paths in them are relative to the data folder.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from etl.tables.schema import INSTANT, SCHEMA_VERSION, TABLES, Column, Table

NAME = "dateline"
DESCRIPTION = (
    "News articles as captured from feeds, with datelines, dates, bylines, persons, edits, requests and rejects as "
    "tables. Each table is a folder of Parquet files below seen_date=YYYY-MM-DD, the UTC day of the capture."
)
# The texts are their publishers'; what may be done with them no file here can say.
RIGHTS = "The texts belong to their publishers (column source_name); ask them before you publish or share any."
MEDIA_TYPE = "application/vnd.apache.parquet"  # IANA, 2024
CROISSANT_MEDIA_TYPE = "application/x-parquet"  # what readers of Croissant 1.0 know it by
INTEGERS = (pa.int16(), pa.int32(), pa.int64())
# Croissant 1.0, http://mlcommons.org/croissant/1.0, appendix 1: the terms that are used below.
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "key": "cr:key",
    "recordSet": "cr:recordSet",
    "repeated": "cr:repeated",
    "sc": "https://schema.org/",
    "source": "cr:source",
}


def data_package(live: Mapping[str, Sequence[str]]) -> str:
    """A Data Package v1 descriptor (https://specs.frictionlessdata.io/) over the live files, as JSON.

    Read it with the data folder as base path. A table without files has no rows: `data` is an empty list.
    """
    resources = [_resource(table, sorted(live.get(table.name, ()))) for table in TABLES.values()]
    package = {
        "profile": "data-package",
        "name": NAME,
        "title": "Dateline",
        "description": f"{DESCRIPTION} {RIGHTS}",
        "version": SCHEMA_VERSION,
        "resources": resources,
    }
    return _json(package)


def croissant(live: Mapping[str, Sequence[str]]) -> str:
    """A Croissant 1.0 document (http://mlcommons.org/croissant/1.0) over the table folders, as JSON-LD.

    `live` only dates it: by the newest day that has a file.
    """
    days = sorted(path.split("seen_date=")[1][:10] for paths in live.values() for path in paths)
    document = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": NAME,
        "description": DESCRIPTION,
        "license": RIGHTS,
        "version": f"{SCHEMA_VERSION}.0.0",
        "isLiveDataset": True,
        **({"datePublished": days[-1]} if days else {}),
        "distribution": [_file_set(table) for table in TABLES.values()],
        "recordSet": [_record_set(table) for table in TABLES.values()],
    }
    return _json(document)


def _resource(table: Table, paths: Sequence[str]) -> dict[str, Any]:
    return {
        "profile": "data-resource",
        "name": table.name,
        "description": table.description,
        **({"path": list(paths), "format": "parquet", "mediatype": MEDIA_TYPE} if paths else {"data": []}),
        "schema": {
            "fields": [_frictionless_field(column) for column in table.columns],
            **({} if table.by_day else {"primaryKey": list(table.key)}),
        },
    }


def _frictionless_field(column: Column) -> dict[str, Any]:
    """A field; the values of an enumeration stand at the column, or at the items of a list."""
    values = {"enum": list(column.enum)} if column.enum else {}
    listed = isinstance(column.type, pa.ListType)
    constraints = {"required": not column.nullable} | ({} if listed else values)
    found = {
        "name": column.name,
        "type": _frictionless_type(column.type),
        "format": "default",
        "description": column.description,
        "constraints": constraints,
    }
    if isinstance(column.type, pa.ListType):
        found["arrayItem"] = {"type": _frictionless_type(column.type.value_type), "constraints": values}
    return found | ({"unit": column.unit} if column.unit else {}) | ({"term": column.term} if column.term else {})


def _frictionless_type(kind: pa.DataType) -> str:
    if isinstance(kind, pa.ListType):
        return "array"
    if kind in INTEGERS:
        return "integer"
    return {pa.float64(): "number", pa.date32(): "date", INSTANT: "datetime", pa.bool_(): "boolean"}.get(kind, "string")


def _file_set(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{table.name}-files",
        "name": f"{table.name}-files",
        "description": f"The files of {table.name}, one or more a day.",
        "encodingFormat": CROISSANT_MEDIA_TYPE,
        "includes": f"tables/{table.name}/*/*.parquet",
    }


def _record_set(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        **({} if table.by_day else {"key": [{"@id": f"{table.name}/{name}"} for name in table.key]}),
        "field": [_croissant_field(table, column) for column in table.columns],
    }


def _croissant_field(table: Table, column: Column) -> dict[str, Any]:
    listed = isinstance(column.type, pa.ListType)
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": _croissant_type(column.type),
        **({"repeated": True} if listed else {}),
        "source": {"fileSet": {"@id": f"{table.name}-files"}, "extract": {"column": column.name}},
    }


def _croissant_type(kind: pa.DataType) -> str:
    if isinstance(kind, pa.ListType):
        return _croissant_type(kind.value_type)
    if kind in INTEGERS:
        return "sc:Integer"
    return {pa.float64(): "sc:Float", pa.date32(): "sc:Date", INSTANT: "sc:DateTime", pa.bool_(): "sc:Boolean"}.get(
        kind, "sc:Text"
    )


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
