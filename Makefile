# The words anyone needs: `make help` prints them. Python 3.11 to 3.13, make and git must be there;
# everything else comes from the package index into .venv, by the versions that uv.lock holds.

UV := uv==0.13.9
INSTALLER := .venv/.$(subst ==,-,$(UV))
PY := .venv/bin/python
CODE := bench dags etl samples tests

# Nobody's own settings send uv to another folder or interpreter.
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
export UV_PYTHON := $(CURDIR)/.venv/bin/python
export UV_PYTHON_DOWNLOADS := never
# The machine's certificates, as pip and git use them: networks that inspect TLS have a root of their own.
export UV_SYSTEM_CERTS ?= true

define NO_INDEX
The package index could not be reached: connect to the network, or name a mirror in PIP_INDEX_URL \
and UV_DEFAULT_INDEX, then give the same command again.
endef

# uv 0.13.9 ends an audit with 1 when something was found, and with 2 when it could not ask.
NO_ADVISORIES := Not checked: osv.dev could not be reached, see above. Run make check again where it can be.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test check airflow cluster eval bench clean

help: ## Print these words
	@echo "Dateline: news feeds to Parquet tables. Say: make WORD"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-10s %s\n", $$1, $$2 }'

run: .venv/.synced ## Run the main job on the sample newsroom; CONFIG=config polls the live sources instead
	@echo "==> Running the main job"
	@$(PY) -m samples.demo $(if $(CONFIG),--config "$(CONFIG)")

test: .venv/.synced ## Run all tests, those that need Airflow too
	@echo "==> Running the tests"
	@$(PY) -m pytest -n 2 --dist loadfile

check: .venv/.synced ## Check lock, style, types, import layers, compose file, generated docs, known vulnerabilities
	@echo "==> uv.lock belongs to pyproject.toml"
	@$(PY) -m uv lock --check --quiet
	@echo "==> ruff: rules"
	@$(PY) -m ruff check --quiet --output-format=concise
	@echo "==> ruff: format"
	@$(PY) -m ruff format --check --quiet
	@echo "==> mypy --strict"
	@$(PY) -m mypy
	@echo "==> import-linter: imports run downwards only"
	@.venv/bin/lint-imports --no-logo
	@echo "==> docker-compose.yml against the compose schema"
	@$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@echo "==> The data dictionary in docs/ is the one the tables declare"
	@$(PY) -m etl.tables.dictionary --check
	@echo "==> No locked package has a known vulnerability (asked at osv.dev)"
	@UV_HTTP_RETRIES=0 $(PY) -m uv audit --locked --quiet --preview-features audit-command || { [ $$? = 2 ] && echo "$(NO_ADVISORIES)"; }

airflow: .venv/.synced ## Start Airflow on the sample newsroom, scheduler and UI on 127.0.0.1; logins are printed
	@echo "==> Starting Airflow; Ctrl-C stops it"
	@$(PY) -m samples.airflow_demo

cluster: .venv/.synced ## Run Airflow with Celery workers as compose describes it and kill one; ARGS=--stay keeps it up
	@echo "==> Starting PostgreSQL, Redis and Airflow; Ctrl-C stops them"
	@$(PY) -m samples.cluster $(ARGS)

eval: .venv/.synced ## Measure accuracy on the labelled pages
	@echo "==> Measuring accuracy"
	@$(PY) -m bench.evaluation

bench: .venv/.synced ## Measure speed and memory
	@echo "==> Measuring speed and memory"
	@$(PY) -m bench

clean: ## Remove .venv, caches, builds and the data of the two demonstrations; the rest of data/ stays
	@echo "==> Removing .venv, caches, builds, data/sample, data/airflow-demo and data/cluster; the rest of data/ stays"
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist ./*.egg-info data/sample data/airflow-demo data/cluster
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# A .venv that was copied or moved still points at its old folder and would run the code there: it is made again.
ifeq ($(shell grep -sF -- '$(CURDIR)/.venv' .venv/pyvenv.cfg),)
.PHONY: $(INSTALLER)
endif

# PYTHON=... overrides the search. A name on PATH may be a shim that runs nothing, so each one is run, not looked up.
$(INSTALLER):
	@for python in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3); do \
	  if "$$python" -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    echo "==> Making .venv with $$("$$python" --version) ($$python)"; \
	    "$$python" -m venv --clear .venv || exit 1; \
	    break; \
	  fi; \
	  seen="$$seen, $$python is $$("$$python" --version 2>/dev/null || echo missing)"; \
	  false; \
	done || { \
	  echo "Dateline needs Python 3.11, 3.12 or 3.13 with its venv module, and found none ($${seen#, }): install one" \
	    "(Debian, Ubuntu: python3 and python3-venv; macOS: brew install python@3.13; any: python.org)" \
	    "or name it with PYTHON=/path/to/python3.12." >&2; \
	  exit 1; }
	@echo "==> Installing $(UV) into .venv"
	@$(PY) -m pip install --quiet --disable-pip-version-check "$(UV)" || { echo "$(NO_INDEX)" >&2; exit 1; }
	@touch "$@"

# uv leaves itself and pip in place when it syncs, because `python -m venv` made the .venv and not uv.
# uv 0.13.9 ends with 1 when the lock is stale or a build fails, with 2 when it could not fetch.
.venv/.synced: $(INSTALLER) pyproject.toml uv.lock
	@echo "==> Installing the locked packages (about 1 GB with Airflow; seconds when uv has them in its cache)"
	@$(PY) -m uv sync --locked --quiet --all-extras || { \
	  if [ $$? = 1 ]; then echo "If uv.lock does not belong to pyproject.toml, say '$(PY) -m uv lock' and commit both." >&2; \
	  else echo "If the lines above speak of fetching, this is the reason. $(NO_INDEX)" >&2; fi; \
	  exit 1; }
	@touch "$@"
