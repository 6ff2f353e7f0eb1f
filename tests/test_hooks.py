"""Names of sites: they exist on every model, and mean what they say."""

import pytest

from mechnotes import hooks, models
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
    """GPT-NeoX's MLP does not read what attention adds in the same block."""
    beside = models.load(folders.write("neox", tmp_path / "neox"))
    assert hooks.name(beside, "resid_pre", layer=1) == "blocks.1.hook_resid_pre"
    with pytest.raises(ValueError, match=r"site: got 'resid_mid', which .* Take \"resid_pre\""):
        hooks.name(beside, "resid_mid", layer=1)
