"""Names of sites: they exist on every model, and mean what they say."""

import pytest
import torch

from mechnotes import hooks, models
from mechnotes.circuits.attention_only import bridge
from tests.circuits.attention_only.random_models import random_models
from tests.models import folders


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def model(request, tmp_path_factory):
    return models.load(folders.write(request.param, tmp_path_factory.mktemp("hooks") / "model"))


def test_every_site_is_a_hook_of_every_architecture(model):
    names = [hooks.name(model, site, layer=1) for site in hooks.SITES]
    _, cache = model.run_with_cache(model.to_tokens("the key") % model.cfg.d_vocab)
    assert all(name in cache for name in names)


def test_sites_of_heads_have_as_many_heads_as_their_activations(model):
    _, cache = model.run_with_cache(model.to_tokens("the key"))
    for site in hooks.SITES:
        shape = cache[hooks.name(model, site, layer=0)].shape
        axis = 1 if site == "pattern" else 2
        expected = shape[axis] if site in hooks.OF_HEADS else None
        assert hooks.n_heads(model, site) == expected


def test_an_unknown_site_or_layer_is_refused_with_those_there_are(model):
    with pytest.raises(ValueError, match=r"site: got 'hook_z'; expected one of 'resid_pre'"):
        hooks.name(model, "hook_z", layer=0)
    with pytest.raises(ValueError, match="layer: got 2; expected an integer from 0 to 1"):
        hooks.name(model, "z", layer=2)


def test_a_site_that_an_architecture_lacks_is_refused_with_what_to_take_instead(tmp_path):
    """GPT-NeoX's MLP does not read what attention adds in the same block; some have no MLP."""
    beside = models.load(folders.write("neox", tmp_path / "neox"))
    assert hooks.name(beside, "resid_pre", layer=1) == "blocks.1.hook_resid_pre"
    with pytest.raises(
        ValueError, match=r"site: got 'resid_mid', which .* Take one of \"resid_pre\""
    ):
        hooks.name(beside, "resid_mid", layer=1)
    only_attention = bridge.bridge(random_models().each(lambda W: W.float()))
    with pytest.raises(ValueError, match="got 'mlp_out'") as told:
        hooks.name(only_attention, "mlp_out", layer=0)
    offered = str(told.value).rsplit("Take one of ", 1)[1]
    sites = [site for site in hooks.SITES if f'"{site}"' in offered]
    assert {"resid_pre", "attn_out", "z"} <= set(sites)
    assert "mlp_out" not in sites
    names = [hooks.name(only_attention, site, layer=0) for site in sites]
    _, cache = only_attention.run_with_cache(torch.tensor([[1, 2]]))
    assert all(name in cache for name in names)


def test_a_hook_in_the_middle_of_a_block_is_heard_by_the_mlp_alone(tmp_path):
    """The stream goes by; a hook at what attention adds moves both."""
    gpt2 = models.load(folders.write("gpt2", tmp_path / "gpt2"))
    tokens = gpt2.to_tokens("the key") % gpt2.cfg.d_vocab
    _, before = gpt2.run_with_cache(tokens)
    mid, added, out, after = (
        hooks.name(gpt2, site, layer=0)
        for site in ("resid_mid", "attn_out", "mlp_out", "resid_post")
    )
    for place, by_stream in ((mid, 0), (added, 1)):
        push = [(place, lambda stream, hook: stream + torch.arange(32.0))]
        with gpt2.hooks(fwd_hooks=push):
            _, found = gpt2.run_with_cache(tokens)
        moved = {name: found[name] - before[name] for name in (out, after)}
        assert moved[out].abs().max() > 1e-3
        passed = (moved[after] - moved[out]).detach()
        assert torch.allclose(passed, by_stream * torch.arange(32.0).expand_as(passed), atol=1e-4)


@pytest.mark.bad_input
@pytest.mark.parametrize("model", ["storybook", None, torch.nn.Linear(2, 2)])
def test_what_is_no_language_model_is_refused_with_how_to_load_one(model):
    with pytest.raises(
        ValueError, match=r"model: got .*; expected a language model .* Load one: m"
    ):
        hooks.name(model, "z", layer=0)
    with pytest.raises(ValueError, match="model: got "):
        hooks.n_heads(model, "z")
