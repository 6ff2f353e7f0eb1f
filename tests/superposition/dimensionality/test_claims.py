"""The claims on geometry: today's verdict is the recorded one, and stored losses follow."""

import pytest
import torch

from mechnotes import claims, experiments, rng
from mechnotes.superposition.dimensionality import claims as geometry_claims
from mechnotes.superposition.dimensionality import levels, measures, sampling, sweep
from mechnotes.superposition.model import ToyModel, weighted_loss

OURS = [claim for claim in claims.discover() if claim.__module__ == geometry_claims.__name__]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id.rstrip("abcdef") for claim in OURS}
    assert ids == {"N-TMS-4", "N-TMS-5", "N-TMS-6", "N-TMS-9", "N-TMS-11"}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    assert outcome.measured.control not in claim.claim.band


@pytest.mark.parametrize("case", list(sweep.train.cases))
def test_stored_losses_follow_from_the_stored_weights(case):
    stored = experiments.load(sweep.train, case)
    config = stored.config
    for k in range(0, len(config.densities), 3):
        generator = rng.generator(config.seed, "evaluation", k)
        x = sampling.scattered(16_384, 200, density=config.densities[k], generator=generator)
        model = ToyModel(stored.W[k], stored.b[k], activation=config.activation)
        with torch.no_grad():
            found = weighted_loss(model(x[:, None]), x[:, None], importance=config.importance)
        assert found.item() == pytest.approx(stored.loss[k, 0].item(), rel=2e-3)


@pytest.mark.parametrize("case", list(levels.record.cases))
def test_runs_that_wait_are_a_few_of_sixteen(case):
    falls, changes = measures.late_events(case)
    assert 5 <= len(falls) <= 16
    assert (falls > 500).all()
    assert (changes > 500).all()


def test_rank_correlation_sees_order_and_nothing_else():
    x = torch.linspace(0, 1, 9)
    assert measures.spearman(x, x**5) == pytest.approx(1)
    assert measures.spearman(x, -x.exp()) == pytest.approx(-1)
