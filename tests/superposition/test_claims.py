"""The claims on toy models: today's verdict is the recorded one, and the measures can fail."""

import math
from dataclasses import replace

import pytest
import torch

from mechnotes import claims, experiments
from mechnotes.claims import Measured
from mechnotes.superposition import cases, data, measures, selection, training
from mechnotes.superposition import claims as superposition_claims
from mechnotes.superposition.evaluation import evaluation_loss

OURS = [claim for claim in claims.discover() if claim.__module__ == superposition_claims.__name__]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id.rstrip("abcdef") for claim in OURS}
    assert ids == {"N-TMS-1", "N-TMS-2", "N-TMS-3", "N-TMS-7", "N-TMS-10"}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome


REPRODUCED = [claim for claim in OURS if claim.claim.recorded == "reproduced"]


@pytest.mark.parametrize("claim", REPRODUCED, ids=lambda claim: claim.claim.id)
def test_every_positive_result_has_a_control_outside_its_band(claim):
    measured: Measured = claim()
    assert measured.control is not None
    assert measured.control not in claim.claim.band


@pytest.mark.parametrize("case", cases.TOYS)
def test_stored_losses_follow_from_the_stored_weights(case):
    toys = experiments.load(training.train, case)
    found = evaluation_loss(toys.W, toys.b, toys.config)
    assert torch.allclose(found, toys.loss, rtol=1e-4, atol=1e-7)


def test_the_first_steps_of_a_stored_run_repeat_from_scratch():
    stored = experiments.load(training.train, "pentagon")
    frame = max(k for k, step in enumerate(stored.config.frame_steps) if step <= 30)
    steps = stored.config.frame_steps[frame]
    again = training.train(replace(stored.config, steps=steps, n_frames=0))
    assert torch.allclose(again.W, stored.W_frames[frame], atol=1e-4)
    assert torch.allclose(again.b, stored.b_frames[frame], atol=1e-4)


SHORT = replace(
    cases.PENTAGON,
    densities=(1.0, 0.05),
    n_seeds=6,
    steps=1500,
    batch_size=512,
    learning_rate=5e-3,
    n_frames=0,
)


@pytest.mark.parametrize(("activation", "n_stored"), [("relu", [2, 5]), ("linear", [2, 2])])
def test_a_short_run_shows_that_sparsity_and_the_relu_make_superposition(activation, n_stored):
    toys = training.train(replace(SHORT, activation=activation))
    W = selection.pick(toys.W, selection.best_seed(toys.loss))
    assert (W.norm(dim=-2) > 0.5).sum(dim=-1).tolist() == n_stored


def test_a_short_run_puts_features_that_exclude_each_other_in_opposite_directions():
    config = replace(
        cases.TOYS["pairs-anticorrelated"],
        densities=(0.2,),
        n_seeds=6,
        steps=1500,
        batch_size=512,
        learning_rate=5e-3,
    )
    toys = training.train(config)
    W = selection.pick(toys.W, selection.best_seed(toys.loss))[0]
    unit = W / W.norm(dim=0)
    assert (unit[:, 0::2] * unit[:, 1::2]).sum(dim=0).max() < -0.8


def test_a_measure_of_a_model_without_superposition_is_not_a_pentagon(monkeypatch):
    linear = experiments.load(training.train, "pentagon-linear")
    monkeypatch.setattr(measures, "_toys", lambda _: linear)
    assert measures.pentagon_angles().value > 85
    assert measures.rise_in_count().value == 0


def test_stored_configs_sample_what_their_name_says():
    assert cases.TOYS["pairs-correlated"].sampler in data.SAMPLERS
    assert math.isclose(cases.TOYS["boundary-0.1"].importance[1].item(), 0.1, rel_tol=1e-6)
