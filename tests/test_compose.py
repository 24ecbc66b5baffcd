"""docker-compose.yml beyond its schema: what it names exists, is pinned, and is closed to the outside.

`make check` holds the file to the compose schema, which sees neither a `depends_on` without its service nor a
password with a default. No engine is needed here.
"""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with the airflow extra")

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")

# `$$` is a dollar sign for the shell inside the container, not a variable of compose.
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")


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


def test_services_are_airflows_parts_and_its_database() -> None:
    """The stack is PostgreSQL, a first step that ends, and the four processes that Airflow 3 consists of."""
    parts = {"api-server", "scheduler", "dag-processor", "triggerer"}
    assert set(SERVICES) == parts | {"postgres", "init"}
    assert {name for name, service in SERVICES.items() if service["restart"] == "no"} == {"init"}
    assert all("healthcheck" in SERVICES[name] for name in parts | {"postgres"})


def test_services_wait_only_for_services_that_can_answer() -> None:
    """Every `depends_on` names a service, one with a health check where its health is waited for."""
    assert {name for name, service in SERVICES.items() if "depends_on" not in service} == {"postgres"}
    for service in SERVICES.values():
        for target, wait in service.get("depends_on", {}).items():
            assert target in SERVICES
            assert wait["condition"] != "service_healthy" or "healthcheck" in SERVICES[target]


def test_variables_have_a_default_or_a_message() -> None:
    """No variable can be forgotten in silence: each has a default, or stops compose with a message."""
    assert _variables()
    for name, rests in _variables().items():
        for rest in rests:
            assert re.fullmatch(r":-.+|:\?.+", rest), f"${{{name}{rest}}}"


def test_secrets_have_no_default() -> None:
    """What is called a password, secret or key must be given by whoever starts the stack."""
    secrets = {name for name in _variables() if re.search("PASSWORD|SECRET|KEY", name)}
    assert secrets
    assert secrets <= _required()


def test_env_example_lists_exactly_what_must_be_given() -> None:
    """`.env.example` has every required variable, no other one, and a value for none."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) == _required()
    assert not any(given.values())


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


def test_mounts_are_declared_and_code_is_read_only() -> None:
    """Named volumes are declared and all used; what comes from the repository is mounted read-only and exists."""
    volumes = {source for source, *_ in _mounts() if not source.startswith(".")}
    assert volumes == set(COMPOSE["volumes"]) == {"postgres", "data", "logs"}
    folders = [mount for mount in _mounts() if mount[0].startswith(".")]
    assert {source for source, *_ in folders} == {"./config", "./dags"}
    for source, _, mode in folders:
        assert mode == "ro"
        assert (ROOT / source).is_dir()


@pytest.mark.airflow
def test_airflow_settings_exist() -> None:
    """Every AIRFLOW__SECTION__KEY is an option that the installed Airflow reads, not a name of an older version."""
    spec = importlib.util.find_spec("airflow")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    template = Path(spec.submodule_search_locations[0]) / "config_templates" / "config.yml"
    sections = yaml.safe_load(template.read_text(encoding="utf-8"))
    names = {
        key for service in SERVICES.values() for key in service.get("environment", {}) if key.startswith("AIRFLOW__")
    }
    assert names
    for name in names:
        _, section, option = name.lower().split("__")
        assert option in sections[section]["options"], name
