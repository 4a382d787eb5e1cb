# Set-up, start, tests and checks. Everything lands in .venv, node_modules and var.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PYTEST_WORKERS ?= 3

.PHONY: setup run test test-quick check bench lock texts pictures setup-dev

setup:  ## install the Python and npm packages, nothing else
	@$(PYTHON) bootstrap.py

run: setup  ## a demo district at http://127.0.0.1:8000
	@CURBSTOP_PORT=$(PORT) $(BIN)/curbstop run --demo

setup-dev:
	@$(PYTHON) bootstrap.py --dev --system

test: setup-dev  ## every test, on SQLite and on a private PostgreSQL
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadgroup

test-quick: setup-dev  ## SQLite only; no browser, Node or slow tests
	$(BIN)/pytest --quick -q -n 2 --dist loadgroup

check: setup-dev  ## lint, types, import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	node --version >/dev/null 2>&1 && find demo mobile_api server tests -name '*.js' -o -name '*.mjs' | xargs -n 1 node --check

bench: setup-dev  ## the benchmarks; PART=routing, sync, ingest, imports or pages for one of them
	$(BIN)/python -m bench $(PART)

texts: setup-dev  ## bring the language catalogues up to date with the texts of the program
	$(BIN)/python -m tools.texts

pictures: setup-dev  ## the README's screenshots and its animation, made anew from a demo (needs Chromium)
	$(BIN)/python -m tools.pictures

lock:  ## lock the versions named in requirements*.in, with hashes (needs uv)
	for list in requirements requirements-dev requirements-node; do \
		uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
			$$list.in -o $$list.txt || exit 1; \
	done
	npm install --package-lock-only --ignore-scripts
