# `make reconcile` and `make test` are all that a newcomer needs; every target makes .venv when it is missing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := reconcile

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# setuptools says of every editable install that folders beside the package may shadow it; here that is known.
PIP := PYTHONWARNINGS="ignore:Editable installation" $(BIN)/python -m pip install --quiet --constraint constraints.txt
STAMP := $(VENV)/.installed
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)
TORCH_CPU_INDEX := https://download.pytorch.org/whl/cpu

DB ?= reconcile.db
PORT ?= 8001
ARTICLES ?= $(wildcard datasets/cleanspark/articles.jsonl datasets/cleanspark/*.txt datasets/cleanspark/*.html \
            datasets/stories/articles.jsonl)
STORIES ?= $(firstword $(wildcard datasets/stories/gold datasets/stories))
GOLD := $(addprefix datasets/,stories practice newsrooms harder background)
PAIRS ?=
BASELINE ?= .ci/datasets-baseline.toml
# A file's tests stay in one process: what they share is made once.
SPREAD ?= --numprocesses auto --dist loadfile
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome || true)

.PHONY: setup reconcile serve check check-datasets baseline-datasets test test-browser test-slow lint eval eval-stories eval-extraction eval-pairs eval-clusters bench-judge bench-check train judge ablation readme bench scale audit clean

setup: $(STAMP)

# torch comes first and as a CPU build where there is one: everything else would pull in CUDA.
$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade pip
	@echo "setup: installing torch $(TORCH) (CPU build); this takes a minute or two"
	@$(PIP) "torch==$(TORCH)+cpu" 2> /dev/null \
	  || $(PIP) --retries 1 --timeout 20 --index-url $(TORCH_CPU_INDEX) "torch==$(TORCH)" \
	  || $(PIP) "torch==$(TORCH)"
	@echo "setup: installing everything else; this takes a minute or two"
	@$(PIP) --editable ".[dev]"
	@touch $(STAMP)
	@echo "setup: done, the command is $(BIN)/reconcile"

reconcile: $(STAMP)  ## articles in, agreements and conflicts out: ARTICLES="..." DB=...
	$(BIN)/reconcile run $(ARTICLES) --db $(DB)
	$(BIN)/reconcile findings --db $(DB)

serve: $(STAMP)  ## review pages on http://127.0.0.1:8001/-/reconcile
	$(BIN)/python tools/published.py $(DB) || $(MAKE) reconcile
	$(BIN)/reconcile serve --db $(DB) --port $(PORT)

check: $(STAMP)  ## ARTICLES against DB; fails on conflicts, which the articles of datasets/ have
	$(BIN)/python tools/published.py $(DB) || $(MAKE) reconcile
	$(BIN)/reconcile check $(ARTICLES) --db $(DB)

check-datasets: $(STAMP)  ## our own user: the articles of datasets/ against their accepted findings
	mkdir -p build
	$(BIN)/reconcile run $(ARTICLES) --db build/datasets.db --quiet
	$(BIN)/reconcile --config .ci/check.toml check $(ARTICLES) --db build/datasets.db --baseline $(BASELINE) --fail-on any

baseline-datasets: $(STAMP)  ## what check-datasets accepts, made anew after the code has changed
	mkdir -p build
	rm -f build/datasets.db
	$(BIN)/reconcile run $(ARTICLES) --db build/datasets.db
	test ! -f $(BASELINE) || $(BIN)/reconcile baseline prune $(ARTICLES) --db build/datasets.db --baseline $(BASELINE)
	for config in /dev/null .ci/check.toml; do \
	  $(BIN)/reconcile --config $$config baseline update $(ARTICLES) --db build/datasets.db --baseline $(BASELINE) \
	    --reason "found in the sample articles by this version" --who "make baseline-datasets" || exit; \
	done

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint  ## lint, types, fast tests, and browser tests where a Chromium is found
ifeq ($(CHROMIUM),)
	@echo "no Chromium found: browser tests are left out"
	$(BIN)/python -m pytest $(SPREAD) -m "not slow and not browser"
else
	$(BIN)/python -m pytest $(SPREAD) -m "not slow"
endif

test-browser: $(STAMP)  ## in a headless Chromium; takes the pictures of docs/
	RECONCILE_PICTURES=docs $(BIN)/python -m pytest -m browser

test-slow: $(STAMP)  ## what takes long; RECONCILE_RELIABILITY=RELIABILITY.md fills the table there
	@$(PIP) --editable ".[fuzz]" || echo "atheris cannot be installed here: its targets are tried on changed seeds alone"
	$(BIN)/python -m pytest -m slow

eval: eval-stories  ## figures against gold; PAIRS=folder adds labelled pairs
ifneq ($(PAIRS),)
	$(BIN)/reconcile evaluate pairs $(PAIRS)
endif

eval-stories: $(STAMP)
	$(BIN)/reconcile evaluate stories $(STORIES)

eval-extraction: $(STAMP)  ## claims, fields, recognisers, speed; RECONCILE_DATA=folder adds the labelled sets of others
	@$(PIP) --editable ".[eval]"
	$(BIN)/python tools/eval_extraction.py

train: $(STAMP)  ## relation weights from the stories with gold, and what they are worth on stories left out
	$(BIN)/python training/relations.py $(GOLD) --write

judge: $(STAMP)  ## the judge of sentences, trained anew (about four hours); RECONCILE_DATA=folder holds its labelled sets
	@$(PIP) --editable ".[train]"
	$(BIN)/python training/judge/pairs.py build/judge
	$(BIN)/python training/judge/train.py build/judge
	$(BIN)/python training/judge/export.py build/judge
	$(BIN)/python training/judge/combine.py --write
	$(MAKE) train

eval-pairs: $(STAMP)  ## rules, model and both on the labelled pairs of RECONCILE_DATA
	$(BIN)/python tools/eval_pairs.py

bench-judge: $(STAMP)  ## pairs per second beside fp32 and a plain CrossEncoder
	@$(PIP) --editable ".[train]"
	$(BIN)/python tools/bench_judge.py

eval-clusters: $(STAMP)  ## one event or not, beside cosine, on the sentence pairs of RECONCILE_DATA
	$(BIN)/python tools/eval_clusters.py

ablation: $(STAMP)  ## docs/ablation.md: the weights learned without each comparison in turn (about half an hour)
	mkdir -p build
	$(BIN)/python training/relations.py $(GOLD) --cache build/pairs.pickle
	$(BIN)/python training/ablation.py build/pairs.pickle

readme: $(STAMP)  ## the worked example, figures and picture of README, from runs
	$(BIN)/python tools/readme.py

bench: $(STAMP)  ## docs/benchmarks.md: time, memory and F1 beside other ways; SIZES="300 3000 30000", BENCH="--rounds 1"
	@$(PIP) --editable ".[bench]"
	$(BIN)/python tools/bench.py --stories $(STORIES) $(if $(SIZES),--sizes $(SIZES)) $(BENCH)

bench-check: $(STAMP)  ## what check costs beside a database of 100,000 claims, and what starting costs
	$(BIN)/python tools/bench_check.py

scale: $(STAMP)  ## docs/scale.md: what a hundred million articles would take, extrapolated from a run measured now
	$(BIN)/python tools/scale.py --write

audit: $(STAMP)  ## known vulnerabilities in what is installed, risky code, licences
	$(BIN)/python tools/audit.py
	$(BIN)/ruff check --select S reconcile
	$(BIN)/python tools/licences.py

clean:  ## what tools leave behind; not .venv, and not the database, which may hold decisions
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find reconcile tests tools -name __pycache__ -prune -exec rm -rf {} +
