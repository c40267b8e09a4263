# From a fresh clone, with only Python (3.11 or newer), pip and make: every target sets up what it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(UPGRADE)

# What looks like a secret and is none: the alphabet of link codes; what says that it is made up.
SECRETS = $(BIN)/detect-secrets-hook --exclude-secrets '^0123456789ABC|fake|example|made-up'

.DEFAULT_GOAL := help
.PHONY: help setup demo init check run test coverage pseudo messages lint style types secrets format bench mutants lock screenshots

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.dev ## install everything that developing takes into .venv

demo: $(VENV)/.demo ## try the whole bot in a web browser, with no account anywhere
	@exec $(BIN)/python bot.py demo $(ARGS)

init: $(VENV)/.runtime ## ask for the settings and write .env
	@exec $(BIN)/python bot.py init

check: $(VENV)/.runtime ## build everything offline and name every fault in the settings
	@exec $(BIN)/python bot.py check

run: $(VENV)/.$(if $(HEIF),heif,runtime) ## run the bot on Discord and Imgur, with the settings in .env (HEIF=1: takes HEIC too)
	@exec $(BIN)/python bot.py run

test: $(VENV)/.dev ## run all tests
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

coverage: ## run all tests, and say which lines and branches none of them ran: at least 95 %
	$(MAKE) test ARGS="--cov --cov-branch --cov-report=term $(ARGS)"

pseudo: $(VENV)/.dev ## run the tests of commands in a made-up language that is a third longer than English
	READ_AS=pseudo $(BIN)/python -m pytest -n 3 --dist worksteal tests/cogs -m "not interplay" $(ARGS)

messages: $(VENV)/.dev ## collect all that is said for translators, and check what they made of it (ARGS="de" begins one)
	$(BIN)/python -m locales.messages $(ARGS)

lint: style types secrets ## check format, style, types, dependencies, secrets and the Dockerfile

style: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/deptry .
	$(BIN)/hadolint Dockerfile

types: $(VENV)/.dev
	$(BIN)/mypy .

secrets: $(VENV)/.dev
	git ls-files -z -- . ':!tests' ':!requirements' | xargs -0 $(SECRETS)
	git ls-files -z -- tests | xargs -0 $(SECRETS) --disable-plugin KeywordDetector \
		--disable-plugin HexHighEntropyString --disable-plugin Base64HighEntropyString

format: $(VENV)/.dev ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## measure: streaming uploads, time to acknowledge, start, searches among a million items
	$(BIN)/python -m benchmarks

mutants: $(VENV)/.dev ## would a test notice? Small changes to the code (ARGS="imgur --sample 60 --seed 1"); takes its time
	$(BIN)/python -m benchmarks.mutants $(ARGS)

lock: $(VENV)/.dev ## write requirements/*.txt anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(COMPILE) -o requirements/runtime.txt
	$(COMPILE) -c requirements/runtime.txt --extra heif -o requirements/heif.txt
	$(COMPILE) -c requirements/runtime.txt --group demo -o requirements/demo.txt
	$(COMPILE) -c requirements/demo.txt --group demo --group dev -o requirements/dev.txt

screenshots: $(VENV)/.dev ## make the README's pictures anew
	$(BIN)/python -m tests.demo.screenshots

# One stamp for each set of requirements: installed again only when its file has changed.
$(VENV)/.%: requirements/%.txt | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

# Debian's python3 comes without ensurepip; there, the system's pip fills the environment.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV) 2>/dev/null >&2 || { $(PYTHON) -m venv --without-pip --clear $(VENV) \
		&& $(PYTHON) -m pip --quiet --disable-pip-version-check --python $(BIN)/python install pip; }
