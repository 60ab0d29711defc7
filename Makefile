# Each target has one line of help; `make` prints them.
PYTHON := .venv/bin/python

.PHONY: help run demo test lint format benchmarks wheel installer lock clean

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
