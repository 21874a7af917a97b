# Held in Mind. `make run` serves it with demo data; `make test` proves it. See README.md.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
STAMPS := $(VENV)/stamps

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install run test check drill bench lock browser clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# --- installing: each step leaves a stamp and is skipped until what it depends on changes -------------------------

install: $(STAMPS)/assets ## everything the app and its tests need, into this folder

$(STAMPS)/uv: locks/uv.lock
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)
	$(PY) -m pip install --quiet --require-hashes -r locks/uv.lock
	@touch $@

$(STAMPS)/python: requirements.lock $(STAMPS)/uv
	$(UV) pip sync --quiet --python $(PY) --require-hashes requirements.lock
	@touch $@

$(STAMPS)/node: package-lock.json package.json locks/node.lock $(STAMPS)/python
	@command -v npm >/dev/null || $(UV) pip install --quiet --python $(PY) --require-hashes -r locks/node.lock
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/assets: $(STAMPS)/node $(wildcard core/assets.py)
	@test ! -f core/assets.py || $(PY) -m core.assets
	@touch $@

lock: $(STAMPS)/uv ## write the lock files again after a change to pyproject.toml or package.json
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" pyproject.toml --group embedded --group dev -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" pyproject.toml -c requirements.lock -o locks/production.lock
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" --group uv -o locks/uv.lock
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" --group node -o locks/node.lock
	npm install --package-lock-only --omit-lockfile-registry-resolved=true --no-audit --no-fund --loglevel=error
