"""WARC files: our own, written once and never changed, and those from elsewhere."""
