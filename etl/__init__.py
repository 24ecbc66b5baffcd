"""Dateline: news feeds to Parquet tables an analyst can trust."""
