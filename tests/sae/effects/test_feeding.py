"""Who raises a latent: the terms add up, and taking the largest away lowers it the most."""

from dataclasses import replace

import pytest
import torch

from mechnotes import models, rng
from mechnotes.sae import autoencoder
from mechnotes.sae.effects import feeding, silencing, weights
from mechnotes.sae.effects.feeding import Contributions
from mechnotes.storybook import corpus
from tests.models import folders
from tests.sae.effects.test_weights import random_sae


@pytest.fixture(scope="module")
def tokens():
    return corpus.tokens(6, 32, generator=rng.generator(1, "tests", "feeding"))


def strong_latent(model, sae, tokens) -> int:
    """A latent that fires on some tokens and not on most."""
    values = sae.encode(autoencoder.read(model, sae, tokens))[:, 1:].flatten(0, 1)
    share = (values > 0).float().mean(0)
    return int(torch.where((share > 0.02) & (share < 0.3), values.amax(0), 0.0).argmax())


def everywhere(tokens) -> torch.Tensor:
    """All tokens but the first of each text."""
    mask = torch.ones_like(tokens, dtype=torch.bool)
    mask[:, 0] = False
    return mask


@pytest.mark.parametrize("kind", ["gpt2", "llama", "neox"])
@pytest.mark.parametrize("site", ["resid_pre", "resid_post"])
def test_the_terms_add_up_to_the_pre_activation_in_every_architecture(kind, site, tmp_path):
    other = models.load(folders.write(kind, tmp_path / kind))
    sae = random_sae(32, hook=f"blocks.1.hook_{site}")
    text = torch.randint(3, 100, (2, 9), generator=rng.generator(0))
    found = feeding.contributions(other, sae, 3, text, where=torch.ones(2, 9, dtype=torch.bool))
    x = autoencoder.read(other, sae, text).flatten(0, 1)
    expected = (x - sae.b_dec) @ sae.W_enc[:, 3] + sae.b_enc[3]
    assert torch.allclose(found.total(), expected, atol=1e-4)
    split = feeding.by_source(other, sae, 3, text, layer=0, head=3).sum(-1).flatten()
    assert torch.allclose(split, found.heads[0, 3], atol=1e-4)


def test_where_the_latent_fires_the_terms_add_up_to_its_value(model, small_sae, tokens):
    latent = strong_latent(model, small_sae, tokens)
    found = feeding.contributions(model, small_sae, latent, tokens)
    values = small_sae.encode(autoencoder.read(model, small_sae, tokens))[..., latent]
    assert torch.allclose(found.total(), values[found.text, found.position], atol=1e-4)
    assert (found.value > 0).all() and (found.position > 0).all()


def test_with_centred_activations_the_terms_still_add_up(model, tokens):
    sae = random_sae()
    sae.cfg.metadata.model_from_pretrained_kwargs = {"center_writing_weights": True}
    found = feeding.contributions(model, sae, 3, tokens, where=everywhere(tokens))
    x = autoencoder.read(model, sae, tokens)[:, 1:].flatten(0, 1)
    expected = (x - sae.b_dec) @ sae.W_enc[:, 3] + sae.b_enc[3]
    assert torch.allclose(found.total(), expected, atol=1e-4)


def test_a_heads_term_is_what_its_output_adds(model, small_sae, tokens):
    """Against TransformerLens's own output of one head."""
    latent = strong_latent(model, small_sae, tokens)
    found = feeding.contributions(model, small_sae, latent, tokens)
    _, cache = model.run_with_cache(tokens)
    z = cache["blocks.1.attn.hook_z"][found.text, found.position, 2]
    expected = z @ model.W_O[1, 2] @ small_sae.W_enc[:, latent]
    assert torch.allclose(found.heads[1, 2], expected, atol=1e-4)
    split = feeding.by_source(model, small_sae, latent, tokens, layer=1, head=2)
    assert torch.allclose(split.sum(-1)[found.text, found.position], expected, atol=1e-4)
    assert (split.triu(1) == 0).all()
    neuron = cache["blocks.0.mlp.hook_post"][found.text, found.position, 40]
    along = model.blocks[0].mlp.W_out[40] @ small_sae.W_enc[:, latent]
    assert torch.allclose(found.neurons[0, 40], neuron * along, atol=1e-4)


def terms(model, sae, latent, tokens) -> tuple[Contributions, Contributions]:
    """Where the latent fires, and on all tokens."""
    here = feeding.contributions(model, sae, latent, tokens)
    return here, feeding.contributions(model, sae, latent, tokens, where=everywhere(tokens))


def loss(model, sae, latent, tokens, part) -> float:
    """What a latent loses on average, where it fires, without a part."""
    values = sae.encode(autoencoder.read(model, sae, tokens))[..., latent]
    fires = (values > 0) & everywhere(tokens)
    intact = silencing.ablated(model, sae, latent, tokens, ())
    return (intact - silencing.ablated(model, sae, latent, tokens, [part]))[fires].mean().item()


def test_a_neuron_of_the_last_block_below_costs_exactly_its_own_term(model, small_sae, tokens):
    """Nothing lies between it and the autoencoder."""
    latent = strong_latent(model, small_sae, tokens)
    here, all_tokens = terms(model, small_sae, latent, tokens)
    own = here.neurons[1].mean(-1) - all_tokens.neurons[1].mean(-1)
    for neuron in (int(own.argmax()), int(own.argmin()), 7):
        found = loss(model, small_sae, latent, tokens, ("neuron", 1, neuron))
        assert found == pytest.approx(own[neuron].item(), abs=1e-3)


def test_the_neuron_with_the_largest_term_is_the_one_whose_loss_costs_the_latent_most(
    model, small_sae, tokens
):
    latent = strong_latent(model, small_sae, tokens)
    here, all_tokens = terms(model, small_sae, latent, tokens)
    ranked = feeding.strongest(here, against=all_tokens, n=400)
    parts = [part for part, _ in ranked if part[:2] == ("neuron", 1)]
    largest = loss(model, small_sae, latent, tokens, parts[0])
    others = [loss(model, small_sae, latent, tokens, part) for part in parts[1:40:4]]
    assert largest > max(others)


def test_nothing_ablated_is_the_pre_activation(model, small_sae, tokens):
    latent = strong_latent(model, small_sae, tokens)
    found = silencing.ablated(model, small_sae, latent, tokens, ())
    x = autoencoder.read(model, small_sae, tokens)
    expected = x @ weights.column(model, small_sae, latent) + weights.offset(small_sae, latent)
    assert torch.allclose(found, expected, atol=1e-4)


def test_strongest_ranks_heads_and_neurons_together():
    zeros = torch.zeros(2, 3)
    heads, neurons = torch.zeros(2, 2, 3), torch.zeros(2, 4, 3)
    heads[1, 0], neurons[0, 3], neurons[1, 2] = 2.0, 3.0, 1.0
    made = Contributions(
        text=torch.zeros(3, dtype=torch.long),
        position=torch.arange(3),
        word=torch.zeros(3),
        place=torch.zeros(3),
        heads=heads,
        attention_bias=zeros,
        neurons=neurons,
        mlp_bias=zeros,
        constant=0.5,
        value=torch.full((3,), 6.5),
    )
    assert torch.equal(made.total(), made.value)
    found = feeding.strongest(made, n=3)
    assert found == [(("neuron", 0, 3), 3.0), (("head", 1, 0), 2.0), (("neuron", 1, 2), 1.0)]
    other = replace(made, heads=heads / 2, text=torch.ones(3, dtype=torch.long))
    assert feeding.strongest(made, against=other, n=1) == [(("head", 1, 0), 1.0)]
    for same in (made, replace(made)):
        with pytest.raises(ValueError, match="against: got the very contributions"):
            feeding.strongest(made, against=same)
