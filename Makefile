# Each target sets up what it needs by itself: a virtual environment in .venv, and system tools by apt when root
# (otherwise it prints the line to run). PYTHON names the interpreter to build the environment from.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PYTHONUTF8 := 1

.PHONY: test-postgresql serve-demo demo-cluster bundle try-bundle help demo test check strangers lint format bench bench-quick soak messages schemas setup setup-runtime clean

help: ## say what each target does
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: setup-runtime ## make a realistic case, ingest it, verify it, show it
	$(BIN)/python -m demo

serve-demo: setup-runtime ## the pages over the demonstration's archive, with an account for each role
	$(BIN)/python -m demo.serve

test: setup ## run every test; a skipped test is a failure
	$(BIN)/python -m pytest -n auto --dist loadgroup tests

# What .ci/run tries on PostgreSQL beside what `make test` starts a server for by itself; the services take longer.
ON_POSTGRESQL ?= tests/unit/data_management tests/unit/services
test-postgresql: setup ## the tests of the catalogue and of the services with the catalogue on PostgreSQL; they start a server
	$(BIN)/python -m pytest -n auto --dist loadgroup --catalogue=postgresql $(ON_POSTGRESQL)

check: lint ## what a change is tried with: the linters and the quick tests, in some minutes
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow" tests/unit

strangers: setup ## the tests that keep what others reported and what others' suites hold: tests/strangers/log.md
	$(BIN)/python -m pytest -n auto --dist loadgroup tests/strangers tests/conformance \
		$$(grep -oE 'test_[a-z0-9_]+\.py' tests/strangers/log.md | sort -u | xargs -I{} find tests/unit tests/through -name {})

lint: setup ## ruff, mypy --strict, the import contract, the form of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_form.py

format: setup ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## measure against peers and floors; writes benchmarks/results.md
	$(BIN)/python -m benchmarks

bench-quick: setup ## counts that do not depend on the machine, held against benchmarks/kept.json; some two minutes
	$(BIN)/python -m benchmarks.quick

demo-cluster: setup ## PostgreSQL, a sealer and two workers take in 50 cases while one and the server are killed
	$(BIN)/python -m demo.cluster

soak: setup ## long campaigns of kills and faults; writes tests/soak-results.md
	$(BIN)/python -m tests.soak

messages: setup ## compile the message catalogues after editing them
	$(BIN)/python tools/compile_messages.py

schemas: setup ## write docs/schemas and docs/json.md from the models and the operations
	$(BIN)/python tools/export_schemas.py
	$(BIN)/python -m tools.export_documents

setup: ## environment with everything for development
	@PYTHON=$(PYTHON) sh tools/setup.sh test

setup-runtime: ## environment with what using it needs
	@PYTHON=$(PYTHON) sh tools/setup.sh demo

bundle: setup-runtime ## one folder in dist/ that installs the archive on a Debian 12 without a network
	$(BIN)/python -m tools.bundle

try-bundle: bundle ## found and upgrade an archive from it in an empty root file system without a network; as root
	sh tools/try_bundle.sh

clean: ## remove the environment and what tools left behind
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
