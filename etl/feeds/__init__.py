"""Feeds and lists of stories become entries."""
