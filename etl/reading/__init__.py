"""Bytes to facts: the article in a page, and what its agency prints around it. No network, clock or database."""
