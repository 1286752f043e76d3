# make lab     set up .venv, once, lay out your own copy in course/, and open JupyterLab on it
# make test    set up .venv, once, and prove that everything works; JOBS=4 where there are eight cores
# make test-slow      the tests that take long: kills, leaks, the recipes of docs/adapting.md
# make test-machines  run every page, and the tests that train, as other machines would;
#              SETTINGS="sse4 one-thread" WHICH="03 tests" for some of them
# make test-browser   prove the live lab and the site in a real browser, where there is a chromium
# make check   what make test needs to be true before it: lint, exercises in step with solutions
# make site    render the course to static pages in site/; SOLUTIONS=1 adds the solutions,
#              REPOSITORY=https://... a link that opens a lesson with a kernel
# make run     run every lesson and solution anew, and keep the outputs

SHELL := /bin/sh
FIRST := $(firstword $(sort $(wildcard notebooks/*.ipynb)))
COURSE ?= course
ROOT_USER := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
PY := .venv/bin/python

.PHONY: setup lab test test-unit test-notebooks test-slow test-machines test-browser check site run clean \
  unit-1 unit-2 unit-3 unit-4 pages-1 pages-2 pages-3 slow-1 slow-2

setup:
	@PYTHON="$(PYTHON)" tools/setup.sh

lab: setup
	$(PY) -m ganlib start "$(COURSE)"
	.venv/bin/jupyter lab $(ROOT_USER) --LabApp.default_url=/lab/tree/$(FIRST) $(LAB_OPTIONS) "$(COURSE)"

# In parts, JOBS at a time: two, so that two cores are busy to the end.  -O keeps their outputs apart, where make can.
JOBS ?= 2
UNIT := unit-1 unit-2 unit-3 unit-4
PAGES := pages-1 pages-2 pages-3
SLOW := slow-1 slow-2
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),-O)
PARTS := unit-1 pages-1 unit-2 pages-2 unit-3 unit-4 pages-3
tests-1 := $(wildcard tests/test_[a-f]*.py)
tests-2 := $(wildcard tests/test_[g-l]*.py)
tests-3 := $(wildcard tests/test_[m-q]*.py)
tests-4 := $(wildcard tests/test_[r-z]*.py)
lessons-1 := $(wildcard notebooks/0[6-9]*.ipynb notebooks/[1-9]*.ipynb)
lessons-2 := $(wildcard notebooks/0[0-5]*.ipynb)
lessons-3 := solutions
COVERAGE := build/coverage

test: setup
	rm -rf $(COVERAGE) && mkdir -p $(COVERAGE)
	$(MAKE) -j$(JOBS) $(TOGETHER) $(PARTS)
	$(PY) -m coverage combine --quiet $(COVERAGE)
	$(PY) -m coverage report

$(UNIT): unit-%: setup
	COVERAGE_FILE=$(COVERAGE)/.coverage.$* $(PY) -m pytest -m "not slow" --cov --cov-report= --cov-fail-under=0 \
	  -p no:cacheprovider $(tests-$*)

$(PAGES): pages-%: setup
	$(MAKE) test-notebooks LESSONS="$(lessons-$*)"

test-unit: setup
	$(PY) -m pytest -m "not slow" --cov --cov-report=term

# Without a network: tests/offline blocks it.
LESSONS ?= notebooks solutions
test-notebooks: setup
	PYTHONPATH="$(CURDIR)/tests/offline" $(PY) -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=180 \
	  -p no:cacheprovider $(LESSONS)

test-slow: setup
	$(MAKE) -j$(JOBS) $(TOGETHER) $(SLOW)

slow-1: setup
	$(PY) -m pytest -m slow -p no:cacheprovider $(tests-1) $(tests-2) $(tests-3)

slow-2: setup
	$(PY) -m pytest -m slow -p no:cacheprovider $(tests-4)

test-machines: setup
	PYTHONPATH="$(CURDIR)/tests/offline" $(PY) tools/prove/machines.py $(if $(SETTINGS),--settings $(SETTINGS)) \
	  $(if $(WHICH),--pages $(WHICH))

test-browser: setup
	$(PY) -m pytest -rs tests/browser

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(PY) tools/make/exercises.py
	git diff --exit-code --stat -- exercises solutions

run: setup
	$(PY) tools/make/notebooks.py
	$(PY) tools/make/exercises.py

site: setup
	$(PY) tools/make/website.py $(if $(SOLUTIONS),--solutions) $(if $(REPOSITORY),--repository $(REPOSITORY))

clean:
	rm -rf .venv build site *.egg-info
