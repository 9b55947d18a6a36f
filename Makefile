# From a fresh clone, with Python and make: `make test`, or `make run` to see a program run.
#
#   make test    set up .venv, then lint and test everything
#   make lint    ruff and mypy
#   make run     compile examples/first.c and run it
#   make boot    boot to a shell prompt
#   make bench   measure
#   make conformance   print the ledger: each step of fork1, its tests, pass or fail
#   make wheel   build dist/uarea-*.whl, with the userland, the C library and the native part of the machine compiled in
#   make check-wheel   build it, install it into an empty environment, boot it
#   make clean   remove what was made here (the cache in ~/.cache/uarea stays)

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed-by-make

.PHONY: setup test lint pytest run boot bench conformance wheel check-wheel clean

setup: $(STAMP)

$(STAMP): pyproject.toml toolchain/build_backend.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

test: lint pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy

pytest: setup
	$(BIN)/python -m pytest -q

run: setup
	mkdir -p build
	$(BIN)/uarea cc examples/first.c -o build/first
	$(BIN)/uarea run build/first

boot: setup
	$(BIN)/uarea boot

conformance: setup
	$(BIN)/python -m tests.conformance

bench: setup
	$(BIN)/python -m bench

wheel: setup
	rm -rf build/lib build/bdist.* dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

# What somebody gets who installs the wheel: an empty environment, an empty home, no compiler; it must boot.
check-wheel: wheel
	rm -rf build/empty build/home
	$(PYTHON) -m venv build/empty
	build/empty/bin/python -m pip install --quiet --disable-pip-version-check dist/uarea-*.whl
	mkdir -p build/home
	printf 'echo booted; ls /bin | wc -l; exit 0\n' | \
	    env -i HOME=$(CURDIR)/build/home PATH=/usr/bin:/bin build/empty/bin/uarea boot | tee build/home/boot.txt
	grep -q '^booted' build/home/boot.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
