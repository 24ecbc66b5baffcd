"""What a test needs that not every machine has."""

import os
from typing import NoReturn

import pytest


def need(what_is_missing: str) -> NoReturn:
    """Skips with one line on a person's machine; fails where `CI` is set, for there nothing is skipped."""
    if os.environ.get("CI"):
        pytest.fail(what_is_missing, pytrace=False)
    pytest.skip(what_is_missing)
