# Two commands to know: `make demo` and `make test`. Each does only what is not yet done.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV ?= uv
PY := .venv/bin/python
RUN_STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev
NPM_STAMP := node_modules/.installed
SIZE ?= small
LOCKS := requirements.txt requirements-dev.txt package-lock.json

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.PHONY: help demo serve test lint bench bench-million screens messages lock clean distclean install-dev browser

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: $(RUN_STAMP) $(NPM_STAMP) ## a fresh machine to the demonstration at http://localhost:8000
	@echo '== Making the tables'
	@$(PY) -m dongli migrate
	@echo '== Filling in the demonstration city, if it is not there yet'
	@$(PY) -m dongli seed --if-empty --size $(SIZE)
	@echo '== Starting'
	@exec $(PY) -m dongli serve

serve: $(RUN_STAMP) $(NPM_STAMP) ## the site on the data that are there
	@exec $(PY) -m dongli serve --migrate

test: install-dev browser ## lint, then every test, with branch coverage
	@$(MAKE) lint
	@echo '== Testing'
	@rm -f .coverage .coverage.*
	@$(PY) -m pytest -n 2 --dist worksteal --cov --cov-branch --cov-report=term

lint: $(DEV_STAMP) ## style, types, import rule, migrations, lock files
	@echo '== Style'
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@echo '== Types'
	@.venv/bin/mypy
	@echo '== Import rule'
	@.venv/bin/lint-imports --no-logo
	@echo '== Migrations'
	@$(PY) manage.py makemigrations --check --dry-run
	@echo '== Lock files'
	@if grep -nE '"resolved"|registry\.|pypi\.|--(extra-)?index-url|--find-links' $(LOCKS) .npmrc | grep -v 'omit-lockfile-registry-resolved'; \
	then echo 'A lock file names a registry; `make lock` writes them without.'; exit 1; fi

bench: install-dev ## every benchmark; each prints a table and a ratio
	@for file in bench/*.py; do echo "== $$file"; $(PY) "$$file"; done

bench-million: install-dev ## every page among a million cases (about half an hour, 15 GB)
	@$(PY) bench/scale.py --count 1000000

screens: install-dev browser ## every page at both sizes, light and elder, into screens/
	@$(PY) -m tests.screens

messages: $(DEV_STAMP) ## collect texts, take over new translations, compile; names what lacks Chinese
	@$(PY) -m dongli.web.messages

lock: ## compile the pinned, hashed requirements and the npm lock
	@command -v $(UV) >/dev/null || { echo 'Install uv first, or say where it is: make lock UV=…'; exit 1; }
	@for name in requirements requirements-dev; do \
		$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $$name.in -o $$name.txt; done
	@npm install --package-lock-only

clean: ## remove all data and caches of this checkout, its database included
	@if [ -x $(PY) ]; then $(PY) -m dongli.operations.embedded remove; \
	else $(PYTHON) -m dongli.operations.embedded remove; fi
	@rm -rf var htmlcov screens .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +

distclean: clean ## and what was downloaded
	@rm -rf .venv node_modules

# --- what the above need ---

install-dev: $(DEV_STAMP) $(NPM_STAMP)

.venv/bin/python:
	@echo '== Making .venv'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11'; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo 'Debian: apt-get install python3-venv'; exit 1; }

$(RUN_STAMP): requirements.txt | .venv/bin/python
	@echo '== Installing Python packages'
	@$(PY) -m pip install --require-hashes -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt | .venv/bin/python
	@echo '== Installing Python packages for development'
	@$(PY) -m pip install --require-hashes -r requirements-dev.txt
	@touch $@

$(NPM_STAMP): package.json package-lock.json .npmrc
	@echo '== Installing browser libraries'
	@command -v npm >/dev/null || { echo 'npm is needed (Debian: apt-get install nodejs npm; or https://nodejs.org).'; exit 1; }
	@npm ci
	@touch $@

browser:
	@has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null 2>&1; \
	has_fonts() { [ -n "$$(fc-list :lang=zh 2>/dev/null)" ]; }; \
	if has_browser && has_fonts; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo '== Installing Chromium and Chinese fonts'; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -q && apt-get install -yq --no-install-recommends chromium fonts-noto-cjk fontconfig; \
	else \
		echo 'The browser tests need Chromium and a Chinese font. Install them, then try again:'; \
		echo '  Debian, Ubuntu: sudo apt-get install chromium fonts-noto-cjk fontconfig'; \
		echo '  macOS: brew install --cask google-chrome (and: brew install fontconfig)'; \
		exit 1; \
	fi
