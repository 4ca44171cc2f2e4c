# The two commands: `make run` starts the line, `make test` runs every test. Both set up first.

PYTHON := .venv/bin/python

.PHONY: run demo test check soak bench triage-report setup-base setup-dev

run: setup-base        ## start the line on this machine
	$(PYTHON) -m careline run --speech-setup scripts/setup.sh

demo: setup-dev        ## real calls with audio through the line, each checked
	$(PYTHON) -m careline demo

test: setup-dev        ## every test: side by side, then those with real calls one at a time
	$(PYTHON) -m pytest -m "not alone" -n auto --dist worksteal
	$(PYTHON) -m pytest -m alone

check: setup-dev       ## style, types, imports and the fast tests, in a few minutes
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON) -m pytest -m "not slow and not alone" --hypothesis-profile quick -n auto --dist worksteal

soak: setup-dev        ## the long proofs, under 50 minutes: random days, crashes, kills, new examples
	$(PYTHON) -m tests.acd --days 10000 --jobs 2
	$(PYTHON) -m tests.acd --swarm --days 10000 --jobs 2
	$(PYTHON) -m tests.triage --inputs 1000000 --jobs 2
	$(PYTHON) -m tests.site --seeds 1000 --calls 1000 --jobs 2
	$(PYTHON) -m tests.site --every-write
	$(PYTHON) -m tests.site --kills 100
	$(PYTHON) -m tests.site.nodes --kills 100 --pauses 5 --until 900
	$(PYTHON) -m pytest -m "hypothesis and not slow and not alone" --hypothesis-profile soak -n auto --dist worksteal

bench: setup-dev       ## measure, and write docs/benchmarks.md
	$(PYTHON) -m benchmarks

triage-report: setup-dev  ## how well triage does on the development set, by slice
	$(PYTHON) -m benchmarks.triage_report

setup-base:
	@scripts/setup.sh base

setup-dev:
	@scripts/setup.sh dev
