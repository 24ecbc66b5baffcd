"""Runs DAGs for real, without a server, once for each line that comes on standard input.

The line is the name of the DAG and the run's params as JSON; when the run is over, a line `<run id> <state>` goes to
standard output. Everything that Airflow has to say goes to standard error.
"""

import json
import sys


def main() -> None:
    """Answers each line until the input ends; exit status 1 where the DAGs do not load."""
    answers, sys.stdout = sys.stdout, sys.stderr
    from airflow.dag_processing.dagbag import DagBag  # imported late, since it takes hold of standard output
    from airflow.settings import DAGS_FOLDER

    sys.path.append(DAGS_FOLDER)  # as Airflow does in its own processes
    bag = DagBag(DAGS_FOLDER)
    if bag.import_errors:
        sys.exit(f"the DAGs do not load: {bag.import_errors}")
    for dag in bag.dags.values():
        dag.deadline = None  # dag.test() of Airflow 3.3.2 takes the alert for its key and fails when the run is over
    for line in sys.stdin:
        dag_id, _, params = line.partition(" ")
        run = bag.dags[dag_id].test(run_conf=json.loads(params))
        print(run.run_id, run.state, file=answers, flush=True)


if __name__ == "__main__":
    main()
