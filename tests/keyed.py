"""The keys of the S3 server on loopback; light, since each process that works with them imports it anew."""

import os
from collections.abc import Callable

from etl.config import House

KEYS = {"AWS_ACCESS_KEY_ID": "desk", "AWS_SECRET_ACCESS_KEY": "desk", "AWS_EC2_METADATA_DISABLED": "true"}


def keyed(act: Callable[[House], object], house: House) -> None:
    """Acts in a process that was forked from one that had no keys."""
    os.environ.update(KEYS)
    act(house)
