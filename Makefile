# The two lines of the README: `make demo`, `make test`. Each target sets up .venv by itself.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# Any Python 3.11 or newer; override with `make demo PYTHON=/path/to/python`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)
# E.g. PIP_OPTIONS="--index-url ..." for a mirror or for CPU-only torch wheels; see the README.
PIP_OPTIONS ?=
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_OPTIONS)

.PHONY: help demo run test test-slow test-screen lint bench wheel clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "EDAM GUI needs Python 3.11 or newer; install it (Debian/Ubuntu: sudo apt-get install python3 python3-venv; macOS: brew install python) and try again." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python lacks the venv module; install it (Debian/Ubuntu: sudo apt-get install python3-venv) and try again." >&2; exit 1; }
	@echo "Creating $(VENV) ..."
	@"$(PYTHON)" -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo "Installing what the program needs into $(VENV) (once; torch is large) ..."
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "Installing what the program and its tests need into $(VENV) (once; torch is large) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run ## Label four real photos, write label maps and a contact sheet to edam-demo/
	@$(BIN)/python main.py demo --out edam-demo

run: $(VENV)/.run ## Start the program
	@$(BIN)/python main.py $(OPEN)

# The tests load Qt, which needs a few libraries of the system that a bare server lacks.
$(VENV)/.qt: $(VENV)/.dev
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -c 'import PySide6.QtWidgets' 2>/dev/null || { echo "Qt lacks libraries of this system; install them (Debian/Ubuntu: sudo apt-get install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0) and try again." >&2; exit 1; }
	@touch $@

test: $(VENV)/.qt ## Run the tests
	@$(BIN)/python -m pytest -m "not slow"

test-slow: $(VENV)/.qt ## Run all tests, the slow ones too
	@$(BIN)/python -m pytest -m ""

test-screen: $(VENV)/.qt ## Drive the real window under Xvfb, where there is one
	@.ci/screen

lint: $(VENV)/.dev ## Check style, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.dev ## Measure every speed claim of the README
	@for b in benchmarks/bench_*.py; do echo "== $$b"; PYTHONPATH=. $(BIN)/python "$$b" || exit 1; done

wheel: $(VENV)/.dev ## Build the wheel and try it in a second virtual environment
	@$(BIN)/python -m build --quiet --wheel --outdir dist .
	@ls -l dist

clean: ## Remove what make has built
	@rm -rf $(VENV) dist build edam-demo .mypy_cache .ruff_cache .hypothesis .benchmarks
