# What a developer and the CI type. `make` alone lists it.
# It needs Python 3.11 or newer, make and git; everything else is set up below .tools/, which git ignores.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

TOOLS    := .tools
LOCKS    := .ci/requirements
PROJECT  := $(TOOLS)/project/bin
SAM      := $(TOOLS)/sam/bin/sam
# Three environments, because they pin three different botocores: the project's, the SAM CLI's, the emulator's.
VENVS    := project sam emulator
STAMPS   := $(VENVS:%=$(TOOLS)/%.done) $(TOOLS)/runtime.done

# A name on PATH may be a version manager's shim that fails when called, so each one is tried by running it.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python3.14; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo "$$name"; break; }; done)

# Where it is set, nothing below .tools/ would ever be compiled, and the SAM CLI alone would start 3 s later each time.
unexport PYTHONDONTWRITEBYTECODE
# The SAM CLI would otherwise report its use to AWS.
export SAM_CLI_TELEMETRY := 0
# Here alone, the build's pip is the project's own: the host's python3 may come without one (see src/Makefile).
export BUILD_PYTHON = $(abspath $(PROJECT)/python)
export BUILD_CACHE = $(abspath $(TOOLS)/package)

# Runs a command in silence; if it fails, shows what it said.
quietly = log=$$(mktemp); if ! { $(1); } >"$$log" 2>&1; then cat "$$log" >&2; rm -f "$$log"; exit 1; fi; rm -f "$$log"

.PHONY: help setup fmt lint types test coverage bench mutants thorough faults burst validate build package reproducible sbom audit \
	deploy doctor organization demo demo-page docs pictures check lock clean

##@ Use it

help: ## List the targets
	@awk -F ':.*## ' '/^##@/ {printf "%s%s\n", sep, substr($$0, 5); sep = "\n"} \
		/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

demo: ## Deploy into an AWS on loopback, break things, watch them being repaired (PLAIN=1 for plain text)
	@$(MAKE) -j$(words $(VENVS)) setup
	@$(PROJECT)/python -m tests.embedded $(if $(PLAIN),--plain)

build: $(TOOLS)/sam.done $(TOOLS)/project.done ## Build the Lambda package and say how big it is
	@$(call quietly,$(SAM) build)
	@$(PROJECT)/python -m tests.embedded.package_zip .aws-sam/build/Guard

deploy: build ## Deploy to the AWS account that your credentials name (ARGS="--parameter-overrides Mode=Observe")
	@$(SAM) deploy $(ARGS)

doctor: $(TOOLS)/project.done ## Say whether the deployed guard can do its work (ARGS="--region eu-west-1")
	@PYTHONPATH=src $(PROJECT)/python -m permission_guard doctor $(ARGS)

organization: package ## Write the template for StackSets and name the package's key (docs/organization.md)
	@PYTHONPATH=src $(PROJECT)/python -m organization

##@ Develop it

setup: $(STAMPS) ## Set up all environments below .tools/
	@:

# --no-deps, because the lock names every dependency already; --no-compile, because most of it is never imported.
$(TOOLS)/%.done: $(LOCKS)/%.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11 or newer with the venv module was found on PATH. Install one" \
		"(Debian and Ubuntu: apt install python3 python3-venv), or say which: make PYTHON=/path/to/python" >&2; exit 1; fi
	@echo "setting up .tools/$* (once)"
	@mkdir -p $(TOOLS) && rm -rf $(TOOLS)/$*
	@$(call quietly,$(PYTHON) -m venv $(TOOLS)/$*)
	@$(call quietly,$(TOOLS)/$*/bin/python -m pip install --no-deps --no-compile --disable-pip-version-check --require-hashes -r $<)
	@touch $@

# Lambda's runtime client is compiled for the Python of the runtime, whatever Python this machine has, and for Linux alone.
$(TOOLS)/runtime.done: $(LOCKS)/runtime.txt $(TOOLS)/project.done
	@rm -rf $(TOOLS)/runtime
	@if [ "$$(uname -s)" = Linux ]; then $(call quietly,$(PROJECT)/python -m pip install --target $(TOOLS)/runtime --no-deps \
		--no-compile --disable-pip-version-check --only-binary=:all: --implementation cp --python-version 3.13 \
		--platform manylinux2014_$$(uname -m) --require-hashes -r $<); fi
	@touch $@

# boto3 and what the package holds beside it, as they come, and compiled as Lambda's own are: what the package is measured by.
$(TOOLS)/stock.done: src/requirements.txt $(TOOLS)/project.done
	@rm -rf $(TOOLS)/stock
	@$(call quietly,$(PROJECT)/python -m pip install --target $(TOOLS)/stock --no-deps --no-compile --disable-pip-version-check \
		--only-binary=:all: --implementation cp --python-version 3.13 --platform manylinux2014_aarch64 --require-hashes -r $<)
	@for python in python3.13 "$$HOME"/.pyenv/versions/3.13.*/bin/python; do \
		"$$python" -m compileall -q --invalidation-mode unchecked-hash $(TOOLS)/stock 2>/dev/null && break; done; true
	@touch $@

fmt: $(TOOLS)/project.done ## Format the code and fix what can be fixed automatically
	@$(PROJECT)/ruff check --quiet --fix-only .
	@$(PROJECT)/ruff format --quiet .

lint: $(TOOLS)/project.done ## Lint, and check the format
	@$(PROJECT)/ruff check --quiet .
	@$(PROJECT)/ruff format --quiet --check . || { echo "run: make fmt" >&2; exit 1; }

types: $(TOOLS)/project.done ## Check the types (mypy --strict)
	@$(call quietly,$(PROJECT)/mypy)

test: $(TOOLS)/project.done $(TOOLS)/emulator.done ## Run the whole test suite (ARGS="-k word" to choose)
	@$(PROJECT)/python -m pytest -q -n auto $(ARGS)

# To follow every branch takes as long again as the tests themselves.
coverage: $(TOOLS)/project.done $(TOOLS)/emulator.done ## Run it and hold that every branch of the core is run
	@$(PROJECT)/python -m pytest -q -n auto --cov --cov-report=term

bench: $(TOOLS)/project.done $(TOOLS)/stock.done ## Measure the guard and its evaluator, each beside a floor in the same run (three minutes)
	@for one in events sweep cold_start evaluator access; do PYTHONPATH=src:. $(PROJECT)/python -m benchmarks.$$one; done

# Files that are no longer there would stay among the mutants.
mutants: $(TOOLS)/project.done ## Try every mutant of the laws, and score the tests of iam/, rules/ and access/ by mutation (ARGS="iam.arn.*" to choose)
	@$(if $(ARGS),,LONG=1 $(PROJECT)/python -m pytest -q tests/laws/test_mutants.py)
	@$(if $(ARGS),,rm -rf mutants)
	@$(PROJECT)/python -m tests.mutation $(if $(ARGS),"$(ARGS)")

thorough: $(TOOLS)/project.done $(TOOLS)/emulator.done ## The whole test suite with every example and every mutant (an hour)
	@LONG=1 DIFFERENTIAL=long $(PROJECT)/python -m pytest -q -n auto

faults: $(TOOLS)/project.done ## Play every fault of every call of every repair, and print what becomes of it (half a minute)
	@PYTHONPATH=src:. $(PROJECT)/python -m tests.faults

burst: $(TOOLS)/project.done ## A thousand events in disorder, some lost and some twice, on a failing AWS (two minutes)
	@LONG=1 $(PROJECT)/python -m pytest -q -s tests/burst

validate: $(TOOLS)/sam.done $(TOOLS)/project.done ## Check the templates with cfn-lint, the one for StackSets too
	@$(call quietly,$(SAM) validate --lint --template template.yaml --region us-east-1)
	@$(call quietly,$(SAM) validate --lint --template src/organization/central.yaml --region us-east-1)
	@PYTHONPATH=src $(PROJECT)/python -c 'import json, organization.template as made; print(json.dumps(made.for_stack_sets("any.zip")))' \
		>$(TOOLS)/organization.json
	@$(call quietly,$(TOOLS)/sam/bin/cfn-lint --regions us-east-1 --template $(TOOLS)/organization.json)

package: build ## Zip the package so that the same commit has the same bytes, and say its SHA-256
	@$(PROJECT)/python -m tests.embedded.package_zip .aws-sam/build/Guard .aws-sam/guard.zip

# Without the cache, so that everything is fetched, trimmed and compiled twice.
reproducible: $(TOOLS)/project.done ## Build the package twice from nothing, and compare the two byte by byte
	@rm -rf .aws-sam/twice && mkdir -p .aws-sam/twice/first .aws-sam/twice/second
	@for build in first second; do BUILD_CACHE= $(MAKE) --silent -C src build-Guard ARTIFACTS_DIR="$(CURDIR)/.aws-sam/twice/$$build" >/dev/null; \
		$(PROJECT)/python -m tests.embedded.package_zip .aws-sam/twice/$$build .aws-sam/twice/$$build.zip; done
	@cmp .aws-sam/twice/first.zip .aws-sam/twice/second.zip && echo "the two are the same, byte by byte"

sbom: $(TOOLS)/supply.done ## Write what is in the package as a CycloneDX SBOM (.aws-sam/sbom.json)
	@mkdir -p .aws-sam
	@$(TOOLS)/supply/bin/python -W ignore -m cyclonedx_py requirements --output-reproducible --pyproject pyproject.toml --of JSON \
		-o .aws-sam/sbom.json src/requirements.txt

audit: $(TOOLS)/supply.done ## Ask a public database for known faults of what is in the package (needs the network)
	@$(TOOLS)/supply/bin/pip-audit --strict --disable-pip --require-hashes -r src/requirements.txt

demo-page: ## Run the demo and write what it printed into docs/demo.md
	@$(MAKE) demo PLAIN=1 | tee $(TOOLS)/demo.txt
	@$(PROJECT)/python -m tests.embedded.demo_page $(TOOLS)/demo.txt --write

docs: $(TOOLS)/project.done ## Write the pages that repeat the code (docs/generate)
	@PYTHONPATH=src:. $(PROJECT)/python -m docs.generate

pictures: $(TOOLS)/project.done ## Photograph the HTML report for the README (needs chromium and pngquant)
	@PYTHONPATH=src:. $(PROJECT)/python -m tools.report_picture

check: lint types validate coverage ## Everything that must hold before a commit

lock: $(TOOLS)/project.done ## Pin the newest versions that the .in files allow, with their hashes
	@rm -rf $(TOOLS)/lock && $(PYTHON) -m venv $(TOOLS)/lock
	@$(call quietly,$(TOOLS)/lock/bin/pip install uv)
	@for name in $(VENVS) supply; do $(TOOLS)/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header $(LOCKS)/$$name.in -o $(LOCKS)/$$name.txt; done
	@$(TOOLS)/lock/bin/uv pip compile --quiet --upgrade --python-version 3.13 --python-platform aarch64-manylinux2014 \
		--generate-hashes --no-emit-index-url --no-header src/requirements.in -o src/requirements.txt
	@$(TOOLS)/lock/bin/uv pip compile --quiet --upgrade --python-version 3.13 --python-platform x86_64-manylinux2014 \
		--generate-hashes --no-emit-index-url --no-header $(LOCKS)/runtime.in -o $(LOCKS)/runtime.txt
	@rm -rf $(TOOLS)/lock

clean: ## Remove everything that was made here
	@rm -rf $(TOOLS) .aws-sam .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov mutants
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
