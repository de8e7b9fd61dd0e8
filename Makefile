# The commands of this repository. `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
DB ?= sqlite
JOBS ?= 2
N ?= 200
BIN := .venv/bin
SOURCES := $(wildcard src) $(wildcard plugins/*/src) $(wildcard examples) tools
FAST := not browser and not faults and not fuzz and not slow and not postgres
space := $(subst ,, )
export MYPYPATH := $(subst $(space),:,$(strip src $(wildcard plugins/*/src)))

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test test-fast lint types docs bench faults fuzz format lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## prepare .venv with the command b2bkit in it
	@$(PYTHON) tools/setup.py

demo: ## open Polymertorg's portal; DB=postgres for PostgreSQL and Redis, PORT=8000
	@$(PYTHON) tools/setup.py $(if $(filter postgres,$(DB)),--system postgres redis)
	@exec $(BIN)/b2bkit demo examples/polymertorg --port $(PORT) $(if $(filter postgres,$(DB)),--db postgres)

setup-dev:
	@$(PYTHON) tools/setup.py --dev --system postgres redis chromium nginx

test: setup-dev ## every test; takes a while
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

test-fast: setup-dev ## quick tests on SQLite, without browser, faults and fuzz; under 3 minutes
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "$(FAST)" $(ARGS)

lint: setup-dev ## style, import direction, translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m b2bkit.testing.translations

types: setup-dev ## mypy, strict
	@$(BIN)/mypy $(SOURCES)

docs: setup-dev ## build the documentation into build/site
	@$(BIN)/python tools/docs_reference.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: setup-dev ## measure; prints a table and writes build/bench.json
	@$(BIN)/python -m tests.bench

faults: setup-dev ## crash tests, N=200 runs on each database
	@$(BIN)/python -m pytest -m faults --fault-runs=$(N) --timeout=0 $(ARGS)

fuzz: setup-dev ## generated tests, N=200 examples
	@$(BIN)/python -m pytest -m fuzz --fuzz-examples=$(N) --timeout=0 $(ARGS)

format: setup-dev ## let ruff format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: setup-dev ## write requirements/*.txt anew from *.in; ARGS=--upgrade takes the newest
	@$(PYTHON) tools/lock.py $(ARGS)

clean: ## delete what set-up and builds made; var/ with the demo's data stays
	@rm -rf .venv build node_modules src/b2bkit/core/static/build src/b2bkit/core/static/vendor
