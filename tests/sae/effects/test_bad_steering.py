"""Bad requests to what reads latents' weights and what steers: got, expected, how to mend it."""

import math

import pytest
import torch

from mechnotes import models
from mechnotes.sae.effects import doses, feeding, moods, silencing, steering, weights, writers
from tests.sae.effects.test_weights import TEXT, random_sae

pytestmark = pytest.mark.bad_input


@pytest.fixture(scope="module")
def tokens(model):
    return models.tokens(model, TEXT)


def test_bad_requests_are_refused_with_what_to_do(model, small_sae, tokens):
    shift = torch.zeros(1, 64)
    with pytest.raises(ValueError, match=r"latents: got 96; expected an integer from 0 to 95"):
        steering.replaced(model, small_sae, tokens, 96, values=(0,))
    with pytest.raises(ValueError, match="with one of them twice"):
        steering.replaced(model, small_sae, tokens, [3, 3], values=(0,))
    with pytest.raises(ValueError, match=r"values: got \[\]; expected at least one number"):
        steering.replaced(model, small_sae, tokens, 1, values=[])
    with pytest.raises(ValueError, match=r"where: got .* expected True or False for each token"):
        steering.added(model, small_sae, tokens, shift, where=torch.ones(3))
    with pytest.raises(ValueError, match="shifts: got shape"):
        steering.added(model, small_sae, tokens, torch.zeros(1, 65))
    with pytest.raises(ValueError, match="reaches all that follows"):
        steering.added(model, random_sae(hook="blocks.1.hook_resid_mid"), tokens, shift)
    with pytest.raises(ValueError, match="words"):
        steering.continued(model, small_sae, TEXT, shift[0], words=64)
    with pytest.raises(ValueError, match="sentiment: got 'sad'"):
        moods.reactions("sad")


def test_tokens_that_the_model_does_not_know_are_refused_everywhere(model, small_sae):
    unknown, shift = torch.full((1, 4), 232), torch.zeros(1, 64)
    for ask in (
        lambda: steering.added(model, small_sae, unknown, shift),
        lambda: steering.replaced(model, small_sae, unknown, 1, values=(0,)),
        lambda: steering.levels(model, small_sae, 1, unknown),
        lambda: feeding.contributions(model, small_sae, 1, unknown),
        lambda: feeding.by_source(model, small_sae, 1, unknown, layer=0, head=0),
        lambda: silencing.ablated(model, small_sae, 1, unknown, ()),
        lambda: weights.final_scale(model, small_sae, 1, unknown),
    ):
        with pytest.raises(ValueError, match="tokens: got token numbers from 232 to 232"):
            ask()


@pytest.mark.parametrize("where", ["all", torch.ones(1, 3) > 0, torch.ones(1, 9)])
def test_a_choice_that_is_not_true_or_false_for_each_token_is_refused(
    model, small_sae, tokens, where
):
    asked = [lambda: feeding.contributions(model, small_sae, 1, tokens, where=where)]
    asked.append(lambda: steering.added(model, small_sae, tokens, torch.zeros(1, 64), where=where))
    asked.append(lambda: steering.replaced(model, small_sae, tokens, 1, values=[0], where=where))
    for ask in asked:
        with pytest.raises(ValueError, match=r"where: got .*; expected True or False for each"):
            ask()


def test_contributions_against_themselves_or_none_of_them_are_refused(model, small_sae, tokens):
    found = feeding.contributions(model, small_sae, 1, tokens, where=tokens > 0)
    with pytest.raises(ValueError, match="against: got the very contributions that are ranked"):
        feeding.strongest(found, against=found)
    with pytest.raises(ValueError, match="n: got 0"):
        feeding.strongest(found, n=0)


def test_a_head_above_the_autoencoder_is_refused(model, small_sae, tokens):
    before_all = random_sae(hook="blocks.0.hook_resid_pre")
    for given, said in (
        ({"layer": 2, "head": 0}, "layer: got 2; expected an integer from 0 to 1"),
        ({"layer": 0, "head": 4}, "head: got 4; expected an integer from 0 to 3"),
    ):
        with pytest.raises(ValueError, match=said):
            feeding.by_source(model, small_sae, 1, tokens, **given)
        with pytest.raises(ValueError, match=said):
            writers.carried(model, small_sae, 1, **given)
    with pytest.raises(ValueError, match="no head writes before it"):
        writers.carried(model, before_all, 1, layer=0, head=0)


def test_a_dose_response_of_nonsense_is_refused(model, small_sae, tokens):
    happy = moods.reactions("happy")

    def ask(**given):
        arguments = {"latent": 1, "words": happy, "unit": 1.0, **given}
        return doses.dose_response(model, small_sae, arguments.pop("latent"), tokens, **arguments)

    for wrong, said in (
        ({"latent": -1}, "latent: got -1"),
        ({"doses": (0, math.nan)}, "doses: got nan"),
        ({"words": torch.tensor([9999])}, "words: got tokens"),
        ({"due": torch.tensor([99])}, "due: got positions"),
        ({"words": torch.cat((happy, happy))}, "with a word twice"),
        ({"unit": 0}, "unit: got 0"),
        ({"unit": math.nan}, "unit: got nan"),
        ({"n_controls": 0}, "n_controls: got 0"),
    ):
        with pytest.raises(ValueError, match=said):
            ask(**wrong)
    with pytest.raises(ValueError, match="noise: got a vector of length 0"):
        doses.response(lambda x: x[:, 0], torch.ones(3), torch.zeros(1, 3), doses=torch.ones(1))


def test_what_is_no_latent_of_a_stream_is_refused(model, small_sae, tokens):
    of_neurons = random_sae(256, hook="blocks.1.mlp.hook_post")
    of_heads = random_sae(64, hook="blocks.1.attn.hook_z")
    with pytest.raises(ValueError, match="expected one of a residual stream"):
        writers.writers(model, of_neurons, 1)
    with pytest.raises(ValueError, match="expected one of a residual stream or the neurons"):
        weights.promoted(model, of_heads, 1)
    with pytest.raises(ValueError, match="expected one of the neurons of an MLP"):
        weights.neurons(small_sae, 1)
    with pytest.raises(ValueError, match="latent: got 96"):
        weights.promoted(model, small_sae, 96)
    with pytest.raises(ValueError, match="where: got no token"):
        feeding.contributions(model, small_sae, 1, tokens, where=torch.zeros_like(tokens) > 0)
    for part, said in (
        (("mlp", 0, 0), "part: got 'mlp'"),
        (("head", 0, 4), "head: got 4"),
        (("neuron", 3, 0), "layer: got 3"),
        (("head", 2, 1), "above the place where the autoencoder reads"),
        (("head", 1), "a kind, a layer and a number"),
    ):
        with pytest.raises(ValueError, match=said):
            silencing.ablated(model, small_sae, 1, tokens, [part])
    with pytest.raises(ValueError, match="layer: got 2; expected an integer from 0 to 1"):
        writers.carried(model, small_sae, 1, layer=2, head=0)
