"""The loss that comes back: all of it for the identity, none of it for the mean."""

import pytest
import torch

from mechnotes.sae import activations, library, recovered
from mechnotes.sae.config import SAEConfig
from mechnotes.sae.recovered import loss_recovered
from mechnotes.storybook import corpus

HOOK = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module")
def tokens():
    from mechnotes import rng

    return corpus.tokens(6, 32, generator=rng.generator(0, "texts"))


def assembled(W_enc, W_dec, b_dec, *, hook=HOOK):
    d_sae = W_enc.shape[1]
    weights = {"W_enc": W_enc, "b_enc": torch.zeros(d_sae), "W_dec": W_dec, "b_dec": b_dec}
    config = SAEConfig(architecture="standard", d_sae=d_sae)
    return library.assemble(weights, config, hook=hook, model_name="storybook")


def identity(d_in, *, hook=HOOK, keep=1.0):
    """Every dimension as two latents, one for each sign."""
    both = torch.cat((torch.eye(d_in), -torch.eye(d_in)))
    return assembled(both.mT.contiguous(), keep * both, torch.zeros(d_in), hook=hook)


def constant(value):
    empty = torch.zeros(len(value), 4)
    return assembled(empty, empty.mT.contiguous(), value)


def test_the_identity_recovers_everything_over_both_ablations(model, tokens):
    found = recovered.recovered(model, identity(64), tokens)
    assert found.over_mean == pytest.approx(1, abs=1e-4)
    assert found.over_zero == pytest.approx(1, abs=1e-4)
    assert found.clean < found.mean
    assert found.clean < found.zero


def test_the_mean_recovers_nothing_over_the_mean_and_zeros_nothing_over_zeros(model, tokens):
    mean = activations.collect(model, HOOK, tokens).mean(0)
    assert recovered.recovered(model, constant(mean), tokens).over_mean == pytest.approx(
        0, abs=1e-4
    )
    found = recovered.recovered(model, constant(torch.zeros(64)), tokens)
    assert found.over_zero == pytest.approx(0, abs=1e-4)
    assert found.zero == pytest.approx(found.spliced)


def test_the_clean_loss_is_the_models_own(model, tokens):
    logits = model(tokens)[:, :-1].log_softmax(-1)
    expected = -logits.gather(2, tokens[:, 1:, None]).mean().item()
    assert recovered.recovered(model, identity(64), tokens).clean == pytest.approx(
        expected, rel=1e-5
    )


def test_a_place_with_an_axis_for_heads_is_replaced_too(model, tokens):
    found = recovered.recovered(model, identity(64, hook="blocks.1.attn.hook_z"), tokens)
    assert found.over_mean == pytest.approx(1, abs=1e-4)


def test_a_trained_autoencoder_lies_between(model, small_sae, tokens):
    found = recovered.recovered(model, small_sae, tokens, rows_at_once=4)
    again = recovered.recovered(model, small_sae, tokens, rows_at_once=6)
    assert 0 < found.over_mean < 1
    assert found.spliced == pytest.approx(again.spliced, rel=1e-5)
    assert found.mean == pytest.approx(again.mean, rel=1e-5)


def test_losses_by_hand():
    assert loss_recovered(clean=1.0, spliced=1.0, ablated=3.0) == 1
    assert loss_recovered(clean=1.0, spliced=3.0, ablated=3.0) == 0
    assert loss_recovered(clean=1.0, spliced=4.0, ablated=3.0) == -0.5


@pytest.mark.bad_input
def test_what_cannot_be_recovered_is_refused(model, small_sae, tokens):
    with pytest.raises(ValueError, match=r"ablated: got 1\.0, the clean run's loss"):
        loss_recovered(clean=1.0, spliced=2.0, ablated=1.0)
    with pytest.raises(ValueError, match="tokens: got texts of 2 tokens"):
        recovered.recovered(model, small_sae, tokens[:, :2])
    with pytest.raises(ValueError, match="sae: got an autoencoder of width 32"):
        recovered.recovered(model, identity(32), tokens)
    with pytest.raises(ValueError, match="rows_at_once: got 0"):
        recovered.recovered(model, small_sae, tokens, rows_at_once=0)
