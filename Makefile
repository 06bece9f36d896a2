# Everything runs in .venv, made on first use. `make help` lists the targets.
# On Windows, CONTRIBUTING.md has the same commands without make.

# Python 3.10 to 3.12 with the venv module; name another with `make PYTHON=/path/to/python3.12 ...`.
USABLE = import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.10 python3; do \
	if $$p -c '$(USABLE)' >/dev/null 2>&1; then echo $$p; break; fi; done)

# Installed first and by itself, so that nothing else chooses its build. Where that build carries CUDA and it is not
# wanted, give PyTorch's index of CPU builds (its install page names it): make TORCH="torch==2.13.0 --index-url URL"
TORCH ?= torch==2.13.0
EXTRAS := training,peers,test,slicer,readers

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed

# Two processes on two cores: each computes on one thread, or they would fight over the cores.
WORKERS ?= 2
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench clean

help:
	@echo "make demo    segment a real scan and a simulated one; pictures and results in demo_output/"
	@echo "make test    run the tests (the slow ones: make test PYTEST_ARGS='-m slow')"
	@echo "make lint    check style and types"
	@echo "make format  put the code into the house's format"
	@echo "make bench   run the benchmarks: seconds per case, printed"
	@echo "make setup   only install, into $(VENV)"
	@echo "make clean   remove caches, builds and demo_output/; keep $(VENV), data/ and runs/"

setup: $(STAMP)

# The stamp is written last: an interrupted installation is taken up again, a finished one is not repeated until
# pyproject.toml changes. pip before 25 searches for minutes among versions on Python 3.10.
$(STAMP): pyproject.toml
	@rm -f $@
	@if ! $(PY) -c 'import sys, pip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' >/dev/null 2>&1; then \
		if ! '$(PYTHON)' -c '$(USABLE)' >/dev/null 2>&1; then \
			echo "No usable Python$(if $(PYTHON), at '$(PYTHON)',): 3.10, 3.11 or 3.12 is needed, with its venv and ensurepip modules" >&2; \
			echo "(Debian, Ubuntu: sudo apt install python3-venv). Name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
			exit 1; \
		fi; \
		echo "Making $(VENV) with $(PYTHON)"; \
		'$(PYTHON)' -m venv --clear $(VENV); \
	fi
	@echo "Installing BoneMetSeg and what its tests use into $(VENV): one to five minutes"
	@$(PY) -m pip install --quiet --disable-pip-version-check "pip>=25"
	@$(PY) -m pip install --quiet --disable-pip-version-check $(TORCH)
	@$(PY) -m pip install --quiet --disable-pip-version-check -e ".[$(EXTRAS)]"
	@touch $@

demo: $(STAMP)
	$(PY) -m model_training.demo

test: $(STAMP)
	OMP_NUM_THREADS=1 $(PY) -m pytest -q -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

lint: $(STAMP)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(STAMP)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(STAMP)
	@set -e; for script in $(sort $(wildcard Testing/benchmarks/bench_*.py)); do \
		echo "$$script"; $(PY) "$$script"; \
	done

clean:
	rm -rf build dist demo_output .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
