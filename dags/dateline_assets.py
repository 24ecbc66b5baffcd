"""What the DAGs share: the one asset, the pools, the defaults of every task. No DAG file (see .airflowignore)."""

from datetime import timedelta

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule

# Defined once: the same name with two addresses would silently part producers from consumers.
ARTICLES = Asset("dateline_articles", uri="x-dateline://articles", group="dateline")
HTTP_POOL = "dateline_http"
WRITE_POOL = "dateline_write"
TAGS = ["dateline"]
DEFAULTS = {
    "owner": "dateline",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(
                exception="etl.errors.ConfigError", action=RetryAction.FAIL, reason="a person must mend the file"
            ),
            RetryRule(exception="etl.errors.DataError", action=RetryAction.FAIL, reason="trying again changes no data"),
        ]
    ),
}
