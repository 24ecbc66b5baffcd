"""Dateline: news feeds to Parquet tables an analyst can trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def read(table: str, **options: Any) -> pd.DataFrame:
    """Rows of a table or view as a DataFrame of Arrow types, strictly from one commit: `etl.stores.snapshots.read`."""
    from etl.stores import snapshots

    return snapshots.read(table, **options)
