"""What the DAGs share: the one asset, the pools, the defaults of every task. No DAG file (see .airflowignore)."""

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.definitions.retry_policy import RetryDecision
from dateline_counters import send_seconds, show_fields
from dateline_notices import tell_failure

# Defined once: the same name with two addresses would silently part producers from consumers.
ARTICLES = Asset("dateline_articles", uri="x-dateline://articles", group="dateline")
HTTP_POOL = "dateline_http"
WRITE_POOL = "dateline_write"
TAGS = ["dateline"]
RETRY_SECONDS = float(os.environ.get("DATELINE_RETRY_SECONDS", "30"))


class ByError(ExceptionRetryPolicy):
    """Decides by what the operator would have to do; a wait that a host asked for is granted as it was asked.

    A rule of Airflow's own has one delay for all, hence a class.
    """

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> RetryDecision:
        """The decision about one failure. Sources: `etl.errors`, and RFC 9110, section 10.2.3 (Retry-After)."""
        wait = getattr(exception, "wait_seconds", None)
        if wait is not None:
            return RetryDecision.retry(timedelta(seconds=wait), reason=f"the host asks to wait {wait:.0f} seconds")
        return super().evaluate(exception, try_number, max_tries, context)


def setting(name: str, default: float) -> float:
    """A number of `settings.toml`; the default where there is none.

    A file that cannot be read gives the default too: the DAGs stay in sight, and `plan` tells what is wrong with it.
    """
    path = Path(os.environ.get("DATELINE_CONFIG", "config")) / "settings.toml"
    try:
        found = tomllib.loads(path.read_text("utf-8")).get(name, default)
    except (OSError, ValueError):
        return default
    return found if isinstance(found, int | float) and found > 0 else default


DEFAULTS = {
    "owner": "dateline",
    "retries": 2,
    "retry_delay": timedelta(seconds=RETRY_SECONDS),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "on_execute_callback": show_fields,
    "on_success_callback": send_seconds,
    "on_failure_callback": tell_failure,
    "retry_policy": ByError(
        rules=[
            RetryRule(
                exception="etl.errors.ConfigError", action=RetryAction.FAIL, reason="a person must mend the file"
            ),
            RetryRule(exception="etl.errors.DataError", action=RetryAction.FAIL, reason="trying again changes no data"),
            RetryRule(
                exception="etl.errors.FatalFetchError",
                action=RetryAction.FAIL,
                reason="the source is gone, refuses, or asks for a longer wait: a later run asks again",
            ),
        ]
    ),
}
