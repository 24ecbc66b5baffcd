"""A batch of sources, or an archive from elsewhere, to WARC."""
