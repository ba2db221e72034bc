# `make demo` and `make test` set up all that they need, on a machine with Python, git and make.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.PHONY: setup demo test lab lint types bench wheel clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml .ci/setup labextension/package.json labextension/yarn.lock $(shell find labextension/src labextension/style labextension/schema -type f)
	PYTHON=$(PYTHON) bash .ci/setup $(VENV)

demo: setup
	$(BIN)/python notebooks/demo.py .demo

lab: setup
	mkdir -p .demo && $(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)/.demo"

test: setup
	bash .ci/system
	$(BIN)/python -m pytest
	bash .ci/frontend $(VENV)

lint: setup
	$(BIN)/python -m pytest tests/test_house.py

types: setup
	$(BIN)/python -m jupyter_mlws.server.openapi > labextension/openapi.json
	. $(VENV)/.node && export PATH="$(CURDIR)/$(BIN):$$PATH" && cd labextension && jlpm types

bench: setup
	$(BIN)/python -m benchmarks

wheel: setup
	rm -rf jupyter_mlws/labextension dist
	. $(VENV)/.node && export PATH="$(CURDIR)/$(BIN):$$PATH" && python -m build

clean:
	rm -rf $(VENV) dist jupyter_mlws/labextension labextension/lib labextension/node_modules
