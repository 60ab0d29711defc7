# Each target has one line of help; `make` prints them.
PYTHON := .venv/bin/python

.PHONY: help run demo test lint format benchmarks forgeries fuzz vectors wheel installer lock clean

help: ## print this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: ## open the window
	python3 bootstrap.py run

demo: ## do the main job on throw-away data, into demo-out
	python3 bootstrap.py run demo --out demo-out

test: ## style, types and all tests
	python3 bootstrap.py test

lint: ## style and types alone
	$(PYTHON) -m ruff check && $(PYTHON) -m ruff format --check && $(PYTHON) -m mypy

format: ## bring the code into the one format
	$(PYTHON) -m ruff check --fix && $(PYTHON) -m ruff format

benchmarks: ## measure speed as ratios to a floor; prints a table
	$(PYTHON) -m benchmarks

forgeries: ## try every forgery on every kind of package; ask other programs; write docs/forgeries.md
	STOCKTAKE_ALL_FORGERIES=1 $(PYTHON) -m pytest -q tests/exchange/test_forgeries.py
	PYTHONPATH=.:tests/helpers:tests/readers $(PYTHON) tests/readers/forgery_table.py

fuzz: ## change packages at random and fuzz their readers for MINUTES (10); on Linux, in .fuzz
	STOCKTAKE_MUTANTS=20000 $(PYTHON) -m pytest -q --timeout=0 tests/exchange/test_verify_mutants.py
	test -d .fuzz/venv || $(PYTHON) -m venv .fuzz/venv
	.fuzz/venv/bin/python -m pip install --quiet -r requirements.lock
	.fuzz/venv/bin/python -m pip install --quiet atheris==3.0.0
	.fuzz/venv/bin/python -m fuzz --minutes $(or $(MINUTES),10) --folder .fuzz/work

vectors: ## make the test vectors of the package format anew, with new keys
	$(PYTHON) -m tests.make_vectors

wheel: ## build the wheel into dist
	$(PYTHON) -m pip wheel --no-deps --no-build-isolation -w dist .

installer: ## build the one-folder application into dist/stocktake and let it test itself
	$(PYTHON) -m PyInstaller --noconfirm build_installer.spec
	dist/stocktake/stocktake-cli --selftest

lock: ## choose versions anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.lock

clean: ## remove what was built, but not the environment
	rm -rf build dist demo-out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
