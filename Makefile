# Everything happens in .venv, which the first target to need it makes.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
DOCS_INSTALLED := .venv/.docs-installed
DEMO := demo

.PHONY: demo test test-all bench docs lint format clean

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]'
	@touch $@

# Raw captures of simulated people -> chest motion -> network -> report; then one of the captures
# by the network that ships with radarkit, which was not trained on this person either.
demo: $(INSTALLED)
	rm -rf $(DEMO) && mkdir -p $(DEMO)
	$(BIN)/radarkit simulate lying --output $(DEMO)/truth --raw $(DEMO)/captures \
	  --subjects 40 --duration 30 --seed 1 --jobs 2
	$(BIN)/radarkit extract $(DEMO)/captures/*.bin --config $(DEMO)/captures/radar.toml \
	  --output $(DEMO)/data --label $(DEMO)/truth --report $(DEMO)/extract.json --channels 8
	$(BIN)/radarkit train $(DEMO)/data --output $(DEMO)/run --epochs 10 --seed 1
	$(BIN)/radarkit eval $(DEMO)/run $(DEMO)/data --output $(DEMO)/report
	$(BIN)/radarkit reconstruct $(DEMO)/captures/sim1_15-1.bin \
	  --config $(DEMO)/captures/radar.toml --output $(DEMO)/ecg

# A file of tests stays in one process, for what its tests share.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile

test: $(INSTALLED)
	$(BIN)/pytest $(PARALLEL)

test-all: $(INSTALLED)
	$(BIN)/pytest $(PARALLEL) --hypothesis-profile explore -m '' --ignore tests/benchmarks
	$(BIN)/pytest -m '' tests/benchmarks

bench: $(INSTALLED)
	$(BIN)/pytest -m '' -s tests/benchmarks

$(DOCS_INSTALLED): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[docs]'
	@touch $@

# The site, with its gallery run and its references made anew; a warning is an error.
docs: $(DOCS_INSTALLED)
	$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --quiet docs docs/_build/html
	@echo "docs/_build/html/index.html"

# mypy and import-linter do not know the package-dir map, so they read the built wheel.
lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	rm -rf build .lint
	$(BIN)/python -m build --wheel --outdir .lint/wheel . > /dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --target .lint/package .lint/wheel/*.whl
	cd .lint/package && ../../$(BIN)/mypy --config-file ../../pyproject.toml -p radarkit
	cd .lint/package && ../../$(BIN)/lint-imports --config ../../pyproject.toml

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv .lint build docs/_build docs/gallery docs/reference/cli.md $(DEMO) *.egg-info
