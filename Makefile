# Two commands to know: `make demo` and `make test`. Each sets up what it needs below .venv and .kernels.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INPUTS := pyproject.toml .ci/constraints.txt

.PHONY: demo lab test clean

demo: $(VENV)/core.done  ## samples/ becomes a searchable corpus; ends by itself
	@$(BIN)/python scripts/demo.py

lab: $(VENV)/lab.done  ## the same in JupyterLab
	cd notebooks && ../$(BIN)/jupyter lab quickstart.ipynb

test: $(VENV)/test.done .kernels/ipykernel-6.31.done  ## everything: style, types, layers, unit, kernel, notebook and browser tests
	@$(BIN)/python scripts/get_chromium.py
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/core.done: $(INPUTS) | $(BIN)/python
	$(PIP) install -c .ci/constraints.txt -e .
	@touch $@

$(VENV)/lab.done: $(INPUTS) | $(BIN)/python
	$(PIP) install -c .ci/constraints.txt -e '.[lab,pandas]'
	@touch $@

$(VENV)/test.done: $(INPUTS) | $(BIN)/python
	$(PIP) install -c .ci/constraints.txt -e '.[test]'
	@touch $@

# The last kernel of the 6 series, laid over the environment's own for the tests that run in both.
.kernels/ipykernel-6.31.done: | $(BIN)/python
	$(PIP) install --target .kernels/ipykernel-6.31 --upgrade --no-deps 'ipykernel==6.31.*'
	@touch $@

clean:
	rm -rf $(VENV) .kernels test-artifacts demo.sqlite demo.sqlite-*
