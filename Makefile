.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYNCED := $(VENV)/.synced
UV_VERSION := 0.13.8
CODE := divisa stream_consumers api_handlers lake model simulator local infra bench client tests
# Tests that run beside others, two at a time. Coverage is of the fast ones: to trace the slow ones costs minutes.
SHARING := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist worksteal
export UV_PROJECT_ENVIRONMENT := $(VENV)
# Compiled modules and tests are kept, whatever the shell says: to compile them anew costs each run ten seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(SYNCED): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Divisa needs Python 3.11 or newer: make PYTHON=/path/to/python3.12")'
	@echo "Setting up $(VENV) from uv.lock"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv sync --frozen --inexact --quiet --python $(BIN)/python
	@touch $@

.PHONY: setup
setup: $(SYNCED) ## Make the virtual environment from uv.lock

.PHONY: demo
demo: setup ## The main job: train, start the laptop cloud, replay real prices, show the messages, stop
	@$(BIN)/divisa demo

.PHONY: demo-lake
demo-lake: setup ## The lake: every feed through its doors, the jobs run, every row accounted for, stop
	@$(BIN)/divisa lake demo

.PHONY: up
up: setup ## Start the laptop cloud with simulated users and leave it running
	@test -f .local/model/model.tar.gz || $(BIN)/divisa train
	@$(BIN)/divisa up
	@$(BIN)/divisa seed --if-empty --limit 500

.PHONY: down
down: setup ## Stop the laptop cloud
	@$(BIN)/divisa down

.PHONY: test
test: setup ## Everything that must hold: lint, types, imports, all tests, coverage
	@$(MAKE) --no-print-directory --jobs 2 lint types imports
	@$(SHARING) -m "not alone and not cloud and not slow" --cov --cov-report=term
	@$(SHARING) -m slow
	@$(SHARING) -m cloud --dist loadscope tests/integration
	@$(BIN)/python -m pytest -m alone tests/integration

.PHONY: unit
unit: setup ## The fast tests only
	@$(SHARING) --ignore tests/integration -m "not integration and not slow"

.PHONY: notebooks
notebooks: setup ## Run every notebook from top to bottom, on few users
	@$(SHARING) tests/integration/notebooks tests/unit/notebooks

.PHONY: replay-decisions
replay-decisions: setup ## Make a thousand logged decisions again, and compare them to the last byte
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/unit/model/test_replay_decisions.py

.PHONY: lint
lint: setup ## ruff: lint and format
	@$(BIN)/ruff check $(CODE) notebooks
	@$(BIN)/ruff format --check $(CODE) notebooks

.PHONY: lint-template
lint-template: setup ## cfn-lint on what serverless.yml packages to
	@$(BIN)/python -m infra.package --stage local && $(BIN)/python -m infra.package --stage prod
	@$(BIN)/cfn-lint .build/package-*/cloudformation-template-update-stack.json

.PHONY: types
types: setup ## mypy --strict
	@$(BIN)/mypy

.PHONY: imports
imports: setup ## import-linter: imports run one way
	@$(BIN)/lint-imports

.PHONY: format
format: setup ## Let ruff mend what it can
	@$(BIN)/ruff check --fix $(CODE) notebooks
	@$(BIN)/ruff format $(CODE) notebooks

.PHONY: bench
bench: setup ## Measure, and write bench/results/core.json
	@$(BIN)/python -m bench

.PHONY: bench-bands
bench-bands: setup ## Exact bands beside plain predict_proba: users a second, and every edge checked
	@OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(BIN)/python -m bench.bands $(ARGS)

.PHONY: bench-matching
bench-matching: setup ## Which watches does a tick break: the index beside heaps, arrays, a scan, Redis
	@$(BIN)/python -m bench.matching

.PHONY: bench-ticks
bench-ticks: setup ## A day at a tick a second, up to a million users: what a tick costs, compared with scikit-learn
	@$(BIN)/python -m bench.ticks $(ARGS)

.PHONY: bench-api
bench-api: setup ## The API: handlers by themselves, cold imports, whole requests on a laptop cloud
	@test -f .local/model/model.tar.gz || $(BIN)/divisa train
	@$(BIN)/python -m bench.api

.PHONY: bench-uplift
bench-uplift: setup ## Does a model of a message's effect find whom messages move, where that is known?
	@OMP_NUM_THREADS=1 $(BIN)/python -m bench.uplift

.PHONY: bench-training
bench-training: setup ## A million rows of a simulated population: how long the whole training job takes
	@$(BIN)/python -m bench.training $(ARGS)

.PHONY: bench-training-range
bench-training-range: setup ## How many honest questions lie outside of what the model has seen, by which feature
	@$(BIN)/python -m bench.training_range

.PHONY: bench-training-set
bench-training-set: setup ## Files to training matrix: transactions a second on one core, and peak memory at 10 million
	@$(BIN)/python -m bench.training_set

.PHONY: bench-lake
bench-lake: setup ## The lake: rows checked a second, a gigabyte to typed Parquet beside DuckDB's COPY, five million trades to features, late rows merged
	@$(BIN)/python -m bench.lake
	@$(BIN)/python -m bench.lake_transformations
	@$(BIN)/python -m bench.lake_merge

.PHONY: bench-evaluation
bench-evaluation: setup ## Judge the default population's model, and write the model card and the data card of it
	@$(BIN)/python -m bench.evaluation
	@$(BIN)/python -m model.cards

.PHONY: lift
lift: setup ## The closed loop: in how many of 100 simulated experiments the lift's interval holds the true effect
	@$(BIN)/python -m bench.lift

.PHONY: fuzz
fuzz: setup ## Fuzz the API on a laptop cloud of its own, with all checks, and end with the counts
	@test -f .local/model/model.tar.gz || $(BIN)/divisa train
	@$(BIN)/python -m local.fuzzing $(ARGS)

.PHONY: experiment
experiment: setup ## The closed loop: alerts, model and oracle side by side; bench/results/experiment.json
	@$(BIN)/divisa experiment --out bench/results/experiment.json

.PHONY: faults
faults: setup ## Inject faults into every step of a suggestion's way, and hold the books: none lost, none told twice
	@$(BIN)/python -m local.faults $(ARGS)

.PHONY: package
package: setup ## Package serverless.yml for AWS (STAGE=prod)
	@$(BIN)/python -m infra.package --stage $(or $(STAGE),prod)

.PHONY: clean
clean: ## Remove everything that the other targets make
	@test ! -x $(BIN)/divisa || $(BIN)/divisa down --wipe
	@rm -rf .local .build .serverless node_modules $(VENV)
