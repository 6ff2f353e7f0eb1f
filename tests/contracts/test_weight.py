"""What an import loads, seen in a fresh interpreter: the package opens in milliseconds."""

import subprocess
import sys

import pytest

from tests.contracts.sources import ROOT

HEAVY = ("torch", "numpy", "matplotlib", "safetensors", "jaxtyping", "transformers")
UPSTREAM = ("transformer_lens", "sae_lens")


def loaded(statement: str) -> set[str]:
    """Top-level names of all modules that a statement brings in."""
    script = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert loaded("import mechnotes").isdisjoint((*HEAVY, *UPSTREAM))


@pytest.mark.parametrize("module", ["digests", "experiments", "claims"])
def test_what_the_sites_tools_import_needs_no_torch(module: str):
    assert loaded(f"from mechnotes import {module}").isdisjoint((*HEAVY, *UPSTREAM))


@pytest.mark.parametrize("module", ["data", "geometry", "model", "phase", "training"])
def test_superposition_never_loads_the_language_model_libraries(module: str):
    assert loaded(f"from mechnotes.superposition import {module}").isdisjoint(UPSTREAM)


@pytest.mark.parametrize("module", ["models", "prompts"])
def test_the_door_to_models_opens_the_libraries_only_when_a_model_is_loaded(module: str):
    heavy = {*UPSTREAM, "transformers", "huggingface_hub"}
    assert loaded(f"from mechnotes import {module}").isdisjoint(heavy)


def test_a_heavy_import_is_seen():
    assert "torch" in loaded("import torch")
