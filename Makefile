# Held in Mind. `make run` serves it with demo data; `make test` proves it. See README.md.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
STAMPS := $(VENV)/stamps

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Compiling the libraries anew takes each program started four seconds: what is compiled is kept.
export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install run test check drill bench lock browser clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# --- installing: each step leaves a stamp and is skipped until what it depends on changes -------------------------

install: .build/stamp ## everything the app and its tests need, into this folder

$(STAMPS)/uv: locks/uv.lock
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)
	$(PY) -m pip install --quiet --require-hashes -r locks/uv.lock
	@touch $@

$(STAMPS)/python: requirements.lock $(STAMPS)/uv
	$(UV) pip sync --quiet --python $(PY) --require-hashes requirements.lock
	@touch $@

node_modules/.stamp: package-lock.json package.json locks/node.lock $(STAMPS)/python
	@command -v npm >/dev/null || $(UV) pip install --quiet --python $(PY) --require-hashes -r locks/node.lock
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.build/stamp: node_modules/.stamp core/assets.py
	$(PY) -m core.assets
	@touch $@

lock: $(STAMPS)/uv ## write the lock files again after a change to pyproject.toml or package.json
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" pyproject.toml --group embedded --group dev -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" pyproject.toml -c requirements.lock -o locks/production.lock
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" --group uv -o locks/uv.lock
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock" --group node -o locks/node.lock
	npm install --package-lock-only --omit-lockfile-registry-resolved=true --no-audit --no-fund --loglevel=error

# --- running ------------------------------------------------------------------------------------------------------

run: install ## serve it on 127.0.0.1:8000 (PORT=… for another) with demo data; Ctrl-C stops it all
	@exec $(PY) -m config.run

# --- proving ------------------------------------------------------------------------------------------------------

test: install browser check ## every check and every test, browser journeys included
	@exec $(PY) -m pytest -n 2 --dist worksteal

# What only reads the code needs no servers, and no secrets: these are not any.
WITHOUT_SERVERS := HELD_NO_SERVERS=1
AS_IN_PRODUCTION := DATABASE_URL=postgres://app:none@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 DEBUG=false \
	SECRET_KEY=only-for-checking-the-settings-0123456789-abcdefghijklmnopqrstuvwxyz ALLOWED_HOSTS=example.org \
	EMAIL_URL=smtp://127.0.0.1:25

check: install ## format, lint, types, import rules, migrations, generated documents, security
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .
	$(VENV)/bin/lint-imports --no-cache
	$(PY) -m config.check
	$(WITHOUT_SERVERS) $(PY) -m mypy .
	$(WITHOUT_SERVERS) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(WITHOUT_SERVERS) $(PY) manage.py documents --check
	$(AS_IN_PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

drill: install ## the kill, race and state-machine proofs at full figures, into bench/drills.json
	@exec $(PY) -m tests.drills

bench: install ## the benchmarks, each with its floor, into bench/results.json
	@exec $(PY) -m bench

CHROMIUMS := chromium-headless-shell chromium chromium-browser google-chrome

browser: install # a Chromium for the journeys: one on the PATH, else Debian's, else Playwright's own
	@if ! command -v $(CHROMIUMS) >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing Debian's chromium for the browser tests."; \
			apt-get update -qq && for each in $(wordlist 1, 2, $(CHROMIUMS)); do \
				DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$each" fonts-liberation \
					>/dev/null && break; \
			done; \
		elif ! timeout 60 $(PY) -m playwright install chromium; then \
			echo "The browser tests need Chromium, and none could be installed. Install your system's chromium package," \
				"so that \`chromium\` is on the PATH, and run make test again." >&2; \
			exit 1; \
		fi; \
	fi

clean: ## take away what was installed and built; .data, with the database, stays
	rm -rf $(VENV) node_modules .build .mypy_cache .ruff_cache .hypothesis
