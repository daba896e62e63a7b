# The commands of the project; CI runs the same ones. `make help` lists them.
# `make demo` and `make test` do everything on a fresh machine: Python 3.11+, a C/C++ compiler.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# llama.cpp is compiled once per machine, for its processor; the wheel is kept beside the models.
# llama.patch says what is changed in it, and why.
LLAMA := 0.3.36
CPU := $(shell ($(if $(CMAKE_ARGS),echo "$(CMAKE_ARGS)";) cat llama.patch; uname -ms; grep -m1 -E '^(flags|Features)' /proc/cpuinfo 2>/dev/null || sysctl -n machdep.cpu.brand_string 2>/dev/null) | cksum | cut -d' ' -f1)
CACHE := $(or $(PILLION_CACHE_DIR),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pillion)
WHEELS := $(CACHE)/wheels/$(CPU)
WHEEL := $(WHEELS)/.llama-cpp-python-$(LLAMA)
LLAMA_SOURCE := $(WHEELS)/llama_cpp_python-$(LLAMA)
# Without AMX: where a processor offers it, llama.cpp's AMX code was seen to crash in its first
# matrix product (gcc 12, llama-cpp-python 0.3.36). No laptop has AMX. LLAVA is the image part.
NO_AMX := $(if $(filter x86_64,$(shell uname -m)),-mno-amx-tile -mno-amx-int8 -mno-amx-bf16)
LLAMA_ENV := CFLAGS="$(CFLAGS) $(NO_AMX)" CXXFLAGS="$(CXXFLAGS) $(NO_AMX)" \
	CMAKE_ARGS="-DLLAVA_BUILD=OFF $(CMAKE_ARGS)"

VERSION = $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' pyproject.toml)
# One lock for all platforms and all versions of Python that are supported.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
	--no-header --no-annotate

# $(call PROGRAM,bwrap,bubblewrap) says whether a program is there; root gets it where apt-get has it.
PROGRAM = command -v $(1) >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	{ apt-get install -y -q $(2) >/dev/null 2>&1 || \
	{ apt-get update -q >/dev/null 2>&1 && apt-get install -y -q $(2) >/dev/null 2>&1; }; }; }

# Tests run code that a model wrote. With bubblewrap that is safest. Without it Pillion makes the
# namespaces itself, or says that there are only limits.
SANDBOX = $(call PROGRAM,bwrap,bubblewrap) || \
	echo "bubblewrap is not installed; the tests use the next best sandbox."

# Tests use the chat in a terminal as a person does.
TERMINAL = $(call PROGRAM,tmux,tmux) || \
	echo "tmux is not installed; the test of the chat in a terminal is left out."

.PHONY: help demo test test-fast test-editors vsix install lint format docs fuzz lock audit release-check clean
.DEFAULT_GOAL := help

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: install ## Install, get the default model, and show Pillion at work on real code
	$(BIN)/pillion models pull
	$(BIN)/pillion demo

test: $(VENV)/.test ## Install what the tests need and run all of them
	$(BIN)/pillion models pull
	$(BIN)/pillion models pull smollm2-135m
	@$(SANDBOX)
	@$(TERMINAL)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

test-fast: $(VENV)/.test ## Only the tests that need no model
	$(BIN)/python -m pytest -m "not model"

test-editors: $(VENV)/.test ## Install VS Code, Neovim and Emacs, and run the tests of their clients
	$(BIN)/pillion models pull
	clients/testing/run.sh $(PARTS)

vsix: $(VENV)/.test ## Build the VS Code extension, clients/vscode/dist/pillion.vsix (needs Node 22)
	clients/vscode/build.sh

install: $(VENV)/.install ## Install Pillion into .venv

lint: $(VENV)/.test ## Check style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Runs add up in build/fuzz, so that a long one can be made in pieces: `make fuzz COUNT=1000000 FUZZ=jsonrpc`.
COUNT ?= 200000
FUZZ ?=
fuzz: $(VENV)/.test ## Throw COUNT bad inputs at each parser and at a whole server
	$(BIN)/python -W ignore tests/fuzz/run.py --count $(COUNT) $(FUZZ)

docs: $(VENV)/.test ## Write the generated pages anew, and build the site into dist/site
	$(BIN)/pillion docs docs --vscode clients/vscode/package.json --share release/share
	$(BIN)/python release/licences.py docs/licences.md
	PILLION_SITE=dist/site/$(VERSION) NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

lock: $(VENV)/.release ## Pin all packages anew, with their hashes
	$(LOCK) --no-emit-package llama-cpp-python pyproject.toml --output-file release/requirements.lock
	echo llama-cpp-python==$(LLAMA) | $(LOCK) --no-deps - --output-file release/llama.lock

audit: $(VENV)/.release ## Look for known vulnerabilities, where the databases can be reached
	$(BIN)/python release/audit.py

release-check: $(VENV)/.release ## Build what is released, install it in clean places, and try it there
	$(BIN)/pillion models pull
	$(BIN)/python release/check.py $(STEPS)

clean: ## Remove .venv and build output; models and wheels in the cache stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pillion needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(WHEEL): | $(VENV)/bin/python
	@mkdir -p $(WHEELS) && rm -rf $(LLAMA_SOURCE)
	@$(PIP) download --quiet --no-deps --no-binary llama-cpp-python \
		--dest $(WHEELS) --require-hashes --requirement release/llama.lock
	@tar -xzf $(LLAMA_SOURCE).tar.gz -C $(WHEELS)
	@if patch --version >/dev/null 2>&1; then \
		patch --quiet -p1 -d $(LLAMA_SOURCE) <llama.patch; \
		else echo "There is no 'patch' here: llama.cpp is built as it is, and drafts stay off."; fi
	@echo "Compiling llama.cpp for this processor, once: 3 to 11 minutes on two cores."
	@$(LLAMA_ENV) sh -c '$(PIP) wheel --quiet --no-cache-dir --no-deps -w $(WHEELS) $(LLAMA_SOURCE) & \
		pid=$$!; start=$$(date +%s); \
		while kill -0 $$pid 2>/dev/null; do sleep 5; now=$$(($$(date +%s) - start)); \
		if [ -t 1 ]; then printf "\r  compiling llama.cpp: %d s" $$now; \
		elif [ $$((now % 60)) -lt 5 ]; then echo "  compiling llama.cpp: $$now s"; fi; done; \
		echo; wait $$pid'
	@rm -rf $(LLAMA_SOURCE) $(LLAMA_SOURCE).tar.gz
	@touch $@

$(VENV)/.install: pyproject.toml $(WHEEL) | $(VENV)/bin/python
	$(PIP) install --quiet $(WHEELS)/llama_cpp_python-$(LLAMA)*.whl
	$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.install
	$(PIP) install --quiet --editable '.[test,docs]'
	@touch $@

$(VENV)/.release: $(VENV)/.test
	$(PIP) install --quiet --editable '.[release]'
	@touch $@
