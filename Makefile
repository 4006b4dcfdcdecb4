# `make` lists what there is.  Every target sets up what it needs: a machine with Python 3.11 or newer is enough.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.iris_cc-ready
MINUTES ?= 10
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest
# What depends on the Python, the NumPy and the compiler: all programs with their text, the front end, calls, the law.
SHORT := tests/test_golden.py tests/frontend tests/surface tests/law
OTHERS := 3.11 3.12 3.13

.DEFAULT_GOAL := help
.PHONY: help demo test test-pythons test-numpy-lowest test-clang test-short test-all test-fallback lint golden fuzz bench bench-startup clean setup

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Made anew only when pyproject.toml changes; the package itself is installed editable.
$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	$(BIN)/python -m compileall -q iris_cc
	touch $@

setup: $(READY)  ## create .venv with everything the other targets need

demo: $(READY)  ## great-circle distances of all radio beacons and a Mandelbrot picture, timed on every route
	$(BIN)/python examples/demo.py

test: $(READY)  ## the test suite (minutes); compiled and interpreted, with fresh random programs
	$(PYTEST) -m "not slow"

test-pythons: $(READY)  ## the shorter suite on every other CPython from 3.11 to 3.13 on PATH or among pyenv's
	@own=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	for version in $(OTHERS); do \
	  test $$version = $$own && continue; found=; \
	  for python in $$(command -v python$$version) $$(ls -d $$HOME/.pyenv/versions/$$version.*/bin/python 2>/dev/null); do \
	    if $$python -c 'import sys; assert sys.version_info[:2] == tuple(map(int, "'$$version'".split(".")))' 2>/dev/null; \
	    then found=$$python; break; fi; \
	  done; \
	  if test -z "$$found"; then echo "CPython $$version is not here"; continue; fi; \
	  echo "CPython $$version: $$found"; \
	  $(MAKE) --no-print-directory test-short PYTHON=$$found VENV=$(VENV)-$$version || exit 1; \
	done

test-numpy-lowest:  ## the shorter suite on the lowest NumPy the package takes
	$(MAKE) --no-print-directory test-short VENV=$(VENV)-numpy-lowest EXTRA='numpy==2.0.*'

test-clang: $(READY)  ## the shorter suite with clang as the compiler
	CC=clang $(PYTEST) -m "not slow" $(SHORT)

test-short: $(READY)  ## the shorter suite on VENV as it is, with EXTRA= another NumPy
	$(if $(EXTRA),$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(EXTRA)')
	$(BIN)/python -c 'import sys, numpy; print("Python", sys.version.split()[0], "NumPy", numpy.__version__)'
	$(PYTEST) -m "not slow" $(SHORT)

test-all: $(READY)  ## the test suite with the slow tests
	$(PYTEST)

test-fallback: $(READY)  ## the test suite with the kill switch on, and again with no compiler on PATH
	ME_DSL_JIT=0 $(PYTEST) -m "not slow"
	env -u CC PATH=$(abspath $(VENV))/no-compiler $(abspath $(BIN))/python -m pytest -m "not slow"

lint: $(READY)  ## ruff and mypy --strict, of the package and its tests
	$(BIN)/ruff check .
	$(BIN)/mypy

golden: $(READY)  ## renew the expected output in tests/golden and the generated parts of docs
	$(PYTEST) tests/test_golden.py tests/project/test_docs.py --update-golden

fuzz: $(READY)  ## random programs on all routes for MINUTES=10, with SEED= and JOBS=2
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) --jobs $(JOBS) $(if $(SEED),--seed $(SEED))

$(VENV)/.iris_cc-bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,bench]'
	touch $@

bench: $(VENV)/.iris_cc-bench  ## every benchmark against its peers: tables, benchmarks/results, docs/images (half an hour; QUICK=--quick: minutes)
	mkdir -p benchmarks/results
	$(BIN)/python -m benchmarks.runner $(QUICK) --json benchmarks/results/cases.json --plot docs/images/benchmarks.png
	$(BIN)/python -m benchmarks.calls $(QUICK) --json benchmarks/results/calls.json
	$(BIN)/python -m benchmarks.interpreter $(QUICK) --json benchmarks/results/interpreter.json
	$(BIN)/python -m benchmarks.startup $(QUICK) --json benchmarks/results/startup.json
	$(BIN)/python -m benchmarks.scaling $(QUICK) --json benchmarks/results/scaling.json --plot docs/images/scaling.png

bench-startup: $(READY)  ## what a user waits for before the first result
	$(BIN)/python -m benchmarks.startup $(QUICK)

clean:  ## remove everything the targets made
	rm -rf $(VENV) $(VENV)-3.* $(VENV)-numpy-lowest build dist examples/out .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
