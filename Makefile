# One command each: `make demo` to try it, `make run` to run it, `make check` before a commit.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
SPEC   ?=
SOURCES := stationthis_discord cogs core tests benchmarks

.PHONY: setup demo run doctor test bench soak faults check-discord check format-check lint types fix

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 16) else "Python 3.11 to 3.15 is needed: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup
	@$(BIN)/stationthis-discord demo $(ARGS)

run: setup
	@$(BIN)/stationthis-discord run

doctor: setup
	@$(BIN)/stationthis-discord doctor

test: setup
	$(BIN)/python -m pytest -n 8 --dist worksteal $(ARGS)

bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks $(ARGS)

$(VENV)/.bench: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	@touch $@

# The lives of runs first, as `tests/core/runs/scripts.py` draws them; SEED=number repeats those of an earlier soak.
soak: SEED := $(shell date +%s)
soak: setup
	@echo "20,000 lives of runs, SEED=$(SEED)"
	@MACHINE_EXAMPLES=20000 MACHINE_SEED=$(SEED) $(BIN)/python -m pytest -n 4 -q tests/core/runs/test_machine.py
	@$(BIN)/python -m benchmarks.soak $(ARGS)

faults: setup
	$(BIN)/python -m pytest tests/faults --all-faults -n 4 --dist load --maxschedchunk 1 $(ARGS)

check-discord: setup
	@$(BIN)/python -m tests.conformance "$(SPEC)"

check: format-check lint types test

format-check: setup
	$(BIN)/ruff format --check $(SOURCES)

lint: setup
	$(BIN)/ruff check $(SOURCES)

types: setup
	$(BIN)/mypy

fix: setup
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
