"""The claims on models of no layer and of one: today's verdict is the recorded one."""

from dataclasses import replace

import pytest
import torch

from mechnotes import claims, experiments
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.bigrams import claims as bigram_claims
from mechnotes.circuits.bigrams import config, evaluation, measures, paths, tables, training

OURS = [claim for claim in claims.discover() if claim.__module__ == bigram_claims.__name__]
REPRODUCED = [claim for claim in OURS if claim.claim.recorded == "reproduced"]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id for claim in OURS}
    assert {"N-MF-1a", "N-MF-1b", "N-MF-2a", "N-MF-2b", "N-MF-3b", "N-MF-5r1", "N-MF-5r2"} <= ids


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome


@pytest.mark.parametrize("claim", REPRODUCED, ids=lambda claim: claim.claim.id)
def test_every_positive_result_has_a_control_outside_its_band(claim):
    measured = claim()
    assert measured.control is not None
    assert measured.control not in claim.claim.band


@pytest.mark.parametrize("case", config.CASES)
def test_the_first_steps_of_a_stored_run_repeat_from_scratch(case):
    stored = experiments.load(training.train, case)
    again = training.train(replace(stored.config, steps=51))
    # The learning rate begins to fall after half of the steps, so the first 25 are the same.
    assert torch.allclose(again.loss_curve[0], stored.loss_curve[0], atol=1e-3)


def test_weight_read_bigrams_are_what_the_stored_model_says():
    trained = experiments.load(training.train, "zero-layers")
    texts = evaluation.held_out_texts("zero-layers", n_texts=20)
    said = model.logits(trained.weights, texts).softmax(-1)
    read = tables.bigram_table(trained.weights)[:, texts]
    assert (said - read).abs().mean() < 0.005


def test_paths_of_the_stored_models_add_up_to_a_ten_thousandth_in_single_precision():
    trained = experiments.load(training.train, "one-layer-skip-trigrams")
    texts = evaluation.held_out_texts("one-layer-skip-trigrams", n_texts=20)
    found = paths.total(paths.expand(trained.weights, texts))
    assert (found - model.logits(trained.weights, texts)).abs().max() < 1e-4


def test_the_leak_of_two_pairs_comes_during_training_and_goes():
    trained = experiments.load(training.train, "one-head-two-pairs")
    known = evaluation.learnt(trained)
    curve = trained.unwanted_curve[:, known]
    assert (curve.amax(dim=0) > 2).float().mean() > 0.8
    assert (curve[-1].abs() < 0.5).all()


def test_a_model_of_one_layer_reaches_the_lowest_loss_on_skip_trigrams():
    trained = experiments.load(training.train, "one-layer-skip-trigrams")
    assert (evaluation.excess(trained, n_texts=500) < 0.005).all()


def test_rank_correlation_knows_order_and_nothing_else():
    values = torch.tensor([0.1, 2.0, -1.0, 30.0])
    assert evaluation.spearman(values, values.exp()) == pytest.approx(1)
    assert evaluation.spearman(values, -values) == pytest.approx(-1)
    assert evaluation.spearman(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 3.0, 2.0])) == (
        pytest.approx(0.5)
    )


def test_a_model_that_says_nothing_fails_the_claims_on_tables(monkeypatch):
    trained = experiments.load(training.train, "zero-layers")
    silent = replace(trained, stored=trained.stored.each(torch.zeros_like))
    monkeypatch.setattr(measures, "_trained", lambda _case: silent)
    assert measures.bigram_divergence().value > 0.5
    assert measures.bigram_loss().value > 0.5
