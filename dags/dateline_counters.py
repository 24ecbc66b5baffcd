"""Our figures through Airflow's own metrics (StatsD, OpenTelemetry), and our events with their fields in task logs.

No DAG file (see .airflowignore). docs/observability.md has every name, and says how metrics are switched on.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any


def send_run(house: Any, run_id: str) -> None:
    """Sends what a run came to."""
    if _is_on():
        from etl.verbs.counters import run_counters

        _send(run_counters(house, run_id))


def send_gauges(house: Any) -> None:
    """Sends how sources and stores stand."""
    if _is_on():
        from etl.verbs.counters import house_gauges

        _send(house_gauges(house, datetime.now(UTC)))


def send_seconds(context: Any) -> None:
    """Sends how long a task took that has succeeded."""
    from airflow.sdk.observability import stats

    instance = context["task_instance"]
    if instance.start_date is not None:
        step = instance.task_id.rpartition(".")[2]
        took: timedelta = datetime.now(UTC) - instance.start_date
        stats.timing(f"dateline.step.{step}", took, tags={"dag_id": instance.dag_id})


def show_fields(context: Any) -> None:
    """Lets our events reach the task's log with their fields: Airflow 3.3 takes the words alone of what is logged."""
    own = logging.getLogger("etl")
    own.handlers = [_WithFields(context["run_id"])]
    own.setLevel(logging.INFO)
    own.propagate = False


class _WithFields(logging.Handler):
    """Hands events on to structlog, through which Airflow writes the task's log; those of no run get the task's."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def emit(self, record: logging.LogRecord) -> None:
        """Hands on one event."""
        import structlog

        from etl.verbs.events import fields_of

        fields = {"run_id": self._run_id, **fields_of(record)}
        log = structlog.get_logger(logger_name=record.name)
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info, **fields)


def _is_on() -> bool:
    """Whether Airflow sends metrics anywhere; where it does not, nothing is counted."""
    from airflow.sdk.configuration import conf

    return any(conf.getboolean("metrics", name) for name in ("statsd_on", "statsd_datadog_enabled", "otel_on"))


def _send(measures: Any) -> None:
    from airflow.sdk.observability import stats

    for measure in measures:
        (stats.incr if measure.kind == "count" else stats.gauge)(measure.name, measure.value)
