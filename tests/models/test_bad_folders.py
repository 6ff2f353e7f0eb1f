"""A model folder that is none, or a damaged one, is refused by the name of the file."""

import json
import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from mechnotes import models
from mechnotes.storybook import folder as storybook_folders
from tests.superposition.bad_values import public_functions

pytestmark = pytest.mark.bad_input
FILES = ("config.json", "model.safetensors", "tokenizer.json")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(spoilable: Path, name: str):
    (spoilable / name).unlink()
    with pytest.raises(ValueError, match=rf"^model folder: got .*{name}: no such file; .*again"):
        models.load(spoilable)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kept", [0, 1, 7, 100, -1])
def test_a_file_cut_short_is_named(spoilable: Path, name: str, kept: int):
    path = spoilable / name
    whole = path.read_bytes().rstrip()
    path.write_bytes(whole[:kept])
    with pytest.raises(ValueError, match=rf"^model folder: got .*{name}: .*; expected .*\. Write"):
        models.load(spoilable)


@pytest.mark.parametrize("name", FILES)
def test_a_file_overwritten_with_noise_is_named(spoilable: Path, name: str):
    (spoilable / name).write_bytes(b"\x93\xff\x00 noise" * 400)
    with pytest.raises(ValueError, match=rf"^model folder: got .*{name}: "):
        models.load(spoilable)


@pytest.mark.parametrize("spoiled", [math.nan, math.inf, -math.inf])
def test_weights_that_are_not_finite_are_named(spoilable: Path, spoiled: float):
    weights = load_file(spoilable / FILES[1])
    weights["transformer.h.1.mlp.c_fc.weight"][3, 5] = spoiled
    save_file(weights, spoilable / FILES[1], metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"model.safetensors: NaN or infinite .*h\.1\.mlp\.c_fc"):
        models.load(spoilable)


def test_missing_weights_are_not_made_up(spoilable: Path):
    weights = load_file(spoilable / FILES[1])
    del weights["transformer.h.1.mlp.c_fc.weight"]
    save_file(weights, spoilable / FILES[1], metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"model.safetensors: missing keys: .*h\.1\.mlp\.c_fc"):
        models.load(spoilable)


def test_weights_of_another_size_are_refused(spoilable: Path):
    weights = load_file(spoilable / FILES[1])
    weights["transformer.wte.weight"] = torch.zeros(7, 64)
    save_file(weights, spoilable / FILES[1], metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"^model folder: got .*(wte|mismatch)"):
        models.load(spoilable)


@pytest.mark.parametrize(
    "changes", [{"model_type": None}, {"model_type": "nothing-known"}, {"n_head": 7}]
)
def test_settings_that_fit_no_model_are_refused(spoilable: Path, changes: dict):
    path = spoilable / FILES[0]
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    with pytest.raises(ValueError, match=r"^model folder: got .*; expected .*\. Write"):
        models.load(spoilable)


def test_code_that_comes_with_a_model_is_not_run(spoilable: Path):
    path, mark = spoilable / FILES[0], spoilable / "was-here"
    own = {
        "model_type": "mine",
        "auto_map": {"AutoConfig": "mine.Mine", "AutoModelForCausalLM": "mine.M"},
    }
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | own), "utf-8")
    (spoilable / "mine.py").write_text(f"open({str(mark)!r}, 'w')\n", "utf-8")
    with pytest.raises(ValueError, match=r"^model folder: got "):
        models.load(spoilable)
    assert not mark.exists()


def test_a_pickle_instead_of_safetensors_is_refused(spoilable: Path):
    torch.save(load_file(spoilable / FILES[1]), spoilable / "pytorch_model.bin")
    (spoilable / FILES[1]).unlink()
    with pytest.raises(ValueError, match=r"model.safetensors: no such file"):
        models.load(spoilable)


@pytest.mark.parametrize(
    "name",
    ["", "  ", None, 3, b"gpt2", ["gpt2"], "a/b/c", "./none", "no spaces", "a\0b", "-"],
)
def test_what_can_be_no_name_is_refused(name):
    with pytest.raises(ValueError, match=r"(?s)^name: got .*; expected .*load\(\"storybook\"\)"):
        models.load(name)


def test_a_path_without_a_folder_is_refused_and_not_looked_up(tmp_path: Path):
    with pytest.raises(ValueError, match=r"^name: got .*none, where no folder is; expected"):
        models.load(tmp_path / "none")
    with pytest.raises(ValueError, match=r"^name: got "):
        models.load(str(tmp_path / "none"))


@pytest.mark.parametrize(
    "name", ["storybook/seed-", "storybook/1", "storybook/seed--1", "storybook/x"]
)
def test_a_misspelt_storybook_is_refused(name: str):
    with pytest.raises(ValueError, match=r'^name: got .*"storybook/seed-1"'):
        models.load(name)


def test_an_unknown_seed_is_refused_with_the_known_ones(monkeypatch, tmp_path: Path):
    for seed in (0, 1):
        (tmp_path / f"seed-{seed}").mkdir()
    monkeypatch.setattr(storybook_folders, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"^seed: got 7; expected one of 0, 1\. Train it"):
        models.load("storybook/seed-7")


@pytest.mark.parametrize("device", ["gpu", "", None, "cuda:x", 0])
def test_a_device_that_is_none_is_refused(spoilable: Path, device):
    with pytest.raises(ValueError, match=r"^device: got .*; expected .*\. Pass"):
        models.load(spoilable, device=device)


@pytest.mark.parametrize("folded", [None, 1, "yes"])
def test_folded_is_true_or_false(spoilable: Path, folded):
    with pytest.raises(ValueError, match=r"^folded: got .*; expected one of True, False"):
        models.load(spoilable, folded=folded)


def test_every_public_function_is_tried():
    """`tokens` has its bad input in test_tokens, `load` here and in test_hub."""
    assert public_functions(models) == {"load", "tokens"}
