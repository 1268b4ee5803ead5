# Two commands matter: `make demo` shows the portal, `make test` proves it. Python 3.11+ and make are enough.
PYTHON ?= python3
BIN := .venv/bin

# What production would be given; the secret is new in each run.
STRONG = PORTAL_MODE=production BASE_URL=https://portal.example.org ALLOWED_HOSTS=portal.example.org CLAMD_URL=tcp://clamav:3310 \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')

PLAIN = PORTAL_MODE=test SECRET_KEY=test-only

# A process that compiles every module anew takes three times as long to start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test chaos check messages screenshots format lock clean check-format check-lint check-types check-imports check-templates check-migrations \
	check-production

demo: $(if $(wildcard .venv/dev.installed),.venv/dev.installed,.venv/demo.installed)
	@exec $(BIN)/python -m portal.embedded demo

# In two processes; `make test ARGS="-n 0 tests/clerks"` takes one.
test: .venv/dev.installed
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder $(ARGS)

# Ten thousand requests under two hundred kills; takes half an hour of two cores (docs/drills.md).
chaos: .venv/dev.installed
	$(BIN)/python -m tests.drill $(ARGS)

check: check-format check-lint check-types check-imports check-templates check-migrations check-production

check-format: .venv/dev.installed
	$(BIN)/ruff format --check .

check-lint: .venv/dev.installed
	$(BIN)/ruff check .

check-types: .venv/dev.installed
	$(BIN)/mypy

check-imports: .venv/dev.installed
	PYTHONPATH=client $(BIN)/lint-imports

check-templates: .venv/dev.installed
	$(BIN)/djlint templates --lint --quiet

check-migrations: .venv/dev.installed
	$(PLAIN) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

check-production: .venv/dev.installed
	$(STRONG) $(BIN)/python manage.py check --deploy --fail-level WARNING

messages: .venv/dev.installed
	@$(PLAIN) $(BIN)/python locale/update.py

screenshots: .venv/dev.installed
	README_PICTURES=docs/pictures $(BIN)/python -m pytest tests/journeys/test_pictures.py tests/journeys/test_two_clicks.py

format: .venv/dev.installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/dev.installed
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements/production.txt
	$(BIN)/uv pip compile $(LOCK) --extra demo pyproject.toml -o requirements/demo.txt
	$(BIN)/uv pip compile $(LOCK) --extra demo --group dev pyproject.toml -o requirements/dev.txt
LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url

.venv/%.installed: requirements/%.txt requirements/uv.txt | .venv/bin/uv
	@echo "Installing what $*.txt locks ..."
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/uv.txt $<
	@touch $@

.venv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed; name it by make PYTHON=..."; exit 1; }
	@test -x $(BIN)/pip || { echo "Making the virtual environment ..."; $(PYTHON) -m venv .venv; } || { echo "error: $(PYTHON) lacks its venv module (Debian: the package python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

clean:
	rm -rf .venv var
