# Everything here works on a fresh machine: whatever a target needs is set up first, once.
.DEFAULT_GOAL := help
.PHONY: help setup sim test lint bench clean

# PYTHON=python3.12 chooses the Python of .venv; the default is the best one on PATH.
export PYTHON
STARTER := $(firstword $(foreach name,$(PYTHON) python3 python3.11 python3.10 python3.12 python3.13,$(shell command -v $(name) 2>/dev/null)))
BIN := .venv/bin

WORLD ?= office
INSTRUCTION ?= Take a photo in meeting rooms m1, m4 and m6; keep the camera off outside meeting rooms. \
Deliver a document from desk d5 to desk d3 without passing public areas while carrying it. \
Guide the person waiting at desk d11 to meeting room m6.

help: ## Say what can be made
	@echo "make sim      run the team of robots of the office on a three-part mission"
	@echo "              (WORLD=table INSTRUCTION='put the lemon on the white plate' chooses another)"
	@echo "make test     check style and types, run all tests"
	@echo "make lint     check style and types only"
	@echo "make bench    measure speed and memory; writes benchmarks/results and docs/results"
	@echo "make setup    set up .venv only (the others do it by themselves)"
	@echo "make clean    remove .venv and everything that was built"

setup:
	@test -n "$(STARTER)" || { echo "heed setup: Python is missing. Install it: sudo apt install python3 python3-venv python3-dev" >&2; exit 2; }
	@$(STARTER) tools/bootstrap.py

sim: setup
	@$(BIN)/heed launch launch/sim.launch.yaml world:="$(WORLD)" headless:=true instruction:="$(INSTRUCTION)"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/pytest

bench: setup
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.hltl.run
	$(BIN)/python -m benchmarks.amdp.run

clean:
	rm -rf .venv build log .mypy_cache .ruff_cache .pytest_cache .hypothesis heed.egg-info
