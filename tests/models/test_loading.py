"""What `load` returns computes what transformers computes, and its names mean what they say."""

import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from mechnotes import models
from mechnotes._models.weights import quiet
from mechnotes._typing import LanguageModel, Sizes
from mechnotes.storybook import folder

TEXT = "the dog near the cats is"
CLOSE = {"atol": 1e-4, "rtol": 0.0}


@pytest.fixture(scope="module")
def model(any_folder: Path) -> LanguageModel:
    return models.load(any_folder)


@pytest.fixture(scope="module")
def plain(any_folder: Path) -> torch.nn.Module:
    with quiet():
        return AutoModelForCausalLM.from_pretrained(any_folder).eval()


@pytest.fixture
def tokens(model: LanguageModel) -> torch.Tensor:
    return models.tokens(model, TEXT)


def test_logits_are_those_of_transformers(model, plain, tokens):
    with torch.no_grad():
        torch.testing.assert_close(model(tokens), plain(tokens).logits, **CLOSE)


def test_what_is_loaded_has_all_that_the_protocol_promises(model):
    assert isinstance(model, LanguageModel)
    assert isinstance(model.cfg, Sizes)


def test_weights_multiply_from_the_right_and_have_one_axis_per_head(model):
    cfg = model.cfg
    heads, width = cfg.n_key_value_heads or cfg.n_heads, (cfg.d_model, cfg.d_head)
    assert model.W_E.shape == (cfg.d_vocab, cfg.d_model)
    assert model.W_U.shape == (cfg.d_model, cfg.d_vocab)
    assert model.W_Q.shape == (cfg.n_layers, cfg.n_heads, *width)
    assert model.W_K.shape == model.W_V.shape == (cfg.n_layers, heads, *width)
    assert model.W_O.shape == (cfg.n_layers, cfg.n_heads, *width[::-1])


def test_heads_outputs_and_weights_add_up_to_what_attention_writes(model, tokens):
    _, cache = model.run_with_cache(tokens)
    for layer in range(model.cfg.n_layers):
        z, written = (cache[f"blocks.{layer}.{name}"] for name in ("attn.hook_z", "hook_attn_out"))
        bias = getattr(model.blocks[layer].attn, "b_O", None)
        summed = torch.einsum("bphd,hdm->bpm", z, model.W_O[layer])
        torch.testing.assert_close(summed + (0 if bias is None else bias), written, **CLOSE)


def test_a_cached_activation_is_what_a_hook_sees_and_what_transformers_holds(model, plain, tokens):
    seen = {}
    name = "blocks.1.hook_resid_pre"
    model.run_with_hooks(tokens, fwd_hooks=[(name, lambda x, hook: seen.update(own=x.clone()))])
    _, cache = model.run_with_cache(tokens, names_filter=[name])
    states = plain(tokens, output_hidden_states=True).hidden_states
    assert torch.equal(seen["own"], cache[name])
    torch.testing.assert_close(cache[name], states[1], **CLOSE)


def test_a_hook_changes_what_comes_after_it_and_leaves_when_the_run_ends(model, tokens):
    before = model(tokens)
    changed = model.run_with_hooks(
        tokens, fwd_hooks=[("blocks.1.hook_resid_pre", lambda x, hook: torch.zeros_like(x))]
    )
    assert not torch.allclose(before, changed)
    assert torch.equal(before, model(tokens))


def test_an_attention_pattern_sums_to_one_and_looks_back_only(model, tokens):
    _, cache = model.run_with_cache(tokens)
    pattern = cache["blocks.0.attn.hook_pattern"]
    torch.testing.assert_close(pattern.sum(-1), torch.ones(pattern.shape[:-1]))
    assert torch.equal(pattern, pattern.tril())


def test_folded_weights_give_the_same_probabilities(model, any_folder, tokens):
    folded = models.load(any_folder, folded=True)
    torch.testing.assert_close(
        folded(tokens).log_softmax(-1), model(tokens).log_softmax(-1), atol=1e-3, rtol=0.0
    )
    assert (folded.folded, model.folded) == (True, False)
    assert folded.W_U.mean(-1).abs().max() < 1e-5


@pytest.mark.parametrize("folded", [False, True])
def test_an_ordinary_run_keeps_no_graph(any_folder, tokens, folded):
    model = models.load(any_folder, folded=folded)
    assert not model(tokens).requires_grad
    assert not model.training


def test_a_gradient_begins_at_the_hook_that_asks_for_it(model, tokens):
    """The gradient foretells what a small step along it does to the logit."""
    gradient = {}

    def answer() -> torch.Tensor:
        return model(tokens)[0, -1, 3]

    def begin(x, hook):
        return x.requires_grad_()

    def keep(x, hook):
        gradient["z"] = x.clone()

    name = "blocks.1.attn.hook_z"
    with model.hooks(fwd_hooks=[("hook_embed", begin)], bwd_hooks=[(name, keep)]):
        answer().backward()
    small = 1e-2 * torch.randn(gradient["z"].shape, generator=torch.Generator().manual_seed(0))
    with model.hooks(fwd_hooks=[(name, lambda x, hook: x + small)]):
        moved = answer()
    foretold = (gradient["z"] * small).sum()
    torch.testing.assert_close(moved - answer(), foretold, atol=2e-3, rtol=0.1)


def test_the_revision_is_the_same_until_a_file_changes(spoilable: Path):
    first = models.load(spoilable).revision
    assert models.load(str(spoilable)).revision == first
    config = spoilable / "config.json"
    config.write_text(config.read_text("utf-8") + "\n", "utf-8")
    assert models.load(spoilable).revision != first


def test_a_file_that_no_library_reads_does_not_count(spoilable: Path):
    first = models.load(spoilable).revision
    (spoilable / "README.md").write_text("about", "utf-8")
    (spoilable / "pytorch_model.bin").write_bytes(b"not even a pickle")
    assert models.load(spoilable).revision == first


heard: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def listening() -> None:
    """Python keeps an audit hook for good, so this one is installed once."""
    sys.addaudithook(lambda event, args: heard.append(args[0]) if event == "mechnotes.read" else 0)


def test_every_file_that_is_read_is_reported(storybook_folder: Path):
    heard.clear()
    models.load(storybook_folder)
    names = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
    assert {str(storybook_folder / name) for name in names} <= set(heard)


def test_a_storybook_model_is_called_by_its_seed(storybook_folder: Path, monkeypatch):

    monkeypatch.setattr(folder, "path", lambda seed=0: storybook_folder)
    assert models.load("storybook").name == f"storybook/seed-{folder.DEFAULT}"
    assert models.load("storybook/seed-2").name == "storybook/seed-2"
