"""A neuron as a sum over latents: the parts add up to what the autoencoder says of the neuron."""

import pytest
import torch

from mechnotes import rng
from mechnotes.sae import activations, autoencoder, library
from mechnotes.sae.config import SAEConfig
from mechnotes.sae.meaning import decomposition, labels

HOOK = "blocks.1.mlp.hook_post"


@pytest.fixture(scope="module")
def text():
    return labels.passages(20, seed=1)


def test_parts_and_constant_add_up_to_the_decoders_answer(model, small_sae, text):
    found = decomposition.decompose(model, small_sae, text, neuron=5)
    read = autoencoder.read(model, small_sae, text.tokens)
    answer = labels.flat(small_sae.decode(small_sae.encode(read)))[:, 5]
    assert torch.allclose(found.parts.sum(1) + found.constant, answer, atol=1e-4)
    assert torch.equal(found.value, labels.flat(read)[:, 5])
    rest = (found.value - answer).square().sum() / (found.value - found.value.mean()).square().sum()
    assert found.explained == pytest.approx(1 - rest.item(), abs=1e-4)


def planted(model) -> object:
    """An autoencoder of neurons whose four latents are their own first four neurons."""
    W = torch.zeros(4, 256)
    W[torch.arange(4), torch.arange(4)] = 1.0
    config = SAEConfig(architecture="topk", d_sae=4, k=4)
    weights = {"W_enc": W.T, "W_dec": W, "b_enc": torch.zeros(4), "b_dec": torch.zeros(256)}
    return library.assemble(weights, config, hook=HOOK, model_name=model.name)


def test_a_neuron_that_is_a_latent_is_made_of_that_latent_alone(model, text):
    found = decomposition.decompose(model, planted(model), text, neuron=2)
    neurons = labels.flat(activations.read(model, HOOK, text.tokens))
    assert torch.allclose(found.parts[:, 2], neurons[:, 2].clamp(min=0))
    assert (found.parts[:, [0, 1, 3]] == 0).all() and found.constant == 0
    assert decomposition.decompose(model, planted(model), text, neuron=9).explained <= 0


def test_random_latents_are_the_k_largest_along_random_directions():
    values = torch.randn(50, 8, generator=rng.generator(0, "values")) + 3
    found = decomposition.random_latents(values, d_sae=40, k=5, seed=0)
    assert ((found > 0).sum(1) == 5).all()
    every = decomposition.random_latents(values, d_sae=40, k=40, seed=0)
    assert torch.equal(every.topk(5).values, found.topk(5).values)
    turned = decomposition.random_latents(values + 7.0, d_sae=40, k=5, seed=0)
    assert torch.allclose(turned, found, atol=1e-4)  # where the cloud lies does not matter
    assert not torch.equal(decomposition.random_latents(values, d_sae=40, k=5, seed=1), found)


@pytest.mark.bad_input
def test_a_neuron_or_a_number_out_of_range_is_refused(model, small_sae, text):
    with pytest.raises(ValueError, match="neuron: got 64"):
        decomposition.decompose(model, small_sae, text, neuron=64)
    with pytest.raises(ValueError, match="k: got 9"):
        decomposition.random_latents(torch.ones(3, 2), d_sae=8, k=9, seed=0)
    with pytest.raises(ValueError, match="values: got shape"):
        decomposition.random_latents(torch.ones(3), d_sae=8, k=2, seed=0)
