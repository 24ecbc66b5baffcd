"""Measurements: `python -m bench` for speed and memory, `python -m bench.evaluation` for accuracy."""
