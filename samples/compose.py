"""docker-compose.yml as this machine's own programs can run it, and an environment file for it.

`python3 -m samples.compose > .env` prints `.env.example` with every secret filled in, made anew; it needs Python alone.
"""

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / ".env.example"
COMPOSE = ROOT / "docker-compose.yml"
# `$$` is a dollar sign for the shell inside the container.
VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+):(?P<kind>[-?])(?P<rest>[^}]*)\}")
_EMPTY = re.compile(r"^(\w+)=$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Service:
    """What a service runs and how it is asked whether it is well, as argument lists; `health` may be empty."""

    environment: dict[str, str]
    command: tuple[str, ...]
    health: tuple[str, ...]


def new_env(chosen: Mapping[str, str] | None = None) -> str:
    """The text of an environment file: `.env.example` with secrets made anew, and what was chosen at its end."""
    filled = _EMPTY.sub(lambda line: f"{line[1]}={_secret(line[1])}", EXAMPLE.read_text("utf-8"))
    return filled + "".join(f"{name}={value}\n" for name, value in (chosen or {}).items())


def read_env(text: str) -> dict[str, str]:
    """The variables that an environment file sets; of two lines for one variable the last counts."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def read_services(variables: Mapping[str, str], places: Mapping[str, str]) -> dict[str, Service]:
    """The services of docker-compose.yml by name, their variables filled in and places of containers replaced.

    `places` maps what stands in the file (a host with its port, a folder) to what it is on this machine. Raises
    KeyError where a variable that must be given is not.
    """
    import yaml  # comes with Airflow; the secrets are made without it

    def local(value: Any) -> str:
        text = filled(str(value), variables)
        for place in sorted(places, key=len, reverse=True):
            text = text.replace(place, places[place])
        return text

    found = {}
    for name, service in yaml.safe_load(COMPOSE.read_text("utf-8"))["services"].items():
        health = service.get("healthcheck", {}).get("test", ["NONE"])
        found[name] = Service(
            {key: local(value) for key, value in service.get("environment", {}).items()},
            tuple(local(part) for part in service.get("command", ())),
            {"CMD": (), "CMD-SHELL": ("sh", "-c")}.get(health[0], ()) + tuple(local(part) for part in health[1:]),
        )
    return found


def filled(text: str, variables: Mapping[str, str]) -> str:
    """A text of docker-compose.yml as compose reads it. Raises KeyError."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        given = variables.get(match["name"], "")
        if not given and match["kind"] == "?":
            raise KeyError(f"{match['name']}: {match['rest']}")
        return given or match["rest"]

    return VARIABLE.sub(value, text)


def _secret(name: str) -> str:
    """A new secret: Fernet keys are 32 bytes in URL-safe base64, all others may stand in an address."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() if "FERNET" in name else secrets.token_hex(24)


if __name__ == "__main__":
    print(new_env(), end="")
