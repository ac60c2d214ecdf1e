# From a bare checkout: `make demo`. Needs make, and Python 3.11 or newer with its venv module.

PORT ?= 8000
export PORT
# What is installed is compiled when it is first imported, not before, and then kept.
export PYTHONDONTWRITEBYTECODE =

# The first Python that every pinned wheel exists for; else whatever python3 is, and install.py explains.
# The system's own first: one that pyenv has built lacks the compiler's last pass and takes 1.4 times as long.
SUITABLE = import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(or $(shell for p in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(SUITABLE)' 2>/dev/null && echo $$p && break; done),python3)
VENV_PYTHON = .venv/bin/python

install = python="$(PYTHON)"; command -v "$$python" >/dev/null || { \
	echo "There is no $$python here: install Python 3.11 or newer and run make again." >&2; exit 1; }; \
	exec "$$python" deploy/install.py $(1)

.DEFAULT_GOAL = help
.PHONY: help run demo test test-all test-engines test-browser check bench clean runtime development comparison

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: runtime ## install, start web and worker, show a performance, keep serving (PORT=8000)
	@$(VENV_PYTHON) -u manage.py runlocal

demo: runtime ## the same, but stop after the performance
	@$(VENV_PYTHON) -u manage.py runlocal --once

test: development ## run the quick tests on SQLite (ARGS="-k name" narrows it)
	@$(VENV_PYTHON) -m pytest -q -n auto --quick -p no:schemathesis $(ARGS)

test-all: development ## run the whole suite on SQLite
	@$(VENV_PYTHON) -m pytest -q -n auto $(ARGS)

test-engines: development ## run the suite on real MongoDB, PostgreSQL and Redis servers
	@$(VENV_PYTHON) -m deploy.engines $(ARGS)

test-browser: development ## run the pages in a real Chromium, which is found or installed (CHROMIUM=path)
	@$(VENV_PYTHON) deploy/browser.py $(ARGS)

check: development ## format, lint, types, migrations, imports, deployment settings
	@deploy/check.sh $(VENV_PYTHON)

bench: comparison ## run the benchmarks, which print ratios (ARGS="soak --minutes 5" names some)
	@$(VENV_PYTHON) -m benchmarks $(ARGS)

clean: ## remove the virtual environment and caches; var/ (database, audio) stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime:
	@$(call install,requirements.txt)

development:
	@$(call install,requirements-dev.txt)

comparison:
	@$(call install,requirements-bench.txt)
