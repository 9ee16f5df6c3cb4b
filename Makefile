# Names for what `python3 manage.py` and a few modules do; nothing happens only here.
PYTHON ?= python3
IN = .venv/bin/python

.PHONY: demo test check bench fmt lock docs pictures messages set-up

demo:
	$(PYTHON) manage.py demo

test:
	$(PYTHON) manage.py test

check: set-up
	$(IN) -m tests.check

bench: set-up
	$(IN) -m tests.benchmarks

fmt: set-up
	$(IN) -m ruff check --fix-only --quiet .
	$(IN) -m ruff format .

# Needs uv. No address of an index gets into the files.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock:
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --output-file requirements-dev.lock

docs: set-up
	$(IN) -m pytest tests/docs -q

pictures: set-up
	$(IN) -m tests.pictures

# Needs gettext. Sentences of the sources into the catalogues, and these compiled.
messages: set-up
	$(IN) manage.py makemessages

set-up:
	@$(PYTHON) -m navigator.bootstrap development
