# The same commands without make: python scripts/dev.py serve|test|build|pages|install|doctor
# Arguments: make test ARGS="--only ruff,pytest -- -k pentagon"

PYTHON ?= $(shell command -v python3 2>/dev/null || echo python)

.DEFAULT_GOAL := help
.PHONY: help serve test build pages install doctor pins

help:
	@echo "make serve    serve the site with live reload (installs what it needs, no torch)"
	@echo "make test     everything CI runs (installs the package, torch and the tools)"
	@echo "make build    the site, strictly, into site/"
	@echo "make pages    run pages whose code changed and publish their outputs"
	@echo "make install  what make test installs, without running anything"
	@echo "make doctor   what is missing or of the wrong version, and how to mend it"

serve test build pages install doctor:
	@$(PYTHON) scripts/dev.py $@ $(ARGS)

# Renews both requirement files (needs uv). CUDA's own packages are left out: torch pins them itself.
TESTED_TORCH := 2.13.0
UNIVERSAL := uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate
pins:
	@echo torch==$(TESTED_TORCH) | $(UNIVERSAL) --upgrade --extra dev pyproject.toml requirements/site.in - -o .pins
	@(sed -n '/^#/p' requirements/constraints.txt; grep -vE '^(nvidia|cuda|triton)' .pins) > .pins.new
	@mv .pins.new requirements/constraints.txt
	@$(UNIVERSAL) --constraint requirements/constraints.txt requirements/site.in -o .pins
	@(sed -n '/^#/p' requirements/site.txt; cat .pins) > .pins.new
	@mv .pins.new requirements/site.txt
	@rm .pins
