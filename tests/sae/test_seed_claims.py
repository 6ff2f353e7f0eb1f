"""The claim on seeds: today's verdict is the recorded one, and it can fail."""

import pytest
import torch

from mechnotes import claims
from mechnotes.sae import seed_claims


def test_todays_verdict_is_the_recorded_one_and_the_control_lies_outside_the_band():
    outcome = claims.verdict(seed_claims.seed_stability)
    assert outcome.verdict == outcome.claim.recorded, outcome
    assert outcome.measured.control not in outcome.claim.band


def test_equal_autoencoders_would_lie_above_the_band(monkeypatch):
    one = seed_claims.living("block", 0)
    monkeypatch.setattr(seed_claims, "living", lambda kind, seed: one)
    found = seed_claims.seed_stability()
    assert found.value == pytest.approx(1, abs=1e-4)
    assert found.value not in seed_claims.seed_stability.claim.band


def test_latents_that_never_fire_are_left_out():
    one = seed_claims.living("block", 0)
    assert (one.values > 0).any(0).all()
    assert len(one.directions) == one.values.shape[1] < 512
    assert torch.allclose(one.directions.norm(dim=1), torch.tensor(1.0), atol=1e-2)
