# Two commands matter: `make demo` and `make test`. Everything they need is installed into .venv from hashed locks.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
# compiled modules make every start three times faster
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo psychometrics test bench rig lint fmt serve worker messages lock clean

$(VENV)/run.ok: requirements/run.lock requirements/uv.txt pyproject.toml
	@$(PY) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PY) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/run.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.ok: $(VENV)/run.ok requirements/dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.lock
	touch $@

$(VENV)/psychometrics.ok: $(VENV)/run.ok requirements/psychometrics.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/psychometrics.lock
	touch $@

psychometrics: $(VENV)/psychometrics.ok

demo: $(VENV)/psychometrics.ok
	$(BIN)/ceasai demo

serve: $(VENV)/run.ok
	$(BIN)/ceasai serve

worker: $(VENV)/run.ok
	$(BIN)/ceasai worker

test: $(VENV)/dev.ok
	$(BIN)/ceasai messages compile
	tests/run.sh

lint: $(VENV)/dev.ok
	tests/lint.sh

fmt: $(VENV)/dev.ok
	$(BIN)/ruff format app tests migrations
	$(BIN)/ruff check --fix app tests migrations

bench: $(VENV)/dev.ok
	$(BIN)/ceasai messages compile
	$(BIN)/python -m tests.bench

rig: $(VENV)/dev.ok
	$(BIN)/ceasai messages compile
	$(BIN)/python -m tests.rig

messages: $(VENV)/dev.ok
	$(BIN)/ceasai messages update

lock: $(VENV)/run.ok
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q --group build pyproject.toml -o requirements/run.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q --extra psychometrics --group build pyproject.toml -o requirements/psychometrics.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q --extra psychometrics --group dev pyproject.toml -o requirements/dev.lock

clean:
	rm -rf $(VENV) var
