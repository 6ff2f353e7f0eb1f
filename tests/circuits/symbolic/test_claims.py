"""The claims on symbolic IOI: today's verdict is the recorded one, and stored runs are whole."""

from dataclasses import replace

import pytest
import torch

from mechnotes import claims, experiments
from mechnotes.circuits.symbolic import (
    attribution,
    handmade,
    measures,
    products,
    reading,
    task,
    training,
)
from mechnotes.circuits.symbolic import claims as symbolic_claims
from mechnotes.circuits.symbolic.config import CASES

OURS = [claim for claim in claims.discover() if claim.__module__ == symbolic_claims.__name__]
PROMPTS = task.all_prompts()


def test_every_promised_number_is_claimed():
    assert [claim.claim.id for claim in OURS] == [f"N-IOI-1{letter}" for letter in "abcdefghij"]


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome


REPRODUCED = [claim for claim in OURS if claim.claim.recorded == "reproduced"]


@pytest.mark.parametrize("claim", REPRODUCED, ids=lambda claim: claim.claim.id)
def test_every_positive_result_has_a_control_outside_its_band(claim):
    measured = claim()
    assert measured.control is not None
    assert measured.control not in claim.claim.band


@pytest.mark.parametrize("case", CASES)
def test_stored_losses_follow_from_the_stored_weights(case):
    trained = experiments.load(training.train, case)
    found = training.answer_loss(trained.weights, PROMPTS)
    assert torch.allclose(found, trained.loss, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_first_steps_of_a_stored_run_repeat_from_scratch(case):
    stored = experiments.load(training.train, case)
    again = training.train(replace(stored.config, steps=51))
    assert torch.allclose(again.loss_curve, stored.loss_curve[:2], atol=1e-3)


def test_one_head_trained_in_the_usual_way_stays_at_chance_in_every_seed():
    trained = experiments.load(training.train, "1-layer-1-head")
    assert (reading.accuracy(trained.weights, PROMPTS) <= 0.55).all()


def test_the_contrastive_head_ranks_the_names_and_looks_at_the_louder_of_two():
    trained = experiments.load(training.train, "1-layer-2-heads")
    weights = trained.weights.each(lambda W: W[reading.solved(trained.weights, PROMPTS)])
    heads = attribution.contrast(weights, PROMPTS)[:, 1:].abs().argmax(1)
    each = torch.arange(weights.n_seeds)
    loudness = products.end_scores(weights)[each, 0, heads][:, : len(task.NAMES)]
    assert (loudness.sort(dim=1).values.diff(dim=1) > 3).all()
    seen = reading.end_attention(weights, PROMPTS)[each, 0, heads]  # [seed prompt role]
    answer_is_louder = loudness[:, PROMPTS.answers] > loudness[:, PROMPTS.wrong]
    assert (seen[..., 1][answer_is_louder] > 0.5).all()
    assert (seen[..., 3][~answer_is_louder] > 0.5).all()


def test_the_additive_head_never_looks_at_the_repeated_mention():
    trained = experiments.load(training.train, "1-layer-2-heads")
    weights = trained.weights.each(lambda W: W[reading.solved(trained.weights, PROMPTS)])
    heads = attribution.contrast(weights, PROMPTS)[:, 1:].abs().argmin(1)
    each = torch.arange(weights.n_seeds)
    seen = reading.end_attention(weights, PROMPTS)[each, 0, heads]
    assert (seen[..., 3] < 0.02).all()
    assert torch.allclose(seen[..., 1].mean(1), seen[..., 2].mean(1), atol=0.02)


def test_half_precision_changes_no_verdict_on_a_prompt():
    for case in CASES:
        trained = experiments.load(training.train, case)
        whole = reading.solved(trained.weights, PROMPTS)
        assert torch.equal(whole, trained.loss < 0.01), case


def test_a_model_without_two_kinds_of_heads_fails_the_claims_on_heads(monkeypatch):
    both = handmade.two_heads()
    W_O = both.W_O.clone()
    W_O[:, :, 1] = W_O[:, :, 0]
    W_K = both.W_K.clone()
    W_K[:, :, 1] = W_K[:, :, 0]
    alike = type(both)(**dict(both.tensors(), W_O=W_O, W_K=W_K))
    monkeypatch.setattr(measures, "_solved", lambda _: alike)
    monkeypatch.setattr(measures, "_chosen", lambda *_: alike)
    assert measures.contrastive_contrast().value < 0.1


def test_the_query_model_made_by_hand_would_meet_the_published_cost_of_queries(monkeypatch):
    monkeypatch.setattr(measures, "_solved", lambda _: handmade.two_layers(path="query"))
    assert measures.query_cost().value == 1
    assert measures.value_cost().value == 0
    assert measures.key_cost().value == 0
