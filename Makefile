# Needs Python 3.11, make and a package index. Everything else is set up by the targets themselves.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/development.lock

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-browser test-crash check bench lock lint types clean

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

setup: $(VENV)/.ready .env  ## Create the virtual environment and the local settings

$(VENV)/.ready: $(LOCK)
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: '$(PYTHON)' was not found. Set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-binary tls-sig-api-v2 --require-hashes -r $(LOCK)
	@touch $@

.venv-tccli/.ready: requirements/tccli.lock
	$(PYTHON) -m venv .venv-tccli
	.venv-tccli/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tccli.lock
	@touch $@

.env: | $(VENV)/.ready
	@$(BIN)/python -m config.local_env > .env.new && mv .env.new .env

demo: setup  ## Record a meeting end to end against the sandbox (ONCE=1: exit when done)
	@$(BIN)/python manage.py demo $(if $(ONCE),--once)

test: setup .venv-tccli/.ready  ## Pass every test, on a real PostgreSQL
	$(BIN)/python -m pytest -n 2 --ignore tests/browser -m "not storm"

test-crash: setup  ## Kill processes at every failpoint, for minutes; python -m tests.crash does it for longer
	$(BIN)/python -m pytest tests/crash

test-browser: setup  ## See the demo in a real Chromium (Debian's, which plays H.264)
	@command -v chromium >/dev/null || { apt-get update -q && apt-get install -q -y --no-install-recommends chromium; } || { echo "Chromium is needed: apt-get install chromium"; exit 1; }
	$(BIN)/python -m pytest tests/browser

check: setup .venv-tccli/.ready lint types  ## What CI runs: style, types, contracts, migrations, deploy, tests
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=false HTTPS=true ALLOWED_HOSTS=recordings.example.com PUBLIC_URL=https://recordings.example.com $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(MAKE) test

lint: setup  ## Style and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup  ## mypy --strict
	$(BIN)/mypy .

bench: setup  ## The figures of benchmarks/, each against its floor in the same run
	$(BIN)/python -m benchmarks

lock: setup  ## Write the hashed lock files anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements/production.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --extra development -c requirements/production.lock pyproject.toml -o requirements/development.lock
	printf 'tccli\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links - -o requirements/tccli.lock

clean:  ## Remove what the targets made (not .env)
	rm -rf $(VENV) .venv-tccli .postgres .demo .browser
