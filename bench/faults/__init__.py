"""Faults on purpose, and what is left after them: `python -m bench.faults COMMAND`; docs/faults.md has the figures."""
