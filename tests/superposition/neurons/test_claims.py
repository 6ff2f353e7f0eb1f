"""The claims on neurons: today's verdict is the recorded one, and stored losses follow."""

import pytest
import torch

from mechnotes import claims, experiments, rng
from mechnotes.superposition.evaluation import evaluation_loss
from mechnotes.superposition.neurons import absolute, restarts, training
from mechnotes.superposition.neurons import claims as neuron_claims

OURS = [claim for claim in claims.discover() if claim.__module__ == neuron_claims.__name__]


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    if outcome.verdict == "reproduced":
        assert outcome.measured.control not in claim.claim.band


def test_stored_losses_of_the_best_restarts_follow_from_their_weights():
    toys = experiments.load(restarts.train, "relu")
    found = evaluation_loss(toys.W, toys.b, toys.config, n_samples=4096)
    assert torch.allclose(found, toys.loss, rtol=0.2)


def test_stored_losses_of_computing_models_follow_from_their_weights():
    stored = experiments.load(training.train_absolute, "absolute")
    config = stored.config
    weights = (stored.W_in.float(), stored.W_out.float(), stored.b)
    model = absolute.AbsoluteModel(*(one.flatten(0, 1) for one in weights))
    density = torch.tensor(config.densities)
    generator = rng.generator(config.seed, "absolute", "evaluation")
    x = absolute.signed_features(8192, 100, density=density, generator=generator)
    with torch.no_grad():
        found = absolute.absolute_loss(
            model, x.repeat_interleave(config.n_seeds, dim=0), importance=config.importance
        )
    assert torch.allclose(found.view_as(stored.loss), stored.loss, rtol=0.02)
