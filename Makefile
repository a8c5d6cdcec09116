# The project's commands. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

bin := .venv/bin
# pip is quiet and asks nothing; each long step says one line of its own.
pip := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 $(bin)/python -m pip --quiet
distributions := -e . -e sdk_python -e examples/partner_portal
projects := pyproject.toml sdk_python/pyproject.toml examples/partner_portal/pyproject.toml
# Where the environment was removed, nothing that a stamp says is true any more.
$(if $(wildcard $(bin)/python),,$(shell rm -rf .make))
drawn := $(shell find mag_widget themes -type f 2>/dev/null)

.PHONY: help demo test test-engines check bench mutants soak screens fmt pages pins clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .make/demo .make/assets ## start MAG and two partner portals on this machine
	@exec $(bin)/mag demo

test: .make/dev .make/assets check ## run everything, browser tests included
	@chromium=$$(.ci/chromium) && exec env MAG_CHROMIUM="$$chromium" $(bin)/pytest -n 4 --dist loadfile $(PYTEST_ARGS)

# Named one by one, so that `make test` collects none of them. The drivers' own warnings are not ours.
engines := e2e/engines/firefox_signs_in.py e2e/engines/firefox_remembers.py e2e/engines/webkit_signs_in.py
test-engines: .make/engines .make/assets ## sign in with Firefox and WebKit too
	@.ci/engines
	@exec env WEBKIT_DISABLE_COMPOSITING_MODE=1 xvfb-run -a $(bin)/pytest -q -W ignore $(engines) $(PYTEST_ARGS)

check: .make/dev ## lint, types, import contracts, translations
	@$(bin)/ruff check --quiet .
	@$(bin)/ruff format --check --quiet . || { echo "Not formatted: run make fmt"; exit 1; }
	@$(bin)/mypy --no-error-summary
	@$(bin)/lint-imports --no-cache > .make/imports.log || { cat .make/imports.log; exit 1; }
	@$(bin)/python -m mag_server.base.words --check
	@echo "check: lint, types, import contracts and translations are clean"

bench: .make/dev .make/assets ## measure the speed, as ratios of one run
	@chromium=$$(.ci/chromium) && exec env MAG_CHROMIUM="$$chromium" $(bin)/python -m bench

mutants: .make/dev ## break the code on purpose: each break must turn a named test red
	@$(bin)/python -m tests.mutants

soak: .make/dev .make/assets ## kill everything 50 times during a campaign: nothing may be lost
	@exec env MAG_TEST_KILLS=50 $(bin)/pytest -q tests/soak

screens: .make/dev .make/assets ## take every screenshot of docs/screens again
	@chromium=$$(.ci/chromium) && exec env MAG_CHROMIUM="$$chromium" $(bin)/python -m e2e.screens

fmt: .make/dev ## format the code
	@$(bin)/ruff check --quiet --fix-only .
	@$(bin)/ruff format .

pages: .make/dev ## write what documents repeat from where it stands
	@$(bin)/python -m tests.house.pages

uv := $(firstword $(shell command -v uv) $(wildcard $(bin)/uv))
compile = $(uv) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
pins: ## bring requirements/*.txt up to date with requirements/*.in (needs uv)
	@[ -n "$(uv)" ] || { echo "make pins needs uv: $(bin)/pip install uv"; exit 1; }
	@$(compile) $(PINS_ARGS) requirements/server.in -o requirements/server.txt
	@$(compile) $(PINS_ARGS) -c requirements/server.txt requirements/dev.in -o requirements/dev.txt
	@$(compile) $(PINS_ARGS) -c requirements/dev.txt requirements/engines.in -o requirements/engines.txt

clean: ## forget the environment and everything built
	@rm -rf .venv .make build dist mag_server/static

# A stamp stands for a step that is done; it is older than what it was made from when the step must be done again.
.make/venv:
	@$(bin)/python -m pip --version >/dev/null 2>&1 || { python=$$(.ci/python) && \
		echo "Making .venv with $$("$$python" --version) ..." && "$$python" -m venv --clear .venv; }
	@mkdir -p .make && touch $@

.make/demo: .make/venv requirements/server.txt $(projects)
	@echo "Installing what MAG runs on (pinned, hashes checked) ..."
	@$(pip) install --require-hashes -r requirements/server.txt
	@$(pip) install --no-deps --no-build-isolation $(distributions)
	@touch $@

.make/dev: .make/venv requirements/dev.txt $(projects)
	@echo "Installing what MAG is tested with (pinned, hashes checked) ..."
	@$(pip) install --require-hashes -r requirements/dev.txt
	@$(pip) install --no-deps --no-build-isolation $(distributions)
	@touch $@ .make/demo

.make/engines: .make/dev requirements/engines.txt
	@echo "Installing what drives Firefox and WebKit (pinned, hashes checked) ..."
	@$(pip) install --require-hashes -r requirements/engines.txt
	@touch $@

.make/assets: $(drawn) | .make/venv
	@$(bin)/python -m mag_server.base.assets
	@touch $@
