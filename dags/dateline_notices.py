"""Who is told of an alarm, and how. No DAG file (see .airflowignore).

The environment variable DATELINE_NOTIFIERS names notifiers of Airflow, as a JSON list; each has a class in `notifier`
and its arguments beside it. It is no setting of `config/`, which is data and cannot make code run.
"""

import json
import os
from datetime import timedelta
from typing import Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

RUNBOOK = os.environ.get("DATELINE_RUNBOOK_URL", "docs/runbook")
BY_MAIL = {
    "subject": "Dateline: {{ alarm }}",
    "html_content": "<p>{{ alarm }}: {{ told | e }}</p><p>What to do: {{ runbook }}</p>",
}


def notifiers() -> list[tuple[str, dict[str, Any]]]:
    """(class, arguments) of each notifier that the environment names; none by default. Raises ValueError."""
    found = []
    for each in json.loads(os.environ.get("DATELINE_NOTIFIERS") or "[]"):
        arguments = dict(each)
        path = arguments.pop("notifier")
        found.append((path, {**(BY_MAIL if path.endswith(".SmtpNotifier") else {}), **arguments}))
    return found


def tell(alarm: str, told: str, context: Any) -> None:
    """Says an alarm in the task's log and to each notifier, whose arguments may use `alarm`, `told` and `runbook`."""
    from importlib import import_module

    from etl.verbs.alarms import page_of

    page = page_of(alarm, RUNBOOK)
    print(f"ALARM {alarm}: {told} (what to do: {page})")
    for path, arguments in notifiers():
        # the words are values of the template and never a part of it, since some of them come from elsewhere
        module, _, name = path.rpartition(".")
        notifier = getattr(import_module(module), name)(**arguments)
        notifier({**context, "alarm": alarm, "told": told, "runbook": page})


def tell_failure(context: Any) -> None:
    """Tells that a task failed for good, by the alarm that this is."""
    from etl.verbs.alarms import alarm_of

    instance, error = context["task_instance"], context.get("exception")
    alarm = alarm_of(instance.dag_id, instance.task_id, error)
    if alarm is not None:
        tell(alarm, f"{instance.dag_id}.{instance.task_id} of run {instance.run_id}: {error}", context)


def deadlines(minutes: float) -> list[DeadlineAlert]:
    """What happens when a run is not over so long after it was queued: a line in the triggerer's log, and notices."""
    told = f"a run of dateline_ingest is not over after {minutes:g} minutes"
    words = {"alarm": "ingest_late", "told": told, "runbook": f"{RUNBOOK}/ingest_late.md"}
    said = "".join(f"{{% set {name} = {json.dumps(value)} %}}" for name, value in words.items())
    callbacks = [AsyncCallback("etl.verbs.alarms.note_late")]
    for path, arguments in notifiers():
        # the triggerer knows the run and nothing of ours, so the words go with the template
        filled = {
            key: said + each if isinstance(each, str) and "{{" in each else each for key, each in arguments.items()
        }
        callbacks.append(AsyncCallback(path, kwargs=filled))
    reference, interval = DeadlineReference.DAGRUN_QUEUED_AT, timedelta(minutes=minutes)
    return [DeadlineAlert(reference, interval, callback, name="ingest_late") for callback in callbacks]
