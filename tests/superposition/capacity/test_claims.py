"""The claims on capacity: today's verdict is the recorded one, and the fits repeat."""

import pytest
import torch

from mechnotes import claims, experiments
from mechnotes.superposition.capacity import claims as capacity_claims
from mechnotes.superposition.capacity import descent, quadratic

OURS = [claim for claim in claims.discover() if claim.__module__ == capacity_claims.__name__]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id.rstrip("abcdef") for claim in OURS}
    assert ids == {"N-CAP-1", "N-CAP-2", "N-CAP-3", "N-CAP-4"}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    assert outcome.measured.control not in claim.claim.band


@pytest.mark.parametrize("case", list(descent.fit.cases))
def test_stored_losses_follow_from_the_stored_weights(case):
    fitted = experiments.load(descent.fit, case)
    config = fitted.config
    for k, kurtosis in enumerate(config.kurtoses):
        loss = quadratic.expected_loss(
            fitted.W[k], config.v, kurtosis=kurtosis, with_constant=config.with_constant
        )
        assert torch.allclose(loss, fitted.loss[k])
