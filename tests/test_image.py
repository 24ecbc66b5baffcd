"""The Dockerfile's steps, done in a folder: what the image would hold runs without the repository.

No engine is needed: the build stage's COPY and `uv sync` are carried out with this machine's Python. The same files are
held against the values for Kubernetes.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from samples.compose import new_env, read_env, read_services

yaml = pytest.importorskip("yaml", reason="PyYAML comes with the airflow extra")

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
VALUES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "kubernetes" / "values.yaml").read_text(encoding="utf-8"))
BUILD, FINAL = (
    [line.split(maxsplit=1) for line in stage.splitlines() if re.match("[A-Z]+ ", line)]
    for stage in re.split(r"^FROM .*$", DOCKERFILE, flags=re.MULTILINE)[1:]
)
HOME = "/opt/dateline"
WHAT_IS_IN_IT = """
import json, os, sys
import etl
from etl.config import open_house
shipped = len(open_house().sources)
bare = open_house(config=__import__("pathlib").Path(sys.argv[1]))
from airflow.dag_processing.dagbag import DagBag
folder = os.environ["AIRFLOW__CORE__DAGS_FOLDER"]
sys.path.append(folder)
bag = DagBag(folder)
found = {"etl": etl.__file__, "sources": shipped, "agencies": len(bare.rules.agencies), "dags": sorted(bag.dags)}
print(json.dumps(found | {"errors": {str(path): error for path, error in bag.import_errors.items()}}))
"""


def _copied(instructions: list[list[str]]) -> list[tuple[list[str], str]]:
    """(sources in the repository, target) of every COPY that takes something from there."""
    words = [rest.split() for word, rest in instructions if word == "COPY" and not rest.startswith("--from")]
    return [(sources, target) for *sources, target in words]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the image holds below /opt/dateline."""
    folder = tmp_path_factory.mktemp("image")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "VIRTUAL"))}
    for name in ("UV_SYSTEM_CERTS", "UV_CACHE_DIR", "UV_DEFAULT_INDEX"):
        environment |= {name: os.environ[name]} if name in os.environ else {}
    environment |= {"UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"}
    installed = 0
    for word, rest in BUILD:
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                _copy(ROOT / source, folder / target / (source if target.endswith("/") else ""))
        elif rest.startswith("uv sync"):
            installed += 1
            words = [part for part in rest.split()[1:] if part != "--no-cache"]  # what was fetched once is enough here
            subprocess.run([sys.executable, "-m", "uv", *words], cwd=folder, env=environment, check=True)
    assert installed == 2
    for left in [path for path in folder.iterdir() if path.name != ".venv"]:
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    for sources, target in _copied(FINAL):
        _copy(ROOT / sources[0], folder / Path(target).relative_to(HOME))
    return folder


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)


def _run(image: Path, home: Path, *command: str) -> str:
    """What a program of the image prints, under the variables that the image sets, with its folder as /opt/dateline."""
    told = dict(part.split("=", 1) for word, rest in FINAL if word == "ENV" for part in rest.split())
    given = {name: value.replace(HOME, str(image)).replace("$PATH", os.defpath) for name, value in told.items()}
    given |= {"AIRFLOW_HOME": str(home / "airflow"), "DATELINE_DATA": str(home / "data"), "HOME": str(home)}
    program = str(image / ".venv" / "bin" / command[0])
    done = subprocess.run([program, *command[1:]], cwd=home, env=given, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.airflow
def test_image_runs_without_the_repository(image: Path, tmp_path: Path) -> None:
    """Both commands run, the package is installed as a wheel with its rules, and every DAG loads."""
    (tmp_path / "config").mkdir()
    assert "Usage: dateline" in _run(image, tmp_path, "dateline", "--help")
    assert _run(image, tmp_path, "airflow", "version").strip() == VALUES["airflowVersion"]
    last = _run(image, tmp_path, "python", "-c", WHAT_IS_IN_IT, str(tmp_path / "config")).splitlines()[-1]
    found = json.loads(last)
    assert found["errors"] == {}
    assert {"dateline_ingest", "dateline_quality", "dateline_rebuild"} <= set(found["dags"])
    assert "site-packages" in found["etl"]
    assert found["sources"] == len(list((ROOT / "config" / "sources").glob("*.toml")))
    assert found["agencies"] > 0, "without files of the operator's own the shipped rules are read"


def test_build_context_holds_what_is_copied_and_no_more() -> None:
    """What the Dockerfile copies is let through by .dockerignore, which keeps out data, secrets and history."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in lines
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert allowed == {source for sources, _ in _copied([*BUILD, *FINAL]) for source in sources}


def test_image_belongs_to_nobody_special() -> None:
    """The image's user is the number that compose and the chart give, so that a volume fits all three."""
    (user,) = (rest for word, rest in FINAL if word == "USER")
    assert user == f"{VALUES['uid']}:{VALUES['gid']}" == "50000:0"
    pod = VALUES["securityContexts"]["pod"]
    assert (pod["runAsUser"], pod["runAsGroup"], pod["runAsNonRoot"]) == (50000, 0, True)
    assert VALUES["securityContexts"]["containers"]["capabilities"] == {"drop": ["ALL"]}


def test_chart_and_compose_set_the_same() -> None:
    """Every variable of the values is one of compose's, with the value that compose has by default but for the sum."""
    given = {line["name"]: line["value"] for line in VALUES["env"]}
    assert len(given) == len(VALUES["env"])
    compose = read_services(read_env(new_env()), {})["worker"].environment
    assert {name: value for name, value in given.items() if compose.get(name) != value} == {
        "AIRFLOW__CORE__PARALLELISM": str(
            VALUES["workers"]["replicas"] * int(given["AIRFLOW__CELERY__WORKER_CONCURRENCY"])
        )
    }


def test_chart_has_every_secret_by_name_and_none_in_it() -> None:
    """What compose asks for as a secret is a secret's name in the values, the administrator's passwords aside."""
    named = {
        *(VALUES["data"][key] for key in ("metadataSecretName", "resultBackendSecretName", "brokerUrlSecretName")),
        *(VALUES[key] for key in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")),
        *(line["secretName"] for line in VALUES["secret"]),
    }
    assert len(named) == 7
    page = (ROOT / "docs" / "kubernetes.md").read_text("utf-8")
    assert {name for name in named if f"generic {name} " not in page} == set()
    assert not re.search(r"://\w*:\w+@", json.dumps(VALUES))


def test_chart_makes_the_pools_that_compose_makes() -> None:
    """Migration and pools are the same commands in both."""
    job = VALUES["migrateDatabaseJob"]["args"][2].splitlines()
    init = read_services(read_env(new_env()), {})["init"].command[2].splitlines()
    assert job == [line for line in init if line.startswith("airflow ")]
